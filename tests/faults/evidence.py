"""What a demonstration left behind, read by other means than it was written: paper, journal, ledger."""

import hashlib
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from pyzbar import pyzbar

from kiosk.demo import Demo
from sync import verify
from sync.facts import Body, PrintEnded, TicketIssued, understand
from sync.journal import JournalReader

ZBAR: Any = pyzbar
"""zbar's Python face has no types."""


@dataclass
class Evidence:
    """Hashes of the tokens on paper (one a sheet) and of those called confirmed, torn sheets, tickets, and faults."""

    papers: list[str] = field(default_factory=list)
    torn: int = 0
    tickets: dict[str, TicketIssued] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)
    facts: int = 0
    faults: list[str] = field(default_factory=list)

    def hold(self, shown: set[str]) -> None:
        """Hold paper and screen against the journal. `shown`: numbers that a screen showed as given."""
        for token in set(self.papers) - set(self.tickets):
            self.faults.append(f"a ticket on paper is missing from the journal (token {token[:8]})")
        for token, count in Counter(self.papers).items():
            if count > 1:
                self.faults.append(f"one ticket is on {count} sheets (token {token[:8]})")
        for token in self.confirmed - set(self.papers):
            self.faults.append(f"a ticket is called confirmed and is on no paper (token {token[:8]})")
        numbers = Counter((ticket.day, ticket.label) for ticket in self.tickets.values())
        self.faults += [f"number {label} was given {count} times" for (_, label), count in numbers.items() if count > 1]
        labels = {label for _, label in numbers}
        self.faults += [f"{label} was shown but is not in the journal" for label in sorted(shown - labels)]


def gather(demo: Demo) -> Evidence:
    """Read everything, once all parts have ended."""
    found = Evidence()
    for sheet in sorted(demo.tickets.glob("*.png")):
        token = token_on(sheet)
        if token is None:
            found.torn += 1
        else:
            found.papers.append(hashlib.sha256(bytes.fromhex(token)).hexdigest())
    journal = demo.data / "journal.db"
    with JournalReader(journal) as reader:
        entries = list(reader.entries())
        journal_id = reader.opened().journal_id
    found.facts = len(entries)
    bodies: list[Body | None] = [understand(entry.fact) for entry in entries]
    issued = {entry.seq: body for entry, body in zip(entries, bodies, strict=True) if isinstance(body, TicketIssued)}
    found.tickets = {body.token: body for body in issued.values()}
    ended = [body for body in bodies if isinstance(body, PrintEnded)]
    found.confirmed = {issued[body.ticket].token for body in ended if body.outcome == "confirmed"}
    ledger = demo.server_toml.parent / "data" / "office.db"
    verdict = verify.against_peer(journal, verify.verify(journal), ledger)
    if verdict.problem:
        found.faults.append(f"verify: {verdict.problem}, last good seq {verdict.good.seq}")
    held = _ledger_rows(ledger, journal_id)
    rows = {int(entry.seq): entry.row for entry in entries}
    if held != rows:
        odd = [seq for seq in sorted(set(held) | set(rows)) if held.get(seq) != rows.get(seq)]
        found.faults.append(f"{len(odd)} facts differ between kiosk and server, the first is {odd[0]}")
    return found


def token_on(sheet: Path) -> str | None:
    """The token in this sheet's QR, None where the sheet has no readable QR."""
    with Image.open(sheet) as image:
        codes = ZBAR.decode(image.convert("L"), symbols=[pyzbar.ZBarSymbol.QRCODE])
    return str(codes[0].data.decode().rsplit("/", 1)[-1]) if codes else None


def _ledger_rows(ledger: Path, journal_id: str) -> dict[int, bytes]:
    connection = sqlite3.connect(f"{ledger.as_uri()}?mode=ro", uri=True)
    try:
        return dict(connection.execute("SELECT seq, row FROM facts WHERE journal_id = ?", (journal_id,)))
    finally:
        connection.close()
