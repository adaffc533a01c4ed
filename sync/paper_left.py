"""How much paper is left on the roll in a kiosk, reckoned from facts: kiosk, doctor and office say the same. Pure.

No printer tells how long its roll is. What is known: how long a new one is (kiosk.toml), when one was put in, and how
much was printed since. So this is an estimate, it says "about", and where the facts do not carry it, nothing is said.
"""

from dataclasses import dataclass, replace

from sync.facts import Body, PaperRefilled, PrintEnded, PrinterTested

NEAR_END_SHARE = 4
"""A roll that its printer calls near its end and that would still have more than this part of its length is not the
roll that the settings tell of; sensors report the last few metres."""


@dataclass(frozen=True, slots=True)
class PaperLeft:
    """`roll_mm`: of the last roll that was put in, None: none was seen; `used_mm`: of it, so far. `tickets` of all
    rolls took `ticket_mm` together."""

    roll_mm: int | None = None
    used_mm: int = 0
    tickets: int = 0
    ticket_mm: int = 0

    def after(self, body: Body) -> "PaperLeft":
        """After this fact. A ticket that was interrupted counts whole: what is torn off is gone as well."""
        match body:
            case PaperRefilled(roll_mm=roll_mm):
                return replace(self, roll_mm=roll_mm, used_mm=0)
            case PrintEnded(mm=mm) if mm > 0:
                return replace(self, used_mm=self.used_mm + mm, tickets=self.tickets + 1, ticket_mm=self.ticket_mm + mm)
            case PrinterTested(mm=mm):
                return replace(self, used_mm=self.used_mm + mm)
        return self

    def left(self, level: str | None) -> int | None:
        """About how many tickets can still be printed; None where that is not known. `level`: what the printer says of
        its roll (paper.changed), None: nothing."""
        if level == "out":
            return 0
        if self.roll_mm is None or not self.tickets:
            return None
        left_mm = self.roll_mm - self.used_mm
        if left_mm <= 0 or (level == "near-end" and left_mm * NEAR_END_SHARE > self.roll_mm):
            return None
        return left_mm * self.tickets // self.ticket_mm
