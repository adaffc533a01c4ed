"""The office's last word, beside its ledger: a small file that says how far its own journal reached, signed.

A server that starts from an old copy of the ledger finds here that it once was further; one that finds nothing, or a
file that was copied, cannot know. The file belongs in no backup: a copy of it is seen by the file system's own time of
its last change, which nobody can set. It is written after each commit and left to the system to put on the disk: after
a power cut it may be older than the ledger, which says nothing; never newer.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from sync.chain import Position, head_message
from sync.types import Chain, JournalId, Seq
from sync.wire import Head, Hex32, Hex64

FILE = "office.last"
_SIZE = 4096
NEAR_MS = 120_000
"""So near are the time in the file and that of its last change: the system puts both on the disk within a minute."""


def wall_ms() -> int:
    """The clock that the file system dates by."""
    return time.time_ns() // 1_000_000


class Doubt(msgspec.Struct, frozen=True):
    """Whether this ledger is an old copy is not known. It ends at `seq` of `journal`. `asked`: the devices that showed
    less than that, and copy from here since: what they show later proves nothing."""

    journal: str
    seq: int
    asked: tuple[str, ...] = ()


class _Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the file holds. `at_ms`: when it was written, by the clock of this machine, right or wrong."""

    at_ms: int
    journal: str
    seq: int = 0
    chain: Hex32 = ""
    signature: Hex64 = ""
    doubt: Doubt | None = None


class LastWord:
    """Reads and writes it. For one thread at a time. `sign`: by the office's key."""

    def __init__(self, path: Path, sign: Callable[[bytes], bytes], clock: Callable[[], int] = wall_ms) -> None:
        self._path, self._sign, self._clock = path, sign, clock
        self._kept: tuple[JournalId, Position] | None = None

    def read(self) -> tuple[JournalId, Head] | Doubt | None:
        """How far the journal reached, or that this was in doubt; None: no word of ours is there."""
        try:
            with self._path.open("rb") as file:
                changed_ms, text = os.fstat(file.fileno()).st_ctime_ns // 1_000_000, file.read(_SIZE)
            said = msgspec.json.decode(text.rstrip(b" \n"), type=_Said)
        except (OSError, msgspec.DecodeError):
            return None
        if abs(said.at_ms - changed_ms) > NEAR_MS:
            return None
        if said.doubt is not None:
            return said.doubt
        position = Position(Seq(said.seq), Chain(bytes.fromhex(said.chain)))
        return JournalId(said.journal), Head(position.seq, position.chain, bytes.fromhex(said.signature))

    def keep(self, end: tuple[JournalId, Position]) -> None:
        """The journal reaches up to here, durably."""
        if end == self._kept:
            return
        signature = self._sign(head_message(*end))
        self._write(_Said(self._clock(), end[0], end[1].seq, end[1].chain.hex(), signature.hex()))
        self._kept = end

    def doubt(self, doubt: Doubt) -> None:
        """Nothing is known but this."""
        self._write(_Said(self._clock(), doubt.journal, doubt=doubt))
        self._kept = None

    def _write(self, said: _Said) -> None:
        """In place and in one write: half of it says nothing."""
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(descriptor, msgspec.json.encode(said).ljust(_SIZE - 1) + b"\n", 0)
        finally:
            os.close(descriptor)
