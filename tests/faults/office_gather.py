"""Reads everything that a round left behind, once all processes have ended, for the judge."""

import hashlib
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

from server.stores import FILE as LEDGER
from sync import verify
from sync.codec import Fact, decode
from sync.facts import TicketIssued, understand
from sync.journal import JournalReader
from sync.mirror import FILE as MIRROR
from tests.faults.evidence import token_on
from tests.faults.office_evidence import Evidence, JournalFile, Loss, Machine, Sight, Told
from tests.faults.office_truth import Branch
from tests.faults.office_world import Box, Restored, World

Rows = Mapping[int, bytes]


def gather(
    world: World,
    *,
    told: Iterable[Told],
    sights: Iterable[Sight],
    shown: Mapping[str, set[str]],
    said: Iterable[str],
    epoch_ms: int,
    day: str,
) -> Evidence:
    """All of it. `shown`: numbers that citizens saw, by kiosk."""
    with closing(sqlite3.connect(world.office / LEDGER)) as db:
        own = [name for (name,) in db.execute("SELECT journal_id FROM journals WHERE own > 0 ORDER BY own")]
        journals = [name for (name,) in db.execute("SELECT journal_id FROM journals WHERE own = 0")]
        held = {name: _rows(db, "facts", name) for name in journals}
        written = {name: _rows(db, "facts", name) for name in own}
        back = {each.copy.journal: _rows(db, "lost", each.copy.journal) for each in world.restores}
        (wanted,) = db.execute("SELECT count(*) FROM losses WHERE wanted_seq IS NOT NULL").fetchone()
    machines = tuple(_machine(box, shown.get(box.name, set()), len(world.restores)) for box in world.kiosks())
    return Evidence(
        machines,
        held,
        branches(world.restores, written),
        tuple(told),
        tuple(sights),
        epoch_ms,
        day,
        tuple(
            _loss(each, {**written.get(each.copy.journal, {}), **back[each.copy.journal]}) for each in world.restores
        ),
        bool(wanted),
        audited(world, day),
        verified(world),
        tuple(said),
    )


def branches(restores: Iterable[Restored], written: Mapping[str, Rows]) -> tuple[Branch, ...]:
    """All that any office wrote, in order of time: the dead disks' first, then that of the last one."""
    found, kept = [], dict[str, int]()
    for each in restores:
        name = each.copy.journal
        found.append(Branch(name, _facts(_dead_rows(each)), kept.get(name, 0)))
        kept[name] = each.copy.end
    found += [Branch(name, _facts(rows), kept.get(name, 0)) for name, rows in written.items()]
    return tuple(found)


def audited(world: World, day: str) -> tuple[str, ...]:
    """The codes of all violations of the day. A number that was given twice counts once, though it be in several parts
    of a restored day."""
    found = json.loads(_asked(world, "audit", "--day", day, "--json"))["violations"]
    twice = {each["sentence"] for each in found if each["code"] == "number-twice"}
    return (*["number-twice"] * len(twice), *(each["code"] for each in found if each["code"] != "number-twice"))


def verified(world: World) -> tuple[tuple[str, str | None], ...]:
    """What `sync verify` says of every journal and mirror, and of the office's own journal as it is exported."""
    files = [path for box in world.boxes.values() for path in sorted(box.data.glob("journal*.db"))]
    files += [box.data / MIRROR for box in world.boxes.values()]
    own = world.folder / "own.db"
    _asked(world, "export", "--to", str(own))
    return tuple((f"{path.parent.parent.name}/{path.name}", verify.verify(path).problem) for path in [*files, own])


def not_merged(world: World, box: Box) -> int:
    """How many tickets of this kiosk the office does not have at this moment."""
    with closing(sqlite3.connect(f"{(world.office / LEDGER).as_uri()}?mode=ro", uri=True)) as db:
        held = {
            name: _rows(db, "facts", name) for (name,) in db.execute("SELECT journal_id FROM journals WHERE own = 0")
        }
    file = _file(box.journal)
    return sum(held.get(file.journal, {}).get(seq) != file.rows[seq] for seq in file.issued)


def _asked(world: World, *command: str) -> str:
    """What the command says, whatever its exit status: an audit's is 1 where it names something."""
    line = [sys.executable, "-m", "server", command[0], "--config", str(world.demo.server_toml), *command[1:]]
    done = subprocess.run(line, env=world.demo.environment, capture_output=True, text=True, check=False, timeout=120)
    if done.stderr:
        raise AssertionError(f"server {' '.join(command)}: {done.stderr}")
    return done.stdout


def _machine(box: Box, shown: set[str], restores: int) -> Machine:
    files = tuple(_file(path) for path in sorted(box.data.glob("journal*.db")))
    tokens = (token_on(sheet) for sheet in sorted((box.tickets or box.data).glob("*.png")))
    papers = tuple(hashlib.sha256(bytes.fromhex(token)).hexdigest() for token in tokens if token is not None)
    return Machine(box.name, files, papers, frozenset(shown), box.gone is not None and box.gone < restores)


def _file(path: Path) -> JournalFile:
    with JournalReader(path) as reader:
        opened, entries = reader.opened(), list(reader.entries())
    bodies = ((int(entry.seq), understand(entry.fact)) for entry in entries)
    before = opened.predecessor
    return JournalFile(
        opened.journal_id,
        opened.public_key,
        {int(entry.seq): entry.row for entry in entries},
        {seq: body for seq, body in bodies if isinstance(body, TicketIssued)},
        (before.journal_id, int(before.seq)) if before is not None else None,
    )


def _loss(restored: Restored, back: Rows) -> Loss:
    copy = restored.copy
    return Loss(copy.journal, _dead_rows(restored), copy.end, restored.heard, back, restored.from_boot_ms)


def _dead_rows(restored: Restored) -> Rows:
    with closing(sqlite3.connect(restored.dead / LEDGER)) as db:
        return _rows(db, "facts", restored.copy.journal)


def _facts(rows: Rows) -> tuple[Fact, ...]:
    return tuple(decode(rows[seq]) for seq in sorted(rows))


def _rows(db: sqlite3.Connection, table: str, journal: str) -> dict[int, bytes]:
    query = {
        "facts": "SELECT seq, row FROM facts WHERE journal_id = ? ORDER BY seq",
        "lost": "SELECT seq, row FROM lost WHERE journal_id = ? ORDER BY seq",
    }[table]
    return dict(db.execute(query, (journal,)))
