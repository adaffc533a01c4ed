"""The office's own journal: inside the ledger, chained and signed as a device's, and nobody's but the office's."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server import reading
from server.__main__ import main
from server.errors import LedgerRefused
from server.export import export
from server.ingest import take_pairing
from server.intake import take_batch
from server.ledger import Ledger
from server.own import KEY_FILE, named_for, own_secret, written_for
from server.pairing import new_code
from server.schema import PROJECTIONS
from server.stores import FILE
from server.timekeeper import DOUBT_SECONDS, TRUST_SECONDS, Timekeeper
from sync import keys, verify, wire
from sync.chain import head_message
from sync.clock import Reading, Trust
from sync.codec import decode
from sync.errors import NotCanonical
from sync.facts import Body, ClockAnchored, JournalOpened, MachineStarted, Predecessor, ScoreGiven, understand
from sync.journal import Instant, JournalReader
from sync.keys import DeviceKey, signature_holds
from sync.paircode import fingerprint, make_code, proof_message
from sync.types import BootId, BootMs, Chain, JournalId, Level, Seq, UtcMs
from sync.wire import BATCH_ROWS, Head, Refusal
from tests.server.conftest import CERTIFICATE, ZONE, admit
from tests.server.device import BOOT, NOON, Device, seeded
from tests.server.places import place, reader_of
from tests.server.running import CONFIG, RunningServer
from tests.server.state import contents

KEY = DeviceKey(b"k" * 32, b"d" * 32)
STARTED = MachineStarted("1.0", "f" * 64)


def at(ms: int) -> Instant:
    return Instant(BOOT, BootMs(ms))


def opened(ledger: Ledger) -> JournalId:
    """The ledger with its own journal."""
    with ledger.transaction():
        return ledger.open_own(KEY, seeded(3), at(0))


def own_facts(of: Path | str) -> list[Body | None]:
    db = reader_of(of)
    rows = db.execute("SELECT row FROM facts JOIN journals USING (journal_id) WHERE own > 0 ORDER BY own, seq")
    found = [understand(decode(row)) for (row,) in rows]
    db.close()
    return found


def test_the_first_fact_opens_the_journal_by_the_key_and_the_role(ledger: Ledger) -> None:
    name = opened(ledger)
    assert own_facts(ledger.place) == [JournalOpened(name, KEY.public.hex(), "office")]
    assert ledger.own_named() == (name, KEY.public)


def test_its_secret_is_found_by_its_name_and_an_office_has_no_journal_of_its_own_here(ledger: Ledger) -> None:
    name, db = opened(ledger), ledger.publications.db
    assert own_secret(db, name) == own_secret(db) == ledger.own_secret
    assert not written_for(db, name, "an office")
    with ledger.transaction():
        ledger.append_for("an office", [], at(1))
        ledger.lost_for_offices.claim(JournalId("e" * 32), Head(Seq(3), Chain(b"c" * 32), bytes(64)), UtcMs(NOON))
    named = named_for(db, "an office")
    assert named is not None
    assert written_for(db, named, "an office")
    assert not written_for(db, named, "another")
    assert written_for(db, JournalId("f" * 32), "another"), "of what is not known here, the signature tells"
    assert ledger.lost_for_offices.found_since(UtcMs(NOON))
    assert not ledger.lost_for_offices.found_since(UtcMs(NOON + 1))


def test_what_is_appended_is_chained_vouched_for_and_verifiable(ledger: Ledger, tmp_path: Path) -> None:
    name = opened(ledger)
    with ledger.transaction():
        first = ledger.append([STARTED, STARTED], at(5))
        second = ledger.append([STARTED], at(6))
    assert [fact.seq for fact in (*first, *second)] == [2, 3, 4]
    assert (second[0].boottime_ms, understand(second[0])) == (6, STARTED)
    export(ledger.place, None, tmp_path / "copy.db")
    verdict = verify.verify(tmp_path / "copy.db")
    assert (verdict.problem, verdict.journal_id, verdict.good.seq) == (None, name, 4)
    head = contents(ledger.place, ("heads",))["heads"][-1]
    assert head[:3] == (name, 4, verdict.good.chain)
    assert signature_holds(KEY.public, head_message(name, verdict.good), head[3])


def test_a_second_start_goes_on_where_the_first_ended(make_ledger: Callable[..., Ledger], tmp_path: Path) -> None:
    first = Ledger(place(tmp_path / FILE), ZONE, seeded(7))
    name = opened(first)
    first.close()
    again = make_ledger()
    assert opened(again) == name
    with again.transaction():
        assert again.append([STARTED], at(9))[0].seq == 2


def test_another_key_does_not_write_on(ledger: Ledger) -> None:
    opened(ledger)
    with pytest.raises(LedgerRefused, match="not the one"), ledger.transaction():
        ledger.open_own(replace(KEY, seed=b"x" * 32), seeded(4), at(1))


def test_a_successor_names_the_journal_before_it_and_is_the_one_that_is_written(ledger: Ledger) -> None:
    before = opened(ledger)
    link = Predecessor(before, Seq(1), "00" * 32)
    with ledger.transaction():
        name = ledger.open_own(KEY, seeded(4), at(1), predecessor=link)
        ledger.append([STARTED], at(2))
    assert name != before
    assert own_facts(ledger.place)[1:] == [JournalOpened(name, KEY.public.hex(), "office", link), STARTED]
    assert ledger.own_named() == (name, KEY.public)


def test_nothing_is_appended_before_the_journal_is_open(ledger: Ledger) -> None:
    with pytest.raises(LedgerRefused, match="not open"), ledger.transaction():
        ledger.append([STARTED], at(1))


def a_part_that_fails(ledger: Ledger) -> None:
    with ledger.savepoint():
        ledger.append([STARTED], at(1))
        ledger.append([ScoreGiven(1, Level(2**60))], at(2))


def test_a_part_that_fails_leaves_no_fact_and_the_next_takes_its_seq(ledger: Ledger) -> None:
    opened(ledger)
    with ledger.transaction():
        with pytest.raises(NotCanonical):
            a_part_that_fails(ledger)
        assert ledger.append([STARTED], at(3))[0].seq == 2
    assert own_facts(ledger.place)[1:] == [STARTED]


def test_it_is_no_device_and_takes_no_lane(ledger: Ledger, device: Device) -> None:
    name = opened(ledger)
    assert admit(ledger, device) == 0
    db = reader_of(ledger.place)
    view = reading.view(db, "2026-11-23")
    db.close()
    assert [each.journal_id for each in view.devices] == [device.journal_id]
    assert ledger.paired() == {device.journal_id}
    assert name not in ledger.paired()


def test_nobody_sends_to_it_from_outside(ledger: Ledger, device: Device, tmp_path: Path) -> None:
    name = opened(ledger)
    before = contents(ledger.place, ("facts", "journals"))
    export(ledger.place, None, tmp_path / "copy.db")
    with JournalReader(tmp_path / "copy.db") as copy:
        at_end = copy.last()
    request = wire.sign_request(wire.sign_batch(name, at_end, at_end, [], KEY.sign), KEY.sign)
    with ledger.transaction():
        taken = take_batch(ledger, request, NOON)
    assert isinstance(taken, Refusal)
    assert taken.error == wire.UNPAIRED
    assert contents(ledger.place, ("facts", "journals")) == before


def test_nobody_pairs_as_it_even_with_its_key_and_secret(ledger: Ledger, device: Device, tmp_path: Path) -> None:
    name = opened(ledger)
    export(ledger.place, None, tmp_path / "copy.db")
    code = make_code(CERTIFICATE, seeded(5))
    with ledger.transaction():
        ledger.add_code(new_code(code.secret, None, NOON))
    secret = ledger.standing(name)
    assert secret is not None
    asked = replace(
        Device(device.journal, KEY).pair_request(str(code), CERTIFICATE),
        journal_id=name,
        journal_secret=secret.secret.hex(),
    )
    proof = KEY.sign(proof_message(code.secret, name, fingerprint(CERTIFICATE)))
    asked = replace(asked, proof=proof.hex())
    before = contents(ledger.place, ("journals",))
    with ledger.transaction():
        verdict = take_pairing(ledger, asked, fingerprint(CERTIFICATE), NOON)
    assert isinstance(verdict, Refusal)
    assert (verdict.error, "own" in verdict.message) == (wire.BAD_SIGNATURE, True)
    assert contents(ledger.place, ("journals",)) == before


def test_it_cannot_be_revoked_and_a_device_can(ledger: Ledger, device: Device) -> None:
    name = opened(ledger)
    admit(ledger, device)
    with ledger.transaction():
        assert not ledger.revoke(name, NOON)
        assert ledger.revoke(device.journal_id, NOON), "control"


def test_a_rebuild_equals_the_growth(ledger: Ledger) -> None:
    opened(ledger)
    with ledger.transaction():
        ledger.append([STARTED, ClockAnchored(NOON, 5, "ntp"), ScoreGiven(1, Level(5))], at(5))
    before = contents(ledger.place, PROJECTIONS)
    assert before["scores"]
    assert ledger.rebuild() == 4
    assert contents(ledger.place, PROJECTIONS) == before


def test_heads_of_it_are_thinned_but_never_far_apart(ledger: Ledger) -> None:
    opened(ledger)
    for _ in range(12):
        with ledger.transaction():
            ledger.append([STARTED] * 100, at(1))
    seqs = [row[1] for row in contents(ledger.place, ("heads",))["heads"]]
    assert seqs[-1] == 1201
    assert len(seqs) < 6
    assert all(after - before <= 2 * BATCH_ROWS for before, after in zip([0, *seqs], seqs, strict=False))


class Forgetful(Ledger):
    """The control: what lies beside the tables is not put back."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        try:
            with super().transaction():
                yield
        except BaseException:
            self.live = "after"
            raise

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        try:
            with super().savepoint():
                yield
        except BaseException:
            self.live = "after"
            raise


