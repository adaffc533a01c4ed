"""The figures on the console: what is asked for, of which office, as a page and as a file."""

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from server.console_figures import ALL_OFFICES, Asked, address, asked_for
from server.dashboard import board
from server.dashboard_reading import Known, read
from server.figure_chart import Columns, columns, scale
from server.figures_file import as_csv, as_xlsx
from server.figures_view import Names, of_visits, signed, tables
from server.periods import Kind, last_week
from server.rollups import office_of
from server.sums import EVERY
from sync.clock import office_day
from tests.server.desk import ZONE, Desk
from tests.server.device import NOON
from tests.server.figured import figured
from translations import LANGUAGES, load

TODAY = office_day(NOON, ZONE)
WEEK = last_week(TODAY)
NUMBER = re.compile(r"-?[0-9.]+")
OWN, NORTH, SOUTH = "a" * 32, "b" * 32, "c" * 32
RELAYED = Known(OWN, 2, own_works=False)
ALONE = Known(OWN, 0, own_works=True)


def test_the_last_week_of_this_office_unless_something_else_is_asked_for() -> None:
    assert asked_for({}, ALONE, TODAY) == Asked(WEEK, OWN, OWN)
    assert asked_for({"office": ALL_OFFICES}, ALONE, TODAY).office == OWN
    assert asked_for({"period": "year", "on": "never"}, ALONE, TODAY) == Asked(WEEK, OWN, OWN)
    month = asked_for({"period": "month", "on": "2026-10-05"}, ALONE, TODAY).period
    assert (month.kind, month.first, month.last) == (Kind.MONTH, date(2026, 10, 1), date(2026, 10, 31))


def test_at_a_centre_all_offices_or_one_of_the_list() -> None:
    assert (asked_for({}, RELAYED, TODAY).office, asked_for({}, RELAYED, TODAY).choice) == (EVERY, ALL_OFFICES)
    assert asked_for({"office": SOUTH}, replace(RELAYED, asked=SOUTH), TODAY).office == SOUTH
    assert asked_for({"office": "d" * 32}, RELAYED, TODAY).office == EVERY
    assert asked_for({}, replace(RELAYED, own_works=True), TODAY).office == OWN


@pytest.mark.parametrize("query", [{"from": "x", "to": "2026-10-01"}, {"from": "2020-01-01", "to": "2026-10-01"}, {}])
def test_days_that_cannot_be_told_are_said_so(query: dict[str, str]) -> None:
    asked = asked_for({"period": "span"} | query, ALONE, TODAY)
    assert asked.fault
    assert asked.period == WEEK


@pytest.mark.parametrize(
    "query", [{}, {"period": "day", "on": "2026-11-03"}, {"period": "span", "from": "2026-11-03", "to": "2026-11-09"}]
)
def test_an_address_leads_to_what_it_was_made_of(query: dict[str, str]) -> None:
    there = replace(RELAYED, asked=NORTH)
    asked = asked_for(query | {"office": NORTH}, there, TODAY)
    again = dict(pair.split("=") for pair in address(asked).split("&"))
    assert asked_for(again, there, TODAY) == asked


def filled(desk: Desk) -> None:
    """A week of this office, and the one before."""
    desk.job(lambda ledger: figured(ledger._db, office_of(ledger._db) or "", WEEK.before_first, 14))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_the_week_in_every_language(desk: Desk, language: str) -> None:
    filled(desk)
    page = desk.signed_in("somsri").get(f"/figures?lang={language}").text
    words = load(language, "figures").gettext
    for heading in (
        "All together",
        "What became of them",
        "Satisfaction",
        "By service",
        "By counter",
        "By hour",
        "By day",
    ):
        assert words(heading) in page, heading
    assert page.count("<table>") == page.count('role="group"') == 4
    assert page.count('role="img"') == 2 * 2 + 1
    assert re.search(r"\{[a-z_]+\}", page) is None
    assert "period=week&amp;on=2026-11-16&amp;office=" in page


def test_a_week_in_which_nobody_came_says_so(desk: Desk) -> None:
    page = desk.signed_in("anna").get("/figures?lang=en").text
    assert "Nobody came in this time." in page
    assert "<table>" not in page


def test_the_language_links_keep_the_period(desk: Desk) -> None:
    page = desk.signed_in("anna").get("/figures?period=day&on=2026-11-17").text
    assert re.search(r'href="/figures\?period=day&amp;on=2026-11-17&amp;office=\w+&amp;lang=my"', page)


def test_offices_that_relay_are_in_the_list_and_told_apart(desk: Desk) -> None:
    def centre(ledger: object) -> None:
        db = ledger._db  # type: ignore[attr-defined]
        for office, name in ((NORTH, "North <office>"), (SOUTH, "South")):
            db.execute("INSERT INTO offices VALUES (?, json_object('en', ?), 'Asia/Bangkok', 1, NULL)", (office, name))
            figured(db, office, WEEK.first, 7)

    desk.job(centre)
    browser = desk.signed_in("somsri")
    page = browser.get("/figures?lang=en").text
    assert "All offices" in page
    assert "By office" in page
    assert "By counter" not in page
    assert "North &lt;office&gt;" in page
    one = browser.get(f"/figures?lang=en&office={SOUTH}").text
    assert re.search(r"<h1>Figures: (<[^>]+>)?South", one)
    assert "By counter" in one


