"""After a restore from an old copy nobody is called, until a machine mended it or a supervisor says so."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from server import acts, giving, queue, standstill
from server.audit_reading import read_day
from server.errors import ActRefused
from server.giving import Asked
from server.lastword import FILE, Doubt, LastWord, wall_ms
from server.ledger import Ledger
from server.stores import FILE as LEDGER
from sync.audit_terms import Wrong
from sync.board import board
from sync.clock import office_time
from sync.facts import MachineStarted
from sync.tickets import Status
from sync.types import JournalId
from sync.wire import Head
from tests.server.conftest import ZONE
from tests.server.device import DAY, seeded
from tests.server.places import place, reader_of
from tests.server.restoring import Hall, Mirrored
from tests.server.test_queue import KEY, MINUTE, take
from tests.server.test_restored import SERVED, Story, statuses


class Started(Hall):
    """An office that keeps its last word, and looks at it when it starts."""

    @property
    def last(self) -> LastWord:
        return LastWord(self.folder / FILE, KEY.sign)

    def keep(self) -> None:
        """What the server does after each commit."""
        if self.ledger.own_end is not None and not queue.stands_still(self.ledger):
            self.last.keep(self.ledger.own_end)

    def start(self) -> "Started":
        """As server.office begins."""
        named = self.ledger.own_named()
        assert named is not None
        self.ledger.close()
        self.ledger = Ledger(place(self.folder / LEDGER), ZONE, seeded(self.seed))
        with self.ledger.transaction():
            began = named[0], self.ledger.end_of(named[0])
            self.ledger.open_own(KEY, seeded(self.seed), self.moment.instant)
            self.ledger.append([MachineStarted("1.0", "f" * 64)], self.moment.instant)
            standstill.look(self.ledger, self.last, began, self.succeed)
            queue.begin(self.ledger)
        return self

    def succeed(self, ledger: Ledger, name: JournalId, head: Head) -> None:
        self.proof(name, head)

    def shows(self, mirror: Mirrored, device: JournalId) -> None:
        """A device asks for what follows its copy."""
        with self.ledger.transaction():
            at = mirror.head.position
            standstill.heard(self.ledger, self.last, device, mirror.name, at, self.moment)

    def still(self) -> bool:
        """Whether nothing is done in its queue."""
        return queue.stands_still(self.ledger)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    made = Story(tmp_path)
    yield made
    made.office.close()


def restored(story: Story, *, word: bool) -> Started:
    """The ledger is put back from its copy; the office's last word is still there, or is not."""
    office = story.office
    assert office.ledger.own_end is not None
    LastWord(office.folder / FILE, KEY.sign).keep(office.ledger.own_end)
    office.ledger.close()
    for part in office.folder.glob(f"{LEDGER}*"):
        part.unlink()
    shutil.copy(story.copy / LEDGER, office.folder / LEDGER)
    if not word:
        (office.folder / FILE).unlink()
    again = Started.__new__(Started)
    again.__dict__.update(office.__dict__)
    again.seed = office.seed + 1
    again.later(10)
    again.ledger = Ledger(place(again.folder / LEDGER), ZONE, seeded(again.seed))
    story.kiosk.sent = story.sent
    story.office = again
    return again.start()


def test_an_office_that_goes_on_as_it_ended_stands(story: Story) -> None:
    office = restored(story, word=True)
    office.give_back(story.kiosk, story.mirror)
    office.keep()
    before = office.live
    assert not office.start().still()
    assert replace(office.live, seq=before.seq) == before


@pytest.mark.parametrize("word", [True, False])
def test_before_any_machine_was_heard_nothing_is_called_given_or_shown(story: Story, word: bool) -> None:
    office = restored(story, word=word)
    office.hear(story.kiosk)
    assert office.still()
    assert office.live.tickets == {}, "control: the copy has A001 waiting, who was served"
    for act in (acts.Open(), acts.Next(), acts.Pick("A001", "came-before"), acts.Recall()):
        with pytest.raises(ActRefused) as refused:
            office.act(act)
        assert refused.value.code == "record-missing"
    asked = Asked("0" * 32, ("register",), "en")
    with pytest.raises(ActRefused), office.ledger.transaction():
        giving.give(office.ledger, asked, "s00000001", office.moment)
    shown = board(office.live, office.now, office_time(office.now, ZONE), DAY)
    assert (shown.calls, shown.recent) == ((), ()), "the display shows no number of the copy"


def test_without_the_gate_somebody_would_be_called_twice(story: Story) -> None:
    """The control: this is what it prevents."""
    office = restored(story, word=False)
    office.ledger.in_doubt = None
    with office.ledger.transaction():
        queue.begin(office.ledger)
    office.act(acts.Open())
    assert office.act(acts.Next()).called == "A001", "who was served before the loss"


