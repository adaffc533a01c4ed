"""Cards to choose from: how many fit on a page, and the way to the next one. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kiosk.layout import Rect, grid
from kiosk.screen_inputs import TurnPage
from kiosk.view_card import Entry, Setting, card, setting
from kiosk.view_parts import turner
from kiosk.widgets import Canvas
from kiosk.wording import texts

LEAST_MM = 20.0
MOST_HIGH_MM = 50.0
LEAST_WIDE_MM = 86.0
MOST_WIDE_MM = 270.0
LOW_MM = 100.0
"""In a place lower than this the way to the next page stands beside the cards."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Cards in a grid: `across` columns of `down` rows, each `width` × `height` pixels."""

    across: int
    down: int
    width: int
    height: int
    setting: Setting

    @property
    def room(self) -> int:
        """How many cards it holds."""
        return self.across * self.down


def sheet(entries: Sequence[Entry], area: Rect, language: str, canvas: Canvas, *, whole: bool = True) -> Sheet | None:
    """The grid in which all entries are in sight; or, where not `whole`, as many as fit, at least one a page."""
    gap = canvas.px(canvas.tokens.space.s)
    found: list[tuple[tuple[float, ...], Sheet]] = []
    for across in range(1, 5):
        width = (area.w - gap * (across - 1)) // across
        if across > 1 and (width < canvas.px(LEAST_WIDE_MM) or across > len(entries)):
            break
        if width > canvas.px(MOST_WIDE_MM) and len(entries) > 3:
            continue
        most = (area.h + gap) // (canvas.px(LEAST_MM) + gap)
        need = -(-len(entries) // across)
        for down in [need] if whole else range(min(most, need), 0, -1):
            if down > most:
                continue
            height = min((area.h - gap * (down - 1)) // down, canvas.px(MOST_HIGH_MM))
            each = setting(entries, width, height, language, canvas)
            if each is not None:
                one = Sheet(across, down, width, height, each)
                found.append((_score(one, len(entries)), one))
                break
    return max(found)[1] if found else None


def _score(each: Sheet, count: int) -> tuple[float, ...]:
    """Fewer pages first, then cards that say more, then no gap in the last row, then the calmer grid."""
    pages = -(-count // each.room)
    return -pages, -each.setting.rank, -(count % each.across), -each.across


def barest(area: Rect, canvas: Canvas) -> Sheet:
    """One card a page without its pictogram: for a name with a very long word; what fits nowhere is told as tight."""
    capital = canvas.tokens.screen.body
    return Sheet(1, 1, area.w, min(area.h, canvas.px(MOST_HIGH_MM)), Setting(0.0, capital, 2, True, None, 99))


def cards(entries: Sequence[Entry], one: Sheet, area: Rect, language: str, canvas: Canvas) -> None:
    """Draw them, row by row."""
    gap = canvas.px(canvas.tokens.space.s)
    used = Rect(area.x, area.y, area.w, one.height * one.down + gap * (one.down - 1))
    for entry, cell in zip(entries, grid(used, one.across, one.down, gap), strict=False):
        card(entry, cell, one.setting, language, canvas)


def paged(entries: Sequence[Entry], area: Rect, page: int, language: str, canvas: Canvas) -> None:
    """As many cards as fit, alike on each page, and the way on: beside them in a low place, else below."""
    one = sheet(entries, area, language, canvas)
    if one is not None:
        cards(entries, one, area, language, canvas)
        return
    gap = canvas.px(canvas.tokens.space.s)
    if area.h < canvas.px(LOW_MM):
        turn = area.beside(area.w - canvas.px(LEAST_MM + 4))
        place = area.left(area.w - turn.w - gap)
    else:
        turn = area.below(area.h - canvas.px(LEAST_MM))
        place = area.top(area.h - turn.h - gap)
    found = sheet(entries, place, language, canvas, whole=False)
    one = found or barest(place, canvas)
    pages = -(-len(entries) // one.room)
    shown = page % pages
    part = entries[shown * one.room : (shown + 1) * one.room]
    if found is None:
        one = replace(one, setting=setting(part, one.width, one.height, language, canvas) or one.setting)
    cards(part, one, place, language, canvas)
    if turn.h > turn.w:
        upright_turner(shown, pages, turn, language, canvas)
    else:
        words = f"{shown + 1} / {pages}"
        wide = min(canvas.px(96), turn.w * 2 // 3)
        soft = canvas.tokens.colour.ink_soft
        row = turn.left(turn.w - wide - gap)
        canvas.text(row, words, "en", capital_mm=canvas.tokens.screen.body, colour=soft, valign="middle")
        turner(shown, pages, turn.beside(turn.w - wide), language, canvas)


def upright_turner(page: int, count: int, area: Rect, language: str, canvas: Canvas) -> None:
    """The way to the next page as a narrow column: an arrow over "1/3"."""
    last = page + 1 == count
    spoken = texts(language)
    says = spoken.gettext("First page") if last else spoken.gettext("More")
    fill, ink, edge = canvas.colours("more", "quiet")
    canvas.box(area, fill, edge)
    body = canvas.tokens.screen.body
    line = canvas.line_height("en", body)
    side = min(canvas.px(13), area.h - line)
    block = area.middle(area.w, side + line)
    canvas.icon("back" if last else "next", block.top(side), ink)
    canvas.text(block.below(side), f"{page + 1}/{count}", "en", capital_mm=body, colour=ink, align="centre", said=False)
    canvas.target("more", area, TurnPage((page + 1) % count), says=says, language=language)
