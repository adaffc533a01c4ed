"""The exchange at the server's end: POST /v1/facts and POST /v1/pair (docs/exchange.md), as a raw ASGI application.

Everything of a request is applied or nothing. Nothing is acknowledged before it is durable. A stranger's body is
not even read: what is not from a paired journal is refused by its headers.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from server.http import (
    BodyTooLarge,
    Disconnected,
    Receive,
    Scope,
    Send,
    answer,
    discard,
    end,
    headers_of,
    read_body,
)
from server.ledger import Ledger
from server.pairing import Pairing, Patience, Repeated, judge_pairing
from server.writer import Writer, disk_refused
from sync import wire
from sync.errors import BadBatch
from sync.judge import Accept, Refuse, judge_request
from sync.paircode import PairAnswer, PairRequest, fingerprint
from sync.types import JournalId, UtcMs
from sync.wire import Answer, Refusal

READ_SECONDS = 60.0
"""How long a device may take for one body."""
BODIES = 16
"""How many bodies are read and judged at once; more are asked to come later."""
RETRY_SECONDS = 5
MAX_PAIR_BODY = 16 * 1024
SAFE = 0
"""What a server without a verified backup may call safe (docs/decisions/server-safe-is-zero.md)."""
Result = TypeVar("Result")
CLOSE = (b"connection", b"close")


class Exchange:
    """The application behind the exchange's listener.

    `now` is this server's time; `told` is the time it may tell devices: 0 while nobody vouches for its clock.
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
    ) -> None:
        self._writer = writer
        self._paired = paired
        self._fingerprint = fingerprint(certificate)
        self._server_id = server_id
        self._now, self._told = now, told
        self._contact = contact
        self._patience = Patience()
        self._busy = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        routes = {wire.FACTS_PATH: self._facts, wire.PAIR_PATH: self._pair}
        route = routes.get(scope["path"])
        if scope["type"] != "http" or route is None:
            await self._refuse(receive, send, 404, wire.refuse("unknown-path", "there is nothing here", _PATHS))
        elif scope["method"] != "POST":
            await self._refuse(receive, send, 405, wire.refuse("wrong-method", "only POST", _PATHS))
        elif self._busy >= BODIES:
            await self._later(receive, send, "the server is busy")
        else:
            self._busy += 1
            try:
                await route(scope, receive, send)
            except Disconnected:
                return
            finally:
                self._busy -= 1

    async def _facts(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        stranger = self._judge_headers(headers)
        if stranger is not None:
            await self._refused(receive, send, None, stranger)
            return
        try:
            body = await self._body(scope, receive, wire.MAX_BODY)
            request = wire.read_request(headers, body)
        except (BodyTooLarge, BadBatch, TimeoutError) as error:
            journal_id = JournalId(headers[wire.JOURNAL_HEADER.lower()])
            await self._refused(receive, send, journal_id, Refuse(_unread(error)))
            return
        self._contact(request.journal_id, self._now())
        done = self._writer.submit(lambda ledger: take_batch(ledger, request, self._now()))
        taken = await self._durable(done, receive, send)
        if isinstance(taken, Refusal):
            await self._refuse(receive, send, taken.status, taken)
        elif taken is not None:
            await answer(send, 200, wire.encode_message(Answer(taken, SAFE, self._told())))

    async def _pair(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._patience.exhausted(self._now()):
            refusal = wire.refuse(wire.TOO_MANY, "too many wrong codes", "Wait a minute, then try again.")
            await self._refuse(receive, send, refusal.status, refusal, [(b"retry-after", b"60")])
            return
        try:
            body = await self._body(scope, receive, MAX_PAIR_BODY)
            request = wire.decode_as(body, PairRequest, "pairing request")
        except (BodyTooLarge, wire.BadAnswer, TimeoutError) as error:
            await self._refused(receive, send, None, Refuse(_unread(error)))
            return
        done = self._writer.submit(lambda ledger: take_pairing(ledger, request, self._fingerprint, self._now()))
        paired = await self._durable(done, receive, send)
        if isinstance(paired, Refusal):
            if paired.error == wire.WRONG_CODE:
                self._patience.wrong(self._now())
            await self._refuse(receive, send, paired.status, paired)
        elif paired is not None:
            self._paired.add(JournalId(request.journal_id))
            lane, received = paired
            made = PairAnswer(self._server_id, lane, received, SAFE, self._told())
            await answer(send, 200, wire.encode_message(made))

    def _judge_headers(self, headers: dict[str, str]) -> Refuse | None:
        """The verdict on a request whose body need not be read."""
        try:
            request = wire.read_request(headers, b"")
        except BadBatch as error:
            return Refuse(wire.refuse(wire.MALFORMED, str(error), error.hint))
        if request.journal_id in self._paired:
            return None
        verdict = judge_request(request, None)
        return verdict if isinstance(verdict, Refuse) else None

    async def _body(self, scope: Scope, receive: Receive, cap: int) -> bytes:
        async with asyncio.timeout(READ_SECONDS):
            return await read_body(scope, receive, cap)

    async def _durable(self, done: "Future[Result]", receive: Receive, send: Send) -> Result | None:
        """The job's result once it is on disk; None where the disk refused and the device was told to come later."""
        try:
            return await asyncio.wrap_future(done)
        except Exception as error:
            if not disk_refused(error):
                raise
            await self._later(receive, send, str(error))
            return None

    async def _refused(self, receive: Receive, send: Send, journal_id: JournalId | None, verdict: Refuse) -> None:
        """Record a refusal that the ledger was not asked about, where there is room, and send it."""
        if self._writer.waiting < BODIES:
            self._writer.submit(lambda ledger: ledger.refuse(journal_id, verdict, self._now()))
        await self._refuse(receive, send, verdict.refusal.status, verdict.refusal)

    async def _refuse(
        self,
        receive: Receive,
        send: Send,
        status: int,
        refusal: Refusal,
        headers: list[tuple[bytes, bytes]] | None = None,
    ) -> None:
        await answer(send, status, wire.encode_message(refusal), headers=[CLOSE, *(headers or [])], more=True)
        await discard(receive)
        await end(send)

    async def _later(self, receive: Receive, send: Send, message: str) -> None:
        refusal = wire.refuse("later", message, "Nothing was stored. Keep the facts and send them again.")
        await self._refuse(receive, send, 503, refusal, [(b"retry-after", str(RETRY_SECONDS).encode())])


def take_batch(ledger: Ledger, request: wire.Request, now_ms: UtcMs) -> int | Refusal:
    """Judge a batch and store it with all that follows: the new watermark, or the refusal, recorded."""
    verdict = judge_request(request, ledger.known(request.journal_id))
    if isinstance(verdict, Accept):
        ledger.apply(request.journal_id, verdict, now_ms)
        return verdict.position.seq
    ledger.refuse(request.journal_id, verdict, now_ms)
    return verdict.refusal


def take_pairing(
    ledger: Ledger, request: PairRequest, certificate_fingerprint: bytes, now_ms: UtcMs
) -> tuple[int, int] | Refusal:
    """Judge a pairing and enter the journal: its (lane, received), or the refusal, recorded."""
    standing = ledger.standing(JournalId(request.journal_id))
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


def _unread(error: Exception) -> Refusal:
    if isinstance(error, BadBatch | wire.BadAnswer):
        code = wire.TOO_LARGE if isinstance(error, wire.TooLarge) else wire.MALFORMED
        return wire.refuse(code, str(error), error.hint)
    if isinstance(error, TimeoutError):
        return wire.refuse(wire.MALFORMED, f"the body did not come within {READ_SECONDS:.0f} s", "Check the network.")
    hint = "See docs/exchange.md, 'Batch': send fewer facts at once. Nothing was stored."
    return wire.refuse(wire.TOO_LARGE, "the body is too large", hint)


_PATHS = f"POST {wire.FACTS_PATH} or {wire.PAIR_PATH}; the pages have another address."
