"""kiosk.toml's sections for the appliance: network, USB, SSH, the office's server on this machine. Pure.

On a PC they are checked and do nothing: there the system has its own settings for all of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from sync.box_words import (
    DHCP,
    is_country,
    is_ip,
    is_label,
    is_passphrase,
    is_pin,
    is_ssh_key,
    is_ssid,
    is_usb,
    is_wired,
    network_of,
)
from sync.config_words import is_code, is_http, is_https, no_slash, unless_used
from sync.strict_toml import Document, Flag, Key, ListOf, Table, Text, Whole

__all__ = ["Network", "Serve", "Service", "Ssh", "Upstream", "Usb", "Wifi", "check_box", "made_network", "made_serve"]

PORTS = {"exchange": 8443, "pages": 8080, "console": 8444}
"""Where an office's server listens, where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Wifi:
    """A wireless network. `passphrase` None: it has none."""

    ssid: str
    passphrase: str | None
    country: str


@dataclass(frozen=True, slots=True)
class Network:
    """How this machine is on the office's network. `address` (of the cable): "dhcp", or with the prefix's length.

    `wifi` None: the radio stays off. Over it the address always comes from the office's network.
    """

    hostname: str = "scorecard"
    address: str = DHCP
    gateway: str | None = None
    dns: tuple[str, ...] = ()
    wifi: Wifi | None = None


@dataclass(frozen=True, slots=True)
class Usb:
    """`allow`: further devices that may be plugged in, as vendor:product or vendor:product@port. `copy`: the stick that
    the records are copied to (sync.medium_driver); `restore`: a box without records takes them from there."""

    allow: tuple[str, ...] = ()
    copy: str | None = None
    restore: bool = False


@dataclass(frozen=True, slots=True)
class Ssh:
    """`key`: the public key that may enter; None: nobody may, and nothing listens."""

    key: str | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """The technician's menu. `pin` is to be its PIN from the next start on; None: it stays as it is."""

    pin: str | None = None


@dataclass(frozen=True, slots=True)
class Upstream:
    """The centre that the office's server relays to, and the one-time code from there."""

    url: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Serve:
    """The office's server on this machine: its ports, where phones see its pages (None: nowhere), its centre.

    `settings` (None: there are none) is the path of a file with further sections of server.toml.
    """

    exchange: int = 8443
    pages: int = 8080
    console: int = 8444
    public_url: str | None = None
    settings: str | None = None
    upstream: Upstream | None = None


def made_network(values: Mapping[str, Any]) -> Network:
    """The section as a value."""
    wifi = values["wifi"]
    return Network(**{**values, "wifi": None if wifi is None else Wifi(**wifi)})


def made_serve(values: Mapping[str, Any]) -> Serve:
    """The section as a value."""
    upstream = values["upstream"]
    return Serve(**{**values, "upstream": None if upstream is None else Upstream(**upstream)})


def check_box(values: Mapping[str, Any], document: Document) -> None:
    """What no single key of these sections can show. Raises ConfigError."""
    _check_network(values["network"], document)
    usb = values["usb"]
    if usb["restore"] and usb["copy"] is None:
        hint = 'Add  copy = "0781:5583"  under [usb]: which stick it is, as the doctor or lsusb names it.'
        raise document.wrong(("usb", "restore"), "no stick is named from which records could come", hint)
    used: dict[int, str] = {}
    for name in PORTS:
        port = values["serve"][name]
        if port in used:
            message = f"`{used[port]}` and `{name}` have the same port {port}"
            raise document.wrong(("serve", name), message, "Choose another for one of them.")
        used[port] = name


def _check_network(network: Mapping[str, Any], document: Document) -> None:
    address, gateway = network["address"], network["gateway"]
    if address == DHCP:
        if gateway is not None:
            hint = 'Take `gateway` out, or give the machine an address: address = "192.168.1.20/24".'
            message = "with DHCP the office's network says which gateway there is"
            raise document.wrong(("network", "gateway"), message, hint)
        return
    if gateway is None:
        return
    inside = network_of(address)
    if ip_address(gateway) not in inside:
        hint = f"Both stand in the same network: with {address} it is between {inside[1]} and {inside[-2]}."
        raise document.wrong(("network", "gateway"), f"the gateway {gateway} is not in the network of {address}", hint)
    if address.split("/")[0] == gateway:
        hint = "One of them is another machine's: ask who keeps the office's network."
        raise document.wrong(("network", "gateway"), "the gateway is this machine itself", hint)


_PORT = Whole(1024, 65535, "(a port)")
_WIFI = Table(
    (
        Key("ssid", Text(is_ssid), "the name of the wireless network"),
        Key("passphrase", Text(is_passphrase, secret=True), "its passphrase", None),
        Key("country", Text(is_country), "the country whose rules for radio count", "TH"),
    )
)
_NETWORK = Table(
    (
        Key("hostname", Text(is_label), "the name of this machine on the network", "scorecard"),
        Key("address", Text(is_wired), 'the address on the cable: "dhcp", or "192.168.1.20/24"', DHCP),
        Key("gateway", Text(is_ip), "the address of the router", None),
        Key("dns", ListOf(Text(is_ip), 1, 3, distinct=True), "the list of the name servers' addresses", ()),
        Key("wifi", _WIFI, "the section of the wireless network", None),
    )
)
_USB = Table(
    (
        Key("allow", ListOf(Text(is_usb), 0, 16, distinct=True), "the list of further USB devices", ()),
        Key("copy", Text(is_usb), "the USB stick that the records are copied to", None),
        Key("restore", Flag(), "whether a box without records takes them from that stick", False),
    )
)
_SSH = Table((Key("key", Text(is_ssh_key), "the public key that may enter over SSH"),))
_SERVICE = Table(
    (Key("pin", Text(is_pin, unless_used, secret=True), "the technician's PIN, until the box keeps it", None),)
)
_UPSTREAM = Table(
    (
        Key("url", Text(is_https, no_slash), "the address of the centre's server"),
        Key("code", Text(is_code, unless_used), "the one-time pairing code that the centre shows", None),
    )
)
_SERVE = Table(
    (
        Key("exchange", _PORT, "the port where kiosks and displays bring and hear what happens", PORTS["exchange"]),
        Key("pages", _PORT, "the port where browsers see the pages", PORTS["pages"]),
        Key("console", _PORT, "the port where the staff sign in", PORTS["console"]),
        Key("public_url", Text(is_http, no_slash), "the address that the ticket's QR leads to", None),
        Key("settings", Text(), "a file with further sections of server.toml, relative to this one", None),
        Key("upstream", _UPSTREAM, "the section of the centre", None),
    )
)
NO_NETWORK = {"hostname": "scorecard", "address": DHCP, "gateway": None, "dns": (), "wifi": None}
NO_SERVE = {**PORTS, "public_url": None, "settings": None, "upstream": None}
BOX_KEYS = (
    Key("network", _NETWORK, "the section of this machine's place on the network", NO_NETWORK),
    Key("usb", _USB, "the section of what may be plugged in", {"allow": (), "copy": None, "restore": False}),
    Key("ssh", _SSH, "the section of who may enter over SSH", {"key": None}),
    Key("service", _SERVICE, "the section of the technician's menu", {"pin": None}),
    Key("serve", _SERVE, "the section of the office's server on this machine", NO_SERVE),
)
