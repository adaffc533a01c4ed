"""What the pixels say: contrast, sizes on the glass, edges, the focus ring, in both themes.

tests/kiosk/test_layout.py reads the data of every screen. Reading pixels costs ten times as much, so a sample is read,
chosen before anything was measured and turned so that each screen is met in each language on some size:

- contrast, what touches a text, edges of controls, heights of capitals: on 15.6 inches every third screen in each look,
  on the other sizes every twelfth; each look begins with another one, languages and themes take turns.
- pressed and focused pictures, one for each target: every eleventh screen on 15.6 inches, every 59th on the others.

Each rule is shown a bad sample first, drawn like the good ones.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest
from PIL import Image

from fonts.tokens import Hex
from kiosk.layout import Display, Rect
from kiosk.painter import pieces
from kiosk.scene import Box, Icon, Text
from kiosk.screen_inputs import Stay
from kiosk.screen_types import Screen, State, Theme
from kiosk.widgets import Canvas
from tests.kiosk.measure import (
    CAPITAL_MM,
    CONTROL_CONTRAST,
    GAP_MM,
    HERO_MM,
    LOOKS,
    SIZES,
    TARGET_MM,
    TEXT_CONTRAST,
    TOKENS,
    Seen,
    changed,
    compositor,
    contrast,
    edge_contrasts,
    found,
    lines_of,
    measured_capital,
    mm,
    screens,
    seen,
    shadow,
    shadow_apart,
    shadow_of,
    states,
)
from translations import LANGUAGES

ASIDE = 0.01
"""The part of the pixels around a text that may be of another colour: stacks of two lines may come within a pixel of
each other. Whether they share one is asked of every screen in test_layout."""
PURE = 0.98
"""The part of a glyph's sure ink that must be of one colour: less, and something lies over it."""
Rule = Callable[[Seen, Image.Image], list[str]]


# The sample ---------------------------------------------------------------------------------------------------------


