"""The chime that says "your press was counted": one, the same for every level.

No mixer is held open: an open audio device wakes the processor all day for a quarter of a second an hour.
"""

import io
import math
import shutil
import struct
import subprocess
import threading
import wave
from collections.abc import Sequence
from typing import Protocol

from hardware.errors import SoundError

_RATE_HZ = 16_000
_TONES_HZ = (660.0, 880.0)
_TONE_S = 0.14
_PEAK = 0.35
LONGEST_S = 5.0
"""A chime takes a third of a second. A player that is not done by then waits for a device that another holds."""


class Sound(Protocol):
    """One sound."""

    def play(self) -> None:
        """Starts it and returns at once; while it sounds, nothing."""

    def close(self) -> None:
        """Silence. Can be called twice."""


def chime_wav(volume: int = 100) -> bytes:
    """A WAV file of about a quarter of a second: two soft tones upward, 16 kHz, 16 bit, mono. `volume` in percent."""
    return tones_wav(_TONES_HZ, _TONE_S, volume)


def tones_wav(tones_hz: Sequence[float], tone_s: float, volume: int = 100) -> bytes:
    """A WAV file of soft tones one after another, each `tone_s` long and dying away; 16 kHz, 16 bit, mono."""
    samples = []
    count = int(_RATE_HZ * tone_s)
    for tone in tones_hz:
        for i in range(count):
            fade = math.exp(-4 * i / count) * min(i / 80, 1.0)
            samples.append(int(32767 * _PEAK * volume / 100 * fade * math.sin(2 * math.pi * tone * i / _RATE_HZ)))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(_RATE_HZ)
        out.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return file.getvalue()


def player(device: str = "default") -> tuple[str, ...]:
    """The command that plays on this ALSA device."""
    return ("aplay", "-q", "-") if device == "default" else ("aplay", "-q", "-D", device, "-")


class AplaySound:
    """Plays through `aplay`, one process a chime, which a short-lived thread waits for so that none is left
    behind.

    `failures` counts chimes that did not come out and `last_failure` says why, for the doctor. Raises
    SoundError where the player is not installed. `command` must read a WAV file from its standard input, and is ended
    after `longest_s`: a chime that comes late thanks nobody.
    """

    def __init__(self, command: Sequence[str] = player(), *, volume: int = 100, longest_s: float = LONGEST_S) -> None:
        if shutil.which(command[0]) is None:
            raise SoundError(
                f"{command[0]}, which plays the chime, is not installed", hint="install the package alsa-utils"
            )
        self._command = list(command)
        self._wav, self._longest_s = chime_wav(volume), longest_s
        self._waiting: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.failures = 0
        self.last_failure: str | None = None

    def play(self) -> None:
        if self._waiting is not None and self._waiting.is_alive():
            return
        try:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
        except OSError as failure:
            self._failed(str(failure))
            return
        self._waiting = threading.Thread(target=self._see_out, args=(self._process,), name="chime", daemon=True)
        self._waiting.start()

    def wait(self) -> None:
        """Until the chime that sounds has ended."""
        if self._waiting is not None:
            self._waiting.join()

    def close(self) -> None:
        if self._process is not None and self._waiting is not None and self._waiting.is_alive():
            self._process.terminate()
        self.wait()

    def _see_out(self, process: subprocess.Popen[bytes]) -> None:
        try:
            _, said = process.communicate(self._wav, timeout=self._longest_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            self._failed("it does not end: another program holds the sound device")
            return
        if process.returncode > 0:
            self._failed(said.decode(errors="replace").strip() or f"exit code {process.returncode}")

    def _failed(self, why: str) -> None:
        self.failures += 1
        self.last_failure = why


class RecordingSound:
    """A sound without a loudspeaker: `played` counts. Also what is used where there is to be silence."""

    def __init__(self) -> None:
        self.played = 0

    def play(self) -> None:
        self.played += 1

    def close(self) -> None:
        return
