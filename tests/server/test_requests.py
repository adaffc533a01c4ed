"""What a centre asks of its offices: handed down once, answered there, closed at the centre by the office's record."""

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import asked, asking, handing
from server.asked import Row, Show, State, asked_of
from server.asking import Reply, Wish, judged_reply, judged_wish
from server.errors import ActRefused
from server.relay_outbox import LedgerOutbox
from server.way_down import FILE as CENTRE_DB
from sync.chain import Position
from sync.facts import understand
from sync.facts_published import Source
from sync.facts_requests import OfficeRequested, RequestAnswered, RequestFact, RequestSeen, RequestWithdrawn
from sync.judge import Accept
from sync.judge import Row as Judged
from sync.keys import DeviceKey
from sync.reasons import REQUEST, REQUEST_CANNOT
from sync.types import JournalId, UtcMs
from sync.wire import Head
from tests.server.device import DAY, NOON
from tests.server.publishing_centre import FOR_ALL, Centre, Office
from tests.server.publishing_office import CATALOGUE as SERVICES
from tests.server.publishing_office import at
from tests.server.test_way_from_centre import fees, publish

STAFF = "s0000000c"
PAPER = Wish("check-paper", text="Please put a new roll in.", due="2026-11-25")
YES = Reply("done")
TODAY = date.fromisoformat(DAY)


# How it stands --------------------------------------------------------------------------------------------------------


def row(kind: str, at_ms: int = 0, *, asker: bool = False, **told: Any) -> Row:
    plain = {"staff": "s1", "what": "check-paper", "about": "", "text": "", "due": None, "reason": None}
    return Row("r1", "o1", asker, kind, UtcMs(NOON + at_ms), **plain | told)


ROWS = [
    row(OfficeRequested.kind, asker=True, due="2026-11-25"),
    row(OfficeRequested.kind, 1, due="2026-11-25", staff=None),
    row(RequestSeen.kind, 2, staff="s7"),
    row(RequestAnswered.kind, 3, what="cannot", reason="part-missing", text="No roll", staff="s8"),
    row(RequestWithdrawn.kind, 4, asker=True),
]
REACHED = {1: State.ASKED, 2: State.TAKEN, 3: State.SEEN, 4: State.ANSWERED, 5: State.ANSWERED}


@given(st.permutations(ROWS), st.integers(1, 5))
def test_in_whatever_order_facts_came_it_stands_the_same(rows: list[Row], many: int) -> None:
    known = [each for each in rows if each in ROWS[:many]]
    (found,) = asked_of(known).values()
    assert found.state is REACHED[many]
    assert (found.by, found.asked_ms, found.due) == ("s1", NOON, "2026-11-25")
    if many >= 4:
        told = found.verdict, found.reason, found.answer, found.answered_by
        assert told == ("cannot", "part-missing", "No roll", "s8")


def test_what_was_withdrawn_is_open_no_more_and_an_answer_without_a_request_is_none() -> None:
    (found,) = asked_of([ROWS[0], ROWS[1], ROWS[4]]).values()
    assert (found.state, found.is_open) == (State.WITHDRAWN, False)
    assert asked_of(ROWS[2:]) == {}


def test_it_is_overdue_after_its_day_until_it_is_answered() -> None:
    (found,) = asked_of(ROWS[:2]).values()
    assert [found.is_overdue(day) for day in ("2026-11-25", "2026-11-26")] == [False, True]
    assert not replace(found, due=None).is_overdue("2030-01-01")
    assert not next(iter(asked_of(ROWS).values())).is_overdue("2026-11-26")


