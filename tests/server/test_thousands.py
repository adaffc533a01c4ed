"""A centre with more offices than fit on a page: found by name, a page at a time, in an order that can be chosen."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from random import Random

import pytest

from server import months, sums
from server.apart import CAME, SCORE, VISITS, WITHIN, apart, ranked
from server.bookkeeper import Bookkeeper
from server.dashboard import board
from server.dashboard_reading import read as read_board
from server.database import Db
from server.errors import Refused
from server.exposition import Spread
from server.forms import Form
from server.ledger import Ledger
from server.listing import A_PAGE, Asked, asked_of
from server.metrics import MOST_APART, Measured, OfficeStanding, Running, families
from server.offices import contacts, in_order, kept, kept_one
from server.periods import Kind, period, span
from server.reading import presses
from server.rollups import DayFigures, Rollups
from server.sla import Cell, Key
from server.sums import EVERY, WHOLE, by_day
from server.whom import SOME, known, whom_of
from sync.types import UtcMs
from tests.bench.nation import Branch, branches, take
from tests.bench.traffic import BEGAN
from tests.server.conftest import ZONE
from tests.server.desk import Browser, Desk
from tests.server.figured import days_of

TODAY = date(2026, 12, 3)
MONTH = period(Kind.MONTH, date(2026, 11, 1), TODAY)
YEAR = span(date(2025, 12, 10), date(2026, 12, 2), TODAY) or MONTH
NAMES = [f"{number:032x}" for number in range(1, 6)]
MANY = A_PAGE + 3


def test_an_address_that_means_nothing_is_the_first_page() -> None:
    assert asked_of({}) == asked_of({"page": "x"}) == asked_of({"page": "0"}) == asked_of({"page": "-3"}) == Asked()
    assert asked_of({"q": "  Mae Sot ", "page": "3"}) == Asked("Mae Sot", 3)
    assert asked_of({"page": "99999"}).number == 10_000
    assert len(asked_of({"q": "x" * 500}).words) == 60


# Figures -------------------------------------------------------------------------------------------------------------


def stored(db: Db, office: str, first: date, days: int, a_day: int, seed: int) -> None:
    rollups = Rollups(db)
    for made in days_of(office, first, days, a_day, Random(seed)):
        rollups.store(made, UtcMs(5))


def entered(db: Db, count: int) -> None:
    for number, office in enumerate(NAMES[:count]):
        query = "INSERT INTO offices (office, name, time_zone, since_ms) VALUES (?, ?, 'Asia/Bangkok', ?)"
        db.execute(query, (office, f'{{"th": "ที่ {number}", "en": "Office {number} 50%"}}', 9 - number))


@pytest.mark.parametrize("made", [0, 3, 8])
@pytest.mark.parametrize("office", [EVERY, NAMES[0]])
def test_a_year_says_the_same_with_its_months_made_and_without(tables: Db, office: str, made: int) -> None:
    for at in range(0, 700, 17):
        for number, name in enumerate(NAMES[:2]):
            stored(tables, name, YEAR.before_first + timedelta(at), 1, 11, at + number)
    plain = board(YEAR, read_board(tables, office, YEAR)[0], TODAY)
    lacking = [month for of, month in months.lacking(tables, TODAY) if of == office and month >= "2026-01"]
    for month in lacking[:made]:
        months.make(tables, office, month)
    read_now, _ = read_board(tables, office, YEAR)
    assert board(YEAR, read_now, TODAY) == plain
    assert sum(len(each) == 7 for each in read_now.days) == made, "whole months alone are read as such"
    assert bool(read_now.weekdays) == bool(made)


def test_a_late_fact_takes_the_month_away_until_it_is_made_anew(tables: Db) -> None:
    for number, office in enumerate(NAMES[:2]):
        stored(tables, office, date(2026, 10, 20), 20, 11, number)
    of_both = [(office, month) for month in ("2026-10", "2026-11") for office in (EVERY, *NAMES[:2])]
    assert months.lacking(tables, TODAY) == of_both
    assert months.lacking(tables, TODAY, 2) == of_both[:2], "so many at once"
    assert months.lacking(tables, date(2026, 11, 30)) == of_both[:3], "a month that runs is not made"
    for each in of_both:
        months.make(tables, *each)
    assert months.lacking(tables, TODAY) == []
    assert Rollups(tables).store(LATE, UtcMs(9))
    assert months.lacking(tables, TODAY) == [(EVERY, "2026-10"), (NAMES[0], "2026-10")], "the other's stays"
    for office in (EVERY, NAMES[0]):
        of = in_october(tables, office)
        assert of == sums.added(by_day(tables, office, "2026-10-01", "2026-10-31").values())
        assert of.cell.tickets > 1000


LATE = DayFigures(NAMES[0], "2026-10-06", {Key(9, "a", 1): Cell(tickets=1000, served=1000)})


def in_october(tables: Db, office: str) -> sums.Sum:
    return sums.together(tables, office, sums.ALL, "2026-10-01", "2026-10-31")[""]


@pytest.mark.parametrize("office", [EVERY, NAMES[0]])
def test_control_a_month_that_stays_when_its_day_changes_says_what_was(tables: Db, office: str) -> None:
    stored(tables, NAMES[0], date(2026, 10, 20), 9, 11, 1)
    months.make(tables, office, "2026-10")
    marks = ", ".join("?" for _ in WHOLE)
    query = f"SELECT * FROM sums WHERE office = ? AND part IN ({marks})"
    whole = tables.execute(query, (office, *WHOLE.values())).fetchall()
    Rollups(tables).store(LATE, UtcMs(9))
    tables.executemany(f"INSERT INTO sums VALUES ({', '.join('?' for _ in whole[0])})", whole)
    assert in_october(tables, office) != sums.added(by_day(tables, office, "2026-10-01", "2026-10-31").values())


def test_offices_stand_in_the_order_that_is_asked_for_and_those_of_few_behind() -> None:
    scores = {"few": 20, "good": 90, "bad": 40, "busy": 900}
    told = frozenset({"good", "bad", "busy"})
    visits = {"few": (20, 20), "good": (90, 90), "bad": (40, 50), "busy": (900, 900)}
    assert ranked(list(scores), visits, VISITS, told) == ["busy", "good", "bad", "few"]
    within = {"few": (20, 0, 20), "good": (90, 80, 90), "bad": (40, 10, 50), "busy": (900, 450, 900)}
    assert ranked(list(scores), within, WITHIN, told) == ["bad", "busy", "good", "few"]
    points = {"few": (20, 20, 20), "good": (90, 450, 90), "bad": (40, 40, 40), "busy": (900, 2700, 900)}
    assert ranked(list(scores), points, SCORE, told) == ["bad", "busy", "good", "few"]
    assert ranked(list(scores), points, SCORE, frozenset(scores)) == ["few", "bad", "busy", "good"], "control"


def test_whose_scores_are_told_is_judged_over_all_offices_and_not_over_a_page(tables: Db) -> None:
    """The one with three scores is hidden, and the smallest of the others with it, also on a page without the one."""
    entered(tables, 3)
    for office, scores in zip(NAMES, (3, 40, 50), strict=False):
        cells = {Key(9, "a", 1): Cell(tickets=60, served=60, judged=60, within=30, level_5=scores)}
        Rollups(tables).store(DayFigures(office, "2026-11-10", cells), UtcMs(5))
    page = apart(tables, None, MONTH, Asked("office 1"), SCORE)
    assert page.ids == (NAMES[1],)
    assert page.told == {NAMES[2]}
    told = board(MONTH, read_board(tables, EVERY, MONTH, page.ids, page.told)[0], TODAY).tables["office"]
    assert [row.score and row.score.percent for row in told] == [None]
    alone = board(MONTH, read_board(tables, EVERY, MONTH, page.ids)[0], TODAY).tables["office"]
    assert alone[0].score is not None
    assert alone[0].score.percent == 100.0, "control: judged over the page it would be told"


def test_a_page_of_offices_is_found_by_name_in_any_language(tables: Db) -> None:
    entered(tables, 5)
    assert in_order(tables) == NAMES[::-1], "as they came"
    assert in_order(tables, "ที่ 3") == in_order(tables, "OFFICE 3") == [NAMES[3]]
    assert in_order(tables, "50%") == NAMES[::-1]
    assert in_order(tables, "5_%") == [], "a wildcard is a letter like any other"
    assert in_order(tables, "en") == [], "what stands around the names is no name"


def test_over_more_than_can_be_read_offices_stand_as_they_came(tables: Db) -> None:
    entered(tables, 5)
    stored(tables, NAMES[0], date(2026, 11, 2), 3, 11, 1)
    assert apart(tables, None, MONTH, Asked(), VISITS).order == VISITS
    page = apart(tables, None, MONTH, Asked(), VISITS, rows=4)
    assert (page.order, page.orders, page.told) == (CAME, (CAME,), frozenset())
    assert page.ids == tuple(NAMES[::-1])


# Pages ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A console to which MANY offices relay; each has an alert and something to answer."""
    desk = Desk(tmp_path_factory.mktemp("centre"))
    for each in branches(MANY, 0, Random(3), devices=1):
        desk.job(partial(_take, each))
    yield desk
    desk.close()


