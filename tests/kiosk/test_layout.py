"""Millimetres on real screens, from the scene's data: everything inside, nothing overlapping, nothing too small.

Every screen of tests.kiosk.measure: it is cheap to read data. tests/kiosk/test_measured.py asks the pixels the same.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import pytest
from PIL import ImageChops

from fonts.tokens import CAPITAL_TO_EM
from kiosk.layout import Rect, columns, focus_towards, grid, rows
from kiosk.painter import picture
from kiosk.scene import Box, Scene, Text
from kiosk.screen_types import Condition, Screen, State
from kiosk.screens import step
from kiosk.views import draw
from tests.kiosk.measure import (
    CAPITAL_MM,
    EXHIBIT,
    FULL,
    GAP_MM,
    HERO_MM,
    LOOKS,
    SIZES,
    TARGET_MM,
    TOKENS,
    Seen,
    compositor,
    ink_rect,
    lines_of,
    mm,
    screens,
    seen,
)
from translations import LANGUAGES

Rule = Callable[[Seen], list[str]]


def overlapping(scene: Scene) -> list[str]:
    """Pairs of targets that share a pixel."""
    return [f"{a.name} / {b.name}" for a, b in combinations(scene.targets, 2) if a.rect.overlaps(b.rect)]


def too_small(seen: Seen) -> list[str]:
    """Targets with a side under 20 mm of the real glass, where that is promised."""
    across, down = mm(seen.display)
    return [
        target.name
        for target in seen.scene.targets
        if seen.full_size and min(target.rect.w * across, target.rect.h * down) < TARGET_MM - 0.01
    ]


def too_near(seen: Seen) -> list[str]:
    """Pairs of targets with less than 3 mm between them; on a small screen as much less as all is smaller."""
    gap = seen.display.px(GAP_MM)
    pairs = combinations(seen.scene.targets, 2)
    return [f"{a.name} / {b.name}" for a, b in pairs if _grown(a.rect, gap - 1).overlaps(b.rect)]


def _grown(rect: Rect, by: int) -> Rect:
    return rect.inset(-by)


def too_low(seen: Seen) -> list[str]:
    """Texts with capitals under 7.3 mm; on a small screen as much less as all is smaller."""
    least = CAPITAL_MM * seen.display.dots_per_mm
    return [op.text for op in seen.ops if isinstance(op, Text) and op.size_px * CAPITAL_TO_EM < least - 0.01]


def humble(seen: Seen) -> list[str]:
    """Numbers of tickets on their own screens whose digits are under 18 mm; on a small screen as much less."""
    if seen.state.ticket is None or seen.state.screen not in (Screen.TICKET, Screen.WRITE_DOWN):
        return []
    label = seen.state.ticket.label
    least = HERO_MM * seen.display.dots_per_mm / max(seen.display.scale, 1)
    sizes = [op.size_px for op in seen.ops if isinstance(op, Text) and op.text == label]
    return [f"{label}: {sizes}"] if max(sizes, default=0) * CAPITAL_TO_EM < least else []


def outside(seen: Seen) -> list[str]:
    """Targets and ink beyond where this look may draw."""
    within = seen.within
    named = [(target.name, target.rect) for target in seen.scene.targets]
    named += [(words, rect) for words, rect, _ in inked(seen)]
    return [name for name, rect in named if rect.union(within) != within]


Ink = tuple[str, Rect, Callable[[Rect], object]]


_LAST: list[tuple[Seen, list[Ink]]] = []


def inked(seen: Seen) -> list[Ink]:
    """Each line with its ink's rectangle, and its mask within a rectangle of the screen; four rules ask it in a row."""
    if not _LAST or _LAST[0][0] is not seen:
        _LAST[:] = [(seen, _inked(seen))]
    return _LAST[0][1]


def _inked(seen: Seen) -> list[Ink]:
    found: list[Ink] = []
    for _, words, place, line in lines_of(seen):
        rect = ink_rect(place, line)
        if rect is not None:
            mask = line.mask
            found.append(
                (
                    words,
                    rect,
                    lambda part, mask=mask, place=place: mask.crop(  # type: ignore[misc]
                        (part.x - place.x, part.y - place.y, part.right - place.x, part.bottom - place.y)
                    ),
                )
            )
    return found


def touching(seen: Seen) -> list[str]:
    """Lines whose ink meets the ink of another line, pixel for pixel."""
    lines = sorted(inked(seen), key=lambda each: each[1].y)
    found = []
    for index, (words, rect, mask) in enumerate(lines):
        for other, place, its in lines[index + 1 :]:
            if place.y >= rect.bottom:
                break
            if rect.overlaps(place):
                shared = _shared(rect, place)
                if ImageChops.multiply(mask(shared), its(shared)).getbbox():  # type: ignore[arg-type]
                    found.append(f"{words} / {other}")
    return found


def _shared(a: Rect, b: Rect) -> Rect:
    x, y = max(a.x, b.x), max(a.y, b.y)
    return Rect(x, y, min(a.right, b.right) - x, min(a.bottom, b.bottom) - y)


