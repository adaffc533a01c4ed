"""A server that was restored from an old copy gets back what it had published: a centre from its offices, an office
from its devices."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from server import published, regain
from server.fold_published import CATALOGUE
from server.giveback import take_lost
from server.ledger import Ledger
from server.publishing import By, choose_catalogue, publish_catalogue, publish_notice, withdraw_notice
from server.standstill import go_on
from server.way_down import FILE as CENTRE_DB
from sync import catalogue, wire
from sync.codec import decode
from sync.facts import understand
from sync.facts_published import CENTRE, OFFICE, CataloguePublished
from sync.keys import DeviceKey
from sync.lostwire import Wanted, sign_lost
from sync.services import Catalogue
from sync.wire import Batch, Refusal
from tests.server.publishing_centre import FOR_ALL, OFFICE_KEY, Centre, Office
from tests.server.publishing_office import CATALOGUE as SERVICES
from tests.server.publishing_office import CHIEF, at, dearer, notice
from tests.server.test_restored import Story

OTHER_KEY = DeviceKey(b"q" * 32, b"r" * 32)
pytestmark = pytest.mark.sqlite  # a copy is put back


class World:
    """A centre of which a copy was made at version 1, an office that heard of it, and another one."""

    def __init__(self, folder: Path) -> None:
        self.centre = Centre(folder / "centre")
        self.office, self.other = Office(folder / "office", self.centre), Office(folder / "b", self.centre, OTHER_KEY)
        self.publish(SERVICES, 1)
        self.run()
        self.backup = self.centre.copy(folder / "copy")

    def publish(self, found: Catalogue, seconds: int, by: By = FOR_ALL) -> int:
        """Publish it from whatever the newest is: its number."""
        number = self.centre.ledger.publications.number(CATALOGUE)
        return int(self.centre.do(publish_catalogue, found, number, by, seconds=seconds).number)

    def restore(self, *, older: bool = False) -> None:
        """The copy takes the centre's place, a hundred seconds after noon."""
        self.centre.restart(self.backup)
        self.centre.seconds, self.centre.older = 100, older

    def run(self) -> None:
        """Both offices ask."""
        self.office.run()
        self.other.run()

    def close(self) -> None:
        """All end."""
        for each in (self.office, self.other, self.centre):
            each.end()

    @property
    def clashes(self) -> dict[int, int]:
        """How many catalogues the offices have had from the centre under one number, where that is more than one."""
        found: dict[int, set[str]] = {}
        for body in (*handed(self.office), *handed(self.other)):
            found.setdefault(body.number, set()).add(body.digest)
        return {number: len(digests) for number, digests in found.items() if len(digests) > 1}


def fees(of: Centre | Office) -> Sequence[tuple[int, object]]:
    """(number, first fee) of what it has published, the oldest first."""
    db = of.ledger.publications.db
    found = [
        (each.number, published.catalogue_at(db, each).services[0].fee) for each in published.history(db, CATALOGUE)
    ]
    return found[::-1]


def handed(office: Office) -> list[CataloguePublished]:
    """Every catalogue in its copies of the centre's journals."""
    with closing(sqlite3.connect(office.folder / CENTRE_DB)) as db:
        bodies = [understand(decode(row)) for (row,) in db.execute("SELECT row FROM mirrored")]
    return [body for body in bodies if isinstance(body, CataloguePublished)]


def notices(of: Centre | Office) -> list[str]:
    return [each.notice for each in of.ledger.publications.notices()]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


FIRST = SERVICES.services[0].fee


def test_what_an_office_holds_came_back_and_no_office_was_put_back_to_the_copy(world: World) -> None:
    world.publish(dearer(fee=2_00), 2)
    world.office.run()
    world.restore()
    world.run()
    world.run()
    assert fees(world.centre) == [(1, FIRST), (2, 2_00)]
    assert fees(world.office) == [(1, FIRST), (2, 2_00)], "nothing was taken up twice, and nothing of before"
    assert fees(world.other) == [(1, FIRST), (2, 2_00)], "it had not heard of it before the loss"
    assert not world.clashes
    version, *_ = published.history(world.centre.ledger.publications.db, CATALOGUE)
    assert (version.staff, version.offices, version.now_ms) == (FOR_ALL.staff, (), at(2).now_ms)
    (told,) = regain.told(world.centre.ledger.publications.db)[world.office.id]
    assert (told.whole, told.said) == (True, ((CATALOGUE, 2, at(2).now_ms),))


