"""What goes wrong on purpose, and when: `server-down@10:00-10:30`. Pure."""

import re
from dataclasses import dataclass
from itertools import pairwise

from kiosk.errors import KioskError
from kiosk.officeday.arrivals import CLOSES_S, OPENS_S

KINDS = ("server-down", "network-cut", "printer-absent", "printer-unplugged", "paper-out", "printer-stalled",
         "printer-swapped")  # fmt: skip
"""What can be broken. printer-absent: as unplugged; where it begins by the opening, the kiosk starts without a printer.
printer-stalled: it keeps the line open and neither reads nor answers, so a ticket stays on its way. printer-swapped:
unplugged, and another printer is put in its place at the end."""
PRINTER = frozenset(KINDS[2:])
"""Faults of the printer; the kiosk notices each of them but a stalled one, which shows with the next ticket."""
NETWORK = frozenset(KINDS[:2])

_SPELLED = re.compile(r"([a-z-]+)@(\d\d):(\d\d)-(\d\d):(\d\d)")


class FaultError(KioskError):
    """A fault that is not written as it should be."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, and when it begins and ends, in seconds after the opening."""

    kind: str
    begins_s: int
    ends_s: int

    def __str__(self) -> str:
        return f"{self.kind}@{clock_text(self.begins_s)}-{clock_text(self.ends_s)}"


def parse_fault(text: str) -> Fault:
    """The fault that is written so. Raises FaultError."""
    found = _SPELLED.fullmatch(text)
    if found is None or found[1] not in KINDS:
        hint = f"Write it like server-down@10:00-10:30. There are: {', '.join(KINDS)}."
        raise FaultError(f"{text!r} is no fault", hint=hint)
    begins, ends = (int(found[n]) * 3600 + int(found[n + 1]) * 60 for n in (2, 4))
    if not OPENS_S <= begins < ends <= CLOSES_S or int(found[3]) > 59 or int(found[5]) > 59:
        hint = "It begins and ends between 08:30 and 16:30, and ends after it began."
        raise FaultError(f"{text!r} is not within the day", hint=hint)
    return Fault(found[1], begins - OPENS_S, ends - OPENS_S)


def parse_faults(texts: list[str]) -> tuple[Fault, ...]:
    """All of them, by their beginning. Raises FaultError, also where two of one part overlap."""
    faults = sorted((parse_fault(text) for text in texts), key=lambda fault: fault.begins_s)
    for part in (PRINTER, NETWORK):
        of_part = [fault for fault in faults if fault.kind in part]
        for one, next_one in pairwise(of_part):
            if next_one.begins_s <= one.ends_s:
                raise FaultError(f"{one} and {next_one} overlap", hint="Let one end before the next begins.")
    return tuple(faults)


def clock_text(after_opening_s: float) -> str:
    """The time of day, HH:MM."""
    minutes = (OPENS_S + int(after_opening_s)) // 60
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
