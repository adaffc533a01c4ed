"""Forged journals: every way to forge one is caught, by name. The table of docs/audit.md is what happens here."""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from sync.codec import Fact
from sync.types import BootMs
from tests.sync.forging import (
    CHECKS,
    Edit,
    World,
    audit,
    chain,
    head,
    honest,
    kiosk_resigned,
    lived,
    other_key,
    paper,
    raw,
    rechained,
    resigned,
    signature,
)

DOCUMENT = Path(__file__).parents[2] / "docs" / "audit.md"
HOUR = 3_600_000


@cache
def world() -> World:
    return honest()


def nth(facts: Sequence[Fact], kind: str, n: int = 3) -> int:
    """Where the n-th fact of this kind is."""
    return [at for at, fact in enumerate(facts) if fact.kind == kind][n]


def changed(kind: str, n: int = 3, **values: Any) -> Callable[[list[Fact]], list[Fact]]:
    """The n-th fact of this kind says something else."""

    def edit(facts: list[Fact]) -> list[Fact]:
        at = nth(facts, kind, n)
        facts[at] = structs.replace(facts[at], body={**facts[at].body, **values})
        return facts

    return edit


def without(kind: str, n: int = 3) -> Callable[[list[Fact]], list[Fact]]:
    """The n-th fact of this kind is gone."""

    def edit(facts: list[Fact]) -> list[Fact]:
        del facts[nth(facts, kind, n)]
        return facts

    return edit


def inserted(facts: list[Fact]) -> list[Fact]:
    at = nth(facts, "ticket.called")
    return [*facts[:at], facts[at], *facts[at:]]


def swapped(facts: list[Fact]) -> list[Fact]:
    one, two = nth(facts, "ticket.called", 3), nth(facts, "ticket.called", 4)
    facts[one], facts[two] = facts[two], facts[one]
    return facts


def shorter(facts: list[Fact]) -> list[Fact]:
    return facts[: nth(facts, "ticket.finished", 8) + 1]


def cousin(facts: list[Fact]) -> list[Fact]:
    """A cousin's call changes places with the one before it that the rule made, while both waited."""
    admitted = {str(fact.body["ticket"]): at for at, fact in enumerate(facts) if fact.kind == "ticket.admitted"}
    calls = [at for at, fact in enumerate(facts) if fact.kind == "ticket.called"]
    both = ((one, two) for one, two in pairwise(calls) if admitted[str(facts[two].body["ticket"])] < one)
    one, two = next(both)
    first, second = facts[one].body["ticket"], facts[two].body["ticket"]
    swap = {str(first): second, str(second): first}
    for at, fact in enumerate(facts):
        if fact.kind != "ticket.admitted" and (other := swap.get(str(fact.body.get("ticket")))):
            facts[at] = structs.replace(fact, body={**fact.body, "ticket": other})
    return facts


def clock_back(facts: list[Fact]) -> list[Fact]:
    at = nth(facts, "ticket.called", 5)
    return [
        structs.replace(fact, body={**fact.body, "now_ms": int(str(fact.body["now_ms"])) - HOUR})
        if at <= number and "now_ms" in fact.body
        else fact
        for number, fact in enumerate(facts)
    ]


def early(facts: list[Fact]) -> list[Fact]:
    """A missed call of the first who was served: ended after seconds, without a reason."""
    at = nth(facts, "ticket.serving", 3)
    told = {name: facts[at].body[name] for name in ("ticket", "staff", "now_ms")}
    gone = structs.replace(facts[at], kind="ticket.no_show", body={**told, "reason": None})
    kept = [f for f in facts[at + 1 :] if f.kind != "ticket.finished" or f.body["ticket"] != told["ticket"]]
    return [*facts[:at], gone, *kept]


def false_priority(facts: list[Fact]) -> list[Fact]:
    at = next(n for n, fact in enumerate(facts) if fact.kind == "ticket.admitted" and not fact.body["priority"])
    facts[at] = structs.replace(facts[at], body={**facts[at].body, "priority": True})
    return facts


def forgotten(facts: list[Fact]) -> list[Fact]:
    """Not a trace of it in the office's journal."""
    last = nth(facts, "ticket.admitted", -1)
    ticket = facts[last].body["ticket"]
    return [fact for fact in facts if fact.body.get("ticket") != ticket]


