"""The exchange at the server's end: POST /v1/facts, /v1/pair, /v1/feed, /v1/lost, /v1/clips, /v1/updates,
/v1/first-administrator, as a raw ASGI application (docs/exchange.md).

Everything of a request is applied or nothing. Nothing is acknowledged before it is durable. A stranger's body is
not even read: what is not from a paired journal is refused by its headers.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from server.clips_down import ClipsDown
from server.errors import BodyTooLarge, Disconnected, LedgerRefused
from server.giveback import Heard, Succeed, take_lost
from server.handdown import POLLERS, HandDown
from server.http import (
    Receive,
    Scope,
    Send,
    answer,
    discard,
    end,
    headers_of,
)
from server.intake import Intake
from server.judges import Judges
from server.ledger import Ledger
from server.pairing import Pairing, Patience, Repeated, Standing, judge_pairing, judge_succession
from server.queue import Moment
from server.relayed import take_introduction
from server.replies import SLOW, Reply, body_of, later, refusing, unread
from server.updates_down import UpdatesDown
from server.writer import Writer
from sync import wire
from sync.errors import BadBatch
from sync.firstwire import Given
from sync.judge import Refuse, judge_request
from sync.lostwire import Wanted
from sync.paircode import Fresh, PairAnswer, PairRequest, Succession, fingerprint
from sync.types import JournalId, UtcMs
from sync.wire import Answer, Refusal

BODIES = 16
"""How many batches are read and judged at once; more are asked to come later."""
PAIRINGS = 4
"""How many pairings: anyone may send one, so they have places of their own and take none from the batches."""
ASKERS = 2
"""How many technicians who ask for the first administrator's code."""
GIVERS = 2
"""How many batches of what this server lost of its own journal; the devices have time."""
SAFE = 0
"""What a server without a verified backup may call safe (docs/decisions/server-backups.md)."""
LISTENERS = 4
"""How many displays fetch a clip; they come every ten minutes."""
UPDATERS = 4
"""How many machines get a piece of the next release; each takes a moment."""
Result = TypeVar("Result")
CLOSE = (b"connection", b"close")


