"""Lines hold all their ink, align with each other, wrap where the language allows and fit where they are put."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from fonts.errors import DoesNotFitError, FontsError, RaqmMissingError, UncoveredCharacterError
from fonts.faces import Faces, Weight
from fonts.shaping import Typesetter
from tests.fonts.oracle import hb
from translations import DIRECTORY, DRAWN, LANGUAGES
from translations.breaks import starts_syllable
from translations.tool import read, texts

FACES = Faces()
TYPESETTER = Typesetter(FACES)
THAI = "กรุณารับบัตรคิวที่เครื่องพิมพ์ ขั้นตอนและเอกสารที่ต้องใช้ ที่ปู่ญู้ น้ำ"
BURMESE = "ကျေးဇူးပြု၍ လက်မှတ်ကိုယူပါ။ အင်္ဂလိပ်ဘာသာ တက္ကသိုလ် ဝန်ဆောင်မှုရွေးပါ ကြွှုံ့"
ENGLISH = "Please take the ticket from the printer (steps, documents, fee)"
TEXTS = {"th": THAI, "my": BURMESE, "en": ENGLISH}
LETTERS = {
    "th": st.text([chr(c) for c in (*range(0x0E01, 0x0E3B), *range(0x0E40, 0x0E4F))] + [" "], max_size=12),
    "my": st.text([chr(c) for c in range(0x1000, 0x1050)] + [" "], max_size=12),
    "en": st.text("ÅÉjgyf()|Tt0 ", max_size=12),
}
CATALOGUE_TEXTS = [
    (language, text)
    for language in LANGUAGES
    for domain in DRAWN
    for message in read(DIRECTORY / language / f"{domain}.po")
    if message.id
    for text in texts(message)
]


def generous(text: str, language: str, size: int, weight: Weight) -> Image.Image:
    """The same line in a field with room on every side, cut to its ink."""
    line = TYPESETTER.line(text, language, size, weight)
    field = Image.new("L", (line.width + 8 * size, 10 * size))
    pen = 4.0 * size
    for run in FACES.runs(text, language, weight):
        content = BytesIO(FACES.content(run.face, weight))
        font = ImageFont.truetype(content, size, layout_engine=ImageFont.Layout.RAQM)
        ImageDraw.Draw(field).text(
            (round(pen), 5 * size), run.text, 255, font, anchor="ls", direction="ltr", language=run.language
        )
        pen += font.getlength(run.text, direction="ltr", language=run.language)
    return field.crop(field.getbbox() or (0, 0, 0, 0))


def assert_all_ink_is_there(text: str, language: str, size: int, weight: Weight) -> None:
    line = TYPESETTER.line(text, language, size, weight)
    ink = line.mask.crop(line.mask.getbbox() or (0, 0, 0, 0))
    wanted = generous(text, language, size, weight)
    assert ink.size == wanted.size, text
    assert ink.tobytes() == wanted.tobytes(), text


def test_control_a_mask_that_lost_one_row_of_ink_is_noticed() -> None:
    line = TYPESETTER.line("ที่ปู่ญู้", "th", 40)
    left, top, right, bottom = line.mask.getbbox() or (0, 0, 0, 0)
    wanted = generous("ที่ปู่ญู้", "th", 40, "regular")
    assert line.mask.crop((left, top, right, bottom)).tobytes() == wanted.tobytes()
    assert line.mask.crop((left, top + 1, right, bottom)).size != wanted.size


@pytest.mark.parametrize("weight", ["regular", "bold"])
@pytest.mark.parametrize("size", [17, pytest.param(24, marks=pytest.mark.long), 48])
def test_no_ink_of_any_text_of_the_catalogues_is_clipped(size: int, weight: Weight) -> None:
    assert len(CATALOGUE_TEXTS) > 150
    for language, text in CATALOGUE_TEXTS:
        assert_all_ink_is_there(text, language, size, weight)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_ink_is_clipped_whatever_the_letters(language: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(LETTERS[language], st.integers(6, 60), st.sampled_from(("regular", "bold")))
    def holds(text: str, size: int, weight: Weight) -> None:
        assert_all_ink_is_there(text, language, size, weight)

    holds()
    assert language in LETTERS


@pytest.mark.parametrize(("language", "text"), TEXTS.items())
@pytest.mark.parametrize("size", [24, 60])
def test_the_mask_reaches_as_far_as_harfbuzz_says_that_there_is_ink(language: str, text: str, size: int) -> None:
    line = TYPESETTER.line(text, language, size)
    (run,) = FACES.runs(text, language)
    font = hb.Font(hb.Face(FACES.content(run.face, "regular")))
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    hb.shape(font, buffer)
    extents = [font.get_glyph_extents(info.codepoint) for info in buffer.glyph_infos]
    tops = [at.y_offset + box.y_bearing for box, at in zip(extents, buffer.glyph_positions, strict=True)]
    bottoms = [top + box.height for box, top in zip(extents, tops, strict=True)]
    box = line.mask.getbbox()
    assert box is not None
    # Hinting moves an edge to the pixel grid and evens out the heights of letters.
    slack = 1.5 + size / 50
    assert line.ascent - box[1] == pytest.approx(max(tops) * size / 1000, abs=slack)
    assert box[3] - line.ascent == pytest.approx(-min(bottoms) * size / 1000, abs=slack)


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_of_one_language_have_one_height_whatever_they_say(language: str) -> None:
    for size in (20, 33, 64):
        metrics = TYPESETTER.metrics(language, size)
        for owner, text in CATALOGUE_TEXTS:
            line = TYPESETTER.line(text, language, size) if owner == language else None
            assert line is None or (line.ascent, line.descent) == metrics, text


def test_a_borrowed_run_makes_the_line_higher_rather_than_losing_ink() -> None:
    line = TYPESETTER.line("fee ကြွှုံ့ ဋ္ဌ", "en", 40)
    assert line.descent > TYPESETTER.metrics("en", 40)[1]
    assert_all_ink_is_there("fee ကြွှုံ့ ဋ္ဌ", "en", 40, "regular")


def test_measure_is_the_width_of_the_line() -> None:
    for language, text in CATALOGUE_TEXTS[::7]:
        line = TYPESETTER.line(text, language, 31, "bold")
        assert TYPESETTER.measure(text, language, 31, "bold") == line.width == line.mask.width


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_is_as_wide_as_the_pen_goes_or_its_ink_reaches(language: str) -> None:
    """Asked of Pillow once more: the typesetter trusts the box of a run to hold the pen's way."""
    content = FACES.content("myanmar" if language == "my" else "thai", "regular")
    checked = 0
    for size in (11, 28, 50):
        font = ImageFont.truetype(BytesIO(content), size, layout_engine=ImageFont.Layout.RAQM)
        for text in (text for each, text in CATALOGUE_TEXTS if each == language and "\n" not in text):
            runs = FACES.runs(text, language)
            if len(runs) == 1:
                ink = font.getbbox(runs[0].text, direction="ltr", language=language, anchor="ls")
                pen = round(font.getlength(runs[0].text, direction="ltr", language=language))
                wanted = max(pen, int(ink[2])) - min(0, int(ink[0]))
                assert TYPESETTER.measure(text, language, size) == wanted, text
                checked += 1
    assert checked > 300


