"""What staff may do, and what it comes to."""

from typing import Any

import msgspec
import pytest

from server import acts
from server.acts import Act
from server.admission import Issued, admit, prioritise, returned, turn_of_day
from server.decide import Who, decide
from server.errors import ActRefused
from sync import reasons
from sync.body import TicketName
from sync.facts import TicketIssued
from sync.facts_office import CounterSetup, CountersSet, TicketAdmitted
from sync.tickets import Status
from sync.types import JournalId, Seq, UtcMs
from tests.sync.queueing import DAY, MINUTE, Queue, name

SERVICES = ("a", "b", "c")
ANNA = Who("s1")
BOSS = Who("s9", acts.SUPERVISOR)


def do(queue: Queue, act: Act, counter: int = 1, who: Who = ANNA) -> None:
    for body in decide(act, queue.live, counter, who, SERVICES, queue.now):
        queue.do(body)


def refused(queue: Queue, act: Act, counter: int = 1, who: Who = ANNA) -> str:
    before = queue.live
    with pytest.raises(ActRefused) as error:
        do(queue, act, counter, who)
    assert error.value.hint
    assert queue.live == before
    return error.value.code


def at(queue: Queue, number: int) -> Status:
    return queue.live.tickets[name(number)].status


def test_next_calls_whom_the_rule_names_and_finishes_with_the_one_before() -> None:
    queue = Queue.opened(("a",))
    queue.take(1)
    queue.take(2)
    do(queue, acts.Next())
    assert refused(queue, acts.Next()) == "was-called"
    do(queue, acts.Came())
    do(queue, acts.Next())
    assert (at(queue, 1), at(queue, 2)) == (Status.SERVED, Status.CALLED)
    do(queue, acts.Came())
    do(queue, acts.Next())
    assert at(queue, 2) is Status.SERVED
    assert refused(queue, acts.Next()) == "nobody-waits"


def test_next_may_call_the_same_ticket_for_its_next_service() -> None:
    queue = Queue.opened(("a", "b"))
    queue.take(1, "a", "b")
    do(queue, acts.Next())
    do(queue, acts.Came())
    do(queue, acts.Next())
    assert (at(queue, 1), queue.live.tickets[name(1)].service) == (Status.CALLED, "b")


def test_nobody_counts_as_absent_before_the_rules_time_without_a_listed_reason() -> None:
    queue = Queue.opened(("a",))
    queue.take(1)
    do(queue, acts.Next())
    assert refused(queue, acts.NoShow()) == "too-early"
    do(queue, acts.Recall())
    queue.wait(90_000)
    assert refused(queue, acts.NoShow()) == "too-early"
    do(queue, acts.Recall())
    do(queue, acts.NoShow())
    assert at(queue, 1) is Status.ABSENT


def test_enough_calls_in_too_short_a_time_are_too_early_as_well() -> None:
    queue = Queue.opened(("a",))
    queue.take(1)
    do(queue, acts.Next())
    do(queue, acts.Recall())
    do(queue, acts.Recall())
    queue.wait(89_999)
    assert refused(queue, acts.NoShow()) == "too-early"
    assert refused(queue, acts.NoShow("bored")) == "not-listed"
    do(queue, acts.NoShow("gave-up"))
    assert at(queue, 1) is Status.ABSENT


def test_a_number_picked_by_hand_needs_a_listed_reason() -> None:
    queue = Queue.opened(("a",))
    queue.take(1)
    queue.take(2)
    assert refused(queue, acts.Pick("A002", "my cousin")) == "not-listed"
    assert refused(queue, acts.Pick("A009", "came-before")) == "no-ticket"
    do(queue, acts.Pick(" a0 02", "came-before"))
    ticket = queue.live.tickets[name(2)]
    assert (ticket.status, ticket.by_hand, ticket.counter) == (Status.CALLED, True, 1)
    assert refused(queue, acts.Pick("A002", "came-before"), 1) == "wrong-status"


def test_parked_and_missed_numbers_come_back_to_their_published_places() -> None:
    queue = Queue.opened(("a",), ("a",))
    queue.take(1)
    queue.take(2)
    do(queue, acts.Next())
    do(queue, acts.Came())
    do(queue, acts.Park("copy"))
    do(queue, acts.Next(), 2)
    do(queue, acts.NoShow("left-the-hall"), 2)
    do(queue, acts.Back("A001"))
    do(queue, acts.Back("A002"))
    assert queue.live.tickets[name(1)].hold == queue.live.rule.parked_place
    assert queue.live.tickets[name(2)].hold == queue.live.rule.returned_place
    assert refused(queue, acts.Back("A001")) == "wrong-status"


