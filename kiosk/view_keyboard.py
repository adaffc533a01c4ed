"""What a technician types: a name, a passphrase, an address, a pairing code; keys as large as any target. Pure."""

from dataclasses import replace

from kiosk.layout import Rect, grid
from kiosk.scene import Scene
from kiosk.screen_inputs import Enter, Erase, TurnPage, Type
from kiosk.screen_types import State
from kiosk.upkeep_entry import LAYERS, Entry, complete, keys_of, shown
from kiosk.upkeep_inputs import ChooseKeys
from kiosk.upkeep_words import entry_asked, layer_name
from kiosk.view_flow import Offer, Sentence, fits, flow, natural, offer, row_height
from kiosk.view_parts import Exhibit
from kiosk.view_upkeep import calm, head
from kiosk.widgets import Canvas
from kiosk.wording import spelled, texts

KEY_MM = (20.0, 26.0)
"""Least and most side of a key."""
FIELD_MM = 15.0
PAGE_KEYS = 1
"""The key that turns to the other ones, where not all have room."""


def keyboard(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """What is asked for, what has been typed, the keys, and what is done with it."""
    entry = state.upkeep.entry or Entry("pair")
    area, language = calm(head(state, exhibit, canvas), canvas), state.language
    gap, between = canvas.px(canvas.tokens.shape.target_gap), canvas.px(canvas.tokens.space.s)
    row = canvas.px(KEY_MM[0]) if canvas.compact else row_height(canvas)
    foot = Rect(area.x, area.bottom - row, area.w, row)
    least = canvas.px(KEY_MM[0])
    field = canvas.px(FIELD_MM)
    told = area.top(max(area.h - row - between - 2 * least - 2 * gap - between, field))
    used = _field(told, entry, language, canvas)
    body = Rect(area.x, area.y + used + between, area.w, area.h - used - row - 2 * between)
    _keys(body, entry, state, canvas)
    _foot(foot, entry, language, canvas)
    return canvas.scene()


def _field(place: Rect, entry: Entry, language: str, canvas: Canvas) -> int:
    """The question above what has been typed; beside it where there is too little height. Pixels that it takes."""
    screen, colour = canvas.tokens.screen, canvas.tokens.colour
    box, gap = canvas.px(FIELD_MM), canvas.px(canvas.tokens.space.xs)
    asked = Sentence(entry_asked(entry, language), screen.label, "bold", lines=2, must=False)
    line = canvas.line_height(language, screen.label, "bold")
    above = place.h >= box + gap + line
    if above:
        words = place.top(place.h - box - gap)
        lines = min(words.h // line, 2)
        if not fits(canvas, words.top(lines * line), [replace(asked, lines=lines)], language):
            asked = replace(asked, text=entry_asked(entry, language, short=True))
        end = flow(canvas, words.top(lines * line), [replace(asked, lines=lines)], language, valign="top")
        field = Rect(place.x, min(end, words.bottom) + gap, place.w, box)
    else:
        canvas.say(asked.text, language)
        field = place.top(box)
    canvas.box(field, colour.surface, colour.focus)
    inner = field.inset(canvas.px(canvas.tokens.space.s), 0)
    text = shown(entry)
    if text:
        canvas.say(spelled(text), language)
        told = _end_of(text, inner, canvas)
        canvas.text(inner, told, "en", capital_mm=screen.body, weight="bold", valign="middle", said=False)
    return field.bottom - place.y


def _end_of(text: str, place: Rect, canvas: Canvas) -> str:
    """What has room of it, from the end."""
    size = canvas.display.em(canvas.tokens.screen.body)
    while len(text) > 1 and canvas.type.measure(text, "en", size, "bold") > place.w:
        text = "…" + text[2:] if text.startswith("…") else "…" + text[1:]
    return text


def _keys(body: Rect, entry: Entry, state: State, canvas: Canvas) -> None:
    gap, least = canvas.px(canvas.tokens.shape.target_gap), canvas.px(KEY_MM[0])
    known, room = keys_of(entry), (body.w + gap) // (least + gap)
    rows = max((body.h + gap) // (least + gap), 1)
    paged = len(known) > room * rows
    here = room * rows - PAGE_KEYS if paged else len(known)
    pages = -(-len(known) // here)
    at = state.page % pages
    signs = known[at * here : (at + 1) * here]
    count = len(signs) + (PAGE_KEYS if paged else 0)
    down = -(-count // room)
    across = -(-count // down) if not paged else room
    wide = min((body.w - (across - 1) * gap) // across, canvas.px(KEY_MM[1]))
    tall = min((body.h - (down - 1) * gap) // down, canvas.px(KEY_MM[1]))
    used = Rect(body.x, body.y, across * wide + (across - 1) * gap, down * tall + (down - 1) * gap)
    used = used._replace(x=body.x + (body.w - used.w) // 2)
    cells = grid(used, across, down, gap)
    large = min(canvas.tokens.screen.title, min(wide, tall) / canvas.display.dots_per_mm * 0.45)
    for sign, cell in zip(signs, cells, strict=False):
        spoken = sign if sign.isalnum() else texts(state.language).gettext("Sign {sign}").format(sign=sign)
        tongue = "en" if sign.isalnum() else state.language
        canvas.button(f"key-{sign}", cell, sign, tongue, Type(sign), capital_mm=large, says=spoken)
    if paged:
        label = texts(state.language).gettext("More keys")
        offer(canvas, cells[-1], Offer("keys", "next", label, TurnPage((at + 1) % pages)), state.language, words=False)


def _foot(row: Rect, entry: Entry, language: str, canvas: Canvas) -> None:
    """Other letters, space, one less, and on."""
    spoken, gap = texts(language), canvas.px(canvas.tokens.shape.target_gap)
    wanted = []
    if entry.layers > 1:
        following = (entry.layer + 1) % len(LAYERS)
        wanted.append(Offer("layer", None, layer_name(following), ChooseKeys(following)))
        wanted.append(Offer("key-space", None, spoken.gettext("Space"), Type(" ")))
    if entry.text:
        wanted.append(Offer("erase", "remove", spoken.gettext("Erase"), Erase()))
    if complete(entry):
        wanted.append(Offer("enter", "next", spoken.gettext("Next"), Enter(), "primary"))
    if not wanted:
        return
    widths = [natural(canvas, each, language) for each in wanted]
    spare = row.w - sum(widths) - gap * (len(wanted) - 1)
    x = row.x
    for each, width in zip(wanted, widths, strict=True):
        place = Rect(x, row.y, width if spare >= 0 else row.w // len(wanted) - gap, row.h)
        offer(canvas, place, each, language)
        x = place.right + gap
