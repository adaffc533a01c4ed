"""Who may sign in at the console: their accounts and the one-time code of the first administrator, as tables.

These are no facts: a name is erased by changing it, and the journal holds the opaque staff id alone. All that changes
a table is done by `People` within a transaction of the ledger; the functions below it read, from any connection.
"""

import hashlib
import json
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from server.database import Db
from server.errors import AccountRefused
from sync.chain import crockford, crockford_bytes
from sync.types import UtcMs
from translations import LANGUAGES, N_

# gettext: console

CODE_BYTES = 7
CODE_CHARACTERS = 12
CODE_HOURS = 24
FIRST_PASSWORD_HOURS = 72
LOGIN_CHARACTERS = 40
NAME_CHARACTERS = 60
MOST_PEOPLE = 1000
MOST_SKILLS = 200


class Role(IntEnum):
    """What somebody may do; who may do more may do all that is below it."""

    STAFF = 1
    SUPERVISOR = 2
    ADMINISTRATOR = 3

    @property
    def word(self) -> str:
        """As tables and forms have it."""
        return self.name.lower()


ROLES = {role.word: role for role in Role}


@dataclass(frozen=True, slots=True)
class Details:
    """What an administrator says of a person. `skills`: ids of services; none means all of them."""

    login: str
    name: str
    role: Role
    skills: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True, repr=False)
class Account:
    """A row of `staff`. `first_until_ms`: the password is a one-time one, good until then; None: the person's own.
    `officers`: may see scores by officer."""

    staff: str
    details: Details
    password: str
    first_until_ms: int | None
    disabled: bool
    officers: bool = False

    def may_enter(self, now_ms: UtcMs) -> bool:
        """Whether the right password opens the door."""
        return not self.disabled and (self.first_until_ms is None or now_ms < self.first_until_ms)


def folded_login(text: str) -> str:
    """A sign-in name as it is compared: no case, no spaces around, one form of each letter."""
    return unicodedata.normalize("NFKC", text).casefold().strip()[: LOGIN_CHARACTERS + 1]


def login_fault(login: str) -> str | None:
    """Why this is no sign-in name (a msgid of `console`), None where it is one."""
    whole = all(character.isprintable() and not character.isspace() for character in login)
    if not 2 <= len(login) <= LOGIN_CHARACTERS or not whole:
        return N_("A sign-in name has 2 to 40 characters and no spaces")
    return None


def name_fault(name: str) -> str | None:
    """Why this cannot be shown as a name (a msgid of `console`), None where it can."""
    shown = all(character.isprintable() or character in "\u200b\u200c\u200d" for character in name)
    if not 1 <= len(name.strip()) <= NAME_CHARACTERS or not shown:
        return N_("A name has 1 to 60 characters")
    return None


def code_hash(typed: str) -> bytes | None:
    """The hash of a code as somebody typed it: any case, hyphens and spaces anywhere. None where it cannot be one."""
    try:
        secret = crockford_bytes("".join(typed.split()))
    except ValueError:
        return None
    return hashlib.sha256(secret).digest() if len(secret) == CODE_BYTES else None


