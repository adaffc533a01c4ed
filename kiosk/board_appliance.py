"""Puts a display together from its configuration (`role = "display"`), and keeps it awake. Used by __main__.

No browser and no touch: what wakes it is sync's datagram and the next moment at which what it shows would change.
"""

import contextlib
import select
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fonts.shaping import Typesetter
from fonts.tokens import Tokens
from fonts.tokens import load as load_tokens
from kiosk.appliance import TEXT_LINES, open_journal, open_window, say, sound_of, waker
from kiosk.board_clips import BoardClips
from kiosk.board_machine import BoardMachine, BoardParts, BoardSettings
from kiosk.board_view import Hall, draw_board
from kiosk.board_watch import Sight
from kiosk.configfile import Loaded, LoadedCalendar, LoadedCatalogue
from kiosk.control import Answer, Control, ControlError
from kiosk.layout import Display
from kiosk.loop import Datagrams, WakePipe
from kiosk.office_data import hours_of, publications_of, services_of
from kiosk.patience import patience_s
from kiosk.scene import Scene
from kiosk.ui import Closed, Exposed, Glass, Window
from sync import RELEASE
from sync.calendar import ALWAYS_OPEN
from sync.clips import FOLDER as CLIPS
from sync.clock import Trust
from sync.config import DISPLAY_ROLE
from sync.inbox import InboxReader
from sync.journal import Journal
from sync.mirror import FILE as MIRROR
from sync.mirror import MirrorReader
from sync.notify import Pulse, unwatched
from sync.system_clock import SystemClock
from sync.wake import WakeSocket


class BoardLoop:
    """One display, awake. `now` is boot time in milliseconds."""

    def __init__(
        self,
        machine: BoardMachine,
        draw: Callable[[Sight], Scene],
        glass: Glass,
        now: Callable[[], int],
        *,
        wakes: WakePipe,
        mail: Datagrams,
    ) -> None:
        self.machine, self.glass = machine, glass
        self._draw, self._now, self._wakes, self._mail = draw, now, wakes, mail
        self._control: Control | None = None
        self._pulse = unwatched()
        self._drawn: Sight | None = None
        self.scene: Scene | None = None
        self.ending = False
        self.anew = False
        """It ends so that the display begins again, with another journal of its own."""

    def listen(self, control: Control) -> None:
        """Take lines from a control socket, which calls `handle`."""
        self._control = control

    def beat(self, pulse: Pulse) -> None:
        """Tell the service manager from now on: that it is ready once a picture was drawn, and that it still turns."""
        self._pulse = pulse

    def run(self) -> None:
        """Until `ending`."""
        while not self.ending:
            if not self.turn() and not self.anew:
                select.select(self._inputs(), [], [], self._patience_s())

    def turn(self) -> bool:
        """One look at everything; whether a window's event came, so that another look is due before sleeping."""
        self._wakes.drain()
        if self._mail.drain():
            self.machine.look()
        if self._control is not None:
            self._control.turn()
        self.machine.turn()
        if self.machine.must_begin_anew():
            self.anew = self.ending = True
        self.refresh()
        self._pulse.turn(_told(self.machine.sight))
        events = self.glass.drain()
        for event in events:
            if isinstance(event, Exposed):
                self.glass.repaint()
            elif isinstance(event, Closed):
                self.ending = True
        return bool(events)

    def refresh(self) -> None:
        """Paint, where anything in sight has changed."""
        if self.scene is None or self.machine.sight != self._drawn:
            self._drawn = self.machine.sight
            self.scene = self._draw(self._drawn)
            self.glass.paint(self.scene)

    def handle(self, asked: dict[str, Any]) -> Answer:
        """One line of the control: a display can be looked at, and nothing else. Raises ControlError."""
        if asked != {"screen": True} or self.scene is None:
            raise ControlError("a display can only be looked at", hint='{"screen": true}')
        sight = self.machine.sight
        return {
            "name": DISPLAY_ROLE,
            "targets": [],
            "texts": self.scene.texts(),
            "lost": sight.lost,
            "trying": sight.trying,
            "as_of": sight.as_of.isoformat() if sight.as_of else None,
            "now_ms": self._now(),
            "deadline_ms": self.machine.deadline(),
        }

    def _inputs(self) -> list[int]:
        found = [self._wakes.fileno(), self._mail.fileno(), *self.glass.inputs()]
        return found + (self._control.filenos() if self._control is not None else [])

    def _patience_s(self) -> float | None:
        return patience_s(self.machine.deadline(), self._now(), self._pulse)


