"""Places from phones after an office was restored from an old copy: those that the record tells of are good."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from server import acts
from server.online_counts import counted
from server.pages import Pages
from server.takeup import restating
from sync.audit_terms import Wrong
from sync.online import Place, Void
from sync.online_code import code_hash, code_of
from sync.types import UtcMs
from tests.server.conftest import ZONE
from tests.server.device import DAY, Device
from tests.server.restoring import Hall, Mirrored
from tests.server.test_online import admissions, asked, come, token
from tests.server.test_online_page import Phones
from tests.server.test_queue import MINUTE
from tests.server.test_restored import named, violations
from tests.server.test_restored_audit import audit, say
from tests.server.test_services_page import NAMES

pytestmark = pytest.mark.sqlite  # a copy is put back


class Asked:
    """An office with one counter at work; `n` gives a place's token: `early` was asked for before the copy was made,
    `late` behind it, and somebody has come with `used` since."""

    def __init__(self, folder: Path) -> None:
        (folder / "first").mkdir()
        self.office = Hall(folder / "first")
        self.kiosk: Device = self.office.pair(1)
        self.office.hear(self.kiosk)
        self.office.act(acts.Open())
        self.secret = self.office.ledger.own_secret
        # Low digits, for the office finds them by trying: a test need not wait for all million.
        low = (n for n in count() if int(code_of(token(n), self.secret)) < 20_000)
        self.n_early, self.n_late, self.n_used = next(low), next(low), next(low)
        self.early = asked(self.office, self.n_early)
        self.copy = self.office.copy(folder / "copy")
        self.sent = self.kiosk.sent
        self.office.later(1)
        self.late, self.used = asked(self.office, self.n_late), asked(self.office, self.n_used)
        self.office.later(10)
        come(self.office, self.kiosk, 1, self.used, 11)
        self.office.hear(self.kiosk)
        self.mirror = Mirrored.of(self.office)
        self.before = self.office.live

    def restore(self, *, back: bool = True) -> Hall:
        """The office starts from the copy, and its kiosk gives back what is missing, or has nothing of it."""
        self.office.later(1)
        self.office = self.office.restored(self.copy)
        self.kiosk.sent = self.sent
        self.office.asked(self.mirror)
        self.office.hear(self.kiosk)
        if back:
            self.office.give_back(self.kiosk, self.mirror)
        else:
            self.office.go_on()
        return self.office

    def typed(self, n: int) -> str | None:
        """The place that a kiosk knows by the digits on this phone, from the journal that the office writes now."""
        digits = code_of(token(n), self.secret)
        return self.office.live.online.by_code(code_hash(digits, DAY, self.office.ledger.own_secret))

    def page(self, n: int) -> tuple[int, str]:
        """The page that is open on this phone."""
        answer = Phones(self.office).get(f"/p/{token(n)}?lang=en")
        return answer.status_code, answer.text


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Asked]:
    made = Asked(tmp_path)
    yield made
    made.office.close()


def bare(places: dict[str, Place]) -> dict[str, Place]:
    return {name: replace(each, code="") for name, each in places.items()}


def test_a_code_on_a_phone_is_good_after_the_record_came_back(story: Asked) -> None:
    first = named(story.office)
    office = story.restore()
    assert named(office) != first
    assert (story.typed(story.n_early), story.typed(story.n_late)) == (story.early, story.late)
    assert story.typed(story.n_used) == story.used
    assert bare(dict(office.live.online.places)) == bare(dict(story.before.online.places))
    digits = code_of(token(story.n_late), story.secret)
    status, page = story.page(story.n_late)
    assert (status, f"{digits[:3]} {digits[3:]}" in page) == (200, True), "the phone shows the digits that it had"
    office.later(1)
    come(office, story.kiosk, 2, story.late, 1)
    office.hear(story.kiosk)
    last = admissions(office)[-1]
    assert (last.place, last.how, last.void) == (story.late, "online", None)
    assert violations(office) == []


def test_control_before_it_is_back_no_code_and_no_page_is_known(story: Asked) -> None:
    office = story.office.restored(story.copy)
    story.office = office
    office.asked(story.mirror)
    assert story.typed(story.n_late) is None
    assert story.page(story.n_late)[0] == 404


def test_whoever_had_come_is_told_so_and_counts_as_before(story: Asked) -> None:
    office = story.restore()
    (ticket,) = office.live.tickets.values()
    (before,) = story.before.tickets.values()
    assert (ticket.since_ms, ticket.came_ms) == (before.since_ms, before.came_ms)
    assert ticket.came_ms is not None
    status, page = story.page(story.n_used)
    assert (status, "Its waiting counts from" in page) == (200, True)
    db = office.ledger.publications.db
    assert counted(db, "", named(office), DAY, DAY) == {"register": {"counted": 1, "void": 0, "unused": 2}}
    assert audit(office).audit.totals.online == {"counted": 1, "nobody-came": 2}


def test_where_nobody_has_it_the_citizen_and_the_audit_are_told(story: Asked) -> None:
    office = story.restore(back=False)
    assert (story.typed(story.n_early), story.typed(story.n_late)) == (story.early, None)
    assert story.page(story.n_late)[0] == 404
    assert "it may be lost: please take a number at a kiosk" in Pages(NAMES, ZONE).missing("en")
    office.later(1)
    come(office, story.kiosk, 2, story.late, 1)
    office.hear(story.kiosk)
    assert admissions(office)[-1].void == Void.UNKNOWN
    said = say(audit(office))
    assert "Places from phones that were asked for in that time are not known" in said


def test_a_day_on_which_nothing_was_lost_says_nothing_of_places(story: Asked) -> None:
    assert "Places from phones" not in say(audit(story.office)), "control"


def test_a_place_that_is_restated_otherwise_or_left_out_is_named(story: Asked) -> None:
    office = story.restore()
    digits = {name: ("", named(office)) for name in office.live.online.places}
    truth, name = office.live, story.late
    earlier = replace(truth.online.places[name], asked_ms=UtcMs(truth.online.places[name].asked_ms - 5 * MINUTE))
    lie = replace(truth, online=replace(truth.online, places={**truth.online.places, name: earlier}))
    office.write(*restating(lie, office.now, digits=digits))
    assert Wrong.RESTATED_OTHERWISE in violations(office)


def test_control_the_truth_said_again_is_not_named(story: Asked) -> None:
    office = story.restore()
    digits = {name: ("", named(office)) for name in office.live.online.places}
    office.write(*restating(office.live, office.now, digits=digits))
    assert Wrong.RESTATED_OTHERWISE not in violations(office)
    del digits[story.late]
    office.write(*restating(office.live, office.now, digits=digits))
    assert Wrong.RESTATED_OTHERWISE in violations(office), "whoever is left out"
