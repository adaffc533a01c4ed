"""The edges of a day: the time by a supervisor's word, closing with slips, numbers that were served by hand."""

import re
from datetime import date
from typing import Any

import pytest

from server import acts, queue
from server.audit_reading import read_day
from server.closing import closing, next_open_day
from server.lastword import Doubt
from server.ledger import Ledger
from server.timekeeper import Timekeeper
from sync.calendar import Calendar, Special, periods_of
from sync.calendar_fact import to_body
from sync.clock import Reading, Trust
from sync.facts import ClockAnchored, DayOpened, understand
from sync.facts_office import ServedByHand, TicketCarried
from sync.facts_restated import RecordWaived
from sync.journal import Instant
from sync.types import BootId, BootMs, UtcMs
from tests.server.busy_desk import BusyDesk
from tests.server.conftest import ZONE
from tests.server.desk import is_in
from tests.server.device import BOOT, DAY, NOON

HOURS = periods_of(["08:30-16:30"])
WEEKDAYS = Calendar("c" * 64, (*(HOURS,) * 5, (), ()), special={date(2026, 11, 24): Special((), {"en": "flood"})})
"""Monday to Friday; on the tests' Tuesday there is a flood."""


def facts(busy: BusyDesk) -> list[Any]:
    own = busy.desk.ledger.own_named()
    assert own is not None
    return [understand(fact) for fact in busy.desk.ledger.held.facts_of_last_day(own[0])]


# The time ------------------------------------------------------------------------------------------------------------


def test_where_nobody_vouches_for_the_clock_a_supervisor_does_and_the_day_opens(busy: BusyDesk) -> None:
    busy.take(1)
    busy.desk.trusted = False
    boss = busy.desk.signed_in("somsri")
    assert "What time is it?" in boss.get("/day").text
    answer = boss.post("/day/clock", {"time": "2026-11-25T08:30"})
    assert answer.headers["location"] == "/day"
    assert busy.live.day == "2026-11-25"
    own = facts(busy)
    assert [body.by for body in own if isinstance(body, DayOpened)] == ["clock"]
    assert is_in(boss), "nobody is signed out by a clock that is set"
    assert "What time is it?" not in boss.get("/day").text
    assert [each.carried for each in busy.live.waiting()] == [True]


@pytest.mark.parametrize(
    ("time", "sure", "word"),
    [
        ("", False, "Write the date"),
        ("tomorrow", False, "Write the date"),
        ("2026-11-25T08:30+07:00", False, "Write the date"),
        ("2026-10-31T08:30", True, "over for certain"),
        ("2027-11-25T08:30", False, "say so below"),
    ],
)
def test_a_time_that_cannot_be_is_not_taken(busy: BusyDesk, time: str, sure: bool, word: str) -> None:
    busy.desk.job(lambda ledger: ledger.append([ClockAnchored(NOON, 50, "ntp")], Instant(BOOT, BootMs(1000))))
    busy.desk.trusted = False
    boss = busy.desk.signed_in("somsri")
    answer = boss.post("/day/clock", {"time": time} | ({"sure": "1"} if sure else {}))
    assert answer.status_code == 422
    assert word in answer.text
    assert not busy.desk.trusted


def test_a_time_long_after_the_last_is_taken_when_it_is_said_twice(busy: BusyDesk) -> None:
    busy.desk.job(lambda ledger: ledger.append([ClockAnchored(NOON, 50, "ntp")], Instant(BOOT, BootMs(1000))))
    busy.desk.trusted = False
    boss = busy.desk.signed_in("somsri")
    assert 'name="sure"' in boss.post("/day/clock", {"time": "2027-11-25T08:30"}).text
    assert boss.post("/day/clock", {"time": "2027-11-25T08:30", "sure": "1"}).status_code == 303
    assert busy.live.day == "2027-11-25"


def test_a_clock_that_somebody_vouches_for_is_not_set_by_hand(busy: BusyDesk) -> None:
    boss = busy.desk.signed_in("somsri")
    assert boss.post("/day/clock", {"time": "2027-01-01T08:30"}).status_code == 303
    assert (busy.live.day, busy.desk.time) == (None, NOON)


