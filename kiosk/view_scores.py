"""The screen of a score box: a calm invitation in all languages, and the thanks. Pure.

Which button was pressed is on no screen: whoever stands behind sees that somebody was thanked, and nothing else. No
faces are drawn either: on glass they would look like buttons, and the buttons are beside it.
"""

from collections.abc import Callable

from fonts.tokens import Hex
from kiosk.layout import Rect, columns, rows
from kiosk.scene import Scene
from kiosk.screen_types import ScoreBox, State
from kiosk.view_attract import notice_strip
from kiosk.view_flow import ROW_MM, Sentence, flow, together
from kiosk.view_parts import Exhibit, page
from kiosk.widgets import Canvas
from kiosk.wording import texts

SIGN_MM = 72.0
MOST_ROW_MM = 34.0
LARGEST = 1.8
"""How much larger than usual the words may be: there is nothing else on this screen."""


def score(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """Please score the service; thank you. Below, the counters, where there are several."""
    box = state.condition.box or ScoreBox(())
    area, space, colour = page(canvas), canvas.tokens.space, canvas.tokens.colour
    gap = canvas.px(space.s if canvas.compact else space.m)
    if exhibit.notice:
        strip = canvas.px(10 if canvas.compact else 20)
        notice_strip(exhibit.notice, Rect(area.x, area.bottom - strip, area.w, strip), canvas)
        area = area.top(area.h - strip - gap)
    if len(box.counters) > 1:
        tall = min(max(canvas.px(ROW_MM), area.h // 5), canvas.px(MOST_ROW_MM))
        _counters(box, Rect(area.x, area.bottom - tall, area.w, tall), state.language, canvas)
        area = area.top(area.h - tall - gap)

    def told(place: Rect, language: str) -> list[Sentence]:
        return _thanks(language, canvas) if box.thanked else _please(language, canvas)

    sign, largest = "check" if box.thanked else "press", 1.0 if canvas.portrait else LARGEST
    in_all(area, exhibit.languages, told, canvas, sign, (colour.primary, colour.on_primary), largest=largest)
    return canvas.scene()


def in_all(
    area: Rect,
    languages: tuple[str, ...],
    told: Callable[[Rect, str], list[Sentence]],
    canvas: Canvas,
    sign: str,
    colours: tuple[Hex, Hex],
    *,
    largest: float = 1.4,
) -> None:
    """A sign on a tile, and what is told in every language as one group beside or beneath it."""
    gap = canvas.px(canvas.tokens.space.s if canvas.compact else canvas.tokens.space.l)
    side = min(canvas.px(SIGN_MM), area.h // 4 if canvas.portrait else min(area.h, area.w // 4))
    place = area.below(side + gap) if canvas.portrait else area.beside(side + gap)
    shares = rows(place, len(languages), canvas.px(canvas.tokens.space.xs))
    words = [(each, told(share, each)) for each, share in zip(languages, shares, strict=True)]
    group = together(canvas, place, words, largest=largest)
    tile = area.left(side).middle(side, side)
    if canvas.portrait:
        tile = Rect(area.x, max(group.y - gap - side, area.y), side, side)
    fill, ink = colours
    canvas.box(tile, fill)
    canvas.icon(sign, tile.inset(side // 6), ink)


def _please(language: str, canvas: Canvas) -> list[Sentence]:
    spoken, screen = texts(language), canvas.tokens.screen
    return [
        Sentence(spoken.gettext("Please score the service"), screen.title, "bold"),
        Sentence(
            spoken.gettext("Press one of the five buttons"),
            screen.body,
            colour=canvas.tokens.colour.ink_soft,
            must=False,
        ),
    ]


def _thanks(language: str, canvas: Canvas) -> list[Sentence]:
    return [Sentence(texts(language).gettext("Thank you"), canvas.tokens.screen.display, "bold", lines=1)]


def _counters(box: ScoreBox, row: Rect, language: str, canvas: Canvas) -> None:
    """One tile each; that of a counter whose citizen has just pressed says so by colour and by a check."""
    colour, gap = canvas.tokens.colour, canvas.px(canvas.tokens.space.s)
    for counter, cell in zip(box.counters, columns(row, len(box.counters), gap), strict=True):
        thanked = counter in box.thanked
        ink = colour.on_primary if thanked else colour.ink
        canvas.box(cell, colour.primary if thanked else colour.surface, None if thanked else colour.outline)
        inner = cell.inset(canvas.px(1.5), 0)
        side = min(inner.h * 60 // 100, inner.w * 45 // 100)
        canvas.icon("check" if thanked else "desk", inner.left(side), ink)
        inner = inner.beside(side)
        words = Sentence(
            str(counter),
            min(canvas.tokens.screen.display, cell.h / canvas.display.dots_per_mm * 0.5),
            "bold",
            ink,
            lines=1,
            says=texts(language).gettext("Counter {counter}").format(counter=counter),
        )
        flow(canvas, inner, [words], language, align="centre")
