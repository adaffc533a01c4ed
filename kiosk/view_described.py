"""How a service is told: a band over its manual, or all of it in one list. Pure."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from fonts.tokens import Accent
from kiosk import hours
from kiosk.layout import Rect
from kiosk.screen_inputs import TurnPage
from kiosk.screen_types import MOST_ERRANDS, State
from kiosk.view_actions import act, broken
from kiosk.view_listing import upright_turner
from kiosk.view_manual import Item, Setter, facts, listed, manual, pages, row_height
from kiosk.view_parts import Exhibit, accent_of
from kiosk.view_visit import blocked, shut_labels
from kiosk.widgets import LEADING_MM, Canvas
from kiosk.wording import foretold, services, texts, unparted
from sync.catalogue import Service

Control: TypeAlias = Callable[[Rect], None]
"""Something to touch that draws itself."""

ROW_MM = (20.0, 24.0)
TILE_MM = 26.0
BETWEEN_MM = 2.5
"""Between a label and its value."""


def _notes(each: Service, state: State, exhibit: Exhibit, setter: Setter) -> list[Item]:
    """What stands before the manual: why nothing can be taken, a break going on, the wait as the office tells it, the
    catalogue's own notice."""
    language, found = state.language, []
    closed, shut = state.condition.shut(each.id), blocked(state)
    if closed:
        found.append(setter.note(shut_labels(closed, state)[0], "closed"))
    elif shut is not None:
        known = {one.id: one.text(language).name for one in exhibit.catalogue.services}
        reason = shut_labels(shut[1], state)[0]
        found.append(setter.note(f"{known.get(shut[0].service, '')}. {reason}", "closed"))
    elif state.chosen(each.id) is None and len(state.visit) >= MOST_ERRANDS:
        full = texts(language).gettext("{services} are chosen. There is no room for more on one ticket")
        found.append(setter.note(full.format(services=services(MOST_ERRANDS, language)), "warning"))
    pause = state.condition.hours.pause if state.condition.hours else None
    if pause is not None and not closed:
        found.append(setter.note(hours.pause(pause, language), "clock"))
    if state.condition.wait is not None and not closed:
        found.append(setter.quiet(foretold(state.condition.wait, language)[0], "clock"))
    if exhibit.catalogue.notice and language in exhibit.catalogue.notice:
        found.append(setter.quiet(exhibit.catalogue.notice[language], "warning"))
    return found


def flowed(
    each: Service, panel: Rect, apart: Sequence[Control], state: State, exhibit: Exhibit, canvas: Canvas
) -> tuple[int, int]:
    """All of the service in one list, with pages of controls after its first; returns the page and how many there are.

    Why nothing can be taken stands right under the name.
    """
    space = canvas.tokens.space
    inner = panel.inset(canvas.px(space.s), canvas.px(space.xs))
    setter = Setter(canvas, state.language, inner.w, accent_of(canvas, each))
    notes = _notes(each, state, exhibit, setter)
    urgent = [item for item in notes if item.mark == "closed"]
    rest = [item for item in notes if item.mark != "closed"]
    found = pages([setter.name(each), *urgent, *setter.facts(each), *rest, *manual(each, setter)], setter, inner.h)
    count = len(found) + len(apart)
    shown = state.page % count
    canvas.box(panel, canvas.tokens.colour.surface)
    if 1 <= shown <= len(apart):
        apart[shown - 1](panel)
    else:
        listed(found[shown - len(apart) if shown else 0], inner, setter)
    return shown, count


def more(page: int, count: int, place: Rect, state: State, canvas: Canvas) -> None:
    """The way to the next page, and which of how many this is."""
    if place.h > place.w:
        upright_turner(page, count, place, state.language, canvas)
        return
    last, spoken = page + 1 == count, texts(state.language)
    words, where = spoken.gettext("First page") if last else spoken.gettext("More"), f"{page + 1}/{count}"
    labels, icon = (f"{words} {where}", where), "back" if last else "next"
    gives = TurnPage((page + 1) % count)
    act(canvas, "more", place, labels, state.language, gives, icon=icon, most=1)


