"""What the office wants every citizen to read: each language under its button, all in the same size. Pure."""

from dataclasses import dataclass

from kiosk.layout import Rect, columns, rows
from kiosk.view_flow import Sentence, height_as_asked
from kiosk.widgets import Canvas
from sync.notices import Notice

MOST_SHARE = 40
"""Hundredths of the place above that a notice may take: the languages stay what the screen is about."""
SIZES = (1.0, 0.88, 0.76, 0.66, 0.57, 0.5, 0.43)
"""The size of a body text, and smaller ones for a long notice."""
MOST_LINES = 9
ICON_MM = 9.0


@dataclass(frozen=True, slots=True)
class Panel:
    """The notice as it is set: its size, and the pixels that it takes."""

    notice: Notice
    languages: tuple[str, ...]
    capital_mm: float
    height: int


def panel(notice: Notice, languages: tuple[str, ...], area: Rect, gap: int, canvas: Canvas) -> Panel:
    """As large as it can be at the foot of this place. `gap`: between the languages' buttons."""
    body, most = canvas.tokens.screen.body, area.h * MOST_SHARE // 100
    place = Rect(area.x, area.y, area.w, most)
    sizes = [body * scale for scale in SIZES]
    for capital in sizes:
        found = Panel(notice, languages, capital, most)
        taken = [
            height_as_asked(canvas, _inside(cell, found, each, canvas), [_sentence(found, each, canvas)], each)
            for each, cell in zip(languages, _cells(place, found, gap, canvas), strict=True)
        ]
        if None not in taken:
            tall = [each + 2 * canvas.px(canvas.tokens.space.s) for each in taken if each is not None]
            return Panel(notice, languages, capital, min(sum(tall) if canvas.portrait else max(tall), most))
    return Panel(notice, languages, sizes[-1], most)


def draw_panel(found: Panel, place: Rect, gap: int, canvas: Canvas) -> None:
    """All languages, beside one another as their buttons are; beneath one another on an upright screen."""
    colour, space = canvas.tokens.colour, canvas.tokens.space
    urgent = found.notice.is_urgent
    canvas.box(place, colour.warning_ground if urgent else colour.sunken)
    for language, cell in zip(found.languages, _cells(place, found, gap, canvas), strict=True):
        said, inner = _sentence(found, language, canvas), _inside(cell, found, language, canvas)
        if urgent and language == found.languages[0]:
            side = min(canvas.px(ICON_MM), inner.h)
            canvas.icon("warning", Rect(cell.x + canvas.px(space.s), inner.y, side, inner.h), colour.on_warning)
        canvas.text(
            inner,
            said.text,
            language,
            capital_mm=said.capital_mm,
            weight=said.weight,
            colour=said.colour,
            valign="middle",
            lines=said.lines,
        )


def _sentence(found: Panel, language: str, canvas: Canvas) -> Sentence:
    colour, urgent = canvas.tokens.colour, found.notice.is_urgent
    ink = colour.on_warning if urgent else colour.ink
    words = found.notice.texts.get(language, "")
    return Sentence(words, found.capital_mm, "bold" if urgent else "regular", ink, lines=MOST_LINES)


def _cells(place: Rect, found: Panel, gap: int, canvas: Canvas) -> list[Rect]:
    """One of each language."""
    if canvas.portrait:
        return rows(place, len(found.languages), 0)
    return columns(place, len(found.languages), gap)


def _inside(cell: Rect, found: Panel, language: str, canvas: Canvas) -> Rect:
    """Where the words are; the sign of an urgent notice stands before those of the first language."""
    space = canvas.tokens.space
    inner = cell.inset(canvas.px(space.s), canvas.px(space.xs))
    signed = found.notice.is_urgent and language == found.languages[0]
    return inner.beside(canvas.px(ICON_MM + space.xs)) if signed else inner
