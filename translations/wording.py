"""What a text for citizens may not contain, whatever its translator meant.

Nobody is addressed by rank, sex or age: no pronoun, honorific or gendered particle. Burmese is Unicode, never Zawgyi,
which looks like it on its own fonts only.
"""

import re

_ENGLISH = re.compile(r"\b(?:I|we|us|our|ours|you|your|yours|he|she|him|his|her|hers|sir|madam)\b", re.IGNORECASE)
# Thai writes no spaces between words, so only forms that do not occur inside common words are listed.
_THAI = ("ครับ", "ค่ะ", "นะคะ", "คุณ", "ท่าน", "ดิฉัน", "กระผม", "เธอ")
_THAI_ALLOWED = ("ขอบคุณ", "คุณภาพ", "คุณสมบัติ", "คุณวุฒิ", "คุณค่า")
_BURMESE = ("ခင်ဗျ", "ရှင့်", "ကျွန်တော်", "ကျွန်မ", "ကျွန်ုပ်", "သင်သည်", "သင်၏", "သင်တို့", "သင့်ရဲ့", "သင်ရဲ့", "လူကြီးမင်း")

_MYANMAR_VOWEL_E = "\u1031"
_ZAWGYI = (
    # The vowel sign E follows its consonant in Unicode and comes before it in Zawgyi.
    (
        re.compile(f"(?:^|[^\u1000-\u102a\u103b-\u103f\u1050-\u1097]){_MYANMAR_VOWEL_E}"),
        "a vowel E without its consonant",
    ),
    # Medials and vowels hang on a letter in Unicode; Zawgyi writes some of them first.
    (re.compile("(?:^|[^\u1000-\u109f])[\u102b-\u103e]"), "a sign without its letter"),
    # Virama only stacks consonants in Unicode; Zawgyi has it where Unicode has asat.
    (re.compile("\u1039(?![\u1000-\u1021])"), "a virama that stacks nothing"),
    # Zawgyi keeps its shapes where Unicode has the letters of other languages.
    (re.compile("[\u1060-\u1097]"), "a letter that Burmese does not have"),
)


def wording_faults(text: str, language: str) -> list[str]:
    """What is wrong with `text`, one line each; none for a language without rules here."""
    if language == "en":
        plain = re.sub("thank you", "", text, flags=re.IGNORECASE)
        return [f"pronoun or honorific {match[0]!r}" for match in _ENGLISH.finditer(plain)]
    if language == "th":
        plain = text
        for allowed in _THAI_ALLOWED:
            plain = plain.replace(allowed, "")
        return [f"pronoun, honorific or particle {word!r}" for word in _THAI if word in plain]
    if language == "my":
        found = [f"pronoun, honorific or particle {word!r}" for word in _BURMESE if word in text]
        return found + [f"Zawgyi: {what}" for pattern, what in _ZAWGYI if pattern.search(text)]
    return []
