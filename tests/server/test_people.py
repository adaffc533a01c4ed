"""Accounts: what a password may be and how it is kept, the first administrator's code, and that one always remains."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.commands import perform
from server.errors import AccountRefused
from server.ledger import Ledger
from server.passwords import (
    IS_THE_NAME,
    NOBODYS,
    TOO_COMMON,
    TOO_LONG,
    TOO_SHORT,
    commonest,
    first_password,
    hash_password,
    password_fault,
    password_holds,
)
from server.people import (
    CODE_HOURS,
    FIRST_PASSWORD_HOURS,
    LAST_ADMINISTRATOR,
    Details,
    People,
    Role,
    by_id,
    by_login,
    clean_skills,
    code_hash,
    code_is_good,
    everybody,
    folded_login,
    login_fault,
    name_fault,
    new_staff,
)
from sync.types import UtcMs
from tests.server.conftest import CERTIFICATE
from tests.server.device import NOON, seeded
from tests.server.running import RunningServer

HOUR = 3_600_000
ANNA = Details("anna", "Anna A.", Role.ADMINISTRATOR, (), "en")
BOON = Details("boon", "บุญมี", Role.STAFF, ("tax",), "th")


@pytest.fixture
def db(ledger: Ledger) -> Iterator[sqlite3.Connection]:
    """A second connection to the ledger's file, that only reads."""
    with closing(sqlite3.connect(f"file:{ledger.place}?mode=ro", uri=True)) as db:
        yield db


def later(hours: float) -> UtcMs:
    """So long after noon."""
    return UtcMs(NOON + int(hours * HOUR))


def code(ledger: Ledger, seed: int = 3) -> str:
    """What `python -m server code` prints."""
    with ledger.transaction():
        return str(perform(ledger, {"command": "code"}, CERTIFICATE, seeded(seed), NOON)["code"])


def enter(ledger: Ledger, typed: str, hours: float = 0, details: Details = ANNA, staff: str = "s00000001") -> None:
    """Use a code."""
    digest = code_hash(typed)
    assert digest is not None
    with ledger.transaction():
        ledger.people.enter(digest, details, "kept", staff, later(hours))


def grown(ledger: Ledger, staff: str, details: Details) -> None:
    """Add a person who has chosen a password already."""
    with ledger.transaction():
        ledger.people.add(details, "first", staff, NOON)
        ledger.people.set_password(staff, "first", "own")


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("1234567", TOO_SHORT),
        ("xk4-99z", TOO_SHORT),
        ("กา" * 3, TOO_SHORT),
        ("x" * 257, TOO_LONG),
        ("Password123", TOO_COMMON),
        ("ｐａｓｓｗｏｒｄ１", TOO_COMMON),
        ("zzzzzzzzzzzz", TOO_COMMON),
        ("Somchai.P", IS_THE_NAME),
        ("correct horse", None),
        ("รักบ้านเกิด ๙", None),
        ("no capitals or digits needed", None),
    ],
)
def test_what_may_be_a_password(password: str, fault: str | None) -> None:
    assert password_fault(password, "somchai.p") == fault


def test_the_list_of_the_commonest_is_as_passwords_are_compared() -> None:
    assert len(commonest()) > 300
    assert all(password_fault(each, "nobody") == TOO_COMMON for each in commonest()), "as they stand, all are refused"


def test_a_password_is_kept_as_argon2id_with_a_salt_of_its_own() -> None:
    random = seeded(1)
    one, two = hash_password("correct horse", random), hash_password("correct horse", random)
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != two
    assert password_holds("correct horse", one)
    assert password_holds("correct horse", two)
    assert not password_holds("Correct horse", one)
    assert not password_holds("", NOBODYS)
    assert NOBODYS.split("$")[:4] == one.split("$")[:4], "the same work for nobody's password"
    assert len(NOBODYS) == len(one)


def test_letters_typed_in_another_form_are_the_same_password() -> None:
    kept = hash_password("เข้าน้ำ café", seeded(1))
    assert password_holds("เข้าน้ํา cafe\u0301", kept)


@given(st.binary(min_size=10, max_size=10))
def test_a_first_password_can_be_read_out_and_passes_the_rules(chance: bytes) -> None:
    password = first_password(lambda n: chance)
    assert len(password) == 19
    assert not set(password) - set("0123456789abcdefghjkmnpqrstvwxyz-")
    assert password_fault(password, "somchai") is None or len(set(chance)) == 1


def test_names_are_compared_without_case_and_shown_on_one_line() -> None:
    assert folded_login("  Somchai.P ") == folded_login("ＳＯＭＣＨＡＩ.p") == "somchai.p"
    assert login_fault("somchai") is None
    assert login_fault("สมชาย") is None
    assert all(login_fault(each) for each in ("", "x", "two words", "tab\there", "a" * 41, "bell\x07"))
    assert name_fault("สมชาย ใจดี") is None
    assert all(name_fault(each) for each in ("", "   ", "two\nlines", "x" * 61))
    assert clean_skills(["tax", "id", "tax", ""]) == ("id", "tax")


def test_a_code_makes_one_administrator_within_a_day(ledger: Ledger, db: sqlite3.Connection) -> None:
    typed = code(ledger)
    assert len(typed) == 14
    enter(ledger, typed.lower().replace("-", " "), CODE_HOURS - 0.01)
    account = by_login(db, "anna")
    assert account is not None
    assert account.details == ANNA
    assert account.first_until_ms is None, "the password is the person's own"
    with pytest.raises(AccountRefused):
        enter(ledger, typed, details=replace(ANNA, login="second"), staff="s00000002")
    assert len(everybody(db)) == 1