def sample(size: str, every: int) -> Iterator[Seen]:
    """Each `every`th screen in each look, languages and themes taking turns."""
    names = list(states(LANGUAGES[0]))
    for turn, look in enumerate(LOOKS):
        for index, name in enumerate(names):
            if (index + turn) % every == 0:
                language = LANGUAGES[(index // every + turn) % len(LANGUAGES)]
                theme = Theme.DARK if (index // every // 3 + turn) % 2 else Theme.LIGHT
                yield seen(size, look, language, name, theme)


# Rules --------------------------------------------------------------------------------------------------------------


def faint(seen: Seen, image: Image.Image) -> list[str]:
    """Texts with less than 7:1 between their ink and anything that touches it."""
    told = []
    for _, words, place, line in lines_of(seen):
        shape = found(image, place, shadow_of(line))
        if shape is not None and shape.contrast < TEXT_CONTRAST:
            told.append(f"{words}: {shape.contrast:.2f}")
    return told


def touched(seen: Seen, image: Image.Image) -> list[str]:
    """Texts with something over their ink, or with anything but one ground next to it: an edge, another's ink."""
    told = []
    for op, words, place, line in lines_of(seen):
        shape = found(image, place, shadow_apart(seen, op, place, line))
        if shape is not None and (shape.pure < PURE or shape.grounds[0][1] < 1 - ASIDE):
            told.append(f"{words}: {shape.pure:.3f} of it pure, on {shape.grounds}")
    return told


def dim_signs(seen: Seen, image: Image.Image) -> list[str]:
    """Pictograms with less than 3:1 on what is behind most of them."""
    told = []
    for op in seen.ops:
        if isinstance(op, Icon):
            piece = pieces(op, seen.type)[0]
            assert piece.mask is not None
            shape = found(image, piece.rect, shadow(piece.mask))
            if shape is None or contrast(shape.ink, shape.ground) < CONTROL_CONTRAST:
                told.append(op.name)
    return told


def edgeless(seen: Seen, image: Image.Image) -> list[str]:
    """Targets with a place at their edge where neither edge nor fill has 3:1 to what is outside."""
    depth = max(seen.display.px(TOKENS.shape.outline), 2)
    told = []
    for target in seen.scene.targets:
        least = min(edge_contrasts(image, target, seen.display.rect, depth))
        if least < CONTROL_CONTRAST:
            told.append(f"{target.name}: {least:.2f}")
    return told


def low_capitals(seen: Seen, image: Image.Image) -> list[str]:
    """Lines with a capital or digit that is drawn less than 7.3 mm high; half a pixel is the grid's."""
    told = []
    _, down = mm(seen.display)
    least = CAPITAL_MM if seen.full_size else CAPITAL_MM * seen.display.scale
    for op, words, place, line in lines_of(seen):
        height = measured_capital(image, seen, op, words, place, line)
        if height is not None and (height + 0.5) * down < least:
            told.append(f"{words}: {height * down:.2f} mm")
    return told


def humble_number(seen: Seen, image: Image.Image) -> list[str]:
    """On a screen that shows a ticket: the number, less high than a hero is."""
    ticket = seen.state.ticket
    if ticket is None or seen.state.screen not in (Screen.TICKET, Screen.WRITE_DOWN):
        return []
    _, down = mm(seen.display)
    least = HERO_MM if seen.full_size else HERO_MM * seen.display.scale
    heights = [
        measured_capital(image, seen, op, words, place, line)
        for op, words, place, line in lines_of(seen)
        if words == ticket.label
    ]
    return [f"{ticket.label}: {heights}"] if not any(each and each * down >= least for each in heights) else []


RULES: Mapping[str, Rule] = {
    "faint": faint,
    "touched": touched,
    "dim sign": dim_signs,
    "edgeless": edgeless,
    "low capitals": low_capitals,
    "humble number": humble_number,
}


def unlike_its_target(seen: Seen, before: Image.Image) -> list[str]:
    """Targets whose pressed picture differs elsewhere than in the rectangle that can be touched, or not in all of it;
    with a side under 20 mm; or with less than 3 mm to the next."""
    told: list[str] = []
    drawn: list[tuple[str, Rect]] = []
    across, down = mm(seen.display)
    for target in seen.scene.targets:
        pressed = seen.drawn_with(pressed=target.name)
        place = changed(before, pressed.picture())
        if place is None or place != target.rect:
            told.append(f"{target.name}: drawn {place}, touched {target.rect}")
            continue
        if seen.full_size and min(place.w * across, place.h * down) < TARGET_MM - 0.01:
            told.append(f"{target.name}: {place.w * across:.1f} × {place.h * down:.1f} mm")
        near = [name for name, other in drawn if place.inset(1 - seen.display.px(GAP_MM)).overlaps(other)]
        told += [f"{target.name} is too near to {name}" for name in near]
        drawn.append((target.name, place))
    return told


def ringless(seen: Seen, before: Image.Image) -> list[str]:
    """Targets whose focus does not show all around them, outside, at 3:1, as thick as the design says."""
    told = []
    for target in seen.scene.targets:
        after = seen.drawn_with(focus=target.name).picture()
        thick = [_ring(before, after, target.rect, side, seen.display) for side in ((0, -1), (0, 1), (-1, 0), (1, 0))]
        if min(thick) < seen.display.px(TOKENS.shape.focus) - 1:
            told.append(f"{target.name}: {thick} pixels of ring above, below, left, right")
    return told


def _ring(before: Image.Image, after: Image.Image, rect: Rect, side: tuple[int, int], display: Display) -> int:
    """Pixels of ring with 3:1 to what was there, from the middle of a side outward."""
    (dx, dy), (x, y) = side, rect.centre
    x = rect.right - 1 if dx > 0 else rect.x if dx < 0 else x
    y = rect.bottom - 1 if dy > 0 else rect.y if dy < 0 else y
    count = 0
    for step in range(1, display.px(3.0) + 1):
        at = (x + dx * step, y + dy * step)
        if display.rect.holds(*at):
            was, now = before.getpixel(at), after.getpixel(at)
            count += was != now and contrast(was, now) >= CONTROL_CONTRAST  # type: ignore[arg-type]
    return count


# The rules see ------------------------------------------------------------------------------------------------------


def made(build: Callable[[Canvas, Rect], None], *, size: str = "15.6 inch") -> Seen:
    """A screen of one's own, drawn like all others; `build` gets a rectangle in the middle."""
    canvas = Canvas(SIZES[size], compositor(size), TOKENS)
    build(canvas, canvas.area.middle(canvas.px(120), canvas.px(30)))
    return Seen(size, "normal", "en", "made", State(), canvas.scene())


def told_of(rule: Rule, build: Callable[[Canvas, Rect], None]) -> list[str]:
    one = made(build)
    return rule(one, one.picture())


def good(canvas: Canvas, place: Rect) -> None:
    canvas.button("one", place, "Take a ticket", "en", Stay(), icon="back")


def words(canvas: Canvas, place: Rect, colour: str = "", capital: float = 7.3, text: str = "Hall 12") -> None:
    canvas.text(place, text, "en", capital_mm=capital, colour=Hex(colour) if colour else None, valign="middle")


def shrunk(canvas: Canvas, place: Rect) -> None:
    """Words of 6.8 mm."""
    size = canvas.display.em(6.8)
    line = ((place.x, place.centre[1], "Hall 12"),)
    canvas.ops.append(Text(place, "Hall 12", "en", size, "regular", canvas.tokens.colour.ink, line))


def half_on_a_panel(canvas: Canvas, place: Rect) -> None:
    canvas.box(place.left(40), canvas.tokens.colour.ink_soft, radius=False)
    words(canvas, place)


def under_a_line(canvas: Canvas, place: Rect) -> None:
    words(canvas, place)
    canvas.box(Rect(place.x, place.centre[1], place.w, 4), canvas.tokens.colour.ink_soft, radius=False)


def two_texts(canvas: Canvas, place: Rect) -> None:
    words(canvas, place)
    words(canvas, Rect(place.x + 9, place.y + 9, place.w, place.h))


def pale_button(canvas: Canvas, place: Rect) -> None:
    canvas.box(place, canvas.tokens.colour.surface, canvas.tokens.colour.rule)
    canvas.target("one", place, Stay(), says="one", language="en")


BAD: Mapping[str, tuple[Rule, Callable[[Canvas, Rect], None]]] = {
    "a grey text": (faint, lambda canvas, place: words(canvas, place, "#6B6B6B")),
    "a text half on a dark panel": (faint, half_on_a_panel),
    "a text under a line": (touched, under_a_line),
    "a text on another": (touched, two_texts),
    "a text on the edge of a panel": (touched, half_on_a_panel),
    "a pale pictogram": (dim_signs, lambda canvas, place: canvas.icon("back", place, canvas.tokens.colour.rule)),
    "a button with a pale edge": (edgeless, pale_button),
    "letters of 6.8 mm": (low_capitals, shrunk),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_sample_is_caught(what: str) -> None:
    rule, build = BAD[what]
    assert told_of(rule, good) == [], "the rule lets a good button pass"
    assert told_of(rule, build) != []


def test_a_ticket_with_a_small_number_is_caught() -> None:
    one = seen("15.6 inch", "normal", "en", "ticket-ready")
    assert humble_number(one, one.picture()) == []
    label = "A012"
    small = [replace(op, lines=()) if isinstance(op, Text) and op.text == label else op for op in one.scene.ops]
    canvas = Canvas(SIZES["15.6 inch"], one.type, TOKENS)
    canvas.text(Rect(40, 40, 300, 90), label, "en", capital_mm=9.5, weight="bold")
    low = one._replace(scene=replace(one.scene, ops=(*small, *canvas.ops)))
    assert humble_number(low, low.picture()) != []


def test_a_target_that_is_drawn_elsewhere_or_gives_no_sign_of_a_press_is_caught() -> None:
    one = seen("15.6 inch", "normal", "en", "attract")
    target, *rest = one.scene.targets
    moved = replace(target, rect=target.rect._replace(x=target.rect.x + 2))
    assert unlike_its_target(one, one.picture()) == []
    off = one._replace(scene=replace(one.scene, targets=(moved, *rest)))
    assert unlike_its_target(off, one.picture()) != []
    mute = one._replace(scene=replace(one.scene, targets=(replace(target, name="nobody"),)))
    assert unlike_its_target(mute, one.picture()) != []


def test_a_focus_ring_that_is_missing_or_pale_is_caught() -> None:
    one = seen("15.6 inch", "normal", "en", "attract")
    assert ringless(one, one.picture()) == []
    mute = one._replace(scene=replace(one.scene, targets=(replace(one.scene.targets[0], name="nobody"),)))
    assert ringless(mute, one.picture()) != []
    before, rect = one.picture(), one.scene.targets[0].rect
    pale = before.copy()
    pale.paste((220, 215, 200), (rect.x - 8, rect.y - 8, rect.right + 8, rect.y))
    assert _ring(before, pale, rect, (0, -1), one.display) == 0
    pale.paste((138, 59, 0), (rect.x - 8, rect.y - 8, rect.right + 8, rect.y))
    assert _ring(before, pale, rect, (0, -1), one.display) == 8


def test_contrast_is_that_of_wcag() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((0x76, 0x76, 0x76), (255, 255, 255)) == pytest.approx(4.54, abs=0.005)


def test_a_capital_is_measured_as_high_as_its_face_makes_it() -> None:
    one = made(lambda canvas, place: words(canvas, place, capital=13.0))
    (op, line, place, drawn), *_ = lines_of(one)
    height = measured_capital(one.picture(), one, op, line, place, drawn)
    assert height == pytest.approx(op.size_px * 0.714, abs=0.75)


# The screens keep them ----------------------------------------------------------------------------------------------

EVERY = {"15.6 inch": 3}
PRESSED = {"15.6 inch": 11}


@pytest.mark.parametrize("size", SIZES)
def test_what_is_drawn_keeps_every_rule(size: str) -> None:
    told, count = [], 0
    for one in sample(size, EVERY.get(size, 12)):
        image = one.picture()
        count += 1
        told += [f"{one.what}: {rule}: {fault}" for rule, check in RULES.items() for fault in check(one, image)]
    assert told == []
    assert count >= 40


@pytest.mark.parametrize("size", SIZES)
def test_every_target_is_drawn_where_it_is_touched_and_shows_its_focus(size: str) -> None:
    told = []
    for one in sample(size, PRESSED.get(size, 59)):
        before = one.picture()
        told += [f"{one.what}: {fault}" for fault in [*unlike_its_target(one, before), *ringless(one, before)]]
    assert told == []


@pytest.mark.parametrize("size", SIZES)
def test_staff_see_the_focus_on_every_key_of_the_date(size: str) -> None:
    """The fullest screen: keys down to the edge, words above them. In Burmese these reach lowest."""
    dates = [seen(size, look, "my", "confirm-date") for look in LOOKS]
    assert [f"{one.what}: {fault}" for one in dates for fault in ringless(one, one.picture())] == []


@pytest.mark.parametrize("look", LOOKS)
def test_the_dark_theme_has_the_layout_of_the_light_one(look: str) -> None:
    for light in screens("15.6 inch", look)[:: len(LOOKS)]:
        dark = seen("15.6 inch", look, light.language, light.name, Theme.DARK)
        assert dark.scene.targets == light.scene.targets or light.name == "access", light.what
        assert [_shape(op) for op in dark.scene.ops] == [_shape(op) for op in light.scene.ops] or light.name == "access"


def _shape(op: object) -> object:
    if isinstance(op, Text):
        return op.rect, op.lines, op.size_px, op.weight
    assert isinstance(op, Box | Icon)
    return type(op), op.rect