def test_control_without_giving_back_the_centre_lacked_it_for_good(world: World) -> None:
    world.publish(dearer(fee=2_00), 2)
    world.office.run()
    world.restore(older=True)
    world.run()
    world.run()
    assert fees(world.centre) == fees(world.other) == [(1, FIRST)]


def loses_what_the_other_office_alone_has(world: World) -> None:
    """Version 2 is for both and comes back; version 3 is for the other office alone, which is not heard yet."""
    mine = By(FOR_ALL.staff, None, (world.other.id,))
    world.publish(dearer(fee=2_00), 2)
    world.office.run()
    world.publish(dearer(fee=3_00), 3, mine)
    world.other.run()
    world.restore()
    world.office.run()


def test_after_a_loss_was_found_no_number_was_published_that_any_office_may_have(world: World) -> None:
    loses_what_the_other_office_alone_has(world)
    assert world.publish(dearer(fee=4_00), 200) == 100, "the other office has a 3, and was not heard yet"
    assert world.publish(dearer(fee=5_00), 201) == 101
    world.run()
    world.run()
    assert not world.clashes
    assert [each[0] for each in fees(world.centre)] == [1, 2, 3, 100, 101]
    assert (fees(world.office)[-1][1], fees(world.other)[-1][1]) == (5_00, 5_00)


def test_control_the_number_behind_the_newest_was_one_that_an_office_has(world: World) -> None:
    loses_what_the_other_office_alone_has(world)
    whole = dearer(fee=4_00)
    plain = catalogue.to_body(whole).catalogue
    fact = CataloguePublished(at(200).now_ms, 3, whole.digest, plain, FOR_ALL.staff, None, ())
    with world.centre.ledger.transaction():
        world.centre.ledger.append([fact], at(200).instant)
    world.run()
    assert world.clashes == {3: 2}


def test_what_was_published_before_the_loss_was_known_went_behind_under_another_number(world: World) -> None:
    world.publish(dearer(fee=2_00), 2)
    world.publish(dearer(fee=3_00), 3)
    world.office.run()
    world.restore()
    assert world.publish(dearer(fee=50_00), 101) == 2, "nothing told it that something is gone"
    world.office.run()
    assert fees(world.centre)[-2:] == [(3, 3_00), (4, 50_00)]
    assert fees(world.office)[-1][1] == 50_00
    assert not world.clashes


def test_what_was_for_one_office_came_back_for_that_one_and_in_the_order_of_time(world: World) -> None:
    for number, office in ((2, world.office), (3, world.other)):
        world.publish(dearer(fee=number * 100), number, By(FOR_ALL.staff, None, (office.id,)))
    world.run()
    world.restore()
    world.other.run()  # the later one first
    world.office.run()
    world.run()
    assert fees(world.centre)[-2:] == [(2, 2_00), (3, 3_00)]
    assert (fees(world.office)[-1][1], fees(world.other)[-1][1]) == (2_00, 3_00)
    assert world.centre.ledger.publications.number(CATALOGUE) == 3


def test_notices_came_back_and_those_that_were_withdrawn_did_not_stand_again(world: World) -> None:
    centre = world.centre
    centre.do(publish_notice, notice("old"), FOR_ALL, seconds=2)
    world.office.run()
    world.backup = centre.copy(world.backup.with_name("later"))
    centre.do(withdraw_notice, "old", FOR_ALL, seconds=3)
    centre.do(publish_notice, notice("new"), FOR_ALL, seconds=4)
    world.office.run()
    world.restore()
    world.office.run()
    world.office.run()
    assert notices(centre) == notices(world.office) == ["new"]
    rows = world.office.ledger.publications.db.execute("SELECT count(*) FROM published WHERE notice = 'new'")
    assert rows.fetchone() == (1,), "what stands already was not published again"


def test_a_centre_whose_copy_is_older_than_the_journal_got_it_back_too(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "centre")
    office = Office(tmp_path / "office", centre)
    backup = centre.copy(tmp_path / "copy")
    centre.do(publish_catalogue, SERVICES, 0, FOR_ALL, seconds=1)
    office.run()
    centre.restart(backup)
    office.run()
    office.run()
    assert fees(centre) == fees(office) == [(1, FIRST)]
    office.end()
    centre.end()


