"""The number: what the citizen came for. With paper on its way, or to be written down. Pure."""

from dataclasses import replace

from fonts.tokens import Hex
from kiosk.layout import Rect
from kiosk.scene import Scene
from kiosk.screen_inputs import AskAgain, Done, Stay
from kiosk.screen_types import Paper, State, Ticket
from kiosk.view_flow import Offer, Sentence, fits, flow, in_words, languages, natural, offer, offers, row_height
from kiosk.view_parts import Exhibit, accent_by_id, page
from kiosk.widgets import Canvas
from kiosk.wording import called_first, foretold, reason, services, spelled, texts

LINE_TO_CAPITAL = 1.65
"""Height of a line of digits, with the room above and below that its face asks for, as a multiple of a capital."""
BARE_ABOVE = 14
"""Percent of that height which digits and mark leave bare at its head."""
TIGHT_MM = 70.0
"""In a place less high even that is needed."""
MARK = 0.72
"""Side of the mark "P" beside the number, as a part of the number's line."""
MOST_MM = 120.0
LOW_MM = 145.0
"""Below this height a number to be written down has just the room that it needs above its words."""
LARGE_MM = 220.0
"""From this height on the words about the number are larger too."""
HERO_MM = 18.0
"""The least height of the digits, where labels have 7.3 mm: two and a half times a label."""
WIDE = 2.6
"""From this ratio of width to height on, number and words stand side by side."""
MOST_SHARE = 60
"""Percent of the width that a number may take beside its words."""


