"""The official report: figures to the last digit, the same in each file, with what they leave out beside them."""

import csv
import io
import json
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from server.__main__ import main
from server.config import parse_server
from server.errors import ExportFailed, NoSuchPeriod
from server.histogram import Histogram
from server.report import LANGUAGE, MONTH, OPINION, SURVEY, UNITS, Read, Report, report_of, rounded
from server.report_command import Order, write_report
from server.report_paper import TABLES, WAITS, paper
from server.report_period import period_of, period_words
from server.report_tables import LONGEST, SHEETS, TITLES, csv_of, tidy, xlsx_of
from server.report_words import LABELS, Setting, shown
from server.sla import Cell
from server.stores import FILE
from server.sums import ALL, COUNTER, HOUR, SERVICE, Sum
from server.typeset import TEMPLATES, Typesetter
from tests.server.printed import follows, overlapping, printed
from tests.server.recount import Figures, recount
from tests.server.reported import DAYS, live, make_figures
from translations import LANGUAGES

BANGKOK_MS = 7 * 3_600_000
NOW = datetime(2026, 12, 2, 3, 0, tzinfo=UTC)
PERIODS = {"2026-11": ("2026-11-01", "2026-11-30"), "2026-Q4": ("2026-10-01", "2026-12-31")}


HAPPENED = (
    "served", "no_show", "cancelled", "transferred", "carried", "open", "priority", "ticketless", "emergency",
    "by_hand", "missed", "untimed_carried", "untimed_heard_late", "uncalled", "judged", "unjudged", "within",
    "scores", "disputed", "unattached", "unclosed",
)  # fmt: skip
COUNTED = (
    "ticket.finished", "ticket.called", "score.given", "complaint.noted", "counter.closed", "followup.answered",
    "online.asked",
)  # fmt: skip
MISSING = {7: {"emergency", "by_hand"}, 9: {"no_show", "cancelled", "transferred"}}
"""By seed, what did not happen in that office."""


@pytest.fixture(scope="module", params=MISSING)
def seed(request: pytest.FixtureRequest) -> int:
    """Which of two offices."""
    return int(request.param)


