"""Whether nobody is served: from the box's own configuration, calendar and the office's queue."""

import json
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kiosk.box.idle import found, waiting
from kiosk.box.update_command import main
from kiosk.configfile import load
from sync.calendar import WEEKDAYS
from sync.clock import Reading
from sync.facts import drafts
from sync.inbox import Inbox, InboxState, OfficeTime
from sync.journal import Instant
from sync.mirror import FILE as MIRROR
from sync.types import BootId, BootMs, UtcMs
from tests.kiosk.box.boxes import KIOSK
from tests.kiosk.fakes import BOOT
from tests.kiosk.test_hall import admit
from tests.sync import journals
from tests.sync.queueing import Queue

ZONE = ZoneInfo("UTC")
MONDAY_0930 = UtcMs(1_796_005_800_000)  # 2026-11-30 09:30 in Bangkok
CALENDAR = 'counters = 1\n[week]\nmon = ["08:30-12:00"]\n' + "".join(f'{day} = "closed"\n' for day in WEEKDAYS[1:])


def reading(utc_ms: UtcMs = MONDAY_0930, *, disciplined: bool = True) -> Reading:
    return Reading(BootId("0" * 32), BootMs(1000), utc_ms, disciplined, 5)


def box(folder: Path, calendar: str | None = CALENDAR) -> Path:
    text = KIOSK
    if calendar is not None:
        text = 'calendar = "calendar.toml"\n' + text
        (folder / "calendar.toml").write_text(calendar)
    path = folder / "kiosk.toml"
    path.write_text(text)
    return path


def told(config: Path, at: Reading) -> dict[str, object]:
    answer: dict[str, object] = json.loads(found(config, config.parent / "data", at, ZONE))
    return answer


@pytest.mark.parametrize(("after_h", "opened"), [(0, True), (2, True), (3, False), (-2, False), (24, False)])
def test_the_office_s_hours_are_told(tmp_path: Path, after_h: int, opened: bool) -> None:
    at = UtcMs(MONDAY_0930 + after_h * 3_600_000)
    assert told(box(tmp_path), reading(at))["open"] is opened


def test_the_wall_clock_is_the_office_s(tmp_path: Path) -> None:
    assert told(box(tmp_path), reading()) == {"local": "2026-11-30T09:30:00", "open": True, "waiting": None}


def test_who_waits_is_counted_in_the_office_s_queue(tmp_path: Path) -> None:
    config = box(tmp_path)
    (tmp_path / "data").mkdir()
    queue = Queue.opened(("a",))
    for seq in (1, 2, 3):
        admit(queue, seq)
    with journals.make(tmp_path / "data" / MIRROR) as journal:
        journal.append(drafts(*queue.facts), Instant(BOOT, BootMs(2)))
        loaded = load(config, tmp_path / "data")
        assert waiting(loaded) == 3
        queue.take(1)
        journal.append(drafts(queue.facts[-1]), Instant(BOOT, BootMs(3)))
        assert waiting(loaded) == 4
    (tmp_path / "data" / MIRROR).write_bytes(b"no database")
    assert waiting(loaded) is None


def test_without_a_calendar_nothing_is_known_of_hours(tmp_path: Path) -> None:
    assert told(box(tmp_path, None), reading())["open"] is None


def test_without_a_clock_that_is_kept_nothing_is_known_of_the_time(tmp_path: Path) -> None:
    assert told(box(tmp_path), reading(disciplined=False)) == {"local": None, "open": None, "waiting": None}


def test_a_clock_chip_alone_installs_no_update(tmp_path: Path) -> None:
    """It may be wrong, and an update can wait for whoever knows the time."""
    seen = replace(reading(disciplined=False), chip_error_ms=20_000)
    assert told(box(tmp_path), seen) == {"local": None, "open": None, "waiting": None}


def test_where_nobody_keeps_the_clock_the_office_s_answer_of_this_boot_tells_the_time(tmp_path: Path) -> None:
    config = box(tmp_path)
    (tmp_path / "data").mkdir()
    inbox = Inbox(tmp_path / "data" / "inbox.db")
    for boot, local in (("0" * 32, "2026-11-30T09:30:01"), ("1" * 32, None)):
        said = OfficeTime(MONDAY_0930, BootId(boot), BootMs(0), BootMs(0))
        inbox.write(InboxState("idle", office_time=said))
        assert told(config, reading(UtcMs(5), disciplined=False))["local"] == local
    inbox.close()


def test_an_office_s_server_has_a_clock_alone(tmp_path: Path) -> None:
    assert told(tmp_path / "none.toml", reading()) == {"local": "2026-11-30T02:30:00"}


def test_the_command_writes_what_it_found(tmp_path: Path) -> None:
    out = tmp_path / "idle.json"
    given = ["--config", str(box(tmp_path)), "--data", str(tmp_path / "data"), "--out", str(out)]
    assert main(["idle", *given]) == 0
    assert json.loads(out.read_text()).keys() == {"local", "open", "waiting"}


def test_what_is_for_a_card_alone_says_so_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == 1
    assert "the appliance" in capsys.readouterr().err
