"""One connection to a printer, used by the loop that owns it: asks, listens, sends a job and reports how
it ended."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from hardware.encoder import AUTO_STATUS, encode_job, opening
from hardware.errors import TransportError
from hardware.outcome import Habits, JobProgress, Lead, Patience, Voice, absorbed, patience_s, printing_s, verdict
from hardware.printer import UNREACHABLE, Met, Outcome, PaperStatus, PrintJob
from hardware.probe import Acquired, Ask, recognised, round_bytes
from hardware.profile import Abilities, Profile
from hardware.status import AutoStatus, ReplyReader, echo_token, question_bytes
from hardware.transports import Transport
from hardware.waiting import Waiting

_PIECE = 8192
_WRITE_SLICE_S = 0.2
_ASK_WHILE_WAITING_S = 1.0
_ASK_OFTEN_S = 0.25
"""As above, of a printer that reports nothing by itself: a cover is not opened, mended and closed in less."""
_CUTTING_S = 1.0
"""A cut, rather too long, during which a printer without a handshake loses what its buffer cannot hold."""
_STALE_S = 60.0
"""For so long an answer to the GS r of a job before may still come."""
_REVIVE = "switch it off and on, and check its cable"


class PrinterSession:
    """Raises TransportError from `greet` and `idle` once the device is gone; `print` reports that as an
    outcome.

    A nudge of `waiting` says that the owner wants attention; `status_changed` is told of every change.
    `must_answer`: one here has, so that silence now is a fault, not a printer that cannot speak (Acquaintance).
    `profiles`: by one of these it may be recognised by its own words, then `profile` is that one, for paper of the same
    width. `met` is told what it is and can do before its first job, and again where more comes to be known.
    `failure` is the error that ended the connection, None while it holds. `echoed`: the last job's echo came.
    """

    def __init__(
        self,
        transport: Transport,
        waiting: Waiting,
        status_changed: Callable[[PaperStatus], None],
        *,
        patience: Patience,
        closing: Callable[[], bool],
        profile: Profile,
        habits: Habits,
        profiles: Sequence[Profile] = (),
        met: Callable[[Met], None] = lambda met: None,
        must_answer: bool = False,
    ) -> None:
        self._transport = transport
        self._waiting = waiting
        self._status_changed = status_changed
        self._patience = patience
        self._closing = closing
        self.profile = profile
        self._profiles = tuple(profiles)
        self._met = met
        self.acquired = Acquired()
        self._habits = habits
        self._must_answer = must_answer or profile.questions == "yes"
        self._reader = ReplyReader()
        self._voice = Voice().told(profile, Abilities())
        self._progress: JobProgress | None = None
        self._asked_at = 0.0
        self._asked_in_order_at = 0.0
        self._cut_ends = -1
        self.status = PaperStatus(reachable=True)
        self.gone = self.echoed = False
        self.failure: TransportError | None = None

    def greet(self) -> None:
        """Switches automatic status on, asks all questions and waits a moment for the answers."""
        if self._transport.fileno() is not None and self.profile.questions != "no":
            if self._habits.automatic and self.profile.automatic != "no":
                self._write(AUTO_STATUS, self._patience.greeting)
            self._ask()
            if self._await_answers(self._patience.greeting) and not self.answers:
                self._ask()  # what came was meant for a connection before
                self._await_answers(self._patience.greeting)
            if self._must_answer and not self.answers:
                raise _silent()
            self._look_at_port()
        self._status_changed(self.status)
        self._acquaint()

    @property
    def answers(self) -> bool:
        """Whether the device has answered a question on this connection."""
        return self._voice.answers

    def idle(self) -> None:
        """Listens until something comes, the owner wants attention or it is time to ask again, and then
        asks."""
        due = self._asked_at + self._patience.idle
        self._listen(max(due - self._waiting.monotonic(), 0.0), wakeable=True)
        if self._waiting.monotonic() < due:
            return
        if not self._voice.answers and self._transport.fileno() is not None:
            self._introduce()
        if self._voice.answers and self._reader.asked and self.status.can_print:
            raise _silent()
        self._ask_if_useful()
        self._acquaint()

    def print(self, job: PrintJob, lead: Lead) -> Outcome:
        """Sends the job and waits for its outcome; after a lost device `gone` is set."""
        if not (self._ready() and self._mouth_is_free()):
            return Outcome.NOT_STARTED
        data = encode_job(job, lead, profile=self.profile, habits=self._habits)
        apart = lead is Lead.SEPARATE and self._transport.blind
        self._cut_ends = len(opening(lead, profile=self.profile, habits=self._habits)) if apart else -1
        began = since = self._waiting.monotonic()
        stale = self._reader.in_order and began - self._asked_in_order_at < _STALE_S
        if self.profile.in_order != "no":
            self._reader = self._reader.ask_in_order()
        self._progress = JobProgress(
            len(data),
            echo_token(job.job_id),
            printing_s=printing_s(job.bitmap.height, self.profile),
            stale=int(stale),
            blind=self._transport.blind,
        )
        while True:
            before = self._progress
            waits = self._patience_left(since, began)
            self._advance(data, waits)
            if self._progress != before:
                since = self._waiting.monotonic()
            outcome = self._verdict(waited_out=self._patience_left(since, began) <= 0)
            if outcome is not None:
                return self._ended(outcome)

    def close(self) -> None:
        self._transport.close()

    def _verdict(self, *, waited_out: bool) -> Outcome | None:
        """Nothing counts as sent before the printer, if it can, has said once more that all is well."""
        assert self._progress is not None
        believe = self._habits.believe_only_printer
        outcome = verdict(self._progress, self._voice, waited_out=waited_out, believe_only_printer=believe)
        if outcome is not Outcome.SENT or not self._voice.answers or self._progress.out:
            return outcome
        self._ask_once_more()
        return verdict(self._progress, self._voice, waited_out=True, believe_only_printer=believe)

    def _ask_once_more(self) -> None:
        try:
            answered = self._await_answers(self._patience.answer)
            self._ask_if_useful()
            answered = answered and self._await_answers(self._patience.answer)
        except TransportError as failure:
            self.gone, self.failure = True, failure
            answered = False
        assert self._progress is not None
        self._progress = replace(self._progress, silent=not answered)

    def _ended(self, outcome: Outcome) -> Outcome:
        progress, self._progress = self._progress, None
        assert progress is not None
        self._asked_in_order_at = self._waiting.monotonic()
        self.echoed = progress.out
        if outcome is Outcome.SENT and progress.processed and self.acquired != (known := self.acquired.without_echo()):
            self.acquired = known
            self._introduce()
        stuck = not progress.taken or progress.pending > 0
        excused = progress.out or progress.fault or progress.refused
        if stuck and not excused and not self.gone:
            self.gone, self.failure = True, _full()
        return outcome

    def _patience_left(self, since: float, began: float) -> float:
        """`since`: of the last progress; `began`: of the job."""
        assert self._progress is not None
        seconds = patience_s(
            self._progress,
            self._voice,
            self._patience,
            deaf=self._transport.fileno() is None,
            closing=self._closing(),
        )
        return min(since + seconds, began + self._patience.longest) - self._waiting.monotonic()

    def _advance(self, data: bytes, waits: float) -> None:
        """One step: sends a piece if any is left, otherwise listens for a while."""
        assert self._progress is not None
        writing = not self._progress.taken
        often = _ASK_WHILE_WAITING_S if self._voice.automatic else _ASK_OFTEN_S
        try:
            if writing:
                self._send_piece(data, self._progress.written, min(_WRITE_SLICE_S, max(waits, 0.0)))
            self._listen(0.0 if writing else max(min(waits, often), 0.0))
            pending = self._transport.pending()
            # Behind a job that is all taken only questions follow, which are no progress of it.
            self._progress = replace(
                self._progress, pending=pending if writing else min(pending, self._progress.pending)
            )
            if not writing and self._waiting.monotonic() - self._asked_at >= often:
                self._ask_if_useful()
        except TransportError as failure:
            self.gone, self.failure = True, failure
            self._progress = replace(self._progress, gone=True)

    def _send_piece(self, data: bytes, start: int, seconds: float) -> None:
        """Counts what was taken even where the device goes in the middle of it. On a blind line the ticket itself waits
        for the cut in front of it."""
        assert self._progress is not None
        end = start + _PIECE if start >= self._cut_ends else min(start + _PIECE, self._cut_ends)
        try:
            taken = self._transport.write(data[start:end], seconds)
        except TransportError as failure:
            self._progress = replace(self._progress, written=start + failure.written)
            raise
        self._progress = replace(self._progress, written=start + taken)
        if start + taken == self._cut_ends:
            resumes = self._waiting.monotonic() + _CUTTING_S
            while (left := resumes - self._waiting.monotonic()) > 0:
                self._listen(left)

    def _ready(self) -> bool:
        """Asks the printer itself just before a job: what is refused here can be tried again without a doubt.

        A printer that has reported a fault may have stopped reading; its silence then says nothing new.
        """
        answered = True
        try:
            self._ask_if_useful()
            if self._voice.answers:
                answered = self._await_answers(self._patience.answer)
            self._acquaint()
        except TransportError as failure:
            self.gone, self.failure = True, failure
        if not answered and self.status.can_print:
            self.gone, self.failure = True, _silent()
        if self.gone:
            self.status = UNREACHABLE
        return answered and self.status.can_print

    def _acquaint(self) -> None:
        """Asks what the printer is and can do (hardware.probe): once, while it can print and before its first job,
        whose reset drops what an answerless question may have left in its line."""
        if self.acquired.over or not self._voice.answers:
            return
        while self.status.can_print and (ask := self.acquired.next(self.profile)) is not None:
            self._ask_for(ask)
            kind = recognised(self.acquired.identity, self._profiles, self.profile)
            self.profile = kind.on_paper(self.profile.width)
        if self.status.can_print:
            if round_bytes(self.profile):
                self._ask()
                self._await_answers(self._patience.greeting)
            self.acquired = self.acquired.done()
            self._introduce()

    def ask_echo(self) -> None:
        """Asks for an echo, of a printer without a name too: for the doctor, when a technician stands by. What does not
        know GS ( H may keep its letters for its next line."""
        if self.status.can_print and self.acquired.abilities.in_order and self.acquired.abilities.echoes is None:
            self._ask_for(Ask(echo=True))

    def _ask_for(self, ask: Ask) -> None:
        self.acquired = self.acquired.asking(ask)
        self._reader, self._asked_in_order_at = ask.asked_of(self._reader), self._waiting.monotonic()
        self._write(ask.data, self._patience.answer)
        in_time = self._await(lambda: not self._reader.in_order, self._patience.greeting)
        self.acquired = self.acquired.answered(in_time=in_time, ready=self.status.can_print)

    def _introduce(self) -> None:
        self._voice = self._voice.told(self.profile, self.acquired.abilities)
        self._met(Met(self.acquired.identity, self.acquired.abilities, self.profile.name))

    def _mouth_is_free(self) -> bool:
        """Waits a while, though not for ever, until the last ticket is taken: pushed out by the next it falls, and two
        citizens look for one. Whether the next may begin."""
        end, waited = self._waiting.monotonic() + self._patience.taking, False
        try:
            while self.status.ticket_waiting and (left := end - self._waiting.monotonic()) > 0:
                if self._closing():
                    return False
                waited = True
                self._listen(min(left, _ASK_OFTEN_S), wakeable=True)
                if self._waiting.monotonic() - self._asked_at >= _ASK_OFTEN_S:
                    self._ask_if_useful()
        except TransportError as failure:
            self.gone, self.failure = True, failure
            self.status = UNREACHABLE
            return False
        return not waited or self._ready()

    def _ask_if_useful(self) -> None:
        self._asked_at = self._waiting.monotonic()
        if self._voice.answers and not self._reader.asked:
            self._ask()
        self._look_at_port()

    def _look_at_port(self) -> None:
        """Of a printer that cannot speak, its port may know the paper."""
        if self._voice.speaks or self._progress is not None or (out := self._transport.paper_out()) is None:
            return
        self.status = replace(self.status, paper="out" if out else None)
        self._status_changed(self.status)

    def _ask(self) -> None:
        """One round of questions at a time is open, so that an answer is never taken for that of another
        round."""
        self._asked_at = self._waiting.monotonic()
        self._reader = self._reader.ask()
        more = round_bytes(self.profile)
        if more:
            self._reader = self._reader.ask_full()
        self._write(more + question_bytes(), self._patience.answer)

    def _write(self, data: bytes, seconds: float) -> None:
        if self._transport.write(data, seconds) < len(data):
            raise _full()

    def _await_answers(self, seconds: float) -> bool:
        return self._await(lambda: not self._reader.asked, seconds)

    def _await(self, come: Callable[[], bool], seconds: float) -> bool:
        end = self._waiting.monotonic() + seconds
        while not come() and (left := end - self._waiting.monotonic()) > 0:
            self._listen(left)
        return come()

    def _listen(self, seconds: float, *, wakeable: bool = False) -> None:
        """Waits that long for bytes of the printer (or, if `wakeable`, for the owner) and takes in what
        there is."""
        if self._waiting.readable(self._transport.fileno(), seconds, wakeable=wakeable):
            self._take_in(self._transport.read())

    def _take_in(self, data: bytes) -> None:
        """A round of answers is reported once it is whole; an ASB block is whole by itself.

        Byte by byte, because one answer to GS r may open the ear for the next.
        """
        reported = False
        for byte in data:
            self._reader, replies = self._reader.feed(bytes((byte,)))
            stale = self._progress.stale if self._progress else 0
            self.status, self._voice, self._progress = absorbed(self.status, self._voice, self._progress, replies)
            if self._progress and self._progress.stale < stale:
                self._reader = self._reader.ask_in_order()
            known, self.acquired = self.acquired, self.acquired.heard(replies)
            if self.acquired.over and self.acquired != known:
                self._introduce()
            if any(isinstance(reply, AutoStatus) for reply in replies):
                reported = True
                self._status_changed(self.status)
        if not self._reader.asked and not reported:
            self._status_changed(self.status)


def _silent() -> TransportError:
    return TransportError("the printer has stopped answering", hint=_REVIVE)


def _full() -> TransportError:
    return TransportError("the printer takes no more bytes", hint=_REVIVE)
