"""`python -m kiosk.box`, as systemd calls it, below a folder."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.box.__main__ import main
from sync.pairing import save_pin
from tests.kiosk.box.boxes import KIOSK, Box
from tests.kiosk.box.test_wipe import CONTENT, WIPED, pin
from tests.sync.test_config_box import BOX

ROOT = Path(__file__).parents[3]


def test_configure_writes_below_the_folder_and_says_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    box = Box(tmp_path, KIOSK + BOX)
    assert main(["configure", "--root", str(tmp_path), "--list"]) == 0
    told = capsys.readouterr().out
    assert "0600 root:root /run/scorecard/iwd/=" in told
    assert "keep /var/lib/scorecard/system/kiosk.toml.good" in told
    assert "correct horse" not in told
    assert box.as_the_kiosk_sees_it().problem is None


def test_wipe_takes_a_used_code_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "kiosk.toml").write_bytes(CONTENT)
    given = ["wipe", "--again", "0", "--firmware", str(tmp_path), "--data", str(tmp_path)]
    assert main(given) == 0
    assert "nothing to take away" in capsys.readouterr().err
    (tmp_path / "kiosk").mkdir()
    save_pin(tmp_path / "kiosk" / "pin.json", pin())
    assert main(given) == 0
    assert (tmp_path / "kiosk.toml").read_bytes() == WIPED
    assert main(["wipe", "--again", "0", "--firmware", str(tmp_path / "none"), "--data", str(tmp_path)]) == 0


@pytest.mark.timeout(120)
def test_the_kiosks_screen_names_the_technicians_file_and_line(tmp_path: Path) -> None:
    """The kiosk's own process, with what the box made of a broken file: it shows it and goes on trying."""
    box = Box(tmp_path, KIOSK.replace("languages", "langages"))
    box.start()
    assert json.loads(box.read("/run/scorecard/problem.json"))["line"] == 4
    command = [sys.executable, "-u", "-m", "kiosk", "--headless", "--config", str(box.at("/run/scorecard/kiosk.toml"))]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as kiosk:
        assert kiosk.stderr is not None
        said = kiosk.stderr.readline()
        kiosk.terminate()
    assert said == "kiosk.toml, line 4: unknown key `langages` at the top of the file. Did you mean `languages`?\n"


def test_the_start_of_a_box_loads_nothing_that_speaks_or_draws() -> None:
    """It stands before the first picture: what it loads is waited for on a slow machine."""
    loaded = "import sys; import kiosk.box.__main__; print(*sorted(sys.modules))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", loaded], env=environment, capture_output=True, text=True, check=True)
    heavy = {"requests", "cryptography", "pygame", "fastapi"}
    assert not heavy & set(done.stdout.split())
    assert "kiosk.box.apply" in done.stdout.split(), "the control"
