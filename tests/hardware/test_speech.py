"""Clips joined: nothing of them lost, silence between, as loud as asked, one file for each rate."""

import io
import struct
import wave

import pytest

from hardware.errors import SoundError
from hardware.sound import tones_wav
from hardware.speech import Part, joined, length_ms


def wav(samples: tuple[int, ...], rate: int = 8_000, channels: int = 1, width: int = 2) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples) if width == 2 else bytes(samples))
    return out.getvalue()


def samples(data: bytes) -> tuple[int, ...]:
    with wave.open(io.BytesIO(data)) as file:
        frames = file.readframes(file.getnframes())
    return struct.unpack(f"<{len(frames) // 2}h", frames)


def test_clips_of_one_rate_become_one_file_with_silence_between() -> None:
    (found,) = joined([Part(wav((1, 2)), gap_ms=1), Part(wav((3,)))])
    assert samples(found) == (1, 2, *[0] * 8, 3)


def test_another_rate_or_number_of_channels_is_another_file() -> None:
    parts = [wav((1,)), wav((2, 2), 16_000), wav((3, 3), 16_000, 2), wav((4,))]
    found = joined([Part(each) for each in parts])
    assert [samples(each) for each in found] == [(1,), (2, 2), (3, 3), (4,)]


def test_the_volume_is_a_part_of_what_was_recorded() -> None:
    assert samples(joined([Part(wav((1000, -1000)))], 50)[0]) == (500, -500)
    assert samples(joined([Part(wav((1000, -1000)))], 0)[0]) == (0, 0)


def test_how_long_a_file_lasts() -> None:
    assert length_ms(tones_wav((440.0,), 0.25)) == 250


@pytest.mark.parametrize("data", [b"", b"RIFF", wav((1, 2), width=1)])
def test_what_is_no_wav_of_16_bit_is_refused(data: bytes) -> None:
    with pytest.raises(SoundError, match="no WAV file"):
        length_ms(data)
    with pytest.raises(SoundError, match="no WAV file"):
        joined([Part(data)])
