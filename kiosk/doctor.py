"""`python -m kiosk doctor`: every part looked at, each with what to do. Beside a running kiosk it disturbs nothing.

What the kiosk holds (printer, pins) is left to it, and what it has recorded of them is told instead. Without --try
nothing moves, sounds or lights. Written are a test file, which is removed, and the last good copies of the settings.
"""

import json
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from fonts import FontsError, check
from hardware.board import Board, SystemBoard
from hardware.buttons import BootMs, NextButton, ScoreButtons
from hardware.errors import HardwareError, PrintersFileError, SoundError
from hardware.gpio import PinFactory, open_pins
from hardware.lamps import PinLamp
from hardware.print_worker import PrintWorker
from hardware.printer import Bitmap, Dots, Outcome, PaperStatus
from hardware.printer_look import look
from hardware.printers_file import shipped
from hardware.profile import GENERIC
from hardware.sound import AplaySound, player
from hardware.transports import Transport, transport_for
from hardware.usb_gate import Refusal, refusals
from kiosk import findings, findings_board, findings_box, findings_paper, findings_printer, findings_usb, looks
from kiosk.around import Around, SystemSurroundings
from kiosk.board_clips import BoardClips
from kiosk.configfile import Loaded, LoadedCatalogue, load
from kiosk.errors import KioskError
from kiosk.findings import Finding, note, ok, problem
from kiosk.office_data import catalogue_of, drawable, hours_of, services_of
from kiosk.printer_kinds import Kinds
from kiosk.printer_kinds import settle as settle_kinds
from kiosk.publications import not_taken_up
from kiosk.slip import print_once, slip
from kiosk.ticket_press import Press
from sync.catalogue import Catalogue
from sync.clips import FOLDER as CLIPS
from sync.clock import Reading
from sync.config import DISPLAY_ROLE, SCOREBOX_ROLE, Counter, KioskConfig, Loudspeaker
from sync.errors import SyncError
from sync.inbox import InboxReader
from sync.journal import Instant
from sync.mirror import FILE as MIRROR
from sync.mirror import MirrorReader
from sync.system_clock import SystemClock, chip_said

BLINK_S = 0.4


def _boot_s() -> float:
    return SystemClock().boottime_ms() / 1000


def _connect(host: str, port: int) -> None:
    socket.create_connection((host, port), timeout=3).close()


@dataclass(frozen=True)
class Tools:
    """What the doctor looks with; tests bring others. `trial`: it may blink lamps, play the chime and print a
    slip."""

    trial: bool = False
    fonts: Callable[[], None] = check
    read_clock: Callable[[], Reading] = lambda: SystemClock().read()
    chip_said: Callable[[], str] = chip_said
    now: Callable[[], Instant] = lambda: SystemClock().instant()
    board: Callable[[Path], Board] = SystemBoard
    refused: Callable[[], Sequence[Refusal]] = refusals
    around: Callable[[], Around] = lambda: SystemSurroundings(_boot_s).read()
    writer_of: Callable[[Path], int | None] = looks.writer_of
    transport: Callable[[str], Callable[[], Transport]] = transport_for
    pins: Callable[[str], PinFactory] = open_pins
    cards: Callable[[], Mapping[int, str]] = looks.sound_cards
    has_player: Callable[[], bool] = lambda: shutil.which("aplay") is not None
    play: Callable[[Loudspeaker], str | None] = lambda speaker: _play(speaker)
    screens: Callable[[], Mapping[str, tuple[looks.Size | None, looks.Size | None]]] = looks.screens
    connect: Callable[[str, int], None] = _connect
    rest: Callable[[float], None] = time.sleep
    print_slip: Callable[[str, Bitmap, Dots, Kinds], tuple[Outcome, PaperStatus]] = lambda *given: _print(*given)


def main(config: Path, data: Path | None, *, trial: bool = False, as_json: bool = False) -> int:
    """Print every finding, as JSON (a list of part, state, seen, todo) where asked; 1 where there is a problem."""
    worst, found = 0, []
    for finding in examine(config, data, Tools(trial=trial)):
        worst = max(worst, int(finding.state == "problem"))
        found.append(asdict(finding))
        if not as_json:
            sys.stdout.write(shown(finding))
            sys.stdout.flush()
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    return worst


