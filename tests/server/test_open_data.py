"""Open data: the report's own figures by day, hour and service, and nothing from which one citizen's score follows."""

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.dashboard import told_of
from server.open_data import COLUMNS, Month, as_csv, as_json, catalogue_json, levels_told, rows
from server.scoring import GROUP
from server.sla import Cell, Key
from tests.server.centred import CATALOGUE
from tests.server.figured import days_of
from translations import LANGUAGES

OFFICE, MONTH = "a" * 32, "2026-10"
Name = tuple[str, int, str]
LEVELS = [f"level_{level}" for level in (5, 4, 3, 2, 1)]


def month(*, running: bool = False, a_day: int = 70) -> Month:
    """October of an office."""
    made = list(days_of(OFFICE, date(2026, 10, 1), 31, a_day, Random(3)))
    cells = [(each.day, key, cell) for each in made for key, cell in each.cells.items()]
    return Month(OFFICE, MONTH, cells, {each.day: 2 for each in made}, 1_790_000_000_000, 1, running)


def dicts(of: Month) -> list[dict[str, object]]:
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows(of)]


def total_of(of: Month, column: str) -> int:
    return sum(getattr(cell, column) for _, _, cell in of.cells)


def test_the_rows_add_up_to_the_figures_that_they_are_of() -> None:
    of = month()
    told = dicts(of)
    for column in ("tickets", "visits", "served", "no_show", "carried", "judged", "within", "ticketless", "disputed"):
        assert sum(int(str(row[column])) for row in told) == total_of(of, column), column
    assert sum(int(str(row["scores"])) for row in told) == sum(cell.opinion.n for _, _, cell in of.cells)
    names = [(row["day"], row["hour"], row["service"]) for row in told]
    assert names == sorted(set(names))
    assert all(row["service"] for row in told), "presses of no service are no row"


def test_file_and_json_have_the_same_rows_and_name_the_revision() -> None:
    of = month()
    told = json.loads(as_json(of, {"licence": "CC BY 4.0"}))
    assert told["revision"] == of.revision == 2 * len(of.revisions)
    assert (told["licence"], told["running"], told["days_being_made_anew"]) == ("CC BY 4.0", False, 1)
    assert told["made_at"] == "2026-09-21T14:13:20Z"
    text = as_csv(of)
    assert text.startswith("\ufeff".encode())
    table = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    assert table[0] == list(told["columns"]) == list(COLUMNS)
    assert table[1:] == [["" if each is None else str(each) for each in row] for row in told["rows"]]


def test_times_of_fewer_than_five_are_not_told() -> None:
    few = 0
    for row in dicts(month(a_day=30)):
        for n, half in (("waits_known", "wait_half"), ("serves_known", "serve_half")):
            assert (row[half] is None) == (int(str(row[n])) < GROUP)
            few += row[half] is None
    assert few > 20


def test_while_the_month_runs_no_score_is_told() -> None:
    for row in dicts(month(running=True)):
        assert [row[each] for each in ("scores", *LEVELS, "disputed")] == [None] * 7
    assert any(row["scores"] for row in dicts(month()))


def leaks(ns: Mapping[Name, int], told: set[Name]) -> list[object]:
    """What can be reckoned of fewer than five, beside the results page, which tells the whole (of five and more) and
    the services of thirty and more: a cell that is told, or what the told leave of a service, or of all others."""
    found: list[object] = [name for name in told if ns[name] < GROUP]
    whole, left = Counter[str](), Counter[str]()
    for name, n in ns.items():
        whole[name[2]] += n
        left[name[2]] += 0 if name in told else n
    ranked = told_of(whole)
    found += [service for service in left if 0 < left[service] < GROUP and service in ranked]
    others = sum(n for service, n in left.items() if service not in ranked)
    return found + (["others"] if 0 < others < GROUP <= sum(whole.values()) else [])


CELLS = st.dictionaries(
    st.tuples(st.sampled_from(["2026-10-01", "2026-10-02"]), st.integers(8, 12), st.sampled_from(["a", "b", "c"])),
    st.sampled_from([0, 1, 2, 5, 6, 9, 30]),
    max_size=12,
)


@given(CELLS)
def test_no_smaller_number_of_scores_can_be_reckoned_from_what_is_told(ns: dict[Name, int]) -> None:
    assert leaks(ns, levels_told(ns)) == []


def test_control_telling_all_cells_of_five_leaks_the_last_single_score() -> None:
    one = {("2026-10-01", 8, "a"): 6, ("2026-10-01", 9, "a"): 7, ("2026-10-01", 10, "a"): 1}
    apart = {("2026-10-01", 8, "a"): 1, ("2026-10-01", 8, "b"): 30, ("2026-10-01", 8, "c"): 40}
    for ns, leak in ((one, "others"), (apart, "others"), ({**apart, ("2026-10-01", 9, "c"): 1}, "c")):
        assert leak in leaks(ns, {name for name, n in ns.items() if n >= GROUP})
        assert leaks(ns, levels_told(ns)) == []
    assert levels_told(one) == {("2026-10-01", 9, "a")}


def test_control_a_smaller_least_number_is_caught() -> None:
    of = month()
    ns = {(str(row["day"]), int(str(row["hour"])), str(row["service"])): int(str(row["scores"])) for row in dicts(of)}
    for least, fine in ((GROUP, True), (2, False)):
        told = [dict(zip(COLUMNS, row, strict=True)) for row in rows(of, least)]
        named = {
            (str(row["day"]), int(str(row["hour"])), str(row["service"])) for row in told if row["level_5"] is not None
        }
        assert named
        assert (leaks(ns, named) == []) is fine


def test_levels_that_are_told_are_those_of_the_scores() -> None:
    some = [row for row in dicts(month()) if row["level_5"] is not None]
    assert some
    assert all(sum(int(str(row[each])) for each in LEVELS) == row["scores"] for row in some)


def test_nothing_is_told_by_counter_officer_language_or_priority() -> None:
    assert not {"counter", "staff", "language", "priority", "by_hand"} & set(COLUMNS)
    cells = [("2026-10-01", Key(8, "a", counter), Cell(tickets=1, served=1)) for counter in (1, 2)]
    one = Month(OFFICE, MONTH, cells, {}, 0, 0, running=False)
    assert [row["served"] for row in dicts(one)] == [2], "counters are told together"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_all_that_is_published_in_every_language(language: str) -> None:
    told = json.loads(catalogue_json(CATALOGUE, {"licence": "CC BY 4.0"}))
    assert [each["id"] for each in told["services"]] == [each.id for each in CATALOGUE.services]
    for each, service in zip(told["services"], CATALOGUE.services, strict=True):
        text = service.text(language)
        assert (each["minutes"], each["texts"][language]["steps"]) == (service.minutes, list(text.steps))
        assert [doc["text"] for doc in each["texts"][language]["documents"]] == [doc.text for doc in text.documents]
        assert each["fee"] == (service.fee if isinstance(service.fee, str) else {"satang": service.fee})
