"""One connection to a printer, used by the thread that owns it: asks, listens, sends a job and reports how
it ended."""

import os
import select
from collections.abc import Callable
from dataclasses import replace

from hardware.encoder import AUTO_STATUS, encode_job
from hardware.errors import TransportError
from hardware.outcome import JobProgress, Lead, Patience, Voice, absorbed, patience_s, verdict
from hardware.printer import UNREACHABLE, Dots, Outcome, PaperStatus, PrintJob
from hardware.status import AutoStatus, ReplyReader, echo_token, question_bytes
from hardware.transports import Transport

_PIECE = 8192
_WRITE_SLICE_S = 0.2
_ASK_WHILE_WAITING_S = 1.0


class PrinterSession:
    """Raises TransportError from `greet` and `idle` once the device is gone; `print` reports that as an
    outcome.

    `wake_fd` becomes readable when the owner wants attention; `status_changed` is told of every change.
    `has_answered`: it did on an earlier connection, so that silence now is a fault, not a printer that cannot speak.
    """

    def __init__(
        self,
        transport: Transport,
        wake_fd: int,
        status_changed: Callable[[PaperStatus], None],
        *,
        patience: Patience,
        monotonic: Callable[[], float],
        closing: Callable[[], bool],
        paper_width: Dots,
        has_answered: bool = False,
    ) -> None:
        self._transport = transport
        self._wake_fd = wake_fd
        self._status_changed = status_changed
        self._patience = patience
        self._monotonic = monotonic
        self._closing = closing
        self._paper_width = paper_width
        self._has_answered = has_answered
        self._reader = ReplyReader()
        self._voice = Voice()
        self._progress: JobProgress | None = None
        self._asked_at = 0.0
        self.status = PaperStatus(reachable=True)
        self.gone = False

    def greet(self) -> None:
        """Switches automatic status on, asks all questions and waits a moment for the answers."""
        if self._transport.fileno() is not None:
            self._transport.write(AUTO_STATUS, self._patience.greeting)
            self._ask()
            self._await_answers(self._patience.greeting)
            if self._has_answered and not self.answers:
                raise _silent()
        self._status_changed(self.status)

    @property
    def answers(self) -> bool:
        """Whether the device has answered a question on this connection."""
        return self._voice.answers

    def idle(self) -> None:
        """Listens until something comes, the owner wants attention or it is time to ask again, and then
        asks."""
        due = self._asked_at + self._patience.idle
        self._listen(max(due - self._monotonic(), 0.0), wakeable=True)
        if self._monotonic() < due:
            return
        if self._voice.answers and self._reader.asked and self.status.can_print:
            raise _silent()
        self._ask_if_useful()

    def print(self, job: PrintJob, lead: Lead) -> Outcome:
        """Sends the job and waits for its outcome; after a lost device `gone` is set."""
        if not self._ready():
            return Outcome.NOT_STARTED
        data = encode_job(job, lead, paper_width=self._paper_width)
        self._reader = self._reader.ask_in_order()
        self._progress = JobProgress(len(data), echo_token(job.job_id))
        since = self._monotonic()
        while True:
            before = self._progress
            waits = self._patience_left(since)
            self._advance(data, waits)
            if self._progress != before:
                since = self._monotonic()
            outcome = verdict(self._progress, self._voice, waited_out=self._patience_left(since) <= 0)
            if outcome is not None:
                unfinished = self._progress.written < self._progress.total
                self.gone = self.gone or (unfinished and not self._progress.fault)
                self._progress = None
                return outcome

    def close(self) -> None:
        self._transport.close()

    def _patience_left(self, since: float) -> float:
        assert self._progress is not None
        seconds = patience_s(
            self._progress,
            self._voice,
            self._patience,
            deaf=self._transport.fileno() is None,
            closing=self._closing(),
        )
        return since + seconds - self._monotonic()

    def _advance(self, data: bytes, waits: float) -> None:
        """One step: sends a piece if any is left, otherwise listens for a while."""
        assert self._progress is not None
        writing = self._progress.written < self._progress.total and not self._progress.fault
        try:
            if writing:
                self._send_piece(data, self._progress.written, min(_WRITE_SLICE_S, max(waits, 0.0)))
            self._listen(0.0 if writing else max(min(waits, _ASK_WHILE_WAITING_S), 0.0))
            if not writing and self._monotonic() - self._asked_at >= _ASK_WHILE_WAITING_S:
                self._ask_if_useful()
        except TransportError:
            self.gone = True
            self._progress = replace(self._progress, gone=True)

    def _send_piece(self, data: bytes, start: int, seconds: float) -> None:
        """Counts what was taken even where the device goes in the middle of it."""
        assert self._progress is not None
        try:
            taken = self._transport.write(data[start : start + _PIECE], seconds)
        except TransportError as failure:
            self._progress = replace(self._progress, written=start + failure.written)
            raise
        self._progress = replace(self._progress, written=start + taken)

    def _ready(self) -> bool:
        """Asks the printer itself just before a job: what is refused here can be tried again without a doubt.

        A printer that has reported a fault may have stopped reading; its silence then says nothing new.
        """
        answered = True
        try:
            self._ask_if_useful()
            if self._voice.answers:
                answered = self._await_answers(self._patience.answer)
        except TransportError:
            self.gone = True
        if not answered and self.status.can_print:
            self.gone = True
        if self.gone:
            self.status = UNREACHABLE
        return answered and self.status.can_print

    def _ask_if_useful(self) -> None:
        self._asked_at = self._monotonic()
        if self._voice.answers and not self._reader.asked:
            self._ask()

    def _ask(self) -> None:
        """One round of questions at a time is open, so that an answer is never taken for that of another
        round."""
        self._asked_at = self._monotonic()
        self._reader = self._reader.ask()
        questions = question_bytes()
        if self._transport.write(questions, self._patience.answer) < len(questions):
            raise TransportError(
                "the printer takes no more bytes", hint="switch it off and on, and check its network cable"
            )

    def _await_answers(self, seconds: float) -> bool:
        end = self._monotonic() + seconds
        while self._reader.asked and (left := end - self._monotonic()) > 0:
            self._listen(left)
        return not self._reader.asked

    def _listen(self, seconds: float, *, wakeable: bool = False) -> None:
        """Waits that long for bytes of the printer (or, if `wakeable`, for the owner) and takes in what
        there is."""
        poll = select.poll()
        fd = self._transport.fileno()
        if fd is not None:
            poll.register(fd, select.POLLIN)
        if wakeable:
            poll.register(self._wake_fd, select.POLLIN)
        ready = {found for found, _ in poll.poll(seconds * 1000)}
        if self._wake_fd in ready:
            os.read(self._wake_fd, 4096)
        if fd in ready:
            self._take_in(self._transport.read())

    def _take_in(self, data: bytes) -> None:
        """A round of answers is reported once it is whole; an ASB block is whole by itself."""
        self._reader, replies = self._reader.feed(data)
        status, self._voice, self._progress = absorbed(self.status, self._voice, self._progress, replies)
        self.status = status
        if not self._reader.asked or any(isinstance(reply, AutoStatus) for reply in replies):
            self._status_changed(status)


def _silent() -> TransportError:
    hint = "switch it off and on, and check its network cable"
    return TransportError("the printer has stopped answering", hint=hint)
