"""`python -m kiosk.box configure` makes of kiosk.toml on the card what the other units read, and starts those of its
role; `… wipe` takes a used pairing code off the card; `… pair` pairs the kiosk with the server on the same machine.
systemd runs all of them."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from kiosk.box import apply as driver
from kiosk.box import pair as pairing
from kiosk.box.plan import Places
from kiosk.box.wipe import FolderCard, wipe


def main(arguments: Sequence[str]) -> int:
    """Run what the command line says; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m kiosk.box", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    places = Places()
    configure = commands.add_parser("configure", aliases=["apply"], help="make what the other units read")
    configure.add_argument("--root", type=Path, default=Path("/"), help="write below this folder, and start nothing")
    configure.add_argument("--list", action="store_true", help="say what was written")
    wiping = commands.add_parser("wipe", help="take a used pairing code off the card, which can be written just now")
    pair = commands.add_parser("pair", help="pair the kiosk with the server on this machine")
    for command in (configure, wiping):
        command.add_argument("--firmware", default=places.firmware, help="the card's folder")
    for command in (configure, wiping, pair):
        command.add_argument("--run", default=places.run, help="the folder of what is made")
        command.add_argument("--data", default=places.data, help="the data partition's folder")
    given = parser.parse_args(arguments)
    try:
        return _COMMANDS[given.command](given)
    except OSError as error:
        _say(f"{error}. Is the card there, and may it be written?")
        return 1


def _configure(given: argparse.Namespace) -> int:
    places = Places(given.firmware, given.run, given.data)
    done = driver.apply(places, driver.real(given.root, _say))
    if given.list:
        print("\n".join(driver.told(done)))
    return 0


def _wipe(given: argparse.Namespace) -> int:
    _say(wipe(FolderCard(Path(given.firmware)), driver.pins_of(Path(given.data))))
    return 0


def _pair(given: argparse.Namespace) -> int:
    system = driver.real(Path("/"), _say)
    asking = pairing.asked_server(given.run)
    said = pairing.pair(
        Path(given.run),
        Path(given.data),
        lambda place: pairing.answer([*asking, "--place", place]),
        lambda file: driver.write(file, system),
    )
    _say(said or "the server on this machine gives no pairing code yet")
    return 0 if said else 1


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


_COMMANDS = {"configure": _configure, "apply": _configure, "wipe": _wipe, "pair": _pair}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
