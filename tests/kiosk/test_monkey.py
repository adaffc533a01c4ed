"""Children, faults and time at random, through the loop: nothing raises, nothing is promised that is not durable, and
a kiosk whose faults are mended always comes back to its invitation."""

import random
from collections import Counter
from pathlib import Path

import pytest

from fonts.shaping import Typesetter
from fonts.tokens import load as load_tokens
from hardware.buttons import BootMs as HardwareBootMs
from hardware.buttons import Edge as ContactEdge
from hardware.buttons import MockButtons, open_pins
from hardware.printer import UNREACHABLE, Bitmap, Outcome, PaperStatus
from kiosk.front import Front
from kiosk.layout import Display
from kiosk.loop import Fingers, Loop, WakePipe
from kiosk.machine import Machine
from kiosk.preview import OFFICE
from kiosk.scene import Scene
from kiosk.screen_inputs import Issued, IssueTicket, Request
from kiosk.screen_types import Screen
from kiosk.screen_types import Ticket as TicketInSight
from kiosk.ticket_layout import Ticket
from kiosk.ui import Exposed, LetGo, Pressed, RecordingGlass, Released, Touched
from kiosk.view_parts import Exhibit
from sync.disk import DiskTrouble
from sync.facts import Body, HelpAsked, PrintEnded, PrinterChanged, PrintSending, ScoreGiven, TicketIssued
from sync.inbox import InboxState
from sync.types import BootId
from tests.kiosk.fakes import BLANK, STILL_OPEN, FakeClock, Kiosk
from translations import LANGUAGES

DISPLAY = Display(1280, 720, 345, 194)
TYPESETTER = Typesetter()
TOKENS = load_tokens()
STEPS = 150
WELL = PaperStatus(True, "ok", False, False, True)
STATUSES = (
    WELL,
    PaperStatus(True, "near-end", False, False, True),
    PaperStatus(True, "out", False, False, True),
    PaperStatus(True, "ok", True, False, False),
    PaperStatus(True),
    UNREACHABLE,
)
KEYS = ("Tab", "BackTab", "Left", "Right", "Up", "Down", "Enter", "Enter", "Escape", "F1", "F2", "F3", "F4")
MINUTE = 60_000
HOUR = 60 * MINUTE


class CarefulKiosk(Kiosk):
    """Notes, as a ticket is drawn, whether its number and its attempt are durable already."""

    promised: list[str]

    def _draw(self, ticket: Ticket) -> Bitmap:
        facts = self.facts()
        issued = {body.label for body in facts if isinstance(body, TicketIssued)}
        sent = sum(isinstance(body, PrintSending) for body in facts)
        if ticket.label not in issued or sent <= sum(job.bitmap is BLANK for job in self.printer.jobs):
            self.promised.append(ticket.label)
        super()._draw(ticket)
        return BLANK


KNOWN_WAY = ("continue", "take", "service-move-in", "group-registration", "language-my", "done", "close", "back")
"""Targets of somebody who wants a ticket, the nearest to it first."""


