"""From a kiosk's facts to the office's queue: admitted once, with its age, whatever way the facts came."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from server import acts, queue
from server.acts import Act
from server.calls import Call, perform
from server.decide import Who
from server.intake import take_batch
from server.ledger import Ledger
from server.pairing import Pairing
from server.queue import Moment
from server.stores import FILE
from sync.facts import TicketIssued, TicketLanguage, TicketPriority, TicketReturned
from sync.journal import Instant
from sync.keys import DeviceKey
from sync.live import Live
from sync.tickets import Status
from sync.types import BootId, BootMs, Seq, UtcMs
from tests.server.conftest import ZONE, opened
from tests.server.device import CATALOGUE, DAY, NOON, Device, anchor, issued, seeded
from tests.server.places import place

MINUTE = 60_000
KEY = DeviceKey(bytes(32), bytes(32))


class Office:
    """An office's ledger, its paired kiosks, and its clock. `trusted`: somebody vouches for that clock."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now, self.day, self.trusted = folder, NOON, DAY, True
        self.paired: list[Device] = []
        self.ledger = Ledger(place(folder / FILE), ZONE, seeded(9))
        with self.ledger.transaction():
            self.ledger.open_own(KEY, seeded(8), self.moment.instant)
            queue.begin(self.ledger)

    def close(self) -> None:
        """Let go of the ledger, and of the journals of its kiosks."""
        for kiosk in self.paired:
            kiosk.close()
        self.ledger.close()

    @property
    def moment(self) -> Moment:
        return Moment(self.now, self.day, Instant(BootId("d" * 32), BootMs(5)))

    @property
    def live(self) -> Live:
        return queue.live_of(self.ledger)

    def pair(self, seed: int) -> Device:
        """A kiosk that is paired, with its clock known and its services on record."""
        kiosk = opened(Device.make(self.folder / f"kiosk{seed}", seed))
        self.paired.append(kiosk)
        pairing = Pairing(
            kiosk.journal_id, kiosk.key.public, kiosk.journal.secret, "kiosk", f"Hall {seed}", bytes([seed]) * 32
        )
        with self.ledger.transaction():
            self.ledger.pair(pairing, self.now)
        kiosk.record(CATALOGUE, after_ms=0)
        kiosk.record(anchor(self.now), after_ms=0)
        return kiosk

    def hear(self, kiosk: Device, last: int | None = None) -> None:
        """The kiosk's facts arrive, up to `last`."""
        request = kiosk.request(last=last)
        with self.ledger.transaction():
            received = take_batch(self.ledger, request, self.now, self.moment if self.trusted else None)
        assert isinstance(received, int), received
        reached = kiosk.journal.at(received)
        assert reached is not None
        kiosk.sent = reached

    def waiting(self) -> list[str]:
        """Labels in the order they would be called now."""
        return [each.label for each in self.live.order(("register", "tax"), self.now)]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.close()


def take(kiosk: Device, n: int, *, priority: bool = False, after_ms: int = 0, service: str = "register") -> int:
    """Ticket number n is taken; the seq of its issue."""
    seq = kiosk.record(issued(n, service), after_ms=after_ms)
    kiosk.record(TicketLanguage(Seq(seq), "my"), after_ms=0)
    if priority:
        kiosk.record(TicketPriority(Seq(seq)), after_ms=0)
    return seq


def test_a_ticket_waits_since_it_was_issued_at_its_kiosk(office: Office) -> None:
    kiosk = office.pair(1)
    take(kiosk, 1, after_ms=MINUTE)
    office.now = UtcMs(NOON + 5 * MINUTE)
    office.hear(kiosk)
    (ticket,) = office.live.waiting()
    assert (ticket.label, ticket.since_ms, office.live.day) == ("A001", NOON + MINUTE, DAY)


