"""A simulated office day with the real processes: its figures, and that no change to what it left goes unnoticed."""

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kiosk.officeday import notes as noting
from kiosk.officeday.command import main
from kiosk.officeday.notes import Acted, Given, Looked, Note, Paper, Pressed, Went
from server import queue
from server.ledger import Ledger
from server.own import KEY_FILE
from server.stores import FILE
from sync.body import Body, TicketName
from sync.facts_office import CounterOpened, TicketAdmitted, TicketCalled
from sync.journal import Instant
from sync.keys import load_for
from sync.types import BootId, BootMs, JournalId, Seq, UtcMs
from tests.faults.evidence import token_on
from tests.server.conftest import ZONE
from tests.server.device import seeded

pytestmark = pytest.mark.timeout(300)
CITIZENS = 16
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A day of sixteen citizens and three counters, one of them worked in Chromium; without faults."""
    folder = tmp_path_factory.mktemp("day") / "out"
    arguments = ["--seed", "7", "--citizens", str(CITIZENS), "--counters", "3", "--staff-in-browser", "1"]
    assert main(["--day", *arguments, "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def copy(day: Path, tmp_path: Path) -> Path:
    """What it left, to be broken."""
    return Path(shutil.copytree(day, tmp_path / "copy", ignore=shutil.ignore_patterns("*.wake", "control*")))


def told(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return found


def notes(folder: Path) -> list[Note]:
    return noting.read((folder / "notes.jsonl").read_text(encoding="utf-8").splitlines())


def checked(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What the check finds; it has to find something."""
    assert main(["--day", "--check", "--out", str(folder)]) == 1
    return capsys.readouterr().err


def test_every_ticket_is_on_paper_at_the_office_and_in_the_journal(day: Path) -> None:
    found = told(day)
    assert found["issued"] >= CITIZENS * 0.7
    assert found["issued"] == found["printed"] == found["confirmed"] == found["synced"]
    assert (found["lost"], found["duplicated"], found["dead_screens"]) == (0, 0, 0)
    assert found["scored"] > 0
    assert sum(each["citizens"] for each in found["personas"].values()) == CITIZENS


def test_every_number_is_called_by_the_rule_and_served_or_told_why_not(day: Path) -> None:
    found, audit = told(day), told(day)["audit"]
    assert audit["violations"] == 0
    assert audit["calls"] == found["called"] >= found["issued"]
    assert audit["by_rule"] == found["called"] - found["by_hand"]
    assert sum(audit["ticketless"].values()) == found["ticketless"]
    assert audit["no_shows"] == found["no_show"]
    assert 0 < found["served"] <= found["issued"] - found["carried"]
    assert found["wait_s"]["tickets"] <= found["issued"]


def test_a_counter_in_chromium_and_two_over_https_call_by_the_same_rule(day: Path) -> None:
    counters = told(day)["counters"]
    assert [counters[number]["by"] for number in "123"] == ["browser", "https", "https"]
    assert min(each["called"] for each in counters.values()) > 0
    acts = {note.act for note in notes(day) if isinstance(note, Acted) and note.by == "browser"}
    assert acts >= {"open", "next", "came", "pause", "resume", "close"}


def test_scores_are_pressed_after_the_end_at_that_counter(day: Path) -> None:
    taken = notes(day)
    ended = [(note.counter, note.at_s) for note in taken if isinstance(note, Acted) and note.ended is not None]
    children = {note.citizen for note in taken if isinstance(note, Went) and note.persona == "parent"}
    pressed = [note for note in taken if isinstance(note, Pressed) and note.counted and note.citizen not in children]
    assert len({note.counter for note in pressed}) > 1
    for note in pressed:
        assert any(counter == note.counter and 4 <= note.at_s - at_s < 60 for counter, at_s in ended)


def test_what_it_leaves_is_ready_for_the_other_commands(day: Path) -> None:
    sheets = sorted(path.stem for path in (day / "tickets").glob("*.png"))
    assert len(sheets) == told(day)["printed"]
    assert sheets == sorted(path.stem for path in (day / "tickets").glob("*.bin"))
    assert all(token_on(day / "tickets" / f"{sheet}.png") for sheet in sheets)
    for command in (
        ["sync", "verify", str(day / "kiosk" / "journal.db")],
        ["server", "rebuild", "--config", str(day / "office" / "server.toml")],
    ):
        done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_the_line_is_shorter_than_with_a_fourth_touch_and_three_touches_make_a_ticket(day: Path) -> None:
    found = told(day)
    assert found["before_kiosk_s"]["mean"] <= found["four_touch"]["mean"]
    first = [went for went in notes(day) if isinstance(went, Went) and went.persona == "plain" and went.tickets]
    assert min(went.touches / len(went.tickets) for went in first) == 3


