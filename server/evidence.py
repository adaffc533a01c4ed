"""Evidence of some office days as plain files, enough to verify and replay them without us (docs/audit.md, "Evidence").

Rows that concern a citizen's language, scores or complaints, and whatever else no replay needs, are withheld: their
salted leaf stands for them, so that the chain still closes and nobody can guess them (docs/journal.md, "Chain").
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from server.audit_reading import day_bounds, overlaps
from server.database import Db
from server.errors import NoSuchDay, TooMuch
from server.lost import LAST, Lost
from server.places import Branch, Place, days, gaps, rows
from sync.audit import Gap
from sync.chain import ZERO, leaf, salt
from sync.codec import parse

FORMAT = 1
OFFICE_KINDS = frozenset(
    (
        "journal.opened", "clock.anchored", "day.opened", "rule.adopted", "counters.set", "staff.skilled",
        "ticket.issued", "ticket.priority", "ticket.admitted", "ticket.called", "ticket.recalled", "ticket.no_show",
        "ticket.serving", "ticket.finished", "ticket.transferred", "ticket.parked", "ticket.placed",
        "ticket.cancelled", "ticket.prioritised", "ticket.carried", "counter.opened", "counter.paused",
        "counter.resumed", "counter.closed", "ticket.restated", "counter.restated", "record.waived",
        "service.ticketless", "service.by_hand", "online.adopted", "online.asked", "online.restated", "cameras.set",
        "camera.checked",
    )
)  # fmt: skip
"""What is shown of the office's journal: the queue, and what it was counted by. Complaints are not."""
KIOSK_KINDS = frozenset(
    ("journal.opened", "clock.anchored", "day.opened", "ticket.issued", "ticket.priority", "ticket.returned")
)
"""What is shown of a kiosk's: the rows that name or date tickets. Languages and scores are not."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of one journal, in one of its histories: the seqs `first` to `last`, and the kinds that are shown."""

    branch: Branch
    first: int
    last: int
    kinds: frozenset[str]
    file: str


Store = Callable[[str, Iterable[bytes]], None]
"""Keeps a file of this name with these parts, in order."""


def write(db: Db, first: str, last: str, out: Path, time_zone: str) -> int:
    """Write the days `first` to `last` into this folder, in one snapshot; how many rows. Raises NoSuchDay, OSError."""

    def store(name: str, parts: Iterable[bytes]) -> None:
        out.mkdir(parents=True, exist_ok=True)
        with (out / name).open("wb") as file:
            file.writelines(parts)

    return collect(db, first, last, time_zone, store)


