"""*My ticket* at a kiosk that did not give the ticket: found by number and code, and by nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.enquiry import FREE_TRIES, WAIT_MS
from kiosk.hall import OLDEST_MS, OfficeHall
from kiosk.screen_inputs import Back, Done, ImBack
from kiosk.screen_types import Screen, Stage, Standing
from sync.facts import DayOpened, TicketReturned
from sync.facts_office import RuleAdopted, TicketAdmitted
from sync.masked import reveal
from sync.tickets import QueueTicket
from sync.types import Seq
from tests.kiosk.fakes import Kiosk
from tests.kiosk.halls import OTHER, SECRET, TODAY, Beside
from tests.kiosk.test_machine_day import ask_for, of

MINUTE = 60_000
SERVICE, CODE = "move-in", "4831"


@pytest.fixture
def site(tmp_path: Path) -> Beside:
    return Beside(tmp_path, (SERVICE,), ("waste-fee",))


def found(kiosk: Kiosk, label: str, code: str = CODE) -> Standing:
    """What is told of this number."""
    ask_for(kiosk, label, code)
    standing = kiosk.machine.state.standing
    assert kiosk.screen() is Screen.STANDING, kiosk.machine.state.typing
    assert standing is not None
    return standing


def refused(kiosk: Kiosk, label: str, code: str) -> str | None:
    """Why nothing is told of it."""
    ask_for(kiosk, label, code)
    why = kiosk.machine.state.typing.refused
    assert kiosk.screen() is Screen.MY_TICKET
    kiosk.machine.give(Back())
    return why


def test_another_machines_ticket_is_told_as_one_of_this_kiosk(site: Beside) -> None:
    kiosk = site.kiosk
    site.other(1, "0000")
    kiosk.later(2 * MINUTE)
    site.other(2, CODE)
    kiosk.later(MINUTE)
    site.others(1, priority=True)
    place = found(kiosk, "B002")
    assert (place.label, place.day, place.services, place.stage) == ("B002", TODAY, (SERVICE,), Stage.WAITING)
    assert (place.ahead, place.counters, place.seq) == (1, (1,), 0)
    assert place.minutes is not None
    assert f"{place.issued:%H:%M}" == "12:03", "since when it waits, on the office's wall clock"
    assert not kiosk.machine.state.condition.again, "no copy of it is offered here"
    site.call("B001")
    site.queue.serve()
    site.tell()
    assert kiosk.machine.state.standing.ahead == 0  # type: ignore[union-attr]
    site.call("A502")
    site.queue.serve()
    site.tell()
    passed = kiosk.machine.state.standing.passed  # type: ignore[union-attr]
    assert passed == (("A502", "priority"),), "who went first, though taken later"
    site.call("B002")
    place = kiosk.machine.state.standing  # type: ignore[assignment]
    assert (place.stage, place.counter) == (Stage.CALLED, 1)


def test_im_back_is_noted_here_for_another_machines_ticket(site: Beside) -> None:
    kiosk = site.kiosk
    site.other(1, CODE)
    site.call("B001")
    site.queue.now = site.now
    site.queue.no_show()
    site.tell()
    assert found(kiosk, "B001").can_return
    kiosk.clock.boottime_ms += 1_000
    kiosk.machine.give(ImBack())
    noted = kiosk.machine.state.standing
    assert noted is not None
    assert (noted.returned, noted.can_return) == (True, False)
    assert of(kiosk, TicketReturned) == [TicketReturned(TODAY, "B001")]
    site.admit()
    assert kiosk.machine.state.standing.stage is Stage.WAITING  # type: ignore[union-attr]
    kiosk.machine.give(Done())
    kiosk.close()
    again = Kiosk(kiosk.folder, hall=site.hall).begin()
    assert site.hall.others("B001", _here(again))[0].code == CODE


def _here(kiosk: Kiosk):  # type: ignore[no-untyped-def]
    here = kiosk.machine._clerk._here()
    assert here is not None
    return here


def test_without_the_office_it_is_found_by_the_mirror_and_that_it_is_back_is_noted(site: Beside) -> None:
    kiosk = site.kiosk
    for n in (1, 2, 3):
        site.other(n, CODE)
    site.others(5)
    site.cut()
    kiosk.later(OLDEST_MS + 5 * MINUTE)
    place = found(kiosk, "B003")
    assert (place.stage, place.ahead, place.counters) == (None, None, None), "where it stands nobody knows"
    assert (place.taken_before, place.can_return) == (2, True), "of the same kind, by the same machine"
    assert f"{place.as_of:%H:%M}" == "12:16"
    kiosk.machine.give(ImBack())
    assert of(kiosk, TicketReturned) == [TicketReturned(TODAY, "B003")]
    assert kiosk.machine.state.standing.returned  # type: ignore[union-attr]
    kiosk.machine.give(Done())
    assert refused(kiosk, "B002", "0000") == "code", "offline, too, the code has to be right"


def test_wrong_codes_are_counted_whatever_machine_gave_the_number(site: Beside) -> None:
    kiosk = site.kiosk
    site.other(1, CODE)
    site.other(2, "1111")
    told = [refused(kiosk, label, "0000") for label in ("B001", "B002", "B001", "B002", "B001")]
    assert told == ["code"] * (FREE_TRIES - 1) + ["wait"]
    assert refused(kiosk, "B001", CODE) == "wait", "now not even the right one"
    kiosk.later(WAIT_MS)
    assert found(kiosk, "B001").label == "B001"


@pytest.mark.parametrize("strange", [None, "", "48313", "abcd"])
def test_a_ticket_of_an_older_release_is_sent_to_its_machine(site: Beside, strange: str | None) -> None:
    site.other(1, None, masked=strange)
    assert [refused(site.kiosk, "B001", CODE) for _ in range(2 * FREE_TRIES)] == ["elsewhere"] * 2 * FREE_TRIES
    assert refused(site.kiosk, "B009", CODE) == "number"


def test_yesterdays_ticket_of_another_machine_is_found_beside_todays_with_its_number(site: Beside) -> None:
    kiosk, tomorrow = site.kiosk, "2026-11-24"
    kiosk.later(24 * 60 * MINUTE)
    site.queue.now = site.now
    site.tell(DayOpened(tomorrow, "clock"), RuleAdopted(site.now))
    first = site.other(1, CODE, how="carried")
    site.other(1, "1111", day=tomorrow, ticket=replace(first, seq=Seq(61)))
    for code, day, over in ((CODE, TODAY, True), ("1111", tomorrow, False)):
        place = found(kiosk, "B001", code)
        assert (place.day, place.carried_over, place.first_on is not None) == (day, over, over)
        assert not kiosk.machine.state.condition.slip, "no slip of it is offered here"
        kiosk.machine.give(ImBack())
        kiosk.machine.give(Done())
    assert refused(kiosk, "B001", "2222") == "code"


def test_yesterdays_queue_tells_nothing(site: Beside) -> None:
    site.other(1, CODE)
    site.kiosk.later(24 * 60 * MINUTE)
    assert refused(site.kiosk, "B001", CODE) == "number"


def test_a_journal_that_takes_the_place_of_the_other_is_read_with_its_own_secret(site: Beside) -> None:
    site.other(1, CODE)
    other = b"\x0e" * 32
    site.mirror.secret, site.mirror.journal = other, OTHER
    site.tell()
    assert refused(site.kiosk, "B001", CODE) == "code", "control: with another journal's secret it does not open"
    masked = next(each.code for each in site.queue.facts if isinstance(each, TicketAdmitted))
    wrong = reveal(masked, other, OTHER, TODAY, "B001")
    assert wrong is not None
    assert found(site.kiosk, "B001", wrong).label == "B001", "it is that secret which was asked"


class Trusting(OfficeHall):
    """Control: it takes what the fact holds for the code."""

    def _other(self, live, ticket: QueueTicket, here):  # type: ignore[no-untyped-def]
        return super()._other(live, ticket, here)._replace(code=ticket.code)


def test_a_kiosk_that_takes_the_mask_for_the_code_is_caught(site: Beside) -> None:
    site.other(1, CODE)
    site.hall.__class__ = Trusting
    assert refused(site.kiosk, "B001", CODE) == "code"
    assert reveal(site.queue.live.waiting()[0].code, SECRET, OTHER, TODAY, "B001") == CODE
