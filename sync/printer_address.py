"""How a printer is reached, as kiosk.toml says it. Pure; hardware.transports opens what is accepted here."""

import difflib
from collections.abc import Sequence
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

SERIAL_BAUDS = (9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
"""Bits a second that receipt printers offer; a test holds it equal to hardware.transport_serial's."""
SERIAL_FLOWS = ("none", "rtscts", "xonxoff")
"""The handshakes of a serial line; a test holds it equal to hardware.transport_serial's."""
_SETTINGS: dict[str, Sequence[str]] = {"baud": [str(baud) for baud in SERIAL_BAUDS], "flow": SERIAL_FLOWS}
_HINT = 'One of "tcp://192.168.1.20:9100", "usb:///dev/usb/lp0", "serial:///dev/ttyUSB0?baud=115200", "file:///path".'


def wrong_printer(text: str) -> tuple[str, str] | None:
    """None for an address that can be used, else what is wrong with it and what to write instead."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return f'"{text}" is no printer address', _HINT
    if parts.scheme not in {"tcp", "serial", "usb", "file"}:
        return f'"{text}" is no printer address', _HINT
    if parts.scheme == "tcp":
        return _wrong_network(text, parts, port)
    path = unquote(parts.path)
    if parts.netloc or not path.startswith("/") or path.endswith("/") or "\0" in path:
        return f'"{text}" needs three slashes before the path', _HINT
    if parts.scheme == "serial":
        return _wrong_line(parts.query)
    if parts.query:
        return f'"{text}" takes no settings after "?"', _HINT
    return None


def host_of(text: str) -> str | None:
    """The machine that a printer's address names; None where it hangs on this one, or there is none."""
    parts = urlsplit(text)
    return parts.hostname if parts.scheme == "tcp" else None


def _wrong_network(text: str, parts: SplitResult, port: int | None) -> tuple[str, str] | None:
    if not (parts.hostname and port):
        return f'"{text}" lacks the machine or the port', _HINT
    if parts.path.strip("/") or parts.query:
        return f'"{text}" has more than the machine and the port', _HINT
    return None


def _wrong_line(query: str) -> tuple[str, str] | None:
    said: set[str] = set()
    for key, value in parse_qsl(query, keep_blank_values=True):
        if key not in _SETTINGS:
            return f'a serial printer has no setting "{key}"', _near(key, tuple(_SETTINGS))
        if key in said:
            return f"the serial printer's {key} stands twice", "Keep one of them."
        if value not in _SETTINGS[key]:
            return f'a serial printer\'s {key} cannot be "{value}"', _near(value, _SETTINGS[key])
        said.add(key)
    if "baud" not in said:
        return "the serial printer's speed is missing", f"Add ?baud= and what its self-test prints: {_known('baud')}."
    return None


def _known(key: str) -> str:
    return ", ".join(_SETTINGS[key])


def _near(word: str, known: Sequence[str]) -> str:
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.75)
    return (f'Did you mean "{found[0]}"? ' if found else "") + "Known: " + ", ".join(known) + "."
