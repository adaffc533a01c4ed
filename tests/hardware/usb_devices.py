"""Descriptors of USB devices, byte for byte as chapter 9 of the USB 2.0 specification lays them out."""

from collections.abc import Sequence

KEYBOARD, MOUSE, POINTER, STICK = (3, 1, 1), (3, 1, 2), (3, 0, 0), (8, 6, 0x50)
PRINTER, HUB, VENDOR, AUDIO = (7, 1, 2), (9, 0, 0), (0xFF, 0, 0xFF), (1, 1, 0)


def interface(number: int, kind: tuple[int, int, int], setting: int = 0) -> bytes:
    """An interface with what follows it: of an input device its HID descriptor, and one endpoint."""
    head = bytes((9, 4, number, setting, 1, *kind, 0))
    hid = bytes((9, 0x21, 0x11, 0x01, 0, 1, 0x22, 63, 0)) if kind[0] == 3 else b""
    return head + hid + bytes((7, 5, 0x81 + number, 3, 8, 0, 10))


def configuration(number: int, *interfaces: bytes, claims: int | None = None) -> bytes:
    """A configuration; `claims`: how many interfaces it says to have."""
    body = b"".join(interfaces)
    count = len({each[2] for each in interfaces}) if claims is None else claims
    return bytes((9, 2)) + (9 + len(body)).to_bytes(2, "little") + bytes((count, number, 0, 0xA0, 50)) + body


def device(name: str, *configurations: bytes, of_class: int = 0) -> bytes:
    """A device called as lsusb does, with its configurations."""
    vendor, product = (int(part, 16).to_bytes(2, "little") for part in name.split(":"))
    head = bytes((18, 1, 0x00, 0x02, of_class, 0, 0, 64)) + vendor + product
    return head + bytes((0x00, 0x01, 1, 2, 0, len(configurations))) + b"".join(configurations)


def simple(name: str, *kinds: tuple[int, int, int], of_class: int = 0) -> bytes:
    """One configuration, an interface of each kind."""
    return device(name, configuration(1, *(interface(n, kind) for n, kind in enumerate(kinds))), of_class=of_class)


DEVICES: dict[str, bytes] = {
    "keyboard": simple("046d:c31c", KEYBOARD, POINTER),
    "mouse": simple("046d:c077", MOUSE),
    "touch": simple("222a:0001", POINTER),
    "touch that is a keyboard": simple("0eef:c000", POINTER, KEYBOARD, MOUSE),
    "unknown touch": simple("1234:5678", POINTER),
    "printer": simple("04b8:0e15", PRINTER),
    "printer that is a stick": simple("04b8:0e15", PRINTER, STICK),
    "printer that is a keyboard": simple("04b8:0202", KEYBOARD, PRINTER),
    "stick": simple("0781:5567", STICK),
    "hub": simple("0424:9514", HUB, of_class=9),
    "hub of two kinds": device(
        "05e3:0610", configuration(1, interface(0, (9, 0, 1)), interface(0, (9, 0, 2), setting=1)), of_class=9
    ),
    "LAN9514": simple("0424:ec00", VENDOR, of_class=0xFF),
    "RTL8153": device(
        "0bda:8153",
        configuration(1, interface(0, (0xFF, 0xFF, 0))),
        configuration(2, interface(0, (2, 6, 0)), interface(1, (10, 0, 0)), interface(1, (10, 0, 0), setting=1)),
    ),
    "headset": simple("0d8c:0014", AUDIO, POINTER),
}


def only(kinds: Sequence[tuple[int, int, int]]) -> bytes:
    """A device of nobody's with these."""
    return simple("dead:beef", *kinds)
