"""The evidence of one day as a ZIP, made when it is asked for: the files of `server evidence`, within a cap."""

import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from typing import IO
from zoneinfo import ZoneInfo

from server.audit_text import public_document
from server.audits import Audits
from server.checkpoints import kept
from server.database import Db
from server.evidence import collect
from translations import load

MOST_ROWS = 60_000
"""Ten times the rows of a busy day of a large office: what goes beyond is written by the command."""
IN_MEMORY = 1024 * 1024
PIECE = 64 * 1024
README = """The evidence of an office day
=============================

evidence.json          the day's first fact; for each journal its key, where its rows begin, and a signed head
office-*.jsonl         the office's own facts of the day, one a line, chained
kiosk-*.jsonl          the kiosks' tickets of the day, one a line, chained
audit-DAY.json         what this office's own program says of the day
checkpoint-DAY.txt     the signed end of the day, once it is over

To verify: begin with `base` of a journal in evidence.json. For each line, leaf = SHA-256(salt + row), or the leaf that
is given; chain = SHA-256(chain before + leaf) has to be the line's. The last chain is that of the signed head.
To replay: do with the office's facts what the rule on the wall says, and compare each call.
docs/audit.md in the source of the program says it in full, under "Evidence".

Rows of staff hold a code such as s1a2b3c4, never a name: a row is shown whole or not at all, or the chain would not
close. Rows of languages, scores and complaints are withheld; their leaf stands for them.
"""


def evidence_zip(db: Db, day: str, audits: Audits, zone: ZoneInfo, most: int = MOST_ROWS) -> IO[bytes]:
    """A ZIP to read from its beginning. Raises NoSuchDay, TooMuch."""
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    try:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:

            def store(name: str, parts: Iterable[bytes]) -> None:
                info = zipfile.ZipInfo(name, date_time=(*date.fromisoformat(day).timetuple()[:3], 0, 0, 0))
                info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                with archive.open(info, "w") as entry:
                    for part in parts:
                        entry.write(part)

            collect(db, day, day, zone.key, store, most)
            audit = public_document(audits.day(db, day).found, load("en", "audit"))
            store(f"audit-{day}.json", [json.dumps(audit, ensure_ascii=False, indent=1).encode(), b"\n"])
            checkpoint = kept(db, day)
            if checkpoint is not None:
                store(f"checkpoint-{day}.txt", [checkpoint.encode()])
            store("README.txt", [README.encode()])
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The file from here on, closed at the end."""
    with file:
        while piece := file.read(PIECE):
            yield piece