class Clock:
    """A machine's clocks. `disciplined`: NTP keeps the time."""

    def __init__(self) -> None:
        self.boot, self.ms, self.utc_ms, self.disciplined = BOOT, 1000, 0, False

    def instant(self) -> Instant:
        return Instant(self.boot, BootMs(self.ms))

    def read(self) -> Reading:
        return Reading(self.boot, BootMs(self.ms), UtcMs(self.utc_ms), self.disciplined, 5)


def test_the_offices_time_is_staffs_word_until_the_clock_is_kept_and_goes_on_when_it_no_longer_is(
    busy: BusyDesk,
) -> None:
    clock, ledger = Clock(), busy.desk.ledger
    keeper = Timekeeper(clock, Trust.NTP, ledger.own_timeline)
    with ledger.transaction():
        keeper.look(ledger)
    assert keeper.now() is None
    with ledger.transaction():
        keeper.confirm(ledger, NOON)
    clock.ms += 60_000
    assert keeper.now() == (NOON + 60_000, "staff")
    clock.utc_ms, clock.disciplined = NOON + 90_000, True
    with ledger.transaction():
        keeper.look(ledger)
    assert keeper.now() == (NOON + 90_000, "clock")
    clock.ms, clock.utc_ms, clock.disciplined = clock.ms + 1000, 0, False
    assert keeper.now() == (NOON + 91_000, "clock"), "the Internet is cut: the time is still known"
    again = Timekeeper(clock, Trust.NTP, ledger.own_timeline)
    with ledger.transaction():
        again.look(ledger)
    assert again.now() == (NOON + 91_000, "clock"), "the server was started again"
    clock.boot = BootId("e" * 32)
    assert again.now() is None, "after another start of the machine nobody knows"


# Closing -------------------------------------------------------------------------------------------------------------


def test_the_office_opens_next_by_its_calendar() -> None:
    assert next_open_day(None, date(2026, 11, 23)) == date(2026, 11, 24)
    assert next_open_day(WEEKDAYS, date(2026, 11, 23)) == date(2026, 11, 25)
    assert next_open_day(WEEKDAYS, date(2026, 11, 27)) == date(2026, 11, 30)
    assert next_open_day(Calendar("", ((),) * 7), date(2026, 11, 27)) == date(2026, 11, 28)


def evening(busy: BusyDesk) -> None:
    """Seven numbers: served, at a counter, on an errand, missed, and three that wait."""
    busy.tell(to_body(WEEKDAYS))
    busy.take(*range(1, 8))
    busy.do(acts.Open(), acts.Next(), acts.Came(), acts.Finish())
    busy.do(acts.Next(), acts.Came(), acts.Park("copy"))
    busy.do(acts.Next(), acts.NoShow("gave-up"))
    busy.do(acts.Next(), acts.Came())


def test_whoever_waits_or_is_on_an_errand_is_carried_over_to_the_next_open_day(busy: BusyDesk) -> None:
    evening(busy)
    boss = busy.desk.signed_in("somsri")
    page = boss.get("/day").text
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen is not None
    assert seen[1].split() == ["A002", "A005", "A006", "A007"]
    busy.take(8)  # whoever comes after the page was drawn is not carried over unseen
    assert boss.post("/day/carry", {"seen": seen[1]}).status_code == 303
    carried = [body for body in facts(busy) if isinstance(body, TicketCarried)]
    assert {body.to_day for body in carried} == {"2026-11-25"}
    day = closing(busy.live)
    assert [each.label for each in day.carried] == ["A002", "A005", "A006", "A007"]
    assert [each.label for each in day.left] == ["A008"]
    assert [each.label for each in day.missed] == ["A003"]
    assert (day.served, [each.label for each in day.at_counters]) == (1, ["A004"])
    boss.post("/day/carry", {"seen": seen[1]})
    assert len([body for body in facts(busy) if isinstance(body, TicketCarried)]) == 4
    assert re.search(r"Carried over</dt><dd>4<", boss.get("/day").text)


def test_they_are_first_on_that_day_and_the_audit_finds_nothing(busy: BusyDesk) -> None:
    evening(busy)
    boss = busy.desk.signed_in("somsri")
    boss.post("/day/carry", {"seen": "A002 A005 A006 A007"})
    busy.desk.time += 2 * 24 * 3_600_000
    busy.desk.day = "2026-11-25"
    busy.do(acts.Open(), acts.Next())
    called = busy.live.at_counter(1)
    assert called is not None
    assert (called.label, called.day) == ("A002", DAY)
    for day in (DAY, "2026-11-25"):
        assert read_day(busy.desk._db, day, ZONE).audit.violations == ()


