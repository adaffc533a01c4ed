"""Sentences one beneath another, and rows of controls, as large and as many as their place allows. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fonts.errors import DoesNotFitError
from fonts.faces import Weight
from fonts.tokens import Hex
from kiosk.layout import Rect, rows
from kiosk.screen_inputs import ChooseLanguage, Input
from kiosk.screen_types import State
from kiosk.view_parts import Exhibit
from kiosk.widgets import LEADING_MM, Align, Canvas, Look, VAlign
from kiosk.wording import unparted
from translations import LANGUAGE_NAMES

ROW_MM = 20.0
"""The height of a row of controls where there is little room; 24 mm elsewhere."""
ROOMY_ROW_MM = 24.0
SHORT_NAMES = {"th": "ก", "en": "A", "my": "က"}
"""The first letter of a language's script, where its own name has no room."""
ICON_ALONE_MM = 9.5
"""A pictogram without words is drawn as if its words were this large."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text of at most `lines` lines. `must` false: only said where there is no room for it. `says`: what the ear gets
    where that is not the text."""

    text: str
    capital_mm: float
    weight: Weight = "regular"
    colour: Hex | None = None
    lines: int = 2
    must: bool = True
    says: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A control of a row: its target's name, its pictogram (None: none), its words, what it gives."""

    name: str
    icon: str | None
    label: str
    gives: Input
    look: Look = "quiet"


def row_height(canvas: Canvas) -> int:
    """Pixels of a row of controls."""
    return canvas.px(ROW_MM if canvas.compact else ROOMY_ROW_MM)


