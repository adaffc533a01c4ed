"""What an online place is worth: every line of the published rule, and its limit however places come."""

import random
from dataclasses import replace
from typing import Any

import pytest

from sync.body import Body, TicketName
from sync.facts import DayOpened
from sync.facts_office import CounterOpened, RuleAdopted, TicketAdmitted, TicketCalled, TicketFinished, TicketServing
from sync.facts_online import OnlineAdopted, OnlineAsked
from sync.live import Live
from sync.online import HOUR_MS, HOW, LEAST_OPEN, Online, Void
from sync.online_code import CODES, code_hash, code_of
from sync.rule import NEWEST, is_overtaken
from sync.types import JournalId, Seq, UtcMs

KIOSK, DAY = JournalId("aa" * 16), "2026-11-30"
MINUTE = 60_000
NOON = 1_000 * MINUTE
SERVICES = ("tax",)
TERMS = OnlineAdopted(UtcMs(NOON), share=20, hold_ms=60 * MINUTE, head_ms=20 * MINUTE, url="https://q.test/services")


def t(minutes: float) -> UtcMs:
    return UtcMs(int(NOON + minutes * MINUTE))


def asked(place: str, minutes: float, **changes: Any) -> OnlineAsked:
    return replace(OnlineAsked(t(minutes), place, f"#{place}", SERVICES, t(minutes + 60)), **changes)


def admitted(number: int, minutes: float, place: str | None = None, how: str = "issued") -> TicketAdmitted:
    name, label = TicketName(KIOSK, Seq(number)), f"A{number:03}"
    return TicketAdmitted(t(minutes), name, DAY, label, SERVICES, t(minutes), how, place=place)


def given(*bodies: Body) -> Online:
    online = Online().after(TERMS)
    for body in bodies:
        online = online.after(body)
    return online


def worth(online: Online, came: float, place: str = "p", services: tuple[str, ...] = SERVICES) -> float | Void:
    """Minutes past noon since when the ticket waits, or why its place counts for nothing."""
    found = online.since(place, services, t(came), t(came + 1))
    return found if isinstance(found, Void) else (found - NOON) / MINUTE


ASKED = asked("p", 0)


@pytest.mark.parametrize(
    ("online", "came", "expected"),
    [
        (given(ASKED), 5, 0),
        (given(ASKED), 20, 0),
        (given(ASKED), 35, 15),
        (given(ASKED), 60, 40),
        (given(ASKED), 60.1, Void.EXPIRED),
        (given(ASKED), -1, -1),  # clocks that differ make nobody younger
        (given(), 5, Void.UNKNOWN),
        (Online().after(ASKED), 5, Void.UNKNOWN),
        (given(asked("p", 0, services=("tax", "id"))), 5, Void.SERVICE),
        (given(ASKED, admitted(1, 3, "p")), 5, Void.TWICE),
        (given(ASKED, admitted(1, 3, "q")), 5, 0),
        (given(ASKED, asked("p", 4)), 5, 0),  # asked for again, it is as old as it was
    ],
)
def test_a_ticket_counts_from_its_place_by_the_published_rule(
    online: Online, came: float, expected: float | Void
) -> None:
    assert worth(online, came) == expected


def shared(ordinary: int, online: int, at: float = 10) -> Online:
    """So many tickets came, of which so many count from their places."""
    came = [admitted(n, at) for n in range(ordinary)]
    return given(ASKED, *came, *(admitted(100 + n, at, f"q{n}", HOW) for n in range(online)))


@pytest.mark.parametrize(
    ("ordinary", "online", "good"),
    [(0, 0, True), (0, 1, False), (3, 1, False), (8, 1, True), (7, 1, False), (12, 2, True), (11, 2, False)],
)
def test_at_most_the_share_of_an_hour_counts_from_places_and_one_always(ordinary: int, online: int, good: bool) -> None:
    assert (worth(shared(ordinary, online), 15) is not Void.SHARE) is good


def test_the_share_is_that_of_the_last_hour_and_of_the_same_service() -> None:
    full = shared(0, 1, at=0)
    late = replace(TERMS, hold_ms=240 * MINUTE)
    kept = full.after(late).after(asked("r", 0, until_ms=t(300)))
    assert worth(kept, 58, "r") is Void.SHARE
    assert worth(kept, 59, "r") == 39
    other = full.after(asked("s", 1, services=("id",)))
    assert worth(other, 5, "s", ("id",)) == 1


def test_whoever_was_carried_over_counts_in_no_share() -> None:
    over = [replace(admitted(n, 1), how="carried") for n in range(20)]
    assert given(*over).lately == {}


def test_no_more_places_are_open_than_an_hour_can_keep_the_word_of() -> None:
    few = given(*(asked(f"p{n}", 0) for n in range(LEAST_OPEN)))
    assert not few.has_room("tax", t(1))
    assert few.has_room("id", t(1))
    assert few.has_room("tax", t(60.1)), "what has run out takes no room"
    assert few.after(admitted(1, 2, "p0")).has_room("tax", t(3)), "nor does who has come"
    many = given(*(admitted(n, 1) for n in range(24)), *(asked(f"p{n}", 2) for n in range(4)))
    assert many.has_room("tax", t(3))
    assert not many.after(asked("p4", 3)).has_room("tax", t(3))


class Ageless(Online):
    """The control: a place counts without any limit of how many or how long before."""

    def since(self, place: str, services: tuple[str, ...], came_ms: UtcMs, now_ms: UtcMs) -> UtcMs | Void:
        return UtcMs(0)


