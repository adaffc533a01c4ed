"""The audit of online places: whoever counts from one does so by the published rule, and a fake claim has a name."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from sync.audit_kiosk import kiosks
from sync.audit_terms import Audit, Before, Dated, Kiosks, Taken, Wrong
from sync.audit_tickets import Admissions
from sync.body import Body
from sync.facts import ClockAnchored, TicketIssued
from sync.facts_office import TicketAdmitted
from sync.facts_online import OnlineAsked
from sync.online import Online
from sync.types import Seq, UtcMs
from tests.sync.officedays import fact
from tests.sync.test_audit import DAY, KIOSK, PLACE, TERMS, Case, admitted, by_place, call, name, t, taken, with_kiosk

ASKED: tuple[Body, ...] = (TERMS, PLACE)


def audited(bodies: Sequence[Body], *tickets: Taken) -> Audit:
    return (with_kiosk(bodies, *tickets) if tickets else Case(bodies)).audit()


def told(audit: Audit) -> list[tuple[Wrong, str]]:
    return [(each.what, each.values.get("detail", "")) for each in audit.violations]


def came(number: int, minutes: float, place: str | None = "p") -> Taken:
    return taken(number, minutes, place=place)


@pytest.mark.parametrize(
    ("bodies", "tickets"),
    [
        ([*ASKED, by_place(1, 15, 0)], ()),
        ([*ASKED, by_place(1, 15, 0)], (came(1, 15),)),
        ([*ASKED, by_place(1, 45, 25)], (came(1, 45),)),
        ([*ASKED, replace(by_place(1, 15, 0), now_ms=t(40))], (came(1, 15),)),  # heard of late, dated before
        ([*ASKED, by_place(1, 15, 0)], (taken(1, 5, place="p", dated=()),)),  # nothing dated it: as it was heard of
        ([*ASKED, by_place(1, 15, 0)], (taken(1, 5, place="p", dated=(Dated(t(5), 50, before=False),)),)),
        ([*ASKED, by_place(1, 5, 0), admitted(2, 6, place="p", void="twice")], (came(1, 5), came(2, 6))),
        ([*ASKED, admitted(1, 61, place="p", void="expired")], (came(1, 61),)),
        ([TERMS, admitted(1, 5, place="p", void="unknown")], (came(1, 5),)),
        ([*ASKED, replace(TERMS, now_ms=t(9))], ()),
    ],
)
def test_a_day_with_places_by_the_rule_is_clean(bodies: list[Body], tickets: tuple[Taken, ...]) -> None:
    assert told(audited(bodies, *tickets)) == []


FAKE: dict[str, tuple[list[Body], Wrong, str]] = {
    "no place at all": ([TERMS, replace(by_place(1, 5, 0), place=None)], Wrong.ONLINE_UNFOUNDED, "unknown"),
    "a place nobody asked for": ([TERMS, by_place(1, 5, 0)], Wrong.ONLINE_UNFOUNDED, "unknown"),
    "a place of a day without terms": ([by_place(1, 5, 0)], Wrong.ONLINE_UNFOUNDED, "unknown"),
    "a used place": ([*ASKED, by_place(1, 5, 0), by_place(2, 6, 0)], Wrong.ONLINE_UNFOUNDED, "twice"),
    "a place that ran out": ([*ASKED, by_place(1, 61, 41)], Wrong.ONLINE_UNFOUNDED, "expired"),
    "a place of another service": (
        [TERMS, replace(PLACE, services=("b",)), by_place(1, 5, 0)],
        Wrong.ONLINE_UNFOUNDED,
        "service",
    ),
    "beyond the share": (
        [*ASKED, replace(PLACE, place="q"), by_place(1, 5, 0), replace(by_place(2, 6, 0), place="q")],
        Wrong.ONLINE_UNFOUNDED,
        "share",
    ),
    "older than the head start": ([*ASKED, by_place(1, 45, 0)], Wrong.SINCE_EARLIER, str(t(0))),
    "older than it was asked for": (
        [TERMS, replace(PLACE, now_ms=t(4)), by_place(1, 5, 0)],
        Wrong.SINCE_EARLIER,
        str(t(0)),
    ),
    "younger than the rule": ([*ASKED, by_place(1, 15, 5)], Wrong.SINCE_LATER, str(t(5))),
    "a moment of coming without a place": (
        [*ASKED, admitted(1, 5, since_ms=t(5), came_ms=t(2))],
        Wrong.ONLINE_UNFOUNDED,
        "unknown",
    ),
    "kept from what it is worth": ([*ASKED, admitted(1, 5, place="p", void="twice")], Wrong.ONLINE_DENIED, "twice"),
    "without a word of why": ([TERMS, admitted(1, 5, place="p")], Wrong.ONLINE_DENIED, ""),
    "a code that is good for longer": ([TERMS, replace(PLACE, until_ms=t(61))], Wrong.ONLINE_TERMS, ""),
    "a place before any terms": ([PLACE], Wrong.ONLINE_TERMS, ""),
}


@pytest.mark.parametrize("claim", FAKE)
def test_a_fake_claim_is_named(claim: str) -> None:
    bodies, what, detail = FAKE[claim]
    assert told(audited(bodies)) == [(what, detail)]


@pytest.mark.parametrize(
    ("body", "ticket", "wrong"),
    [
        (by_place(1, 15, 0), came(1, 15, None), (Wrong.ONLINE_UNFOUNDED, "kiosk")),
        (admitted(1, 15), came(1, 15), (Wrong.ONLINE_DENIED, "kiosk")),
        (by_place(1, 15, 0), came(1, 10), (Wrong.SINCE_LATER, str(t(15)))),
        (replace(by_place(1, 15, 0), came_ms=t(10)), came(1, 15), (Wrong.SINCE_EARLIER, str(t(10)))),
    ],
)
def test_what_the_kiosk_says_of_the_code_is_held_against_the_office(
    body: Body, ticket: Taken, wrong: tuple[Wrong, str]
) -> None:
    assert told(audited([*ASKED, body], ticket)) == [wrong]


class Believing(Online):
    """The control: every place counts, from the start of the day."""

    def since(self, place: str, services: tuple[str, ...], came_ms: UtcMs, now_ms: UtcMs) -> UtcMs:
        return t(0)


def test_an_auditor_who_believes_every_place_names_no_fake() -> None:
    bodies, what, _ = FAKE["a used place"]
    said = {Online: list[Wrong](), Believing: list[Wrong]()}
    for rule, found in said.items():
        admissions, online = (
            Admissions(Before(), Kiosks(), DAY, lambda what, *_, to=found, **__: to.append(what)),
            rule(),
        )
        for body in bodies:
            if isinstance(body, TicketAdmitted):
                admissions.admitted(body, Seq(1), online)
            online = online.after(body)
    assert said == {Online: [what], Believing: []}


def test_a_day_tells_what_became_of_its_places() -> None:
    more = [replace(PLACE, place=each, now_ms=t(1), until_ms=t(61)) for each in ("q", "r")]
    second = admitted(2, 6, place="q", void="share")
    audit = audited([*ASKED, *more, by_place(1, 5, 0), second, admitted(3, 7, place="p", void="twice")])
    assert audit.violations == ()
    assert audit.totals.online == {"counted": 1, "nobody-came": 1, "share": 1}
    assert audited([]).totals.online == {}


def test_the_kiosks_own_rows_say_which_place_was_typed() -> None:
    issued = TicketIssued(DAY, "A", 0, 1, "A001", ("a",), "0" * 64, place="p")
    found = kiosks({KIOSK: [fact(1, ClockAnchored(t(0), 50, "ntp"), int(t(0))), fact(2, issued, int(t(5)))]})
    (ticket,) = found.tickets.values()
    assert ticket.place == "p"


def test_a_call_of_a_ticket_with_a_place_is_replayed_by_its_waiting_since() -> None:
    bodies = [*ASKED, admitted(1, 2), by_place(2, 5, 0), call(2, 6), OnlineAsked(t(7), "z", "#z", ("a",), t(67))]
    audit = audited(bodies)
    assert audit.violations == ()
    assert (audit.totals.calls, audit.totals.by_rule) == (1, 1)
    young = audited([*ASKED, admitted(1, 2), admitted(2, 5), call(2, 6)])
    assert [each.what for each in young.violations] == [Wrong.NOT_THE_RULE]
    assert name(2) in {each.name for each in audit.journeys}
