"""The check notices each kind of fault that a catalogue can have; a good catalogue has none."""

import re
import shutil
from pathlib import Path

import pytest

from translations import DIRECTORY, LANGUAGES
from translations.errors import CatalogueFaultError
from translations.tool import check, compile_all, faults, read, unused, uses


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for language in LANGUAGES:
        shutil.copytree(DIRECTORY / language, tmp_path / "translations" / language)
    return tmp_path / "translations"


def edit(path: Path, pattern: str, replacement: str) -> None:
    text, count = re.subn(pattern, lambda _: replacement, path.read_text("utf-8"), count=1)
    assert count == 1
    path.write_text(text, "utf-8")
    compile_all(path.parent.parent)


def test_control_the_copied_catalogues_have_no_fault(copy: Path) -> None:
    assert faults(copy) == []
    check(copy)
    assert compile_all(copy) == []


@pytest.mark.parametrize(
    ("name", "pattern", "replacement", "fault"),
    [
        ("th/kiosk.po", r'msgstr "เลือกบริการ"', 'msgstr ""', "'Choose a service' is not translated"),
        ("my/kiosk.po", r'msgid "Back"\nmsgstr ".*"\n', "", "'Back' is missing"),
        ("en/kiosk.po", r'msgid "Back"\nmsgstr ".*"\n', "", "'Back' is missing"),
        ("th/kiosk.po", r'msgid "Back"', '#, fuzzy\nmsgid "Back"', "'Back' is fuzzy"),
        ("th/ticket.po", r"\{amount\} บาท", "{sum} บาท", "'{amount} baht' has other placeholders"),
        ("my/ticket.po", r"\{minutes\} မိနစ်", "မိနစ်", "'{minutes} minute' has other placeholders"),
        ("th/kiosk.po", r'msgstr "ขอบคุณ"', 'msgstr "ขอบคุณครับ"', "'ครับ'"),
        ("my/pages.po", r'msgstr "နံပါတ်"', 'msgstr "႐ံုး"', "Zawgyi"),
        ("my/kiosk.po", r'"X-Review:.*"\n', "", "no X-Review line"),
    ],
)
def test_each_fault_is_named_with_its_file(copy: Path, name: str, pattern: str, replacement: str, fault: str) -> None:
    edit(copy / name, pattern, replacement)
    with pytest.raises(CatalogueFaultError) as caught:
        check(copy)
    (only,) = caught.value.faults
    assert only.startswith(f"{name}: ")
    assert fault in only
    assert "compile" in caught.value.hint


def test_a_text_added_in_one_language_only_is_missing_in_the_others(copy: Path) -> None:
    path = copy / "my" / "pages.po"
    path.write_text(path.read_text("utf-8") + '\nmsgid "New"\nmsgstr "အသစ်"\n', "utf-8")
    compile_all(copy)
    assert faults(copy) == ["th/pages.po: 'New' is missing", "en/pages.po: 'New' is missing"]


def test_a_catalogue_that_was_edited_but_not_compiled_is_noticed(copy: Path) -> None:
    path = copy / "th" / "kiosk.po"
    path.write_text(path.read_text("utf-8").replace("เลือกบริการ", "โปรดเลือกบริการ"), "utf-8")
    (fault,) = faults(copy)
    assert "not up to date" in fault
    assert compile_all(copy) == [path.with_suffix(".mo")]
    assert faults(copy) == []


@pytest.mark.parametrize("content", [None, b'msgid "half\n', b"\xff\xfe"])
def test_a_missing_or_badly_formed_po_file_is_a_clear_error(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "kiosk.po"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CatalogueFaultError, match=re.escape("kiosk.po")):
        read(path)


def code(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, "utf-8")
    return root


def test_texts_are_found_in_python_and_in_templates(tmp_path: Path) -> None:
    root = code(
        tmp_path,
        {
            "kiosk/a.py": 'label = catalogue.gettext("Back")\nfee = N_("Fee")\nt.ngettext("one", "many", n)\n',
            "kiosk/paper.py": '# gettext: ticket\nt.pgettext("mark", "COPY")\n',
            "server/templates/page.html": "<h1>{{ gettext('Tickets today') }}</h1>{% trans %}Office{% endtrans %}",
        },
    )
    assert [(use.msgid, use.context, use.place, use.domains) for use in uses(root)] == [
        ("Back", None, "kiosk/a.py:1", ("kiosk",)),
        ("Fee", None, "kiosk/a.py:2", ("kiosk",)),
        ("one", None, "kiosk/a.py:3", ("kiosk",)),
        ("COPY", "mark", "kiosk/paper.py:2", ("ticket",)),
        ("Office", None, "server/templates/page.html:1", ("pages",)),
        ("Tickets today", None, "server/templates/page.html:1", ("pages",)),
    ]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('t.gettext("Back")', []),
        ('t.gettext("No such text")', ["kiosk/a.py:1: 'No such text' is not in kiosk.po"]),
        ('t.gettext("Proof code")', ["kiosk/a.py:1: 'Proof code' is not in kiosk.po; it is in ticket.po"]),
        ('# gettext: ticket\nt.gettext("Proof code")', []),
        ('# gettext: kiosk, ticket\nt.gettext("Proof code"); t.gettext("Back")', []),
        ('# gettext: posters\nt.gettext("Back")', ["kiosk/a.py:2: there is no domain posters"]),
        ('t.pgettext("door", "Back")', ["kiosk/a.py:1: 'Back' is not in kiosk.po"]),
    ],
)
def test_a_text_that_the_code_uses_must_be_in_its_domain(copy: Path, source: str, found: list[str]) -> None:
    root = code(copy.parent, {"kiosk/a.py": source + "\n"})
    named = faults(copy, root)
    assert len(named) == len(found)
    assert all(fault.startswith(start) for fault, start in zip(named, found, strict=True))


def test_a_text_that_nothing_asks_for_is_noted(copy: Path) -> None:
    root = code(copy.parent, {"kiosk/a.py": 't.gettext("Back")\n'})
    notes = unused(copy, root)
    assert "kiosk: 'Back'" not in notes
    assert "kiosk: 'Choose a service'" in notes
