"""kiosk.toml: the technician's one file, read strictly. Pure but for the zone database, which is data.

`parse_kiosk` gives a KioskConfig or the first mistake with its line and what to write instead. Paths are kept as they
were written; who reads the file knows what they are relative to (kiosk.configfile). A display (`role = "display"`) has
fewer keys: one that does nothing there is a mistake, not passed over, since whoever wrote it expects something of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sync.calendar import Period, periods_of
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
)
from sync.keypad import ACTIONS
from sync.strict_toml import REQUIRED, Choice, Document, Flag, Key, ListOf, Sections, Table, Text, Whole, parse, read
from sync.toml_lines import Path

__all__ = [
    "DISPLAY_ROLE",
    "KEEP_DAYS",
    "KIOSK_ROLE",
    "LANGUAGES",
    "Clock",
    "Counter",
    "KioskConfig",
    "Loudspeaker",
    "Screen",
    "Server",
    "Sim",
    "Spoken",
    "parse_kiosk",
]

KIOSK_ROLE, DISPLAY_ROLE = "kiosk", "display"
"""What a machine is: it gives numbers, or it shows which are called. Its journal and the office know it by this."""
KEEP_DAYS = 1826
"""Five years: how long facts stay, where nobody says otherwise."""
MOST_COUNTERS = 9
"""More counters than the pins of a header have room for."""


@dataclass(frozen=True, slots=True)
class Screen:
    """The picture's size in millimetres, and the window's in pixels when it is not fullscreen."""

    width_mm: int
    height_mm: int
    fullscreen: bool
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Counter:
    """The score buttons of one counter, as GPIO numbers (BCM).

    `levels`: the pin of level 1, least satisfied, to 5, most satisfied. `lamp`: the pin of the lamp, None: no lamp.
    `next`: the pin of the button that calls the next number, None: no such button. `pressed`: what a pin reads while
    its button is held: "low" (button to ground) or "high" (button to 3.3 V).
    """

    counter: int
    levels: tuple[int, ...]
    lamp: int | None = None
    pressed: Literal["low", "high"] = "low"
    next: int | None = None

    @property
    def pins(self) -> tuple[int, ...]:
        """Every pin it has."""
        return (*self.levels, *(pin for pin in (self.lamp, self.next) if pin is not None))


@dataclass(frozen=True, slots=True)
class Loudspeaker:
    """Where the chime comes out: an ALSA `device`, "default" or "none" for silence; `volume` in percent of full."""

    device: str = "default"
    volume: int = 100


@dataclass(frozen=True, slots=True)
class Spoken:
    """How a display says calls: the `languages` in their order (none: all that it shows), and the `quiet` hours."""

    languages: tuple[str, ...] = ()
    quiet: tuple[Period, ...] = ()


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
    """The path of the simulation's control socket, and of the clock that its machines share; None: there is none."""

    control: str | None
    clock: str | None


@dataclass(frozen=True, slots=True)
class KioskConfig:
    """Everything that kiosk.toml says. `office` is the office's name by language; `data`, `catalogue` and
    `ticket` (None: the layout that ships) are paths. `printer_profile`: the kind of printer, "auto": as it says itself;
    `printers` (None: none) is the path of the office's own profiles. `roll_m`: metres of a new paper roll.
    `keep_days`: how long facts stay on this machine at least.

    `keypad` holds the key of each action that a tactile keypad has a key of its own for (sync.keypad).

    `role`: KIOSK_ROLE or DISPLAY_ROLE. A display has a server for certain, and neither printer nor counters: what
    only a kiosk has is empty or stands at its default. Its `catalogue` may be "": then it names no service.
    """

    role: str
    place: str
    data: str
    keep_days: int
    catalogue: str
    calendar: str | None
    ticket: str | None
    paper_mm: int
    roll_m: int
    printer: str
    printer_profile: str
    printers: str | None
    pins: str
    time_zone: str
    languages: tuple[str, ...]
    office: Mapping[str, str]
    screen: Screen
    counters: tuple[Counter, ...]
    sound: Loudspeaker
    keypad: Mapping[str, str]
    server: Server
    clock: Clock
    sim: Sim
    voice: Spoken = Spoken()

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return ZoneInfo(self.time_zone)


def parse_kiosk(data: bytes | str) -> KioskConfig:
    """The configuration in this file. Raises ConfigError(message, hint, line) for the first mistake."""
    document = parse(data)
    if document.values.get("role") == DISPLAY_ROLE:
        _check_display(document)
        values = {**_NOT_OF_A_DISPLAY, **read(document, DISPLAY)}
        values["voice"] = Spoken(values["voice"]["languages"], _quiet(values["voice"]["quiet"], document))
    else:
        values = read(document, KIOSK)
    _check_together(values, document)
    made: dict[str, Any] = dict(values)
    shapes = {"screen": Screen, "sound": Loudspeaker, "server": Server, "clock": Clock, "sim": Sim}
    for name, shape in shapes.items():
        made[name] = shape(**values[name])
    made["counters"] = tuple(Counter(**counter) for counter in values["counters"])
    return KioskConfig(**made)


def _quiet(texts: Sequence[str], document: Document) -> tuple[Period, ...]:
    try:
        return periods_of(texts)
    except ValueError as error:
        message, hint = error.args
        raise document.wrong(("voice", "quiet"), message, hint) from error


