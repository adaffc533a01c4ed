"""Recorded clips made one sound: joined with silence between them, as loud as is asked. Pure.

A clip is a WAV file of 16 bit PCM. Those of one rate become one file: a player that is started anew for each word would
stammer.
"""

import array
import io
import sys
import wave
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hardware.errors import SoundError


@dataclass(frozen=True, slots=True)
class Part:
    """A WAV file, and the milliseconds of silence after it."""

    wav: bytes
    gap_ms: int = 0


@dataclass(frozen=True, slots=True)
class _Read:
    rate: int
    channels: int
    frames: bytes


def length_ms(wav: bytes) -> int:
    """How long this file lasts. Its header is enough. Raises SoundError where it is none that can be joined."""
    try:
        with wave.open(io.BytesIO(wav)) as file:
            _check(file)
            return int(file.getnframes() * 1000 // file.getframerate())
    except (wave.Error, EOFError, ZeroDivisionError) as error:
        raise _no_wav(error) from error


def joined(parts: Iterable[Part], volume: int = 100) -> list[bytes]:
    """WAV files to be played one after another, as few as the clips' rates allow. `volume` in percent.

    Raises SoundError.
    """
    files: list[tuple[_Read, list[bytes]]] = []
    for part in parts:
        read = _read(part.wav)
        if not files or (files[-1][0].rate, files[-1][0].channels) != (read.rate, read.channels):
            files.append((read, []))
        silence = bytes(2 * read.channels * (read.rate * part.gap_ms // 1000))
        files[-1][1].extend((read.frames, silence))
    return [_written(first, frames, volume) for first, frames in files]


def _read(wav: bytes) -> _Read:
    try:
        with wave.open(io.BytesIO(wav)) as file:
            _check(file)
            return _Read(file.getframerate(), file.getnchannels(), file.readframes(file.getnframes()))
    except (wave.Error, EOFError) as error:
        raise _no_wav(error) from error


def _check(file: wave.Wave_read) -> None:
    if file.getsampwidth() != 2:
        raise wave.Error(f"{file.getsampwidth() * 8} bit")


def _written(first: _Read, frames: Sequence[bytes], volume: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(first.channels)
        file.setsampwidth(2)
        file.setframerate(first.rate)
        file.writeframes(_quieter(b"".join(frames), volume))
    return out.getvalue()


def _quieter(frames: bytes, volume: int) -> bytes:
    if volume >= 100:
        return frames
    samples = array.array("h", frames)
    if sys.byteorder == "big":
        samples.byteswap()
    samples = array.array("h", (each * volume // 100 for each in samples))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def _no_wav(error: Exception) -> SoundError:
    return SoundError(f"this is no WAV file of 16 bit PCM: {error}", hint="Record the clip again in the console.")
