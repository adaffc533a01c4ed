"""Online places at an office with a real ledger: asked for, come with, counted once, and of nobody in particular."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from server import queue
from server.errors import ActRefused
from server.online import AT_ONCE, EACH, Gate, Terms, adopt, ask
from sync.codec import decode
from sync.facts import TicketLanguage, understand
from sync.facts_office import TicketAdmitted
from sync.facts_online import OnlineAdopted, OnlineAsked
from sync.issuing import token_hash
from sync.live import fold
from sync.online import LEAST_OPEN, Online
from sync.online_code import code_hash, code_of
from sync.types import Seq, UtcMs
from tests.server.device import DAY, NOON, Device, issued, seeded
from tests.server.test_queue import MINUTE, Office, take

TERMS = Terms(20, 60 * MINUTE, 20 * MINUTE, "https://q.test/services")
CLOSES = UtcMs(NOON + 240 * MINUTE)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.ledger.close()


def token(n: int) -> str:
    return hashlib.sha256(f"token {n}".encode()).hexdigest()[:32]


def asked(office: Office, n: int = 1, service: str = "register", terms: Terms = TERMS) -> str:
    """A place is asked for; its name."""
    with office.ledger.transaction():
        ask(office.ledger, token(n), service, office.moment, terms, CLOSES)
    return token_hash(token(n))


def come(office: Office, kiosk: Device, n: int, place: str, minutes: float = 0, service: str = "register") -> int:
    """The code of this place is typed at the kiosk, that many minutes after its last fact, and number n comes out."""
    seq = kiosk.record(replace(issued(n, service), place=place), after_ms=int(minutes * MINUTE))
    kiosk.record(TicketLanguage(Seq(seq), "my"), after_ms=0)
    return seq


def admissions(office: Office) -> list[TicketAdmitted]:
    """How tickets were let in, by the record."""
    rows = office.ledger._db.execute("SELECT row FROM facts ORDER BY journal_id, seq").fetchall()
    bodies = [understand(decode(row)) for (row,) in rows]
    return [body for body in bodies if isinstance(body, TicketAdmitted)]


def told(office: Office) -> dict[str, tuple[str, float, str | None]]:
    """By label: how each ticket was let in, minutes past noon since when it waits, and why its place does not count."""
    return {each.label: (each.how, (each.since_ms - NOON) / MINUTE, each.void) for each in admissions(office)}


def test_a_place_counts_from_when_it_was_asked_for_and_no_earlier_than_the_head_start(office: Office) -> None:
    kiosk = office.pair(1)
    first, second = asked(office, 1, "register"), asked(office, 2, "tax")
    come(office, kiosk, 1, first, 15)
    come(office, kiosk, 1, second, 25, "tax")
    office.now = UtcMs(NOON + 41 * MINUTE)
    office.hear(kiosk)
    assert told(office) == {"A001": ("online", 0, None), "B001": ("online", 20, None)}
    assert [each.came_ms for each in admissions(office)] == [NOON + 15 * MINUTE, NOON + 40 * MINUTE]


def test_it_goes_before_whoever_came_later_than_it_was_asked_for_and_behind_the_others(office: Office) -> None:
    kiosk = office.pair(1)
    take(kiosk, 1)
    office.hear(kiosk)
    place = asked(office)
    take(kiosk, 2, after_ms=2 * MINUTE)
    come(office, kiosk, 3, place, 10)
    office.now = UtcMs(NOON + 13 * MINUTE)
    office.hear(kiosk)
    assert office.waiting() == ["A001", "A003", "A002"]
    assert [each.admitted for each in office.live.tickets.values()] == [1, 2, 3], "admitted in the order of coming"


def test_of_two_kiosks_that_took_one_code_the_first_heard_keeps_it_and_the_other_is_told(office: Office) -> None:
    here, cut_off = office.pair(1), office.pair(2)
    place = asked(office)
    come(office, here, 1, place, 10)
    come(office, cut_off, 51, place, 5)
    office.now = UtcMs(NOON + 12 * MINUTE)
    office.hear(here)
    office.hear(cut_off)
    assert told(office) == {"A001": ("online", 0, None), "A051": ("issued", 5, "twice")}
    assert office.live.online.places[place].ticket == admissions(office)[0].ticket


def test_a_code_that_ran_out_gives_an_ordinary_ticket_and_says_so(office: Office) -> None:
    kiosk = office.pair(1)
    place = asked(office)
    come(office, kiosk, 1, place, 61)
    office.now = UtcMs(NOON + 62 * MINUTE)
    office.hear(kiosk)
    assert told(office) == {"A001": ("issued", 61, "expired")}


def test_what_was_typed_in_time_counts_though_the_office_hears_of_it_late(office: Office) -> None:
    kiosk = office.pair(1)
    place = asked(office)
    come(office, kiosk, 1, place, 59)
    office.now = UtcMs(NOON + 120 * MINUTE)
    office.hear(kiosk)
    assert told(office) == {"A001": ("online", 39, None)}


def test_beyond_the_share_of_the_hour_a_place_counts_for_nothing(office: Office) -> None:
    kiosk = office.pair(1)
    places = [asked(office, n) for n in (1, 2)]
    for n, place in enumerate(places, 1):
        come(office, kiosk, n, place, 1)
    office.now = UtcMs(NOON + 3 * MINUTE)
    office.hear(kiosk)
    assert [how[2] for how in told(office).values()] == [None, "share"]
    for n in range(3, 12):
        take(kiosk, n)
    office.hear(kiosk)
    third = asked(office, 3)
    come(office, kiosk, 12, third)
    office.hear(kiosk)
    assert told(office)["A012"][2] is None, "of twelve in an hour two may"


def test_the_record_alone_gives_the_same_places_and_the_next_day_has_none(office: Office) -> None:
    kiosk = office.pair(1)
    place = asked(office)
    come(office, kiosk, 1, place, 1)
    office.now = UtcMs(NOON + 2 * MINUTE)
    office.hear(kiosk)
    own = office.ledger.own_named()
    assert own is not None
    again = fold(office.ledger.held.facts_of_last_day(own[0]))
    assert again.online == office.live.online
    assert queue.begin(office.ledger).online == again.online
    office.now, office.day = UtcMs(NOON + 24 * 60 * MINUTE), "2026-11-24"
    with office.ledger.transaction():
        queue.turn(office.ledger, office.moment)
    assert office.live.online == Online()
    (over,) = office.live.tickets.values()
    assert (over.carried, over.since_ms) == (True, NOON)


def test_one_form_is_one_place_however_often_it_is_sent(office: Office) -> None:
    assert asked(office, 1) == asked(office, 1)
    office.now = UtcMs(NOON + 5 * MINUTE)
    asked(office, 1)
    (place,) = office.live.online.places.values()
    assert (place.asked_ms, place.until_ms) == (NOON, NOON + 60 * MINUTE)


def test_no_more_places_are_given_than_can_be_kept_and_none_beyond_closing(office: Office) -> None:
    for n in range(LEAST_OPEN):
        asked(office, n)
    with pytest.raises(ActRefused) as refused:
        asked(office, 9)
    assert refused.value.code == "full"
    assert len(office.live.online.places) == LEAST_OPEN
    office.now = UtcMs(CLOSES - 10 * MINUTE)
    late = asked(office, 10)
    assert office.live.online.places[late].until_ms == CLOSES


def test_two_places_of_a_day_never_have_one_code(office: Office) -> None:
    secret, known = office.ledger.own_secret, dict[str, int]()
    codes = ((n, code_of(token(n), secret)) for n in range(10_000))
    first, second = next((known[code], n) for n, code in codes if known.setdefault(code, n) != n)
    asked(office, first)
    with pytest.raises(ActRefused) as refused:
        asked(office, second)
    assert refused.value.code == "again"
    (held,) = office.live.online.places.values()
    assert held.code == code_hash(code_of(token(first), secret), DAY, secret)


def test_terms_hold_for_the_whole_day_whatever_the_file_says_meanwhile(office: Office) -> None:
    asked(office, 1)
    asked(office, 2, terms=replace(TERMS, share=50, hold_ms=10 * MINUTE))
    assert {each.until_ms for each in office.live.online.places.values()} == {NOON + 60 * MINUTE}
    assert office.live.online.terms == TERMS.adopted(UtcMs(NOON))


def test_a_day_that_begins_is_told_its_terms_once_and_before_any_place(office: Office) -> None:
    def told_terms(at: queue.Moment | None = office.moment) -> list[int]:
        with office.ledger.transaction():
            adopt(office.ledger, at, TERMS)
        rows = office.ledger._db.execute("SELECT row FROM facts ORDER BY journal_id, seq").fetchall()
        return [fact.seq for (row,) in rows if (fact := decode(row)).kind == OnlineAdopted.kind]

    assert told_terms() == [], "no day has begun"
    with office.ledger.transaction():
        queue.turn(office.ledger, office.moment)
    assert told_terms(None) == [], "nobody vouches for the time"
    (seq,) = told_terms()
    assert told_terms() == [seq]
    kiosk = office.pair(1)
    for n in range(1, 10):
        take(kiosk, n)
    office.hear(kiosk)
    for n in (1, 2):
        come(office, kiosk, 9 + n, asked(office, n))
    office.hear(kiosk)
    assert [how[2] for how in told(office).values()][-2:] == [None, None], "of eleven since the morning two may"
    assert told_terms() == [seq]


def test_while_nobody_vouches_for_the_clock_no_place_is_given(office: Office) -> None:
    with pytest.raises(ActRefused) as refused, office.ledger.transaction():
        ask(office.ledger, token(1), "register", None, TERMS, CLOSES)
    assert refused.value.code == "no-clock"


def test_an_address_never_has_more_than_its_places_open_and_is_kept_nowhere() -> None:
    gate, now = Gate(60 * MINUTE, seeded(1)), NOON
    assert [gate.wait_s("203.0.113.9", now) for _ in range(EACH)] == [0] * EACH
    assert gate.wait_s("203.0.113.9", now) == 3600
    assert gate.wait_s("203.0.113.10", now) == 0
    assert gate.wait_s("203.0.113.9", UtcMs(now + 59 * MINUTE)) > 0
    assert gate.wait_s("203.0.113.9", UtcMs(now + 60 * MINUTE)) == 0, "the first one is over"
    assert b"203.0.113" not in repr(vars(gate._each)).encode()


def test_all_addresses_together_ask_no_faster_than_the_office_takes() -> None:
    gate = Gate(60 * MINUTE, seeded(1))
    waits = [gate.wait_s(f"203.0.113.{n}", NOON) for n in range(AT_ONCE + 5)]
    assert [each for each in waits if each] == [10] * 5


def test_the_facts_of_a_place_tell_nothing_of_who_asked(office: Office) -> None:
    asked(office)
    rows = [row for (row,) in office.ledger._db.execute("SELECT row FROM facts ORDER BY seq").fetchall()]
    bodies = [decode(row).body for row in rows if decode(row).kind in (OnlineAdopted.kind, OnlineAsked.kind)]
    assert [set(each) for each in bodies] == [
        {"now_ms", "share", "hold_ms", "head_ms", "url"},
        {"now_ms", "place", "code", "services", "until_ms"},
    ]
    secrets = token(1), code_of(token(1), office.ledger.own_secret)
    assert not any(secret.encode() in row for row in rows for secret in secrets)
