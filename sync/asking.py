"""How the kiosk, which has no network, asks sync for something of the office that must not be written down.

A line over a Unix socket in the data folder, a line back. Who may open the folder may ask, as with the device's key,
which lies there too. What goes over it is in the memory of two processes and nowhere else. This is the kiosk's end;
sync's is in sync.asked.
"""

import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from sync.firstwire import Given as Given
from sync.wake import short

FILE = "sync.ask"
FIRST_ADMINISTRATOR = "first-administrator"
REACH = "reach"
ANSWERED, UNPAIRED, UNREACHABLE, OTHER_SERVER, BUSY, NO_JOURNAL = (
    "answered", "unpaired", "unreachable", "other-server", "busy", "no-journal",
)  # fmt: skip
PATIENCE_S = 60.0
"""Longer than sync takes to give the office up."""
LONGEST_LINE = 4096


@dataclass(frozen=True, slots=True)
class Reached:
    """ANSWERED and how many milliseconds it took; or the code of what stood in the way, the server's own refusal too.

    `detail`: in the system's own words, English, for whoever looks deeper.
    """

    code: str
    ms: int = 0
    detail: str = ""


def ask(path: Path) -> Given | str:
    """The code, or the code of why there is none. Waits as long as sync does."""
    try:
        told = _told(path, FIRST_ADMINISTRATOR)
        if "given" in told:
            return msgspec.convert(told["given"], Given, strict=True)
        return str(told["refused"])
    except (OSError, ValueError, TypeError, KeyError, msgspec.ValidationError):
        return UNREACHABLE


def ask_reach(path: Path) -> Reached | None:
    """Whether the server answers; None: sync does not. Waits as long as sync does."""
    try:
        return msgspec.convert(_told(path, REACH)["reached"], Reached, strict=True)
    except (OSError, ValueError, TypeError, KeyError, msgspec.ValidationError):
        return None


def _told(path: Path, what: str) -> Any:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as line:
        line.settimeout(PATIENCE_S)
        with short(path) as address:
            line.connect(address)
        line.sendall(json.dumps({"ask": what}).encode() + b"\n")
        with line.makefile("rb") as file:
            return json.loads(file.readline(LONGEST_LINE))
