"""kiosk.toml: the technician's one file, read strictly. Pure but for the zone database, which is data.

`parse_kiosk` gives a KioskConfig or the first mistake with its line and what to write instead. Paths are kept as they
were written; who reads the file knows what they are relative to (kiosk.configfile).
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from sync.chain import crockford_bytes
from sync.strict_toml import Choice, Document, Flag, Key, ListOf, Sections, Table, Text, Whole, parse, read

LANGUAGES = ("th", "en", "my")
"""The languages this release speaks; tests hold it equal to translations.LANGUAGES."""

CODE_CHARACTERS = 26
"""Length of a pairing code: 16 bytes in Crockford base 32 (docs/exchange.md, "Pairing")."""


@dataclass(frozen=True, slots=True)
class Screen:
    """The picture's size in millimetres, and the window's in pixels when it is not fullscreen."""

    width_mm: int
    height_mm: int
    fullscreen: bool
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Buttons:
    """GPIO numbers (BCM): `levels` for level 1, least satisfied, to 5, most satisfied; and the one lamp."""

    levels: tuple[int, ...]
    lamp: int


@dataclass(frozen=True, slots=True)
class Server:
    """Where facts go (`url`, None: stand-alone), the one-time pairing `code`, and where the ticket's QR leads.

    Neither URL ends in a slash.
    """

    url: str | None
    code: str | None
    public_url: str | None


@dataclass(frozen=True, slots=True)
class Clock:
    """What is believed: "ntp" or "system" (sync.clock.Trust)."""

    trust: str


@dataclass(frozen=True, slots=True)
class Sim:
    """The path of the simulation's control socket, None where there is none."""

    control: str | None


@dataclass(frozen=True, slots=True)
class KioskConfig:
    """Everything that kiosk.toml says. `office` is the office's name by language; `data` and `catalogue` are paths."""

    place: str
    data: str
    catalogue: str
    printer: str
    pins: str
    counter: int
    time_zone: str
    languages: tuple[str, ...]
    office: Mapping[str, str]
    screen: Screen
    buttons: Buttons
    server: Server
    clock: Clock
    sim: Sim

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return ZoneInfo(self.time_zone)


def parse_kiosk(data: bytes | str) -> KioskConfig:
    """The configuration in this file. Raises ConfigError(message, hint, line) for the first mistake."""
    document = parse(data)
    values = read(document, KIOSK)
    _check_together(values, document)
    made: dict[str, Any] = dict(values)
    for name, shape in (("screen", Screen), ("buttons", Buttons), ("server", Server), ("clock", Clock), ("sim", Sim)):
        made[name] = shape(**values[name])
    return KioskConfig(**made)


def _check_together(values: Mapping[str, Any], document: Document) -> None:
    """What no single key can show."""
    if values["sim"]["control"] and values["pins"] != "mock":
        hint = 'Take [sim] out of a real kiosk\'s file, or set pins = "mock".'
        raise document.wrong(("sim", "control"), "the simulation's control is refused on real pins", hint)
    for language in values["languages"]:
        if language not in values["office"]:
            hint = f'Add  {language} = "…"  under [office], or take "{language}" out of `languages`.'
            raise document.wrong(("office",), f"the office has no name in the language {language}", hint)
    if values["buttons"]["lamp"] in values["buttons"]["levels"]:
        pin = values["buttons"]["lamp"]
        hint = "Every pin has one use: choose another for one of them."
        raise document.wrong(("buttons", "lamp"), f"pin {pin} is both the lamp and a button", hint)
    server = values["server"]
    if server["code"] and not server["url"]:
        raise document.wrong(("server", "code"), "there is a pairing code but no server", "Add `url` under [server].")


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


def _is_https(text: str) -> tuple[str, str] | None:
    return _web(text, ("https",))


def _is_http(text: str) -> tuple[str, str] | None:
    return _web(text, ("http", "https"))


_PRINTER_HINT = (
    'One of "tcp://192.168.1.20:9100", "usb:///dev/usb/lp0", "serial:///dev/ttyUSB0?baud=115200", "file:///path".'
)


def _is_printer(text: str) -> tuple[str, str] | None:
    parts = _split(text)
    if parts is None or parts.scheme not in {"tcp", "serial", "usb", "file"}:
        return f'"{text}" is no printer address', _PRINTER_HINT
    if parts.scheme == "tcp" and not (parts.hostname and parts.port):
        return f'"{text}" lacks the machine or the port', _PRINTER_HINT
    if parts.scheme != "tcp" and (parts.netloc or len(parts.path) < 2):
        return f'"{text}" needs three slashes before the path', _PRINTER_HINT
    return None


