"""What a technician types at the service screen, and when it is whole. Pure."""

from dataclasses import dataclass, field, replace

from sync.paircode import CHARACTERS, BadCode, parse_code

LAYERS = ("abc", "ABC", "123")
"""Which keys are in sight where there are too many for one pad."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SIGNS = "1234567890-_.,:;!?@#/+*=$%&()'\"<>[]{}~^|\\`"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MOST = {"pair": CHARACTERS, "ssid": 32, "passphrase": 63, "printer": 21}
"""Characters of each."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that is being typed: `topic` is pair, ssid, passphrase or printer. `before`: what was typed before it
    and belongs to it, the name of the network to a passphrase."""

    topic: str
    text: str = field(default="", repr=False)
    before: str = ""
    layer: int = 0

    @property
    def layers(self) -> int:
        """How many pads of keys it has."""
        return len(LAYERS) if self.topic in ("ssid", "passphrase") else 1


def keys_of(entry: Entry) -> str:
    """The keys that it can take now."""
    if entry.topic == "pair":
        return CROCKFORD
    if entry.topic == "printer":
        return "1234567890.:"
    return (_LETTERS, _LETTERS.upper(), _SIGNS)[entry.layer]


def typed(entry: Entry, character: str) -> Entry:
    """One character more, where one can stand; else the same."""
    known = _LETTERS + _LETTERS.upper() + _SIGNS + " " if entry.layers > 1 else keys_of(entry)
    if entry.topic == "pair":
        character = character.upper()
    if len(character) != 1 or character not in known or len(entry.text.encode()) >= MOST[entry.topic]:
        return entry
    return replace(entry, text=entry.text + character)


def erased(entry: Entry) -> Entry:
    """One less."""
    return replace(entry, text=entry.text[:-1])


def complete(entry: Entry) -> bool:
    """Whether it may be whole. A network without a passphrase is open."""
    match entry.topic:
        case "pair":
            return _is_code(entry.text)
        case "passphrase":
            return not entry.text or len(entry.text) >= 8
        case "printer":
            return _is_address(entry.text)
        case _:
            return bool(entry.text.strip())


def _is_code(text: str) -> bool:
    try:
        parse_code(text)
    except BadCode:
        return False
    return True


def _is_address(text: str) -> bool:
    host, _, port = text.partition(":")
    numbers = host.split(".")
    fits = len(numbers) == 4 and all(each.isdecimal() and len(each) <= 3 and int(each) <= 255 for each in numbers)
    return fits and ((not port and ":" not in text) or (port.isdecimal() and 0 < int(port) <= 65_535))


def printer_address(entry: Entry) -> str:
    """The printer as kiosk.toml names it; port 9100 where none is typed."""
    return f"tcp://{entry.text}" + ("" if ":" in entry.text else ":9100")


def shown(entry: Entry) -> str:
    """As it is read back: a pairing code in groups of four, as it stands on the console."""
    if entry.topic != "pair":
        return entry.text
    return "-".join(entry.text[at : at + 4] for at in range(0, len(entry.text), 4))
