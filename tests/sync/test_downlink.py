"""The way down at the device: verified, mirrored, told to the kiosk; whatever goes wrong, nothing wrong is applied."""

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from sync import downlink, downlink_driver, facts, verify, wire
from sync.chain import extend
from sync.client import Reply
from sync.database import open_readonly
from sync.downlink import Ask, Fed, Gave, Give, Named, NotPaired, Phase, State
from sync.downlink_driver import Downlink, Ports
from sync.errors import JournalBusy
from sync.exchange_terms import Failed, IllegalInput, Refused, RetryAfter, SetTimer, Timer
from sync.feedwire import HOLD_S, asked_hold_s, prefer
from sync.journal import Instant, JournalReader
from sync.judge import Accept, Row
from sync.mirror import FILE, MirrorReader
from sync.pairing import Pin, save_pin
from sync.types import BootMs, Seq
from sync.wire import Batch
from tests.sync import feeding_office, journals
from tests.sync.feeding_office import STARTED, FeedingOffice
from tests.sync.journals import BOOT
from tests.sync.test_exchange_uplink import save_key

PIN = Pin("a" * 32, "b" * 64, 0, "c" * 64)


class World:
    """Clock, line and log of one device and one office."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.office = FeedingOffice()
        self.ms, self.wakes, self.links = 1000, 0, 0
        self.lines: list[str] = []
        self.hold_s, self.headers = HOLD_S, dict[str, str]()
        self.confirmed: list[BootMs] = []
        save_key(data)
        journals.make(data / "journal.db").close()
        save_pin(data / "pin.json", PIN)

    def instant(self) -> Instant:
        self.ms += 1
        return Instant(BOOT, BootMs(self.ms))

    def wake(self) -> None:
        self.wakes += 1

    def link(self, url: str, fingerprint: bytes) -> "World":
        self.links += 1
        return self

    def post(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """The office holds the question as long as a real one would."""
        self.headers = headers
        reply = self.office.post(path, headers, body)
        self.ms += 25_000
        return reply

    def close(self) -> None:
        """Nothing to let go of."""

    def start(self, kind: type[Downlink] = Downlink) -> Downlink:
        """The process begins."""
        ports = Ports(
            self.instant, lambda: 0.5, self.lines.append, self.wake, self.link, self.hold_s, self.confirmed.append
        )
        return kind(self.data, "https://office.invalid", ports)

    def run(self, process: Downlink, turns: int = 12) -> None:
        """Let so many turns pass, with the time that each asked for."""
        for _ in range(turns):
            self.ms += int(process.turn() * 1000) + 1

    def mirrored(self) -> list[bytes]:
        """What the kiosk can read."""
        with suppress(FileNotFoundError), JournalReader(self.data / FILE) as reader:
            return [entry.row for entry in reader.entries()]
        return []

    def told(self) -> list[bytes]:
        """What the office has."""
        return [entry.row for entry in self.office.rows]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def process(world: World) -> Iterator[Downlink]:
    made = world.start()
    yield made
    made.close()


def test_the_offices_journal_arrives_whole_and_proves_itself(world: World, process: Downlink) -> None:
    world.office.add(STARTED, STARTED)
    world.run(process)
    assert world.mirrored() == world.told()
    verdict = verify.verify(world.data / FILE)
    assert (verdict.problem, verdict.good, verdict.journal_id) == (None, world.office.end, world.office.name)


def test_the_kiosk_is_woken_by_each_commit_and_by_nothing_else(world: World, process: Downlink) -> None:
    world.run(process)
    before = world.wakes
    world.run(process, 5)
    assert world.wakes == before
    world.office.add(STARTED)
    world.run(process, 3)
    assert world.wakes == before + 1


def test_it_goes_on_behind_what_it_has_with_the_offices_own_word_for_it(world: World, process: Downlink) -> None:
    world.run(process)
    world.office.add(STARTED)
    world.run(process)
    process.close()
    again = world.start()
    world.office.add(STARTED)
    world.run(again)
    assert world.mirrored() == world.told()
    assert [each["seq"] for each in world.office.asked if each["seq"] == 0] == [0, 0], "fact 1 came once"
    assert world.office.asked[-1]["signature"] == world.office.batch(world.office.end).head.signature.hex()
    again.close()


LIES: list[tuple[Callable[[Batch], Batch], str]] = [
    (feeding_office.bad_signature, wire.BAD_SIGNATURE),
    (feeding_office.bad_row, wire.BAD_CHAIN),
    (feeding_office.gap, wire.GAP),
    (feeding_office.other_journal, wire.MALFORMED),
    (feeding_office.other_past, wire.FORK),
]


@pytest.mark.parametrize(("lie", "code"), LIES)
def test_of_a_lying_batch_nothing_is_applied_and_the_truth_is_taken_afterwards(
    world: World, process: Downlink, lie: Callable[[Batch], Batch], code: str
) -> None:
    world.run(process)
    before = world.mirrored()
    world.office.add(STARTED, STARTED)
    world.office.lie = lie
    world.run(process)
    assert world.mirrored() == before == world.told()[:1]
    state = MirrorReader(world.data / FILE).state()
    assert state is not None
    assert (state.phase, state.reason) == ("backoff", code)
    assert any("do not prove themselves" in line for line in world.lines)
    world.office.lie = lambda batch: batch
    world.run(process)
    assert world.mirrored() == world.told()
    healed = MirrorReader(world.data / FILE).state()
    assert healed is not None
    assert (healed.phase, healed.reason) == ("asking", None)


class Credulous(Downlink):
    """The control: whatever comes is put behind what is there."""

    def _take(self, batch: Batch, seconds: float) -> Fed:
        known = self._mirror.known()
        assert known is not None
        at, rows = known.received, []
        for raw in batch.rows:
            at = extend(known.secret, at, raw)
            rows.append(Row(at.seq, raw, at.chain))
        self._mirror.apply(known.journal_id, Accept(tuple(rows), at, batch.head))
        return Fed(len(rows), seconds)


@pytest.mark.parametrize("lie", [lie for lie, _ in LIES])
def test_control_a_device_that_believes_everybody_mirrors_the_lie(world: World, lie: Callable[[Batch], Batch]) -> None:
    process = world.start(Credulous)
    world.run(process, 6)
    world.office.add(STARTED, STARTED)
    world.office.lie = lie
    before = world.mirrored()
    process.turn()
    assert world.mirrored() != before
    process.close()


def test_a_cut_network_loses_nothing(world: World, process: Downlink) -> None:
    world.run(process)
    world.office.reachable = False
    world.office.add(STARTED)
    world.run(process, 20)
    assert world.mirrored() == world.told()[:1]
    world.office.reachable = True
    world.run(process, 4)
    assert world.mirrored() == world.told()
    assert world.links > 1, "a line that broke is made anew"


def test_an_office_restored_from_an_old_copy_mixes_nothing_and_nothing_is_lost(world: World, process: Downlink) -> None:
    world.office.add(STARTED)
    yesterday = world.office.copy()
    world.office.add(STARTED, STARTED)
    world.run(process)
    lost = world.told()
    assert world.mirrored() == lost
    yesterday.add(facts.MachineStarted("2.0", "0" * 64), STARTED, STARTED)
    world.office = yesterday
    world.run(process)
    assert world.mirrored() == lost, "the device keeps what it has"
    state = MirrorReader(world.data / FILE).state()
    assert state is not None
    assert state.reason == wire.FORK
    link = facts.Predecessor(yesterday.name, Seq(4), "00" * 32)
    world.office = FeedingOffice("aa" * 16, link)
    world.office.add(STARTED)
    world.run(process, 20)
    assert world.mirrored() == world.told()
    kept = rows_of(world.data / FILE, yesterday.name)
    assert kept == lost, "and the lost tail is still here"


@pytest.mark.parametrize("more", [3, 1200])
def test_what_a_restored_office_lost_is_given_back_whole_last_first(world: World, process: Downlink, more: int) -> None:
    world.office.add(STARTED)
    yesterday = world.office.copy()
    world.run(process)
    world.office.add(*[STARTED] * more)
    world.run(process)
    lost = world.told()
    yesterday.add(facts.MachineStarted("2.0", "0" * 64))
    world.office = yesterday
    world.run(process, 20)
    assert [world.office.back[seq] for seq in range(3, len(lost) + 1)] == lost[2:]
    back, world.office.back = world.office.back, {}
    world.run(process, 20)
    assert world.office.back == back, "an office that still says fork is offered it again, after a wait"


def test_a_journal_that_another_took_the_place_of_is_offered_too(world: World, process: Downlink) -> None:
    world.office.add(STARTED)
    world.run(process)
    lost, name = world.told(), world.office.name
    world.office = FeedingOffice("aa" * 16)
    world.run(process, 20)
    assert [world.office.back[seq] for seq in range(1, len(lost) + 1)] == lost
    assert rows_of(world.data / FILE, name) == lost


def test_an_office_that_lost_nothing_gets_nothing(world: World, process: Downlink) -> None:
    world.office.add(STARTED, STARTED)
    world.run(process)
    process.close()
    again = world.start()
    world.run(again)
    assert world.office.back == {}
    again.close()


def rows_of(path: Path, name: str) -> list[bytes]:
    """All rows of one mirrored journal."""
    with closing(open_readonly(path)) as db:
        query = "SELECT row FROM mirrored WHERE journal_id = ? ORDER BY seq"
        return [row for (row,) in db.execute(query, (name,))]


def test_a_reader_follows_from_one_journal_to_the_next(world: World, process: Downlink) -> None:
    reader = MirrorReader(world.data / FILE)
    assert reader.news() is None
    world.office.add(STARTED)
    world.run(process)
    first = reader.news()
    assert first is not None
    assert (first.anew, [fact.seq for fact in first.facts]) == (True, [1, 2])
    assert reader.news() is None
    world.office.add(STARTED)
    world.run(process)
    second = reader.news()
    assert second is not None
    assert (second.anew, [fact.seq for fact in second.facts]) == (False, [3])
    world.office = FeedingOffice("aa" * 16)
    world.run(process)
    third = reader.news()
    assert third is not None
    assert (third.anew, third.journal_id, [fact.seq for fact in third.facts]) == (True, "aa" * 16, [1])


def test_a_key_that_changes_under_the_same_name_is_refused(world: World, process: Downlink) -> None:
    world.run(process)
    before = world.mirrored()
    first, second = FeedingOffice("aa" * 16), FeedingOffice("0f" * 16)
    world.office = first
    world.run(process)
    named = second.introduction()
    fake = type(named)(named.journal_id, "11" * 32, named.journal_secret)
    first.reply = Reply(200, 0, wire.encode_message(fake), "application/json")
    world.run(process)
    assert any("another key" in line for line in world.lines)
    first.reply = None
    world.run(process, 20)
    assert world.mirrored() == world.told()
    assert rows_of(world.data / FILE, "0f" * 16) == before


def test_a_damaged_mirror_is_put_aside_and_fetched_again(world: World, process: Downlink) -> None:
    world.office.add(*[STARTED] * 50)
    world.run(process)
    process.close()
    path = world.data / FILE
    path.write_bytes(b"not a database, " * 500)
    again = world.start()
    world.run(again)
    assert world.mirrored() == world.told()
    assert path.with_name("office.db.damaged").read_bytes().startswith(b"not a database")
    again.close()


def test_a_disk_that_takes_nothing_stops_nothing_else_and_is_told(tmp_path: Path) -> None:
    world = World(tmp_path)
    (tmp_path / FILE).mkdir()
    process = world.start()
    world.run(process)
    assert any("office.db" in line for line in world.lines)
    (tmp_path / FILE).rmdir()
    world.run(process, 30)
    assert world.mirrored() == world.told()
    process.close()


def test_an_unpaired_device_asks_nobody_until_it_is_paired(world: World) -> None:
    (world.data / "pin.json").unlink()
    process = world.start()
    world.run(process, 6)
    assert world.office.asked == []
    save_pin(world.data / "pin.json", PIN)
    process.look()
    world.run(process, 6)
    assert world.mirrored() == world.told()
    process.close()


def test_an_older_office_is_left_alone_and_its_facts_are_no_worse(world: World, process: Downlink) -> None:
    world.office.reply = feeding_office.refusing(wire.refuse(wire.UNKNOWN_PATH, "nothing here", "Look."))
    world.run(process)
    state = MirrorReader(world.data / FILE).state()
    assert state is not None
    assert state.reason == wire.UNKNOWN_PATH


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, 0, b"<html>welcome to the hotel</html>", "text/html"),
        Reply(200, 0, b"{}", "application/json"),
        Reply(302, 0, b""),
        Reply(409, 0, b"nonsense"),
        Reply(500, 0, b""),
    ],
)
def test_what_is_no_answer_changes_nothing(world: World, process: Downlink, reply: Reply) -> None:
    world.run(process)
    before = world.mirrored()
    world.office.reply = reply
    world.run(process)
    assert world.mirrored() == before
    world.office.reply = None
    world.office.add(STARTED)
    world.run(process, 30)
    assert world.mirrored() == world.told()


def test_patience_is_kept_as_long_as_the_office_says(world: World, process: Downlink) -> None:
    world.run(process)
    world.office.reply = Reply(503, 120, b"")
    process.turn()
    assert 120 <= process.turn() <= 122
    assert process.turn() > 100


def test_two_processes_do_not_mirror_into_one_file(world: World, process: Downlink) -> None:
    with pytest.raises(JournalBusy):
        world.start()


class Ended(BaseException):
    """Ends the endless loop."""


def test_a_mistake_in_the_program_is_told_and_tried_again() -> None:
    class Broken:
        turns = itertools.count()

        def turn(self) -> float:
            if next(self.turns) == 0:
                raise ZeroDivisionError
            raise Ended

        def look(self) -> None:
            """Called."""

    lines: list[str] = []
    called = threading.Event()
    called.set()
    with pytest.raises(Ended):
        downlink_driver.run(Broken(), called, lines.append)  # type: ignore[arg-type]
    assert "please report it: ZeroDivisionError()" in lines[0]


def test_every_step_leads_where_the_table_says() -> None:
    inputs: tuple[downlink.Input, ...] = (
        Timer(),
        NotPaired(),
        Fed(0, 0.0),
        Fed(0, 25.0),
        Fed(3, 0.0),
        Named(),
        Gave(more=True),
        Gave(more=False),
        Refused("fork", "m"),
        Refused("revoked", "m"),
        Failed("w"),
        RetryAfter(7.0),
    )
    reached: dict[tuple[Phase, type], set[Phase]] = {}
    for phase, given, owes, reason in itertools.product(Phase, inputs, (True, False), ("fork", "r")):
        state = State(phase, attempts=2, reason=reason, message="m", owes=owes)
        if (phase, type(given)) not in downlink.TRANSITIONS:
            with pytest.raises(IllegalInput):
                downlink.step(state, given, 0.5)
            continue
        later, effects = downlink.step(state, given, 0.5)
        reached.setdefault((phase, type(given)), set()).add(later.phase)
        assert len(effects) == 1
        assert isinstance(effects[0], Ask) == (later.phase is Phase.ASKING)
        assert isinstance(effects[0], Give) == (later.phase is Phase.GIVING)
    assert reached == {key: set(rule.leads_to) for key, rule in downlink.TRANSITIONS.items()}


def test_waiting_grows_with_full_jitter_up_to_the_cap() -> None:
    state, longest = State(Phase.ASKING), 0.0
    for _ in range(20):
        state, (timer,) = downlink.step(State(Phase.ASKING, state.attempts), Failed("w"), 0.999)
        assert isinstance(timer, SetTimer)
        longest = max(longest, timer.seconds)
        assert downlink.step(State(Phase.ASKING, state.attempts - 1), Failed("w"), 0.0)[1] == (SetTimer(0.0),)
    assert 0.9 * downlink.CAP_S < longest <= downlink.CAP_S


def test_a_display_hears_with_every_answer_until_when_nothing_is_missing(world: World) -> None:
    world.hold_s = 10
    process = world.start()
    world.run(process, 6)
    assert world.headers["Prefer"] == "wait=10"
    before = len(world.confirmed)
    world.run(process, 4)
    assert len(world.confirmed) == before + 4
    assert world.confirmed == sorted(set(world.confirmed))
    world.office.reachable = False
    world.run(process, 4)
    assert len(world.confirmed) == before + 4, "an office that is gone confirms nothing"
    process.close()


def test_a_batch_that_is_cut_off_confirms_nothing_yet(world: World) -> None:
    world.office.add(*[STARTED] * (wire.BATCH_ROWS - 1))
    process = world.start()
    while not world.confirmed:
        world.run(process, 1)
    assert len(world.mirrored()) == wire.BATCH_ROWS
    assert world.office.asked[-1]["seq"] == wire.BATCH_ROWS, "the first answer was full: there could have been more"
    process.close()


@pytest.mark.parametrize("goes_on", [True, False])
def test_after_a_break_the_first_facts_may_be_the_last_of_an_older_journal(world: World, goes_on: bool) -> None:
    """They are no word for now: an office that was restored meanwhile shows in them what its copy called."""
    world.hold_s = 10
    process = world.start()
    world.run(process, 6)
    process.close()
    before = len(world.confirmed)
    world.office.add(STARTED)
    again = world.start()
    while len(world.mirrored()) < len(world.told()):
        world.run(again, 1)
    assert len(world.confirmed) == before
    assert world.headers["Prefer"] == "wait=2", "it wants to know soon"
    if goes_on:
        world.office = FeedingOffice("1f" * 16)
        while world.mirrored() != world.told():
            world.run(again, 1)
    else:
        world.run(again, 1)
    assert len(world.confirmed) == before + 1
    world.run(again, 3)
    assert world.headers["Prefer"] == "wait=10"
    again.close()


def test_a_kiosk_asks_for_the_whole_wait_and_an_office_waits_no_less_than_it_should() -> None:
    assert prefer(HOLD_S) == {}
    assert prefer(10) == {"Prefer": "wait=10"}
    asked = {"wait=10": 10, "respond-async, wait=7; x": 7, "wait=1": 2, "wait=9999": 25, "wait=-1": 25, "await=9": 25}
    assert {text: asked_hold_s({"prefer": text}) for text in asked} == asked
    assert asked_hold_s({}) == HOLD_S
