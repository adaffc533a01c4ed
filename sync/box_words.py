"""What single words of kiosk.toml's sections for the appliance may be: addresses, networks, USB devices, keys. Pure.

As in sync.config_words: None for a good text, else what is wrong with it and what to write instead.
"""

import base64
import binascii
import re
from ipaddress import IPv4Interface, IPv4Network, ip_address, ip_interface
from itertools import pairwise

from sync.config_words import USED

DHCP = "dhcp"
PIN_DIGITS = 6
KEY_KINDS = ("ssh-ed25519", "sk-ssh-ed25519@openssh.com", "ecdsa-sha2-nistp256", "ssh-rsa")
LEAST_PREFIX, MOST_PREFIX = 8, 30
PIN_HINT = "Choose six digits that are no row: not 123456, not 111111."
CLOCK_CHIPS = {"ds3231": 0x68, "pcf8523": 0x68, "pcf8563": 0x51, "pcf85063": 0x51}
"""Clock chips that the card's kernel drives and that live on the header's 3.3 V (no DS1307 does); where each answers on
I2C, by its data sheet."""
CHIP_PINS = (2, 3)
"""GPIO numbers of SDA and SCL on the header."""
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_USB = re.compile(r"[0-9a-f]{4}:[0-9a-f]{4}(@[0-9]{1,2}-[0-9]{1,2}(\.[0-9]{1,2}){0,5})?")


def is_label(text: str) -> tuple[str, str] | None:
    """The name of a machine on its network."""
    if _LABEL.fullmatch(text):
        return None
    hint = 'Small letters a to z, digits and "-", 63 at most, such as "kiosk-2".'
    return f'"{text}" is no name of a machine', hint


def is_machine(text: str) -> tuple[str, str] | None:
    """A machine by its number or its name."""
    if is_ip(text) is None or (len(text) <= 253 and all(_LABEL.fullmatch(part) for part in text.lower().split("."))):
        return None
    return f'"{text}" is no machine', 'Write it like "192.168.1.1" or "time.example.go.th".'


def is_ip(text: str) -> tuple[str, str] | None:
    """A machine by its number."""
    try:
        ip_address(text)
    except ValueError:
        return f'"{text}" is no address of a machine', 'Four numbers from 0 to 255, like "192.168.1.1".'
    return None


def is_wired(text: str) -> tuple[str, str] | None:
    """This machine's own address: "dhcp", or an IPv4 address with the length of its network's prefix."""
    if text == DHCP:
        return None
    hint = 'Write "dhcp", or the address with its network: "192.168.1.20/24".'
    try:
        own = ip_interface(text)
    except ValueError:
        return f'"{text}" is no address', hint
    if not isinstance(own, IPv4Interface) or "/" not in text:
        return f'"{text}" does not say which network it is in', hint
    length = own.network.prefixlen
    if not LEAST_PREFIX <= length <= MOST_PREFIX:
        return f'"{text}": a network of /{length} is none of an office', hint
    if own.ip in (own.network.network_address, own.network.broadcast_address):
        return f'"{text}" is the address of the whole network', "Choose one between its first and its last address."
    return None


def network_of(text: str) -> IPv4Network:
    """The network of an address that `is_wired` takes and that is not "dhcp"."""
    return IPv4Interface(text).network


def is_ssid(text: str) -> tuple[str, str] | None:
    """The name of a wireless network."""
    if len(text.encode()) <= 32 and text.isprintable():
        return None
    return "this is no name of a wireless network", "At most 32 bytes, as the access point shows it."


def is_passphrase(text: str) -> tuple[str, str] | None:
    """A passphrase of WPA. It is never repeated in a message."""
    if 8 <= len(text) <= 63 and text.isascii() and text.isprintable():
        return None
    hint = "8 to 63 letters, digits and signs of an English keyboard, as it stands at the access point."
    return f"this passphrase of {len(text)} characters is none of WPA", hint


def is_country(text: str) -> tuple[str, str] | None:
    """The country whose rules for radio count."""
    if re.fullmatch(r"[A-Z]{2}", text):
        return None
    return f'"{text}" is no country', 'Two capital letters, such as "TH".'


def is_usb(text: str) -> tuple[str, str] | None:
    """A USB device that may be plugged in: vendor:product, or vendor:product@port."""
    if _USB.fullmatch(text):
        return None
    hint = 'As `lsusb` shows it, in small letters: "04b8:0e15"; with the port, if only there: "04b8:0e15@1-1.2".'
    return f'"{text}" is no USB device', hint


def is_ssh_key(text: str) -> tuple[str, str] | None:
    """A public key of SSH, one line as it stands in a .pub file."""
    if "PRIVATE KEY" in text:
        return "this is the secret key", "It stays on your own machine. Write the line of the file that ends in .pub."
    kind, _, rest = text.strip().partition(" ")
    blob = rest.split(" ", 1)[0]
    hint = 'Copy the whole line of the file that ends in .pub; it begins with "ssh-ed25519 AAAA".'
    if kind not in KEY_KINDS or "\n" in text or "\r" in text:
        return "this is no public key of SSH", hint
    try:
        made = base64.b64decode(blob, validate=True)
    except binascii.Error:
        return "this public key is cut off or mistyped", hint
    if not made.startswith(len(kind).to_bytes(4, "big") + kind.encode()) or _parts(made) < 2:
        return "this public key is cut off or mistyped", hint
    return None


def _parts(blob: bytes) -> int:
    """How many whole fields the key has; 0 where the last one is cut off."""
    at = found = 0
    while at < len(blob):
        size = int.from_bytes(blob[at : at + 4], "big")
        at, found = at + 4 + size, found + 1
    return found if at == len(blob) else 0


def pin_weakness(pin: str) -> str | None:
    """Why this cannot be a technician's PIN; None: it can."""
    if len(pin) != PIN_DIGITS or not (pin.isascii() and pin.isdecimal()):
        return f"a PIN has {PIN_DIGITS} digits"
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    if len(steps) == 1 and steps <= {-1, 0, 1}:
        return "this PIN is one of the first that anybody tries"
    return None


def is_pin(text: str) -> tuple[str, str] | None:
    """A technician's PIN, or the mark that the box keeps it."""
    weak = None if text == USED else pin_weakness(text)
    return None if weak is None else (weak, PIN_HINT)
