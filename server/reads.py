"""Reading the ledger in another thread, as those see it who wait for the answer."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

Result = TypeVar("Result")


class Reads(Protocol):
    """Reads the ledger in another thread: `function(connection, *values)`. server.app.Reader is one."""

    def read(self, function: Callable[..., Result], *values: object) -> Awaitable[Result]: ...