@pytest.fixture(scope="module")
def office(seed: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server's folder with four days in it."""
    folder = tmp_path_factory.mktemp("office")
    day = live(folder, seed)
    make_figures(folder, day)
    day.close()
    return folder


def run(folder: Path, month: str, out: Path, *arguments: str) -> int:
    config = str(folder / "server.toml")
    return main(["report", "--config", config, "--month", month, "--out", str(out), *arguments])


SHEET = re.compile(r"sheet(\d+)\.xml")


def in_csv(content: bytes) -> Figures:
    """The figures of a CSV file, but for those by month, which are those of months."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0] == ["part", "name", "label", "figure", "unit", "value"]
    return {
        (part, name, key): value or None for part, name, _, key, _, value in rows[1:] if part not in ("report", "month")
    }


def in_xlsx(content: bytes, leave_out: tuple[str, ...] = ("report", "month")) -> Figures:
    """The same of the last sheet of a workbook, read without the library that wrote it."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        strings = ["".join(each.itertext()) for each in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]
        number = max(int(each[1]) for each in map(SHEET.search, book.namelist()) if each)
        sheet = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
    found: Figures = {}
    for row in list(sheet.iter(f"{space}row"))[1:]:
        cells = {}
        for cell in row:
            value = cell.findtext(f"{space}v") or ""
            cells[re.sub(r"\d", "", cell.get("r", ""))] = strings[int(value)] if cell.get("t") == "s" else value
        if cells["A"] not in leave_out:
            key = cells["D"]
            places = UNITS[key].places
            found[cells["A"], cells.get("B", ""), key] = f"{float(cells['F']):.{places}f}" if "F" in cells else None
    return found


@pytest.mark.parametrize("month", PERIODS)
def test_a_script_that_shares_no_code_counts_the_same_to_the_last_digit(
    office: Path, tmp_path: Path, month: str
) -> None:
    counted = recount(office / "office" / FILE, BANGKOK_MS, *PERIODS[month])
    assert len(counted) > 500
    assert counted["all", "", "days"] == str(len([each for each in DAYS if each <= PERIODS[month][1]]))
    for suffix, read in ((".csv", in_csv), (".xlsx", in_xlsx)):
        out = tmp_path / f"report{suffix}"
        assert run(office, month, out) == 0
        assert read(out.read_bytes()) == counted


@pytest.mark.parametrize("month", ["2026-11", "2026-Q4", "FY2570"])
def test_languages_are_told_by_the_month_once_it_is_over_and_the_same_script_counts_them(
    office: Path, tmp_path: Path, month: str
) -> None:
    config, first, last = parse_server((office / "server.toml").read_bytes()), *_days(month)
    later, out = datetime(2027, 1, 15, 3, tzinfo=UTC), tmp_path / "r.csv"
    write_report(config, office / "office", Order(month, out, "en"), later)
    counted = recount(office / "office" / FILE, BANGKOK_MS, first, last, "2027-01-15")
    told = {key: value for key, value in in_csv(out.read_bytes()).items() if key[0] == "language"}
    assert told == {key: value for key, value in counted.items() if key[0] == "language"}
    assert {name for _, name, _ in told} == {"th", "en", "my", "other"}
    assert told["language", "th", "visits"] is not None
    assert None in {told["language", name, "visits"] for name in ("en", "my", "other")}
    write_report(config, office / "office", Order("2026-12", out, "en"), NOW)
    assert not [key for key in in_csv(out.read_bytes()) if key[0] == "language"], "a month that still grows tells none"


def _days(month: str) -> tuple[str, str]:
    of = period_of(month)
    return of.first.isoformat(), of.last.isoformat()


def test_control_a_few_facts_less_are_counted_otherwise(office: Path, tmp_path: Path) -> None:
    whole = recount(office / "office" / FILE, BANGKOK_MS, *PERIODS["2026-Q4"])
    for kind in COUNTED:
        copy = tmp_path / f"{kind}.db"
        shutil.copy(office / "office" / FILE, copy)
        with closing(sqlite3.connect(copy)) as db, db:
            for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                db.execute(f"DROP TRIGGER {name}")  # which keep facts from being deleted
            db.execute(
                """DELETE FROM facts WHERE (journal_id, seq) IN (SELECT journal_id, seq FROM facts
                WHERE json_extract(CAST(row AS TEXT), '$[1]') = ? ORDER BY seq DESC LIMIT 3)""",
                (kind,),
            )
        assert recount(copy, BANGKOK_MS, *PERIODS["2026-Q4"]) != whole, kind


def test_everything_happened_in_one_of_them(office: Path, seed: int) -> None:
    """Figures that are all nothing would be equal, too."""
    counted = recount(office / "office" / FILE, BANGKOK_MS, *PERIODS["2026-Q4"])
    assert {key for key in HAPPENED if counted[ALL, "", key] == "0"} == MISSING[seed]
    assert not set.intersection(*MISSING.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_paper_shows_the_same_figures_first_on_one_page(office: Path, tmp_path: Path, language: str) -> None:
    assert run(office, "2026-11", tmp_path / "r.pdf", "--lang", language) == 0
    found = printed((tmp_path / "r.pdf").read_bytes())
    counted = recount(office / "office" / FILE, BANGKOK_MS, *PERIODS["2026-11"])
    setting = Setting({"en": "x"}, {}, language, NOW)
    first = ("tickets", "wait_p50", "wait_p90", "within_percent", "percent", "answered_percent", "carried", "mean")
    for key in first:
        value = counted[ALL, "", key]
        assert value is not None
        assert value in found.pages[0]
        assert follows(shown(key, value, setting), found.pages[0])
    labels = [LABELS[key] for key in first[:6]]
    assert [each for each in labels if not follows(setting.said(each), found.pages[0])] == []
    assert set(found.sizes) == {(210, 297)}
    assert (found.beyond, found.strange) == ((), frozenset())
    table = counted[SERVICE, "register", "wait_p90"] or "–"
    assert follows(setting.said("By service"), found.pages[1])
    assert table in found.pages[1]


def test_thai_digits_and_the_buddhist_era_are_printed_where_asked_for(office: Path, tmp_path: Path) -> None:
    assert run(office, "FY2570", tmp_path / "r.pdf", "--digits", "thai") == 0
    page = printed((tmp_path / "r.pdf").read_bytes()).pages[0]
    assert "๒๕๗๐" in page
    assert not re.search(r"[0-9]", page)


def test_no_head_of_a_column_runs_into_the_next(office: Path, tmp_path: Path) -> None:
    assert run(office, "2026-Q4", tmp_path / "r.pdf", "--lang", "en") == 0
    pdf = (tmp_path / "r.pdf").read_bytes()
    assert [overlapping(pdf, page) for page in (1, 2)] == [[], []]


def test_control_heads_that_are_never_broken_run_into_each_other(tmp_path: Path) -> None:
    template = (TEMPLATES / "report.typ").read_text("utf-8").replace("hyphenate: true", "hyphenate: false")
    (tmp_path / "report.typ").write_text(template, "utf-8")
    data = paper(full(), setting())
    assert overlapping(Typesetter(tmp_path).pdf("report.typ", data, NOW), 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_of_thousands_look_alike_and_columns_name_their_unit(language: str) -> None:
    told = setting(language)
    assert [told.number(each) for each in ("7", "1234567", "3955.80")] == ["7", "1,234,567", "3,955.80"]
    data = paper(full(), told)
    assert re.search("[0-9]{4}", json.dumps([data["cards"], data["blocks"]], ensure_ascii=False)) is None
    heads = {each["title"]: each["columns"] for each in data["tables"]}[told.said("By service")]
    minutes = {"th": "(นาที)", "en": "(min)", "my": "(မိနစ်)"}[language]
    assert [minutes in each for each in heads] == [key in WAITS for key in TABLES[SERVICE]]
    assert [each.endswith("(%)") for each in heads] == ["percent" in key for key in TABLES[SERVICE]]


def test_the_revision_goes_up_with_a_late_fact_and_until_then_the_paper_says_so(tmp_path: Path) -> None:
    day = live(tmp_path, 1, rounds=2)
    make_figures(tmp_path, day)
    order = Order("2026-11", tmp_path / "r.csv", "en")
    config = parse_server((tmp_path / "server.toml").read_bytes())
    assert write_report(config, tmp_path / "office", order, NOW).endswith("3 days with figures, revision 3")
    with day.office.ledger.transaction():
        day.office.ledger._db.execute("INSERT INTO dirty SELECT office, day, 1 FROM figures WHERE day = ?", (DAYS[0],))
        day.office.ledger._db.execute("UPDATE rollups SET served = served + 1 WHERE day = ?", (DAYS[0],))
    write_report(config, tmp_path / "office", order, NOW)
    assert "days_being_made_anew,,1" in order.out.read_text("utf-8-sig")
    make_figures(tmp_path, day)
    assert write_report(config, tmp_path / "office", order, NOW).endswith("revision 4")
    day.close()


# Periods, rounding, small cells: pure ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "first", "last", "thai"),
    [
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30), "พฤศจิกายน พ.ศ.\u00a02569"),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29), "กุมภาพันธ์ พ.ศ.\u00a02571"),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), "ไตรมาส 4 พ.ศ.\u00a02569"),
        ("FY2570", date(2026, 10, 1), date(2027, 9, 30), "ปีงบประมาณ พ.ศ.\u00a02570"),
    ],
)
def test_a_period_is_a_month_a_quarter_or_a_fiscal_year(text: str, first: date, last: date, thai: str) -> None:
    period = period_of(text)
    assert (period.first, period.last) == (first, last)
    assert period_words(period, "th") == thai
    months = period.months
    assert (months[0].first, months[-1].last) == (first, last)
    assert len(months) == {"F": 12, "Q": 3}.get(text[5] if "Q" in text else text[0], 1)


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-Q5", "FY12", "2026-11-30", "November", "FY0001"])
def test_anything_else_is_no_period_and_what_to_write_is_said(text: str) -> None:
    with pytest.raises(NoSuchPeriod) as caught:
        period_of(text)
    assert "FY2570" in caught.value.hint


