"""Typing a ticket's number and code, or the code of an online place, on the screen *my ticket*. Pure."""

from dataclasses import replace

from kiosk.screen_types import Field, Typing
from sync import online_code
from sync.catalogue import SERIES
from sync.numbering import NumberingError, read_label

MOST_LETTERS = 3
"""The series, and a lane of up to two letters: more than 500 kiosks."""
MOST_DIGITS = 5
DIGITS = {Field.CODE: 4, Field.PLACE: online_code.DIGITS}
"""Of each code."""


def typed(typing: Typing, character: str) -> Typing:
    """One character more, where one can stand; else the same."""
    if typing.field in DIGITS:
        if not character.isdecimal() or len(typing.code) >= DIGITS[typing.field]:
            return typing
        return replace(typing, code=typing.code + character, refused=None)
    letters = typing.label.rstrip("0123456789")
    digits = typing.label[len(letters) :]
    letter = character in SERIES and len(character) == 1
    fits = (letter and not digits and len(letters) < MOST_LETTERS) or (
        character.isdecimal() and bool(letters) and len(digits) < MOST_DIGITS
    )
    return replace(typing, label=typing.label + character, refused=None) if fits else typing


def erased(typing: Typing) -> Typing:
    """One character less; from an empty code back to the number."""
    if typing.field is Field.CODE and not typing.code:
        return replace(typing, field=Field.LABEL, refused=None)
    if typing.field in DIGITS:
        return replace(typing, code=typing.code[:-1], refused=None)
    return replace(typing, label=typing.label[:-1], refused=None)


def entered(typing: Typing) -> Typing:
    """On to the code, where the number can be one."""
    if typing.field in DIGITS:
        return typing
    try:
        read_label(typing.label)
    except NumberingError:
        return replace(typing, refused="number")
    return replace(typing, field=Field.CODE, refused=None)


def complete(typing: Typing) -> bool:
    """Whether there is something to look for."""
    return len(typing.code) == DIGITS.get(typing.field)


def refused(typing: Typing, reason: str) -> Typing:
    """What was typed found nothing: the number is kept, the code is typed again."""
    field = Field.LABEL if reason == "number" else typing.field
    return Typing(field, typing.label, "", reason)
