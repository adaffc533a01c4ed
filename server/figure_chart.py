"""Charts of figures as SVG: columns over time, bars beside a row. Pure; sizes in user units, colours by CSS class.

A chart repeats the table that stands below it: it is one picture to whoever listens, with words of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from markupsafe import Markup, escape

WIDTH, HEIGHT = 360.0, 176.0
LEFT, TOP, BOTTOM = 34.0, 14.0, 24.0
ROOM = 26.0
"""So much a label below the columns needs."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns side by side. `front` stands before `behind`, which may be empty; None: nothing is told there."""

    labels: Sequence[str]
    front: Sequence[float | None]
    behind: Sequence[float | None] = ()


def columns(of: Columns, words: str) -> Markup:
    """The chart; `words` say what it shows."""
    top, step = scale([*of.front, *of.behind])
    height = HEIGHT - TOP - BOTTOM
    foot = HEIGHT - BOTTOM
    width = (WIDTH - LEFT) / max(len(of.labels), 1)
    lines, texts = [], []
    for mark in range(round(top / step) + 1):
        y = foot - height * mark * step / top
        lines.append(f'<path class="line" d="M{LEFT:g} {y:.1f}H{WIDTH:g}"/>')
        texts.append(f'<text class="scale" x="{LEFT - 5:g}" y="{y + 4:.1f}">{mark * step:,.12g}</text>')
    bars = [
        _column(kind, LEFT + width * at, foot, width, height * value / top)
        for kind, values in (("behind", of.behind), ("front", of.front))
        for at, value in enumerate(values)
        if value
    ]
    every = ceil(ROOM / width)
    for at in range(0, len(of.labels), every):
        x = LEFT + width * (at + 0.5)
        texts.append(f'<text class="label" x="{x:.1f}" y="{HEIGHT - 7:g}">{escape(of.labels[at])}</text>')
    inside = "".join((*lines, *bars, *texts))
    return Markup(
        f'<svg class="graph" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{escape(words)}">{inside}</svg>'
    )


def beside(value: float, most: float) -> Markup:
    """A bar as long as `value` is of `most`; the number stands beside it."""
    length = 100 * value / most if most else 0.0
    return Markup(
        '<svg class="beside" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f'<rect class="front" width="{length:.1f}" height="8"/></svg>'
    )


def scale(values: Sequence[float | None]) -> tuple[float, float]:
    """The top of the scale and its step (1, 2 or 5 times a power of ten): two to five steps, and whole numbers from one
    on."""
    most = max((each for each in values if each is not None), default=0.0)
    if most <= 0:
        return 1.0, 1.0
    power = 10.0 ** floor(log10(most / 2))
    step = max(next(power * each for each in (5, 2, 1) if power * each <= most / 2), 1.0)
    return step * ceil(most / step), step


def _column(kind: str, x: float, foot: float, width: float, height: float) -> str:
    wide = width * (0.74 if kind == "behind" else 0.5)
    return (
        f'<rect class="{kind}" x="{x + (width - wide) / 2:.1f}" y="{foot - height:.1f}" '
        f'width="{wide:.1f}" height="{height:.1f}"/>'
    )
