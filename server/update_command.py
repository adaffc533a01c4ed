"""`python -m server update offer FILE | withdraw | list`: which release the machines of this server are to fetch.

It works on the folder alone; a server that runs offers at the next question what lies there.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from server.errors import BundleRefused
from server.updates import Offers
from sync.updates import Bundle

MIB = 1024 * 1024


def parser() -> argparse.ArgumentParser:
    """The command line behind `update`."""
    made = argparse.ArgumentParser(prog="python -m server update", description=__doc__)
    made.add_argument("act", choices=("offer", "withdraw", "list"))
    made.add_argument("file", nargs="?", type=Path, metavar="FILE", help="offer: the bundle (.raucb)")
    made.add_argument("--config", type=Path, required=True, metavar="server.toml")
    made.add_argument(
        "--replaces", default="", metavar="R,R", help="offer: only for machines that run one of these (default: all)"
    )
    return made


def update(arguments: Sequence[str], folder: Callable[[Path], Path]) -> str:
    """Do it; what was done, for people. `folder(config)`: the server's data. Raises ServerError."""
    made = parser()
    options = made.parse_args(list(arguments))
    if (options.act == "offer") != (options.file is not None):
        made.error("offer takes the bundle's file, withdraw and list take none")
    offers = Offers(folder(options.config))
    try:
        match options.act:
            case "offer":
                replaces = [each for each in options.replaces.split(",") if each]
                return f"offered from now on: {_named(offers.offer(options.file, replaces))}"
            case "withdraw":
                before = offers.withdraw()
                return f"withdrawn: {_named(before)}" if before is not None else "nothing was offered by this command"
            case _:
                return _list(offers)
    except OSError as error:
        hint = "Check the file, and that this user may write the server's data folder."
        raise BundleRefused(str(error), hint=hint) from error


def _list(offers: Offers) -> str:
    known = offers.known()
    lines = [f"{whose}: {_named(each)}" for whose, each in (("own", known.own), ("centre", known.centre)) if each]
    offered = known.offered
    return "\n".join([*lines, f"offered: {offered.release}" if offered is not None else "nothing is offered"])


def _named(bundle: Bundle) -> str:
    whom = f", for machines that run {' or '.join(bundle.replaces)}" if bundle.replaces else ", for every other release"
    return f"{bundle.release}, {bundle.size / MIB:.1f} MiB, SHA-256 {bundle.sha256}{whom}"