def test_a_call_can_be_taken_back_and_its_number_is_next_again() -> None:
    queue = Queue.opened(("a",))
    queue.take(1)
    queue.take(2)
    do(queue, acts.Next())
    do(queue, acts.Withdraw())
    assert queue.calls() == [1, 2]


def test_a_counter_opens_for_what_it_is_equipped_and_the_person_trained_for() -> None:
    queue = Queue.opened()
    queue.do(CountersSet(queue.now, (CounterSetup(1, ("b", "a")), CounterSetup(2, ("c",)))))
    do(queue, acts.Open(), 1, Who("s1", skills=("a", "c")))
    assert queue.live.counter(1).services == ("a",)
    assert refused(queue, acts.Open(), 2, Who("s1", skills=("a",))) == "serves-nothing"
    do(queue, acts.Open(("b",)), 1, ANNA)
    assert queue.live.counter(1).services == ("b",)
    assert refused(queue, acts.Open(), 7, ANNA) == "serves-nothing"


def test_where_no_counter_is_set_up_each_opens_for_everything() -> None:
    queue = Queue.opened()
    do(queue, acts.Open(), 7, ANNA)
    assert queue.live.counter(7).services == SERVICES


@pytest.mark.parametrize("counter", [0, -1, 100])
def test_a_counter_has_a_number_that_fits_on_a_sign(counter: int) -> None:
    assert refused(Queue.opened(("a",)), acts.Open(), counter) == "no-counter"


HELD = [
    acts.Recall(),
    acts.Came(),
    acts.NoShow(),
    acts.Withdraw(),
    acts.Finish(),
    acts.Park("copy"),
    acts.Transfer("b", "next-step"),
]


@pytest.mark.parametrize("act", HELD, ids=lambda act: type(act).__name__)
def test_without_anybody_at_the_counter_there_is_nothing_to_do(act: Act) -> None:
    assert refused(Queue.opened(("a",)), act) == "counter-free"


LISTED: dict[str, Any] = {
    "PICK": lambda reason: acts.Pick("A002", reason),
    "PARK": acts.Park,
    "TRANSFER": lambda reason: acts.Transfer("b", reason),
    "TICKETLESS": lambda reason: acts.Ticketless("a", reason),
    "CANCEL": lambda reason: acts.Cancel("A002", reason),
    "BREAK": acts.Pause,
}


@pytest.mark.parametrize("listed", LISTED)
def test_only_listed_reasons_count(listed: str) -> None:
    queue = Queue.opened(("a",))
    queue.take(1)
    queue.take(2)
    if listed in ("PARK", "TRANSFER"):
        do(queue, acts.Next())
        do(queue, acts.Came())
    assert refused(queue, LISTED[listed]("because"), who=BOSS) == "not-listed"
    do(queue, LISTED[listed](getattr(reasons, listed)[0]), who=BOSS)


@pytest.mark.parametrize("act", [acts.Cancel("A001", "test"), acts.ByHand("Z", 1, 9, 1, 2)], ids=str)
def test_what_is_a_supervisors_is_refused_to_staff(act: Act) -> None:
    queue = Queue.opened(("a",))
    queue.take(1)
    assert refused(queue, act) == "not-allowed"
    do(queue, act, who=BOSS)


@pytest.mark.parametrize(
    "interval", [("Z", 5, 4, 1, 2), ("Z", 0, 4, 1, 2), ("ZZ", 1, 2, 1, 2), ("Z", 1, 2, 2, 2), ("Z", 1, 900, 1, 2)]
)
def test_an_interval_that_is_none_is_refused(interval: tuple[str, int, int, int, int]) -> None:
    assert refused(Queue.opened(("a",)), acts.ByHand(*interval), who=BOSS) == "bad-interval"


def test_priority_given_twice_is_refused() -> None:
    queue = Queue.opened(("a",))
    queue.take(1)
    do(queue, acts.Prioritise("A001"))
    assert refused(queue, acts.Prioritise("A001")) == "has-priority"


def test_acts_travel_as_json_and_unknown_ones_do_not() -> None:
    for act in (*HELD, acts.Pick("A001", "came-before"), acts.Open(("a",))):
        assert msgspec.json.decode(msgspec.json.encode(act), type=Act) == act
    for wrong in (b'{"act":"steal"}', b'{"act":"next","ticket":5}', b'{"act":"pick","label":1,"reason":""}', b"[]"):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(wrong, type=Act)


# How tickets come in ------------------------------------------------------------------------------------------------


def issued(number: int, day: str = DAY, **known: Any) -> Issued:
    body = TicketIssued(day, "A", 0, number, f"A{number:03}", ("a",), "00" * 32)
    return Issued(name(number), body, **known)


