"""The shape of kiosk.toml by what a machine is: which keys each role has, and their help. Pure.

A key that does nothing in a role is a mistake, not passed over: whoever wrote it expects something of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sync.box_words import CLOCK_CHIPS, is_machine
from sync.config_box import BOX_KEYS, NO_SERVE
from sync.config_words import (
    LANGUAGES,
    is_code,
    is_control,
    is_http,
    is_https,
    is_key,
    is_language,
    is_pins,
    is_printer,
    is_sound,
    is_zone,
    no_slash,
    unless_used,
)
from sync.keypad import ACTIONS
from sync.strict_toml import REQUIRED, Choice, Document, Flag, Key, ListOf, Sections, Table, Text, Whole

KIOSK_ROLE, DISPLAY_ROLE, SCOREBOX_ROLE = "kiosk", "display", "scorebox"
"""What a machine is: it gives numbers, it shows which are called, it takes scores. Its journal and the office know it
by this."""
OFFICE_ROLE, ALL_IN_ONE_ROLE = "office", "all-in-one"
"""The office's server, on the appliance; and a kiosk with that server on the same machine, to all others a kiosk."""
ROLES = (KIOSK_ROLE, OFFICE_ROLE, DISPLAY_ROLE, SCOREBOX_ROLE, ALL_IN_ONE_ROLE)
CALLED: Mapping[str, str] = {
    KIOSK_ROLE: "a kiosk",
    OFFICE_ROLE: "an office's server",
    DISPLAY_ROLE: "a display",
    SCOREBOX_ROLE: "a score box",
    ALL_IN_ONE_ROLE: "a machine that is all in one",
}
"""How messages name a role."""
KEEP_DAYS = 1826
"""Five years: how long facts stay, where nobody says otherwise."""
MOST_COUNTERS = 9
"""More counters than the pins of a header have room for."""
NO_SCREEN = {"width_mm": 0, "height_mm": 0, "fullscreen": True, "width_px": 1280, "height_px": 720, "brightness": None}
"""Of a machine that has none."""


class _PaperWidth:
    """58 or 80 mm: the two widths of receipt paper."""

    def read(self, value: Any, path: Any, document: Document) -> int:
        if type(value) is int and value in (58, 80):
            return value
        hint = "Measure the paper roll; write 58 or 80, without quotes."
        raise document.wrong(path, f"`paper_mm` cannot be {value!r}", hint)


