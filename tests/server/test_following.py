"""A ticket followed on a phone: every way it can stand, as of when, and what a stranger learns (nothing)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from server import acts
from server.following import LATER_S, RECKONED_MS, SOON_S, Standing, standing
from server.reading import Ticket
from sync.body import TicketName
from sync.live import Live
from sync.tickets import Status
from sync.types import JournalId, Seq, UtcMs
from tests.server.audited import DAY, NEXT
from tests.server.device import token
from tests.server.proved import Proved
from tests.server.test_queue import MINUTE


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Proved]:
    """The second day of an office, counter 1 at work."""
    made = Proved(tmp_path)
    made.take(*range(11, 19))
    yield made
    made.close()


def called(office: Proved) -> None:
    office.office.act(acts.Next())


def served(office: Proved) -> None:
    called(office)
    office.office.act(acts.Came())


def missed(office: Proved) -> None:
    called(office)
    office.office.act(acts.NoShow("left-the-hall"))


def parked(office: Proved) -> None:
    served(office)
    office.office.act(acts.Park("copy"))


def done(office: Proved) -> None:
    served(office)
    office.office.act(acts.Finish())


def given_up(office: Proved) -> None:
    office.office.act(acts.Cancel("A011", "citizen-asked"))


def closed(office: Proved) -> None:
    office.office.act(acts.Close())


def night(office: Proved) -> None:
    office.office.later(20 * 60)


WAYS: dict[Callable[[Proved], None], str] = {
    lambda office: None: "Before this number",
    called: 'Called: counter</span> <b class="hero">1</b>',
    served: 'Served at counter</span> <b class="hero">1</b>',
    missed: "and nobody came. Whoever is in the hall again says so",
    parked: "Sent on an errand. Afterwards, say so",
    done: "Served at counter 1, done at",
    given_up: "This number was given up at",
    closed: "No counter at work serves this now.",
    night: "this number is called first on the next working day",
}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_every_way_a_ticket_stands_is_told(office: Proved, way: Callable[[Proved], None]) -> None:
    way(office)
    assert WAYS[way] in office.now("A011")


def test_places_count_down_and_the_range_is_the_displays(office: Proved) -> None:
    assert [ahead(office.now(f"A0{n}")) for n in (11, 12, 18)] == [0, 1, 7]
    html = office.now("A018")
    low, high = (int(each) for each in re.findall(r"(\d+) to (\d+) minutes from now", html)[0])
    assert 0 < low < high
    assert "Counters at work for it: <b>1</b>" in html
    called(office)
    office.office.now = UtcMs(office.office.now + RECKONED_MS)
    assert ahead(office.now("A018")) == 6


def ahead(html: str) -> int:
    found = re.search(r'id="ahead">(\d+)<', html)
    assert found is not None, html
    return int(found[1])


def test_a_place_stands_a_moment_and_says_as_of_when_but_a_call_is_told_at_once(office: Proved) -> None:
    path = f"/t/{token('A012').hex()}/now?lang=en"
    first = office.get(path)
    office.office.now = UtcMs(office.office.now + RECKONED_MS - 1)
    called(office)
    again = office.get(path)
    assert again.text == first.text
    assert again.headers["scorecard-as-of"] == first.headers["scorecard-as-of"]
    office.office.act(acts.Came())
    office.office.act(acts.Next())
    told = office.get(path)
    assert "Called: counter" in told.text
    assert told.headers["scorecard-as-of"] != first.headers["scorecard-as-of"]


def test_whoever_is_near_looks_more_often_and_whoever_is_done_no_more(office: Proved) -> None:
    def again(label: str) -> int:
        return int(office.get(f"/t/{token(label).hex()}/now").headers["scorecard-again"])

    assert (again("A018"), again("A012")) == (LATER_S, SOON_S)
    done(office)
    assert again("A011") == 0
    page = office.get(f"/t/{token('A018').hex()}?lang=en").text
    assert f'<noscript><meta http-equiv="refresh" content="{LATER_S}"></noscript>' in page
    assert "refresh" not in office.get(f"/t/{token('A011').hex()}?lang=en").text


def test_without_a_calendar_nothing_is_guessed(office: Proved) -> None:
    office.around = replace(office.around, calendar=None)
    html = office.now("A018")
    assert "This number waits." in html
    assert "minutes from now" not in html


def test_tickets_of_other_days_and_of_no_queue_are_told_apart() -> None:
    name = TicketName(JournalId("a" * 32), Seq(4))
    ticket = Ticket("A001", DAY, ("tax",), None, None, "W" * 16, name)
    assert standing(Live(day=NEXT), ticket, NEXT) == Standing("past")
    assert standing(Live(day=DAY), ticket, DAY) == Standing("not-yet")
    assert Standing("past").again_s is None
    assert Standing("not-yet").again_s == LATER_S
    assert {Standing(each.value).again_s for each in Status} == {None, SOON_S, LATER_S}


def test_a_ticket_that_came_back_says_that_others_go_first(office: Proved) -> None:
    missed(office)
    office.office.act(acts.Back("A011"))
    assert "Back in the queue: some others are called before." in office.now("A011")


def test_a_wait_beyond_closing_is_told_as_such(office: Proved) -> None:
    office.office.now = UtcMs(office.office.now + 6 * 60 * MINUTE)
    office.office.act(acts.Close())
    office.office.act(acts.Open())
    assert "This may go beyond closing." in office.now("A018")


@pytest.mark.parametrize("path", ["/t/{}/now", "/t/{}/later", "/t/{}/now/"])
def test_unknown_tokens_are_answered_as_any_page_that_is_not_there(office: Proved, path: str) -> None:
    answers = [office.get(path.format(each)) for each in ("0" * 32, "short", "f" * 32)]
    answers.append(office.get("/nothing"))
    assert {each.status_code for each in answers} == {404}
    assert len({each.content for each in answers}) == 1