def admitted(queue: Queue, *tickets: Issued) -> list[TicketAdmitted]:
    made = admit(queue.live, tickets, queue.now)
    for body in made:
        queue.do(body)
    return [body for body in made if isinstance(body, TicketAdmitted)]


def test_a_ticket_waits_since_its_issue_where_that_is_certain_and_else_since_it_was_heard_of() -> None:
    queue = Queue.opened(("a",))
    queue.wait(10 * MINUTE)
    sure = issued(1, utc_ms=queue.now - 5 * MINUTE, slack_ms=200)
    vague = issued(2, utc_ms=queue.now - 9 * MINUTE, slack_ms=120_000)
    undated, future = issued(3), issued(4, utc_ms=queue.now + MINUTE, slack_ms=200)
    made = {body.ticket.seq: body for body in admitted(queue, undated, vague, future, sure)}
    assert (made[Seq(1)].since_ms, made[Seq(1)].how) == (queue.now - 5 * MINUTE, "issued")
    assert (made[Seq(2)].since_ms, made[Seq(2)].how) == (queue.now, "arrived")
    assert (made[Seq(3)].since_ms, made[Seq(3)].how) == (queue.now, "arrived")
    assert made[Seq(4)].since_ms == queue.now
    assert queue.live.waiting()[0].name == name(1)


def test_a_ticket_is_admitted_once_and_only_on_its_day() -> None:
    queue = Queue.opened(("a",))
    assert len(admitted(queue, issued(1))) == 1
    assert admitted(queue, issued(1)) == []
    assert admitted(queue, issued(2, day="2026-11-29")) == []


def test_a_priority_that_comes_later_is_not_lost() -> None:
    queue = Queue.opened(("a",))
    admitted(queue, issued(1))
    for body in prioritise(queue.live, name(1), queue.now):
        queue.do(body)
    assert queue.live.tickets[name(1)].priority
    assert prioritise(queue.live, name(1), queue.now) == ()
    assert prioritise(queue.live, name(7), queue.now) == ()


def test_whoever_is_back_at_the_kiosk_gets_the_published_place_and_nobody_else_does() -> None:
    queue = Queue.opened(("a",))
    queue.take(1)
    assert returned(queue.live, DAY, "A001", queue.now) == ()
    queue.next()
    queue.no_show()
    assert returned(queue.live, "2026-11-29", "A001", queue.now) == ()
    for body in returned(queue.live, DAY, "A001", queue.now):
        queue.do(body)
    assert (at(queue, 1), queue.live.tickets[name(1)].hold) == (Status.WAITING, queue.live.rule.returned_place)


def test_nobody_who_waits_expires_when_the_day_ends() -> None:
    queue = Queue.opened(("a", "b"), ("a",), ("a",), ("a",))
    queue.do(CountersSet(queue.now, (CounterSetup(1, ("a",)), CounterSetup(2, SERVICES))))
    queue.take(1, "a", "b")  # served in part
    queue.take(2)  # served last
    queue.take(3)  # called
    queue.take(4)  # parked
    queue.take(5, "b", priority=True)  # waiting
    queue.take(6)  # missed: an end, too
    for number, counter in ((1, 1), (2, 2), (3, 3), (4, 4)):
        do(queue, acts.Pick(f"A00{number}", "equipment"), counter)
        if number != 3:
            do(queue, acts.Came(), counter)
    do(queue, acts.Park("form"), 4)
    do(queue, acts.Next(), 4)
    do(queue, acts.NoShow("gave-up"), 4)
    since = queue.live.tickets[name(1)].since_ms
    queue.wait(16 * 60 * MINUTE)
    for body in turn_of_day(queue.live, "2026-12-01", queue.now):
        queue.do(body)
    live = queue.live
    assert live.day == "2026-12-01"
    assert [(int(each.name.seq), each.services) for each in live.waiting()] == [
        (1, ("b",)), (3, ("a",)), (4, ("a",)), (5, ("b",)),
    ]  # fmt: skip
    assert all(each.carried and each.day == DAY for each in live.waiting())
    assert live.tickets[name(1)].since_ms == since
    assert (live.setups[1].services, live.working()) == (("a",), [])
    assert turn_of_day(live, "2026-12-01", queue.now) == ()
    do(queue, acts.Open(), 2)
    today = TicketName(JournalId("cc" * 16), Seq(1))
    queue.do(TicketAdmitted(queue.now, today, "2026-12-01", "A001", ("b",), UtcMs(0), "issued", priority=True))
    called = queue.next(2)
    assert called is not None
    assert called.name == name(1)


def test_the_first_day_begins_with_a_rule() -> None:
    queue = Queue()
    for body in turn_of_day(queue.live, DAY, queue.now):
        queue.do(body)
    assert queue.live.day == DAY
    assert queue.live.rule.now_ms == queue.now
