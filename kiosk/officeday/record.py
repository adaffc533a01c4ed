"""What the machines themselves kept of the day: the kiosk's journal, the office's ledger, the paper in the tray."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from kiosk.officeday.office_record import OfficeDay, audited, office_day
from kiosk.officeday.reckoning import Printed, Record
from sync import verify
from sync.facts import Body, PrintEnded, PrintSending, ScoreGiven, ScoreRepeated, TicketIssued, understand
from sync.journal import Entry, JournalReader
from sync.types import JournalId

LEDGER = Path("data") / "office.db"
"""The office's database within its folder."""

ReadSheet = Callable[[Path], str | None]
"""The token (hex) in a sheet's QR, None where it has none that can be read."""


def qr_reader() -> ReadSheet | None:
    """zbar, where it is installed; else nobody here can read a QR."""
    try:
        from PIL import Image
        from pyzbar import pyzbar
    except ImportError:
        return None
    zbar: Any = pyzbar  # its Python face has no types

    def read(sheet: Path) -> str | None:
        with Image.open(sheet) as image:
            codes = zbar.decode(image.convert("L"), symbols=[zbar.ZBarSymbol.QRCODE])
        return str(codes[0].data.decode().rsplit("/", 1)[-1]) if codes else None

    return read


def gather(folder: Path, read_sheet: ReadSheet | None) -> Record:
    """Read everything, once all parts have ended. Raises SyncError, sqlite3.Error, OSError."""
    journal, ledger = folder / "kiosk" / "journal.db", folder / "office" / LEDGER
    with JournalReader(journal) as reader:
        entries, journal_id = list(reader.entries()), reader.opened().journal_id
    verdict = verify.against_peer(journal, verify.verify(journal), ledger)
    tickets, prints, presses = _told([(entry.seq, understand(entry.fact)) for entry in entries])
    held, at_office, office = _office(ledger, journal_id)
    tokens = {token: label for label, token in tickets}
    sheets, faulty = _tray(folder / "tickets", read_sheet, tokens)
    return Record(
        tickets=tuple(label for label, _ in tickets),
        prints=tuple(prints),
        presses={counter: tuple(pressed) for counter, pressed in presses.items()},
        sheets=sheets,
        read=read_sheet is not None,
        faulty_sheets=faulty,
        at_office=at_office,
        facts=len(entries),
        facts_differ=_differing(entries, held),
        office=office,
        audit=audited(folder, office),
        verdict=f"{verdict.problem}, last good seq {verdict.good.seq}" if verdict.problem else None,
    )


def _told(
    facts: Iterable[tuple[int, Body | None]],
) -> tuple[list[tuple[str, str]], list[Printed], dict[int, list[tuple[int, bool]]]]:
    """Tickets with their tokens' hashes, attempts to print them, each counter's presses and whether each counted."""
    tickets: dict[int, tuple[str, str]] = {}
    prints: dict[tuple[int, int], Printed] = {}
    presses: dict[int, list[tuple[int, bool]]] = {}
    for seq, body in facts:
        if isinstance(body, TicketIssued):
            tickets[seq] = (body.label, body.token)
        elif isinstance(body, PrintSending | PrintEnded) and body.ticket not in tickets:
            continue  # a slip of one that was carried over
        elif isinstance(body, PrintSending):
            prints[body.ticket, body.attempt] = Printed(tickets[body.ticket][0], None)
        elif isinstance(body, PrintEnded):
            prints[body.ticket, body.attempt] = Printed(tickets[body.ticket][0], body.outcome)
        elif isinstance(body, ScoreGiven):
            presses.setdefault(body.counter, []).append((body.level, True))
        elif isinstance(body, ScoreRepeated):
            presses.setdefault(body.counter, []).extend((level, False) for level in body.levels)
    return list(tickets.values()), list(prints.values()), presses


def _office(ledger: Path, journal_id: JournalId) -> tuple[dict[int, bytes], tuple[str, ...], OfficeDay]:
    with closing(sqlite3.connect(f"{ledger.absolute().as_uri()}?mode=ro", uri=True)) as db:
        rows = dict(db.execute("SELECT seq, row FROM facts WHERE journal_id = ?", (journal_id,)))
        labels = db.execute("SELECT label FROM tickets WHERE journal_id = ? ORDER BY seq", (journal_id,)).fetchall()
        office = office_day(db)
    return rows, tuple(label for (label,) in labels), office


def _differing(entries: Iterable[Entry], held: dict[int, bytes]) -> tuple[int, ...]:
    own = {int(entry.seq): entry.row for entry in entries}
    return tuple(seq for seq in sorted({*own, *held}) if own.get(seq) != held.get(seq))


def _tray(
    folder: Path, read_sheet: ReadSheet | None, tokens: dict[str, str]
) -> tuple[dict[str, str | None], tuple[str, ...]]:
    """Each whole sheet and the number on it (None: not read, or not of this kiosk); what is wrong with sheets."""
    sheets: dict[str, str | None] = {}
    faulty = []
    names = {path.stem for path in folder.glob("[0-9]*.*") if not path.stem.endswith("-torn")}
    for name in sorted(names):
        picture = folder / f"{name}.png"
        faulty += [f"sheet {name} has no {kind}" for kind in ("bin", "png") if not (folder / f"{name}.{kind}").exists()]
        if not picture.exists():
            continue
        token = read_sheet(picture) if read_sheet is not None else None
        sheets[name] = tokens.get(hashlib.sha256(bytes.fromhex(token)).hexdigest()) if token else None
        if read_sheet is not None and sheets[name] is None:
            faulty.append(f"sheet {name} shows no ticket of this kiosk")
    return sheets, tuple(faulty)
