"""Number and code of a ticket are typed, or the code of an online place. Pure."""

from fonts.faces import Weight
from kiosk.layout import Rect, grid
from kiosk.scene import Scene
from kiosk.screen_inputs import Back, Enter, Erase, Input, Type
from kiosk.screen_types import Field, State
from kiosk.screen_typing import DIGITS as CODES
from kiosk.screen_typing import MOST_DIGITS, MOST_LETTERS
from kiosk.view_flow import Offer, Sentence, fits, flow, offer
from kiosk.view_parts import Exhibit, bar, page
from kiosk.widgets import Canvas
from kiosk.wording import refusal, spelled, texts
from sync.numbering import OFFICE_LANE, lane_letters

LANES = f"ABCD{lane_letters(OFFICE_LANE)}"
"""Letters that follow the series where an office has several kiosks, and in numbers that staff gave."""
LEAST_DIGITS = 3
KEY_MM = 20.0
MOST_KEY_MM = 30.0
LEAST_FIELD_MM = 92.0
MOST_FIELD_MM = 120.0
"""A number has at most eight signs; a wider field looks as if it wanted a sentence."""
FIELDS_MM = 170.0
"""Height of both fields with the picture of a ticket beneath them."""
PLACE_MM = 80.0
"""Height of the field for the code of an online place, with what is said beneath it."""
DIGITS = "123456789"


