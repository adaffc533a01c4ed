"""server.toml: what a server is called and where it listens, read strictly. Pure but for the zone database.

Paths are kept as they were written; who reads the file knows what they are relative to.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyrage

from server.errors import ConfigError
from server.names import ip_of, is_hook, is_name
from sync.calendar import Period, periods_of
from sync.clock import Trust
from sync.config_words import is_code, is_http, is_https, is_postgresql, no_slash
from sync.errors import ConfigError as SyncConfigError
from sync.strict_toml import Choice, Document, Key, ListOf, Sections, Table, Text, Whole, parse, read
from translations import LANGUAGES

LICENCE = "CC BY 4.0"
STARTTLS, TLS, PLAIN = "starttls", "tls", "none"
SECURITIES = (STARTTLS, TLS, PLAIN)
PORTS = {STARTTLS: 587, TLS: 465, PLAIN: 25}


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen. Port 0: any free one."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class MailConfig:
    """`[mail]` in server.toml. `password_file` holds the password on its first line."""

    host: str
    sender: str
    to: tuple[str, ...]
    port: int
    security: str = STARTTLS
    user: str | None = None
    password_file: str | None = None


@dataclass(frozen=True, slots=True)
class WebhookConfig:
    """A `[[webhook]]` in server.toml: where alerts are posted, and the file with the secret that signs them."""

    url: str
    secret_file: str


@dataclass(frozen=True, slots=True)
class UpstreamConfig:
    """`[upstream]` in server.toml: the centre to which this office relays, and the one-time code from there."""

    url: str
    code: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class BackupConfig:
    """`[backup]` in server.toml. `folder`: a path on another disk; `recipients`: the public keys (age) that it is
    encrypted for; `hour`: of the office's night, 0 to 23."""

    folder: str
    recipients: tuple[str, ...]
    hour: int = 1


@dataclass(frozen=True, slots=True)
class OnlineConfig:
    """`[online]` in server.toml: on which terms citizens can ask for a place from a phone (sync.facts_online).

    `proxy`: the address of the machine before the pages' listener that says who asks; None: nobody stands between.
    """

    share: int
    hold_minutes: int
    head_minutes: int
    proxy: str | None = None


@dataclass(frozen=True, slots=True)
class SurveyConfig:
    """`[survey]` in server.toml: whoever was served may answer a short survey, for so many days."""

    days: int


Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """Everything that server.toml says. `name` is the office's name by language; `data` is a path.

    `trust`: whether this machine's clock may date what the kiosks do (sync.clock.Trust). `sim_clock`: the clock of a
    simulation (sync.simulated_clock), None outside of one. `console_names`: further names and addresses of the console;
    `console_certificate` and `console_key`: PEM files that somebody else made, both or neither. `spoken`: the languages
    that calls are spoken in, in their order; `quiet`: when nothing is spoken (sync.voice).
    `public_url`: where citizens see the pages; None: nowhere. Without a slash at its end.
    `mail`: who takes the daily checkpoints and the alerts; None: nobody. `webhooks`: where alerts are posted.
    `upstream`: the centre; None: there is none.
    `backup`: where backups go; None: none are made. `online`: None: no places are given to phones;
    `survey`: None: nobody is asked.
    `metrics`: who may see /metrics besides this machine itself. `database`: the PostgreSQL database of the ledger;
    None: it is a file in `data`. `licence`: that of the open data. `judges`: processes that judge what offices bring.
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
    mail: MailConfig | None = None
    upstream: UpstreamConfig | None = None
    backup: BackupConfig | None = None
    online: OnlineConfig | None = None
    survey: SurveyConfig | None = None
    metrics: tuple[Network, ...] = ()
    webhooks: tuple[WebhookConfig, ...] = ()
    database: str | None = None
    licence: str = LICENCE
    judges: int = 0

    @property
    def label(self) -> str:
        """What other machines call this office: its English name, or the first that it has."""
        return self.name.get("en") or next(iter(self.name.values()))

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
        mail = _mail(document, values["mail"])
        if values["online"] is not None and values["public_url"] is None:
            hint = "Set public_url to the address under which phones reach the pages, or take [online] out."
            raise document.wrong(("online",), "online places need the pages' public address", hint)
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
        mail,
        None if values["upstream"] is None else UpstreamConfig(**values["upstream"]),
        None if (backup := values["backup"]) is None else BackupConfig(backup["folder"], backup["for"], backup["hour"]),
        None if values["online"] is None else OnlineConfig(**values["online"]),
        None if values["survey"] is None else SurveyConfig(**values["survey"]),
        values["metrics"]["from"],
        tuple(WebhookConfig(**each) for each in values["webhook"]),
        values["database"],
        values["licence"],
        values["judges"],
    )


def quiet_hours(document: Document, texts: Sequence[str]) -> tuple[Period, ...]:
    """The hours under [voice]. Raises strict_toml's ConfigError."""
    try:
        return periods_of(texts)
    except ValueError as error:
        message, hint = error.args
        raise document.wrong(("voice", "quiet"), message, hint) from error


