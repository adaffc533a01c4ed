"""Clips of speech: what is heard in a recording, where they lie, which one counts; none is ever half there."""

import io
import struct
import wave
from dataclasses import replace
from pathlib import Path

import pytest

from hardware.hall_chime import hall_chime_wav
from server.clips import CHIME, NO_LANGUAGE, Clips, Recorded, digest_of, keep, read_clip, recorded, sweep
from server.errors import ClipRefused, ServerError
from server.ledger import Ledger
from server.ogg import ogg_ms
from server.pcm import (
    AROUND_MS,
    LEAST_DB,
    LONGEST_MS,
    TARGET_DB,
    Problem,
    Sound,
    amplitude,
    decibels,
    judge,
    levelled,
    read_wav,
    write_wav,
)
from server.stores import FILE
from sync.types import UtcMs
from tests.server.places import reader_of
from tests.server.voices import RATE, STAFF, recorded_here, tone
from translations import DIRECTORY

# What is heard -------------------------------------------------------------------------------------------------------


def test_a_good_recording_is_cut_close_and_made_as_loud_as_all_others() -> None:
    kept = []
    for level in (0.1, 0.3, 0.8):
        seen = judge(tone(500, level, before_ms=700, after_ms=900))
        assert seen.problems == ()
        assert abs(seen.sound.ms - (500 + 2 * AROUND_MS)) <= 20
        kept.append(judge(seen.sound).loud_db)
    assert max(kept) - min(kept) < 0.2
    assert abs(kept[0] - TARGET_DB) < 0.2


def test_a_clip_with_one_loud_crack_is_not_driven_over_full_scale() -> None:
    quiet = tone(500, 0.05)
    quiet.samples[4000] = 32_000  # type: ignore[index]
    assert max(map(abs, levelled(quiet).samples)) < 32_768


def overdriven() -> Sound:
    """A microphone that was spoken into from too near."""
    return Sound(RATE, [max(min(3 * each, 32_767), -32_768) for each in tone(400, 0.9).samples])


@pytest.mark.parametrize(
    ("sound", "problem"),
    [
        (tone(400, 0.0), Problem.SILENT),
        (Sound(RATE, ()), Problem.SILENT),
        (tone(400, amplitude(LEAST_DB - 3) / 32_768 * 2**0.5, 200), Problem.QUIET),
        (tone(80, 0.3, 300, 300), Problem.SHORT),
        (tone(LONGEST_MS + 200, 0.3), Problem.LONG),
        (overdriven(), Problem.CLIPPED),
    ],
)
def test_what_is_wrong_with_a_recording_is_named(sound: Sound, problem: Problem) -> None:
    assert judge(sound).problems == (problem,)


def test_levels_are_decibels_below_full_scale() -> None:
    assert decibels(32_768) == 0
    assert round(decibels(16_384)) == -6
    assert decibels(0) == -120
    assert round(decibels(amplitude(-6)), 6) == -6


def test_a_wav_file_comes_back_as_it_went_and_two_channels_become_one() -> None:
    sound = tone(100)
    assert list(read_wav(write_wav(sound)).samples) == list(sound.samples)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(48_000)
        out.writeframes(struct.pack("<4h", 100, 300, -50, -150))
    assert list(read_wav(file.getvalue()).samples) == [200, -100]


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", b"no sound at all" * 9, write_wav(tone(9))[:30], bytes(3 * 1024 * 1024)]
)
def test_what_is_no_recording_is_refused(data: bytes) -> None:
    with pytest.raises(ClipRefused) as refused:
        read_wav(data)
    assert refused.value.hint


def ogg(head: bytes, position: int) -> bytes:
    """The smallest file with these: a first page with the head, and a last one."""

    def page(granule: int, body: bytes) -> bytes:
        return struct.pack("<4sBBqIIIB", b"OggS", 0, 0, granule, 1, 0, 0, 1) + bytes([len(body)]) + body

    return page(0, head) + page(position, bytes(40))


OPUS = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 16_000, 0, 0)
VORBIS = b"\x01vorbis" + struct.pack("<IBIiii", 0, 1, 22_050, 0, 0, 0) + b"\xb8\x01"


def test_how_long_an_ogg_file_lasts_is_read_from_its_last_page() -> None:
    assert ogg_ms(ogg(OPUS, 48_000 + 312)) == 1000
    assert ogg_ms(ogg(VORBIS, 33_075)) == 1500
    for damaged in (b"", b"OggS" + bytes(60), ogg(b"\x80theora" + bytes(30), 5)):
        with pytest.raises(ClipRefused):
            ogg_ms(damaged)


# The chime -----------------------------------------------------------------------------------------------------------


