"""Draws the now-serving display: a Board in, HTML out. The fixed words stand in every language together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from server.pages import Pages
from sync.board import Board, Scene, Shown, Waits
from sync.slides import Slide
from sync.types import UtcMs
from translations import LANGUAGES, N_, load
from translations.told import below_still, service_facts, untitled

# gettext: display

PARTS = ("hero", "more", "told", "waits")
"""The drawn parts, each an event of the stream and an element of the page."""
STILL = {
    Scene.WAITING: (N_("No number is being called now"), N_("The next number appears here")),
    Scene.EMPTY: (N_("Nobody is waiting"), N_("The next number appears here")),
    Scene.BREAK: (N_("The counters take a break"), N_("The next number appears here")),
    Scene.UNOPENED: (N_("No counter is open yet"), N_("The next number appears here")),
    Scene.CLOSED: (N_("The office is closed"), None),
}
"""What is said where nobody is called, and below it."""
CROWDS = (1, 2, 4, 8, 12, 24)
"""Sizes of the field of the other calls: the fewer, the larger. More than the last one: the smallest, 40."""
COLUMNS = 6
"""Most groups of services side by side."""
_THREE = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DisplayPages:
    """Draws the display of one office."""

    pages: Pages

    def page(self, board: Board, slide: Slide | None, language: str, now_ms: UtcMs, *, sound: bool) -> str:
        """The whole page."""
        order = in_order(language)
        own = {
            "parts": self.parts(board, slide, language),
            "in_each": lambda msgid: in_each(msgid, order),
            "as_of": self.pages.clock(now_ms),
            "release": self.pages.release,
            "offices": self.pages.names(language),
            "sound": sound,
        }
        return self.pages.render("display.html", language, own, "display")

    def parts(self, board: Board, slide: Slide | None, language: str) -> dict[str, str]:
        """The drawn parts by their names."""
        values = self._values(board, slide, language)
        return {part: self.pages.render(f"display_{part}.html", language, values, "display").strip() for part in PARTS}

    def _values(self, board: Board, slide: Slide | None, language: str) -> dict[str, Any]:
        order = in_order(language)
        still = STILL.get(board.scene)
        waits = board.waits
        if board.scene is Scene.CLOSED and not any(each.waiting for each in waits):
            waits = ()
        return {
            "calls": [_call(each) for each in board.calls],
            "recent": [_call(each) for each in board.recent],
            "crowd": f"crowd-{crowd(len(board.calls) - 1)}",
            "still": in_each(still[0], order) if still else (),
            "then": _then(board, still[1] if still else None, order),
            "slide": slide and _slide(slide),
            "waits": [_waits(each, order, alone=len(waits) == 1) for each in waits],
            "ranges": any(each.range for each in waits),
            "columns": columns(len(waits)),
            "in_each": lambda msgid, **values: in_each(msgid, order, **values),
        }


def in_order(first: str) -> tuple[str, ...]:
    """All languages, this one first."""
    return (first, *(each for each in LANGUAGES if each != first))


def in_each(msgid: str, order: Sequence[str], **values: object) -> _THREE:
    """(language, text) in each language, its places filled."""
    return tuple((each, load(each, "display").gettext(msgid).format(**values)) for each in order)


def crowd(others: int) -> int:
    """The size of the field for so many other calls."""
    return next((most for most in CROWDS if others <= most), 40)


def columns(groups: int) -> int:
    """How many groups stand side by side: no row is left nearly empty."""
    rows = -(-groups // COLUMNS)
    return -(-groups // rows) if rows else 1


def short_date(day: str) -> str:
    """Day and month, which every language here writes alike."""
    own = date.fromisoformat(day)
    return f"{own.day}/{own.month}"


def _call(shown: Shown) -> dict[str, Any]:
    return {
        "label": shown.label,
        "counter": shown.counter,
        "date": short_date(shown.day) if shown.day else None,
        "again": shown.again,
    }


def _then(board: Board, msgid: str | None, order: Sequence[str]) -> _THREE:
    """Below what is said where nobody is called: why, until when, or what comes."""
    said = ((each, below_still(each, board.why.get(each), board.opens, board.back, msgid)) for each in order)
    return tuple(each for each in said if each[1])


def _waits(row: Waits, order: Sequence[str], *, alone: bool) -> dict[str, Any]:
    names = tuple((each, row.names[each]) for each in order if each in row.names)
    if not names:
        names = in_each(N_("All services") if alone else N_("Other services"), order)
    return {"names": names, "accent": row.accent, "waiting": row.waiting, "range": row.range}


def _slide(slide: Slide) -> Mapping[str, Any]:
    return {
        "language": slide.language,
        "title": slide.title or untitled(slide.language, slide.notice),
        "notice": slide.notice,
        "lines": slide.lines,
        "numbered": slide.numbered,
        "first": slide.first,
        "part": slide.part,
        "parts": slide.parts,
        "accent": slide.accent,
        "facts": service_facts(slide.language, slide.minutes, slide.fee),
    }
