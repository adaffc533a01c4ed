"""The ledger: all of a batch or nothing, exactly once, by one writer, and a rebuild equals the growth."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from server import reading, schema
from server.change import Change
from server.database import Taken
from server.errors import LedgerBusy, LedgerDamaged
from server.fold import changes
from server.intake import take_batch
from server.ledger import Ledger
from server.stores import FILE
from sync import verify
from sync.chain import START
from sync.codec import Fact
from sync.facts import PrinterMet, ScoreRepeated
from sync.judge import Accept, judge_request
from sync.types import JournalId, Level, Seq
from sync.wire import BATCH_ROWS, Refusal
from tests.faults.centre_habits import Take, without_dedup
from tests.server.conftest import ZONE, admit
from tests.server.device import CATALOGUE, DAY, NOON, Device, anchor, issued, printed, score, seeded
from tests.server.places import place, reader_of, stranger
from tests.server.state import contents


def send(ledger: Ledger, device: Device, last: int | None = None) -> int | Refusal:
    """One batch, committed; believed by the device where it was taken."""
    with ledger.transaction():
        taken = take_batch(ledger, device.request(last=last), NOON)
    if isinstance(taken, int):
        reached = device.journal.at(taken)
        assert reached is not None
        device.sent = reached
    return taken


def test_facts_are_kept_byte_by_byte_with_their_chain_and_the_head(ledger: Ledger, device: Device) -> None:
    admit(ledger, device)
    device.record(anchor(), issued(1), score(5))
    assert send(ledger, device) == 4
    stored = contents(ledger.place, ("facts", "heads"))
    assert [row[2:] for row in stored["facts"]] == [(each.row, each.chain) for each in device.journal.entries()]
    head = device.batch(after=START).head
    assert stored["heads"] == [(device.journal_id, head.seq, head.chain, head.signature)]


class Torn(Exception):
    """The power goes, in the middle of a batch."""


def failing_at(seq: int) -> Callable[[JournalId, Fact, bytes], list[Change]]:
    """A fold that breaks off at one fact."""

    def fold(journal_id: JournalId, fact: Fact, chain: bytes) -> list[Change]:
        if fact.seq == seq:
            raise Torn
        return changes(journal_id, fact, chain)

    return fold


class Careless(Ledger):
    """The control: commits each statement as it comes."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """No transaction at all."""
        yield


def torn_state(path: Path, device: Device, kind: type[Ledger]) -> tuple[object, object]:
    """The ledger before and after a batch that breaks off in its middle."""
    first = Ledger(place(path), ZONE, seeded(7))
    admit(first, device)
    first.close()
    before = contents(path)
    broken = kind(place(path), ZONE, seeded(7), fold=failing_at(4))
    device.record(anchor(), issued(1), score(5))
    with pytest.raises(Torn), broken.transaction():
        take_batch(broken, device.request(), NOON)
    broken.close()
    return before, contents(path)


def test_a_batch_that_breaks_off_leaves_nothing_behind(tmp_path: Path, device: Device) -> None:
    before, after = torn_state(tmp_path / FILE, device, Ledger)
    assert after == before


def test_control_a_ledger_without_a_transaction_is_caught_by_that(tmp_path: Path, device: Device) -> None:
    before, after = torn_state(tmp_path / FILE, device, Careless)
    assert after != before


def tickets_of_a_batch_that_came_twice(ledger: Ledger, device: Device, take: Take) -> int:
    admit(ledger, device)
    device.record(anchor(), issued(1), score(5))
    again = device.request()
    assert send(ledger, device) == 4
    with ledger.transaction():
        take(ledger, again, NOON)
    return len(contents(ledger.place, ("tickets",))["tickets"])


def test_what_was_taken_before_is_not_taken_again(ledger: Ledger, device: Device) -> None:
    assert tickets_of_a_batch_that_came_twice(ledger, device, take_batch) == 1
    before = contents(ledger.place)
    device.sent = START
    assert send(ledger, device) == 4
    assert contents(ledger.place) == before


def test_control_a_server_without_deduplication_is_caught_by_that(ledger: Ledger, device: Device) -> None:
    assert tickets_of_a_batch_that_came_twice(ledger, device, without_dedup) == 2


def test_control_rows_taken_twice_are_refused_by_the_table_itself(ledger: Ledger, device: Device) -> None:
    admit(ledger, device)
    device.record(anchor(), issued(1))
    known = ledger.known(device.journal_id)
    verdict = judge_request(device.request(), known)
    assert isinstance(verdict, Accept)
    with ledger.transaction():
        ledger.apply(device.journal_id, verdict, NOON)
    with pytest.raises(LedgerDamaged, match=r"takes the next seq|duplicate key"), ledger.transaction():
        ledger.apply(device.journal_id, verdict, NOON)


def test_an_overlapping_batch_adds_only_what_is_new(ledger: Ledger, device: Device) -> None:
    admit(ledger, device)
    device.record(anchor(), issued(1))
    assert send(ledger, device, last=2) == 2
    device.sent = START
    assert send(ledger, device) == 3
    assert len(contents(ledger.place)["facts"]) == 3


@pytest.mark.parametrize("statement", ["UPDATE facts SET chain = chain", "DELETE FROM facts"])
def test_facts_are_never_changed_or_deleted(ledger: Ledger, device: Device, statement: str) -> None:
    admit(ledger, device)
    send(ledger, device)
    db = stranger(ledger.place)
    with pytest.raises(Taken, match="never"):
        db.execute(statement)
    db.close()


def test_there_is_one_writer(ledger: Ledger, make_ledger: Callable[..., Ledger]) -> None:
    with pytest.raises(LedgerBusy) as caught:
        make_ledger()
    assert "End the running server" in caught.value.hint


@pytest.mark.sqlite
def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path, make_ledger: Callable[..., Ledger]) -> None:
    (tmp_path / FILE).write_bytes(b"not a database, but long enough to be taken for one" * 20)
    with pytest.raises(LedgerDamaged) as caught:
        make_ledger()
    assert "repair" in caught.value.hint
    assert (tmp_path / FILE).read_bytes().startswith(b"not a database")


def test_the_same_number_twice_is_stored_and_reported(ledger: Ledger, device: Device) -> None:
    admit(ledger, device)
    device.record(anchor(), issued(7), issued(7), issued(8))
    assert send(ledger, device) == 5
    view = look(ledger.place)
    assert view.tickets == 3
    assert view.clashes == (reading.Clash("A007", 2),)


def look(of: Path | str, day: str = DAY) -> reading.View:
    """What the pages would read."""
    db = reader_of(of)
    try:
        return reading.view(db, day)
    finally:
        db.close()


def test_the_day_is_counted_by_service_level_and_paper(ledger: Ledger, device: Device) -> None:
    admit(ledger, device, "Registration hall")
    device.record(CATALOGUE, anchor())
    first = device.record(issued(1))
    device.record(*printed(first))
    second = device.record(issued(1, "tax"))
    device.record(*printed(second, "uncertain"))
    device.record(issued(2, day="2026-11-22"), score(5), score(5), score(2))
    send(ledger, device)
    view = look(ledger.place)
    assert (view.tickets, dict(view.by_service)) == (2, {"register": 1, "tax": 1})
    assert [(each.label, each.print) for each in view.latest] == [("B001", "uncertain"), ("A001", "confirmed")]
    assert view.scores == {5: 2, 4: 0, 3: 0, 2: 1, 1: 0}
    assert view.services["tax"]["en"] == "Paying taxes"
    assert [(each.place, each.received) for each in view.devices] == [("Registration hall", device.journal.end.seq)]


def given_and_repeated(device: Device, counter: int, *levels: int) -> None:
    """A score with these presses of the lockout after it."""
    first = device.record(score(levels[0], counter))
    device.record(ScoreRepeated(Seq(first), counter, tuple(map(Level, levels[1:]))))


def a_disputed_day(device: Device) -> None:
    device.record(anchor(), score(5), score(4))
    given_and_repeated(device, 1, 5, 5, 5)
    given_and_repeated(device, 1, 1, 5)
    given_and_repeated(device, 2, 2, 1, 4)
    given_and_repeated(device, 2, 4, 2, 1)
    given_and_repeated(device, 2, 3, 5, 3)


def test_scores_for_which_several_levels_were_pressed_are_shown_apart_and_outside_the_mean(
    ledger: Ledger, device: Device
) -> None:
    admit(ledger, device)
    a_disputed_day(device)
    send(ledger, device)
    view = look(ledger.place)
    assert view.scores == {5: 2, 4: 1, 3: 0, 2: 0, 1: 0}
    assert (view.scored, view.disputed) == (3, 4)
    assert view.mean == pytest.approx(14 / 3)
    assert view.upward == {1: 1, 2: 1}, "the last press was higher than the first"
    before = contents(ledger.place)
    ledger.rebuild()
    assert contents(ledger.place) == before


def test_control_where_repeats_are_ignored_the_mean_is_another(tmp_path: Path, device: Device) -> None:
    def deaf(journal_id: JournalId, fact: Fact, chain: bytes) -> list[Change]:
        return [] if fact.kind == ScoreRepeated.kind else changes(journal_id, fact, chain)

    ledger = Ledger(place(tmp_path / "deaf.db"), ZONE, seeded(7), fold=deaf)
    admit(ledger, device)
    a_disputed_day(device)
    send(ledger, device)
    view = look(ledger.place)
    ledger.close()
    assert (view.scored, view.disputed, view.upward) == (7, 0, {})
    assert view.mean == pytest.approx(24 / 7)


def test_a_day_without_scores_has_no_mean(ledger: Ledger) -> None:
    assert look(ledger.place).mean is None


def test_a_score_without_a_clock_is_counted_beside_until_an_anchor_dates_it(ledger: Ledger, device: Device) -> None:
    admit(ledger, device)
    device.record(score(4))
    send(ledger, device)
    assert (look(ledger.place).scored, look(ledger.place).unplaced) == (0, 1)
    device.record(anchor())
    send(ledger, device)
    assert (look(ledger.place).scored, look(ledger.place).unplaced) == (1, 0)


def test_a_tighter_anchor_moves_a_score_to_its_true_day(ledger: Ledger, device: Device) -> None:
    admit(ledger, device)
    device.record(anchor(NOON - 86_400_000, 120_000), score(4))
    send(ledger, device)
    assert look(ledger.place).scored == 0
    device.record(anchor(NOON, 5))
    send(ledger, device)
    assert (look(ledger.place).scored, look(ledger.place, "2026-11-22").scored) == (1, 0)


def test_another_time_zone_folds_the_ledger_anew(tmp_path: Path, device: Device) -> None:
    first = Ledger(place(tmp_path / FILE), ZONE, seeded(7))
    admit(first, device)
    device.record(anchor(NOON - 4 * 3_600_000), score(5))
    send(first, device)
    first.close()
    assert look(first.place).scored == 1
    Ledger(place(tmp_path / FILE), ZoneInfo("America/New_York"), seeded(8)).close()
    assert (look(first.place).scored, look(first.place, "2026-11-22").scored) == (0, 1)


def test_heads_are_thinned_but_never_far_apart(ledger: Ledger, device: Device) -> None:
    admit(ledger, device)
    for _ in range(12):
        device.record(*[score(5)] * 100)
        send(ledger, device)
    seqs = [row[1] for row in contents(ledger.place, ("heads",))["heads"]]
    assert seqs[-1] == device.journal.end.seq
    assert len(seqs) < 6
    assert all(after - before <= 2 * BATCH_ROWS for before, after in zip([0, *seqs], seqs, strict=False))


def test_refusals_are_counted_in_full_and_kept_in_part(ledger: Ledger, device: Device, tmp_path: Path) -> None:
    admit(ledger, device)
    device.record(anchor())
    send(ledger, device)
    device.record(score(5))
    gap = device.request(after=device.journal.end)
    other = Device.make(tmp_path / "other", seed=9)
    for _ in range(3):
        with ledger.transaction():
            assert isinstance(take_batch(ledger, gap, NOON), Refusal)
            assert isinstance(take_batch(ledger, other.request(), NOON), Refusal)
    other.journal.close()
    view = look(ledger.place)
    assert dict(view.devices[0].refused) == {"gap": 3}
    assert view.strangers == 3


def test_facts_of_another_release_are_stored_and_marked(ledger: Ledger, device: Device) -> None:
    admit(ledger, device)
    device.record(anchor(), score(9), issued(1))
    assert send(ledger, device) == 4
    view = look(ledger.place)
    assert (view.devices[0].strange, view.scored, view.tickets) == (1, 0, 1)


@pytest.mark.sqlite
def test_a_ledger_of_a_newer_release_is_left_alone(ledger: Ledger, make_ledger: Callable[..., Ledger]) -> None:
    ledger._db.execute("INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('ledger', 'of_tomorrow')")
    ledger._db.execute("UPDATE server SET folded = 'tomorrow'")
    with pytest.raises(LedgerBusy):
        make_ledger()
    copy = Path(ledger.place).with_name("copy.db")
    ledger._db.execute("VACUUM INTO ?", (str(copy),))
    with pytest.raises(LedgerDamaged, match="newer release: of_tomorrow"):
        make_ledger("copy.db")
    reader = reader_of(copy)
    assert reader.execute("SELECT folded FROM server").fetchone() == ("tomorrow",)
    reader.close()


@pytest.mark.sqlite
def test_a_ledger_of_an_older_release_learns_of_the_printers_that_its_facts_tell_of(
    ledger: Ledger, device: Device, make_ledger: Callable[..., Ledger]
) -> None:
    admit(ledger, device)
    device.record(anchor(), PrinterMet("EPSON", "TM-T20III", None, "epson-tm-203", ("answers",)))
    assert send(ledger, device) == 3
    for column in schema.PRINTER_COLUMNS:
        ledger._db.execute(f"ALTER TABLE machines DROP COLUMN {column.split()[0]}")
    ledger._db.execute("DELETE FROM _sqlite_migrations WHERE name = 'printers'")
    ledger._db.execute(f"UPDATE server SET folded = '4 {ZONE.key}'")
    old = Path(ledger.place).with_name("old.db")
    ledger._db.execute("VACUUM INTO ?", (str(old),))
    printer = look(make_ledger(old.name).place).devices[0].printer
    assert printer == reading.Printer("EPSON", "TM-T20III", "epson-tm-203", ("answers",))


@pytest.mark.sqlite
def test_a_journal_is_verified_against_the_database_of_a_server(
    ledger: Ledger, device: Device, capsys: pytest.CaptureFixture[str]
) -> None:
    call = [str(device.journal.path), "--against", str(ledger.place)]
    admit(ledger, device)
    assert verify.main(call) == 2
    assert "holds no fact of journal" in capsys.readouterr().err
    device.record(anchor(), issued(1))
    send(ledger, device)
    device.record(score(5))
    assert verify.main(call) == 0
    ledger._db.execute("DROP TRIGGER facts_are_never_changed")
    ledger._db.execute("UPDATE facts SET chain = ? WHERE seq = 3", (bytes(32),))
    assert verify.main(call) == 1
    assert "last good seq 2" in capsys.readouterr().out
