"""Puts the kiosk together from its configuration: files, journal, printer, pins, window. Used by __main__ and demo."""

import contextlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from fonts.shaping import Typesetter
from fonts.tokens import load as load_tokens
from hardware.board import Board, BoardState, SystemBoard
from hardware.buttons import BootMs as HardwareBootMs
from hardware.buttons import EdgeQueue, MockButtons, NextButton, ScoreButtons, open_pins
from hardware.errors import SoundError
from hardware.lamps import Lamp, PinLamp
from hardware.print_worker import PrintWorker
from hardware.printer import Met
from hardware.sound import AplaySound, RecordingSound, Sound, Speaker, player
from hardware.transports import transport_for
from kiosk import successor
from kiosk.around import SystemSurroundings
from kiosk.box.hand_words import SOCKET as HAND
from kiosk.configfile import Loaded, LoadedCalendar, LoadedCatalogue
from kiosk.control import Control
from kiosk.courier import SyncCourier
from kiosk.desk import Printhouse
from kiosk.errand_runner import ThreadRunner
from kiosk.front import Front
from kiosk.hall import OfficeHall
from kiosk.keypad import Keypad
from kiosk.layout import Display
from kiosk.loop import Fingers, Loop, SeenLamp, WakePipe
from kiosk.machine import Machine, Parts, Settings
from kiosk.office_data import hours_of, publications_of
from kiosk.pin import FILE as PIN
from kiosk.pin_file import PinFile
from kiosk.printer_kinds import Kinds
from kiosk.printer_kinds import notice_of as kinds_notice
from kiosk.printer_kinds import settle as settle_kinds
from kiosk.printer_known import has_answered, remember
from kiosk.pruning import Pruner, at_start
from kiosk.slip import slip
from kiosk.technician import Bench
from kiosk.ticket_press import Press
from kiosk.ticket_press import notice_of as ticket_notice
from kiosk.toolbox import BACKLIGHTS, brightness_of, printers_here, tools_of
from kiosk.ui import Window
from kiosk.upkeep_types import Able
from kiosk.view_parts import Exhibit
from sync import RELEASE, keys
from sync.asking import FILE as ASK
from sync.calendar import ALWAYS_OPEN, Calendar
from sync.catalogue import Catalogue
from sync.clock import Trust
from sync.config import KEEP_DAYS, KIOSK_ROLE, KioskConfig, Loudspeaker
from sync.errors import ConfigError
from sync.facts import draft
from sync.facts_machine import BoardMet
from sync.inbox import InboxReader
from sync.journal import Journal, unfinished
from sync.keys import DeviceKey
from sync.mirror import FILE as MIRROR
from sync.mirror import MirrorReader
from sync.simulated_clock import clock_for
from sync.system_clock import SystemClock, random_bytes
from sync.wake import WakeSocket, wake

TEXT_LINES = 768
"""Lines of text kept drawn: what all screens of a dozen services in three languages need."""


def say(line: str) -> None:
    """One line for the system's log."""
    print(line, file=sys.stderr, flush=True)


def open_journal(
    data: Path,
    clock: SystemClock,
    journals: type[Journal] = Journal,
    role: str = KIOSK_ROLE,
    board: Board | None = None,
) -> tuple[Journal, DeviceKey]:
    """The device's key, durable before its journal, and the journal. Raises SyncError, OSError.

    A key is made only where there is no journal yet, or another board: a journal keeps the key that its first fact
    names, and the role. `board` None: the one that this runs on.
    """
    data.mkdir(parents=True, exist_ok=True)
    path, key_path, state = data / "journal.db", data / "device.key", (board or SystemBoard(data)).read()
    if unfinished(path):
        made = keys.load_or_make(key_path, random_bytes)
        journals.create(path, role=role, public_key=made.public, random=random_bytes, now=clock.instant()).close()
    _succeed(data, state, clock)
    journal = journals(path)
    try:
        opened = journal.opened()
        _check_role(data, opened.role, role)
        successor.sweep(data, opened.journal_id)
        key = keys.load_for(key_path, opened.public_key)
        if state.serial is not None and journal.last_of(BoardMet.kind) is None:
            journal.append([draft(BoardMet(state.serial, state.model))], clock.instant())
        if role != KIOSK_ROLE:  # a kiosk does it when its day opens
            pruner = Pruner(journal, KEEP_DAYS, lambda: state, say)
            at_start(pruner, InboxReader(data / "inbox.db").read(), clock.instant())
        return journal, key
    except BaseException:
        journal.close()
        raise


