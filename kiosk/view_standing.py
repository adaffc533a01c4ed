"""The place of a ticket: how many are before it, and why somebody went first. Pure."""

from dataclasses import replace
from itertools import pairwise

from kiosk.layout import Rect
from kiosk.scene import Scene
from kiosk.screen_inputs import Done, ImBack
from kiosk.screen_types import Standing, State
from kiosk.view_flow import Offer, Sentence, fits, flow, height, offers, row_height, shown_as_asked
from kiosk.view_parts import Exhibit, accent_by_id, bar, page
from kiosk.view_ticket import beside_again
from kiosk.widgets import Canvas, VAlign
from kiosk.wording import passed, spelled, texts
from sync.errors import CatalogueError
from translations.numerals import format_time

MOST_PASSED = 6
LINE_TO_CAPITAL = 1.65


def standing(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """Number, services, place; what the office does not tell is not guessed."""
    assert state.standing is not None
    mine, language, space = state.standing, state.language, canvas.tokens.space
    area = page(canvas) if canvas.compact else bar(state, exhibit, canvas)
    gap, row = canvas.px(space.s if canvas.compact else space.m), row_height(canvas)
    foot = Rect(area.x, area.bottom - row, area.w, row)
    body = area.top(area.h - row - gap)
    apart = canvas.px(space.s if canvas.compact else space.l)
    align: VAlign = "middle"
    if body.h > body.w:
        # The words directly beneath the card, both as one group in the middle.
        card = body.top(body.h * (40 if mine.passed else 46) // 100)
        told = body.below(card.h + apart)
        words, heard = _words(mine, told, language, canvas)
        used = min(height(canvas, words, told, language) + canvas.px(space.m), told.h)
        group, align = body.middle(body.w, card.h + apart + used), "top"
        card, told = group.top(card.h), group.below(card.h + apart)
    else:
        card = body.left(body.w * (38 if canvas.compact else 40) // 100)
        told = body.beside(card.w + apart)
        words, heard = _words(mine, told, language, canvas)
    _card(mine, exhibit, card, language, canvas)
    flow(canvas, told, words, language, valign=align)
    for each in heard:
        canvas.say(each, language)
    offers(canvas, foot, _choices(state, foot.w, canvas), language)
    return canvas.scene()


def _choices(state: State, width: int, canvas: Canvas) -> list[Offer]:
    language, spoken = state.language, texts(state.language)
    found = [Offer("done", "check", spoken.gettext("Done"), Done(), "primary")]
    if state.standing is not None and not state.standing.returned:
        found.insert(0, Offer("im-back", "returned", spoken.gettext("Back in the hall"), ImBack()))
    return beside_again(canvas, width, found, language) if state.condition.again else found


def _card(mine: Standing, exhibit: Exhibit, card: Rect, language: str, canvas: Canvas) -> None:
    """The number on its colour, its services, when it was taken."""
    accent = accent_by_id(canvas, exhibit, mine.services[0] if mine.services else "")
    screen, space = canvas.tokens.screen, canvas.tokens.space
    canvas.box(card, accent.tint)
    # Digits that touch the edges of their card read as cut off.
    inner = card.inset(canvas.px(space.s) if canvas.compact else card.w * 8 // 100, canvas.px(space.xs))
    per_mm = canvas.display.dots_per_mm
    wide = canvas.type.measure(mine.label, "en", 1000, "bold") / 1000 * 1.41
    share = 100 if inner.h < canvas.px(52) else 48
    capital = min(inner.w / per_mm / wide, inner.h * share / 100 / per_mm / LINE_TO_CAPITAL, 60.0)
    line = canvas.line_height("en", capital, "bold")
    taken = texts(language).gettext("Taken at {time}").format(time=format_time(mine.issued, language))
    words = [Sentence(taken, screen.body, lines=2)]
    words += [Sentence(_name(each, exhibit, language), screen.body, lines=3) for each in mine.services]
    rest = inner.below(line)
    room = [words[:count] for count in range(len(words), 0, -1) if fits(canvas, rest, words[:count], language)]
    shown = room[0] if room else []
    block = line + height(canvas, shown, rest, language)
    number = inner.below((inner.h - block) // 2).top(line)
    canvas.say(spelled(mine.label), language)
    canvas.text(
        number,
        mine.label,
        "en",
        capital_mm=capital,
        weight="bold",
        colour=accent.ink,
        align="centre",
        valign="middle",
        said=False,
    )
    flow(canvas, inner.below(number.bottom - inner.y), shown, language, align="centre", valign="top")
    for each in words[len(shown) :]:
        if each.text:
            canvas.say(each.text, language)


def _name(service: str, exhibit: Exhibit, language: str) -> str:
    """The service's name; one that has left the catalogue is told by nothing."""
    try:
        return exhibit.catalogue.service(service).text(language).name
    except CatalogueError:
        return ""


def _words(mine: Standing, area: Rect, language: str, canvas: Canvas) -> tuple[list[Sentence], list[str]]:
    """The place first, then what it is made of; and what of it is only said."""
    screen, colour, spoken = canvas.tokens.screen, canvas.tokens.colour, texts(language)
    words = [Sentence(each, screen.title, "bold", lines=4) for each in place(mine, language)]
    if mine.returned:
        noted = spoken.gettext("It is noted: back in the hall")
        words.append(Sentence(noted, screen.body, "bold", colour.primary, lines=2, must=not canvas.compact))
    if mine.counters:
        at_work = spoken.gettext("Counters at work: {counters}").format(counters=ranges(mine.counters))
        words.append(Sentence(at_work, screen.body, lines=2, must=False))
    if mine.ahead is None and mine.called_to is None:
        shown = spoken.gettext("Calls are shown at the counters")
        words.append(Sentence(shown, screen.body, lines=2, must=False))
    as_of = spoken.gettext("As of {time}").format(time=format_time(mine.as_of, language))
    last = Sentence(as_of, screen.body, colour=colour.ink_soft, lines=1, must=False)
    earlier, heard = _earlier(mine, [*words, last], area, language, canvas)
    words += [*earlier, last]
    lead = len(place(mine, language))
    # No more lines than before: a last word alone on a line reads worse than small letters.
    lines = 1 if shown_as_asked(canvas, area, [replace(each, lines=1) for each in words[:lead]], language) else 2
    for scale in (1.8, 1.5, 1.25):
        # The first line is what the citizen came for: as much larger as leaves all the rest as it is.
        larger = [replace(each, capital_mm=each.capital_mm * scale, lines=lines) for each in words[:lead]]
        if shown_as_asked(canvas, area, [*larger, *words[lead:]], language):
            return [*larger, *words[lead:]], heard
    return words, heard


def _earlier(
    mine: Standing, others: list[Sentence], area: Rect, language: str, canvas: Canvas
) -> tuple[list[Sentence], list[str]]:
    """Who went first and why: as many as there is room for, the rest counted; where there is none, to be said."""
    earlier, spoken, body = mine.passed or (), texts(language), canvas.tokens.screen.body
    for count in range(min(len(earlier), MOST_PASSED), 0, -1):
        more = len(earlier) - count
        lines = [f"{each.label}: {passed(each.why, language)}" for each in earlier[:count]]
        if more:
            lines.append(spoken.ngettext("and {count} more", "and {count} more", more).format(count=more))
        told = [spoken.gettext("Called first, though taken later:"), *lines]
        sentences = [Sentence(each, body, lines=2, must=False) for each in told]
        if fits(canvas, area, [*others, *sentences], language):
            return sentences, []
    return [], [f"{spelled(each.label)}: {passed(each.why, language)}" for each in earlier[:MOST_PASSED]]


def place(mine: Standing, language: str) -> list[str]:
    """Called, or how many are before it, or how many were taken before it where the office tells no more."""
    spoken = texts(language)
    if mine.called_to is not None:
        return [spoken.gettext("Called: counter {counter}").format(counter=mine.called_to)]
    if mine.ahead is None:
        if mine.taken_before == 0:
            return [spoken.gettext("No number of the same kind was taken before it today")]
        told = spoken.ngettext(
            "{count} of the same kind was taken before it",
            "{count} of the same kind were taken before it",
            mine.taken_before,
        )
        return [told.format(count=mine.taken_before)]
    if mine.ahead == 0:
        return [spoken.gettext("Next to be called")]
    told = spoken.ngettext("{count} person before it", "{count} people before it", mine.ahead)
    return [told.format(count=mine.ahead)]


def ranges(counters: tuple[int, ...]) -> str:
    """Counters as one says them: (1, 2, 3, 6) → "1–3, 6"."""
    ordered = sorted(set(counters))
    starts = [counter for before, counter in pairwise([-9, *ordered]) if counter != before + 1]
    ends = [counter for counter, after in pairwise([*ordered, -9]) if after != counter + 1]
    spans = zip(starts, ends, strict=True)
    return ", ".join(f"{first}" if first == last else f"{first}–{last}" for first, last in spans)
