"""Times and satisfaction by month, and open data, for everybody: what is told of whom, and what is left out."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from server.open_page import LOADS, OVER_S, RUNNING_S
from server.results_page import DRAWN
from tests.server.centred import CATALOGUE, NAMES, Town
from tests.server.figured import figured
from translations import LANGUAGES

LARGEST = 60_000
MONTH = "2026-10"


@pytest.fixture(scope="module")
def town(kept_throughout: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Two offices with an October and what there is of November."""
    made = Town(tmp_path_factory.mktemp("town"))
    for branch in made.branches:
        branch.take(branch.number * 100 + 1)
    made.relay()
    with made.centre.ledger.transaction():
        for number in range(2):
            figured(made.centre.ledger._db, made.id_of(number), date(2026, 10, 1), 50, a_day=40, seed=number + 1)
    yield made
    made.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_running_month_tells_times_of_all_offices_and_of_each(town: Town, language: str) -> None:
    page = town.get(f"/results?lang={language}").text
    for number in range(2):
        assert NAMES[number][language] in page
        assert f"/results?office={town.id_of(number)}&amp;month=2026-11" in page
    assert re.search(r"\{[a-z_]+\}", page) is None
    assert len(re.findall("<table>", page)) == 3


def test_a_month_that_is_over_tells_scores_with_how_many_and_how_sure(town: Town) -> None:
    page = town.get(f"/results?lang=en&month={MONTH}").text
    assert "October 2026" in page
    assert "Scores by service and office are told once the month is over." not in page
    rows = re.findall(r"<td>(\d+\.\d %)<span class=\"soft\">of \d+", page)
    assert len(rows) >= 4
    assert re.search(r'<td>\d+ %<span class="soft">\d+–\d+ %</span></td>', page)
    assert "With 95 % certainty between" in page
    running = town.get("/results?lang=en").text
    assert "Scores by service and office are told once the month is over." in running
    assert not re.search(r"<td>\d+\.\d %<span", running)


def test_a_figure_of_thousands_looks_the_same_wherever_it_stands(town: Town) -> None:
    page = town.get(f"/results?lang=en&month={MONTH}").text
    assert re.search(r"Of \d,\d{3} visits: one service", page)
    assert not re.search(r"<td>\d{4,}<|[Oo]f \d{4,}\b|<b>\d{4,}<", page)


def test_beside_every_figure_stands_what_is_left_out(town: Town) -> None:
    page = town.get(f"/results?lang=en&month={MONTH}&office={town.id_of(0)}").text
    assert "Left out: not called" in page
    assert re.search(r"of \d+, left out \d+", page)
    assert "By counter" not in page
    assert f'<a href="/open?office={town.id_of(0)}&amp;lang=en">As open data</a>' in page


def test_months_are_gone_through_by_links_and_an_office_that_is_none_is_not_found(town: Town) -> None:
    page = town.get("/results?lang=en").text
    assert "/results?month=2026-10&amp;office=&amp;lang=en" in page
    assert 'rel="next"' not in page
    assert town.get("/results?month=rubbish").status_code == 200
    assert town.get(f"/results?office={'f' * 32}").status_code == 404


def test_of_a_month_with_few_it_says_too_few(town: Town) -> None:
    with town.centre.ledger.transaction():
        figured(town.centre.ledger._db, town.id_of(0), date(2026, 6, 1), 1, a_day=20)
    page = town.get(f"/results?lang=en&month=2026-06&office={town.id_of(0)}").text
    assert "too few" in page
    assert not re.search(r"<td>\d+ %<span", page)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/results?month=2026-10", "/open", "/open?office={}"])
def test_a_first_load_is_small(town: Town, path: str, language: str) -> None:
    page = town.get(f"{path.format(town.id_of(0))}{'&' if '?' in path else '?'}lang={language}")
    styles = sum(len(town.pages.assets[name].content) for name in ("pages.css", "figures.css"))
    assert page.status_code == 200
    assert "<script" not in page.text
    assert len(page.content) + styles <= LARGEST


def test_figures_of_thousands_stand_apart_in_every_place(tmp_path: Path) -> None:
    made = Town(tmp_path, 1)
    made.relay()
    with made.centre.ledger.transaction():
        figured(made.centre.ledger._db, made.id_of(0), date(2026, 10, 1), 31, a_day=400)
    page = made.get(f"/results?lang=en&month={MONTH}").text
    made.close()
    assert re.search(r"<b>\d,\d{3}</b>", page), "a level"
    assert re.search(r"of \d,\d{3}, left out", page)
    assert re.search(r'class="scale"[^>]*>\d,\d{3}<', page)
    assert re.findall(r'[>" ]\d{4,}[<" ,]', page.split("<main")[1].replace("2026", "")) == []