def test_a_kiosk_that_was_cut_off_merges_with_the_age_of_its_tickets(office: Office) -> None:
    here, cut_off = office.pair(1), office.pair(2)
    take(cut_off, 1, after_ms=MINUTE, service="tax")
    take(here, 1, after_ms=2 * MINUTE)
    office.now = UtcMs(NOON + 20 * MINUTE)
    office.hear(here)
    office.hear(cut_off)
    assert office.waiting() == ["B001", "A001"]
    assert office.live.admitted == 2


def test_facts_that_come_twice_admit_nobody_twice(office: Office) -> None:
    kiosk = office.pair(1)
    take(kiosk, 1)
    request = kiosk.request()
    for _ in range(2):
        with office.ledger.transaction():
            take_batch(office.ledger, request, office.now, office.moment)
    assert office.live.admitted == 1


def test_a_batch_that_is_cut_between_a_ticket_and_its_priority_loses_neither(office: Office) -> None:
    kiosk = office.pair(1)
    seq = take(kiosk, 1, priority=True)
    office.hear(kiosk, last=seq)
    assert not office.live.waiting()[0].priority
    office.hear(kiosk)
    assert office.live.waiting()[0].priority


def test_tickets_that_came_while_nobody_knew_the_day_are_admitted_when_it_begins(office: Office) -> None:
    kiosk = office.pair(1)
    office.trusted = False
    take(kiosk, 1)
    take(kiosk, 2, priority=True)
    office.hear(kiosk)
    assert office.live.day is None
    office.trusted = True
    with office.ledger.transaction():
        call = Call("ab" * 16, 1, 0, acts.Open())
        perform(office.ledger, call, Who("s1"), office.moment)
    assert sorted(office.waiting()) == ["A001", "A002"]
    assert [each.label for each in office.live.waiting() if each.priority] == ["A002"]


def test_whoever_says_at_the_kiosk_to_be_back_waits_again(office: Office) -> None:
    kiosk = office.pair(1)
    take(kiosk, 1)
    office.hear(kiosk)
    done: tuple[Act, ...] = (acts.Open(), acts.Next(), acts.NoShow("left-the-hall"))
    for key, act in enumerate(done):
        with office.ledger.transaction():
            seen = int(office.live.counter(1).changed)
            perform(office.ledger, Call(f"{key:032x}", 1, seen, act), Who("s1"), office.moment)
    kiosk.record(TicketReturned(DAY, "A001"))
    office.hear(kiosk)
    (ticket,) = office.live.tickets.values()
    assert (ticket.status, ticket.hold) == (Status.WAITING, office.live.rule.returned_place)


def test_who_still_waits_when_the_day_ends_is_first_on_the_next(office: Office) -> None:
    kiosk = office.pair(1)
    take(kiosk, 1)
    office.hear(kiosk)
    office.now, office.day = UtcMs(NOON + 20 * 60 * MINUTE), "2026-11-24"
    body = issued(1, "tax", day="2026-11-24")
    kiosk.record(anchor(office.now), after_ms=0)
    kiosk.record(body, after_ms=0)
    office.hear(kiosk)
    assert isinstance(body, TicketIssued)
    assert (office.live.day, office.waiting()) == ("2026-11-24", ["A001", "B001"])
    assert [each.carried for each in office.live.waiting()] == [True, False]


def test_a_ticket_that_no_queue_can_hold_stops_neither_its_kiosk_nor_the_others(office: Office) -> None:
    kiosk = office.pair(1)
    kiosk.record(replace(issued(1), services=()), after_ms=0)
    take(kiosk, 2)
    office.hear(kiosk)
    assert [each.label for each in office.live.waiting()] == ["A002"]


def test_a_rebuild_changes_nothing_of_the_queue(office: Office) -> None:
    kiosk = office.pair(1)
    take(kiosk, 1)
    take(kiosk, 2)
    office.hear(kiosk)
    before = office.live
    office.ledger.rebuild()
    with office.ledger.transaction():
        assert queue.begin(office.ledger) == before