def other_rule(facts: list[Fact]) -> list[Fact]:
    rule, at = facts[nth(facts, "rule.adopted", 0)], nth(facts, "ticket.called", 8)
    now = facts[at].body["now_ms"]
    later = structs.replace(
        rule, boottime_ms=BootMs(facts[at].boottime_ms), body={**rule.body, "now_ms": now, "priority_rate": 9}
    )
    return [*facts[:at], later, *facts[at:]]


FORGED: dict[str, tuple[Callable[[World, Edit], World], Edit]] = {
    "a call deleted from the file": (raw, without("ticket.called")),
    "a call inserted into the file": (raw, inserted),
    "two calls swapped in the file": (raw, swapped),
    "who called changed in the file": (raw, changed("ticket.called", staff="s9")),
    "the counter of a call changed in the file": (raw, changed("ticket.called", counter=9)),
    "waiting-since of a ticket changed in the file": (raw, changed("ticket.admitted", since_ms=1)),
    "the label of a ticket changed in the file": (raw, changed("ticket.admitted", label="Z999")),
    "who called changed, chained anew without the key": (rechained, changed("ticket.called", staff="s9")),
    "who called changed, chained and signed anew by the office": (resigned, changed("ticket.called", staff="s9")),
    "the rule of the day changed afterwards, signed anew": (resigned, changed("rule.adopted", 0, recalls=1)),
    "the tail cut off, with an older head": (resigned, shorter),
    "a whole other journal under another key": (other_key, list),
    "another history signed with a copy of the office's key": (resigned, changed("counter.opened", 0, staff="s7")),
    "a ticket exchanged at the kiosk, signed anew": (
        kiosk_resigned,
        changed("ticket.issued", token="f" * 64),
    ),
    "a ticket renamed at the kiosk, signed anew": (kiosk_resigned, changed("ticket.issued", label="A900")),
    "written so on the day: a cousin called first": (lived, cousin),
    "written so on the day: waiting since before the ticket was taken": (lived, changed("ticket.admitted", since_ms=1)),
    "written so on the day: priority that nobody asked for": (lived, false_priority),
    "written so on the day: a ticket never let into the queue": (lived, forgotten),
    "written so on the day: a missed call after seconds": (lived, early),
    "written so on the day: the clock set back by an hour": (lived, clock_back),
    "written so on the day: another rule from noon on": (lived, other_rule),
    "written so on the day: a pick for a reason that is not listed": (lived, changed("ticket.called", why="friend")),
}


@cache
def forged(what: str) -> World:
    """What an auditor is shown after that forgery."""
    how, edit = FORGED[what]
    return how(world(), edit)


def caught_by(shown: World, checks: Sequence[Callable[[World], list[str]]] = CHECKS) -> list[str]:
    """What these checks say."""
    return [said for check in checks for said in check(shown)]


def by(said: str) -> Callable[[World], list[str]]:
    """The check that says so."""
    names = {"chain": chain, "signature": signature, "checkpoint": head, "paper": paper}
    return names.get(said, audit)


def test_the_honest_day_is_caught_by_nothing() -> None:
    assert caught_by(world()) == []


@pytest.mark.parametrize("what", list(FORGED))
def test_a_forged_journal_is_caught_and_only_by_the_checks_that_say_so(what: str) -> None:
    said = caught_by(forged(what))
    assert said
    others = [check for check in CHECKS if check not in {by(each) for each in said}]
    assert caught_by(forged(what), others) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_no_check_is_idle_one_forgery_would_pass_without_it(check: Callable[[World], list[str]]) -> None:
    """The control of each: switched off, something passes that all the others do not see."""
    others = [each for each in CHECKS if each is not check]
    passed = [what for what in FORGED if caught_by(forged(what), others) == []]
    assert passed


def table() -> str:
    """The table of docs/audit.md."""
    lines = ["| what was forged | caught by |", "|---|---|"]
    lines += [f"| {what} | {', '.join(caught_by(forged(what)))} |" for what in FORGED]
    return "\n".join(lines) + "\n"


def test_the_table_of_the_document_is_what_happens() -> None:
    begin, end = "<!-- forged -->\n", "<!-- /forged -->"
    assert DOCUMENT.read_text(encoding="utf-8").split(begin)[1].split(end)[0] == table()
