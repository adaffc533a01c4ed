"""The console's certificate: what its authority may vouch for, what browsers demand, and when it is made anew."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from server.authority import (
    FLOOR,
    LEAF_DAYS,
    Pair,
    fingerprints,
    make_authority,
    make_leaf,
    read_pair,
    still_good,
)
from server.config import parse_server
from server.console_tls import AUTHORITY_FILE, LEAF_FILE, ConsoleCertificate
from server.errors import CertificateUnusable
from server.guide import host_of
from server.names import Names, names_of, own_addresses

NOW = datetime(2026, 11, 29, 5, tzinfo=UTC)
NAMES = names_of("0.0.0.0", "Queue", ["192.168.1.10", "127.0.0.1"], ["queue.maesot.test"])
GOOD = 'data = "d"\n[name]\nth = "เทศบาล"\nen = "Municipality"\n'


@pytest.fixture(scope="module")
def authority() -> Pair:
    """An authority made today."""
    return make_authority("Municipality", NAMES, NOW)


def trusted(authority: Pair, leaf: Pair, host: str, when: datetime = NOW) -> bool:
    """Whether a browser that was taught the authority opens this host. The judge is no code of ours."""
    ip = ipaddress.ip_address(host) if host[0].isdigit() else None
    subject = x509.DNSName(host) if ip is None else x509.IPAddress(ip)
    verifier = PolicyBuilder().store(Store([authority.certificate])).time(when).build_server_verifier(subject)
    try:
        verifier.verify(leaf.certificate, [])
    except VerificationError:
        return False
    return True


def test_a_browser_that_was_taught_opens_every_name_and_no_other(authority: Pair) -> None:
    leaf = make_leaf(authority, NAMES, NOW)
    for host in ("queue", "queue.local", "localhost", "queue.maesot.test", "192.168.1.10", "127.0.0.1"):
        assert trusted(authority, leaf, host), host
    for host in ("other.local", "192.168.1.11", "bank.example"):
        assert not trusted(authority, leaf, host)
    assert not trusted(make_authority("Another", NAMES, NOW), leaf, "queue.local")


def test_the_authority_cannot_vouch_for_the_rest_of_the_world(authority: Pair) -> None:
    """Whoever steals its key can pose as a machine of a local network, and as nobody else."""
    for name in ("bank.example", "www.bank.example", "maesot.test", "localhost.example"):
        assert not trusted(authority, make_leaf(authority, Names((name,), ()), NOW), name)
    address = ipaddress.ip_address("203.0.113.7")
    assert not trusted(authority, make_leaf(authority, Names((), (address,)), NOW), "203.0.113.7")
    for name in ("printer.local", "new-box.lan"):
        assert trusted(authority, make_leaf(authority, Names((name,), ()), NOW), name), (
            "a new host name needs no teaching"
        )


def test_control_an_authority_without_bounds_vouches_for_a_bank(authority: Pair) -> None:
    bank = Names(("bank.example",), ())
    unbound = make_authority("Municipality", bank, NOW)  # bounds that hold the bank are as good as none
    assert trusted(unbound, make_leaf(unbound, bank, NOW), "bank.example")


def test_the_dates_are_those_that_browsers_accept(authority: Pair) -> None:
    leaf = make_leaf(authority, NAMES, NOW).certificate
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=398)
    life = authority.certificate.not_valid_after_utc - NOW
    assert timedelta(days=3650) <= life <= timedelta(days=3660)


def test_a_first_start_without_a_clock_makes_no_authority_that_is_over(authority: Pair) -> None:
    early = make_authority("Municipality", NAMES, datetime(1970, 1, 1, 1, tzinfo=UTC))
    assert early.certificate.not_valid_after_utc > FLOOR + timedelta(days=3650)
    assert trusted(early, make_leaf(early, NAMES, NOW), "queue.local")


def test_a_certificate_goes_on_until_its_names_or_its_date_change(authority: Pair) -> None:
    leaf = make_leaf(authority, NAMES, NOW)
    assert still_good(authority, leaf, NAMES, NOW)
    assert still_good(authority, leaf, NAMES, NOW + timedelta(days=LEAF_DAYS - 31))
    assert not still_good(authority, leaf, NAMES, NOW + timedelta(days=LEAF_DAYS - 29))
    assert not still_good(authority, leaf, NAMES, NOW - timedelta(days=2)), "made while the clock stood in the future"
    assert not still_good(authority, leaf, Names(NAMES.dns, ()), NOW)
    assert not still_good(make_authority("Municipality", NAMES, NOW), leaf, NAMES, NOW)
    last = authority.certificate.not_valid_after_utc - timedelta(days=5)
    assert still_good(authority, make_leaf(authority, NAMES, last), NAMES, last), "not made anew at every look"


def test_both_halves_lie_in_one_file(authority: Pair) -> None:
    again = read_pair(authority.pem)
    assert again.der == authority.der
    other = make_authority("Other", NAMES, NOW)
    with pytest.raises(ValueError, match="belong"):
        read_pair(authority.pem.split(b"-----BEGIN CERTIFICATE")[0] + other.certificate.public_bytes(_PEM))
    sha256, sha1 = fingerprints(authority.der)
    assert (len(sha256), len(sha1)) == (95, 59)


_PEM = Encoding.PEM


def test_names_follow_where_the_server_listens() -> None:
    every = ["10.0.0.5", "fd00::5", "127.0.0.1"]
    assert names_of("0.0.0.0", "box", every, ()).hosts == ["10.0.0.5", "box", "box.local", "127.0.0.1"]
    assert names_of("::", "box.office.lan", every, ()).hosts == ["[fd00::5]", "box", "box.local", "box.office.lan"]
    assert names_of("127.0.0.1", "box", every, ()).hosts == ["127.0.0.1"]
    assert names_of("10.0.0.5", "box", every, ()).hosts == ["10.0.0.5", "box", "box.local"]
    assert names_of("Queue.Local", "box", every, ["10.9.9.9"]).hosts[:2] == ["10.9.9.9", "queue.local"]
    strange = names_of("0.0.0.0", "กล่อง", [], ())
    assert strange.hosts == []
    assert "10.0.0.5" in names_of("0.0.0.0", "box", every, ())
    assert "10.0.0.6" not in names_of("0.0.0.0", "box", every, ())
    assert all(ipaddress.ip_address(each) for each in own_addresses(lambda: ""))
    inet6 = "fe80000000000000000000000000aaaa 02 40 20 80 eth0\nfd000000000000000000000000000005 02 40 00 80 eth0\n"
    assert "fd00::5" in own_addresses(lambda: inet6)
    assert "fe80::aaaa" not in own_addresses(lambda: inet6)


@pytest.mark.parametrize(
    ("header", "host"),
    [("box.local:8080", "box.local"), ("box", "box"), ("10.0.0.5:80", "10.0.0.5"), ("10.0.0.5", "10.0.0.5"),
     ("[fd00::5]:80", "[fd00::5]"), ("", "")],
)  # fmt: skip
def test_the_host_that_a_browser_came_by(header: str, host: str) -> None:
    assert host_of(header) == host


class Site:
    """A folder with a server's configuration; its date, host name and addresses can be changed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.today, self.host, self.addresses = folder, NOW, "box", ["192.168.1.10"]

    def start(self, more: str = "") -> ConsoleCertificate:
        """As the server does it."""
        return ConsoleCertificate(
            parse_server(GOOD + more),
            self.folder,
            self.folder,
            today=lambda: self.today,
            host=lambda: self.host,
            addresses=lambda: self.addresses,
        )

    def leaf(self) -> bytes:
        """What the listener would show."""
        return read_pair((self.folder / LEAF_FILE).read_bytes()).der


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An empty one."""
    return Site(tmp_path)


def test_the_authority_stays_and_the_certificate_is_kept_over_restarts(site: Site) -> None:
    first, leaf = site.start().authority, site.leaf()
    assert (site.start().authority, site.leaf()) == (first, leaf)
    for name in (AUTHORITY_FILE, LEAF_FILE):
        assert (site.folder / name).stat().st_mode & 0o077 == 0, "the key is nobody else's"


CHANGES: dict[str, Callable[[Site], object]] = {
    "address": lambda site: setattr(site, "addresses", ["192.168.7.7"]),
    "host": lambda site: setattr(site, "host", "other"),
    "date": lambda site: setattr(site, "today", NOW + timedelta(days=380)),
    "damage": lambda site: (site.folder / LEAF_FILE).write_bytes(b"damaged"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_running_server_shows_a_new_certificate_of_the_same_authority(
    site: Site, change: Callable[[Site], object]
) -> None:
    held, context = site.start(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    before = site.leaf()
    assert held.look(context) is False
    change(site)
    assert held.look(context) is True
    assert held.look(context) is False
    assert site.leaf() != before
    assert held.authority == site.start().authority


def test_a_name_that_the_authority_may_not_vouch_for_is_told(site: Site) -> None:
    site.start()
    site.start('[console]\nnames = ["other.local", "10.1.2.3"]\n')
    with pytest.raises(CertificateUnusable) as caught:
        site.start('[console]\nnames = ["queue.maesot.test"]\n')
    assert "queue.maesot.test" in str(caught.value)
    assert "taught" in caught.value.hint
    (site.folder / AUTHORITY_FILE).unlink()
    assert "queue.maesot.test" in site.start('[console]\nnames = ["queue.maesot.test"]\n').names
    (site.folder / AUTHORITY_FILE).write_bytes(b"not one")
    with pytest.raises(CertificateUnusable):
        site.start()


OWN = '[console]\ncertificate = "own.crt"\nkey = "own.key"\n'


def own_files(site: Site, authority: Pair) -> None:
    """What an administrator got from somewhere else."""
    leaf = make_leaf(authority, NAMES, NOW)
    (site.folder / "own.crt").write_bytes(leaf.certificate.public_bytes(_PEM))
    (site.folder / "own.key").write_bytes(leaf.pem.split(b"-----BEGIN CERTIFICATE")[0])


def test_files_of_somebody_else_are_shown_and_followed(site: Site, authority: Pair) -> None:
    own_files(site, authority)
    held, context = site.start(OWN), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    assert held.authority is None
    assert not (site.folder / AUTHORITY_FILE).exists()
    assert held.look(context) is False
    own_files(site, authority)
    assert held.look(context) is True
    (site.folder / "own.crt").write_bytes(b"half a fi")
    with pytest.raises(CertificateUnusable):
        held.look(context)


@pytest.mark.parametrize("fault", ["gone", "no pem", "another key", "no key"])
def test_files_that_cannot_be_used_are_told_at_the_start(site: Site, authority: Pair, fault: str) -> None:
    own_files(site, authority)
    if fault == "gone":
        (site.folder / "own.crt").unlink()
    elif fault == "no pem":
        (site.folder / "own.crt").write_text("hello")
    elif fault == "no key":
        (site.folder / "own.key").write_text("hello")
    else:
        (site.folder / "own.key").write_bytes(authority.pem.split(b"-----BEGIN CERTIFICATE")[0])
    with pytest.raises(CertificateUnusable) as caught:
        site.start(OWN)
    assert "own.crt" in str(caught.value)
    assert "[console]" in caught.value.hint


def shown(port: int, authority: bytes) -> bytes:
    """The certificate (DER) that a listener shows to who was taught the authority, by OpenSSL's strictest rules."""
    context = ssl.create_default_context(cadata=authority)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    plain = socket.create_connection(("127.0.0.1", port), 20)
    with plain, context.wrap_socket(plain, server_hostname="127.0.0.1") as wrapped:
        return wrapped.getpeercert(binary_form=True) or b""


def test_a_listener_shows_the_new_certificate_to_who_comes_next(site: Site) -> None:
    held = site.start('[listen]\nconsole = "127.0.0.1:0"\n')
    authority = held.authority or b""

    async def run() -> list[bytes]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*held.files)
        async with await asyncio.start_server(
            lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=context
        ) as server:
            port = server.sockets[0].getsockname()[1]
            first = await asyncio.to_thread(shown, port, authority)
            site.today += timedelta(days=-3)  # a clock that was set back makes the present one of the future
            held.look(context)
            return [first, await asyncio.to_thread(shown, port, authority)]

    before, after = asyncio.run(run())
    assert before != after == site.leaf()
