"""What to say for each clip of a call (sync.phrases): the words of the recording page. Pure."""

from collections.abc import Mapping

from sync.phrases import COME, COUNTER, NUMBER
from sync.services import SERIES
from translations import N_, load

# gettext: display

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


def words(language: str, clip: str) -> str:
    """What to say for this clip."""
    return load(language, "display").gettext(WORDS[clip])