# What may be asked and answered ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", REQUEST)
def test_each_listed_kind_can_be_asked(what: str) -> None:
    wish = judged_wish(what, "", " Look,\r\nplease. ", DAY, TODAY)
    assert wish == Wish(what, "", "Look,\nplease.", DAY)


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        (("burn-it", "", "", ""), "not-listed"),
        (("check-paper", "a b", "", ""), "not-listed"),
        (("notice", "", " ", ""), "no-words"),
        (("notice", "", "x" * 501, ""), "long-words"),
        (("notice", "", "Call 081 234 5678", ""), "personal"),
        (("check-paper", "", "", "2026-11-22"), "bad-due"),
        (("check-paper", "", "", "2028-11-22"), "bad-due"),
        (("check-paper", "", "", "tomorrow"), "bad-due"),
    ],
)
def test_what_cannot_be_asked_says_why(given_: tuple[str, str, str, str], code: str) -> None:
    with pytest.raises(ActRefused) as caught:
        judged_wish(*given_, TODAY)
    assert caught.value.code == code


@pytest.mark.parametrize("reason", REQUEST_CANNOT)
def test_an_office_that_cannot_says_a_listed_reason(reason: str) -> None:
    assert judged_reply("cannot", reason, "so it is") == Reply("cannot", reason, "so it is")
    assert judged_reply("done", reason, "") == Reply("done", None, "")


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        (("maybe", "", ""), "not-listed"),
        (("cannot", "", ""), "not-listed"),
        (("cannot", "lazy", ""), "not-listed"),
        (("cannot", "other", ""), "no-words"),
        (("done", "", "x" * 201), "long-words"),
        (("done", "", "somchai@mail.test was told"), "personal"),
    ],
)
def test_what_is_no_answer_says_why(given_: tuple[str, str, str], code: str) -> None:
    with pytest.raises(ActRefused) as caught:
        judged_reply(*given_)
    assert caught.value.code == code


# Down, and up ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = Centre(tmp_path / "centre")
    yield made
    made.end()


@pytest.fixture
def office(tmp_path: Path, centre: Centre) -> Iterator[Office]:
    made = Office(tmp_path / "office", centre)
    yield made
    made.end()


KEYS = itertools.count()


def ask(centre: Centre, name: str, *offices: str, wish: Wish = PAPER) -> None:
    key = f"{next(KEYS):032x}"
    with centre.ledger.transaction():
        asking.ask(centre.ledger, key, name, wish, offices, STAFF, at())


def withdraw(centre: Centre, name: str, office: str) -> None:
    with centre.ledger.transaction():
        asking.withdraw(centre.ledger, name, office, STAFF, at())


def answer(office: Office, name: str, reply: Reply = YES) -> None:
    with office.ledger.transaction():
        asking.answer(office.ledger, f"{next(KEYS):032x}", name, reply, "s1", at(60))


def here(office: Office) -> dict[str, State]:
    return asked.known_here(office.ledger.publications.db)


def facts(office: Office, kind: str = OfficeRequested.kind) -> int:
    query = "SELECT count(*) FROM asked WHERE kind = ?"
    return int(office.ledger.publications.db.execute(query, (kind,)).fetchone()[0])


def test_what_was_asked_became_the_offices_own_once_whatever_began_again(centre: Centre, office: Office) -> None:
    ask(centre, "r1", office.id)
    ask(centre, "r2", office.id, wish=Wish("make-backup"))
    office.run()
    centre.restart()
    office.restart()
    office.run(1)
    assert (here(office), facts(office)) == ({"r1": State.TAKEN, "r2": State.TAKEN}, 2)
    found = asked.one_here(office.ledger.publications.db, "r1")
    assert found is not None
    assert (found.what, found.text, found.due, found.by) == ("check-paper", PAPER.text, PAPER.due, None)
    assert asked.unread(office.ledger.publications.db) == 2


def twice(ledger: Any, body: Any, source: Any, known: dict[str, State], moment: Any) -> None:
    """Control: what was taken up before is not looked for."""
    asking.take_up(ledger, body, source, {}, moment)


def test_control_an_office_that_does_not_look_takes_it_up_twice(centre: Centre, office: Office) -> None:
    ask(centre, "r1", office.id)
    office.run()
    reader = office.way._reader
    published = reader.published()
    assert published is not None
    for take_up, many in ((asking.take_up, 1), (twice, 2)):
        with office.ledger.transaction():
            known = asked.known_here(office.ledger.publications.db)
            for fact in published.requests:
                body = understand(fact)
                assert isinstance(body, RequestFact)
                take_up(office.ledger, body, Source(published.journal_id, fact.seq), known, at())
        assert facts(office) == many


