"""The slip of a ticket that was carried over: what stands on it, and that each one is a fact before it is printed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hardware.printer import Dots, Outcome, PaperStatus
from kiosk.carried_slip import CarriedSlip, carried_slip
from kiosk.paper import PAPERS, Paper
from kiosk.paper_blocks import Banner, Line, Number, Pairs
from kiosk.preview import OFFICE
from kiosk.printing import MOST_COPIES
from kiosk.screen_inputs import AskAgain, AskSlip, ChooseLanguage, Done
from kiosk.screen_types import Paper as Sheet
from kiosk.screen_types import Screen, Stage
from kiosk.views import draw
from sync import forked
from sync.body import TicketName
from sync.disk import DiskTrouble
from sync.facts import Body, DayOpened, PrintAsked, PrintEnded, PrintSending, SlipAsked, TicketIssued
from sync.facts_office import RuleAdopted, TicketAdmitted, TicketCarried
from sync.types import Seq
from tests.kiosk.fakes import Kiosk, opened
from tests.kiosk.halls import OWN, TODAY, Beside, as_facts
from tests.kiosk.measure import EXHIBIT, SIZES, TOKENS, compositor
from tests.kiosk.test_machine_day import ask_for, of
from translations import LANGUAGES, load

SERVICE, MINUTE = "move-in", 60_000
TOMORROW = "2026-11-24"
PAPER_OUT = PaperStatus(True, "out", False, False, True)
SLIP = CarriedSlip(
    "A012", "th", date(2026, 11, 23), date(2026, 11, 24), OFFICE, LANGUAGES, "4831", "7K3QF0ZM9T2XBW4H", priority=True
)


# On paper ---------------------------------------------------------------------------------------------------------


def words(slip: CarriedSlip) -> str:
    """All that stands on it, with plain blanks."""
    found = []
    for block in carried_slip(slip):
        match block:
            case Line(text=text) | Banner(text=text) | Number(text=text):
                found.append(text)
            case Pairs(rows=rows):
                found += [f"{row.label} {row.value}" for row in rows]
    return "\n".join(found).replace("\u00a0", " ").replace("\u2060", "")


@pytest.mark.parametrize(
    ("language", "first", "issued"),
    [
        ("th", "วันอังคาร 24 พฤศจิกายน พ.ศ. 2569 (ค.ศ. 2026)", "23 พฤศจิกายน พ.ศ. 2569 (ค.ศ. 2026)"),
        ("en", "Tuesday 24 November 2026 (B.E. 2569)", "23 November 2026 (B.E. 2569)"),
        ("my", "အင်္ဂါနေ့ 2026 ခုနှစ် နိုဝင်ဘာလ 24 ရက် (ထိုင်းနှစ် 2569)", "2026 ခုနှစ် နိုဝင်ဘာလ 23 ရက် (ထိုင်းနှစ် 2569)"),
    ],
)
def test_it_has_number_days_office_and_codes_in_the_citizens_language(language: str, first: str, issued: str) -> None:
    told, said = words(replace(SLIP, language=language)), load(language, "ticket")
    for each in ("A012", first, issued, OFFICE[language], "4831", "7K3Q F0ZM 9T2X BW4H"):
        assert each in told
    assert said.gettext("This number is called first on this day:").replace("\u2060", "") in told
    assert "วันอังคาร 24" in told, "staff read the day in the office's first language, too"


def test_a_copy_is_marked_and_the_offices_own_header_stands_on_it() -> None:
    assert "COPY" in words(replace(SLIP, copy=True))
    assert "COPY" not in words(SLIP)
    assert carried_slip(SLIP, {"th": "เทศบาลนครตัวอย่าง"})[0] == Line("เทศบาลนครตัวอย่าง", "th", "body", bold=True)


@pytest.mark.parametrize("width", PAPERS.values())
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_drawn_on_every_paper_and_shorter_than_a_ticket(width: Dots, language: str) -> None:
    widest = replace(SLIP, language=language, label="AB888", copy=True, to_day=date(2028, 12, 27), witness="W" * 16)
    picture = Paper(width=width).draw(carried_slip(widest))
    assert picture.width == width
    assert picture.height < 8 * 140


# At the kiosk -----------------------------------------------------------------------------------------------------


def carried(folder: Path) -> Beside:
    """A ticket in English, which the office has carried over to tomorrow."""
    site = Beside(folder, (SERVICE,))
    site.kiosk.take(service=SERVICE)
    site.kiosk.machine.give(Done())
    site.admit()
    site.tell(*(TicketCarried(site.now, each.name, TOMORROW) for each in site.queue.live.waiting()))
    return site


def look_up(kiosk: Kiosk) -> bool:
    """*My ticket* of A001; whether a slip is offered."""
    if kiosk.screen() is not Screen.ATTRACT:
        kiosk.machine.give(Done())
    ask_for(kiosk, "A001", kiosk.drawn[0].code)
    assert kiosk.screen() is Screen.STANDING
    return kiosk.machine.state.condition.slip


def ask(kiosk: Kiosk, given: AskSlip | AskAgain | None = None) -> None:
    kiosk.machine.give(given or AskSlip())
    kiosk.settle()


def about_slips(kiosk: Kiosk) -> Sequence[Body]:
    """The facts of the slip: behind those of the ticket."""
    kinds = (SlipAsked, PrintSending, PrintEnded, PrintAsked)
    return [body for body in kiosk.facts() if isinstance(body, kinds)][2:]


def test_who_was_carried_over_gets_a_slip_in_the_language_of_the_screen(tmp_path: Path) -> None:
    kiosk = carried(tmp_path).kiosk
    kiosk.printer.hold = True
    assert look_up(kiosk)
    kiosk.machine.give(ChooseLanguage("my"))
    ask(kiosk)
    ticket = of(kiosk, TicketIssued)[0]
    [slip] = kiosk.carried
    assert (slip.label, slip.language, slip.issued.isoformat(), slip.to_day.isoformat()) == (
        "A001",
        "my",
        TODAY,
        TOMORROW,
    )
    assert (slip.code, slip.witness, slip.copy) == (kiosk.drawn[0].code, kiosk.drawn[0].witness, False)
    state = kiosk.machine.state
    assert state.ticket is not None
    assert (state.screen, state.paper, state.language, state.ticket.to_day) == (
        Screen.TICKET,
        Sheet.PRINTING,
        "my",
        TOMORROW,
    )
    kiosk.printer.finish(Outcome.CONFIRMED)
    kiosk.settle()
    assert kiosk.machine.state.paper is Sheet.READY
    asked = next(entry.seq for entry in kiosk.disk.entries() if entry.fact.kind == SlipAsked.kind)
    issued = next(entry.seq for entry in kiosk.disk.entries() if entry.fact.kind == TicketIssued.kind)
    assert about_slips(kiosk) == [
        SlipAsked(issued, TOMORROW),
        PrintSending(asked, 1),
        PrintEnded(asked, 1, "confirmed", 15),
    ]
    assert not look_up(kiosk), "what the printer has confirmed is not printed again"
    ask(kiosk)
    assert (len(kiosk.carried), len(of(kiosk, TicketIssued)), ticket.day) == (1, 1, TODAY)


def test_a_ticket_that_waits_today_has_no_slip(tmp_path: Path) -> None:
    site = Beside(tmp_path, (SERVICE,))
    site.kiosk.take(service=SERVICE)
    site.kiosk.machine.give(Done())
    site.admit()
    assert not look_up(site.kiosk)
    ask(site.kiosk)
    assert (site.kiosk.carried, of(site.kiosk, SlipAsked)) == ([], [])


def test_it_is_durable_that_a_slip_was_asked_for_before_any_is_printed(tmp_path: Path) -> None:
    kiosk = carried(tmp_path).kiosk
    assert look_up(kiosk)
    kiosk.journal.refusing = DiskTrouble.FULL
    ask(kiosk)
    assert (kiosk.carried, of(kiosk, SlipAsked)) == ([], [])
    assert len(kiosk.printer.jobs) == 1, "the ticket's own"


def test_what_nobody_can_tell_is_offered_again_as_a_copy_and_twice_only(tmp_path: Path) -> None:
    kiosk = carried(tmp_path).kiosk
    kiosk.printer.hold = True
    assert look_up(kiosk)
    ask(kiosk)
    kiosk.printer.finish(Outcome.UNCERTAIN)
    kiosk.settle()
    state = kiosk.machine.state
    assert (state.screen, state.reason, state.condition.again) == (Screen.WRITE_DOWN, "uncertain", True)
    ask(kiosk, AskAgain())
    kiosk.printer.finish(Outcome.UNCERTAIN)
    kiosk.settle()
    assert look_up(kiosk), "also later, at the ticket"
    ask(kiosk)
    kiosk.printer.finish(Outcome.UNCERTAIN)
    kiosk.settle()
    assert [each.copy for each in kiosk.carried] == [False, True, True]
    assert not kiosk.machine.state.condition.again
    assert not look_up(kiosk), "a copier it is not"
    ask(kiosk)
    assert (len(kiosk.carried), len(of(kiosk, PrintAsked)), len(of(kiosk, SlipAsked))) == (3, MOST_COPIES, 1)


def test_a_printer_that_is_out_of_order_offers_none_and_a_failure_is_told_with_the_day(tmp_path: Path) -> None:
    kiosk = carried(tmp_path).kiosk
    kiosk.printer.hold = True
    assert look_up(kiosk)
    kiosk.printer.set_status(PAPER_OUT)
    kiosk.settle()
    assert not kiosk.machine.state.condition.slip
    ask(kiosk)
    assert of(kiosk, SlipAsked) == []
    kiosk.printer.set_status(PaperStatus(True, "ok", False, False, True))
    kiosk.settle()
    ask(kiosk)
    kiosk.printer.set_status(PAPER_OUT)
    kiosk.printer.finish(Outcome.INTERRUPTED)
    kiosk.settle()
    state = kiosk.machine.state
    assert state.ticket is not None
    assert (state.screen, state.reason, state.ticket.to_day) == (Screen.WRITE_DOWN, "paper-out", TOMORROW)
    scene = draw(state, EXHIBIT, SIZES["15.6 inch"], compositor("15.6 inch"), TOKENS)
    assert any("เรียกเป็นลำดับแรกวันอังคาร 24" in said.text for said in scene.spoken)


def test_a_slip_that_a_power_cut_caught_is_offered_and_not_printed_by_itself(tmp_path: Path) -> None:
    kiosk = carried(tmp_path).kiosk
    kiosk.printer.hold = True
    look_up(kiosk)
    ask(kiosk)
    kiosk.close()
    again = opened(tmp_path, clock=kiosk.clock)
    state = again.machine.state
    assert state.ticket is not None
    assert (state.screen, state.reason, state.ticket.to_day) == (Screen.WRITE_DOWN, "uncertain", TOMORROW)
    assert (again.carried, state.condition.again) == ([], True)
    ask(again, AskAgain())
    assert [(each.copy, each.language) for each in again.carried] == [(True, "en")], "the ticket's language is known"


def test_the_next_morning_it_is_found_by_number_and_code_with_its_date_and_can_be_printed(tmp_path: Path) -> None:
    site = carried(tmp_path)
    kiosk = site.kiosk
    name = TicketName(OWN, Seq(next(entry.seq for entry in kiosk.disk.entries() if entry.fact.kind == "ticket.issued")))
    kiosk.later(24 * 60 * MINUTE)
    site.queue.now = site.now
    again = TicketAdmitted(site.now, name, TODAY, "A001", (SERVICE,), site.now, "carried")
    site.tell(DayOpened(TOMORROW, "clock"), RuleAdopted(site.now), again)
    assert look_up(kiosk)
    mine = kiosk.machine.state.standing
    assert mine is not None
    assert (mine.stage, mine.day, mine.carried_over, mine.first_on) == (Stage.WAITING, TODAY, True, TOMORROW)
    scene = draw(kiosk.machine.state, EXHIBIT, SIZES["15.6 inch"], compositor("15.6 inch"), TOKENS)
    assert any("รับบัตรวันที่ 23 พฤศจิกายน พ.ศ.\u00a02569 เวลา 12:01" in said.text for said in scene.spoken)
    ask(kiosk)
    assert [each.to_day.isoformat() for each in kiosk.carried] == [TOMORROW]
    assert not look_up(kiosk), "one for each day that it is carried over to"


def test_a_new_journal_says_again_what_its_slips_are_of() -> None:
    issued = TicketIssued(TODAY, "A", 0, 1, "A001", (SERVICE,), "0" * 64)
    facts = as_facts([RuleAdopted(0), RuleAdopted(0), issued, SlipAsked(Seq(3), TOMORROW), PrintSending(Seq(4), 1)])  # type: ignore[arg-type]
    said = [draft.body["ticket"] for _, draft in forked.again(facts, Seq(2)) if "ticket" in draft.body]
    assert said == [2, 3]
