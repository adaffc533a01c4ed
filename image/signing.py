"""By whom updates are signed: keys that are given, or an authority of this builder's own that is made once and kept.

The authority's certificate goes onto every card; a bundle is signed by a certificate that the authority has signed. So
the signing key can be exchanged without touching a card, and the authority's key can lie in a safe.
"""

import datetime
import shutil
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from image.errors import ImageError

BEGINS = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
ENDS = datetime.datetime(2099, 12, 31, tzinfo=datetime.UTC)
"""A card without a clock may believe any day since it was made."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Files in PEM: `key` and `certificate` sign bundles; `authority` is what cards trust."""

    key: Path
    certificate: Path
    authority: Path

    @property
    def keyring(self) -> bytes:
        """What goes onto the card."""
        return self.authority.read_bytes()


def given(key: Path | None, certificate: Path | None, authority: Path | None) -> Signer | None:
    """The files that were named; None: none was. Raises ImageError where one is missing."""
    named = {"--key": key, "--certificate": certificate, "--authority": authority}
    if key is None and certificate is None and authority is None:
        return None
    for option, path in named.items():
        if path is None or not path.is_file():
            raise ImageError(
                f"{option}: {path or 'is missing'}",
                hint="name all three: the signing key, its certificate, and the authority that signed that",
            )
    assert key is not None
    assert certificate is not None
    assert authority is not None
    return Signer(key, certificate, authority)


def kept(folder: Path) -> Signer:
    """This builder's own; made where there is none yet. Whoever loses the folder can update none of its cards."""
    if not folder.exists():
        draft = folder.with_name(folder.name + ".unfinished")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True, mode=0o700)
        make(draft)
        draft.rename(folder)
    return Signer(folder / "signing.key", folder / "signing.pem", folder / "authority.pem")


def make(folder: Path) -> None:
    """An authority and a certificate for signing, each with its key."""
    above, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name = _name("Scorecard Smart Box, updates of this builder")
    authority = (
        _begun(name, name, above.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(above, hashes.SHA256())
    )
    identifier = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    certificate = (
        _begun(_name("Scorecard Smart Box, signs updates"), name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(above, hashes.SHA256())
    )
    for kind, secret, public in (("authority", above, authority), ("signing", key, certificate)):
        path = folder / f"{kind}.key"
        path.touch(mode=0o600)
        path.write_bytes(
            secret.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        (folder / f"{kind}.pem").write_bytes(public.public_bytes(serialization.Encoding.PEM))


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    begun = x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number(), BEGINS, ENDS)
    return begun.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
