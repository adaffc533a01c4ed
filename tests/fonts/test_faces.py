"""The faces are those shipped, each text goes to a face that has its characters, and faults say what to do."""

import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

import fonts
from fonts.__main__ import main
from fonts.cmap import covered_characters
from fonts.errors import FontFileError, FontsError, RaqmMissingError, UncoveredCharacterError
from fonts.faces import (
    DIRECTORY,
    FILES,
    PAPER_FILES,
    PAPER_LICENCE,
    Faces,
    Run,
    check_printable,
    drawable,
    home_face,
)
from fonts.make import make

FACES = Faces()
ALL = (*FILES.values(), "OFL.txt", *PAPER_FILES.values(), PAPER_LICENCE, "SHA256SUMS")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ALL:
        shutil.copy(DIRECTORY / name, tmp_path / name)
    return tmp_path


def test_the_shipped_faces_are_what_make_makes_byte_for_byte(tmp_path: Path) -> None:
    make(tmp_path)
    for name in ALL:
        assert (tmp_path / name).read_bytes() == (DIRECTORY / name).read_bytes(), name


def test_the_shipped_faces_are_static_and_carry_their_licence() -> None:
    for (_, weight), name in FILES.items():
        font: Any = TTFont(DIRECTORY / name)
        assert "fvar" not in font
        assert font["OS/2"].usWeightClass == {"regular": 400, "bold": 700}[weight]
        assert font["name"].getDebugName(0) in (DIRECTORY / "OFL.txt").read_text("utf-8")


def test_the_shipped_faces_pass_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    fonts.check(raqm=True)
    assert main(["check"]) == 0
    assert "as it should be" in capsys.readouterr().out


def test_without_raqm_the_check_names_the_package_to_install() -> None:
    with pytest.raises(RaqmMissingError) as caught:
        fonts.check(raqm=False)
    assert "libfribidi0" in caught.value.hint


@pytest.mark.parametrize("name", ALL)
def test_a_missing_file_is_named_with_what_to_do(copy: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / name).unlink()
    with pytest.raises(FontFileError, match=name) as caught:
        fonts.check(copy, raqm=True)
    assert "reinstall" in caught.value.hint
    assert main(["check", str(copy)]) == 1
    assert name in capsys.readouterr().err


@pytest.mark.parametrize("name", FILES.values())
def test_one_changed_byte_in_a_font_is_noticed(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(FontFileError, match="not the one that was shipped"):
        fonts.check(copy, raqm=True)
    with pytest.raises(FontFileError, match=name):
        Faces(copy)


@pytest.mark.parametrize("name", PAPER_FILES.values())
def test_one_changed_byte_in_the_paper_s_face_is_noticed(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(FontFileError, match=name):
        check_printable(["ก"], copy)


def test_sarabun_has_two_weights_and_carries_its_licence() -> None:
    for weight, name in PAPER_FILES.items():
        font: Any = TTFont(DIRECTORY / name)
        assert font["OS/2"].usWeightClass == {"regular": 400, "bold": 700}[weight]
        assert font["name"].getDebugName(1) == "Sarabun"
        assert "Sarabun Project Authors" in (DIRECTORY / PAPER_LICENCE).read_text("utf-8").split("\n")[0]


def test_what_a_printed_sheet_cannot_show_is_named() -> None:
    check_printable(["ที่ปู่ 20 ฿ ๑๒", "ကြွှုံ့ “quotes” →", "line\u200bbreak"])
    with pytest.raises(UncoveredCharacterError) as caught:
        check_printable(["fine", "not ✓"])
    assert "U+2713" in str(caught.value)


def test_noise_in_place_of_the_checksums_is_a_clear_error(copy: Path) -> None:
    (copy / "SHA256SUMS").write_bytes(b"\xff\xfe\x00noise")
    with pytest.raises(FontFileError, match="SHA256SUMS"):
        fonts.check(copy, raqm=True)


@pytest.mark.parametrize(("arguments", "code"), [([], 2), (["no-such-command"], 2)])
def test_a_wrong_call_prints_how_to_call(arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == code
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("name", FILES.values())
def test_our_reading_of_the_character_map_equals_fonttools_s(name: str) -> None:
    content = (DIRECTORY / name).read_bytes()
    assert covered_characters(content) == set(TTFont(BytesIO(content)).getBestCmap() or ())


@given(st.binary(max_size=200))
def test_noise_instead_of_a_font_is_a_clear_error(noise: bytes) -> None:
    with pytest.raises(FontFileError):
        covered_characters(noise)


@given(st.integers(0, 12 + 16 * 20), st.integers(0, 255))
def test_a_damaged_table_directory_never_ends_in_another_error(at: int, value: int) -> None:
    content = bytearray((DIRECTORY / FILES["thai", "regular"]).read_bytes())
    content[at] = value
    try:
        covered = covered_characters(bytes(content))
    except FontFileError:
        covered = frozenset({ord("ก")})
    assert covered


@pytest.mark.parametrize(
    ("text", "language", "runs"),
    [
        ("ไทย 20 ฿", "th", [("ไทย 20 ฿", "thai", "th")]),
        ("fee 20 ฿", "en", [("fee 20 ฿", "thai", "en")]),
        ("ကျပ် 20 ฿", "my", [("ကျပ် 20 ", "myanmar", "my"), ("฿", "thai", "th")]),
        ("ไทย မြန်မာ ไทย", "th", [("ไทย ", "thai", "th"), ("မြန်မာ", "myanmar", "my"), (" ไทย", "thai", "th")]),
        ("ကညီ", "ksw", [("ကညီ", "myanmar", "ksw")]),
        ("မြန်မာ", "en", [("မြန်မာ", "myanmar", "my")]),
    ],
)
def test_a_text_is_cut_where_another_face_must_help(text: str, language: str, runs: list[tuple[str, str, str]]) -> None:
    assert [(run.text, run.face, run.language) for run in FACES.runs(text, language)] == runs


def test_marks_and_joiners_stay_with_the_character_before_them() -> None:
    assert FACES.runs("ม\u200dม", "my") == [Run("ม\u200dม", "thai", "th")]


@pytest.mark.parametrize(("character", "code"), [("→", "U+2192"), ("✓", "U+2713"), ("漢", "U+6F22"), ("\n", "U+000A")])
@pytest.mark.parametrize("language", ["th", "en", "my"])
def test_a_character_that_no_face_has_is_named_never_boxed(character: str, code: str, language: str) -> None:
    with pytest.raises(UncoveredCharacterError) as caught:
        FACES.runs(f"a{character}", language)
    assert code in str(caught.value)
    assert caught.value.character == character
    assert caught.value.hint


@given(st.text(), st.sampled_from(["th", "en", "my", "ksw"]))
def test_runs_lose_no_character_and_each_is_in_its_face_or_is_refused(text: str, language: str) -> None:
    try:
        runs = FACES.runs(text, language)
    except FontsError:
        covered = [FACES.covers(face, "regular", c) for c in drawable(text) for face in ("thai", "myanmar")]
        assert not all(covered)
        return
    assert "".join(run.text for run in runs) == drawable(text)
    for run in runs:
        assert all(FACES.covers(run.face, "regular", character) for character in run.text)


def test_the_languages_of_the_burmese_script_are_set_in_the_burmese_face() -> None:
    assert {language: home_face(language) for language in ("th", "en", "my", "ksw", "shn", "mnw")} == {
        "th": "thai",
        "en": "thai",
        "my": "myanmar",
        "ksw": "myanmar",
        "shn": "myanmar",
        "mnw": "myanmar",
    }
