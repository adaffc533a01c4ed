"""`python -m kiosk --config kiosk.toml [--window] [--headless]` runs the kiosk, or the display or score box where
the file says so (`role`); `… doctor` looks it over, `… ticket --preview` draws its tickets, `… pin` sets the
technician's PIN."""

import gc

if __name__ == "__main__":
    gc.disable()  # until all is imported, which stays anyway: to look through it again takes a fifth of the start

import argparse
import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from fonts import FontsError
from hardware.errors import HardwareError
from kiosk.errors import KioskError
from kiosk.loop import WakePipe
from kiosk.patience import rest
from kiosk.ui import WindowError, plain_error
from sync.config import ALL_IN_ONE_ROLE, DISPLAY_ROLE, KIOSK_ROLE, OFFICE_ROLE, SCOREBOX_ROLE
from sync.disk import trouble_of
from sync.errors import JournalRefused, SyncError
from sync.journal import Journal
from sync.notify import Pulse, pulse_for
from translations import TranslationsError

REST_S = 60.0
"""How long the screen of a kiosk that cannot start stays, until the service tries again with what was mended."""
OPENS_S = 90.0
"""How long journal and screen may take to open, once the program is loaded: a slow machine loads for a minute."""
ANEW_S = 180.0
"""How long a start may take at which every ticket is rehearsed, on the slowest board."""
SWITCH_OFF = (
    "Switch the machine off and on once; if this stays, exchange the card and keep the old one, the record is on it. "
    "Where there is a keyboard, `python -m kiosk doctor` looks at every part."
)
"""What helps where a disk fails; the manual says the same of *The memory cannot be written*."""


def main(arguments: Sequence[str], *, journals: type[Journal] = Journal) -> int:
    """Run what the command line says; the exit status: 1 a problem was found, 2 the kiosk cannot run.

    `journals` is the journal's class: the fault proofs run a kiosk with a broken one.
    """
    if arguments[:1] == ["ticket"]:
        from kiosk.ticket_preview import main as ticket

        return ticket(arguments[1:])
    if arguments[:1] == ["pin"]:
        from kiosk.pin_command import main as pin

        return pin(arguments[1:])
    parser = argparse.ArgumentParser(prog="python -m kiosk", description=__doc__)
    parser.add_argument("command", nargs="?", choices=("run", "doctor"), default="run")
    parser.add_argument("--config", type=Path, default=Path("kiosk.toml"), help="the kiosk.toml")
    parser.add_argument("--data", type=Path, help="where the last good copies are, should kiosk.toml not say")
    parser.add_argument("--window", action="store_true", help="in a window, whatever kiosk.toml says")
    parser.add_argument("--headless", action="store_true", help="without a screen; use the control socket")
    tried = "doctor: blink the lamps, play the chime, print a slip"
    parser.add_argument("--try", action="store_true", dest="trial", help=tried)
    parser.add_argument("--json", action="store_true", help="doctor: for programs")
    given = parser.parse_args(arguments)
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    if given.headless:
        os.environ["SDL_VIDEODRIVER"] = "dummy"
    if given.command == "doctor":
        from kiosk.doctor import main as doctor

        return doctor(given.config, given.data, trial=given.trial, as_json=given.json)
    pulse = pulse_for(os.environ, os.getpid(), time.monotonic)
    try:
        return _begin(given.config, given.data, journals, pulse, windowed=given.window or given.headless)
    finally:
        pulse.ends()


def _begin(config: Path, data: Path | None, journals: type[Journal], pulse: Pulse, *, windowed: bool) -> int:
    try:
        return _run(config, data, journals, pulse, windowed=windowed)
    except (FontsError, TranslationsError, WindowError) as error:
        return _refuse([f"The kiosk cannot start: {error}", error.hint], pulse, windowed=windowed)
    except JournalRefused as error:
        return _refuse_by_screen(f"{error}. {error.hint}", error.trouble.value, pulse, windowed=windowed)
    except (KioskError, SyncError, HardwareError) as error:
        return _refuse_by_screen(f"{error}. {error.hint}", "start", pulse, windowed=windowed)
    except (OSError, sqlite3.Error) as error:  # a card that can no longer be read, too
        told = f"{error}. {SWITCH_OFF}"
        return _refuse_by_screen(told, trouble_of(error).value, pulse, windowed=windowed)


