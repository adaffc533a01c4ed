"""Where a line may break: ICU's dictionaries for Thai and Burmese, under rules that keep syllables whole.

ICU splits Shan, Mon and Karen inside syllables, having a dictionary for Burmese alone; so a break in the Burmese
script counts only where a syllable starts. ZERO WIDTH SPACE in a text adds a break; NO-BREAK SPACE and WORD JOINER
forbid one (Unicode Standard Annex 14).
"""

import re
from functools import lru_cache
from itertools import pairwise

from icu4py.breakers import CharacterBreaker, LineBreaker

ZERO_WIDTH_SPACE = "\u200b"
_MYANMAR = "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f"
_MYANMAR_LETTER = re.compile(f"[{_MYANMAR}]")
# Letters and digits that can begin a syllable: consonants, independent vowels, digits and symbols of all languages in
# the script (Unicode names list, blocks Myanmar and Myanmar Extended-A and -B).
_BASE = (
    "\u1000-\u102a\u103f-\u1049\u104e\u1050-\u1055\u105a-\u105d\u1061\u1065-\u1066\u106e-\u1070\u1075-\u1081\u108e"
    "\u1090-\u1099\u109e-\u109f\ua9e0-\ua9e4\ua9e6-\ua9fe\uaa60-\uaa6f\uaa71-\uaa7a\uaa7e-\uaa7f"
)
# A base begins a syllable unless it is stacked below (after virama), stacks another below itself, or is killed by asat,
# be that directly or after a medial or a dot.
_SYLLABLE_START = re.compile(f"(?<!\u1039)[{_BASE}](?![\u103b-\u103e\u105e-\u1060\u1082]*\u1037?\u103a)(?!\u1039)")
# Thai: nothing that hangs on or follows the consonant may begin a line, and no vowel that is written before it may end
# one; the repetition mark stays with what it repeats, over the space before it too.
_THAI_NEVER_BEFORE = frozenset("ะัาำิีึืฺุูๅๆ็่้๊๋์ํ๎ฯ")
_THAI_NEVER_AFTER = frozenset("เแโใไ")
_REPEAT = "ๆ"
# Burmese: the "not" before a verb is one letter, which ICU's dictionary takes for a word of its own.
_NOT = "\u1019"
# And what only ever follows a word, as endings do elsewhere: -ing, to, please, the ends of sentence and object, plural,
# from, at, and.
_ENDINGS = frozenset(("ခြင်း", "ရန်", "ပါ", "သည်", "ကို", "များ", "မှ", "တွင်", "နှင့်"))
_CLOSING = " ။၊)"


def break_opportunities(text: str, language: str) -> list[int]:
    """Indexes into `text`, ascending, before which a line may end and the next begin; never 0 or the end.

    White space stands before the break. After a line feed there is always one.
    """
    return list(_opportunities(text, language))


@lru_cache(maxsize=2048)  # a screen tries the same text in many places before it finds the one that fits
def _opportunities(text: str, language: str) -> tuple[int, ...]:
    found = [index for index in _boundaries(LineBreaker(text, language), text) if _may_break(text, index)]
    return tuple(index for index, end in pairwise([*found, len(text)]) if not _clings(text, index, end, {0, *found}))


def _clings(text: str, index: int, end: int, begins: set[int]) -> bool:
    """Whether the Burmese word from `index` to `end` stays with the one before it."""
    after_not = text[index - 1] == _NOT and index - 1 in begins
    return after_not or (not text[index - 1].isspace() and text[index:end].rstrip(_CLOSING) in _ENDINGS)


def syllables(text: str, language: str) -> list[int]:
    """Indexes where even an over-long word may be cut without hurting a cluster: the last resort of a narrow place."""
    found = _boundaries(CharacterBreaker(text, language), text)
    return [index for index in found if _may_break(text, index) and not _forbidden_by_joiner(text, index)]


def starts_syllable(text: str, index: int) -> bool:
    """Whether a syllable of the Burmese script begins at `index`."""
    return _SYLLABLE_START.match(text, index) is not None


def _boundaries(breaker: LineBreaker | CharacterBreaker, text: str) -> list[int]:
    """The inner boundaries as indexes into the Python string; ICU counts UTF-16 units."""
    ends = {end for _, end in breaker.segments()}
    found = []
    units = 0
    for index, character in enumerate(text):
        if units in ends and index:
            found.append(index)
        units += 2 if ord(character) > 0xFFFF else 1
    return found


def _may_break(text: str, index: int) -> bool:
    before, after = text[index - 1], text[index]
    if before in {ZERO_WIDTH_SPACE, "\n"}:
        return True
    if after == _REPEAT or after in _THAI_NEVER_BEFORE or before in _THAI_NEVER_AFTER:
        return False
    if _MYANMAR_LETTER.match(after) and not before.isspace():
        return starts_syllable(text, index)
    return True


def _forbidden_by_joiner(text: str, index: int) -> bool:
    return any(character in "\u2060\u00a0\u202f\ufeff" for character in text[index - 1 : index + 1])
