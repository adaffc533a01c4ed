"""The loop that owns a printer: connects, prints in order, watches its condition, and reports. Without a thread or a
clock of its own: it waits by a `Waiting` and by its transport, so that the fault proofs run this same loop."""

import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence

from hardware.acquaintance import Acquaintance
from hardware.errors import EncoderError, TransportError
from hardware.escpos_encoder import new_encoder
from hardware.outcome import Habits, Lead, Patience, next_lead
from hardware.printer import (
    UNREACHABLE,
    Dots,
    Finished,
    Met,
    Outcome,
    PaperStatus,
    PrinterEvent,
    PrintJob,
    StatusChanged,
)
from hardware.printer_session import PrinterSession
from hardware.probe import told_anew
from hardware.profile import GENERIC, Profile
from hardware.transports import Transport
from hardware.waiting import Waiting

_log = logging.getLogger(__name__)
_FIRST_BACKOFF_S = 0.5
_LONGEST_BACKOFF_S = 10.0
END_OF_ANY_HEAD = bytes(16)
"""The longest head, of GS ( H, has 11 bytes."""
_STEADY_S = 10.0
"""A connection that lasted so long was a good one, and is made anew at once. One that a device takes, answers and drops
at once (a loose cable, a printer that serves another machine) would otherwise be made thousands of times a second."""


