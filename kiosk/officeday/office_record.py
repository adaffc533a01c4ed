"""What the office kept of the day: the facts of its own journal about calls, and what its audit says of them."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kiosk.errors import KioskError
from sync.body import Body, TicketName
from sync.codec import decode
from sync.facts import understand
from sync.facts_office import (
    CounterFact,
    ServiceTicketless,
    TicketCalled,
    TicketFact,
    TicketPlaced,
)
from sync.live import Live
from sync.tickets import IllegalStep

ROOT = Path(__file__).resolve().parents[2]
AUDIT_S = 120


class AuditFailed(KioskError):
    """The office's audit could not be run."""


@dataclass(frozen=True, slots=True)
class Deed:
    """A fact about a counter: `what` it was (the fact's kind), the number that it was about, and why it was called."""

    counter: int
    what: str
    label: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class OfficeDay:
    """The day as the office has it. `deeds` in order; `status` of each number at the end. `broken`: the first fact that
    has no place in it, None: all have."""

    day: str | None = None
    deeds: tuple[Deed, ...] = ()
    status: Mapping[str, str] = field(default_factory=dict)
    broken: str | None = None


def office_day(db: sqlite3.Connection) -> OfficeDay:
    """Fold the office's own journal. A fact that has no place is passed over, and told. Raises sqlite3.Error."""
    query = "SELECT row FROM facts JOIN journals USING (journal_id) WHERE own > 0 ORDER BY own, seq"
    live, deeds, broken = Live(), list[Deed](), None
    for (row,) in db.execute(query):
        fact = decode(row)
        body = understand(fact)
        if body is None:
            continue
        before = live
        try:
            live = live.after(body, fact.seq)
        except IllegalStep as error:
            broken = broken or f"fact {fact.seq}: {error}"
            continue
        deed = _deed(body, before, live)
        if deed is not None:
            deeds.append(deed)
    status = {ticket.label: ticket.status.value for ticket in live.tickets.values()}
    return OfficeDay(live.day, tuple(deeds), status, broken)


def _deed(body: Body, before: Live, after: Live) -> Deed | None:
    """What an officer did at a counter; None for all else, such as *I'm back* at the kiosk."""
    if isinstance(body, ServiceTicketless):
        return Deed(body.counter, body.kind, why=body.reason)
    if isinstance(body, CounterFact):
        return Deed(body.counter, body.kind)
    if isinstance(body, TicketCalled):
        return Deed(body.counter, body.kind, _label(after, body.ticket), body.why)
    if isinstance(body, TicketPlaced):
        return Deed(0, body.kind, _label(after, body.ticket)) if body.how == "console" else None
    if isinstance(body, TicketFact) and body.ticket in before.tickets:
        counter = before.tickets[body.ticket].counter
        return None if counter is None else Deed(counter, body.kind, _label(after, body.ticket))
    return None


def _label(live: Live, ticket: TicketName) -> str:
    return live.tickets[ticket].label


def audited(folder: Path, office: OfficeDay) -> Mapping[str, Any] | None:
    """What `python -m server audit --json` says of the day; None where no office day was begun. Raises AuditFailed."""
    if office.day is None:
        return None
    command = [sys.executable, "-m", "server", "audit", "--config", str(folder.absolute() / "office" / "server.toml"),
               "--day", office.day, "--json"]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=AUDIT_S)
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise AuditFailed("the audit says nothing", hint=done.stderr.strip()) from error
    return found
