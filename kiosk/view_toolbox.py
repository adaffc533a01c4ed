"""What lies behind the PIN, as tiles; and a choice between a few things, with what becomes of it. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from kiosk.layout import Rect, grid
from kiosk.scene import Scene
from kiosk.screen_inputs import Input, TurnPage
from kiosk.screen_types import State
from kiosk.upkeep_inputs import AskFirstCode, OpenAsk, OpenButtons, OpenClock, OpenEntry, OpenTouch, PrintTest, UseTool
from kiosk.upkeep_rules import CHOICES
from kiosk.upkeep_types import Upkeep, Wish
from kiosk.upkeep_words import GOOD, asked, outcome, slip, tool_name, trial_left
from kiosk.view_flow import Offer, Sentence, fits, flow, height, offers, row_height
from kiosk.view_parts import Exhibit
from kiosk.view_upkeep import calm, head
from kiosk.widgets import Canvas
from kiosk.wording import texts

TILE_MM = (20.0, 30.0)
"""Least and most height of a tile."""
STEP = 10
"""Percent by which loudness and brightness change."""
LESS_MORE = (("softer", "louder"), ("darker", "brighter"))
WIDEST_MM, ALONE_MM = 188.0, 260.0
"""The most width of a tile: beside others, and where each has a row of its own."""
ACROSS = 3
ICONS = {
    "print": "printer", "buttons": "check", "first": "desk", "reach": "cable", "restart": "power", "usb": "plus",
    "restart-kiosk": "again", "restart-machine": "power", "wifi": "phone", "printer": "roll", "pair": "my-ticket",
    "levels": "speaker", "trial": "wait", "keep": "check", "revert": "remove", "softer": "minus", "louder": "plus",
    "diagnosis": "pencil", "clock": "clock", "touch": "press", "darker": "minus", "brighter": "plus",
    "by-network": "pencil", "update": "returned", "update-stick": "plus", "update-now": "check",
}  # fmt: skip


def tools(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """A tile for each tool, as many pages as that takes, and what became of the last one."""
    area, language = calm(head(state, exhibit, canvas), canvas), state.language
    words = said(state.upkeep, language, canvas) or [_title(texts(language).gettext("Service menu"), canvas)]
    wanted = [_offer(name, gives, language) for name, gives in _wanted(state.upkeep)]
    _paged(wanted, words, area, state, canvas)
    return canvas.scene()


def ask(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """A question, a tile for each answer, and what became of it."""
    area, language, known = calm(head(state, exhibit, canvas), canvas), state.language, state.upkeep
    title, more = asked(known.ask, language)
    told, tried = said(known, language, canvas), known.trial if known.ask == "trial" else ()
    words = [_title(title, canvas), *told]
    if tried:
        words.insert(1, _body(trial_left(tried, known.trial_s, language), canvas))
        words.append(replace(_body(asked("printer", language)[1], canvas), must=False))
    elif not told:
        words.append(_body(more, canvas))
    wanted = list(_choices(known, language))
    _paged(wanted, words, area, state, canvas)
    return canvas.scene()


def _paged(wanted: list[Offer], words: list[Sentence], area: Rect, state: State, canvas: Canvas) -> None:
    """The words, and beneath them the tiles, as many pages as those take."""
    language, gap = state.language, canvas.px(canvas.tokens.shape.target_gap)
    body = _beneath(words, area, _least(len(wanted), canvas), language, canvas)
    if not wanted:
        return
    across = min(_across(wanted, body.w, language, canvas), len(wanted))
    rows = max((body.h + gap) // (canvas.px(TILE_MM[0]) + gap), 1)
    if len(wanted) > across * rows:
        tall = row_height(canvas)
        rows = max((body.h - tall) // (canvas.px(TILE_MM[0]) + gap), 1)
        pages = -(-len(wanted) // (across * rows))
        shown = state.page % pages
        last = shown + 1 == pages
        label = texts(language).gettext("First page") if last else texts(language).gettext("More")
        more = Offer("more", "back" if last else "next", label, TurnPage((shown + 1) % pages))
        offers(canvas, Rect(body.x, body.bottom - tall, body.w, tall), [more], language)
        body = body.top(body.h - tall - gap)
        wanted = wanted[shown * across * rows : (shown + 1) * across * rows]
    _tiles(wanted, across, body, canvas, language)


def _choices(known: Upkeep, language: str) -> Iterator[Offer]:
    """The answers that there are at this moment."""
    able = known.able
    match known.ask:
        case "restart" | "update":
            names = [name for name in CHOICES[known.ask] if name in known.tools]
            yield from (_offer(name, UseTool(Wish(name)), language) for name in names)
        case "levels":
            sound, light = ("volume", able.volume, 0), ("brightness", able.brightness, STEP)
            for (tool, percent, least), (less, more) in zip((sound, light), LESS_MORE, strict=True):
                if percent is not None and tool in known.tools:
                    down, up = max(percent - STEP, least), min(percent + STEP, 100)
                    yield _offer(less, UseTool(Wish(tool, str(down))), language)
                    yield _offer(more, UseTool(Wish(tool, str(up))), language)
        case "printer":
            for number, address in enumerate(able.printers):
                label = address.split("://")[-1].split("?")[0].removeprefix("/dev/")
                yield Offer(f"printer-{number}", "printer", label, UseTool(Wish("printer", address)))
            yield _offer("by-network", OpenEntry("printer"), language)
        case "trial":
            if "printer" in known.trial and known.prints:
                yield _offer("print", PrintTest(), language)
            if "wifi" in known.trial and "reach" in known.tools:
                yield _offer("reach", UseTool(Wish("reach")), language)
            if known.trial:
                yield from (_offer(name, UseTool(Wish(name)), language) for name in ("keep", "revert"))


def said(known: Upkeep, language: str, canvas: Canvas) -> list[Sentence]:
    """What became of the last tool that was used."""
    colour, body = canvas.tokens.colour, canvas.tokens.screen.body
    if known.told is not None:
        ink = colour.primary if known.told.code in GOOD else colour.on_fault
        return [Sentence(outcome(known.told, language), body, "bold", ink, lines=3)]
    if known.slip is not None:
        ink = colour.primary if known.slip in ("printing", "passed", "sent", "busy") else colour.on_fault
        return [Sentence(slip(known.slip, language), body, "bold", ink, lines=3)]
    return []


def _wanted(known: Upkeep) -> list[tuple[str, Input]]:
    """Only what this machine has, what is tried most often first."""
    found: list[tuple[str, Input]] = []
    if known.prints:
        found.append(("print", PrintTest()))
    if known.counters:
        found.append(("buttons", OpenButtons()))
    if "reach" in known.tools:
        found.append(("reach", UseTool(Wish("reach"))))
    if known.connected:
        found.append(("first", AskFirstCode()))
    if "usb" in known.tools:
        found.append(("usb", UseTool(Wish("usb"))))
    found.append(("touch", OpenTouch()))
    if "clock" in known.tools:
        found.append(("clock", OpenClock()))
    if "wifi" in known.tools:
        found.append(("wifi", OpenEntry("ssid")))
    if "printer" in known.tools and known.prints:
        found.append(("printer", OpenAsk("printer")))
    if "pair" in known.tools:
        found.append(("pair", OpenEntry("pair")))
    if known.tools & {"volume", "brightness"} and (known.able.volume, known.able.brightness) != (None, None):
        found.append(("levels", OpenAsk("levels")))
    if known.tools.intersection(CHOICES["update"]):
        found.append(("update", OpenAsk("update")))
    if "diagnosis" in known.tools:
        found.append(("diagnosis", UseTool(Wish("diagnosis"))))
    if known.tools.intersection(CHOICES["restart"]):
        found.append(("restart", OpenAsk("restart")))
    return [("trial", OpenAsk("trial")), *found] if known.trial else found


def _offer(name: str, gives: Input, language: str) -> Offer:
    return Offer(name, ICONS[name], tool_name(name, language), gives)


def _title(text: str, canvas: Canvas) -> Sentence:
    return Sentence(text, canvas.tokens.screen.title, "bold", must=False)


def _body(text: str, canvas: Canvas) -> Sentence:
    return Sentence(text, canvas.tokens.screen.body, lines=4)


def _least(count: int, canvas: Canvas) -> int:
    """Pixels that tiles of one column take at least, three at the most."""
    gap, rows = canvas.px(canvas.tokens.shape.target_gap), min(max(count, 1), 2)
    return rows * canvas.px(TILE_MM[0]) + (rows - 1) * gap


def _beneath(words: list[Sentence], area: Rect, least: int, language: str, canvas: Canvas) -> Rect:
    """Set the words at the top, with so much left beneath them; what is left."""
    gap = canvas.px(canvas.tokens.space.m)
    room = area.top(area.h - least - gap)
    used = min(height(canvas, words, room, language), room.h)
    flow(canvas, area.top(used), words, language, valign="top")
    return area.below(used + gap)


def _across(wanted: list[Offer], wide: int, language: str, canvas: Canvas) -> int:
    """As many beside each other as show their words whole, in two lines at most."""
    gap, tall = canvas.px(canvas.tokens.shape.target_gap), canvas.px(TILE_MM[0])
    label, pad = canvas.tokens.screen.label, canvas.px(canvas.tokens.space.s)
    for across in range(ACROSS, 1, -1):
        tile = min((wide - (across - 1) * gap) // across, canvas.px(WIDEST_MM))
        inner = Rect(0, 0, tile - canvas.px(label * 1.5) - 3 * pad, tall)
        if all(fits(canvas, inner, [Sentence(each.label, label, "bold", lines=2)], language) for each in wanted):
            return across
    return 1


def _tiles(wanted: list[Offer], across: int, body: Rect, canvas: Canvas, language: str) -> None:
    gap = canvas.px(canvas.tokens.shape.target_gap)
    rows = -(-len(wanted) // across)
    tall = min((body.h - (rows - 1) * gap) // rows, canvas.px(TILE_MM[1]))
    wide = min(body.w, across * canvas.px(WIDEST_MM if across > 1 else ALONE_MM) + (across - 1) * gap)
    place = body.top(rows * tall + (rows - 1) * gap).left(wide)
    for each, cell in zip(wanted, grid(place, across, rows, gap), strict=False):
        canvas.button(each.name, cell, each.label, language, each.gives, icon=each.icon, lines=2)
