"""The place of a ticket: how many are before it, and why somebody went first. Pure."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

from kiosk.layout import Rect
from kiosk.scene import Scene
from kiosk.screen_inputs import AskSlip, Done, ImBack
from kiosk.screen_types import AWAY, Stage, Standing, State
from kiosk.view_flow import Offer, Sentence, fits, flow, height, offers, row_height, shown_as_asked
from kiosk.view_parts import Exhibit, accent_by_id, bar, page
from kiosk.view_ticket import beside_again
from kiosk.widgets import Canvas, VAlign
from kiosk.wording import expected_wait, in_full, passed, people_before, spelled, texts
from sync.errors import CatalogueError
from translations import N_
from translations.numerals import format_date, format_time

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
    if state.standing is not None and state.standing.can_return:
        found.insert(0, Offer("im-back", "returned", spoken.gettext("Back in the hall"), ImBack()))
    if state.condition.slip:
        # It has all that the ticket has: that one is not offered beside it.
        found.insert(0, Offer("slip", "printer", spoken.gettext("Print a slip"), AskSlip()))
        return found
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
    words = [Sentence(_taken(mine, language), screen.body, lines=3 if mine.carried_over else 2)]
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


def _taken(mine: Standing, language: str) -> str:
    """When it was taken; on another day than today, on which."""
    spoken, time = texts(language), format_time(mine.issued, language)
    if not mine.carried_over:
        return spoken.gettext("Taken at {time}").format(time=time)
    day = format_date(date.fromisoformat(mine.day), language)
    return spoken.gettext("Taken on {date} at {time}").format(date=day, time=time)


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
    more = [Sentence(each, screen.body, lines=3, must=False) for each in _more(mine, language)]
    as_of = spoken.gettext("As of {time}").format(time=format_time(mine.as_of, language))
    last = Sentence(as_of, screen.body, colour=colour.ink_soft, lines=1, must=False)
    earlier, heard = _earlier(mine, [*words, *more, last], area, language, canvas)
    if heard and mine.counters:
        # Who went first is what is asked here; which counters work can be seen in the hall.
        *kept, at_work = more
        earlier, heard = _earlier(mine, [*words, *kept, last], area, language, canvas)
        more, heard = (more, heard) if heard else (kept, [at_work.text])
    words += [*more, *earlier, last]
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
    found: list[list[Sentence]] = []
    for count in range(min(len(earlier), MOST_PASSED), 0, -1):
        more = len(earlier) - count
        lines = [f"{each.label}: {passed(each.why, language)}" for each in earlier[:count]]
        if more:
            lines.append(spoken.ngettext("and {count} more", "and {count} more", more).format(count=more))
        told = [spoken.gettext("Called first, though taken later:"), *lines]
        found.append([Sentence(each, body, lines=2, must=False) for each in told])
    # Fewer of them rather than smaller letters for all.
    for fitting in (shown_as_asked, fits):
        for sentences in found:
            if fitting(canvas, area, [*others, *sentences], language):
                return sentences, []
    return [], [f"{spelled(each.label)}: {passed(each.why, language)}" for each in earlier[:MOST_PASSED]]


def _more(mine: Standing, language: str) -> list[str]:
    """What goes with the place: what to do, how long it takes, who is at work."""
    spoken = texts(language)
    if mine.stage in AWAY and not mine.returned:
        button = spoken.gettext("Back in the hall")
        return [spoken.gettext("Please touch “{button}” to be called again").format(button=button)]
    if mine.stage is None:
        return [spoken.gettext("Calls are shown at the counters")]
    if mine.stage is Stage.CARRIED and mine.next_day is not None:
        return [in_full(mine.next_day, language)]
    if mine.stage is not Stage.WAITING:
        return []
    told = []
    if mine.minutes is not None:
        told.append(expected_wait(*mine.minutes, language))
    if mine.carried_over:
        told.append(spoken.gettext("Left over from an earlier day: called before the others"))
    if mine.counters:
        told.append(spoken.gettext("Counters at work: {counters}").format(counters=ranges(mine.counters)))
    else:
        told.append(spoken.gettext("No counter for it is at work now"))
    return told


def place(mine: Standing, language: str) -> list[str]:
    """Where the ticket is, how many are before it, or how many were taken before it where the office tells no more."""
    spoken = texts(language)
    match mine.stage:
        case Stage.CALLED:
            return [spoken.gettext("Called: counter {counter}").format(counter=mine.counter)]
        case Stage.SERVING:
            return [spoken.gettext("Being served: counter {counter}").format(counter=mine.counter)]
        case Stage.WAITING if mine.ahead == 0:
            return [spoken.gettext("Next to be called")]
        case Stage.WAITING if mine.ahead is not None:
            return [people_before(mine.ahead, language)]
        case None | Stage.WAITING:
            return [_taken_before(mine.taken_before, language)]
        case _:
            return [spoken.gettext(_ENDS[mine.stage])]


_ENDS = {
    Stage.ABSENT: N_("The call was missed"),
    Stage.PARKED: N_("Set aside until the errand is done"),
    Stage.SERVED: N_("This visit is finished"),
    Stage.CANCELLED: N_("This number was given up"),
    Stage.CARRIED: N_("Carried over: called first on the next day"),
}


def _taken_before(count: int, language: str) -> str:
    spoken = texts(language)
    if count == 0:
        return spoken.gettext("No number of the same kind was taken before it today")
    told = spoken.ngettext(
        "{count} of the same kind was taken before it", "{count} of the same kind were taken before it", count
    )
    return told.format(count=count)


def ranges(counters: tuple[int, ...]) -> str:
    """Counters as one says them: (1, 2, 3, 6) → "1–3, 6"."""
    ordered = sorted(set(counters))
    starts = [counter for before, counter in pairwise([-9, *ordered]) if counter != before + 1]
    ends = [counter for counter, after in pairwise([*ordered, -9]) if after != counter + 1]
    spans = zip(starts, ends, strict=True)
    return ", ".join(f"{first}" if first == last else f"{first}–{last}" for first, last in spans)
