"""Batches that wait together are looked up, judged and stored together: a commit and a few statements for all of them.

A batch that cannot be stored for a reason of its own is tried again alone, and takes none of the others with it.
"""

import asyncio
from collections.abc import Callable, Sequence

from server import presses, queue
from server.errors import LedgerRefused
from server.ledger import Ledger
from server.queue import Moment
from server.relayed import not_theirs
from server.senders import Sender
from server.writer import Writer
from sync import wire
from sync.judge import Accept, Refuse, judge_request
from sync.types import JournalId, UtcMs
from sync.wire import Refusal, Request

TOGETHER = 64
"""Most batches of one commit."""
PRESS = 2000
"""Facts of one group from which those that offices brought are folded after the commit, when nobody waits for it."""


class Intake:
    """Takes batches as they come, one group after the other. In the thread of its event loop."""

    def __init__(self, writer: Writer, now: Callable[[], UtcMs], moment: Callable[[], Moment | None]) -> None:
        self._writer, self._now, self._moment = writer, now, moment
        self._waiting: list[tuple[Request, asyncio.Future[int | Refusal]]] = []
        self._running: asyncio.Task[None] | None = None

    async def take(self, request: Request) -> int | Refusal:
        """The new watermark once the batch is durable, or why it is refused. Raises LedgerRefused."""
        future: asyncio.Future[int | Refusal] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, future))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        try:
            while self._waiting:
                group = self._next_group()
                try:
                    answers: Sequence[int | Refusal | Exception] = await self._together([each for each, _ in group])
                except LedgerRefused as error:  # it is everybody's
                    answers = [error] * len(group)
                except Exception:  # noqa: BLE001 whose defect it is shows when each is alone
                    answers = [await self._alone(each) for each, _ in group]
                for (_, future), answer in zip(group, answers, strict=True):
                    if future.done():  # whoever asked went away
                        continue
                    if isinstance(answer, Exception):
                        future.set_exception(answer)
                    else:
                        future.set_result(answer)
        finally:
            self._running = None

    def _next_group(self) -> list[tuple[Request, "asyncio.Future[int | Refusal]"]]:
        """The oldest, one of each journal: the second of a journal is judged by what the first left."""
        group: dict[JournalId, tuple[Request, asyncio.Future[int | Refusal]]] = {}
        rest = []
        for each in self._waiting:
            if len(group) < TOGETHER and each[0].journal_id not in group:
                group[each[0].journal_id] = each
            else:
                rest.append(each)
        self._waiting = rest
        return list(group.values())

    async def _together(self, requests: Sequence[Request]) -> list[int | Refusal]:
        pressed = bool(self._waiting)
        return await asyncio.wrap_future(
            self._writer.submit(
                lambda ledger: take_batches(ledger, requests, self._now(), self._moment(), pressed=pressed)
            )
        )

    async def _alone(self, request: Request) -> int | Refusal | Exception:
        try:
            return (await self._together([request]))[0]
        except Exception as error:  # noqa: BLE001 it reaches whoever asked
            return error


def take_batch(ledger: Ledger, request: Request, now_ms: UtcMs, moment: Moment | None = None) -> int | Refusal:
    """As `take_batches`, of one."""
    return take_batches(ledger, [request], now_ms, moment)[0]


def take_batches(
    ledger: Ledger, requests: Sequence[Request], now_ms: UtcMs, moment: Moment | None = None, *, pressed: bool = False
) -> list[int | Refusal]:
    """Judge batches of different journals and store them with all that follows: of each the new watermark, or the
    refusal, recorded. Within the ledger's transaction.

    `moment`: now for the queue; None: nobody vouches for this clock, and the tickets wait in the ledger for the day.
    `pressed`: others wait behind these.
    """
    known = ledger.senders(name for each in requests for name in (each.journal_id, each.relay) if name is not None)
    verdicts = [(request, _verdict(request, known)) for request in requests]
    accepted = [(known[request.journal_id], it) for request, it in verdicts if isinstance(it, Accept)]
    later = pressed or sum(len(each.rows) for _, each in accepted) > PRESS
    ledger.apply_all(accepted, now_ms, later=later)
    ledger.offices.heard_all(((of.office, of.known.journal_id) for of, _ in accepted if of.office is not None), now_ms)
    for request, verdict in verdicts:
        if isinstance(verdict, Refuse):
            ledger.refuse(request.journal_id, verdict, now_ms)
        elif moment is not None and known[request.journal_id].office is None:
            queue.take_in(ledger, request.journal_id, verdict.rows, moment)
            presses.take_in(ledger, request.journal_id, verdict.rows, moment)
    return [it.position.seq if isinstance(it, Accept) else it.refusal for _, it in verdicts]


def _verdict(request: Request, known: dict[JournalId, Sender]) -> Accept | Refuse:
    sender = known.get(request.journal_id)
    relay = known.get(request.relay) if request.relay is not None else None
    verdict = judge_request(request, sender.known if sender else None, relay.known if relay else None)
    if sender is None or isinstance(verdict, Refuse):
        return verdict
    if sender.successor is not None:
        return Refuse(wire.refuse(wire.SUPERSEDED, "another journal of this machine follows this one", _CLONE))
    refusal = not_theirs(sender, relay)
    return Refuse(refusal) if refusal is not None else verdict


_CLONE = "Two machines have its key: a card was cloned. This one begins a new journal and has to be paired by a person."
