"""Alerts by their published bounds: which begin, which stay, which end; never by a single score. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import alerts
from server.alert_words import REMEDY, SAYS, Names, alert_words, by_whom, office_named
from server.alerts import HIGH, LASTING, LEAST, LOW, MINUTE_MS, WAIT_MINUTES, WINDOW, Code, Machine, Scored, Seen
from server.alerts import decide as decide_
from server.scoring import GROUP, LATE_MS
from sync.types import UtcMs
from translations import LANGUAGES, load

NOW = UtcMs(1_795_410_000_000)
SEEN = Seen(NOW, up_ms=60 * MINUTE_MS, at_work=True)
Key = tuple[str, str]


def decide(seen: Seen, open_: set[Key] | None = None, ever: set[Key] | None = None) -> tuple[list[Key], list[Key]]:
    begins, over = decide_(seen, open_ or set(), ever or set())
    return [(each.code.value, each.found.about) for each in begins], over


def scored(levels: Sequence[int], counter: int = 3, age_ms: int = 2 * LATE_MS) -> list[Scored]:
    return [Scored(counter, "register", NOW - age_ms, level) for level in levels]


LOW_AT_3 = ("scores-counter", "3")


def test_low_scores_of_a_counter_and_a_service_raised_an_alert_each() -> None:
    seen = replace(SEEN, scores=scored([1, 2, 3, 2, 2] * 2))
    assert decide(seen) == ([LOW_AT_3, ("scores-service", "register")], [])
    assert decide(replace(SEEN, scores=scored([5] * 10))) == ([], [])


@pytest.mark.parametrize(("levels", "begins", "ends"), [
    ([3] * 10, False, False),  # 3.00 is not below the bound, and an open alert stays
    ([3] * 9 + [2], True, False),
    ([3] * 8 + [4] * 2, False, False),
    ([3] * 15 + [4] * 5, False, True),  # 3.25
])  # fmt: skip
def test_an_alert_that_swayed_between_the_bounds_neither_began_nor_ended(
    levels: list[int], begins: bool, ends: bool
) -> None:
    seen = replace(SEEN, scores=scored(levels))
    assert (LOW_AT_3 in decide(seen)[0], LOW_AT_3 in decide(seen, {LOW_AT_3})[1]) == (begins, ends)


@pytest.mark.parametrize("fewer", range(LEAST))
def test_fewer_scores_than_the_least_said_nothing(fewer: int) -> None:
    assert decide(replace(SEEN, scores=scored([1] * fewer))) == ([], [])


def test_scores_of_the_last_half_hour_did_not_count() -> None:
    old, new = scored([5] * 10), scored([1] * 10, age_ms=LATE_MS - 1)
    assert decide(replace(SEEN, scores=[*old, *new])) == ([], [])
    late = replace(SEEN, now_ms=UtcMs(NOW + 1), scores=[*old, *new])
    assert LOW_AT_3 not in decide(late)[0], "mean of twenty: three"
    assert LOW_AT_3 in decide(replace(late, scores=[*scored([5] * 5), *new, *new]))[0]


@given(st.lists(st.integers(1, 5), max_size=40), st.integers(1, 5), st.integers(1, 5))
def test_no_single_score_changed_what_an_alert_tells(levels: list[int], one: int, other: int) -> None:
    """Whoever knows all but the last scores learns nothing from what an alert says until a whole group is there."""
    whole = levels[: len(levels) // GROUP * GROUP]
    for last in (one, other):
        assert alerts.window(scored([*whole, last]), NOW) == alerts.window(scored(whole), NOW)
    told = alerts.window(scored(levels), NOW)
    assert len(told) % GROUP == 0
    assert len(told) <= WINDOW


def test_control_a_window_that_slides_by_one_would_tell_a_single_score() -> None:
    def sliding(scores: Sequence[Scored]) -> list[int]:
        return [each.level for each in scores][-WINDOW:]

    assert sliding(scored([5] * 10 + [1])) != sliding(scored([5] * 10))


WAITS = {
    "three waited longer than the bound": ([31, 32, 33], 10, True),
    "two did": ([31, 32], 10, False),
    "one waited twice as long": ([61], 10, True),
    "a published time that is longer counts": ([31, 32, 33], 60, False),
    "three beyond a published time": ([61, 62, 63], 60, True),
    "exactly the bound": ([30, 30, 30], 10, False),
}


@pytest.mark.parametrize("case", WAITS)
def test_long_waits_raised_an_alert_while_somebody_waits(case: str) -> None:
    minutes, published, begins = WAITS[case]
    seen = replace(SEEN, waits={"tax": [each * MINUTE_MS for each in minutes]}, minutes={"tax": published})
    assert decide(seen)[0] == ([("waiting", "tax")] if begins else [])


def test_an_alert_on_waits_ended_when_nobody_waits_that_long() -> None:
    open_ = {("waiting", "tax")}
    assert decide(replace(SEEN, waits={"tax": [31 * MINUTE_MS]}), open_) == ([], [])
    assert decide(replace(SEEN, waits={"tax": [MINUTE_MS]}), open_) == ([], [("waiting", "tax")])


def test_a_silent_machine_was_told_of_while_counters_are_at_work_alone() -> None:
    gone = Machine("a" * 32, NOW - 16 * MINUTE_MS)
    silent, seen = ("machine-silent", "a" * 32), replace(SEEN, machines=[gone])
    assert decide(seen)[0] == [silent]
    for quiet in (replace(seen, at_work=False), replace(seen, up_ms=0)):
        assert decide(quiet) == ([], [])
        assert decide(quiet, {silent}) == ([], []), "what is open stays"
    heard = replace(seen, machines=[replace(gone, contact_ms=NOW)])
    assert decide(heard, {silent}) == ([], [silent])


CONDITIONS = {
    Code.OFFICE_SILENT: {"offices": {"o": NOW - 25 * 60 * MINUTE_MS}},
    Code.PAPER: {"machines": [Machine("m", NOW, paper_out=True)]},
    Code.BACKUP: {"backup_late": True},
    Code.FORKED: {"machines": [Machine("m", NOW, forked=True)]},
    Code.AUDIT: {"violations": {"2026-11-23": 2, "2026-11-22": 0}},
    Code.OVERDUE: {"overdue": {"j:7": 1}},
}


@pytest.mark.parametrize("code", CONDITIONS, ids=lambda code: code.value)
def test_every_other_condition_began_once_and_ended_or_lasts(code: Code) -> None:
    seen = replace(SEEN, **CONDITIONS[code])  # type: ignore[arg-type]
    ((key, *none), over) = decide(seen)
    assert (key[0], none, over) == (code.value, [], [])
    assert decide(seen, {key}) == ([], [])
    lasts = code.value in LASTING
    assert decide(SEEN, {key}) == ([], [] if lasts else [key])
    assert decide(seen, set(), {key})[0] == ([] if lasts else [key]), "what lasts is never raised again"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_alert_has_words_and_a_remedy(language: str) -> None:
    assert set(SAYS) == set(REMEDY) == {each.value for each in Code}
    names = Names({"tax": {"th": "ภาษี"}}, {"m" * 32: "Hall"})
    for code in SAYS:
        said = alert_words(code, "tax", 250, LOW, names, language)
        assert "{" not in said
        assert said == alert_words(code, "tax", 250, LOW, names, language)
    assert "2.50" in alert_words("scores-service", "tax", 250, LOW, names, language)
    assert "ภาษี" in alert_words("scores-service", "tax", 250, LOW, names, language)
    assert "Hall" in alert_words("paper-out", "m" * 32, 0, 0, names, language)
    unknown = load(language, "alerts").gettext("Something that this release does not know")
    assert alert_words("of-tomorrow", "", 0, 0, names, language) == unknown


def test_the_published_bounds_are_those_of_the_page() -> None:
    text = Path("docs/alerts.md").read_text("utf-8")
    bounds = f"last {WINDOW} scores ({LEAST} at least) have a mean below {LOW / 100:.2f} | from {HIGH / 100:.2f} on"
    for shown in (bounds, "15 minutes", "48 hours", "24 hours", f"than {WAIT_MINUTES};"):
        assert shown in text, shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_id_stands_for_a_name_that_is_known_elsewhere_alone(language: str) -> None:
    office, staff = "c3" * 16, "sb94c6577"
    assert by_whom({staff: "Somsri"}, staff, language) == "Somsri"
    assert by_whom({}, None, language) == by_whom({staff: "Somsri"}, "", language) == ""
    assert staff not in by_whom({}, staff, language) != ""
    assert office_named(Names(offices={office: {"th": "แม่สอด"}}), office, language) == "แม่สอด"
    unheard = office_named(Names(), office, language)
    assert unheard.startswith(f"{office[:8]} (")
    assert office not in unheard
