"""The five levels of the scale as drawings: faces and bars in SVG. Pure; sizes in user units, colours by CSS class."""

from dataclasses import dataclass

from markupsafe import Markup

from server.fold import LEVELS

BAR_WIDTH = 100.0
BAR_HEIGHT = 10.0
# How far the middle of the mouth lies below its corners: a smile is positive.
_SMILE = {5: 7.0, 4: 3.5, 3: 0.0, 2: -3.5, 1: -7.0}


@dataclass(frozen=True, slots=True)
class Bar:
    """One level: its count, its part of all in whole percent, and its drawings."""

    level: int
    count: int
    percent: int
    face: Markup
    bar: Markup


def face(level: int) -> Markup:
    """The face of a level on 24 x 24 units: a round head, two eyes, a mouth that says it without colour."""
    smile = _SMILE[level]
    corner = 15.5 - smile / 4
    mouth = f"M7 {corner:g} Q12 {corner + smile:g} 17 {corner:g}"
    return Markup(
        f'<svg class="face level-{level}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        '<circle class="head" cx="12" cy="12" r="10.5"/>'
        '<circle class="eye" cx="8.4" cy="9.3" r="1.35"/><circle class="eye" cx="15.6" cy="9.3" r="1.35"/>'
        f'<path class="mouth" d="{mouth}"/></svg>'
    )


def bar(level: int, count: int, total: int) -> Markup:
    """A bar as long as `count` is of `total`: its track is the whole, as the percentage beside it says."""
    length = BAR_WIDTH * count / total if total else 0.0
    return Markup(
        f'<svg class="bar level-{level}" viewBox="0 0 {BAR_WIDTH:g} {BAR_HEIGHT:g}" preserveAspectRatio="none" '
        'aria-hidden="true" focusable="false">'
        f'<rect class="track" width="{BAR_WIDTH:g}" height="{BAR_HEIGHT:g}"/>'
        f'<rect class="length" width="{length:.2f}" height="{BAR_HEIGHT:g}"/></svg>'
    )


def distribution(scores: dict[int, int]) -> list[Bar]:
    """The levels, best first, each drawn as its part of all."""
    total = sum(scores.values())
    return [
        Bar(level, count, round(100 * count / total) if total else 0, face(level), bar(level, count, total))
        for level in LEVELS
        for count in (scores.get(level, 0),)
    ]
