"""A ticket's 4 digits in facts: only the secret of the journal that they are written in reads them."""

from collections.abc import Iterable
from typing import Any

import pytest

from sync.codec import Fact
from sync.facts import Body, TicketIssued, draft, understand
from sync.issuing import Wish, issue, secrets_of
from sync.keys import DeviceKey
from sync.masked import mask, reveal
from sync.numbering import Numbers
from sync.types import BootId, BootMs, JournalId, Seq

KEY = DeviceKey(bytes(32), b"\x05" * 32)
JOURNAL, DAY = JournalId("a1" * 16), "2026-11-23"
SECRET, OTHER = b"\x07" * 32, b"\x08" * 32
CODES = ("0000", "0417", "4831", "9999")


@pytest.mark.parametrize("code", CODES)
def test_the_journals_secret_opens_what_it_masked(code: str) -> None:
    for n in range(1, 200):
        words = JOURNAL, DAY, f"A{n:03}"
        assert reveal(mask(code, SECRET, *words), SECRET, *words) == code


def opened(secret: bytes, *words: str) -> int:
    """Of 300 tickets, how many codes this secret opens, with the words of the ticket or these."""
    right = 0
    for n in range(1, 301):
        own = JOURNAL, DAY, f"A{n:03}"
        asked = tuple(given or true for given, true in zip(words or ("", "", ""), own, strict=True))
        code = secrets_of(KEY, JOURNAL, DAY, "A", 0, n).code
        right += reveal(mask(code, SECRET, *own), secret, JournalId(asked[0]), asked[1], asked[2]) == code
    return right


def test_nothing_but_the_right_secret_for_the_right_ticket_opens_it() -> None:
    assert opened(SECRET) == 300, "control"
    assert opened(OTHER) <= 2, "another journal's secret: no better than chance"
    assert opened(SECRET, "b2" * 16, "", "") <= 2, "a ticket of another machine"
    assert opened(SECRET, "", "2026-11-24", "") <= 2, "the same number of another day"
    assert opened(SECRET, "", "", "A999") <= 4, "another number"


def test_equal_codes_look_different_and_every_digit_is_used() -> None:
    masked = {mask("4831", SECRET, JOURNAL, DAY, f"A{n:03}") for n in range(1, 501)}
    assert len(masked) > 470
    assert {each[0] for each in masked} == set("0123456789")


@pytest.mark.parametrize("strange", [None, "", "123", "12345", "12a4", "-123", "١٢٣٤", " 123"])
def test_what_is_no_code_opens_to_none(strange: str | None) -> None:
    assert reveal(strange, SECRET, JOURNAL, DAY, "A001") is None


# In facts ---------------------------------------------------------------------------------------------------------


def tickets(count: int, secret: bytes | None) -> list[tuple[Body, ...]]:
    """The facts of so many tickets of a kiosk."""
    found = []
    for last in range(count):
        numbers = Numbers({(DAY, "A", 0): last})
        made = issue(
            Wish("A", ("x",), "my", priority=True),
            numbers,
            day=DAY,
            lane=0,
            journal_id=JOURNAL,
            key=KEY,
            next_seq=Seq(2),
            print_now=True,
            secret=secret,
        )
        found.append(made)
    return found


def telling(made: Iterable[tuple[Body, ...]]) -> int:
    """How many of these tickets have their own code somewhere in their facts."""
    return sum(_code(each) in _values([draft(body).body for body in each]) for each in made)


def _code(made: tuple[Body, ...]) -> str:
    issued = made[0]
    assert isinstance(issued, TicketIssued)
    return secrets_of(KEY, JOURNAL, DAY, "A", 0, issued.n).code


def _values(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = list(value.values())
    return [each for part in value for each in _values(part)] if isinstance(value, list) else [str(value)]


def test_no_fact_of_a_ticket_holds_its_code() -> None:
    made = tickets(300, SECRET)
    assert telling(made) == 0
    for each in made:
        issued = each[0]
        assert isinstance(issued, TicketIssued)
        assert reveal(issued.code, SECRET, JOURNAL, DAY, issued.label) == _code(each)


def test_control_a_kiosk_that_masks_nothing_is_caught() -> None:
    plain = [(_plain(made), *made[1:]) for made in tickets(300, SECRET)]
    assert telling(plain) == 300


def _plain(made: tuple[Body, ...]) -> TicketIssued:
    issued = made[0]
    assert isinstance(issued, TicketIssued)
    words = issued.day, issued.series, issued.lane, issued.n, issued.label, issued.services, issued.token
    return TicketIssued(*words, issued.cases, _code(made))


def test_older_releases_and_this_one_read_each_others_tickets() -> None:
    (made,) = tickets(1, None)
    plain = draft(made[0])
    assert "code" not in plain.body, "whoever tells no code writes what it wrote before"
    assert draft(tickets(1, SECRET)[0][0]).body.keys() - plain.body.keys() == {"code"}
    for more in ({}, {"a-field-of-a-later-release": "0417"}):
        fact = Fact(Seq(2), plain.kind, plain.version, BootId("ab" * 16), BootMs(1), {**plain.body, **more})
        assert understand(fact) == made[0]