def test_figures_are_rounded_half_up_and_nothing_by_nothing_is_no_figure() -> None:
    assert [rounded(each, 2000, 2) for each in (0, 9, 10, 11, 2000)] == ["0.00", "0.00", "0.01", "0.01", "1.00"]
    assert rounded(1, 3, 2) == "0.33"
    assert rounded(5, 2, 0) == "3"
    assert rounded(1, 0, 2) is None


def hour(waits: int, minutes: int) -> Sum:
    return Sum(Cell(served=waits, waits=Histogram.of([minutes * 60_000] * waits)))


def test_no_hour_is_ranked_by_fewer_than_thirty_waits() -> None:
    hours = {"08": hour(29, 90), "09": hour(30, 10), "10": hour(40, 30), "11": hour(30, 30), "12": hour(99, 5)}
    assert report_of(Read(period_of("2026-11"), {HOUR: hours})).worst == ("10", "11", "09")
    assert report_of(Read(period_of("2026-11"), {HOUR: {"08": hour(29, 90)}})).worst == ()


def scored(count: int) -> Sum:
    return Sum(Cell(served=9, level_5=count))


def test_few_scores_are_not_told_and_none_of_one_counter() -> None:
    sums = {ALL: {"": scored(5)}, SERVICE: {"a": scored(4), "b": scored(5)}, COUNTER: {"1": scored(9)}}
    report = report_of(Read(period_of("2026-11"), sums))
    told = {(row.part, row.name): row.figures for row in report.rows}
    assert (told[SERVICE, "a"]["scores"], told[SERVICE, "a"]["percent"], told[SERVICE, "a"]["level_5"]) == (
        "4", None, None,
    )  # fmt: skip
    assert (told[SERVICE, "b"]["percent"], told[ALL, ""]["percent"]) == ("100.00", "100.00")
    assert {told[COUNTER, "1"][key] for key in OPINION} == {None}
    assert told[COUNTER, "1"]["answered_percent"] == "100.00"


