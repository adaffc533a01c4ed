"""The whole machine beside an office: what it tells before a ticket, with it and of it, and what is on record."""

from pathlib import Path

import pytest

from kiosk.clerk import Clerk
from kiosk.screen_inputs import Back, ChooseLanguage, ChooseService, Done, ImBack, SetPriority, Take
from kiosk.screen_inputs import OpenPriority as AskPriority
from kiosk.screen_types import Screen, Stage, Standing, Wait
from sync.facts import DayOpened, TicketIssued, TicketPromised, TicketReturned
from sync.facts_office import CounterClosed, RuleAdopted, TicketAdmitted
from sync.types import Seq
from tests.kiosk.fakes import Kiosk
from tests.kiosk.halls import TODAY, Beside
from tests.kiosk.test_machine_day import ask_for, at_office, code_of, of, weekdays

MINUTE = 60_000
SERVICE = "move-in"


def look_at(kiosk: Kiosk, service: str = SERVICE) -> Wait | None:
    """Open this service; what is said of the wait."""
    kiosk.machine.give(ChooseLanguage("en"))
    kiosk.machine.give(ChooseService(service))
    return kiosk.machine.state.condition.wait


def place_of(kiosk: Kiosk, label: str) -> Standing:
    """*My ticket* of this number."""
    ask_for(kiosk, label, code_of(kiosk, label))
    standing = kiosk.machine.state.standing
    assert kiosk.screen() is Screen.STANDING
    assert standing is not None
    return standing


def taken(kiosk: Kiosk) -> None:
    """A ticket, and the screen free again."""
    kiosk.take(service=SERVICE)
    kiosk.machine.give(Done())


# Before, and with the ticket --------------------------------------------------------------------------------------


def test_the_wait_is_told_before_a_ticket_is_taken_and_follows_the_hall(tmp_path: Path) -> None:
    site = Beside(tmp_path, (SERVICE,))
    site.others(4)
    told = look_at(site.kiosk)
    assert told is not None
    assert told.ahead == 4
    assert 0 < told.low < told.high
    patience = site.kiosk.machine.deadline()
    site.kiosk.later(10_000)
    site.others(3)
    after = site.kiosk.machine.state.condition.wait
    assert after is not None
    assert (after.ahead, after.low > told.low) == (7, True)
    assert site.kiosk.screen() is Screen.DETAILS
    assert site.kiosk.machine.deadline() == patience, "what the office says is no touch"
    site.kiosk.machine.give(Back())
    assert site.kiosk.machine.state.condition.wait is None


def test_who_asks_for_priority_is_told_the_wait_with_it(tmp_path: Path) -> None:
    site = Beside(tmp_path, (SERVICE,))
    site.kiosk.clock.boottime_ms += 30 * MINUTE
    site.others(6, since=site.now - 5 * MINUTE)
    plain = look_at(site.kiosk)
    site.kiosk.machine.give(AskPriority())
    site.kiosk.machine.give(SetPriority(True))
    shown = site.kiosk.machine.state.condition.wait
    assert plain is not None
    assert shown is not None
    assert shown.high <= plain.high


@pytest.mark.parametrize("counters", [(), (("waste-fee",),)], ids=["nobody at work", "nobody for this"])
def test_where_no_counter_serves_it_nothing_is_promised(tmp_path: Path, counters: tuple[tuple[str, ...], ...]) -> None:
    site = Beside(tmp_path, *counters)
    site.others(4)
    assert look_at(site.kiosk) is None
    site.kiosk.machine.give(Take())
    site.kiosk.settle()
    assert of(site.kiosk, TicketPromised) == []
    drawn = site.kiosk.drawn[-1]
    assert (drawn.ahead, drawn.wait) == (None, None)


def test_what_is_promised_is_on_record_with_the_ticket_and_the_same_on_screen_paper_and_copy(tmp_path: Path) -> None:
    site = Beside(tmp_path, (SERVICE,))
    kiosk = site.kiosk
    site.others(5)
    promised = look_at(kiosk)
    before = kiosk.disk.end.seq
    kiosk.machine.give(Take())
    assert kiosk.machine.state.ticket is not None
    assert kiosk.machine.state.ticket.wait == promised
    kiosk.settle()
    assert promised is not None
    kinds = [entry.fact.kind for entry in kiosk.disk.entries(before)][:4]
    assert kinds == ["ticket.issued", "ticket.language", "ticket.promised", "print.sending"]
    seq = Seq(before + 1)
    assert of(kiosk, TicketPromised) == [TicketPromised(seq, promised.low, promised.high, promised.ahead)]
    assert (kiosk.drawn[-1].ahead, kiosk.drawn[-1].wait) == (promised.ahead, (promised.low, promised.high))
    site.others(9)
    copy = kiosk.machine.desk.on_paper(seq, copy=True)
    assert (copy.ahead, copy.wait) == (promised.ahead, (promised.low, promised.high))
    assert kiosk.machine.desk.shown(seq).wait == promised
    kiosk.close()
    again = Kiosk(tmp_path, hall=site.hall).begin()
    assert again.machine.desk.on_paper(seq, copy=True).wait == (promised.low, promised.high), "after a restart too"


