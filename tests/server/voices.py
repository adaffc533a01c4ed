"""Sounds that stand for speech in tests: tones in silence, never a word."""

import array
import math
from pathlib import Path

from server.clips import Clips, Recorded, digest_of, keep
from server.pcm import Sound, write_wav
from sync.phrases import clips
from sync.types import UtcMs
from translations import DIRECTORY

RATE = 16_000
STAFF = "s0000000a"


def tone(ms: int = 400, level: float = 0.3, before_ms: int = 0, after_ms: int = 0, rate: int = RATE) -> Sound:
    """A tone of this part of full scale, with silence around it."""
    count = rate * ms // 1000
    samples = (round(32_767 * level * math.sin(2 * math.pi * 440 * at / rate)) for at in range(count))
    silence = array.array("h", bytes(2 * (rate * before_ms // 1000)))
    return Sound(rate, silence + array.array("h", samples) + array.array("h", bytes(2 * (rate * after_ms // 1000))))


def recorded_here(folder: Path, *languages: str, but: tuple[str, ...] = ()) -> Clips:
    """The clips of an office that has recorded these languages; every clip is of another length."""
    rows = []
    for language in languages:
        for number, clip in enumerate(clips(language)):
            if clip in but:
                continue
            data = write_wav(tone(200 + number))
            row = Recorded(language, clip, digest_of(data), 200 + number, STAFF, UtcMs(1))
            keep(folder, row, data)
            rows.append(row)
    found = Clips(folder, DIRECTORY)
    found.take(rows)
    return found
