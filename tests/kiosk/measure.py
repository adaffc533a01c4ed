"""Every screen that is measured, drawn once and shared, and the instruments: what pixels say about colours and sizes.

Which screens: all of kiosk.specimens and, beside them, every reason and every count that has words of its own; in three
languages, on five screens, in four layouts. The dark theme is drawn where colours are measured: its layout is the same
(test_measured proves it). Instruments read the picture that kiosk.painter makes and trust the scene for one thing only:
where to look.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from PIL import Image, ImageChops

from fonts.faces import Weight
from fonts.shaping import Fitted, InkLine, Typesetter
from fonts.tokens import load as load_tokens
from kiosk.layout import Display, Rect
from kiosk.painter import picture
from kiosk.preview import OFFICE, example_catalogue
from kiosk.scene import Op, Scene, Target, Text
from kiosk.screen_types import Condition, Errand, Hours, Look, Passed, Screen, Stage, State, Theme, Wait
from kiosk.specimens import LUNCH, TODAY, example_states
from kiosk.upkeep_rules import MENU
from kiosk.upkeep_types import Health, Part, Told, Upkeep
from kiosk.upkeep_words import NO_CODE, OUTCOMES, TOLD
from kiosk.view_parts import Exhibit
from kiosk.views import draw
from kiosk.wording import PASSED, REASONS
from sync.calendar import Closed, ClosedWhy
from translations import LANGUAGES

SIZES: Mapping[str, Display] = MappingProxyType(
    {
        "15.6 inch": Display(1280, 720, 345, 194),
        "24 inch": Display(1920, 1080, 531, 299),
        "24 inch upright": Display(1080, 1920, 299, 531),
        "7 inch": Display(800, 480, 154, 86),
        "10 inch": Display(1280, 800, 217, 136),
    }
)
FULL = [name for name, display in SIZES.items() if display.scale == 1]
"""Of 10 inches and more: nothing on them is ever smaller than the design says."""
LOOKS: Mapping[str, Look] = MappingProxyType(
    {
        "normal": Look(),
        "large": Look(large=True),
        "reach": Look(reach=True),
        "large+reach": Look(large=True, reach=True),
    }
)
DARK = Look(theme=Theme.DARK)
TARGET_MM, CAPITAL_MM, GAP_MM = 20.0, 7.3, 3.0
HERO_MM = 18.0
"""The least height of the digits of a ticket's number where 7.3 mm are promised: two and a half times a label."""
TEXT_CONTRAST, CONTROL_CONTRAST = 7.0, 3.0

TOKENS = load_tokens()
EXHIBIT = Exhibit(OFFICE, LANGUAGES, example_catalogue())
Break: TypeAlias = tuple[str, str, tuple[str, ...], bool]
"""(text, language, its lines, whether words might be cut)."""


class Compositor(Typesetter):
    """Draws as the product does, keeps every line, and notes how each text was broken."""

    def __init__(self) -> None:
        super().__init__(cache_lines=100_000)
        self._placed = lru_cache(maxsize=200_000)(self._place)
        self._filled = lru_cache(maxsize=200_000)(self._fill)
        self.broken: set[Break] = set()

    def wrap(self, text: str, language: str, size_px: int, weight: Weight, width_px: int) -> list[str]:
        lines = super().wrap(text, language, size_px, weight, width_px)
        if len(lines) > 1:
            self.broken.add((text, language, tuple(lines), True))
        return lines

    def fit(
        self, text: str, language: str, sizes: tuple[int, ...], weight: Weight, width_px: int, max_lines: int
    ) -> Fitted:
        fitted = super().fit(text, language, sizes, weight, width_px, max_lines)
        if len(fitted.lines) > 1:
            self.broken.add((text, language, fitted.lines, False))
        return fitted


@cache
def compositor(size: str) -> Compositor:
    """The two large screens are of one density, and share theirs."""
    return compositor("24 inch") if size == "24 inch upright" else Compositor()


def parted(lines: Iterable[tuple[int, int, str]]) -> bool:
    """Whether a line ends with a number whose unit begins the next one."""
    found = [words.strip() for _, _, words in lines]
    return any(above[-1:].isdigit() and below[:1].isalpha() for above, below in pairwise(found))


# What is measured ---------------------------------------------------------------------------------------------------


