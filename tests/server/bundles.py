"""Bundles as RAUC lays them out, small, signed with a key of the moment by another library than reads them."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

BLOCK = 4096
MANIFEST = """[update]
compatible={compatible}
version={release}

[bundle]
format={form}
verity-hash=70eef6b506c1fc917961650543e6fea482cd0c7efe38c3c35696468c6a9b595a
verity-salt=2b131674cc79f2e8cad2a011cf07662bfa23a20a27b9c07320b5beaf14a2df61
verity-size={tree}

[image.rootfs]
sha256=d30fff87790933b12c16021005bd7d70db5ad88b6cc9b1a2deb3188e70fbc98e
size=300000
filename=slot.ext4
"""
KEY = ec.generate_private_key(ec.SECP256R1())
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tests")])
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
CERTIFICATE = (
    x509.CertificateBuilder()
    .subject_name(NAME)
    .issuer_name(NAME)
    .public_key(KEY.public_key())
    .serial_number(7)
    .not_valid_before(BEGIN)
    .not_valid_after(BEGIN + timedelta(days=3650))
    .sign(KEY, SHA256())
)


def signed(content: bytes) -> bytes:
    """A CMS that carries this."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(CERTIFICATE, KEY, SHA256())
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])


def bundle_bytes(
    release: str = "2.0", blocks: int = 100, *, compatible: str = "scorecard-arm64", form: str = "verity"
) -> bytes:
    """A bundle of so many blocks of payload."""
    payload = bytearray((release.encode() * BLOCK * blocks)[: BLOCK * blocks])
    payload[:4], payload[40:48] = b"hsqs", (BLOCK * blocks - 100).to_bytes(8, "little")
    manifest = MANIFEST.format(compatible=compatible, release=release, form=form, tree=BLOCK)
    cms = signed(manifest.encode())
    return bytes(payload) + bytes(BLOCK) + cms + len(cms).to_bytes(8, "big")
