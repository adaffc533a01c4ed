"""What a call says, as clips: the number letter by letter and digit by digit, then the counter in the same way. Pure.

Thai and Burmese read ticket numbers digit by digit, and English does so where they must be understood. A sentence is
spoken whole or not at all. The words of each clip are in the domain `display`.
"""

from collections.abc import Mapping

from sync.services import SERIES
from translations import N_, load

# gettext: display

NUMBER, COUNTER, COME = "number", "counter", "come"
LABEL, DESK = "<label>", "<counter>"
ORDER: Mapping[str, tuple[str, ...]] = {
    "th": (NUMBER, LABEL, COUNTER, DESK),
    "en": (NUMBER, LABEL, COUNTER, DESK),
    "my": (NUMBER, LABEL, COUNTER, DESK, COME),
}
"""How each language says it. Burmese puts the verb last."""
WORDS: Mapping[str, str] = {
    NUMBER: N_("Number"),
    COUNTER: N_("please go to counter"),
    COME: N_("please come"),
    "digit-0": N_("zero"),
    "digit-1": N_("one"),
    "digit-2": N_("two"),
    "digit-3": N_("three"),
    "digit-4": N_("four"),
    "digit-5": N_("five"),
    "digit-6": N_("six"),
    "digit-7": N_("seven"),
    "digit-8": N_("eight"),
    "digit-9": N_("nine"),
    **{f"letter-{letter.lower()}": letter for letter in SERIES},
}
"""The msgid of every clip. Letters are their own: each catalogue has how it is said."""


def sentence(language: str, label: str, counter: int) -> tuple[str, ...]:
    """The clips of a call in their order. None at all in a language that is not spoken, and of a number that cannot be
    spelled: half of it would send somebody else."""
    parts = {LABEL: tuple(map(_clip, label)), DESK: tuple(map(_clip, str(counter)))}
    found = tuple(clip for part in ORDER.get(language, ()) for clip in parts.get(part, (part,)))
    return found if all(clip in WORDS for clip in found) else ()


def clips(language: str) -> tuple[str, ...]:
    """Every clip that this language needs, in the order they are recorded."""
    fixed = [part for part in ORDER[language] if part in WORDS]
    return (*fixed, *(each for each in WORDS if each not in {NUMBER, COUNTER, COME}))


def words(language: str, clip: str) -> str:
    """What to say for this clip."""
    return load(language, "display").gettext(WORDS[clip])


def _clip(character: str) -> str:
    return f"digit-{character}" if character.isdecimal() else f"letter-{character.lower()}"
