"""What single words of kiosk.toml may be: addresses, pins, keys, zones. Pure but for the zone database, which is data.

Each check gives None for a good text, else what is wrong with it and what to write instead.
"""

import difflib
import re
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from sync.chain import crockford_bytes
from sync.keypad import KEYS
from sync.printer_address import wrong_printer

LANGUAGES = ("th", "en", "my")
"""The languages this release speaks; tests hold it equal to translations.LANGUAGES."""

CODE_CHARACTERS = 26
"""Length of a pairing code: 16 bytes in Crockford base 32 (docs/exchange.md, "Pairing")."""

USED = "used"
"""What stands in the place of a pairing code once it was used, and of a PIN once the box keeps it."""


def _near(word: str, known: list[str]) -> str:
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.75)
    return f'Did you mean "{found[0]}"?' if found else ""


def _split(text: str) -> SplitResult | None:
    """The parts of a URL, None where it is none (urlsplit refuses some, and some ports only when asked)."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _web(text: str, schemes: tuple[str, ...]) -> tuple[str, str] | None:
    example = f'Write it like "{schemes[0]}://192.168.1.10:8443".'
    parts = _split(text)
    if parts is None or any(character.isspace() for character in text):
        return f'"{text}" is not an address', example
    if parts.scheme not in schemes:
        return f'"{text}" does not begin with {" or ".join(f"{scheme}://" for scheme in schemes)}', example
    if not parts.hostname:
        return f'"{text}" names no machine', example
    if parts.query or parts.fragment or parts.username is not None:
        return f'"{text}" has more than machine, port and path', example
    return None


def is_https(text: str) -> tuple[str, str] | None:
    """The address of a server."""
    return _web(text, ("https",))


def is_http(text: str) -> tuple[str, str] | None:
    """An address for a browser."""
    return _web(text, ("http", "https"))


def is_postgresql(text: str) -> tuple[str, str] | None:
    """The address of a database; who may enter it can stand there or in the usual files (libpq's)."""
    parts = _split(text)
    if parts is None or parts.scheme not in ("postgresql", "postgres") or any(map(str.isspace, text)):
        return f'"{text}" is not the address of a PostgreSQL database', 'Write it like "postgresql://host/scorecard".'
    return None


def is_printer(text: str) -> tuple[str, str] | None:
    """How a printer is reached."""
    return wrong_printer(text)


def is_pins(text: str) -> tuple[str, str] | None:
    """Where the pins are."""
    if text in ("mock", "raspberry-pi") or re.fullmatch(r"gpiochip\d{1,3}", text):
        return None
    hint = _near(text, ["mock", "raspberry-pi", "gpiochip0"]) or 'One of "raspberry-pi", "gpiochip0", "mock".'
    return f'"{text}" are no pins', hint


def is_sound(text: str) -> tuple[str, str] | None:
    """A sound device of ALSA."""
    if re.fullmatch(r"[A-Za-z][\w:,=.-]*", text):
        return None
    hint = 'One of "default", "none", or a name that `aplay -L` shows, such as "hw:1,0".'
    return f'"{text}" is no sound device', hint


def is_key(text: str) -> tuple[str, str] | None:
    """A key of a keypad (sync.keypad)."""
    if text in KEYS:
        return None
    others = 'Keys are called "F13", "Pad8", "VolumeUp", "Right" and so on; the example file names them all.'
    return f'there is no key "{text}"', _near(text, list(KEYS)) or others


def is_zone(text: str) -> tuple[str, str] | None:
    """A time zone."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = _near(text, sorted(available_timezones()))
        return f'there is no time zone "{text}"', near or 'Write it like "Asia/Bangkok".'
    return None


def is_code(text: str) -> tuple[str, str] | None:
    """A pairing code, or the mark that there was one."""
    if text == USED:
        return None
    plain = text.replace("-", "").replace(" ", "")
    hint = "Copy it again from the server's pairing page; the letters I, L, O and U do not occur in it."
    try:
        crockford_bytes(plain)
    except ValueError:
        return "the pairing code has a character that no code has", hint
    if len(plain) != CODE_CHARACTERS:
        return f"the pairing code has {len(plain)} characters, not {CODE_CHARACTERS}", hint
    return None


def unless_used(text: str) -> str | None:
    """The code, or the PIN; None where it was used."""
    return None if text == USED else text


def is_control(text: str) -> tuple[str, str] | None:
    """The simulation's control socket."""
    if re.fullmatch(r"unix:/.+", text):
        return None
    return f'"{text}" is no control socket', 'Write it like "unix:/run/scorecard/control".'


def is_language(text: str) -> tuple[str, str] | None:
    """A language of this release."""
    if text in LANGUAGES:
        return None
    return f'there is no language "{text}"', "Known: " + ", ".join(f'"{each}"' for each in LANGUAGES) + "."


def no_slash(text: str) -> str:
    """An address without the slash at its end."""
    return text.rstrip("/")
