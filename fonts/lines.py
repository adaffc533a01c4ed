"""Filling lines: which of the allowed breaks are taken. Pure: widths are asked of a function."""

from bisect import bisect_right
from collections.abc import Callable, Iterable

from fonts.errors import DoesNotFitError


def break_lines(
    text: str,
    allowed: Iterable[int],
    last_resort: Callable[[], list[int]],
    width: Callable[[str], int],
    room: int,
) -> list[str]:
    """Lines of `text`, each as full as `room` lets it be, broken at `allowed`, or at `last_resort` within one word.

    Both are indexes into `text`; `width` measures a line. White space at a break belongs to neither line.
    DoesNotFitError if a piece without any break is too wide.
    """
    ends = [*allowed, len(text)]
    line = _Room(text, width, room)
    spare: list[int] | None = None
    lines: list[str] = []
    start = 0
    while start < len(text) or not lines:
        end = line.furthest(start, [end for end in ends if end > start])
        if end is None:
            spare = last_resort() if spare is None else spare
            inside = [end for end in spare if start < end < min(e for e in ends if e > start)]
            end = line.furthest(start, inside)
        if end is None:
            raise DoesNotFitError(
                f"{text[start:].split()[0]!r} is wider than its place",
                hint="shorten it, allow a smaller size, or put a zero width space where it may be broken",
            )
        lines.append(_trimmed(text, start, end))
        start = end + len(text[end:]) - len(text[end:].lstrip())
    return lines


def _trimmed(text: str, start: int, end: int) -> str:
    return text[start:end].strip(" \u200b")


class _Room:
    """How far into the text a line reaches. Each question is a shaping: the next is asked where the last one points."""

    def __init__(self, text: str, width: Callable[[str], int], room: int) -> None:
        self._text, self._width, self._room = text, width, room
        self._pace = float(len(text))
        """Characters a pixel; the first question is whether all of it fits."""

    def furthest(self, start: int, ends: list[int]) -> int | None:
        """The last of the ascending `ends` up to which a line from `start` fits; None if not even the first does."""
        if start == len(self._text):
            return start
        low, high = -1, len(ends)
        while high - low > 1:
            guess = bisect_right(ends, start + self._room * self._pace) - 1
            asked = min(max(guess, low + 1), high - 1)
            wide = self._width(_trimmed(self._text, start, ends[asked]))
            if wide > 0:
                self._pace = (ends[asked] - start) / wide
            if wide <= self._room:
                low = asked
            else:
                high = asked
        return ends[low] if low >= 0 else None