def _check_display(document: Document) -> None:
    """What would do nothing is told by its name, and so is what a display cannot be without."""
    for name in document.values:
        if name in _NOT_OF_A_DISPLAY:
            hint = 'Take it out of this file, or write role = "kiosk".'
            raise document.wrong((name,), f"a display has no `{name}`", hint)
    server = document.values.get("server")
    if not isinstance(server, Mapping) or "url" not in server:
        hint = 'Add  url = "https://…:8443"  under [server].'
        raise document.wrong(("server",), "a display shows what the office's server tells, and none is named", hint)
    for section, name in (("server", "public_url"), ("sim", "clock")):
        if name in document.values.get(section, {}):
            hint = 'Take it out of this file, or write role = "kiosk".'
            raise document.wrong((section, name), f"a display has no `{name}` under [{section}]", hint)


def _check_together(values: Mapping[str, Any], document: Document) -> None:
    """What no single key can show."""
    for name in ("control", "clock"):
        if values["sim"][name] and values["pins"] != "mock" and values["role"] == KIOSK_ROLE:
            hint = 'Take [sim] out of a real kiosk\'s file, or set pins = "mock".'
            raise document.wrong(("sim", name), f"the simulation's {name} is refused on real pins", hint)
    for language in values["languages"]:
        if language not in values["office"]:
            hint = f'Add  {language} = "…"  under [office], or take "{language}" out of `languages`.'
            raise document.wrong(("office",), f"the office has no name in the language {language}", hint)
    _check_counters(values["counters"], document)
    _check_keypad(values["keypad"], document)
    server = values["server"]
    if server["code"] and not server["url"]:
        raise document.wrong(("server", "code"), "there is a pairing code but no server", "Add `url` under [server].")


def _check_counters(counters: Sequence[Mapping[str, Any]], document: Document) -> None:
    """Every counter once, and every pin one use among all of them."""
    numbers: set[int] = set()
    uses: dict[int, str] = {}
    for index, counter in enumerate(counters):
        number, path = counter["counter"], ("counters", index)
        if number in numbers:
            hint = "Give each counter one [[counters]], with all its five buttons."
            raise document.wrong((*path, "counter"), f"counter {number} stands twice", hint)
        numbers.add(number)
        named: list[tuple[int, str, Path]] = [
            (pin, f"the button of level {place + 1} of counter {number}", (*path, "levels", place))
            for place, pin in enumerate(counter["levels"])
        ]
        if counter["lamp"] is not None:
            named.append((counter["lamp"], f"the lamp of counter {number}", (*path, "lamp")))
        if counter["next"] is not None:
            named.append((counter["next"], f"the next button of counter {number}", (*path, "next")))
        for pin, use, place in named:
            if pin in uses:
                hint = "Every pin has one use: choose another for one of them."
                raise document.wrong(place, f"pin {pin} is both {uses[pin]} and {use}", hint)
            uses[pin] = use


def _check_keypad(keypad: Mapping[str, str], document: Document) -> None:
    actions: dict[str, str] = {}
    for action, key in keypad.items():
        if key in actions:
            hint = "Give each action a key of its own."
            message = f'the key "{key}" is both `{actions[key]}` and `{action}`'
            raise document.wrong(("keypad", action), message, hint)
        actions[key] = action


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
        Key("code", Text(is_code), "the one-time pairing code that the server shows", None),
        Key("public_url", Text(is_http, no_slash), "the address that the ticket's QR leads to", None),
    )
)
_SIM = Table(
    (
        Key("control", Text(is_control), "the control socket", None),
        Key("clock", Text(), "the file of the simulation's clock", None),
    )
)
KIOSK = Table(
    (
        Key("role", Choice((KIOSK_ROLE, DISPLAY_ROLE)), "what this machine is", KIOSK_ROLE),
        Key("place", Text(), "where this machine stands, as the office's pages show it"),
        Key("data", Text(), "the folder where the machine keeps its journal"),
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
        Key("server", _SERVER, "the section of the server", {"url": None, "code": None, "public_url": None}),
        Key(
            "clock", Table((Key("trust", Choice(("ntp", "system")), "whose time counts", "ntp"),)), "", {"trust": "ntp"}
        ),
        Key("sim", _SIM, "", {"control": None, "clock": None}),
    )
)
"""The shape of kiosk.toml."""
_OF_A_DISPLAY = frozenset(
    {
        "role",
        "place",
        "data",
        "catalogue",
        "calendar",
        "time_zone",
        "languages",
        "office",
        "screen",
        "sound",
        "server",
        "clock",
        "sim",
    }
)
_SHARED = tuple(key for key in KIOSK.keys if key.name in _OF_A_DISPLAY)
DISPLAY = Table(
    (
        *(replace(key, default="") if key.name == "catalogue" else key for key in _SHARED),
        Key("voice", _VOICE, "the section of what is called aloud", {"languages": (), "quiet": ()}),
    )
)
"""Its shape where it says role = "display"."""
_NOT_OF_A_DISPLAY: Mapping[str, Any] = {
    key.name: "" if key.default is REQUIRED else key.default for key in KIOSK.keys if key.name not in _OF_A_DISPLAY
}
