"""The evidence file of a fiscal year: the report's own figures, every service with nothing blank, items as entered."""

import json
import re
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest

from kiosk.preview import example_catalogue
from server.__main__ import main
from server.errors import ConfigError
from server.ita import ANSWERS, PARTS, Evidence, Items, evidence_paper, index, items_of, published
from server.ita_command import SHIPPED
from server.report import Read, report_of
from server.report_period import period_of
from server.report_words import Setting
from server.stores import FILE, open_reader
from server.typeset import Typesetter
from sync.catalogue import to_body
from sync.services import NONE, Catalogue, Service, ServiceText
from tests.server.printed import follows, printed
from tests.server.recount import Figures, recount
from tests.server.reported import live, make_figures
from tests.server.test_report import BANGKOK_MS, in_xlsx
from translations import LANGUAGES

NOW = datetime(2026, 12, 2, 3, 0, tzinfo=UTC)
IDS = ("register", "tax")
NUMBERS = b'fiscal_year = 2570\n[services]\nita = "o12"\n[sla]\nita = "o13"\nlpa = "4.2"\n'


def offered() -> Catalogue:
    """The example catalogue, in which the services of the office's days have their names."""
    example = example_catalogue()
    services = [
        replace(each, id=IDS[number]) if number < len(IDS) else each for number, each in enumerate(example.services)
    ]
    return replace(example, services=tuple(services))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server's folder with four days in it."""
    folder = tmp_path_factory.mktemp("office")
    day = live(folder, 7, rounds=3)
    make_figures(folder, day)
    with day.office.ledger.transaction():
        body = json.dumps(to_body(offered()).catalogue, ensure_ascii=False)
        day.office.ledger._db.execute("UPDATE catalogues SET catalogue = ?", (body,))
    day.close()
    return folder


def run(folder: Path, out: Path, *arguments: str, year: str = "FY2570") -> int:
    config = str(folder / "server.toml")
    return main(["report", "--config", config, "--ita", year, "--out", str(out), *arguments])