def _run(config: Path, data: Path | None, journals: type[Journal], pulse: Pulse, *, windowed: bool) -> int:
    from fonts import check
    from kiosk import appliance, board_appliance, configfile, office_data, score_appliance

    pulse.works("opens its journal and its screen", OPENS_S)
    check()
    loaded = configfile.load(config, data)
    if loaded.config is None:
        problem = loaded.problem
        line = f", line {problem.line}" if problem is not None and problem.line else ""
        return _refuse_by_screen(
            f"{loaded.named or config}{line}: {problem}. {problem.hint if problem else ''}",
            "config",
            pulse,
            windowed=windowed,
        )
    fullscreen = False if windowed else None
    if loaded.config.role == DISPLAY_ROLE:
        assemble = partial(board_appliance.assemble_display, loaded, journals=journals, fullscreen=fullscreen)
        return _awake(assemble, DISPLAY_ROLE, pulse)
    if loaded.config.role == SCOREBOX_ROLE:
        scores = partial(score_appliance.assemble_scores, loaded, journals=journals, fullscreen=fullscreen)
        return _awake(scores, SCOREBOX_ROLE, pulse)
    if loaded.config.role in (OFFICE_ROLE, ALL_IN_ONE_ROLE):
        hint = 'There it starts by itself. Here write role = "kiosk"; the office\'s server is `python -m server`.'
        told = f'{config}: role = "{loaded.config.role}" is for the appliance. {hint}'
        return _refuse_by_screen(told, "config", pulse, windowed=windowed)
    services = office_data.catalogue_of(loaded)
    if services.catalogue is None:
        problem_text = f"{loaded.catalogue}: {services.problem}. {services.problem.hint if services.problem else ''}"
        return _refuse_by_screen(problem_text, "config", pulse, windowed=windowed)

    rehearses, read = partial(pulse.works, "rehearses its tickets", ANEW_S), [services]

    def begin() -> appliance.Appliance:
        """With what the office has published by now: the first time what was read just before."""
        named = read.pop() if read else office_data.catalogue_of(loaded)
        return appliance.assemble(loaded, named, journals=journals, fullscreen=fullscreen, drawn=rehearses)

    return _awake(begin, KIOSK_ROLE, pulse)


def _awake(assemble: Callable[[], Any], role: str, pulse: Pulse) -> int:
    """Run an Appliance or a BoardAppliance until it is to end; once more where it has to begin anew: with another
    journal, or with what the office published. Whoever ends it in between is heard."""
    asked, begun = threading.Event(), True
    while begun and not asked.is_set():
        running = assemble()
        _on_signals(partial(_end, asked, running.loop), running.wakes)
        if asked.is_set():
            running.loop.ending = True
        try:
            width, height = running.window.size
            print(f"{role} ready, {width} x {height}, {running.window.driver}", file=sys.stderr, flush=True)
            running.loop.beat(pulse)
            running.loop.run()
        finally:
            signal.set_wakeup_fd(-1)  # its number may soon be another file's
            running.close()
        begun = running.loop.anew
        if begun:
            pulse.works("begins anew", ANEW_S)
    return 0


def _end(asked: threading.Event, loop: Any) -> None:
    asked.set()
    loop.ending = True


def _on_signals(end: Any, wakes: WakePipe) -> None:
    def ended(number: int, frame: FrameType | None) -> None:
        end()

    signal.set_wakeup_fd(wakes.write_end, warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, ended)
    signal.signal(signal.SIGINT, ended)


def _refuse_by_screen(detail: str, code: str, pulse: Pulse, *, windowed: bool) -> int:
    """Out of order, in all languages, with what to mend; then the service tries again."""
    from kiosk.broken import show

    print(detail, file=sys.stderr, flush=True)
    return show(detail, code, windowed=windowed, wait=partial(_wait_for_end, pulse, code))


def _refuse(lines: list[str], pulse: Pulse, *, windowed: bool) -> int:
    """On stderr, and on the screen in plain letters, which need none of what may be missing."""
    print("\n".join(lines), file=sys.stderr, flush=True)
    if os.environ.get("SDL_VIDEODRIVER") != "dummy" and plain_error(lines, fullscreen=not windowed, size=(1280, 720)):
        _wait_for_end(pulse, "start")
    return 2


def _wait_for_end(pulse: Pulse, code: str) -> None:
    """The screen is drawn, so the process is ready: it shows what is the matter, and would be missed if it hung."""
    wakes = WakePipe()
    _on_signals(lambda: None, wakes)
    rest(pulse, f"out of order: {code}", wakes.fileno(), REST_S, time.monotonic)


if __name__ == "__main__":
    gc.freeze()
    gc.enable()
    sys.exit(main(sys.argv[1:]))
