"""A USB device that is plugged into the machine from outside: QEMU's usbredir protocol, version 0.7. Pure.

Numbers are little-endian; ids have 32 bits, since we do not say that we know longer ones. The protocol is described
in usb-redirection-protocol.md of the SPICE project's usbredir.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

HELLO_BYTES = 64
ENDPOINTS = 32
INVALID = 255


class Kind(IntEnum):
    """What a message is."""

    HELLO = 0
    DEVICE_CONNECT = 1
    DEVICE_DISCONNECT = 2
    RESET = 3
    INTERFACE_INFO = 4
    EP_INFO = 5
    SET_CONFIGURATION = 6
    GET_CONFIGURATION = 7
    CONFIGURATION_STATUS = 8
    SET_ALT_SETTING = 9
    GET_ALT_SETTING = 10
    ALT_SETTING_STATUS = 11
    CANCEL_DATA_PACKET = 21
    CONTROL = 100
    BULK = 101


class Status(IntEnum):
    """How a transfer went."""

    SUCCESS = 0
    CANCELLED = 1
    INVALID = 2
    IO_ERROR = 3
    STALL = 4


class Transfer(IntEnum):
    """What an endpoint carries."""

    CONTROL = 0
    BULK = 2


HIGH_SPEED = 2


@dataclass(frozen=True, slots=True)
class Message:
    """One message: `kind` is a Kind where it is one that we know."""

    kind: int
    id: int
    body: bytes = b""

    def packed(self) -> bytes:
        """As it goes over the line."""
        return struct.pack("<III", self.kind, len(self.body), self.id) + self.body


class Reader:
    """Cuts what comes into messages."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that are whole now."""
        self._held += data
        while len(self._held) >= 12:
            kind, length, number = struct.unpack_from("<III", self._held)
            if len(self._held) < 12 + length:
                return
            body, self._held = self._held[12 : 12 + length], self._held[12 + length :]
            yield Message(kind, number, body)


@dataclass(frozen=True, slots=True)
class Descriptors:
    """What a device says of itself: its number of vendor and product, its one interface and that one's endpoints.

    `endpoints`: addresses (bit 7: into the host) of bulk pipes. `texts`: the strings 1, 2, …
    """

    vendor: int
    product: int
    interface: tuple[int, int, int]
    endpoints: tuple[int, ...]
    texts: tuple[str, ...] = ()

    @property
    def device(self) -> bytes:
        """The device descriptor (USB 2.0, 9.6.1)."""
        strings = [place + 1 if place < len(self.texts) else 0 for place in range(3)]
        return struct.pack("<BBHBBBBHHH4B", 18, 1, 0x0200, 0, 0, 0, 64, self.vendor, self.product, 0x0100, *strings, 1)

    @property
    def configuration(self) -> bytes:
        """The configuration with its interface and endpoints (USB 2.0, 9.6.3 to 9.6.6)."""
        pipes = b"".join(struct.pack("<BBBBHB", 7, 5, address, 2, 512, 0) for address in self.endpoints)
        interface = struct.pack("<9B", 9, 4, 0, 0, len(self.endpoints), *self.interface, 0)
        total = 9 + len(interface) + len(pipes)
        return struct.pack("<BBHBBBBB", 9, 2, total, 1, 1, 0, 0xC0, 1) + interface + pipes

    def text(self, number: int) -> bytes | None:
        """A string descriptor; 0: the languages."""
        if number == 0:
            return struct.pack("<BBH", 4, 3, 0x0409)
        if number > len(self.texts):
            return None
        content = self.texts[number - 1].encode("utf-16-le")
        return bytes([2 + len(content), 3]) + content


def greeting(descriptors: Descriptors) -> bytes:
    """What is said first: hello, and the device that is plugged in."""
    hello = b"Scorecard Smart Box".ljust(HELLO_BYTES, b"\0") + struct.pack("<I", 0)
    kinds = [column.to_bytes(1, "little").ljust(ENDPOINTS, b"\0") for column in (0, *descriptors.interface)]
    interfaces = struct.pack("<I", 1) + b"".join(kinds)
    connect = struct.pack("<BBBBHH", HIGH_SPEED, 0, 0, 0, descriptors.vendor, descriptors.product)
    messages = (
        Message(Kind.HELLO, 0, hello),
        Message(Kind.EP_INFO, 0, _endpoints(descriptors.endpoints)),
        Message(Kind.INTERFACE_INFO, 0, interfaces),
        Message(Kind.DEVICE_CONNECT, 0, connect),
    )
    return b"".join(each.packed() for each in messages)


def _endpoints(addresses: Sequence[int]) -> bytes:
    types = [INVALID] * ENDPOINTS
    types[0] = types[16] = Transfer.CONTROL
    for address in addresses:
        types[address & 0x0F | (address & 0x80) >> 3] = Transfer.BULK
    return bytes(types) + bytes(ENDPOINTS) + bytes(ENDPOINTS)


@dataclass(frozen=True, slots=True)
class Control:
    """A control transfer: what is asked for, and the data that go with it."""

    endpoint: int
    request: int
    kind: int
    value: int
    index: int
    length: int
    data: bytes = b""

    @classmethod
    def of(cls, body: bytes) -> "Control":
        """From a message's body."""
        endpoint, request, kind, _, value, index, length = struct.unpack_from("<BBBBHHH", body)
        return cls(endpoint, request, kind, value, index, length, body[10:])

    def answered(self, number: int, status: Status, data: bytes = b"") -> Message:
        """The answer."""
        data = data[: self.length]
        length = len(data) if self.kind & 0x80 else self.length
        head = struct.pack("<BBBBHHH", self.endpoint, self.request, self.kind, status, self.value, self.index, length)
        return Message(Kind.CONTROL, number, head + data)


@dataclass(frozen=True, slots=True)
class Bulk:
    """A bulk transfer: data to the device, or `length` bytes wanted from it."""

    endpoint: int
    length: int
    data: bytes = b""

    @classmethod
    def of(cls, body: bytes) -> "Bulk":
        """From a message's body."""
        endpoint, _, length, _ = struct.unpack_from("<BBHI", body)
        return cls(endpoint, length, body[8:])

    def answered(self, number: int, status: Status, data: bytes = b"") -> Message:
        """The answer; of what went to the device only the length goes back."""
        length = len(data) if self.endpoint & 0x80 else self.length
        return Message(Kind.BULK, number, struct.pack("<BBHI", self.endpoint, status, length, 0) + data)
