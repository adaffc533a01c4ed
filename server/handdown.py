"""The office's own journal on its way down to the devices: POST /v1/feed (docs/exchange.md, "Feed").

A question is looked at in the feed's own reading thread, for a moment; between two commits it waits in the event loop
and holds nothing but its place. Only rows of the server's own journals are ever read here. At a centre, an office gets
the journal that is written for it (server.handing), and its question is answered at once: there may be thousands, and
what is published for them can wait a minute.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

from server.database import Db
from server.errors import LedgerRefused
from server.handing import continues, outstanding
from server.http import Receive
from server.lost import Lost
from server.own import named_for, own_named
from server.replies import Reply, refusing
from sync import wire
from sync.chain import START, Position, head_message
from sync.feedwire import HOLD_S, Ask, Introduction, asked_hold_s, read_ask
from sync.judge import DEVICE, KnownJournal, judge_sender
from sync.keys import signature_holds
from sync.types import Chain, JournalId, Seq
from sync.wire import Head, Refusal, Request

POLLERS = 200
"""Most devices that wait at once; more are asked to come later."""
PACKED = ((b"content-encoding", b"gzip"),)
CLOSING = ((b"connection", b"close"),)


@dataclass(frozen=True, slots=True)
class Packed:
    """A batch, as it goes out."""

    body: bytes
    rows: int


@dataclass(frozen=True, slots=True)
class Forked:
    """The device stands where this server's journal never was. `proof`: this server's own signature says it was."""

    refusal: Refusal
    journal_id: JournalId
    proof: Head | None


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Something was published for the office that asks, and is not in its journal yet."""


Found = Packed | Introduction | Forked | Outstanding | Refusal


class ForOffices(Protocol):
    """Who writes the journals for offices. Raises LedgerRefused where the ledger takes nothing now."""

    async def hand_over(self, office: str) -> None: ...

    async def begin_anew(self, office: str, journal_id: JournalId, proof: Head) -> None: ...


class NoOffices:
    """A server to which nobody relays."""

    async def hand_over(self, office: str) -> None:
        """Nothing."""

    async def begin_anew(self, office: str, journal_id: JournalId, proof: Head) -> None:
        """Nothing."""


