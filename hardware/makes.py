"""Kinds of printers that the virtual printer can be: what each has, knows and says. Pure values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Make:
    """One kind of printer; the default knows everything but full status and prints in no time.

    `width`: of the paper, in dots, a multiple of 8, of which `dots_per_inch` make an inch. `buffer_bytes`: received
    ahead of reading. `mm_per_s`: of the mechanism, 0.0: in no time. `cut_s`: seconds of a cut. `head_to_cutter`: dots
    from the print line to the blade. `ahead_rows`: rows read from the buffer ahead of burning them. `xonxoff`: says by
    XOFF that its buffer is full.

    What it answers to: DLE EOT 1–4 (`answers`), GS a (`automatic`), GS r (`in_order`), GS ( H (`echoes`), DLE EOT 20
    (`full_status`). `identity`, `maker`, `firmware`: its words for GS I 67, 66 and 65; None: no answer. `numbers`: its
    bytes for GS I 1–3. `near_end`, `takes_ticket`: it has the sensor.
    """

    width: int = 576
    dots_per_inch: int = 203
    buffer_bytes: int = 65536
    mm_per_s: float = 0.0
    cut_s: float = 0.0
    head_to_cutter: int = 0
    ahead_rows: int = 64
    xonxoff: bool = False
    answers: bool = True
    automatic: bool = True
    in_order: bool = True
    echoes: bool = True
    full_status: bool = False
    identity: str | None = "TM-T20III"
    maker: str | None = "EPSON"
    firmware: str | None = "30.03 ESC/POS"
    numbers: bytes = b"\x20\x02\x03"
    near_end: bool = True
    takes_ticket: bool = False

    def names(self, n: int) -> bytes | None:
        """The answer to GS I n; None if it has none."""
        if n in (1, 2, 3, 49, 50, 51):
            return self.numbers[(n & 3) - 1 : n & 3] or None
        word = {65: self.firmware, 66: self.maker, 67: self.identity}.get(n)
        return None if word is None else b"_" + word.encode("ascii", "replace") + b"\0"


MAKES = {
    "epson": Make(),
    "epson-180": Make(width=512, dots_per_inch=180, identity="TM-T88V"),
    "clone": Make(automatic=False, echoes=False, identity=None, maker=None, firmware=None, numbers=b"", near_end=False),
    "mute": Make(
        answers=False,
        automatic=False,
        in_order=False,
        echoes=False,
        identity=None,
        maker=None,
        firmware=None,
        numbers=b"",
        near_end=False,
    ),
    "custom": Make(
        automatic=False,
        echoes=False,
        full_status=True,
        identity="VKP80III",
        maker="CUSTOM S.p.A.",
        firmware="1.00",
        numbers=b"\x5d\x02\x01",
        takes_ticket=True,
    ),
}
"""By name. As their makers describe them; no real one was asked."""