def panels(each: Service, area: Rect, state: State, exhibit: Exhibit, canvas: Canvas, turn: Rect | None = None) -> None:
    """The service's name, fee and time in a band, its manual under it; the way to its next page at `turn`, or below.

    Fee and time are on the first page only.
    """
    gap, space = canvas.px(canvas.tokens.space.s), canvas.tokens.space
    told, named = (_Band(each, area, state.language, facts_too, canvas) for facts_too in (True, False))
    panel = area.below(told.height + gap)
    inner = panel.inset(canvas.px(space.m), canvas.px(space.s))
    gained = told.height - named.height
    setter = Setter(canvas, state.language, inner.w, accent_of(canvas, each))
    items = [*_notes(each, state, exhibit, setter), *manual(each, setter)]
    found = pages(items, setter, inner.h, inner.h + gained)
    if len(found) > 1 and turn is None:
        high = canvas.px(ROW_MM[0])
        wide = min(canvas.px(96), inner.w)
        turn = Rect(inner.right - wide, panel.bottom - gap - high, wide, high)
        least = inner.h - high - setter.gap
        found = pages(items, setter, least, least + gained)
    shown = state.page % len(found)
    band = named if shown else told
    band.draw()
    panel = area.below(band.height + gap)
    canvas.box(panel, canvas.tokens.colour.surface)
    inner = panel.inset(canvas.px(space.m), canvas.px(space.s))
    listed(found[shown], inner, setter)
    if len(found) > 1 and turn is not None:
        more(shown, len(found), turn, state, canvas)


class _Band:
    """The pictogram, the name, and (`told`) what it costs and takes. `height`: its pixels."""

    def __init__(self, each: Service, area: Rect, language: str, told: bool, canvas: Canvas) -> None:
        self._each, self._area, self._language, self._canvas = each, area, language, canvas
        space, screen = canvas.tokens.space, canvas.tokens.screen
        self._pad, wide = canvas.px(space.s), canvas.px(TILE_MM) + 3 * canvas.px(space.s)
        words = self._words = area.beside(wide).left(area.w - wide - self._pad)
        self._name, self._lower = each.text(language).name, row_height(canvas, language)
        sizes = (screen.title, (screen.title + screen.body) / 2, screen.body)
        one_line = (mm for mm in sizes if broken(canvas, self._name, language, mm, "bold", words.w) == 1)
        self._capital = next(one_line, screen.body)
        self._lines = min(broken(canvas, self._name, language, self._capital, "bold", words.w) or 2, 3)
        line = canvas.line_height(language, self._capital, "bold") + canvas.px(LEADING_MM)
        self._upper = self._lines * line
        self._told = _fact_lines(each, words.w, language, canvas) if told else ()
        self._block = self._upper + len(self._told) * self._lower
        self.height = max(self._block, canvas.px(TILE_MM)) + 2 * self._pad

    def draw(self) -> None:
        """Draw it at the top of its area."""
        canvas, area, accent, words = self._canvas, self._area, accent_of(self._canvas, self._each), self._words
        canvas.box(area.top(self.height), accent.tint)
        side = canvas.px(TILE_MM)
        tile = Rect(area.x + self._pad, area.y + (self.height - side) // 2, side, side)
        canvas.box(tile, accent.fill)
        canvas.icon(self._each.pictogram, tile.inset(side // 6), accent.on)
        place = Rect(words.x, area.y + (self.height - self._block) // 2, words.w, self._upper)
        ink, lines = accent.ink, self._lines
        capital, language = self._capital, self._language
        canvas.text(place, self._name, language, capital_mm=capital, weight="bold", colour=ink, lines=lines)
        for index, row in enumerate(self._told):
            place_of_row = Rect(words.x, place.bottom + index * self._lower, words.w, self._lower)
            _facts(row, place_of_row, language, accent, canvas)


def _fact_lines(each: Service, width: int, language: str, canvas: Canvas) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Fee and time in one line where that has room, else in two."""
    found = facts(each, language)
    size = canvas.display.em(canvas.tokens.screen.body)
    needed = sum(canvas.type.measure(f"{label} {value}", language, size, "bold") for label, value in found)
    if needed + canvas.px(canvas.tokens.space.xl) <= width:
        return (found,)
    rows: list[tuple[tuple[str, str], ...]] = []
    for label, value in found:
        room = width - canvas.type.measure(label, language, size) - canvas.px(BETWEEN_MM) - 2
        lines = canvas.type.wrap(unparted(value), language, size, "bold", room)
        rows += [((label if index == 0 else "", line),) for index, line in enumerate(lines)]
    return tuple(rows)


def _facts(pairs: Sequence[tuple[str, str]], row: Rect, language: str, accent: Accent, canvas: Canvas) -> None:
    """Labels and values one after the other."""
    body = canvas.tokens.screen.body
    size, between = canvas.display.em(body), canvas.px(BETWEEN_MM)
    for label, value in pairs:
        if label:
            wide = canvas.type.measure(label, language, size) + 1
            canvas.text(row.left(wide), label, language, capital_mm=body)
            row = row.beside(wide + between)
        wide = min(canvas.type.measure(value, language, size, "bold") + 1, row.w)
        canvas.text(row.left(wide), value, language, capital_mm=body, weight="bold", colour=accent.ink)
        row = row.beside(wide + canvas.px(canvas.tokens.space.l))
