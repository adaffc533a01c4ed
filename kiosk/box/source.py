"""Which configuration a box starts with: the file on its card, else the last good copy, else none. Pure.

A mistake never stops a box: whatever is wrong is told on the screen, with the line and what to write instead.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from typing import Any, Literal

from kiosk.legible import illegible
from sync.config import KIOSK_ROLE, KioskConfig, parse_kiosk
from sync.errors import ConfigError
from sync.printer_address import host_of
from sync.strict_toml import MAX_BYTES, Document, parse
from sync.used_codes import without_codes

NAME = "kiosk.toml"
SAID_BY_THE_BOX = ("data", "name", "time_zone", "public_url", "listen", "upstream", "clock", "database", "sim")
"""Keys and sections of server.toml that the box writes itself, or that an appliance has not."""
_EXAMPLE = "Take kiosk.toml from another card, or write one anew with image/configure."


@dataclass(frozen=True, slots=True)
class Source:
    """What a box starts with. `config` None: nothing good was found; `content` is then what is shown to be wrong.

    `values`: the document that `config` was read from; `extra`: further sections of server.toml, as text. `problem`:
    what is wrong with the file on the card; `copy`: which file is used.
    """

    config: KioskConfig | None
    values: Mapping[str, Any]
    extra: str
    content: bytes
    problem: ConfigError | None
    copy: Literal["own", "last-good", "none"]

    @property
    def role(self) -> str:
        """What the box is. Without a configuration: a kiosk, whose screen tells what is wrong."""
        return self.config.role if self.config is not None else KIOSK_ROLE

    def told(self) -> bytes | None:
        """The problem as the kiosk reads it (kiosk.configfile); None: there is none."""
        if self.problem is None:
            return None
        problem = self.problem
        said = {"file": NAME, "line": problem.line, "text": str(problem), "hint": problem.hint, "copy": self.copy}
        return (json.dumps(said, ensure_ascii=False) + "\n").encode()


def judge(card: Mapping[str, bytes], unread: str | None, good: Source | None) -> Source:
    """`card`: the files on the card by name, kiosk.toml among them where there is one; `unread`: why it could not be
    read. `good`: the last good copy, judged before."""
    try:
        return judged(card, unread)
    except ConfigError as problem:
        if good is not None and good.config is not None:
            return replace(good, problem=problem, copy="last-good")
        content = card.get(NAME, b"")[: MAX_BYTES + 1]
        return Source(None, {}, "", content, problem, "none")


def judged(card: Mapping[str, bytes], unread: str | None = None) -> Source:
    """The same of a good file. Raises ConfigError for the first mistake in another one."""
    content = card.get(NAME)
    if content is None:
        why = f": {unread}" if unread else ""
        raise ConfigError(f"there is no {NAME} on the card that can be read{why}", hint=_EXAMPLE)
    if not content.strip():
        raise ConfigError(f"{NAME} is empty", hint=_EXAMPLE, line=1)
    document = parse(content)
    config = parse_kiosk(content)
    for problem in illegible(content, "office"):
        raise problem
    check_box(config, document)
    extra = _extra(config, card, document)
    return Source(config, document.values, extra, content, None, "own")


def kept(source: Source) -> bytes:
    """What is kept of a good file: the same without the pairing codes, which are good once and nobody else's."""
    return without_codes(source.content)


def check_box(config: KioskConfig, document: Document) -> None:
    """Raises ConfigError for what a box cannot do, though a kiosk on a PC can."""
    if "data" in document.values:
        hint = "Take `data` out: the box keeps its records on a partition of their own."
        raise document.wrong(("data",), "on the appliance nobody chooses where the records lie", hint)
    host = host_of(config.printer)
    if host is not None and not _is_number(host):
        hint = 'Write the printer\'s number: printer = "tcp://192.168.1.20:9100".'
        raise document.wrong(("printer",), f'the kiosk asks nobody where "{host}" is', hint)


def _is_number(host: str) -> bool:
    try:
        IPv4Address(host)
    except ValueError:
        return False
    return True


def _extra(config: KioskConfig, card: Mapping[str, bytes], document: Document) -> str:
    """Further sections of server.toml, from the file that kiosk.toml names."""
    name = config.serve.settings
    if name is None:
        return ""
    where = ("serve", "settings")
    if "/" in name or "\\" in name:
        raise document.wrong(where, f'"{name}" is no file beside {NAME}', "Write the file's name alone.")
    content = card.get(name)
    if content is None:
        raise document.wrong(where, f"there is no {name} on the card", f"Copy it beside {NAME}, or take the line out.")
    try:
        values = parse(content).values
    except ConfigError as error:
        line = f"line {error.line}: " if error.line else ""
        raise document.wrong(where, f"{name}: {line}{error}", error.hint) from error
    for key, value in values.items():
        if key in SAID_BY_THE_BOX:
            hint = f"Take it out of {name}: what the box says of it stands in {NAME}."
            raise document.wrong(where, f"`{key}` stands in {name}", hint)
        if not isinstance(value, Mapping) and not _sections(value):
            hint = f"Only sections may stand in {name}: [mail], [backup] and so on."
            raise document.wrong(where, f"`{key}` in {name} is no section", hint)
    return content.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")


def _sections(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def names_in(content: bytes) -> tuple[str, ...]:
    """The files beside kiosk.toml that have to be read with it."""
    try:
        serve = tomllib.loads(content.decode("utf-8-sig")).get("serve", {})
    except (ValueError, RecursionError):
        return ()
    name = serve.get("settings") if isinstance(serve, Mapping) else None
    return (name,) if isinstance(name, str) and "/" not in name else ()