@pytest.mark.parametrize(("kind", "left"), [(Ledger, "before"), (Forgetful, "after")])
def test_what_is_kept_beside_the_tables_is_put_back_with_them(
    make_ledger: Callable[..., Ledger], kind: type[Ledger], left: str
) -> None:
    ledger = make_ledger(kind=kind)
    ledger.live = "before"

    def torn(block: Any) -> None:
        with block:
            ledger.live = "after"
            raise RuntimeError

    with pytest.raises(RuntimeError):
        torn(ledger.transaction())
    assert ledger.live == left
    ledger.live = "before"
    with ledger.transaction():
        with pytest.raises(RuntimeError):
            torn(ledger.savepoint())
        assert ledger.live == left
    with ledger.transaction(), ledger.savepoint():
        ledger.live = "kept"
    assert ledger.live == "kept"


class Watch:
    """A clock that stands where it was put."""

    def __init__(self, utc_ms: int, *, disciplined: bool = False, chip_error_ms: int | None = None) -> None:
        self.utc_ms, self.disciplined, self.ms = utc_ms, disciplined, 1000
        self.chip_error_ms = chip_error_ms

    def instant(self) -> Instant:
        return at(self.ms)

    def read(self) -> Reading:
        return Reading(BootId(BOOT), BootMs(self.ms), UtcMs(self.utc_ms), self.disciplined, 5, self.chip_error_ms)