def test_only_who_was_asked_got_it_beside_what_is_published(centre: Centre, office: Office, tmp_path: Path) -> None:
    other = Office(tmp_path / "other", centre, DeviceKey(b"q" * 32, b"r" * 32))
    ask(centre, "r1", other.id)
    publish(centre, SERVICES, 0, FOR_ALL)
    ask(centre, "r2", office.id, other.id)
    office.run()
    other.run()
    assert (set(here(office)), set(here(other))) == ({"r2"}, {"r1", "r2"})
    assert len(fees(office)) == len(fees(other)) == 1
    ask(centre, "r3", office.id)
    office.run()
    other.run()
    assert (len(here(office)), len(here(other)), len(fees(office))) == (2, 2, 1), "nothing comes twice"
    other.end()


def test_what_the_centre_withdrew_is_asked_no_more(centre: Centre, office: Office) -> None:
    ask(centre, "r1", office.id)
    ask(centre, "r2", office.id)
    office.run()
    withdraw(centre, "r1", office.id)
    office.run()
    assert here(office) == {"r1": State.WITHDRAWN, "r2": State.TAKEN}
    with pytest.raises(ActRefused) as caught:
        answer(office, "r1")
    assert caught.value.code == "not-open"
    with pytest.raises(ActRefused):
        withdraw(centre, "r1", office.id)
    ask(centre, "r3", office.id)
    office.run(1)
    assert (len(here(office)), facts(office, RequestWithdrawn.kind)) == (3, 1)


def test_what_was_withdrawn_before_the_office_heard_of_it_never_came(centre: Centre, office: Office) -> None:
    ask(centre, "r1", office.id)
    withdraw(centre, "r1", office.id)
    office.run()
    assert here(office) == {}


def test_an_answer_is_given_once_and_seen_by_whoever_was_first(centre: Centre, office: Office) -> None:
    ask(centre, "r1", office.id)
    office.run()
    for staff in ("s1", "s2"):
        with office.ledger.transaction():
            asking.note_seen(office.ledger, "r1", staff, at(30))
    db = office.ledger.publications.db
    assert (asked.unread(db), facts(office, RequestSeen.kind)) == (0, 1)
    answer(office, "r1", Reply("cannot", "part-missing", "No roll here"))
    with pytest.raises(ActRefused):
        answer(office, "r1")
    found = asked.one_here(db, "r1")
    assert found is not None
    assert (found.state, found.reason, found.seen_by) == (State.ANSWERED, "part-missing", "s1")


@pytest.mark.sqlite
def test_a_centre_restored_from_an_old_copy_asks_on_and_nothing_comes_twice(
    tmp_path: Path, centre: Centre, office: Office
) -> None:
    ask(centre, "r1", office.id)
    office.run()
    copy = centre.copy(tmp_path / "copy")
    ask(centre, "r2", office.id)
    office.run()
    centre.restart(copy)
    ask(centre, "r3", office.id)
    office.run(1)
    assert here(office) == dict.fromkeys(("r1", "r2", "r3"), State.TAKEN)
    assert facts(office) == 3


def bring(centre: Centre, office: Office) -> None:
    """The office's own journal comes to the centre, as the relay brings it."""
    journal = JournalId(office.id)
    after = centre.ledger.end_of(journal).seq
    entries = list(LedgerOutbox(office.ledger.publications.db, journal).entries(after, limit=1000))
    rows = tuple(Judged(entry.seq, entry.row, entry.chain) for entry in entries)
    end = Position(entries[-1].seq, entries[-1].chain)
    with centre.ledger.transaction():
        centre.ledger.apply(journal, Accept(rows, end, Head(end.seq, end.chain, bytes(64))), NOON)