class Shelf:
    """Looks into the ledger. Every method is for the one reading thread."""

    def __init__(self, db: Db, sign: Callable[[bytes], bytes]) -> None:
        self._db, self._sign = db, sign
        self._last: tuple[tuple[JournalId, Position, int], Packed] | None = None

    def look(self, request: Request) -> Found:
        """What this request gets now. An empty batch: there is nothing new."""
        self._db.execute("BEGIN")
        try:
            refused = self._refused(request)
            if refused is not None:
                return refused
            ask, office = read_ask(request.body), self._office(request.journal_id)
            return self._found(ask) if office is None else self._found_for(ask, office)
        finally:
            self._db.execute("ROLLBACK")

    def office_of(self, request: Request) -> str | None:
        """The office that asks; None: it is a device of this server's own office."""
        return self._office(request.journal_id)

    def _office(self, journal_id: JournalId) -> str | None:
        found = self._db.execute("SELECT office FROM journals WHERE journal_id = ?", (journal_id,)).fetchone()
        return found[0] if found is not None else None

    def _refused(self, request: Request) -> Refusal | None:
        refused = device_refused(self._db, request)
        if refused is not None:
            return refused
        try:
            ask = read_ask(request.body)
        except wire.BadAnswer as error:
            return wire.refuse(wire.MALFORMED, str(error), error.hint)
        if (request.first, request.last) != (ask.seq + 1, ask.seq):
            return wire.refuse(wire.MALFORMED, "the signed range is not the question's", _MEND)
        return None

    def _found(self, ask: Ask) -> Found:
        current = own_named(self._db)
        if current is None:
            return wire.refuse(wire.LATER, "this server has no journal yet", _MEND)
        query = "SELECT received, chain, public_key FROM journals WHERE journal_id = ? AND own > 0"
        own = self._db.execute(query, (ask.journal_id,)).fetchone()
        if own is None:
            return self._unknown(ask) or self._introduction(current[0])
        journal_id, latest = JournalId(ask.journal_id or ""), ask.journal_id == current[0]
        end = Position(Seq(own[0]), Chain(own[1]))
        if self._chain_at(journal_id, ask.seq) != ask.position.chain:
            return self._forked(ask, journal_id, own[2], end) if latest else self._introduction(current[0])
        if ask.seq == end.seq and not latest:
            return self._introduction(current[0])
        return self._packed(journal_id, ask.position, end)

    def _found_for(self, ask: Ask, office: str) -> Found:
        """What this office gets of the journal that is written for it."""
        named = named_for(self._db, office)
        if named is None or ask.journal_id != named:
            lost = self._lost_for(ask, office)
            return lost or (Outstanding() if named is None else self._introduction(named))
        end, public_key = self._end(named)
        if self._chain_at(named, ask.seq) != ask.position.chain:
            return self._forked(ask, named, public_key, end)
        return Outstanding() if outstanding(self._db, office) else self._packed(named, ask.position, end)

    def _end(self, journal_id: JournalId) -> tuple[Position, bytes]:
        query = "SELECT received, chain, public_key FROM journals WHERE journal_id = ?"
        received, chain, public_key = self._db.execute(query, (journal_id,)).fetchone()
        return Position(Seq(received), Chain(chain)), public_key

    def _lost_for(self, ask: Ask, office: str) -> Forked | None:
        """A journal for this office that is not here, though it is ours by its head, and that none goes on from."""
        name, head = JournalId(ask.journal_id or ""), ask.head
        known = head is None or Lost(self._db).keeps(name, head.position) or continues(self._db, office, name)
        if head is None or known or not Lost(self._db).is_ours(name, head):
            return None
        message = "this server wrote that journal, and nothing of it is here"
        return Forked(wire.refuse(wire.FORK, message, _FORK), name, head)

    def _unknown(self, ask: Ask) -> Forked | None:
        """A journal that is not here may be one of ours all the same: this copy of the ledger is older than it."""
        if ask.journal_id is None or ask.head is None:
            return None
        name, lost = JournalId(ask.journal_id), Lost(self._db)
        if lost.is_named(name) or not lost.is_ours(name, ask.head):
            return None
        message = "this office wrote that journal, and nothing of it is here"
        return Forked(wire.refuse(wire.FORK, message, _FORK), name, ask.head)

    def _chain_at(self, journal_id: JournalId, seq: int) -> Chain | None:
        if seq == 0:
            return START.chain
        query = "SELECT chain FROM facts WHERE journal_id = ? AND seq = ?"
        row = self._db.execute(query, (journal_id, seq)).fetchone()
        return Chain(row[0]) if row else None

    def _introduction(self, journal_id: JournalId) -> Introduction:
        query = "SELECT public_key, secret FROM journals WHERE journal_id = ?"
        public_key, secret = self._db.execute(query, (journal_id,)).fetchone()
        return Introduction(journal_id, public_key.hex(), secret.hex())

    def _forked(self, ask: Ask, journal_id: JournalId, public_key: bytes, end: Position) -> Forked:
        message = f"at {ask.seq} the office's journal has another history than the copy on the device"
        head = ask.head
        proven = head is not None and signature_holds(
            public_key, head_message(journal_id, head.position), head.signature
        )
        return Forked(wire.refuse(wire.FORK, message, _FORK, 0, end), journal_id, head if proven else None)

    def _packed(self, journal_id: JournalId, after: Position, end: Position) -> Packed:
        key = journal_id, after, int(end.seq)
        if self._last is None or self._last[0] != key:  # all who wait at one place get the same bytes
            self._last = key, self._pack(journal_id, after)
        return self._last[1]

    def _pack(self, journal_id: JournalId, after: Position) -> Packed:
        query = "SELECT row, chain FROM facts WHERE journal_id = ? AND seq > ? ORDER BY seq LIMIT ?"
        found = self._db.execute(query, (journal_id, after.seq, wire.BATCH_ROWS)).fetchall()
        rows = wire.take((row for row, _ in found), wire.BATCH_ROWS)
        last = Position(Seq(after.seq + len(rows)), Chain(found[len(rows) - 1][1])) if rows else after
        return Packed(
            wire.deflate(wire.encode_batch(wire.sign_batch(journal_id, after, last, rows, self._sign))), len(rows)
        )


def device_refused(db: Db, request: Request) -> Refusal | None:
    """Why whoever sent this request gets nothing; None: it is a paired device of this office, or a paired office."""
    query = """SELECT public_key, revoked_ms IS NOT NULL FROM journals
        WHERE journal_id = ? AND own = 0 AND relayed_by IS NULL"""
    found = db.execute(query, (request.journal_id,)).fetchone()
    paired = None if found is None else KnownJournal(request.journal_id, found[0], b"", revoked=bool(found[1]))
    return judge_sender(request, paired, DEVICE)


