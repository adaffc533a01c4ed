"""Offices seen from outside: each says how it stands, and what was not heard of lately is not told as if it were."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from server import acts
from server.halls import Hall, Listed
from server.offices_page import DRAWN
from server.told_office import FRESH_MS, LOST_MS, Age, age, told
from sync.live import Live
from sync.types import JournalId, Seq, UtcMs
from tests.server.centred import CALENDAR, CATALOGUE, NAMES, SERVICE, TWO, Town
from tests.server.conftest import ZONE
from tests.server.proved import Proved
from translations import LANGUAGES

LARGEST = 60_000
"""Bytes of a first load without fonts, on a cheap telephone's connection."""


def busy(folder: Path) -> Iterator[Town]:
    """Two offices: five wait at the first, whose counter is at work; one waits at the second."""
    made = Town(folder)
    made.branches[0].take(1, 2, 3, 4, 5)
    made.branches[0].act(acts.Open())
    made.branches[1].take(101)
    made.relay()
    yield made
    made.close()


@pytest.fixture(scope="module")
def still(kept_throughout: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """In which nothing happens."""
    yield from busy(tmp_path_factory.mktemp("still"))


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """In which something will."""
    yield from busy(tmp_path)


def told_of(town: Town, number: int, language: str = "en") -> str:
    """What the list says of this office."""
    page = town.get(f"/offices?lang={language}").text
    found = re.search(rf'<section[^>]*aria-labelledby="o-{town.id_of(number)}".*?</section>', page, re.DOTALL)
    assert found is not None, page
    return found[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_office_says_whether_it_is_open_who_waits_and_how_long(still: Town, language: str) -> None:
    first, second = told_of(still, 0, language), told_of(still, 1, language)
    assert NAMES[0][language] in first
    assert NAMES[1][language] in second
    assert ("<b>5</b>" in first, "<b>1</b>" in second) == (True, True)
    assert re.search(r"\d+–\d+", first), "how long"
    assert not re.search(r"\d+–\d+", second), "no counter is at work: no minutes are guessed"


def test_one_office_says_who_waits_for_what_and_leads_to_each_service(still: Town) -> None:
    office = still.id_of(0)
    page = still.get(f"/o/{office}?lang=en").text
    part = still.get(f"/o/{office}/now?lang=en")
    assert part.text in page
    assert part.headers["scorecard-again"] == "15"
    assert '<noscript><meta http-equiv="refresh" content="15"></noscript>' in page
    assert re.search(
        rf'services/{SERVICE}\?lang=en">.*?Waiting: <b>5</b> · <span class="whole">\d+–\d+ min', part.text, re.DOTALL
    )
    service = still.get(f"/o/{office}/services/{SERVICE}?lang=en").text
    assert CATALOGUE.service(SERVICE).text("en").steps[0] in service
    assert NAMES[0]["en"] in service


@pytest.mark.parametrize("path", ["/o/{}", "/o/{}/now", "/o/{}/services/move-in"])
def test_an_office_that_is_none_is_not_found(still: Town, path: str) -> None:
    assert still.get(path.format("f" * 32)).status_code == 404


def test_a_service_that_an_office_has_not_is_not_found(still: Town) -> None:
    assert still.get(f"/o/{still.id_of(0)}/services/nothing").status_code == 404


def test_what_happens_at_an_office_is_told_once_it_was_brought(town: Town) -> None:
    town.branches[0].act(acts.Next())
    town.later(0.2)
    assert "<b>5</b>" in told_of(town, 0)
    town.relay(0)
    town.later(0.2)
    assert "<b>4</b>" in told_of(town, 0)


def test_an_office_not_heard_of_lately_says_as_of_when_and_later_claims_no_number(town: Town) -> None:
    town.later(FRESH_MS / 60_000)
    assert "<b>5</b>" in told_of(town, 0)
    assert "Last heard of" not in told_of(town, 0)
    town.later(1)
    grey = told_of(town, 0)
    assert "Last heard of at 23/11/2026 14:00. This is how it was then." in grey
    assert "<b>5</b>" in grey
    assert not re.search(r"\d+–\d+ min", grey), "minutes are for whoever comes now"
    town.later(LOST_MS / 60_000)
    gone = told_of(town, 0)
    assert "Not heard of since 23/11/2026 14:00: how many wait is not known here." in gone
    assert "<b>5</b>" not in gone
    page = town.get(f"/o/{town.id_of(0)}?lang=en").text
    assert "Waiting:" not in page
    town.relay(0)
    town.later(0.2)
    assert "<b>5</b>" in told_of(town, 0)
    assert "Not heard of since" in told_of(town, 1)


def test_an_office_that_has_nothing_to_bring_is_heard_of_all_the_same(town: Town) -> None:
    town.later(60)
    assert "Not heard of since" in told_of(town, 0)
    town.relay()
    town.later(0.2)
    assert "<b>5</b>" in told_of(town, 0)


def test_after_closing_the_list_says_when_it_opens(town: Town) -> None:
    town.later(4 * 60)
    town.relay()
    town.later(0.2)
    assert "<b>Closed</b> · Opens Tuesday 24 November 2026 08:30" in told_of(town, 0)


def test_of_a_closed_office_in_which_nobody_is_no_noughts_are_told(tmp_path: Path) -> None:
    town = Town(tmp_path, 1)
    town.branches[0].take(1)
    town.branches[0].act(acts.Cancel("B001", "citizen-asked"))
    town.relay()
    assert "Waiting: <b>0</b>" in told_of(town, 0)
    town.later(4 * 60)
    town.relay()
    town.later(0.2)
    assert "<b>Closed</b>" in told_of(town, 0)
    assert "Waiting" not in told_of(town, 0)
    town.close()


def test_an_office_whose_permission_was_withdrawn_is_told_of_no_more(town: Town) -> None:
    office = town.id_of(1)
    with town.centre.ledger.transaction():
        town.centre.ledger.revoke(JournalId(office), town.now)
    town.later(0.2)
    assert office not in town.get("/offices").text
    assert town.get(f"/o/{office}").status_code == 404


def test_an_office_is_found_by_a_part_of_its_name(still: Town) -> None:
    page = still.get("/offices?lang=en&q=phop").text
    assert still.id_of(1) in page
    assert still.id_of(0) not in page
    assert "No office of this name is here." in still.get("/offices?lang=en&q=zzz").text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/offices", "/o/{}"])
def test_a_first_load_is_small(still: Town, path: str, language: str) -> None:
    page = still.get(f"{path.format(still.id_of(0))}?lang={language}").content
    rows = still.get(f"/o/{still.id_of(0)}/now?lang={language}").content
    whole = len(page) + sum(len(still.pages.assets[name].content) for name in ("pages.css", "ticket.js"))
    if path == "/offices":
        whole += 24 * len(told_of(still, 0, language).encode())
    assert len(rows) > 1000
    assert whole <= LARGEST


def test_whoever_has_page_after_page_drawn_is_slowed_down(still: Town) -> None:
    answers = [still.get(f"/offices?q={number}", "203.0.113.9") for number in range(DRAWN + 1)]
    assert [each.status_code for each in answers] == [200] * DRAWN + [429]
    assert still.get("/offices?q=1", "203.0.113.10").status_code == 200


def test_a_centre_whose_own_office_does_nothing_leads_to_its_offices_alone(still: Town) -> None:
    home = still.get("/?lang=my")
    assert (home.status_code, home.headers["location"]) == (307, "/offices?lang=my")
    own = ('href="/?lang=', 'href="/services?', 'href="/audit?')
    for path in ("/offices", "/check", "/nowhere"):
        page = still.get(f"{path}?lang=en").text
        assert [link for link in own if link in page] == [], path
        assert 'href="/offices?lang=en"' in page


def test_an_office_alone_tells_of_itself_as_it_is_this_moment(tmp_path: Path) -> None:
    office = Proved(tmp_path)
    office.take(*range(11, 14))
    named = office.office.ledger.own_named()
    assert named is not None
    page = office.get("/offices?lang=en").text
    assert f'href="/o/{named[0]}?lang=en"' in page
    assert "Waiting: <b>3</b>" in page
    office.office.act(acts.Next())
    assert "Waiting: <b>2</b>" in office.get(f"/o/{named[0]}/now?lang=en").text
    assert office.get("/").status_code == 200
    assert 'href="/audit?lang=en"' in page
    office.close()


# What is told, without pages ------------------------------------------------------------------------------------------


def listed(heard_ms: int | None) -> Listed:
    return Listed("a" * 32, NAMES[0], ZONE, JournalId("b" * 32), Seq(1), None if heard_ms is None else UtcMs(heard_ms))


@pytest.mark.parametrize(
    ("ago_ms", "found"),
    [(0, Age.NOW), (FRESH_MS, Age.NOW), (FRESH_MS + 1, Age.EARLIER), (LOST_MS, Age.EARLIER), (LOST_MS + 1, Age.LOST)],
)
def test_what_is_older_than_its_bound_is_told_as_such(ago_ms: int, found: Age) -> None:
    assert age(UtcMs(TWO - ago_ms), TWO, own=False) is found
    assert age(None, TWO, own=False) is Age.LOST
    assert age(None, TWO, own=True) is Age.NOW


def test_a_queue_of_another_day_is_over(still: Town) -> None:
    live = still.branches[0].live
    hall = Hall(listed(TWO), live)
    assert told(hall, TWO).waiting == 5
    assert told(replace(hall, live=replace(live, day="2026-11-22")), TWO).waiting == 0
    assert told(replace(hall, unclear=True), TWO).waiting is None


def test_a_break_says_when_counters_are_back() -> None:
    around = replace(Hall(listed(TWO)).around, catalogue=CATALOGUE, calendar=CALENDAR)
    noon = UtcMs(TWO - 90 * 60_000)
    seen = told(Hall(listed(noon), Live(), around), noon)
    assert (seen.hours.open, seen.hours.why["en"]) == (True, "Lunch break")
    assert seen.hours.back is not None
    assert f"{seen.hours.back:%H:%M}" == "13:00"