def _take(of: Branch, ledger: Ledger) -> None:
    take(ledger, of)


@pytest.fixture(scope="module")
def anna(centre: Desk) -> Browser:
    return centre.signed_in("anna")


def shown(page: str) -> list[str]:
    """The numbers of the offices on it, in their order."""
    return re.findall(r"(?:Municipality|Subdistrict) (\d{4})", page)


@pytest.mark.parametrize("path", ["/offices", "/alerts", "/followups"])
def test_a_page_has_so_many_and_leads_to_the_others(anna: Browser, path: str) -> None:
    page = anna.get(f"{path}?lang=en").text
    assert len(set(shown(page))) == A_PAGE
    assert f'href="{path}?page=2" rel="next"' in page
    assert 'rel="prev"' not in page
    second = anna.get(f"{path}?page=2").text
    assert len(set(shown(second))) == MANY - A_PAGE
    assert set(shown(second)).isdisjoint(shown(page))
    assert f'href="{path}" rel="prev"' in second
    assert 'rel="next"' not in second


@pytest.mark.parametrize("path", ["/offices", "/alerts", "/followups"])
def test_an_office_is_found_by_its_name(anna: Browser, path: str) -> None:
    assert set(shown(anna.get(f"{path}?q=ality+0026&lang=en").text)) == {"0026"}
    none = anna.get(f"{path}?q=nowhere").text
    assert shown(none) == []
    assert 'value="nowhere"' in none
    assert "here." in none