@cache
def states(language: str) -> Mapping[str, State]:
    """The specimens, and what else has words of its own."""
    known = example_states(EXHIBIT.catalogue, language)
    citizens = {name: state for name, state in known.items() if state.screen not in MENU}
    menus = {name: state for name, state in known.items() if name not in citizens}
    return {
        **citizens,
        **dict(_reasons(known)),
        **dict(_counts(known)),
        **menus,
        **dict(_upkeep(known)),
        **dict(_carried(known)),
    }


def _reasons(known: Mapping[str, State]) -> Iterator[tuple[str, State]]:
    broken, shut = known["out-of-order-paper-out"], known["details-shut"]
    blank: Mapping[str, str] = MappingProxyType({})
    for code in (*REASONS, "unheard-of"):
        yield f"out-of-order+{code}", broken.seen(condition=Condition(printer=code))
        yield f"write-down+{code}", known["write-down"].seen(reason=code)
    later = datetime(2026, 12, 4, 13, 0)  # noqa: DTZ001 the office's wall clock
    for why in ClosedWhy:
        for opens in (later, datetime(2026, 12, 5, 8, 30), datetime(2027, 9, 29, 8, 30), None):  # noqa: DTZ001
            closed = Closed(why, blank, opens)
            day = opens.strftime("%j") if opens else "never"
            condition = Condition(hours=Hours(TODAY, closed=closed))
            yield f"closed+{why}-{day}", known["closed-after"].seen(condition=condition)
    for why in (ClosedWhy.BEFORE, ClosedWhy.CLOSED_DAY, ClosedWhy.BREAK):
        hours = Hours(TODAY, shut=((shut.service or "", Closed(why, blank, later)),))
        yield f"details+shut-{why}", shut.seen(condition=Condition(hours=hours))
    hours = Hours(TODAY, closed=Closed(ClosedWhy.BREAK, LUNCH.names, later))
    yield "closed+named-break", known["closed-after"].seen(condition=Condition(hours=hours))
    yield "confirm-date+refused", known["confirm-date"].seen(refused=True)


def _carried(known: Mapping[str, State]) -> Iterator[tuple[str, State]]:
    alone = known["standing"].standing
    assert alone is not None
    over = replace(alone, stage=Stage.CARRIED, next_day="2026-12-28", counters=())
    yield "standing+carried-to", known["standing"].seen(standing=over)
    both = replace(over, services=known["standing-returned"].standing.services)  # type: ignore[union-attr]
    yield "standing+carried-slip", known["standing-carried"].seen(standing=both)


def _upkeep(known: Mapping[str, State]) -> Iterator[tuple[str, State]]:
    """What the service menu says of parts, test prints and codes that the specimens do not say."""
    menu, tools = known["service-menu"], known["service-tools"]
    met = {part.told for name in ("service-menu", "service-menu-trouble") for part in known[name].upkeep.parts}
    rest = [Part("printer", Health.BAD, told, "88888") for told in TOLD if told not in met and told not in REASONS]
    yield "service-menu+told", menu.seen(upkeep=Upkeep(parts=tuple(rest)))
    for code in ("printing", "busy", "not-started", "uncertain"):
        yield f"service-tools+{code}", tools.seen(upkeep=replace(tools.upkeep, slip=code))
    for code in OUTCOMES:
        told = replace(tools.upkeep, told=Told("reach", code, "12345"))
        yield f"service-tools+{code}", tools.seen(upkeep=told)
    for code in NO_CODE:
        yield f"service-code+{code}", known["service-code-none"].seen(upkeep=replace(tools.upkeep, first=code))


