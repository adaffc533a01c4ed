"""What the office wants every citizen to read: in one language after the other, never smaller than a label. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from fonts.faces import Weight
from kiosk.layout import Rect
from kiosk.widgets import Canvas
from sync.notices import Notice, Telling

MOST_SHARE = 40
"""Hundredths of the place above the offers that a notice may take: the languages stay what the screen is about."""
MOST_LINES = 3
BESIDE_MM = 54.0
"""What the languages and the office's name need beside it. Without that it is only said."""
ICON_MM = 9.0
ANY = 99


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that are told in one turn."""

    notice: Notice
    language: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """The part whose turn it is; `height` is that of the longest, so that nothing moves with the turns."""

    part: Part
    height: int


def panel(telling: Telling, languages: tuple[str, ...], area: Rect, canvas: Canvas) -> Panel | None:
    """What is told at the foot of this place; None where there is no room for it."""
    step = max(canvas.line_height(each, canvas.tokens.screen.label, "bold") for each in languages)
    pad = 2 * canvas.px(canvas.tokens.space.s)
    room = min(area.h * MOST_SHARE // 100, area.h - canvas.px(BESIDE_MM))
    most = min((room - pad) // step, MOST_LINES)
    if most < 1:
        return None
    parts = [part for each in telling.notices for part in _parts(each, languages, area.w, most, canvas)]
    if not parts:
        return None
    return Panel(parts[telling.turn % len(parts)], max(len(part.lines) for part in parts) * step + pad)


def say(telling: Telling, languages: tuple[str, ...], canvas: Canvas) -> None:
    """All of it, for the ear."""
    for notice in telling.notices:
        for language in languages:
            if language in notice.texts:
                canvas.say(notice.texts[language], language)


def draw_panel(found: Panel, place: Rect, canvas: Canvas) -> None:
    """The part, a sign before it where it is urgent."""
    colour, part = canvas.tokens.colour, found.part
    urgent = part.notice.is_urgent
    canvas.box(place, colour.warning_ground if urgent else colour.sunken)
    inner = _inside(place, canvas)
    canvas.icon("warning" if urgent else "speaker", _sign(place, canvas), colour.on_warning if urgent else colour.ink)
    step = canvas.line_height(part.language, canvas.tokens.screen.label, _weight(part.notice))
    y = inner.y + max(inner.h - step * len(part.lines), 0) // 2
    for line in part.lines:
        canvas.text(
            Rect(inner.x, y, inner.w, step),
            line,
            part.language,
            capital_mm=canvas.tokens.screen.label,
            weight=_weight(part.notice),
            colour=colour.on_warning if urgent else colour.ink,
            said=False,
        )
        y += step


def _parts(notice: Notice, languages: tuple[str, ...], width: int, most: int, canvas: Canvas) -> Iterator[Part]:
    inner = _inside(Rect(0, 0, width, 1), canvas)
    size = canvas.display.em(canvas.tokens.screen.label)
    for language in languages:
        text = notice.texts.get(language)
        if text:
            lines = canvas.type.fit(text, language, (size,), _weight(notice), inner.w, ANY).lines
            for at in range(0, len(lines), most):
                yield Part(notice, language, tuple(lines[at : at + most]))


def _weight(notice: Notice) -> Weight:
    return "bold" if notice.is_urgent else "regular"


def _sign(place: Rect, canvas: Canvas) -> Rect:
    side = min(canvas.px(ICON_MM), place.h)
    return Rect(place.x + canvas.px(canvas.tokens.space.s), place.y, side, place.h)


def _inside(place: Rect, canvas: Canvas) -> Rect:
    """Where the words are, beside the sign."""
    space = canvas.tokens.space
    return place.inset(canvas.px(space.s), 0).beside(canvas.px(ICON_MM + space.s))