# Open data ------------------------------------------------------------------------------------------------------------


def test_the_page_says_what_there_is_and_leads_to_it(town: Town) -> None:
    office = town.id_of(0)
    assert f"/open?office={office}" in town.get("/open?lang=en").text
    page = town.get(f"/open?office={office}&lang=en").text
    for link in (f"/open/{office}/figures/{MONTH}.csv", f"/open/{office}/services.json", "/openapi.json"):
        assert f'href="{link}"' in page
    assert "Licence: CC BY 4.0." in page
    for path in re.findall(r'href="(/open/[^"]+)"', page):
        assert town.get(path, "198.51.100.7").status_code == 200, path


def test_figures_are_the_results_own(town: Town) -> None:
    office = town.id_of(0)
    answer = town.get(f"/open/{office}/figures/{MONTH}.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    told = town.get(f"/open/{office}/figures/{MONTH}.json").json()
    assert [list(row.values()) for row in rows] == [["" if x is None else str(x) for x in row] for row in told["rows"]]
    assert told["name"] == NAMES[0]
    page = town.get(f"/results?lang=en&month={MONTH}&office={office}").text
    assert f"Of {sum(int(row['visits']) for row in rows)} visits: one service" in page
    assert told["revision"] == len({row["day"] for row in rows})


def test_a_file_is_loaded_once_and_then_only_asked_after(town: Town) -> None:
    path = f"/open/{town.id_of(0)}/figures/{MONTH}.json"
    answer = town.get(path)
    assert answer.headers["cache-control"] == f"public, max-age={OVER_S}"
    again = town.get(path, tag=answer.headers["etag"])
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
    assert town.get(path, tag='"other"').status_code == 200
    running = town.get(path.replace(MONTH, "2026-11"))
    assert running.headers["cache-control"] == f"public, max-age={RUNNING_S}"
    assert running.json()["running"] is True


@pytest.mark.parametrize("rest", ["2026-13.csv", "2020-01.csv", "2026-10.xml", "2026-1.csv", "x.json"])
def test_a_month_that_is_none_is_not_found(town: Town, rest: str) -> None:
    assert town.get(f"/open/{town.id_of(0)}/figures/{rest}").status_code == 404
    assert town.get(f"/open/{'f' * 32}/figures/{MONTH}.csv").status_code == 404


def test_how_an_office_stands_and_what_it_publishes_is_told_to_programs(town: Town) -> None:
    office = town.id_of(1)
    now = town.get(f"/open/{office}/now.json").json()
    assert (now["age"], now["open"], now["waiting"], now["counters_at_work"]) == ("now", True, 1, 0)
    assert now["as_of"] == "2026-11-23T14:00:00+07:00"
    services = town.get(f"/open/{office}/services.json").json()["services"]
    assert [each["id"] for each in services] == [each.id for each in CATALOGUE.services]
    listed = town.get("/open/offices.json").json()["offices"]
    assert {each["office"]: each["name"] for each in listed} == {town.id_of(n): NAMES[n] for n in range(2)}


def test_no_address_loads_as_fast_as_a_program_can(town: Town) -> None:
    answers = [town.get("/open/offices.json", "203.0.113.5") for _ in range(LOADS + 1)]
    assert [each.status_code for each in answers] == [200] * LOADS + [429]
    assert answers[-1].headers["retry-after"] == "1"
    assert town.get("/open/offices.json", "203.0.113.6").status_code == 200


def test_what_stands_is_free_and_what_is_drawn_anew_is_not(town: Town) -> None:
    months = [f"{2000 + number // 12}-{number % 12 + 1:02}" for number in range(DRAWN + 1)]
    answers = [town.get(f"/results?month={each}", "203.0.113.9") for each in months]
    assert [each.status_code for each in answers] == [200] * DRAWN + [429]
    assert town.get(f"/results?month={months[-1]}", "203.0.113.10").status_code == 200
    assert town.get(f"/results?month={months[-1]}", "203.0.113.9").status_code == 200, "somebody else had it drawn"


def test_every_route_for_programs_is_described(town: Town) -> None:
    paths = town.get("/openapi.json").json()["paths"]
    for path in ("/open/offices.json", "/open/{office}/now.json", "/open/{office}/services.json"):
        assert set(paths[path]["get"]["responses"]) >= {"200", "304", "404", "429"}
    table = paths["/open/{office}/figures/{month}.csv"]["get"]["responses"]["200"]
    assert list(table["content"]) == ["text/csv"]
    for path in ("/o/{office}", "/results", "/open", "/t/{token}", "/t/{token}/now"):
        assert set(paths[path]["get"]["responses"]) >= {"200", "404", "429"}, path
    assert "/offices" in paths
