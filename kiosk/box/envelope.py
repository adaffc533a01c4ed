"""The signature at a bundle's end, held to the one form that it has. Pure; RAUC says whether it is good.

A signature's wrapper (CMS, RFC 5652) has places that are not signed and mean nothing: the version's number, the kind of
what is in it, the letters of the signer's name. A bit that flips there passes every check of the signature. So the
wrapper is written anew from what is signed, and has to come out as it is, byte for byte.
"""

from kiosk.box.errors import UpdateError

_SEQUENCE, _SET, _OCTETS, _BELOW = 0x30, 0x31, 0x04, 0xA0
_ONE = b"\x02\x01\x01"
_SHA256 = bytes.fromhex("300b0609608648016503040201")
_DATA = bytes.fromhex("06092a864886f70d010701")
_SIGNED = bytes.fromhex("06092a864886f70d010702")
_WAYS = tuple(
    bytes.fromhex(each)
    for each in (
        "300a06082a8648ce3d040302",  # ecdsa-with-SHA256
        "300d06092a864886f70d0101010500",  # rsaEncryption
        "300d06092a864886f70d01010b0500",  # sha256WithRSAEncryption
    )
)
"""How a release may be signed."""


def content_of(envelope: bytes) -> bytes:
    """What was signed, where the wrapper has its form. Raises UpdateError where it has not."""
    try:
        content, anew = _anew(envelope)
    except (ValueError, IndexError):
        anew = b""
    if anew != envelope:
        told = "the bundle's signature has another form than image/build gives it"
        raise UpdateError(told, code="damaged", hint="Copy the bundle anew; if that does not help, make it anew.")
    return content


def _anew(envelope: bytes) -> tuple[bytes, bytes]:
    """What was signed, and the wrapper written anew. Raises ValueError or IndexError where it is none."""
    [outer] = _values(envelope)
    _, below = _values(outer)
    [signed] = _values(below)
    _, _, inner, certificates, signers = _values(signed)
    [content] = _values(_values(inner)[1])
    [signer] = _values(signers)
    _, who, _, attributes, way, signature = _pieces(signer)
    if who not in map(_named, _pieces(certificates)) or way not in _WAYS:
        raise ValueError("signed by nobody that is here, or in another way")
    kept = _made(_BELOW, *_values(attributes)), way, _made(_OCTETS, *_values(signature))
    said = _made(_SEQUENCE, _ONE, who, _SHA256, *kept)
    data = _made(_SEQUENCE, _DATA, _made(_BELOW, _made(_OCTETS, content)))
    whole = _made(_SEQUENCE, _ONE, _made(_SET, _SHA256), data, _made(_BELOW, certificates), _made(_SET, said))
    return content, _made(_SEQUENCE, _SIGNED, _made(_BELOW, whole))


def _named(certificate: bytes) -> bytes:
    """Issuer and number of a certificate, as a signature names its signer."""
    [body] = _values(certificate)
    _, number, _, issuer, *_ = _pieces(_values(body)[0])
    return _made(_SEQUENCE, issuer, number)


def _cut(text: bytes) -> list[tuple[bytes, bytes]]:
    """The values one behind the other, each with and without its head. Raises ValueError or IndexError."""
    found, at = [], 0
    while at < len(text):
        begin, length, at = at, text[at + 1], at + 2
        if length & 0x80:
            at, length = at + (length & 0x7F), int.from_bytes(text[at : at + (length & 0x7F)], "big")
        if at + length > len(text):
            raise ValueError("a value ends behind its place")
        found.append((text[begin : at + length], text[at : at + length]))
        at += length
    return found


def _pieces(text: bytes) -> list[bytes]:
    return [whole for whole, _ in _cut(text)]


def _values(text: bytes) -> list[bytes]:
    return [value for _, value in _cut(text)]


def _made(kind: int, *values: bytes) -> bytes:
    value = b"".join(values)
    if len(value) < 0x80:
        return bytes([kind, len(value)]) + value
    length = len(value).to_bytes((len(value).bit_length() + 7) // 8, "big")
    return bytes([kind, 0x80 | len(length)]) + length + value
