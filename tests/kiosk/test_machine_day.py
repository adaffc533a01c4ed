"""The machine through an office's day: hours, breaks, late visits, several errands, priority, *my ticket*, help."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kiosk.enquiry import FREE_TRIES
from kiosk.screen_inputs import (
    AddErrand,
    AskHelp,
    Back,
    Browse,
    ChooseLanguage,
    ChooseService,
    EndHelp,
    Enter,
    ImBack,
    OpenMyTicket,
    OpenPriority,
    SetCases,
    SetPriority,
    Take,
    Type,
)
from kiosk.screen_types import Moment, Screen
from sync.calendar import ALWAYS_OPEN, Break, Calendar, ClosedWhy, Period, Special, time_of
from sync.clock import Trust
from sync.disk import DiskTrouble
from sync.facts import (
    CalendarAdopted,
    HelpAsked,
    HelpEnded,
    TicketIssued,
    TicketLanguage,
    TicketPriority,
    TicketReturned,
)
from sync.issuing import secrets_of
from tests.kiosk.fakes import KEY, Kiosk, opened

MINUTE = 60_000
HOUR = 60 * MINUTE
NOON_PERIOD = (Period(510, 990),)  # 08:30-16:30; the kiosk's clock begins at 12:01
LUNCH = Break(time_of("12:00"), time_of("13:00"), True, {"en": "lunch", "th": "พัก", "my": "နား"})


def weekdays(**changes: Any) -> Calendar:
    calendar = Calendar("d" * 64, (NOON_PERIOD,) * 5 + ((), ()), counters=1)
    return replace(calendar, **changes)


def at_office(folder: Path, calendar: Calendar = ALWAYS_OPEN, **given: Any) -> Kiosk:
    return opened(folder, calendar=calendar, **given)


def of(kiosk: Kiosk, shape: type[Any]) -> list[Any]:
    return [fact for fact in kiosk.facts() if isinstance(fact, shape)]


def code_of(kiosk: Kiosk, label: str) -> str:
    issued = next(fact for fact in of(kiosk, TicketIssued) if fact.label == label)
    journal = kiosk.disk.opened().journal_id
    return secrets_of(KEY, journal, issued.day, issued.series, issued.lane, issued.n).code


def ask_for(kiosk: Kiosk, label: str, code: str) -> None:
    kiosk.machine.give(OpenMyTicket())
    type_in(kiosk, label, code)


def type_in(kiosk: Kiosk, label: str, code: str) -> None:
    for character in label:
        kiosk.machine.give(Type(character))
    kiosk.machine.give(Enter())
    for character in code:
        kiosk.machine.give(Type(character))


# Hours ------------------------------------------------------------------------------------------------------------


def test_the_kiosk_closes_and_opens_with_its_office_by_itself(tmp_path: Path) -> None:
    kiosk = at_office(tmp_path, weekdays())
    assert kiosk.screen() is Screen.ATTRACT
    kiosk.later(4 * HOUR + 28 * MINUTE)
    assert kiosk.screen() is Screen.ATTRACT, "16:29"
    kiosk.later(MINUTE + 1_000)
    assert kiosk.screen() is Screen.CLOSED, "16:30"
    closed = kiosk.machine.state.condition.closed
    assert closed is not None
    assert (closed.why, f"{closed.opens:%d %H:%M}") == (ClosedWhy.AFTER, "24 08:30")
    kiosk.later(16 * HOUR)
    assert kiosk.screen() is Screen.ATTRACT, "the next morning"


def test_a_closed_office_issues_nothing_whatever_is_touched(tmp_path: Path) -> None:
    declared = Special((), {"en": "power cut", "th": "ไฟดับ", "my": "မီးပျက်"})
    kiosk = at_office(tmp_path, weekdays(special={date(2026, 11, 23): declared}))
    assert kiosk.screen() is Screen.CLOSED
    kiosk.machine.give(Browse())
    kiosk.machine.give(ChooseService(kiosk.catalogue.services[0].id))
    kiosk.machine.give(Take())
    assert (kiosk.screen(), of(kiosk, TicketIssued)) == (Screen.DETAILS, [])


def test_closing_time_that_comes_between_the_last_look_and_the_touch_still_counts(tmp_path: Path) -> None:
    kiosk = at_office(tmp_path, weekdays())
    kiosk.machine.give(ChooseLanguage("th"))
    kiosk.machine.give(ChooseService(kiosk.catalogue.services[0].id))
    kiosk.clock.boottime_ms += 5 * HOUR  # and nobody has looked since
    kiosk.machine.give(Take())
    assert of(kiosk, TicketIssued) == []
    assert kiosk.machine.state.condition.closed is not None


def test_numbers_are_given_during_a_break_that_says_when_staff_are_back(tmp_path: Path) -> None:
    kiosk = at_office(tmp_path, weekdays(breaks=(LUNCH,)))
    hours = kiosk.machine.state.condition.hours
    assert hours is not None
    assert hours.pause == LUNCH
    kiosk.take()
    assert kiosk.label == "A001"
    without = at_office(tmp_path / "other", weekdays(breaks=(replace(LUNCH, tickets=False),)))
    assert without.screen() is Screen.CLOSED
    without.later(HOUR)
    assert without.screen() is Screen.ATTRACT


def test_a_service_with_hours_of_its_own_is_shut_alone(tmp_path: Path) -> None:
    first, second, *_ = at_office(tmp_path / "look").catalogue.services
    kiosk = at_office(tmp_path, weekdays(services={first.id: ((Period(510, 600),),) * 7}))
    kiosk.take(service=first.id)
    assert of(kiosk, TicketIssued) == []
    kiosk.machine.give(Back())
    kiosk.machine.give(ChooseService(second.id))
    kiosk.machine.give(Take())
    assert [ticket.services for ticket in of(kiosk, TicketIssued)] == [(second.id,)]


def test_the_hours_are_adopted_once_and_again_when_they_change(tmp_path: Path) -> None:
    at_office(tmp_path, weekdays()).close()
    kiosk = at_office(tmp_path, weekdays())
    assert [fact.digest for fact in of(kiosk, CalendarAdopted)] == ["d" * 64]
    kiosk.close()
    kiosk = at_office(tmp_path, weekdays(digest="e" * 64))
    assert [fact.digest for fact in of(kiosk, CalendarAdopted)] == ["d" * 64, "e" * 64]


def test_without_a_trusted_clock_nothing_is_said_of_the_hours(tmp_path: Path) -> None:
    kiosk = at_office(tmp_path, weekdays(), trust=Trust.NTP)
    assert (kiosk.screen(), kiosk.machine.state.condition.hours) == (Screen.CONFIRM_DATE, None)


# Late -------------------------------------------------------------------------------------------------------------


def test_work_that_takes_longer_than_the_office_is_open_is_said_before_the_number(tmp_path: Path) -> None:
    kiosk = at_office(tmp_path, weekdays())
    minutes = kiosk.catalogue.services[0].minutes
    issued = 0
    while kiosk.screen() is Screen.ATTRACT:
        kiosk.take()
        issued += kiosk.screen() is Screen.TICKET
        if kiosk.screen() is Screen.TICKET:
            kiosk.machine.give(Back())
    assert kiosk.screen() is Screen.LATE
    assert kiosk.machine.state.closes == Moment(2026, 11, 23, 16, 30)
    assert issued == (4 * 60 + 29) // minutes, "as many as one counter can serve until 16:30"
    assert len(of(kiosk, TicketIssued)) == issued, "nothing is issued before the citizen decides"
    kiosk.machine.give(Take(anyway=True))
    kiosk.settle()
    assert (kiosk.screen(), len(of(kiosk, TicketIssued))) == (Screen.TICKET, issued + 1)


def test_more_counters_get_more_done_before_closing(tmp_path: Path) -> None:
    one = at_office(tmp_path / "one", weekdays(week=((Period(510, 750),),) * 7))
    three = at_office(tmp_path / "three", weekdays(week=((Period(510, 750),),) * 7, counters=3))
    for kiosk in (one, three):
        kiosk.take()
        kiosk.machine.give(Back())
        kiosk.take()
    assert (one.screen(), three.screen()) == (Screen.LATE, Screen.TICKET)


def test_a_kiosk_without_hours_never_warns(tmp_path: Path) -> None:
    kiosk = at_office(tmp_path)
    for n in range(60):
        kiosk.take()
        assert kiosk.screen() is Screen.TICKET, n
        kiosk.machine.give(Back())


# Visits -----------------------------------------------------------------------------------------------------------


def test_several_errands_are_one_number_with_the_series_of_the_first(tmp_path: Path) -> None:
    kiosk = at_office(tmp_path)
    first, second, third, *_ = kiosk.catalogue.services
    for given in (
        ChooseLanguage("my"),
        ChooseService(second.id),
        SetCases(3),
        AddErrand(),
        ChooseService(first.id),
        AddErrand(),
        ChooseService(third.id),
        Take(),
    ):
        kiosk.machine.give(given)
    kiosk.settle()
    (ticket,) = of(kiosk, TicketIssued)
    assert (ticket.series, ticket.services, ticket.cases) == (
        second.series,
        (second.id, first.id, third.id),
        (3, 1, 1),
    )
    (paper,) = kiosk.drawn
    assert ([service.id for service in paper.services], paper.counts) == ([*ticket.services], (3, 1, 1))


def test_priority_is_a_fact_of_its_own_and_a_p_on_paper_and_says_no_more(tmp_path: Path) -> None:
    kiosk = at_office(tmp_path)
    kiosk.machine.give(ChooseLanguage("th"))
    kiosk.machine.give(ChooseService(kiosk.catalogue.services[0].id))
    kiosk.machine.give(OpenPriority())
    kiosk.machine.give(SetPriority(True))
    kiosk.machine.give(Take())
    kiosk.settle()
    assert kiosk.machine.state.ticket is not None
    assert kiosk.machine.state.ticket.priority
    assert kiosk.drawn[-1].priority
    issued = [fact for fact in kiosk.disk.entries() if fact.fact.kind == TicketIssued.kind][-1].fact
    assert of(kiosk, TicketPriority) == [TicketPriority(issued.seq)]
    assert of(kiosk, TicketLanguage) == [TicketLanguage(issued.seq, "th")]
    kiosk.machine.give(Back())
    kiosk.take()
    assert len(of(kiosk, TicketPriority)) == 1, "the next citizen has none"
    assert not kiosk.drawn[-1].priority


# My ticket --------------------------------------------------------------------------------------------------------


def test_a_ticket_is_found_with_its_code_and_tells_its_place(tmp_path: Path) -> None:
    kiosk = at_office(tmp_path)
    for _ in range(3):
        kiosk.take()
        kiosk.machine.give(Back())
    kiosk.later(20 * MINUTE)
    ask_for(kiosk, "A003", code_of(kiosk, "A003"))
    place = kiosk.machine.state.standing
    assert kiosk.screen() is Screen.STANDING
    assert place is not None
    assert (place.label, place.taken_before, place.ahead, place.counters) == ("A003", 2, None, None)
    assert f"{place.issued:%H:%M} {place.as_of:%H:%M}" == "12:01 12:21"


def test_im_back_is_on_record_once_before_it_is_shown(tmp_path: Path) -> None:
    kiosk = at_office(tmp_path)
    kiosk.take()
    kiosk.machine.give(Back())
    ask_for(kiosk, "A001", code_of(kiosk, "A001"))
    kiosk.journal.refusing = DiskTrouble.FULL
    kiosk.machine.give(ImBack())
    assert kiosk.screen() is Screen.OUT_OF_ORDER, "never shown as noted before it is"
    kiosk.journal.refusing = None
    kiosk.later(6_000)
    ask_for(kiosk, "A001", code_of(kiosk, "A001"))
    for _ in range(2):
        kiosk.machine.give(ImBack())
    place = kiosk.machine.state.standing
    assert place is not None
    assert place.returned
    assert of(kiosk, TicketReturned) == [TicketReturned("2026-11-23", "A001")]


def test_a_code_cannot_be_guessed_by_trying(tmp_path: Path) -> None:
    kiosk = at_office(tmp_path)
    kiosk.take()
    kiosk.machine.give(Back())
    right = code_of(kiosk, "A001")
    wrong = f"{(int(right) + 1) % 10_000:04}"
    kiosk.machine.give(OpenMyTicket())
    type_in(kiosk, "A001", wrong)
    for n in range(1, FREE_TRIES):
        assert kiosk.machine.state.typing.refused == "code", n
        for digit in wrong:
            kiosk.machine.give(Type(digit))
    assert kiosk.machine.state.typing.refused == "wait"
    for digit in right:
        kiosk.machine.give(Type(digit))
    assert kiosk.screen() is Screen.MY_TICKET, "not even the right one, now"
    kiosk.machine.give(Back())
    kiosk.later(MINUTE)
    ask_for(kiosk, "A001", right)
    assert kiosk.screen() is Screen.STANDING


@pytest.mark.parametrize("label", ["A002", "B001", "AA001"])
def test_a_number_that_was_not_given_here_today_is_said_to_be_unknown(tmp_path: Path, label: str) -> None:
    kiosk = at_office(tmp_path)
    kiosk.take()
    kiosk.machine.give(Back())
    ask_for(kiosk, label, "0000")
    assert (kiosk.screen(), kiosk.machine.state.typing.refused) == (Screen.MY_TICKET, "number")


def test_yesterdays_number_is_not_todays(tmp_path: Path) -> None:
    kiosk = at_office(tmp_path)
    kiosk.take()
    kiosk.machine.give(Back())
    kiosk.later(24 * HOUR)
    ask_for(kiosk, "A001", code_of(kiosk, "A001"))
    assert kiosk.machine.state.typing.refused == "number"


def test_what_was_asked_before_a_restart_is_known_after_it(tmp_path: Path) -> None:
    kiosk = at_office(tmp_path)
    kiosk.take()
    kiosk.machine.give(Back())
    ask_for(kiosk, "A001", code_of(kiosk, "A001"))
    kiosk.machine.give(ImBack())
    kiosk.machine.give(Back())
    kiosk.machine.give(AskHelp())
    kiosk.close()
    again = at_office(tmp_path)
    assert again.machine.state.condition.help
    ask_for(again, "A001", code_of(again, "A001"))
    place = again.machine.state.standing
    assert place is not None
    assert place.returned


# Help -------------------------------------------------------------------------------------------------------------


def test_staff_are_called_durably_with_a_chime_and_once(tmp_path: Path) -> None:
    kiosk = at_office(tmp_path)
    kiosk.machine.give(ChooseLanguage("my"))
    kiosk.machine.give(AskHelp())
    assert (kiosk.screen(), kiosk.sound.played) == (Screen.HELP, 1)
    kiosk.machine.give(Back())
    kiosk.settle()
    assert kiosk.machine.state.condition.help
    kiosk.machine.give(AskHelp())
    assert of(kiosk, HelpAsked) == [HelpAsked("service")]
    kiosk.machine.give(EndHelp())
    kiosk.settle()
    assert kiosk.machine.record.help is None
    asked = [entry.fact.seq for entry in kiosk.disk.entries() if entry.fact.kind == HelpAsked.kind]
    assert of(kiosk, HelpEnded) == [HelpEnded(asked[0])]


def test_a_call_that_the_disk_refuses_is_not_shown_as_made(tmp_path: Path) -> None:
    kiosk = at_office(tmp_path)
    kiosk.journal.refusing = DiskTrouble.FULL
    kiosk.machine.give(AskHelp())
    assert (kiosk.screen(), kiosk.sound.played) == (Screen.OUT_OF_ORDER, 0)
