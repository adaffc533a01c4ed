"""Which printer stands at each kiosk: as the facts alone say, and as staff read it."""

import re
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path
from typing import ClassVar

import pytest

from hardware.profile import GENERIC, Abilities
from server.change import Change
from server.fold import changes
from server.pages import Pages
from server.reading import Device as Machine
from server.reading import Exchange, Printer
from server.reading import view as read
from server.stores import FILE
from server.words import ABLE_OF_NOTHING, MOUTH, PRINTER_WORDS, UNKNOWN_KIND
from sync.codec import Fact
from sync.facts import Body, PaperRefilled, PrinterChanged, PrinterTested
from sync.types import JournalId
from tests.server.conftest import ZONE
from tests.server.device import DAY, NOON, anchor
from tests.server.places import reader_of
from tests.server.test_pages import NAMES, machine, view
from tests.server.test_rebuild import BOOTS, grow, met, rebuilt_differs


def printers(folder: Path, *story: Body) -> Machine:
    """The machine as the page reads it after this story."""
    folder.mkdir(parents=True)
    ledger = grow(folder, [(body, BOOTS[0], 1000) for body in story for _ in "xy"], [])
    assert not rebuilt_differs(ledger)
    ledger.close()
    with closing(reader_of(folder / FILE)) as db:
        return read(db, DAY).devices[0]


def test_the_last_printer_that_was_met_is_the_one_that_stands_there(tmp_path: Path) -> None:
    found = printers(tmp_path / "one", met("TM-T20III"), met("TM-T20III", "EPSON", "answers", "echoes"))
    assert found.printer == Printer("EPSON", "TM-T20III", "generic", ("answers", "echoes"))
    assert found.exchange is None, "another ability is no other printer"


def test_a_journal_from_before_printers_were_met_tells_of_none(tmp_path: Path) -> None:
    found = printers(
        tmp_path / "old", PrinterChanged("paper-out"), PaperRefilled(1_000), PrinterTested("night", "passed")
    )
    assert (found.printer, found.exchange, found.printer_fault) == (None, None, "paper-out")


def test_another_name_is_another_printer_and_the_moment_is_that_of_its_first_meeting(tmp_path: Path) -> None:
    swapped = (anchor(NOON), met("TM-T20III"), met("XP-80C", None))
    first = printers(tmp_path / "first", *swapped).exchange
    assert first == Exchange(Printer("EPSON", "TM-T20III"), NOON + 2_000)
    assert printers(tmp_path / "kept", *swapped, met("XP-80C", None, "answers")).exchange == first
    undated = printers(tmp_path / "undated", *swapped[1:]).exchange
    assert undated == Exchange(Printer("EPSON", "TM-T20III"), None)
    twice = printers(tmp_path / "twice", *swapped, met("TM-m30")).exchange
    assert twice == Exchange(Printer(None, "XP-80C"), NOON + 3_000)
    clone = printers(tmp_path / "clone", met("TM-T88", "EPSON"), met("TM-T88", "Clone")).exchange
    assert clone == Exchange(Printer("EPSON", "TM-T88"), None)


def test_a_printer_that_says_no_name_may_be_another_one_or_only_switched_off(tmp_path: Path) -> None:
    silent = (anchor(NOON), met("TM-T20III"), met(None, None), met(None, None, "answers"))
    maybe = printers(tmp_path / "silent", *silent)
    assert maybe.printer == Printer(None, None, "generic", ("answers",))
    assert maybe.exchange == Exchange(Printer("EPSON", "TM-T20III"), NOON + 2_000, sure=False)
    assert printers(tmp_path / "back", *silent, met("TM-T20III")).exchange is None, "it was only switched off"
    assert printers(tmp_path / "unread", *silent, met("TM-T20III", None)).exchange is None, "nor is its maker a guess"
    other = printers(tmp_path / "other", *silent, met("XP-80C", None)).exchange
    assert other == Exchange(Printer("EPSON", "TM-T20III"), NOON + 4_000)
    assert printers(tmp_path / "never", met(None, None), met("XP-80C", None)).exchange is None


def test_control_a_fold_that_takes_silence_for_another_printer_is_caught(tmp_path: Path) -> None:
    def hasty(journal_id: JournalId, fact: Fact, chain: bytes) -> list[Change]:
        return [
            Change(each.statement.replace("<>", "IS NOT"), each.values) for each in changes(journal_id, fact, chain)
        ]

    story = [(body, BOOTS[0], 1000) for body in (met("TM-T20III"), met(None, None), met("TM-T20III")) for _ in "xy"]
    ledger = grow(tmp_path, story, [], fold=hasty)
    ledger.close()
    with closing(reader_of(tmp_path / FILE)) as db:
        assert read(db, DAY).devices[0].exchange is not None