def test_the_chime_that_ships_is_the_one_that_the_command_makes() -> None:
    assert (DIRECTORY / "chime.wav").read_bytes() == hall_chime_wav()
    heard = read_wav(hall_chime_wav())
    assert 800 <= heard.ms <= 1_500
    assert 8_000 < max(map(abs, heard.samples)) < 30_000


def test_no_speech_ships_that_nobody_has_spoken() -> None:
    assert [path for language in ("th", "en", "my") for path in (DIRECTORY / language).glob("clips/*")] == []


# Where they lie ------------------------------------------------------------------------------------------------------


def shipped(folder: Path) -> Path:
    """A release with one Thai clip."""
    (folder / "th" / "clips").mkdir(parents=True)
    (folder / "chime.wav").write_bytes(hall_chime_wav())
    (folder / "th" / "clips" / "digit-1.wav").write_bytes(write_wav(tone(300)))
    (folder / "th" / "clips" / "digit-2.ogg").write_bytes(ogg(OPUS, 24_312))
    (folder / "th" / "clips" / "digit-3.wav").write_bytes(b"damaged")
    (folder / "th" / "clips" / "README.txt").write_text("not a clip")
    return folder


def test_what_ships_is_found_and_what_was_recorded_here_wins(tmp_path: Path) -> None:
    clips = Clips(tmp_path / "data", shipped(tmp_path / "translations"))
    assert [clips.length("th", f"digit-{n}") for n in (1, 2, 3)] == [300, 500, None]
    data = write_wav(tone(700))
    row = Recorded("th", "digit-1", digest_of(data), 700, STAFF, UtcMs(5))
    keep(clips.folder, row, data)
    clips.take([row])
    assert clips.length("th", "digit-1") == 700
    assert clips.length("th", "digit-2") == 500
    clips.take([])
    assert clips.length("th", "digit-1") == 300


def test_an_address_holds_the_hash_and_leads_to_that_very_clip_or_nowhere(tmp_path: Path) -> None:
    clips = recorded_here(tmp_path, "th")
    found = clips.find("th", "number")
    assert found is not None
    assert found.url("th", "number") == f"/clips/{found.digest}/th/number"
    assert clips.at(found.digest, "th", "number") == found
    assert clips.at(found.digest, "th", "counter") is None
    assert clips.at("0" * 12, "th", "number") is None
    assert clips.at(clips.chime.digest, NO_LANGUAGE, CHIME) == clips.chime
    assert found.digest == digest_of(found.path.read_bytes())


def test_a_row_whose_file_is_gone_is_no_clip(tmp_path: Path) -> None:
    clips = Clips(tmp_path / "data")
    clips.take([Recorded("th", "number", "0" * 12, 500, STAFF, UtcMs(5))])
    assert clips.find("th", "number") is None


def test_without_the_chime_nothing_begins(tmp_path: Path) -> None:
    with pytest.raises(ServerError) as missing:
        Clips(tmp_path, tmp_path)
    assert "hall_chime" in missing.value.hint


def test_files_that_no_row_names_are_swept_and_others_are_left_alone(tmp_path: Path) -> None:
    clips = recorded_here(tmp_path, "my")
    (tmp_path / "my" / "number-0123456789ab.wav").write_bytes(b"older")
    (tmp_path / "my" / "number-0123456789ab.part").write_bytes(b"half")
    (tmp_path / "my" / "notes.txt").write_text("somebody's own")
    number = clips.find("my", "number")
    assert number is not None
    sweep(tmp_path, [Recorded("my", "number", number.digest, 1, STAFF, UtcMs(1))])
    assert sorted(path.name for path in (tmp_path / "my").iterdir()) == sorted(["notes.txt", number.path.name])


def test_who_recorded_a_clip_and_when_is_in_the_table(ledger: Ledger, tmp_path: Path) -> None:
    first = Recorded("th", "number", "a" * 12, 900, STAFF, UtcMs(5))
    again = replace(first, digest="b" * 12, at_ms=UtcMs(9))
    with ledger.transaction():
        ledger.clips.enter(first)
        ledger.clips.enter(again)
        ledger.clips.enter(replace(first, language="my"))
        ledger.clips.remove("my", "number")
    db = reader_of(tmp_path / FILE)
    assert recorded(db) == [again]
    db.close()


def test_a_kept_file_is_whole_and_its_half_is_no_clip(tmp_path: Path) -> None:
    row = Recorded("th", "number", "a" * 12, 5, STAFF, UtcMs(5))
    keep(tmp_path, row, write_wav(tone(300)))
    found = read_clip(tmp_path / row.file)
    assert found is not None
    assert found.ms == 300
    assert list((tmp_path / "th").iterdir()) == [tmp_path / row.file]
    (tmp_path / "th" / "half.part").write_bytes(b"RIFF")
    assert read_clip(tmp_path / "th" / "half.part") is None
