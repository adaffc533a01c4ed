"""The thread that owns the printer: connects, prints in order, watches its condition, and reports without
being waited for."""

import contextlib
import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable

from hardware.encoder import PAPER_WIDTH
from hardware.errors import EncoderError, TransportError
from hardware.escpos_encoder import new_encoder
from hardware.outcome import Lead, Patience, next_lead
from hardware.printer import (
    UNREACHABLE,
    Dots,
    Finished,
    Outcome,
    PaperStatus,
    PrinterEvent,
    PrintJob,
    StatusChanged,
)
from hardware.printer_session import PrinterSession
from hardware.transports import Transport

_FIRST_BACKOFF_S = 0.5
_LONGEST_BACKOFF_S = 10.0


class PrintWorker:
    """A Printer. `open_transport` opens the device (TransportError: it is not there); `wake` is called from
    the thread whenever `poll` has something, and must only wake.

    Jobs are never retried here: a job whose device cannot be reached ends as NOT_STARTED and the kiosk
    decides. A device that has answered once and then takes connections in silence counts as unreachable, so that
    a hung printer is never believed to have printed.
    """

    def __init__(
        self,
        open_transport: Callable[[], Transport],
        wake: Callable[[], None],
        *,
        paper_width: Dots = PAPER_WIDTH,
        patience: Patience | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_transport = open_transport
        self._wake = wake
        self._paper_width = paper_width
        self._patience = patience or Patience()
        self._monotonic = monotonic
        self._jobs: deque[PrintJob] = deque()
        self._events: deque[PrinterEvent] = deque()
        self._reported: PaperStatus | None = None
        self._printing: PrintJob | None = None
        self._lead = Lead.RESYNC
        self._has_answered = False
        self._backoff_s = _FIRST_BACKOFF_S
        self._closing = threading.Event()
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._thread = threading.Thread(target=self._run, name="printer", daemon=True)
        self._closed = False

    def start(self) -> None:
        self._thread.start()

    def submit(self, job: PrintJob) -> None:
        """Raises EncoderError for a picture wider than the paper."""
        if job.bitmap.width > self._paper_width:
            raise EncoderError(
                f"a picture of {job.bitmap.width} dots does not fit on paper of {self._paper_width} dots",
                hint="draw the ticket for the width that the printer has",
            )
        if self._closing.is_set():
            self._post(Finished(job.job_id, Outcome.NOT_STARTED, self._reported or UNREACHABLE))
            return
        self._jobs.append(job)
        self._nudge()

    def poll(self) -> list[PrinterEvent]:
        events: list[PrinterEvent] = []
        with contextlib.suppress(IndexError):
            while True:
                events.append(self._events.popleft())
        return events

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._closing.set()
        self._nudge()
        if self._thread.ident is not None:
            self._thread.join()
        self._give_up_jobs()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _nudge(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake_write, b"!")

    def _post(self, event: PrinterEvent) -> None:
        self._events.append(event)
        self._wake()

    def _status_changed(self, status: PaperStatus) -> None:
        if status != self._reported:
            self._reported = status
            self._post(StatusChanged(status))

    def _run(self) -> None:
        try:
            new_encoder()
            while not self._closing.is_set():
                self._connect_and_serve()
        finally:
            self._end()

    def _connect_and_serve(self) -> None:
        session = self._connect()
        if session is None:
            self._status_changed(UNREACHABLE)
            self._give_up_jobs()
            self._back_off()
            return
        try:
            self._serve(session)
        finally:
            self._has_answered = self._has_answered or session.answers
            session.close()

    def _end(self) -> None:
        """Also the way out of a defect in this thread: every job still gets its event, and later ones too."""
        if not self._closing.is_set():
            self._closing.set()
            self._status_changed(UNREACHABLE)
        if self._printing is not None:
            self._post(Finished(self._printing.job_id, Outcome.UNCERTAIN, UNREACHABLE))
        self._give_up_jobs()

    def _connect(self) -> PrinterSession | None:
        try:
            transport = self._open_transport()
        except TransportError:
            return None
        session = PrinterSession(
            transport,
            self._wake_read,
            self._status_changed,
            patience=self._patience,
            monotonic=self._monotonic,
            closing=self._closing.is_set,
            paper_width=self._paper_width,
            has_answered=self._has_answered,
        )
        try:
            session.greet()
        except TransportError:
            session.close()
            return None
        self._backoff_s = _FIRST_BACKOFF_S
        if self._lead is Lead.CLEAN:
            self._lead = Lead.RESYNC
        return session

    def _serve(self, session: PrinterSession) -> None:
        """Until the device is gone or the worker is to end."""
        while not self._closing.is_set():
            if self._jobs:
                self._print(session, self._jobs.popleft())
                if session.gone:
                    return
                continue
            try:
                session.idle()
            except TransportError:
                self._status_changed(UNREACHABLE)
                return

    def _print(self, session: PrinterSession, job: PrintJob) -> None:
        self._printing = job
        outcome = session.print(job, self._lead)
        self._lead = next_lead(self._lead, outcome)
        if session.gone:
            self._status_changed(UNREACHABLE)
        self._printing = None
        self._post(Finished(job.job_id, outcome, self._reported or UNREACHABLE))

    def _give_up_jobs(self) -> None:
        while self._jobs:
            self._post(Finished(self._jobs.popleft().job_id, Outcome.NOT_STARTED, UNREACHABLE))

    def _back_off(self) -> None:
        """Waits before the next attempt, less if a job comes: someone stands at the kiosk then."""
        ready, _, _ = select.select([self._wake_read], [], [], self._backoff_s)
        if ready:
            os.read(self._wake_read, 4096)
        self._backoff_s = min(self._backoff_s * 2, _LONGEST_BACKOFF_S)
