"""The machine's memory: facts go in durably, and what they add up to comes out. Drives the journal.

Commit, then act: whoever wants to print, show or light something calls `commit` first and does it only when that
returns facts. What has happened already and only has to be kept (paper that is out, a printer that broke) goes through
`keep`: refused by the disk, it waits here and goes in before anything newer.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from kiosk.pin import Tries
from kiosk.printing import MOST_SENT, Prints
from kiosk.roll import Roll
from sync.chain import Position, witness
from sync.clock import Timeline
from sync.codec import Draft, Fact
from sync.errors import JournalRefused
from sync.facts import (
    BoardChanged,
    Body,
    ButtonStuck,
    CalendarAdopted,
    CatalogueAdopted,
    ClockAnchored,
    DayOpened,
    HelpAsked,
    HelpEnded,
    PaperChanged,
    PrintEnded,
    PrinterChanged,
    PrinterMet,
    SlipAsked,
    TicketIssued,
    TicketLanguage,
    TicketPriority,
    TicketPromised,
    TicketReturned,
    drafts,
    understand,
)
from sync.facts_machine import SegmentsPruned
from sync.facts_published import PublicationRefused
from sync.facts_service import ServiceOpened, ServiceRefused
from sync.journal import Entry, Instant
from sync.numbering import Numbers
from sync.types import BootId, JournalId, Seq

MOST_KEPT = 1000
FOLDED_AT_ONCE = 5000
"""Facts held in memory while a journal of any length is folded."""


class JournalPort(Protocol):
    """What is needed of sync.journal.Journal."""

    @property
    def end(self) -> Position: ...

    def append(self, drafts: list[Draft], now: Instant) -> list[Fact]: ...

    def entries(self, after: int = 0, *, limit: int = -1) -> Iterator[Entry]: ...


@dataclass(frozen=True, slots=True)
class TicketOnRecord:
    """A ticket as the journal has it: its fact, its language, whether with priority, its witness for the paper, and
    what was promised with it."""

    fact: Fact
    body: TicketIssued
    language: str
    witness: str
    priority: bool = False
    promised: TicketPromised | None = None


class Recorder:
    """Folds the journal at start, then fact by fact. `trouble` is a code while the disk refuses, else None."""

    def __init__(self, journal: JournalPort, instant: Callable[[], Instant], wake_sync: Callable[[], None]) -> None:
        self.journal = journal
        self._instant = instant
        self._wake_sync = wake_sync
        self._kept: list[Body] = []
        self.trouble: str | None = None
        self.timeline = Timeline()
        self.numbers, self.prints = Numbers(), Prints()
        self.day: str | None = None
        self.catalogue: str | None = None
        self.calendar: str | None = None
        self.board: tuple[str, ...] = ()
        """What was last said to be wrong with the board."""
        self.today: dict[str, tuple[Fact, TicketIssued]] = {}
        """The tickets of the last day that has any, by label, in the order of issue."""
        self.with_priority: set[Seq] = set()
        """Those of them that priority was asked for, by the seq of their `ticket.issued`."""
        self.returned: dict[tuple[str, str], Fact] = {}
        """Where it was last said that the holder of a ticket is back, by (day, label)."""
        self.slips: dict[tuple[Seq, str], Seq] = {}
        """The last `slip.asked`, by their ticket and the day that it was carried over to."""
        self.help: Seq | None = None
        """The call for staff that has not been answered."""
        self.pins = Tries()
        """Wrong PINs in a row at the service menu."""
        self.printer_fault: str | None = None
        """What was last said of the printer, whether the disk has taken it yet or not."""
        self.refused: frozenset[tuple[JournalId, Seq]] = frozenset()
        """What the office published and this machine does not take up."""
        self.printer_met: PrinterMet | None = None
        """The printer that was last met."""
        self.roll = Roll()
        """What was last said of the roll, whether the disk has taken it yet or not."""
        self.pruned: Fact | None = None
        """The last `segments.pruned`."""
        self.lane: int | None = None
        """The lane of the last ticket; None: there was none."""
        self.by_staff = False
        self.time_from: tuple[BootId, str] | None = None
        """The boot whose clock was anchored last, and by whom."""
        self.stuck: frozenset[tuple[int, int]] = frozenset()
        """(counter, level) of the score buttons that are stuck."""
        facts = (entry.fact for entry in journal.entries())
        while some := list(islice(facts, FOLDED_AT_ONCE)):
            self.numbers = Numbers.fold(some, self.numbers)
            self.prints = Prints.fold(some, self.prints)
            for fact in some:
                self._note(fact)

    @property
    def next_seq(self) -> int:
        """The seq that the next fact gets if nothing is kept back."""
        return self.journal.end.seq + 1

    def commit(self, *bodies: Body) -> list[Fact] | None:
        """Make these facts durable, all or none, behind whatever was kept. None: refused, see `trouble`."""
        if not self._flush():
            return None
        return self._append(bodies)

    def keep(self, *bodies: Body) -> bool:
        """Make these facts durable now or as soon as the disk takes them again; whether it was now."""
        self._kept += bodies
        for body in bodies:
            if isinstance(body, PrinterChanged):
                self.printer_fault = body.fault
            elif isinstance(body, PrinterMet):
                self.printer_met = body
            elif isinstance(body, BoardChanged):
                self.board = body.problems
            elif isinstance(body, PublicationRefused):
                self.refused |= {(body.journal, body.seq)}
            self.roll = self.roll.after(body)
        while len(self._kept) > MOST_KEPT:
            # What became of a ticket's paper is never let go: the attempt would stay open for ever.
            del self._kept[next((i for i, body in enumerate(self._kept) if not isinstance(body, PrintEnded)), 0)]
        return self._flush()

    def retry(self) -> bool:
        """Try the disk again; whether it takes facts. Says what is true anyway: the printer's condition."""
        if not self._kept:
            self._kept.append(PrinterChanged(self.printer_fault))
        return self._flush()

    def ticket(self, seq: int) -> TicketOnRecord | None:
        """The ticket whose `ticket.issued` has this seq."""
        found = list(self.journal.entries(seq - 1, limit=4))
        fact = found[0].fact if found else None
        body = understand(fact) if fact else None
        if fact is None or not isinstance(body, TicketIssued):
            return None
        ticket = TicketOnRecord(fact, body, "th", witness(found[0].chain))
        for entry in found[1:]:
            match understand(entry.fact):
                case TicketLanguage(ticket=of, language=language) if of == seq:
                    ticket = replace(ticket, language=language)
                case TicketPriority(ticket=of) if of == seq:
                    ticket = replace(ticket, priority=True)
                case TicketPromised(ticket=of) as promised if of == seq:
                    ticket = replace(ticket, promised=promised)
        return ticket

    def slip(self, seq: int) -> SlipAsked | None:
        """The slip whose `slip.asked` has this seq."""
        found = next(iter(self.journal.entries(seq - 1, limit=1)), None)
        body = understand(found.fact) if found is not None else None
        return body if isinstance(body, SlipAsked) else None

    def _flush(self) -> bool:
        if not self._kept:
            return True
        if self._append(tuple(self._kept)) is None:
            return False
        self._kept = []
        return True

    def _append(self, bodies: tuple[Body, ...]) -> list[Fact] | None:
        try:
            facts = self.journal.append(drafts(*bodies), self._instant())
        except JournalRefused as error:
            self.trouble = error.trouble.value
            return None
        self.trouble = None
        for fact in facts:
            self.numbers = self.numbers.after(fact)
            self.prints = self.prints.after(fact)
            self._note(fact)
        self._wake_sync()
        return facts

    def _note(self, fact: Fact) -> None:
        self.timeline.add(fact)
        if fact.kind not in _NOTED:
            return
        body = understand(fact)
        if body is None:
            return
        self.roll = self.roll.after(body)
        match body:
            case DayOpened(day=day):
                self.day = day
            case CatalogueAdopted(digest=digest):
                self.catalogue = digest
            case CalendarAdopted(digest=digest):
                self.calendar = digest
            case PrinterChanged(fault=fault):
                self.printer_fault = fault
            case PrinterMet() as met:
                self.printer_met = met
            case BoardChanged(problems=problems):
                self.board = problems
            case ClockAnchored(source=source):
                self.by_staff = source == "staff"
                self.time_from = (fact.boot_id, source)
            case TicketIssued() as issued:
                self._note_ticket(fact, issued)
            case TicketReturned(day=day, label=label):
                self.returned[day, label] = fact
            case TicketPriority(ticket=ticket):
                self.with_priority.add(ticket)
            case SlipAsked(ticket=ticket, to_day=to_day):
                self.slips[ticket, to_day] = fact.seq
                if len(self.slips) > MOST_SENT:
                    del self.slips[next(iter(self.slips))]
            case SegmentsPruned():
                self.pruned = fact
            case PublicationRefused(journal=journal, seq=seq):
                self.refused |= {(journal, seq)}
            case HelpAsked():
                self.help = fact.seq
            case HelpEnded(asked=asked) if asked == self.help:
                self.help = None
            case ServiceOpened():
                self.pins = Tries()
            case ServiceRefused(wrong=wrong):
                self.pins = Tries(wrong, Instant(fact.boot_id, fact.boottime_ms))
            case ButtonStuck(counter=counter, level=level, stuck=stuck):
                button = {(counter, int(level))}
                self.stuck = self.stuck | button if stuck else self.stuck - button

    def _note_ticket(self, fact: Fact, issued: TicketIssued) -> None:
        last = next(reversed(self.today.values()), None)
        if last is not None and last[1].day != issued.day:
            self.today, self.returned, self.with_priority = {}, {}, set()
        self.today[issued.label] = (fact, issued)
        self.lane = issued.lane


_NOTED = {
    shape.kind
    for shape in (
        BoardChanged,
        ButtonStuck,
        CalendarAdopted,
        CatalogueAdopted,
        ClockAnchored,
        DayOpened,
        HelpAsked,
        HelpEnded,
        PaperChanged,
        PrinterChanged,
        PrinterMet,
        PublicationRefused,
        SegmentsPruned,
        ServiceOpened,
        ServiceRefused,
        SlipAsked,
        TicketIssued,
        TicketPriority,
        TicketReturned,
    )
}