def cut_by_edges(seen: Seen) -> list[str]:
    """Lines whose ink crosses the edge of a panel or a target."""
    panels = {op.rect for op in seen.ops if isinstance(op, Box)} | {each.rect for each in seen.scene.targets}
    return [
        words
        for words, rect, _ in inked(seen)
        if any(rect.overlaps(panel) and rect.union(panel) != panel for panel in panels)
    ]


def on_an_outline(seen: Seen) -> list[str]:
    """Lines inside a panel whose ink comes nearer to its outline than one pixel of ground."""
    edges = [(op.rect, op.rect.inset(op.stroke + 1)) for op in seen.ops if isinstance(op, Box) and op.outline]
    return [
        words
        for words, rect, _ in inked(seen)
        if any(rect.union(panel) == panel and rect.union(inner) != inner for panel, inner in edges)
    ]


def misnamed(seen: Seen) -> list[str]:
    """Names that two targets share."""
    names = [target.name for target in seen.scene.targets]
    return [name for name in set(names) if names.count(name) > 1]


RULES: Mapping[str, Rule] = {
    "set smaller than the least size": lambda seen: list(seen.scene.tight),
    "targets overlap": lambda seen: overlapping(seen.scene),
    "targets too near": too_near,
    "target too small": too_small,
    "letters too small": too_low,
    "number too small": humble,
    "outside": outside,
    "inks touch": touching,
    "cut by an edge": cut_by_edges,
    "on an outline": on_an_outline,
    "same name": misnamed,
}


def faults(found: Iterator[Seen] | Sequence[Seen], rules: Mapping[str, Rule] = RULES) -> list[str]:
    """Everything that breaks a rule, one line each."""
    return [f"{each.what}: {rule}: {told}" for each in found for rule, check in rules.items() for told in check(each)]


@pytest.mark.parametrize("size", SIZES)
def test_every_screen_in_every_language_and_look_keeps_every_rule_of_layout(size: str) -> None:
    told = [told for look in LOOKS for told in faults(screens(size, look))]
    assert told == []


# The rules see ------------------------------------------------------------------------------------------------------


def altered(first: Rect | None = None, second: Rect | None = None, *, name: str = "attract") -> Seen:
    """The resting screen with its first two targets elsewhere."""
    one = seen("15.6 inch", "normal", "en", name)
    a, b, *rest = one.scene.targets
    targets = (replace(a, rect=first or a.rect), replace(b, rect=second or b.rect), *rest)
    return one._replace(scene=replace(one.scene, targets=targets))


def moved(dx: int = 0, dy: int = 0, **changes: object) -> Seen:
    """The resting screen with the lines of its first text elsewhere."""
    one = seen("15.6 inch", "normal", "en", "details-move-in")
    texts = [op for op in one.scene.ops if isinstance(op, Text) and len(op.lines[0][2]) > 8]
    x, y, words = texts[0].lines[0]
    other = replace(texts[0], lines=((x + dx, y + dy, words),), **changes)  # type: ignore[arg-type]
    return one._replace(scene=replace(one.scene, ops=(*one.scene.ops, other)))


def bad_samples() -> Iterator[tuple[str, Rule, Seen]]:
    one = seen("15.6 inch", "normal", "en", "attract")
    first = one.scene.targets[0].rect
    beside = first._replace(x=first.right + 5)
    yield "targets that overlap", RULES["targets overlap"], altered(second=first._replace(x=first.right - 1))
    yield "targets 5 pixels apart", RULES["targets too near"], altered(second=beside)
    yield "a target of 73 pixels", RULES["target too small"], altered(first=first._replace(w=73))
    yield "a target off the glass", RULES["outside"], altered(first=first._replace(x=-1))
    yield "letters of 7 mm", RULES["letters too small"], moved(size_px=one.display.em(7.0))
    yield "a text off the glass", RULES["outside"], moved(dx=-500)
    yield "a ticket's number of 17.9 mm", RULES["number too small"], _lower_number()
    yield "two texts in one place", RULES["inks touch"], moved(dx=1)
    yield "a text over the edge of its panel", RULES["cut by an edge"], moved(dx=-400, dy=2)
    yield "a text on the outline of its panel", RULES["on an outline"], _on_the_outline()
    yield "a text that was made smaller", RULES["set smaller than the least size"], _endless()
    same = replace(one.scene, targets=(one.scene.targets[0],) * 2)
    yield "two of one name", RULES["same name"], one._replace(scene=same)


def _lower_number() -> Seen:
    one = seen("15.6 inch", "normal", "en", "ticket-ready")
    size = one.display.em(17.9) - 1
    ops = (replace(op, size_px=size) if isinstance(op, Text) and op.text == "A012" else op for op in one.scene.ops)
    return one._replace(scene=replace(one.scene, ops=tuple(ops)))


