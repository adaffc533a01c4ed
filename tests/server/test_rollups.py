"""The figures of each day: what a day's facts say, whatever comes late, and the same after a rebuild."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server import acts
from server.change import Change
from server.database import Db
from server.fold_figures import OPEN_DAY, after, condensed
from server.ledger import Ledger
from server.rollups import marked, office_of, read_cells, reckon, standards_on
from server.sla import Cell, total
from server.stores import FILE
from sync.body import TicketName
from sync.facts import CatalogueAdopted, DayOpened
from sync.facts_office import TicketCalled
from sync.types import JournalId, Seq, UtcMs
from tests.faults.centre_habits import Keep, Killed, in_one, in_two
from tests.server.audited import NEXT, Worked
from tests.server.conftest import ZONE, opened
from tests.server.device import CATALOGUE, DAY, NOON, Device, anchor, score
from tests.server.places import reader_of
from tests.server.test_audit_acts import Day
from tests.server.test_queue import take
from tests.server.test_restored import Story


def published(minutes: int) -> CatalogueAdopted:
    """The catalogue, with each service within so many minutes."""
    services = [{**each, "minutes": minutes} for each in CATALOGUE.catalogue["services"]]
    return replace(CATALOGUE, catalogue={**CATALOGUE.catalogue, "services": services})


def made(folder: Path, ledger: Ledger) -> int:
    """Make the figures of every marked day anew; of how many they changed."""
    changed = 0
    with closing(reader_of(folder / FILE)) as db:
        for office, day in marked(db):
            figures = reckon(db, office, day, ZONE)
            with ledger.transaction():
                changed += ledger.rollups.store(figures, UtcMs(NOON))
    return changed


def kept(folder: Path) -> dict[str, Any]:
    """Everything that is kept, but when and how often it was made."""
    with closing(reader_of(folder / FILE)) as db:
        rows = db.execute("SELECT * FROM rollups ORDER BY 1, 2, 3, 4, 5").fetchall()
        days = db.execute("SELECT office, day, at_work, by_hand FROM figures").fetchall()
        return {
            "rollups": rows,
            "figures": days,
            "sums": db.execute("SELECT * FROM sums ORDER BY 1, 2, 3, 4").fetchall(),
        }


def figures(folder: Path, day: str = DAY) -> Cell:
    with closing(reader_of(folder / FILE)) as db:
        return total(cell for _, _, cell in read_cells(db, named(db), day, day))


def named(db: Db) -> str:
    """What the office is called."""
    office = office_of(db)
    assert office is not None
    return office


def revisions(folder: Path) -> dict[str, int]:
    with closing(reader_of(folder / FILE)) as db:
        return dict(db.execute("SELECT day, revision FROM figures"))


@pytest.mark.parametrize("seed", range(3))
def test_made_as_the_days_grow_they_are_what_a_rebuild_makes_of_them(tmp_path: Path, seed: int) -> None:
    day = opened(Day(tmp_path, seed))
    for _ in range(6):
        day.live(25)
        made(tmp_path, day.office.ledger)
    made(tmp_path, day.office.ledger)
    grown, before = kept(tmp_path), revisions(tmp_path)
    assert figures(tmp_path).visits > 5
    day.office.ledger.rebuild()
    with closing(reader_of(tmp_path / FILE)) as db:
        assert [day for _, day in marked(db)] == sorted(before)
    assert made(tmp_path, day.office.ledger) == 0
    assert (kept(tmp_path), revisions(tmp_path)) == (grown, before)


def test_control_what_was_kept_of_a_day_that_was_never_marked_again_is_old(tmp_path: Path) -> None:
    """Without the marks of the fold the same days would differ from a rebuild."""
    day = opened(Day(tmp_path, 0))
    day.live(40)
    made(tmp_path, day.office.ledger)
    old = kept(tmp_path)
    day.live(60)
    with day.office.ledger.transaction():
        day.office.ledger._db.execute("DELETE FROM dirty")
    assert made(tmp_path, day.office.ledger) == 0
    assert kept(tmp_path) == old
    day.office.ledger.rebuild()
    assert made(tmp_path, day.office.ledger) == 1


def began(folder: Path) -> tuple[Worked, Device]:
    """An office with one counter at work, and a kiosk with one ticket that has arrived."""
    office = opened(Worked(folder))
    kiosk = office.pair(1)
    kiosk.record(published(4))
    take(kiosk, 1)
    office.hear(kiosk)
    office.act(acts.Open())
    return office, kiosk


def test_a_score_that_comes_late_changes_its_day_and_the_revision_says_so(tmp_path: Path) -> None:
    office, kiosk = began(tmp_path)
    office.serve()
    made(tmp_path, office.ledger)
    assert (figures(tmp_path).served, figures(tmp_path).judged, figures(tmp_path).opinion.n) == (1, 1, 0)
    kiosk.record(score(5), after_ms=200_000)
    office.hear(kiosk)
    assert made(tmp_path, office.ledger) == 1
    assert (figures(tmp_path).level_5, revisions(tmp_path)) == (1, {DAY: 2})


def test_a_clock_that_is_tied_closer_moves_a_score_to_its_own_day(tmp_path: Path) -> None:
    office, kiosk = began(tmp_path)
    kiosk.record(anchor(NOON, 100_000), after_ms=0)
    kiosk.record(score(4), after_ms=1000)
    office.hear(kiosk)
    made(tmp_path, office.ledger)
    assert figures(tmp_path).unattached == 1
    day_s = 24 * 3_600_000
    kiosk.record(anchor(UtcMs(NOON + day_s), 1), after_ms=0)
    office.hear(kiosk)
    made(tmp_path, office.ledger)
    assert (figures(tmp_path).unattached, figures(tmp_path, NEXT).unattached) == (0, 1)


def test_the_published_time_is_that_of_the_day(tmp_path: Path) -> None:
    office, kiosk = began(tmp_path)
    office.serve()
    made(tmp_path, office.ledger)
    slow = figures(tmp_path)
    kiosk.record(DayOpened(NEXT, "clock"))
    kiosk.record(published(1))
    office.hear(kiosk)
    made(tmp_path, office.ledger)
    assert figures(tmp_path) == slow
    with closing(reader_of(tmp_path / FILE)) as db:
        assert (standards_on(db, None, DAY)["register"], standards_on(db, None, NEXT)["register"]) == (4, 1)


@pytest.mark.sqlite
@pytest.mark.parametrize("days", [0, 1])
def test_what_a_restored_office_lost_is_in_the_figures_once_it_came_back(tmp_path: Path, days: int) -> None:
    story = Story(tmp_path)
    opened(story.kiosk)
    made(story.office.folder, story.office.ledger)
    whole = figures(story.office.folder)
    office = story.restore()
    if days:
        office.later(20 * 60)
        office.day = NEXT
    office.hear(story.kiosk)
    office.act(acts.Open())
    made(office.folder, office.ledger)
    assert figures(office.folder).served == 0
    assert office.asked(story.mirror)
    office.give_back(story.kiosk, story.mirror)
    made(office.folder, office.ledger)
    assert (whole.served, whole.no_show, whole.visits) == (1, 1, 4)
    told = figures(office.folder)
    assert (told.served, told.no_show, told.visits, told.waits) == (1, 1, 4, whole.waits)
    office.ledger.close()


def test_figures_that_were_overtaken_leave_their_mark(tmp_path: Path) -> None:
    office, kiosk = began(tmp_path)
    with closing(reader_of(tmp_path / FILE)) as db:
        early = reckon(db, named(db), DAY, ZONE)
        take(kiosk, 2)
        office.hear(kiosk)
        with office.ledger.transaction():
            office.ledger.rollups.store(early, UtcMs(NOON))
        assert marked(db) == [(named(db), DAY)]
    made(tmp_path, office.ledger)
    assert figures(tmp_path).visits == 2


def killed_in_between(folder: Path, keep: Keep) -> bool:
    """Whether figures are those of a rebuild, where the process was killed while they were kept."""
    office, _ = began(folder)
    with closing(reader_of(folder / FILE)) as db:
        ready = reckon(db, named(db), DAY, ZONE)

    def cut() -> None:
        raise Killed

    with pytest.raises(Killed):
        keep(office.ledger, ready, UtcMs(NOON), cut)
    made(folder, office.ledger)
    grown = kept(folder)
    office.ledger.rebuild()
    made(folder, office.ledger)
    return grown == kept(folder)


def test_a_kill_while_figures_are_kept_leaves_them_to_be_made_again(tmp_path: Path) -> None:
    assert killed_in_between(tmp_path, in_one)


def test_control_without_a_transaction_around_them_they_are_lost(tmp_path: Path) -> None:
    assert not killed_in_between(tmp_path, in_two)


def test_control_without_the_count_of_marks_the_second_ticket_would_be_forgotten(tmp_path: Path) -> None:
    office, kiosk = began(tmp_path)
    with closing(reader_of(tmp_path / FILE)) as db:
        early = reckon(db, named(db), DAY, ZONE)
        take(kiosk, 2)
        office.hear(kiosk)
        now = reckon(db, named(db), DAY, ZONE).marks
        with office.ledger.transaction():
            office.ledger.rollups.store(replace(early, marks=now), UtcMs(NOON))
        assert marked(db) == []
    assert figures(tmp_path).visits == 1


def test_of_many_facts_of_a_day_one_mark_is_left_behind_the_last_and_one_of_each_day_before() -> None:
    place = {"journal_id": "a" * 32}
    called, opened = TicketCalled(UtcMs(0), TicketName(JournalId("b" * 32), Seq(1)), 1, "s1"), Change(OPEN_DAY, place)
    marks = [next(iter(after(called, place | {"seq": seq}))) for seq in range(1, 6)]
    found = condensed([marks[0], opened, marks[1], marks[2], opened, marks[3], marks[4]])
    assert found == [marks[0], opened, marks[2], opened, marks[4]]
