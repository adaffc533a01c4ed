"""What state a printer is in, and how it says so in each of its languages. Pure.

Bits: Epson ESC/POS reference (GS a, DLE EOT 1–4, GS r); Custom command manuals (DLE EOT 20, "full status").
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Condition:
    """What a person can see of the mechanism. `paper` is "ok", "near-end" or "out".

    `overheated`: waits until the head has cooled. `ticket_waiting`: the last ticket still hangs in the mouth.
    """

    paper: str = "ok"
    cover_open: bool = False
    cutter_error: bool = False
    mechanism_error: bool = False
    overheated: bool = False
    ticket_waiting: bool = False

    @property
    def broken(self) -> bool:
        """A fault that is an error of its own, not just a lack of paper or an open cover."""
        return self.cutter_error or self.mechanism_error or self.overheated

    @property
    def offline(self) -> bool:
        return self.cover_open or self.paper == "out" or self.broken

    def _errors(self) -> int:
        return (
            (0x04 if self.mechanism_error else 0)
            | (0x08 if self.cutter_error else 0)
            | (0x40 if self.overheated else 0)
        )

    def automatic(self) -> bytes:
        """The four bytes of an ASB block."""
        first = 0x10 | (0x08 if self.offline else 0) | (0x20 if self.cover_open else 0)
        return bytes((first, self._errors(), self.in_order(), 0))

    def in_order(self) -> int:
        """The byte that answers GS r 1."""
        return {"ok": 0, "near-end": 0x03, "out": 0x0F}[self.paper]

    def answer(self, n: int) -> bytes:
        """The byte that answers DLE EOT n, n from 1 to 4."""
        byte = 0x12
        if n == 1 and self.offline:
            byte |= 0x08
        if n == 2:
            byte |= (
                (0x04 if self.cover_open else 0) | (0x20 if self.paper == "out" else 0) | (0x40 if self.broken else 0)
            )
        if n == 3:
            byte |= self._errors()
        if n == 4:
            byte |= {"ok": 0, "near-end": 0x0C, "out": 0x6C}[self.paper]
        return bytes((byte,))

    def full(self) -> bytes:
        """The six bytes that answer DLE EOT 20: paper, user, recoverable, unrecoverable."""
        paper = {"ok": 0, "near-end": 0x04, "out": 0x05}[self.paper] | (0x20 if self.ticket_waiting else 0)
        user = 0x03 if self.cover_open else 0
        recoverable = (0x01 if self.overheated else 0) | (0x40 if self.mechanism_error else 0)
        return bytes((0x10, 0x0F, paper, user, recoverable, 0x01 if self.cutter_error else 0))
