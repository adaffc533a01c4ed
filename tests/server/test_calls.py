"""Each ticket goes to exactly one counter, whoever presses, however often, whatever fails in between."""

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from server import acts, calls, queue
from server.acts import Act
from server.calls import Call, Done
from server.decide import Who
from server.errors import ActRefused, LedgerRefused
from server.ledger import Ledger
from server.queue import Moment
from server.sqlite_store import SqliteStore
from server.stores import FILE
from server.writer import Writer
from sync.body import TicketName
from sync.codec import decode
from sync.facts import understand
from sync.facts_office import TicketAdmitted, TicketCalled, TicketFinished
from sync.journal import Instant
from sync.keys import DeviceKey
from sync.live import Live, fold
from sync.tickets import Status
from sync.types import BootId, BootMs, JournalId, Seq, UtcMs
from tests.server.conftest import ZONE
from tests.server.device import NOON
from tests.server.places import place, reader_of, stranger

DAY = "2026-11-23"
KEY = DeviceKey(bytes(32), bytes(32))
KIOSK = JournalId("aa" * 16)
SERVICES = ("a", "b")


class Office:
    """A ledger with a queue, and a clock that a test moves."""

    def __init__(self, folder: Path, *, synchronous: str = "") -> None:
        self.path = folder / FILE
        self.random = random.Random(7)
        self.ledger = Ledger(
            SqliteStore(self.path, synchronous) if synchronous else place(self.path), ZONE, self.random.randbytes
        )
        with self.ledger.transaction():
            self.ledger.open_own(KEY, self.random.randbytes, self.at().instant)
            queue.begin(self.ledger)
        self.now = NOON

    now: UtcMs = NOON
    day = DAY

    def at(self, ms: int = 0) -> Moment:
        return Moment(UtcMs(self.now + ms), self.day, Instant(BootId("b" * 32), BootMs(1000)))

    def take(self, *numbers: int, service: str = "a") -> None:
        """Tickets are admitted."""
        with self.ledger.transaction():
            queue.turn(self.ledger, self.at())
            bodies = [
                TicketAdmitted(self.now, name(n), self.day, f"A{n:03}", (service,), self.now, "issued") for n in numbers
            ]
            queue.commit(self.ledger, bodies, self.at().instant)

    def key(self) -> str:
        return self.random.randbytes(16).hex()

    def call(self, act: Act, counter: int = 1, key: str | None = None, changed: int | None = None) -> Call:
        seen = int(queue.live_of(self.ledger).counter(counter).changed) if changed is None else changed
        return Call(key or self.key(), counter, seen, act)

    def do(self, act: Act, counter: int = 1, *, key: str | None = None, changed: int | None = None) -> Done:
        with self.ledger.transaction():
            return perform(self.ledger, self.call(act, counter, key, changed), self.at())

    @property
    def live(self) -> Live:
        return queue.live_of(self.ledger)

    def facts(self) -> list[object]:
        own = self.ledger.own_named()
        assert own is not None
        return [understand(fact) for fact in self.ledger.held.facts_of_last_day(own[0])]


def perform(ledger: Ledger, call: Call, at: Moment, *, keyed: bool = True, conditional: bool = True) -> Done:
    who = Who(f"s{call.counter:08}", acts.SUPERVISOR)
    return calls.perform(ledger, call, who, at, offered=SERVICES, keyed=keyed, conditional=conditional)


def name(number: int) -> TicketName:
    return TicketName(KIOSK, Seq(number))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.ledger.close()


def called(office: Office) -> list[int]:
    return [int(body.ticket.seq) for body in office.facts() if isinstance(body, TicketCalled)]


def test_a_retry_gives_the_same_answer_and_calls_nobody_else(office: Office) -> None:
    office.take(1, 2, 3)
    office.do(acts.Open())
    request = office.call(acts.Next())
    answers = []
    for _ in range(3):
        with office.ledger.transaction():
            answers.append(perform(office.ledger, request, office.at()))
    assert answers == [answers[0]] * 3
    assert answers[0].called == "A001"
    assert called(office) == [1]


