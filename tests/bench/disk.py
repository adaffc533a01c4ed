"""What the disk itself costs: the floor that every durable write stands on."""

import os
import time
from pathlib import Path

BLOCK = 4096


class Floor:
    """A preallocated file whose blocks are overwritten one after the other, each with one fdatasync."""

    def __init__(self, path: Path, blocks: int = 256) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.pwrite(self._handle, bytes(BLOCK * blocks), 0)
        os.fsync(self._handle)
        self._blocks, self._next = blocks, 0

    def write(self) -> float:
        """Seconds for one raw durable write of 4 KiB."""
        begun = time.perf_counter()
        os.pwrite(self._handle, os.urandom(BLOCK), self._next * BLOCK)
        os.fdatasync(self._handle)
        self._next = (self._next + 1) % self._blocks
        return time.perf_counter() - begun

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)


def written_bytes() -> int:
    """Bytes that this process has made the kernel write to block devices so far (proc(5), write_bytes)."""
    for line in Path("/proc/self/io").read_text().splitlines():
        name, value = line.split(":")
        if name == "write_bytes":
            return int(value)
    raise LookupError("write_bytes in /proc/self/io")
