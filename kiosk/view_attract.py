"""The invitation: the office's name, and a language to touch. Pure."""

from dataclasses import replace
from datetime import time
from itertools import product

from kiosk.layout import Rect, columns, rows
from kiosk.scene import Scene
from kiosk.screen_inputs import AskHelp, ChooseLanguage, OpenAccess, OpenMyTicket, OpenPlace
from kiosk.screen_types import Screen, State
from kiosk.view_flow import Offer, Sentence, flow, offers, row_height, shown_as_asked
from kiosk.view_notice import draw_panel, panel, say
from kiosk.view_parts import Exhibit, page
from kiosk.widgets import Canvas
from kiosk.wording import texts
from translations import LANGUAGE_NAMES
from translations.numerals import format_time

LEAST_LANGUAGE_MM = 34.0
MOST_LANGUAGE_MM = 110.0
MOST_NAME_MM = 20.0
LARGER_HEAD_MM = 62.0
"""Height of the head from which on sign and names grow with it."""


def attract(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """Touch 1 of 3: all languages, then what else this kiosk can do for whoever stands here."""
    area, space = page(canvas), canvas.tokens.space
    gap = canvas.px(space.s if canvas.compact else space.m)
    foot = row_height(canvas)
    below = Rect(area.x, area.bottom - foot, area.w, foot)
    area = area.top(area.h - foot - gap)
    strip = canvas.px(10 if canvas.compact else 20)
    if exhibit.notice:
        notice = Rect(area.x, area.bottom - strip, area.w, strip)
        area = area.top(area.h - strip - gap)
    told = panel(state.condition.notice, exhibit.languages, area, canvas) if state.condition.notice else None
    if state.condition.notice is not None:
        say(state.condition.notice, exhibit.languages, canvas)
    if told is not None:
        foot_of = Rect(area.x, area.bottom - told.height, area.w, told.height)
        area = area.top(area.h - told.height - gap)
    least = LEAST_LANGUAGE_MM if not (exhibit.notice and canvas.compact) else 24.0
    count = len(exhibit.languages)
    upright = canvas.portrait
    most = canvas.px(MOST_LANGUAGE_MM * (count if upright else 1) * 0.8)
    height = min(max(area.h * (54 if upright else 48) // 100, canvas.px(least)), area.h, most)
    head, body = area.top(area.h - height - gap), area.below(area.h - height)
    if state.condition.paper_low:
        canvas.say(texts(state.language).gettext("Paper is low"), state.language)
    _head(state, exhibit, head, canvas)
    cells = rows(body, count, gap) if upright else columns(body, count, gap)
    labels = _labels(exhibit.languages, cells, canvas)
    for language, cell, words in zip(exhibit.languages, cells, labels, strict=True):
        _language(language, cell, words, _baselines(labels, exhibit.languages, cell, canvas), canvas)
    if exhibit.notice:
        notice_strip(exhibit.notice, notice, canvas)
    if told is not None:
        draw_panel(told, foot_of, canvas)
    offers(canvas, below, aside(state), state.language)
    return canvas.scene()


def aside(state: State) -> list[Offer]:
    """What can be done without a ticket being taken: ask about one, see and reach better, call staff."""
    spoken = texts(state.language)
    called = state.condition.help
    words = spoken.gettext("Staff have been called") if called else spoken.gettext("Call the staff")
    place = Offer("place", "phone", spoken.gettext("Code from a phone"), OpenPlace())
    return [
        *([place] if state.condition.places and state.screen is Screen.ATTRACT else []),
        Offer("my-ticket", "my-ticket", spoken.gettext("Check a ticket"), OpenMyTicket()),
        Offer("access", "access", spoken.gettext("Larger, lower, darker"), OpenAccess()),
        Offer("help", "help", words, AskHelp(), "chosen" if called else "quiet"),
    ]


def _head(state: State, exhibit: Exhibit, area: Rect, canvas: Canvas) -> None:
    """The office's name in its languages, and the break that is going on."""
    screen, space = canvas.tokens.screen, canvas.tokens.space
    pause = state.condition.hours.pause if state.condition.hours else None
    least = max(canvas.line_height(each, screen.body, "bold") for each in exhibit.languages)
    if pause is not None and area.h < least:
        canvas.say(_back_at(pause.ends, state.language), state.language)
    elif pause is not None:
        room = min(least + canvas.px(2 * space.xs), area.h)
        place = Rect(area.x, area.bottom - room, area.w, room)
        first = canvas.line_height(exhibit.languages[0], screen.body, "bold")
        if area.h >= room + first + canvas.px(space.s) + 2:
            _names(state, exhibit, area.top(area.h - room - canvas.px(space.s)), canvas)
        _pause(pause.ends, place, state.language, canvas)
    elif area.h >= canvas.line_height("en", screen.body):
        _names(state, exhibit, area, canvas)


def _back_at(ends: time, language: str) -> str:
    return texts(language).gettext("Counters are back at {time}").format(time=format_time(ends, language))


def _pause(ends: time, place: Rect, language: str, canvas: Canvas) -> None:
    colour, space = canvas.tokens.colour, canvas.tokens.space
    canvas.box(place, colour.warning_ground)
    words = _back_at(ends, language)
    capital = canvas.tokens.screen.body
    inner, side = place.inset(canvas.px(space.s), 0), min(canvas.px(11), place.h)
    wide = canvas.type.measure(words, language, canvas.display.em(capital), "bold")
    if wide > inner.w:
        words = texts(language).gettext("Back at {time}").format(time=format_time(ends, language))
        wide = canvas.type.measure(words, language, canvas.display.em(capital), "bold")
    if wide + side + canvas.px(space.s) <= inner.w:
        canvas.icon("clock", inner.left(side), colour.on_warning)
        inner = inner.beside(side + canvas.px(space.s))
    flow(canvas, inner, [Sentence(words, capital, "bold", colour.on_warning, lines=1)], language)


def _names(state: State, exhibit: Exhibit, area: Rect, canvas: Canvas) -> None:
    """Sign and names, as much larger as the room above the languages allows."""
    scales = [each for each in (1.6, 1.4, 1.2) if area.h >= canvas.px(LARGER_HEAD_MM * each)]
    scale = next((each for each in scales if _has_room(exhibit, _beside_sign(area, each, canvas), each, canvas)), 1.0)
    colour, screen = canvas.tokens.colour, canvas.tokens.screen
    beside = _beside_sign(area, scale, canvas)
    if beside != area:
        side = beside.x - area.x - canvas.px(canvas.tokens.space.l)
        tile = Rect(area.x, area.y + (area.h - side) // 2, side, side)
        canvas.box(tile, colour.primary)
        # Staff who pass by see in the sign that a roll will be needed; nobody else has to mind.
        canvas.icon("roll" if state.condition.paper_low else "ticket", tile.inset(side // 6), colour.on_primary)
        area = beside
    body = screen.body * scale
    names = enumerate(exhibit.languages)
    heights = [canvas.line_height(each, body, "regular" if n else "bold") for n, each in names]
    first, *others = exhibit.languages
    kept = [language for index, language in enumerate(others) if sum(heights[: index + 2]) <= area.h]
    rest = sum(canvas.line_height(each, body) for each in kept)
    head = Sentence(exhibit.office[first], screen.display * scale, "bold", colour.ink, lines=2)
    # A descender and the Burmese marks under it stand apart where there is room.
    spare = area.h - rest - 2 * canvas.line_height(first, head.capital_mm, "bold")
    apart = max(min(canvas.px(2), spare // max(len(kept), 1)), 0)
    rest += apart * len(kept)
    widest = area.h - rest
    taken = flow(canvas, _block(head, area, widest, rest, first, canvas), [head], first, valign="top")
    for language in others:
        if language not in kept:
            canvas.say(exhibit.office[language], language)
            continue
        line = Rect(area.x, taken + apart, area.w, canvas.line_height(language, body))
        canvas.text(line, exhibit.office[language], language, capital_mm=body, colour=colour.ink_soft)
        taken = line.bottom


def _beside_sign(area: Rect, scale: float, canvas: Canvas) -> Rect:
    """The place beside the sign; all of it where there is no room for a sign."""
    if canvas.wide_mm < 200 or area.h < canvas.px(30):
        return area
    side = min(canvas.px(56 * scale), area.h, area.w // 4)
    return area.beside(side + canvas.px(canvas.tokens.space.l))


def _has_room(exhibit: Exhibit, area: Rect, scale: float, canvas: Canvas) -> bool:
    """Whether all names can be so much larger."""
    screen, (first, *others) = canvas.tokens.screen, exhibit.languages
    lines = [Sentence(exhibit.office[each], screen.body * scale, lines=1) for each in others]
    rest = sum(canvas.line_height(each, screen.body * scale) for each in others)
    head = Sentence(exhibit.office[first], screen.display * scale, "bold", lines=2)
    return shown_as_asked(canvas, area.top(area.h - rest), [head], first) and all(
        shown_as_asked(canvas, area, [line], each) for line, each in zip(lines, others, strict=True)
    )


def _block(head: Sentence, area: Rect, room: int, rest: int, language: str, canvas: Canvas) -> Rect:
    """Where the first name begins, so that all names together stand in the middle."""
    size = canvas.display.em(head.capital_mm)
    lines = 1 if canvas.type.measure(head.text, language, size, head.weight) <= area.w else 2
    tall = min(lines * canvas.line_height(language, head.capital_mm, head.weight), room)
    return Rect(area.x, area.y + (area.h - tall - rest) // 2, area.w, room - (area.h - tall - rest) // 2)


def _labels(languages: tuple[str, ...], cells: list[Rect], canvas: Canvas) -> list[list[Sentence]]:
    """What each language's button says: its own name and, where all of them have room for it, what it leads to.

    All are as large as the one with the least room, so that no language looks more important than another.
    """
    screen = canvas.tokens.screen
    tall = cells[0].h / canvas.display.dots_per_mm
    largest = min(max(tall * 0.2, screen.display), MOST_NAME_MM)
    found: list[list[Sentence]] = []
    for take, step in product((True, False), (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4)):
        name = max(largest * step, screen.label)
        words = screen.title if name > screen.display else screen.body
        found = [
            [Sentence(LANGUAGE_NAMES[each], name, "bold", lines=1)]
            + ([Sentence(texts(each).gettext("Take a ticket"), words)] if take else [])
            for each in languages
        ]
        places = zip(found, cells, languages, strict=True)
        if all(shown_as_asked(canvas, _inside(cell, canvas), wanted, each) for wanted, cell, each in places):
            break
    return found


def _inside(cell: Rect, canvas: Canvas) -> Rect:
    space = canvas.tokens.space
    return cell.inset(canvas.px(space.s), canvas.px(space.xs))


def _baselines(
    labels: list[list[Sentence]], languages: tuple[str, ...], cell: Rect, canvas: Canvas
) -> list[int] | None:
    """The baselines that all buttons share, from the first line of each text; None where they have no room for it."""
    inner = _inside(cell, canvas)
    down, shared = 0, []
    for texts_of_line in zip(*labels, strict=True):
        lines, ascents, descents = 1, [], []
        for each, language in zip(texts_of_line, languages, strict=True):
            size = canvas.display.em(each.capital_mm)
            ascent, descent = canvas.type.metrics(language, size, each.weight)
            ascents.append(ascent)
            descents.append(descent)
            if canvas.type.measure(each.text, language, size, each.weight) > inner.w:
                lines = 2
        shared.append(down + max(ascents))
        down += lines * (max(ascents) + max(descents))
    top = inner.y + (inner.h - down) // 2
    return [top + each for each in shared] if down <= inner.h else None


def _language(language: str, cell: Rect, words: list[Sentence], baselines: list[int] | None, canvas: Canvas) -> None:
    name = f"language-{language}"
    fill, ink, edge = canvas.colours(name, "primary")
    canvas.box(cell, fill, edge)
    before = len(canvas.spoken)
    inner = _inside(cell, canvas)
    if baselines is None:
        flow(canvas, inner, [replace(each, colour=ink) for each in words], language, align="centre")
    for each, baseline in zip(words, baselines or (), strict=False):
        ascent, _ = canvas.type.metrics(language, canvas.display.em(each.capital_mm), each.weight)
        y = baseline - ascent
        canvas.text(
            Rect(inner.x, y, inner.w, inner.bottom - y),
            each.text,
            language,
            capital_mm=each.capital_mm,
            weight=each.weight,
            colour=ink,
            align="centre",
            lines=each.lines,
        )
    del canvas.spoken[before:]
    says = f"{LANGUAGE_NAMES[language]}. {texts(language).gettext('Take a ticket')}"
    canvas.target(name, cell, ChooseLanguage(language), says=says, language=language)


def notice_strip(notice: str, strip: Rect, canvas: Canvas) -> None:
    """For the technician, so in English and on the screen that invites only."""
    colour = canvas.tokens.colour
    canvas.box(strip, colour.warning_ground)
    inner = strip.inset(canvas.px(canvas.tokens.space.s), 0)
    side = min(canvas.px(10), strip.h)
    canvas.icon("warning", Rect(inner.x, inner.y, side, inner.h), colour.on_warning)
    words = inner.beside(side + canvas.px(3))
    if canvas.compact:
        # The technician comes near; what matters is that none of it is missing.
        canvas.text(words, notice, "en", capital_mm=2.2, colour=colour.on_warning, valign="middle", lines=3)
    else:
        canvas.text(words, notice, "en", capital_mm=4.0, colour=colour.on_warning, valign="middle", lines=3)