def test_a_visit_with_priority_and_a_promise_is_read_whole(tmp_path: Path) -> None:
    site = Beside(tmp_path, (SERVICE,))
    kiosk = site.kiosk
    look_at(kiosk)
    kiosk.machine.give(AskPriority())
    kiosk.machine.give(SetPriority(True))
    kiosk.machine.give(Take())
    kiosk.settle()
    seq = next(entry.seq for entry in kiosk.disk.entries() if entry.fact.kind == TicketIssued.kind)
    found = kiosk.machine.record.ticket(seq)
    assert found is not None
    assert (found.language, found.priority, found.promised is not None) == ("en", True, True)


def test_the_second_ticket_is_told_of_the_first_before_the_office_has_it(tmp_path: Path) -> None:
    site = Beside(tmp_path, (SERVICE,))
    taken(site.kiosk)
    taken(site.kiosk)
    assert [body.ahead for body in of(site.kiosk, TicketPromised)] == [0, 1]
    site.admit()
    taken(site.kiosk)
    assert [body.ahead for body in of(site.kiosk, TicketPromised)] == [0, 1, 2], "nobody is counted twice"


def test_a_kiosk_cut_from_its_office_counts_its_own_for_a_while_then_says_only_what_it_knows(tmp_path: Path) -> None:
    site = Beside(tmp_path, (SERVICE,))
    kiosk = site.kiosk
    site.others(3)
    site.cut()
    kiosk.later(MINUTE)
    taken(kiosk)
    kiosk.later(4 * MINUTE)
    taken(kiosk)
    assert len(of(kiosk, TicketPromised)) == 1, "after five minutes nothing more is promised"
    place = place_of(kiosk, "A002")
    assert (place.stage, place.ahead) == (Stage.WAITING, 4)
    assert f"{place.as_of:%H:%M}" == "12:01", "and said as of when"
    kiosk.machine.give(Done())
    kiosk.later(6 * MINUTE)
    place = place_of(kiosk, "A002")
    assert (place.stage, place.ahead, place.taken_before) == (None, None, 1)
    assert f"{place.as_of:%H:%M}" == "12:12"


def test_a_resting_kiosk_is_not_woken_by_the_hall(tmp_path: Path) -> None:
    site, plain = Beside(tmp_path / "a", (SERVICE,)), Kiosk(tmp_path / "b").begin()
    site.others(5)
    assert site.kiosk.machine.deadline() == plain.machine.deadline()


# My ticket --------------------------------------------------------------------------------------------------------


def test_the_place_in_sight_follows_the_hall_to_the_call_and_past_it(tmp_path: Path) -> None:
    site = Beside(tmp_path, (SERVICE,))
    kiosk = site.kiosk
    site.others(2)
    taken(kiosk)
    site.admit()
    place = place_of(kiosk, "A001")
    assert (place.stage, place.ahead, place.counters, place.can_return) == (Stage.WAITING, 2, (1,), False)
    assert place.minutes is not None
    until = kiosk.machine.deadline()
    kiosk.later(10_000)
    site.call("A001")
    place = kiosk.machine.state.standing  # type: ignore[assignment]
    assert (place.stage, place.counter) == (Stage.CALLED, 1)
    assert kiosk.machine.deadline() == until, "nobody has touched anything"
    site.queue.no_show()
    site.tell()
    place = kiosk.machine.state.standing  # type: ignore[assignment]
    assert (place.stage, place.can_return) == (Stage.ABSENT, True)


def test_im_back_can_be_said_again_when_the_call_was_missed_again(tmp_path: Path) -> None:
    site = Beside(tmp_path, (SERVICE,))
    kiosk = site.kiosk
    taken(kiosk)
    site.admit()
    for times in (1, 2):
        kiosk.clock.boottime_ms += MINUTE
        site.call("A001")
        site.queue.now = site.now
        site.queue.no_show()
        site.tell()
        assert place_of(kiosk, "A001").can_return
        kiosk.clock.boottime_ms += 1_000
        kiosk.machine.give(ImBack())
        noted = kiosk.machine.state.standing
        assert noted is not None
        assert (noted.returned, noted.can_return) == (True, False)
        kiosk.machine.give(ImBack())
        assert of(kiosk, TicketReturned) == [TicketReturned(TODAY, "A001")] * times
        site.admit()
        back = kiosk.machine.state.standing
        assert back is not None
        assert (back.stage, back.returned) == (Stage.WAITING, True)
        kiosk.machine.give(Done())


