"""A screen as data: what is drawn, and what can be touched. Pure; kiosk.painter draws it, kiosk.control tells it."""

from dataclasses import dataclass
from typing import TypeAlias

from fonts.faces import Weight
from fonts.tokens import Hex
from kiosk.layout import Rect
from kiosk.screen_inputs import Input


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with round corners: filled, outlined inside its edge, or both. Pixels."""

    rect: Rect
    fill: Hex | None = None
    outline: Hex | None = None
    stroke: int = 0
    radius: int = 0


@dataclass(frozen=True, slots=True)
class Text:
    """Lines of one text: for each the pen's start and the baseline in pixels. `rect` holds all their ink."""

    rect: Rect
    text: str
    language: str
    size_px: int
    weight: Weight
    colour: Hex
    lines: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class Icon:
    """A pictogram of this name (kiosk.pictograms) in one colour."""

    rect: Rect
    name: str
    colour: Hex


Op: TypeAlias = Box | Text | Icon


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of the spoken form. `target`: the name of the target that it names, None where it is only read out."""

    text: str
    language: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Something to touch: touched, it gives this input to the screens. `name` is unique on its screen."""

    name: str
    rect: Rect
    gives: Input


@dataclass(frozen=True, slots=True)
class Scene:
    """One screen: `ops` from back to front on `ground`, `targets` in the order in which Tab visits them.

    A touch beside all targets gives `elsewhere`. `tight` are texts that had to be set below the least size. `spoken` is
    all of it in words, in the order of reading; every target is named in it.
    """

    ground: Hex
    ops: tuple[Op, ...]
    targets: tuple[Target, ...]
    elsewhere: Input
    tight: tuple[str, ...] = ()
    spoken: tuple[Said, ...] = ()

    def at(self, x: int, y: int) -> Target | None:
        """The target under this pixel."""
        return next((target for target in self.targets if target.rect.holds(x, y)), None)

    def named(self, name: str) -> Target | None:
        """The target of this name."""
        return next((target for target in self.targets if target.name == name), None)

    def texts(self) -> list[str]:
        """Every text in sight, from back to front."""
        return [op.text for op in self.ops if isinstance(op, Text)]


def changed_area(before: Scene | None, after: Scene, whole: Rect) -> list[Rect]:
    """The rectangles that have to be drawn again to turn one scene into the other."""
    if before is None or before.ground != after.ground:
        return [whole]
    old, new = set(before.ops), set(after.ops)
    areas: list[Rect] = []
    for op in [*before.ops, *after.ops]:
        if (op in old) != (op in new):
            areas.append(op.rect)
    return _merged(areas)


def _merged(areas: list[Rect]) -> list[Rect]:
    merged: list[Rect] = []
    for area in areas:
        rest = []
        for other in merged:
            if area.overlaps(other):
                area = area.union(other)
            else:
                rest.append(other)
        merged = [*rest, area]
    return merged