def test_the_last_word_names_the_loss_before_a_device_does(story: Story) -> None:
    office = restored(story, word=True)
    named = office.ledger.own_named()
    assert named is not None
    assert named[0] != story.mirror.name, "a new journal at once"
    assert office.give_back(story.kiosk, story.mirror) == 1
    assert not office.still()
    office.hear(story.kiosk)
    assert statuses(office) == SERVED
    with closing(reader_of(office.folder / LEDGER)) as db:
        assert read_day(db, DAY, ZONE).audit.violations == ()


def test_a_device_that_lacks_the_very_end_gives_what_it_has_and_a_supervisor_goes_on(story: Story) -> None:
    office = restored(story, word=True)
    short = replace(story.mirror, rows=story.mirror.rows[:-1])
    assert office.give_back(story.kiosk, short) == 1
    assert office.still(), "by its own last word there was more"
    with closing(reader_of(office.folder / LEDGER)) as db:
        found = read_day(db, DAY, ZONE)
    assert [each.what for each in found.audit.violations] == [Wrong.RECORD_LOST]
    assert [(each.first, each.last) for each in found.gaps] == [(len(story.mirror.rows), len(story.mirror.rows))]
    office.go_on()
    office.hear(story.kiosk)
    assert not office.still()
    assert statuses(office)["A001"] is Status.SERVED
    assert statuses(office)["A002"] is Status.WAITING, "its call is what is missing"


def test_a_device_that_has_more_later_mends_it(story: Story) -> None:
    office = restored(story, word=True)
    office.give_back(story.kiosk, replace(story.mirror, rows=story.mirror.rows[:-1]))
    office.give_back(story.kiosk, story.mirror)
    assert not office.still()
    office.hear(story.kiosk)
    assert statuses(office) == SERVED


def test_a_device_that_is_further_proves_a_loss_where_no_word_is_left(story: Story) -> None:
    office = restored(story, word=False)
    assert office.asked(story.mirror)
    office.ledger.in_doubt = None  # as server.office does with the proof
    assert office.still()
    office.give_back(story.kiosk, story.mirror)
    office.hear(story.kiosk)
    assert statuses(office) == SERVED


def test_a_device_that_ends_where_the_copy_ends_vouches_for_it(story: Story) -> None:
    story.copy = story.office.copy(story.office.folder.parent / "now")
    story.sent = story.kiosk.sent
    office = restored(story, word=False)
    assert office.still()
    office.shows(story.mirror, story.kiosk.journal_id)
    assert not office.still()
    assert statuses(office) == SERVED
    assert office.act(acts.Came()).called is None


def test_a_device_that_had_less_never_vouches_also_not_after_another_start(story: Story) -> None:
    """It copies from here meanwhile: what it shows then it has from us."""
    office = restored(story, word=False)
    whole, device = Mirrored.of(office), story.kiosk.journal_id
    office.shows(replace(whole, rows=whole.rows[:3]), device)
    office.shows(whole, device)
    assert office.still()
    office.start()
    assert isinstance(office.last.read(), Doubt)
    office.shows(Mirrored.of(office), device)
    assert office.still()
    office.shows(whole, JournalId("9" * 32))
    assert not office.still(), "control: another device that has it all"


def test_another_start_in_between_does_not_forget(story: Story) -> None:
    for word in (True, False):
        office = restored(story, word=word)
        for _ in range(2):
            office.keep()
            assert office.start().still()


def test_a_word_that_was_copied_along_torn_or_signed_by_nobody_is_none(story: Story) -> None:
    office = story.office
    assert office.ledger.own_end is not None
    word = LastWord(office.folder / FILE, KEY.sign)
    word.keep(office.ledger.own_end)
    assert isinstance(word.read(), tuple), "control"
    an_hour_ago = LastWord(office.folder / FILE, KEY.sign, lambda: wall_ms() - 3_600_000)
    an_hour_ago.keep(office.ledger.own_end)
    assert word.read() is None, "written an hour ago and changed now: so does a backup that is put back"
    LastWord(office.folder / FILE, KEY.sign).keep(office.ledger.own_end)
    text = (office.folder / FILE).read_bytes()
    (office.folder / FILE).write_bytes(text[:60])
    assert word.read() is None
    LastWord(office.folder / FILE, lambda message: bytes(64)).keep(office.ledger.own_end)
    started = Started.__new__(Started)
    started.__dict__.update(office.__dict__)
    story.office = started.start()
    assert started.still(), "nobody signed it"


def test_after_a_supervisor_goes_on_the_kiosks_numbers_wait_and_it_is_on_record(story: Story) -> None:
    office = restored(story, word=False)
    office.hear(story.kiosk)
    office.go_on()
    assert set(statuses(office).values()) == {Status.WAITING}
    assert len(statuses(office)) == 4
    office.go_on()
    assert Mirrored.of(office).kinds.count("record.waived") == 1
    office.keep()
    assert not office.start().still()
    take(story.kiosk, 5, after_ms=MINUTE)
    office.hear(story.kiosk)
    office.act(acts.Open())
    assert office.act(acts.Next()).called is not None
