"""The design tokens: colours, type scale, spacing and shapes, from tokens.toml, for screens, paper and pages alike."""

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NewType, TypeVar

from fonts.errors import TokensError

Hex = NewType("Hex", str)  # "#RRGGBB"
Mm = NewType("Mm", float)

PATH = Path(__file__).parent / "tokens.toml"
# Height of a capital as a part of the em, in both faces (their OS/2 sCapHeight, 714 of 1000).
CAPITAL_TO_EM = 0.714
_HINT = "compare fonts/tokens.toml with the one that was shipped"


@dataclass(frozen=True, slots=True)
class Colours:
    """Grounds, inks and edges; each pair that may be combined is in `text_pairs` or `control_pairs`."""

    ground: Hex
    surface: Hex
    sunken: Hex
    ink: Hex
    ink_soft: Hex
    rule: Hex
    outline: Hex
    primary: Hex
    on_primary: Hex
    pressed: Hex
    focus: Hex
    warning_ground: Hex
    on_warning: Hex
    fault_ground: Hex
    on_fault: Hex


@dataclass(frozen=True, slots=True)
class Accent:
    """The colour of a service group: `on` writes on `fill`; `ink` writes on `tint` and on the light grounds."""

    fill: Hex
    on: Hex
    tint: Hex
    ink: Hex


@dataclass(frozen=True, slots=True)
class ScoreColour:
    """The colour of one level of the scale: `on` writes on `fill`. Never shown without words and face."""

    fill: Hex
    on: Hex


@dataclass(frozen=True, slots=True)
class ScreenType:
    """Heights of capitals on screens."""

    label: Mm
    body: Mm
    title: Mm
    display: Mm
    number: Mm


@dataclass(frozen=True, slots=True)
class PaperType:
    """Heights of capitals on paper."""

    small: Mm
    body: Mm
    title: Mm
    heading: Mm
    number: Mm


@dataclass(frozen=True, slots=True)
class Space:
    """Distances."""

    xs: Mm
    s: Mm
    m: Mm
    l: Mm  # noqa: E741 the name of the step between m and xl
    xl: Mm
    xxl: Mm