def rows_of(content: bytes) -> list[dict[str, str]]:
    """A file for a spreadsheet, read as one reads it."""
    assert content.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_file_has_the_page_s_own_numbers(desk: Desk) -> None:
    filled(desk)
    answer = desk.signed_in("somsri").get("/figures/table.csv?lang=en")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="figures-2026-11-16-2026-11-22.csv"'
    rows = rows_of(answer.content)
    whole = next(row for row in rows if row["Name"] == "This period")
    for table in ("By service", "By hour", "By day"):
        assert sum(int(row["Visits"]) for row in rows if row["Table"] == table) == int(whole["Visits"]) > 300, table
    uncalled = int(whole["Wait, not called"])
    assert int(whole["Wait: of how many"]) + uncalled == int(whole["Visits"])
    assert [row["Name"] for row in rows if row["Table"] == "By counter"] == [f"Counter {n}" for n in range(1, 5)]
    assert {row["Scores"] for row in rows if row["Table"] == "By hour"} == {""}


def sheets_of(content: bytes) -> dict[str, list[list[str]]]:
    """A workbook's sheets by name, each as lines of cells, read without the library that wrote it."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        strings = ["".join(each.itertext()) for each in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]
        names = [
            each.attrib["name"] for each in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{space}sheet")
        ]
        found = {}
        for number, name in enumerate(names, 1):
            sheet = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
            found[name] = [[_cell(cell, strings, space) for cell in row] for row in sheet.iter(f"{space}row")]
    return found


def said(lines: list[list[str]]) -> list[list[str | float]]:
    """Without cells in which nothing is told, numbers as numbers."""
    return [[round(float(each), 9) if NUMBER.fullmatch(each) else each for each in line if each] for line in lines]


def _cell(cell: ElementTree.Element, strings: list[str], space: str) -> str:
    value = cell.findtext(f"{space}v") or ""
    return strings[int(value)] if cell.get("t") == "s" else value


def test_the_workbook_has_a_sheet_for_each_table_with_the_numbers_of_the_other_file(desk: Desk) -> None:
    filled(desk)
    somsri = desk.signed_in("somsri")
    answer = somsri.get("/figures/table.xlsx?lang=en")
    assert answer.headers["content-disposition"] == 'attachment; filename="figures-2026-11-16-2026-11-22.xlsx"'
    sheets = sheets_of(answer.content)
    rows = rows_of(somsri.get("/figures/table.csv?lang=en").content)
    assert list(sheets) == list(dict.fromkeys(row["Table"] for row in rows))
    for name, (heads, *lines) in sheets.items():
        assert heads == list(rows[0])[1:]
        told = [list(row.values())[1:] for row in rows if row["Table"] == name]
        assert said(lines) == said(told), name


def test_a_name_is_no_formula_in_a_spreadsheet(desk: Desk) -> None:
    filled(desk)
    sums, _ = read(desk.ledger._db, office_of(desk.ledger._db) or "", WEEK)
    services = {row.name: Markup("<span>=1+1</span>") for row in board(WEEK, sums, TODAY).tables["service"]}
    names = Names(lambda service: services[service], {})
    told = [row["Name"] for row in rows_of(as_csv(board(WEEK, sums, TODAY), names, load("en", "figures")))]
    assert "'=1+1" in told
    assert not [name for name in told if name.startswith(("=", "+", "-", "@"))]
    content = as_xlsx(board(WEEK, sums, TODAY), names, load("en", "figures"))
    assert ["=1+1"] in [line[:1] for line in sheets_of(content)["By service"]], "a text, for it is no formula here"


def test_headings_and_rows_are_of_one_length(desk: Desk) -> None:
    filled(desk)
    sums, _ = read(desk.ledger._db, office_of(desk.ledger._db) or "", WEEK)
    text = as_csv(board(WEEK, sums, TODAY), Names(str, {}), load("th", "figures")).decode("utf-8-sig")
    assert len({len(row) for row in csv.reader(io.StringIO(text))}) == 1


def test_a_chart_says_what_it_shows_and_which_is_the_most(desk: Desk) -> None:
    filled(desk)
    sums, _ = read(desk.ledger._db, office_of(desk.ledger._db) or "", WEEK)
    told = board(WEEK, sums, TODAY)
    hour = next(each for each in tables(told, Names(str, {}), load("en", "figures")) if each.by == "hour")
    visits = {row.name: row.numbers.counts["visits"] for _, row, _ in hour.rows}
    most = max(visits, key=lambda name: visits[name])
    assert f'aria-label="By hour. Visits. Most at {most}:00: {visits[most]}. All' in hour.charts[0][1]
    assert hour.charts[0][1].count('class="front"') == len(visits)


@pytest.mark.parametrize(
    ("most", "found"),
    [(0, (1, 1)), (1, (1, 1)), (3, (3, 1)), (7, (8, 2)), (42, (60, 20)), (99, (100, 20)), (380, (400, 100))],
)
def test_scales_end_above_the_most_in_round_steps(most: float, found: tuple[float, float]) -> None:
    assert scale([None, most]) == found


def test_a_chart_of_words_from_a_catalogue_stays_a_chart() -> None:
    drawn = columns(Columns(["<b>"], [1.0]), '"><script>')
    assert "<script>" not in drawn
    assert "<b>" not in drawn


def test_one_visit_is_told_as_one() -> None:
    assert [of_visits(count, load("en", "figures")) for count in (1, 2, 1200)] == [
        "Of 1 visit.", "Of 2 visits.", "Of 1,200 visits.",
    ]  # fmt: skip


def test_differences_have_a_sign() -> None:
    assert [signed(each) for each in (3, -1.5, 0, 1200)] == ["+3", "−1.5", "±0", "+1,200"]
