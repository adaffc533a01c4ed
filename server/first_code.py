"""The first administrator's code, asked for by a kiosk: POST /v1/first-administrator (docs/exchange.md).

A technician who has opened the kiosk's service menu with its PIN gets it there. Only a paired kiosk of this office may
ask, only while nobody is administrator yet, and not often; who asked is a fact of the office's journal in the same
transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass

from server.bucket import Buckets
from server.ledger import Ledger
from server.people import CODE_HOURS, Role
from sync import wire
from sync.facts_service import AdministratorInvited
from sync.firstwire import BODY, Given
from sync.journal import Instant
from sync.judge import DEVICE, Refuse, judge_sender
from sync.types import UtcMs
from sync.wire import Refusal, Request

BURST, EVERY_MS = 3, 5 * 60_000
"""A technician mistypes, closes the screen, asks again; a program would ask for ever."""


@dataclass(frozen=True, slots=True)
class Console:
    """Where the console is, and the fingerprint of what vouches for it (empty: somebody else does)."""

    url: str
    sha256: str


class FirstCodes:
    """Answers the requests, each within a transaction of the ledger. For the writer's thread alone."""

    def __init__(
        self,
        random: Callable[[int], bytes],
        now: Callable[[], UtcMs],
        instant: Callable[[], Instant],
        console: Callable[[], Console],
        buckets: Buckets | None = None,
    ) -> None:
        self._random, self._now, self._instant, self._console = random, now, instant, console
        self._buckets = buckets or Buckets(BURST, EVERY_MS)

    def take(self, ledger: Ledger, request: Request) -> Given | Refusal:
        """The code, its record durable with it; or why there is none, recorded too."""
        now_ms = self._now()
        refusal = judge_device(ledger, request) or self._judge_moment(ledger, request, now_ms)
        if refusal is not None:
            ledger.refuse(request.journal_id, Refuse(refusal), now_ms)
            return refusal
        code = ledger.people.make_code(self._random, now_ms)
        ledger.append([AdministratorInvited(now_ms, request.journal_id)], self._instant())
        console = self._console()
        return Given(code, now_ms + CODE_HOURS * 3_600_000, console.url, console.sha256)

    def _judge_moment(self, ledger: Ledger, request: Request, now_ms: UtcMs) -> Refusal | None:
        if ledger.people.count(Role.ADMINISTRATOR):
            return wire.refuse(wire.ADMINISTRATED, "there is an administrator already", _AT_THE_CONSOLE)
        if self._buckets.take(request.journal_id, now_ms):
            return wire.refuse(wire.TOO_MANY, "the code was asked for too often", "Wait five minutes, then try again.")
        return None


def judge_device(ledger: Ledger, request: Request) -> Refusal | None:
    """Whether a kiosk of this office asks, by its own key. None: it does."""
    device = ledger.standing(request.journal_id)
    if device is None or device.own or device.successor is not None:
        return wire.refuse(wire.UNPAIRED, "this journal is paired with this office no more, or never was", _PAIR)
    refused = judge_sender(request, device, DEVICE)
    if refused is not None:
        return refused
    if ledger.role(request.journal_id) != "kiosk":
        return wire.refuse(wire.WRONG_ROLE, "only a kiosk has a service menu", _MEND)
    if (request.first, request.last, request.body) != (1, 0, BODY):
        return wire.refuse(wire.MALFORMED, "the request is not the one that asks for a code", _MEND)
    return None


_PAIR = "Pair the device: make a code at the server and enter it in kiosk.toml."
_MEND = "See docs/exchange.md, 'First administrator'."
_AT_THE_CONSOLE = (
    f"{Role.ADMINISTRATOR.word}s add people at the console. If none can enter any more, the server's machine gives a "
    "code: python -m server code."
)
