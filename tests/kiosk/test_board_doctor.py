"""The doctor of a display: what a display has, and nothing of what it has not."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk import findings_board
from kiosk.doctor import examine
from kiosk.findings import Finding
from kiosk.preview import EXAMPLE
from sync.chain import START, Position
from sync.mirror import FeedState
from sync.types import Chain, Seq
from tests.kiosk.test_board_voice import record
from tests.kiosk.test_doctor import Box, raising, reading
from tests.sync.test_config import DISPLAY


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """The tools of a healthy machine, and a display's kiosk.toml."""
    made = Box(tmp_path)
    made.path.write_text(DISPLAY, "utf-8")
    return made


def by_part(box: Box) -> dict[str, Finding]:
    return {each.part: each for each in examine(box.path, None, box.tools)}


def test_a_display_is_looked_over_as_what_it_is(box: Box) -> None:
    found = by_part(box)
    assert {"fonts", "settings", "disk", "journal", "clock", "display", "sound", "screen", "server"} <= set(found)
    assert (found["services"].state, "no `catalogue`" in found["services"].seen) == ("note", True)
    assert not {"ticket", "printer", "kinds of printers", "kiosk", "counters"} & set(found)
    assert not box.transports
    assert found["office's journal"].state == "problem"
    box.path.write_text(DISPLAY.replace("[office]", "paper_mm = 80\n[office]"), "utf-8")
    assert "a display has no `paper_mm`" in by_part(box)["settings"].seen


def test_the_services_are_looked_over_where_they_are_named(box: Box) -> None:
    box.path.write_text(DISPLAY.replace("[office]", 'catalogue = "services.toml"\n[office]'), "utf-8")
    assert by_part(box)["services"].state == "problem"
    shutil.copyfile(EXAMPLE, box.path.with_name("services.toml"))
    assert by_part(box)["services"].state == "ok"


def test_it_says_in_which_languages_calls_can_be_said(box: Box) -> None:
    record(box.path.parent / "data" / "clips", "th", "en", but=("come", "digit-7"))
    found = by_part(box)["voice"]
    assert (found.state, found.seen) == ("note", "th lacks 1 of 36 clips; en lacks 1 of 36 clips")
    record(box.path.parent / "data" / "clips", "th")
    assert by_part(box)["voice"].seen == "calls are said in th; en lacks 36 of 36 clips"
    box.path.write_text(DISPLAY + '[voice]\nlanguages = ["th"]\n', "utf-8")
    assert by_part(box)["voice"].state == "ok"
    box.path.write_text(DISPLAY + '[sound]\ndevice = "none"\n', "utf-8")
    assert "voice" not in by_part(box)


def test_what_is_to_be_done_is_nothing_that_only_a_kiosk_could_do(box: Box) -> None:
    box.with_(read_clock=lambda: reading(disciplined=False), connect=raising(OSError("no route")))
    found = by_part(box)
    assert (found["clock"].state, found["server"].state) == ("problem", "problem")
    for part in ("clock", "server"):
        assert "icket" not in (found[part].todo or "")
        assert found[part].todo


def test_the_way_down_is_told(box: Box) -> None:
    end = Position(Seq(7), Chain(b"c" * 32))
    asking = FeedState("asking")
    assert findings_board.mirror(None, None).state == "problem"
    assert findings_board.mirror(asking, START).state == "problem"
    assert findings_board.mirror(asking, end) == Finding("office's journal", "ok", "7 facts here, each one proved")
    broken = replace(asking, phase="backoff", reason="fork", message="another history")
    assert "another history" in findings_board.mirror(broken, end).seen