def _mail(document: Document, values: Mapping[str, Any] | None) -> MailConfig | None:
    """The mail server under [mail]. Raises strict_toml's ConfigError."""
    if values is None:
        return None
    for one, other in (("user", "password_file"), ("password_file", "user")):
        if values[one] is not None and values[other] is None:
            message = f"there is a `{one}` without a `{other}`"
            raise document.wrong(("mail", one), message, "Give both, or neither.")
    if values["user"] is not None and values["security"] == PLAIN:
        hint = 'Set security = "starttls" or "tls", or leave `user` and `password_file` out.'
        raise document.wrong(("mail", "user"), "a password would be sent for everybody to read", hint)
    return MailConfig(
        values["host"],
        values["from"],
        tuple(values["to"]),
        values["port"] or PORTS[values["security"]],
        values["security"],
        values["user"],
        values["password_file"],
    )


_MAIL_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+")
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


def _is_network(text: str) -> tuple[str, str] | None:
    try:
        ip_network(text)
    except ValueError:
        hint = 'Write it like "192.168.1.10", or "192.168.1.0/24" for all whose address begins so.'
        return f'"{text}" is no address of a machine or a network', hint
    return None


def _is_mail(text: str) -> tuple[str, str] | None:
    if _MAIL_ADDRESS.fullmatch(text):
        return None
    return f'"{text}" is no mail address', 'Write it like "audit@maesot.go.th".'


def _is_recipient(text: str) -> tuple[str, str] | None:
    if text.upper().startswith("AGE-SECRET-KEY-"):
        return "this is the secret itself", "It belongs into the safe. Write the public key here; it begins with age1."
    try:
        pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        hint = "Copy all 62 characters that `python -m server backup-key` printed."
        return f'"{text}" is no public key', hint
    return None


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
_MAIL = Table(
    (
        Key("host", Text(_is_host), "the name of the mail server"),
        Key("port", Whole(1, 65535), "its port", None),
        Key("security", Choice(SECURITIES), "how the connection is kept secret", STARTTLS),
        Key("from", Text(_is_mail), "the mail address that checkpoints come from"),
        Key("to", ListOf(Text(_is_mail), distinct=True, high=20), "the list of who keeps them"),
        Key("user", Text(), "the name to sign in with at the mail server", None),
        Key("password_file", Text(), "the file with the password, on its first line", None),
    )
)
_WEBHOOK = Table(
    (
        Key("url", Text(is_hook), "the address that alerts are posted to"),
        Key("secret_file", Text(), "the file with the secret that signs them, on its first line"),
    )
)
_UPSTREAM = Table(
    (
        Key("url", Text(is_https, no_slash), "the address of the centre's server"),
        Key("code", Text(is_code), "the one-time pairing code that the centre shows", None),
        Key("place", Text(), "what the centre calls this office until it introduced itself", None),
    )
)
_BACKUP = Table(
    (
        Key("folder", Text(), "the folder on another disk where backups go"),
        Key(
            "for", ListOf(Text(_is_recipient), distinct=True, high=10), "the list of the public keys that can open them"
        ),
        Key("hour", Whole(0, 23), "the hour of the night at which one is made", 1),
    )
)
_ONLINE = Table(
    (
        Key("share", Whole(1, 50), "how many of 100 tickets may count from when they were asked for", 20),
        Key("hold_minutes", Whole(10, 240), "for how many minutes a code is good", 60),
        Key("head_minutes", Whole(0, 60), "how many minutes before its holder came a ticket may count from", 20),
        Key("proxy", Text(_is_host), "the address of the proxy before the pages", None),
    )
)
_SURVEY = Table((Key("days", Whole(1, 14), "for how many days after its service a ticket may answer", 3),))
_METRICS = Table(
    (
        Key(
            "from",
            ListOf(Text(_is_network, ip_network), distinct=True, high=20),
            "the list of the addresses that may see /metrics",
            (),
        ),
    )
)
SERVER = Table(
    (
        Key("data", Text(), "the folder where the server keeps its ledger"),
        Key("name", Sections(Text(), LANGUAGES), "the section with the office's name in each language"),
        Key("time_zone", Text(_is_zone), 'the time zone of the office, such as "Asia/Bangkok"', "Asia/Bangkok"),
        Key("database", Text(is_postgresql), "the address of a PostgreSQL database for the ledger", None),
        Key("public_url", Text(is_http, no_slash), "the address that the QR of a ticket leads to", None),
        Key("licence", Text(), "the licence under which the office gives its open data", LICENCE),
        Key("judges", Whole(0, 32), "how many processes judge what offices bring", 0),
        Key("listen", _LISTEN, "the section of the addresses", _LISTENS),
        Key("console", _CONSOLE_KEYS, "the section of the console's certificate", _NO_CONSOLE),
        Key("voice", _VOICE, "the section of what is called aloud", {"languages": LANGUAGES, "quiet": ()}),
        Key("clock", _CLOCK, "the section of the clock", {"trust": "ntp"}),
        Key("mail", _MAIL, "the section of the mail server that takes the daily checkpoints and the alerts", None),
        Key("webhook", ListOf(_WEBHOOK, low=0, high=10), "the list of the receivers of alerts", ()),
        Key("upstream", _UPSTREAM, "the section of the centre that this office relays to", None),
        Key("backup", _BACKUP, "the section of the nightly backups", None),
        Key("online", _ONLINE, "the section of the places that are given to phones", None),
        Key("survey", _SURVEY, "the section of the survey of whoever was served", None),
        Key("metrics", _METRICS, "the section of who may see the server's numbers", {"from": ()}),
        Key("sim", _SIM, "the section of a simulation", {"clock": None}),
    )
)
"""The shape of server.toml."""