class People:
    """Changes the tables. Every method within a transaction of the ledger that gave the connection."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def make_code(self, random: Callable[[int], bytes], now_ms: UtcMs) -> str:
        """A fresh one-time code for an administrator's account; it takes the place of the one before."""
        secret = random(CODE_BYTES)
        self._db.execute("DELETE FROM staff_code")
        values = (hashlib.sha256(secret).digest(), now_ms, now_ms + CODE_HOURS * 3_600_000)
        self._db.execute("INSERT INTO staff_code (hash, made_ms, expires_ms) VALUES (?, ?, ?)", values)
        text = crockford(secret)
        return "-".join(text[at : at + 4] for at in range(0, CODE_CHARACTERS, 4))

    def enter(self, code: bytes, details: Details, password: str, staff: str, now_ms: UtcMs) -> None:
        """Use up the code and add an administrator. Raises AccountRefused."""
        if not code_is_good(self._db, code, now_ms):
            raise AccountRefused("this code is not good", field="code", hint=WRONG_CODE)
        self._db.execute("DELETE FROM staff_code")
        self._insert(staff, details, password, None, now_ms)

    def add(self, details: Details, password: str, staff: str, now_ms: UtcMs) -> None:
        """Add a person, with the hash of a one-time password. Raises AccountRefused."""
        self._insert(staff, details, password, now_ms + FIRST_PASSWORD_HOURS * 3_600_000, now_ms)

    def change(self, staff: str, details: Details) -> None:
        """Put these details in place of the former. Raises AccountRefused."""
        before = self._known(staff)
        if details.role is not Role.ADMINISTRATOR:
            self._not_the_last(before)
        self._free(details.login, staff)
        values = (*_row(details), staff)
        self._db.execute(
            "UPDATE staff SET login = ?, name = ?, role = ?, skills = ?, language = ? WHERE staff = ?", values
        )

    def skills(self) -> dict[str, tuple[str, ...]]:
        """What each person is trained for, by staff id; empty: everything."""
        return {
            staff: tuple(json.loads(skills)) for staff, skills in self._db.execute("SELECT staff, skills FROM staff")
        }

    def count(self, role: Role) -> int:
        """How many accounts have this role, those too that cannot enter."""
        found: int = self._db.execute("SELECT count(*) FROM staff WHERE role = ?", (role.word,)).fetchone()[0]
        return found

    def speak(self, staff: str, language: str) -> None:
        """Note the language that the person wants."""
        self._db.execute("UPDATE staff SET language = ? WHERE staff = ?", (language, staff))

    def reset(self, staff: str, password: str, now_ms: UtcMs) -> None:
        """Take a one-time password (its hash) for the former one, and end the sessions. Raises AccountRefused."""
        self._not_the_last(self._known(staff))
        until = now_ms + FIRST_PASSWORD_HOURS * 3_600_000
        self._db.execute("UPDATE staff SET password = ?, first_until_ms = ? WHERE staff = ?", (password, until, staff))
        self.end_sessions(staff)

    def set_password(self, staff: str, before: str, password: str) -> None:
        """The person's own new password (its hash) where `before` is still the old one; ends all sessions.

        Raises AccountRefused where somebody was faster.
        """
        query = "UPDATE staff SET password = ?, first_until_ms = NULL WHERE staff = ? AND password = ? AND disabled = 0"
        if self._db.execute(query, (password, staff, before)).rowcount != 1:
            raise AccountRefused("the account was changed meanwhile", hint=CHANGED_MEANWHILE)
        self.end_sessions(staff)

    def disable(self, staff: str) -> None:
        """Shut the door for this person at once; the account stays. Raises AccountRefused."""
        self._not_the_last(self._known(staff))
        self._db.execute("UPDATE staff SET disabled = 1 WHERE staff = ?", (staff,))
        self.end_sessions(staff)

    def enable(self, staff: str) -> None:
        """Open it again. Raises AccountRefused."""
        self._known(staff)
        self._db.execute("UPDATE staff SET disabled = 0 WHERE staff = ?", (staff,))

    def grant(self, staff: str, *, granted: bool) -> None:
        """Give a supervisor or administrator the right to see scores by officer, or take it. Raises AccountRefused."""
        if granted and self._known(staff).details.role < Role.SUPERVISOR:
            raise AccountRefused("staff do not see scores by officer", hint=NOT_STAFF)
        self._db.execute("UPDATE staff SET officers = ? WHERE staff = ?", (int(granted), staff))

    def end_sessions(self, staff: str) -> None:
        """Sign this person out everywhere."""
        self._db.execute("DELETE FROM sessions WHERE staff = ?", (staff,))

    def _insert(self, staff: str, details: Details, password: str, until: int | None, now_ms: UtcMs) -> None:
        self._free(details.login, staff)
        held = self._db.execute("SELECT count(*) FROM staff").fetchone()[0]
        if held >= MOST_PEOPLE:
            raise AccountRefused(
                f"there are {held} accounts", hint=N_("No more accounts fit. Use one that is disabled")
            )
        self._db.execute(
            """INSERT INTO staff (staff, login, name, role, skills, language, password, first_until_ms, made_ms)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (staff, *_row(details), password, until, now_ms),
        )

    def _known(self, staff: str) -> Account:
        found = by_id(self._db, staff)
        if found is None:
            raise AccountRefused(f"there is no account {staff}", hint=N_("There is no such account"))
        return found

    def _free(self, login: str, staff: str) -> None:
        other = by_login(self._db, login)
        if other is not None and other.staff != staff:
            raise AccountRefused("two accounts with one name", field="login", hint=N_("This sign-in name is taken"))

    def _not_the_last(self, account: Account) -> None:
        """An office without an administrator could only be mended with a new code."""
        query = """SELECT count(*) FROM staff
            WHERE role = 'administrator' AND disabled = 0 AND first_until_ms IS NULL AND staff <> ?"""
        able = account.details.role is Role.ADMINISTRATOR and not account.disabled
        if able and account.first_until_ms is None and not self._db.execute(query, (account.staff,)).fetchone()[0]:
            raise AccountRefused("the last administrator", field="role", hint=LAST_ADMINISTRATOR)


def by_login(db: Db, login: str) -> Account | None:
    """The account with this (folded) sign-in name."""
    return _account(db.execute(f"{_QUERY} WHERE login = ?", (login,)).fetchone())


def by_id(db: Db, staff: str) -> Account | None:
    """The account with this staff id."""
    return _account(db.execute(f"{_QUERY} WHERE staff = ?", (staff,)).fetchone())


def everybody(db: Db) -> list[Account]:
    """All accounts: those in use first, by name."""
    found = (_account(row) for row in db.execute(f"{_QUERY} ORDER BY disabled, name, staff"))
    return [each for each in found if each is not None]


def called(db: Db) -> dict[str, str]:
    """What everybody is called, by staff id; also who is disabled."""
    return dict(db.execute("SELECT staff, name FROM staff"))


def code_is_good(db: Db, code: bytes, now_ms: UtcMs) -> bool:
    """Whether the code with this hash was made, is not used and not too old."""
    query = "SELECT 1 FROM staff_code WHERE hash = ? AND ? BETWEEN made_ms AND expires_ms - 1"
    return db.execute(query, (code, now_ms)).fetchone() is not None


def new_staff(random: Callable[[int], bytes]) -> str:
    """A staff id that says nothing of the person."""
    return "s" + random(4).hex()


def clean_skills(chosen: Sequence[str]) -> tuple[str, ...]:
    """Ids of services in one order, each once."""
    return tuple(sorted({each for each in chosen if 0 < len(each) <= 64}))[:MOST_SKILLS]


_QUERY = "SELECT staff, login, name, role, skills, language, password, first_until_ms, disabled, officers FROM staff"


def _account(row: tuple[str, str, str, str, str, str, str, int | None, int, int] | None) -> Account | None:
    if row is None:
        return None
    staff, login, name, role, skills, language, password, until, disabled, officers = row
    details = Details(login, name, ROLES[role], tuple(json.loads(skills)), language)
    return Account(staff, details, password, until, bool(disabled), bool(officers))


def _row(details: Details) -> tuple[str, str, str, str, str]:
    language = details.language if details.language in LANGUAGES else LANGUAGES[0]
    return details.login, details.name.strip(), details.role.word, json.dumps(details.skills), language


WRONG_CODE = N_("This code is not right, was used, or is older than a day. The server's machine gives a new one")
CHANGED_MEANWHILE = N_("Somebody changed this account meanwhile. Look at it again")
NOT_STAFF = N_("Only a supervisor or an administrator can hold this right")
LAST_ADMINISTRATOR = N_("This is the last administrator. Make somebody else one first")
