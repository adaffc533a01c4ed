"""An office restored from an old copy: what it lost comes back from a mirror, and the queue is right again."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from server import acts, queue
from server.audit_reading import read_day
from server.feed import Feed
from server.pages import Pages
from server.reading import View, view
from server.stores import FILE
from server.takeup import restating
from sync import wire
from sync.audit_terms import Wrong
from sync.lostwire import NO_WORD, Wanted
from sync.tickets import Status
from sync.types import Chain, JournalId, Seq
from sync.wire import Refusal
from tests.server.audited import NEXT
from tests.server.conftest import ZONE
from tests.server.device import DAY, Device
from tests.server.places import reader_of
from tests.server.restoring import Hall, Mirrored
from tests.server.test_queue import MINUTE, take

SERVED = {"A001": Status.SERVED, "A002": Status.CALLED, "A003": Status.ABSENT, "A004": Status.WAITING}


PAGES = Pages({"en": "Office"}, ZONE)


class Story:
    """A morning: a copy is made when A001 waits; then A001 is served, A002 called, A003 missed, A004 and A005 wait."""

    def __init__(self, folder: Path) -> None:
        (folder / "first").mkdir()
        office = self.office = Hall(folder / "first")
        self.kiosk = office.pair(1)
        take(self.kiosk, 1)
        office.hear(self.kiosk)
        office.act(acts.Open())
        self.copy, self.spare = office.copy(folder / "copy"), office.copy(folder / "spare")
        self.sent = self.kiosk.sent
        for n in (2, 3, 4):
            office.later(1)
            take(self.kiosk, n, after_ms=MINUTE, priority=n == 4)
        office.hear(self.kiosk)
        office.act(acts.Next())
        office.act(acts.Came())
        office.act(acts.Finish())
        office.act(acts.Pick("A003", "came-before"))
        office.act(acts.NoShow("gave-up"))
        office.act(acts.Pick("A002", "came-before"))
        self.mirror = Mirrored.of(office)
        self.live = office.live

    def restore(self) -> Hall:
        """The office starts from the copy; its kiosk sends again what that does not know."""
        self.office.later(10)
        self.office = self.office.restored(self.copy)
        self.kiosk.sent = self.sent
        return self.office


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    made = Story(tmp_path)
    yield made
    made.office.close()


def statuses(office: Hall) -> dict[str, Status]:
    """Every ticket by its number."""
    return {each.label: each.status for each in office.live.tickets.values()}


def test_after_the_tail_came_back_the_queue_is_as_it_was(story: Story) -> None:
    office = story.restore()
    office.hear(story.kiosk)
    assert statuses(office)["A001"] is Status.WAITING, "control: by the copy alone it would be called again"
    assert office.asked(story.mirror)
    assert office.give_back(story.kiosk, story.mirror) == 1
    assert statuses(office) == SERVED
    held = {each.label: each for each in office.live.tickets.values()}
    for was in story.live.tickets.values():
        assert held[was.label] == was, "age, priority, order, who went before: nothing is forgotten"
    assert office.live.counter(1).ticket == story.live.counter(1).ticket
    assert office.act(acts.Came()).called is None
    assert office.act(acts.Next()).called == "A004"


def test_it_does_not_matter_whether_the_tail_or_the_tickets_come_first(story: Story) -> None:
    office = story.restore()
    office.asked(story.mirror)
    office.give_back(story.kiosk, story.mirror)
    office.hear(story.kiosk)
    assert statuses(office) == SERVED


def test_what_staff_did_meanwhile_counts_where_the_record_has_a_place_for_it(story: Story) -> None:
    office = story.restore()
    take(story.kiosk, 5)
    office.hear(story.kiosk)
    office.act(acts.Open(), 2)
    assert office.act(acts.Pick("A005", "came-before"), 2).called == "A005"
    assert office.act(acts.Pick("A001", "came-before"), 1).called == "A001", "it was served already"
    office.asked(story.mirror)
    office.give_back(story.kiosk, story.mirror)
    assert statuses(office) == SERVED | {"A005": Status.CALLED}
    assert office.live.counter(2).ticket is not None
    assert office.live.counter(1).ticket == story.live.counter(1).ticket


def test_nobody_is_called_by_it(story: Story) -> None:
    office = story.restore()
    office.hear(story.kiosk)
    before = Mirrored.of(office).kinds.count("ticket.called")
    office.asked(story.mirror)
    office.give_back(story.kiosk, story.mirror)
    assert before == 0
    assert "ticket.called" not in Mirrored.of(office).kinds


def test_without_a_tail_the_tickets_wait_again_with_age_and_priority(story: Story) -> None:
    office = story.restore()
    assert office.asked(story.mirror)
    office.hear(story.kiosk)
    assert statuses(office) == {}, "until somebody has it go on without"
    office.go_on()
    assert set(statuses(office).values()) == {Status.WAITING}
    held = {each.label: each for each in office.live.tickets.values()}
    for was in story.live.tickets.values():
        assert (held[was.label].since_ms, held[was.label].priority) == (was.since_ms, was.priority)


def test_tickets_that_the_copy_knows_and_its_queue_does_not_wait_again(story: Story) -> None:
    office = story.restore()
    office.trusted = False
    office.hear(story.kiosk)
    assert set(statuses(office)) == {"A001"}
    office.trusted = True
    office.asked(story.mirror)
    office.go_on()
    assert set(statuses(office)) == set(SERVED)


def test_an_office_without_a_clock_takes_the_queue_up_when_it_has_one(story: Story) -> None:
    office = story.restore()
    office.trusted = False
    office.asked(story.mirror)
    office.give_back(story.kiosk, story.mirror)
    assert office.live.day is None
    office.trusted = True
    office.hear(story.kiosk)
    assert statuses(office) == SERVED


def test_the_tail_of_yesterday_is_carried_over(story: Story) -> None:
    office = story.restore()
    office.later(20 * 60)
    office.day = "2026-11-24"
    office.act(acts.Open())
    assert statuses(office) == {"A001": Status.WAITING}, "control: the copy carries over who was served"
    office.hear(story.kiosk)
    office.asked(story.mirror)
    office.give_back(story.kiosk, story.mirror)
    assert office.live.day == "2026-11-24"
    assert statuses(office) == {"A002": Status.WAITING, "A004": Status.WAITING}
    assert all(each.carried for each in office.live.tickets.values())


def test_a_copy_that_is_older_than_a_whole_journal(story: Story) -> None:
    """Restored twice: of the journal that began after the copy nothing is there, not even its name."""
    first = story.restore()
    first.asked(story.mirror)
    first.give_back(story.kiosk, story.mirror)
    first.hear(story.kiosk)
    first.act(acts.Came())
    first.act(acts.Next())
    second, live = Mirrored.of(first), first.live
    story.copy = story.spare
    again = story.restore()
    assert again.asked(second)
    assert not again.asked(second), "once for each loss"
    assert again.give_back(story.kiosk, second) == 1
    assert {each.label: each for each in again.live.tickets.values()} == {
        each.label: each for each in live.tickets.values()
    }


def test_a_long_tail_comes_in_many_batches_and_a_break_in_between_loses_nothing(story: Story) -> None:
    office = story.restore()
    office.asked(story.mirror)
    first = office.offer(story.kiosk, story.mirror)
    assert isinstance(first, Wanted)
    second = office.send(story.kiosk, story.mirror, story.mirror.batch(first.position, 2))
    assert second == office.offer(story.kiosk, story.mirror), "the walk goes on where it was"
    assert second == office.send(story.kiosk, story.mirror, story.mirror.batch(first.position, 2)), "a batch came twice"
    assert statuses(office) == {}, "nothing is taken up from half a record"
    assert office.give_back(story.kiosk, story.mirror, 2) > 3
    office.hear(story.kiosk)
    assert statuses(office) == SERVED


def test_a_device_with_more_of_it_comes_later(story: Story) -> None:
    whole = story.mirror
    short = replace(whole, rows=whole.rows[:-6])
    office = story.restore()
    office.hear(story.kiosk)
    office.asked(short)
    office.give_back(story.kiosk, short)
    assert statuses(office)["A002"] is not Status.CALLED
    office.asked(whole)
    named = office.ledger.own_named()
    assert office.give_back(story.kiosk, whole) == 1
    assert office.ledger.own_named() == named, "one new journal is enough"
    assert statuses(office) == SERVED


def test_only_what_the_offices_own_key_signed_is_taken(story: Story, tmp_path: Path) -> None:
    office, mirror = story.restore(), story.mirror
    head = mirror.head
    stranger = Device.make(tmp_path / "stranger", 9)
    assert code(office.offer(stranger, mirror)) == wire.UNPAIRED
    stranger.journal.close()
    for forged in (
        replace(head, signature=story.kiosk.key.sign(b"mine")),
        replace(head, seq=Seq(head.seq + 1)),
        replace(head, chain=Chain(b"c" * 32)),
        replace(head, signature=NO_WORD),
    ):
        assert code(office.offer(story.kiosk, mirror, head=forged)) == wire.BAD_SIGNATURE
    other = replace(mirror, name=JournalId("e" * 32))
    assert code(office.offer(story.kiosk, other, head=head)) == wire.BAD_SIGNATURE
    good = mirror.batch(head.position)
    assert office.send(story.kiosk, mirror, good) == Wanted(0, "00" * 32), "nothing is wanted before a proof"
    assert named(office) == mirror.name, "none of these began a new journal"
    assert isinstance(office.offer(story.kiosk, mirror), Wanted)
    bad = replace(good, rows=(*good.rows[:-1], good.rows[-1].replace(b"came-before", b"health-ok!!")))
    assert code(office.send(story.kiosk, mirror, bad)) == wire.BAD_CHAIN
    assert code(office.send(story.kiosk, mirror, replace(good, previous=Chain(b"p" * 32)))) == wire.BAD_CHAIN
    assert office.live.counter(1).ticket is None
    assert office.send(story.kiosk, mirror, good) == Wanted(0, "00" * 32), "control"
    assert office.live.counter(1).ticket is not None


def test_the_lost_rows_are_kept_as_they_were_and_for_good(story: Story) -> None:
    office = story.restore()
    office.asked(story.mirror)
    office.give_back(story.kiosk, story.mirror)
    with closing(sqlite3.connect(office.folder / FILE)) as db:
        kept = db.execute("SELECT seq, row FROM lost ORDER BY seq").fetchall()
        assert kept
        assert [row for _, row in kept] == [row for row, _ in story.mirror.rows[kept[0][0] - 1 :]]
        for change in ("DELETE FROM lost", "UPDATE lost SET row = x'00'"):
            with pytest.raises(sqlite3.IntegrityError):
                db.execute(change)


def test_a_second_start_and_a_rebuild_change_nothing(story: Story) -> None:
    office = story.restore()
    office.asked(story.mirror)
    office.give_back(story.kiosk, story.mirror)
    before = office.live
    office.ledger.rebuild()
    with office.ledger.transaction():
        assert queue.begin(office.ledger) == before


def test_an_office_that_lost_nothing_begins_nothing(story: Story) -> None:
    assert not story.office.asked(story.mirror)
    assert story.office.give_back(story.kiosk, story.mirror) == 0
    assert named(story.office) == story.mirror.name


async def unread(day: str) -> View:
    """Nothing is read here."""
    return View(day)


def notice(office: Hall, language: str = "en") -> str:
    """What the office's page says."""
    with closing(reader_of(office.folder / FILE)) as db:
        seen = view(db, DAY)
    feed = Feed(unread, PAGES, lambda: office.now, lambda: office.live)
    return PAGES.live(feed._with_queue(seen), language)


