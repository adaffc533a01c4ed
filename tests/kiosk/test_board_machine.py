"""A display follows the office's journal: calls appear, the newest on top, and what is old is never shown as new."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kiosk.board_machine import DISK_RETRY_MS, BoardMachine
from kiosk.board_watch import AT_ONCE, SILENCE_MS, BoardWatch, Sight
from sync.board import RECENT_MS, Scene
from sync.calendar_reader import parse_calendar
from sync.clock import Trust
from sync.disk import DiskTrouble
from sync.facts import DayOpened
from sync.facts_office import CounterClosed, CounterPaused, TicketCalled
from sync.inbox import InboxState, OfficeTime
from sync.journal import Instant
from sync.mirror import FeedState
from sync.types import BootMs, JournalId, Seq, UtcMs
from tests.kiosk.boards import SECOND, Television
from tests.kiosk.fakes import BOOT, NOON
from tests.kiosk.halls import OFFICE, FakeMirror
from tests.sync.queueing import name

EXAMPLE = Path(__file__).parents[2] / "kiosk" / "example"


@pytest.fixture
def hall(tmp_path: Path) -> Television:
    """Three counters, and three people who wait."""
    made = Television(tmp_path)
    for number in (1, 2, 3):
        made.queue.take(number)
    return made.hear()


def test_calls_appear_and_one_that_is_called_again_comes_to_the_top(hall: Television) -> None:
    assert hall.machine.sight.board is not None
    assert (hall.machine.sight.board.scene, hall.numbers()) == (Scene.WAITING, [])
    hall.call(1)
    hall.wait(SECOND)
    hall.call(2)
    assert hall.numbers() == [("A002", 2), ("A001", 1)]
    hall.wait(SECOND)
    hall.queue.recall(1)
    hall.hear()
    assert hall.numbers() == [("A001", 1), ("A002", 2)]
    hall.queue.serve(1)
    hall.hear()
    assert (hall.numbers(), hall.before()) == ([("A002", 2)], ["A001"])
    assert sum(each.waiting for each in hall.machine.sight.board.waits) == 1
    assert not hall.machine.sight.lost


def test_each_call_and_each_recall_chimes_once_and_a_start_does_not(hall: Television, tmp_path: Path) -> None:
    assert hall.sound.played == 0
    hall.call(1)
    hall.hear()
    assert hall.sound.played == 1
    hall.wait(SECOND)
    hall.queue.recall(1)
    hall.hear()
    assert hall.sound.played == 1, "the first is still being said"
    hall.wait(2 * SECOND)
    assert hall.sound.played == 2
    hall.queue.serve(1)
    hall.hear()
    assert hall.sound.played == 2, "somebody came: nobody is called by that"
    (tmp_path / "another").mkdir()
    later = Television(tmp_path / "another")
    later.queue.take(1)
    later.queue.next(1)
    assert later.hear().numbers() == [("A001", 1)]
    assert later.sound.played == 0


def test_a_number_called_before_goes_when_its_minutes_are_over_without_any_call(hall: Television) -> None:
    hall.call(1)
    hall.queue.serve(1)
    hall.hear()
    for _ in range(RECENT_MS // (10 * SECOND) - 1):
        hall.wait(10 * SECOND).hear()
    assert hall.before() == ["A001"]
    hall.wait(10 * SECOND + 1)
    assert hall.before() == []


class Trusting(BoardMachine):
    """Control: what it once knew it takes for new for ever."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)

        class Never(BoardWatch):
            def is_lost(self, now_ms: BootMs) -> bool:
                return False

        self._watch = Never(self._parts.mirror, self._parts.say)


def silent_office(hall: Television) -> Sight:
    """What is in sight of a call after half a minute without a word of the office."""
    hall.queue.take(1)
    hall.hear()
    hall.clock.boottime_ms += 1
    hall.call(1)
    hall.clock.boottime_ms += SILENCE_MS + 1
    hall.machine.turn()
    return hall.machine.sight