class HandDown:
    """Answers the questions. All methods are for the event loop's thread.

    `forked(journal_id, head)` is told of a place that this server once signed and does not have any more;
    `asked(journal_id)` of each device that stands at a place of the journal that is here, `heard(device, journal_id,
    position)` with the place.
    """

    def __init__(
        self,
        shelf: Shelf,
        thread: Executor,
        forked: Callable[[JournalId, Head], Awaitable[None]],
        *,
        heard: Callable[[JournalId, JournalId, Position], Awaitable[None]] | None = None,
        hold_s: float = HOLD_S,
        asked: Callable[[JournalId], None] = lambda journal_id: None,
        offices: ForOffices | None = None,
    ) -> None:
        self._offices = offices or NoOffices()
        self._shelf, self._thread, self._forked, self._hold_s = shelf, thread, forked, hold_s
        self._asked = asked
        self._heard = heard
        self._end: object = None
        self._wake = asyncio.Event()
        self._closed = False

    def reached(self, end: object) -> None:
        """The server's own journal reaches durably up to here: whoever waits looks again, where that is further."""
        if end != self._end:
            self._end = end
            self._ring()

    def close(self) -> None:
        """Answer everybody who waits."""
        self._closed = True
        self._ring()

    async def answer(self, request: Request, receive: Receive, headers: Mapping[str, str]) -> Reply:
        """The reply: at once where there is something, else with the next commit, or empty when the time is over."""
        loop = asyncio.get_running_loop()
        office = await loop.run_in_executor(self._thread, self._shelf.office_of, request)
        if office is not None:
            return await self._answer_office(request, office)
        until = loop.time() + asked_hold_s(headers, self._hold_s)
        gone = asyncio.ensure_future(_gone(receive))
        try:
            while True:
                wake = self._wake
                found = await loop.run_in_executor(self._thread, self._shelf.look, request)
                if isinstance(found, Packed):
                    self._asked(request.journal_id)
                await self._shown(request, found)
                left = until - loop.time()
                waits = isinstance(found, Packed) and not found.rows and left > 0 and not self._closed
                if not waits or gone.done():
                    return await self._reply(found)
                ringing = asyncio.ensure_future(wake.wait())
                await asyncio.wait((ringing, gone), timeout=left, return_when=asyncio.FIRST_COMPLETED)
                ringing.cancel()
        finally:
            gone.cancel()

    async def _answer_office(self, request: Request, office: str) -> Reply:
        """At once, with what is outstanding for this office by now."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._thread, self._shelf.look, request)
        try:
            if isinstance(found, Outstanding):
                await self._offices.hand_over(office)
                found = await loop.run_in_executor(self._thread, self._shelf.look, request)
            if isinstance(found, Forked) and found.proof is not None:
                await self._offices.begin_anew(office, found.journal_id, found.proof)
                return refusing(found.refusal)
        except LedgerRefused as error:
            return refusing(wire.refuse(wire.LATER, str(error), error.hint))
        return await self._reply(found)

    async def _shown(self, request: Request, found: Found) -> None:
        if self._heard is not None and isinstance(found, Packed):
            ask = read_ask(request.body)
            await self._heard(request.journal_id, JournalId(ask.journal_id or ""), ask.position)

    async def _reply(self, found: Found) -> Reply:
        match found:
            case Packed(body=body):
                return Reply(200, body, (*PACKED, *(CLOSING if self._closed else ())), wire.CONTENT_TYPE)
            case Introduction():
                return Reply(200, wire.encode_message(found))
            case Forked(refusal=refusal, journal_id=journal_id, proof=proof):
                if proof is not None:
                    try:
                        await self._forked(journal_id, proof)
                    except LedgerRefused:
                        return refusing(refusal)  # the writer knows the trouble; the device asks again
                return refusing(refusal)
            case Outstanding():
                return refusing(wire.refuse(wire.LATER, "it is being written", "Ask again."))
            case Refusal():
                return refusing(found)

    def _ring(self) -> None:
        self._wake.set()
        self._wake = asyncio.Event()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


_MEND = "The sender has to be mended: see docs/exchange.md, 'Feed'."
_FORK = "The office was restored from an old copy. Keep the copy on the device; the office begins a new journal."