def shown(finding: Finding) -> str:
    """The lines of one finding."""
    mark = {"ok": "ok     ", "problem": "PROBLEM", "note": "note   "}[finding.state]
    todo = f"         to do: {finding.todo}\n" if finding.todo else ""
    return f"{mark}  {finding.part}: {finding.seen}\n{todo}"


def examine(path: Path, data: Path | None, tools: Tools) -> Iterator[Finding]:
    """The findings, part by part, as they are made."""
    type_found = _fonts(tools)
    yield type_found
    try:
        loaded = load(path, data)
    except OSError as error:
        todo = "Check the data folder: it must exist, and this user must be allowed to write there."
        yield problem("settings", str(error), todo)
        return
    yield _settings(path, loaded)
    if loaded.config is None:
        return
    if loaded.config.role == DISPLAY_ROLE:
        yield from _display(loaded, loaded.config, tools)
        return
    if loaded.config.role == SCOREBOX_ROLE:
        yield from _scorebox(loaded, loaded.config, tools)
        return
    services = catalogue_of(loaded)
    yield _services(loaded, services)
    yield from _hours(loaded, services.catalogue)
    yield from _not_taken_up(loaded)
    record, told = _journal(loaded.data, tools)
    kinds, known = _kinds(loaded, loaded.config)
    if services.catalogue is not None and type_found.state == "ok":
        yield _ticket(loaded, loaded.config, services.catalogue, kinds, record)
    state = tools.board(loaded.data).read()
    yield _folder(loaded.data) or findings.disk(str(loaded.data), state)
    yield told
    yield _clock(loaded.config, record, tools)
    yield from findings.board(state)
    yield from findings_box.around(tools.around(), served=loaded.config.server.url is not None)
    yield from findings_usb.refused(tools.refused())
    running = tools.writer_of(loaded.data / "journal.db")
    yield note("kiosk", f"it is running (process {running})" if running else "it is not running")
    yield known
    yield from _printer(loaded.config, kinds, record, tools, running=running is not None)
    yield from findings_paper.recorded(record.paper, record.left.left(record.paper), record.night)
    yield from _counters(loaded.config, record, tools, running=running is not None)
    yield _sound(loaded.config.sound, tools)
    yield findings.screen(loaded.config.screen, tools.screens())
    yield _server(loaded.config, loaded.data, record, tools)


def _scorebox(loaded: Loaded, config: KioskConfig, tools: Tools) -> Iterator[Finding]:
    """What a score box has: buttons, and neither printer nor services."""
    yield from _hours(loaded, None)
    yield from _not_taken_up(loaded)
    record, told = _journal(loaded.data, tools)
    running = tools.writer_of(loaded.data / "journal.db")
    yield from _machine(loaded, tools, told, findings_board.of_a_scorebox(_clock(config, record, tools)), "score box")
    yield from _counters(config, record, tools, running=running is not None)
    yield _sound(config.sound, tools)
    yield findings.screen(config.screen, tools.screens())
    yield findings_board.of_a_scorebox(_server(config, loaded.data, record, tools))


def _display(loaded: Loaded, config: KioskConfig, tools: Tools) -> Iterator[Finding]:
    """What a display has: no printer, no buttons, and services where it is given a catalogue."""
    services = services_of(loaded)
    named = services.catalogue is not None or services.problem is not None
    yield _services(loaded, services) if named else findings_board.UNNAMED
    yield from _hours(loaded, None)
    yield from _not_taken_up(loaded)
    record, told = _journal(loaded.data, tools)
    yield from _machine(loaded, tools, told, findings_board.of_a_display(_clock(config, record, tools)), "display")
    yield _sound(config.sound, tools)
    if config.sound.device != "none":
        yield findings_board.voice(_clips(loaded.data), config.voice.languages or config.languages)
    yield findings.screen(config.screen, tools.screens())
    yield findings_board.of_a_display(_server(config, loaded.data, record, tools))
    mirror = MirrorReader(loaded.data / MIRROR)
    yield findings_board.mirror(mirror.state(), mirror.end())


