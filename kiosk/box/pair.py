"""The kiosk of a machine that is all in one is paired with the server beside it by itself.

Run as root before the exchange starts: it asks the server for a one-time code as the server's own user, and puts it
into the kiosk.toml that lies in memory. The technician's file never has this code.
"""

import subprocess
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

from kiosk.box.apply import PIN
from kiosk.box.files import File
from kiosk.box.plan import PYTHON
from kiosk.box.source import NAME
from sync.pin import load_pin
from sync.toml_text import toml_text

ASK_S = 60


def asked_server(run: str) -> list[str]:
    """The command that gives a code; --place and its name follow."""
    user = ["runuser", "-u", "scorecard-server", "--"]
    return [*user, PYTHON, "-I", "-m", "server", "pair", "--config", f"{run}/server.toml"]


def answer(command: Sequence[str]) -> str | None:
    """What a command says; None where it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=ASK_S)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def with_code(content: bytes, code: str) -> str:
    """kiosk.toml with this code for the server that it names."""
    values = tomllib.loads(content.decode("utf-8"))
    values["server"] = {**values["server"], "code": code}
    return toml_text(values)


def pair(run: Path, data: Path, ask: Callable[[str], str | None], write: Callable[[File], None]) -> str | None:
    """Pair where that was not done yet: what was done, for the log; None: the server gives no code, try again.

    `ask` gives a code for a place; `write` puts the file in its place.
    """
    if load_pin(data / PIN) is not None:
        return "paired already"
    content = (run / NAME).read_bytes()
    place = tomllib.loads(content.decode("utf-8"))["place"]
    code = ask(place)
    if not code:
        return None
    write(File(str(run / NAME), with_code(content, code), 0o640, group="scorecard"))
    return "the server on this machine gave a code for its kiosk"
