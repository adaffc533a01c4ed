"""server.toml: what a server is called and where it listens, read strictly. Pure but for the zone database.

Paths are kept as they were written; who reads the file knows what they are relative to.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.errors import ConfigError
from server.names import ip_of, is_name
from sync.calendar import Period, periods_of
from sync.clock import Trust
from sync.config_words import is_http, no_slash
from sync.errors import ConfigError as SyncConfigError
from sync.strict_toml import Choice, Document, Key, ListOf, Sections, Table, Text, parse, read
from translations import LANGUAGES


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen. Port 0: any free one."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """Everything that server.toml says. `name` is the office's name by language; `data` is a path.

    `trust`: whether this machine's clock may date what the kiosks do (sync.clock.Trust). `sim_clock`: the clock of a
    simulation (sync.simulated_clock), None outside of one. `console_names`: further names and addresses of the console;
    `console_certificate` and `console_key`: PEM files that somebody else made, both or neither. `spoken`: the languages
    that calls are spoken in, in their order; `quiet`: when nothing is spoken (server.voice).
    `public_url`: where citizens see the pages; None: nowhere. Without a slash at its end.
    """

    data: str
    name: Mapping[str, str]
    time_zone: str
    exchange: Address
    pages: Address
    trust: Trust
    sim_clock: str | None = None
    console: Address = Address("0.0.0.0", 8444)
    console_names: tuple[str, ...] = ()
    console_certificate: str | None = None
    console_key: str | None = None
    spoken: tuple[str, ...] = LANGUAGES
    quiet: tuple[Period, ...] = ()
    public_url: str | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return ZoneInfo(self.time_zone)


def parse_server(data: bytes | str) -> ServerConfig:
    """The configuration in this file. Raises ConfigError(message, hint, line) for the first mistake."""
    try:
        document = parse(data)
        values = read(document, SERVER)
        names = dict(values["name"])
        if not names:
            raise document.wrong(("name",), "the office has no name", 'Add  th = "…"  under [name].')
        listen, console = values["listen"], values["console"]
        quiet = quiet_hours(document, values["voice"]["quiet"])
        for one, other in (("exchange", "pages"), ("exchange", "console"), ("pages", "console")):
            if listen[one] == listen[other] and listen[other].port:
                message = f"{one} and {other} have the same address"
                raise document.wrong(("listen", other), message, "Choose another port for one of them.")
        for one, other in (("certificate", "key"), ("key", "certificate")):
            if console[one] is not None and console[other] is None:
                message = f"there is a `{one}` without a `{other}`"
                raise document.wrong(("console", one), message, "Give both, or neither: then the server makes its own.")
        if values["sim"]["clock"] and values["clock"]["trust"] != "system":
            hint = 'Take [sim] out of a real server\'s file, or set trust = "system" under [clock].'
            raise document.wrong(("sim", "clock"), "a simulated clock is refused where real time counts", hint)
    except SyncConfigError as error:
        raise ConfigError(str(error), hint=error.hint, line=error.line) from error
    trust = Trust(values["clock"]["trust"])
    return ServerConfig(
        values["data"],
        names,
        values["time_zone"],
        listen["exchange"],
        listen["pages"],
        trust,
        values["sim"]["clock"],
        listen["console"],
        console["names"],
        console["certificate"],
        console["key"],
        values["voice"]["languages"],
        quiet,
        values["public_url"],
    )


def quiet_hours(document: Document, texts: Sequence[str]) -> tuple[Period, ...]:
    """The hours under [voice]. Raises strict_toml's ConfigError."""
    try:
        return periods_of(texts)
    except ValueError as error:
        message, hint = error.args
        raise document.wrong(("voice", "quiet"), message, hint) from error


_ADDRESS = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})")


def _address(text: str) -> Address:
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return Address(found[1].strip("[]"), int(found[2]))


def _is_address(text: str) -> tuple[str, str] | None:
    found = _ADDRESS.fullmatch(text)
    if found and int(found[2]) < 65536:
        return None
    return f'"{text}" is no address', 'Write it like "0.0.0.0:8443": the machine\'s own address, a colon, the port.'


def _is_host(text: str) -> tuple[str, str] | None:
    if ip_of(text) is not None or is_name(text):
        return None
    hint = 'Write it as browsers have it in their address: "queue.maesot.go.th" or "192.168.1.10", without https://.'
    return f'"{text}" is no name of a machine', hint


def _is_zone(text: str) -> tuple[str, str] | None:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f'there is no time zone "{text}"', 'Write it like "Asia/Bangkok".'
    return None


_CLOCK = Table((Key("trust", Choice(("ntp", "system")), "whose time counts", "ntp"),))
_SIM = Table((Key("clock", Text(), "the file of the simulation's clock", None),))
_EXCHANGE = Address("0.0.0.0", 8443)
_PAGES = Address("127.0.0.1", 8080)
_CONSOLE = Address("0.0.0.0", 8444)
_LISTENS = {"exchange": _EXCHANGE, "pages": _PAGES, "console": _CONSOLE}
_LISTEN = Table(
    (
        Key("exchange", Text(_is_address, _address), "where the kiosks send their facts", _EXCHANGE),
        Key("pages", Text(_is_address, _address), "where browsers see the pages", _PAGES),
        Key("console", Text(_is_address, _address), "where the office's staff sign in, over TLS", _CONSOLE),
    )
)
_CONSOLE_KEYS = Table(
    (
        Key("names", ListOf(Text(_is_host), distinct=True, high=20), "the list of further names of the console", ()),
        Key("certificate", Text(), "the file (PEM) of a certificate that somebody else made", None),
        Key("key", Text(), "the file (PEM) of that certificate's key", None),
    )
)
_VOICE = Table(
    (
        Key(
            "languages",
            ListOf(Choice(LANGUAGES), distinct=True),
            "the list of the languages that calls are spoken in, the first one first",
            LANGUAGES,
        ),
        Key("quiet", ListOf(Text(), low=0), "the list of the hours in which nothing is spoken", ()),
    )
)
_NO_CONSOLE = {"names": (), "certificate": None, "key": None}
SERVER = Table(
    (
        Key("data", Text(), "the folder where the server keeps its ledger"),
        Key("name", Sections(Text(), LANGUAGES), "the section with the office's name in each language"),
        Key("time_zone", Text(_is_zone), 'the time zone of the office, such as "Asia/Bangkok"', "Asia/Bangkok"),
        Key("public_url", Text(is_http, no_slash), "the address that the QR of a ticket leads to", None),
        Key("listen", _LISTEN, "the section of the addresses", _LISTENS),
        Key("console", _CONSOLE_KEYS, "the section of the console's certificate", _NO_CONSOLE),
        Key("voice", _VOICE, "the section of what is called aloud", {"languages": LANGUAGES, "quiet": ()}),
        Key("clock", _CLOCK, "the section of the clock", {"trust": "ntp"}),
        Key("sim", _SIM, "the section of a simulation", {"clock": None}),
    )
)
"""The shape of server.toml."""