def _is_pins(text: str) -> tuple[str, str] | None:
    if text == "mock" or re.fullmatch(r"gpiochip\d{1,3}", text):
        return None
    return f'"{text}" are no pins', _near(text, ["mock", "gpiochip0"]) or 'One of "gpiochip0", "mock".'


def _is_zone(text: str) -> tuple[str, str] | None:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = _near(text, sorted(available_timezones()))
        return f'there is no time zone "{text}"', near or 'Write it like "Asia/Bangkok".'
    return None


def _is_code(text: str) -> tuple[str, str] | None:
    plain = text.replace("-", "").replace(" ", "")
    hint = "Copy it again from the server's pairing page; the letters I, L, O and U do not occur in it."
    try:
        crockford_bytes(plain)
    except ValueError:
        return "the pairing code has a character that no code has", hint
    if len(plain) != CODE_CHARACTERS:
        return f"the pairing code has {len(plain)} characters, not {CODE_CHARACTERS}", hint
    return None


def _is_control(text: str) -> tuple[str, str] | None:
    if re.fullmatch(r"unix:/.+", text):
        return None
    return f'"{text}" is no control socket', 'Write it like "unix:/run/scorecard/control".'


def _is_language(text: str) -> tuple[str, str] | None:
    if text in LANGUAGES:
        return None
    return f'there is no language "{text}"', "Known: " + ", ".join(f'"{each}"' for each in LANGUAGES) + "."


def _no_slash(text: str) -> str:
    return text.rstrip("/")


_PIN = Whole(0, 27, "(BCM numbers of the Pi's header)")
_SCREEN = Table(
    (
        Key("width_mm", Whole(50, 3000, "millimetres"), "the width of the picture in millimetres, as measured"),
        Key("height_mm", Whole(50, 3000, "millimetres"), "the height of the picture in millimetres, as measured"),
        Key("fullscreen", Flag(), "whether the kiosk fills the screen", True),
        Key("width_px", Whole(320, 7680, "pixels"), "the width of the window when not fullscreen", 1280),
        Key("height_px", Whole(320, 7680, "pixels"), "the height of the window when not fullscreen", 720),
    )
)
_BUTTONS = Table(
    (
        Key("levels", ListOf(_PIN, 5, 5, distinct=True), "the pins of the buttons, level 1 to 5", (5, 6, 13, 19, 26)),
        Key("lamp", _PIN, "the pin of the lamp", 21),
    )
)
_SERVER = Table(
    (
        Key("url", Text(_is_https, _no_slash), "the address of the office's server", None),
        Key("code", Text(_is_code), "the one-time pairing code that the server shows", None),
        Key("public_url", Text(_is_http, _no_slash), "the address that the ticket's QR leads to", None),
    )
)
KIOSK = Table(
    (
        Key("place", Text(), "where this kiosk stands, as the office's pages show it"),
        Key("data", Text(), "the folder where the kiosk keeps its journal"),
        Key("catalogue", Text(), "the file of the services, relative to this one", "catalogue.toml"),
        Key("printer", Text(_is_printer), 'the address of the printer, such as "usb:///dev/usb/lp0"'),
        Key("pins", Text(_is_pins), 'where the score buttons hang: "gpiochip0", or "mock" on a machine without'),
        Key("counter", Whole(1, 99), "the number of the counter whose score buttons hang on this box"),
        Key("time_zone", Text(_is_zone), 'the time zone of the office, such as "Asia/Bangkok"', "Asia/Bangkok"),
        Key("languages", ListOf(Text(_is_language), 1, 3, distinct=True), "the languages offered, first one first"),
        Key("office", Sections(Text(), LANGUAGES), "the section with the office's name in each language"),
        Key("screen", _SCREEN, "the section with the size of the screen"),
        Key("buttons", _BUTTONS, "the section of the score buttons", {"levels": (5, 6, 13, 19, 26), "lamp": 21}),
        Key("server", _SERVER, "the section of the server", {"url": None, "code": None, "public_url": None}),
        Key(
            "clock", Table((Key("trust", Choice(("ntp", "system")), "whose time counts", "ntp"),)), "", {"trust": "ntp"}
        ),
        Key("sim", Table((Key("control", Text(_is_control), "the control socket", None),)), "", {"control": None}),
    )
)
"""The shape of kiosk.toml."""