def _counts(known: Mapping[str, State]) -> Iterator[tuple[str, State]]:
    alone, told = known["standing"], known["standing-told"]
    assert alone.standing is not None
    assert told.standing is not None
    for before in (0, 1, 1288):
        yield f"standing+before-{before}", alone.seen(standing=replace(alone.standing, taken_before=before))
    for ahead in (0, 1, 288):
        yield f"standing+ahead-{ahead}", told.seen(standing=replace(told.standing, ahead=ahead, counters=(1,)))
    for count in (7, 8):
        codes = [*PASSED, "unheard-of", *PASSED][:count]
        passed = tuple(Passed(f"AB{number:03}", code) for number, code in enumerate(codes, 1))
        everywhere = tuple(range(1, 9))
        yield f"standing+passed-{count}", told.seen(standing=replace(told.standing, passed=passed, counters=everywhere))
    rest = tuple(Passed(f"AB{number:03}", code) for number, code in enumerate([*PASSED, "unheard-of"][5:], 1))
    yield "standing+passed-rest", told.seen(standing=replace(told.standing, passed=rest))
    for stage in sorted(set(Stage) - {Stage.WAITING}):
        elsewhere = replace(alone.standing, stage=stage, counter=12, counters=())
        yield f"standing+{stage.value}", alone.seen(standing=elsewhere)
    most = Wait(288, 150, 210)
    yield "details+wait-most", known["details-wait"].seen(condition=Condition(hours=Hours(TODAY), wait=most))
    nobody = Condition(hours=Hours(TODAY), wait=Wait(0, 0, 5))
    yield "details+wait-nobody", known["details-wait"].seen(condition=nobody)
    shown = known["ticket-copy-sent"]
    assert shown.ticket is not None
    yield "ticket+wait-most", shown.seen(ticket=replace(shown.ticket, wait=most))
    visit = tuple(Errand(each.id) for each in EXHIBIT.catalogue.services[1:])
    yield "details+no-room", known["details-visit"].seen(visit=visit[:5])
    yield "service+full-visit", known["service"].seen(visit=visit[:5])
    yield "attract+unknown-hours", State(language=known["attract"].language, screen=Screen.ATTRACT)


class Seen(NamedTuple):
    """One screen in one language, size and look."""

    size: str
    look: str
    language: str
    name: str
    state: State
    scene: Scene
    front: int = 0

    @property
    def ops(self) -> tuple[Op, ...]:
        """What lies in front, from the first op of a question that covers the screen on."""
        return self.scene.ops[self.front :]

    @property
    def what(self) -> str:
        return f"{self.name} | {self.size} | {self.language} | {self.look}"

    @property
    def display(self) -> Display:
        return replace(SIZES[self.size], large=self.state.look.large)

    @property
    def within(self) -> Rect:
        """Where it may draw."""
        return self.display.within_reach if self.state.look.reach else self.display.rect

    @property
    def type(self) -> Compositor:
        return compositor(self.size)

    @property
    def full_size(self) -> bool:
        """Whether 20 mm and 7.3 mm are promised: from 10 inches on, below in the large look."""
        return self.display.scale >= 1

    def picture(self) -> Image.Image:
        """What is drawn, in mode "RGB"."""
        return picture(self.scene, self.display.rect, self.type)

    def drawn_with(self, *, pressed: str | None = None, focus: str | None = None) -> "Seen":
        """The same with a finger or the focus on a target."""
        scene = draw(self.state, EXHIBIT, SIZES[self.size], self.type, TOKENS, pressed=pressed, focus=focus)
        return self._replace(scene=scene)


def seen(size: str, look: str, language: str, name: str, theme: Theme = Theme.LIGHT) -> Seen:
    """One screen. The service menu and a score box have the usual look only: nobody can ask them for another."""
    state = states(language)[name]
    look = "normal" if _usual(state) else look
    state = state.seen(look=replace(LOOKS[look], theme=theme))
    scene = draw(state, EXHIBIT, SIZES[size], compositor(size), TOKENS)
    covered = state.asking and state.screen is not Screen.TICKET
    beneath = draw(state.seen(asking=False), EXHIBIT, SIZES[size], compositor(size), TOKENS) if covered else None
    label = look if theme is Theme.LIGHT else f"{look}, dark"
    return Seen(size, label, language, name, state, scene, len(beneath.ops) if beneath else 0)


def _usual(state: State) -> bool:
    return state.screen in MENU or state.condition.box is not None


@cache
def screens(size: str, look: str) -> Sequence[Seen]:
    """Every screen in every language at this size and look; drawn once."""
    return [
        seen(size, look, language, name)
        for language in LANGUAGES
        for name, state in states(language).items()
        if look == "normal" or not _usual(state)
    ]


def everything(sizes: Sequence[str] = tuple(SIZES), looks: Sequence[str] = tuple(LOOKS)) -> Iterator[Seen]:
    """All of it."""
    for size in sizes:
        for look in looks:
            yield from screens(size, look)


# Colours ------------------------------------------------------------------------------------------------------------

Rgb: TypeAlias = tuple[int, int, int]


