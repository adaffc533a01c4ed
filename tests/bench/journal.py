"""`journal`: what one fact costs the disk, against a raw 4 KiB write with one flush."""

import re
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from sync import facts
from sync.types import Level
from tests.bench.disk import BLOCK, Floor, written_bytes
from tests.bench.row import Row, median
from tests.sync import journals

FACTS = 2000
"""Enough for several checkpoints of the WAL, so that their cost is shared out as on a real day."""
BAR = 1.5


def rows() -> list[Row]:
    """Bytes, flushes and time of one score in a journal that has been written for a while."""
    with TemporaryDirectory(dir=Path.cwd()) as folder:
        journal = journals.make(Path(folder) / "journal.db", scores=FACTS)
        floor = Floor(Path(folder) / "floor")
        before = written_bytes()
        times = []
        for n in range(FACTS):
            begun = time.perf_counter()
            journal.append(facts.drafts(facts.ScoreGiven(1, Level(n % 5 + 1))), journals.at(90_000 + 1000 * n))
            times.append(time.perf_counter() - begun)
        each = (written_bytes() - before) / FACTS
        raw = [floor.write() for _ in range(FACTS // 4)]
        journal.close()
        floor.close()
        flushes = _flushes(Path(folder))
    return [
        Row("journal bytes", each, "B a fact", f"one raw write of {BLOCK} B", each / BLOCK, BAR),
        Row("journal flushes", flushes, "flushes a fact", "one flush", flushes, BAR),
        Row("journal time", median(times) * 1000, "ms a fact", "raw 4 KiB write and flush",
            median(times) / median(raw), 3.0),
    ]  # fmt: skip


def _flushes(folder: Path) -> float:
    """Flushes a fact, counted by the kernel's own calls in a process of its own."""
    counted = 1500
    program = (
        "import os, sys; from pathlib import Path; from tests.sync import journals; from sync import facts\n"
        "journal = journals.make(Path(sys.argv[1]), scores=50); os.write(2, b'begin\\n')\n"
        f"for n in range({counted}): journal.append(facts.drafts(facts.ScoreGiven(1, 5)), journals.at(9000 + n))\n"
        "os.write(2, b'end\\n')"
    )
    trace = folder / "trace"
    command = ["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync,write", "-o", str(trace)]
    subprocess.run([*command, sys.executable, "-c", program, str(folder / "counted.db")], check=True,
                   stderr=subprocess.DEVNULL)  # fmt: skip
    part = trace.read_text().split('"begin\\n"')[1].split('"end\\n"')[0]
    return len(re.findall(r"f(?:data)?sync\(", part)) / counted
