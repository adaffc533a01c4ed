"""One change of the projections, as a value."""

from typing import Any

from msgspec import Struct


class Change(Struct, frozen=True, gc=False):
    """One statement on the projections. Named values; `office_day(utc_ms)` is an SQL function the ledger provides."""

    statement: str
    values: dict[str, Any]
