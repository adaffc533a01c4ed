"""The hand at the virtual printer: JSON lines on a unix socket."""

import difflib
import json
import selectors
import socket
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from hardware.errors import HardwareError, PaperStoreError

Command = dict[str, str | bool]

_CHOICES: dict[str, tuple[str | bool, ...]] = {
    "paper": ("ok", "near-end", "out"),
    "cover": ("open", "closed"),
    "power": ("on", "off"),
    "stall": (True, False),
}
_LONGEST_LINE = 4096


class ControlError(HardwareError):
    """A command that the virtual printer does not know."""


def parse_command(command: Mapping[str, object]) -> Command:
    """The command, checked. Raises ControlError for an unknown name or value."""
    checked: Command = {}
    for name, value in command.items():
        choices = _CHOICES.get(name)
        if choices is None:
            near = difflib.get_close_matches(name, _CHOICES, n=1)
            meant = f'did you mean "{near[0]}"?' if near else "use " + ", ".join(_CHOICES)
            raise ControlError(f'"{name}" is not a control', hint=meant)
        chosen = next((choice for choice in choices if choice is value or choice == value), None)
        if chosen is None or type(chosen) is not type(value):
            raise ControlError(
                f'"{name}" cannot be {json.dumps(value, default=str)}',
                hint="use " + " or ".join(json.dumps(choice) for choice in choices),
            )
        checked[name] = chosen
    if not checked:
        raise ControlError("an empty command", hint="use " + ", ".join(_CHOICES))
    return checked


def parse_line(line: bytes) -> Command:
    """One JSON line as a command. Raises ControlError."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as wrong:
        raise ControlError(f"not JSON: {wrong}", hint='write for example {"paper": "out"}') from wrong
    if not isinstance(value, dict):
        raise ControlError("not a JSON object", hint='write for example {"paper": "out"}')
    return parse_command(value)


class ControlSocket:
    """Listens at `path` within the selector of its owner, whose callbacks are in `key.data`; calls `apply`.

    A socket file left by an earlier run is replaced. Raises PaperStoreError.
    """

    def __init__(self, path: Path, selector: selectors.BaseSelector, apply: Callable[[Command], None]) -> None:
        self._path, self._selector, self._apply = path, selector, apply
        self._clients: dict[socket.socket, bytearray] = {}
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            if path.is_socket():
                path.unlink()
            self._listener.bind(str(path))
            self._listener.listen()
        except OSError as failure:
            self._listener.close()
            raise PaperStoreError(
                f"cannot listen on {path}: {failure.strerror or failure}",
                hint="choose another path with --control; it may have at most 107 bytes",
            ) from failure
        self._listener.setblocking(False)
        selector.register(self._listener, selectors.EVENT_READ, self._accept)

    def close(self) -> None:
        """Ends all its connections and takes the socket file away."""
        for client in self._clients:
            client.close()
        self._clients.clear()
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        try:
            client, _ = self._listener.accept()
        except OSError:  # gone again, or too many at once
            return
        client.setblocking(False)
        self._clients[client] = bytearray()
        self._selector.register(client, selectors.EVENT_READ, partial(self._read, client))

    def _read(self, client: socket.socket) -> None:
        try:
            data = client.recv(_LONGEST_LINE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        held = self._clients[client]
        held += data
        if not data or len(held) > _LONGEST_LINE:
            self._drop(client)
            return
        *lines, rest = bytes(held).split(b"\n")
        self._clients[client] = bytearray(rest)
        for line in lines:
            if line.strip() and not self._answer(client, line):
                return

    def _answer(self, client: socket.socket, line: bytes) -> bool:
        try:
            self._apply(parse_line(line))
            answer: dict[str, str | bool] = {"ok": True}
        except ControlError as error:
            answer = {"error": str(error), "hint": error.hint}
        try:
            client.send(json.dumps(answer, ensure_ascii=False).encode(errors="replace") + b"\n")
        except OSError:
            self._drop(client)
            return False
        return True

    def _drop(self, client: socket.socket) -> None:
        self._selector.unregister(client)
        del self._clients[client]
        client.close()
