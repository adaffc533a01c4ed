"""The first pages of the service menu: how every part is, for anyone; and the pad for the PIN. Pure."""

from dataclasses import replace

from fonts.tokens import Hex
from kiosk.layout import Rect, grid
from kiosk.scene import Scene
from kiosk.screen_inputs import Back, Erase, TurnPage, Type
from kiosk.screen_types import State
from kiosk.upkeep_inputs import OpenPin
from kiosk.upkeep_types import Health, Part
from kiosk.upkeep_words import part_name, part_told, shut
from kiosk.view_flow import ROW_MM, Offer, Sentence, fits, flow, height, languages, natural, offer, offers, row_height
from kiosk.view_parts import Exhibit, page
from kiosk.widgets import Canvas
from kiosk.wording import texts
from sync.box_words import PIN_DIGITS

KEY_MM, MOST_KEY_MM = 20.0, 30.0
TOLD_MM = 90.0
"""Height of what is said over the keys of an upright screen."""
SIGNS = {Health.GOOD: "check", Health.NOTE: "wait", Health.BAD: "warning"}
SIGN_MM = 10.0
FIRST = (Health.BAD, Health.NOTE, Health.GOOD)
"""What is wrong is told first."""
NAME_PERCENT = 42
CALM_MM = 380.0
"""What is wider reads as scattered."""
COLUMN_MM = 230.0
"""Width of one column of parts; what is wider has two."""