@dataclass(frozen=True, slots=True)
class Incomplete(Body):
    """`printer.met` as another release might write it."""

    kind: ClassVar[str] = "printer.met"
    model: str


@dataclass(frozen=True, slots=True)
class Newer(Body):
    """`printer.met` as a later release might write it."""

    kind: ClassVar[str] = "printer.met"
    version: ClassVar[int] = 2
    model: str


def test_a_meeting_that_is_not_understood_is_set_aside_and_changes_no_printer(tmp_path: Path) -> None:
    known = met("TM-T20III")
    for number, strange in enumerate((Incomplete("XP-80C"), Newer("XP-80C"), met("X" * 81))):
        found = printers(tmp_path / str(number), known, strange)
        assert (found.strange, found.printer, found.exchange) == (1, Printer("EPSON", "TM-T20III", "generic"), None)
        assert printers(tmp_path / f"{number} alone", strange).printer is None
    empty = printers(tmp_path / "empty", met("", ""))
    assert (empty.strange, empty.printer) == (0, Printer(None, None, "generic"))


@pytest.fixture(scope="module")
def pages() -> Pages:
    """The pages of an office."""
    return Pages(NAMES, ZONE)


def told(pages: Pages, **changes: object) -> str:
    """What the page says in English of one machine, as it is read: without tags."""
    html = pages.live(view(devices=(machine(**changes),)), "en")
    return " ".join(re.sub(r"<[^>]+>", " ", html[html.index("Machines") :]).split())


def test_that_the_paper_is_out_is_said_once(pages: Pages) -> None:
    out = told(pages, paper="out", paper_left=0, printer_fault="paper-out")
    assert (out.count("paper is out"), "tickets left" in out) == (1, False)
    hidden = told(pages, paper="out", paper_left=0, printer_fault="cover-open")
    assert "Paper paper is out" in hidden, "behind another fault it is not forgotten"


@pytest.mark.parametrize(
    ("printer", "words"),
    [
        (
            Printer("EPSON", "TM-T20III", "epson-tm-203", ("answers", "automatic", "echoes", "in_order")),
            "Printer TM-T20III (EPSON) tells whether a ticket came out kind epson-tm-203",
        ),
        (
            Printer("Xprinter", "XP-80C", "pos-80", ("answers", "in_order")),
            "Printer XP-80C (Xprinter) tells only that a ticket was sent, not whether it came out kind pos-80",
        ),
        (
            Printer("CUSTOM", "custom VKP80", "custom-kiosk", ("answers", "full_status")),
            f"Printer custom VKP80 cannot tell whether a ticket came out {MOUTH[1]} kind custom-kiosk",
        ),
        (Printer(None, "HX-9", "hall", ("sings",)), "Printer HX-9 kind hall"),
        (Printer(None, None, "generic", ()), f"Printer does not say its name {ABLE_OF_NOTHING} kind not known"),
    ],
)
def test_staff_read_which_printer_stands_there_and_what_it_can_do(pages: Pages, printer: Printer, words: str) -> None:
    assert words in told(pages, printer=printer)


def test_of_a_printer_that_was_never_met_nothing_is_said(pages: Pages) -> None:
    assert "Printer" not in told(pages)


def test_staff_read_that_a_printer_was_exchanged_when_and_for_which(pages: Pages) -> None:
    epson, other = Printer("EPSON", "TM-T20III"), Printer("Xprinter", "XP-80C", "pos-80", ("answers",))
    nameless = Printer(None, None, "generic", ("answers",))
    dated = told(pages, printer=other, exchange=Exchange(epson, NOON))
    assert "Printer exchanged 23/11/2026 12:00, until then TM-T20III (EPSON)" in dated
    perhaps = told(pages, printer=nameless, exchange=Exchange(epson, None, sure=False))
    assert "Printer perhaps exchanged time not known yet, until then TM-T20III (EPSON)" in perhaps
    assert "exchanged" not in told(pages, printer=epson)


def test_what_a_printer_can_do_is_told_by_the_names_that_printers_have() -> None:
    abilities = {each.name for each in fields(Abilities)}
    assert set(PRINTER_WORDS) | {MOUTH[0]} == abilities
    assert GENERIC.name == UNKNOWN_KIND
