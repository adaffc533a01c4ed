"""The hand at the virtual printer: JSON lines on a unix socket."""

import difflib
import json
import selectors
import socket
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from hardware.errors import HardwareError, PaperStoreError
from hardware.makes import MAKES
from hardware.strikes import FAULTS, Strike

Command = dict[str, str | bool | Strike]

_CHOICES: dict[str, tuple[str | bool, ...]] = {
    "paper": ("ok", "near-end", "out"),
    "cover": ("open", "closed"),
    "power": ("on", "off"),
    "stall": (True, False),
    "unplug": (True,),
    "plug": (True,),
    "swap": ("talking", *MAKES),
    "cutter": ("jam", "ok"),
    "head": ("hot", "ok"),
    "mechanism": ("error", "ok"),
    "ticket": ("waiting", "taken"),
    "tear": (True,),
    "echo": ("late", "missing", "ok"),
    "garbage": (True, False),
}
_STRIKE, _STRIKE_KEYS = "strike", ("when", "at", "fault", "lasts")
_STRIKE_EXAMPLE = '{"strike": {"when": "row", "at": 40, "fault": "paper-out", "lasts": 3}}'
_MOST_AT, _LONGEST_S = 10**9, 3600
_LONGEST_LINE = 4096


class ControlError(HardwareError):
    """A command that the virtual printer does not know."""


def parse_command(command: Mapping[str, object]) -> Command:
    """The command, checked. Raises ControlError for an unknown name or value."""
    checked: Command = {}
    for name, value in command.items():
        if name == _STRIKE:
            checked[name] = _strike(value)
        elif name in _CHOICES:
            checked[name] = _chosen(name, value, _CHOICES[name])
        else:
            raise ControlError(f'"{name}" is not a control', hint=_did_you_mean(name, (*_CHOICES, _STRIKE)))
    if not checked:
        raise ControlError("an empty command", hint="use " + ", ".join((*_CHOICES, _STRIKE)))
    return checked


def _did_you_mean(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f'did you mean "{near[0]}"?' if near else "use " + ", ".join(known)


def _chosen(name: str, value: object, choices: Sequence[str | bool]) -> str | bool:
    chosen = next((choice for choice in choices if type(choice) is type(value) and choice == value), None)
    if chosen is not None:
        return chosen
    words = [choice for choice in choices if isinstance(choice, str)]
    hint = "use " + " or ".join(json.dumps(choice) for choice in choices)
    if isinstance(value, str) and difflib.get_close_matches(value, words, n=1):
        hint = _did_you_mean(value, words)
    raise ControlError(f'"{name}" cannot be {_shown(value)}', hint=hint)


def _strike(value: object) -> Strike:
    if not isinstance(value, dict):
        raise ControlError(f'"{_STRIKE}" cannot be {_shown(value)}', hint=f"write for example {_STRIKE_EXAMPLE}")
    for name in value:
        if name not in _STRIKE_KEYS:
            raise ControlError(f'a strike has no "{name}"', hint=_did_you_mean(str(name), _STRIKE_KEYS))
    for name in _STRIKE_KEYS[:3]:
        if name not in value:
            raise ControlError(f'a strike needs "{name}"', hint=f"write for example {_STRIKE_EXAMPLE}")
    fault = next((known for known in FAULTS if known == _chosen("fault", value["fault"], FAULTS)), FAULTS[0])
    when: Literal["byte", "row"] = "byte" if _chosen("when", value["when"], ("byte", "row")) == "byte" else "row"
    at, lasts = value["at"], value.get("lasts")
    if type(at) is not int or not 0 <= at <= _MOST_AT:
        raise ControlError(f'"at" cannot be {_shown(at)}', hint=f"use a whole number from 0 to {_MOST_AT}")
    if lasts is not None and (type(lasts) not in (int, float) or not 0 <= lasts <= _LONGEST_S):
        raise ControlError(
            f'"lasts" cannot be {_shown(lasts)}', hint=f"use seconds from 0 to {_LONGEST_S}, or leave it"
        )
    return Strike(when, at, fault, None if lasts is None else float(lasts))


def _shown(value: object) -> str:
    """As JSON, not endless."""
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:60] + "…"


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
