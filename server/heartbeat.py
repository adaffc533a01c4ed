"""The service manager hears of a server while its event loop turns and its writer comes round: of neither alone."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

from sync.notify import Pulse


class Rounds(Protocol):
    """What is needed of server.writer.Writer."""

    trouble: str | None

    def come_round(self) -> "Future[None]": ...


def standing(writer: Rounds) -> str:
    """How the server is, in one English line."""
    return "serves" if writer.trouble is None else f"serves, and cannot write: {writer.trouble}"


async def keep_beating(pulse: Pulse, writer: Rounds, told: Callable[[Rounds], str] = standing) -> None:
    """Until it is cancelled. To be begun once the server listens: the first beat says that it is ready."""
    while True:
        await asyncio.wrap_future(writer.come_round())
        pulse.turn(told(writer))
        wait_s = pulse.wait_s()
        if wait_s is None:
            return  # nobody watches, and who does not has heard that it is ready
        await asyncio.sleep(wait_s)