def _succeed(data: Path, board: BoardState, clock: SystemClock) -> None:
    """Begin a new journal where this one cannot go on."""
    moved = successor.on_another_board(data, board, clock.instant(), random_bytes)
    if moved is not None:
        say(
            f"this is not the board that the journal was written on: a new one begins, {moved}, with a new key; the "
            "old one is kept. Pair this machine anew: on the console, Replace this machine gives the code"
        )
    restored = successor.after_restore(data, clock.instant(), random_bytes)
    if restored is not None:
        say(f"the journal was brought back from the second medium: a new one goes on from it, {restored}")
    following = successor.succeed(data, clock.instant(), random_bytes)
    if following is not None:
        say(f"the server holds another history of the journal: a new one begins, {following}; the old one is kept")


def _check_role(data: Path, found: str, role: str) -> None:
    if found != role:
        hint = f'Give the {role} a data folder of its own, or set role = "{found}" in kiosk.toml.'
        raise ConfigError(f"the journal in {data} is that of a {found}", hint=hint)


@dataclass
class Appliance:
    """The parts of a running kiosk; `close` lets go of them in reverse order."""

    loop: Loop
    window: Window
    wakes: WakePipe
    _closing: contextlib.ExitStack = field(repr=False)

    def close(self) -> None:
        """End the printer's thread, free the pins, close the files."""
        self._closing.close()


def notice_of(loaded: Loaded, services: LoadedCatalogue, hours: LoadedCalendar) -> str | None:
    """What the banner tells the technician when a last good copy is in use."""
    for problem, what in (
        (loaded.problem, "kiosk.toml"),
        (services.problem, "catalogue.toml"),
        (hours.problem, "calendar.toml"),
    ):
        if problem is not None:
            line = getattr(problem, "line", None)
            where = f"{what}, line {line}" if line else what
            first = str(problem).splitlines()[0]
            lost = problem is hours.problem and hours.calendar is ALWAYS_OPEN
            told = "There are no opening hours." if lost else "The last good settings are in use."
            return f"{told} {where}: {first}. {problem.hint}"
    return None


def assemble(
    loaded: Loaded,
    services: LoadedCatalogue,
    *,
    journals: type[Journal] = Journal,
    fullscreen: bool | None = None,
    drawn: Callable[[], None] = lambda: None,
) -> Appliance:
    """A kiosk that is ready for `loop.run()`. Raises the rooms' errors; what was opened before is closed then.

    `drawn` is called once the first picture stands; what may take long comes after it.
    """
    with contextlib.ExitStack() as stack:
        appliance = _assembled(loaded, services, journals, fullscreen, drawn, stack)
        appliance._closing = stack.pop_all()
        return appliance