_PIN = Whole(0, 27, "(BCM numbers of the Pi's header)")
_SCREEN = Table(
    (
        Key("width_mm", Whole(50, 3000, "millimetres"), "the width of the picture in millimetres, as measured"),
        Key("height_mm", Whole(50, 3000, "millimetres"), "the height of the picture in millimetres, as measured"),
        Key("fullscreen", Flag(), "whether the kiosk fills the screen", True),
        Key("width_px", Whole(320, 7680, "pixels"), "the width of the window when not fullscreen", 1280),
        Key("height_px", Whole(320, 7680, "pixels"), "the height of the window when not fullscreen", 720),
        Key("brightness", Whole(1, 100, "percent"), "how bright the screen is", None),
    )
)
_COUNTER = Table(
    (
        Key("counter", Whole(1, 99), "the number of the counter at which these score buttons stand"),
        Key("levels", ListOf(_PIN, 5, 5, distinct=True), "the list of the five buttons' pins, level 1 to 5"),
        Key("lamp", _PIN, "the pin of the lamp", None),
        Key("next", _PIN, "the pin of the button that calls the next number", None),
        Key("pressed", Choice(("low", "high")), "what a pin reads while its button is held", "low"),
    )
)
_SOUND = Table(
    (
        Key("device", Text(is_sound), "where the chime comes out", "default"),
        Key("volume", Whole(0, 100, "percent"), "how loud the chime is", 100),
    )
)
_VOICE = Table(
    (
        Key("languages", ListOf(Text(is_language), 1, 3, distinct=True), "the languages of calls, first one first", ()),
        Key("quiet", ListOf(Text(), low=0), "the list of the hours in which nothing is said", ()),
    )
)
_SERVER = Table(
    (
        Key("url", Text(is_https, no_slash), "the address of the office's server", None),
        Key("code", Text(is_code, unless_used), "the one-time pairing code that the server shows", None),
        Key("public_url", Text(is_http, no_slash), "the address that the ticket's QR leads to", None),
    )
)
_SIM = Table(
    (
        Key("control", Text(is_control), "the control socket", None),
        Key("clock", Text(), "the file of the simulation's clock", None),
    )
)
_CLOCK = Table(
    (
        Key("trust", Choice(("ntp", "system")), "whose time counts", "ntp"),
        Key("servers", ListOf(Text(is_machine), 1, 5, distinct=True), "the list of the time servers", ()),
        Key("chip", Choice(tuple(CLOCK_CHIPS)), "the kind of the clock chip on the header", None),
    )
)
_NO_SERVER = {"url": None, "code": None, "public_url": None}
_NO_VOICE = {"languages": (), "quiet": ()}
_KEYS = (
    Key("place", Text(), "where this machine stands, as the office's pages show it"),
    Key("data", Text(), "the folder where the machine keeps its journal", "data"),
    Key("keep_days", Whole(30, 36_500, "days"), "how many days of records stay on this machine", KEEP_DAYS),
    Key("catalogue", Text(), "the file of the services, relative to this one", "catalogue.toml"),
    Key("calendar", Text(), "the file of the opening hours, relative to this one", None),
    Key("ticket", Text(), "the file of the ticket's layout, relative to this one", None),
    Key("paper_mm", _PaperWidth(), "the width of the paper roll in millimetres, 58 or 80", 80),
    Key("roll_m", Whole(1, 1000, "metres"), "how long a new paper roll is, as its wrapping says", 60),
    Key("printer", Text(is_printer), 'the address of the printer, such as "usb:///dev/usb/lp0"'),
    Key("printer_profile", Text(), "the kind of printer, as `python -m kiosk doctor` lists them", "auto"),
    Key("printers", Text(), "the file of the office's own kinds of printers, relative to this one", None),
    Key("pins", Text(is_pins), 'where the score buttons hang: "raspberry-pi", or "mock" on a machine without'),
    Key("time_zone", Text(is_zone), 'the time zone of the office, such as "Asia/Bangkok"', "Asia/Bangkok"),
    Key("languages", ListOf(Text(is_language), 1, 3, distinct=True), "the languages offered, first one first"),
    Key("office", Sections(Text(), LANGUAGES), "the section with the office's name in each language"),
    Key("screen", _SCREEN, "the section with the size of the screen"),
    Key("counters", ListOf(_COUNTER, 0, MOST_COUNTERS), "the score buttons, counter by counter", ()),
    Key("sound", _SOUND, "the section of the chime", {"device": "default", "volume": 100}),
    Key("keypad", Sections(Text(is_key), tuple(ACTIONS)), "the section of the tactile keypad", {}),
    Key("server", _SERVER, "the section of the server", _NO_SERVER),
    Key("clock", _CLOCK, "the section of the clock", {"trust": "ntp", "servers": (), "chip": None}),
    Key("sim", _SIM, "", {"control": None, "clock": None}),
)
"""Every key of kiosk.toml, but for `role`."""
_PRINTS = {"ticket", "paper_mm", "roll_m", "printer", "printer_profile", "printers", "keep_days", "keypad"}
_BUTTONS = {"pins", "counters"}
_SHOWS = {"data", "calendar", "languages", "screen", "sound", "server", "sim"}
_LACKS: Mapping[str, frozenset[str]] = {
    KIOSK_ROLE: frozenset({"voice", "serve"}),
    ALL_IN_ONE_ROLE: frozenset({"voice", "server"}),
    DISPLAY_ROLE: frozenset({"serve", "service", *_PRINTS, *_BUTTONS}),
    SCOREBOX_ROLE: frozenset({"voice", "serve", "catalogue", *_PRINTS}),
    OFFICE_ROLE: frozenset({"voice", "catalogue", "service", *_PRINTS, *_BUTTONS, *_SHOWS}),
}
"""The keys that do nothing in a role."""
_WITHIN = {
    (DISPLAY_ROLE, "server", "public_url"),
    (DISPLAY_ROLE, "sim", "clock"),
    (SCOREBOX_ROLE, "server", "public_url"),
}
"""(role, section, key) that do nothing."""
_WITHOUT: Mapping[str, Any] = {"languages": (), "screen": NO_SCREEN, "catalogue": "", "serve": NO_SERVE}
"""What a value is where its role has none, if not the default nor ""."""


@dataclass(frozen=True, slots=True)
class Shape:
    """`table`: the keys that a role has. `rest`: the values of those that it has not."""

    table: Table
    rest: Mapping[str, Any]


def shape_of(role: str) -> Shape:
    """The shape of a file with this role."""
    lacks = _LACKS[role]
    rest = {
        key.name: _WITHOUT.get(key.name, "" if key.default is REQUIRED else key.default)
        for key in _EVERY
        if key.name in lacks
    }
    return Shape(Table(tuple(_in(role, key) for key in _EVERY if key.name not in lacks)), rest)


def _in(role: str, key: Key) -> Key:
    if role == DISPLAY_ROLE and key.name == "catalogue":
        return replace(key, default="")  # then it names no service
    if role == SCOREBOX_ROLE and key.name == "counters":
        return replace(key, kind=ListOf(_COUNTER, 1, MOST_COUNTERS), default=REQUIRED)
    return key


def check_role(role: str, document: Document) -> None:
    """What would do nothing in this role is told by its name. Raises ConfigError."""
    values = document.values
    for name in values:
        if name in _LACKS[role]:
            raise document.wrong((name,), f"{CALLED[role]} has no `{name}`", _elsewhere(name))
    for of, section, name in sorted(_WITHIN):
        inside = values.get(section)
        if of == role and isinstance(inside, Mapping) and name in inside:
            hint = 'Take it out of this file, or write role = "kiosk".'
            raise document.wrong((section, name), f"{CALLED[role]} has no `{name}` under [{section}]", hint)


def _elsewhere(name: str) -> str:
    if name == "server":
        return (
            "It is its own server. Its centre stands under [serve.upstream], where phones see it is [serve] public_url."
        )
    having = " or ".join(f'"{role}"' for role in ROLES if name not in _LACKS[role])
    return f"Take it out of this file, or write role = {having}."


_EVERY = (
    Key("role", Choice(ROLES), "what this machine is", KIOSK_ROLE),
    *_KEYS,
    Key("voice", _VOICE, "the section of what is called aloud", _NO_VOICE),
    *BOX_KEYS,
)
KIOSK = shape_of(KIOSK_ROLE).table
"""The shape of a kiosk's file."""
