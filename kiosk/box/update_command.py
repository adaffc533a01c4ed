"""`python -m kiosk.box update attend | judge | idle | from FOLDER [--now] | status`: updates of the appliance.

`attend` does the next step that is due, `judge` tries the system that an update brought, `idle` looks whether nobody is
served: systemd runs these. `from` takes the bundle at the top of a folder, a stick's; `--now` does not wait for the
night. `status` tells what runs here and what became of the last update.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from kiosk.box.bundle import rauc
from kiosk.box.errors import UpdateError
from kiosk.box.manager import Systemd
from kiosk.box.slot_command import ARGUMENTS, CARD, Card, current_slot, whole_disk
from kiosk.box.slots import SLOTS, Slot, SlotError
from kiosk.box.update import Places, Ports, Updater, shown


def main(words: Sequence[str]) -> int:
    """Do it on this machine; the exit status: 1 it could not be done, or the system on trial is not well."""
    parser = argparse.ArgumentParser(prog="python -m kiosk.box update", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("attend", "judge", "status"):
        commands.add_parser(name)
    idle = commands.add_parser("idle")
    idle.add_argument("--config", type=Path, default=Path("/run/scorecard/kiosk.toml"))
    idle.add_argument("--data", type=Path, default=Path("/var/lib/scorecard/kiosk"))
    idle.add_argument("--out", type=Path, default=Places().idle)
    brought = commands.add_parser("from")
    brought.add_argument("folder", type=Path)
    brought.add_argument("--now", action="store_true", help="install it at once, whoever is served")
    given = parser.parse_args(words)
    try:
        return _idle(given) if given.command == "idle" else _done(given, Updater(Places(), _ports()))
    except (UpdateError, SlotError) as error:
        say(f"{error}. {error.hint}")
    except OSError as error:
        say(f"{error}. This works on the appliance, as root.")
    return 1


def _done(given: argparse.Namespace, updater: Updater) -> int:
    if given.command == "attend":
        say(updater.attend())
    elif given.command == "judge":
        return 0 if updater.judge() else 1
    elif given.command == "status":
        print("\n".join(shown(updater.told(), updater.record(), updater.slot)))
    else:
        release = updater.bring(given.folder)
        say(f"{release} is on the card, and whole. " + (updater.attend(word=True) if given.now else _LATER))
    return 0


def _idle(given: argparse.Namespace) -> int:
    from kiosk.box import idle  # what tells hours and queue is large
    from sync.system_clock import SystemClock

    given.out.write_bytes(idle.found(given.config, given.data, SystemClock().read(), idle.system_zone()))
    return 0


def _ports() -> Ports:
    slot = current_slot(ARGUMENTS.read_text())
    return Ports(
        Card(whole_disk(CARD.read_text())), _known(slot), Systemd(), rauc, say, _now_ms, time.monotonic, time.sleep
    )


def _known(name: str) -> Slot:
    for slot in SLOTS:
        if name == slot:
            return slot
    raise UpdateError("this system was not started from a slot of a card", hint="Updates are for the appliance alone.")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def say(line: str) -> None:
    """One line for the system's log."""
    print(line, file=sys.stderr, flush=True)


_LATER = "It is installed when nobody is served."

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
