"""Publishing at an office: whole, in order, one at a time; read back newest first."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from server import published
from server.errors import ActRefused
from server.fold_published import CATALOGUE
from server.giveback import begin_anew
from server.ledger import Ledger
from server.lens import see_own
from server.publishing import (
    Drawable,
    choose_catalogue,
    publish_calendar,
    publish_catalogue,
    publish_notice,
    withdraw_notice,
)
from server.stores import FILE
from sync.errors import CalendarError, CatalogueError
from sync.facts_published import CENTRE, OFFICE
from sync.types import Chain, Seq, UtcMs
from sync.wire import Head
from tests.server import publishing_office as office
from tests.server.desk import KEY
from tests.server.device import seeded
from tests.server.places import reader_of
from tests.server.publishing_office import CALENDAR, CHIEF, HOUR, at, dearer, notice, opened
from tests.server.state import contents


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = opened(tmp_path)
    yield made
    made.close()


def refused(code: str) -> pytest.RaisesExc[ActRefused]:
    return pytest.raises(ActRefused, check=lambda error: error.code == code)


def test_versions_were_counted_and_the_newest_was_read_back(ledger: Ledger, tmp_path: Path) -> None:
    with ledger.transaction():
        first = publish_catalogue(ledger, office.CATALOGUE, 0, CHIEF, at())
    with ledger.transaction():
        second = publish_catalogue(ledger, dearer(), 1, CHIEF, at(60))
    assert (first.number, second.number, second.staff) == (1, 2, "s00000001")
    with closing(reader_of(tmp_path / FILE, see_own)) as db:
        assert [each.number for each in published.history(db, CATALOGUE)] == [2, 1]
        found = published.newest_catalogue(db)
        assert found is not None
        assert found[1].services[0].fee == 99_00
        assert published.catalogue_at(db, first) == office.CATALOGUE
        assert published.newest_calendar(db) is None


def test_of_two_who_published_at_once_the_second_was_told(ledger: Ledger) -> None:
    with ledger.transaction():
        publish_catalogue(ledger, office.CATALOGUE, 0, CHIEF, at())
    with ledger.transaction(), refused("published-meanwhile"):
        publish_catalogue(ledger, dearer(), 0, CHIEF, at(1))
    with ledger.transaction(), refused("nothing-new"):
        publish_catalogue(ledger, office.CATALOGUE, 1, CHIEF, at(2))
    assert len(ledger.publications.history(CATALOGUE)) == 1


def test_what_was_incomplete_or_cannot_be_drawn_was_refused_with_everything_that_is_wrong(ledger: Ledger) -> None:
    first, *rest = office.CATALOGUE.services
    texts = {**first.texts, "my": replace(first.texts["my"], name="", hours="…")}
    broken = replace(office.CATALOGUE, services=(replace(first, texts=texts, accent="mauve"), *rest))
    with ledger.transaction(), pytest.raises(CatalogueError) as caught:
        publish_catalogue(ledger, broken, 0, CHIEF, at(), Drawable(("teal", "indigo", "terracotta", "plum", "moss")))
    assert len(str(caught.value).split("\n")) == 3
    assert ledger.publications.newest(CATALOGUE) is None


def test_hours_of_a_service_that_the_catalogue_does_not_have_were_refused(ledger: Ledger) -> None:
    strange = replace(CALENDAR, services={"circus": (None,) * 6 + ((),)})
    with ledger.transaction():
        publish_catalogue(ledger, office.CATALOGUE, 0, CHIEF, at())
        with pytest.raises(CalendarError, match="no service `circus`"):
            publish_calendar(ledger, strange, 0, CHIEF, at())
        assert publish_calendar(ledger, CALENDAR, 0, CHIEF, at()).number == 1
    found = ledger.publications.calendar()
    assert found is not None
    assert found[1] == CALENDAR


def test_a_catalogue_that_no_row_can_hold_was_refused(ledger: Ledger) -> None:
    service = office.CATALOGUE.services[0]
    many = tuple(replace(service, id=f"service-{number}") for number in range(300))
    group = office.CATALOGUE.group_of(service)
    assert group is not None
    with ledger.transaction(), refused("too-large"):
        publish_catalogue(ledger, replace(office.CATALOGUE, services=many, groups=(group,)), 0, CHIEF, at())


def test_a_notice_stood_until_it_was_withdrawn_or_over(ledger: Ledger) -> None:
    with ledger.transaction():
        publish_notice(ledger, notice(), CHIEF, at())
        publish_notice(ledger, notice("n2", level="urgent", places=("Hall 2",)), CHIEF, at())
        publish_notice(ledger, notice(level="urgent"), CHIEF, at(1))
    first, second = sorted(ledger.publications.notices(), key=lambda each: each.notice)
    assert (first.level, second.places) == ("urgent", ("Hall 2",))
    assert first.is_told(at().now_ms)
    assert not first.is_told(UtcMs(at().now_ms + HOUR))
    with ledger.transaction():
        withdraw_notice(ledger, "n1", CHIEF, at(2))
    assert [each.notice for each in ledger.publications.notices()] == ["n2"]
    with ledger.transaction(), refused("notice-gone"):
        withdraw_notice(ledger, "n1", CHIEF, at(3))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"texts": {"th": "ปิด", "en": "Closed"}}, "notice-text"),
        ({"texts": {"th": "Closed", "en": "Closed", "my": "Closed"}}, "notice-text"),
        ({"texts": office.TEXTS | {"en": "Two\nlines"}}, "notice-text"),
        ({"texts": office.TEXTS | {"en": "x" * 161}}, "notice-text"),
        ({"level": "red"}, "notice-level"),
        ({"until_ms": UtcMs(at().now_ms)}, "notice-time"),
        ({"until_ms": UtcMs(at().now_ms + 401 * 24 * HOUR)}, "notice-time"),
    ],
)
def test_a_notice_that_would_not_do_was_refused(ledger: Ledger, changed: dict[str, object], code: str) -> None:
    with ledger.transaction(), refused(code):
        publish_notice(ledger, replace(notice(), **changed), CHIEF, at())  # type: ignore[arg-type]


def test_no_more_notices_stood_at_one_time_than_anybody_reads(ledger: Ledger) -> None:
    with ledger.transaction():
        for number in range(5):
            publish_notice(ledger, notice(f"n{number}"), CHIEF, at())
        with refused("notices-many"):
            publish_notice(ledger, notice("n5"), CHIEF, at())
        publish_notice(ledger, notice("n4", level="urgent"), CHIEF, at())


def test_the_office_said_whose_catalogue_holds(ledger: Ledger) -> None:
    assert ledger.publications.chosen() == CENTRE
    with ledger.transaction():
        choose_catalogue(ledger, OFFICE, "s00000001", at())
        assert ledger.publications.chosen() == OFFICE
        with refused("nothing-new"):
            choose_catalogue(ledger, OFFICE, "s00000001", at())


def test_a_rebuild_gave_the_same_versions(ledger: Ledger, tmp_path: Path) -> None:
    with ledger.transaction():
        publish_catalogue(ledger, office.CATALOGUE, 0, CHIEF, at())
        publish_calendar(ledger, CALENDAR, 0, CHIEF, at())
        publish_notice(ledger, notice(), CHIEF, at())
        choose_catalogue(ledger, OFFICE, "s00000001", at())
    before = contents(tmp_path / FILE)
    assert len(before["published"]) == 4
    ledger.rebuild()
    assert contents(tmp_path / FILE) == before


@pytest.mark.sqlite
def test_a_restored_office_said_in_its_new_journal_what_holds(ledger: Ledger, tmp_path: Path) -> None:
    with ledger.transaction():
        publish_catalogue(ledger, office.CATALOGUE, 0, CHIEF, at())
        publish_catalogue(ledger, dearer(), 1, CHIEF, at(1))
        publish_calendar(ledger, CALENDAR, 0, CHIEF, at(2))
        publish_notice(ledger, notice("gone"), CHIEF, at(3))
        publish_notice(ledger, notice(), CHIEF, at(3))
        withdraw_notice(ledger, "gone", CHIEF, at(4))
        choose_catalogue(ledger, OFFICE, "s00000001", at(5))
    named = ledger.own_named()
    assert named is not None
    lost = Head(Seq(99), Chain(b"\x07" * 32), bytes(64))
    with ledger.transaction():
        assert begin_anew(ledger, KEY, seeded(70), at(6).instant, named[0], lost, at().now_ms)
    after = ledger.own_named()
    assert after is not None
    rows = ledger.publications.db.execute("SELECT what FROM published WHERE journal_id = ? ORDER BY seq", after[:1])
    assert sorted(row[0] for row in rows) == ["calendar", "catalogue", "choice", "notice"]
    assert [each.number for each in ledger.publications.history(CATALOGUE)] == [2, 1]
    assert ledger.publications.history(CATALOGUE)[0].journal == after[0]
    assert [each.notice for each in ledger.publications.notices()] == ["n1"]
    assert ledger.publications.chosen() == OFFICE
