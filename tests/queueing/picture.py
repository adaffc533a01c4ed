"""The waits by class as a drawing: docs/queue-waits.svg. Pure; sizes in user units."""

from collections.abc import Mapping
from html import escape

from tests.queueing.figures import CHOSEN, CLASSES, FIRST_COME, ORDINARY, STRICT, Sums
from tests.queueing.office import LOADS

SHOWN = (FIRST_COME, STRICT, CHOSEN)
LEFT, RIGHT, TOP, LINE, BAR = 150, 690, 64, 22, 12
WIDTH = 760
INK, PAPER = "#1b1b1b", "#ffffff"
COLOURS = {ORDINARY: "#1d4e89", "priority": "#b3541e"}


def picture(found: Mapping[str, Sums]) -> str:
    """For each load and rule two bars: from the middle wait to the 95th of a hundred, with a mark at the mean."""
    longest = max(found[name].of(kind, load).p95 for name in SHOWN for kind in CLASSES for load in LOADS)
    scale = (RIGHT - LEFT) / (int(longest / 30) + 1) / 30
    drawn, y = [], TOP
    for load in LOADS:
        drawn.append(_text(8, y + BAR, f"load {load:g}", bold=True))
        for name in SHOWN:
            for kind in CLASSES:
                drawn += _bar(found[name], kind, load, y, scale)
                drawn.append(_text(LEFT - 8, y + BAR - 1, name if kind == ORDINARY else "", anchor="end"))
                y += LINE - (6 if kind == ORDINARY else 0)
        y += 14
    marks = range(0, int((RIGHT - LEFT) / scale) + 1, 30)
    grid = [
        f'<line x1="{LEFT + m * scale:.1f}" y1="{TOP - 8}" x2="{LEFT + m * scale:.1f}" y2="{y - 10}" stroke="#cccccc"/>'
        for m in marks
    ]
    grid += [_text(LEFT + m * scale, TOP - 14, f"{m} min", anchor="middle") for m in marks]
    legend = [
        _text(
            8, 18, "Wait to the first call: bar from the middle to the 95th of a hundred, mark at the mean", bold=True
        )
    ]
    for place, kind in enumerate(CLASSES):
        x = WIDTH - 190 + 95 * place
        legend.append(f'<rect x="{x}" y="26" width="12" height="12" fill="{COLOURS[kind]}"/>')
        legend.append(_text(x + 17, 36, kind))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" role="img" font-family="sans-serif"'
            f' font-size="12" fill="{INK}"><title>Waits by class for first-come, strict priority and ours</title>',
            f'<rect width="{WIDTH}" height="{y}" fill="{PAPER}"/>',
            *grid,
            *legend,
            *drawn,
            "</svg>\n",
        ]
    )


def _bar(sums: Sums, kind: str, load: float, y: int, scale: float) -> list[str]:
    waits = sums.of(kind, load)
    x, width, mean = LEFT + waits.p50 * scale, (waits.p95 - waits.p50) * scale, LEFT + waits.mean * scale
    return [
        f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{COLOURS[kind]}"/>',
        f'<rect x="{mean - 1.5:.1f}" y="{y - 2}" width="3" height="{BAR + 4}" fill="{PAPER}" stroke="{INK}"/>',
        _text(x + width + 5, y + BAR - 1, f"{waits.p95:.0f}"),
    ]


def _text(x: float, y: float, words: str, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{weight}>{escape(words)}</text>' if words else ""
