"""What a call says, as clips: the number letter by letter and digit by digit, then the counter in the same way. Pure.

Thai and Burmese read ticket numbers digit by digit, and English does so where they must be understood. A sentence is
spoken whole or not at all. The words of each clip are in server.phrases.
"""

from collections.abc import Mapping

from sync.services import SERIES

NUMBER, COUNTER, COME = "number", "counter", "come"
LABEL, DESK = "<label>", "<counter>"
ORDER: Mapping[str, tuple[str, ...]] = {
    "th": (NUMBER, LABEL, COUNTER, DESK),
    "en": (NUMBER, LABEL, COUNTER, DESK),
    "my": (NUMBER, LABEL, COUNTER, DESK, COME),
}
"""How each language says it. Burmese puts the verb last."""
CLIPS: tuple[str, ...] = (
    NUMBER,
    COUNTER,
    COME,
    *(f"digit-{digit}" for digit in range(10)),
    *(f"letter-{letter.lower()}" for letter in SERIES),
)
"""The id of every clip, in the order they are recorded."""


def sentence(language: str, label: str, counter: int) -> tuple[str, ...]:
    """The clips of a call in their order. None at all in a language that is not spoken, and of a number that cannot be
    spelled: half of it would send somebody else."""
    parts = {LABEL: tuple(map(_clip, label)), DESK: tuple(map(_clip, str(counter)))}
    found = tuple(clip for part in ORDER.get(language, ()) for clip in parts.get(part, (part,)))
    return found if all(clip in CLIPS for clip in found) else ()


def clips(language: str) -> tuple[str, ...]:
    """Every clip that this language needs, in the order they are recorded."""
    fixed = [part for part in ORDER[language] if part in CLIPS]
    return (*fixed, *(each for each in CLIPS if each not in {NUMBER, COUNTER, COME}))


def _clip(character: str) -> str:
    return f"digit-{character}" if character.isdecimal() else f"letter-{character.lower()}"
