"""Scores by officer: for whoever holds the right, each look on record, whole months, no mean of fewer than thirty."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import officers
from server.door import Door
from server.episodes import looks
from server.officers import MONTH_LEAST, officers_of
from server.people import Role
from server.scoring import Press
from server.visits import Outcome, Stint, Visit, Visited
from sync.body import TicketName
from sync.types import JournalId, Seq, UtcMs
from tests.server.desk import ROLES, Desk, staff_id
from tests.server.device import NOON

MINUTE = 60_000
NEXT_MONTH = 31 * 24 * 60 * MINUTE


def worked(levels: list[int], staff: str = "s00000001", counter: int = 1) -> tuple[Visited, list[Press]]:
    """A day on which somebody served so many, each of whom pressed one level (0: none did)."""
    visits, presses = [], []
    for number, level in enumerate(levels, 1):
        from_ms, to_ms = UtcMs(NOON + number * 10 * MINUTE), UtcMs(NOON + number * 10 * MINUTE + 5 * MINUTE)
        visits.append(
            Visit(
                TicketName(JournalId("e" * 32), Seq(number)),
                0,
                "register",
                1,
                from_ms,
                called_ms=from_ms,
                counter=counter,
                staff=staff,
                stints=(Stint(counter, from_ms, to_ms),),
                outcome=Outcome.SERVED,
            )
        )
        presses += [Press(counter, to_ms, level)] if level else []
    return Visited(tuple(visits)), presses


@given(st.lists(st.integers(0, 5), max_size=45))
def test_no_mean_of_fewer_than_thirty_scores_was_told(levels: list[int]) -> None:
    for each in officers_of([worked(levels)]):
        scored = [level for level in levels if level]
        assert (each.opinion.served, each.opinion.n) == (len(levels), len(scored))
        assert (each.mean is None) == (len(scored) < MONTH_LEAST)
        assert (each.percent is None) == (each.mean is None)
        if each.mean is not None:
            assert each.mean == sum(scored) / len(scored)


def test_each_officer_had_their_own_scores_in_the_order_of_their_ids() -> None:
    found = officers_of([worked([5] * 30, "s2"), worked([1] * 30, "s1", 2), worked([3], "s2")])
    assert [(each.staff, each.opinion.n) for each in found] == [("s1", 30), ("s2", 31)]
    assert found[0].mean == 1.0


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    """A console at an office that had a day in November, in December."""
    made = make_desk()
    made.job(lambda ledger: ledger._db.execute("INSERT INTO days SELECT journal_id, '2026-11-20', 1 FROM journals"))
    made.time += NEXT_MONTH
    return made


def grant(desk: Desk, login: str, *, granted: bool = True) -> Any:
    number = list(ROLES).index(login)
    form = {"granted": "1"} if granted else {}
    return desk.signed_in("anna").post(f"/people/{staff_id(number)}/officers", form)


@pytest.mark.parametrize("login", ROLES)
def test_nobody_saw_them_without_the_right_whatever_the_role(desk: Desk, login: str) -> None:
    browser = desk.signed_in(login)
    for answer in (browser.get("/officers"), browser.post("/officers", {"month": "2026-11"})):
        assert answer.status_code == 403
    assert 'href="/officers"' not in browser.get("/account").text
    assert desk.reader is not None
    assert looks(desk._everywhere, 9) == []


@pytest.mark.parametrize("login", ROLES)
def test_with_the_right_a_supervisor_saw_them_and_staff_did_not(desk: Desk, login: str) -> None:
    may = ROLES[login] >= Role.SUPERVISOR
    assert grant(desk, login).status_code == (303 if may else 409)
    browser = desk.signed_in(login)
    assert browser.get("/officers").status_code == (200 if may else 403)
    assert ('href="/officers"' in browser.get("/account").text) == may
    grant(desk, login, granted=False)
    assert browser.get("/officers").status_code == 403, "taken back at once"


def test_control_a_door_that_does_not_ask_for_the_right_lets_everybody_see(make_desk: Callable[..., Desk]) -> None:
    class Open(Door):
        def require(self, role: Role, *, officers: bool = False, **more: Any) -> Any:
            return super().require(role, **more)

    desk = make_desk(door=Open)
    assert desk.signed_in("somsri").get("/officers").status_code == 200


def test_every_look_was_on_record_before_anything_was_shown(desk: Desk) -> None:
    grant(desk, "somsri")
    browser = desk.signed_in("somsri")
    assert looks(desk._everywhere, 9) == [], "to choose a month shows nothing"
    page = browser.post("/officers?lang=en", {"month": "2026-11"})
    assert page.status_code == 200
    (look,) = looks(desk._everywhere, 9)
    assert (look.staff, look.first, look.last) == (staff_id(1), "2026-11-01", "2026-11-30")
    assert re.search(r"Somsri · November 2026", page.text)
    kinds = b"".join(row for (row,) in desk._everywhere.execute("SELECT row FROM facts"))
    assert b"figures.granted" in kinds


def test_nothing_was_shown_while_nobody_vouches_for_the_time(desk: Desk) -> None:
    grant(desk, "somsri")
    desk.trusted = False
    assert desk.signed_in("somsri").post("/officers", {"month": "2026-11"}).status_code == 409
    assert looks(desk._everywhere, 9) == []


def test_a_month_that_still_grows_cannot_be_looked_at(desk: Desk) -> None:
    assert officers.months(desk._db, date(2026, 11, 30)) == []
    assert officers.months(desk._db, date(2026, 12, 1)) == ["2026-11"]
    grant(desk, "somsri")
    assert desk.signed_in("somsri").post("/officers", {"month": "2026-12"}).status_code == 422


def test_a_month_is_read_from_its_days(tmp_path: Path, desk: Desk) -> None:
    assert officers.read(desk._db, "2026-11") == []