class Exchange:
    """The application behind the exchange's listener.

    `now` is this server's time; `told` is the time it may tell devices: 0 while nobody vouches for its clock.
    `safe(journal)`: up to where a copy beyond this server's own disk reaches. `batch` is called for each one taken.
    """

    def __init__(
        self,
        writer: Writer,
        paired: set[JournalId],
        certificate: bytes,
        server_id: str,
        now: Callable[[], UtcMs],
        told: Callable[[], UtcMs],
        contact: Callable[[JournalId, UtcMs], None] = lambda journal_id, at: None,
        moment: Callable[[], Moment | None] = lambda: None,
        *,
        handdown: HandDown,
        clips: ClipsDown,
        updates: UpdatesDown,
        succeed: Succeed,
        first: Callable[[Ledger, wire.Request], Given | Refusal],
        heard: Heard = lambda ledger, device, name, at: None,
        batch: Callable[[], None] = lambda: None,
        safe: Callable[[JournalId], int] = lambda journal_id: SAFE,
        judges: Judges | None = None,
    ) -> None:
        self._writer = writer
        self._paired = paired
        self._fingerprint = fingerprint(certificate)
        self._server_id = server_id
        self._now, self._told = now, told
        self._contact, self._moment, self._safe = contact, moment, safe
        self._intake = Intake(writer, now, moment, judges)
        self._patience = Patience()
        self._handdown, self._clips_down, self._updates_down = handdown, clips, updates
        self._succeed, self._heard, self._first = succeed, heard, first
        self._batch = batch
        self._routes = {
            wire.FACTS_PATH: (self._facts, BODIES),
            wire.PAIR_PATH: (self._pair, PAIRINGS),
            wire.FEED_PATH: (self._feed, POLLERS),
            wire.LOST_PATH: (self._lost, GIVERS),
            wire.CLIPS_PATH: (self._clips, LISTENERS),
            wire.UPDATES_PATH: (self._updates, UPDATERS),
            wire.FIRST_PATH: (self._first_code, ASKERS),
            wire.INTRODUCE_PATH: (self._introduce, BODIES),
        }
        self._busy = dict.fromkeys(self._routes, 0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            reply = await self._reply(scope, receive)
        except Disconnected:
            return
        if reply.status == 200:
            await answer(send, 200, reply.body, reply.content_type, reply.headers)
            return
        await answer(send, reply.status, reply.body, headers=[CLOSE, *reply.headers], more=True)
        await discard(receive)
        await end(send)

    async def _reply(self, scope: Scope, receive: Receive) -> Reply:
        path = scope["path"]
        if path not in self._busy:
            return refusing(wire.refuse(wire.UNKNOWN_PATH, "there is nothing here", _PATHS))
        route, places = self._routes[path]
        if scope["method"] != "POST":
            return refusing(wire.refuse(wire.WRONG_METHOD, "only POST", _PATHS), (b"allow", b"POST"))
        if self._busy[path] >= places:
            return later("the server is busy")
        self._busy[path] += 1
        try:
            return await route(scope, receive)
        finally:
            self._busy[path] -= 1

    async def _facts(self, scope: Scope, receive: Receive) -> Reply:
        headers = headers_of(scope)
        stranger = self._judge_headers(headers)
        if stranger is not None:
            return self._refused(None, stranger)
        try:
            request = wire.read_request(headers, await body_of(scope, receive, wire.MAX_BODY))
        except TimeoutError:
            return later(SLOW)
        except (BodyTooLarge, BadBatch) as error:
            return self._refused(JournalId(headers[wire.JOURNAL_HEADER.lower()]), Refuse(unread(error)))
        try:
            taken = await self._intake.take(request)
        except LedgerRefused as error:
            return later(str(error))
        if isinstance(taken, Refusal):
            return refusing(taken)
        self._contact(request.relay or request.journal_id, self._now())
        self._batch()
        return self._answer(request.journal_id, taken)

    async def _introduce(self, scope: Scope, receive: Receive) -> Reply:
        request = await self._question(scope, receive, wire.INTRODUCE_PATH)
        if isinstance(request, Reply):
            return request
        taken = await self._durable(lambda ledger: take_introduction(ledger, request, self._now()))
        if isinstance(taken, Reply):
            return taken
        return refusing(taken) if isinstance(taken, Refusal) else self._answer(*taken)

    def _answer(self, journal_id: JournalId, received: int) -> Reply:
        safe = min(self._safe(journal_id), received)
        return Reply(200, wire.encode_message(Answer(received, safe, self._told())))

    async def _feed(self, scope: Scope, receive: Receive) -> Reply:
        request = await self._question(scope, receive, wire.FEED_PATH)
        if isinstance(request, Reply):
            return request
        self._contact(request.journal_id, self._now())
        return await self._handdown.answer(request, receive, headers_of(scope))

    async def _clips(self, scope: Scope, receive: Receive) -> Reply:
        request = await self._question(scope, receive, wire.CLIPS_PATH)
        return request if isinstance(request, Reply) else await self._clips_down.answer(request)

    async def _updates(self, scope: Scope, receive: Receive) -> Reply:
        request = await self._question(scope, receive, wire.UPDATES_PATH)
        return request if isinstance(request, Reply) else await self._updates_down.answer(request)

    async def _question(self, scope: Scope, receive: Receive, path: str) -> wire.Request | Reply:
        """What a device asks, or why it is not even read."""
        headers = headers_of(scope)
        stranger = self._judge_headers(headers)
        if stranger is not None:
            return self._refused(None, stranger)
        try:
            return wire.read_request(headers, await body_of(scope, receive, wire.MAX_PAIR_BODY), path)
        except TimeoutError:
            return later(SLOW)
        except (BodyTooLarge, BadBatch) as error:
            return refusing(unread(error))

    async def _lost(self, scope: Scope, receive: Receive) -> Reply:
        headers = headers_of(scope)
        stranger = self._judge_headers(headers)
        if stranger is not None:
            return self._refused(None, stranger)
        try:
            request = wire.read_request(headers, await body_of(scope, receive, wire.MAX_BODY), wire.LOST_PATH)
        except TimeoutError:
            return later(SLOW)
        except (BodyTooLarge, BadBatch) as error:
            return refusing(unread(error))
        taken = await self._durable(
            lambda ledger: take_lost(ledger, request, self._now(), self._moment(), self._succeed, self._heard)
        )
        if isinstance(taken, Reply):
            return taken
        return Reply(200, wire.encode_message(taken)) if isinstance(taken, Wanted) else refusing(taken)

    async def _first_code(self, scope: Scope, receive: Receive) -> Reply:
        headers = headers_of(scope)
        stranger = self._judge_headers(headers)
        if stranger is not None:
            return self._refused(None, stranger)
        try:
            body = await body_of(scope, receive, wire.MAX_PAIR_BODY)
            request = wire.read_request(headers, body, wire.FIRST_PATH)
        except TimeoutError:
            return later(SLOW)
        except (BodyTooLarge, BadBatch) as error:
            return refusing(unread(error))
        taken = await self._durable(lambda ledger: self._first(ledger, request))
        if isinstance(taken, Reply):
            return taken
        return refusing(taken) if isinstance(taken, Refusal) else Reply(200, wire.encode_message(taken))

    async def _pair(self, scope: Scope, receive: Receive) -> Reply:
        if self._patience.exhausted(self._now()):
            refusal = wire.refuse(wire.TOO_MANY, "too many wrong codes", "Wait a minute, then try again.")
            return refusing(refusal, (b"retry-after", b"60"))
        try:
            body = await body_of(scope, receive, wire.MAX_PAIR_BODY)
            request = wire.decode_as(body, Succession, "pairing request")
        except TimeoutError:
            return later(SLOW)
        except (BodyTooLarge, wire.BadAnswer) as error:
            return self._refused(None, Refuse(unread(error)))
        paired = await self._durable(lambda ledger: self._paired_with(ledger, request))
        if isinstance(paired, Reply):
            return paired
        if isinstance(paired, Refusal):
            if paired.error == wire.WRONG_CODE:
                self._patience.wrong(self._now())
            return refusing(paired)
        self._paired.add(JournalId(request.journal_id))
        (lane, received), fresh = paired
        return Reply(
            200, wire.encode_message(PairAnswer(self._server_id, max(lane, 0), received, SAFE, self._told(), fresh))
        )

    def _paired_with(self, ledger: Ledger, request: PairRequest) -> tuple[tuple[int, int], Fresh | None] | Refusal:
        paired = take_pairing(ledger, request, self._fingerprint, self._now())
        if isinstance(paired, Refusal):
            return paired
        return paired, ledger.numbers_before(JournalId(request.journal_id))

    def _judge_headers(self, headers: dict[str, str]) -> Refuse | None:
        """The verdict on a request whose body need not be read."""
        try:
            request = wire.read_request(headers, b"")
        except BadBatch as error:
            return Refuse(wire.refuse(wire.MALFORMED, str(error), error.hint))
        if (request.relay or request.journal_id) in self._paired:
            return None
        verdict = judge_request(request, None)
        return verdict if isinstance(verdict, Refuse) else None

    async def _durable(self, job: Callable[[Ledger], Result]) -> Result | Reply:
        """The job's result once it is on disk; where the disk refuses, the reply that asks to come later."""
        try:
            return await asyncio.wrap_future(self._writer.submit(job))
        except LedgerRefused as error:
            return later(str(error))

    def _refused(self, journal_id: JournalId | None, verdict: Refuse) -> Reply:
        """Have a refusal recorded that the ledger was not asked about, where there is room."""
        if self._writer.waiting < BODIES:
            self._writer.submit(lambda ledger: ledger.refuse(journal_id, verdict, self._now()))
        return refusing(verdict.refusal)


def take_pairing(
    ledger: Ledger, request: PairRequest, certificate_fingerprint: bytes, now_ms: UtcMs
) -> tuple[int, int] | Refusal:
    """Judge a pairing and enter the journal: its (lane, received), or the refusal, recorded."""
    standing = ledger.standing(JournalId(request.journal_id))
    if isinstance(request, Succession) and request.predecessor is not None:
        return _take_succession(ledger, request, standing, certificate_fingerprint, now_ms)
    used = ledger.used_codes()
    verdict = judge_pairing(request, ledger.codes(), used, standing, certificate_fingerprint, now_ms)
    match verdict:
        case Pairing():
            return ledger.pair(verdict, now_ms), standing.received if standing else 0
        case Repeated(standing=before):
            return before.lane, before.received
        case _:
            ledger.refuse(None, Refuse(verdict), now_ms)
            return verdict


def _take_succession(
    ledger: Ledger, request: Succession, standing: Standing | None, certificate_fingerprint: bytes, now_ms: UtcMs
) -> tuple[int, int] | Refusal:
    predecessor = JournalId(request.predecessor or "")
    verdict = judge_succession(request, ledger.standing(predecessor), standing, certificate_fingerprint)
    match verdict:
        case Pairing():
            return ledger.follow(verdict, predecessor, now_ms), 0
        case Repeated(standing=before):
            return before.lane, before.received
        case _:
            if verdict.error == wire.SUPERSEDED:
                ledger.note_rival(predecessor, JournalId(request.journal_id))
            ledger.refuse(None, Refuse(verdict), now_ms)
            return verdict


_PATHS = (
    f"POST {wire.FACTS_PATH}, {wire.PAIR_PATH}, {wire.FEED_PATH}, {wire.LOST_PATH}, {wire.CLIPS_PATH},"
    f" {wire.UPDATES_PATH} or {wire.FIRST_PATH}; the pages have another address."
)
