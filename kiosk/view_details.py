"""One service: what it costs, how long it takes, what to bring, what happens; and *take*. Pure."""

from dataclasses import dataclass

from fonts.tokens import Accent, Hex
from kiosk.layout import Rect
from kiosk.scene import Box, Scene
from kiosk.screen_types import State, Take
from kiosk.view_parts import Exhibit, accent_of, bar, turner
from kiosk.widgets import Canvas
from kiosk.wording import fee, minutes, texts
from sync.catalogue import Service

TAKE_MM = 30.0


@dataclass(frozen=True, slots=True)
class _Item:
    """One entry of the list: a heading, a document, a condition or a step. `mark`: its number, or "•"."""

    lines: tuple[str, ...]
    heading: bool = False
    mark: str = ""
    soft: bool = False


def details(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """Touch 3 of 3. What does not fit on one page is on further ones; *take* is on each."""
    area = bar(state, exhibit, canvas)
    each = exhibit.catalogue.service(state.service or "")
    gap = canvas.px(canvas.tokens.space.m)
    take = canvas.px(TAKE_MM)
    spoken = texts(state.language)
    if canvas.display.portrait:
        foot = Rect(area.x, area.bottom - take, area.w, take)
        head = area.top(canvas.px(112))
        body = Rect(area.x, head.bottom + gap, area.w, foot.y - head.bottom - 2 * gap)
    else:
        side = area.w * 40 // 100
        foot = Rect(area.x, area.bottom - take, side, take)
        head = Rect(area.x, area.y, side, foot.y - area.y - gap)
        body = area.beside(side + gap)
    _head(each, head, state.language, canvas)
    _listed(each, body, state, canvas)
    label = spoken.gettext("Take a ticket")
    capital = canvas.tokens.screen.title
    canvas.button("take", foot, label, state.language, Take(), look="primary", icon="ticket", capital_mm=capital)
    return canvas.scene()


def _head(each: Service, area: Rect, language: str, canvas: Canvas) -> None:
    """The service's name under its pictogram, the fee and the time."""
    accent = accent_of(canvas, each)
    text, spoken = each.text(language), texts(language)
    space, screen = canvas.tokens.space, canvas.tokens.screen
    canvas.box(area, accent.tint)
    inner = area.inset(canvas.px(space.m), canvas.px(space.s))
    line = canvas.line_height(language, screen.body)
    facts = Rect(inner.x, inner.bottom - 2 * line, inner.w, 2 * line)
    side = canvas.px(26)
    upper = inner.top(inner.h - facts.h - canvas.px(space.xs))
    if upper.h < side + canvas.line_height(language, screen.body):
        side = canvas.px(18)
    tile = Rect(upper.x, upper.y + canvas.px(1.5), side, side)
    canvas.box(tile, accent.fill)
    canvas.icon(each.pictogram, tile.inset(side // 6), accent.on)
    beside = upper.h - side < 2 * canvas.line_height(language, screen.body)
    name = (
        upper.beside(side + canvas.px(space.m)) if beside else upper.below(tile.bottom - upper.y + canvas.px(space.s))
    )
    canvas.text(
        name,
        text.name,
        language,
        capital_mm=screen.title,
        weight="bold",
        colour=accent.ink,
        valign="middle" if beside else "top",
        lines=3,
    )
    pairs = (
        (spoken.gettext("Fee"), fee(each.fee, text, language)),
        (spoken.gettext("Time"), minutes(each.minutes, language)),
    )
    for index, (label, value) in enumerate(pairs):
        _fact(label, value, Rect(facts.x, facts.y + index * line, facts.w, line), language, accent, canvas)


def _fact(label: str, value: str, row: Rect, language: str, accent: Accent, canvas: Canvas) -> None:
    body, gap = canvas.tokens.screen.body, canvas.px(canvas.tokens.space.s)
    size = canvas.display.em(body)
    width = min(canvas.type.measure(label, language, size), row.w * 55 // 100)
    canvas.text(row.left(width + 1), label, language, capital_mm=body)
    rest = row.beside(width + gap)
    canvas.text(rest, value, language, capital_mm=body, weight="bold", colour=accent.ink, align="right")


def _items(each: Service, width: int, language: str, canvas: Canvas) -> list[_Item]:
    size = canvas.display.em(canvas.tokens.screen.body)
    text, spoken = each.text(language), texts(language)

    def wrapped(words: str, weight: str = "regular") -> tuple[str, ...]:
        return tuple(canvas.type.wrap(words, language, size, "bold" if weight == "bold" else "regular", width))

    items = [_Item(wrapped(spoken.gettext("Documents"), "bold"), heading=True)]
    for paper in text.documents:
        items.append(_Item(wrapped(paper.text), mark="•"))
        if paper.when:
            items.append(_Item(wrapped(paper.when), soft=True))
    if not text.documents:
        items.append(_Item(wrapped(spoken.gettext("none")), mark="•"))
    items.append(_Item(wrapped(spoken.gettext("Steps"), "bold"), heading=True))
    items += [_Item(wrapped(one), mark=str(number)) for number, one in enumerate(text.steps, 1)]
    return items


def _pages(items: list[_Item], line: int, gap: int, height: int) -> list[list[_Item]]:
    """Items on pages of this height. A section is not torn where that leaves half a page; a heading never ends one."""
    pages: list[list[_Item]] = [[]]
    used = 0
    for index, item in enumerate(items):
        before = _before(item, gap) if pages[-1] else 0
        need = len(item.lines) * line
        together = need
        if item.heading:
            section = _section(items, index)
            together = _height(section, line, gap)
            if together > height or used < height // 2:
                together = _height(section[:2], line, gap)
        if pages[-1] and used + before + together > height:
            pages.append([])
            used, before = 0, 0
        pages[-1].append(item)
        used += before + need
    return pages


def _before(item: _Item, gap: int) -> int:
    """The space over an entry that is not the first of its page."""
    return 0 if item.soft else 3 * gap if item.heading else gap


def _section(items: list[_Item], index: int) -> list[_Item]:
    """A heading and what belongs to it."""
    following = [place for place in range(index + 1, len(items)) if items[place].heading]
    return items[index : following[0] if following else len(items)]


def _height(section: list[_Item], line: int, gap: int) -> int:
    return sum(len(item.lines) * line for item in section) + sum(_before(item, gap) for item in section[1:])


def _listed(each: Service, panel: Rect, state: State, canvas: Canvas) -> None:
    colour, space = canvas.tokens.colour, canvas.tokens.space
    canvas.box(panel, colour.surface)
    inner = panel.inset(canvas.px(space.m), canvas.px(space.s))
    indent = canvas.px(11)
    line = canvas.line_height(state.language, canvas.tokens.screen.body)
    gap = canvas.px(space.xs)
    items = _items(each, inner.w - indent, state.language, canvas)
    pages = _pages(items, line, gap, inner.h)
    if len(pages) > 1:
        turn = canvas.px(20)
        inner = inner.top(inner.h - turn - gap)
        pages = _pages(items, line, gap, inner.h)
        _turner(state.page % len(pages), len(pages), Rect(inner.x, inner.bottom + gap, inner.w, turn), state, canvas)
    y = inner.y
    for index, item in enumerate(pages[state.page % len(pages)]):
        y += _before(item, gap) if index else 0
        y = _item(item, Rect(inner.x, y, inner.w, inner.bottom - y), indent, accent_of(canvas, each).ink, state, canvas)


def _turner(page: int, count: int, row: Rect, state: State, canvas: Canvas) -> None:
    """Where in the list this is, and the way on."""
    body = canvas.tokens.screen.body
    place = row.left(canvas.px(40))
    soft = canvas.tokens.colour.ink_soft
    canvas.text(place, f"{page + 1} / {count}", "en", capital_mm=body, colour=soft, valign="middle")
    wide = min(canvas.px(96), row.w - place.w)
    turner(page, count, row.beside(row.w - wide), state.language, canvas)


def _item(item: _Item, area: Rect, indent: int, ink: Hex, state: State, canvas: Canvas) -> int:
    """Draw one entry; returns the row below it."""
    language, body = state.language, canvas.tokens.screen.body
    line = canvas.line_height(language, body)
    size = canvas.display.em(body)
    ascent, _ = canvas.type.metrics(language, size)
    if item.mark == "•":
        dot = canvas.px(2.4)
        middle = area.y + ascent - round(size * 0.714 / 2)
        canvas.ops.append(Box(Rect(area.x + canvas.px(2), middle - dot // 2, dot, dot), ink, None, 0, dot // 2))
    elif item.mark:
        canvas.text(area, item.mark, language, capital_mm=body, weight="bold", colour=ink)
    colour = ink if item.heading else canvas.tokens.colour.ink_soft if item.soft else canvas.tokens.colour.ink
    weight = "bold" if item.heading else "regular"
    x = area.x if item.heading else area.x + indent
    for index, words in enumerate(item.lines):
        row = Rect(x, area.y + index * line, area.right - x, line)
        canvas.text(
            row, words, language, capital_mm=body, weight="bold" if weight == "bold" else "regular", colour=colour
        )
    return area.y + len(item.lines) * line
