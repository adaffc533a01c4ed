"""The office's own certificate authority, which browsers are taught once, and what it gives the console.

Pure: values in, PEM out. The authority may vouch for names of a local network and for those it was made with, and for
nothing else (RFC 5280, 4.2.1.10): whoever teaches it to a telephone does not give the office a say about banks.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.names import Names

AUTHORITY_DAYS = 3653
LEAF_DAYS = 397
"""With the day before it, no more than the 398 days that browsers allow."""
RENEW_DAYS = 30
FLOOR = datetime(2026, 11, 1, tzinfo=UTC)
"""No machine's first start was earlier: a clock that says so is not set yet."""
LOCAL_DNS = ("local", "localhost", "lan", "internal", "home.arpa")
LOCAL_NETWORKS = tuple(
    map(
        ipaddress.ip_network,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "fc00::/7", "::1/128"),
    )
)


@dataclass(frozen=True, slots=True, repr=False)
class Pair:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        """Both in one file, so that no power cut can part them."""
        own = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return own + self.certificate.public_bytes(Encoding.PEM)

    @property
    def der(self) -> bytes:
        """The certificate, DER."""
        return self.certificate.public_bytes(Encoding.DER)


def read_pair(pem: bytes) -> Pair:
    """What `Pair.pem` wrote. Raises ValueError where it is not that."""
    certificate, key = x509.load_pem_x509_certificate(pem), load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate.public_key() != key.public_key():
        raise ValueError("certificate and key do not belong together")
    return Pair(certificate, key)


def make_authority(office: str, names: Names, now: datetime) -> Pair:
    """A new authority for ten years, for local names and these. `office`: what people see it called."""
    key = ec.generate_private_key(ec.SECP256R1())
    own = _name(f"Scorecard Smart Box: {office}")
    dns = [x509.DNSName(each) for each in dict.fromkeys((*LOCAL_DNS, *names.dns))]
    networks = [x509.IPAddress(each) for each in LOCAL_NETWORKS]
    single = [x509.IPAddress(ipaddress.ip_network(ip)) for ip in names.ips if not _local(ip)]
    usage = _usage(key_cert_sign=True, crl_sign=True)
    made = (
        _begun(own, own, key, min(now, FLOOR) - timedelta(days=1), max(now, FLOOR) + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints([*dns, *networks, *single], None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Pair(made, key)


def make_leaf(authority: Pair, names: Names, now: datetime) -> Pair:
    """A certificate of the console for these names. They have to be permitted."""
    key, ca = ec.generate_private_key(ec.SECP256R1()), authority.certificate
    alternatives = [*map(x509.DNSName, names.dns), *map(x509.IPAddress, names.ips)]
    until = min(now + timedelta(days=LEAF_DAYS), ca.not_valid_after_utc)
    vouched = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    made = (
        _begun(_name("scorecard-console"), ca.subject, key, now - timedelta(days=1), until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(vouched, critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    return Pair(made, key)


def permitted(authority: Pair, names: Names) -> Names:
    """Those of the names that the authority may vouch for."""
    bounds = authority.certificate.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees
    dns = [each.value for each in bounds or () if isinstance(each, x509.DNSName)]
    nets = [each.value for each in bounds or () if isinstance(each, x509.IPAddress)]
    return Names(
        tuple(name for name in names.dns if any(name == each or name.endswith(f".{each}") for each in dns)),
        tuple(ip for ip in names.ips if any(_within(ip, each) for each in nets)),
    )


def still_good(authority: Pair, leaf: Pair, names: Names, now: datetime) -> bool:
    """Whether this certificate can go on: of this authority, for exactly these names, and not near its end."""
    own = leaf.certificate
    found = own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    same = set(found.get_values_for_type(x509.DNSName)) == set(names.dns)
    same = same and set(found.get_values_for_type(x509.IPAddress)) == set(names.ips)
    in_time = own.not_valid_before_utc <= now < own.not_valid_after_utc - timedelta(days=RENEW_DAYS)
    by_us = own.issuer == authority.certificate.subject and _signed(authority, own)
    last = own.not_valid_after_utc == authority.certificate.not_valid_after_utc  # nothing longer can be had
    return same and by_us and (in_time or (last and own.not_valid_before_utc <= now))


def fingerprints(der: bytes) -> tuple[str, str]:
    """SHA-256 and SHA-1 of a certificate as systems show them; Windows shows the second alone."""
    found = x509.load_der_x509_certificate(der)
    sums = found.fingerprint(hashes.SHA256()), found.fingerprint(hashes.SHA1())
    return sums[0].hex(":").upper(), sums[1].hex(":").upper()


def _signed(authority: Pair, leaf: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(authority.certificate)
    except Exception:  # noqa: BLE001 several kinds, all of which mean no
        return False
    return True


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, since: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _usage(*, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _within(ip: object, network: object) -> bool:
    return isinstance(network, ipaddress.IPv4Network | ipaddress.IPv6Network) and ip in network


def _local(ip: object) -> bool:
    return any(_within(ip, each) for each in LOCAL_NETWORKS)


def missing(wanted: Iterable[str], allowed: Names) -> list[str]:
    """Which of the names in server.toml the authority may not vouch for."""
    return [each for each in wanted if each not in allowed]