def _assembled(
    loaded: Loaded,
    services: LoadedCatalogue,
    journals: type[Journal],
    fullscreen: bool | None,
    drawn: Callable[[], None],
    stack: contextlib.ExitStack,
) -> Appliance:
    config, catalogue = loaded.config, services.catalogue
    assert config is not None
    assert catalogue is not None
    clock = clock_for(config.sim.clock, loaded.folder)
    typesetter, tokens = Typesetter(cache_lines=TEXT_LINES), load_tokens()
    kinds = settle_kinds(config, loaded.folder, loaded.data)
    if kinds.unkept is not None:
        say(f"no copy of the kinds of printers: {kinds.unkept}")
    journal, key = open_journal(loaded.data, clock, journals)
    stack.callback(journal.close)
    press = Press.of_width(kinds.width(config.paper_mm), kinds.profile.dots_per_inch)
    wakes = WakePipe()
    stack.callback(wakes.close)
    mail = stack.enter_context(WakeSocket(loaded.data / "kiosk.wake"))
    parts, fingers, held = _drivers(config, loaded.data, journal, key, catalogue, press, kinds, clock, wakes, stack)
    ids = tuple(service.id for service in catalogue.services)
    hours = hours_of(loaded, ids)
    mistakes: list[str] = []
    ends: list[Callable[[], None]] = []
    bench = _bench(config, loaded, wakes, mistakes, clock, ends, parts.sound)
    hall, publications = _hall(loaded.data, parts.house, hours.calendar), publications_of(loaded, say)
    parts = replace(parts, hall=hall, bench=bench, publications=publications)
    machine = Machine(parts, settings_of(config, loaded, catalogue, held, hours.calendar))
    if machine.record.printer_met is not None:
        _fit(press, kinds, config, machine.record.printer_met.profile)
    window = open_window(config, typesetter, fullscreen)
    stack.callback(window.close)
    show_lamps(parts.lamps, window)
    machine.begin()
    notice = notice_of(loaded, services, hours) or kinds_notice(kinds, config.printers)
    exhibit = Exhibit(config.office, config.languages, catalogue, notice=notice)
    display = Display(*window.size, config.screen.width_mm, config.screen.height_mm)
    front = Front(machine, exhibit, display, typesetter, tokens, window.paint, clock.boottime_ms)
    front.refresh()  # the first picture waits neither for the rehearsal nor for the printer's thread, which loads much
    say("first picture")
    drawn()
    parts.printer.start(unfinished=machine.record.prints.may_hang)
    _rehearse(press, front, loaded)
    mistakes += [front.exhibit.notice] if front.exhibit.notice is not None else []
    keypad = Keypad(config.keypad)
    loop = Loop(machine, front, window, clock.boottime_ms, wakes=wakes, mail=mail, fingers=fingers, keypad=keypad)
    ends.append(loop.end)
    stack.callback(machine.end)
    listen(loop, loaded, stack)
    return Appliance(loop, window, wakes, contextlib.ExitStack())


def show_lamps(lamps: Mapping[int, Lamp], window: Window) -> None:
    """Lamps of mock pins light up on the window."""
    for lamp in lamps.values():
        if isinstance(lamp, SeenLamp):
            lamp.show = window.show_lamp


def listen(loop: Loop, loaded: Loaded, stack: contextlib.ExitStack) -> None:
    """Open the control socket, where one is named."""
    assert loaded.config is not None
    if loaded.config.sim.control is not None:
        control = Control(loaded.folder / loaded.config.sim.control.removeprefix("unix:"), loop.handle)
        stack.callback(control.close)
        loop.listen(control)


def _fit(press: Press, kinds: Kinds, config: KioskConfig, kind: str) -> None:
    """Tickets as wide as the printer prints."""
    press.fit(kinds.width(config.paper_mm, kind), kinds.kind(kind).dots_per_inch)


def open_window(config: KioskConfig, typesetter: Typesetter, fullscreen: bool | None) -> Window:
    """The window as it is configured. Raises WindowError."""
    screen = config.screen
    full = screen.fullscreen if fullscreen is None else fullscreen
    size = (screen.width_px, screen.height_px)
    return Window(typesetter, fullscreen=full, size=size, title="Scorecard Smart Box")


