"""`python -m kiosk --config kiosk.toml [--window] [--headless]` runs the kiosk, or the display where the file says
role = "display"; `… doctor` looks it over, `… ticket --preview` draws its tickets, `… pin` sets the technician's
PIN."""

import argparse
import os
import select
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from fonts import FontsError
from hardware.errors import HardwareError
from kiosk.errors import KioskError
from kiosk.loop import WakePipe
from kiosk.ui import WindowError, plain_error
from sync.config import DISPLAY_ROLE, KIOSK_ROLE
from sync.disk import trouble_of
from sync.errors import JournalRefused, SyncError
from sync.journal import Journal
from translations import TranslationsError

REST_S = 60.0
"""How long the screen of a kiosk that cannot start stays, until the service tries again with what was mended."""


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
    windowed = given.window or given.headless
    try:
        return _run(given.config, given.data, journals, windowed=windowed)
    except (FontsError, TranslationsError, WindowError) as error:
        return _refuse([f"The kiosk cannot start: {error}", error.hint], windowed=windowed)
    except JournalRefused as error:
        return _refuse_by_screen(f"{error}. {error.hint}", error.trouble.value, windowed=windowed)
    except (KioskError, SyncError, HardwareError) as error:
        return _refuse_by_screen(f"{error}. {error.hint}", "start", windowed=windowed)
    except (OSError, sqlite3.Error) as error:  # a card that can no longer be read, too
        told = f"{error}. Run `python -m kiosk doctor`."
        return _refuse_by_screen(told, trouble_of(error).value, windowed=windowed)


def _run(config: Path, data: Path | None, journals: type[Journal], *, windowed: bool) -> int:
    from fonts import check
    from kiosk import appliance, board_appliance, configfile, office_data

    check()
    loaded = configfile.load(config, data)
    if loaded.config is None:
        problem = loaded.problem
        line = f", line {problem.line}" if problem is not None and problem.line else ""
        return _refuse_by_screen(
            f"{config}{line}: {problem}. {problem.hint if problem else ''}", "config", windowed=windowed
        )
    fullscreen = False if windowed else None
    if loaded.config.role == DISPLAY_ROLE:
        assemble = partial(board_appliance.assemble_display, loaded, journals=journals, fullscreen=fullscreen)
        return _awake(assemble, DISPLAY_ROLE)
    services = office_data.catalogue_of(loaded)
    if services.catalogue is None:
        problem_text = f"{loaded.catalogue}: {services.problem}. {services.problem.hint if services.problem else ''}"
        return _refuse_by_screen(problem_text, "config", windowed=windowed)

    def begin() -> appliance.Appliance:
        """With what the office has published by now."""
        return appliance.assemble(loaded, office_data.catalogue_of(loaded), journals=journals, fullscreen=fullscreen)

    return _awake(begin, KIOSK_ROLE)


def _awake(assemble: Callable[[], Any], role: str) -> int:
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
            running.loop.run()
        finally:
            signal.set_wakeup_fd(-1)  # its number may soon be another file's
            running.close()
        begun = running.loop.anew
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


def _refuse_by_screen(detail: str, code: str, *, windowed: bool) -> int:
    """Out of order, in all languages, with what to mend; then the service tries again."""
    from kiosk.broken import show

    print(detail, file=sys.stderr, flush=True)
    return show(detail, code, windowed=windowed, wait=_wait_for_end)


def _refuse(lines: list[str], *, windowed: bool) -> int:
    """On stderr, and on the screen in plain letters, which need none of what may be missing."""
    print("\n".join(lines), file=sys.stderr, flush=True)
    if os.environ.get("SDL_VIDEODRIVER") != "dummy" and plain_error(lines, fullscreen=not windowed, size=(1280, 720)):
        _wait_for_end()
    return 2


def _wait_for_end() -> None:
    wakes = WakePipe()
    _on_signals(lambda: None, wakes)
    select.select([wakes.fileno()], [], [], REST_S)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