def test_what_one_office_says_is_over_is_not_over_at_another(centre: Desk, anna: Browser) -> None:
    """As in server.episodes: a row counts only where the office that wrote it is the one whose episode it is of."""
    first, second = in_order(centre._everywhere)[:2]
    ended = (
        "INSERT INTO episodes SELECT ?, 999, 'alert.ended', of_journal, of_seq, 1, '', '', '', '', 0, 0 FROM episodes"
    )
    where = "WHERE journal_id = ? AND kind = 'alert.raised'"
    own = shown(anna.get("/alerts?page=2").text)
    centre.job(lambda ledger: ledger._db.execute(f"{ended} {where}", (second, first)))
    assert shown(anna.get("/alerts?page=2").text) == own
    centre.job(lambda ledger: ledger._db.execute("DELETE FROM episodes WHERE seq = 999"))
    centre.job(lambda ledger: ledger._db.execute(f"{ended} {where}", (first, first)))
    assert set(shown(anna.get("/alerts?page=2").text)) < set(own), "control: where it says so itself, it is"
    centre.job(lambda ledger: ledger._db.execute("DELETE FROM episodes WHERE seq = 999"))


def test_what_is_read_of_offices_is_the_same_by_page_one_by_one_and_all_at_once(centre: Desk) -> None:
    db = centre._everywhere
    every = kept(db)
    assert [each.office.office for each in every] == in_order(db)
    assert kept(db, Asked())[:A_PAGE] + kept(db, Asked("", 2)) == every
    assert [kept_one(db, each.office.office) for each in every] == every
    assert kept_one(db, "f" * 32) is None
    assert contacts(db) == {each.office.office: each.office.contact_ms for each in every}
    centre.job(lambda ledger: ledger.revoke(every[0].journal_id, BEGAN))
    assert every[0].office.office not in contacts(db)
    centre.job(lambda ledger: ledger._db.execute("UPDATE journals SET revoked_ms = NULL"))


def test_for_whom_is_typed_where_there_are_too_many_to_tick(centre: Desk, anna: Browser) -> None:
    page = anna.get("/notices?lang=en").text
    assert 'name="named"' in page
    assert 'name="offices"' not in page
    db = centre._everywhere
    (third,), (fifth,) = in_order(db, "Subdistrict 0003"), in_order(db, "Subdistrict 0005")
    offered = known(db, "en", f"Subdistrict 0003\n\n  {fifth} ")
    assert whom_of(Form({"whom": (SOME,)}), offered.rows, typed=offered.many) == (third, fifth)
    for wrong in ("Subdistrict", "Subdistrict 0003x"):
        with pytest.raises(Refused):
            known(db, "en", wrong)
    refused = anna.post("/notices", {"th": "ปิด", "whom": SOME, "named": "nowhere"})
    assert refused.status_code == 422
    assert "There is no office of this name" in refused.text