def test_what_the_office_changed_since_stood_after_the_centre_was_restored(world: World) -> None:
    world.publish(dearer(fee=2_00), 2)
    world.office.run()
    with world.office.ledger.transaction():
        publish_catalogue(world.office.ledger, dearer(fee=9_00), 2, CHIEF, at(3))
    world.restore()
    world.office.run()
    world.office.run()
    assert fees(world.office)[-1] == (3, 9_00), "the centre said nothing new"
    with world.office.ledger.transaction():
        choose_catalogue(world.office.ledger, OFFICE, "s00000001", at(4))
    world.office.run()
    with world.office.ledger.transaction():
        choose_catalogue(world.office.ledger, CENTRE, "s00000001", at(5))
    world.office.run()
    assert fees(world.office)[-1][1] == 2_00, "control: who goes back to the centre gets its version"


def test_a_second_start_and_a_rebuild_changed_nothing(world: World) -> None:
    world.publish(dearer(fee=2_00), 2)
    world.office.run()
    world.restore()
    world.office.run()
    said = world.centre.ledger.publications.said(CATALOGUE)
    world.office.restart()
    world.centre.restart()
    world.run()
    world.centre.ledger.rebuild()
    assert world.centre.ledger.publications.said(CATALOGUE) == said
    assert [each.number for each in said] == [1, 2]


def offered(world: World, key: DeviceKey, of: Office, asker: Office, **other: object) -> Wanted | Refusal:
    """What the centre says to this office, which offers what is in the copy of that one."""
    mirror = of.way._mirror
    (name, head) = mirror.offered()[-1]
    head = replace(head, **other)  # type: ignore[arg-type]
    batch = Batch(name, head.seq, head.chain, head, ())
    named = asker.ledger.own_named()
    assert named is not None
    request = sign_lost(named[0], batch, mirror.secret(name), key.sign)
    with world.centre.ledger.transaction():
        return take_lost(world.centre.ledger, request, at(9).now_ms, at(9), _nothing)


def _nothing(ledger: Ledger, name: object, head: object) -> None:
    raise AssertionError


def test_only_what_the_centre_signed_for_this_office_is_taken(world: World) -> None:
    world.publish(dearer(fee=2_00), 2)
    world.office.run()
    world.restore()
    mine = world.office
    forged = offered(world, OFFICE_KEY, mine, mine, signature=bytes(64))
    strange = offered(world, OTHER_KEY, mine, world.other)
    assert isinstance(forged, Refusal)
    assert isinstance(strange, Refusal)
    assert (forged.error, strange.error) == (wire.BAD_SIGNATURE, wire.NOT_YOURS)
    good = offered(world, OFFICE_KEY, mine, mine)
    assert isinstance(good, Wanted)
    assert good.seq > 0


# An office of its own -------------------------------------------------------------------------------------------------


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    made = Story(tmp_path)
    yield made
    made.office.close()


def published_by(story: Story, fee: int) -> int:
    office = story.office
    with office.ledger.transaction():
        number = office.ledger.publications.number(CATALOGUE)
        return publish_catalogue(office.ledger, dearer(fee=fee), number, CHIEF, office.moment).number


def test_what_an_office_published_behind_its_copy_came_back_with_the_tail(story: Story) -> None:
    assert published_by(story, 7_00) == 1
    mirror = type(story.mirror).of(story.office)
    office = story.restore()
    office.asked(mirror)
    assert office.ledger.publications.number(CATALOGUE) == 0
    office.give_back(story.kiosk, mirror)
    found = office.ledger.publications.catalogue()
    assert found is not None
    assert (found[0].number, found[1].services[0].fee) == (1, 7_00)
    assert published_by(story, 8_00) == 2, "all of it is here: the numbers go on"


def test_where_nobody_had_the_tail_the_numbers_went_on_at_the_next_hundred(story: Story) -> None:
    published_by(story, 7_00)
    mirror = type(story.mirror).of(story.office)
    office = story.restore()
    office.asked(mirror)
    with office.ledger.transaction():
        go_on(office.ledger, "s00000001", office.moment)
    office.later(1)
    assert published_by(story, 8_00) == 100
    office.later(1)
    assert published_by(story, 9_00) == 101
