"""The shipped catalogues are complete, allowed and compiled; loading gives the text or a clear error."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from translations import (
    DIRECTORY,
    DOMAINS,
    LANGUAGE_NAMES,
    LANGUAGES,
    N_,
    CatalogueMissingError,
    Domain,
    fallback,
    load,
)
from translations.__main__ import main
from translations.tool import catalogues, compiled, faults, read

ROOT = DIRECTORY.parent


def test_every_text_that_the_code_uses_is_there_complete_and_allowed_in_every_language() -> None:
    assert faults(DIRECTORY, ROOT) == []


@pytest.mark.parametrize(("language", "domain", "path"), list(catalogues()))
def test_figures_within_texts_are_those_of_the_figures_beside_them(language: str, domain: str, path: Path) -> None:
    said = " ".join(str(message.string) for message in read(path))
    own = [each for each in said if each.isdigit() and not each.isascii()]
    assert own == [], f"{language} {domain}: digits of a language are chosen where numbers are shown, not in texts"


@pytest.mark.parametrize(("language", "domain", "path"), list(catalogues()))
def test_the_compiled_catalogue_is_that_of_the_po_file(language: str, domain: str, path: Path) -> None:
    assert path.with_suffix(".mo").read_bytes() == compiled(path), f"{language} {domain}: compile again"


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_loading_gives_the_texts_of_the_po_file(language: str, domain: Domain) -> None:
    catalogue = load(language, domain)
    messages = [message for message in read(DIRECTORY / language / f"{domain}.po") if isinstance(message.id, str)]
    assert len(messages) >= 10
    for message in messages:
        if message.id and message.context is None:
            assert catalogue.gettext(str(message.id)) == message.string


def test_the_five_levels_of_the_scale_are_worded_as_thai_surveys_word_them() -> None:
    scale = ["most satisfied", "very satisfied", "moderately satisfied", "slightly satisfied", "least satisfied"]
    wording = ["พอใจมากที่สุด", "พอใจมาก", "พอใจปานกลาง", "พอใจน้อย", "พอใจน้อยที่สุด"]
    assert [load("th", "kiosk").gettext(level) for level in scale] == wording
    assert [load("th", "pages").gettext(level) for level in scale] == wording


@pytest.mark.parametrize(("language", "copy"), [("th", "สำเนา"), ("en", "COPY"), ("my", "မိတ္တူ")])
def test_a_reprint_is_marked_in_the_language_of_its_ticket(language: str, copy: str) -> None:
    assert load(language, "ticket").gettext("COPY") == copy


def other_words(message: Message) -> list[str]:
    """Burmese for a ticket that is not the word on the paper: the word for certificates and signatures (with ထိုး)."""
    said = f"{message.id} {message.string}"
    return re.findall("လက်မှတ်(?!ထိုး)", said) if re.search("ticket", said, re.IGNORECASE) else []


def test_burmese_has_one_word_for_the_ticket() -> None:
    messages = [each for path in sorted((DIRECTORY / "my").glob("*.po")) for each in read(path)]
    assert [each.id for each in messages if other_words(each)] == []
    assert other_words(Message("Check a ticket", "လက်မှတ် စစ်ဆေးရန်")), "the control"
    assert not other_words(Message("Load the certificate", "လက်မှတ်ကို ဒေါင်းလုဒ်လုပ်ရန်"))


def test_counts_choose_their_form() -> None:
    def minutes(language: str, n: int) -> str:
        return load(language, "ticket").ngettext("{minutes} minute", "{minutes} minutes", n).format(minutes=n)

    assert [minutes("en", 1), minutes("en", 2)] == ["1 minute", "2 minutes"]
    assert [minutes("th", 1), minutes("th", 2)] == ["1 นาที", "2 นาที"]


def test_a_text_that_is_not_there_comes_back_in_english() -> None:
    catalogue = load("th", "kiosk")
    assert catalogue.gettext("no such text") == "no such text"
    assert catalogue.pgettext("context", "no such text") == "no such text"
    assert N_("no such text") == "no such text"


@pytest.mark.parametrize("content", [None, b"", b"\x00" * 64, b"not a catalogue"])
def test_a_missing_or_damaged_catalogue_is_a_clear_error(tmp_path: Path, content: bytes | None) -> None:
    (tmp_path / "th").mkdir()
    if content is not None:
        (tmp_path / "th" / "kiosk.mo").write_bytes(content)
    with pytest.raises(CatalogueMissingError, match="'th'") as caught:
        load("th", "kiosk", tmp_path)
    assert "compile" in caught.value.hint


@pytest.mark.parametrize(
    ("wanted", "shown"), [("my", "my"), ("my-MM", "my"), ("TH_TH", "th"), ("fr", "en"), ("", "en")]
)
def test_a_language_that_is_not_there_falls_back_to_its_base_then_to_english(wanted: str, shown: str) -> None:
    assert fallback(wanted) == shown


def test_each_language_names_itself() -> None:
    assert set(LANGUAGE_NAMES) == set(LANGUAGES)
    assert LANGUAGE_NAMES["th"] == "ไทย"


@pytest.mark.parametrize("command", ["check", "extract"])
def test_the_commands_run_on_the_shipped_catalogues(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command]) == 0
    assert not capsys.readouterr().err


def test_a_wrong_call_prints_how_to_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["translate"]) == 2
    assert "usage" in capsys.readouterr().err
