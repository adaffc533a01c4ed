"""Behind the PIN: the test of the buttons, and the first administrator's code. Pure."""

from fonts.tokens import Hex
from kiosk.layout import Rect, columns
from kiosk.qr import QUIET, QrError, matrix
from kiosk.scene import Box, Scene
from kiosk.screen_inputs import TurnPage
from kiosk.screen_types import State
from kiosk.upkeep_types import FirstCode, Tried
from kiosk.upkeep_words import no_code
from kiosk.view_flow import Offer, Sentence, fits, flow, height, offer, offers, row_height
from kiosk.view_parts import Exhibit
from kiosk.view_upkeep import calm, head
from kiosk.widgets import Canvas
from kiosk.wording import spelled, texts
from translations.numerals import format_date, format_time

QR_MM = (46.0, 90.0)
"""Least and most side of the QR code: a telephone reads it at arm's length."""
BLACK, WHITE = Hex("#000000"), Hex("#FFFFFF")
"""A QR code is dark on light in either theme: few readers know it inverted."""


# Buttons ------------------------------------------------------------------------------------------------------------


def buttons(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """A place for each button, which fills while it is held and stays marked; nothing is scored meanwhile."""
    area, language = calm(head(state, exhibit, canvas), canvas), state.language
    tested = state.upkeep.tested or Tried(0)
    spoken, screen, gap = texts(language), canvas.tokens.screen, canvas.px(canvas.tokens.space.s)
    if tested.several:
        tall = row_height(canvas)
        following = Offer("more", "next", spoken.gettext("Next counter"), TurnPage(state.page + 1))
        offers(canvas, Rect(area.x, area.bottom - tall, area.w, tall), [following], language)
        area = area.top(area.h - tall - gap)
    asked = spoken.gettext("Counter {counter}: press each button").format(counter=tested.counter)
    words = [
        Sentence(asked, screen.title, "bold", lines=2),
        Sentence(spoken.gettext("Nothing is scored meanwhile"), screen.body, must=False),
    ]
    names = ["5", "4", "3", "2", "1", *([">"] if tested.has_next else [])]
    # A row of tiles; their place is left as high as a finger's breadth at least.
    side = min((area.w - (len(names) - 1) * gap) // len(names), canvas.px(52))
    tile = min(side * 6 // 5, max(area.h * 45 // 100, canvas.px(18)))
    told = area.top(area.h - tile - gap)
    used = min(height(canvas, words, told, language), told.h)
    group = area.middle(area.w, used + 2 * gap + tile)
    flow(canvas, group.top(used + gap), words, language, valign="top")
    row = Rect(group.x, group.bottom - tile, len(names) * (side + gap) - gap, tile).middle(
        len(names) * (side + gap) - gap, tile
    )
    for name, cell in zip(names, columns(row, len(names), gap), strict=True):
        _tile(name, tested, cell, language, canvas)
    return canvas.scene()


def _tile(name: str, tested: Tried, cell: Rect, language: str, canvas: Canvas) -> None:
    """Empty: not pressed yet; dark: held now; with a mark: it was pressed."""
    colour, level = canvas.tokens.colour, 0 if name == ">" else int(name)
    held, met = level in tested.held, level in tested.met
    fill, ink = (colour.primary, colour.on_primary) if held else (colour.surface, colour.ink)
    canvas.box(cell, fill, None if held else colour.outline)
    spoken = texts(language)
    called = spoken.gettext("next number") if name == ">" else name
    told = spoken.gettext("{button}: pressed") if met else spoken.gettext("{button}: not pressed yet")
    canvas.say(told.format(button=called), language)
    upper = cell.top(cell.h * 55 // 100) if met else cell
    if name == ">":
        side = min(upper.w, upper.h) * 60 // 100
        canvas.icon("next", upper.middle(side, side), ink)
    else:
        capital = min(canvas.tokens.screen.display, upper.h / canvas.display.dots_per_mm * 0.5)
        canvas.text(
            upper,
            name,
            "en",
            capital_mm=max(capital, canvas.tokens.screen.label),
            weight="bold",
            colour=ink,
            align="centre",
            valign="middle",
            said=False,
        )
    if met:
        lower = cell.below(cell.h * 55 // 100)
        side = min(lower.w, lower.h) * 70 // 100
        canvas.icon("check", lower.middle(side, side), ink if held else colour.primary)


# The first administrator's code -------------------------------------------------------------------------------------


def first_code(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """The code with the way to the console, then what its certificate is compared with; or why there is none."""
    area, language, first = calm(head(state, exhibit, canvas), canvas), state.language, state.upkeep.first
    spoken, screen = texts(language), canvas.tokens.screen
    if not isinstance(first, FirstCode):
        told = no_code(first or "asking", language)
        title = Sentence(spoken.gettext("First administrator"), screen.title, "bold", must=False)
        flow(canvas, area, [title, Sentence(told, screen.body, lines=5)], language)
        return canvas.scene()
    gap = canvas.px(canvas.tokens.space.m)
    words = _beside_qr(area, first, canvas)
    way, proof = _way(first, language, canvas), _proof(first, words.w, language, canvas)
    if not proof or fits(canvas, words, [*way, *proof], language):
        _qr(area, words, first, canvas)
        flow(canvas, words, [*way, *proof], language)
        return canvas.scene()
    tall = row_height(canvas)
    body, foot = area.top(area.h - tall - gap), Rect(area.x, area.bottom - tall, area.w, tall)
    second = state.page % 2 == 1
    label = spoken.gettext("First page") if second else spoken.gettext("Fingerprint of the certificate")
    turn = Offer("more", "back" if second else "next", label, TurnPage(0 if second else 1))
    offer(canvas, foot, turn, language)
    if second:
        flow(canvas, body, _proof(first, body.w, language, canvas), language)
        return canvas.scene()
    words = _beside_qr(body, first, canvas)
    if not fits(canvas, words, way, language):
        words = body  # what can be typed goes before what can be scanned
    _qr(body, words, first, canvas)
    flow(canvas, words, way, language)
    return canvas.scene()


def _way(first: FirstCode, language: str, canvas: Canvas) -> list[Sentence]:
    spoken, screen = texts(language), canvas.tokens.screen
    address = f"{first.console}/first"
    made = [
        Sentence(spoken.gettext("One-time code of the first administrator"), screen.body, lines=2, must=False),
        Sentence(first.code, screen.display, "bold", says=spelled(first.code), lines=1),
        Sentence(spoken.gettext("To be typed here, in a browser of the office:"), screen.label, lines=3, must=False),
        Sentence(_breakable(address), screen.label, "bold", lines=3, says=address),
    ]
    if first.until is not None:
        until = f"{format_date(first.until.date(), language)} {format_time(first.until.time(), language)}"
        told = spoken.gettext("Good until {time}, once").format(time=until)
        made.insert(2, Sentence(told, screen.label, lines=2, must=False))
    return made


def _proof(first: FirstCode, wide: int, language: str, canvas: Canvas) -> list[Sentence]:
    """In lines of as many pairs as there is room for."""
    if not first.sha256:
        return []
    spoken, label = texts(language), canvas.tokens.screen.label
    pairs = first.sha256.split(":")

    def lines(of: int) -> list[str]:
        return [":".join(pairs[at : at + of]) for at in range(0, len(pairs), of)]

    size = canvas.display.em(label)
    fitting = (
        lines(of) for of in (16, 8) if canvas.type.measure(lines(of)[0], "en", size, "regular") * 104 // 100 <= wide
    )
    told = spoken.gettext("SHA-256 fingerprint of the office's certificate, to be compared:")
    broken = "\n".join(next(fitting, lines(8)))
    return [
        Sentence(told, label, lines=3, must=False),
        Sentence(broken, label, lines=broken.count("\n") + 1, says=spelled(first.sha256)),
    ]


def _breakable(address: str) -> str:
    """An address may be broken behind its marks, where a long one has no room."""
    for mark in ("//", ".", "/first"):
        address = address.replace(mark, f"{mark}\u200b" if mark != "/first" else f"\u200b{mark}")
    return address


def _beside_qr(area: Rect, first: FirstCode, canvas: Canvas) -> Rect:
    """The place of the words; what is left of the area has the QR code."""
    side, gap = _side(area, canvas), canvas.px(canvas.tokens.space.l)
    if side == 0:
        return area
    return area.top(area.h - side - gap) if area.h > area.w else area.left(area.w - side - gap)


def _side(area: Rect, canvas: Canvas) -> int:
    least, most = (canvas.px(each) for each in QR_MM)
    room = min(area.h * 40 // 100, area.w) if area.h > area.w else min(area.h, area.w * 36 // 100)
    return min(room, most) if room >= least else 0


def _qr(area: Rect, words: Rect, first: FirstCode, canvas: Canvas) -> None:
    """The console's address in the rest of the area; nothing where no module would be a whole pixel."""
    if words == area:
        return
    rest = area.below(words.h) if area.h > area.w else area.beside(words.w)
    try:
        found = matrix(f"{first.console}/first")
    except QrError:
        return
    side = _side(area, canvas)
    dot = side // found.modules
    if dot < 2:
        return
    sheet = rest.middle(dot * found.modules, dot * found.modules)
    sheet = sheet._replace(x=area.right - sheet.w) if area.h <= area.w else sheet._replace(y=area.bottom - sheet.h)
    canvas.ops.append(Box(sheet, WHITE))
    for y, line in enumerate(found.rows):
        begin = 0
        for x in range(1, len(line) + 1):
            if x < len(line) and line[x] == line[begin]:
                continue
            if line[begin]:
                left, top = sheet.x + (QUIET + begin) * dot, sheet.y + (QUIET + y) * dot
                canvas.ops.append(Box(Rect(left, top, (x - begin) * dot, dot), BLACK))
            begin = x