@pytest.mark.parametrize(
    ("trust", "disciplined", "source"), [(Trust.SYSTEM, False, "system"), (Trust.NTP, True, "ntp")]
)
def test_a_start_anchors_the_clock_as_far_as_it_is_trusted(
    ledger: Ledger, trust: Trust, disciplined: bool, source: str
) -> None:
    opened(ledger)
    keeper = Timekeeper(Watch(NOON, disciplined=disciplined), trust, ledger.own_timeline)
    with ledger.transaction():
        keeper.look(ledger)
        keeper.look(ledger)
    (anchor,) = own_facts(ledger.place)[1:]
    assert isinstance(anchor, ClockAnchored)
    assert (anchor.utc_ms, anchor.source) == (NOON, source)
    assert keeper.wait_seconds == TRUST_SECONDS


def test_a_clock_chip_tells_the_office_its_time_until_a_time_server_does(ledger: Ledger) -> None:
    opened(ledger)
    watch = Watch(NOON, chip_error_ms=20_000)
    keeper = Timekeeper(watch, Trust.NTP, ledger.own_timeline)
    assert keeper.now() is None, "what look() has not taken is not believed"
    for disciplined, wait_seconds in ((False, DOUBT_SECONDS), (True, TRUST_SECONDS)):
        watch.disciplined = disciplined
        with ledger.transaction():
            keeper.look(ledger)
        assert (keeper.now(), keeper.wait_seconds) == ((NOON, "clock"), wait_seconds)
    told = [body for body in own_facts(ledger.place) if isinstance(body, ClockAnchored)]
    assert [(body.source, body.uncertainty_ms) for body in told] == [("rtc", 20_000), ("ntp", 5)]


