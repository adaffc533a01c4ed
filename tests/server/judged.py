"""What a server's own judgement answers to a request of the exchange, without a network."""

from collections.abc import Callable, Mapping

from server.ingest import SAFE, take_pairing
from server.intake import take_batch
from server.ledger import Ledger
from server.queue import Moment
from server.relayed import take_introduction
from server.replies import refusing
from sync import wire
from sync.client import Reply
from sync.paircode import PairAnswer, Succession, fingerprint
from sync.types import JournalId, UtcMs
from sync.wire import Answer, Refusal


def judged(
    ledger: Ledger,
    certificate: bytes,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    now_ms: UtcMs,
    *,
    safe: Callable[[JournalId], int] = lambda journal_id: SAFE,
    moment: Moment | None = None,
    take: Callable[[Ledger, wire.Request, UtcMs, Moment | None], int | Refusal] = take_batch,
) -> Reply:
    """Pair, introduce or take facts. Within a transaction. `certificate`: the server's; `safe`: up to where it calls a
    journal safe; `moment`: now for its queue; `take`: what is done with a batch."""
    if path == wire.PAIR_PATH:
        return _told(_paired(ledger, certificate, body, now_ms))
    request = wire.read_request(dict(headers), body, path)
    if path == wire.INTRODUCE_PATH:
        introduced = take_introduction(ledger, request, now_ms)
        taken = introduced if isinstance(introduced, Refusal) else introduced[1]
    else:
        taken = take(ledger, request, now_ms, moment)
    if isinstance(taken, Refusal):
        return _told(taken)
    return _told(Answer(taken, min(safe(request.journal_id), taken), now_ms))


def _paired(ledger: Ledger, certificate: bytes, body: bytes, now_ms: UtcMs) -> PairAnswer | Refusal:
    request = wire.decode_as(body, Succession, "pairing")
    paired = take_pairing(ledger, request, fingerprint(certificate), now_ms)
    if isinstance(paired, Refusal):
        return paired
    lane, received = paired
    return PairAnswer("5" * 32, max(lane, 0), received, SAFE, now_ms, None)


def _told(what: Answer | PairAnswer | Refusal) -> Reply:
    if isinstance(what, Refusal):
        refusal = refusing(what)
        return Reply(refusal.status, 0.0, refusal.body)
    return Reply(200, 0.0, wire.encode_message(what))
