"""What the service menu asks of the machine, done: commit, then answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from hardware.buttons import NEXT
from kiosk.around import RecordingSurroundings, Surroundings
from kiosk.courier import Courier
from kiosk.desk import Desk
from kiosk.errand_runner import RecordingRunner, Runner
from kiosk.record import Recorder
from kiosk.scores import Scores
from kiosk.screen_inputs import DateRefused, Input
from kiosk.screen_types import Moment, Screen, State
from kiosk.timekeeper import Timekeeper
from kiosk.toolbox import Tool
from kiosk.upkeep_inputs import (
    ClockTold,
    FetchFirstCode,
    FirstCodeTold,
    LookAtClock,
    LookAtParts,
    LookAtPin,
    PartsTold,
    PinRight,
    PinTold,
    PrintSlip,
    RunTool,
    SlipTold,
    TakeTime,
    ToolTold,
    TrialTold,
    TriedTold,
    TryPin,
    UpkeepRequest,
)
from kiosk.upkeep_parts import Known, parts_of
from kiosk.upkeep_rules import BEHIND_PIN
from kiosk.upkeep_types import Able, FirstCode, Part, Told, Tried, Wish
from sync.asking import Given
from sync.clock import office_time
from sync.facts_service import ServiceOpened, ServiceRefused, ServiceUsed
from sync.inbox import InboxState
from sync.journal import Instant
from sync.types import BootMs, UtcMs

LOOK_MS = 5_000
"""How often an open menu looks at the parts anew; a wait in sight is counted down each second."""


TRIAL_LOOK_MS = 1_000
"""A change that is being tried is counted down each second."""


class Pin(Protocol):
    """What is needed of kiosk.pin_file.PinFile."""

    def is_set(self) -> bool: ...

    def holds(self, pin: str) -> bool: ...


class NoPin:
    """A kiosk for which none can be set: it opens nothing."""

    def is_set(self) -> bool:
        """Never."""
        return False

    def holds(self, pin: str) -> bool:
        """Never."""
        return False


@dataclass(frozen=True)
class Bench:
    """What the menu needs beside the kiosk's own parts. `courier` None: nobody asks an office for anything.

    `mistaken`: whether a file's last good copy is in use. `nexts`: counters with a *next* button. `prints`: there is a
    printer. `served`: an office is named; None: where there is a courier. `tools`: what else this machine has, by name;
    `runner` does their work beside the screen. `around`: what else the menu tells of. `able`: what there is to choose.
    """

    pin: Pin
    courier: Courier | None
    mistaken: Callable[[], bool] = lambda: False
    nexts: frozenset[int] = frozenset()
    prints: bool = True
    served: bool | None = None
    tools: Mapping[str, Tool] = field(default_factory=dict)
    runner: Runner = field(default_factory=RecordingRunner)
    around: Surroundings = field(default_factory=RecordingSurroundings)
    able: Callable[[], Able] = Able


UNRECORDED = frozenset({"reach"})
"""Tools that change nothing."""


class Technician:
    """Answers the requests of the service menu, and tells what happens while it is open."""

    def __init__(
        self,
        bench: Bench,
        record: Recorder,
        desk: Desk,
        scores: Scores,
        keeper: Timekeeper,
        counters: Sequence[int],
        inbox: Callable[[], InboxState | None],
        release: str,
    ) -> None:
        self._bench, self._record, self._desk, self._scores = bench, record, desk, scores
        self._keeper, self._counters, self._inbox, self._release = keeper, tuple(counters), inbox, release
        self._next_look: BootMs | None = None

    def answer(self, request: UpkeepRequest) -> list[Input]:
        """What became of it."""
        match request:
            case LookAtParts():
                return [PartsTold(self._parts())]
            case LookAtPin():
                return [self._lock()]
            case TryPin(digits=digits):
                return [self._try(digits)]
            case PrintSlip():
                return [SlipTold(self._desk.test())]
            case FetchFirstCode():
                if self._bench.courier is None:
                    return []
                self._bench.courier.send()
                return [FirstCodeTold("asking")]
            case RunTool(wish=wish):
                return [ToolTold(self._use(wish))]
            case LookAtClock():
                return [ClockTold(self._keeper.asked())]
            case TakeTime(moment=moment):
                return [self._take_time(moment)]

    def attend(self, state: State) -> None:
        """The buttons of the counter in sight are tested for as long as they are in sight."""
        counter = None
        if state.screen is Screen.SERVICE_BUTTONS and self._counters:
            counter = self._counters[state.page % len(self._counters)]
        self._scores.test(counter)

    def turn(self, state: State) -> list[Input]:
        """What is new for the screen in sight since the last call."""
        now, told, menu = self._keeper.instant(), list[Input](), state.upkeep
        self._next_look = None
        if state.asking:
            return told
        given = self._bench.courier.poll() if self._bench.courier is not None else None
        if given is not None and menu.first == "asking":  # nobody waits for it any more: it is forgotten
            told.append(FirstCodeTold(self._first(given) if isinstance(given, Given) else given))
        if state.screen in BEHIND_PIN and menu.slip == "printing" and self._desk.tested is not None:
            told.append(SlipTold(self._desk.tested))
        done = self._bench.runner.poll()
        if done is not None and state.screen in BEHIND_PIN:
            told.append(ToolTold(done))
        if state.screen in (Screen.SERVICE_TOOLS, Screen.SERVICE_ASK) and "keep" in self._bench.tools:
            around = self._bench.around.read()
            if (around.trial, around.trial_s) != (menu.trial, menu.trial_s):
                told.append(TrialTold(around.trial, around.trial_s))
            self._next_look = BootMs(now.boottime_ms + TRIAL_LOOK_MS) if around.trial or menu.ask == "trial" else None
        if state.screen is Screen.SERVICE_BUTTONS:
            tested = self._tested()
            told += [TriedTold(tested)] if tested is not None and tested != menu.tested else []
        if state.screen is Screen.SERVICE_MENU:
            parts = self._parts()
            told += [PartsTold(parts)] if parts != menu.parts else []
            self._next_look = BootMs(now.boottime_ms + LOOK_MS)
        elif state.screen is Screen.SERVICE_PIN and menu.refused == "wait":
            lock = self._lock()
            told += [lock] if lock.wait_s != menu.wait_s else []
            self._next_look = BootMs(now.boottime_ms + 1_000) if lock.wait_s else None
        return told

    def deadline(self) -> BootMs | None:
        """When an open menu is to be looked at anew."""
        return self._next_look

    def _lock(self) -> PinTold:
        if not self._bench.pin.is_set():
            return PinTold("unset")
        wait = self._record.pins.wait_ms(self._keeper.instant())
        return PinTold("wait", -(-wait // 1000)) if wait else PinTold()

    def _try(self, digits: str) -> Input:
        """Right or wrong is on record before it is told. Where nothing can be put there, neither is."""
        lock = self._lock()
        if lock.refused is not None:
            return lock
        right = self._bench.pin.holds(digits)
        if self._record.commit(ServiceOpened() if right else ServiceRefused(self._record.pins.wrong + 1)) is None:
            return PinTold("disk")
        if right:
            bench = self._bench
            connected, tools = bench.courier is not None, frozenset(bench.tools)
            tools |= {"clock"} if self._keeper.today().utc_ms is None else frozenset()
            return PinRight(bool(self._counters), connected, bench.prints, tools, bench.able())
        after = self._lock()
        return after if after.refused is not None else PinTold("wrong")

    def _use(self, wish: Wish) -> Told:
        """What changes anything is on record before it is begun."""
        tool = self._bench.tools.get(wish.tool)
        if tool is None:
            return Told(wish.tool, "failed")
        if wish.tool not in UNRECORDED and self._record.commit(ServiceUsed(wish.tool)) is None:
            return Told(wish.tool, "disk")
        return Told(wish.tool, "working" if self._bench.runner.start(partial(tool, wish)) else "busy")

    def _take_time(self, moment: Moment) -> Input:
        """That somebody vouches for it is on record before, and by whom: a fact of its own, as at the first ticket."""
        if self._record.commit(ServiceUsed("clock")) is None:
            return ToolTold(Told("clock", "disk"))
        return ToolTold(Told("clock", "clock-set")) if self._keeper.confirm(moment) else DateRefused()

    def _first(self, given: Given) -> FirstCode:
        until = office_time(UtcMs(given.expires_ms), self._keeper.zone).replace(tzinfo=None)
        told = until if self._keeper.local() is not None else None
        return FirstCode(given.code, given.console, given.sha256, told)

    def _tested(self) -> Tried | None:
        trial = self._scores.tested
        if trial is None:
            return None
        several, has_next = len(self._counters) > 1, trial.counter in self._bench.nexts
        known = {1, 2, 3, 4, 5, NEXT}
        return Tried(trial.counter, trial.held & known, trial.met & known, has_next, several)

    def _parts(self) -> tuple[Part, ...]:
        record, now = self._record, self._keeper.instant()
        return parts_of(
            Known(
                printer=self._desk.fault,
                heard=self._desk.heard,
                paper=record.roll.level,
                stuck=record.stuck,
                counters=bool(self._counters),
                wall=self._keeper.local() if self._keeper.today().utc_ms is not None else None,
                trouble=record.trouble,
                facts=record.journal.end.seq,
                board=record.board,
                connected=self._bench.courier is not None if self._bench.served is None else self._bench.served,
                inbox=self._inbox(),
                now=Instant(now.boot_id, now.boottime_ms),
                mistaken=self._bench.mistaken(),
                release=self._release,
                prints=self._bench.prints,
                time_from=self._time_from(),
                around=self._bench.around.read(),
            )
        )

    def _time_from(self) -> str | None:
        """Who vouches for this start's clock."""
        known = self._record.time_from
        return known[1] if known is not None and known[0] == self._keeper.instant().boot_id else None