def flow(
    canvas: Canvas,
    rect: Rect,
    sentences: list[Sentence],
    language: str,
    *,
    align: Align = "left",
    valign: VAlign = "middle",
) -> int:
    """Set the sentences beneath one another; returns the row under the last one.

    Where they do not fit, all become smaller together, down to the size of a label; then the last one that need not be
    seen is left out and only said.
    """
    least = canvas.tokens.screen.label
    kept = [sentence for sentence in sentences if sentence.text]
    while True:
        chosen = next((each for each in _sizes(kept, least) if _total(canvas, each, rect, language) is not None), None)
        spare = [index for index, sentence in enumerate(kept) if not sentence.must]
        if chosen is not None or not spare:
            break
        del kept[spare[-1]]
    if chosen is None:
        chosen = _too_small(canvas, kept, rect, language)
        canvas.tight += [sentence.text for sentence in chosen]
    heights = _apart(canvas, chosen, [_height(canvas, each, rect.w, language) or 0 for each in chosen], rect, language)
    y = rect.y + (max(rect.h - sum(heights), 0) // 2 if valign == "middle" else 0)
    shown = {sentence.text for sentence in chosen}
    placed = iter(zip(chosen, heights, strict=True))
    for sentence in sentences:
        if sentence.text in shown:
            drawn, height = next(placed)
            y = _set(canvas, Rect(rect.x, y, rect.w, max(height, 1)), drawn, language, align).bottom
        elif sentence.text:
            canvas.say(sentence.says or sentence.text, language)
    return y


def _apart(canvas: Canvas, sentences: list[Sentence], heights: list[int], rect: Rect, language: str) -> list[int]:
    """Where there is room, half a millimetre more under each line: Burmese stacks reach down to the next one."""
    steps = [canvas.line_height(language, each.capital_mm, each.weight) for each in sentences]
    lines = [height // max(step, 1) for height, step in zip(heights, steps, strict=True)]
    leading = min(canvas.px(LEADING_MM), max(rect.h - sum(heights), 0) // max(sum(lines), 1))
    return [height + count * leading for height, count in zip(heights, lines, strict=True)]


def _too_small(canvas: Canvas, kept: list[Sentence], rect: Rect, language: str) -> list[Sentence]:
    """Smaller than may be, as little as can be."""
    label = canvas.tokens.screen.label
    ladder = [[replace(each, capital_mm=label * part / 100) for each in kept] for part in (92, 84, 76, 68, 60)]
    return next((each for each in ladder if _total(canvas, each, rect, language) is not None), ladder[-1])


def fits(canvas: Canvas, rect: Rect, sentences: list[Sentence], language: str) -> bool:
    """Whether `flow` would show all of them."""
    least = canvas.tokens.screen.label
    return any(_total(canvas, each, rect, language) is not None for each in _sizes(sentences, least))


def shown_as_asked(canvas: Canvas, rect: Rect, sentences: list[Sentence], language: str) -> bool:
    """Whether `flow` would show all of them in the sizes that they ask for."""
    return _total(canvas, sentences, rect, language) is not None


def height(canvas: Canvas, sentences: list[Sentence], rect: Rect, language: str) -> int:
    """Pixels from the first row to the last where `flow` shows all of them; else those of the place."""
    least = canvas.tokens.screen.label
    totals = (_total(canvas, each, rect, language) for each in _sizes(sentences, least))
    return next((total for total in totals if total is not None), rect.h)


def _set(canvas: Canvas, place: Rect, sentence: Sentence, language: str, align: Align) -> Rect:
    if sentence.says:
        canvas.say(sentence.says, language)
    return canvas.text(
        place,
        sentence.text,
        language,
        capital_mm=sentence.capital_mm,
        weight=sentence.weight,
        colour=sentence.colour,
        align=align,
        lines=sentence.lines,
        said=not sentence.says,
    )


def _sizes(sentences: list[Sentence], least: float) -> Iterator[list[Sentence]]:
    """The sentences as asked, then all a step smaller, until all are as small as a label."""
    for step in (1.0, 0.88, 0.76, 0.64, 0.0):
        yield [_in_size(each, max(each.capital_mm * step, least)) for each in sentences]


def _in_size(sentence: Sentence, capital_mm: float) -> Sentence:
    return sentence if sentence.capital_mm == capital_mm else replace(sentence, capital_mm=capital_mm)


def _total(canvas: Canvas, sentences: list[Sentence], rect: Rect, language: str) -> int | None:
    total = 0
    for sentence in sentences:
        height = _height(canvas, sentence, rect.w, language)
        if height is None or total + height > rect.h:
            return None
        total += height
    return total


def _height(canvas: Canvas, sentence: Sentence, width: int, language: str) -> int | None:
    """Pixels that the sentence takes in its size; None where it takes more lines than it may."""
    size = canvas.display.em(sentence.capital_mm)
    try:
        fitted = canvas.type.fit(unparted(sentence.text), language, (size,), sentence.weight, width, sentence.lines)
    except DoesNotFitError:
        return None
    return len(fitted.lines) * canvas.line_height(language, sentence.capital_mm, sentence.weight)


def together(canvas: Canvas, area: Rect, told: list[tuple[str, list[Sentence]]], *, largest: float = 1.4) -> Rect:
    """The same in several languages: one group, as much larger as there is room for; returns the rows it took.

    Without room for a group each language gets the same share of the place.
    """
    gap = canvas.px(canvas.tokens.space.l)
    for scale in (largest, (1 + largest) / 2, 1.0):
        sized = [
            (language, [replace(each, capital_mm=each.capital_mm * scale) for each in words])
            for language, words in told
        ]
        tall = [_total(canvas, words, area, language) for language, words in sized]
        total = sum(each or 0 for each in tall) + gap * (len(told) - 1)
        if None in tall or total > area.h:
            continue
        # What is left over goes between the lines and the languages, but they stay one group.
        group = area.middle(area.w, min(area.h, total + total // 5))
        y, spare = group.y, (group.h - total) // len(told)
        for (language, words), each in zip(sized, tall, strict=True):
            place = Rect(area.x, y, area.w, (each or 0) + spare)
            flow(canvas, place, words, language)
            y = place.bottom + gap
        return group
    for (language, words), place in zip(told, rows(area, len(told), canvas.px(canvas.tokens.space.xs)), strict=True):
        flow(canvas, place, words, language)
    return area


def offers(canvas: Canvas, row: Rect, wanted: list[Offer], language: str) -> None:
    """Controls side by side, as many of them in words as there is room for, the first ones first."""
    gap = canvas.px(canvas.tokens.shape.target_gap)
    spare = row.w - gap * (len(wanted) - 1)
    worded = len(wanted)
    while sum(widths := _widths(canvas, wanted, worded, language)) > spare and worded:
        worded -= 1
    # What is left over goes to all alike, but no button grows out of proportion.
    extra = max(min((spare - sum(widths)) // len(wanted), canvas.px(30)), 0)
    total = sum(widths) + extra * len(wanted) + gap * (len(wanted) - 1)
    x = row.x + max(row.w - total, 0) // 2
    for index, (each, width) in enumerate(zip(wanted, widths, strict=True)):
        place = Rect(x, row.y, width + extra, row.h)
        offer(canvas, place, each, language, words=index < worded)
        x = place.right + gap


def in_words(canvas: Canvas, width: int, wanted: list[Offer], language: str) -> bool:
    """Whether `offers` would show the words of all."""
    gap = canvas.px(canvas.tokens.shape.target_gap)
    return sum(_widths(canvas, wanted, len(wanted), language)) + gap * (len(wanted) - 1) <= width


def _widths(canvas: Canvas, wanted: list[Offer], worded: int, language: str) -> list[int]:
    least = canvas.px(ROW_MM)
    return [natural(canvas, each, language) if index < worded else least for index, each in enumerate(wanted)]


def offer(canvas: Canvas, place: Rect, each: Offer, language: str, *, words: bool | None = None) -> None:
    """One control; `words` None: where they fit on one line."""
    if words is None:
        words = each.icon is None or natural(canvas, each, language) <= place.w
    capital = None if words else ICON_ALONE_MM
    label = each.label if words else ""
    canvas.button(
        each.name,
        place,
        label,
        language,
        each.gives,
        look=each.look,
        icon=each.icon,
        capital_mm=capital,
        says=each.label,
    )


def natural(canvas: Canvas, each: Offer, language: str) -> int:
    """Pixels of a button that shows its words on one line."""
    label, pad = canvas.tokens.screen.label, canvas.px(canvas.tokens.space.s)
    words = canvas.type.measure(each.label, language, canvas.display.em(label), "bold")
    sign = canvas.px(label * 1.5) + pad if each.icon else 0
    return max(words + sign + 2 * pad + 2, canvas.px(ROW_MM))


def languages(canvas: Canvas, row: Rect, state: State, exhibit: Exhibit, *, chosen: bool = True) -> None:
    """A button for each language side by side; one for the next language where there is no room for all."""
    gap = canvas.px(canvas.tokens.shape.target_gap)
    names = exhibit.languages
    least = [_name_width(canvas, each) for each in names]
    if sum(least) + gap * (len(names) - 1) > row.w:
        names = following(state.language, exhibit)
        least = [_name_width(canvas, each) for each in names]
    # Equal where that is possible, so that no language looks more important than another.
    equal = (row.w - gap * (len(names) - 1)) // max(len(names), 1)
    spare = (row.w - gap * (len(names) - 1) - sum(least)) // max(len(names), 1)
    x = row.x
    for language, natural in zip(names, least, strict=True):
        place = Rect(x, row.y, equal if equal >= max(least) else natural + spare, row.h)
        look: Look = "chosen" if chosen and language == state.language else "quiet"
        name = LANGUAGE_NAMES[language]
        canvas.button(f"language-{language}", place, name, language, ChooseLanguage(language), look=look)
        x = place.right + gap


def _name_width(canvas: Canvas, language: str) -> int:
    return natural(canvas, Offer("", None, LANGUAGE_NAMES[language], ChooseLanguage(language)), language)


def following(language: str, exhibit: Exhibit) -> tuple[str, ...]:
    """The language that comes after this one, going round; none where there is no other."""
    known = exhibit.languages
    if len(known) < 2:
        return ()
    return (known[(known.index(language) + 1) % len(known)],) if language in known else known[:1]


def others(language: str, exhibit: Exhibit, most: int = 2) -> tuple[str, ...]:
    """All other languages, so that each is one touch away; the following one where there are more than `most`."""
    found = tuple(each for each in exhibit.languages if each != language)
    return found if len(found) <= most else following(language, exhibit)


def language_key(canvas: Canvas, cell: Rect, language: str) -> None:
    """A button to a language; where its name has no room, with the first letter of its script."""
    name = LANGUAGE_NAMES[language]
    label = name if _name_width(canvas, language) <= cell.w else SHORT_NAMES.get(language, language)
    canvas.button(f"language-{language}", cell, label, language, ChooseLanguage(language), says=name)
