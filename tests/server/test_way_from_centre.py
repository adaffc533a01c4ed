"""What a centre publishes reaches its offices and becomes theirs: proven, once, whatever is restarted or restored."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from server import published
from server.fold_published import CALENDAR, CATALOGUE
from server.lens import see_own
from server.offices import kept
from server.publishing import (
    By,
    choose_catalogue,
    publish_calendar,
    publish_catalogue,
    publish_notice,
    withdraw_notice,
)
from server.relay_outbox import carried
from server.stores import FILE
from server.way_down import FILE as CENTRE_DB
from server.way_down import UNPROVEN, WayDown
from sync import codec, verify, wire
from sync.calendar import Special
from sync.chain import START, Position, extend
from sync.codec import Fact
from sync.facts import draft
from sync.facts_published import CENTRE, OFFICE, CataloguePublished
from sync.judge import Accept, KnownJournal, Refuse, judge
from sync.keys import DeviceKey
from sync.publication import sealed_calendar
from sync.services import Catalogue
from sync.types import Chain, Seq
from sync.wire import Batch
from tests.server.places import reader_of
from tests.server.publishing_centre import CENTRE_KEY, FOR_ALL, Centre, Office
from tests.server.publishing_office import CALENDAR as HOURS
from tests.server.publishing_office import CATALOGUE as SERVICES
from tests.server.publishing_office import CHIEF, at, dearer, notice

FLOOD = {date(2026, 12, 8): Special((), {"th": "น้ำท่วม", "en": "Flood", "my": "ရေကြီး"})}
SONGKRAN = {"th": "สงกรานต์", "en": "Songkran", "my": "သင်္ကြန်"}


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = Centre(tmp_path / "centre")
    yield made
    made.end()


@pytest.fixture
def office(tmp_path: Path, centre: Centre) -> Iterator[Office]:
    made = Office(tmp_path / "office", centre)
    yield made
    made.end()


def fees(office: Office) -> list[tuple[int, object, bool]]:
    """(version, the first service's fee, whether it came from the centre), the oldest first."""
    db = office.ledger.publications.db
    found = [(each, published.catalogue_at(db, each)) for each in published.history(db, CATALOGUE)]
    return [(each.number, whole.services[0].fee, each.source is not None) for each, whole in found[::-1]]


def names(office: Office) -> list[str]:
    return [each.notice for each in office.ledger.publications.notices()]


def publish(centre: Centre, found: Catalogue, after: int, by: By = FOR_ALL) -> None:
    with centre.ledger.transaction():
        publish_catalogue(centre.ledger, found, after, by, at())


# Whole, once ----------------------------------------------------------------------------------------------------------


def test_what_the_centre_published_for_all_became_the_offices_own(centre: Centre, office: Office) -> None:
    publish(centre, SERVICES, 0)
    office.run()
    assert fees(office) == [(1, SERVICES.services[0].fee, True)]
    found = office.ledger.publications.catalogue()
    assert found is not None
    assert found[1] == SERVICES
    verdict = verify.verify(office.folder / CENTRE_DB)
    assert (verdict.problem, verdict.journal_id) == (None, found[0].source and found[0].source.journal)


def test_it_asked_seldom_and_took_nothing_up_twice(centre: Centre, office: Office) -> None:
    publish(centre, SERVICES, 0)
    office.run(1)
    assert 25 <= centre.asked <= 35
    assert len(fees(office)) == 1


def test_some_offices_only_were_meant(centre: Centre, office: Office, other: Office) -> None:
    publish(centre, SERVICES, 0)
    publish(centre, dearer(), 1, By("s0000000c", None, (other.id,)))
    office.run()
    other.run()
    assert fees(office) == [(1, SERVICES.services[0].fee, True)]
    assert fees(other) == [(1, 99_00, True)], "of what was outstanding the newest alone"


@pytest.fixture
def other(tmp_path: Path, centre: Centre) -> Iterator[Office]:
    """Another office of the same centre."""
    made = Office(tmp_path / "other", centre, DeviceKey(b"q" * 32, b"r" * 32))
    yield made
    made.end()


def test_an_office_that_was_away_for_days_caught_up_with_the_newest(centre: Centre, office: Office) -> None:
    office.run()
    centre.reachable = False
    for number in range(4):
        publish(centre, dearer(fee=10_00 + number), number)
    centre.do(publish_notice, notice("old"), FOR_ALL)
    centre.do(withdraw_notice, "old", FOR_ALL)
    centre.do(publish_notice, notice("new", until_ms=at().now_ms + 9 * 24 * 3_600_000), FOR_ALL)
    office.run(72)
    assert office.told[-1] is not None
    assert fees(office) == []
    centre.reachable = True
    office.run(1)
    assert (fees(office), names(office)) == ([(1, 10_03, True)], ["new"])
    assert office.told[-1] is None


def test_a_restart_of_either_side_changed_nothing(centre: Centre, office: Office) -> None:
    publish(centre, SERVICES, 0)
    office.run()
    centre.restart()
    office.restart()
    office.run()
    publish(centre, dearer(), 1)
    office.restart()
    office.run()
    assert [each[:2] for each in fees(office)] == [(1, SERVICES.services[0].fee), (2, 99_00)]


def test_what_was_fetched_before_a_stop_was_taken_up_after_it(centre: Centre, office: Office) -> None:
    publish(centre, SERVICES, 0)
    office.stands_still = True
    office.run()
    assert fees(office) == []
    centre.reachable = office.stands_still = False
    office.restart()
    office.run()
    assert len(fees(office)) == 1


# Proven ---------------------------------------------------------------------------------------------------------------


class Trusting(WayDown):
    """Control: no fork check on the way down. It takes whatever rows come behind what it has."""

    def _judged(self, batch: Batch, known: KnownJournal) -> Accept | Refuse:
        alone = replace(known, received=replace(START, seq=batch.after, chain=batch.previous))
        verdict = judge(batch, alone)
        return (
            verdict
            if isinstance(verdict, Accept) and known.received.seq == batch.after
            else Refuse(wire.refuse(wire.GAP, "not the next", "Wait."))
        )


def other_history(batch: Batch) -> Batch:
    """Signed by the centre's own key, as a restored or a cloned centre would: another past, a made-up catalogue."""
    if not batch.rows:
        return batch
    plain = codec.decode(batch.rows[-1])
    made = draft(CataloguePublished(at().now_ms, 9, "0" * 64, {"services": []}))
    row = codec.encode(Fact(plain.seq, made.kind, made.version, plain.boot_id, plain.boottime_ms, made.body))
    before = Position(Seq(plain.seq - 1), Chain(b"\x01" * 32))
    end = extend(SECRET[0], before, row)
    return wire.sign_batch(batch.journal_id, before, end, (row,), CENTRE_KEY.sign)


SECRET: list[bytes] = []


def mixes_histories(folder: Path, kind: type[WayDown]) -> bool:
    """Whether facts of another history got into the copy of the centre's journal."""
    folder.mkdir()
    centre = Centre(folder / "centre")
    office = Office(folder / "office", centre, kind=kind)
    try:
        publish(centre, SERVICES, 0)
        office.run()
        secret = centre.ledger.publications.db.execute("SELECT secret FROM journals WHERE own < 0").fetchone()[0]
        SECRET[:] = [secret]
        publish(centre, dearer(), 1)
        centre.lie = other_history
        office.run()
        verdict = verify.verify(office.folder / CENTRE_DB)
        return verdict.problem is not None
    finally:
        office.end()
        centre.end()


def test_another_history_of_the_centre_was_refused_as_a_whole(tmp_path: Path) -> None:
    assert not mixes_histories(tmp_path / "good", WayDown)
    assert mixes_histories(tmp_path / "bad", Trusting), "no fork check on the way down has to be caught"


def test_the_office_said_why_nothing_came_and_went_on_with_what_it_had(centre: Centre, office: Office) -> None:
    publish(centre, SERVICES, 0)
    office.run()
    centre.lie = lambda batch: replace(batch, head=replace(batch.head, signature=bytes(64)))
    publish(centre, dearer(), 1)
    office.run()
    said = office.told[-1]
    assert said is not None
    assert (said.code, "does not prove itself" in said.text) == (UNPROVEN, True)
    assert len(fees(office)) == 1
    centre.lie = lambda batch: batch
    office.run(1)
    assert len(fees(office)) == 2
    assert office.told[-1] is None


@pytest.mark.sqlite
def test_a_centre_restored_from_an_old_copy_went_on_in_a_new_journal(
    tmp_path: Path, centre: Centre, office: Office
) -> None:
    publish(centre, SERVICES, 0)
    office.run()
    copy = centre.copy(tmp_path / "copy")
    publish(centre, dearer(), 1)
    office.run()
    before = office.ledger.publications.history(CATALOGUE)[0].source
    centre.restart(copy)
    publish(centre, dearer(fee=50_00), 1)
    office.run(1)
    after = office.ledger.publications.history(CATALOGUE)[0].source
    assert [each[1] for each in fees(office)] == [SERVICES.services[0].fee, 99_00, 50_00]
    assert before is not None
    assert after is not None
    assert before.journal != after.journal
    rows = centre.ledger.publications.db.execute("SELECT count(*) FROM journals WHERE own < 0").fetchone()
    assert rows == (2,), "once for each loss"
    assert not centre.ledger.lost.is_missing(), "the centre's own queue does not stand still for it"


@pytest.mark.sqlite
def test_a_centre_restored_to_before_it_knew_the_journal_went_on_too(
    tmp_path: Path, centre: Centre, office: Office
) -> None:
    copy = centre.copy(tmp_path / "copy")
    publish(centre, SERVICES, 0)
    office.run()
    centre.restart(copy)
    publish(centre, dearer(), 0)
    office.run(1)
    assert [each[1] for each in fees(office)] == [SERVICES.services[0].fee, 99_00]


def test_a_lost_copy_at_the_office_was_fetched_again_and_nothing_was_published_twice(
    centre: Centre, office: Office
) -> None:
    publish(centre, SERVICES, 0)
    office.run()
    office.way.close()
    for path in office.folder.glob(f"{CENTRE_DB}*"):
        path.unlink()
    office.restart()
    office.run()
    assert len(fees(office)) == 1


# Which wins -----------------------------------------------------------------------------------------------------------


def test_a_version_of_the_centre_took_the_place_of_the_offices_until_the_office_chose_its_own(
    centre: Centre, office: Office
) -> None:
    with office.ledger.transaction():
        publish_catalogue(office.ledger, dearer(fee=1_00), 0, CHIEF, at())
    publish(centre, dearer(fee=2_00), 0)
    office.run()
    with office.ledger.transaction():
        publish_catalogue(office.ledger, dearer(fee=3_00), 2, CHIEF, at())
    office.run()
    assert [each[1] for each in fees(office)] == [1_00, 2_00, 3_00], "until the centre publishes again"
    with office.ledger.transaction():
        choose_catalogue(office.ledger, OFFICE, "s00000001", at())
    publish(centre, dearer(fee=4_00), 1)
    office.run()
    assert fees(office)[-1] == (3, 3_00, False)
    with office.ledger.transaction():
        choose_catalogue(office.ledger, CENTRE, "s00000001", at())
    office.run()
    assert fees(office)[-1] == (4, 4_00, True)


def test_who_went_back_to_the_centre_got_its_version_again(centre: Centre, office: Office) -> None:
    publish(centre, dearer(fee=2_00), 0)
    office.run()
    with office.ledger.transaction():
        choose_catalogue(office.ledger, OFFICE, "s00000001", at())
        publish_catalogue(office.ledger, dearer(fee=3_00), 1, CHIEF, at())
    office.run()
    with office.ledger.transaction():
        choose_catalogue(office.ledger, CENTRE, "s00000001", at())
    office.run()
    assert fees(office) == [(1, 2_00, True), (2, 3_00, False), (3, 2_00, True)]


def test_holidays_of_the_centre_stood_beside_the_days_that_the_office_declared(centre: Centre, office: Office) -> None:
    own = sealed_calendar(replace(HOURS, special=FLOOD, counters=7))
    with office.ledger.transaction():
        publish_calendar(office.ledger, own, 0, CHIEF, at())
    theirs = sealed_calendar(replace(HOURS, holidays={date(2027, 4, 13): SONGKRAN}, special={}, counters=1))
    centre.do(publish_calendar, theirs, 0, FOR_ALL)
    office.run()
    found = office.ledger.publications.calendar()
    assert found is not None
    assert (found[0].number, found[1].counters, dict(found[1].special)) == (2, 7, FLOOD)
    assert found[1].holidays[date(2027, 4, 13)] == SONGKRAN
    assert set(HOURS.holidays) <= set(found[1].holidays)
    centre.do(publish_calendar, sealed_calendar(replace(theirs, holidays={date(2027, 4, 14): SONGKRAN})), 1, FOR_ALL)
    office.run()
    later = office.ledger.publications.calendar()
    assert later is not None
    assert date(2027, 4, 13) not in later[1].holidays
    assert date(2027, 4, 14) in later[1].holidays
    assert len(office.ledger.publications.history(CALENDAR)) == 3


def test_an_office_without_hours_took_those_of_the_centre(centre: Centre, office: Office) -> None:
    centre.do(publish_calendar, HOURS, 0, FOR_ALL)
    office.run()
    found = office.ledger.publications.calendar()
    assert found is not None
    assert found[1] == HOURS


def test_a_notice_of_the_centre_stood_as_long_as_it_did_there(centre: Centre, office: Office) -> None:
    with office.ledger.transaction():
        publish_notice(office.ledger, notice("ours"), CHIEF, at())
    centre.do(publish_notice, notice("theirs"), FOR_ALL)
    office.run()
    assert names(office) == ["ours", "theirs"]
    centre.do(publish_notice, notice("theirs", level="urgent"), FOR_ALL, seconds=5)
    office.run()
    assert [each.level for each in office.ledger.publications.notices()] == ["information", "urgent"]
    centre.do(withdraw_notice, "theirs", FOR_ALL, seconds=9)
    office.run()
    assert names(office) == ["ours"]


def test_what_this_release_cannot_take_up_was_refused_on_the_record_once(centre: Centre, office: Office) -> None:
    publish(centre, SERVICES, 0)
    office.run()
    broken = CataloguePublished(at().now_ms, 2, "0" * 64, {"services": "of the next release"}, None, None, ())
    with centre.ledger.transaction():
        centre.ledger.append([broken], at().instant)
    office.run()
    office.restart()
    office.run()
    assert len(fees(office)) == 1
    (why,) = office.refusals()
    assert "no catalogue of this release" in why
    publish(centre, dearer(), 2)
    office.run()
    assert len(fees(office)) == 2


# Nobody else ----------------------------------------------------------------------------------------------------------


def test_the_journals_for_offices_are_no_machines_and_no_pages_of_the_centre(centre: Centre, office: Office) -> None:
    publish(centre, SERVICES, 0)
    office.run()
    with closing(reader_of(centre.folder / FILE)) as db:
        (found,) = kept(db)
        assert found.machines == 0
        assert [each.own for each in carried(db)] == [1]
        assert db.execute("SELECT count(*) FROM published").fetchone() == (2,)
    with closing(reader_of(centre.folder / FILE, see_own)) as db:
        assert db.execute("SELECT count(*) FROM published").fetchone() == (1,)
    assert centre.ledger.own_named() is not None
    assert len(centre.ledger.paired()) == 1


def test_the_office_relays_what_it_took_up_and_not_the_copy_of_the_centres_journal(
    centre: Centre, office: Office
) -> None:
    publish(centre, SERVICES, 0)
    office.run()
    with closing(reader_of(office.folder / FILE)) as db:
        assert [each.own for each in carried(db)] == [1]


def test_an_office_that_was_withdrawn_got_nothing_more(centre: Centre, office: Office) -> None:
    named = office.ledger.own_named()
    assert named is not None
    with centre.ledger.transaction():
        centre.ledger.revoke(named[0], at().now_ms)
    publish(centre, SERVICES, 0)
    office.run()
    assert fees(office) == []
    said = office.told[-1]
    assert said is not None
    assert said.code == wire.REVOKED
