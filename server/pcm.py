"""Recorded speech as numbers: read, judged, cut out of the silence around it, made as loud as all clips are. Pure.

A clip is 16 bit PCM, mono. Levels are in decibels below full scale (dBFS).
"""

import array
import io
import math
import sys
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from server.errors import ClipRefused

SHORTEST_MS, LONGEST_MS = 120, 6_000
"""Of speech, the silence around it cut: "ห้า" takes a quarter of a second, "please go to counter" two."""
LEAST_DB = -34.0
"""Of the loudest tenth of a second. Quieter speech, made louder, brings the room's noise with it."""
CLIPPED = 3
"""So many samples at full scale in a row are no peak but a cut one."""
FULL = 32_760
QUIET_BELOW = 0.05
"""Silence: below this part of the clip's own loudest window (26 dB)."""
AROUND_MS = 40
"""Silence that is left before and after the speech, so that no consonant is cut."""
WINDOW_MS = 10
LOUD_MS = 100
TARGET_DB, PEAK_DB = -16.0, -1.0
"""The loudest tenth of a second of every clip is brought to this, unless its peaks would come above that."""
LEAST_RATE, MOST_RATE = 8_000, 48_000
MOST_BYTES = 2 * 1024 * 1024
"""Twenty seconds at the highest rate: more than anybody needs to say one word."""


class Problem(StrEnum):
    """Why a recording should be made again."""

    SILENT = "silent"
    QUIET = "too-quiet"
    CLIPPED = "clipped"
    SHORT = "too-short"
    LONG = "too-long"


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples of one channel, 16 bit, at `rate` a second."""

    rate: int
    samples: Sequence[int]

    @property
    def ms(self) -> int:
        """How long it lasts."""
        return len(self.samples) * 1000 // self.rate


@dataclass(frozen=True, slots=True)
class Judged:
    """A recording that was looked at. `sound`: what would be kept; `peak_db`, `loud_db` of what came."""

    sound: Sound
    problems: tuple[Problem, ...]
    peak_db: float
    loud_db: float


def read_wav(data: bytes) -> Sound:
    """The sound in a WAV file, several channels made one. Raises ClipRefused where it is none that can be used."""
    if len(data) > MOST_BYTES:
        raise ClipRefused("the recording is too long", hint="Say only the words that are shown.")
    try:
        with wave.open(io.BytesIO(data)) as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            raw = file.readframes(file.getnframes())
    except (wave.Error, EOFError, ValueError) as error:
        raise ClipRefused(f"this is no WAV file of PCM: {error}", hint=_HINT) from error
    if width != 2 or not 1 <= channels <= 2 or not LEAST_RATE <= rate <= MOST_RATE:
        raise ClipRefused(f"{width * 8} bit, {channels} channels, {rate} Hz cannot be used", hint=_HINT)
    samples = array.array("h", raw[: len(raw) // (2 * channels) * 2 * channels])
    if sys.byteorder == "big":
        samples.byteswap()
    if channels == 2:
        samples = array.array("h", ((a + b) // 2 for a, b in zip(samples[::2], samples[1::2], strict=True)))
    return Sound(rate, samples)


def write_wav(sound: Sound) -> bytes:
    """The WAV file of a sound."""
    samples = array.array("h", sound.samples)
    if sys.byteorder == "big":
        samples.byteswap()
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(sound.rate)
        out.writeframes(samples.tobytes())
    return file.getvalue()


def judge(sound: Sound) -> Judged:
    """What is wrong with a recording, and what would be kept of it: its speech, as loud as all the others."""
    peak = max(map(abs, sound.samples), default=0)
    loud = max(_windows(sound, LOUD_MS), default=0.0)
    if peak == 0 or decibels(loud) < LEAST_DB - 20:
        return Judged(Sound(sound.rate, ()), (Problem.SILENT,), decibels(peak), decibels(loud))
    speech = trimmed(sound)
    problems = []
    if is_clipped(sound.samples):
        problems.append(Problem.CLIPPED)
    if decibels(loud) < LEAST_DB:
        problems.append(Problem.QUIET)
    if speech.ms < SHORTEST_MS + 2 * AROUND_MS:
        problems.append(Problem.SHORT)
    if speech.ms > LONGEST_MS + 2 * AROUND_MS:
        problems.append(Problem.LONG)
    return Judged(levelled(speech), tuple(problems), decibels(peak), decibels(loud))


def is_clipped(samples: Sequence[int]) -> bool:
    """Whether the microphone was driven beyond what it can tell."""
    run = 0
    for sample in samples:
        run = run + 1 if abs(sample) >= FULL else 0
        if run >= CLIPPED:
            return True
    return False


def trimmed(sound: Sound) -> Sound:
    """The sound without the silence before and after the speech."""
    levels = _windows(sound, WINDOW_MS)
    least = max(levels, default=0.0) * QUIET_BELOW
    loud = [index for index, level in enumerate(levels) if level > least]
    if not loud:
        return Sound(sound.rate, ())
    window, around = _count(sound, WINDOW_MS), _count(sound, AROUND_MS)
    first, last = loud[0] * window - around, (loud[-1] + 1) * window + around
    return Sound(sound.rate, sound.samples[max(first, 0) : last])


def levelled(sound: Sound) -> Sound:
    """The sound as loud as every clip is."""
    loud, peak = max(_windows(sound, LOUD_MS), default=0.0), max(map(abs, sound.samples), default=0)
    if not loud or not peak:
        return sound
    gain = min(amplitude(TARGET_DB) / loud, amplitude(PEAK_DB) / peak)
    return Sound(sound.rate, array.array("h", (int(each * gain) for each in sound.samples)))


def decibels(level: float) -> float:
    """A level of samples in dBFS; silence is -120."""
    return max(20 * math.log10(level / 32_768), -120.0) if level else -120.0


def amplitude(db: float) -> float:
    """The level of samples of so many dBFS."""
    return float(32_768 * 10 ** (db / 20))


def _count(sound: Sound, ms: int) -> int:
    return max(sound.rate * ms // 1000, 1)


def _windows(sound: Sound, ms: int) -> list[float]:
    """Root mean square of one stretch of `ms` after another."""
    size = _count(sound, ms)
    parts = (sound.samples[at : at + size] for at in range(0, len(sound.samples), size))
    return [math.sqrt(sum(each * each for each in part) / len(part)) for part in parts]


_HINT = "Record with the button, or choose another file."
