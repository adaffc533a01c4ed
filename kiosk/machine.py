"""The kiosk's machine: an input → the table's step → facts committed → effects. Everything it drives is handed in.

It has no window and no clock of its own: the loop gives it touches and edges, calls `turn` when anything may have
happened, and sleeps until `deadline`. A press or a touch is answered only after its facts are durable.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hardware.board import Board, problems
from hardware.buttons import Edge
from hardware.lamps import Lamp
from hardware.printer import Printer
from hardware.sound import Sound
from kiosk import night, screens
from kiosk.clerk import Clerk
from kiosk.desk import Desk, Printhouse
from kiosk.enquiry import Hall, NoHall
from kiosk.pruning import Pruner
from kiosk.publications import NoPublications, Publications
from kiosk.record import JournalPort, Recorder
from kiosk.scores import Scores
from kiosk.screen_inputs import ConditionChanged, Input, Request, TimedOut
from kiosk.screen_rules import seq_in_sight
from kiosk.screen_types import Condition, ScoreBox, Screen, State, Wait
from kiosk.technician import Bench, NoPin, Technician
from kiosk.timekeeper import Clocks, Dayless, Timekeeper
from kiosk.upkeep_inputs import OpenMenu, TriedTold, UpkeepRequest
from sync import forked
from sync.calendar import ALWAYS_OPEN, Calendar
from sync.calendar_fact import to_body as calendar_body
from sync.catalogue import Catalogue, to_body
from sync.clock import Trust
from sync.facts import BoardChanged, Body, ButtonStuck, MachineStarted
from sync.inbox import InboxState, OfficeTime
from sync.journal import Instant
from sync.notices import Telling, telling
from sync.numbering import fresh_start
from sync.types import BootMs, Level, Seq

MILLISECOND = timedelta(milliseconds=1)
DISK_RETRY_MS = 5_000
BOARD_POLL_MS = 60_000
"""How often the board is looked at: heat and a filling disk come slower, and each look is a wake-up."""


@dataclass(frozen=True)
class Parts:
    """Everything the machine drives, real or fake. `inbox` reads what sync left; `say` writes the system's log.

    `lamps`: of each counter that has one. `board` None: nothing is known of it. `hall`: what the office tells.
    `pruner` None: nothing of the journal is ever taken away. `bench`: what the service menu needs. `publications`: what
    the office published.
    """

    journal: JournalPort
    clock: Clocks
    printer: Printer
    house: Printhouse
    lamps: Mapping[int, Lamp]
    sound: Sound
    edges: Callable[[], Sequence[Edge]]
    inbox: Callable[[], InboxState | None]
    wake_sync: Callable[[], None]
    say: Callable[[str], None]
    board: Board | None = None
    hall: Hall = field(default_factory=NoHall)
    pruner: Pruner | None = None
    bench: Bench = field(default_factory=lambda: Bench(NoPin(), None))
    publications: Publications = field(default_factory=NoPublications)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the configuration says of this machine. `counters` have score buttons.

    `held`: (counter, level) of buttons that are down as it begins. `served`: an office's server is named; without
    one this is the lone kiosk, in lane 0. `box`: it takes scores alone: no numbers, no printer, no day of its own.
    """

    counters: tuple[int, ...]
    languages: tuple[str, ...]
    catalogue: Catalogue
    zone: ZoneInfo
    trust: Trust
    release: str
    configuration: str
    held: tuple[tuple[int, int], ...] = ()
    calendar: Calendar = ALWAYS_OPEN
    served: bool = False
    box: bool = False


