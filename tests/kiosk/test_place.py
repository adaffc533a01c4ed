"""The code of an online place at a kiosk: a ticket of its own number, whether the office can be asked or not."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kiosk.enquiry import FREE_TRIES, WAIT_MS
from kiosk.hall import OLDEST_MS
from kiosk.screen_inputs import Back, ChooseLanguage, Done, Erase, OpenPlace, Type
from kiosk.screen_types import Screen
from sync.calendar import Calendar, Period
from sync.disk import DiskTrouble
from sync.facts import DayOpened, TicketIssued, TicketLanguage
from sync.facts_online import OnlineAdopted, OnlineAsked
from sync.online_code import code_hash
from sync.types import UtcMs
from tests.kiosk.fakes import Kiosk
from tests.kiosk.halls import SECRET, TODAY, Beside
from tests.kiosk.test_machine_day import ask_for, of

MINUTE = 60_000
CODE, SERVICE = "482913", "waste-fee"


@pytest.fixture
def site(tmp_path: Path) -> Beside:
    return Beside(tmp_path, ("move-in",), ("waste-fee",))


def give_places(site: Beside) -> None:
    site.tell(OnlineAdopted(site.now, 20, 60 * MINUTE, 20 * MINUTE, "https://q.test/services"))


def asked(site: Beside, digits: str = CODE, **changes: Any) -> str:
    """Somebody asks for a place on a phone, and the kiosk hears of it; the place's name."""
    if site.queue.live.online.terms is None:
        give_places(site)
    name, held = f"place of {digits}", code_hash(digits, TODAY, SECRET)
    site.tell(replace(OnlineAsked(site.now, name, held, (SERVICE,), UtcMs(site.now + 60 * MINUTE)), **changes))
    return name


def type_code(kiosk: Kiosk, code: str = CODE) -> None:
    """The code is typed from the first screen on."""
    kiosk.machine.give(OpenPlace())
    for digit in code:
        kiosk.machine.give(Type(digit))


def refused(kiosk: Kiosk, code: str = CODE) -> str | None:
    """Why no ticket is made of this code."""
    before = len(of(kiosk, TicketIssued))
    type_code(kiosk, code)
    assert kiosk.screen() is Screen.MY_TICKET
    assert len(of(kiosk, TicketIssued)) == before
    why = kiosk.machine.state.typing.refused
    kiosk.machine.give(Back())
    return why


def test_a_code_from_a_phone_becomes_a_numbered_ticket_on_paper(site: Beside) -> None:
    kiosk, name = site.kiosk, asked(site)
    kiosk.machine.give(OpenPlace())
    kiosk.machine.give(ChooseLanguage("my"))
    for digit in CODE:
        kiosk.machine.give(Type(digit))
    assert kiosk.screen() is Screen.TICKET
    (issued,), (language,) = of(kiosk, TicketIssued), of(kiosk, TicketLanguage)
    assert (issued.services, issued.place, issued.n) == ((SERVICE,), name, 1)
    assert language.language == "my"
    kiosk.settle()
    (paper,) = kiosk.drawn
    assert (paper.label, paper.language, paper.priority) == (issued.label, "my", False)
    kiosk.machine.give(Done())
    assert refused(kiosk) == "used"


def test_codes_are_asked_for_where_the_office_gives_places_and_nowhere_else(site: Beside) -> None:
    told = [site.kiosk.machine.state.condition.places]
    give_places(site)
    told.append(site.kiosk.machine.state.condition.places)
    site.tell(DayOpened("2026-11-24", "clock"))
    told.append(site.kiosk.machine.state.condition.places)
    assert told == [False, True, False], "a day's places are over with it"


def test_a_digit_can_be_taken_back_and_nothing_is_made_before_the_sixth(site: Beside) -> None:
    kiosk, _ = site.kiosk, asked(site)
    type_code(kiosk, CODE[:5])
    kiosk.machine.give(Erase())
    kiosk.machine.give(Type("x"))
    assert (kiosk.machine.state.typing.code, of(kiosk, TicketIssued)) == (CODE[:4], [])
    for digit in CODE[4:]:
        kiosk.machine.give(Type(digit))
    assert kiosk.screen() is Screen.TICKET