def test_the_offices_page_tells_what_was_lost_and_what_came_back(story: Story) -> None:
    assert "was lost" not in notice(story.office)
    office = story.restore()
    office.hear(story.kiosk)
    office.asked(story.mirror)
    assert "record from 23/11/2026 12:00 to 23/11/2026 12:13 was lost." in notice(office)
    assert "wait again" not in notice(office), "not yet"
    office.go_on()
    assert "4 numbers wait again" in notice(office)
    office.give_back(story.kiosk, story.mirror)
    assert "It came back from the machine: Hall 1. The queue is as it was." in notice(office)
    assert "4 numbers" not in notice(office)
    assert "สูญหาย" in notice(office, "th")
    with closing(reader_of(office.folder / FILE)) as db:
        assert "was lost" not in PAGES.live(view(db, NEXT), "en"), "on that day only"


def violations(office: Hall) -> list[Wrong]:
    """What the audit of the day says."""
    with closing(reader_of(office.folder / FILE)) as db:
        return [each.what for each in read_day(db, DAY, ZONE).audit.violations]


def test_the_day_replays_from_the_new_journal_with_who_went_before(story: Story) -> None:
    office = story.restore()
    office.hear(story.kiosk)
    office.asked(story.mirror)
    office.give_back(story.kiosk, story.mirror)
    office.act(acts.Came())
    office.act(acts.Next())
    assert violations(office) == [], "the day was opened twice, and the office's own word says why"


