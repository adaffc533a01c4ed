"""What the doctor looks at beside the kiosk's own parts: locks, the record, screens, sound cards. Reads only.

Nothing here takes a lock, opens a device or writes, so that a running kiosk never notices.
"""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sync.chain import START, Position, extend
from sync.codec import Fact
from sync.errors import JournalDamaged
from sync.facts import (
    BoardChanged,
    Body,
    ButtonStuck,
    ClockAnchored,
    PaperChanged,
    PaperRefilled,
    PrintEnded,
    PrinterChanged,
    PrinterMet,
    PrinterTested,
    understand,
)
from sync.facts_machine import SegmentsPruned
from sync.journal import JournalReader
from sync.paper_left import PaperLeft
from sync.types import BootId, Seq


def writer_of(database: Path, locks: Path = Path("/proc/locks")) -> int | None:
    """The process that holds the writer's place at this database (sync.disk); None: nobody, or it cannot be told.

    Asks the kernel's list of locks instead of trying the lock, which might be in a starting kiosk's way.
    """
    with suppress(OSError):
        held = database.with_name(database.name + ".writer").stat()
        device = f"{os.major(held.st_dev):02x}:{os.minor(held.st_dev):02x}:{held.st_ino}"
        for line in locks.read_text().splitlines():
            words = line.split()
            if len(words) >= 6 and words[1] == "FLOCK" and words[5] == device:
                return int(words[4])
    return None


@dataclass
class Remembered:
    """What a journal says of the parts. `anchor`: the last one of this start of the machine. `met`: the last printer
    that was met, behind the last other one, if there was one. `paper`: what the printer last said of its roll; `left`:
    what was taken from it. `night`: what came of the last self-check at night. `files` with `size` bytes are what the
    journal lies in; up to `floor` it is not here, up to `pruned` it says why."""

    end: Position = START
    journal_id: str = ""
    printer: str | None = None
    met: tuple[PrinterMet, ...] = ()
    stuck: frozenset[tuple[int, int]] = frozenset()
    board: tuple[str, ...] = ()
    anchor: ClockAnchored | None = None
    paper: str | None = None
    left: PaperLeft = field(default_factory=PaperLeft)
    night: str | None = None
    files: int = 1
    size: int = 0
    floor: Seq = Seq(0)  # noqa: RUF009 - a number
    pruned: Seq = Seq(0)  # noqa: RUF009 - a number

    def note(self, fact: Fact, body: Body | None, boot: BootId) -> None:
        """Take in one more fact."""
        self.left = self.left.after(body) if body is not None else self.left
        if isinstance(body, PrinterChanged):
            self.printer = body.fault
        elif isinstance(body, PrinterMet):
            same = self.met and (self.met[-1].maker, self.met[-1].model) == (body.maker, body.model)
            self.met = (*(self.met[:-1] if same else self.met[-1:]), body)
        elif isinstance(body, PaperChanged):
            self.paper = body.level
        elif isinstance(body, SegmentsPruned):
            self.pruned = max(self.pruned, body.last)
        elif isinstance(body, PrinterTested) and body.reason == "night":
            self.night = body.outcome
        elif isinstance(body, BoardChanged):
            self.board = body.problems
        elif isinstance(body, ButtonStuck):
            button = {(body.counter, int(body.level))}
            self.stuck = self.stuck | button if body.stuck else self.stuck - button
        elif isinstance(body, ClockAnchored) and fact.boot_id == boot:
            self.anchor = body


_SHAPES = (
    BoardChanged,
    ButtonStuck,
    ClockAnchored,
    PaperChanged,
    PaperRefilled,
    PrintEnded,
    PrinterChanged,
    PrinterMet,
    PrinterTested,
    SegmentsPruned,
)
_OF_PARTS = tuple(f'"{shape.kind}"'.encode() for shape in _SHAPES)


def remembered(path: Path, boot: BootId) -> Remembered:
    """What this journal says, with its last row checked against its chain. Raises FileNotFoundError, SyncError."""
    found = Remembered()
    with JournalReader(path) as journal:
        found.journal_id = journal.opened().journal_id
        found.end = journal.last()
        _check_end(journal, found.end)
        closed = journal.closed_files()
        found.files, found.floor = len(closed) + 1, journal.floor().seq
        found.size = path.stat().st_size + sum(each.size for each in closed)
        for entry in journal.entries():
            if any(kind in entry.row for kind in _OF_PARTS):
                found.note(entry.fact, understand(entry.fact), boot)
    return found


def _check_end(journal: JournalReader, end: Position) -> None:
    before = journal.at(end.seq - 1)
    last = next(journal.entries(end.seq - 1, limit=1), None)
    if before is None or last is None or extend(journal.secret, before, last.row).chain != end.chain:
        hint = "Run `python -m sync verify` on it, and keep a copy of the file before anything is changed."
        message = f"the last row of {journal.path} does not fit its chain"
        raise JournalDamaged(message, last_good=Seq(end.seq - 1), hint=hint)


Size = tuple[int, int]


def screens(drm: Path = Path("/sys/class/drm")) -> dict[str, tuple[Size | None, Size | None]]:
    """The connectors with a screen: name → (pixels of its first mode, millimetres by its EDID)."""
    found: dict[str, tuple[Size | None, Size | None]] = {}
    for connector in sorted(drm.glob("card*-*")):
        with suppress(OSError):
            if (connector / "status").read_text().strip() == "connected":
                found[connector.name.split("-", 1)[1]] = (_mode(connector), _edid_size(connector))
    return found


def _mode(connector: Path) -> Size | None:
    with suppress(OSError):
        first = re.match(r"(\d+)x(\d+)", (connector / "modes").read_text())
        return (int(first[1]), int(first[2])) if first else None
    return None


def _edid_size(connector: Path) -> Size | None:
    with suppress(OSError):
        return edid_mm((connector / "edid").read_bytes())
    return None


def edid_mm(edid: bytes) -> Size | None:
    """The picture's size in millimetres: of the first detailed timing, else the whole centimetres of bytes 21 and 22
    (VESA E-EDID A.2); None where it says nothing. Pure."""
    if len(edid) < 128 or edid[:8] != b"\x00\xff\xff\xff\xff\xff\xff\x00":
        return None
    timing = edid[54:72]
    width, height = timing[12] | (timing[14] & 0xF0) << 4, timing[13] | (timing[14] & 0x0F) << 8
    if timing[:2] != b"\0\0" and width and height:
        return width, height
    return (edid[21] * 10, edid[22] * 10) if edid[21] and edid[22] else None


def sound_cards(cards: Path = Path("/proc/asound/cards")) -> Mapping[int, str]:
    """The sound cards that Linux sees: number → id."""
    with suppress(OSError):
        return {int(number): name for number, name in re.findall(r"^\s*(\d+) \[(\S+)\s*\]", cards.read_text(), re.M)}
    return {}


def card_of(device: str) -> str | None:
    """The card that an ALSA name speaks of (hw:1,0 → "1", plughw:CARD=Device → "Device"); None: it names none. Pure."""
    found = re.match(r"[A-Za-z]+:(?:CARD=)?([A-Za-z0-9_]+)", device)
    return found[1] if found else None
