"""`python -m kiosk.box configure` makes of kiosk.toml on the card what the other units read, and starts those of its
role; `… wipe` takes a used pairing code and a PIN that is kept off the card; `… pair` pairs the kiosk with the server
on the same machine; `… hand` does what the service screen asks for, `… revert` takes back what it is trying,
`… diagnosis` writes one onto the stick; `… update` is a command of its own (kiosk.box.update_command). systemd runs all
of them."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from kiosk.box import apply as driver
from kiosk.box import hand_server
from kiosk.box import pair as pairing
from kiosk.box.hand import Hand
from kiosk.box.hand_words import FAILED, Revert
from kiosk.box.plan import Places
from kiosk.box.wipe import FolderCard, found, to_wipe, wipe

AGAIN_S = 3.0


def main(arguments: Sequence[str]) -> int:
    """Run what the command line says; the exit status."""
    if arguments[:1] == ["update"]:
        from kiosk.box.update_command import main as update

        return update(arguments[1:])
    parser = argparse.ArgumentParser(prog="python -m kiosk.box", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    places = Places()
    configure = commands.add_parser("configure", aliases=["apply"], help="make what the other units read")
    configure.add_argument("--root", type=Path, default=Path("/"), help="write below this folder, and start nothing")
    configure.add_argument("--list", action="store_true", help="say what was written")
    wiping = commands.add_parser("wipe", help="take what was used off the card, which can be written just now")
    wiping.add_argument("--again", type=float, default=AGAIN_S, help="seconds until it is looked once more")
    pair = commands.add_parser("pair", help="pair the kiosk with the server on this machine")
    hand = commands.add_parser("hand", help="answer the service screen over the socket that systemd holds")
    revert = commands.add_parser("revert", help="take back what the service screen is trying")
    diagnosis = commands.add_parser("diagnosis", help="write what a helper from afar needs onto the USB stick")
    diagnosis.add_argument("--folder", default="/run/scorecard-diagnosis", help="where stick and log are")
    for command in (configure, wiping, hand, revert):
        command.add_argument("--firmware", default=places.firmware, help="the card's folder")
    for command in (configure, wiping, pair, hand, revert, diagnosis):
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
    card, kept = FolderCard(Path(given.firmware)), driver.kept_of(Path(given.data))
    _say(wipe(card, kept))
    time.sleep(given.again)  # whoever asks for it while it runs is not heard: systemd looks away until it is over
    if to_wipe(found(card) or b"", kept):
        _say(wipe(card, kept))
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


def _hand(given: argparse.Namespace) -> int:
    listening = hand_server.handed(os.environ, os.getpid())
    if listening is None:
        _say("systemd hands no socket over: it is started by scorecard-hand.socket alone")
        return 1
    hand = _made(given)
    hand_server.serve(listening, hand.answer)
    return 0


def _revert(given: argparse.Namespace) -> int:
    answer = _made(given).answer(Revert())
    _say(f"what was being tried is taken back: {answer}")
    return int(answer == FAILED)


def _diagnosis(given: argparse.Namespace) -> int:
    from kiosk.box.diagnose import WRITTEN, diagnose  # the doctor and all that it looks with

    made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    told = diagnose(Path(given.folder), Path(given.run, "kiosk.toml"), Path(given.data, "kiosk"), made)
    _say(f"diagnosis: {told}")
    return int(told != WRITTEN)


def _made(given: argparse.Namespace) -> Hand:
    places = Places(given.firmware, given.run, given.data)
    return Hand(places, driver.real(Path("/"), _say, 900.0), lambda: time.clock_gettime(time.CLOCK_BOOTTIME))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


_COMMANDS = {
    "configure": _configure,
    "apply": _configure,
    "wipe": _wipe,
    "pair": _pair,
    "hand": _hand,
    "revert": _revert,
    "diagnosis": _diagnosis,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
