"""*Check my ticket*: the 16 characters on the paper lead to what became of it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from server.checking import check
from server.database import Db
from server.stores import FILE
from sync.chain import witness
from tests.server.audited import DAY, worked
from tests.server.conftest import ZONE
from tests.server.places import reader_of


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Db, dict[str, str]]]:
    """The ledger of an office of two days, and the 16 characters of every ticket by label."""
    made = tmp_path_factory.mktemp("office")
    office, kiosk = worked(made)
    office.ledger.close()
    kiosk.journal.close()
    with closing(reader_of(Path(made) / "office" / FILE)) as db:
        printed = {label: witness(chain) for label, chain in db.execute("SELECT label, chain FROM tickets")}
        yield db, printed


def test_a_ticket_called_by_the_rule_is_found_with_place_time_and_counter(
    record: tuple[Db, dict[str, str]],
) -> None:
    db, printed = record
    found = check(db, printed["A002"], ZONE)
    assert found is not None
    assert (found.label, found.day, found.place, found.services) == ("A002", DAY, "Hall 1", ("register",))
    assert found.utc_ms is not None
    assert [(call.counter, call.how) for call in found.calls] == [(1, "finished")]
    assert (found.in_order, found.status, found.violations) == (True, "served", ())


def test_a_ticket_picked_by_hand_says_so(record: tuple[Db, dict[str, str]]) -> None:
    db, printed = record
    found = check(db, printed["A006"], ZONE)
    assert found is not None
    assert (found.in_order, found.calls[0].why, found.calls[0].early) == (False, "came-before", "gave-up")


def test_a_ticket_that_was_carried_over_is_followed_to_the_next_day(record: tuple[Db, dict[str, str]]) -> None:
    db, printed = record
    found = check(db, printed["A005"], ZONE)
    assert found is not None
    assert (found.status, len(found.calls), found.in_order) == ("served", 1, True)


@pytest.mark.parametrize("how", ["lower", "spaced", "letters"])
def test_it_is_found_however_it_is_typed(record: tuple[Db, dict[str, str]], how: str) -> None:
    db, printed = record
    code = printed["A001"]
    typed = {
        "lower": code.lower(),
        "spaced": f" {code[:4]} {code[4:8]}-{code[8:12]} {code[12:]} ",
        "letters": code.replace("0", "O").replace("1", "l"),
    }[how]
    found = check(db, typed, ZONE)
    assert found is not None
    assert found.label == "A001"


@pytest.mark.parametrize("code", ["", "A001", "0" * 16, "U" * 16, "*" * 16, "0" * 400])
def test_what_is_on_no_ticket_finds_nothing(record: tuple[Db, dict[str, str]], code: str) -> None:
    assert check(record[0], code, ZONE) is None