def ticket(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """The number large, how far its paper is, and the next citizen's first touch.

    When nobody has touched anything for a while, the line under the number asks whether it is still being read; all
    else stays as it is. A touch beside the targets makes room for the next citizen.
    """
    assert state.ticket is not None
    language, spoken, space = state.language, texts(state.language), canvas.tokens.space
    accent = accent_by_id(canvas, exhibit, state.ticket.service)
    area, gap = page(canvas), canvas.px(space.s if canvas.compact else space.m)
    foot = row_height(canvas)
    band = Rect(area.x, area.bottom - foot, area.w, foot)
    area = area.top(area.h - foot - gap)
    if area.w > WIDE * area.h:
        needed = max(_needed(state.ticket, canvas), area.w * 52 // 100)
        left = area.left(min(needed, area.w * MOST_SHARE // 100))
        told = area.beside(left.w + canvas.px(space.l))
        _caption_and_number(state.ticket, language, accent.ink, left, canvas)
    else:
        tall = max(min(canvas.px(44), area.h * 34 // 100), canvas.px(20))
        told = Rect(area.x, area.bottom - tall, area.w, tall)
        _caption_and_number(state.ticket, language, accent.ink, area.top(area.h - tall - gap), canvas)
    _status(state, told, canvas)
    _next_citizen(band, spoken.gettext("Next: choose a language"), state, exhibit, canvas)
    return canvas.scene(elsewhere=Stay() if state.asking else Done(), ground=accent.tint)


def write_down(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """The same number without paper: it counts all the same."""
    assert state.ticket is not None
    language, spoken, space = state.language, texts(state.language), canvas.tokens.space
    colour, screen, area = canvas.tokens.colour, canvas.tokens.screen, page(canvas)
    row, gap = row_height(canvas), canvas.px(space.s if canvas.compact else space.l)
    why = reason(state.reason or "not-started", language)
    title = Sentence(spoken.gettext("Please write down this number"), screen.title, "bold", colour.on_warning, lines=3)
    words = [
        _queued(state, spoken.gettext("This number is in the queue"), canvas),
        Sentence(why, screen.body, "regular", colour.ink, lines=3, must=False),
    ]
    if state.ticket.to_day is not None:
        words.insert(1, Sentence(called_first(state.ticket.to_day, language), screen.body, must=False))
    if state.ticket.wait is not None:
        words.append(Sentence(foretold(state.ticket.wait, language)[0], screen.body, must=False))
    foot = Rect(area.x, area.bottom - row, area.w, row).middle(min(canvas.px(92), area.w), row)
    body = area.top(area.h - row - gap)
    (_tightly if canvas.high_mm < LOW_MM else _roomily)(state, title, words, body, canvas)
    done = Offer("done", "check", spoken.gettext("Done"), Done(), "primary")
    if not state.condition.again:
        offer(canvas, foot, done, language)
        return canvas.scene(ground=colour.warning_ground)
    foot = Rect(area.x, foot.y, area.w, foot.h)
    offers(canvas, foot, beside_again(canvas, foot.w, [done], language), language)
    return canvas.scene(ground=colour.warning_ground)


def _tightly(state: State, title: Sentence, words: list[Sentence], body: Rect, canvas: Canvas) -> None:
    """The number as large as it must be, and as many words below it as there is room for."""
    assert state.ticket is not None
    language, spoken = state.language, texts(state.language)
    place = body.top(max(round(_hero(canvas) * LINE_TO_CAPITAL), body.h * 37 // 100))
    if body.h < canvas.px(TIGHT_MM):
        place = place._replace(y=body.y - place.h * BARE_ABOVE // 100)
    told = Rect(body.x, place.bottom, body.w, body.bottom - place.bottom)
    _number(state.ticket, place, canvas.tokens.colour.ink, language, canvas)
    if not fits(canvas, told, [title, words[0]], language):
        title = replace(title, text=spoken.gettext("Write down this number"))
        words = [_queued(state, spoken.gettext("In the queue"), canvas), *words[1:]]
    flow(canvas, told, [title, *words], language, align="centre")


def _roomily(state: State, title: Sentence, words: list[Sentence], body: Rect, canvas: Canvas) -> None:
    """Upright the number is as large as the width allows; title, number and words stay one group."""
    assert state.ticket is not None
    language, screen = state.language, canvas.tokens.screen
    body = body.middle(body.w, body.w * 85 // 100)
    head, told = body.top(body.h * 22 // 100), body.below(body.h * 76 // 100)
    if canvas.high_mm >= LARGE_MM:
        title = replace(title, capital_mm=screen.title if canvas.portrait else screen.display)
        words = [replace(each, capital_mm=screen.title) for each in words]
    flow(canvas, _signed(head, canvas), [replace(title, lines=2)], language)
    place = Rect(body.x, head.bottom, body.w, told.y - head.bottom)
    _number(state.ticket, place, canvas.tokens.colour.ink, language, canvas)
    flow(canvas, told, words, language, align="centre")


def beside_again(canvas: Canvas, width: int, others: list[Offer], language: str) -> list[Offer]:
    """These controls and, before the last of them, the offer to print again, in as many words as there is room for."""
    *first, last = others
    full, short = ([*first, again_offer(label), last] for label in again_labels(language))
    return full if in_words(canvas, width, full, language) else short


def _queued(state: State, told: str, canvas: Canvas) -> Sentence:
    """That the number counts, and the code that *my ticket* asks for: without paper it is nowhere else."""
    sentence = Sentence(told, canvas.tokens.screen.body, "bold", canvas.tokens.colour.ink, lines=3)
    if state.ticket is None or not state.ticket.code:
        return sentence
    code = texts(state.language).gettext("Code: {code}").replace(" ", "\u00a0")  # never parted from its word
    digits = state.ticket.code
    shown, says = (f"{told} · {code.format(code=each)}" for each in (digits, spelled(digits)))
    return replace(sentence, text=shown, says=says)


def _signed(head: Rect, canvas: Canvas) -> Rect:
    """A pencil before the title; returns the place beside it."""
    side = min(canvas.px(26), head.h)
    canvas.icon("pencil", head.left(side), canvas.tokens.colour.on_warning)
    return head.beside(side + canvas.px(canvas.tokens.space.m))


def _caption_and_number(ticket: Ticket, language: str, ink: Hex, area: Rect, canvas: Canvas) -> None:
    screen, spoken = canvas.tokens.screen, texts(language)
    caption = spoken.gettext("Queue number")
    count = len(ticket.services)
    if count > 1:
        caption = f"{caption} · {services(count, language)}"
    capital = screen.title if canvas.high_mm >= 140 else screen.body
    if canvas.type.measure(caption, language, canvas.display.em(screen.label), "regular") > area.w:
        caption = services(count, language)
    row = canvas.line_height(language, capital)
    if area.h - row >= canvas.px(28):
        canvas.text(area.top(row), caption, language, capital_mm=capital, align="centre")
        area = area.below(row)
    else:
        canvas.say(caption, language)
    _number(ticket, area, ink, language, canvas)


def _number(ticket: Ticket, area: Rect, ink: Hex, language: str, canvas: Canvas) -> None:
    """As large as fits, with a mark "P" after it where it has priority. Why is not known here."""
    per_mm = canvas.display.dots_per_mm
    capital = min(area.h / per_mm / LINE_TO_CAPITAL, area.w / per_mm / _wide(ticket, canvas), MOST_MM)
    line = canvas.line_height("en", capital, "bold")
    width = canvas.type.measure(ticket.label, "en", canvas.display.em(capital), "bold")
    side = round(line * MARK) if ticket.priority else 0
    gap = side // 4
    block = area.middle(width + gap + side, line)
    canvas.say(spelled(ticket.label), language)
    canvas.text(block.left(width), ticket.label, "en", capital_mm=capital, weight="bold", colour=ink, said=False)
    if ticket.priority:
        _priority_mark(Rect(block.x + width + gap, block.y + (line - side) // 2, side, side), ink, language, canvas)


def _wide(ticket: Ticket, canvas: Canvas) -> float:
    """The width of number and mark, in heights of its digits."""
    digits = canvas.type.measure(ticket.label, "en", 1000, "bold") / 1000 * 1.4
    return digits + (1.25 * MARK * LINE_TO_CAPITAL if ticket.priority else 0) + 0.05


def _hero(canvas: Canvas) -> float:
    """Pixels of the least height of the digits."""
    display = canvas.display
    return HERO_MM * display.dots_per_mm / max(display.scale, 1)


def _needed(ticket: Ticket, canvas: Canvas) -> int:
    """Pixels of width for number and mark, the digits as high as they must be at least."""
    return round(_wide(ticket, canvas) * (_hero(canvas) + 1))


def _priority_mark(place: Rect, ink: Hex, language: str, canvas: Canvas) -> None:
    """The letter alone: it says that it has priority, never why."""
    canvas.say(texts(language).gettext("Priority"), language)
    canvas.box(place, ink)
    capital = max(place.h / canvas.display.dots_per_mm * 0.6, canvas.tokens.screen.label)
    paper = canvas.tokens.colour.surface
    canvas.text(
        place, "P", "en", capital_mm=capital, weight="bold", colour=paper, align="centre", valign="middle", said=False
    )


def _status(state: State, place: Rect, canvas: Canvas) -> None:
    """How far the paper is; in the same place, when nobody has touched anything for long, the question.

    *Done* stays where it is; the answer "still reading" comes beside it.
    """
    language, spoken = state.language, texts(state.language)
    screen, colour = canvas.tokens.screen, canvas.tokens.colour
    still = Offer("continue", "check", spoken.gettext("Continue"), Stay(), "primary")
    leave = Offer("done", "next" if state.asking else "check", spoken.gettext("Done"), Done())
    widest = max(natural(canvas, each, language) for each in (still, leave))
    again = again_labels(language) if state.condition.again and not state.asking else ()
    text, done, stay = _places(place, state.asking, widest, again, language, canvas)
    if text.w > canvas.px(130) and not state.asking:
        mark, gap = min(canvas.px(22), text.h), canvas.px(canvas.tokens.space.m)
        canvas.icon("ticket" if state.paper is Paper.READY else "printer", text.left(mark), colour.ink)
        text = text.beside(mark + gap)
    words = [Sentence(spoken.gettext("Still reading?"), screen.title, "bold")]
    if not state.asking:
        words = _paper(state, text, canvas)
    flow(canvas, text, words, language)
    if state.asking:
        offer(canvas, stay, still, language)
    elif again:
        _print_again(canvas, stay, language)
    offer(canvas, done, leave, language)


def _paper(state: State, text: Rect, canvas: Canvas) -> list[Sentence]:
    """What is known of the paper, and no more."""
    screen, colour, spoken = canvas.tokens.screen, canvas.tokens.colour, texts(state.language)
    then, slip = spoken.gettext("Please wait for the number to be called"), None
    if state.ticket is not None and state.ticket.to_day is not None:
        then = slip = called_first(state.ticket.to_day, state.language)
    match state.paper:
        case Paper.PRINTING:
            paper = spoken.gettext("Printing the slip") if slip else spoken.gettext("Printing the ticket")
        case Paper.SENT:
            paper = spoken.gettext("Sent to the printer")
            if not fits(canvas, text, [Sentence(paper, screen.title, "bold")], state.language):
                paper = spoken.gettext("Sent to printer")
            then = spoken.gettext("It cannot tell whether the paper came out")
        case Paper.READY:
            paper = spoken.gettext("Please take the slip") if slip else spoken.gettext("Please take the ticket")
            if not fits(canvas, text, [Sentence(paper, screen.title, "bold")], state.language):
                paper = spoken.gettext("The slip is ready") if slip else spoken.gettext("The ticket is ready")
    words = [
        Sentence(paper, screen.title, "bold"),
        Sentence(then, screen.body, colour=colour.ink_soft, must=False),
    ]
    if state.ticket is not None and state.ticket.wait is not None:
        told = foretold(state.ticket.wait, state.language)
        forms = [Sentence(each, screen.body, must=False, says=told[0]) for each in told]
        shown = next((each for each in forms if fits(canvas, text, [words[0], each], state.language)), forms[0])
        words.insert(1, shown)
    if state.copy:
        copy = spoken.gettext("It is marked as a copy. The number stays the same")
        words.insert(1 if state.paper is Paper.READY else 2, Sentence(copy, screen.body, must=False))
    return words


def again_labels(language: str) -> tuple[str, str]:
    """What is offered to whoever got no paper, the fullest first."""
    spoken = texts(language)
    return spoken.gettext("No paper came? Print it again"), spoken.gettext("Print again")


def again_offer(label: str) -> Offer:
    """Paper of the number in sight, once more."""
    return Offer("again", "again", label, AskAgain())


def _print_again(canvas: Canvas, place: Rect, language: str) -> None:
    """In as many words as there is room for; the ear always gets all of them."""
    full, short = again_labels(language)
    label = full if natural(canvas, again_offer(full), language) <= place.w else short
    offer(canvas, place, again_offer(label), language)


def _places(
    place: Rect, asking: bool, worded: int, again: tuple[str, ...], language: str, canvas: Canvas
) -> tuple[Rect, Rect, Rect]:
    """Of the line under the number: the words, *done*, and what is asked or offered beside it.

    `worded`: pixels that the wider of *done* and the answer takes with its words. `again`: the labels of that offer,
    none where it is not made.
    """
    gap, tall = canvas.px(canvas.tokens.space.m), row_height(canvas)
    if place.h >= canvas.px(60):
        foot = Rect(place.x, place.bottom - tall, place.w, tall)
        half = (foot.w - gap) // 2
        return place.top(place.h - tall - gap), foot.beside(foot.w - half), foot.left(half)
    side = worded if 2 * (worded + gap) + canvas.px(120) <= place.w else canvas.px(20)
    row = place.middle(place.w, tall)
    done = row.beside(row.w - side)
    for label in again:
        needed = natural(canvas, again_offer(label), language)
        if needed + canvas.px(120) <= done.x - 2 * gap - place.x:
            side = needed
            break
    else:
        side = canvas.px(20) if again else side
    stay = Rect(done.x - gap - side, row.y, side, row.h)
    return place.left((stay if asking or again else done).x - gap - place.x), done, stay


def _next_citizen(band: Rect, words: str, state: State, exhibit: Exhibit, canvas: Canvas) -> None:
    """All languages: one touch begins the next visit."""
    language, space, screen = state.language, canvas.tokens.space, canvas.tokens.screen
    least = canvas.px(46) * len(exhibit.languages) + canvas.px(space.m)
    size = canvas.display.em(screen.body)
    wide = canvas.type.measure(words, language, size, "regular") + canvas.px(space.m)
    if wide + least <= band.w:
        canvas.text(band.left(wide), words, language, capital_mm=screen.body, valign="middle")
        band = band.beside(wide)
    else:
        canvas.say(words, language)
    languages(canvas, band, state, exhibit, chosen=False)
