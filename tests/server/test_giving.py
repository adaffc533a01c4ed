"""Numbers that staff give: each once, in the office's own lane, in the queue at once, whatever falls in between."""

import hashlib
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from server import acts, queue
from server.audit_reading import read_day
from server.database import Db
from server.errors import ActRefused
from server.giving import Asked, Given, give
from server.held import Held
from server.ledger import Ledger
from server.reading import ticket as ticket_of
from server.stores import FILE
from sync.facts import Predecessor, TicketIssued, TicketLanguage, TicketPriority, understand
from sync.facts_office import TicketAdmitted
from sync.issuing import secrets_of
from sync.numbering import OFFICE_LANE, fresh_start
from sync.types import JournalId, Seq
from tests.server.busy_desk import BusyDesk
from tests.server.conftest import ZONE, admit
from tests.server.copied import copied
from tests.server.desk import KEY
from tests.server.device import DAY, Device, seeded


def asked(number: int, *services: str, language: str = "th", priority: bool = False) -> Asked:
    return Asked(f"a{number:031x}", services or ("register",), language, priority)


def given(busy: BusyDesk, *wanted: Asked) -> list[str]:
    """The labels of what is given."""

    def job(ledger: Ledger) -> list[str]:
        return [give(ledger, each, "s1", busy.desk.moment()).label for each in wanted]

    found: list[str] = busy.desk.writer.submit(job).result()
    return found


def facts(busy: BusyDesk) -> list[Any]:
    own = busy.desk.ledger.own_named()
    assert own is not None
    return [understand(fact) for fact in busy.desk.ledger.held.facts_of_last_day(own[0])]


def test_numbers_are_given_in_the_offices_own_lane_and_wait_at_once(busy: BusyDesk) -> None:
    busy.take(1)
    labels = given(busy, asked(1), asked(2, "tax", "register", language="my", priority=True), asked(3))
    assert labels == ["AZ001", "BZ001", "AZ002"]
    assert [(each.label, each.priority) for each in busy.live.waiting()] == [
        ("A001", False),
        ("AZ001", False),
        ("BZ001", True),
        ("AZ002", False),
    ]
    own = facts(busy)
    assert [body.language for body in own if isinstance(body, TicketLanguage)] == ["th", "my", "th"]
    assert sum(isinstance(body, TicketPriority) for body in own) == 1
    hows = [(body.how, body.services) for body in own if isinstance(body, TicketAdmitted)]
    assert hows[2] == ("console", ("tax", "register"))


def test_a_visit_of_several_services_with_cases_is_issued_as_at_a_kiosk(busy: BusyDesk) -> None:
    busy.take(1)
    person = busy.desk.signed_in("boon")
    form = {"key": "0" * 32, "language": "en", "services": ["register", "tax"], "cases-register": "1", "cases-tax": "3"}
    page = person.get(person.post("/issue", form).headers["location"]).text
    assert "× 3" in page
    (issued,) = [body for body in facts(busy) if isinstance(body, TicketIssued)]
    (admitted,) = [body for body in facts(busy) if isinstance(body, TicketAdmitted) and body.how == "console"]
    assert issued.cases == admitted.cases == (1, 3)
    assert read_day(busy.desk._db, DAY, ZONE).audit.violations == ()
    for wrong in ("0", "10", "-1", "x"):
        answer = person.post("/issue", form | {"key": "1" * 32, "cases-tax": wrong})
        assert answer.status_code == 422
        assert "One to five" in answer.text
    single = {"key": "2" * 32, "language": "en", "services": "tax", "cases-tax": "1"}
    person.post("/issue", single)
    assert [body.cases for body in facts(busy) if isinstance(body, TicketIssued)] == [(1, 3), ()]


def test_what_staff_give_is_clean_under_audit(busy: BusyDesk) -> None:
    given(busy, asked(1), asked(2, priority=True))
    busy.do(acts.Open(), acts.Next(), acts.Came(), acts.Next())
    audit = read_day(busy.desk._db, DAY, ZONE).audit
    assert (audit.violations, audit.unchecked, len(audit.calls)) == ((), 0, 2)


