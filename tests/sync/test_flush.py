"""A fact is on the disk before `append` returns: the kernel was told to flush in between, every time."""

import re
import subprocess
import sys
from pathlib import Path

FACTS = 20
PROGRAM = f"""
import os, sys
from pathlib import Path
from sync import facts
from sync.journal import Journal
from tests.sync import journals
journals.make(Path(sys.argv[1])).close()
journal = Journal(Path(sys.argv[1]), synchronous=sys.argv[2])
for n in range({FACTS}):
    os.write(2, b"appending\\n")
    journal.append(facts.drafts(facts.ScoreGiven(1, 5)), journals.at(9000 + n))
    os.write(2, b"durable\\n")
"""


def appends_with_a_flush(folder: Path, synchronous: str) -> list[bool]:
    """For each append, whether the journal's file was flushed between its begin and its return (seen by strace)."""
    trace = folder / "trace"
    watched = ["strace", "-f", "-qq", "-y", "-e", "trace=write,fsync,fdatasync", "-o", str(trace)]
    program = [sys.executable, "-c", PROGRAM, str(folder / "journal.db"), synchronous]
    subprocess.run([*watched, *program], check=True, stderr=subprocess.DEVNULL, timeout=60)
    parts = trace.read_text(encoding="utf-8").split('"appending\\n"')[1:]
    assert len(parts) == FACTS
    appends = [part.split('"durable\\n"')[0] for part in parts]
    return [re.search(r"f(data)?sync\(\d+<[^>]*journal\.db-wal>\)\s+= 0", append) is not None for append in appends]


def test_every_append_flushes_the_journal_before_it_returns(tmp_path: Path) -> None:
    assert appends_with_a_flush(tmp_path, "FULL") == [True] * FACTS


def test_a_journal_with_synchronous_normal_is_caught(tmp_path: Path) -> None:
    """The control of the test above."""
    assert not all(appends_with_a_flush(tmp_path, "NORMAL"))