def _on_the_outline() -> Seen:
    """The resting screen with a word more, the top of its ink on the outline of the first panel."""
    one = seen("15.6 inch", "normal", "en", "attract")
    panel = next(op for op in one.scene.ops if isinstance(op, Box) and op.outline)
    word = replace(next(op for op in one.scene.ops if isinstance(op, Text)), lines=((0, 0, "Hall"),))
    ((_, ink, _),) = inked(one._replace(scene=replace(one.scene, ops=(word,))))
    line = panel.rect.centre[0] - ink.w // 2 - ink.x, panel.rect.y + panel.stroke - ink.y, "Hall"
    return one._replace(scene=replace(one.scene, ops=(*one.scene.ops, replace(word, lines=(line,)))))


def _endless() -> Seen:
    one = seen("15.6 inch", "normal", "en", "attract")
    office = dict.fromkeys(LANGUAGES, "A name of an office that nobody could ever fit onto one screen " * 3)
    return one._replace(scene=draw(one.state, replace(EXHIBIT, office=office), one.display, one.type, TOKENS))


@pytest.mark.parametrize("index", range(12))
def test_a_bad_sample_is_caught(index: int) -> None:
    what, rule, bad = list(bad_samples())[index]
    assert rule(seen("15.6 inch", "normal", "en", bad.name)) == []
    assert rule(bad) != [], what


def test_arrows_go_to_the_nearest_target_in_their_direction() -> None:
    cells = grid(Rect(0, 0, 300, 200), 3, 2, 10)
    places = [(str(index), cell) for index, cell in enumerate(cells)]
    assert focus_towards(places, "0", 1, 0) == "1"
    assert focus_towards(places, "1", 0, 1) == "4"
    assert focus_towards(places, "4", -1, 0) == "3"
    assert focus_towards(places, "3", 0, 1) == "3", "there is nothing further down"
    assert focus_towards(places, None, 0, 1) == "0"


def test_columns_and_rows_fill_their_rectangle() -> None:
    for parts, size in ((columns(Rect(5, 5, 310, 100), 3, 5), 310), (rows(Rect(5, 5, 100, 310), 3, 5), 310)):
        spans = sum(part.w if size == 310 and part.h == 100 else part.h for part in parts)
        assert spans + 2 * 5 == size


def test_a_small_screen_shrinks_everything_alike_and_a_large_one_nothing() -> None:
    assert SIZES["7 inch"].scale < 0.6
    assert all(SIZES[name].scale == 1 for name in FULL)
    assert len(FULL) == 4


def test_a_fault_and_a_mistake_in_the_settings_are_told_on_the_screen() -> None:
    name = "15.6 inch"
    display = SIZES[name]
    broken = State(screen=Screen.OUT_OF_ORDER, condition=Condition(config="config"))
    told = draw(
        broken, replace(EXHIBIT, detail="kiosk.toml, line 7: unknown key"), display, compositor(name), TOKENS
    ).texts()
    assert "kiosk.toml, line 7: unknown key" in told
    assert any("The settings cannot be read" in text for text in told)
    notice = "The last good settings are in use. kiosk.toml, line 7: unknown key"
    assert notice in draw(State(), replace(EXHIBIT, notice=notice), display, compositor(name), TOKENS).texts()


def test_a_picture_has_the_size_of_its_screen_and_more_than_its_ground() -> None:
    name = "15.6 inch"
    display = SIZES[name]
    image = picture(draw(State(), EXHIBIT, display, compositor(name), TOKENS), display.rect, compositor(name))
    assert image.size == (1280, 720)
    assert len(image.getcolors(1 << 20) or []) > 20


def test_more_services_than_fit_are_all_reached_page_by_page() -> None:
    few = EXHIBIT.catalogue.services
    services = tuple(replace(few[index % 3], id=f"service-{index}") for index in range(9))
    many = replace(EXHIBIT, catalogue=replace(EXHIBIT.catalogue, services=services))
    for name, display in SIZES.items():
        state, seen = State(screen=Screen.SERVICE, language="my"), set()
        for _ in range(9):
            scene = draw(state, many, display, compositor(name), TOKENS)
            assert overlapping(scene) == [], name
            assert outside(Seen(name, "normal", "my", "many services", state, scene)) == [], name
            seen |= {target.name for target in scene.targets if target.name.startswith("service-")}
            more = scene.named("more")
            if more is None:
                break
            state, _ = step(state, more.gives)
        assert len(seen) == 9, name


def test_a_long_list_goes_on_to_further_pages_and_nothing_of_it_is_left_out() -> None:
    service = EXHIBIT.catalogue.services[0]
    for name, display in SIZES.items():
        for language in LANGUAGES:
            text = service.text(language)
            state, lines = State(screen=Screen.DETAILS, service=service.id, language=language), ""
            for _ in range(9):
                scene = draw(state, EXHIBIT, display, compositor(name), TOKENS)
                assert scene.named("take") is not None, "a ticket can be taken from each page"
                lines += "".join("".join(op.text.split()) for op in scene.ops if isinstance(op, Text))
                more = scene.named("more")
                if more is None:
                    break
                state, _ = step(state, more.gives)
            for wanted in [*text.steps, *(paper.text for paper in text.documents)]:
                assert "".join(wanted.replace("\u200b", "").split()) in lines.replace("\u200b", ""), (name, wanted)