class Keeper:
    """`open_transport` opens the device (TransportError: it is not there); `wake` is called whenever `poll` has
    something, and must only wake. `submit`, `poll`, `stop` and `trouble` are for any thread, `run` for one.

    `profile`: what is printed by, and the one of `profiles` that recognises the printer instead, if any does.
    `paper_width`: of the pictures, where it is not the profile's. `unfinished`: how the last job before this start
    ended is not known, so that part of a ticket may hang there. `habits`: see there. `answered`: the
    printer at this address has answered at a start before: silence is a fault, on a cable that shows when a printer is
    away only for the time that one takes to start.

    Jobs are never retried here: a job whose device cannot be reached ends as NOT_STARTED and the kiosk
    decides. A device that has answered once and then takes connections in silence counts as unreachable, so that
    a hung printer is never believed to have printed, until the device itself was away (hardware.acquaintance). A defect
    ends the connection and its jobs, is logged, and the work begins anew. What is no Exception (the end of the process,
    a simulated power cut) passes through: the connection is let go, and nothing else happens on its way.
    """

    def __init__(
        self,
        open_transport: Callable[[], Transport],
        wake: Callable[[], None],
        waiting: Waiting,
        *,
        profile: Profile = GENERIC,
        profiles: Sequence[Profile] = (),
        paper_width: Dots | None = None,
        patience: Patience | None = None,
        unfinished: bool = False,
        habits: Habits | None = None,
        answered: bool = False,
    ) -> None:
        self._open_transport = open_transport
        self._wake = wake
        self._waiting = waiting
        self._profile = profile if paper_width is None else profile.on_paper(paper_width)
        self._profiles = tuple(profiles)
        self._patience = patience or Patience()
        self._habits = habits or Habits()
        self._jobs: deque[PrintJob] = deque()
        self._events: deque[PrinterEvent] = deque()
        self._reported: PaperStatus | None = None
        self._met: Met | None = None
        self._printing: PrintJob | None = None
        self._lead = Lead.SEPARATE if unfinished else Lead.RESYNC
        self._known, self._from_before = Acquaintance(answered=answered), answered
        self._trouble: TransportError | None = None
        self._logged = ""
        self._backoff_s = self._restless_s = _FIRST_BACKOFF_S
        self._closing = threading.Event()

    def submit(self, job: PrintJob) -> None:
        """Raises EncoderError for a picture wider than the paper."""
        if job.bitmap.width > self._profile.width:
            raise EncoderError(
                f"a picture of {job.bitmap.width} dots does not fit on paper of {self._profile.width} dots",
                hint="draw the ticket for the width that the printer has",
            )
        if self._closing.is_set():
            self._post(Finished(job.job_id, Outcome.NOT_STARTED, self._reported or UNREACHABLE))
            return
        self._jobs.append(job)
        self._waiting.nudge()

    def cut_off_first(self) -> None:
        """Part of a ticket may hang there. Before `run`."""
        self._lead = Lead.SEPARATE

    @property
    def trouble(self) -> TransportError | None:
        """Why the device cannot be reached, with what a technician does about it; None while it can, or if unknown."""
        return self._trouble

    def poll(self) -> list[PrinterEvent]:
        """All events since the last call, oldest first."""
        events: list[PrinterEvent] = []
        with contextlib.suppress(IndexError):
            while True:
                events.append(self._events.popleft())
        return events

    def stop(self) -> None:
        """`run` ends soon: a job on its way gets its outcome first."""
        self._closing.set()
        self._waiting.nudge()

    def run(self) -> None:
        """Until `stop`. Every job submitted has its end then."""
        while not self._closing.is_set():
            try:
                new_encoder()
                while not self._closing.is_set():
                    self._connect_and_serve()
            except Exception as defect:  # noqa: BLE001 a defect is logged, and must not end the only way to paper
                again, self._logged = repr(defect) == self._logged, repr(defect)
                _log.log(logging.DEBUG if again else logging.ERROR, "the printer's loop begins anew", exc_info=True)
                self._after_defect()
        self._end_printing()
        self.give_up_jobs()

    def give_up_jobs(self) -> None:
        """Jobs that nobody will begin get their end. Not while `run` runs in another thread."""
        while self._jobs:
            self._post(Finished(self._jobs.popleft().job_id, Outcome.NOT_STARTED, UNREACHABLE))

    def _post(self, event: PrinterEvent) -> None:
        self._events.append(event)
        self._wake()

    def _status_changed(self, status: PaperStatus) -> None:
        if status.reachable:
            self._trouble = None
        if status != self._reported:
            self._reported = status
            self._post(StatusChanged(status))

    def _meet(self, printer: Met) -> None:
        news = told_anew(self._met, printer)
        if news is not None:
            self._met = news
            self._post(news)

    def _after_defect(self) -> None:
        """Every job gets its end, and the next attempt begins anew."""
        self._unreachable(None)
        self._end_printing()
        self.give_up_jobs()
        self._back_off()

    def _end_printing(self) -> None:
        """A job that was on its way when the loop fell: nobody can tell."""
        if self._printing is not None:
            self._lead = Lead.SEPARATE
            self._post(Finished(self._printing.job_id, Outcome.UNCERTAIN, UNREACHABLE))
            self._printing = None

    def _connect_and_serve(self) -> None:
        session = self._connect()
        if session is None:
            self.give_up_jobs()
            self._back_off()
            return
        since = self._waiting.monotonic()
        try:
            self._serve(session)
        finally:
            session.close()
            if session.answers:
                self._known = self._known.heard()
            self._remember(session.failure)
        if self._waiting.monotonic() - since >= _STEADY_S:
            self._restless_s = _FIRST_BACKOFF_S
        elif not self._jobs and not self._closing.is_set():
            self._waiting.pause(self._restless_s)
            self._restless_s = min(self._restless_s * 2, _LONGEST_BACKOFF_S)

    def _remember(self, failure: TransportError | None) -> None:
        if failure is not None and failure.absent:
            self._known = self._known.lost()

    def _unreachable(self, failure: TransportError | None) -> None:
        self._trouble = failure
        self._status_changed(UNREACHABLE)

    def _connect(self) -> PrinterSession | None:
        try:
            transport = self._open_transport()
        except TransportError as failure:
            self._remember(failure)
            self._unreachable(failure)
            return None
        if self._from_before and not transport.blind:
            # While the kiosk was off nobody watched this cable: another one may stand there, and be believed in time.
            self._known = self._known.lost()
        self._from_before = False
        now = self._waiting.monotonic()
        self._known = self._known.opened(now)
        session = PrinterSession(
            transport,
            self._waiting,
            self._status_changed,
            patience=self._patience,
            closing=self._closing.is_set,
            profile=self._profile,
            habits=self._habits,
            profiles=self._profiles,
            met=self._meet,
            must_answer=self._known.must_answer(now, self._patience.starting),
        )
        try:
            self._end_broken_command(transport)
            session.greet()
        except TransportError as failure:
            session.close()
            if session.answers:
                self._known = self._known.heard()
            self._remember(failure)
            self._unreachable(failure)
            return None
        except BaseException:
            session.close()
            raise
        self._known = self._known.heard() if session.answers else Acquaintance()
        self._backoff_s = _FIRST_BACKOFF_S
        if self._lead is Lead.CLEAN:
            self._lead = Lead.RESYNC
        return session

    def _end_broken_command(self, transport: Transport) -> None:
        """A cable pulled within a command's head leaves the printer waiting for the rest of it: taken from the first
        question, that would make lengths of up to 65,535 bytes, and whole tickets vanish. NULs make it a length of 0.
        In front of a job there are NULs already."""
        if transport.fileno() is not None and self._profile.questions != "no" and self._habits.resync:
            transport.write(END_OF_ANY_HEAD, self._patience.greeting)

    def _serve(self, session: PrinterSession) -> None:
        """Until the device is gone or the loop is to end."""
        while not self._closing.is_set():
            if self._jobs:
                self._print(session, self._jobs.popleft())
                if session.gone:
                    return
                continue
            try:
                session.idle()
            except TransportError as failure:
                session.failure = failure
                self._unreachable(failure)
                return

    def _print(self, session: PrinterSession, job: PrintJob) -> None:
        self._printing = job
        outcome = session.print(job, self._lead)
        self._lead = next_lead(self._lead, outcome, echoed=session.echoed)
        if session.gone:
            self._unreachable(session.failure)
        self._printing = None
        self._post(Finished(job.job_id, outcome, self._reported or UNREACHABLE))

    def _back_off(self) -> None:
        """Waits before the next attempt; less if a job comes: someone stands at the kiosk then."""
        self._waiting.pause(self._backoff_s)
        self._backoff_s = min(self._backoff_s * 2, _LONGEST_BACKOFF_S)
