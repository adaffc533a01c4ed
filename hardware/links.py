"""The machine's network connections: names, whether a cable or radio carries, addresses. Looked at, never changed.

Addresses come by rtnetlink (man 7 rtnetlink), which a process without any socket of the Internet may ask.
"""

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Protocol

NET = Path("/sys/class/net")
_GET_ADDRESSES, _NEW_ADDRESS, _DONE, _ERROR = 22, 20, 3, 2
_REQUEST_DUMP = 0x0001 | 0x0300
_LOCAL = 2
"""IFA_LOCAL: the address of this end."""
_HEADER, _ADDRESS, _ATTRIBUTE = struct.Struct("=IHHII"), struct.Struct("=BBBBI"), struct.Struct("=HH")
_MOST_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Link:
    """One connection. `addresses`: IPv4, as text. `carries`: a cable is plugged in at both ends, or a radio joined."""

    name: str
    wireless: bool
    carries: bool
    addresses: tuple[str, ...] = ()


class Links(Protocol):
    """What tells of them."""

    def read(self) -> tuple[Link, ...]:
        """All but the loopback, by name. Empty where there are none, or nothing can be told."""


@dataclass
class RecordingLinks:
    """Tells what it is given, and counts how often it was asked."""

    links: tuple[Link, ...] = ()
    asked: int = 0

    def read(self) -> tuple[Link, ...]:
        """See Links."""
        self.asked += 1
        return self.links


class SystemLinks:
    """The kernel's."""

    def __init__(self, net: Path = NET) -> None:
        self._net = net

    def read(self) -> tuple[Link, ...]:
        """See Links."""
        try:
            names = sorted(path.name for path in self._net.iterdir())
            addresses = dict[int, list[str]]()
            for index, address in dumped():
                addresses.setdefault(index, []).append(address)
            return tuple(filter(None, (self._link(name, addresses) for name in names)))
        except OSError:
            return ()

    def _link(self, name: str, addresses: dict[int, list[str]]) -> Link | None:
        """None: it is the loopback, a part of another one, or gone."""
        folder = self._net / name
        kind, index = _number(folder / "type"), _number(folder / "ifindex")
        if kind != 1 or index is None:  # ARPHRD_ETHER, which a radio is, too
            return None
        wireless = (folder / "wireless").exists() or (folder / "phy80211").exists()
        return Link(name, wireless, _number(folder / "carrier") == 1, tuple(addresses.get(index, ())))


def _number(path: Path) -> int | None:
    """What such a file says; of one that is down the kernel refuses `carrier`."""
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


def dumped() -> Iterator[tuple[int, str]]:
    """(index of the link, IPv4 address) of all that the kernel has. Raises OSError."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE) as line:
        line.settimeout(1.0)
        body = _ADDRESS.pack(socket.AF_INET, 0, 0, 0, 0)
        line.send(_HEADER.pack(_HEADER.size + len(body), _GET_ADDRESSES, _REQUEST_DUMP, 1, 0) + body)
        ended = False
        while not ended:
            found, ended = addresses_in(line.recv(_MOST_BYTES))
            yield from found


def addresses_in(data: bytes) -> tuple[list[tuple[int, str]], bool]:
    """The addresses in one answer of the kernel, and whether it is the last. What does not parse ends it."""
    found, at = list[tuple[int, str]](), 0
    while at + _HEADER.size <= len(data):
        size, kind, _, _, _ = _HEADER.unpack_from(data, at)
        if kind in (_DONE, _ERROR) or size < _HEADER.size or at + size > len(data):
            return found, True
        if kind == _NEW_ADDRESS and size >= _HEADER.size + _ADDRESS.size:
            family, _, _, _, index = _ADDRESS.unpack_from(data, at + _HEADER.size)
            if family == socket.AF_INET:
                found += [(index, each) for each in _locals(data[at + _HEADER.size + _ADDRESS.size : at + size])]
        at += (size + 3) & ~3
    return found, not data


def _locals(data: bytes) -> Iterator[str]:
    at = 0
    while at + _ATTRIBUTE.size <= len(data):
        size, kind = _ATTRIBUTE.unpack_from(data, at)
        if size < _ATTRIBUTE.size or at + size > len(data):
            return
        if kind == _LOCAL and size == _ATTRIBUTE.size + 4:
            yield str(IPv4Address(data[at + _ATTRIBUTE.size : at + size]))
        at += (size + 3) & ~3
