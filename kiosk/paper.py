"""The ticket drawn: blocks → one picture as wide as the roll, every dot black or white, as the printer prints it.

Everything that is the same on many tickets is drawn once and kept, strip by strip; a ticket then costs its number, its
QR code and the pasting. What would be clipped, boxed or unreadable is an error, before any paper moves.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final, NamedTuple

from PIL import Image, ImageChops

from fonts.shaping import Typesetter
from fonts.tokens import Tokens
from fonts.tokens import load as load_tokens
from hardware.printer import Bitmap, Dots
from kiosk.errors import KioskError
from kiosk.paper_blocks import Block, Number, Proof
from kiosk.paper_ink import DOTS_PER_MM, PaperError, black_and_white
from kiosk.paper_setting import MARGIN, Setting
from kiosk.ticket_data import SHIPPED, Layout, Ticket
from kiosk.ticket_layout import named_blocks
from sync.errors import CatalogueError

__all__ = ["DOTS_PER_MM", "MARGIN", "PAPERS", "WIDTH", "Paper", "PaperError", "RehearsalError", "ticket_image"]

PAPERS: Final[Mapping[int, Dots]] = MappingProxyType({58: Dots(384), 80: Dots(576)})
"""Millimetres of the roll → dots that its printers print, at 8 dots a millimetre: 48 of 58 mm, 72 of 80 mm."""

WIDTH: Final = PAPERS[80]

LONGEST: Final = Dots(800 * DOTS_PER_MM)
"""No ticket is longer: it would be a catalogue gone wrong. Five with all their steps, on 58 mm, stay below it."""

_KEPT_STRIPS: Final = 256
_CHANGE: Final = "Change these texts in ticket.toml or in the catalogue."


class RehearsalError(PaperError):
    """Tickets that cannot be printed as they should be; `problems` and the message have one line for each."""

    def __init__(self, problems: tuple[str, ...], *, hint: str = _CHANGE) -> None:
        super().__init__("\n".join(problems), hint=hint)
        self.problems = problems


class _Strip(NamedTuple):
    """A block as it is printed, as wide as the paper, 1 bit a dot: kept so, it takes an eighth of what Pillow takes.

    `cut`: the words in it that had to be cut.
    """

    rows: bytes
    height: int
    cut: tuple[str, ...]


class Paper:
    """Draws tickets. Keep one: it remembers what it drew. Refuses to exist without shaping (fonts.FontsError)."""

    def __init__(
        self, typesetter: Typesetter | None = None, tokens: Tokens | None = None, *, width: Dots = WIDTH
    ) -> None:
        tokens = tokens or load_tokens()
        self._setting = Setting(typesetter or Typesetter(cache_lines=512), tokens, width)
        self._strips: OrderedDict[Block, _Strip] = OrderedDict()
        self._edge = round(tokens.space.xs * DOTS_PER_MM)
        self.width = width

    def draw(self, blocks: Iterable[Block]) -> Bitmap:
        """The picture of these blocks. Raises PaperError, QrError; nothing is ever cut off."""
        strips = [self._strip(block) for block in blocks]
        blank = bytes(self._edge * self.width // 8)
        rows = b"".join((blank, *(strip.rows for strip in strips), blank))
        return Bitmap(self.width, self._height(strips), rows)

    def _height(self, strips: Iterable[_Strip]) -> Dots:
        """Dots of the whole ticket. Raises PaperError for one that is longer than any should be."""
        height = sum(strip.height for strip in strips) + 2 * self._edge
        if height > LONGEST:
            hint = "Shorten the texts of the services in the catalogue, or take parts out of ticket.toml."
            raise PaperError(f"a ticket would be {height // DOTS_PER_MM} mm long", hint=hint)
        return Dots(height)

    def rehearse(self, tickets: Iterable[Ticket], layout: Layout = SHIPPED) -> None:
        """Draw each once, also as a copy: what cannot be drawn is known before a citizen asks for it.

        Raises RehearsalError that names the block, the language, the service and the text of every problem. Stricter
        than `draw`, which cuts a word that is wider than the paper rather than print nothing.
        """
        found: dict[str, list[str]] = {}
        for ticket in tickets:
            services = "+".join(service.id for service in ticket.services)
            for problem in self._problems(ticket, layout):
                found.setdefault(problem, []).append(services)
        if found:
            raise RehearsalError(tuple(f"{_these(services)}, {problem}" for problem, services in found.items()))

    def _problems(self, ticket: Ticket, layout: Layout) -> Iterator[str]:
        """What is wrong with this ticket; the same words for the same mistake in any service."""
        try:
            blocks = named_blocks(replace(ticket, copy=True), layout)
        except CatalogueError as error:
            yield f"{ticket.language}: {error}. {error.hint}"
            return
        strips = []
        for name, block in blocks:
            place = f'{ticket.language}, block "{name}"'
            try:
                strip = self._strip(block)
            except KioskError as error:
                yield f"{place}: {error}. {error.hint}"
                continue
            strips.append(strip)
            for text in strip.cut:
                yield f'{place}: "{text}" has a word that is wider than its place. {_SHORTER}'
        try:
            self._height(strips)
        except PaperError as error:
            yield f"{ticket.language}: {error}. {error.hint}"

    def _strip(self, block: Block) -> _Strip:
        if isinstance(block, Number | Proof):
            return self._drawn(block)
        found = self._strips.get(block)
        if found is None:
            found = self._strips[block] = self._drawn(block)
            if len(self._strips) > _KEPT_STRIPS:
                self._strips.popitem(last=False)
        self._strips.move_to_end(block)
        return found

    def _drawn(self, block: Block) -> _Strip:
        self._setting.hand.cut.clear()
        image = black_and_white(self._setting.render(block))
        return _Strip(image.tobytes(), image.height, tuple(self._setting.hand.cut))


_SHORTER: Final = "Shorten it, or put a space or a zero width space (U+200B) where it may be broken."


def _these(services: list[str]) -> str:
    """Which tickets: the service, and how many more have the same problem."""
    more = len(set(services)) - 1
    return services[0] + (f" and {more} more" if more else "")


def ticket_image(bitmap: Bitmap) -> Image.Image:
    """The bitmap as black on white, mode "1", one pixel a dot."""
    ink = Image.frombytes("1", (bitmap.width, bitmap.height), bitmap.rows)
    return ImageChops.invert(ink)
