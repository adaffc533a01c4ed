"""Batches that wait together are looked up, judged and stored together: a commit and a few statements for all of them.

A batch that cannot be stored for a reason of its own is tried again alone, and takes none of the others with it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from server import presses, queue
from server.errors import LedgerRefused
from server.judges import Judges
from server.ledger import Ledger
from server.queue import Moment
from server.relayed import not_theirs
from server.senders import Sender
from server.writer import Writer
from sync import wire
from sync.judge import Accept, KnownJournal, Refuse, judge_request
from sync.types import JournalId, UtcMs
from sync.wire import Refusal, Request

TOGETHER = 64
"""Most batches of one commit."""
FACTS_TOGETHER = 4000
"""About so many facts: the next group is judged while they are stored, and nobody waits long for his answer."""
PRESS = 2000
"""Facts of one group from which those that offices brought are folded after the commit, when nobody waits for it."""
REMEMBERED = 50_000
"""Of so many journals it is remembered how far they are here."""


class Intake:
    """Takes batches as they come, one group after the other. In the thread of its event loop.

    With `judges` a group is judged while the one before it is stored, by what the writer last said of its senders; of
    whom it said nothing yet, or something else meanwhile, it judges itself.
    """

    def __init__(
        self,
        writer: Writer,
        now: Callable[[], UtcMs],
        moment: Callable[[], Moment | None],
        judges: Judges | None = None,
    ) -> None:
        self._writer, self._now, self._moment, self._judges = writer, now, moment, judges
        self._waiting: list[_Asked] = []
        self._stored: dict[JournalId, KnownJournal] = {}
        self._busy: set[JournalId] = set()
        self._running: asyncio.Task[None] | None = None

    async def take(self, request: Request) -> int | Refusal:
        """The new watermark once the batch is durable, or why it is refused. Raises LedgerRefused."""
        future: asyncio.Future[int | Refusal] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, future))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        storing: asyncio.Task[None] | None = None
        try:
            while self._waiting or storing is not None:
                group = self._next() if storing is None or self._judges is not None else []
                if not group and storing is not None:
                    await storing
                    storing = None
                    continue
                self._writer.expect(more=True)
                verdicts = await self._judged(group)
                if storing is not None:
                    await storing
                self._busy = {request.journal_id for request, _ in group}
                storing = asyncio.create_task(self._store(group, verdicts))
        finally:
            self._writer.expect(more=False)
            self._running = None

    def _next(self) -> "list[_Asked]":
        """The oldest, one of each journal of which nothing is being stored: what comes second is judged by what came
        first."""
        group: dict[JournalId, _Asked] = {}
        rest, facts = [], 0
        for each in self._waiting:
            name = each[0].journal_id
            if len(group) < TOGETHER and facts < FACTS_TOGETHER and name not in group and name not in self._busy:
                group[name] = each
                facts += each[0].last - each[0].first + 1
            else:
                rest.append(each)
        self._waiting = rest
        return list(group.values())

    async def _judged(self, group: "Sequence[_Asked]") -> "Verdicts":
        if self._judges is None:
            return {}
        known = self._stored.get
        asked = [(it, known(it.journal_id), known(it.relay) if it.relay else None) for it, _ in group]
        ready = [each for each in asked if each[1] is not None and (each[0].relay is None or each[2] is not None)]
        try:
            found = await self._judges.judge(ready)
        except Exception:  # noqa: BLE001 whatever befell the judges, the writer judges as well
            return {}
        return {
            request.journal_id: ((of, by), verdict)
            for (request, of, by), verdict in zip(ready, found, strict=True)
            if verdict is not None
        }

    async def _store(self, group: "Sequence[_Asked]", verdicts: "Verdicts") -> None:
        try:
            answers: Sequence[int | Refusal | Exception] = await self._together([it for it, _ in group], verdicts)
        except LedgerRefused as error:  # it is everybody's
            answers = [error] * len(group)
        except Exception:  # noqa: BLE001 whose defect it is shows when each is alone
            answers = [await self._alone(each) for each, _ in group]
        self._busy = set()
        for (_, future), answer in zip(group, answers, strict=True):
            if future.done():  # whoever asked went away
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    async def _together(self, requests: Sequence[Request], verdicts: "Verdicts") -> list[int | Refusal]:
        pressed = bool(self._waiting)

        def job(ledger: Ledger) -> tuple[list[_Judged], dict[JournalId, Sender]]:
            known = _senders(ledger, requests)
            return _take(ledger, requests, known, self._now(), self._moment(), verdicts, pressed=pressed), known

        taken, known = await asyncio.wrap_future(self._writer.submit(job))
        if self._judges is not None:
            self._remember(taken, known)
        return _answers(taken)

    def _remember(self, taken: "Sequence[_Judged]", known: dict[JournalId, Sender]) -> None:
        if len(self._stored) + len(known) > REMEMBERED:
            self._stored.clear()
        self._stored |= {name: sender.known for name, sender in known.items()}
        for request, it in taken:
            if isinstance(it, Accept):
                name = request.journal_id
                self._stored[name] = replace(self._stored[name], received=it.position)

    async def _alone(self, request: Request) -> int | Refusal | Exception:
        try:
            return (await self._together([request], {}))[0]
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
    return _answers(_take(ledger, requests, _senders(ledger, requests), now_ms, moment, {}, pressed=pressed))


def _senders(ledger: Ledger, requests: Sequence[Request]) -> dict[JournalId, Sender]:
    return ledger.senders(name for each in requests for name in (each.journal_id, each.relay) if name is not None)


def _take(
    ledger: Ledger,
    requests: Sequence[Request],
    known: dict[JournalId, Sender],
    now_ms: UtcMs,
    moment: Moment | None,
    ready: "Verdicts",
    *,
    pressed: bool,
) -> "list[_Judged]":
    verdicts = [(request, _verdict(request, known, ready.get(request.journal_id))) for request in requests]
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
    return verdicts


def _answers(of: "Sequence[_Judged]") -> list[int | Refusal]:
    return [it.position.seq if isinstance(it, Accept) else it.refusal for _, it in of]


def _verdict(request: Request, known: dict[JournalId, Sender], ready: "Ready | None") -> Accept | Refuse:
    sender = known.get(request.journal_id)
    relay = known.get(request.relay) if request.relay is not None else None
    asked = (sender.known if sender else None, relay.known if relay else None)
    verdict = ready[1] if ready is not None and ready[0] == asked else judge_request(request, *asked)
    if sender is None or isinstance(verdict, Refuse):
        return verdict
    if sender.successor is not None:
        return Refuse(wire.refuse(wire.SUPERSEDED, "another journal of this machine follows this one", _CLONE))
    refusal = not_theirs(sender, relay)
    return Refuse(refusal) if refusal is not None else verdict


_Asked = tuple[Request, "asyncio.Future[int | Refusal]"]
_Judged = tuple[Request, Accept | Refuse]
Ready = tuple[tuple[KnownJournal | None, KnownJournal | None], Accept | Refuse]
"""A verdict, and what was known when it was found: it holds where the same is known still."""
Verdicts = dict[JournalId, Ready]
_CLONE = "Two machines have its key: a card was cloned. This one begins a new journal and has to be paired by a person."
