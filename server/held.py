"""The tables behind the queue: who holds which ticket, which requests were done, and what the ledger knows of tickets.

`held` says the one thing that must never be doubled, in the database's own words: a ticket is at one counter, and a
counter has one ticket.
"""

import json
from collections.abc import Iterable, Iterator

import msgspec

from server.admission import Issued
from server.adopted import offered
from server.database import Db
from server.fold import BEST_ANCHOR
from server.reading import rule_next
from sync.body import TicketName
from sync.clock import DRIFT_PPM
from sync.codec import Fact, decode
from sync.facts import TicketIssued, TicketPriority, understand
from sync.facts_office import RuleAdopted, StaffSkilled
from sync.masked import mask, reveal
from sync.numbering import OFFICE_LANE, fresh_start
from sync.types import JournalId, Seq, UtcMs

_CATALOGUES = """SELECT catalogue FROM catalogues
    WHERE journal_id NOT IN (SELECT journal_id FROM journals WHERE relayed_by IS NOT NULL)"""
REQUESTS_KEPT_MS = 7 * 86_400_000
"""A retry comes within seconds; a page left open over a weekend may still come."""


class Held:
    """Reads and writes those tables. Within the ledger's transactions."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def claim(self, ticket: TicketName, counter: int) -> None:
        """The ticket is at this counter. Raises Taken: it is at one, or the counter has one."""
        self._db.execute(
            "INSERT INTO held (journal_id, seq, counter) VALUES (?, ?, ?)", (ticket.journal, ticket.seq, counter)
        )

    def release(self, ticket: TicketName) -> None:
        """The ticket is at no counter."""
        self._db.execute("DELETE FROM held WHERE journal_id = ? AND seq = ?", (ticket.journal, ticket.seq))

    def hold(self, tickets: Iterable[tuple[TicketName, int]]) -> None:
        """These (ticket, counter) and no others."""
        self._db.execute("DELETE FROM held")
        for ticket, counter in tickets:
            self.claim(ticket, counter)

    def request(self, key: str) -> tuple[bytes, bytes] | None:
        """(digest, answer) of the request that was done with this key."""
        found: tuple[bytes, bytes] | None
        found = self._db.execute("SELECT digest, answer FROM requests WHERE key = ?", (key,)).fetchone()
        return found

    def store_request(self, key: str, digest: bytes, answer: bytes, now_ms: UtcMs) -> None:
        """The request with this key is done."""
        self._db.execute("DELETE FROM requests WHERE at_ms < ?", (now_ms - REQUESTS_KEPT_MS,))
        self._db.execute(
            "INSERT INTO requests (key, digest, answer, at_ms) VALUES (?, ?, ?, ?)", (key, digest, answer, now_ms)
        )

    def facts_of_last_day(self, journal_id: JournalId) -> Iterator[Fact]:
        """The facts of this journal from its last `day.opened` on; all of them where there is none."""
        query = """SELECT row FROM facts WHERE journal_id = :journal AND seq >= coalesce(
                (SELECT max(seq) FROM days WHERE journal_id = :journal), 1)
            ORDER BY seq"""
        return (decode(row) for (row,) in self._db.execute(query, {"journal": journal_id}))

    def dated(self, journal_id: JournalId, seq: Seq) -> tuple[int | None, int | None]:
        """When the ticket was issued on the UTC, and give or take how much; None where nothing dates it."""
        query = "SELECT utc_ms, slack_ms FROM tickets WHERE journal_id = ? AND seq = ?"
        found = self._db.execute(query, (journal_id, seq)).fetchone()
        return (found[0], found[1]) if found else (None, None)

    def masked(self, name: TicketName, body: TicketIssued) -> str | None:
        """The 4 digits of this ticket, masked for the office's own journal; None where its machine tells none."""
        query = """SELECT secret, (SELECT secret FROM journals WHERE own > 0 ORDER BY own DESC LIMIT 1)
            FROM journals WHERE journal_id = ?"""
        theirs, ours = self._db.execute(query, (name.journal,)).fetchone() or (None, None)
        words = name.journal, body.day, body.label
        code = reveal(body.code, theirs, *words) if theirs is not None else None
        return mask(code, ours, *words) if code is not None and ours is not None else None

    def moment(self, journal_id: JournalId, fact: Fact) -> int | None:
        """When this fact happened on the UTC, by the anchors that are known now; None where nothing dates it."""
        at = {"journal_id": journal_id, "boot_id": fact.boot_id, "boottime_ms": int(fact.boottime_ms)}
        found = self._db.execute(BEST_ANCHOR, at | {"ppm": DRIFT_PPM}).fetchone()
        return int(found[0]) if found else None

    def issued_on(self, day: str) -> list[Issued]:
        """Every ticket of this day that the ledger knows."""
        query = """SELECT tickets.journal_id, tickets.seq, utc_ms, slack_ms, row FROM tickets
            JOIN facts USING (journal_id, seq) JOIN journals USING (journal_id)
            WHERE day = ? AND relayed_by IS NULL ORDER BY coalesce(utc_ms, 0), journal_id, seq"""
        found = []
        for journal_id, seq, utc_ms, slack_ms, row in self._db.execute(query, (day,)).fetchall():
            body = understand(decode(row))
            if isinstance(body, TicketIssued):
                name = TicketName(JournalId(journal_id), Seq(seq))
                found.append(Issued(name, body, self._asked(name), utc_ms, slack_ms, self.masked(name, body)))
        return found

    def services(self) -> tuple[str, ...]:
        """The ids of all services that the machines' catalogues offer, in their order."""
        ids: dict[str, None] = {}
        for (text,) in self._db.execute(f"{_CATALOGUES} ORDER BY journal_id"):
            found = (each.get("id") for each in offered(json.loads(text)))
            ids.update(dict.fromkeys(each for each in found if isinstance(each, str)))
        return tuple(ids)

    def told_skills(self, journal_id: JournalId) -> dict[str, tuple[str, ...]]:
        """What people are trained for, as this journal says it, by staff id."""
        query = """SELECT row FROM facts JOIN standing USING (journal_id, seq)
            WHERE journal_id = ? AND kind = ? ORDER BY seq"""
        facts = (understand(decode(row)) for (row,) in self._db.execute(query, (journal_id, StaffSkilled.kind)))
        return {body.staff: body.services for body in facts if isinstance(body, StaffSkilled)}

    def rule_next(self) -> RuleAdopted | None:
        """The calling rule that holds from the next office day on; None: the present one."""
        return rule_next(self._db)

    def keep_rule(self, rule: RuleAdopted | None) -> None:
        """Have this one hold from the next office day on; None: the present one."""
        self._db.execute("DELETE FROM rule_next")
        if rule is not None:
            self._db.execute("INSERT INTO rule_next (one, rule) VALUES (1, ?)", (msgspec.json.encode(rule).decode(),))

    def series(self) -> dict[str, str]:
        """The series of each service that the machines' catalogues offer, by its id."""
        found: dict[str, str] = {}
        for (text,) in self._db.execute(f"{_CATALOGUES} ORDER BY journal_id DESC"):
            pairs = ((each.get("id"), each.get("series")) for each in offered(json.loads(text)))
            found |= {name: series for name, series in pairs if isinstance(name, str) and isinstance(series, str)}
        return found

    def last_number(self, journal_id: JournalId, day: str, series: str) -> int:
        """The number behind which this office's own journal goes on in its lane on this day.

        A journal that was begun on a running day (the office was restored from a copy) does not know which numbers the
        one before gave at the end: it begins with the next free hundred.
        """
        query = """SELECT coalesce(max(n) FILTER (WHERE journal_id = :journal), 0), coalesce(max(n), 0)
            FROM tickets JOIN journals USING (journal_id)
            WHERE own > 0 AND tickets.lane = :lane AND day = :day AND series = :series"""
        values = {"journal": journal_id, "lane": OFFICE_LANE, "day": day, "series": series}
        mine, any_ = self._db.execute(query, values).fetchone()
        if mine or not self._begun_on(journal_id, day):
            return int(any_)
        return fresh_start(int(any_)) - 1

    def take_number(self, day: str, series: str, n: int) -> None:
        """This number is given. Raises Taken: it was before."""
        self._db.execute("INSERT INTO given (day, series, n) VALUES (?, ?, ?)", (day, series, n))

    def _begun_on(self, journal_id: JournalId, day: str) -> bool:
        """Whether this journal took the place of another one on this day."""
        query = "SELECT own > 1 FROM journals WHERE journal_id = ?"
        (later,) = self._db.execute(query, (journal_id,)).fetchone()
        before = "SELECT 1 FROM days WHERE journal_id = ? AND day < ? LIMIT 1"
        return bool(later) and self._db.execute(before, (journal_id, day)).fetchone() is None

    def _asked(self, name: TicketName) -> bool:
        """Whether priority was asked for with it: the facts of one ticket lie side by side."""
        query = "SELECT row FROM facts WHERE journal_id = ? AND seq > ? ORDER BY seq LIMIT 3"
        for (row,) in self._db.execute(query, (name.journal, name.seq)):
            body = understand(decode(row))
            if isinstance(body, TicketPriority) and body.ticket == name.seq:
                return True
        return False