def test_an_old_a_wrong_and_a_replaced_code_make_nobody(ledger: Ledger, db: sqlite3.Connection) -> None:
    first = code(ledger)
    second = code(ledger, seed=4)
    for typed, hours in ((first, 0.0), ("0000-0000-0000", 0), (second, CODE_HOURS), (second, -1)):
        with pytest.raises(AccountRefused):
            enter(ledger, typed, hours)
    assert everybody(db) == []
    assert [code_hash(each) for each in ("", "no code!", "0000-0000", "0" * 40)] == [None] * 4
    enter(ledger, second)


def test_a_code_is_kept_as_a_hash(ledger: Ledger, db: sqlite3.Connection) -> None:
    typed = code(ledger)
    kept = db.execute("SELECT hash FROM staff_code").fetchall()
    assert kept == [(code_hash(typed),)]
    assert code_is_good(db, kept[0][0], NOON)


def test_an_added_person_enters_with_a_one_time_password_for_three_days(ledger: Ledger, db: sqlite3.Connection) -> None:
    with ledger.transaction():
        ledger.people.add(BOON, "first", "s00000002", NOON)
    account = by_login(db, "boon")
    assert account is not None
    assert account.details == BOON
    assert account.may_enter(later(FIRST_PASSWORD_HOURS - 1))
    assert not account.may_enter(later(FIRST_PASSWORD_HOURS))
    with ledger.transaction():
        ledger.people.set_password("s00000002", "first", "own")
    own = by_id(db, "s00000002")
    assert own is not None
    assert own.may_enter(later(1_000_000))
    with pytest.raises(AccountRefused), ledger.transaction():
        ledger.people.set_password("s00000002", "first", "by a second tab")


def test_a_name_is_taken_once(ledger: Ledger) -> None:
    grown(ledger, "s00000001", ANNA)
    grown(ledger, "s00000002", BOON)
    attempts: tuple[Callable[[], None], ...] = (
        lambda: ledger.people.add(replace(BOON, name="other"), "x", "s00000003", NOON),
        lambda: ledger.people.change("s00000002", replace(BOON, login="anna")),
    )
    for attempt in attempts:
        with pytest.raises(AccountRefused) as caught, ledger.transaction():
            attempt()
        assert caught.value.field == "login"
    with ledger.transaction():
        ledger.people.change("s00000002", replace(BOON, name="บุญมี ขยัน"))


REMOVALS: dict[str, Callable[[People], None]] = {
    "disable": lambda people: people.disable("s00000001"),
    "demote": lambda people: people.change("s00000001", replace(ANNA, role=Role.SUPERVISOR)),
    "reset": lambda people: people.reset("s00000001", "first", NOON),
}


@pytest.mark.parametrize("removal", REMOVALS.values(), ids=REMOVALS)
def test_nobody_can_remove_the_last_administrator(ledger: Ledger, removal: Callable[[People], None]) -> None:
    grown(ledger, "s00000001", ANNA)
    grown(ledger, "s00000002", BOON)
    disabled = replace(ANNA, login="gone")
    grown(ledger, "s00000003", disabled)
    with ledger.transaction():
        ledger.people.disable("s00000003")
        ledger.people.add(replace(ANNA, login="fresh"), "first", "s00000004", NOON)
    with pytest.raises(AccountRefused) as caught, ledger.transaction():
        removal(ledger.people)
    assert caught.value.hint == LAST_ADMINISTRATOR
    with ledger.transaction():
        ledger.people.set_password("s00000004", "first", "own")
        removal(ledger.people)


class Careless(People):
    """The broken variant: no look at who remains."""

    def _not_the_last(self, account: object) -> None:
        """Look away."""


@pytest.mark.parametrize("removal", REMOVALS.values(), ids=REMOVALS)
def test_control_without_the_look_an_office_loses_its_last_administrator(
    ledger: Ledger, db: sqlite3.Connection, removal: Callable[[People], None]
) -> None:
    grown(ledger, "s00000001", ANNA)
    with ledger.transaction():
        removal(Careless(ledger._db))
    left = [each for each in everybody(db) if each.details.role is Role.ADMINISTRATOR and each.may_enter(later(100))]
    assert left == []


def test_the_door_opens_again_for_who_was_disabled(ledger: Ledger, db: sqlite3.Connection) -> None:
    grown(ledger, "s00000002", BOON)
    for change, able in ((ledger.people.disable, False), (ledger.people.enable, True)):
        with ledger.transaction():
            change("s00000002")
        found = by_id(db, "s00000002")
        assert found is not None
        assert found.may_enter(NOON) is able
    with pytest.raises(AccountRefused), ledger.transaction():
        ledger.people.enable("s00000009")


def test_a_rebuild_leaves_people_alone(ledger: Ledger, db: sqlite3.Connection) -> None:
    grown(ledger, "s00000002", BOON)
    before = everybody(db)
    ledger.rebuild()
    assert everybody(db) == before != []


def test_a_staff_id_says_nothing_and_secrets_are_not_shown(ledger: Ledger, db: sqlite3.Connection) -> None:
    assert new_staff(seeded(5)) != new_staff(seeded(6))
    assert len(new_staff(seeded(5))) == 9
    grown(ledger, "s00000002", BOON)
    assert "own" not in repr(by_login(db, "boon"))


def test_the_command_prints_a_code_with_and_without_a_running_server(tmp_path: Path) -> None:
    server = RunningServer(tmp_path)
    running = server.command("code")
    assert server.end() == 0
    ended = server.command("code")
    assert running.returncode == ended.returncode == 0, running.stderr + ended.stderr
    assert code_hash(running.stdout.strip()) not in (None, code_hash(ended.stdout.strip()))