def test_a_clock_that_nobody_keeps_or_that_shows_a_time_that_is_over_anchors_nothing(ledger: Ledger) -> None:
    opened(ledger)
    nobody = Timekeeper(Watch(NOON), Trust.NTP, ledger.own_timeline)
    with ledger.transaction():
        ledger.append([ClockAnchored(NOON, 5, "ntp")], Instant(BootId("a" * 32), BootMs(5)))
        nobody.look(ledger)
        Timekeeper(Watch(NOON - 60_000), Trust.SYSTEM, ledger.own_timeline).look(ledger)
    assert len(own_facts(ledger.place)) == 2
    assert nobody.wait_seconds == DOUBT_SECONDS
    with ledger.transaction():
        Timekeeper(Watch(NOON + 60_000), Trust.SYSTEM, ledger.own_timeline).look(ledger)
    assert len(own_facts(ledger.place)) == 3, "control: a later time is believed"


def test_a_served_office_begins_its_journal_once_and_keeps_its_key(tmp_path: Path) -> None:
    running = RunningServer(tmp_path)
    key = keys.load(running.data / KEY_FILE)
    assert running.end() == 0
    running.start()
    done = running.command("export", "--to", str(tmp_path / "own.db"))
    assert done.returncode == 0, done.stderr
    assert running.end() == 0
    facts = own_facts(running.data / FILE)
    assert [type(fact) for fact in facts] == [JournalOpened, MachineStarted, ClockAnchored, MachineStarted]
    assert isinstance(facts[0], JournalOpened)
    assert facts[0].public_key == key.public.hex()
    assert verify.main([str(tmp_path / "own.db"), "--against", str(running.data / FILE)]) == 0


def test_an_office_without_its_key_does_not_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    running = RunningServer(tmp_path)
    assert running.end() == 0
    (running.data / KEY_FILE).unlink()
    assert main(["serve", "--config", str(running.config)]) == 1
    assert "is gone, but its journal is there" in capsys.readouterr().err


def test_an_export_says_why_it_cannot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "server.toml"
    config.write_text(CONFIG, "utf-8")
    call = ["export", "--config", str(config), "--to", str(tmp_path / "own.db")]
    assert main(call) == 1
    assert main(["rebuild", "--config", str(config)]) == 0
    assert main(call) == 1
    assert "no fact of a journal of its own" in capsys.readouterr().err
    ledger = Ledger(place(tmp_path / "office" / FILE), ZONE, seeded(1))
    opened(ledger)
    ledger.close()
    assert main(call) == 0
    assert main(call) == 1, "an export never overwrites a file"
