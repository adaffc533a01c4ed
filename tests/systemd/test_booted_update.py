"""An update under a real systemd: its services do their work within their sandboxes. RAUC's own, and slots, are played
by nobody: what it would write is the image's proof."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from image.bundle import CONFIG
from kiosk.box.slot_command import Card
from kiosk.box.slots import COPIES_LBA, SECTOR, Record, newest, tried_next, written
from tests.kiosk.box.bundles import bundle, signer
from tests.systemd.booted import Booted, why_not
from tests.systemd.test_booted import READY_S, configuration, ready
from tests.walks.stage import until

CARD = "/run/scorecard/card.img"
PLAYED = "[Service]\nProtectProc=default\nReadWritePaths=/run/scorecard\n"
"""The kernel's arguments are a file laid over its own, and the card a file."""
UNTRIED = "[Unit]\nConditionKernelCommandLine=\nFailureAction=none\n"
WHY_NOT = why_not()
pytestmark = [pytest.mark.long, pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))]


@pytest.fixture(scope="module")
def box() -> Iterator[Booted]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        by = signer(folder / "keys")
        made = Booted(folder / "box", configuration())
        for unit in ("update", "trial"):
            made.add(f"scorecard-{unit}.service.d/played.conf", PLAYED + (UNTRIED if unit == "trial" else ""))
        etc = made.folder / "more/etc"
        (etc / "rauc").mkdir()
        shutil.copy(CONFIG, etc / "rauc/system.conf")
        (etc / "rauc/keyring.pem").write_bytes(by.keyring)
        (etc / "scorecard-release").write_text("1.0.0\n")
        (etc / "arguments").write_text("quiet rauc.slot=A scorecard.stands=trying\n")
        shutil.copy(bundle(folder, by, "2.0.0"), etc / "2.0.0.raucb")
        with made:
            ready(made)
            played = f"mount --bind /etc/arguments /proc/cmdline; truncate -s 4M {CARD}"
            prepared = made.run("sh", "-c", f"{played}; echo {CARD} > /run/scorecard/card")
            assert prepared.returncode == 0, prepared.stderr
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


def test_at_a_technician_s_word_what_was_fetched_is_taken_and_looked_over(box: Booted) -> None:
    assert box.run("systemctl", "start", "scorecard-update.path").returncode == 0
    lay = (
        "cd /var/lib/scorecard/updates && cp /etc/2.0.0.raucb ready.raucb && "
        """echo '{"release": "2.0.0", "sha256": "", "size": 1}' > ready.json"""
    )
    assert box.run("runuser", "-u", "scorecard-sync", "--", "sh", "-c", lay).returncode == 0
    word = "echo now > /run/scorecard/update-now"
    assert box.run("runuser", "-u", "scorecard-kiosk", "--", "sh", "-c", word).returncode == 0
    state = "/var/lib/scorecard/system/update.json"
    until("it was tried to install it", lambda: told(box, state).get("last"), READY_S)
    last = told(box, state)["last"]
    assert (last["release"], last["result"]) == ("2.0.0", "failed"), "here is no RAUC that would install it"
    assert "2.0.0 is installed into the other slot" in log(box, "scorecard-update")
    kept = box.run("stat", "-c", "%a %u", "/var/lib/scorecard/system/update/bundle.raucb").stdout.split()
    assert kept == ["600", "0"]
    assert box.run("ls", "/var/lib/scorecard/updates").stdout == ""


def test_a_system_on_trial_that_is_well_is_confirmed(box: Booted) -> None:
    card = Card(box.folder / "card")
    (box.folder / "card").write_bytes(bytes((max(COPIES_LBA) + 1) * SECTOR))
    place, sector = written([bytes(SECTOR)] * 2, tried_next(Record(), "A"))
    card.write(COPIES_LBA[place], sector)
    content = (box.folder / "card").read_bytes()
    inside = Path(f"/proc/{box.pid}/root{CARD}")
    inside.write_bytes(content)
    assert box.run("systemctl", "start", "scorecard-trial").returncode == 0, log(box, "scorecard-trial")
    record, _ = newest([Card(inside).read(lba) for lba in COPIES_LBA])
    assert (record.a, record.left) == ("good", 0)
    assert "1.0.0 is well: it stays" in log(box, "scorecard-trial")
