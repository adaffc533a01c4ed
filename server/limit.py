"""What one address may ask for at most, as pages of the public site keep it; and what else they may answer."""

from collections.abc import Callable
from typing import Any

from fastapi import Request

from server.bucket import Buckets
from server.errors import ComeLater
from sync.types import UtcMs

Address = Callable[[Request], str]
"""Where a request comes from."""
NOT_THERE: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is nothing at this address", "content": {"text/html": {}}}
}
TOO_MANY: dict[int | str, dict[str, Any]] = {
    429: {"description": "Too many at once from this address; `retry-after`", "content": {"text/html": {}}}
}
"""For /openapi.json."""


class Limit:
    """`burst` at once of each address, and one more every `every_ms`."""

    def __init__(self, burst: int, every_ms: int, address: Address, now: Callable[[], UtcMs]) -> None:
        self._buckets, self._address, self._now = Buckets(burst, every_ms), address, now

    def __call__(self, request: Request) -> None:
        """One more. Raises ComeLater."""
        wait_s = self._buckets.take(self._address(request), self._now())
        if wait_s:
            raise ComeLater(429, wait_s)