def test_an_office_that_restates_what_the_record_does_not_say_is_named(story: Story) -> None:
    office = story.restore()
    office.asked(story.mirror)
    office.give_back(story.kiosk, story.mirror)
    truth = office.live
    names = list(truth.tickets)
    lie = replace(truth, tickets={**truth.tickets, names[0]: replace(truth.tickets[names[0]], overtaken=9)})
    office.write(*restating(lie, office.now))
    assert violations(office) == [Wrong.RESTATED_OTHERWISE]
    office.write(*restating(replace(truth, tickets=dict(list(truth.tickets.items())[:-1])), office.now))
    assert violations(office) == [Wrong.RESTATED_OTHERWISE] * 3, "whoever is left out, by the record and by the day"
    office.write(*restating(truth, office.now))
    assert Wrong.RESTATED_OTHERWISE in violations(office), "to say the truth later does not undo it"


def test_an_office_that_lost_nothing_may_restate_nothing(story: Story) -> None:
    office = story.office
    office.write(*restating(office.live, office.now))
    assert Wrong.RESTATED_OTHERWISE in violations(office)


def code(answer: Wanted | Refusal) -> str:
    """Why it was refused."""
    assert isinstance(answer, Refusal)
    return answer.error


def named(office: Hall) -> JournalId:
    """The journal that the office writes."""
    found = office.ledger.own_named()
    assert found is not None
    return found[0]