def contrast(a: Rgb, b: Rgb) -> float:
    """1 to 21, after WCAG 2.2 (relative luminance, contrast ratio); written apart from fonts.tokens."""
    low, high = sorted((_luminance(a), _luminance(b)))
    return (high + 0.05) / (low + 0.05)


@lru_cache(maxsize=4096)
def _luminance(colour: Rgb) -> float:
    parts = (channel / 255 for channel in colour)
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


_MOST = 1 << 14
_NOWHERE = (1, 254, 3)
"""A colour that no screen has."""


def colours(image: Image.Image, place: Rect, mask: Image.Image) -> Counter[Rgb]:
    """How often each colour is met where `mask` (mode "L", 255 or 0, of the size of `place`) is set."""
    crop = image.crop((place.x, place.y, place.right, place.bottom))
    kept = Image.composite(crop, Image.new("RGB", crop.size, _NOWHERE), mask)
    met = kept.getcolors(_MOST)
    assert met is not None, "a picture of few colours"
    found: Counter[Rgb] = Counter({colour: count for count, colour in met})  # type: ignore[misc]
    del found[_NOWHERE]
    return found


class Shadow(NamedTuple):
    """A shape's sure ink, and the pixels all around it that touch it; both with one more pixel at each side."""

    core: Image.Image
    ring: Image.Image


def shadow(mask: Image.Image) -> Shadow:
    """Of a mask of mode "L": pixels that are all ink, and those that have none but a neighbour with some."""
    framed = Image.new("L", (mask.width + 2, mask.height + 2))
    framed.paste(mask, (1, 1))
    touched = framed.point(lambda value: 255 if value else 0)
    grown = touched
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        grown = ImageChops.lighter(grown, ImageChops.offset(touched, dx, dy))
    return Shadow(framed.point(lambda value: 255 if value == 255 else 0), ImageChops.subtract(grown, touched))


@dataclass(frozen=True, slots=True)
class Found:
    """What the pixels of a shape say. `ink`: its colour; `pure`: the part of its sure ink that has it.

    `grounds`: every colour that touches the ink with the part of the touching pixels that has it, the most frequent
    first.
    """

    ink: Rgb
    pure: float
    grounds: tuple[tuple[Rgb, float], ...]

    @property
    def ground(self) -> Rgb:
        """What is behind most of it."""
        return self.grounds[0][0]

    @property
    def contrast(self) -> float:
        """Of the ink with the worst of what is behind a twentieth of it or more."""
        return min(contrast(self.ink, ground) for ground, part in self.grounds if part >= 0.05)


def found(image: Image.Image, place: Rect, dark: Shadow) -> Found | None:
    """Measure a shape drawn with the mask's top left corner at `place`; None: it has no pixel of sure ink."""
    grown = Rect(place.x - 1, place.y - 1, place.w + 2, place.h + 2)
    inks, touching = colours(image, grown, dark.core), colours(image, grown, dark.ring)
    if not inks or not touching:
        return None
    (ink, count), *_ = inks.most_common(1)
    whole = touching.total()
    grounds = tuple((colour, many / whole) for colour, many in touching.most_common())
    return Found(ink, count / inks.total(), grounds)


_SHADOWS: dict[int, tuple[InkLine, Shadow]] = {}
_INK: dict[int, tuple[InkLine, tuple[int, int, int, int] | None]] = {}
"""Of lines that come again: where in its mask a line has ink."""


def lines_of(seen: Seen) -> Iterator[tuple[Text, str, Rect, InkLine]]:
    """Each line of each text: the text, the line, where its mask lies, its mask."""
    for op in seen.ops:
        if isinstance(op, Text):
            for x, baseline, words in op.lines:
                drawn = seen.type.line(words, op.language, op.size_px, op.weight)
                yield op, words, Rect(x, baseline - drawn.ascent, drawn.width, drawn.height), drawn


def shadow_of(line: InkLine) -> Shadow:
    """The same, kept for lines that come again."""
    if id(line) not in _SHADOWS:
        _SHADOWS[id(line)] = line, shadow(line.mask)
    return _SHADOWS[id(line)][1]