class Monkey:
    """One kiosk in random hands. `broken`: the machine to try; `promised`: numbers given out before their facts."""

    def __init__(self, folder: Path, seed: int, machine: type[Machine] = Machine) -> None:
        self.folder, self.random, self._class = folder, random.Random(seed), machine
        self.clock = FakeClock()
        self.promised: list[str] = []
        self.lane: int | None = None
        self.boots = 0
        self.refusing: DiskTrouble | None = None
        self.start()

    def start(self) -> None:
        """A process begins on what the last one left."""
        self.kiosk = CarefulKiosk(self.folder, clock=self.clock, inbox=InboxState(lane=self.lane))
        self.kiosk.promised = self.promised
        self.kiosk.journal.refusing = self.refusing
        self.kiosk.machine.__class__ = self._class
        self.kiosk.begin()
        self.glass, self.wakes = RecordingGlass(), WakePipe()
        STILL_OPEN.append(self.wakes.close)
        exhibit = Exhibit(OFFICE, LANGUAGES, self.kiosk.catalogue)
        self.front = Front(self.kiosk.machine, exhibit, DISPLAY, TYPESETTER, TOKENS, self._paint, self._now)
        pins = open_pins("mock")
        fingers = Fingers({1: MockButtons(pins, (5, 6, 13, 19, 26))}, self._now)
        self.loop = Loop(self.kiosk.machine, self.front, self.glass, self._now, wakes=self.wakes, fingers=fingers)
        self.scores_before = self.count(ScoreGiven)
        self.helps_before = self.count(HelpAsked)
        self.turn()

    def turn(self) -> None:
        """What the loop does until it would sleep."""
        self.kiosk.alert = True
        while self.kiosk.alert or self.loop.turn():
            self.kiosk.alert = False
            self.loop.turn()

    def play(self) -> None:
        """All its steps."""
        for _ in range(STEPS):
            self.step()

    def step(self) -> None:
        """One thing happens; then everything that must hold is looked at."""
        weights = {
            self.touch_target: 40,
            self.touch_anywhere: 8,
            self.press_key: 16,
            self.press_button: 6,
            self.take: 12,
            self.paper: 5,
            self.finish_job: 6,
            self.disk: 3,
            self.pass_time: 8,
            self.office: 1,
            self.restart: 2,
        }
        (action,) = self.random.choices(list(weights), list(weights.values()))
        action()
        self.check()

    # What happens -------------------------------------------------------------------------------------------------

    def touch_target(self) -> None:
        self.clock.boottime_ms += self.random.choice((0, 5, 300, 1600, 1600))
        self.loop.turn()
        if self.front.scene.targets:
            self._touch(*self.random.choice(self.front.scene.targets).rect.centre)

    def touch_anywhere(self) -> None:
        """A child with both hands: many touches in no time, also beside the screen."""
        for _ in range(self.random.randint(1, 12)):
            self._touch(self.random.randint(-5, 1285), self.random.randint(-5, 725))
            self.clock.boottime_ms += self.random.choice((0, 3, 10))

    def take(self) -> None:
        """Somebody who knows how, from wherever the last one has left."""
        for _ in range(6):
            self.clock.boottime_ms += 2_000
            self.loop.turn()
            known = (self.front.scene.named(name) for name in KNOWN_WAY)
            target = next((target for target in known if target is not None), None)
            if target is None:
                return
            self._touch(*target.rect.centre)
            if target.name == "take":
                return

    def press_key(self) -> None:
        key = self.random.choice(KEYS)
        self.clock.boottime_ms += self.random.choice((0, 20, 900))
        self.glass.events += [Pressed(key), LetGo(key), Exposed()]
        self.turn()

    def press_button(self) -> None:
        """Several contacts close, bounce, open, or stay closed."""
        for _ in range(self.random.randint(1, 6)):
            level, pressed = self.random.randint(1, 5), self.random.random() < 0.5
            self.kiosk.edges.append(ContactEdge(1, level, pressed, HardwareBootMs(self.clock.boottime_ms)))
            self.kiosk.later(self.random.choice((0, 1, 40, 200)))

    def paper(self) -> None:
        self.kiosk.printer.hold = self.random.random() < 0.5
        self.kiosk.printer.set_status(self.random.choice((WELL, WELL, WELL, *STATUSES)))
        self.turn()

    def finish_job(self) -> None:
        if self.kiosk.printer._waiting:
            self.kiosk.printer.finish(self.random.choice(list(Outcome)))
        self.turn()

    def disk(self) -> None:
        self.refusing = self.random.choice((None, None, None, *DiskTrouble))
        self.kiosk.journal.refusing = self.refusing
        self.turn()

    def pass_time(self) -> None:
        self.kiosk.later(self.random.choice((30, 2_000, 13_000, MINUTE, 3 * MINUTE, HOUR, 9 * HOUR)))
        if self.random.random() < 0.2:
            self.clock.utc_ms += self.random.choice((-2 * HOUR, -1000, 1000, HOUR))
        self.turn()

    def office(self) -> None:
        self.lane = self.random.choice((None, 0, 3)) if self.lane is None else self.lane
        self.kiosk.inbox = self.random.choice((None, InboxState(lane=self.lane)))
        self.kiosk.machine.look_at_inbox()
        self.turn()

    def restart(self) -> None:
        """The process ends by itself, or is killed; now and then with the whole box."""
        if self.random.random() < 0.5:
            self.kiosk.machine.end()
        self.kiosk.close()
        if self.random.random() < 0.4:
            self.boots += 1
            self.clock.utc_ms += self.clock.boottime_ms + HOUR
            self.clock.boottime_ms = 5_000
            self.clock.boot_id = BootId(f"{self.boots:032x}")
        self.start()

    # What must hold -----------------------------------------------------------------------------------------------

    def check(self) -> None:
        facts = self.kiosk.facts()
        assert self.promised == []
        numbers = Counter((body.day, body.label) for body in facts if isinstance(body, TicketIssued))
        assert [number for number, times in numbers.items() if times > 1] == []
        thanked = self.kiosk.sound.played - (self.count(HelpAsked) - self.helps_before)
        assert thanked <= self.count(ScoreGiven) - self.scores_before
        assert self.kiosk.lamp.changes.count(True) == thanked
        due = self.kiosk.machine.deadline()
        assert due is not None
        if not self.refusing:
            self._check_what_the_journal_says(facts)

    def _check_what_the_journal_says(self, facts: list[Body]) -> None:
        """On a disk that takes facts, the journal tells of the printer and the paper what is so."""
        if self.kiosk.machine.record.trouble is not None:
            return
        told = [body.fault for body in facts if isinstance(body, PrinterChanged)]
        assert (told[-1] if told else None) == self.kiosk.machine.desk.fault
        open_attempts = sum(isinstance(body, PrintSending) for body in facts) - sum(
            isinstance(body, PrintEnded) for body in facts
        )
        tickets = {job.job_id for job in self.kiosk.printer.jobs if job.bitmap is BLANK}
        assert open_attempts == len(tickets.intersection(self.kiosk.printer._waiting))

    def mended(self) -> Screen:
        """What is in sight ten minutes after everything was mended and everybody has gone."""
        self.refusing = self.kiosk.journal.refusing = None
        self.kiosk.printer.hold = False
        self.kiosk.printer.set_status(WELL)
        while self.kiosk.printer._waiting:
            self.kiosk.printer.finish(Outcome.CONFIRMED)
        self.clock.utc_ms += 24 * HOUR
        for _ in range(60):
            self.kiosk.later(HOUR // 30)
            self.turn()
        self.check()
        return self.kiosk.screen()

    def count(self, shape: type) -> int:
        return sum(isinstance(body, shape) for body in self.kiosk.facts())

    def _touch(self, x: int, y: int) -> None:
        self.glass.events += [Touched(x, y), Released()]
        self.turn()

    def _now(self) -> int:
        return self.clock.boottime_ms

    def _paint(self, scene: Scene) -> None:
        shown = self.kiosk.machine.state.ticket
        if shown is not None:
            issued = {body.label for body in self.kiosk.facts() if isinstance(body, TicketIssued)}
            self.promised += {shown.label} - issued
        self.glass.paint(scene)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_random_hands_and_faults_do_the_kiosk_keeps_its_word_and_comes_back(tmp_path: Path, seed: int) -> None:
    monkey = Monkey(tmp_path, seed)
    monkey.play()
    assert monkey.count(TicketIssued) > 0, "the monkey got somewhere"
    assert monkey.mended() is Screen.ATTRACT


class Promises(Machine):
    """The broken variant: it shows a number that no fact stands behind."""

    def _do(self, request: Request) -> None:
        if isinstance(request, IssueTicket):
            service = request.errands[0].service
            self.give(Issued(TicketInSight(self.record.next_seq, "A999", service, request.language)))


def test_the_monkey_catches_a_machine_that_promises_what_is_not_durable(tmp_path: Path) -> None:
    monkey = Monkey(tmp_path, 0, Promises)
    with pytest.raises(AssertionError, match="A999"):
        monkey.play()