def test_slips_are_printed_in_every_language(busy: BusyDesk) -> None:
    evening(busy)
    boss = busy.desk.signed_in("somsri")
    assert "Nobody was carried over" in boss.get("/day/slips").text
    boss.post("/day/carry", {"seen": "A002 A005"})
    page = boss.get("/day/slips").text
    assert re.findall(r'class="number">(\w+)<', page) == ["A002", "A005"]
    for text in ("called first on 25 November 2026", "วันที่ 25 พฤศจิกายน พ.ศ.\u00a02569", "2026 ခုနှစ် နိုဝင်ဘာလ 25 ရက်"):
        assert page.count(text) == 2


# Without machines ----------------------------------------------------------------------------------------------------


def test_emergency_numbers_have_a_letter_of_their_own(busy: BusyDesk) -> None:
    boss = busy.desk.signed_in("somsri")
    page = boss.get("/day").text
    free = re.findall(r'type="radio" name="series" value="(.)"', page)
    assert "Z" in free
    assert not {"A", "B", "I", "O"} & set(free)
    sheets = boss.get("/day/numbers?series=Z&begin=25&sheets=2").text
    assert re.findall(r'class="number">(\w+)<', sheets) == [f"Z{n:03}" for n in range(25, 67)]
    for wrong in ("series=I", "series=ZZ", "series=Z&begin=0", "series=Z&sheets=21"):
        assert boss.get(f"/day/numbers?{wrong}").status_code == 303


INTERVAL = {"series": "Z", "first": "1", "last": "37", "from": "2026-11-23T09:00", "to": "2026-11-23T11:30"}


def test_what_was_served_by_hand_is_entered_once_and_counted(busy: BusyDesk) -> None:
    boss = busy.desk.signed_in("somsri")
    for _ in range(2):
        assert boss.post("/day/by-hand", INTERVAL | {"key": "ab" * 16}).status_code == 303
    (body,) = [body for body in facts(busy) if isinstance(body, ServedByHand)]
    assert (body.first, body.last, body.to_ms - body.from_ms) == (1, 37, 150 * 60_000)
    assert re.search(r"emergency numbers</dt><dd>37<", boss.get("/day").text)
    audit = read_day(busy.desk._db, DAY, ZONE).audit
    assert (audit.totals.power_cut, audit.totals.calls, audit.violations) == (37, 0, ())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"series": "A"}, "hand"),
        ({"series": "I"}, "hand"),
        ({"first": "0"}, "first"),
        ({"first": "40"}, "first"),
        ({"last": "501"}, "first"),
        ({"from": "yesterday"}, "from"),
        ({"to": ""}, "to"),
        ({"to": "2026-11-23T23:00"}, "hand"),
        ({"from": "2026-11-23T11:31"}, "hand"),
    ],
)
def test_an_interval_that_cannot_be_is_not_entered(busy: BusyDesk, change: dict[str, str], field: str) -> None:
    boss = busy.desk.signed_in("somsri")
    answer = boss.post("/day/by-hand", INTERVAL | change | {"key": "ab" * 16})
    assert answer.status_code == 422
    assert (f'id="{field}-fault"' in answer.text) or ("alert" in answer.text and field == "hand")
    assert not any(isinstance(body, ServedByHand) for body in facts(busy))


def test_after_a_restore_a_supervisor_goes_on_without_what_is_missing(busy: BusyDesk) -> None:
    busy.take(1)
    own = busy.desk.ledger.own_named()
    assert own is not None

    def restored(ledger: Ledger) -> None:
        ledger.in_doubt = Doubt(own[0], 1)
        queue.begin(ledger)

    busy.desk.job(restored)
    staff, boss = busy.desk.signed_in("boon"), busy.desk.signed_in("somsri")
    page = boss.get("/day").text
    assert "not whole" in page
    assert "Go on without it" in page
    assert busy.live.tickets == {}
    refused = boss.post("/issue", {"service": "register", "language": "th", "key": "0" * 32})
    assert "old copy of its record" in refused.text
    assert staff.post("/day/go-on", {}).status_code == 403
    assert boss.post("/day/go-on", {}).headers["location"] == "/day"
    assert "not whole" not in boss.get("/day").text
    assert [each.label for each in busy.live.waiting()] == ["A001"]
    assert isinstance(facts(busy)[-1], RecordWaived)