def test_ink_left_of_the_pen_is_kept_and_its_place_told() -> None:
    line = TYPESETTER.line("ิก", "th", 40)
    assert line.origin >= 0
    assert_all_ink_is_there("ิก", "th", 40, "regular")


def test_an_empty_line_has_the_height_of_its_neighbours_and_no_ink() -> None:
    line = TYPESETTER.line("", "th", 40)
    assert (line.ascent, line.descent) == TYPESETTER.metrics("th", 40)
    assert line.mask.getbbox() is None


@pytest.mark.parametrize("text", ["", "ที่ปู่ญู้", "ိก", "fee ကြွှုံ့ ဋ္ဌ"])
def test_what_a_line_takes_is_known_without_drawing_it(text: str) -> None:
    typesetter = Typesetter(FACES)
    takes = typesetter.extent(text, "th", 40)
    line = typesetter.line(text, "th", 40)
    assert (takes.width, takes.ascent + takes.descent) == line.mask.size
    assert (takes.width, takes.ascent, takes.descent) == (line.width, line.ascent, line.descent)
    assert line.mask.getbbox() or not text


def test_characters_that_steer_breaks_have_no_ink() -> None:
    assert TYPESETTER.line("ab", "en", 30).mask.tobytes() == TYPESETTER.line("a\u200b\u2060b", "en", 30).mask.tobytes()


def test_the_same_line_is_drawn_once() -> None:
    typesetter = Typesetter(FACES, cache_lines=2)
    first = typesetter.line("a", "en", 20)
    assert typesetter.line("a", "en", 20) is first
    typesetter.line("b", "en", 20)
    typesetter.line("a", "en", 20)
    typesetter.line("c", "en", 20)
    assert typesetter.line("a", "en", 20) is first
    typesetter.line("d", "en", 20)
    typesetter.line("e", "en", 20)
    assert typesetter.line("a", "en", 20) is not first


def test_a_character_that_would_be_a_box_is_refused() -> None:
    with pytest.raises(UncoveredCharacterError):
        TYPESETTER.line("a → b", "en", 20)


