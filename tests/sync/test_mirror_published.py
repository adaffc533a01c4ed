"""What an office publishes is found in a device's mirror without reading years of it, whatever release wrote that."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sync.facts_published import CalendarPublished, CataloguePublished, NoticePublished, NoticeWithdrawn
from sync.mirror import FILE, MirrorReader
from sync.types import UtcMs
from tests.sync.feeding_office import STARTED, FeedingOffice
from tests.sync.test_downlink import World

TEXTS = {"th": "ก", "en": "a", "my": "က"}


def catalogue(number: int) -> CataloguePublished:
    return CataloguePublished(UtcMs(1), number, f"{number:064x}", {"services": []}, "s00000001")


def notice(name: str) -> NoticePublished:
    return NoticePublished(UtcMs(1), name, TEXTS, UtcMs(1), UtcMs(2), "information")


def found(data: Path) -> tuple[int | None, int | None, list[int]]:
    """The seqs of catalogue, calendar and notices."""
    published = MirrorReader(data / FILE).published()
    assert published is not None
    of = published.catalogue, published.calendar
    catalogue_at, calendar_at = (fact.seq if fact is not None else None for fact in of)
    return catalogue_at, calendar_at, [fact.seq for fact in published.notices]


def test_the_newest_of_each_and_everything_of_notices_was_found(tmp_path: Path) -> None:
    world = World(tmp_path)
    with closing(world.start()) as process:
        world.office.add(catalogue(1), notice("n1"), STARTED, notice("n2"))
        world.run(process)
        assert found(tmp_path) == (2, None, [3, 5])
        calendar = CalendarPublished(UtcMs(1), 1, "0" * 64, {}, None)
        world.office.add(catalogue(2), calendar, NoticeWithdrawn(UtcMs(1), "n1", "s00000001"))
        world.run(process)
    assert found(tmp_path) == (6, 7, [3, 5, 8])
    assert MirrorReader(tmp_path / FILE).published_up_to() == (world.office.name, 8)


def test_only_the_journal_that_the_office_writes_now_counts(tmp_path: Path) -> None:
    world = World(tmp_path)
    with closing(world.start()) as process:
        world.office.add(catalogue(1))
        world.run(process)
        world.office = FeedingOffice("0e" * 16)
        world.office.add(notice("n1"))
        world.run(process)
    assert found(tmp_path) == (None, None, [2])


def test_a_mirror_of_an_older_release_was_read_through_once(tmp_path: Path) -> None:
    world = World(tmp_path)
    with closing(world.start()) as process:
        world.office.add(STARTED, catalogue(1), notice("n1"))
        world.run(process)
    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        db.execute("DROP TABLE published")
        db.commit()
    assert MirrorReader(tmp_path / FILE).published() is None
    with closing(world.start()) as process:
        world.run(process)
    assert found(tmp_path) == (3, None, [4])


def test_nothing_was_found_where_there_is_no_mirror(tmp_path: Path) -> None:
    reader = MirrorReader(tmp_path / FILE)
    assert (reader.published(), reader.published_up_to()) == (None, None)