def test_an_office_that_is_silent_is_told_and_its_numbers_are_as_of_then(tmp_path: Path) -> None:
    hall = Television(tmp_path)
    sight = silent_office(hall)
    assert sight.lost
    assert sight.as_of is not None
    assert (hall.numbers(), f"{sight.as_of:%H:%M:%S}") == ([("A001", 1)], "12:01:00")
    hall.wait(3_600_000)
    assert (hall.machine.sight.lost, hall.machine.sight.as_of) == (True, sight.as_of)
    assert hall.numbers() == [("A001", 1)]
    assert not hall.hear().machine.sight.lost


def test_what_comes_without_a_word_for_it_is_not_shown_as_of_the_last_word(tmp_path: Path) -> None:
    """After a break: the last facts of a journal from which a restored office has gone on (docs/exchange.md, Feed)."""
    hall = Television(tmp_path)
    seen = silent_office(hall)
    hall.queue.take(2)
    hall.queue.next(2)
    hall.mirror.bodies = tuple(hall.queue.facts)
    hall.machine.look()
    hall.settle()
    assert (hall.machine.sight.lost, hall.machine.sight.as_of) == (True, seen.as_of)
    assert hall.numbers() == [("A001", 1)]
    assert set(hall.hear().numbers()) == {("A001", 1), ("A002", 2)}


def test_control_a_display_that_trusts_its_memory_shows_an_old_number_as_new(tmp_path: Path) -> None:
    assert not silent_office(Television(tmp_path, machine=Trusting)).lost


def test_it_sleeps_between_the_words_of_the_office(hall: Television) -> None:
    turns = 0
    for _ in range(30):
        hall.wait(10 * SECOND)
        turns += int(hall.machine.deadline() is not None and hall.machine.deadline() == hall.clock.boottime_ms)
        hall.hear()
    due = hall.machine.deadline()
    assert due is not None
    assert due - hall.clock.boottime_ms > SILENCE_MS - 1, "nothing wakes it before the office would be missed"
    assert turns == 0


def test_an_office_that_does_not_answer_is_being_tried_before_it_is_lost(hall: Television) -> None:
    assert not hall.machine.sight.trying
    hall.mirror.feed = FeedState("backoff", "unreachable", "nobody there")
    hall.machine.look()
    hall.settle()
    assert (hall.machine.sight.trying, hall.machine.sight.lost) == (True, False)


def test_the_journal_of_a_restored_office_takes_the_place_of_the_one_before(hall: Television) -> None:
    hall.call(1)
    hall.wait(SECOND)
    hall.mirror.journal = JournalId("1f" * 16)
    hall.open(2)
    hall.queue.take(7)
    hall.hear()
    assert (hall.numbers(), hall.before()) == ([], [])
    played = hall.sound.played
    hall.call(2)
    assert hall.numbers() == [("A007", 2)]
    assert hall.sound.played == played + 1


def test_nothing_counts_before_all_of_it_is_taken_in(tmp_path: Path) -> None:
    hall = Television(tmp_path)
    for number in range(1, AT_ONCE + 10):
        hall.queue.take(number)
    hall.mirror.bodies, hall.mirror.journal = tuple(hall.queue.facts), OFFICE
    hall.confirmed = hall.clock.instant().boottime_ms
    hall.machine.look()
    hall.machine.turn()
    assert hall.mirror.most == AT_ONCE
    assert hall.machine.sight.lost, "half a journal is not what the office says"
    hall.settle()
    assert not hall.machine.sight.lost


def test_a_word_about_facts_that_could_not_be_read_makes_nothing_newer(hall: Television) -> None:
    """The mirror is busy for a moment, as when the process that writes it was killed and begins again."""
    hall.call(1)
    seen = hall.machine.sight
    hall.mirror.torn = True
    hall.wait(5 * SECOND)
    hall.call(2)
    assert hall.machine.sight.as_of == seen.as_of
    hall.mirror.torn = False
    hall.hear()
    assert hall.machine.sight.as_of != seen.as_of
    assert ("A002", 2) in hall.numbers()


