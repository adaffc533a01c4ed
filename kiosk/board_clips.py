"""The clips of speech that a display can play: those that its office recorded, and those that ship, as WAV files.

Sync keeps the office's beside the display's records (sync.clips); its index is read again when it was written anew.
"""

from pathlib import Path

from hardware.errors import SoundError
from hardware.speech import Part, joined, length_ms
from sync.clips import INDEX, Clip, read_clip, read_index
from sync.phrases import CLIPS, ORDER
from sync.voice import CLIP_GAP_MS, LANGUAGE_GAP_MS, Say
from translations import DIRECTORY

CHIME = "chime.wav"


class BoardClips:
    """`folder`: where sync keeps the office's. `volume` in percent."""

    def __init__(self, folder: Path, volume: int = 100, shipped: Path = DIRECTORY) -> None:
        self._folder, self._volume = folder, volume
        self._chime = (shipped / CHIME).read_bytes()
        self.chime_ms = length_ms(self._chime)
        self._shipped = {
            (language, path.stem): (path, ms)
            for language in ORDER
            for path in sorted((shipped / language / "clips").glob("*.wav"))
            if path.stem in CLIPS and (ms := _length(path))
        }
        self._recorded: dict[tuple[str, str], Clip] = {}
        self._seen: tuple[int, int] | None = None

    def look(self) -> None:
        """There may be another index."""
        try:
            found = (self._folder / INDEX).stat()
        except OSError:
            return
        if (found.st_mtime_ns, found.st_ino) != self._seen:
            self._seen = found.st_mtime_ns, found.st_ino
            self._recorded = {(each.language, each.clip): each for each in read_index(self._folder)}

    def length(self, language: str, clip: str) -> int | None:
        """Milliseconds of a clip, None where there is none."""
        recorded, shipped = self._recorded.get((language, clip)), self._shipped.get((language, clip))
        return recorded.ms if recorded else shipped[1] if shipped else None

    def wavs(self, say: Say) -> list[bytes]:
        """What is played for this call: the chime, then each sentence all of whose clips are as they were recorded."""
        chime = Part(self._chime, LANGUAGE_GAP_MS)
        parts = [chime]
        for sentence in say.sentences:
            read = [self._read(language, clip) for language, clip in sentence]
            spoken = [each for each in read if each is not None]
            if spoken and len(spoken) == len(read):
                parts += [Part(each, CLIP_GAP_MS) for each in spoken[:-1]]
                parts.append(Part(spoken[-1], LANGUAGE_GAP_MS))
        try:
            return joined(parts, self._volume)
        except SoundError:
            return joined([chime], self._volume)

    def _read(self, language: str, clip: str) -> bytes | None:
        recorded, shipped = self._recorded.get((language, clip)), self._shipped.get((language, clip))
        if recorded is not None:
            return read_clip(self._folder, recorded)
        return shipped[0].read_bytes() if shipped else None


def _length(path: Path) -> int | None:
    try:
        return length_ms(path.read_bytes())
    except (OSError, SoundError):
        return None
