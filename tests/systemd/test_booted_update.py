"""What an update asks of the screen's user, under a real systemd: both services work within their sandboxes."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.systemd.booted import Booted, why_not
from tests.systemd.test_booted import configuration, ready

WHY_NOT = why_not()
pytestmark = [pytest.mark.long, pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))]


@pytest.fixture(scope="module")
def box() -> Iterator[Booted]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with Booted(folder / "box", configuration(hours=True)) as made:
            ready(made)
            yield made


def told(box: Booted, path: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(box.run("cat", path).stdout or "{}")
    return answer


def log(box: Booted, unit: str) -> str:
    return box.run("journalctl", "-u", unit, "-o", "cat", "--no-pager").stdout


def test_whether_nobody_is_served_is_found_by_the_screen_s_user(box: Booted) -> None:
    assert box.run("systemctl", "start", "scorecard-idle").returncode == 0, log(box, "scorecard-idle")
    found = told(box, "/run/scorecard-idle/idle.json")
    assert found["local"] is not None
    assert isinstance(found["open"], bool)
    assert found["waiting"] == 0


def test_the_record_is_verified_by_the_screen_s_user(box: Booted) -> None:
    assert box.run("systemctl", "start", "scorecard-verify").returncode == 0, log(box, "scorecard-verify")
    assert "good: journal" in log(box, "scorecard-verify")