def test_what_cannot_be_followed_is_not_shown_as_new_until_the_next_day(hall: Television) -> None:
    hall.call(1)
    hall.mirror.bodies = (*hall.queue.facts, TicketCalled(hall.office_ms, name(99), 2, "s2"))
    hall.confirmed = hall.clock.instant().boottime_ms
    hall.machine.look()
    hall.settle()
    assert len(hall.said) == 1
    for _ in range(3):
        hall.wait(10 * SECOND)
        hall.confirmed = hall.clock.instant().boottime_ms
        hall.machine.look()
        hall.settle()
    assert hall.machine.sight.lost
    hall.mirror.bodies = (*hall.mirror.bodies, DayOpened("2026-11-24", "clock"))
    hall.confirmed = hall.clock.instant().boottime_ms
    hall.machine.look()
    assert not hall.settle().machine.sight.lost


def test_the_numbers_of_yesterday_are_gone_at_the_turn_of_the_day(hall: Television) -> None:
    hall.call(1)
    for _ in range(3 * 60 * 16):  # from noon until the next office day, the office confirming all the while
        hall.clock.boottime_ms += 20 * SECOND
        hall.hear()
    assert hall.machine.sight.as_of is not None
    assert hall.machine.sight.as_of.day == 24
    assert (hall.numbers(), hall.before()) == ([], [])


def test_its_journal_tells_the_start_and_the_clock_and_nothing_else(hall: Television) -> None:
    hall.call(1)
    hall.wait(3_600_000)
    hall.hear()
    assert hall.kinds() == ["JournalOpened", "MachineStarted", "ClockAnchored"]
    assert hall.woken == 2


def test_without_a_time_that_somebody_vouches_for_no_number_is_shown(tmp_path: Path) -> None:
    hall = Television(tmp_path, trust=Trust.NTP)
    hall.queue.take(1)
    hall.hear()
    hall.call(1)
    assert hall.machine.sight == Sight()
    at = BootMs(hall.clock.boottime_ms)
    hall.inbox = InboxState("idle", office_time=OfficeTime(UtcMs(NOON + at), BOOT, BootMs(at - 10), at))
    hall.hear()
    assert hall.numbers() == [("A001", 1)]


def test_a_disk_that_takes_nothing_is_tried_again(tmp_path: Path) -> None:
    hall = Television(tmp_path, refusing=DiskTrouble.FULL)
    hall.queue.take(1)
    hall.hear()
    hall.call(1)
    assert (hall.kinds(), hall.machine.sight) == (["JournalOpened"], Sight())
    hall.journal.refusing = None
    hall.wait(DISK_RETRY_MS + 1)
    assert hall.kinds()[1:] == ["MachineStarted", "ClockAnchored"]
    assert hall.hear().numbers() == [("A001", 1)]


def test_it_begins_anew_where_its_own_journal_has_two_histories_and_only_there(hall: Television) -> None:
    own = hall.disk.opened().journal_id
    parted = InboxState("quarantine", reason="fork", journal_id=own, common=Seq(2))
    for state, anew in (
        (InboxState("idle"), False),
        (parted, True),
        (replace(parted, journal_id=JournalId("aa")), False),
    ):
        hall.inbox = state
        hall.hear()
        assert hall.machine.must_begin_anew() is anew


def test_the_hours_are_known_where_it_has_the_offices_calendar(tmp_path: Path) -> None:
    calendar = parse_calendar((EXAMPLE / "calendar.toml").read_bytes())
    hall = Television(tmp_path, 1, calendar=calendar)
    hall.hear(CounterPaused(hall.office_ms, 1, "s1", "lunch"))
    assert hall.machine.sight.board is not None
    assert hall.machine.sight.board.scene is Scene.BREAK
    hall.wait(7 * 3_600_000)
    hall.hear(CounterClosed(hall.office_ms, 1, "s1"))
    board = hall.machine.sight.board
    assert board is not None
    assert (board.scene, board.opens is not None) == (Scene.CLOSED, True)


def test_it_begins_with_the_last_two_days_of_a_long_journal() -> None:
    asked: list[int] = []

    class Noting(FakeMirror):
        def news(self, most: int, days: int) -> Any:
            asked.append(days)
            return super().news(most, days)

    watch = BoardWatch(Noting([DayOpened("2026-11-23", "clock")]), lambda line: None)
    assert watch.look(Instant(BOOT, BootMs(5)), BootMs(4))
    assert (asked, watch.as_of, watch.live.day) == ([2], 4, "2026-11-23")
