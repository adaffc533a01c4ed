"""docs/queue.md says what the code does: its report is one that the command makes, its settings are those in force."""

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from sync import estimate
from sync.facts import KINDS
from sync.facts_office import RuleAdopted
from tests.queueing.__main__ import DAYS, PAGE, PICTURE
from tests.queueing.figures import CHOSEN, OURS, PLACES, RULES, Sums, Told
from tests.queueing.office import LOADS
from tests.queueing.picture import picture
from tests.queueing.report import BEGINS, ENDS, WORLDS, put, report

TEXT = PAGE.read_text(encoding="utf-8")
DECISION = Path(__file__).parents[2] / "docs" / "decisions" / "queue-rule.md"


def made_up() -> Sums:
    """Figures of a few people, as a run leaves them."""
    told = [Told(load, kind, 7.0, estimate.WaitingRange(5, 10), (6.0, 8.0), 1.0) for load in LOADS for kind in WHO]
    waits = {(load, kind): [7.0] for load in LOADS for kind in WHO}
    return Sums(waits=waits, overtaken=dict.fromkeys(LOADS, 1), days=4, told=told)


WHO = ("ordinary", "priority")


def shape(text: str) -> list[str]:
    """Headings and tables without their figures."""
    lines = [line for line in text.splitlines() if line.startswith(("#", "|"))]
    return [re.sub(r"[0-9][0-9 /%.]*", "0", line.split("|")[1] if "|" in line else line).strip() for line in lines]


def test_the_report_on_the_page_has_the_shape_that_the_command_makes() -> None:
    some = made_up()
    made = report(dict.fromkeys(RULES, some), dict.fromkeys(WORLDS, some), dict.fromkeys(PLACES, some), [])
    on_page = BEGINS + TEXT.partition(BEGINS)[2].partition(ENDS)[0] + ENDS
    assert shape(on_page) == shape(made), "./prove queue"
    assert len(shape(made)) > 60


def test_the_report_on_the_page_is_of_all_days_and_every_bar_held() -> None:
    assert f"\n{DAYS} days, " in TEXT
    assert "Every bar holds." in TEXT
    assert "Broken" not in TEXT


def test_a_broken_bar_stands_in_the_report_and_the_words_around_it_stay() -> None:
    some = made_up()
    made = report(dict.fromkeys(RULES, some), {}, {}, ["the printed range: load 1"])
    page = put(f"before {BEGINS} old {ENDS} after", made)
    assert "**Broken:** the printed range: load 1." in page
    assert page.startswith("before ")
    assert page.endswith(" after")
    assert " old " not in page
    with pytest.raises(ValueError, match="there is no"):
        put("a page without marks", made)


def test_the_settings_on_the_page_are_those_that_a_release_adopts() -> None:
    rows = dict(re.findall(r"^\| `([a-z_, `]+)` \| .+ \| ([^|]+) \|$", TEXT, re.MULTILINE))
    told = {name.replace("`", ""): value for name, value in rows.items()}
    assert told == {
        "priority_rate": str(OURS.priority_rate),
        "overtakes": str(OURS.overtakes),
        "returned_place": str(OURS.returned_place),
        "parked_place": str(OURS.parked_place),
        "recalls, no_show_ms": f"{OURS.recalls}, {OURS.no_show_ms // 1000} s",
    }
    assert RuleAdopted(OURS.now_ms) == OURS == RULES[CHOSEN]


def test_the_formula_on_the_page_has_the_constants_of_the_code() -> None:
    standard, before = estimate.STANDARD_WEIGHT, estimate.BEFORE_WEIGHT
    for part in (
        f"({standard} × standard + ",
        f"÷ ({standard} + *b* + *n*)",
        f"at most {before}.",
        f"({estimate.CALL_SPREAD} × mean × √calls ÷ counters)²",
        f"({estimate.OTHER_SPREAD} × *w*)²",
        f"*w* − {estimate.EARLIER} × spread to *w* + {estimate.LATER} × spread",
    ):
        assert part in TEXT


def test_every_fact_that_the_page_names_is_one() -> None:
    named = set(re.findall(r"`((?:ticket|counter|day|rule|counters)\.[a-z_]+)`", TEXT))
    assert len(named) > 12
    assert {kind for kind in named if (kind, 1) not in KINDS} == set()


def test_the_picture_is_whole_and_has_a_bar_for_every_load_rule_and_class() -> None:
    some = made_up()
    bars = len(LOADS) * 3 * 2
    for drawn in (picture(dict.fromkeys(RULES, some)), PICTURE.read_text(encoding="utf-8")):
        root = ElementTree.fromstring(drawn)
        filled = [each for each in root.iter("{http://www.w3.org/2000/svg}rect") if each.get("height") == "12"]
        assert len(filled) == bars + 2, "and two in the legend"


def test_the_decision_names_the_settings() -> None:
    text = DECISION.read_text(encoding="utf-8")
    for part in (f"×{OURS.priority_rate}", f"cap of {OURS.overtakes}", f"place {OURS.returned_place}"):
        assert part in text
