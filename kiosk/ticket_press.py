"""The paper and the layout of one kiosk: which layout is in use, and the notice where it is not the office's own."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hardware.printer import Bitmap, Dots
from kiosk.carried_slip import CarriedSlip, carried_slip
from kiosk.errors import KioskError
from kiosk.paper import Paper
from kiosk.roll import taken_mm
from kiosk.ticket_data import SHIPPED, Layout, Ticket
from kiosk.ticket_file import Chosen, choose, read_layout
from kiosk.ticket_layout import lay_out, specimens
from sync import RELEASE
from sync.catalogue import Catalogue
from sync.config import KioskConfig

REHEARSED = "ticket.rehearsed"
"""In the data folder: SHA-256 of what every kind of ticket was last drawn from without a problem."""

_IN_USE = {
    "own": "Some tickets cannot be printed as they should be.",
    "copy": "The last good layout of the ticket is in use.",
    "shipped": "The ticket has the layout that ships with the kiosk.",
}


@dataclass(slots=True)
class Press:
    """Draws every ticket of a kiosk. Until `settle` has chosen, by the layout that ships."""

    paper: Paper
    layout: Layout = SHIPPED
    dots_per_inch: int = 203

    @classmethod
    def of_width(cls, width: Dots, dots_per_inch: int = 203) -> "Press":
        """A press for tickets of so many dots."""
        return cls(Paper(width=width), dots_per_inch=dots_per_inch)

    def fit(self, width: Dots, dots_per_inch: int = 203) -> None:
        """From now on tickets of so many dots. What they look like is rehearsed at the next start only."""
        self.dots_per_inch = dots_per_inch
        if width != self.paper.width:
            self.paper = Paper(width=width)

    def taken_mm(self, rows: int) -> int:
        """Millimetres of paper that so many rows take."""
        return taken_mm(rows, self.dots_per_inch)

    def draw(self, ticket: Ticket) -> Bitmap:
        """The ticket as it is printed. Raises KioskError, FontsError, CatalogueError."""
        return self.paper.draw(lay_out(ticket, self.layout))

    def draw_carried(self, slip: CarriedSlip) -> Bitmap:
        """The slip of a ticket that was carried over. Raises KioskError, FontsError."""
        return self.paper.draw(carried_slip(slip, self.layout.header))

    def settle(self, config: KioskConfig, folder: Path, data: Path, catalogue: Catalogue) -> Chosen:
        """Choose the layout, having drawn every kind of ticket once; a KioskError is never raised, but told.

        `folder`: what the path of the layout is relative to. `data`: where the last good copy is, and the mark of what
        was drawn without a problem: that is not drawn again at every start.
        """
        tickets = specimens(catalogue, config.office, config.languages, config.server.public_url)
        shown = (RELEASE, self.paper.width, catalogue.digest, config.office, config.languages, config.server.public_url)

        def rehearse(layout: Layout) -> None:
            mark = hashlib.sha256(repr((shown, layout)).encode()).hexdigest()
            if _read(data / REHEARSED) != mark:
                self.paper.rehearse(tickets, layout)
                _write(data / REHEARSED, mark)

        chosen = choose(
            folder / config.ticket if config.ticket else None,
            data,
            partial(read_layout, languages=config.languages, width=self.paper.width),
            rehearse,
        )
        self.layout = chosen.layout
        return chosen


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _write(path: Path, mark: str) -> None:
    with suppress(OSError):  # then everything is drawn again at the next start
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(mark)


def notice_of(chosen: Chosen, file: str | None) -> str | None:
    """What the banner tells the technician; None where all is well. `file`: the layout's name in kiosk.toml."""
    if chosen.problem is None:
        return None
    problem: KioskError = chosen.problem
    lines = str(problem).splitlines()
    more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
    told = _IN_USE[chosen.source if file else "own"]
    return f"{told} {file or 'catalogue.toml'}: {lines[0].rstrip('.')}{more}. {problem.hint}"
