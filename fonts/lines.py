"""Filling lines: which of the allowed breaks are taken. Pure: widths are asked of a function."""

from collections.abc import Callable, Iterable

from fonts.errors import DoesNotFitError


def break_lines(
    text: str,
    allowed: Iterable[int],
    last_resort: Callable[[], list[int]],
    fits: Callable[[str], bool],
) -> list[str]:
    """Lines of `text`, each as full as `fits` lets it be, broken at `allowed`, or at `last_resort` within one word.

    Both are indexes into `text`. White space at a break belongs to neither line. DoesNotFitError if a piece without
    any break is too wide.
    """
    ends = [*allowed, len(text)]
    spare: list[int] | None = None
    lines: list[str] = []
    start = 0
    while start < len(text) or not lines:
        end = _furthest(text, start, [end for end in ends if end > start], fits)
        if end is None:
            spare = last_resort() if spare is None else spare
            inside = [end for end in spare if start < end < min(e for e in ends if e > start)]
            end = _furthest(text, start, inside, fits)
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


def _furthest(text: str, start: int, ends: list[int], fits: Callable[[str], bool]) -> int | None:
    """The last of the ascending `ends` up to which the line still fits; None if not even the first does."""
    if start == len(text):
        return start

    def good(index: int) -> bool:
        return fits(_trimmed(text, start, ends[index]))

    # Each question is a shaping: leap ahead while it fits, then halve, instead of asking word by word.
    low, leap = -1, 1
    while low + leap < len(ends) and good(low + leap):
        low, leap = low + leap, leap * 2
    high = min(low + leap, len(ends))
    while high - low > 1:
        middle = (low + high) // 2
        if good(middle):
            low = middle
        else:
            high = middle
    return ends[low] if low >= 0 else None