def test_without_the_office_a_code_that_was_heard_of_before_is_good(site: Beside) -> None:
    kiosk, name = site.kiosk, asked(site)
    site.cut()
    kiosk.later(OLDEST_MS + 5 * MINUTE)
    type_code(kiosk)
    assert [each.place for each in of(kiosk, TicketIssued)] == [name]


def test_a_code_that_another_kiosk_took_is_refused_once_the_office_says_so(site: Beside) -> None:
    kiosk, name = site.kiosk, asked(site)
    site.other(1, None, place=name)
    assert refused(kiosk) == "used"


def test_a_ticket_of_another_kiosk_was_taken_when_its_code_was_typed(
    site: Beside,
) -> None:
    now = site.now
    site.other(1, "4831", since_ms=UtcMs(now - 15 * MINUTE), how="online", came_ms=now)
    ask_for(site.kiosk, "B001", "4831")
    standing = site.kiosk.machine.state.standing
    assert standing is not None
    assert f"{standing.issued:%H:%M}" == "12:01"


def test_a_code_is_good_for_as_long_as_its_page_says(site: Beside) -> None:
    kiosk, _ = site.kiosk, asked(site)
    asked(site, "111111")
    kiosk.later(60 * MINUTE)
    type_code(kiosk)
    assert kiosk.screen() is Screen.TICKET
    kiosk.machine.give(Done())
    kiosk.later(1000)
    assert refused(kiosk, "111111") == "over"


def test_a_code_of_another_day_or_another_office_is_not_known(site: Beside) -> None:
    kiosk = site.kiosk
    asked(site, "111111", code=code_hash("111111", "2026-11-22", SECRET))
    asked(site, "222222", code=code_hash("222222", TODAY, b"\x0e" * 32))
    assert [refused(kiosk, code) for code in ("111111", "222222", "333333")] == ["no-place"] * 3


def test_a_service_that_is_closed_or_not_offered_here_makes_no_ticket(tmp_path: Path) -> None:
    site = Beside(tmp_path, ("waste-fee",), calendar=Calendar("", ((Period(0, 12 * 60 + 30),),) * 7))
    kiosk, _ = site.kiosk, asked(site)
    asked(site, "111111", services=("nothing-here",))
    assert refused(kiosk, "111111") == "shut"
    kiosk.machine.give(OpenPlace())
    kiosk.later(31 * MINUTE)
    assert kiosk.screen() is Screen.CLOSED


def test_whoever_guesses_has_to_wait_and_a_used_code_ends_no_wait(site: Beside) -> None:
    kiosk, _ = site.kiosk, asked(site)
    type_code(kiosk)
    kiosk.machine.give(Done())
    asked(site, "111111")
    guesses = [refused(kiosk, f"{n:06}") for n in range(FREE_TRIES - 1)]
    assert guesses == ["no-place"] * (FREE_TRIES - 1)
    assert refused(kiosk) == "used"
    assert [refused(kiosk, code) for code in ("999999", "111111")] == ["wait", "wait"], "not even the right one"
    kiosk.later(WAIT_MS)
    type_code(kiosk, "111111")
    assert kiosk.screen() is Screen.TICKET


def test_nothing_is_made_while_the_disk_takes_nothing(site: Beside) -> None:
    kiosk, _ = site.kiosk, asked(site)
    kiosk.machine.give(OpenPlace())
    kiosk.journal.refusing = DiskTrouble.FULL
    for digit in CODE:
        kiosk.machine.give(Type(digit))
    assert kiosk.screen() is Screen.OUT_OF_ORDER
    assert of(kiosk, TicketIssued) == []
    kiosk.journal.refusing = None
    kiosk.later(10_000)
    type_code(kiosk)
    assert [each.n for each in of(kiosk, TicketIssued)] == [1]