def head(state: State, exhibit: Exhibit, canvas: Canvas) -> Rect:
    """*Back* at the left, the languages at the right; returns the page below. Nothing else is for a technician."""
    area, gap = page(canvas), canvas.px(canvas.tokens.shape.target_gap)
    row = area.top(canvas.px(ROW_MM))
    back = Offer("back", "back", texts(state.language).gettext("Back"), Back())
    wide = min(max(natural(canvas, back, state.language), canvas.px(ROW_MM)), row.w // 2)
    offer(canvas, row.left(wide), back, state.language)
    spare = row.w - wide - gap
    tongues = min(spare, len(exhibit.languages) * canvas.px(54 + canvas.tokens.shape.target_gap))
    languages(canvas, row.beside(row.w - tongues), state, exhibit)
    return area.below(row.h + canvas.px(canvas.tokens.space.s if canvas.compact else canvas.tokens.space.l))


def calm(area: Rect, canvas: Canvas) -> Rect:
    """No wider than the eye takes in."""
    return area.middle(canvas.px(CALM_MM), area.h)


def menu(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """Every part, those that are at fault standing out; as many pages as that takes."""
    area, gap = head(state, exhibit, canvas), canvas.px(canvas.tokens.space.s)
    language, spoken, tall = state.language, texts(state.language), row_height(canvas)
    body, foot = area.top(area.h - tall - gap), Rect(area.x, area.bottom - tall, area.w, tall)
    columns = 2 if body.w >= 2 * canvas.px(COLUMN_MM) else 1
    parts = sorted(state.upkeep.parts, key=lambda part: FIRST.index(part.health))
    apart = canvas.px(canvas.tokens.space.l)
    column = Rect(body.x, body.y, (body.w - (columns - 1) * apart) // columns, body.h)
    pages = _pages(parts, column, columns, language, canvas)
    shown = state.page % max(len(pages), 1)
    for index, filled in enumerate(pages[shown] if pages else []):
        _rows(filled, column._replace(x=column.x + index * (column.w + apart)), language, canvas)
    wanted = [Offer("pin", "next", spoken.gettext("Open with the PIN"), OpenPin(), "primary")]
    if len(pages) > 1:
        last = shown + 1 == len(pages)
        label = spoken.gettext("First page") if last else spoken.gettext("More")
        wanted.insert(0, Offer("more", "back" if last else "next", label, TurnPage((shown + 1) % len(pages))))
    offers(canvas, foot, wanted, language)
    return canvas.scene()


def _words(part: Part, canvas: Canvas, language: str) -> tuple[Sentence, Sentence]:
    label = canvas.tokens.screen.label
    ink = canvas.tokens.colour.on_fault if part.health is Health.BAD else None
    name = Sentence(part_name(part, language), label, "bold", ink, lines=1)
    return name, Sentence(part_told(part, language), label, colour=ink, lines=3)


def _cells(part: Part, row: Rect, language: str, canvas: Canvas) -> list[tuple[Rect, list[Sentence]]]:
    """Name and word beside each other; where that takes more lines, beneath one another. In a row of any height."""
    pad = canvas.px(canvas.tokens.space.s)
    inner = row.beside(canvas.px(SIGN_MM) + 2 * pad)
    inner = inner.left(inner.w - pad)
    name, told = _words(part, canvas, language)
    half = inner.w * NAME_PERCENT // 100
    beside = [(inner.left(half - pad), [name]), (inner.beside(half), [told])]
    if all(fits(canvas, place, [replace(each, lines=1) for each in words], language) for place, words in beside):
        return beside
    return [(inner, [name, told])]


def _tall(part: Part, wide: int, language: str, canvas: Canvas) -> int:
    cells = _cells(part, Rect(0, 0, wide, canvas.px(120)), language, canvas)
    return max(height(canvas, words, place, language) for place, words in cells) + canvas.px(3)


def _pages(parts: list[Part], column: Rect, columns: int, language: str, canvas: Canvas) -> list[list[list[Part]]]:
    """The parts by page and column, in their order; where one page has them all, its columns are alike."""
    gap, tall = canvas.px(canvas.tokens.space.xs), [_tall(part, column.w, language, canvas) for part in parts]

    def filled(most: int) -> list[list[Part]]:
        found, used = list[list[Part]](), 0
        for part, high in zip(parts, tall, strict=True):
            if not found or used + high > most:
                found.append([])
                used = 0
            found[-1].append(part)
            used += high + gap
        return found

    half = -(-(sum(tall) + gap * len(tall)) // columns)
    most = next((each for each in range(half, column.h, canvas.px(5)) if len(filled(each)) <= columns), column.h)
    made = filled(most)
    return [made[at : at + columns] for at in range(0, len(made), columns)]


def _rows(parts: list[Part], column: Rect, language: str, canvas: Canvas) -> None:
    gap, pad, y = canvas.px(canvas.tokens.space.xs), canvas.px(canvas.tokens.space.s), column.y
    colour, side = canvas.tokens.colour, canvas.px(SIGN_MM)
    grounds: dict[Health, tuple[Hex, Hex]] = {
        Health.GOOD: (colour.surface, colour.primary),
        Health.NOTE: (colour.sunken, colour.ink),
        Health.BAD: (colour.fault_ground, colour.on_fault),
    }
    for part in parts:
        cell = Rect(column.x, y, column.w, _tall(part, column.w, language, canvas))
        ground, ink = grounds[part.health]
        canvas.box(cell, ground)
        canvas.icon(SIGNS[part.health], Rect(cell.x + pad, cell.y, side, cell.h), ink)
        for place, words in _cells(part, cell, language, canvas):
            flow(canvas, place, words, language)
        y = cell.bottom + gap


# The PIN ------------------------------------------------------------------------------------------------------------


def pin(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """Places for six digits, which are never shown, and the keys; where none can be typed, why."""
    area = calm(head(state, exhibit, canvas), canvas)
    if state.upkeep.refused == "unset":
        _told(area, state, canvas)
        return canvas.scene()
    gap, key = canvas.px(canvas.tokens.shape.target_gap), canvas.px(KEY_MM)
    between = canvas.px(canvas.tokens.space.l)
    if area.h > area.w:
        side = min(canvas.px(MOST_KEY_MM), (area.h * 60 // 100 - 3 * gap) // 4)
        tall = 4 * side + 3 * gap
        group = area.middle(area.w, tall + between + canvas.px(TOLD_MM))
        _told(group.top(group.h - tall - between), state, canvas)
        _pad(Rect(group.x, group.bottom - tall, group.w, tall), 3, side, state, canvas)
        return canvas.scene()
    across, down = (3, 4) if area.h >= 4 * key + 3 * gap else (4, 3)
    side = min(canvas.px(MOST_KEY_MM), (area.h - (down - 1) * gap) // down)
    wide = across * side + (across - 1) * gap
    told = area.left(area.w - wide - between)
    most = canvas.px(240)
    if told.w > most:
        group = area.middle(most + between + wide, area.h)
        told, area = group.left(most), group
    _told(told, state, canvas)
    _pad(area.beside(area.w - wide), across, side, state, canvas)
    return canvas.scene()


def _told(place: Rect, state: State, canvas: Canvas) -> None:
    """What is wanted or wrong, over the places for the digits."""
    language, menu = state.language, state.upkeep
    screen, colour = canvas.tokens.screen, canvas.tokens.colour
    words = [Sentence(texts(language).gettext("PIN of the technician"), screen.title, "bold", must=False)]
    if menu.refused is not None:
        why = shut(menu.refused, menu.wait_s, language)
        words.append(Sentence(why, screen.body, "bold", colour.on_fault, lines=5))
    if menu.refused == "unset":
        flow(canvas, place, words, language)
        return
    tall, between = canvas.px(14), canvas.px(canvas.tokens.space.m)
    if menu.refused is None or place.h > canvas.px(80):
        room = place.top(place.h - tall - between)
        used = min(height(canvas, words, room, language), room.h)
        group = place.middle(place.w, used + between + tall)
        flow(canvas, group.top(used), words, language, valign="top")
        _places(Rect(group.x, group.bottom - tall, group.w, tall), state, canvas)
    else:
        flow(canvas, place, words, language)


def _places(row: Rect, state: State, canvas: Canvas) -> None:
    """Six of them, filled as they are typed."""
    colour, gap = canvas.tokens.colour, canvas.px(canvas.tokens.space.s)
    side = min(row.h, (row.w - (PIN_DIGITS - 1) * gap) // PIN_DIGITS)
    typed = len(state.upkeep.digits)
    for index in range(PIN_DIGITS):
        cell = Rect(row.x + index * (side + gap), row.y, side, side)
        canvas.box(cell, colour.ink if index < typed else colour.surface, None if index < typed else colour.outline)
    told = texts(state.language).gettext("{count} of {most} digits").format(count=typed, most=PIN_DIGITS)
    canvas.say(told, state.language)


def _pad(pad: Rect, across: int, side: int, state: State, canvas: Canvas) -> None:
    """1 to 9 in threes; 0 and *erase* below, or beside them."""
    gap, language = canvas.px(canvas.tokens.shape.target_gap), state.language
    down = 4 if across == 3 else 3
    used = pad.middle(across * side + (across - 1) * gap, down * side + (down - 1) * gap)
    cells = grid(used, across, down, gap)
    places = [cells[row * across + column] for row in range(3) for column in range(3)]
    erase, zero = (cells[9], cells[10]) if across == 3 else (cells[3], cells[7])
    shut_now = state.upkeep.refused == "wait"
    large = min(canvas.tokens.screen.display, side / canvas.display.dots_per_mm * 0.5)
    for digit, cell in zip("1234567890", [*places, zero], strict=True):
        if not shut_now:
            canvas.button(f"key-{digit}", cell, digit, "en", Type(digit), capital_mm=large)
    if state.upkeep.digits:
        gone = Offer("erase", "remove", texts(language).gettext("Erase"), Erase())
        offer(canvas, erase, replace(gone, look="quiet"), language, words=False)
