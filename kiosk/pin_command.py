"""`python -m kiosk pin --config kiosk.toml`: sets the technician's PIN of this kiosk, or changes it.

It is asked for twice and shown nowhere; from a program it is one line on standard input. Beside a running kiosk, too.
"""

import argparse
import getpass
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from kiosk import configfile
from kiosk.errors import KioskError
from kiosk.pin_file import PinFile, PinRefused
from sync.errors import SyncError
from sync.system_clock import random_bytes


def main(arguments: Sequence[str], ask: Callable[[str], str] | None = None) -> int:
    """The exit status: 0 kept, 1 refused. `ask` types for a test."""
    parser = argparse.ArgumentParser(prog="python -m kiosk pin", description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("kiosk.toml"), help="the kiosk.toml")
    parser.add_argument("--data", type=Path, help="where the last good copies are, should kiosk.toml not say")
    given = parser.parse_args(arguments)
    try:
        data = configfile.load(given.config, given.data).data
        data.mkdir(parents=True, exist_ok=True)
        PinFile(data).write(_asked(ask), random_bytes)
    except (KioskError, SyncError) as error:
        return _complain(str(error), error.hint)
    except OSError as error:
        return _complain(str(error), "Run it as the user that the kiosk runs as.")
    print("The PIN is set. Hold the score buttons 1 and 5 for five seconds, or press F12, to open the service menu.")
    return 0


def _asked(ask: Callable[[str], str] | None) -> str:
    if ask is None and not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    typed = ask or getpass.getpass
    pin = typed("New PIN, six digits: ")
    if typed("The same once more: ") != pin:
        raise PinRefused("the two are not the same", hint="Nothing was changed. Try again.")
    return pin


def _complain(text: str, hint: str) -> int:
    print(f"kiosk pin: {text}\n  what to do: {hint}", file=sys.stderr, flush=True)
    return 1
