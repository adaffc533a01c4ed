"""Which parts of a USB device may be used: what is not named is refused. Pure, and quick to load: udev waits for it.

A device tells what it is in its descriptors (USB 2.0 specification, chapter 9), as the kernel keeps them. A rule allows
interfaces, not devices: of a touch screen that is a keyboard as well the touch works and the keyboard does not. Who
builds a device can copy another one's numbers: a rule for keyboards names one keypad and, where it can, its port.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from hardware.errors import UsbRulesError

HUB, STORAGE, HID = 0x09, 0x08, 0x03
_KINDS: Final[Mapping[int, str]] = {
    0x01: "sound", 0x02: "modem", 0x06: "camera", 0x07: "printer", 0x08: "storage", 0x09: "hub", 0x0A: "data",
    0x0B: "card reader", 0x0E: "video", 0xE0: "radio", 0xEF: "several", 0xFF: "of its maker's own kind",
}  # fmt: skip
_OF_A_TECHNICIAN: Final = ("01", "02", "03", "07", "0a", "ff")
"""What a device that kiosk.toml adds may be: sound, modem and network, keyboard or touch, printer, serial. Never
storage, hub or radio."""
COPY: Final = "copy="
_STICK: Final = ("08:06",)
"""Storage that speaks SCSI, and nothing else: of a stick that is a keyboard as well the keyboard stays shut."""
_DEVICE, _CONFIGURATION, _INTERFACE = 1, 2, 4
_SIZES: Final = {_DEVICE: 18, _CONFIGURATION: 9, _INTERFACE: 9}
MOST_BYTES: Final = 64 * 1024
UNLOCKED_S: Final = 600.0

Triple = tuple[int, int, int]
"""Class, subclass and protocol of an interface (USB-IF, "Defined Class Codes")."""


class Device(NamedTuple):
    """What a device says of itself. `interfaces`: every kind that an interface of this number may have, in any
    configuration and setting."""

    vendor: int
    product: int
    interfaces: Mapping[int, frozenset[Triple]]

    @property
    def name(self) -> str:
        """As lsusb writes it."""
        return f"{self.vendor:04x}:{self.product:04x}"


class Rule(NamedTuple):
    """`vendor`, `product`, `port` None: any. `kinds`: of an interface; None in a kind: any."""

    what: str
    vendor: int | None
    product: int | None
    port: str | None
    kinds: tuple[tuple[int, int | None, int | None], ...]

    def fits(self, device: Device, port: str) -> bool:
        """Whether it speaks of this device at this port."""
        wanted = ((self.vendor, device.vendor), (self.product, device.product), (self.port, port))
        return all(mine is None or mine == its for mine, its in wanted)

    def allows(self, kinds: frozenset[Triple]) -> bool:
        """Whether all that the interface may be is allowed."""
        return bool(kinds) and all(any(_is(kind, mine) for mine in self.kinds) for kind in kinds)


class Verdict(NamedTuple):
    """`allowed`: numbers of interfaces; none: the device stays shut. `refused`: what of it is not used, in English.
    `device`: as lsusb names it, "?" where it says nothing that can be read."""

    device: str
    allowed: frozenset[int]
    refused: tuple[str, ...]
    why: str


def judge(raw: bytes, port: str, rules: Sequence[Rule], *, unlocked: bool = False) -> Verdict:
    """What of the device with these descriptors, at this port ("1-1.2"), may be used."""
    device = read(raw)
    if device is None:
        return Verdict("?", frozenset(), ("what it says of itself cannot be read",), "unreadable")
    numbers = frozenset(device.interfaces)
    if unlocked:
        return Verdict(device.name, numbers, (), "unlocked by a technician")
    fitting = [rule for rule in rules if rule.fits(device, port)]
    allowed = frozenset(n for n in numbers if any(rule.allows(device.interfaces[n]) for rule in fitting))
    used = [rule.what for rule in fitting if any(rule.allows(device.interfaces[n]) for n in allowed)]
    refused = tuple(kind for n in sorted(numbers - allowed) for kind in sorted(map(told, device.interfaces[n])))
    return Verdict(device.name, allowed, refused, ", ".join(dict.fromkeys(used)) or "not on the list")


def told(kind: Triple) -> str:
    """What such an interface is, in English."""
    if kind[0] == HID:
        by_protocol = {1: "keyboard", 2: "mouse"}
        return by_protocol.get(kind[2], "keyboard, mouse or touch") if kind[1] == 1 else "input device"
    return _KINDS.get(kind[0], f"class {kind[0]:02x}")


def read(raw: bytes) -> Device | None:
    """The device of these descriptors; None where they are not whole and right."""
    if len(raw) > MOST_BYTES or len(raw) < _SIZES[_DEVICE] or raw[:2] != bytes((_SIZES[_DEVICE], _DEVICE)):
        return None
    configurations, promised, interfaces = 0, set[tuple[int, int]](), dict[int, set[Triple]]()
    numbers: dict[int, int] = {}
    for kind, part in _parts(raw[_SIZES[_DEVICE] :]):
        if kind is None or len(part) < _SIZES.get(kind, 2) or kind == _DEVICE:
            return None
        if kind == _CONFIGURATION:
            configurations += 1
            numbers[configurations] = part[4]
        elif kind == _INTERFACE:
            if configurations == 0:
                return None
            promised.add((configurations, part[2]))
            interfaces.setdefault(part[2], set()).add((part[5], part[6], part[7]))
    told_of = {each: sum(1 for of, _ in promised if of == each) for each in numbers}
    if configurations == 0 or configurations != raw[17] or told_of != numbers:
        return None
    vendor, product = int.from_bytes(raw[8:10], "little"), int.from_bytes(raw[10:12], "little")
    return Device(vendor, product, {number: frozenset(kinds) for number, kinds in interfaces.items()})


def _parts(raw: bytes) -> Iterator[tuple[int | None, bytes]]:
    """Each descriptor with its type; None where one does not end within what there is."""
    at = 0
    while at < len(raw):
        size = raw[at]
        if size < 2 or at + size > len(raw):
            yield None, b""
            return
        yield raw[at + 1], raw[at : at + size]
        at += size


def _is(kind: Triple, wanted: tuple[int, int | None, int | None]) -> bool:
    return all(mine is None or mine == its for its, mine in zip(kind, wanted, strict=True))


def rules_of(text: str, where: str) -> tuple[Rule, ...]:
    """The rules of a file with `[[allow]]` sections; `where` names it. Raises UsbRulesError."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsbRulesError(f"{where}: {error}", hint=_HINT) from error
    sections = given.pop("allow", [])
    if given or not isinstance(sections, list):
        raise UsbRulesError(f"{where}: {', '.join(given) or 'allow'} is not known", hint=_HINT)
    return tuple(_rule(section, where) for section in sections)