def my_ticket(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """Two fields, and the keys that the field in sight can take."""
    if canvas.compact:
        area = page(canvas)
        pad = _small_pad(area, state, exhibit, canvas)
        _aside(area.left(pad.x - area.x - canvas.px(canvas.tokens.space.s)), state, canvas)
        _small_keys(pad, state, exhibit, canvas)
        return canvas.scene()
    area = bar(state, exhibit, canvas)
    gap, most = canvas.px(canvas.tokens.space.l), canvas.px(MOST_FIELD_MM)
    fields = canvas.px(PLACE_MM if state.typing.field is Field.PLACE else FIELDS_MM)
    if area.h > area.w * 0.8:
        # Fields, message and keys as one group in the middle.
        tall = min(canvas.px(4 * MOST_KEY_MM + 9), area.h - canvas.px(80))
        group = area.middle(area.w, tall + gap + fields)
        pad = Rect(group.x, group.bottom - tall, group.w, tall)
        _fields(group.top(group.h - tall - gap).middle(most, group.h - tall - gap), state, canvas)
    else:
        across = max(area.w * 58 // 100, area.w - canvas.px(LEAST_FIELD_MM) - gap)
        wide = min(across, _natural_width(area.h, exhibit, canvas))
        left = min(most, area.w - wide - gap)
        tall = _natural_height(area.h, canvas)
        group = area.middle(left + gap + wide, max(tall, min(area.h, fields)))
        pad = group.beside(left + gap)
        pad = pad.top(tall)
        _fields(group.left(left), state, canvas)
    _keys(pad, state, exhibit, canvas)
    return canvas.scene()


def letters(exhibit: Exhibit) -> str:
    """The letters that a number of this office can have."""
    return "".join(sorted({service.series for service in exhibit.catalogue.services} | set(LANES)))


def typed_letters(state: State) -> str:
    """The letters at the beginning of what has been typed."""
    return state.typing.label.rstrip("0123456789")


def can_type(character: str, state: State, exhibit: Exhibit) -> bool:
    """Whether this key does anything now."""
    typing = state.typing
    if typing.field in CODES:
        return character.isdecimal()
    before = typed_letters(state)
    if character.isdecimal():
        return bool(before) and len(typing.label) - len(before) < MOST_DIGITS
    if before == typing.label and len(before) < MOST_LETTERS:
        series = {service.series for service in exhibit.catalogue.services}
        return character in (LANES if before else series)
    return False


def can_enter(state: State) -> bool:
    """Whether the number may be complete."""
    digits = len(state.typing.label) - len(typed_letters(state))
    return state.typing.field is Field.LABEL and digits >= LEAST_DIGITS


# Fields -----------------------------------------------------------------------------------------------------------


def _fields(area: Rect, state: State, canvas: Canvas) -> None:
    """What to type, where it stands on the ticket, and what has been typed."""
    language, spoken = state.language, texts(state.language)
    screen, space = canvas.tokens.screen, canvas.tokens.space
    gap, line = canvas.px(space.m), canvas.line_height(state.language, screen.body, "bold")
    box = canvas.px(21)
    refused, place = state.typing.refused, state.typing.field is Field.PLACE
    need = 2 * (line + box) + gap
    code = state.typing.field in CODES
    if not place and area.h >= need + gap + (2 * line if refused else 0):
        number = Rect(area.x, area.y, area.w, line + box)
        second = Rect(area.x, number.bottom + gap, area.w, line + box)
        _field(number, spoken.gettext("Ticket number"), state.typing.label, not code, language, canvas)
        _field(second, spoken.gettext("Code, 4 digits"), _code(state), code, language, canvas)
        rest = Rect(area.x, second.bottom + gap, area.w, area.bottom - second.bottom - gap)
    else:
        if code:
            canvas.say(spelled(state.typing.label), language)
        label, value = asked(state), _code(state) if code else state.typing.label
        _field(area.top(line + box), label, value, True, language, canvas)
        rest = area.below(line + box + canvas.px(space.s))
    if refused:
        _refused(rest, refused, language, canvas)
    elif place:
        _on_phone(rest, language, canvas)
    elif rest.h >= canvas.px(46):
        _where(rest, code, canvas)


def asked(state: State) -> str:
    """What is to be typed in the field in sight."""
    spoken = texts(state.language)
    names = {
        Field.LABEL: spoken.gettext("Ticket number"),
        Field.CODE: spoken.gettext("Code, 4 digits"),
        Field.PLACE: spoken.gettext("Code, 6 digits"),
    }
    return names[state.typing.field]


def _on_phone(place: Rect, language: str, canvas: Canvas) -> None:
    """What comes of the code."""
    spoken, body = texts(language), canvas.tokens.screen.body
    told = spoken.gettext("A ticket with a number comes out here.")
    flow(canvas, place, [Sentence(told, body, lines=4, must=False)], language, valign="top")


def _refused(place: Rect, code: str, language: str, canvas: Canvas) -> None:
    """Why nothing was found, in full or, where that has no room, in few words."""
    body, ink = canvas.tokens.screen.body, canvas.tokens.colour.on_fault
    full, short = (
        [Sentence(refusal(code, language, short=short), body, "bold", ink, lines=4)] for short in (False, True)
    )
    flow(canvas, place, full if fits(canvas, place, full, language) else short, language, valign="top")


def _code(state: State) -> str:
    """The digits so far, and places for the others; six stand in threes."""
    signs = state.typing.code.ljust(CODES.get(state.typing.field, CODES[Field.CODE]), "_")
    return "   ".join(" ".join(part) for part in (signs[:3], signs[3:])) if len(signs) > 4 else " ".join(signs)


def _field(place: Rect, label: str, value: str, here: bool, language: str, canvas: Canvas) -> None:
    screen, colour = canvas.tokens.screen, canvas.tokens.colour
    line = canvas.line_height(language, screen.body, "bold")
    ink = colour.ink if here else colour.ink_soft
    weight: Weight = "bold" if here else "regular"
    canvas.text(place.top(line), label, language, capital_mm=screen.body, weight=weight, colour=ink)
    box = place.below(line + canvas.px(1))
    canvas.box(box, colour.surface if here else colour.sunken, colour.focus if here else colour.outline)
    inner = box.inset(canvas.px(canvas.tokens.space.s), 0)
    canvas.say(spelled(value), language)
    canvas.text(inner, value, "en", capital_mm=screen.title, weight="bold", colour=ink, valign="middle", said=False)


def _where(area: Rect, code: bool, canvas: Canvas) -> None:
    """A small ticket: the number is large at its top, the code is beneath it."""
    colour = canvas.tokens.colour
    tall = min(area.h, canvas.px(92))
    sheet = area.top(tall).middle(min(tall * 74 // 100, area.w), tall)
    canvas.box(sheet, colour.surface, colour.outline)
    inner = sheet.inset(sheet.w // 8, sheet.h // 12)
    head = inner.top(inner.h * 40 // 100)
    foot = Rect(inner.x + inner.w // 5, inner.y + inner.h * 50 // 100, inner.w * 3 // 5, inner.h * 18 // 100)
    for place, here in ((head, not code), (foot, code)):
        canvas.box(place, colour.focus if here else colour.rule)
    for part in (78, 92):
        canvas.box(Rect(inner.x, inner.y + inner.h * part // 100, inner.w, max(inner.h // 22, 2)), colour.rule)
    point = head if not code else foot
    side = min(canvas.px(14), max(sheet.x - area.x - canvas.px(2), 0))
    if side > canvas.px(6):
        canvas.icon("next", Rect(sheet.x - side - canvas.px(2), point.y, side, point.h), colour.focus)


# Keys -------------------------------------------------------------------------------------------------------------


def _keys(pad: Rect, state: State, exhibit: Exhibit, canvas: Canvas) -> None:
    """Letters at the left while the number is typed, digits as on a telephone at the right."""
    gap = canvas.px(canvas.tokens.shape.target_gap)
    down, side = _rows_of_keys(pad.h, canvas)
    across = 3 if down == 4 else 4
    known = letters(exhibit)
    columns = -(-len(known) // down)
    between = canvas.px(canvas.tokens.space.l)
    wide = min(side, (pad.w - between - gap * (columns + across - 2)) // (columns + across))
    used = pad.middle(
        (columns + across) * wide + (columns + across - 2) * gap + between, down * side + (down - 1) * gap
    )
    left = used.left(columns * (wide + gap) - gap)
    right = used.beside(left.w + between)
    if state.typing.field in CODES:
        # No letters: their hole would part the digits from the fields.
        right = used.middle(right.w, right.h)
    else:
        for letter, cell in zip(known, grid(left, columns, down, gap), strict=False):
            _key(letter, cell, state, exhibit, canvas)
    _digits(grid(right, across, down, gap), across, state, exhibit, canvas)


def _rows_of_keys(height: int, canvas: Canvas) -> tuple[int, int]:
    """How many rows of keys there are, and pixels of a key's side."""
    gap = canvas.px(canvas.tokens.shape.target_gap)
    down = 4 if height >= 4 * canvas.px(KEY_MM) + 3 * gap else 3
    return down, min((height - gap * (down - 1)) // down, canvas.px(MOST_KEY_MM))


def _natural_height(height: int, canvas: Canvas) -> int:
    """Pixels of the rows of keys."""
    down, side = _rows_of_keys(height, canvas)
    return down * side + (down - 1) * canvas.px(canvas.tokens.shape.target_gap)


def _natural_width(height: int, exhibit: Exhibit, canvas: Canvas) -> int:
    """Pixels of the keys where they are as wide as they are high."""
    gap = canvas.px(canvas.tokens.shape.target_gap)
    down, side = _rows_of_keys(height, canvas)
    across = -(-len(letters(exhibit)) // down) + (3 if down == 4 else 4)
    return across * (side + gap) + canvas.px(canvas.tokens.space.l)


def _digits(
    cells: list[Rect], across: int, state: State, exhibit: Exhibit, canvas: Canvas, *, erase: bool = True
) -> None:
    """1 to 9 in threes; with a fourth column the rest stands beside them, else below."""
    if across == 4:
        places = [cells[row * 4 + column] for row in range(3) for column in range(3)]
        less, zero, enter = cells[3], cells[7], cells[11]
    else:
        places, (less, zero, enter) = cells[:9], cells[9:12]
    for digit, cell in zip(DIGITS, places, strict=True):
        _key(digit, cell, state, exhibit, canvas)
    _key("0", zero, state, exhibit, canvas)
    _controls(less if erase else None, enter, state, canvas)


def _controls(erase: Rect | None, enter: Rect | None, state: State, canvas: Canvas) -> None:
    language, spoken = state.language, texts(state.language)
    if erase is not None and (state.typing.label or state.typing.code):
        offer(canvas, erase, Offer("erase", "remove", spoken.gettext("Erase"), Erase()), language, words=False)
    if enter is not None and can_enter(state):
        _enter(enter, Enter(), state, canvas)


def _enter(place: Rect, gives: Input, state: State, canvas: Canvas) -> None:
    spoken = texts(state.language)
    following = Offer("enter", "next", spoken.gettext("Next"), gives, "primary")
    offer(canvas, place, following, state.language, words=False)


def _key(character: str, cell: Rect, state: State, exhibit: Exhibit, canvas: Canvas) -> None:
    """One key; one that does nothing now is flat and cannot be touched."""
    screen, colour = canvas.tokens.screen, canvas.tokens.colour
    large = min(screen.display, cell.h / canvas.display.dots_per_mm * 0.5)
    if can_type(character, state, exhibit):
        canvas.button(f"key-{character}", cell, character, "en", Type(character), capital_mm=large)
    else:
        canvas.box(cell, colour.sunken)
        canvas.text(
            cell, character, "en", capital_mm=large, colour=colour.ink_soft, align="centre", valign="middle", said=False
        )


# Small screens and large letters ----------------------------------------------------------------------------------


def _small_pad(area: Rect, state: State, exhibit: Exhibit, canvas: Canvas) -> Rect:
    """The place of the keys at the right; digits never move while the number is typed."""
    gap = canvas.px(canvas.tokens.shape.target_gap)
    across, down = _small_grid(state, exhibit)
    side = (area.h - gap * (down - 1)) // down
    wide = min(side, canvas.px(MOST_KEY_MM), max((area.w - canvas.px(50)) // 5 - gap, canvas.px(KEY_MM)))
    if across > 5:
        wide = min(wide, (area.w - canvas.px(22)) // across - gap)
    width = across * (wide + gap) - gap
    return Rect(area.right - width, area.y, width, down * side + (down - 1) * gap)


def _small_grid(state: State, exhibit: Exhibit) -> tuple[int, int]:
    """Keys across and down. For more than 15 letters there is no room at full size, but none is left out."""
    if state.typing.field is Field.LABEL and not state.typing.label:
        count = len(_first_letters(exhibit))
        down = 3 if count <= 15 else 4
        return max(4, -(-count // down)), down
    return (5 if _lanes_open(state) else 4), 3


def _first_letters(exhibit: Exhibit) -> list[str]:
    return sorted({service.series for service in exhibit.catalogue.services})


def _lanes_open(state: State) -> bool:
    label = state.typing.label
    return state.typing.field is Field.LABEL and bool(label) and label.isalpha() and len(label) < MOST_LETTERS


def _small_keys(pad: Rect, state: State, exhibit: Exhibit, canvas: Canvas) -> None:
    """Letters and digits take turns."""
    gap = canvas.px(canvas.tokens.shape.target_gap)
    across, down = _small_grid(state, exhibit)
    cells = grid(pad, across, down, gap)
    if state.typing.field is Field.LABEL and not state.typing.label:
        for letter, cell in zip(_first_letters(exhibit), cells, strict=False):
            _key(letter, cell, state, exhibit, canvas)
        return
    digits = [cell for index, cell in enumerate(cells) if index % across >= across - 4]
    _digits(digits, 4, state, exhibit, canvas, erase=not _lanes_open(state))
    if _lanes_open(state):
        # Two letters stand where "Next" and "Erase" are: there is no digit yet, and "Back" begins anew.
        for letter, cell in zip(LANES, [cells[0], cells[5], cells[10], digits[11], digits[3]], strict=True):
            _key(letter, cell, state, exhibit, canvas)


def _aside(column: Rect, state: State, canvas: Canvas) -> None:
    """Beside the keys: back, the field in sight, what was wrong."""
    gap = canvas.px(canvas.tokens.space.s)
    spoken = texts(state.language)
    back = column.top(canvas.px(KEY_MM))
    offer(canvas, back, Offer("back", "back", spoken.gettext("Back"), Back()), state.language)
    _small_field(column.below(back.h + gap), state, canvas)


def _small_field(place: Rect, state: State, canvas: Canvas) -> None:
    language = state.language
    screen, colour = canvas.tokens.screen, canvas.tokens.colour
    code = state.typing.field in CODES
    label, value = asked(state), (_code(state) if code else state.typing.label).replace(" ", "")
    pad, lines = canvas.px(canvas.tokens.space.xs), 1
    if canvas.type.measure(value, "en", canvas.display.em(screen.body), "bold") > place.w - 2 * pad:
        letters_first = 3 if state.typing.field is Field.PLACE else len(typed_letters(state))
        value, lines = f"{value[:letters_first]}\n{value[letters_first:]}", 2
    tall = canvas.px(KEY_MM if lines == 1 else 28)
    box = Rect(place.x, place.bottom - tall, place.w, tall)
    told = place.top(place.h - box.h - canvas.px(canvas.tokens.space.xs))
    if state.typing.refused:
        _refused(told, state.typing.refused, language, canvas)
    else:
        flow(canvas, told, [Sentence(label, screen.body, "bold", colour.ink, lines=3, must=False)], language)
    canvas.box(box, colour.surface, colour.focus)
    canvas.say(spelled(value.replace("\n", "")), language)
    inner = box.inset(pad, 0)
    canvas.text(inner, value, "en", capital_mm=screen.title, weight="bold", valign="middle", lines=lines, said=False)