def test_control_without_the_request_key_a_retry_acts_twice(office: Office) -> None:
    office.take(1, 2)
    office.do(acts.Open())
    request = office.call(acts.Ticketless("a", "question-only"))
    with office.ledger.transaction():
        perform(office.ledger, request, office.at(), keyed=False)
        perform(office.ledger, request, office.at(), keyed=False, conditional=False)
    assert office.live.ticketless == 2


def test_a_key_that_was_used_for_another_act_is_refused(office: Office) -> None:
    office.take(1)
    office.do(acts.Open(), key="ab" * 16)
    with pytest.raises(ActRefused, match="another act"):
        office.do(acts.Next(), key="ab" * 16)
    with pytest.raises(ActRefused, match="hex"):
        office.do(acts.Next(), key="next")
    assert called(office) == []


def test_two_hands_on_one_counter_cannot_both_act_on_what_they_saw(office: Office) -> None:
    office.take(1, 2)
    office.do(acts.Open())
    seen = int(office.live.counter(1).changed)
    office.do(acts.Next(), changed=seen)
    with pytest.raises(ActRefused) as refused:
        office.do(acts.Ticketless("a", "question-only"), changed=seen)
    assert refused.value.code == "counter-changed"
    assert called(office) == [1]


def test_control_without_the_condition_the_second_hand_ends_what_the_first_began(office: Office) -> None:
    office.take(1, 2)
    office.do(acts.Open())
    office.do(acts.Next())
    office.do(acts.Came())
    seen = int(office.live.counter(1).changed)
    requests = [office.call(acts.Next(), changed=seen) for _ in range(2)]
    with office.ledger.transaction():
        perform(office.ledger, requests[0], office.at(), conditional=False)
    assert office.live.tickets[name(2)].status is Status.CALLED
    other = office.call(acts.NoShow("gave-up"), changed=seen)
    with office.ledger.transaction():
        perform(office.ledger, other, office.at(), conditional=False)
    assert office.live.tickets[name(2)].status is Status.ABSENT  # on the word of somebody who had seen A001


def test_whatever_is_refused_leaves_tables_and_queue_as_they_were(office: Office) -> None:
    office.take(1)
    office.do(acts.Open())
    before, facts = office.live, office.facts()
    with pytest.raises(ActRefused):
        office.do(acts.Finish())
    assert office.live is before
    assert office.facts() == facts


def test_a_clock_that_is_set_back_never_runs_backwards_in_the_queue(office: Office) -> None:
    office.take(1, 2)
    office.do(acts.Open())
    latest = office.live.now_ms
    office.now = UtcMs(NOON - 60_000)
    office.do(acts.Next())
    assert office.live.now_ms == latest
    calls_of = [body for body in office.facts() if isinstance(body, TicketCalled)]
    assert calls_of[0].now_ms == latest


class Blind(Live):
    """A queue that has lost its eyes: it never refuses."""

    def after(self, body: object, seq: Seq) -> "Blind":
        return self


def doubled(office: Office, ticket: int, counter: int) -> None:
    """A call that no check of ours stops."""
    office.ledger.live = Blind(tickets=office.live.tickets, counters=office.live.counters)
    with office.ledger.transaction():
        body = TicketCalled(office.now, name(ticket), counter, "s1")
        queue.commit(office.ledger, [body], office.at().instant)


@pytest.mark.parametrize(("ticket", "counter"), [(1, 2), (2, 1)], ids=["one-ticket-twice", "one-counter-twice"])
def test_the_tables_themselves_refuse_what_is_doubled(office: Office, ticket: int, counter: int) -> None:
    office.take(1, 2)
    office.do(acts.Open(), 1)
    office.do(acts.Open(), 2)
    office.do(acts.Next(), 1)
    facts = office.facts()
    with pytest.raises(Exception, match=r"(?i)unique"):
        doubled(office, ticket, counter)
    assert office.facts() == facts