def test_a_day_that_nobody_touched_is_checked_again_without_a_difference(day: Path) -> None:
    assert main(["--day", "--check", "--out", str(day)]) == 0


def test_a_picture_that_was_taken_away_is_named(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "tickets" / "0003.png").unlink()
    found = checked(copy, capsys)
    assert "sheet 0003 has no png" in found
    assert "is called printed and is on no sheet" in found


def test_a_row_that_the_office_lost_is_named(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = [note for note in notes(copy) if isinstance(note, Given)]
    with closing(sqlite3.connect(copy / "office" / "data" / "office.db")) as ledger, ledger:
        (seq,) = ledger.execute("SELECT seq FROM tickets WHERE label = ?", (given[4].label,)).fetchone()
        ledger.execute("DROP TRIGGER facts_are_never_deleted")
        ledger.execute("DELETE FROM facts WHERE seq = ?", (seq,))
        ledger.execute("DELETE FROM tickets WHERE seq = ?", (seq,))
    ledger.close()
    found = checked(copy, capsys)
    assert f"{given[4].label} is in the kiosk's journal and not: is at the office" in found
    assert f"1 facts differ between kiosk and office, from {seq} on" in found
    assert "the audit says row-missing" in found


@pytest.mark.parametrize("shape", [Given, Paper, Pressed, Acted])
def test_a_note_that_was_left_out_is_noticed(copy: Path, shape: type, capsys: pytest.CaptureFixture[str]) -> None:
    taken = notes(copy)
    gone = next(note for note in taken if isinstance(note, shape))
    kept = [noting.line(note) for note in taken if note is not gone]
    (copy / "notes.jsonl").write_text("\n".join(kept) + "\n", encoding="utf-8")
    found = checked(copy, capsys)
    assert "summary.json says" in found
    sought = {Paper: "sheet 0001", Pressed: "presses differ", Acted: "counter 1 differs from the 1. act on"}
    assert (gone.label if isinstance(gone, Given) else sought[shape]) in found


@pytest.mark.parametrize(("why", "code"), [("rule", "not-the-rule"), ("a-cousin", "pick-unlisted")])
def test_an_officer_who_calls_behind_the_rules_back_is_named(
    copy: Path, why: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The control of the day without violations: the office itself writes, signed, that a later number was called."""
    data = copy / "office" / "data"
    ledger = Ledger(data / FILE, ZONE, seeded(7))
    named = ledger.own_named()
    assert named is not None
    with ledger.transaction():
        ledger.open_own(load_for(data / KEY_FILE, named[1].hex()), seeded(6), _afterwards(ledger, 1))
        now_ms, day_ = queue.live_of(ledger).now_ms, str(queue.live_of(ledger).day)
        names = [TicketName(JournalId("e" * 32), Seq(n)) for n in (1, 2)]
        forged: list[Body] = [CounterOpened(now_ms, 9, "s00000000", ("move-in",))]
        forged += [TicketAdmitted(now_ms, name, day_, f"X00{name.seq}", ("move-in",), UtcMs(now_ms - 9000 + name.seq),
                                  "arrived") for name in names]  # fmt: skip
        queue.commit(ledger, [*forged, TicketCalled(now_ms, names[1], 9, "s00000000", why)], _afterwards(ledger, 2))
    ledger.close()
    found = checked(copy, capsys)
    assert f"the audit says {code}" in found
    assert "counter 9 differs from the 1. act on: nothing was done" in found


def _afterwards(ledger: Ledger, ms: int) -> Instant:
    return Instant(BootId("f" * 32), BootMs(ms))


def test_a_figure_that_was_made_better_is_noticed(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    better = told(copy) | {"issued": 300}
    (copy / "summary.json").write_text(json.dumps(better), encoding="utf-8")
    assert f"summary.json says issued 300, and it is {told(copy) and len(list((copy / 'tickets').glob('*.png')))}" in (
        checked(copy, capsys)
    )


def test_with_server_cable_and_printer_broken_by_turns_nothing_is_lost(tmp_path: Path) -> None:
    faults = ("printer-absent@08:30-08:36", "network-cut@09:00-10:00", "server-down@10:20-11:30",
              "printer-stalled@13:00-13:40", "printer-swapped@14:00-14:10")  # fmt: skip
    arguments = ["--counters", "2", *(word for fault in faults for word in ("--fault", fault))]
    assert main(["--day", "--seed", "8", "--citizens", "16", "--out", str(tmp_path / "out"), *arguments]) == 0
    found = told(tmp_path / "out")
    assert (found["lost"], found["duplicated"], found["dead_screens"]) == (0, 0, 0)
    assert found["issued"] == found["synced"]
    assert [each["fault"] for each in found["faults"]] == list(faults)
    assert found["faults"][0]["said"] == ["unreachable"]
    assert found["gave_up"]["out of order: unreachable"] > 0
    assert sum(each["asked_again"] for each in found["counters"].values()) > 1
    assert found["audit"]["violations"] == 0
    assert [note.wrong for note in notes(tmp_path / "out") if isinstance(note, Looked)] == [(), ()]


def test_a_day_on_a_slow_serial_line_agrees_with_paper_journal_and_office(tmp_path: Path) -> None:
    """Nobody can confirm a ticket over three wires, and none is lost for it."""
    out = tmp_path / "out"
    arguments = ["--seed", "7", "--citizens", "4", "--counters", "0", "--printer-baud", "19200"]
    assert main(["--day", *arguments, "--out", str(out)]) == 0
    found = told(out)
    assert found["issued"] == found["printed"] == found["synced"] > 0
    assert [found[name] for name in ("called", "served", "no_show", "audit")] == [None] * 4
    assert (found["lost"], found["duplicated"], found["confirmed"]) == (0, 0, 0)
    assert "?baud=19200" in (out / "kiosk" / "kiosk.toml").read_text(encoding="utf-8")


def test_a_speed_that_no_line_has_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["--day", "--printer-baud", "19000", "--out", str(tmp_path / "out")])
    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").write_text("mine")
    assert main(["--day", "--out", str(tmp_path)]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_fault_that_is_misspelt_is_told_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--day", "--out", str(tmp_path / "out"), "--fault", "fire@09:00-10:00"]) == 2
    assert "server-down" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.long
def test_a_day_to_which_nobody_comes_ends_with_nothing_but_zeros(tmp_path: Path) -> None:
    assert main(["--day", "--citizens", "0", "--counters", "1", "--out", str(tmp_path / "out")]) == 0
    found = told(tmp_path / "out")
    assert (found["issued"], found["printed"], found["synced"], found["scored"]) == (0, 0, 0, 0)
    assert (found["called"], found["carried"], found["audit"]["violations"]) == (0, 0, 0)


def test_fewer_citizens_than_none_are_refused_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--day", "--citizens=-4", "--out", str(tmp_path / "out")])
    assert "write 0 or more" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_check_of_a_ledger_that_is_none_says_so(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "office" / "data" / "office.db").write_bytes(b"not a database at all" * 100)
    assert main(["--day", "--check", "--out", str(copy)]) == 2
    assert "database" in capsys.readouterr().err


@pytest.mark.parametrize(
    "number", [*(pytest.param(each, marks=pytest.mark.long) for each in (signal.SIGINT, signal.SIGHUP)), signal.SIGTERM]
)
def test_a_day_that_is_ended_in_the_middle_ends_its_machines(tmp_path: Path, number: signal.Signals) -> None:
    demo = [sys.executable, "-m", "kiosk.demo", "--day", "--citizens", "60", "--counters", "0", "--out"]
    command = ["env", "--default-signal", *demo, str(tmp_path / "out")]  # a shell's background ignores Ctrl-C
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as day:
        assert day.stderr is not None
        assert any("citizens" in line for line in day.stderr)
        machines = [int(child) for task in Path(f"/proc/{day.pid}/task").iterdir()
                    for child in (task / "children").read_text().split()]  # fmt: skip
        day.send_signal(number)
        said = day.stderr.read()
    assert (day.returncode, len(machines)) == (2, 4)
    assert "before its time" in said
    assert "Traceback" not in said
    assert [each for each in machines if Path(f"/proc/{each}").exists()] == []
