"""Every string that a citizen sees is drawn with the glyphs that HarfBuzz itself chooses, the language tag included."""

from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFont

from fonts.faces import Weight
from tests.fonts.oracle import EM, Draw, assert_same_glyphs, harfbuzz_glyphs, signature, signed_faces
from translations import DIRECTORY, DOMAINS, DRAWN, LANGUAGES
from translations.numerals import LOCAL_DIGITS, MONTHS
from translations.tool import read, texts

# Medial wa and ha have other shapes in S'gaw Karen (`locl` of the language system KSW).
KAREN = "ကညီကျိာ် ကွၢ်နှၢ်"
STACKS = {
    "th": ["ที่ปู่ญู้ ฎุฏู น้ำ กำ้ ป๋ำ ฐิ ฬา", "ค่าธรรมเนียม 20 ฿ (ไม่มี)", "၁၂၃ Passport ๑๒๓"],
    "my": ["ကြွှုံ့ ဂြိုဟ် ဋ္ဌာန န္တြီ အင်္ဂလိပ် တက္ကသိုလ် ယောက်ျား ဩဂုတ်၊ ကျွန်းမာရေး။", "20 ฿ ภาษาไทย English"],
    "en": ["fi ffl — “quotes” ÅÉ 0123456789", "ไทย မြန်မာ"],
    "ksw": [KAREN],
    "shn": ["မိူင်းတႆး ၸွင်ႇၼႆႉ လိၵ်ႈတႆး ႑႒႓"],
    "mnw": ["ဘာသာမန် ဂကူမန် ၚ်"],
}


def pillow(layout: ImageFont.Layout, language: str | None) -> Draw:
    """A way of drawing that leaves out something that the Typesetter does."""

    def draw(text: str, tag: str, weight: Weight) -> tuple[Image.Image, int, int]:
        run = signed_faces().runs(text, tag, weight)[0]
        font = ImageFont.truetype(BytesIO(signed_faces().content(run.face, weight)), EM, layout_engine=layout)
        mask = Image.new("L", (EM * (len(text) + 2), 4 * EM))
        ImageDraw.Draw(mask).text((EM, 2 * EM), text, 255, font, anchor="ls", language=language)
        return mask, EM, 2 * EM

    return draw


@pytest.mark.parametrize("weight", ["regular", "bold"])
@pytest.mark.parametrize("domain", DRAWN)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_catalogues_is_drawn_with_harfbuzz_s_glyphs(
    language: str, domain: str, weight: Weight
) -> None:
    checked = 0
    for message in read(DIRECTORY / language / f"{domain}.po"):
        for text in texts(message) if message.id else ():
            assert_same_glyphs(text, language, weight)
            checked += 1
    assert checked >= 10


@pytest.mark.parametrize("domain", sorted(set(DOMAINS) - set(DRAWN)))
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_that_a_browser_draws_with_these_faces_has_a_box(language: str, domain: str) -> None:
    for message in read(DIRECTORY / language / f"{domain}.po"):
        for text in texts(message) if message.id else ():
            boxed = [
                glyph for line in text.split("\n") for glyph in harfbuzz_glyphs(line, language) if not glyph.identity
            ]
            assert boxed == [], text


@pytest.mark.parametrize("language", sorted(STACKS))
def test_stacks_and_mixed_scripts_are_drawn_with_harfbuzz_s_glyphs(language: str) -> None:
    for text in STACKS[language]:
        assert harfbuzz_glyphs(text, language)
        assert_same_glyphs(text, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_months_and_digits_are_drawn_with_harfbuzz_s_glyphs(language: str) -> None:
    for text in (*MONTHS[language], LOCAL_DIGITS[language]):
        assert harfbuzz_glyphs(text, language)
        assert_same_glyphs(text, language)


def test_the_language_tag_changes_the_glyphs_of_karen() -> None:
    karen = [glyph.identity for glyph in harfbuzz_glyphs(KAREN, "ksw")]
    burmese = [glyph.identity for glyph in harfbuzz_glyphs(KAREN, "my")]
    assert karen != burmese


def test_control_the_oracle_accepts_plain_pillow_with_raqm_and_the_tag() -> None:
    assert_same_glyphs(KAREN, "ksw", draw=pillow(ImageFont.Layout.RAQM, "ksw"))
    assert signature(1) != signature(2)


def test_control_a_missing_language_tag_is_noticed() -> None:
    with pytest.raises(AssertionError, match="not drawn with HarfBuzz's glyphs"):
        assert_same_glyphs(KAREN, "ksw", draw=pillow(ImageFont.Layout.RAQM, None))


@pytest.mark.parametrize(("language", "text"), [("my", "ကြွှုံ့"), ("th", "ที่ปู่ญู้")])
def test_control_unshaped_text_is_noticed(language: str, text: str) -> None:
    with pytest.raises(AssertionError, match="not drawn with HarfBuzz's glyphs"):
        assert_same_glyphs(text, language, draw=pillow(ImageFont.Layout.BASIC, None))


def test_two_glyphs_never_have_the_same_signature() -> None:
    signatures = {frozenset(signature(identity)) for identity in range(2000)}
    assert len(signatures) == 2000