def texts(content: bytes, sheet: int) -> list[list[str]]:
    """The rows of a sheet of texts, read without the library that wrote it."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(BytesIO(content)) as book:
        strings = ["".join(each.itertext()) for each in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]
        rows = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml")).iter(f"{space}row")
        return [[strings[int(cell.findtext(f"{space}v") or 0)] for cell in row] for row in rows]


def test_a_script_that_shares_no_code_counts_the_same_and_so_it_does_each_month(office: Path, tmp_path: Path) -> None:
    assert run(office, tmp_path / "e.xlsx") == 0
    content = (tmp_path / "e.xlsx").read_bytes()
    ledger = office / "office" / FILE
    assert in_xlsx(content) == recount(ledger, BANGKOK_MS, "2026-10-01", "2027-09-30")
    by_month = in_xlsx(content, leave_out=("report",))
    counted: Figures = {}
    for month in period_of("FY2570").months:
        found = recount(ledger, BANGKOK_MS, month.first.isoformat(), month.last.isoformat())
        counted |= {("month", month.text, key): value for (part, _, key), value in found.items() if part == "all"}
    told = {key: value for key, value in by_month.items() if key[0] == "month"}
    assert {key: told[key] for key in counted} == counted
    assert {name for _, name, _ in told} == {each.text for each in period_of("FY2570").months}
    assert {told[key] for key in told.keys() - counted.keys()} <= {"0", "0.0", None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_service_was_printed_with_all_that_has_to_be_said_of_it(
    office: Path, tmp_path: Path, language: str
) -> None:
    assert run(office, tmp_path / "e.pdf", "--lang", language) == 0
    found = printed((tmp_path / "e.pdf").read_bytes())
    whole, setting = "".join(found.pages), Setting({"en": "x"}, {}, language, NOW)
    assert (set(found.sizes), found.beyond, found.strange) == ({(210, 297)}, (), frozenset())
    for service in offered().services:
        for label, value in published(service, setting):
            assert follows(label, whole), (service.id, label)
            for line in value.split("\n"):
                assert follows(line, whole), (service.id, line)
    assert follows(setting.said("not entered"), found.pages[1])


def test_the_numbers_of_the_items_were_printed_as_they_were_entered(office: Path, tmp_path: Path) -> None:
    (tmp_path / "items.toml").write_bytes(NUMBERS)
    arguments = ("--items", str(tmp_path / "items.toml"), "--lang", "en")
    assert run(office, tmp_path / "e.xlsx", *arguments) == 0
    assert texts((tmp_path / "e.xlsx").read_bytes(), 1) == [
        ["Part", "Item of the ITA", "Item of the LPA"],
        ["What is published of each service", "o12", "not entered"],
        ["Statistics of service, month by month", "not entered", "not entered"],
        ["Served within the standard time", "o13", "4.2"],
        ["Satisfaction by service", "not entered", "not entered"],
        ["Complaints", "not entered", "not entered"],
        ["Answers to complaints and alerts", "not entered", "not entered"],
    ]
    services = texts((tmp_path / "e.xlsx").read_bytes(), 2)
    assert {len(row) for row in services} == {3}
    assert all(cell.strip() for row in services for cell in row), "nothing is blank"


def test_no_number_of_an_item_ships_and_those_of_another_year_are_refused(office: Path, tmp_path: Path) -> None:
    shipped = SHIPPED.read_bytes()
    assert items_of(shipped, 2570) == Items()
    entered = re.sub(rb'(?m)^# (fiscal_year|ita|lpa) = (""|2570)', rb"\1 = \2", shipped).replace(b'""', b'"o1"')
    found = items_of(entered, 2570)
    assert (found.year, set(found.ita), set(found.lpa)) == (2570, set(PARTS), set(PARTS))
    with pytest.raises(ConfigError, match="2570, not of 2571"):
        items_of(entered, 2571)
    (tmp_path / "items.toml").write_bytes(b"[service]\nita = 'x'\n")
    assert run(office, tmp_path / "e.pdf", "--items", str(tmp_path / "items.toml")) == 1


def bare(text: ServiceText, **fields: object) -> Service:
    service = example_catalogue().services[0]
    return replace(service, fee="none", texts={"en": replace(text, **fields)})  # type: ignore[arg-type]


def test_what_a_service_has_not_was_said_so_and_nothing_was_left_blank() -> None:
    text = example_catalogue().services[0].text("en")
    service = bare(text, steps=(), documents=(), channel=NONE, complaints="", fee_note=None)
    told = dict(published(service, Setting({"en": "x"}, {}, "en", NOW)))
    assert [told[each] for each in ("Steps", "Documents", "Where else", "Complaints")] == ["none"] * 4
    assert told["Fee"] == "no fee"
    assert all(told.values())


def test_a_year_without_a_complaint_says_so() -> None:
    report = report_of(Read(period_of("FY2570")))
    setting = Setting({"en": "x"}, {}, "en", NOW)
    made = evidence_paper(Evidence(report, Catalogue((), ""), Items(2570, {ANSWERS: "o5"})), setting)
    tables = {each["title"]: each["rows"] for each in made["tables"]}
    assert tables["Complaints"] == [["There was none in this time."]]
    assert index(Evidence(report, Catalogue((), ""), Items(2570, {ANSWERS: "o5"})), setting)[-1][1] == "o5"
    assert len(printed(Typesetter().pdf("report.typ", made, NOW)).pages) >= 2


@pytest.mark.parametrize(
    ("year", "out", "more"),
    [("2026-11", "e.pdf", ()), ("FY2570", "e.csv", ()), ("FY2570", "e.pdf", ("--office", "all")), ("FY1", "e.pdf", ())],
)
def test_what_is_no_evidence_file_was_refused(
    office: Path, tmp_path: Path, year: str, out: str, more: tuple[str, ...]
) -> None:
    assert run(office, tmp_path / out, *more, year=year) == 1
    assert not (tmp_path / out).exists()
    with closing(open_reader(office / "office" / FILE)) as db:
        assert db.execute("SELECT count(*) FROM figures").fetchone()[0] > 0
