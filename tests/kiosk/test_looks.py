"""What the doctor reads beside the kiosk: the lock of a running one, its record, screens, sound cards."""

import os
import sqlite3
from pathlib import Path

import pytest

from hardware.board import BoardState, RecordingBoard
from hardware.buttons import BootMs, Edge
from hardware.printer import UNREACHABLE
from kiosk import looks
from sync.disk import take_writers_place
from sync.errors import JournalDamaged
from tests.kiosk.fakes import BOOT, Kiosk, opened


def test_who_holds_the_writers_place_is_seen_without_touching_the_lock(tmp_path: Path) -> None:
    database = tmp_path / "journal.db"
    assert looks.writer_of(database) is None
    handle = take_writers_place(database)
    assert looks.writer_of(database) == os.getpid()
    os.close(handle)
    assert looks.writer_of(database) is None
    os.close(take_writers_place(database))


def test_a_lock_on_another_file_is_not_the_kiosks(tmp_path: Path) -> None:
    handle = take_writers_place(tmp_path / "inbox.db")
    take = take_writers_place(tmp_path / "journal.db")
    os.close(take)
    assert looks.writer_of(tmp_path / "journal.db") is None
    os.close(handle)


def test_where_no_locks_can_be_listed_nobody_is_claimed_to_run(tmp_path: Path) -> None:
    handle = take_writers_place(tmp_path / "journal.db")
    assert looks.writer_of(tmp_path / "journal.db", tmp_path / "no-locks") is None
    os.close(handle)


@pytest.fixture
def troubled(tmp_path: Path) -> Kiosk:
    kiosk = opened(tmp_path, board=RecordingBoard(BoardState(temperature_c=90.0)))
    kiosk.edges.append(Edge(2, 4, True, BootMs(kiosk.clock.boottime_ms)))
    kiosk.printer.set_status(UNREACHABLE)
    kiosk.later(11_000)
    return kiosk


def test_the_record_tells_of_printer_buttons_board_and_clock_while_the_kiosk_writes_it(
    tmp_path: Path, troubled: Kiosk
) -> None:
    found = looks.remembered(tmp_path / "journal.db", BOOT)
    assert (found.printer, found.stuck, found.board) == ("unreachable", frozenset({(2, 4)}), ("hot",))
    assert found.anchor is not None
    assert found.anchor.source == "system"
    assert found.end == troubled.disk.end


def test_an_anchor_of_an_earlier_start_vouches_for_nothing(tmp_path: Path, troubled: Kiosk) -> None:
    assert looks.remembered(tmp_path / "journal.db", BOOT.replace("a", "b")).anchor is None  # type: ignore[arg-type]


def test_a_last_row_that_was_changed_is_found(tmp_path: Path, troubled: Kiosk) -> None:
    troubled.close()
    path = tmp_path / "journal.db"
    looks.remembered(path, BOOT)
    db = sqlite3.connect(path)
    for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")
    seq, row = db.execute("SELECT seq, row FROM facts ORDER BY seq DESC LIMIT 1").fetchone()
    db.execute("UPDATE facts SET row = ? WHERE seq = ?", (row.replace(b"1", b"2", 1), seq))
    db.commit()
    db.close()
    with pytest.raises(JournalDamaged) as damaged:
        looks.remembered(path, BOOT)
    assert "sync verify" in damaged.value.hint


def test_no_journal_is_told_apart_from_a_broken_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        looks.remembered(tmp_path / "journal.db", BOOT)


def connector(drm: Path, name: str, status: str, modes: str = "", edid: bytes = b"") -> None:
    folder = drm / name
    folder.mkdir(parents=True)
    (folder / "status").write_text(status + "\n")
    (folder / "modes").write_text(modes)
    (folder / "edid").write_bytes(edid)


def edid(*, detailed: tuple[int, int] | None = None, centimetres: tuple[int, int] = (0, 0)) -> bytes:
    """A screen's description with only its size in it."""
    data = bytearray(128)
    data[:8] = b"\x00\xff\xff\xff\xff\xff\xff\x00"
    data[21:23] = bytes(centimetres)
    if detailed is not None:
        width, height = detailed
        data[54:56] = b"\x02\x3a"
        data[66], data[67], data[68] = width & 0xFF, height & 0xFF, (width >> 8) << 4 | height >> 8
    return bytes(data)


def test_plugged_screens_are_seen_with_pixels_and_size(tmp_path: Path) -> None:
    connector(tmp_path, "card1-HDMI-A-1", "connected", "1920x1080\n1280x720\n", edid(detailed=(521, 293)))
    connector(tmp_path, "card1-HDMI-A-2", "disconnected", "800x480\n")
    connector(tmp_path, "card1-DSI-1", "connected")
    assert looks.screens(tmp_path) == {"HDMI-A-1": ((1920, 1080), (521, 293)), "DSI-1": (None, None)}
    assert looks.screens(tmp_path / "nowhere") == {}


def test_a_screens_size_is_read_as_finely_as_it_tells() -> None:
    assert looks.edid_mm(edid(detailed=(1210, 680), centimetres=(121, 68))) == (1210, 680)
    assert looks.edid_mm(edid(centimetres=(34, 19))) == (340, 190)
    for nothing in (b"", b"\0" * 128, edid()):
        assert looks.edid_mm(nothing) is None


def test_sound_cards_are_listed_and_found_in_a_device_name(tmp_path: Path) -> None:
    cards = tmp_path / "cards"
    cards.write_text(
        " 0 [vc4hdmi0       ]: vc4-hdmi - vc4-hdmi-0\n                      vc4-hdmi-0\n"
        " 1 [Device         ]: USB-Audio - USB Audio Device\n"
    )
    assert looks.sound_cards(cards) == {0: "vc4hdmi0", 1: "Device"}
    assert looks.sound_cards(tmp_path / "none") == {}
    named = [looks.card_of(name) for name in ("hw:1,0", "plughw:CARD=Device,DEV=0", "default", "sysdefault:Device")]
    assert named == ["1", "Device", None, "Device"]