def test_a_retry_gives_the_same_number(busy: BusyDesk) -> None:
    assert given(busy, asked(1), asked(1), asked(1)) == ["AZ001"] * 3
    with pytest.raises(ActRefused, match="something else"):
        given(busy, asked(1, "tax"))
    assert busy.live.admitted == 1


@pytest.mark.parametrize("services", [(), ("gone",), ("register", "gone")])
def test_what_is_not_offered_gives_no_number(busy: BusyDesk, services: tuple[str, ...]) -> None:
    with pytest.raises(ActRefused):
        given(busy, Asked("ab" * 16, services, "th"))
    assert not any(isinstance(body, TicketIssued) for body in facts(busy))


@pytest.mark.sqlite
def test_numbers_go_on_after_a_rebuild_and_a_restart(busy: BusyDesk, tmp_path: Path) -> None:
    given(busy, asked(1), asked(2))
    busy.desk.ledger.rebuild()
    assert given(busy, asked(3)) == ["AZ003"]
    again = Ledger(copied(busy.desk._db, tmp_path / FILE), ZONE, seeded(7))
    try:
        with again.transaction():
            again.open_own(KEY, seeded(6), busy.desk.moment().instant)
            queue.begin(again)
            assert give(again, asked(4), "s1", busy.desk.moment()).label == "AZ004"
    finally:
        again.close()


def test_the_next_day_begins_at_one(busy: BusyDesk) -> None:
    given(busy, asked(1), asked(2))
    busy.desk.time += 24 * 3_600_000
    busy.desk.day = "2026-11-24"
    assert given(busy, asked(3)) == ["AZ001"]


def test_no_machine_gets_the_offices_lane(ledger: Ledger, tmp_path: Path) -> None:
    devices = [Device.make(tmp_path / str(seed), seed) for seed in range(OFFICE_LANE + 2)]
    lanes = [admit(ledger, device) for device in devices]
    assert lanes == [*range(OFFICE_LANE), OFFICE_LANE + 1, OFFICE_LANE + 2]
    for device in devices:
        device.journal.close()


def test_an_office_that_was_restored_goes_on_at_the_next_hundred(busy: BusyDesk) -> None:
    given(busy, asked(1), asked(2))

    def succeed(ledger: Ledger) -> None:
        own = ledger.own_named()
        assert own is not None
        ledger.open_own(KEY, seeded(5), busy.desk.moment().instant, predecessor=Predecessor(own[0], Seq(99), "0" * 64))
        queue.begin(ledger)

    busy.desk.job(succeed)
    assert given(busy, asked(3), asked(4)) == [f"AZ{fresh_start(2)}", f"AZ{fresh_start(2) + 1}"] == ["AZ100", "AZ101"]
    assert given(busy, asked(5, "tax")) == ["BZ100"]


@pytest.mark.parametrize(("last", "first"), [(0, 100), (37, 100), (79, 100), (80, 200), (100, 200), (185, 300)])
def test_the_next_free_hundred_leaves_room_for_what_nobody_has_heard_of(last: int, first: int) -> None:
    assert fresh_start(last) == first


# Many phones at once -------------------------------------------------------------------------------------------------


class Stale(Held):
    """What a phone would have that read the last number before its turn: the broken variant."""

    def __init__(self, db: Db, last: int) -> None:
        super().__init__(db)
        self._last = last

    def last_number(self, journal_id: JournalId, day: str, series: str) -> int:
        return self._last


def at_once(busy: BusyDesk, phones: int, each: Callable[[int], str]) -> list[str]:
    """What each of these phones gets, the refused ones left out."""

    def phone(number: int) -> str | None:
        try:
            return each(number)
        except ActRefused as error:
            assert error.code == "number-given"  # noqa: PT017 - both ways are tested
            return None

    with ThreadPoolExecutor(phones) as pool:
        return [label for label in pool.map(phone, range(1, phones + 1)) if label is not None]


