"""What the office tells of the hall: folded from its mirrored facts, as of when, and nothing when that is long ago."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.enquiry import Here, InHall
from kiosk.hall import ALIVE_MS, FOLDED_AT_ONCE, OLDEST_MS, PROMISED_MS, OfficeHall
from kiosk.screen_types import Stage
from kiosk.story import Story, with_own
from server.counter_state import counter_state
from sync.body import Body, TicketName
from sync.calendar import ALWAYS_OPEN
from sync.codec import Fact
from sync.facts import DayOpened, drafts
from sync.facts_office import (
    CounterClosed,
    RuleAdopted,
    TicketAdmitted,
    TicketCalled,
    TicketCancelled,
    TicketCarried,
    TicketFinished,
    TicketParked,
    TicketServing,
    TicketTransferred,
)
from sync.facts_restated import RECORD, CounterRestated, TicketRestated
from sync.journal import Instant
from sync.mirror import FeedState, MirrorReader
from sync.tickets import Status
from sync.took import Calls
from sync.types import BootMs, JournalId, Seq, UtcMs
from tests.kiosk.fakes import BOOT
from tests.kiosk.halls import OTHER_BOOT, OWN, FakeMirror, as_facts, follow, hall_of, here, mine
from tests.sync import journals
from tests.sync.queueing import DAY, KIOSK, MINUTE, Queue

SERVICES = ("a", "b")


def admit(queue: Queue, seq: int, *services: str, priority: bool = False, since: int | None = None) -> TicketName:
    """A ticket of the fake kiosk is admitted."""
    own = TicketName(OWN, Seq(seq))
    since_ms = UtcMs(queue.now if since is None else since)
    wanted = services or ("a",)
    queue.do(TicketAdmitted(queue.now, own, DAY, f"Z{seq:03}", wanted, since_ms, "issued", priority))
    return own


def busy_day(seed: int, steps: int = 250) -> Queue:
    """Tickets of this kiosk and another one, calls, missed ones, people who come back."""
    chance = random.Random(seed)
    queue = Queue.opened(("a", "b"), ("a",), ("b",))
    for number in range(1, steps):
        queue.wait(chance.randint(10_000, 90_000))
        service, priority = chance.choice(SERVICES), chance.random() < 0.2
        if chance.random() < 0.5:
            admit(queue, number, service, priority=priority)
        else:
            queue.take(number, service, priority=priority)
        counter = chance.randint(1, 3)
        if queue.live.at_counter(counter) is None and chance.random() < 0.8:
            queue.next(counter)
        elif queue.live.at_counter(counter) is not None:
            if chance.random() < 0.8:
                queue.serve(counter)
            else:
                missed = queue.no_show(counter)
                queue.back(missed, 3) if chance.random() < 0.5 else None
    return queue


class Deaf(Story):
    """Control: it hears of no call."""

    def take(self, fact: Fact) -> str | None:
        return None if fact.kind == TicketCalled.kind else super().take(fact)


def unlike_the_calls(queue: Queue, hall: OfficeHall) -> list[str]:
    """Tickets of this kiosk that are told another place than the one at which their counter really calls them."""
    if queue.live.counter(1).open:
        queue.do(CounterClosed(queue.now, 1, "s1"))  # the others serve one service each: a place has one meaning
    hall.look(Instant(BOOT, BootMs(0)))
    found = []
    for counter in (2, 3):
        then = Queue(queue.live, queue.now)
        if then.live.at_counter(counter) is not None:
            then.serve(counter)
        before = {each.name for each in queue.live.waiting()}
        then.calls(counter)
        called = [body.ticket for body in then.facts if isinstance(body, TicketCalled) and body.ticket in before]
        for place, name in enumerate(called):
            told = hall.place(name.seq, here(queue.now)) if name.journal == OWN else None
            if name.journal == OWN and (told is None or told.ahead != place):
                found.append(f"{name.seq} is called as number {place}, told {told}")
    return found


@pytest.mark.parametrize("seed", range(6))
def test_the_fold_is_the_offices_and_a_place_is_that_of_the_calls_that_follow(seed: int) -> None:
    queue = busy_day(seed)
    while queue.live.at_counter(1) is not None:
        queue.serve(1)
    hall = hall_of(FakeMirror(queue.facts))
    assert hall._story.live == queue.live
    assert len(queue.live.waiting()) > 10
    assert unlike_the_calls(queue, hall) == []


def test_without_caps_and_places_it_is_the_consoles_list() -> None:
    queue = Queue.opened(("a",))
    for number in range(1, 20):
        queue.wait(MINUTE)
        admit(queue, number) if number % 2 else queue.take(number)
    hall = hall_of(FakeMirror(queue.facts))
    shown = counter_state(queue.live, 1, queue.now)
    for place, ticket in enumerate(shown.next):
        if ticket.label.startswith("Z"):
            told = hall.place(Seq(int(ticket.label[1:])), here(queue.now))
            assert told is not None
            assert told.ahead == place
    taken = hall.foretell(("a",), False, here(queue.now))
    assert taken is not None
    assert taken.ahead == shown.waiting


def test_a_hall_that_hears_of_no_call_is_caught() -> None:
    queue = busy_day(1)
    while queue.live.at_counter(1) is not None:
        queue.serve(1)
    hall = hall_of(FakeMirror(queue.facts))
    hall._story = Deaf()
    for fact in as_facts(queue.facts):
        hall._story.take(fact)
    assert unlike_the_calls(queue, hall) != []


def test_a_long_journal_is_taken_in_by_pieces_and_only_what_is_new_later() -> None:
    queue = busy_day(3, 400)
    mirror = FakeMirror(queue.facts)
    hall = OfficeHall(mirror, OWN, {}, ALWAYS_OPEN)
    first = next(each.name for each in queue.live.waiting() if each.name.journal == OWN)
    looks = 0
    while hall.look(Instant(BOOT, BootMs(0))):
        looks += 1
        assert hall.place(first.seq, here(queue.now)) is None, "nothing is told before everything is known"
    assert mirror.most == FOLDED_AT_ONCE
    assert looks >= len(queue.facts) // FOLDED_AT_ONCE
    assert hall.place(first.seq, here(queue.now)) is not None
    mirror.most, before = 0, hall.version
    queue.take(999)
    assert (follow(hall), mirror.most, hall.version) == (1, 1, before + 1)


def test_a_start_begins_with_the_last_two_days_of_a_journal(tmp_path: Path) -> None:
    days = [f"2026-11-{number:02}" for number in range(1, 8)]
    with journals.make(tmp_path / "office.db") as journal:
        for day in days:
            journal.append(drafts(DayOpened(day, "clock"), *[RuleAdopted(UtcMs(1))] * 40), Instant(BOOT, BootMs(1)))
        queue = Queue.opened(("a",))
        queue.take(1)
        journal.append(drafts(*queue.facts), Instant(BOOT, BootMs(2)))
        reader = MirrorReader(tmp_path / "office.db")
        news = reader.news(1000, 2)
        assert news is not None
        assert news.anew
        assert [fact.body["day"] for fact in news.facts if fact.kind == DayOpened.kind] == [days[-1], DAY]
        assert (news.facts[0].kind, news.secret) == (DayOpened.kind, journal.secret)
        assert len(news.facts) == 41 + len(queue.facts)
        whole = MirrorReader(tmp_path / "office.db").news()
        assert whole is not None
        assert whole.facts[0].seq == 1, "control: without that it begins with the first fact"
        journal.append(drafts(DayOpened("2026-12-01", "clock")), Instant(BOOT, BootMs(3)))
        more = reader.news(1000, 2)
        assert more is not None
        assert (more.anew, len(more.facts)) == (False, 1), "a new day is no new journal"


def test_a_journal_without_days_is_read_from_its_beginning(tmp_path: Path) -> None:
    with journals.make(tmp_path / "office.db", scores=3) as journal:
        assert journal.day_before(2) == 0


# As of when -------------------------------------------------------------------------------------------------------


def waiting_hall() -> tuple[Queue, OfficeHall, FakeMirror]:
    queue = Queue.opened(("a",))
    admit(queue, 1)
    mirror = FakeMirror(queue.facts)
    return queue, hall_of(mirror), mirror


def told(hall: OfficeHall, mirror: FakeMirror, feed: FeedState | None, at: Here) -> InHall | None:
    mirror.feed = feed
    hall.look(at.instant)
    return hall.place(Seq(1), at)


def ago(minutes: float) -> Instant:
    return Instant(BOOT, BootMs(int((100 - minutes) * MINUTE)))


NOW = 100 * MINUTE
ASKING, LATE = FeedState("asking"), "unreachable"


@pytest.mark.parametrize(
    ("feed", "minutes_ago", "as_of"),
    [
        (ASKING, 1, 100),
        (ASKING, 3, 97),  # sync asks more often than that: it may have ended
        (ASKING, None, None),
        (ASKING, 11, None),
        (FeedState("backoff", LATE, contact=ago(4)), 0, 96),  # facts go up, but none come down
        (FeedState("backoff", LATE, contact=ago(11)), 0, None),
        (FeedState("backoff", LATE, contact=Instant(OTHER_BOOT, BootMs(99 * MINUTE))), 0, None),
        (FeedState("unpaired"), 0, None),
        (None, 0, None),
    ],
)
def test_it_says_as_of_when_and_nothing_when_that_is_long_ago(
    feed: FeedState | None, minutes_ago: float | None, as_of: int | None
) -> None:
    queue, hall, mirror = waiting_hall()
    found = told(hall, mirror, feed, here(queue.now, minutes_ago=minutes_ago))
    assert (None if found is None else found.as_of) == (None if as_of is None else as_of * MINUTE)


def test_facts_that_have_just_come_are_a_word_of_the_office_too() -> None:
    queue, hall, mirror = waiting_hall()
    mirror.feed = FeedState("backoff", LATE, contact=ago(20))
    queue.take(2)
    assert hall.look(ago(1)) is False
    found = hall.place(Seq(1), here(queue.now))
    assert found is not None
    assert found.as_of == 99 * MINUTE


def test_a_promise_needs_newer_word_than_a_look() -> None:
    queue, hall, mirror = waiting_hall()
    assert PROMISED_MS < OLDEST_MS
    assert ALIVE_MS <= PROMISED_MS
    for minutes, promised in ((1, True), (5, False)):
        at = here(queue.now)
        assert told(hall, mirror, FeedState("backoff", LATE, contact=ago(minutes)), at) is not None
        assert (hall.foretell(("a",), False, at) is not None) is promised


def test_another_day_another_journal_or_none_is_told_nothing_of() -> None:
    queue, hall, mirror = waiting_hall()
    at = here(queue.now)
    assert hall.place(Seq(1), at) is not None
    assert hall.place(Seq(1), replace(at, day="2026-12-01")) is None, "the office has not opened that day"
    assert hall.place(Seq(2), at) is None
    mirror.journal = None
    hall.look(at.instant)
    assert hall.place(Seq(1), at) is not None, "what cannot be read for once is still known"


def test_a_restored_office_begins_another_journal_and_a_younger_mirror_is_followed() -> None:
    queue, hall, mirror = waiting_hall()
    other = Queue.opened(("a",))
    other.take(7)
    mirror.journal, mirror.bodies = JournalId("ee" * 16), other.facts
    follow(hall)
    assert hall.place(Seq(1), here(queue.now)) is None, "it has lost the ticket; the kiosk sends it again"
    assert hall.place(Seq(1), here(queue.now, mine(1, since=queue.now))) is not None
    mirror.journal, mirror.bodies = JournalId("dd" * 16), [RuleAdopted(UtcMs(1))]
    follow(hall)
    assert hall._story.live.day is None, "of another journal nothing goes on"
    mirror.bodies = other.facts[:2]
    mirror.journal = JournalId("ee" * 16)  # damaged, and fetched anew
    follow(hall)
    assert hall._story.live.tickets == {}


# Own tickets ------------------------------------------------------------------------------------------------------


def test_own_tickets_wait_behind_until_the_office_has_them_and_are_counted_once() -> None:
    queue = Queue.opened(("a",))
    for number in range(1, 4):
        queue.take(number)
    hall = hall_of(FakeMirror(queue.facts))
    issued = [mine(seq, since=queue.now) for seq in (11, 12, 13)]
    at = here(queue.now, *issued)
    places = [hall.place(each.name.seq, at) for each in issued]
    assert [place.ahead for place in places if place is not None] == [3, 4, 5]
    taken = hall.foretell(("a",), False, at)
    assert taken is not None
    assert taken.ahead == 6
    for each in issued:
        admit(queue, each.name.seq)
    hall.look(at.instant)
    again = hall.foretell(("a",), False, at)
    assert again is not None
    assert (again.ahead, again.range) == (6, taken.range)


def test_own_tickets_are_admitted_by_the_offices_own_fold() -> None:
    queue = Queue.opened(("a",))
    own = mine(5, "a", "b", since=queue.now - MINUTE, priority=True)
    live = with_own(queue.live, [own], queue.now)
    ticket = live.tickets[own.name]
    assert (ticket.status, ticket.priority, ticket.since_ms) == (Status.WAITING, True, own.since_ms)
    assert with_own(live, [own], queue.now) is live


def test_without_a_counter_no_range_is_told_but_the_people_before_are() -> None:
    queue = Queue.opened(("b",))
    for number in range(1, 4):
        queue.take(number)
    admit(queue, 4)
    hall = hall_of(FakeMirror(queue.facts))
    found = hall.place(Seq(4), here(queue.now))
    assert found is not None
    assert (found.ahead, found.minutes, found.counters) == (3, None, ())
    assert hall.foretell(("a",), False, here(queue.now)) is None, "nothing is promised"


def test_a_range_weighs_in_what_calls_took_today_and_the_day_before() -> None:
    queue = Queue.opened(("a",))
    for number in range(1, 31):
        queue.take(number)
        queue.next()
        queue.wait(40 * MINUTE)
        queue.serve()
    slow = hall_of(FakeMirror(queue.facts))
    queue.do(DayOpened("2026-12-01", "clock"))
    follow(slow)
    assert slow._story.before == {"a": Calls(30, 30 * 40 * MINUTE)}
    assert slow._story.took.services == {}
    queue.do(DayOpened("2026-12-02", "clock"))
    follow(slow)
    assert slow._story.before["a"].count == 30, "a day without calls says nothing"


# Who went first ---------------------------------------------------------------------------------------------------


def passed(queue: Queue, seq: int = 1) -> list[tuple[str, str]]:
    found = hall_of(FakeMirror(queue.facts)).place(Seq(seq), here(queue.now))
    assert found is not None
    return [tuple(each) for each in found.passed]  # type: ignore[misc]


def by_priority(queue: Queue) -> None:
    queue.take(2, priority=True)
    queue.wait(MINUTE)
    queue.next()


def by_hand(queue: Queue) -> None:
    queue.do(TicketCalled(queue.now, queue.take(2), 1, "s1", "came-before"))


def by_place(queue: Queue) -> None:
    away = queue.take(2)
    queue.do(TicketCalled(queue.now, away, 1, "s1", "came-before"))
    queue.no_show()
    queue.back(away, 0)
    queue.next()


def by_errand(queue: Queue) -> None:
    away = queue.take(2)
    queue.do(TicketCalled(queue.now, away, 1, "s1", "came-before"))
    queue.do(TicketServing(queue.now, away, "s1"))
    queue.do(TicketParked(queue.now, away, "s1", "copy"))
    queue.back(away, 0)
    queue.next()


def by_other_counter(queue: Queue) -> None:
    queue.take(2, "b")
    queue.next(2)


def by_transfer(queue: Queue) -> None:
    name = queue.take(2, "b", priority=True)
    queue.next(2)
    queue.do(TicketServing(queue.now, name, "s2"))
    queue.do(TicketTransferred(queue.now, name, "s2", "a", "wrong-service"))
    queue.do(TicketCalled(queue.now, name, 1, "s1"))


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (by_priority, ["priority"]),
        (by_hand, ["by-hand"]),
        (by_place, ["by-hand", "returned"]),
        (by_errand, ["by-hand", "returned"]),
        (by_other_counter, ["other-service"]),
        (by_transfer, ["priority", "other-service"]),
    ],
)
def test_who_went_first_and_why(happens: Callable[[Queue], None], why: list[str]) -> None:
    queue = Queue.opened(("a",), ("b",))
    admit(queue, 1)
    queue.wait(MINUTE)
    happens(queue)
    assert passed(queue) == [("A002", code) for code in why]


def test_who_came_earlier_has_passed_nobody() -> None:
    rule = RuleAdopted(UtcMs(0), overtakes=1)
    queue = Queue.opened(("a",), ("a", "b"), rule=rule)
    capped = queue.take(9, since=queue.now + 1)
    mine_too = admit(queue, 1)
    queue.wait(MINUTE)
    queue.take(2, priority=True)
    queue.wait(10 * MINUTE)
    queue.do(TicketCalled(queue.now, queue.live.choose(1, queue.now).name, 1, "s1"))  # type: ignore[union-attr]
    assert queue.live.tickets[capped].overtaken == queue.live.tickets[mine_too].overtaken == 1
    queue.do(TicketCalled(queue.now, capped, 2, "s2"))
    assert queue.live.tickets[capped].since_ms <= queue.live.tickets[mine_too].since_ms
    assert passed(queue) == [("A002", "priority")], "one that came earlier passed nobody"


def test_calls_before_the_office_knew_of_the_ticket_say_so() -> None:
    queue = Queue.opened(("a",))
    taken = queue.now
    queue.wait(MINUTE)
    queue.take(2)
    queue.next()
    queue.wait(MINUTE)
    admit(queue, 1, since=taken)
    assert passed(queue) == [("A002", "not-known")]


def test_the_story_of_the_cap_is_read_from_the_ticket_as_it_was_called() -> None:
    queue = Queue.opened(("a",), rule=RuleAdopted(UtcMs(0), overtakes=1))
    story = Story()
    late = queue.take(8, since=queue.now)  # of a kiosk that was cut off: admitted first, taken later
    queue.wait(MINUTE)
    queue.take(2, priority=True)
    queue.wait(MINUTE)
    queue.next()
    queue.serve()
    assert queue.live.tickets[late].overtaken == 1
    queue.next()
    for fact in as_facts(queue.facts):
        assert story.take(fact) is None
    assert [(call.label, call.why) for call in story.calls] == [("A002", "priority"), ("A008", "cap")]


# Where a ticket is ------------------------------------------------------------------------------------------------


def test_every_stage_of_a_ticket_is_told() -> None:
    queue = Queue.opened(("a",))
    name = admit(queue, 1)
    mirror = FakeMirror(queue.facts)
    hall = hall_of(mirror)

    def stage() -> tuple[Stage, int | None]:
        follow(hall)
        found = hall.place(Seq(1), here(queue.now))
        assert found is not None
        return found.stage, found.counter

    assert stage() == (Stage.WAITING, None)
    queue.next()
    assert stage() == (Stage.CALLED, 1)
    queue.no_show()
    assert stage()[0] is Stage.ABSENT
    queue.back(name, 0)
    queue.next()
    queue.do(TicketServing(queue.now, name, "s1"))
    assert stage() == (Stage.SERVING, 1)
    queue.do(TicketParked(queue.now, name, "s1", "copy"))
    assert stage()[0] is Stage.PARKED
    queue.do(TicketCancelled(queue.now, name, "s1", "citizen-asked"))
    assert stage()[0] is Stage.CANCELLED
    other = admit(queue, 2)
    queue.next()
    queue.do(TicketServing(queue.now, other, "s1"))
    queue.do(TicketFinished(queue.now, other, "s1"))
    follow(hall)
    served = hall.place(Seq(2), here(queue.now))
    assert served is not None
    assert served.stage is Stage.SERVED


def test_a_ticket_that_is_carried_over_says_to_which_day() -> None:
    queue = Queue.opened(("a",))
    queue.do(TicketAdmitted(queue.now, TicketName(OWN, Seq(3)), DAY, "A003", ("a",), UtcMs(5), "issued"))
    hall = hall_of(FakeMirror(queue.facts))
    before = hall.place(Seq(3), here(queue.now))
    queue.do(TicketCarried(queue.now, TicketName(OWN, Seq(3)), "2026-12-08"))
    hall = hall_of(FakeMirror(queue.facts))
    after = hall.place(Seq(3), here(queue.now))
    assert before is not None
    assert after is not None
    assert (before.next_day, after.next_day, after.stage) == (None, "2026-12-08", Stage.CARRIED)


def test_a_ticket_that_was_carried_over_is_found_by_its_number() -> None:
    queue = Queue.opened(("a",))
    carried = TicketName(OWN, Seq(3))
    queue.do(TicketAdmitted(queue.now, carried, "2026-11-29", "Z003", ("a",), UtcMs(5), "carried"))
    queue.take(4)
    hall, at = hall_of(FakeMirror(queue.facts)), here(queue.now)
    assert hall.carried("Z003", at) == [3]
    assert hall.carried("A004", at) == []
    found = hall.place(Seq(3), at)
    assert found is not None
    assert (found.carried_over, found.ahead) == (True, 0)
    assert [each.label for each in hall.others("A004", at)] == ["A004"]
    assert hall.others("Z003", at) == []


def test_a_fact_without_a_place_is_said_once_and_nothing_more_is_told_that_day() -> None:
    queue = Queue.opened(("a",))
    admit(queue, 1)
    said: list[str] = []
    ghost = TicketCalled(queue.now, TicketName(KIOSK, Seq(99)), 1, "s1")
    bodies: list[Body] = [*queue.facts, ghost, TicketCalled(queue.now, TicketName(OWN, Seq(1)), 1, "s1")]
    hall = OfficeHall(FakeMirror(bodies), OWN, {}, ALWAYS_OPEN, said.append)
    follow(hall)
    assert len(said) == 1
    assert "never admitted" in said[0]
    assert hall.place(Seq(1), here(queue.now)) is None
    hall._mirror.bodies = [*bodies, *queue.facts]  # type: ignore[attr-defined]
    follow(hall)
    assert hall.place(Seq(1), here(queue.now)) is not None, "another day is another story"


def test_a_rule_of_a_newer_release_is_not_guessed() -> None:
    queue = Queue.opened(("a",), rule=RuleAdopted(UtcMs(0), rule=99))
    admit(queue, 1)
    queue.take(2)
    hall = hall_of(FakeMirror(queue.facts))
    assert hall.place(Seq(1), here(queue.now)) is None
    assert hall.foretell(("a",), False, here(queue.now)) is None


def test_an_office_that_took_its_queue_up_anew_is_told_as_it_stands() -> None:
    queue = Queue()
    queue.do(DayOpened(DAY, RECORD))
    queue.do(RuleAdopted(queue.now))
    waits = {"services": ("a",), "since_ms": UtcMs(1), "at_ms": UtcMs(1), "status": "waiting"}
    for seq, more in ((1, {}), (2, {"waited_ms": 5, "hold": 0})):
        name = TicketName(OWN, Seq(seq))
        queue.do(TicketRestated(queue.now, name, f"Z{seq:03}", DAY, admitted=seq, **waits, **more))  # type: ignore[arg-type]
    queue.do(CounterRestated(queue.now, 1, "s1", ("a",), open=True))
    queue.do(TicketCalled(queue.now, queue.take(3, priority=True), 1, "s1", "supervisor"))
    assert passed(queue, 1) == [("A003", "by-hand")]
    assert passed(queue, 2) == [], "it was called before: whoever goes first now waits for nobody's first call"
    found = hall_of(FakeMirror(queue.facts)).place(Seq(2), here(queue.now))
    assert found is not None
    assert (found.ahead, found.counters) == (0, (1,)), "its place has come"