class Machine:
    """One kiosk. `state` is what is in sight."""

    def __init__(self, parts: Parts, settings: Settings) -> None:
        """Folds the journal. Nothing is committed before `begin`."""
        self._parts, self._settings = parts, settings
        self.record = Recorder(parts.journal, parts.clock.instant, parts.wake_sync)
        self.desk = Desk(self.record, parts.printer, parts.house, parts.clock.instant, parts.say)
        self._scores = Scores(
            settings.counters,
            settings.held,
            record=self.record,
            lamps=parts.lamps,
            sound=parts.sound,
            now=self._now,
            menu=self._wish_menu,
        )
        self._menu_wished = False
        self._night: BootMs | None = None
        self._look_at_board: BootMs | None = self._now() if parts.board is not None else None
        self._inbox: InboxState | None = None
        self._keeper = (Dayless if settings.box else Timekeeper)(
            self.record,
            parts.clock,
            settings.zone,
            settings.trust,
            settings.calendar,
            tuple(service.id for service in settings.catalogue.services),
            self._office_time,
        )
        self._clerk = Clerk(
            self.record,
            self.desk,
            self._keeper,
            parts.house,
            parts.hall,
            parts.sound,
            self._lane,
            self._contact,
            self._first,
        )
        self._technician = Technician(
            parts.bench,
            self.record,
            self.desk,
            self._scores,
            self._keeper,
            settings.counters,
            lambda: self._inbox,
            settings.release,
        )
        self._hall_behind = True
        self._notice_due: int | None = None
        self._pruned_on: str | None = None
        self._disk_retry: int | None = None
        self.state = State(language=settings.languages[0], home=settings.languages[0])
        self._patience_until: float | None = None
        self.shown_at = self._now()

    def begin(self) -> None:
        """Say what happened before, and what runs now; then the first screen."""
        self.desk.begin()
        started: list[Body] = [MachineStarted(self._settings.release, self._settings.configuration)]
        if not self._settings.box and self.record.catalogue != self._settings.catalogue.digest:
            started.append(to_body(self._settings.catalogue))
        if self._settings.calendar.digest and self.record.calendar != self._settings.calendar.digest:
            started.append(calendar_body(self._settings.calendar))
        # Whoever mended a button did it with the power off. One that is still held tells of itself anew.
        started += [ButtonStuck(counter, Level(level), False) for counter, level in sorted(self.record.stuck)]
        self.record.keep(*started)
        self.look_at_inbox()
        self._keeper.keep()
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
        self._hall_behind = True
        self._keeper.look_at = self._now()

    def must_begin_anew(self) -> bool:
        """Whether the journal has two histories (kiosk.successor), or what the office published waits to be taken up,
        and nobody is served at this moment."""
        if self._parts.publications.waiting and self._at_rest():
            return True
        behind = forked.parted(self._inbox, self._parts.house.journal_id)
        return self._at_rest() and behind is not None and behind <= self.record.journal.end.seq

    def _at_rest(self) -> bool:
        """Whether nobody is served, and the disk takes facts."""
        return self.state.screen in _AT_REST and not self.desk.busy and self.record.trouble is None

    def turn(self) -> None:
        """Everything that time, printer, buttons and disk have brought since the last call."""
        now = self._now()
        self._scores.turn(self._parts.edges(), now)
        if self._look_at_board is not None and now >= self._look_at_board:
            self._note_board(now)
        if now >= self._keeper.look_at:
            self._keeper.keep()
        if self.record.trouble and (self._disk_retry is None or now >= self._disk_retry):
            if self.record.retry():
                self._keeper.keep()  # what the disk refused: nobody is asked for a date that is known
            self._disk_retry = now + DISK_RETRY_MS if self.record.trouble else None
        self._check_at_night(now)
        for answer in self.desk.turn():
            self.give(answer)
        if self._hall_behind:
            self._look_at_hall()
        self._prune()
        self._attend_menu()
        self._note_condition()
        if self._patience_until is not None and self._now() >= self._patience_until:
            self.give(TimedOut())

    def deadline(self) -> int | None:
        """The boot time at which `turn` has something to do if nothing happens before."""
        times: list[float | None] = [
            self._patience_until,
            self._scores.deadline(),
            self._look_at_board,
            self._night,
            self.desk.deadline(),
            self._keeper.look_at,
            self._technician.deadline(),
            (self._disk_retry or self._now()) if self.record.trouble else None,
            self._now() if self._hall_behind else None,
            self._notice_due,
        ]
        return min((int(time) for time in times if time is not None), default=None)

    def end(self) -> None:
        """Tell what is still to be told; a ticket on its way is printed to its end first."""
        self._scores.stop()
        self._parts.printer.close()
        self.desk.take_in()

    # Screens ------------------------------------------------------------------------------------------------------

    def _show(self, state: State) -> None:
        """What the ticket in sight can be asked for is shown with it, not a moment later."""
        now = self._now()
        asked = replace(state.condition, again=self._again(state), slip=self._slip(state), wait=self._wait(state))
        state = replace(state, condition=asked)
        before = self.state
        if _scene(state) != _scene(before):
            self.shown_at = now
        self.state = state
        if state.screen is Screen.WRITE_DOWN and state.ticket is not None:
            self.desk.written_down(Seq(state.ticket.seq))
        self._technician.attend(state)
        patience = screens.patience(state)
        self._patience_until = None if patience is None else now + patience * 1000

    def _do(self, request: Request) -> None:
        if isinstance(request, UpkeepRequest):
            answers = self._technician.answer(request)
        else:
            answers = self._clerk.answer(request)
        for answer in answers:
            self.give(answer)
        if not answers:
            self._note_condition()

    def _condition(self) -> Condition:
        if self._settings.box:
            asked = ScoreBox(self._settings.counters, self._scores.thanked)
            return Condition(disk=self.record.trouble, hours=self._keeper.hours, box=asked)
        doubt = None if self._keeper.today().utc_ms is not None else self._keeper.asked()
        return Condition(
            printer=self.desk.fault,
            disk=self.record.trouble,
            config="unpaired" if self._lane() is None else None,
            doubt=doubt,
            hours=self._keeper.hours,
            help=self.record.help is not None,
            mending=self.desk.mending,
            paper_low=self.record.roll.level == "near-end",
            again=self._again(self.state),
            slip=self._slip(self.state),
            wait=self._wait(self.state),
            places=self._parts.hall.gives_places(self._keeper.today().day),
            notice=self._notice(),
        )

    def _notice(self) -> Telling | None:
        """What the office wants every citizen to read now; nothing while nobody vouches for the time."""
        utc_ms, publications = self._keeper.today().utc_ms, self._parts.publications
        left = publications.until_turned(utc_ms) if utc_ms is not None else None
        self._notice_due = self._now() + left if left is not None else None
        return telling(publications.told(utc_ms), utc_ms) if utc_ms is not None else None

    def _wait(self, state: State) -> Wait | None:
        """Of the service in sight, while it is described."""
        if state.screen is not Screen.DETAILS or state.service is None or state.condition.shut(state.service):
            return None
        return self._clerk.wait(state.service, state.priority)

    def _again(self, state: State) -> bool:
        seq = seq_in_sight(state)
        return seq is not None and self.desk.can_ask(Seq(seq))

    def _slip(self, state: State) -> bool:
        mine = state.standing if state.screen is Screen.STANDING else None
        return mine is not None and mine.first_on is not None and self.desk.can_slip(Seq(mine.seq), mine.first_on)

    def _note_condition(self) -> None:
        """Passed on only where it differs: a ticking wrong clock is no news, and no reason to start waiting anew."""
        new, old = self._condition(), self.state.condition
        if replace(new, doubt=None) != replace(old, doubt=None) or (new.doubt is None) != (old.doubt is None):
            self._give_quietly(ConditionChanged(new))

    def _give_quietly(self, given: Input) -> None:
        """What nobody has touched anything for: whoever stands there waits as long as before."""
        until, screen = self._patience_until, self.state.screen
        self.give(given)
        if self.state.screen is screen:
            self._patience_until = until

    def _look_at_hall(self) -> None:
        """Take in a part of what the office tells; a place in sight is told anew where it has changed."""
        self._hall_behind = self._parts.hall.look(self._parts.clock.instant())
        if not self._hall_behind:
            for refused in self._parts.publications.look(self.record.refused):
                self.record.keep(refused)
        standing, state = self.state.standing, self.state
        if state.screen is Screen.STANDING and standing is not None and not state.asking and not self._hall_behind:
            for answer in self._clerk.again(standing):
                self._give_quietly(answer)

    # The service menu ---------------------------------------------------------------------------------------------

    def _wish_menu(self) -> None:
        self._menu_wished = True

    def _attend_menu(self) -> None:
        """Opened by the chord, unless somebody is being served; a press in a test says that somebody is there."""
        wished, self._menu_wished = self._menu_wished, False
        if wished and screens.knows(self.state, OpenMenu):
            self.give(OpenMenu())
        for told in self._technician.turn(self.state):
            (self.give if isinstance(told, TriedTold) else self._give_quietly)(told)

    # Time and lane ------------------------------------------------------------------------------------------------

    def _now(self) -> BootMs:
        return self._parts.clock.instant().boottime_ms

    def _office_time(self) -> OfficeTime | None:
        return self._inbox.office_time if self._inbox is not None else None

    def _contact(self) -> Instant | None:
        """When the office last answered sync."""
        return self._inbox.contact if self._inbox is not None else None

    def _lane(self) -> int | None:
        """The office's word; where sync has lost it, the lane that this journal's tickets have had. A kiosk without an
        office has lane 0; None: an office is named, and has not said yet which numbers are for this kiosk."""
        lane = self._inbox.lane if self._inbox is not None else None
        known = self.record.lane if lane is None else lane
        return 0 if known is None and not self._settings.served else known

    def _first(self, day: str, series: str) -> int:
        """The least number: where another machine gave numbers in this lane today, behind those that are known."""
        fresh = self._inbox.fresh if self._inbox is not None else None
        return fresh_start(fresh.last.get(series, 0)) if fresh is not None and fresh.day == day else 1

    def _check_at_night(self, now: BootMs) -> None:
        """Only while nobody is served, and by a clock that somebody vouches for."""
        if self._settings.box or (self._night is not None and now < self._night):
            return
        local = self._keeper.local()
        if self._night is not None and local is not None and night.is_due(local) and not self.desk.busy:
            self.desk.check_at_night()
        self._night = None if local is None else BootMs(now + round(night.until(local) / MILLISECOND))

    def _prune(self) -> None:
        """Once an office day, while nobody is served: it may take a moment."""
        pruner, day = self._parts.pruner, self.record.day
        if pruner is None or day in (None, self._pruned_on) or not self._at_rest():
            return
        self._pruned_on = day
        pruner.look(self.record.commit, self.record.pruned, self._inbox, date.fromisoformat(str(day)))

    # Board --------------------------------------------------------------------------------------------------------

    def _note_board(self, now: BootMs) -> None:
        """Heat, supply and room: a fact only where something begins or ends."""
        assert self._parts.board is not None
        found = problems(self._parts.board.read(), self.record.board)
        if found != self.record.board:
            self.record.keep(BoardChanged(found))
        self._look_at_board = BootMs(now + BOARD_POLL_MS)


_AT_REST = frozenset({Screen.ATTRACT, Screen.SCORE, Screen.CLOSED, Screen.OUT_OF_ORDER, Screen.CONFIRM_DATE})
"""Screens that nobody is served on."""


def _scene(state: State) -> tuple[object, ...]:
    """What a finger has to have seen before it is believed: with any of it, other things are at the same place."""
    return state.screen, state.asking, state.ticket, state.group, tuple(errand.service for errand in state.visit)
