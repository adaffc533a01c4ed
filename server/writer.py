"""The one thread that writes the ledger. Jobs that wait together are committed together, each in its own savepoint.

An answer is given after the commit only. What was stored in a press and not folded yet (server.unfolded) is folded
while nobody waits. The thread sleeps while there is nothing to do: no timer, no polling.
"""

import queue
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from threading import Thread
from typing import Any, TypeVar

from server.database import DbError
from server.errors import ServerError
from server.ledger import Ledger

Result = TypeVar("Result")
Job = Callable[[Ledger], Any]
_Asked = tuple[Job | None, Future[Any]]
"""A job; or none, where it is only asked whether the thread comes round."""

GROUP = 64
"""Most jobs in one commit."""
FOLD_EVERY = 64
"""So many commits in a press, then one for what waits to be folded: it does not wait for the end of the press."""


class Writer:
    """Owns a ledger from `start` to `close`. `committed` is called in the writer's thread after each commit; each is
    made within a context that `timed` gives. `mistaken` is told of what nobody thought of in `committed`: writing goes
    on."""

    def __init__(
        self,
        ledger: Ledger,
        committed: Callable[[], None] = lambda: None,
        timed: Callable[[], AbstractContextManager[object]] = nullcontext,
        mistaken: Callable[[Exception], None] | None = None,
    ) -> None:
        self._ledger = ledger
        self._committed, self._timed, self._mistaken = committed, timed, mistaken
        self._jobs: queue.SimpleQueue[_Asked | None] = queue.SimpleQueue()
        self._thread = Thread(target=self._run, name="ledger", daemon=True)
        self.trouble: str | None = None
        """What to do about the disk, from a commit it refused until it takes one again."""
        self._expecting = False

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def close(self) -> None:
        """Finish what was submitted, where it was begun; then close the ledger."""
        if self._thread.ident is not None:
            self._jobs.put(None)
            self._thread.join()
        self._ledger.close()

    def submit(self, job: Callable[[Ledger], Result]) -> "Future[Result]":
        """Have `job` done. Its result, or its ServerError or SyncError, comes when it is durable."""
        future: Future[Result] = Future()
        self._jobs.put((job, future))
        return future

    def come_round(self) -> "Future[None]":
        """Has a result once the thread took it up; nothing is written or committed for it. A thread that hangs gives
        none."""
        future: Future[None] = Future()
        self._jobs.put((None, future))
        return future

    def expect(self, *, more: bool) -> None:
        """More is coming (server.intake judges it just now): what is not folded waits on; or no more is."""
        expected, self._expecting = self._expecting, more
        if expected and not more and self._ledger.waits:
            self.submit(lambda ledger: None)  # to wake up

    @property
    def waiting(self) -> int:
        """How many jobs nobody has begun."""
        return self._jobs.qsize()

    @property
    def _idle(self) -> bool:
        return self._jobs.empty() and not self._expecting

    def _run(self) -> None:
        commits = 0
        while True:
            commits += 1
            while self._ledger.waits and (self._idle or commits % FOLD_EVERY == 0) and self._fold_waiting():
                commits += 1
            group, last = self._next_group()
            if group:
                self._do(group)
            if last:
                return

    def _next_group(self) -> tuple[list[tuple[Job, "Future[Any]"]], bool]:
        group: list[tuple[Job, Future[Any]]] = []
        item = self._jobs.get()
        while item is not None:
            job, future = item
            if future.set_running_or_notify_cancel():  # who gave up waiting is not served; from here nobody can
                if job is None:
                    future.set_result(None)
                else:
                    group.append((job, future))
            if len(group) >= GROUP or self._jobs.empty():
                return group, False
            item = self._jobs.get()
        return group, True

    def _do(self, group: list[tuple[Job, "Future[Any]"]]) -> None:
        done: list[Callable[[], None]] = []
        before = self._ledger.changes
        try:
            with self._timed(), self._ledger.transaction():
                for job, future in group:
                    done.append(self._one(job, future))
        except ServerError as error:
            self.trouble = error.hint
            for _, future in group:
                future.set_exception(error)
            return
        except Exception as error:  # noqa: BLE001 a defect must reach whoever waits, and must not end the only writer
            for _, future in group:
                future.set_exception(error)
            return
        if self._ledger.changes != before:  # a commit of nothing says nothing of the disk
            self.trouble = None
        try:
            self._tell()  # first: no answer is drawn from what was before it
        finally:
            for finish in done:
                finish()

    def _tell(self) -> None:
        try:
            self._committed()
        except Exception as error:
            if self._mistaken is None:
                raise
            self._mistaken(error)  # it is committed all the same, and the next commit tells again

    def _fold_waiting(self) -> bool:
        """Fold a part of what waits; False: it cannot be now."""
        try:
            with self._timed(), self._ledger.transaction():
                self._ledger.fold_waiting()
        except Exception as error:  # noqa: BLE001 no defect may end the only writer; it is tried again after a commit
            self.trouble = error.hint if isinstance(error, ServerError) else _REBUILD
            return False
        self._tell()
        return True

    def _one(self, job: Job, future: "Future[Any]") -> Callable[[], None]:
        try:
            with self._ledger.savepoint():
                result = job(self._ledger)
        except DbError:
            raise  # the disk's trouble is everybody's: SQLite may have rolled back more than this part
        except Exception as error:  # noqa: BLE001 a defect reaches its own asker, and nobody else's facts
            failed = error
            return lambda: future.set_exception(failed)
        return lambda: future.set_result(result)


_REBUILD = "Facts that came could not be folded: stop the server and run `python -m server rebuild`."