def _rule(section: Any, where: str) -> Rule:
    if not isinstance(section, dict) or not {"what", "kinds"} <= section.keys() <= {"what", "id", "port", "kinds"}:
        raise UsbRulesError(f"{where}: {section!r} is no rule", hint=_HINT)
    what, name, port, kinds = section["what"], section.get("id", "*:*"), section.get("port"), section["kinds"]
    if not isinstance(what, str) or not (port is None or _matches(_PORT, port)) or not _matches(_ID, name):
        raise UsbRulesError(f"{where}: {what!r} has a wrong id or port", hint=_HINT)
    if not isinstance(kinds, list) or not kinds or not all(_matches(_KIND, kind) for kind in kinds):
        raise UsbRulesError(f"{where}: {what!r} has wrong kinds", hint=_HINT)
    vendor, product = (None if part == "*" else int(part, 16) for part in name.split(":"))
    return Rule(what, vendor, product, port, tuple(_kind(kind) for kind in kinds))


def rule_of(words: str) -> Rule:
    """The rule for a device that kiosk.toml adds: "04b8:0e15", or with the port "04b8:0e15@1-1.2"; with "copy=" before
    it, the stick that the records are copied to. Raises UsbRulesError."""
    device = words.removeprefix(COPY)
    name, _, port = device.partition("@")
    section: dict[str, Any] = {"what": "added in kiosk.toml", "id": name, "kinds": list(_OF_A_TECHNICIAN)}
    if device != words:
        section |= {"what": "stick for the records' copy", "kinds": list(_STICK)}
    if "*" in name:
        raise UsbRulesError(f"{words!r} is no device", hint=_HINT)
    return _rule(section | ({"port": port} if "@" in words else {}), "kiosk.toml")


def _matches(pattern: "re.Pattern[str]", value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _kind(text: str) -> tuple[int, int | None, int | None]:
    first, *rest = (int(part, 16) for part in text.split(":"))
    second, third = (*rest, None, None)[:2]
    return first, second, third


def is_unlocked(text: str, now_s: float) -> bool:
    """Whether a technician's word, the boot time in seconds at which it was given, still holds."""
    try:
        given_s = float(text)
    except ValueError:
        return False
    return 0 <= now_s - given_s < UNLOCKED_S


_ID = re.compile(r"([0-9a-f]{4}|\*):([0-9a-f]{4}|\*)")
_PORT = re.compile(r"[0-9]{1,2}-[0-9]{1,2}(\.[0-9]{1,2}){0,5}")
_KIND = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){0,2}")
_HINT = 'A section is like: [[allow]] what = "keypad", id = "2047:09d0", port = "1-1.2", kinds = ["03:01:01"].'
