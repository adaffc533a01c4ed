"""The few widgets of the kiosk, built from the design tokens into the data of a scene. Pure."""

from dataclasses import dataclass, field
from typing import Literal

from fonts.errors import DoesNotFitError
from fonts.faces import Weight
from fonts.shaping import Typesetter
from fonts.tokens import CAPITAL_TO_EM, Hex, Tokens
from kiosk.layout import Display, Rect
from kiosk.scene import Box, Icon, Op, Said, Scene, Target, Text
from kiosk.screen_inputs import Input, Stay
from kiosk.wording import unparted

Align = Literal["left", "centre", "right"]
VAlign = Literal["top", "middle"]
Look = Literal["primary", "quiet", "chosen"]

COMPACT_MM = (220.0, 115.0)
"""Below this width or height a screen shows one thing at a time."""
LEADING_MM = 0.5
"""Between two lines of one text, where its place has room for it."""
APART_MM = 1.0
"""Between a text in the middle of its place and the edges of it, as far as there is room."""

RING_GAP_MM = 0.7
"""Of ground between a target and the ring of the focus."""


@dataclass
class Canvas:
    """Collects what a view draws. `pressed` and `focus` name targets of this screen."""

    display: Display
    type: Typesetter
    tokens: Tokens
    pressed: str | None = None
    focus: str | None = None
    ops: list[Op] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    tight: list[str] = field(default_factory=list)
    spoken: list[Said] = field(default_factory=list)
    within: Rect | None = None

    @property
    def area(self) -> Rect:
        """Where this screen may draw: all of the glass, or what is within reach."""
        return self.within or self.display.rect

    @property
    def wide_mm(self) -> float:
        """The width of `area` in the millimetres of the design: 154 to 531."""
        return self.area.w / self.display.dots_per_mm

    @property
    def high_mm(self) -> float:
        """The height of `area` in the millimetres of the design: 86 to 531."""
        return self.area.h / self.display.dots_per_mm

    @property
    def portrait(self) -> bool:
        """Whether `area` is higher than wide."""
        return self.area.h > self.area.w

    @property
    def compact(self) -> bool:
        """Whether there is room for one thing at a time only: small screens and large letters."""
        return self.wide_mm < COMPACT_MM[0] or self.high_mm < COMPACT_MM[1]

    def scene(self, *, elsewhere: Input | None = None, ground: Hex | None = None) -> Scene:
        """Everything collected, with the focus ring on top."""
        focused = next((target for target in self.targets if target.name == self.focus), None)
        if focused is not None:
            self._ring(focused.rect)
        return Scene(
            ground or self.tokens.colour.ground,
            tuple(self.ops),
            tuple(self.targets),
            elsewhere or Stay(),
            tuple(self.tight),
            tuple(self.spoken),
        )

    def px(self, mm: float) -> int:
        """Millimetres to pixels."""
        return self.display.px(mm)

    def box(self, rect: Rect, fill: Hex | None = None, outline: Hex | None = None, *, radius: bool = True) -> None:
        """A panel."""
        shape = self.tokens.shape
        stroke = self.px(shape.outline) if outline else 0
        self.ops.append(Box(rect, fill, outline, stroke, self.px(shape.radius) if radius else 0))

    def icon(self, name: str, rect: Rect, colour: Hex) -> None:
        """A pictogram, as large as the square in the middle of `rect`."""
        side = min(rect.w, rect.h)
        self.ops.append(Icon(rect.middle(side, side), name, colour))

    def line_height(self, language: str, capital_mm: float, weight: Weight = "regular") -> int:
        """Pixels from baseline to baseline."""
        ascent, descent = self.type.metrics(language, self.display.em(capital_mm), weight)
        return ascent + descent

    def text(
        self,
        rect: Rect,
        text: str,
        language: str,
        *,
        capital_mm: float,
        weight: Weight = "regular",
        colour: Hex | None = None,
        align: Align = "left",
        valign: VAlign = "top",
        lines: int = 1,
        said: bool = True,
    ) -> Rect:
        """Set a text as large as `capital_mm` or, where it would not fit, smaller; returns the rows it took.

        It is part of the spoken form in the order of drawing, unless something else says it (`said` false).
        """
        if said and text:
            self.say(text, language)
        size, broken = self._fitted(rect, text, language, weight, capital_mm, lines)
        ascent, descent = self.type.metrics(language, size, weight)
        step = ascent + descent
        if len(broken) > 1:
            # The deepest Burmese stack and the highest mark under it would meet: apart, where there is room.
            step += max(0, min(self.px(LEADING_MM), (rect.h - step * len(broken)) // (len(broken) - 1)))
        height = step * len(broken)
        if valign == "middle":
            # Capitals are what the eye centres; Thai and Burmese marks above and below may reach out of the middle.
            capital, rest = round(CAPITAL_TO_EM * size), step * (len(broken) - 1)
            first = rect.y + (rect.h - capital - rest) // 2 + capital
            first -= self._lifted(first - ascent - rect.y, rect.bottom - first - rest - descent)
        else:
            first = rect.y + ascent
        placed, ink = [], None
        for index, line in enumerate(broken):
            takes = self.type.extent(line, language, size, weight)
            x = rect.x + {"left": 0, "centre": (rect.w - takes.width) // 2, "right": rect.w - takes.width}[align]
            baseline = first + index * step
            placed.append((x, baseline, line))
            area = Rect(x, baseline - takes.ascent, takes.width, takes.ascent + takes.descent)
            ink = area if ink is None else ink.union(area)
        if ink is not None:
            colour = colour or self.tokens.colour.ink
            self.ops.append(Text(ink, text, language, size, weight, colour, tuple(placed)))
        return Rect(rect.x, first - ascent, rect.w, height)

    def _lifted(self, above: int, below: int) -> int:
        """Pixels by which a text stands higher than the middle of its capitals, not to touch the edge of its place: its
        face has so many pixels left above and below."""
        apart, even = self.px(APART_MM), (above - below) // 2
        if below < min(apart, above):
            return min(apart - below, even)
        return max(above - apart, even) if above < min(apart, below) else 0

    @property
    def edge(self) -> int:
        """Pixels of a panel's outline and of the ground between it and any ink."""
        return self.px(self.tokens.shape.outline) + 1

    @property
    def ring(self) -> int:
        """Pixels that the focus reaches out of its target: nothing else is drawn so near to one."""
        return self.px(self.tokens.shape.focus) + self.px(RING_GAP_MM)

    def button(
        self,
        name: str,
        rect: Rect,
        label: str,
        language: str,
        gives: Input,
        *,
        look: Look = "quiet",
        icon: str | None = None,
        capital_mm: float | None = None,
        lines: int = 1,
        says: str | None = None,
    ) -> None:
        """A labelled target; an icon stands before the label. `says`: its spoken name where that is not the label."""
        fill, ink, edge = self.colours(name, look)
        self.box(rect, fill, edge)
        inner = rect.inset(self.px(self.tokens.space.s), 0)
        capital = capital_mm or self.tokens.screen.label
        align: Align = "centre"
        if icon is not None:
            side = min(self.px(capital * 1.5), rect.h)
            gap = self.px(self.tokens.space.s)
            if label:
                size, broken = self._fitted(inner.beside(side + gap), label, language, "bold", capital, lines)
                width = max(self.type.measure(line, language, size, "bold") for line in broken)
                start = inner.x + max((inner.w - width - side - gap) // 2, 0)
                self.icon(icon, Rect(start, rect.y, side, rect.h), ink)
                inner = Rect(start + side + gap, inner.y, inner.right - start - side - gap, inner.h)
                align = "left"
            else:
                self.icon(icon, rect.middle(side, side), ink)
        if label:
            self.text(
                inner,
                label,
                language,
                capital_mm=capital,
                weight="bold",
                colour=ink,
                align=align,
                valign="middle",
                lines=lines,
                said=False,
            )
        self.target(name, rect, gives, says=says or label, language=language)

    def target(self, name: str, rect: Rect, gives: Input, *, says: str, language: str) -> None:
        """Make this rectangle something to touch; `says`: its name in the spoken form, also where it is a picture."""
        self.targets.append(Target(name, rect, gives))
        self.spoken.append(Said(says, language, name))

    def say(self, text: str, language: str) -> None:
        """Something for the ear only, at this place of the spoken form."""
        self.spoken.append(Said(text, language))

    def colours(self, name: str, look: Look) -> tuple[Hex, Hex, Hex | None]:
        """Fill, ink and edge of a target of this look, pressed or not."""
        colour = self.tokens.colour
        if name == self.pressed:
            return colour.pressed, colour.on_primary, None
        if look == "primary":
            return colour.primary, colour.on_primary, None
        if look == "chosen":
            return colour.ink_soft, colour.on_primary, None
        return colour.surface, colour.ink, colour.outline

    def _ring(self, rect: Rect) -> None:
        """The focus, outside the target, with a gap of ground so that it shows on any fill."""
        shape = self.tokens.shape
        stroke, out = self.px(shape.focus), self.ring
        ring = rect.inset(-out)
        self.ops.append(Box(ring, None, self.tokens.colour.focus, stroke, self.px(shape.radius) + out))

    def _fitted(
        self, rect: Rect, text: str, language: str, weight: Weight, capital_mm: float, lines: int
    ) -> tuple[int, tuple[str, ...]]:
        """The largest size at which the text fits its width and `lines`, and its lines."""
        text, told = unparted(text), text
        most = self.display.em(capital_mm)
        least = self.display.em(min(self.tokens.screen.label, capital_mm))
        ladder = sorted({most - (most - least) * step // 4 for step in range(5)}, reverse=True)
        emergency = [least * part // 100 for part in (92, 84, 76, 68, 60)]
        for size in [*ladder, *emergency]:
            ascent, descent = self.type.metrics(language, size, weight)
            room = max(1, (rect.h + (ascent + descent) // 4) // (ascent + descent))
            try:
                fitted = self.type.fit(text, language, (size,), weight, rect.w, min(lines, room))
            except DoesNotFitError:
                continue
            if size < least:
                self.tight.append(told)
            return size, fitted.lines
        self.tight.append(told)
        return emergency[-1], tuple(self.type.wrap(text, language, emergency[-1], weight, rect.w)[:lines])
