"""The network between kiosks, offices and their centre: it loses, doubles, delays, reorders and cuts, by the dice."""

import random
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sync import wire
from sync.client import Reply, Unreachable
from tests.faults.centre_habits import Killed

CERTIFICATE = b"the certificate of every server here"
FATES = {
    "arrives": 60,
    "lost on the way": 8,
    "answer lost": 8,
    "answer cut": 4,
    "twice": 7,
    "held back": 7,
    "server killed before the commit": 3,
    "server killed after the commit": 3,
}
"""What becomes of a request, by weight."""
_LATE_TOO = (wire.FACTS_PATH, wire.INTRODUCE_PATH)
_HELD = 12


class Serves(Protocol):
    """A server that carries requests out. It raises Killed where `kill` says so: before its commit, or after."""

    def answer(self, path: str, headers: Mapping[str, str], body: bytes, kill: str = "") -> Reply: ...


@dataclass
class Network:
    """`calm`: everything arrives. `befell`: how often what became of requests."""

    dice: random.Random
    calm: bool = False
    befell: Counter[str] = field(default_factory=Counter)
    held: deque[tuple[Serves, str, Mapping[str, str], bytes]] = field(default_factory=deque)

    def carry(self, server: Serves, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """One request and its answer. Raises Unreachable."""
        if self.held and self.dice.random() < 0.3:
            self.let_go()
        fate = "arrives" if self.calm else self.dice.choices(list(FATES), list(FATES.values()))[0]
        self.befell[fate] += 1
        if fate == "held back" and path in _LATE_TOO and len(self.held) < _HELD:
            self.held.append((server, path, headers, body))
        if fate in ("lost on the way", "held back"):
            raise Unreachable("no route", hint="Wait.")
        kill = fate.removeprefix("server killed ") if fate.startswith("server killed") else ""
        try:
            reply = server.answer(path, headers, body, kill)
        except Killed as error:
            raise Unreachable("reset", hint="Wait.") from error
        if fate == "twice":
            reply = server.answer(path, headers, body)
        if fate == "answer lost":
            raise Unreachable("reset", hint="Wait.")
        if fate == "answer cut":
            return Reply(reply.status, 0.0, reply.body[: len(reply.body) // 2], reply.content_type)
        return reply

    def let_go(self) -> None:
        """The request that was held back for longest arrives; whoever sent it has given it up."""
        server, path, headers, body = self.held.popleft()
        server.answer(path, headers, body)
        self.befell["arrived late"] += 1


@dataclass
class Line:
    """A link to this server."""

    network: Network
    server: Serves

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """One request."""
        return self.network.carry(self.server, path, headers, body)

    def close(self) -> None:
        """It is no connection."""
