"""A print worker whose events are waited for."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from hardware.outcome import Patience
from hardware.print_worker import PrintWorker
from hardware.printer import Bitmap, Finished, Met, PaperStatus, PrinterEvent, PrintJob, StatusChanged
from hardware.profile import Profile
from hardware.transports import Transport
from tests.hardware.pictures import plain_ticket

HASTY = Patience(
    write=0.2,
    confirm=0.3,
    processed=0.1,
    silent=0.2,
    answer=0.3,
    greeting=0.2,
    cooling=1.0,
    taking=0.5,
    idle=30.0,
    closing=0.2,
)
READY = PaperStatus(True, "ok", False, False, True, False, False)


class Watched:
    """A worker whose events are waited for one by one."""

    def __init__(
        self, open_transport: Callable[[], Transport], patience: Patience, profiles: Sequence[Profile] = ()
    ) -> None:
        self._woken = threading.Semaphore(0)
        self._pending: list[PrinterEvent] = []
        self.worker = PrintWorker(open_transport, self._woken.release, patience=patience, profiles=profiles)

    def next(self) -> PrinterEvent:
        while not self._pending:
            if not self._woken.acquire(timeout=20):
                raise TimeoutError("the worker reported nothing")
            self._pending += self.worker.poll()
        return self._pending.pop(0)

    def status(self) -> PaperStatus:
        while isinstance(event := self.next(), Met):
            continue  # comes sooner or later than what a hand does meanwhile
        assert isinstance(event, StatusChanged)
        return event.status

    def finished(self) -> Finished:
        while not isinstance(event := self.next(), Finished):
            continue
        return event

    def print(self, job_id: int = 1, bitmap: Bitmap | None = None) -> Finished:
        self.worker.submit(PrintJob(job_id, bitmap or plain_ticket()))
        finished = self.finished()
        assert finished.job_id == job_id
        return finished


@contextmanager
def working(
    open_transport: Callable[[], Transport], patience: Patience = HASTY, profiles: Sequence[Profile] = ()
) -> Iterator[Watched]:
    watched = Watched(open_transport, patience, profiles)
    watched.worker.start()
    try:
        yield watched
    finally:
        watched.worker.close()
