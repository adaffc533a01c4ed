"""A display's voice: calls of the mirrored queue, spoken one after another by the same rules as on the page.

The language of a ticket is not in the office's journal, for it can stand for a people: the office's order counts alone.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hardware.sound import Speaker
from sync.calendar import Period
from sync.live import Live
from sync.types import BootMs
from sync.voice import Say, Voice, hear, is_quiet, speak


class Clips(Protocol):
    """What is needed of kiosk.board_clips.BoardClips. `chime_ms` in milliseconds."""

    chime_ms: int

    def look(self) -> None: ...

    def length(self, language: str, clip: str) -> int | None: ...

    def wavs(self, say: Say) -> list[bytes]: ...


class BoardVoice:
    """`order`: the languages, the first one first. `quiet`: the hours in which nothing is said."""

    def __init__(self, speaker: Speaker, clips: Clips, order: Sequence[str], quiet: Sequence[Period]) -> None:
        self._speaker, self._clips, self._order, self._quiet = speaker, clips, order, quiet
        self._voice = Voice()
        self._beginning: int | None = None

    def hear(self, live: Live, beginning: int) -> None:
        """This is the queue. What was called before the voice began, or before another `beginning` of the office's
        journal, is on the display and not said again."""
        if beginning != self._beginning:
            self._beginning, self._voice = beginning, Voice.silent(live)
        self._voice = hear(self._voice, live, {})

    def speak(self, now: BootMs, local: datetime) -> None:
        """Say what is due; `local` is the office's wall clock."""
        if not self._voice.pending:
            return
        self._clips.look()
        quiet = is_quiet(self._quiet, local)
        length, chime_ms = self._clips.length, self._clips.chime_ms
        self._voice, say = speak(self._voice, now, self._order, length, chime_ms, quiet=quiet)
        if say is not None:
            self._speaker.say(self._clips.wavs(say))

    def due(self) -> BootMs | None:
        """The boot time at which there is something to say, if nothing happens before."""
        return BootMs(self._voice.until_ms) if self._voice.pending else None
