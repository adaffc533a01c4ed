"""One change of the projections, as a value."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One statement on the projections. Named values; `office_day(utc_ms)` is an SQL function the ledger provides."""

    statement: str
    values: dict[str, Any]