def _machine(loaded: Loaded, tools: Tools, told: Finding, clock: Finding, name: str) -> Iterator[Finding]:
    """Folder, journal, clock and board of a machine without tickets, and whether it runs."""
    state = tools.board(loaded.data).read()
    yield _folder(loaded.data) or findings.disk(str(loaded.data), state)
    yield told
    yield clock
    yield from findings.board(state)
    served = loaded.config is not None and loaded.config.server.url is not None
    yield from findings_box.around(tools.around(), served=served)
    yield from findings_usb.refused(tools.refused())
    running = tools.writer_of(loaded.data / "journal.db")
    yield note(name, f"it is running (process {running})" if running else "it is not running")


def _clips(data: Path) -> BoardClips:
    clips = BoardClips(data / CLIPS)
    clips.look()
    return clips


def _fonts(tools: Tools) -> Finding:
    try:
        tools.fonts()
    except FontsError as error:
        return problem("fonts", str(error), error.hint)
    return ok("fonts", "typefaces and shaping (Raqm) are complete")


def _settings(path: Path, loaded: Loaded) -> Finding:
    wrong = loaded.problem
    if wrong is None:
        kept = f"; no copy could be kept: {loaded.unkept}" if loaded.unkept else ""
        return ok("settings", f"{path}{kept}")
    line = f"line {wrong.line}: " if wrong.line else ""
    rest = "" if loaded.config is None else " (the last good settings are looked at below)"
    return problem("settings", f"{path}: {line}{wrong}{rest}", wrong.hint)


def _services(loaded: Loaded, found: LoadedCatalogue) -> Finding:
    if found.problem is not None:
        return problem("services", str(found.problem), found.problem.hint)
    count = len(found.catalogue.services) if found.catalogue else 0
    if found.number is not None:
        return ok("services", f"{count} services, version {found.number} as the office published it")
    return ok("services", f"{count} services in {loaded.catalogue}")


def _hours(loaded: Loaded, catalogue: Catalogue | None) -> Iterator[Finding]:
    """The opening hours as the kiosk reads them: what it would refuse must not become the last good copy."""
    assert loaded.config is not None
    ids = tuple(service.id for service in catalogue.services) if catalogue else None
    found = hours_of(loaded, ids)
    if found.number is not None:
        yield ok("hours", f"version {found.number} as the office published it")
    elif loaded.calendar is None:
        return
    elif found.problem is not None:
        yield problem("hours", str(found.problem), found.problem.hint)
    else:
        yield ok("hours", str(loaded.calendar))


def _not_taken_up(loaded: Loaded) -> Iterator[Finding]:
    """What the office published and this machine cannot show."""
    assert loaded.config is not None
    can = drawable(loaded.config.languages)
    for wrong in not_taken_up(MirrorReader(loaded.data / MIRROR), loaded.data, can):
        yield problem("published", f"what the office published last is not taken up: {wrong}", wrong.hint)


def _ticket(
    loaded: Loaded, config: KioskConfig, catalogue: Catalogue, kinds: Kinds, record: looks.Remembered
) -> Finding:
    """Every kind of ticket drawn once, by the office's own layout; the last good copy is left alone."""
    width = kinds.width(config.paper_mm, record.met[-1].profile if record.met else None)
    with TemporaryDirectory() as nowhere:
        chosen = Press.of_width(width).settle(config, loaded.folder, Path(nowhere), catalogue)
    if chosen.problem is not None:
        return problem("ticket", str(chosen.problem), chosen.problem.hint)
    return ok("ticket", f"{config.ticket or 'the layout that ships'}, on {config.paper_mm} mm paper")


def _folder(data: Path) -> Finding | None:
    """Whether it can be written; None: it can."""
    probe = data / f".doctor-{os.getpid()}"
    try:
        data.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        with suppress(OSError):
            probe.unlink(missing_ok=True)
        todo = "Check the card and its mount (`mount`, `df`), and that the folder is the kiosk user's own."
        return problem("disk", f"{data} cannot be written: {error.strerror}", todo)
    return None