def collect(db: Db, first: str, last: str, time_zone: str, store: Store, most: int | None = None) -> int:
    """The files of these days, in one snapshot, each handed to `store`; how many rows. Raises NoSuchDay, and TooMuch
    before anything is stored where there are more than `most` rows."""
    db.execute("BEGIN")
    try:
        chosen = [place for place in days(db) if first <= place.day <= last]
        if not chosen:
            raise NoSuchDay(f"the office has no day from {first} to {last}", hint="Compare --from and --to.")
        zone = ZoneInfo(time_zone)
        parts = [*_office_parts(db, chosen), *_kiosk_parts(db, [place.day for place in chosen])]
        count = sum(part.last - part.first + 1 for part in parts)
        if most is not None and count > most:
            raise TooMuch(f"{count} rows of evidence", hint="Ask the office for these days: it can write them all.")
        for part in parts:
            lines = (json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in _lines(db, part))
            store(part.file, (line.encode() for line in lines))
        manifest = {
            "format": FORMAT,
            "from": chosen[0].day,
            "to": chosen[-1].day,
            "time_zone": time_zone,
            "days": [_day(each, parts) for each in chosen],
            "journals": [_journal(db, part) for part in parts],
            "gaps": [asdict(each) for each in gaps(db) if _concerns(each, chosen, zone)],
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
        store("evidence.json", [f"{text}\n".encode()])
        return count
    finally:
        db.execute("ROLLBACK")


def _concerns(gap: Gap, chosen: Sequence[Place], zone: ZoneInfo) -> bool:
    return any(overlaps(gap, day_bounds(day, zone)) for day in {place.day for place in chosen})


def _day(place: Place, parts: Sequence[Part]) -> dict[str, Any]:
    """Where a day, or a part of it, is in its file, which goes on to the next signed head."""
    (part,) = (each for each in parts if each.branch == place.branch)
    last = place.end - 1 if place.end is not None else part.last
    found = {"day": place.day, "journal": place.journal, "file": part.file, "first": place.since, "last": last}
    return {**found, "aside": True} if place.aside else found


def _office_parts(db: Db, chosen: Sequence[Place]) -> Iterator[Part]:
    for branch in dict.fromkeys(place.branch for place in chosen):
        places = [place for place in chosen if place.branch == branch]
        end = places[-1].end
        last = end - 1 if end is not None else _end(db, branch)
        name = f"office-{branch.journal[:8]}{'-copy' if branch.aside else ''}.jsonl"
        yield Part(branch, places[0].since, _vouched(db, branch, last), OFFICE_KINDS, name)


def _end(db: Db, branch: Branch) -> int:
    """The last seq in this branch."""
    if branch.top or (branch.cut is not None and not branch.aside):
        return int(branch.top or (branch.cut or 1) - 1)
    return int(db.execute("SELECT received FROM journals WHERE journal_id = ?", (branch.journal,)).fetchone()[0])


def _kiosk_parts(db: Db, chosen: Sequence[str]) -> Iterator[Part]:
    marks = ", ".join("?" for _ in chosen)
    query = f"""SELECT journal_id, min(seq), max(seq) FROM tickets JOIN journals USING (journal_id)
        WHERE own = 0 AND day IN ({marks}) GROUP BY journal_id ORDER BY journal_id"""
    for journal, first, last in db.execute(query, tuple(chosen)).fetchall():
        dated = """SELECT min(seq) FROM anchors WHERE journal_id = :journal AND boot_id IN (
            SELECT boot_id FROM tickets WHERE journal_id = :journal AND seq BETWEEN :first AND :last)"""
        values = {"journal": journal, "first": first, "last": last}
        (anchor,) = db.execute(dated, values).fetchone()
        (behind,) = db.execute(
            "SELECT max(seq) FROM facts WHERE journal_id = ? AND seq <= ?", (journal, last + 20)
        ).fetchone()
        begin, branch = min(first, anchor or first), Branch(journal, "")
        yield Part(branch, begin, _vouched(db, branch, behind), KIOSK_KINDS, f"kiosk-{journal[:8]}.jsonl")


def _vouched(db: Db, branch: Branch, last: int) -> int:
    """The seq of the first signed head of this branch that covers this one; the last one where none does."""
    query = "SELECT min(seq) FROM heads WHERE journal_id = ? AND seq >= ? AND seq < ?"
    cut = branch.cut if branch.cut is not None and not branch.aside else LAST
    found = db.execute(query, (branch.journal, last, cut)).fetchone()[0]
    return int(found or branch.top or last)


def _lines(db: Db, part: Part) -> Iterator[dict[str, Any]]:
    secret = Lost(db).secret_of(part.branch.journal) or _secret(db, part)
    for seq, row, chain in rows(db, part.branch, part.first, part.last + 1):
        yield _line(secret, seq, row, chain, shown=parse(row).kind in part.kinds)


def _secret(db: Db, part: Part) -> bytes:
    (secret,) = db.execute("SELECT secret FROM journals WHERE journal_id = ?", (part.branch.journal,)).fetchone()
    return bytes(secret)


def _line(secret: bytes, seq: int, row: bytes, chain: bytes, *, shown: bool) -> dict[str, Any]:
    grain = salt(secret, seq)
    line = {"seq": seq, "chain": chain.hex()}
    return line | ({"salt": grain.hex(), "row": row.decode()} if shown else {"leaf": leaf(grain, row).hex()})


def _journal(db: Db, part: Part) -> dict[str, Any]:
    branch, lost = part.branch, Lost(db)
    query = "SELECT role, place, lower(hex(public_key)) FROM journals WHERE journal_id = ?"
    role, place, key = db.execute(query, (branch.journal,)).fetchone() or ("office", "", branch.key)
    before = list(rows(db, replace(branch, cut=None) if branch.aside else branch, part.first - 1, part.first))
    ((seq, row, chain),) = rows(db, replace(branch, cut=None) if branch.aside else branch, 1, 2)
    secret = lost.secret_of(branch.journal) or _secret(db, part)
    return {
        "file": part.file,
        "journal": branch.journal,
        "role": role,
        "place": place,
        "public_key": key,
        "opened": _line(secret, seq, row, chain, shown=True),
        "base": {"seq": part.first - 1, "chain": (before[0][2] if before else ZERO).hex()},
        "head": _head(db, part, lost),
    }


def _head(db: Db, part: Part, lost: Lost) -> dict[str, Any] | None:
    """The signed head of the part's last row."""
    vouched = lost.vouched(part.branch.journal) if part.branch.top else None
    if vouched is not None and vouched[0].seq == part.last:
        head = vouched[0]
        return {"seq": head.seq, "chain": head.chain.hex(), "signature": head.signature.hex()}
    signed = "SELECT seq, lower(hex(chain)), lower(hex(signature)) FROM heads WHERE journal_id = ? AND seq = ?"
    found = db.execute(signed, (part.branch.journal, part.last)).fetchone()
    return None if found is None else dict(zip(("seq", "chain", "signature"), found, strict=True))
