"""`exchange`: bytes of one score on the wire when a busy office sends in bulk."""

import random
from pathlib import Path
from tempfile import TemporaryDirectory

from sync import facts, wire
from sync.chain import Position
from sync.journal import Instant, JournalReader
from sync.types import BootMs, Level, Seq
from tests.bench.row import Row
from tests.sync import journals

BAR_BYTES = 12
SCORES = wire.BATCH_ROWS
MEAN_GAP_MS = 20_000
"""A score every twenty seconds: a busy counter."""


def rows() -> list[Row]:
    """One full batch of scores, at times and levels drawn with a fixed seed, as it travels: headers' worth included."""
    draw = random.Random(20261123)
    with TemporaryDirectory() as folder:
        journal = journals.make(Path(folder) / "journal.db")
        start, now = journal.end, 60_000.0
        for _ in range(SCORES):
            now += draw.expovariate(1 / MEAN_GAP_MS)
            level = Level(draw.choices((5, 4, 3, 2, 1), (50, 25, 12, 7, 6))[0])
            journal.append(facts.drafts(facts.ScoreGiven(1, level)), Instant(journals.BOOT, BootMs(int(now))))
        journal.close()
        with JournalReader(Path(folder) / "journal.db") as reader:
            entries = list(reader.entries(after=start.seq))
            last = Position(Seq(entries[-1].seq), entries[-1].chain)
            rows_ = [entry.row for entry in entries]
            batch = wire.sign_batch(reader.opened().journal_id, start, last, rows_, journals.KEY.sign)
    body = wire.sign_request(batch, journals.KEY.sign).body
    each = len(body) / SCORES
    return [Row("exchange bulk", each, "B a score", f"{BAR_BYTES} B a score", each / BAR_BYTES, 1.0)]
