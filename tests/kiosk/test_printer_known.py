"""That the printer at an address has answered is known at the next start, and forgotten with the printer."""

from pathlib import Path

from hardware.printer import Met
from hardware.profile import Abilities, Identity
from kiosk.printer_known import ANSWERED, has_answered, remember

LINE, OTHER = "serial:///dev/serial0?baud=9600", "tcp://192.168.1.20:9100"
TALKS = Met(Identity(), Abilities(answers=True), "generic")
MUTE = Met(Identity(), Abilities(), "generic")


def test_an_answer_is_remembered_for_its_address_alone(tmp_path: Path) -> None:
    assert not has_answered(tmp_path, LINE)
    remember(tmp_path, LINE, TALKS)
    assert has_answered(tmp_path, LINE)
    assert not has_answered(tmp_path, OTHER)
    remember(tmp_path, OTHER, TALKS)
    assert (has_answered(tmp_path, LINE), has_answered(tmp_path, OTHER)) == (False, True)


def test_a_printer_that_cannot_speak_in_its_place_makes_it_forgotten(tmp_path: Path) -> None:
    remember(tmp_path, LINE, TALKS)
    remember(tmp_path, LINE, MUTE)
    assert not has_answered(tmp_path, LINE)


def test_what_cannot_be_read_or_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / ANSWERED).write_bytes(b"\xff\xfe")
    assert not has_answered(tmp_path, LINE)
    remember(tmp_path / "nowhere", LINE, TALKS)
    assert not has_answered(tmp_path / "nowhere", LINE)