@dataclass
class BoardAppliance:
    """The parts of a running display; `close` lets go of them in reverse order."""

    loop: BoardLoop
    window: Window
    wakes: WakePipe
    _closing: contextlib.ExitStack = field(repr=False)

    def close(self) -> None:
        """Close the window and the files."""
        self._closing.close()


def assemble_display(
    loaded: Loaded, *, journals: type[Journal] = Journal, fullscreen: bool | None = None
) -> BoardAppliance:
    """A display that is ready for `loop.run()`. Raises the rooms' errors; what was opened before is closed then."""
    with contextlib.ExitStack() as stack:
        appliance = _assembled(loaded, journals, fullscreen, stack)
        appliance._closing = stack.pop_all()
        return appliance


def _assembled(
    loaded: Loaded, journals: type[Journal], fullscreen: bool | None, stack: contextlib.ExitStack
) -> BoardAppliance:
    config = loaded.config
    assert config is not None
    clock, typesetter, tokens = SystemClock(), Typesetter(cache_lines=TEXT_LINES), load_tokens()
    journal, _ = open_journal(loaded.data, clock, journals, role=DISPLAY_ROLE)
    stack.callback(journal.close)
    wakes = WakePipe()
    stack.callback(wakes.close)
    mail = stack.enter_context(WakeSocket(loaded.data / "kiosk.wake"))
    hours = hours_of(loaded)
    services = services_of(loaded)
    parts = BoardParts(
        journal=journal,
        journal_id=journal.opened().journal_id,
        mirror=MirrorReader(loaded.data / MIRROR),
        clock=clock,
        sound=sound_of(config.sound, stack),
        clips=BoardClips(loaded.data / CLIPS, config.sound.volume),
        inbox=InboxReader(loaded.data / "inbox.db").read,
        confirmed=lambda: mail.confirmed,
        wake_sync=waker(loaded.data / "sync.wake"),
        say=say,
        publications=publications_of(loaded, say),
    )
    settings = BoardSettings(
        zone=config.zone,
        trust=Trust(config.clock.trust),
        release=RELEASE,
        configuration=loaded.digest,
        calendar=None if hours.calendar is ALWAYS_OPEN else hours.calendar,
        catalogue=services.catalogue,
        languages=config.languages,
        spoken=config.voice.languages or config.languages,
        quiet=config.voice.quiet,
    )
    machine = BoardMachine(parts, settings)
    window = open_window(config, typesetter, fullscreen)
    stack.callback(window.close)
    machine.begin()
    notice = notice_of(loaded, services, hours)
    if notice is not None:
        say(notice)
    hall = Hall(config.office, config.languages, notice)
    screen = Display(*window.size, config.screen.width_mm, config.screen.height_mm)
    loop = BoardLoop(
        machine, _drawer(hall, screen, typesetter, tokens), window, clock.boottime_ms, wakes=wakes, mail=mail
    )
    loop.refresh()
    say("first picture")
    if config.sim.control is not None:
        control = Control(loaded.folder / config.sim.control.removeprefix("unix:"), loop.handle)
        stack.callback(control.close)
        loop.listen(control)
    return BoardAppliance(loop, window, wakes, contextlib.ExitStack())


def _told(sight: Sight) -> str:
    """What is in sight, in one English line for the service manager."""
    if sight.board is None:
        return "display: nothing of the office is known"
    return "display: the queue, not heard of for long" if sight.lost else "display: the queue"


def notice_of(loaded: Loaded, services: LoadedCatalogue, hours: LoadedCalendar) -> str | None:
    """What the top row tells the technician when a last good copy is in use, or none could be."""
    for problem, what in (
        (loaded.problem, "kiosk.toml"),
        (services.problem, "catalogue.toml"),
        (hours.problem, "calendar.toml"),
    ):
        if problem is not None:
            line = getattr(problem, "line", None)
            return f"{what}{f', line {line}' if line else ''}: {str(problem).splitlines()[0]}. {problem.hint}"
    return None


def _drawer(hall: Hall, screen: Display, typesetter: Typesetter, tokens: Tokens) -> Callable[[Sight], Scene]:
    def draw(sight: Sight) -> Scene:
        return draw_board(sight, hall, screen, typesetter, tokens)

    return draw
