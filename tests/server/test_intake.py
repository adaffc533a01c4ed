"""Batches that wait together: stored together as they would be one by one; what is folded later is folded the same."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from server.change import Change
from server.errors import LedgerRefused
from server.fold import changes
from server.intake import Intake, take_batch, take_batches
from server.ledger import Ledger
from server.schema import PROJECTIONS
from server.writer import FOLD_EVERY, Writer
from sync.codec import Fact
from sync.facts import ScoreGiven
from sync.types import JournalId, Level
from sync.wire import Refusal, Request
from tests.bench.traffic import BEGAN, Machine, begin, enter, enter_offices
from tests.server.conftest import ZONE
from tests.server.device import seeded
from tests.server.places import place
from tests.server.state import RECEIVED, contents

OFFICES = 2
ALL = (*RECEIVED, *PROJECTIONS, "unfolded", "offices", "refusals")


def centre(
    path: Path, kind: type[Ledger] = Ledger, **options: object
) -> tuple[Ledger, list[Machine], list[Iterator[None]]]:
    """A centre that knows two offices, each with a kiosk, and one machine of its own; the same every time."""
    ledger = kind(place(path), ZONE, seeded(7), **options)  # type: ignore[arg-type]
    random = Random(7)
    machines, visits = begin(random, OFFICES)
    own = Machine.begun(random, "kiosk")
    with ledger.transaction():
        enter_offices(ledger, machines)
        enter(ledger, [own])
    return ledger, [*machines, own], visits


def press(ledger: Ledger, requests: list[Request], *, pressed: bool = True) -> list[int | Refusal]:
    """Take these together, durable."""
    with ledger.transaction():
        return take_batches(ledger, requests, BEGAN, pressed=pressed)


def a_round(machines: list[Machine], visits: list[Iterator[None]]) -> list[Request]:
    """What everybody sends after one more visit at each office."""
    for each in visits:
        next(each)
    return [machine.request() for machine in machines]


def caught_up(ledger: Ledger) -> None:
    """Fold all that waits, in small parts."""
    while ledger.waits:
        with ledger.transaction():
            ledger.fold_waiting(3)


def test_batches_taken_together_leave_what_they_leave_one_by_one(tmp_path: Path) -> None:
    one, machines, visits = centre(tmp_path / "one.db")
    for request in [*a_round(machines, visits), *a_round(machines, visits)]:
        with one.transaction():
            assert isinstance(take_batch(one, request, BEGAN), int)
    many, machines, visits = centre(tmp_path / "many.db")
    for _ in range(2):
        answers = press(many, a_round(machines, visits), pressed=False)
        assert answers == [machine.end.seq for machine in machines]
    assert contents(many.place, ALL) == contents(one.place, ALL)
    one.close()
    many.close()


def test_one_that_is_refused_takes_none_of_the_others_with_it(tmp_path: Path) -> None:
    ledger, machines, visits = centre(tmp_path / "centre.db")
    first, second, *rest = a_round(machines, visits)
    forged = Request(second.journal_id, second.first, second.last, bytes(64), second.body)
    answers = press(ledger, [first, forged, *rest], pressed=False)
    assert [isinstance(each, Refusal) for each in answers] == [False, True, False, False, False]
    ends = {row[0] for row in contents(ledger.place, ("facts",))["facts"]}
    assert ends == {machine.name for machine in machines} - {second.journal_id}
    ledger.close()


def test_what_offices_bring_in_a_press_is_durable_at_once_and_folded_later_to_the_same(tmp_path: Path) -> None:
    calm, machines, visits = centre(tmp_path / "calm.db")
    for _ in range(3):
        press(calm, a_round(machines, visits), pressed=False)
    pressed, machines, visits = centre(tmp_path / "pressed.db")
    press(pressed, a_round(machines, visits))
    own = machines[-1].name
    held = contents(pressed.place, (*RECEIVED, "anchors", "tickets"))
    assert {row[0] for row in held["anchors"]} == {own}, "this server's own machines never wait"
    assert held["tickets"] == []
    assert pressed.waits
    press(pressed, a_round(machines, visits), pressed=False)
    assert not contents(pressed.place, ("tickets",))["tickets"], "what comes behind facts that wait, waits as well"
    press(pressed, a_round(machines, visits))
    assert contents(pressed.place, RECEIVED) == contents(calm.place, RECEIVED)
    caught_up(pressed)
    assert contents(pressed.place, ALL) == contents(calm.place, ALL)
    calm.close()
    pressed.close()


class Hasty(Ledger):
    """The control: takes the newest first and leaves what waited."""

    def senders(self, journals):  # type: ignore[no-untyped-def]
        """Nothing waits."""
        return {name: replace(it, waits=False) for name, it in super().senders(journals).items()}


def test_control_folding_what_comes_before_what_waits_makes_something_else(tmp_path: Path) -> None:
    calm, machines, visits = centre(tmp_path / "calm.db")
    hasty, _, _ = centre(tmp_path / "hasty.db", Hasty)
    for pressed in (True, False):
        requests = a_round(machines, visits)
        press(calm, requests, pressed=False)
        press(hasty, requests, pressed=pressed)
    assert contents(hasty.place, ("tickets",)) != contents(calm.place, ("tickets",))
    calm.close()
    hasty.close()


@pytest.mark.parametrize("again", ["opened", "rebuilt"])
def test_what_waits_is_folded_when_the_ledger_is_opened_or_rebuilt(tmp_path: Path, again: str) -> None:
    calm, machines, visits = centre(tmp_path / "calm.db")
    press(calm, a_round(machines, visits), pressed=False)
    ledger, machines, visits = centre(tmp_path / "pressed.db")
    press(ledger, a_round(machines, visits))
    if again == "rebuilt":
        ledger.rebuild()
        caught_up(ledger)
    else:
        ledger.close()
        ledger = Ledger(place(tmp_path / "pressed.db"), ZONE, seeded(8))
    assert not ledger.waits
    assert contents(ledger.place, ALL) == contents(calm.place, ALL)
    calm.close()
    ledger.close()


def test_the_writer_folds_what_waits_once_nobody_waits_for_it(tmp_path: Path) -> None:
    ledger, machines, visits = centre(tmp_path / "centre.db")
    folded: list[bool] = []
    writer = Writer(ledger, lambda: folded.append(not ledger.waits))
    first = writer.submit(lambda ledger: take_batches(ledger, a_round(machines, visits), BEGAN, pressed=True))
    writer.start()
    assert first.result(20) == [machine.end.seq for machine in machines]
    writer.close()
    assert folded == [False, True]


def test_the_writer_does_not_fold_while_more_is_judged_and_does_once_no_more_is(tmp_path: Path) -> None:
    ledger, machines, visits = centre(tmp_path / "centre.db")
    writer = Writer(ledger)
    writer.start()
    writer.expect(more=True)
    for _ in range(2):
        writer.submit(lambda ledger: take_batches(ledger, a_round(machines, visits), BEGAN, pressed=True)).result(20)
    assert writer.submit(lambda ledger: ledger.waits).result(20)
    writer.expect(more=False)
    while writer.submit(lambda ledger: ledger.waits).result(20):
        pass
    writer.close()


def test_the_writer_folds_now_and_then_while_others_wait(tmp_path: Path) -> None:
    ledger, machines, visits = centre(tmp_path / "centre.db")
    told: list[str] = []
    writer = Writer(ledger, lambda: told.append("folded" if not ledger.waits else "taken"))

    def on(left: int) -> Callable[[Ledger], None]:
        def job(ledger: Ledger) -> None:
            take_batches(ledger, a_round(machines[:1], visits[:1]), BEGAN, pressed=True)
            if left:
                writer.submit(on(left - 1))

        return job

    writer.submit(on(FOLD_EVERY + 1))
    writer.start()
    while not told or told[-1] != "folded" or len(told) < FOLD_EVERY + 3:
        writer.submit(lambda ledger: None).result(20)
    writer.close()
    assert "folded" in told[: FOLD_EVERY + 1]


def test_facts_that_cannot_be_folded_are_said_and_end_nothing(tmp_path: Path) -> None:
    broken = True

    def fold(journal_id: JournalId, fact: Fact, chain: bytes) -> list[Change]:
        if broken and fact.seq > 1:
            raise RuntimeError
        return changes(journal_id, fact, chain)

    ledger, machines, visits = centre(tmp_path / "centre.db", fold=fold)
    writer = Writer(ledger)
    requests = a_round(machines[:-1], visits)
    first = writer.submit(lambda ledger: take_batches(ledger, requests, BEGAN, pressed=True))
    writer.start()
    assert all(isinstance(each, int) for each in first.result(20))
    writer.submit(lambda ledger: None).result(20)
    assert "rebuild" in (writer.trouble or "")
    broken = False
    more = writer.submit(lambda ledger: take_batches(ledger, a_round(machines[:-1], visits), BEGAN, pressed=True))
    assert all(isinstance(each, int) for each in more.result(20))
    writer.close()
    assert not ledger.waits


class Recording(Ledger):
    """Tells which journals were stored together."""

    groups: list[list[str]]

    def apply_all(self, accepted, now_ms, *, later=False):  # type: ignore[no-untyped-def]
        """As it is, and said."""
        accepted = list(accepted)
        self.groups.append([sender.known.journal_id for sender, _ in accepted])
        super().apply_all(accepted, now_ms, later=later)


@contextmanager
def taking(path: Path, **options: object) -> Iterator[tuple[Writer, Recording, list[Machine], list[Iterator[None]]]]:
    """A centre with its writer, not yet started."""
    first, machines, visits = centre(path)
    first.close()
    ledger = Recording(place(path), ZONE, seeded(8), **options)  # type: ignore[arg-type]
    ledger.groups = []
    writer = Writer(ledger)
    try:
        yield writer, ledger, machines, visits
    finally:
        writer.close()


def test_batches_that_come_while_others_are_stored_go_together_and_each_journal_in_its_order(tmp_path: Path) -> None:
    with taking(tmp_path / "centre.db") as (writer, ledger, machines, visits):

        async def all_at_once() -> list[int | Refusal]:
            intake = Intake(writer, lambda: BEGAN, lambda: None)
            asked = [asyncio.create_task(intake.take(each)) for each in a_round(machines[:1], visits)]
            await asyncio.sleep(0)
            later = [*a_round(machines, visits), *a_round(machines[:2], visits)]
            asked += [asyncio.create_task(intake.take(each)) for each in later]
            await asyncio.sleep(0)
            asked[1].cancel()
            writer.start()
            return await asyncio.gather(*(each for each in asked if each is not asked[1]))

        answers = asyncio.run(all_at_once())
        assert all(isinstance(each, int) for each in answers)
        names = [machine.name for machine in machines]
        assert ledger.groups == [names[:1], names, names[:2]]
        assert writer.submit(lambda ledger: ledger.end_of(names[0])).result(20) == machines[0].end, "it may fold still"


def test_a_defect_of_one_reaches_its_own_asker_and_the_others_are_stored(tmp_path: Path) -> None:
    bad: set[JournalId] = set()

    def fold(journal_id: JournalId, fact: Fact, chain: bytes) -> list[Change]:
        if journal_id in bad:
            raise RuntimeError("a defect")
        return changes(journal_id, fact, chain)

    with taking(tmp_path / "centre.db", fold=fold) as (writer, _, machines, visits):
        bad.add(machines[1].name)

        async def all_at_once() -> list[object]:
            intake = Intake(writer, lambda: BEGAN, lambda: None)
            writer.start()
            asked = (intake.take(each) for each in a_round(machines, visits))
            return await asyncio.gather(*asked, return_exceptions=True)

        answers = asyncio.run(all_at_once())
        assert [type(each) for each in answers] == [int, RuntimeError, int, int, int]
        stored = writer.submit(lambda ledger: ledger.end_of(machines[1].name)).result(20)
        assert stored.seq == 0


class Full(Recording):
    """A disk that takes nothing."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Refused, once the server runs."""
        if hasattr(self, "groups"):
            self.groups.append([])
            raise LedgerRefused("full", hint="free space")
        with super().transaction():
            yield


def test_a_full_disk_is_said_to_everybody_after_one_try(tmp_path: Path) -> None:
    first, machines, visits = centre(tmp_path / "centre.db")
    first.close()
    ledger = Full(place(tmp_path / "centre.db"), ZONE, seeded(8))
    ledger.groups = []
    writer = Writer(ledger)

    async def all_at_once() -> list[object]:
        intake = Intake(writer, lambda: BEGAN, lambda: None)
        writer.start()
        asked = (intake.take(each) for each in a_round(machines, visits))
        return await asyncio.gather(*asked, return_exceptions=True)

    assert {type(each) for each in asyncio.run(all_at_once())} == {LedgerRefused}
    assert len(ledger.groups) == 1
    writer.close()


def test_many_facts_in_one_group_wait_without_a_press_behind_them(tmp_path: Path) -> None:
    ledger, machines, visits = centre(tmp_path / "centre.db")
    for _ in range(2001):
        machines[0].record(1, ScoreGiven(1, Level(5)))
    press(ledger, a_round(machines[:1], visits), pressed=False)
    assert ledger.waits
    ledger.close()
