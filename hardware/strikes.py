"""Faults of a printer by plan. Pure: whoever wants them by chance brings the chance."""

import random
from dataclasses import dataclass
from typing import Literal, get_args

Fault = Literal[
    "paper-out",
    "cover-open",
    "cutter",
    "overheated",
    "power-off",
    "cable-pulled",
    "stall",
    "garbage",
    "late-echo",
    "no-echo",
]
FAULTS: tuple[Fault, ...] = get_args(Fault)
OUTER: frozenset[Fault] = frozenset(("power-off", "cable-pulled", "stall"))
"""Not the mechanism's to carry out: its owner does, on seeing Struck."""
_NOISE = b"\xff\x5a\x00"


@dataclass(frozen=True, slots=True)
class Strike:
    """One fault: once `at` bytes were received, or `at` rows burnt, since power-on.

    `lasts`: seconds until it mends by itself; None: until a hand mends it. `noise`: what stands in the answers while
    "garbage" holds.

    "cutter" is noticed at the next cut. "late-echo" holds echoes back until it is mended, "no-echo" swallows them.
    """

    when: Literal["byte", "row"]
    at: int
    fault: Fault
    lasts: float | None = None
    noise: bytes = _NOISE


def random_strike(
    chance: random.Random, *, most_bytes: int, most_rows: int, longest_s: float = 20.0, mends: float = 0.8
) -> Strike:
    """One strike within so many bytes or rows, each fault as likely as any other. `mends`: the share that mends by
    itself within `longest_s`."""
    when: Literal["byte", "row"] = chance.choice(("byte", "row"))
    return Strike(
        when,
        chance.randint(0, most_bytes if when == "byte" else most_rows),
        chance.choice(FAULTS),
        lasts=round(chance.uniform(0.05, longest_s), 3) if chance.random() < mends else None,
        noise=chance.randbytes(chance.randint(1, 6)),
    )
