"""The kiosk's machine: an input → the table's step → facts committed → effects. Everything it drives is handed in.

It has no window and no clock of its own: the loop gives it touches and edges, calls `turn` when anything may have
happened, and sleeps until `deadline`. A press or a touch is answered only after its facts are durable.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from hardware.buttons import Edge
from hardware.lamps import Lamp
from hardware.printer import Printer
from hardware.sound import Sound
from kiosk import day, screens, votes
from kiosk.desk import Desk, Printhouse
from kiosk.issuing import Wish, issue
from kiosk.record import JournalPort, Recorder
from kiosk.screen_types import (
    Condition,
    ConditionChanged,
    DateRefused,
    Input,
    Issued,
    IssueTicket,
    Moment,
    Request,
    SetClock,
    State,
    Ticket,
    TimedOut,
)
from sync.catalogue import Catalogue, to_body
from sync.clock import Reading, Trust, confirmed
from sync.errors import ClockError
from sync.facts import Body, ButtonStuck, MachineStarted, PrintSending, ScoreGiven, TicketIssued
from sync.inbox import InboxState
from sync.journal import Instant
from sync.types import BootMs, Level, Seq, UtcMs

DISK_RETRY_MS = 5_000
DOUBT_POLL_MS = 10_000
"""How often an untrusted clock is looked at: nothing tells when NTP has set it."""
TRUST_POLL_MS = 3_600_000


class Clocks(Protocol):
    """What is needed of sync.system_clock.SystemClock."""

    def instant(self) -> Instant: ...

    def read(self) -> Reading: ...


@dataclass(frozen=True)
class Parts:
    """Everything the machine drives, real or fake. `inbox` reads what sync left; `say` writes the system's log."""

    journal: JournalPort
    clock: Clocks
    printer: Printer
    house: Printhouse
    lamp: Lamp
    sound: Sound
    edges: Callable[[], Sequence[Edge]]
    inbox: Callable[[], InboxState | None]
    wake_sync: Callable[[], None]
    say: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the configuration says of this machine. `held`: buttons that are down as it begins."""

    counter: int
    languages: tuple[str, ...]
    catalogue: Catalogue
    zone: ZoneInfo
    trust: Trust
    release: str
    configuration: str
    held: tuple[int, ...] = ()


class Machine:
    """One kiosk. `state` is what is in sight."""

    def __init__(self, parts: Parts, settings: Settings) -> None:
        """Folds the journal. Nothing is committed before `begin`."""
        self._parts, self._settings = parts, settings
        self.record = Recorder(parts.journal, parts.clock.instant, parts.wake_sync)
        self.desk = Desk(self.record, parts.printer, parts.house, parts.clock.instant, parts.say)
        self._votes = votes.start(settings.counter, self._now(), settings.held)
        self._inbox: InboxState | None = None
        self._look_at_clock = self._now()
        self._disk_retry: int | None = None
        self.state = State(language=settings.languages[0])
        self._patience_until: float | None = None
        self.shown_at = self._now()

    def begin(self) -> None:
        """Say what happened before, and what runs now; then the first screen."""
        self.desk.begin()
        started: list[Body] = [MachineStarted(self._settings.release, self._settings.configuration)]
        if self.record.catalogue != self._settings.catalogue.digest:
            started.append(to_body(self._settings.catalogue))
        # Whoever mended a button did it with the power off. One that is still held tells of itself anew.
        started += [ButtonStuck(counter, Level(level), False) for counter, level in sorted(self.record.stuck)]
        self.record.keep(*started)
        self.look_at_inbox()
        self._keep_time()
        self._show(screens.start(self._settings.languages, self._condition()))

    def give(self, given: Input) -> None:
        """An input of the screens: a touch, a key. Raises IllegalInput; nothing has changed then."""
        state, requests = screens.step(self.state, given)
        self._show(state)
        for request in requests:
            self._do(request)

    def look_at_inbox(self) -> None:
        """Sync says that there is something new."""
        self._inbox = self._parts.inbox() or self._inbox
        self._look_at_clock = self._now()

    def turn(self) -> None:
        """Everything that time, printer, buttons and disk have brought since the last call."""
        now = self._now()
        self._press(now)
        if now >= self._look_at_clock:
            self._keep_time()
        if self.record.trouble and (self._disk_retry is None or now >= self._disk_retry):
            if self.record.retry():
                self._keep_time()  # what the disk refused: nobody is asked for a date that is known
            self._disk_retry = now + DISK_RETRY_MS if self.record.trouble else None
        for answer in self.desk.turn():
            self.give(answer)
        self._note_condition()
        if self._patience_until is not None and self._now() >= self._patience_until:
            self.give(TimedOut())

    def deadline(self) -> int | None:
        """The boot time at which `turn` has something to do if nothing happens before."""
        times: list[float | None] = [
            self._patience_until,
            self._votes.deadline(),
            self.desk.deadline(),
            self._look_at_clock,
            (self._disk_retry or self._now()) if self.record.trouble else None,
        ]
        return min((int(time) for time in times if time is not None), default=None)

    def end(self) -> None:
        """Tell what is still to be told; a ticket on its way is printed to its end first."""
        self._vote(votes.Stop(self._now()))
        self._parts.printer.close()
        self.desk.take_in()

    # Screens ------------------------------------------------------------------------------------------------------

    def _show(self, state: State) -> None:
        now = self._now()
        before = self.state
        if (state.screen, state.asking, state.ticket) != (before.screen, before.asking, before.ticket):
            self.shown_at = now
        self.state = state
        patience = screens.patience(state)
        self._patience_until = None if patience is None else now + patience * 1000

    def _do(self, request: Request) -> None:
        if isinstance(request, IssueTicket):
            self._issue(request)
        else:
            self._set_clock(request)

    def _condition(self) -> Condition:
        doubt = None if self._today().utc_ms is not None else self._asked()
        return Condition(printer=self.desk.fault, disk=self.record.trouble, doubt=doubt)

    def _note_condition(self) -> None:
        """Passed on only where it differs: a ticking wrong clock is no news, and no reason to start waiting anew."""
        new, old = self._condition(), self.state.condition
        if (new.printer, new.disk, new.doubt is None) != (old.printer, old.disk, old.doubt is None):
            until = self._patience_until
            screen = self.state.screen
            self.give(ConditionChanged(new))
            if self.state.screen is screen:
                self._patience_until = until

    # Tickets ------------------------------------------------------------------------------------------------------

    def _issue(self, wanted: IssueTicket) -> None:
        """Commit, then act: number, print job and screen follow only when the facts are durable."""
        self._keep_time()
        today = self._today()
        if today.day is None or (self.record.trouble and not self.record.retry()):
            self._note_condition()
            return
        before = day.opening(today, self.record.day, self.record.by_staff)
        house = self._parts.house
        service = house.catalogue.service(wanted.service)
        facts = issue(
            Wish(service.series, (service.id,), wanted.language),
            self.record.numbers,
            day=today.day,
            lane=self._lane(),
            journal_id=house.journal_id,
            key=house.key,
            next_seq=Seq(self.record.next_seq + len(before)),
            print_now=self.desk.free,
        )
        stored = self.record.commit(*before, *facts)
        if stored is None:
            self._note_condition()
            return
        issued = next(fact for fact in stored if fact.kind == TicketIssued.kind)
        label = str(issued.body["label"])
        answers = self.desk.send(issued.seq, 1, copy=False) if isinstance(facts[-1], PrintSending) else []
        self.give(Issued(Ticket(issued.seq, label, service.id, wanted.language)))
        for answer in answers:
            self.give(answer)

    def _lane(self) -> int:
        """The office's word; where sync has lost it, the lane that this journal's tickets have had."""
        lane = self._inbox.lane if self._inbox is not None else None
        return self.record.lane if lane is None else lane

    # Time ---------------------------------------------------------------------------------------------------------

    def _now(self) -> BootMs:
        return self._parts.clock.instant().boottime_ms

    def _today(self) -> day.Today:
        return day.today(self.record.timeline, self._parts.clock.read(), self._settings.zone)

    def _keep_time(self) -> None:
        """Anchor the clock where that is due, open the day, and decide when to look again."""
        reading = self._parts.clock.read()
        office = self._inbox.office_time if self._inbox is not None else None
        anchor = day.anchor_wanted(reading, self._settings.trust, self.record.timeline, office)
        if anchor is not None:
            self.record.commit(day.anchored(day.moved(anchor, reading.boottime_ms)))
        today = self._today()
        opening = day.opening(today, self.record.day, self.record.by_staff)
        if opening:
            self.record.commit(*opening)
        boundary = day.until_boundary(today, self._settings.zone)
        wait = DOUBT_POLL_MS if boundary is None else min(TRUST_POLL_MS, boundary + 1)
        self._look_at_clock = BootMs(self._now() + wait)

    def _asked(self) -> Moment:
        return day.asked(self._parts.clock.read(), self.record.timeline, self._settings.zone)

    def _set_clock(self, wanted: SetClock) -> None:
        local = datetime(*wanted.moment, tzinfo=self._settings.zone)
        try:
            anchor = confirmed(
                self._parts.clock.read(), UtcMs(int(local.timestamp() * 1000)), self.record.timeline.known_past
            )
        except ClockError:
            self.give(DateRefused())
            return
        self.record.commit(day.anchored(anchor))
        self._keep_time()
        self._note_condition()

    # Scores -------------------------------------------------------------------------------------------------------

    def _press(self, now: BootMs) -> None:
        for edge in self._parts.edges():
            self._vote(votes.Edge(edge.level, edge.pressed, BootMs(edge.boottime_ms)))
        self._vote(votes.Tick(max(now, self._now())))

    def _vote(self, given: votes.Input) -> None:
        """One step, its facts, and the step that follows from whether they are durable."""
        done = votes.step(self._votes, given)
        self._votes = done.state
        for effect in done.effects:
            self._effect(effect)
        for body in done.facts:
            if not isinstance(body, ScoreGiven):
                self.record.keep(body)
                continue
            stored = self.record.commit(body)
            now = self._now()
            self._vote(votes.Committed(stored[0].seq, now) if stored else votes.Refused(now))

    def _effect(self, effect: votes.Effect) -> None:
        if effect is votes.Effect.CHIME:
            self._parts.sound.play()
        elif effect is votes.Effect.LAMP_ON:
            self._parts.lamp.on()
        else:
            self._parts.lamp.off()
