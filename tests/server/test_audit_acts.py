"""Whatever staff do through the console, however the kiosks' facts come: the audit finds nothing against the rule."""

import random
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from server import acts, queue
from server.acts import Act
from server.audit_reading import DayAudit, read_day
from server.errors import ActRefused
from server.stores import FILE
from sync import reasons
from sync.audit import replay, sections
from sync.audit_terms import Wrong
from sync.codec import decode
from sync.facts import Predecessor, TicketLanguage, TicketPriority, TicketReturned
from sync.facts_office import RuleAdopted
from sync.tickets import Status
from sync.types import JournalId, Seq
from tests.server.audited import DAY, NEXT, Worked
from tests.server.conftest import ZONE
from tests.server.device import Device, issued, seeded
from tests.server.places import reader_of
from tests.server.test_queue import KEY

SERVICES = ("register", "tax")
SPOKEN = ("th", "my", "th", "en", "th", "th", "ksw")


class Day:
    """A random day: two kiosks, of which one is often cut off, three counters, every act."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.office = Worked(folder)
        self.random = random.Random(seed)
        self.kiosks = [self.office.pair(1), self.office.pair(2)]
        self.began = {kiosk.journal_id: int(self.office.now) - kiosk.boottime_ms for kiosk in self.kiosks}
        self.taken = 0
        self.hear(self.kiosks[0])
        for counter in (1, 2, 3):
            self.office.act(acts.Open(), counter)

    def close(self) -> None:
        """Let go of the ledger and the journals."""
        self.office.close()

    def live(self, steps: int) -> None:
        """Let so many things happen."""
        for _ in range(steps):
            self.office.later(self.random.choice((0.0, 0.2, 1.0, 2.0)))
            if self.random.random() < 0.3:
                self.take(self.random.choice(self.kiosks))
            if self.random.random() < 0.3:
                self.hear(self.kiosks[0])
            if self.random.random() < 0.05:
                self.hear(self.kiosks[1])
            with suppress(ActRefused):
                counter = self.random.randint(1, 3)
                self.office.act(self.fitting(counter) if self.random.random() < 0.8 else self.some(), counter)

    def take(self, kiosk: Device) -> None:
        """Somebody takes a ticket, or says that they are back."""
        kiosk.boottime_ms = int(self.office.now) - self.began[kiosk.journal_id]
        self.taken += 1
        visit = tuple(self.random.sample(SERVICES, self.random.choice((1, 1, 1, 2))))
        body = replace(issued(self.taken, visit[0], day=self.office.day), services=visit)
        seq = kiosk.record(body, after_ms=0)
        kiosk.record(TicketLanguage(Seq(seq), SPOKEN[self.taken % len(SPOKEN)]), after_ms=0)
        if self.random.random() < 0.2:
            kiosk.record(TicketPriority(Seq(seq)), after_ms=0)
        gone = [each for each in self.office.live.tickets.values() if each.status.value in ("absent", "parked")]
        if gone and self.random.random() < 0.5:
            kiosk.record(TicketReturned(gone[0].day, gone[0].label), after_ms=0)

    def hear(self, kiosk: Device) -> None:
        """What the kiosk has arrives."""
        if kiosk.sent != kiosk.journal.end:
            self.office.hear(kiosk)

    def fitting(self, number: int) -> Act:
        """An act that this counter has a place for now."""
        counter, held = self.office.live.counter(number), self.office.live.at_counter(number)
        if not counter.open:
            return acts.Open()
        if counter.pause is not None:
            return acts.Resume()
        if held is None:
            return acts.Next()
        called = (acts.Came(), acts.Came(), acts.Recall(), acts.NoShow(), acts.NoShow("gave-up"), acts.Withdraw())
        served = (acts.Finish(), acts.Next(), acts.Park("copy"), acts.Transfer("tax", "next-step"))
        return self.random.choice(called if held.status is Status.CALLED else served)

    def some(self) -> Act:
        """Any act."""
        draw = self.random.choice
        label = draw([each.label for each in self.office.live.tickets.values()] or ["A001"])
        every: list[Act] = [
                acts.Next(), acts.Next(), acts.Came(), acts.Came(), acts.Finish(), acts.Finish(), acts.Recall(),
                acts.Pick(label, draw(reasons.PICK)), acts.NoShow(), acts.NoShow(draw(reasons.EARLY_NO_SHOW)),
                acts.Withdraw(), acts.Park(draw(reasons.PARK)), acts.Transfer(draw(SERVICES), draw(reasons.TRANSFER)),
                acts.Back(label), acts.Cancel(label, "test"), acts.Prioritise(label), acts.Open(), acts.Close(),
                acts.Ticketless(draw(SERVICES), draw(reasons.TICKETLESS)), acts.Pause("lunch"), acts.Resume(),
                acts.ByHand("E", 1, 3, int(self.office.now) - 500, int(self.office.now)),
        ]  # fmt: skip
        return draw(every)

    def end(self) -> None:
        """Everything arrives; the next day begins and has its calls as well."""
        for kiosk in self.kiosks:
            self.hear(kiosk)
        self.office.later(20 * 60)
        self.office.day = NEXT
        for counter in (1, 2, 3):
            self.office.act(acts.Open(), counter)
        self.live(40)
        for kiosk in self.kiosks:
            self.hear(kiosk)
        self.close()


def audits(folder: Path) -> list[DayAudit]:
    with closing(reader_of(folder / FILE)) as db:
        return [read_day(db, day, ZONE) for day in (DAY, NEXT)]


@pytest.mark.parametrize("seed", range(2))
def test_every_act_of_staff_leaves_a_day_that_the_audit_repeats(tmp_path: Path, seed: int) -> None:
    day = Day(tmp_path, seed)
    day.live(220)
    day.end()
    for found in audits(tmp_path):
        assert found.audit.violations == ()
        assert found.audit.unchecked == 0
        totals = found.audit.totals
        assert totals.by_rule + sum(totals.by_hand.values()) == totals.calls > 0
    totals = audits(tmp_path)[0].audit.totals
    assert min(totals.by_rule, totals.finished, totals.no_shows, totals.transfers, totals.parked) > 2


def test_by_another_rule_the_same_days_are_full_of_violations(tmp_path: Path) -> None:
    """The control: the audit would see it if the office had called by anything but the rule."""
    day = Day(tmp_path, 1)
    day.live(120)
    day.end()
    with closing(reader_of(tmp_path / FILE)) as db:
        rows = db.execute(
            "SELECT row FROM facts JOIN journals USING (journal_id) WHERE own > 0 ORDER BY seq"
        ).fetchall()
    section = sections(decode(row) for (row,) in rows)[0]
    assert replay(section).violations == ()
    other = [
        structs.replace(fact, body={**fact.body, "priority_rate": 1, "overtakes": 1000, "returned_place": 0})
        if fact.kind == RuleAdopted.kind
        else fact
        for fact in section.facts
    ]
    named = {each.what for each in replay(replace(section, facts=tuple(other))).violations}
    assert named >= {Wrong.NOT_THE_RULE, Wrong.OTHER_PLACE}


def test_a_day_that_was_opened_in_two_journals_is_named(tmp_path: Path) -> None:
    """An office that began a new journal in mid-day cannot hide what came before."""
    first = Worked(tmp_path)
    first.act(acts.ByHand("E", 1, 3, int(first.now) - 500, int(first.now)))
    with first.ledger.transaction():
        first.ledger.open_own(
            KEY, seeded(3), first.moment.instant, predecessor=Predecessor(JournalId("0" * 32), Seq(1), "00")
        )
        queue.begin(first.ledger)
        queue.turn(first.ledger, first.moment)
    first.ledger.close()
    with closing(reader_of(tmp_path / FILE)) as db:
        found = read_day(db, DAY, ZONE)
    assert [each.what for each in found.audit.violations] == [Wrong.DAY_ORDER]
