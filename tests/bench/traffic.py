"""What offices send to a centre, made without a disk: whole visits, as kiosks and offices put them on record."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from server.ledger import Ledger
from server.pairing import Pairing
from sync import facts_office as office
from sync.body import Body, TicketName
from sync.chain import START, Position
from sync.facts import (
    ClockAnchored,
    DayOpened,
    JournalOpened,
    PrintEnded,
    PrintSending,
    ScoreGiven,
    TicketIssued,
    TicketLanguage,
    TicketPromised,
    drafts,
)
from sync.journal import Instant, chained
from sync.keys import DeviceKey
from sync.types import BootId, BootMs, JournalId, Level, Seq, UtcMs
from sync.wire import Request, sign_batch, sign_request

BEGAN = UtcMs(1_795_410_000_000)
DAY = "2026-11-23"
VISIT_MS = 90_000
STAFF = "s00000001"


@dataclass
class Machine:
    """A journal in memory, and how much of it was sent."""

    name: JournalId
    secret: bytes
    key: DeviceKey
    boot: BootId
    role: str
    end: Position = START
    sent: Position = START
    rows: list[bytes] = field(default_factory=list)

    @classmethod
    def begun(cls, random: Random, role: str) -> "Machine":
        """A machine whose clock and day are known."""
        key = DeviceKey(random.randbytes(32), random.randbytes(32))
        name, boot = JournalId(random.randbytes(16).hex()), BootId(random.randbytes(16).hex())
        made = cls(name, random.randbytes(32), key, boot, role)
        opened = JournalOpened(name, key.public.hex(), role)
        made.record(0, opened, ClockAnchored(BEGAN, 50, "ntp"), DayOpened(DAY, "clock"))
        return made

    def record(self, at_ms: int, *bodies: Body) -> Seq:
        """Append facts; the seq of the first."""
        first = Seq(self.end.seq + 1)
        _, entries = chained(self.secret, self.end, drafts(*bodies), Instant(self.boot, BootMs(at_ms)))
        self.rows += [each.row for each in entries]
        self.end = Position(entries[-1].seq, entries[-1].chain)
        return first

    def request(self) -> Request:
        """All that was recorded since the last one."""
        rows = self.rows[self.sent.seq : self.end.seq]
        batch = sign_batch(self.name, self.sent, self.end, rows, self.key.sign)
        self.sent = self.end
        return sign_request(batch, self.key.sign)


def begin(random: Random, offices: int) -> tuple[list[Machine], list[Iterator[None]]]:
    """So many offices, each a kiosk and its office's own journal behind it, and the visits at each."""
    pairs = [(Machine.begun(random, "kiosk"), Machine.begun(random, "office")) for _ in range(offices)]
    return [machine for pair in pairs for machine in pair], [visits(*pair, random, 0) for pair in pairs]


def enter(ledger: Ledger, machines: Iterable[Machine]) -> None:
    """Pair them all without ceremony. Within a transaction."""
    for each in machines:
        ledger.pair(Pairing(each.name, each.key.public, each.secret, each.role, "", bytes(32)), BEGAN)


def alike() -> tuple[int, int]:
    """Milliseconds that everybody waits, and is served."""
    return 300_000, 280_000


def enter_offices(ledger: Ledger, machines: Sequence[Machine]) -> None:
    """Kiosks and the offices that bring them, in turns. Within a transaction."""
    enter(ledger, machines)
    for kiosk, desk in zip(machines[::2], machines[1::2], strict=True):
        ledger.offices.enter(desk.name, None, BEGAN)
        ledger.offices.enter(kiosk.name, desk.name, BEGAN)


def visits(
    kiosk: Machine,
    desk: Machine,
    random: Random,
    first: int,
    takes: Callable[[], tuple[int, int]] = alike,
    every_ms: int = VISIT_MS,
) -> Iterator[None]:
    """One visit after the other, from the ticket to the score: six facts at the kiosk and four at the office. `takes`
    gives how long the next one waits and is served; `every_ms` milliseconds one comes."""
    at_ms, number = 60_000, first
    while True:
        at_ms, number = at_ms + every_ms, number + 1
        n, counter = number % 999 + 1, random.randrange(1, 9)
        token = random.randbytes(32).hex()
        ticket = kiosk.record(at_ms, TicketIssued(DAY, "A", 0, n, f"A{n:03}", ("register",), token))
        kiosk.record(
            at_ms,
            TicketLanguage(ticket, random.choice(("th", "my", "en"))),
            TicketPromised(ticket, 5, 15),
            PrintSending(ticket, 1),
            PrintEnded(ticket, 1, "confirmed"),
        )
        name, now = TicketName(kiosk.name, ticket), UtcMs(BEGAN + at_ms)
        waits, served = takes()
        desk.record(
            at_ms,
            office.TicketAdmitted(now, name, DAY, f"A{n:03}", ("register",), now, "issued"),
            office.TicketCalled(UtcMs(now + waits), name, counter, STAFF),
            office.TicketServing(UtcMs(now + waits + 20_000), name, STAFF),
            office.TicketFinished(UtcMs(now + waits + 20_000 + served), name, STAFF),
        )
        kiosk.record(at_ms, ScoreGiven(counter, Level(random.choice((5, 5, 4, 3, 1)))))
        yield