def test_figures_list_a_page_of_offices_and_each_leads_to_its_own(centre: Desk, anna: Browser) -> None:
    day = date(2026, 11, 16)

    def store(ledger: Ledger) -> None:
        for number, office in enumerate(in_order(ledger._db)):
            stored(ledger._db, office, day, 1, 40 + number, number)

    centre.job(store)
    page = anna.get("/figures?lang=en").text
    assert len(shown(page)) == A_PAGE
    assert "<select" not in page
    assert 'aria-current="true">As they came' in page
    ordered = anna.get("/figures?order=visits&office=all&lang=en").text
    visits = [int(each) for each in re.findall(r"</a></th>\s*<td>(\d+)", ordered)]
    assert visits == sorted(visits, reverse=True)
    assert "order=visits&amp;page=2" in ordered
    (link,) = re.findall(r'<a href="(/figures[^"]*)">Subdistrict 0003', page)
    assert "Figures: Subdistrict 0003" in anna.get(link.replace("&amp;", "&")).text
    assert shown(anna.get("/figures?office=all&q=ality+0026").text) == ["0026"]
    file = anna.get("/figures/table.csv?office=all&lang=en").text
    assert len(set(shown(file))) == MANY, "a file has more than a page"


# The minute's work ---------------------------------------------------------------------------------------------------


def test_the_bookkeeper_makes_the_months_that_are_over(centre: Desk) -> None:
    keeper = Bookkeeper(centre.office.everywhere, centre.writer, ZONE, lambda: UtcMs(BEGAN + 40 * 86_400_000))
    centre.job(lambda ledger: ledger._db.execute("DELETE FROM dirty"))
    centre.job(lambda ledger: stored(ledger._db, NAMES[0], date(2026, 10, 6), 1, 11, 1))
    centre.loop.run_until_complete(keeper.round())
    assert months.lacking(centre._everywhere, TODAY) == []
    query = "SELECT count(*) FROM sums WHERE part = ?"
    assert centre._everywhere.execute(query, (WHOLE[sums.ALL],)).fetchone()[0] >= 1


def test_the_figures_of_one_office_cost_the_same_however_many_were_pressed_elsewhere(centre: Desk) -> None:
    """Counted in steps of the database's machine, of a file alone."""
    db = centre._everywhere
    if not isinstance(db, sqlite3.Connection):
        pytest.skip("only a file counts its steps")
    first, *others = (name for (name,) in db.execute("SELECT journal_id FROM journals WHERE role = 'kiosk' ORDER BY 1"))
    (office,) = db.execute("SELECT office FROM journals WHERE journal_id = ?", (first,)).fetchone()

    def pressed(ledger: Ledger) -> None:
        columns = "journal_id, seq, boot_id, boottime_ms, utc_ms, slack_ms, office_day, counter, level, scale"
        query = f"INSERT INTO scores ({columns}) VALUES (?, ?, 'b', 1, 1, 0, '2026-11-23', 1, 5, 5)"
        for seq in range(900, 940):
            ledger._db.executemany(query, [(name, seq) for name in others])

    def steps(question: Callable[[], object]) -> int:
        taken = [0]

        def one() -> int:
            taken[0] += 1
            return 0

        db.set_progress_handler(one, 10)
        try:
            question()
        finally:
            db.set_progress_handler(None, 0)
        return taken[0]

    all_of_a_day = "SELECT count(*) FROM scores WHERE office_day = '2026-11-23'"
    before, whole = steps(lambda: presses(db, "2026-11-23", office)), steps(lambda: db.execute(all_of_a_day).fetchone())
    centre.job(pressed)
    assert steps(lambda: presses(db, "2026-11-23", office)) <= before + 2
    assert steps(lambda: db.execute(all_of_a_day).fetchone()) > whole + 200, "control: there are as many more"


@pytest.mark.parametrize(("count", "series"), [(MOST_APART, MOST_APART), (MOST_APART + 1, 1)])
def test_a_watching_machine_is_told_of_thousands_together(count: int, series: int) -> None:
    ages = (None, 10.0, 1000.0, 80_000.0, 90_000.0)
    offices = {str(n): OfficeStanding(2, ages[n % 5], 1) for n in range(count - 1)} | {
        "own": OfficeStanding(0, None, 0, own=True)
    }
    running = Running(0, Spread.nothing((1.0,)), 0, False, 0, 0, {}, None)
    found = {each.name: each.samples for each in families(Measured(0, {}, {}, offices, {}), running)}
    unsafe = [n for _, n in found["scorecard_unsafe_facts"] if isinstance(n, int)]
    assert len(unsafe) == series
    assert sum(unsafe) == count - 1
    heard = {labels["heard"]: n for labels, n in found["scorecard_offices"] if isinstance(n, int)}
    assert sum(heard.values()) == count - 1, "the server's own office is not one of them"
    assert list(heard) == ["3m", "30m", "24h", "longer", "never"]
    assert min(heard.values()) == (count - 1) // 5
