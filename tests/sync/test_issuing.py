import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.facts import Body, PrintSending, TicketIssued, TicketLanguage, drafts, of_kind
from sync.issuing import IssuingError, Wish, issue, secrets_of, token_hash
from sync.journal import Instant, Journal
from sync.keys import DeviceKey
from sync.numbering import Numbers
from sync.types import BootId, BootMs, JournalId, Seq

KEY = DeviceKey(b"s" * 32, b"d" * 32)
OTHER = DeviceKey(b"s" * 32, b"e" * 32)
JOURNAL = JournalId("ab" * 16)
DAY = "2026-11-23"
WISH = Wish("A", ("move-in",), "my")


def made(wish: Wish = WISH, *, day: str = DAY, print_now: bool = True, numbers: Numbers | None = None) -> list[Body]:
    bodies = issue(
        wish,
        numbers or Numbers(),
        day=day,
        lane=0,
        journal_id=JOURNAL,
        key=KEY,
        next_seq=Seq(9),
        print_now=print_now,
    )
    return list(bodies)


def test_a_ticket_is_its_number_its_language_and_the_first_attempt_to_print() -> None:
    issued, language, sending = made()
    assert isinstance(issued, TicketIssued)
    assert (issued.day, issued.series, issued.n, issued.label, issued.services) == (DAY, "A", 1, "A001", ("move-in",))
    assert language == TicketLanguage(Seq(9), "my")
    assert sending == PrintSending(Seq(9), 1)


def test_without_a_printer_there_is_no_attempt() -> None:
    assert [type(each) for each in made(print_now=False)] == [TicketIssued, TicketLanguage]


def test_the_language_is_in_its_own_fact_only() -> None:
    issued = drafts(*made())[0]
    assert '"my"' not in json.dumps(issued.body)


def test_the_fact_holds_the_hash_of_the_token_and_nothing_of_the_code() -> None:
    issued = made()[0]
    assert isinstance(issued, TicketIssued)
    secrets = secrets_of(KEY, JOURNAL, DAY, "A", 0, 1)
    assert issued.token == hashlib.sha256(bytes.fromhex(secrets.token)).hexdigest() == token_hash(secrets.token)
    stored = json.dumps(drafts(issued)[0].body)
    assert secrets.token not in stored


def test_a_reprint_has_the_same_secrets_and_another_device_others() -> None:
    mine = secrets_of(KEY, JOURNAL, DAY, "A", 0, 1)
    assert mine == secrets_of(KEY, JOURNAL, DAY, "A", 0, 1)
    assert mine.token != secrets_of(OTHER, JOURNAL, DAY, "A", 0, 1).token


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(0, 9), st.integers(0, 9))
def test_secrets_have_their_shape_and_differ_between_tickets(n: int, m: int, lane: int, other: int) -> None:
    one, two = secrets_of(KEY, JOURNAL, DAY, "A", lane, n), secrets_of(KEY, JOURNAL, DAY, "A", other, m)
    assert len(bytes.fromhex(one.token)) == 16
    assert len(one.code) == 4
    assert one.code.isdigit()
    assert (one.token == two.token) == ((n, lane) == (m, other))


@pytest.mark.parametrize("services", [(), ("a",) * 6])
def test_a_visit_is_for_one_to_five_services(services: tuple[str, ...]) -> None:
    with pytest.raises(IssuingError):
        made(Wish("A", services, "th"))


@pytest.mark.parametrize("day", ["", "23/11/2026", "2026-11-23\n2026-11-24"])
def test_no_ticket_without_an_office_day(day: str) -> None:
    with pytest.raises(IssuingError):
        made(day=day)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    now = Instant(BootId("0" * 32), BootMs(1))
    with Journal.create(
        tmp_path / "journal.db", role="kiosk", public_key=KEY.public, random=lambda n: b"r" * n, now=now
    ) as journal:
        yield journal


def take(journal: Journal, numbers: Numbers) -> TicketIssued:
    bodies = issue(
        WISH,
        numbers,
        day=DAY,
        lane=0,
        journal_id=JOURNAL,
        key=KEY,
        next_seq=Seq(journal.end.seq + 1),
        print_now=True,
    )
    facts = journal.append(drafts(*bodies), Instant(BootId("0" * 32), BootMs(2)))
    [(fact, issued)] = of_kind(facts, TicketIssued)
    assert all(fact.seq == body.ticket for body in bodies if isinstance(body, TicketLanguage | PrintSending))
    return issued


def test_a_restart_between_any_two_tickets_gives_no_number_twice(journal: Journal) -> None:
    given_numbers = [take(journal, Numbers.fold(journal.facts())).n for _ in range(5)]
    assert given_numbers == [1, 2, 3, 4, 5]


def test_control_a_counter_that_is_not_folded_from_the_facts_repeats_itself(journal: Journal) -> None:
    forgetful = Numbers.fold(journal.facts())
    assert [take(journal, forgetful).n for _ in range(2)] == [1, 1]
