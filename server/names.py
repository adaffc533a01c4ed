"""What this machine is called on its network: host name, addresses, and those that server.toml adds."""

import array
import contextlib
import fcntl
import ipaddress
import re
import socket
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_SIOCGIFCONF = 0x8912
_IFREQ_BYTES = 40 if struct.calcsize("P") == 8 else 32
_MOST_ADDRESSES = 64


@dataclass(frozen=True, slots=True)
class Names:
    """DNS names (lower case) and addresses, each once, in the order in which people should try them."""

    dns: tuple[str, ...]
    ips: tuple[Ip, ...]

    def __contains__(self, host: str) -> bool:
        found = ip_of(host)
        return host.lower() in self.dns if found is None else found in self.ips

    @property
    def hosts(self) -> list[str]:
        """All of them as they stand in a URL: addresses first, which work without any name service."""
        own = [ip for ip in self.ips if not ip.is_loopback]
        rest = [ip for ip in self.ips if ip.is_loopback]
        return [*map(in_url, own), *(name for name in self.dns if name != "localhost"), *map(in_url, rest)]


def names_of(listen: str, host: str, addresses: Iterable[str], also: Sequence[str]) -> Names:
    """The names under which a server that listens on `listen` is found.

    `host` is the machine's own name, `addresses` all it has, `also` those of server.toml, which come first.
    """
    every = ip_of(listen)
    own = [ip for ip in map(ip_of, addresses) if ip is not None and every is not None and ip.version == every.version]
    short = host.lower().partition(".")[0]
    dns = [name.lower() for name in also if ip_of(name) is None]
    ips = [ip for ip in map(ip_of, also) if ip is not None]
    if every is None:
        dns.append(listen.lower())
    elif every.is_unspecified:
        ips += own
    else:
        ips.append(every)
    outside = () if every is not None and every.is_loopback else (short, f"{short}.local", host.lower())
    dns += [each for each in (*outside, "localhost") if is_name(each)]
    return Names(tuple(dict.fromkeys(dns)), tuple(dict.fromkeys(ips)))


def is_name(text: str) -> bool:
    """Whether this can be a DNS name (lower case, at most 253 characters)."""
    return len(text) <= 253 and _NAME.fullmatch(text) is not None


def ip_of(text: str) -> Ip | None:
    """The address in this text, without brackets; None where it is none."""
    try:
        return ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None


def in_url(ip: Ip) -> str:
    """An address as a URL has it."""
    return f"[{ip}]" if ip.version == 6 else str(ip)


def own_host() -> str:
    """What the machine calls itself."""
    return socket.gethostname()


def own_addresses(inet6: Callable[[], str] = Path("/proc/net/if_inet6").read_text) -> list[str]:
    """Every address of this machine that others could use, the loopback ones last; empty where Linux does not tell."""
    found: list[str] = []
    with contextlib.suppress(OSError):
        found += _ipv4()
    with contextlib.suppress(OSError):
        found += [str(ipaddress.ip_address(bytes.fromhex(line.split()[0]))) for line in inet6().splitlines() if line]
    known = [ipaddress.ip_address(each) for each in found]
    return [str(ip) for ip in sorted(known, key=lambda ip: ip.is_loopback) if not ip.is_link_local]


def _ipv4() -> list[str]:
    """As `ip -4 address` lists them (netdevice(7), SIOCGIFCONF)."""
    room = array.array("B", bytes(_MOST_ADDRESSES * _IFREQ_BYTES))
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as asked:
        told = fcntl.ioctl(asked, _SIOCGIFCONF, struct.pack("iP", len(room), room.buffer_info()[0]))
    length = struct.unpack_from("i", told)[0]
    return [socket.inet_ntoa(bytes(room[at + 20 : at + 24])) for at in range(0, length, _IFREQ_BYTES)]


def is_hook(text: str) -> tuple[str, str] | None:
    """Over the network over TLS alone: an alert says what is wrong with an office."""
    try:
        found = urlsplit(text)
        port, host = found.port, found.hostname or ""
    except ValueError:
        port, host, found = None, "", urlsplit("")
    here = host == "localhost" or ((ip := ip_of(host)) is not None and ip.is_loopback)
    named = bool(host) and port != 0 and found.username is None and not found.fragment and text.isascii()
    if named and " " not in text and (found.scheme == "https" or (found.scheme == "http" and here)):
        return None
    hint = 'Write it like "https://alerts.maesot.go.th/scorecard"; http:// is for a program on this machine alone.'
    return f'"{text}" is no address that alerts are posted to', hint