def test_a_number_of_another_machine_is_sent_there_and_no_code_is_tried(tmp_path: Path) -> None:
    site = Beside(tmp_path, (SERVICE,))
    site.others(1)  # A500
    for _ in range(9):
        ask_for(site.kiosk, "A500", "0000")
        assert site.kiosk.machine.state.typing.refused == "elsewhere"
        site.kiosk.machine.give(Back())
    taken(site.kiosk)
    ask_for(site.kiosk, "A499", "0000")
    assert site.kiosk.machine.state.typing.refused == "number"
    site.kiosk.machine.give(Back())
    site.admit()
    assert place_of(site.kiosk, "A001").stage is Stage.WAITING, "those tries locked nobody out"


def test_yesterdays_ticket_that_was_carried_over_is_found_by_its_own_code(tmp_path: Path) -> None:
    site = Beside(tmp_path, (SERVICE,))
    kiosk = site.kiosk
    taken(kiosk)
    site.admit()
    old = code_of(kiosk, "A001")
    first = next(each for each in site.queue.live.waiting())
    kiosk.later(24 * 60 * MINUTE)
    site.queue.now = site.now
    today = "2026-11-24"
    again = TicketAdmitted(site.now, first.name, TODAY, "A001", first.services, first.since_ms, "carried")
    site.tell(DayOpened(today, "clock"), RuleAdopted(site.now), again)
    ask_for(kiosk, "A001", old)
    place = kiosk.machine.state.standing
    assert place is not None
    assert (place.day, place.carried_over, place.stage) == (TODAY, True, Stage.WAITING)
    kiosk.machine.give(Done())
    taken(kiosk)  # today's A001
    site.admit()
    new = [fact for fact in of(kiosk, TicketIssued) if fact.day == today][-1]
    code = kiosk.machine.desk.secrets(new).code
    for typed, day in ((old, TODAY), (code, today)):
        ask_for(kiosk, "A001", typed)
        found = kiosk.machine.state.standing
        assert found is not None
        assert found.day == day, "the code tells two tickets of one number apart"
        kiosk.machine.give(Done())


# Closing ----------------------------------------------------------------------------------------------------------


def test_too_late_goes_by_the_real_queue(tmp_path: Path) -> None:
    site = Beside(tmp_path, (SERVICE,), calendar=weekdays())
    site.kiosk.later(3 * 60 * MINUTE)  # 15:01, closes 16:30
    site.queue.now = site.now
    site.tell()
    look_at(site.kiosk)
    site.kiosk.machine.give(Take())
    assert site.kiosk.screen() is Screen.TICKET, "control: there is time"
    site.kiosk.machine.give(Done())
    site.others(12)  # at other kiosks: this one has given out a single number
    look_at(site.kiosk)
    site.kiosk.machine.give(Take())
    assert site.kiosk.screen() is Screen.LATE
    site.kiosk.machine.give(Take(anyway=True))
    assert site.kiosk.screen() is Screen.TICKET


def nine_tickets(kiosk: Kiosk) -> None:
    """At 15:01, an hour and a half before closing, for a quarter of an hour each."""
    kiosk.later(180 * MINUTE)
    for _ in range(9):
        kiosk.take(service=SERVICE)
        if kiosk.screen() is Screen.LATE:
            kiosk.machine.give(Take(anyway=True))
        kiosk.machine.give(Done())


def test_where_the_office_has_served_everybody_nobody_is_warned(tmp_path: Path) -> None:
    site = Beside(tmp_path / "told", (SERVICE,), calendar=weekdays())
    alone = at_office(tmp_path / "alone", weekdays())
    for kiosk in (site.kiosk, alone):
        nine_tickets(kiosk)
    site.admit()
    site.queue.now = site.now
    assert len(site.queue.calls()) == 9
    site.tell()
    for kiosk in (site.kiosk, alone):
        look_at(kiosk)
        kiosk.machine.give(Take())
    assert site.kiosk.screen() is Screen.TICKET
    assert alone.screen() is Screen.LATE, "control: by its own tickets alone there is no time left"


# Controls ---------------------------------------------------------------------------------------------------------


class Forgetful(Clerk):
    """Control: it does not look at what this kiosk has issued itself."""

    def _own(self):  # type: ignore[no-untyped-def]
        return iter(())


def test_a_clerk_that_forgets_its_own_tickets_is_caught(tmp_path: Path) -> None:
    site = Beside(tmp_path, (SERVICE,))
    clerk = site.kiosk.machine._clerk
    clerk.__class__ = Forgetful
    taken(site.kiosk)
    taken(site.kiosk)
    assert [body.ahead for body in of(site.kiosk, TicketPromised)] == [0, 0]


def test_a_counter_that_closes_takes_its_range_with_it(tmp_path: Path) -> None:
    site = Beside(tmp_path, (SERVICE,))
    site.others(2)
    assert look_at(site.kiosk) is not None
    site.tell(CounterClosed(site.now, 1, "s1"))
    assert site.kiosk.machine.state.condition.wait is None