def _journal(data: Path, tools: Tools) -> tuple[looks.Remembered, Finding]:
    path = data / "journal.db"
    try:
        record = looks.remembered(path, tools.now().boot_id)
    except FileNotFoundError:
        return looks.Remembered(), ok("journal", "none yet; it is made at the first start")
    except SyncError as error:
        return looks.Remembered(), problem("journal", str(error), error.hint)
    seen = f"{record.journal_id}, {record.end.seq} facts, its last row fits its chain{_files(record)}"
    if record.floor > record.pruned:
        todo = f"Run `python -m sync verify {path}`, and keep a copy of {data} before anything is changed."
        return record, problem("journal", f"{seen}; no fact says why facts 1 to {record.floor} are not here", todo)
    if not (os.access(path, os.W_OK) and os.access(data, os.W_OK)):
        todo = f"Give {data} to the user that the kiosk runs as, or start the doctor as that user."
        return record, problem("journal", f"{seen}, but this user may not write it", todo)
    return record, ok("journal", seen)


def _files(record: looks.Remembered) -> str:
    """What it lies in."""
    files = f"; {record.files} file{'s' if record.files > 1 else ''}, {record.size / 1_000_000:.1f} MB"
    return files + (f"; facts 1 to {record.floor} are pruned" if record.floor and record.floor <= record.pruned else "")


def _clock(config: KioskConfig, record: looks.Remembered, tools: Tools) -> Finding:
    reading = tools.read_clock()
    seen = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(reading.utc_ms / 1000))
    chip = None if config.clock.chip is None else findings.ClockChip(config.clock.chip, tools.chip_said())
    return findings.clock(reading, seen, trust=config.clock.trust, chip=chip, anchor=record.anchor)


def _kinds(loaded: Loaded, config: KioskConfig) -> tuple[Kinds, Finding]:
    """The kinds of printers that the kiosk would know; what ships, where it would not start."""
    try:
        kinds = settle_kinds(config, loaded.folder, loaded.data)
    except (PrintersFileError, KioskError) as error:
        return Kinds(GENERIC, (), shipped()), problem("kinds of printers", str(error), error.hint)
    return kinds, findings_printer.kinds_known(kinds.known, config.printers, kinds.problem)


def _printer(
    config: KioskConfig, kinds: Kinds, record: looks.Remembered, tools: Tools, *, running: bool
) -> Iterator[Finding]:
    if running:
        yield from findings_printer.recorded(config.printer, record.printer, record.met, kinds.known)
        return
    try:
        transport = tools.transport(config.printer)()
        try:
            found = look(transport, profile=kinds.profile, profiles=kinds.others, echo=tools.trial)
        finally:
            transport.close()
    except HardwareError as error:
        yield problem("printer", str(error), _instruction(error.hint))
        return
    yield from findings_printer.seen(config.printer, found, kinds.known, named=not kinds.others)
    if tools.trial and found.status.can_print:
        yield _slip(config, kinds, tools)


def _slip(config: KioskConfig, kinds: Kinds, tools: Tools) -> Finding:
    """One test slip, printed as tickets are, by the same thread and rules."""
    paper = Press.of_width(kinds.width(config.paper_mm)).paper
    try:
        picture = paper.draw(slip(config.languages, None))
        outcome, status = tools.print_slip(config.printer, picture, paper.width, kinds)
    except (HardwareError, KioskError, FontsError) as error:
        return problem("test slip", str(error), _instruction(error.hint))
    return findings_paper.slip(config.printer, outcome.value, status.fault)


def _print(address: str, picture: Bitmap, width: Dots, kinds: Kinds) -> tuple[Outcome, PaperStatus]:
    def make(wake: Callable[[], None]) -> PrintWorker:
        opened = transport_for(address)
        return PrintWorker(opened, wake, profile=kinds.profile, profiles=kinds.others, paper_width=width)

    return print_once(make, picture)


