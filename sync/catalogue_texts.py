"""What a text of the catalogue may not be: left open, in another language's letters, or Zawgyi. Pure.

An office types its own texts, and pastes some. What is caught here is what a machine can be sure of; it does not
replace a reader of the language.

Zawgyi is an older way to write Burmese with the code points of Unicode in an order of its own; it looks right with its
own typefaces only. The rules are those of the Unicode Standard (chapter 16.3, Myanmar) and of Unicode Technical Note
11: in Burmese a sign follows its letter, the vowel sign E (U+1031) is stored after its consonant and medials, a virama
(U+1039) stands between two consonants, and U+1060 to U+1097 are letters of other languages, where Zawgyi keeps shapes.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache

Fault = tuple[str, str]
"""What is wrong, and what to do."""

_OPEN = re.compile(r"[-–—_.…·?!*/#]*|x{2,}|to ?do|tbd|tba|fix ?me|n/?a|lorem ipsum.*", re.IGNORECASE)
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00a0\u00ad"))
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|\S+@\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b(?:/\S*)?", re.IGNORECASE
)

_SCRIPTS = {"th": "THAI", "en": "LATIN", "my": "MYANMAR"}
_NAMES = {"THAI": "Thai", "LATIN": "Latin", "MYANMAR": "Burmese"}
_ZAWGYI = (
    # A vowel E whose consonant or medial does not come before it.
    re.compile("(?:^|[^\u1000-\u102a\u103b-\u103f\u1050-\u1059])\u1031"),
    # A medial, vowel or tone mark without a letter before it.
    re.compile("(?:^|[^\u1000-\u109f])[\u102b-\u103e]"),
    # A virama that stacks no consonant: Zawgyi has it where Unicode has asat.
    re.compile("\u1039(?![\u1000-\u1021])"),
    # Zawgyi's own shapes.
    re.compile("[\u1060-\u1097]"),
)


def text_fault(text: str, language: str) -> Fault | None:
    """What is wrong with a text that is meant for readers of `language`; None: nothing that a machine can see."""
    return left_open(text) or wrong_letters(text, language) or (zawgyi(text) if language == "my" else None)


def left_open(text: str) -> Fault | None:
    """Nothing, dots, a dash or "to do" in the place of a text."""
    seen = text.translate(_UNSEEN).strip()
    if _OPEN.fullmatch(seen):
        shown = f'"{seen}" says nothing' if seen else "says nothing"
        return shown, "Write the text itself."
    return None


def wrong_letters(text: str, language: str) -> Fault | None:
    """Letters of another language than the one it is for. An address on the web is no text, and digits are nobody's."""
    own = _SCRIPTS.get(language)
    if own is None:
        return None
    counts = Counter(map(_script, _ADDRESS.sub("", text)))
    foreign = {script: counts[script] for script in _NAMES if script != own and counts[script]}
    if not foreign:
        return None
    most = max(foreign, key=lambda script: foreign[script])
    # Words like "LINE" or a form's Thai number may stand in any language; a text of the other two scripts may not.
    if counts[own] == 0 or (most != "LATIN" and foreign[most] > counts[own]):
        return (
            f"is written in {_NAMES[most]} letters",
            f'Only {_NAMES[own]} belongs here: was it meant for "{_for(most)}"?',
        )
    return None


@lru_cache(maxsize=1024)
def _script(character: str) -> str:
    """Of a letter or mark of one of our languages; "" of anything else."""
    script = unicodedata.name(character, "").partition(" ")[0]
    return script if script in _NAMES and unicodedata.category(character)[0] in "LM" else ""


def zawgyi(text: str) -> Fault | None:
    """Burmese that no Unicode typeface shows rightly."""
    if any(pattern.search(text) for pattern in _ZAWGYI):
        return "looks like Zawgyi, not Unicode", "Convert it to Unicode (any Zawgyi converter) and read it once more."
    return None


def _for(script: str) -> str:
    return next(language for language, name in _SCRIPTS.items() if name == script)
