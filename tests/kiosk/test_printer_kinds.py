"""Which kind of printer a kiosk takes its own for, and what it falls back to."""

from dataclasses import replace
from pathlib import Path

import pytest

from hardware.errors import PrintersFileError
from hardware.printers_file import shipped
from kiosk import demo
from kiosk.errors import KioskError
from kiosk.printer_kinds import notice_of, settle
from sync.config import KioskConfig, parse_kiosk

OWN = '[hall]\ntitle = "the one in the hall"\n'
CONFIG = parse_kiosk((demo.EXAMPLE / "kiosk.toml").read_bytes())


def own(folder: Path, text: str, profile: str = "auto") -> KioskConfig:
    (folder / "printers.toml").write_text(text, "utf-8")
    return replace(CONFIG, printers="printers.toml", printer_profile=profile)


def test_without_a_word_of_it_a_printer_is_generic_and_may_be_recognised(tmp_path: Path) -> None:
    found = settle(CONFIG, tmp_path, tmp_path)
    assert (found.profile.name, found.others) == ("generic", shipped())
    assert notice_of(found, None) is None


def test_a_kind_of_the_offices_own_is_taken_by_its_name(tmp_path: Path) -> None:
    found = settle(own(tmp_path, OWN, "hall"), tmp_path, tmp_path)
    assert (found.profile.name, found.others) == ("hall", ())


def test_a_spoilt_file_leaves_the_last_good_copy_in_use_and_is_told(tmp_path: Path) -> None:
    settle(own(tmp_path, OWN, "hall"), tmp_path, tmp_path)
    found = settle(own(tmp_path, OWN + "with = 384\n", "hall"), tmp_path, tmp_path)
    assert (found.profile.name, found.shipped) == ("hall", False)
    notice = notice_of(found, "printers.toml")
    assert notice is not None
    assert "The last good settings are in use. printers.toml, line 3: unknown key `with`" in notice
    assert notice.endswith("Did you mean `width`?")


@pytest.mark.parametrize(
    ("slip", "says"),
    [
        (OWN.replace("hall", "hal", 1), 'no kind of printer named "hall"'),
        (OWN + "width = 376\n", '"hall" prints 376 dots'),
        ("", 'no kind of printer named "hall"'),
    ],
    ids=["its name", "its width", "all of it"],
)
def test_a_slip_that_takes_the_named_kind_away_leaves_the_last_good_copy_in_use_again_and_again(
    tmp_path: Path, slip: str, says: str
) -> None:
    settle(own(tmp_path, OWN, "hall"), tmp_path, tmp_path)
    for _ in range(2):  # a copy of the slip would be found at the second start
        found = settle(own(tmp_path, slip, "hall"), tmp_path, tmp_path)
        assert (found.profile.name, found.shipped) == ("hall", False)
        assert says in (notice_of(found, "printers.toml") or "")


def test_a_shipped_kind_that_the_offices_file_spoils_is_used_as_it_ships(tmp_path: Path) -> None:
    found = settle(own(tmp_path, "[pos-80]\nwidth = 376\n", "pos-80"), tmp_path, tmp_path)
    assert (found.profile.width, found.shipped) == (576, True)
    assert "Only the kinds of printers that ship are known." in (notice_of(found, "printers.toml") or "")


def test_without_a_copy_what_ships_is_in_use_and_a_name_from_the_spoilt_file_is_its_fault(tmp_path: Path) -> None:
    found = settle(own(tmp_path, "[hall\n"), tmp_path, tmp_path)
    assert (found.known, found.shipped) == (shipped(), True)
    with pytest.raises(PrintersFileError, match="not TOML"):
        settle(own(tmp_path, "[hall\n", "hall"), tmp_path, tmp_path)


def test_a_file_that_is_not_there_and_a_name_that_is_no_kind_are_told(tmp_path: Path) -> None:
    missing = settle(replace(CONFIG, printers="none.toml"), tmp_path, tmp_path)
    assert "cannot be read" in str(missing.problem)
    with pytest.raises(PrintersFileError) as caught:
        settle(replace(CONFIG, printer_profile="epson"), tmp_path, tmp_path)
    assert "epson-tm" in caught.value.hint


def test_a_kind_too_narrow_for_the_roll_is_refused_and_a_narrow_roll_in_a_wide_one_is_not(tmp_path: Path) -> None:
    with pytest.raises(KioskError) as caught:
        settle(replace(CONFIG, printer_profile="ttl-58", paper_mm=80), tmp_path, tmp_path)
    assert "Set paper_mm = 58" in caught.value.hint
    assert settle(replace(CONFIG, printer_profile="ttl-58", paper_mm=58), tmp_path, tmp_path).profile.width == 384
    found = settle(replace(CONFIG, printer_profile="epson-tm", paper_mm=58), tmp_path, tmp_path)
    assert (found.profile.width, found.width(58)) == (512, 384)


def test_tickets_are_as_wide_as_the_kind_that_is_named_or_recognised_prints(tmp_path: Path) -> None:
    named = settle(replace(CONFIG, printer_profile="epson-tm"), tmp_path, tmp_path)
    assert [named.width(80, met) for met in (None, "epson-tm-203")] == [512, 512]
    free = settle(CONFIG, tmp_path, tmp_path)
    assert free.width(80) == 576
    assert [free.width(80, met) for met in ("epson-tm", "epson-tm-203", "ttl-58", "gone")] == [512, 576, 384, 576]
    assert [free.width(58, met) for met in ("epson-tm", None)] == [384, 384]


def test_a_kind_that_prints_fewer_dots_than_any_ticket_has_is_refused(tmp_path: Path) -> None:
    config = own(tmp_path, '[bon]\ntitle = "a"\nwidth = 320\n', "bon")
    for paper_mm in (58, 80):
        with pytest.raises(KioskError, match="320 dots, too few") as caught:
            settle(replace(config, paper_mm=paper_mm), tmp_path, tmp_path)
        assert caught.value.hint == "Choose another printer_profile in kiosk.toml."
