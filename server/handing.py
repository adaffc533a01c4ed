"""What a centre publishes for an office: a journal of its own for each (docs/exchange.md, "Feed of an office").

It is written when its office asks: an office that is gone costs nothing, one that was away for long gets the newest of
each at once, and no publication is one long write for thousands of them.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from server.database import Db
from server.ledger import Ledger
from server.own import named_for
from server.writer import Writer
from sync.codec import decode
from sync.facts import Body, JournalOpened, Predecessor, understand
from sync.facts_published import Source
from sync.facts_requests import RequestAnswered
from sync.journal import Instant
from sync.types import JournalId, Seq
from sync.wire import Head

Place = tuple[JournalId, Seq]

_PUBLISHED = """SELECT own, seq, published.journal_id, what, notice, offices
    FROM published JOIN journals ON journals.journal_id = published.journal_id
    WHERE own > 0 AND offices IS NOT NULL"""
_ASKED = f"""SELECT own, seq, asked.journal_id, request
    FROM asked JOIN journals ON journals.journal_id = asked.journal_id
    WHERE own > 0 AND asked.office = ? AND request NOT IN (
        SELECT request FROM journals AS writer JOIN asked AS said ON said.journal_id = writer.journal_id
        WHERE writer.office = ? AND writer.own = 0 AND said.kind = '{RequestAnswered.kind}')"""
_HANDED = """SELECT own, source_seq FROM (
        SELECT seq, source_journal, source_seq FROM published WHERE journal_id = :named
        UNION ALL SELECT seq, source_journal, source_seq FROM asked WHERE journal_id = :named) AS handed
    JOIN journals ON journals.journal_id = source_journal AND own > 0 ORDER BY handed.seq DESC LIMIT 1"""


def outstanding(db: Db, office: str) -> list[Place]:
    """Where that is in this server's own journals which the office has to be handed next, in order: of catalogue and
    calendar the newest, of each notice the last word, and of each request that the office has not answered."""
    named = named_for(db, office)
    handed = db.execute(_HANDED, {"named": named}).fetchone() if named is not None else None
    behind = tuple(handed) if handed is not None else (0, 0)
    last: dict[tuple[str, str], tuple[int, int, str]] = {}
    for own, seq, journal, key in sorted((*_published(db, office), *_asked(db, office))):
        if (own, seq) > behind:
            last[key] = own, seq, journal
    return [(JournalId(journal), Seq(seq)) for _, seq, journal in sorted(last.values())]


def _published(db: Db, office: str) -> Iterator[tuple[int, int, str, tuple[str, str]]]:
    for own, seq, journal, what, notice, offices in db.execute(_PUBLISHED):
        whom = json.loads(offices)
        if not whom or office in whom:
            yield own, seq, journal, (what, notice)


def _asked(db: Db, office: str) -> Iterator[tuple[int, int, str, tuple[str, str]]]:
    for own, seq, journal, request in db.execute(_ASKED, (office, office)):
        yield own, seq, journal, ("request", request)


def hand_over(ledger: Ledger, office: str, instant: Instant) -> None:
    """Write what is outstanding into the journal for this office, and begin that where there is none. Within a
    transaction."""
    ledger.append_for(
        office, [_handed(ledger, place) for place in outstanding(ledger.publications.db, office)], instant
    )


def begin_anew(ledger: Ledger, office: str, name: JournalId, head: Head, instant: Instant) -> None:
    """The office holds our own signature of what is gone here: this server was restored from an old copy. Its journal
    has one history, so another one goes on. Once for each loss. Nothing is handed over yet: the office may give back
    what is newer than what is here. Within a transaction."""
    if ledger.lost.keeps(name, head.position) or continues(ledger.publications.db, office, name):
        return
    ledger.append_for(office, [], instant, anew=Predecessor(name, head.seq, head.chain.hex()))


def continues(db: Db, office: str, name: JournalId) -> bool:
    """Whether the journal for this office is one that goes on from that one."""
    row = db.execute("SELECT row FROM facts WHERE journal_id = ? AND seq = 1", (named_for(db, office),)).fetchone()
    opened = understand(decode(row[0])) if row is not None else None
    return (
        isinstance(opened, JournalOpened) and opened.predecessor is not None and opened.predecessor.journal_id == name
    )


def _handed(ledger: Ledger, place: Place) -> Body:
    """The fact as the office gets it: it names the one that it comes from, and nobody else's office. What is for every
    office says so: a centre that is restored from an old copy gets it back from any of them (server.regain)."""
    body: Any = ledger.publications.fact(*place)
    handed: Body = replace(body, source=Source(*place), offices=None if body.offices else body.offices)
    return handed


class Handing:
    """The same for the event loop's thread, as server.handdown.ForOffices."""

    def __init__(self, writer: Writer, instant: Callable[[], Instant]) -> None:
        self._writer, self._instant = writer, instant

    async def hand_over(self, office: str) -> None:
        """Write what is outstanding for this office."""
        await self._done(lambda ledger: hand_over(ledger, office, self._instant()))

    async def begin_anew(self, office: str, journal_id: JournalId, proof: Head) -> None:
        """Go on in another journal for this office."""
        await self._done(lambda ledger: begin_anew(ledger, office, journal_id, proof, self._instant()))

    async def _done(self, job: Callable[[Ledger], None]) -> None:
        await asyncio.wrap_future(self._writer.submit(job))
