"""kiosk.toml: the technician's one file, read strictly. Pure but for the zone database, which is data.

`parse_kiosk` gives a KioskConfig or the first mistake with its line and what to write instead. Paths are kept as they
were written; who reads the file knows what they are relative to (kiosk.configfile). Which keys there are depends on
what the machine is (`role`): sync.config_roles.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sync.box_words import CHIP_PINS
from sync.calendar import Period, periods_of
from sync.config_box import Network, Serve, Service, Ssh, Upstream, Usb, Wifi, check_box, made_network, made_serve
from sync.config_roles import (
    ALL_IN_ONE_ROLE,
    DISPLAY_ROLE,
    KEEP_DAYS,
    KIOSK,
    KIOSK_ROLE,
    OFFICE_ROLE,
    ROLES,
    SCOREBOX_ROLE,
    check_role,
    shape_of,
)
from sync.config_words import LANGUAGES
from sync.strict_toml import Document, parse, read
from sync.toml_lines import Path

__all__ = [
    "ALL_IN_ONE_ROLE",
    "DISPLAY_ROLE",
    "KEEP_DAYS",
    "KIOSK",
    "KIOSK_ROLE",
    "LANGUAGES",
    "OFFICE_ROLE",
    "ROLES",
    "SCOREBOX_ROLE",
    "Clock",
    "Counter",
    "KioskConfig",
    "Loudspeaker",
    "Network",
    "Screen",
    "Serve",
    "Server",
    "Service",
    "Sim",
    "Spoken",
    "Ssh",
    "Upstream",
    "Usb",
    "Wifi",
    "parse_kiosk",
]


@dataclass(frozen=True, slots=True)
class Screen:
    """The picture's size in millimetres, and the window's in pixels when it is not fullscreen. `brightness` of the
    screen's own light in percent, None: as it is."""

    width_mm: int
    height_mm: int
    fullscreen: bool
    width_px: int
    height_px: int
    brightness: int | None = None


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
    """What is believed: "ntp" or "system" (sync.clock.Trust). `servers`: the time servers of the appliance. `chip`: the
    clock chip on its header (sync.box_words.CLOCK_CHIPS); None: it has none."""

    trust: str
    servers: tuple[str, ...] = ()
    chip: str | None = None


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

    `role`: one of ROLES. What a role has not is empty or stands at its default. A display has a server for certain; its
    `catalogue` may be "": then it names no service. A score box has a counter at least. An office's server has no
    screen: all 0.

    `network`, `usb`, `ssh`, `service`, `serve`: of the appliance (kiosk.box); on a PC they do nothing.
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
    network: Network
    usb: Usb
    ssh: Ssh
    serve: Serve
    service: Service
    voice: Spoken = Spoken()

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return ZoneInfo(self.time_zone)


def parse_kiosk(data: bytes | str) -> KioskConfig:
    """The configuration in this file. Raises ConfigError(message, hint, line) for the first mistake."""
    document = parse(data)
    given = document.values.get("role", KIOSK_ROLE)
    role = given if given in ROLES else KIOSK_ROLE  # which `read` then refuses
    check_role(role, document)
    if role == DISPLAY_ROLE:
        _check_display(document)
    shape = shape_of(role)
    values = {**shape.rest, **read(document, shape.table)}
    _check_together(values, document)
    made: dict[str, Any] = dict(values)
    shapes = {
        "screen": Screen,
        "sound": Loudspeaker,
        "server": Server,
        "clock": Clock,
        "sim": Sim,
        "usb": Usb,
        "ssh": Ssh,
        "service": Service,
    }
    for name, kind in shapes.items():
        made[name] = kind(**values[name])
    made["counters"] = tuple(Counter(**counter) for counter in values["counters"])
    made["voice"] = Spoken(values["voice"]["languages"], _quiet(values["voice"]["quiet"], document))
    made["network"], made["serve"] = made_network(values["network"]), made_serve(values["serve"])
    return KioskConfig(**made)


def _quiet(texts: Sequence[str], document: Document) -> tuple[Period, ...]:
    try:
        return periods_of(texts)
    except ValueError as error:
        message, hint = error.args
        raise document.wrong(("voice", "quiet"), message, hint) from error


def _check_display(document: Document) -> None:
    """A display cannot be without an office to ask."""
    server = document.values.get("server")
    if not isinstance(server, Mapping) or "url" not in server:
        hint = 'Add  url = "https://…:8443"  under [server].'
        raise document.wrong(("server",), "a display shows what the office's server tells, and none is named", hint)


def _check_together(values: Mapping[str, Any], document: Document) -> None:
    """What no single key can show."""
    for name in ("control", "clock"):
        if values["sim"][name] and values["pins"] != "mock" and values["role"] != DISPLAY_ROLE:
            hint = 'Take [sim] out of a real kiosk\'s file, or set pins = "mock".'
            raise document.wrong(("sim", name), f"the simulation's {name} is refused on real pins", hint)
    if not values["office"]:
        raise document.wrong(("office",), "the office has no name", 'Add  th = "…"  under [office].')
    for language in values["languages"]:
        if language not in values["office"]:
            hint = f'Add  {language} = "…"  under [office], or take "{language}" out of `languages`.'
            raise document.wrong(("office",), f"the office has no name in the language {language}", hint)
    chip = dict.fromkeys(CHIP_PINS, "the clock chip's") if values["clock"]["chip"] is not None else {}
    _check_counters(values["counters"], document, chip)
    _check_keypad(values["keypad"], document)
    server = values["server"]
    if server["code"] and not server["url"]:
        raise document.wrong(("server", "code"), "there is a pairing code but no server", "Add `url` under [server].")
    check_box(values, document)


def _check_counters(counters: Sequence[Mapping[str, Any]], document: Document, taken: Mapping[int, str]) -> None:
    """Every counter once, and every pin one use among all of them, and what else has some."""
    numbers: set[int] = set()
    uses = dict(taken)
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
