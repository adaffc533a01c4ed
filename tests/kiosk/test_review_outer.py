"""What a technician's slips of the pen may not do: lose the last good hours, or tell of something that is not so."""

import errno
from dataclasses import replace
from pathlib import Path

import pytest

import kiosk
from fonts import FontsError
from kiosk import configfile, demo
from kiosk.appliance import notice_of
from kiosk.configfile import Loaded, LoadedCalendar, LoadedCatalogue, load, load_calendar, load_catalogue
from kiosk.doctor import examine
from kiosk.office_data import catalogue_of
from sync.calendar import ALWAYS_OPEN
from tests.kiosk.test_doctor import Box

EXAMPLE = Path(kiosk.__file__).parent / "example"
LANGUAGES = ("th", "en", "my")
NEWSPAPERS = '\n[services.newspapers]\nevery = ["09:00-10:00"]\n'


def test_the_doctor_finds_hours_of_a_service_that_there_is_not_and_never_keeps_them(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.findings()
    calendar, good = tmp_path / "calendar.toml", tmp_path / "data" / "calendar.toml.good"
    before = good.read_bytes()
    calendar.write_bytes(before + NEWSPAPERS.encode())
    (hours,) = [each for each in examine(box.path, None, box.tools) if each.part == "hours"]
    assert (hours.state, "newspapers" in hours.seen) == ("problem", True)
    assert good.read_bytes() == before


def test_a_service_that_left_the_catalogue_does_not_leave_the_office_open_at_night(tmp_path: Path) -> None:
    path = tmp_path / "calendar.toml"
    path.write_bytes((EXAMPLE / "calendar.toml").read_bytes() + NEWSPAPERS.encode())
    whole = load_calendar(path, tmp_path, LANGUAGES, ("newspapers",))
    assert whole.problem is None
    less = load_calendar(path, tmp_path, LANGUAGES, ("move-in",))
    assert "newspapers" in str(less.problem)
    assert less.calendar == whole.calendar


def notice(hours: LoadedCalendar, folder: Path) -> str:
    (folder / "kiosk.toml").write_bytes((EXAMPLE / "kiosk.toml").read_bytes())
    (folder / "catalogue.toml").write_bytes((EXAMPLE / "catalogue.toml").read_bytes())
    loaded: Loaded = load(folder / "kiosk.toml")
    services: LoadedCatalogue = catalogue_of(loaded)
    return notice_of(loaded, services, hours) or ""


def test_the_banner_does_not_tell_of_last_good_hours_where_there_are_none(tmp_path: Path) -> None:
    path = tmp_path / "calendar.toml"
    path.write_text("counters = 0\n", encoding="utf-8")
    none = load_calendar(path, tmp_path, LANGUAGES)
    assert none.calendar is ALWAYS_OPEN
    assert notice(none, tmp_path).startswith("There are no opening hours. calendar.toml: ")
    kept = replace(none, calendar=replace(ALWAYS_OPEN, digest="of a copy"))
    assert notice(kept, tmp_path).startswith("The last good settings are in use. calendar.toml: ")


class Locked(type(Path())):  # type: ignore[misc]
    """A file that this user may not read."""

    def read_bytes(self) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied")


def test_a_file_that_may_not_be_read_is_not_told_to_be_put_there(tmp_path: Path) -> None:
    problem = configfile.load(Locked(tmp_path / "kiosk.toml")).problem
    assert problem is not None
    assert "chmod a+r" in problem.hint
    absent = configfile.load(tmp_path / "kiosk.toml").problem
    assert absent is not None
    assert absent.hint.startswith("Put the file there")


@pytest.mark.parametrize("sign", ["m²", "☎", "a\\nb", "\\u2611", "\U0001f600", "\u2011"])
def test_a_sign_that_no_typeface_has_is_refused_with_its_line_and_the_last_good_catalogue_stays(
    tmp_path: Path, sign: str
) -> None:
    path = tmp_path / "catalogue.toml"
    whole = (EXAMPLE / "catalogue.toml").read_text("utf-8")
    path.write_text(f"# any remark: ☎ ²\n{whole}", "utf-8")
    good = load_catalogue(path, tmp_path, LANGUAGES)
    assert good.problem is None
    old = 'name = "Register moving in"'
    path.write_text(whole.replace(old, f'name = "Register {sign}"'), "utf-8")
    found = load_catalogue(path, tmp_path, LANGUAGES)
    line = whole[: whole.index(old)].count("\n") + 1
    assert str(found.problem).startswith(f"line {line}: no typeface of the kiosk has ")
    assert found.catalogue == good.catalogue
    assert load_catalogue(path, tmp_path / "nothing", LANGUAGES).catalogue is None


def test_an_office_s_name_and_its_holidays_are_held_to_the_same(tmp_path: Path) -> None:
    settings, calendar = tmp_path / "kiosk.toml", tmp_path / "calendar.toml"
    text = (EXAMPLE / "kiosk.toml").read_text("utf-8")
    settings.write_text(text.replace('place = "', 'place = "漢 '), "utf-8")
    assert load(settings).problem is None, "where it stands is read in a browser"
    settings.write_text(text.replace('en = "Example City', 'en = "Example ✓ City'), "utf-8")
    refused = load(settings)
    assert (refused.config is not None, "✓" in str(refused.problem)) == (True, True)
    assert refused.problem is not None
    assert refused.problem.line == text[: text.index('en = "Example')].count("\n") + 1
    calendar.write_text((EXAMPLE / "calendar.toml").read_text("utf-8").replace("Lunch break", "Lunch ☕"), "utf-8")
    assert "☕ (HOT BEVERAGE)" in str(load_calendar(calendar, tmp_path, LANGUAGES).problem)


def test_a_path_with_a_nul_in_it_is_an_error_of_its_line(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_text((EXAMPLE / "kiosk.toml").read_text("utf-8").replace('"data"', '"da\\u0000ta"', 1), "utf-8")
    problem = load(path).problem
    assert problem is not None
    assert (problem.line, "NUL" in str(problem)) == (7, True)


def test_without_typefaces_the_doctor_looks_at_the_rest_and_draws_nothing(tmp_path: Path) -> None:
    def missing() -> None:
        raise FontsError("a font file is missing", hint="Reinstall the package.")

    found = {each.part: each.state for each in Box(tmp_path).with_(fonts=missing).findings()}
    assert (found["fonts"], found["services"], "ticket" in found) == ("problem", "ok", False)


@pytest.mark.parametrize("port", ["99999", "-1", "http"])
def test_a_port_that_is_none_is_refused_before_anything_starts(
    tmp_path: Path, port: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        demo.main([f"--pages={port}", "--out", str(tmp_path / "out")])
    assert "is no port: write a number from 0 to 65535" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