def _counters(config: KioskConfig, record: looks.Remembered, tools: Tools, *, running: bool) -> Iterator[Finding]:
    if not config.counters:
        yield note("counters", "this kiosk has no score buttons")
    elif config.pins == "mock":
        yield note("counters", 'pins = "mock": no real buttons are looked at', 'Set pins = "raspberry-pi" on a Pi.')
    elif running:
        yield from (findings.counter_recorded(counter, record.stuck) for counter in config.counters)
    else:
        try:
            pins = tools.pins(config.pins)
        except HardwareError as error:
            yield problem("counters", str(error), _instruction(error.hint))
            return
        try:
            yield from (_counter(pins, counter, tools) for counter in config.counters)
        finally:
            pins.close()


def _counter(pins: PinFactory, counter: Counter, tools: Tools) -> Finding:
    try:
        buttons = ScoreButtons(
            pins, counter.counter, counter.levels, lambda edge: None, lambda: BootMs(0), counter.pressed
        )
        try:
            found = findings.counter(counter, sorted(buttons.held()))
        finally:
            buttons.close()
        if counter.next is not None:
            NextButton(
                pins, counter.counter, counter.next, lambda edge: None, lambda: BootMs(0), counter.pressed
            ).close()
        if counter.lamp is not None and tools.trial:
            _blink(pins, counter.lamp, tools)
    except HardwareError as error:
        return problem(f"counter {counter.counter}", str(error), _instruction(error.hint))
    return found


def _blink(pins: PinFactory, pin: int, tools: Tools) -> None:
    lamp = PinLamp(pins, pin)
    try:
        for _ in range(3):
            lamp.on()
            tools.rest(BLINK_S)
            lamp.off()
            tools.rest(BLINK_S)
    finally:
        lamp.close()


def _sound(speaker: Loudspeaker, tools: Tools) -> Finding:
    if speaker.device == "none":
        return ok("sound", "none is wanted")
    if not tools.has_player():
        return problem("sound", "aplay, which plays the chime, is not installed", "Install the package alsa-utils.")
    cards = tools.cards()
    if not cards:
        todo = "Plug a loudspeaker's adapter in, or turn the board's own sound on (dtparam=audio=on)."
        return problem("sound", "Linux sees no sound card", todo)
    named = looks.card_of(speaker.device)
    names = ", ".join(f"{number} ({name})" for number, name in sorted(cards.items()))
    if named is not None and named not in {*map(str, cards), *cards.values()}:
        todo = f"Set device under [sound] to one that `aplay -L` shows; the cards are {names}."
        return problem("sound", f"there is no card {named!r} for {speaker.device}", todo)
    seen = f"{speaker.device} at {speaker.volume} %, cards: {names}"
    failure = tools.play(speaker) if tools.trial else None
    if failure is not None:
        todo = "Check the cable, and that no other program plays; try `aplay -L` and another device under [sound]."
        return problem("sound", f"{speaker.device} does not play: {failure}", todo)
    return ok("sound", f"{seen}; the chime was played" if tools.trial else seen)


def _play(speaker: Loudspeaker) -> str | None:
    """Play the chime; why it did not come out, else None."""
    try:
        sound = AplaySound(player(speaker.device), volume=speaker.volume)
    except SoundError as error:
        return str(error)
    sound.play()
    sound.wait()
    return sound.last_failure


def _server(config: KioskConfig, data: Path, record: looks.Remembered, tools: Tools) -> Finding:
    url = config.server.url
    if url is None:
        return ok("server", "none: this kiosk stands alone")
    parts = urlsplit(url)
    try:
        tools.connect(parts.hostname or "", parts.port or 443)
    except OSError as error:
        todo = "Check the network cable and `url` in kiosk.toml. Tickets are given all the same and sent later."
        return problem("server", f"{url}: {error}", todo)
    return findings.exchange(url, InboxReader(data / "inbox.db").read(), record.end, tools.now())


def _instruction(hint: str) -> str:
    """A hint of hardware as a sentence of its own."""
    return hint[:1].upper() + hint[1:] + ("" if hint.endswith((".", "!")) else ".")