def at_centre(centre: Centre, show: Show = Show.ALL, today: str = DAY) -> dict[str, State]:
    found = asked.asked_of_offices(centre.ledger.publications.db, show, today, 10)
    return {each.request: each.state for each in found}


def test_the_offices_record_closes_it_at_the_centre(centre: Centre, office: Office) -> None:
    ask(centre, "r1", office.id)
    ask(centre, "r2", office.id)
    ask(centre, "r3", office.id, wish=Wish("make-backup"))
    assert set(at_centre(centre).values()) == {State.ASKED}
    office.run()
    answer(office, "r1", Reply("cannot", "part-missing", "No roll here"))
    bring(centre, office)
    db = centre.ledger.publications.db
    assert at_centre(centre) == {"r1": State.ANSWERED, "r2": State.TAKEN, "r3": State.TAKEN}
    assert at_centre(centre, Show.ANSWERED) == {"r1": State.ANSWERED}
    assert (set(at_centre(centre, Show.OPEN)), list(at_centre(centre, Show.OVERDUE))) == ({"r2", "r3"}, [])
    assert list(at_centre(centre, Show.OVERDUE, "2026-11-26")) == ["r2"]
    counted = {Show.OPEN: 2, Show.OVERDUE: 1, Show.ANSWERED: 1, Show.ALL: 3}
    assert asked.counts(db, "2026-11-26") == counted
    found = asked.one_of(db, "r1", office.id)
    assert found is not None
    assert (found.by, found.reason, found.answer) == (STAFF, "part-missing", "No roll here")
    assert at_centre(centre) == {name: each for name, each in at_centre(centre).items() if refolded(centre)}


def refolded(centre: Centre) -> bool:
    return bool(centre.ledger.rebuild())


def test_what_an_office_answered_is_not_handed_to_its_new_disk(centre: Centre, office: Office) -> None:
    ask(centre, "r1", office.id)
    ask(centre, "r2", office.id)
    office.run()
    answer(office, "r1")
    bring(centre, office)
    db = centre.ledger.publications.db
    with centre.ledger.transaction():
        db.execute("UPDATE journals SET own = 0, role = 'past' WHERE own < 0")  # a journal for it is begun anew
    assert len(handing.outstanding(db, office.id)) == 1


def test_no_office_answers_for_another(centre: Centre, office: Office, tmp_path: Path) -> None:
    other = Office(tmp_path / "other", centre, DeviceKey(b"q" * 32, b"r" * 32))
    ask(centre, "r1", office.id)
    with other.ledger.transaction():
        other.ledger.append([RequestAnswered(NOON, "r1", "done", None, "", "s1")], at().instant)
        other.ledger.append([RequestWithdrawn(NOON, "r1", "s1", None, (office.id,))], at().instant)
    bring(centre, other)
    assert at_centre(centre) == {"r1": State.ASKED}
    assert len(handing.outstanding(centre.ledger.publications.db, office.id)) == 1
    other.end()


@pytest.mark.sqlite
def test_what_a_restored_centre_lost_comes_back_with_the_offices_record(
    tmp_path: Path, centre: Centre, office: Office
) -> None:
    copy = centre.copy(tmp_path / "copy")
    ask(centre, "r1", office.id)
    office.run()
    centre.restart(copy)
    assert at_centre(centre) == {}
    answer(office, "r1")
    bring(centre, office)
    assert at_centre(centre) == {"r1": State.ANSWERED}


def test_what_came_before_a_release_knew_of_requests_is_taken_up_by_the_next_one(
    centre: Centre, office: Office
) -> None:
    ask(centre, "r1", office.id)
    publish(centre, SERVICES, 0, FOR_ALL)
    office.stands_still = True
    office.run()
    office.way.close()
    with closing(sqlite3.connect(office.folder / CENTRE_DB)) as db:
        db.execute("DROP TABLE asked")  # as the release before left it
    office.stands_still = False
    office.restart()
    office.run()
    assert (here(office), len(fees(office))) == ({"r1": State.TAKEN}, 1)