def _rehearse(press: Press, front: Front, loaded: Loaded) -> None:
    """Draw every kind of ticket once; what cannot be printed is told before a citizen asks for it."""
    config, exhibit = loaded.config, front.exhibit
    assert config is not None
    chosen = press.settle(config, loaded.folder, loaded.data, exhibit.catalogue)
    notice = ticket_notice(chosen, config.ticket)
    if notice is not None:
        front.exhibit_anew(replace(exhibit, notice=exhibit.notice or notice))
        say(str(chosen.problem))
    if chosen.unkept is not None:
        say(f"no copy of the ticket's layout: {chosen.unkept}")
    if front.exhibit.notice is not None:
        say(front.exhibit.notice)


def _drivers(
    config: KioskConfig,
    data: Path,
    journal: Journal,
    key: DeviceKey,
    catalogue: Catalogue,
    press: Press,
    kinds: Kinds,
    clock: SystemClock,
    wakes: WakePipe,
    stack: contextlib.ExitStack,
) -> tuple[Parts, Fingers | None, tuple[tuple[int, int], ...]]:
    edges = EdgeQueue(wakes.wake)
    lamps, fingers, held = counters_of(config, edges, clock, stack)
    printer = PrintWorker(
        transport_for(config.printer),
        wakes.wake,
        profile=kinds.profile,
        profiles=kinds.others,
        paper_width=kinds.width(config.paper_mm),
        answered=has_answered(data, config.printer),
    )

    def met(printer: Met) -> None:
        remember(data, config.printer, printer)
        _fit(press, kinds, config, printer.profile)

    stack.callback(printer.close)
    sound = sound_of(config.sound, stack)
    house = Printhouse(
        draw=press.draw,
        key=key,
        journal_id=journal.opened().journal_id,
        catalogue=catalogue,
        office=config.office,
        languages=config.languages,
        zone=config.zone,
        public_url=config.server.public_url,
        roll_mm=config.roll_m * 1000,
        slip=lambda at: press.paper.draw(slip(config.languages, at)),
        carried=press.draw_carried,
        taken_mm=press.taken_mm,
        met=met,
        secret=journal.secret,
    )
    inbox = InboxReader(data / "inbox.db")
    parts = Parts(
        journal,
        clock,
        printer,
        house,
        lamps,
        sound,
        edges.drain,
        inbox.read,
        waker(data / "sync.wake"),
        say,
        board := SystemBoard(data),
        pruner=Pruner(journal, config.keep_days, board.read, say),
    )
    return parts, fingers, held


def _bench(
    config: KioskConfig,
    loaded: Loaded,
    wakes: WakePipe,
    mistakes: list[str],
    clock: SystemClock,
    ends: list[Callable[[], None]],
    sound: Sound,
) -> Bench:
    """What the service menu needs. `mistakes`: what the banner says, `ends`: what ends it, once they are known."""
    courier = SyncCourier(loaded.data / ASK, wakes.wake) if config.server.url is not None else None
    bench = bench_of(config, loaded, wakes, clock, ends, sound)
    return replace(bench, courier=courier, mistaken=lambda: bool(mistakes), prints=True)


def bench_of(
    config: KioskConfig,
    loaded: Loaded,
    wakes: WakePipe,
    clock: SystemClock,
    ends: list[Callable[[], None]],
    sound: Sound,
) -> Bench:
    """What the service menu of any machine needs."""
    data = loaded.data
    loud = [config.sound.volume]

    def louder(percent: int) -> None:
        loud[0] = percent
        sound.set_volume(percent)
        sound.play()

    def able() -> Able:
        silent = config.sound.device == "none"
        lit = next(iter(BACKLIGHTS.glob("*/brightness")), None)
        return Able(printers_here(), None if silent else loud[0], None if lit is None else brightness_of(lit))

    def now_s() -> float:
        return clock.instant().boottime_ms / 1000

    def end() -> None:
        for each in ends:
            each()

    served = config.server.url is not None
    nexts = frozenset(counter.counter for counter in config.counters if counter.next is not None)
    tools = tools_of(Path(HAND), now_s, end, data / ASK if served else None, louder)
    around = SystemSurroundings(now_s)
    bench = Bench(pin_of(loaded), None, nexts=nexts, prints=False, served=served)
    return replace(bench, tools=tools, runner=ThreadRunner(wakes.wake), around=around, able=able)