def test_control_without_unique_the_tables_take_it(office: Office) -> None:
    office.take(1, 2)
    office.do(acts.Open(), 1)
    office.do(acts.Open(), 2)
    office.do(acts.Next(), 1)
    with closing(stranger(office.ledger.place)) as db:
        db.execute("DROP TABLE held")
        db.execute("CREATE TABLE held (journal_id TEXT, seq INTEGER, counter INTEGER)")
    doubled(office, 1, 2)
    assert called(office) == [1, 1]


def test_who_holds_what_is_known_again_after_a_restart(office: Office, tmp_path: Path) -> None:
    office.take(1, 2)
    office.do(acts.Open())
    office.do(acts.Next())
    before = office.live
    office.ledger.close()
    again = Office(tmp_path)
    try:
        assert again.live == before
        with pytest.raises(Exception, match=r"(?i)unique"):
            doubled(again, 1, 2)
    finally:
        again.ledger.close()
    office.ledger = Ledger(place(office.path), ZONE, office.random.randbytes)


def test_a_disk_that_refuses_leaves_the_queue_as_it_was(office: Office) -> None:
    office.take(1)
    office.do(acts.Open())
    before = office.live
    request = office.call(acts.Next())

    def on_a_failing_disk() -> None:
        with office.ledger.transaction():
            perform(office.ledger, request, office.at())
            raise sqlite3.OperationalError("disk I/O error")

    with pytest.raises(LedgerRefused):
        on_a_failing_disk()
    assert office.live is before
    assert office.do(acts.Next()).called == "A001"


def pressed(call: Call, at: Moment, ledger: Ledger) -> Done:
    return perform(ledger, call, at)


def press(writer: Writer, office: Office, counter: int, seed: int, presses: int) -> list[str]:
    """One officer: next, came, next … each request sent up to three times, as over a bad line."""
    dice = random.Random(f"officer {seed}")
    got: list[str] = []
    for _ in range(presses):
        for act in (acts.Next(), acts.Came()):
            live = queue.live_of(office.ledger)
            request = Call(dice.randbytes(16).hex(), counter, int(live.counter(counter).changed), act)
            answers = set()
            for _ in range(dice.choice((1, 1, 2, 3))):
                future = writer.submit(partial(pressed, request, office.at()))
                try:
                    answers.add(future.result(timeout=60).called)
                except ActRefused as error:
                    assert error.code in ("nobody-waits", "counter-free"), error  # noqa: PT017 - both ways are tested
            assert len(answers) <= 1
            got += [each for each in answers if each is not None]
    return got


def results(office: Office, counters: Sequence[int], presses: int) -> Counter[str]:
    writer = Writer(office.ledger)
    writer.start()
    with ThreadPoolExecutor(len(counters)) as pool:
        rounds = [pool.submit(press, writer, office, counter, counter, presses) for counter in counters]
        got = Counter(label for each in rounds for label in each.result())
    writer.close()
    return got


@pytest.mark.sqlite
def test_eight_counters_at_once_share_the_tickets_out_without_loss_or_double(tmp_path: Path) -> None:
    office = Office(tmp_path, synchronous="OFF")
    tickets = range(1, 401)
    office.take(*tickets)
    for counter in range(1, 9):
        office.do(acts.Open(), counter)
    got = results(office, range(1, 9), 60)
    assert got == Counter(f"A{n:03}" for n in tickets)
    db = reader_of(office.path)
    rows = [understand(decode(row)) for (row,) in db.execute("SELECT row FROM facts ORDER BY seq")]
    db.close()
    assert [int(body.ticket.seq) for body in rows if isinstance(body, TicketCalled)] == list(tickets)
    assert len([body for body in rows if isinstance(body, TicketFinished)]) == len(tickets)


def test_the_queue_is_the_fold_of_the_journal(office: Office) -> None:
    office.take(1, 2, 3)
    office.do(acts.Open())
    for act in (acts.Next(), acts.Recall(), acts.Came(), acts.Park("copy"), acts.Next(), acts.NoShow("gave-up")):
        office.do(act)
    office.do(acts.Back("A001"))
    own = office.ledger.own_named()
    assert own is not None
    assert fold(office.ledger.held.facts_of_last_day(own[0])) == office.live
