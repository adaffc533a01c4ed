"""`python -m sync copy` keeps copies of the journals on a second medium; `restore` brings a machine back from it."""

import argparse
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sync.errors import SyncError
from sync.medium_driver import Keeper, Ports, State
from sync.medium_driver import encode as encoded
from sync.restoring import restore


def copy(arguments: Sequence[str], log: Callable[[str], None]) -> int:
    """Until it is ended."""
    parser = argparse.ArgumentParser(prog="python -m sync copy", description=__doc__)
    parser.add_argument("medium", type=Path, help="where the medium is mounted")
    parser.add_argument("--data", type=Path, required=True, help="the kiosk's data folder")
    parser.add_argument("--state", type=Path, required=True, help="the file to leave word in")
    chosen = parser.parse_args(arguments)

    def tell(state: State) -> None:
        draft = chosen.state.with_name(chosen.state.name + ".new")
        draft.write_bytes(encoded(state))
        draft.replace(chosen.state)

    ports = Ports(os.path.ismount, lambda: time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000, tell, log)
    keeper = Keeper(chosen.data, chosen.medium, ports)
    while True:
        time.sleep(keeper.turn())


def bring_back(arguments: Sequence[str]) -> int:
    """The exit status: 1 where nothing was brought back."""
    parser = argparse.ArgumentParser(prog="python -m sync restore", description=__doc__)
    parser.add_argument("medium", type=Path, help="where the medium is mounted")
    parser.add_argument("--data", type=Path, required=True, help="the kiosk's data folder, without a journal")
    chosen = parser.parse_args(arguments)
    try:
        print("\n".join(restore(chosen.medium, chosen.data)))
    except SyncError as error:
        print(f"{error}\n{error.hint}", file=sys.stderr)
        return 1
    except (OSError, sqlite3.Error) as error:
        print(f"{error}\nCheck both folders, and that this user may write the data folder.", file=sys.stderr)
        return 1
    return 0