def pin_of(loaded: Loaded) -> PinFile:
    """The PIN's file, with the PIN that the box has handed over."""
    pin = PinFile(loaded.data)
    try:
        if pin.take(loaded.folder / PIN):
            say("the technician's PIN is the one that was written into kiosk.toml")
    except OSError as error:
        say(f"the technician's PIN cannot be kept: {error.strerror}")
    return pin


def _hall(data: Path, house: Printhouse, calendar: Calendar) -> OfficeHall:
    """What the office tells, from sync's copy of the office's journal."""
    standard = {each.id: each.minutes for each in house.catalogue.services}
    return OfficeHall(MirrorReader(data / MIRROR), house.journal_id, standard, calendar, say)


def settings_of(
    config: KioskConfig,
    loaded: Loaded,
    catalogue: Catalogue,
    held: tuple[tuple[int, int], ...],
    calendar: Calendar,
    *,
    box: bool = False,
) -> Settings:
    """What the machine is told of its file. `held`: buttons that are down by now. `box`: it takes scores alone."""
    return Settings(
        counters=tuple(counter.counter for counter in config.counters),
        languages=config.languages,
        catalogue=catalogue,
        zone=config.zone,
        trust=Trust(config.clock.trust),
        release=RELEASE,
        configuration=loaded.digest,
        held=held,
        calendar=calendar,
        served=config.server.url is not None,
        box=box,
    )


def counters_of(
    config: KioskConfig, edges: EdgeQueue, clock: SystemClock, stack: contextlib.ExitStack
) -> tuple[dict[int, Lamp], Fingers | None, tuple[tuple[int, int], ...]]:
    """Lamps, fingers for mock pins, and the buttons that are down now. Without counters no pin is touched."""
    lamps: dict[int, Lamp] = {}
    mocks: dict[int, MockButtons] = {}
    held: list[tuple[int, int]] = []
    pins = open_pins(config.pins if config.counters else "mock")
    stack.callback(pins.close)
    for counter in config.counters:
        if counter.lamp is not None:
            lamp = PinLamp(pins, counter.lamp)
            stack.callback(lamp.close)
            lamps[counter.counter] = SeenLamp(lamp) if config.pins == "mock" else lamp
        buttons = ScoreButtons(
            pins, counter.counter, counter.levels, edges.put, lambda: _boot(clock), closed=counter.pressed
        )
        stack.callback(buttons.close)
        if counter.next is not None:
            button = NextButton(
                pins, counter.counter, counter.next, edges.put, lambda: _boot(clock), closed=counter.pressed
            )
            stack.callback(button.close)
        held += [(counter.counter, level) for level in buttons.held()]
        mocks[counter.counter] = MockButtons(pins, counter.levels, counter.pressed, counter.next)
    return lamps, Fingers(mocks, clock.boottime_ms) if config.pins == "mock" else None, tuple(held)


def _boot(clock: SystemClock) -> HardwareBootMs:
    return HardwareBootMs(clock.boottime_ms())


def waker(path: Path) -> Callable[[], None]:
    """What wakes sync, which listens at this path."""

    def wake_sync() -> None:
        wake(path)

    return wake_sync


def sound_of(speaker: Loudspeaker, stack: contextlib.ExitStack) -> Speaker:
    """The chime of this loudspeaker; silence where none is wanted, or none can be had, which is said."""
    if speaker.device == "none":
        return RecordingSound()
    try:
        sound: Speaker = AplaySound(player(speaker.device), volume=speaker.volume)
    except SoundError as error:
        say(f"no chime: {error}. {error.hint}")
        sound = RecordingSound()
    stack.callback(sound.close)
    return sound
