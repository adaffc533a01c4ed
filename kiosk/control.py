"""The simulation's control: JSON lines over a Unix socket stand for fingers, keys and score buttons.

    {"touch": [x, y]}  {"touch": "take"}  {"finger": [x, y]}  {"key": "Enter"}
    {"press": 5}  {"press": {"counter": 2, "level": 5}}
    {"pin": {"level": 5, "pressed": true}}  {"pin": {"counter": 2, "level": 5, "pressed": true}}  {"screen": true}
    {"wake": true}

Without a counter the first one of kiosk.toml is meant.

Each line is answered by one line: {"ok": true, "screen": …}, the screen, or {"error": …, "hint": …}. A `touch` is
meant: the pause in which a finger counts as the tail of the last touch does not apply; to a `finger` it does. `wake`
says that the simulation's clock has jumped. The screen's `now_ms` and `deadline_ms` are boot times: now, and when the
kiosk will do something by itself (null: never); `busy`: paper is on its way.
"""

import json
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

from hardware.errors import HardwareError
from kiosk.errors import KioskError

LONGEST_LINE = 64 * 1024
MOST_CLIENTS = 16
Answer: TypeAlias = Mapping[str, Any]
Handler: TypeAlias = Callable[[dict[str, Any]], Answer]


class ControlError(KioskError):
    """A line that asks for nothing that can be done."""


class Control:
    """Listens at a path; `handle` is called for each line that is a JSON object and may raise a room's error."""

    def __init__(self, path: Path, handle: Handler) -> None:
        """Raises ControlError where the path cannot be listened at. A socket left by a killed process is replaced."""
        self._path, self._handle = path, handle
        self._clients: dict[socket.socket, bytes] = {}
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                # An address holds 107 bytes only; the folder's descriptor makes any path short.
                self._server.bind(f"/proc/self/fd/{folder}/{path.name}")
            finally:
                os.close(folder)
            path.chmod(0o600)
            self._server.listen(8)
        except OSError as error:
            self._server.close()
            hint = "Choose a path in a folder that this user may write."
            raise ControlError(f"the control socket {path} cannot be opened: {error}", hint=hint) from error

    def filenos(self) -> list[int]:
        """For select."""
        return [self._server.fileno(), *(client.fileno() for client in self._clients)]

    def turn(self) -> None:
        """Take new clients and answer every whole line; never waits."""
        with suppress(BlockingIOError):
            while True:
                client, _ = self._server.accept()
                if len(self._clients) >= MOST_CLIENTS:
                    client.close()
                    continue
                client.setblocking(False)
                self._clients[client] = b""
        for client in list(self._clients):
            self._serve(client)

    def close(self) -> None:
        """Stop listening, and let all clients go."""
        for client in self._clients:
            client.close()
        self._clients.clear()
        self._server.close()
        self._path.unlink(missing_ok=True)

    def _serve(self, client: socket.socket) -> None:
        try:
            data = client.recv(LONGEST_LINE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        lines = (self._clients[client] + data).split(b"\n")
        self._clients[client] = lines.pop()
        alive = bool(data) and len(self._clients[client]) <= LONGEST_LINE
        for line in lines:
            if line.strip():
                alive = self._answer(client, line) and alive
        if not alive:
            del self._clients[client]
            client.close()

    def _answer(self, client: socket.socket, line: bytes) -> bool:
        """Whether the client took the answer; one that reads none is let go."""
        try:
            answer = self._handle(_asked(line))
        except (KioskError, HardwareError) as error:
            answer = {"error": str(error), "hint": error.hint}
        try:
            client.sendall(json.dumps(answer, ensure_ascii=False).encode(errors="replace") + b"\n")
        except OSError:
            return False
        return True


HINT = (
    'One of {"touch": [x, y]}, {"touch": "target"}, {"finger": [x, y]}, {"key": "Enter"}, {"press": 5}, {"pin": {…}}, '
    '{"screen": true}, {"wake": true}.'
)


def _asked(line: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ControlError(f"not JSON: {error}", hint=HINT) from error
    if not isinstance(asked, dict):
        raise ControlError("a line is a JSON object", hint=HINT)
    return asked