def test_a_size_that_draws_nothing_is_refused() -> None:
    with pytest.raises(FontsError, match="0 px"):
        TYPESETTER.line("a", "en", 0)


def test_there_is_no_typesetter_without_raqm() -> None:
    with pytest.raises(RaqmMissingError):
        Typesetter(FACES, raqm=False)


@pytest.mark.parametrize(("language", "text"), TEXTS.items())
@pytest.mark.parametrize("width", [150, 260, 700])
def test_wrapped_lines_are_no_wider_than_their_place_and_lose_no_letter(language: str, text: str, width: int) -> None:
    lines = TYPESETTER.wrap(text, language, 30, "regular", width)
    assert all(TYPESETTER.line(line, language, 30).width <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@settings(max_examples=40, deadline=None)
@given(st.integers(110, 600))
def test_a_burmese_line_never_begins_inside_a_syllable(width: int) -> None:
    lines = TYPESETTER.wrap(BURMESE, "my", 30, "regular", width)
    assert all(starts_syllable(line, 0) for line in lines)


@settings(max_examples=40, deadline=None)
@given(st.integers(70, 600))
def test_a_thai_line_never_begins_with_a_mark_or_ends_with_a_leading_vowel(width: int) -> None:
    lines = TYPESETTER.wrap(THAI, "th", 30, "regular", width)
    assert all(line[0] not in "ะัาำิีึืฺุูๅ็่้๊๋์" and line[-1] not in "เแโใไ" for line in lines)


def test_a_line_feed_always_ends_a_line() -> None:
    assert TYPESETTER.wrap("a\n\nb", "en", 30, "regular", 300) == ["a", "", "b"]


def test_one_syllable_wider_than_its_place_is_refused() -> None:
    with pytest.raises(DoesNotFitError):
        TYPESETTER.wrap("ကြွှုံ့", "my", 60, "regular", 10)


def test_fit_takes_the_largest_size_at_which_words_stay_whole() -> None:
    sizes = (20, 30, 40, 50, 60)
    fitted = TYPESETTER.fit(ENGLISH, "en", sizes, "bold", 500, 3)
    assert len(fitted.lines) <= 3
    larger = sizes[sizes.index(fitted.size_px) + 1]
    assert len(TYPESETTER.wrap(ENGLISH, "en", larger, "bold", 500)) > 3
    whole = TYPESETTER.fit("Incomprehensibilities", "en", (20, 80), "regular", 300, 5)
    assert (whole.lines, whole.size_px) == (("Incomprehensibilities",), 20)


def test_fit_refuses_a_text_that_fits_at_no_size() -> None:
    with pytest.raises(DoesNotFitError) as caught:
        TYPESETTER.fit(THAI, "th", (30, 40), "regular", 200, 2)
    assert "shorten" in caught.value.hint


@pytest.mark.parametrize(("language", "text"), TEXTS.items())
def test_a_paragraph_is_its_lines_on_even_baselines(language: str, text: str) -> None:
    paragraph = TYPESETTER.paragraph(text, language, 30, "regular", 400, leading=1.4)
    steps = {b - a for a, b in zip(paragraph.baselines, paragraph.baselines[1:], strict=False)}
    assert len(paragraph.lines) > 1
    assert len(steps) == 1
    for text_line, baseline in zip(paragraph.lines, paragraph.baselines, strict=True):
        line = TYPESETTER.line(text_line, language, 30)
        box = (0, baseline - line.ascent, line.width, baseline + line.descent)
        assert paragraph.mask.crop(box).tobytes() == line.mask.tobytes()


def test_lines_set_close_together_keep_the_ink_of_both() -> None:
    close = TYPESETTER.paragraph(BURMESE, "my", 30, "regular", 400, leading=0.5)
    assert len(close.lines) > 1
    drawn = sum(sum(TYPESETTER.line(line, "my", 30).mask.histogram()[200:]) for line in close.lines)
    shared = sum(close.mask.histogram()[200:])
    assert 0.5 * drawn < shared <= drawn


@pytest.mark.parametrize(("align", "left"), [("left", 0), ("centre", 100), ("right", 200)])
def test_a_paragraph_is_aligned(align: str, left: int) -> None:
    width = TYPESETTER.measure("HH", "en", 30)
    place = width + 200
    mask = TYPESETTER.paragraph("HH", "en", 30, "regular", place, align=align).mask  # type: ignore[arg-type]
    box = mask.getbbox()
    line = TYPESETTER.line("HH", "en", 30).mask.getbbox()
    assert box is not None
    assert line is not None
    assert box[0] == left + line[0]
