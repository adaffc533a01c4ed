"""What the doctor says of the paper: what is left of the roll, what the night found, what became of a slip. Pure."""

from collections.abc import Iterator

from kiosk.findings import Finding, note, ok, problem
from kiosk.findings_printer import FAULTS

_OTHER = "Read what the printer's own display says."


def recorded(level: str | None, left: int | None, night_outcome: str | None) -> Iterator[Finding]:
    """What the journal has of the roll and of the last night."""
    yield from (each for each in (paper(level, left), night(night_outcome)) if each is not None)


def paper(level: str | None, left: int | None) -> Finding | None:
    """What the record says of the roll; `level`: what the printer said of it. None: nothing was ever said of a roll."""
    if left is not None:
        seen = f"about {left} tickets are left on the roll, reckoned from what was printed since it was put in"
    elif level is None:
        return None
    else:
        seen = "how many tickets are left is not known before a roll is put in while the kiosk runs"
    if level == "near-end":
        return note("paper", f"nearly at its end; {seen}", "Put a new roll beside the printer today.")
    return ok("paper", seen)


def night(outcome: str | None) -> Finding | None:
    """What came of the last self-check at night; None: there was none yet."""
    if outcome is None:
        return None
    if outcome == "passed":
        return ok("night", "at the last check at night the printer was ready")
    if outcome == "uncertain":
        return note("night", "at the last check at night the printer told nothing of paper and cover")
    told, todo = FAULTS.get(outcome, (outcome, _OTHER))
    return note("night", f"at the last check at night the printer said: {told}", todo)


def slip(address: str, outcome: str, fault: str | None) -> Finding:
    """What became of a test slip; `outcome`: as in print.ended, `fault` what the printer says then."""
    if outcome == "confirmed":
        return ok("test slip", f"{address} says that it is on paper")
    if fault is not None:
        told, todo = FAULTS.get(fault, (fault, _OTHER))
        return problem("test slip", f"{address} did not print it: {told}", todo)
    if outcome == "sent":
        return note("test slip", f"{address} took it and tells no more", "Look whether it came out.")
    todo = "Look whether it came out; if not, switch the printer off and on."
    return problem("test slip", f"{address}: {outcome}", todo)