class NoShare(Online):
    """A control: as many as come count from their places."""

    def _share(self, service: str, now_ms: int) -> int:
        return 10**9


class NoMemory(Online):
    """A control: nobody looks whether the place was used before."""

    def _admitted(self, body: TicketAdmitted) -> Online:
        return self


class NoEnd(Online):
    """A control: a code never runs out."""

    def after(self, body: Body) -> Online:
        return super().after(replace(body, until_ms=t(10**6)) if isinstance(body, OnlineAsked) else body)


@pytest.mark.parametrize(
    ("control", "bodies", "came", "void"),
    [
        (NoShare, (admitted(1, 1, "q", HOW), ASKED), 5, Void.SHARE),
        (NoMemory, (ASKED, admitted(1, 3, "p")), 5, Void.TWICE),
        (NoEnd, (ASKED,), 61, Void.EXPIRED),
    ],
)
def test_each_bound_is_what_keeps_its_ticket_back(
    control: type[Online], bodies: tuple[Body, ...], came: float, void: Void
) -> None:
    loose = control().after(TERMS)
    for body in bodies:
        loose = loose.after(body)
    assert worth(given(*bodies), came) is void
    assert not isinstance(worth(loose, came), Void)


def let_in(live: Live, number: int, now: int, place: str | None, rule: Online) -> TicketAdmitted:
    body = TicketAdmitted(UtcMs(now), TicketName(KIOSK, Seq(number)), DAY, f"A{number}", SERVICES, UtcMs(now), "issued")
    if place is None:
        return body
    since = rule.since(place, SERVICES, UtcMs(now), UtcMs(now))
    if isinstance(since, Void):
        return replace(body, place=place, void=since.value)
    return replace(body, place=place, since_ms=since, how=HOW, came_ms=UtcMs(now))


def day_of(seed: int, *, ageless: bool) -> tuple[int, list[tuple[int, bool]], int]:
    """A crowded afternoon with places for every third: the most overtakes of one ticket, who came when and how it
    counts, and the longest head start."""
    chance, live, seq = random.Random(seed), Live(), 0
    overtaken: dict[TicketName, int] = {}

    def do(body: Body) -> None:
        nonlocal live, seq
        seq += 1
        live = live.after(body, Seq(seq))

    do(DayOpened(DAY, "clock"))
    do(RuleAdopted(t(0), NEWEST))
    do(TERMS)
    do(CounterOpened(t(0), 1, "s1", SERVICES))
    came, head = [], 0
    for number in range(1, 121):
        now = NOON + number * MINUTE
        place = f"p{number}" if number % 3 == 0 else None
        if place is not None:
            do(asked(place, number - chance.randrange(60)))
        body = let_in(live, number, now, place, Ageless() if ageless else live.online)
        came.append((now, body.how == HOW))
        head = max(head, now - body.since_ms)
        do(body)
        if number % 2 == 0:
            found = live.choose(1, UtcMs(now))
            assert found is not None
            for each in live.waiting():
                if each.name != found.name and is_overtaken(found.admitted, each, SERVICES):
                    overtaken[each.name] = overtaken.get(each.name, 0) + 1
            do(TicketCalled(UtcMs(now), found.name, 1, "s1"))
            do(TicketServing(UtcMs(now), found.name, "s1"))
            do(TicketFinished(UtcMs(now), found.name, "s1"))
    return max(overtaken.values(), default=0), came, head


def worst_share(came: list[tuple[int, bool]]) -> float:
    """The greatest part that counted from places, of the hours with ten tickets or more that end with one of them."""
    hours = [[one for at, one in came if now - HOUR_MS < at <= now] for now, online in came if online]
    return max(sum(each) / len(each) for each in hours if len(each) >= 10)


@pytest.mark.parametrize("seed", range(3))
def test_no_crowd_of_phones_breaks_the_limit_of_overtakes_the_share_or_the_head_start(seed: int) -> None:
    most, came, head = day_of(seed, ageless=False)
    assert most <= RuleAdopted(t(0)).overtakes
    assert worst_share(came) <= TERMS.share / 100
    assert 0 < head <= TERMS.head_ms


def test_without_share_and_head_start_the_limit_of_overtakes_alone_still_holds() -> None:
    """The control: every third ticket is first in the queue, and only the calling rule stands before the others."""
    most, came, head = day_of(1, ageless=True)
    assert most == RuleAdopted(t(0)).overtakes
    assert worst_share(came) > TERMS.share / 100
    assert head > TERMS.head_ms


SECRET, OTHER = b"\x07" * 32, b"\x08" * 32


def test_a_code_follows_from_its_token_and_only_the_secret_opens_its_hash() -> None:
    tokens = [random.Random(n).randbytes(16).hex() for n in range(300)]
    codes = [code_of(each, SECRET) for each in tokens]
    assert all(len(each) == 6 and each.isdecimal() for each in codes)
    assert codes == [code_of(each, SECRET) for each in tokens]
    assert sum(a == code_of(b, OTHER) for a, b in zip(codes, tokens, strict=True)) <= 1
    held = code_hash(codes[0], DAY, SECRET)
    tried = {code_hash(f"{n:06}", DAY, OTHER) for n in range(0, CODES, 97)} | {code_hash(codes[0], DAY, OTHER)}
    assert held not in tried, "without the secret not even the right code is told from another"
    assert held != code_hash(codes[0], "2026-12-01", SECRET)