def full() -> Report:
    """Tens of thousands came."""
    cell = Cell(
        tickets=12_345, served=12_345, judged=12_345, within=10_000, level_5=12_345, disputed=1, unattached=1_234,
        waits=Histogram.of([60_000] * 12_345),
    )  # fmt: skip
    sums = {ALL: {"": Sum(cell)}, SERVICE: {"a": Sum(cell)}, MONTH: {"2026-11": Sum(cell)}}
    return report_of(Read(period_of("2026-11"), sums))


def setting(language: str = "en") -> Setting:
    return Setting({"en": "Office", "th": "สำนักงาน"}, {}, language, NOW)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_month_in_which_nobody_came_says_so(language: str) -> None:
    report = report_of(Read(period_of("2026-11")))
    told = paper(report, setting(language))
    none = setting(language).said("no figure")
    assert [card["value"] for card in told["cards"]][1:] == [none] * 5
    assert len(printed(Typesetter().pdf("report.typ", told, NOW)).pages) == 1
    assert report.whole.figures["within_percent"] is None


def test_beside_every_figure_stands_what_it_leaves_out() -> None:
    cell = Cell(
        tickets=9, served=6, judged=4, within=3, carried=2, open=1, untimed_carried=1, untimed_heard_late=2,
        untimed_restated=3, level_4=5, disputed=1, unattached=7, ticketless=8, waits=Histogram.of([60_000]),
    )  # fmt: skip
    report = report_of(Read(period_of("2026-11"), {ALL: {"": Sum(cell, emergency=11)}}))
    beside = {card["label"]: "; ".join(card["beside"]) for card in paper(report, setting())["cards"]}
    assert beside["Queue tickets"] == (
        "2 carried over, who are counted on both days; 8 more served without a ticket; "
        "11 more served with emergency numbers"
    )
    assert beside["Half waited at most"] == beside["Nine of ten waited at most"]
    assert beside["Half waited at most"] == (
        "1 wait is known; not in it: 1 carried over from another day, 2 from a kiosk whose clock was not known, "
        "3 from before the office was restored, 2 never called"
    )
    assert "not in it: 2 whose time" in beside["Within the standard time"]
    assert beside["Satisfaction"] == "5 scores; not in it: 1 visit with several scores, 7 scores of no visit"


def test_every_figure_has_a_name() -> None:
    report = report_of(Read(period_of("2026-11"), {ALL: {"": Sum()}, HOUR: {"08": Sum()}}))
    assert {row.part for row in report.rows} == {ALL, HOUR}
    assert set(LABELS) == set(UNITS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_name_of_each_sheet_is_whole(language: str) -> None:
    names = [setting(language).said(SHEETS.get(part, title)) for part, title in TITLES.items()]
    assert [each for each in names if len(each) > LONGEST] == []
    with zipfile.ZipFile(io.BytesIO(xlsx_of(full(), setting(language)))) as book:
        assert f'name="{names[0]}"' in book.read("xl/workbook.xml").decode()


def test_a_name_that_a_spreadsheet_would_run_is_only_text() -> None:
    report: Report = report_of(Read(period_of("2026-11"), {SERVICE: {"=1+1": Sum()}}))
    named: Mapping[str, Mapping[str, str]] = {"=1+1": {"en": "=cmd()"}}
    text = csv_of(report, replace(setting(), services=named)).decode("utf-8-sig")
    assert ",'=cmd()," in text
    assert not re.search(r"(^|,)=", text, re.MULTILINE)
    assert json.dumps(tidy(report, setting()))


def test_what_cannot_be_done_is_said_with_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    day = live(tmp_path, 1, rounds=0)
    day.close()
    assert run(tmp_path, "2026-11", tmp_path / "r.doc") == 1
    assert ".pdf, .xlsx, .csv" in capsys.readouterr().err
    assert run(tmp_path, "2026-11", tmp_path / "r.csv", "--office", "f" * 32) == 1
    assert run(tmp_path, "autumn", tmp_path / "r.csv") == 1
    config = parse_server((tmp_path / "server.toml").read_bytes())
    with pytest.raises(ExportFailed):
        write_report(config, tmp_path / "office", Order("2026-11", tmp_path / "server.toml" / "r.csv"), NOW)


def test_all_offices_together_are_the_only_one_where_there_is_one(office: Path, tmp_path: Path) -> None:
    assert run(office, "2026-11", tmp_path / "own.csv") == 0
    assert run(office, "2026-11", tmp_path / "all.csv", "--office", "all") == 0
    own, every = (in_csv((tmp_path / name).read_bytes()) for name in ("own.csv", "all.csv"))
    alone = (COUNTER, LANGUAGE, SURVEY)  # which are told of one office, the last two once the month is over
    assert every == {key: value for key, value in own.items() if key[0] not in alone}
