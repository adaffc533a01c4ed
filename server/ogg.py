"""How long an Ogg file lasts (RFC 3533): the last page's position, by the rate that its first packet tells. Pure."""

import struct

from server.errors import ClipRefused

OPUS_RATE = 48_000
"""Opus counts positions at this rate, whatever it was recorded at (RFC 7845, 4)."""
_HINT = "Make it anew as Ogg Opus or Ogg Vorbis, or as a WAV file."


def ogg_ms(data: bytes) -> int:
    """Milliseconds of an Ogg Opus or Ogg Vorbis file. Raises ClipRefused."""
    if len(data) < 58 or data[:4] != b"OggS":
        raise ClipRefused("this is no Ogg file", hint=_HINT)
    packet = data[27 + data[26] :]
    skipped = 0
    if packet.startswith(b"OpusHead"):
        rate, skipped = OPUS_RATE, struct.unpack_from("<H", packet, 10)[0]
    elif packet.startswith(b"\x01vorbis"):
        rate = struct.unpack_from("<I", packet, 12)[0]
    else:
        raise ClipRefused("this is neither Ogg Opus nor Ogg Vorbis", hint=_HINT)
    last = data.rfind(b"OggS")
    if not rate or len(data) < last + 14:
        raise ClipRefused("this Ogg file is damaged", hint=_HINT)
    position: int = struct.unpack_from("<q", data, last + 6)[0]
    return max(position - skipped, 0) * 1000 // rate