def shadow_apart(seen: Seen, op: Text, place: Rect, line: InkLine) -> Shadow:
    """Without what other lines of the same text are next to: one text's lines may come as near as they like."""
    dark = shadow_of(line)
    if len(op.lines) == 1:
        return dark
    ring = dark.ring.copy()
    for x, baseline, words in op.lines:
        other = seen.type.line(words, op.language, op.size_px, op.weight)
        rect = ink_rect(Rect(x, baseline - other.ascent, other.width, other.height), other)
        if other is not line and rect is not None:
            left, top = rect.x - place.x, rect.y - place.y
            ring.paste(0, (left, top, left + rect.w + 2, top + rect.h + 2))
    return Shadow(dark.core, ring)


def ink_rect(place: Rect, line: InkLine) -> Rect | None:
    """Where a line really has ink."""
    if id(line) not in _INK:
        _INK[id(line)] = line, line.mask.getbbox()
    box = _INK[id(line)][1]
    return Rect(place.x + box[0], place.y + box[1], box[2] - box[0], box[3] - box[1]) if box else None


# Sizes --------------------------------------------------------------------------------------------------------------


def mm(display: Display) -> tuple[float, float]:
    """Millimetres of the glass a pixel, across and down."""
    return display.width_mm / display.width_px, display.height_mm / display.height_px


def changed(before: Image.Image, after: Image.Image) -> Rect | None:
    """Around all pixels that differ."""
    box = ImageChops.difference(before, after).getbbox()
    return Rect(box[0], box[1], box[2] - box[0], box[3] - box[1]) if box else None


UPRIGHT = frozenset("ABDEFHIKLMNPRTUVWXYZ0123456789")
"""Capitals and digits without a part below the baseline."""


def measured_capital(image: Image.Image, seen: Seen, op: Text, words: str, place: Rect, line: InkLine) -> float | None:
    """The height in pixels of the ink of a capital or digit of this line; None where none stands by itself.

    Rows count as far as they are inked: a letter of 27 rows and a pale one over them is 27.3 high.
    """
    at = _stands_alone(words)
    if at is None:
        return None
    width = seen.type.measure
    left = width(words[:at], op.language, op.size_px, op.weight) if at else 0
    right = width(words[: at + 1], op.language, op.size_px, op.weight)
    shape = found(image, place, shadow_of(line))
    if shape is None:
        return None
    box = (place.x + left, place.y, place.x + right, place.bottom)
    grey = image.crop(box).convert("L")
    ink, ground = (Image.new("RGB", (1, 1), colour).convert("L").tobytes()[0] for colour in _ends(shape))
    data, across = grey.tobytes(), grey.width
    darkest = [max(abs(value - ground) for value in data[y : y + across]) for y in range(0, len(data), across)]
    return sum(min(value / abs(ink - ground), 1.0) for value in darkest)


def _ends(shape: Found) -> tuple[Rgb, Rgb]:
    return shape.ink, shape.ground


def _stands_alone(words: str) -> int | None:
    """The index of a capital or digit whose neighbours cannot reach into its column."""
    for index, character in enumerate(words):
        before, after = words[index - 1] if index else " ", words[index + 1 : index + 2] or " "
        if character in UPRIGHT and before == " " and after.isascii():
            return index
    return None


def edge_contrasts(image: Image.Image, target: Target, screen: Rect, depth: int) -> list[float]:
    """Around a target, away from its corners: how its edge or fill stands out from what is two pixels outside.

    `depth`: pixels inside the edge that may carry it.
    """
    pixels, rect = image.load(), target.rect
    assert pixels is not None
    sides: list[tuple[list[tuple[int, int]], tuple[int, int]]] = []
    xs = [rect.x + rect.w * part // 12 for part in range(3, 10)]
    ys = [rect.y + rect.h * part // 12 for part in range(3, 10)]
    sides.append(([(x, rect.y) for x in xs], (0, 1)))
    sides.append(([(x, rect.bottom - 1) for x in xs], (0, -1)))
    sides.append(([(rect.x, y) for y in ys], (1, 0)))
    sides.append(([(rect.right - 1, y) for y in ys], (-1, 0)))
    found = []
    for points, (dx, dy) in sides:
        for x, y in points:
            outside = x - 2 * dx, y - 2 * dy
            if screen.holds(*outside):
                ground = pixels[outside]
                inside = (pixels[x + dx * step, y + dy * step] for step in range(depth))
                found.append(max(contrast(ground, each) for each in inside))  # type: ignore[arg-type]
    return found