@dataclass(frozen=True, slots=True)
class Shape:
    """Least sides of targets, corners and strokes."""

    target: Mm
    target_gap: Mm
    radius: Mm
    rule: Mm
    outline: Mm
    focus: Mm


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a theme."""

    colour: Colours
    accent: Mapping[str, Accent]


@dataclass(frozen=True, slots=True)
class Tokens:
    """Everything in tokens.toml. `score` is keyed by level, 5 the best to 1; `themes` by name, without "light"."""

    colour: Colours
    accent: Mapping[str, Accent]
    score: Mapping[int, ScoreColour]
    screen: ScreenType
    paper: PaperType
    space: Space
    shape: Shape
    measure_ch: int
    themes: Mapping[str, Palette] = field(default_factory=dict)

    def themed(self, name: str) -> "Tokens":
        """The same with the colours of a theme; "light" is what there is without one."""
        palette = self.themes.get(name)
        return self if palette is None else replace(self, colour=palette.colour, accent=palette.accent)


_Part = TypeVar("_Part")


def parse(text: str) -> Tokens:
    """The tokens in a TOML document. TokensError on a missing or unknown key, or a value of a wrong kind."""
    try:
        data = tomllib.loads(text)
        return Tokens(
            colour=_part(Colours, data["colour"], _hex),
            accent=MappingProxyType({k: _part(Accent, v, _hex) for k, v in data["accent"].items()}),
            score=MappingProxyType({int(k): _part(ScoreColour, v, _hex) for k, v in data["score"].items()}),
            screen=_part(ScreenType, data["screen"]["capital_mm"], _mm),
            paper=_part(PaperType, data["paper"]["capital_mm"], _mm),
            space=_part(Space, data["space_mm"], _mm),
            shape=_part(Shape, data["shape_mm"], _mm),
            measure_ch=int(data["pages"]["measure_ch"]),
            themes=MappingProxyType({name: _palette(table) for name, table in data["theme"].items()}),
        )
    except (tomllib.TOMLDecodeError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise TokensError(f"the design tokens are not well formed: {error}", hint=_HINT) from error


@lru_cache(maxsize=1)
def load() -> Tokens:
    """The tokens that ship with this package. TokensError if they are missing or badly formed."""
    try:
        text = PATH.read_text("utf-8")
    except OSError as error:
        raise TokensError(f"{PATH} cannot be read", hint=_HINT) from error
    return parse(text)


def _palette(table: Any) -> Palette:
    accents = {key: _part(Accent, value, _hex) for key, value in table["accent"].items()}
    return Palette(_part(Colours, table["colour"], _hex), MappingProxyType(accents))


def _part(kind: type[_Part], table: Any, value: Any) -> _Part:
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if names != set(table):
        raise ValueError(f"{kind.__name__}: {', '.join(sorted(names ^ set(table)))} missing or unknown")
    return kind(**{name: value(table[name]) for name in names})


def _hex(value: Any) -> Hex:
    if not isinstance(value, str) or not re.fullmatch(r"#[0-9A-Fa-f]{6}", value):
        raise ValueError(f"{value!r} is not a colour such as #1D1A16")
    return Hex(value)


def _mm(value: Any) -> Mm:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise ValueError(f"{value!r} is not a length in millimetres")
    return Mm(float(value))


def rgb(colour: Hex) -> tuple[int, int, int]:
    """(red, green, blue), 0 to 255 each."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: Hex) -> float:
    """Relative luminance, 0 black to 1 white (WCAG 2.2, definition of relative luminance)."""
    red, green, blue = (_linear(channel / 255) for channel in rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def contrast(a: Hex, b: Hex) -> float:
    """Contrast ratio of two colours, 1 to 21, in either order (WCAG 2.2, definition of contrast ratio)."""
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def em_mm(capital: Mm) -> Mm:
    """The type size whose capitals are `capital` high."""
    return Mm(capital / CAPITAL_TO_EM)


def em_px(capital: Mm, dots_per_mm: float) -> int:
    """The type size in whole pixels, rounded up: capitals are never less than asked."""
    return math.ceil(em_mm(capital) * dots_per_mm)


def text_pairs(tokens: Tokens) -> list[tuple[str, Hex, Hex]]:
    """Every (what, text colour, ground) that the designs may use; each at least 7:1."""
    colour = tokens.colour
    grounds = {"ground": colour.ground, "surface": colour.surface, "sunken": colour.sunken}
    pairs = [
        ("on_primary on primary", colour.on_primary, colour.primary),
        ("on_primary on pressed", colour.on_primary, colour.pressed),
        ("on_warning on warning_ground", colour.on_warning, colour.warning_ground),
        ("on_fault on fault_ground", colour.on_fault, colour.fault_ground),
    ]
    for name, ground in grounds.items():
        pairs += [(f"ink on {name}", colour.ink, ground), (f"ink_soft on {name}", colour.ink_soft, ground)]
        pairs += [(f"primary on {name}", colour.primary, ground)]
        pairs += [(f"{key} ink on {name}", accent.ink, ground) for key, accent in tokens.accent.items()]
    for key, accent in tokens.accent.items():
        pairs += [(f"{key} on fill", accent.on, accent.fill), (f"{key} ink on tint", accent.ink, accent.tint)]
        pairs += [(f"ink on {key} tint", colour.ink, accent.tint)]
    return pairs + [(f"score {level}", score.on, score.fill) for level, score in tokens.score.items()]


def control_pairs(tokens: Tokens) -> list[tuple[str, Hex, Hex]]:
    """Every (what, edge or fill of a control, ground) that tells where a control is; each at least 3:1."""
    colour = tokens.colour
    grounds = {"ground": colour.ground, "surface": colour.surface, "sunken": colour.sunken}
    pairs = []
    for name, ground in grounds.items():
        pairs += [(f"{edge} on {name}", value, ground) for edge, value in _edges(colour).items()]
        pairs += [(f"{key} fill on {name}", accent.fill, ground) for key, accent in tokens.accent.items()]
    return pairs


def _edges(colour: Colours) -> dict[str, Hex]:
    return {"outline": colour.outline, "focus": colour.focus, "primary": colour.primary}


def css_variables(tokens: Tokens) -> str:
    """The tokens as one `:root` rule: `--ground`, `--accent-teal-fill`, `--score-5-on`, `--space-m`, `--radius-size`…

    Lengths of pages are in rem, 4 mm to the rem, since a page is read at arm's length and zoomed by its reader.
    """
    lines = [f"--{_css(field.name)}: {getattr(tokens.colour, field.name)};" for field in fields(tokens.colour)]
    for key, accent in tokens.accent.items():
        lines += [f"--accent-{key}-{field.name}: {getattr(accent, field.name)};" for field in fields(accent)]
    for level, score in sorted(tokens.score.items(), reverse=True):
        lines += [f"--score-{level}-{field.name}: {getattr(score, field.name)};" for field in fields(score)]
    for length in fields(tokens.space):
        lines.append(f"--space-{length.name}: {getattr(tokens.space, length.name) / 4:g}rem;")
    for length in fields(tokens.shape):
        lines.append(f"--{_css(length.name)}-size: {getattr(tokens.shape, length.name) / 4:g}rem;")
    lines.append(f"--measure: {tokens.measure_ch}ch;")
    return ":root {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def _css(name: str) -> str:
    return name.replace("_", "-")