def test_eight_phones_at_once_never_give_a_number_twice(busy: BusyDesk) -> None:
    def each(number: int) -> str:
        got = [given(busy, asked(100 * number + n))[0] for n in range(10)]
        assert len(set(got)) == 10
        return " ".join(got)

    labels = " ".join(at_once(busy, 8, each)).split()
    assert sorted(labels) == [f"AZ{n:03}" for n in range(1, 81)]


def outside(busy: BusyDesk, both: threading.Barrier, number: int) -> str:
    """Read the last number first, give one later: not in one transaction."""
    own = busy.desk.ledger.own_named()
    assert own is not None
    read = partial(_last, own[0])
    last = busy.desk.writer.submit(read).result()
    both.wait(timeout=20)

    def job(ledger: Ledger) -> Given:
        true, ledger.held = ledger.held, Stale(ledger._db, last)
        try:
            return give(ledger, asked(number), "s1", busy.desk.moment())
        finally:
            ledger.held = true

    label: str = busy.desk.writer.submit(job).result().label
    return label


def _last(own: JournalId, ledger: Ledger) -> int:
    return ledger.held.last_number(own, DAY, "A")


def test_where_a_number_is_read_too_early_the_table_refuses_the_second(busy: BusyDesk) -> None:
    labels = at_once(busy, 2, partial(outside, busy, threading.Barrier(2)))
    assert labels == ["AZ001"]
    assert [each.label for each in busy.live.waiting()] == ["AZ001"]


def test_control_without_unique_a_number_that_is_read_too_early_is_given_twice(busy: BusyDesk) -> None:
    busy.desk.job(lambda ledger: ledger._db.execute("DROP TABLE given"))
    busy.desk.job(lambda ledger: ledger._db.execute("CREATE TABLE given (day TEXT, series TEXT, n INTEGER)"))
    labels = at_once(busy, 2, partial(outside, busy, threading.Barrier(2)))
    assert labels == ["AZ001", "AZ001"]


# The page ------------------------------------------------------------------------------------------------------------


def test_a_number_from_a_phone_is_shown_with_its_proof_and_its_code(busy: BusyDesk) -> None:
    person = busy.desk.signed_in("boon")
    key = re.search(r'name="key" value="([0-9a-f]{32})"', person.get("/issue").text)
    assert key is not None
    form = {"key": key[1], "services": ["tax", "register"], "language": "my", "priority": "1"}
    places = {person.post("/issue", form).headers["location"] for _ in range(2)}
    (place,) = places
    page = person.get(place).text
    (ticket,) = busy.live.waiting()
    assert (ticket.label, ticket.services, ticket.priority) == ("BZ001", ("tax", "register"), True)
    assert re.search(r'id="label">BZ001 <b', page)
    paper = secrets_of(KEY, ticket.name.journal, DAY, "B", OFFICE_LANE, 1)
    assert f'id="code">{paper.code}<' in page, "the 4 digits with which any kiosk finds it"
    assert f'aria-label="https://queue.test/t/{paper.token}"' in page
    found = ticket_of(busy.desk._db, hashlib.sha256(bytes.fromhex(paper.token)).hexdigest())
    assert found is not None
    shown = "".join(re.findall(r"<span>(\w{4})</span>", page))
    assert (shown, found.ticket.label) == (found.ticket.witness, "BZ001")
    assert place in person.get("/issue").text


def test_who_chooses_nothing_is_told_beside_the_field(busy: BusyDesk) -> None:
    answer = busy.desk.signed_in("boon").post("/issue", {"key": "ab" * 16, "language": "th"})
    assert answer.status_code == 422
    assert 'id="services-fault"' in answer.text


@pytest.mark.parametrize("seq", [0, 1, 10**6, 2**60])
def test_a_page_shows_no_ticket_that_is_none(busy: BusyDesk, seq: int) -> None:
    assert busy.desk.signed_in("boon").get(f"/issue/{seq}").status_code == 404


def test_while_nobody_knows_the_time_no_number_is_given(busy: BusyDesk) -> None:
    busy.desk.trusted = False
    answer = busy.desk.signed_in("boon").post("/issue", {"key": "ab" * 16, "services": "tax", "language": "th"})
    assert answer.status_code == 409
    assert busy.live.admitted == 0
