"""Names of releases, and which of two is the newer. Pure.

Up to four numbers with dots, and for one that is tried before its time a word behind them: 1.4.0-rc.2 is before 1.4.0.
"""

import re
from typing import Any

from kiosk.box.errors import UpdateError

_NAME = re.compile(r"(\d{1,6}(?:\.\d{1,6}){0,3})(?:-([0-9a-z]+(?:\.[0-9a-z]+){0,3}))?", re.ASCII)
_HINT = "A release is called like 1.4.0, or 1.4.0-rc.2 before its time."


def checked(name: str) -> str:
    """The same. Raises UpdateError where it is no name of a release."""
    _order(name)
    return name


def newer(one: str, other: str) -> bool:
    """Whether `one` comes after `other`. Raises UpdateError where either is no name of a release."""
    return _order(one) > _order(other)


def _order(name: str) -> tuple[Any, ...]:
    found = _NAME.fullmatch(name)
    if found is None:
        raise UpdateError(f'"{name[:40]}" is no name of a release', hint=_HINT)
    numbers = [int(each) for each in found[1].split(".")]
    words = [
        (not each.isdigit(), int(each) if each.isdigit() else each) for each in (found[2] or "").split(".") if each
    ]
    return (*numbers, *[0] * (4 - len(numbers))), not words, tuple(words)
