"""The server's certificate: made by itself at first start. Devices pin it, so nobody else has to vouch for it."""

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

from server.errors import CertificateUnusable
from sync.keys import write_durably

CERTIFICATE_FILE = "server.crt"
KEY_FILE = "server.key"
YEARS = 30
"""Pinned devices never look at the dates; thirty years outlive the hardware."""


def load_or_make(folder: Path, now: datetime) -> bytes:
    """The certificate (DER) in this folder, or a new one, durable before it is returned; `now` with a time zone.

    Raises CertificateUnusable where certificate and key cannot be read or do not fit each other.
    """
    certificate, key = folder / CERTIFICATE_FILE, folder / KEY_FILE
    if not certificate.exists():
        _make(certificate, key, now)
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        own = load_pem_private_key(key.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise CertificateUnusable(f"{certificate} and {key} cannot be read: {error}", hint=_HINT) from error
    if found.public_key() != own.public_key():
        raise CertificateUnusable(f"{certificate} and {key} do not belong together", hint=_HINT)
    return found.public_bytes(Encoding.DER)


def _make(certificate: Path, key: Path, now: datetime) -> None:
    """The key is written first: a cut in between leaves a key without certificate, and the next start makes both."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "scorecard-server")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=365))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("scorecard-server")]), critical=False)
        .sign(private, hashes.SHA256())
    )
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_durably(key, pem, mode=0o600)
    write_durably(certificate, made.public_bytes(Encoding.PEM))


_HINT = (
    "Restore both files from a backup. Without one, delete both: a new certificate is made, and every kiosk has to be "
    "paired again."
)
