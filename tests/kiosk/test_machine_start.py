"""`python -m kiosk` and `… doctor` as a technician starts them: what they refuse, and what they say."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.demo import ROOT
from sync.journal import JournalReader

EXAMPLE = ROOT / "kiosk" / "example"
ARGUMENTS = [sys.executable, "-m", "kiosk", "--headless", "--config"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A kiosk's folder: the example's files, set to run anywhere, with a printer that is a file."""
    settings = (EXAMPLE / "kiosk.toml").read_text(encoding="utf-8")
    settings = settings.replace("tcp://127.0.0.1:9100", f"file://{tmp_path}/paper.bin")
    settings = settings.replace("fullscreen = true", "fullscreen = false").replace('"ntp"', '"system"')
    settings = settings.replace('device = "default"', 'device = "none"')
    (tmp_path / "kiosk.toml").write_text(settings, encoding="utf-8")
    for name in ("catalogue.toml", "calendar.toml"):
        shutil.copyfile(EXAMPLE / name, tmp_path / name)
    return tmp_path


def environment(*first: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([*map(str, first), str(ROOT)])}


def run(folder: Path, *command: str, first: tuple[Path, ...] = ()) -> subprocess.CompletedProcess[str]:
    """The kiosk until it ends by itself."""
    return subprocess.run(
        [*ARGUMENTS, str(folder / "kiosk.toml"), *command],
        env=environment(*first),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def run_until_ready(folder: Path) -> str:
    """Start it, ask it to end as soon as it is ready, and give what it said."""
    with subprocess.Popen(
        [*ARGUMENTS, str(folder / "kiosk.toml")],
        env=environment(),
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if line.startswith("kiosk ready"):
                process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, said
    return "".join(said)


def kinds(folder: Path) -> list[str]:
    with JournalReader(folder / "data" / "journal.db") as journal:
        return [fact.kind for fact in journal.facts()]


def test_it_starts_ends_when_asked_and_goes_on_with_the_same_journal(folder: Path) -> None:
    run_until_ready(folder)
    run_until_ready(folder)
    found = kinds(folder)
    assert found.count("journal.opened") == 1
    assert found.count("machine.started") == 2
    assert found.count("catalogue.adopted") == 1


def test_a_power_cut_at_the_very_first_start_is_no_obstacle_to_the_second(folder: Path) -> None:
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "journal.db").touch()
    run_until_ready(folder)
    assert kinds(folder)[0] == "journal.opened"


def test_a_journal_whose_key_is_gone_is_refused_and_gets_no_other_key(folder: Path) -> None:
    run_until_ready(folder)
    (folder / "data" / "device.key").unlink()
    refused = run(folder)
    assert refused.returncode == 2
    assert "device.key is gone" in refused.stderr
    assert not (folder / "data" / "device.key").exists()


def test_a_mistake_in_the_settings_names_the_line_and_the_last_good_copy_runs(folder: Path) -> None:
    run_until_ready(folder)
    good = (folder / "kiosk.toml").read_text(encoding="utf-8")
    (folder / "kiosk.toml").write_text(good.replace("counter =", "countr ="), encoding="utf-8")
    assert "kiosk ready" in run_until_ready(folder)
    doctor = run(folder, "doctor")
    assert doctor.returncode == 1
    assert "PROBLEM  settings" in doctor.stdout
    assert "counter" in doctor.stdout


def test_a_mistake_without_a_good_copy_is_refused_with_what_to_do(folder: Path) -> None:
    (folder / "kiosk.toml").write_text('plce = "hall"\n', encoding="utf-8")
    refused = run(folder)
    assert refused.returncode == 2
    assert "line 1" in refused.stderr
    assert "place" in refused.stderr
    assert not (folder / "data" / "journal.db").exists()


def test_without_a_catalogue_nothing_starts(folder: Path) -> None:
    (folder / "catalogue.toml").unlink()
    refused = run(folder)
    assert refused.returncode == 2
    assert "catalogue.toml" in refused.stderr


def test_a_missing_font_is_refused_by_name(folder: Path) -> None:
    copy = folder / "other"
    shutil.copytree(ROOT / "fonts", copy / "fonts")
    (copy / "fonts" / "NotoSansMyanmar-Bold.ttf").unlink()
    refused = run(folder, first=(copy,))
    assert refused.returncode == 2
    assert "NotoSansMyanmar-Bold.ttf" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (folder / "data").exists(), "nothing was begun"


def test_without_raqm_nothing_is_drawn_wrongly(folder: Path) -> None:
    site = folder / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text("import PIL.features\nPIL.features.check = lambda name: False\n")
    refused = run(folder, first=(site,))
    assert refused.returncode == 2
    assert "Raqm" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_second_kiosk_on_the_same_journal_is_refused(folder: Path) -> None:
    with subprocess.Popen(
        [*ARGUMENTS, str(folder / "kiosk.toml")], env=environment(), cwd=folder, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        try:
            assert any(line.startswith("kiosk ready") for line in process.stderr)
            second = run(folder)
        finally:
            process.send_signal(signal.SIGTERM)
    assert second.returncode == 2
    assert "another process" in second.stderr


def test_the_doctor_names_every_part(folder: Path) -> None:
    healthy = run(folder, "doctor")
    assert healthy.returncode == 0, healthy.stdout + healthy.stderr
    parts = re.findall(r"^(?:ok|note) +([a-z]+):", healthy.stdout, re.MULTILINE)
    known = [
        "fonts",
        "settings",
        "services",
        "ticket",
        "disk",
        "journal",
        "clock",
        "board",
        "network",
        "kiosk",
        "printer",
        "counters",
    ]
    assert [part for part in parts if part != "hours"] == [*known, "sound", "screen", "server"]
    text = (folder / "kiosk.toml").read_text(encoding="utf-8")
    text = text.replace(f"file://{folder}/paper.bin", "tcp://127.0.0.1:9")
    (folder / "kiosk.toml").write_text(text + '\n[server]\nurl = "https://127.0.0.1:9"\n', encoding="utf-8")
    ill = run(folder, "doctor")
    assert ill.returncode == 1
    assert "PROBLEM  printer: the printer at 127.0.0.1:9 does not answer" in ill.stdout
    assert "PROBLEM  server" in ill.stdout
    assert ill.stdout.count("PROBLEM") == 2


def test_the_doctor_leaves_a_running_kiosk_alone_and_says_what_it_says(folder: Path) -> None:
    with subprocess.Popen(
        [*ARGUMENTS, str(folder / "kiosk.toml")], env=environment(), cwd=folder, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        try:
            assert any(line.startswith("kiosk ready") for line in process.stderr)
            found = run(folder, "doctor", "--json")
        finally:
            process.send_signal(signal.SIGTERM)
    assert process.returncode == 0
    told = {each["part"]: each for each in json.loads(found.stdout)}
    assert told["kiosk"]["seen"] == f"it is running (process {process.pid})"
    assert "in use by the running kiosk, which finds it ready" in told["printer"]["seen"]
    assert "its last row fits its chain" in told["journal"]["seen"]


def test_a_folder_that_cannot_be_written_is_refused_as_a_disk_and_nothing_is_lost(folder: Path) -> None:
    (folder / "data").write_text("not a folder")
    refused = run(folder)
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
    assert (folder / "data").read_text() == "not a folder"


def test_a_service_whose_ticket_cannot_be_printed_is_named_at_the_start(folder: Path) -> None:
    catalogue = folder / "catalogue.toml"
    text = catalogue.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("complaints"))
    endless = line.rstrip('"') + ", also at the next door" * 400 + '"'
    catalogue.write_text(text.replace(line, endless, 1), encoding="utf-8")
    said = run_until_ready(folder)
    assert "move-in" in said
    assert "mm long" in said


def test_a_data_folder_that_cannot_be_had_is_told_with_what_somebody_without_a_keyboard_can_do(folder: Path) -> None:
    (folder / "data").write_text("no folder")
    with subprocess.Popen(
        [*ARGUMENTS, str(folder / "kiosk.toml")], env=environment(), cwd=folder, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        process.stderr.read()
    assert "Switch the machine off and on once" in said
