"""What a citizen does who holds a ticket: hears the call or misses it, leaves, comes back, is sent on an errand. Pure.

The shares are assumptions, said in docs/day.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.officeday.streams import stream

WALK_S = (10.0, 40.0)
"""From the chair to the counter."""
HEARS = (0.88, 0.05, 0.01)
"""Parts that come at the first call, at the first recall, at the second; the others miss the call."""
COMES_BACK = 0.6
"""Of those who missed it; the others never come."""
BACK_AFTER_S = (180.0, 1200.0)
AT_THE_KIOSK = 0.5
"""Who comes back says so at the kiosk, or else to an officer."""
LEAVES, LEAVES_AFTER_S = 0.03, (2400.0, 9000.0)
"""So many give up waiting and go home, so long after they took their ticket; half of them are seen to leave."""
SEEN_LEAVING = 0.5
ERRANDS, ERRAND_S = 0.05, (600.0, 1800.0)
"""So many lack a copy, a form, a payment, and come back with it."""
ERRAND_REASONS = ("copy", "form", "payment", "document-at-home")
SENT_ON = 0.04
"""So many turn out to need another service than the one they chose."""
SCORE_S = (4.0, 20.0)
"""From the end at the counter to the press of a score button."""


@dataclass(frozen=True, slots=True)
class Callee:
    """One holder of a ticket. `hears`: how many recalls it takes; None: misses them all.

    `back_after_s`: after a missed call; None: never. `leaves_after_s`: for good, after the ticket. `errand_s` and
    `errand`: how long, and what for. `sent_on`: the service that it turns out to be. Seconds throughout.
    """

    walk_s: float
    hears: int | None
    back_after_s: float | None
    at_kiosk: bool
    leaves_after_s: float | None
    seen_leaving: bool
    errand_s: float | None
    errand: str
    sent_on: str | None
    score_after_s: float


def callee(seed: int, number: int, services: Sequence[str]) -> Callee:
    """What this citizen will do. `services`: ids of the catalogue."""

    def part(trait: str) -> float:
        return stream(seed, "callee", trait, number).random()

    def between(trait: str, least_most: tuple[float, float]) -> float:
        least, most = least_most
        return least + (most - least) * part(trait)

    other = stream(seed, "callee", "other service", number).choice(list(services)) if services else None
    return Callee(
        between("walk", WALK_S),
        _hears(part("hears")),
        between("away", BACK_AFTER_S) if part("comes back") < COMES_BACK else None,
        part("at the kiosk") < AT_THE_KIOSK,
        between("patience", LEAVES_AFTER_S) if part("leaves") < LEAVES else None,
        part("seen") < SEEN_LEAVING,
        between("errand's time", ERRAND_S) if part("errand") < ERRANDS else None,
        stream(seed, "callee", "errand's reason", number).choice(ERRAND_REASONS),
        other if part("sent on") < SENT_ON else None,
        between("score", SCORE_S),
    )


def _hears(drawn: float) -> int | None:
    for recalls, share in enumerate(HEARS):
        drawn -= share
        if drawn < 0:
            return recalls
    return None
