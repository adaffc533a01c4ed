"""The chime that says "your press was counted": one, the same for every level. A display says calls by the same way.

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

    def set_volume(self, percent: int) -> None:
        """How loud it is from now on."""

    def close(self) -> None:
        """Silence. Can be called twice."""


class Speaker(Sound, Protocol):
    """A sound that also says what it is given."""

    def say(self, wavs: Sequence[bytes]) -> None:
        """Starts these WAV files one after another and returns at once; what is being said is heard to its end."""


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
    """Plays through `aplay`, one process a WAV file, which a short-lived thread waits for so that none is left behind.

    `failures` counts chimes that did not come out and `last_failure` says why, for the doctor. Raises
    SoundError where the player is not installed. `command` must read a WAV file from its standard input, and is ended
    `longest_s` after the file should be over: a chime that comes late thanks nobody, and what follows is dropped.
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
        self._lock = threading.Lock()
        self._next: list[bytes] = []
        self._busy = False
        self.failures = 0
        self.last_failure: str | None = None

    def play(self) -> None:
        if not self._busy:
            self.say((self._wav,))

    def set_volume(self, percent: int) -> None:
        self._wav = chime_wav(percent)

    def say(self, wavs: Sequence[bytes]) -> None:
        with self._lock:
            self._next.extend(wavs)
            begun = None if self._busy else self._begin()
            if begun is None:
                return
            self._waiting = threading.Thread(target=self._see_out, args=begun, name="sound", daemon=True)
            self._waiting.start()

    def wait(self) -> None:
        """Until all that is to be said has ended."""
        if self._waiting is not None:
            self._waiting.join()

    def close(self) -> None:
        with self._lock:
            self._next.clear()
            if self._process is not None and self._busy:
                self._process.terminate()
        self.wait()

    def _begin(self) -> tuple[subprocess.Popen[bytes], bytes] | None:
        """Start what is next; None: nothing is. With the lock held."""
        self._busy = False
        if not self._next:
            return None
        wav = self._next.pop(0)
        try:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
        except OSError as failure:
            self._failed(str(failure))
            self._next.clear()
            return None
        self._busy = True
        return self._process, wav

    def _see_out(self, process: subprocess.Popen[bytes], wav: bytes) -> None:
        begun: tuple[subprocess.Popen[bytes], bytes] | None = (process, wav)
        while begun is not None:
            came_out = self._came_out(*begun)
            with self._lock:
                if not came_out:
                    self._next.clear()
                begun = self._begin()

    def _came_out(self, process: subprocess.Popen[bytes], wav: bytes) -> bool:
        try:
            _, said = process.communicate(wav, timeout=self._longest_s + _seconds(wav))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            self._failed("it does not end: another program holds the sound device")
            return False
        if process.returncode > 0:
            self._failed(said.decode(errors="replace").strip() or f"exit code {process.returncode}")
        return process.returncode == 0

    def _failed(self, why: str) -> None:
        self.failures += 1
        self.last_failure = why


def _seconds(wav: bytes) -> float:
    with wave.open(io.BytesIO(wav)) as file:
        return float(file.getnframes() / file.getframerate())


class RecordingSound:
    """A sound without a loudspeaker: `played` counts, `said` is what it was given last, `volume` what was set. Also
    what is used where there is to be silence."""

    def __init__(self) -> None:
        self.played = 0
        self.volume: int | None = None
        self.said: tuple[bytes, ...] = ()

    def play(self) -> None:
        self.played += 1

    def set_volume(self, percent: int) -> None:
        self.volume = percent

    def say(self, wavs: Sequence[bytes]) -> None:
        self.played, self.said = self.played + 1, tuple(wavs)

    def close(self) -> None:
        return
