"""The driver: journal on disk, machine, link and inbox together, with the network in memory."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sync import facts, paircode, uplink, wire
from sync.client import Reply, Unreachable
from sync.errors import JournalBusy
from sync.inbox import InboxReader, InboxState
from sync.journal import Instant, Journal, JournalReader
from sync.keys import DeviceKey, write_durably
from sync.paircode import PairingCode
from sync.types import BootMs, Level
from sync.uplink import Ports, Settings, Uplink
from tests.sync import journals
from tests.sync.journals import BOOT, KEY
from tests.sync.pairing_office import NOW, PairingOffice

CERTIFICATE = b"a certificate"
URL = "https://office.invalid"


class World:
    """Clock, line and log of one device; `office` None means that nobody answers."""

    def __init__(self, data: Path) -> None:
        self.data = data
        office = PairingOffice(CERTIFICATE)
        self.office: PairingOffice | None = office
        self.code: str | None = str(office.code)
        self.ms = 1000
        self.lines: list[str] = []
        self.wakes = 0
        self.fingerprints: list[bytes] = []

    def ports(self) -> Ports:
        """What the uplink gets."""
        return Ports(self.instant, lambda: 0.5, self.lines.append, self.wake, self.meet, self.link)

    def instant(self) -> Instant:
        """Each look takes a millisecond."""
        self.ms += 1
        return Instant(BOOT, BootMs(self.ms))

    def wake(self) -> None:
        """The kiosk is called."""
        self.wakes += 1

    def meet(self, url: str) -> bytes:
        """The certificate of whoever is there."""
        if self.office is None:
            raise Unreachable("nobody there", hint="Look.")
        return self.office.certificate

    def link(self, url: str, fingerprint: bytes) -> "World":
        """A link that checks the pin."""
        self.fingerprints.append(fingerprint)
        return self

    def post(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """One request."""
        self.ms += 40
        if self.office is None or paircode.fingerprint(self.office.certificate) != self.fingerprints[-1]:
            raise Unreachable("nobody there", hint="Look.")
        status, answer, content = self.office(path, headers, body)
        return Reply(status, float(answer.get("Retry-After", 0)), content)

    def close(self) -> None:
        """Nothing to let go of."""

    def start(self) -> Uplink:
        """The process begins."""
        return Uplink(Settings(self.data, URL, self.code, "Hall"), self.ports())

    def run(self, process: Uplink, turns: int = 12) -> float:
        """Let so many turns pass, with the time that each asked for."""
        wait = 0.0
        for _ in range(turns):
            wait = process.turn()
            self.ms += int(wait * 1000) + 1
        return wait

    def settle(self, process: Uplink) -> float:
        """Let it do what it can do at once; the seconds it then wants to sleep."""
        for _ in range(20):
            if wait := process.turn():
                return wait
        raise AssertionError("it never sleeps")

    def inbox(self) -> InboxState:
        """What the kiosk sees."""
        state = InboxReader(self.data / "inbox.db").read()
        assert state is not None
        return state


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def save_key(data: Path, key: DeviceKey = KEY) -> None:
    text = f'{{"seed": "{key.seed.hex()}", "device_secret": "{key.device_secret.hex()}"}}'
    write_durably(data / "device.key", text.encode())


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    save_key(tmp_path)
    opened = journals.make(tmp_path / "journal.db", scores=3)
    yield opened
    opened.close()


def arrived(world: World, journal: Journal) -> bool:
    """Whether the office holds exactly this journal."""
    assert world.office is not None
    return [row[1] for row in world.office.rows] == [entry.row for entry in journal.entries()]


def test_a_new_device_pairs_sends_everything_and_tells_the_kiosk(world: World, journal: Journal) -> None:
    process = world.start()
    world.run(process)
    assert arrived(world, journal)
    state = world.inbox()
    assert (state.phase, state.received, state.reason, state.lane, state.server_id) == ("idle", 4, None, 3, "office-1")
    assert state.office_time is not None
    assert (state.office_time.utc_ms, state.office_time.uncertainty_ms) == (NOW, 21)
    assert world.wakes >= 1
    process.close()


def test_each_further_fact_is_sent_at_the_next_turns(world: World, journal: Journal) -> None:
    process = world.start()
    world.run(process)
    journal.append(facts.drafts(facts.ScoreGiven(1, Level(1))), journals.at(9000))
    world.settle(process)
    assert arrived(world, journal)
    process.close()


def behind(process: Uplink) -> bool:
    return process.behind


def test_it_says_that_facts_are_behind_until_the_office_has_them_and_not_where_none_can_go(
    world: World, journal: Journal
) -> None:
    process = world.start()
    office = world.office
    world.run(process)
    assert not behind(process)
    world.office = None
    journal.append(facts.drafts(facts.ScoreGiven(1, Level(1))), journals.at(9000))
    world.settle(process)
    assert behind(process), "it backs off with a fact in hand"
    world.office = office
    world.run(process)
    assert (arrived(world, journal), behind(process)) == (True, False)
    process.close()


def test_between_facts_it_sleeps_and_asks_about_once_a_minute(world: World, journal: Journal) -> None:
    process = world.start()
    world.run(process)
    assert world.office is not None
    before, began = world.office.requests, world.ms
    waits = []
    while world.ms < began + 600_000:
        waits.append(process.turn())
        world.ms += int(waits[-1] * 1000) + 1
    assert 8 <= world.office.requests - before <= 12
    assert len(waits) < 60
    process.close()


def test_it_waits_for_a_journal_that_is_not_there_yet(world: World, tmp_path: Path) -> None:
    process = world.start()
    assert world.run(process, 3) == uplink.LOOK_EVERY_S
    save_key(tmp_path)
    (tmp_path / "journal.db").write_bytes(b"")
    assert world.run(process, 3) == uplink.LOOK_EVERY_S
    (tmp_path / "journal.db").unlink()
    journal = journals.make(tmp_path / "journal.db", scores=1)
    world.run(process)
    assert arrived(world, journal)
    assert [line.split()[0] for line in world.lines[:2]] == ["waiting", "the"]
    journal.close()
    process.close()


@pytest.mark.parametrize("damage", ["key", "fact 1", "no database"])
def test_a_journal_or_key_that_cannot_be_read_is_said_once_and_waited_for(
    world: World, journal: Journal, tmp_path: Path, damage: str
) -> None:
    whole = {path: path.read_bytes() for path in (tmp_path / "device.key", tmp_path / "journal.db")}
    if damage == "key":
        (tmp_path / "device.key").write_text("{}")
    elif damage == "fact 1":
        journals.tamper(journal.path, ("UPDATE facts SET row = x'00' WHERE seq = 1", ()))
    else:
        (tmp_path / "journal.db").write_bytes(b"no database" * 1000)
    process = world.start()
    assert world.run(process, 5) == uplink.LOOK_EVERY_S
    assert sum("cannot be read, nothing is sent" in line for line in world.lines) == 1
    if damage == "key":
        (tmp_path / "device.key").write_bytes(whole[tmp_path / "device.key"])
        world.run(process)
        assert arrived(world, journal)
    process.close()


class Meanwhile(World):
    """While the first request is under way something befalls the data folder."""

    befalls: Callable[[], object] | None = None

    def post(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        befalls, self.befalls = self.befalls, None
        if befalls is not None:
            befalls()
        return super().post(path, headers, body)


@pytest.mark.parametrize("damage", ["gone", "fact 1", "shape of fact 1", "no database", "key"])
def test_what_cannot_be_read_by_the_time_an_answer_comes_is_said_and_waited_for(
    tmp_path: Path, journal: Journal, damage: str
) -> None:
    world, path = Meanwhile(tmp_path), tmp_path / "journal.db"
    process, aside = world.start(), tmp_path / "aside.db"

    def befalls() -> None:
        shutil.copy(path, aside)
        if damage == "fact 1":
            journals.tamper(aside, ("UPDATE facts SET row = x'00' WHERE seq = 1", ()))
        elif damage == "shape of fact 1":
            journals.tamper(aside, ("UPDATE facts SET row = ? WHERE seq = 1", (b'[1,"journal.opened",1,"",0,{}]',)))
        elif damage == "no database":
            aside.write_bytes(b"no database" * 1000)
        elif damage == "key":
            (tmp_path / "device.key").write_text("{}")
        path.rename(tmp_path / "whole.db")
        if damage != "gone":
            aside.rename(path)

    journal.close()
    world.befalls = befalls
    assert world.run(process, 4) == uplink.LOOK_EVERY_S
    assert any("cannot be read" in line or "waiting for the kiosk" in line for line in world.lines)
    (tmp_path / "whole.db").replace(path)
    save_key(tmp_path)
    world.run(process, 20)
    with JournalReader(path) as reader:
        assert world.inbox().received == reader.last().seq
    process.close()


def test_an_absent_server_is_said_once_and_found_when_it_is_back(world: World, journal: Journal) -> None:
    office, world.office = world.office, None
    process = world.start()
    world.run(process, 60)
    assert world.inbox().reason == "failed"
    assert sum("nobody there" in line for line in world.lines) == 1
    world.office = office
    world.run(process, 60)
    assert arrived(world, journal)
    process.close()


def test_tries_that_fail_over_and_over_are_said_once_and_shown_as_one_state(world: World, journal: Journal) -> None:
    process = world.start()
    world.settle(process)
    office, world.office = world.office, None
    journal.append(facts.drafts(facts.ScoreGiven(1, Level(1))), journals.at(9000))
    world.lines.clear()
    world.settle(process)
    wakes, shown = world.wakes, set()
    for _ in range(80):
        world.run(process, 1)
        shown.add((world.inbox().phase, world.inbox().reason))
    assert shown == {("backoff", "failed")}
    assert (len(world.lines), world.wakes) == (1, wakes)
    world.office = office
    world.run(process, 40)
    assert arrived(world, journal)
    assert world.lines[1:] == ["facts are sent as they come"]
    process.close()


def test_a_backlog_goes_in_batches(world: World, journal: Journal) -> None:
    journal.append(facts.drafts(*[facts.ScoreGiven(1, Level(3))] * 1200), journals.at(9000))
    process = world.start()
    world.settle(process)
    assert arrived(world, journal)
    assert world.office is not None
    assert world.office.requests == 4
    process.close()


def test_a_process_killed_anywhere_goes_on_where_the_server_stands(world: World, journal: Journal) -> None:
    for turns in range(12):
        journal.append(facts.drafts(facts.ScoreGiven(1, Level(3))), journals.at(9000 + turns))
        killed = world.start()
        world.run(killed, turns)
        killed.close()
    process = world.start()
    world.run(process)
    assert arrived(world, journal)
    process.close()


def test_without_its_inbox_and_pin_it_pairs_again_and_doubles_nothing(world: World, journal: Journal) -> None:
    process = world.start()
    world.run(process)
    process.close()
    for path in (*world.data.glob("inbox.db*"), world.data / "pin.json"):
        path.unlink()
    process = world.start()
    world.run(process)
    assert arrived(world, journal)
    process.close()


def test_an_inbox_that_cannot_be_written_stops_nothing_and_is_said(world: World, journal: Journal) -> None:
    (world.data / "inbox.db").mkdir()
    process = world.start()
    world.run(process)
    assert arrived(world, journal)
    assert sum("inbox.db" in line for line in world.lines) == 1
    process.close()


def test_a_journal_put_back_to_an_older_copy_stops_and_is_reported(
    world: World, journal: Journal, tmp_path: Path
) -> None:
    process = world.start()
    world.run(process)
    process.close()
    for path in tmp_path.glob("journal.db*"):
        path.unlink()
    older = journals.make(tmp_path / "journal.db", scores=1)
    process = world.start()
    world.run(process)
    state = world.inbox()
    assert (state.phase, state.reason) == ("quarantine", "journal-behind")
    older.append(facts.drafts(*[facts.ScoreGiven(2, Level(1))] * 9), journals.at(9999))
    assert world.office is not None
    held = list(world.office.rows)
    world.run(process, 200)
    assert (world.inbox().reason, world.office.rows) == ("fork", held)
    older.close()
    process.close()


@pytest.mark.parametrize("running", [True, False], ids=["while it runs", "between two runs"])
def test_a_new_journal_in_the_place_of_the_old_one_starts_from_its_beginning(
    world: World, journal: Journal, tmp_path: Path, running: bool
) -> None:
    process = world.start()
    world.run(process)
    if not running:
        process.close()
    for path in tmp_path.glob("journal.db*"):
        path.rename(path.with_name("old-" + path.name))
    fresh = journals.make(tmp_path / "journal.db", scores=1, start=7)
    assert world.office is not None
    world.office.device, world.office.rows = None, []
    if not running:
        process = world.start()
    world.run(process, 40)
    assert arrived(world, fresh)
    assert world.inbox().journal_id == fresh.opened().journal_id
    fresh.close()
    process.close()


def test_another_server_at_the_address_gets_nothing(world: World, journal: Journal) -> None:
    process = world.start()
    world.run(process)
    office = world.office
    world.office = PairingOffice(b"another certificate")
    journal.append(facts.drafts(facts.ScoreGiven(1, Level(1))), journals.at(9000))
    world.run(process, 20)
    assert world.office.requests == 0
    assert world.inbox().reason == "failed"
    world.office = office
    world.run(process, 40)
    assert arrived(world, journal)
    process.close()


def test_a_new_code_moves_the_device_to_another_server_with_its_whole_journal(world: World, journal: Journal) -> None:
    process = world.start()
    world.run(process)
    process.close()
    world.office = PairingOffice(b"another certificate")
    world.code = str(world.office.code)
    process = world.start()
    world.run(process)
    assert arrived(world, journal)
    process.close()


def test_a_server_that_forgot_the_device_is_paired_with_again(world: World, journal: Journal) -> None:
    process = world.start()
    world.run(process)
    assert world.office is not None
    world.office.device, world.office.rows = None, []
    world.run(process, 40)
    assert arrived(world, journal)
    process.close()


def test_a_wrong_code_is_said_with_what_to_do(world: World, journal: Journal) -> None:
    assert world.office is not None
    world.code = str(PairingCode(bytes(7), world.office.code.prefix))
    process = world.start()
    world.run(process)
    state = world.inbox()
    assert (state.phase, state.reason) == ("unpaired", "wrong-code")
    assert "Make a new one." in (state.message or "")
    process.close()


def test_a_busy_server_is_left_alone_for_as_long_as_it_asks(world: World, journal: Journal) -> None:
    process = world.start()
    world.run(process)
    assert world.office is not None
    world.office.busy = True
    journal.append(facts.drafts(facts.ScoreGiven(1, Level(1))), journals.at(9000))
    assert world.settle(process) >= 1.0
    world.office.busy = False
    world.run(process)
    assert arrived(world, journal)
    process.close()


def test_a_key_that_is_not_the_journals_is_stopped_by_the_server(world: World, journal: Journal) -> None:
    process = world.start()
    world.run(process)
    process.close()
    save_key(world.data, replace(KEY, seed=bytes(32)))
    journal.append(facts.drafts(facts.ScoreGiven(1, Level(1))), journals.at(9000))
    process = world.start()
    world.run(process)
    assert (world.inbox().phase, world.inbox().reason) == ("quarantine", wire.BAD_SIGNATURE)
    process.close()


def test_two_processes_for_one_data_folder_are_one_too_many(world: World, journal: Journal) -> None:
    process = world.start()
    with pytest.raises(JournalBusy):
        world.start()
    process.close()


def test_a_key_that_is_not_the_journals_is_never_paired_with_it(world: World, journal: Journal) -> None:
    save_key(world.data, replace(KEY, seed=bytes(32)))
    process = world.start()
    world.run(process)
    assert (world.inbox().phase, world.inbox().reason) == ("unpaired", uplink.WRONG_KEY)
    assert world.office is not None
    assert world.office.requests == 0
    save_key(world.data)
    process.close()
    process = world.start()
    world.run(process)
    assert arrived(world, journal)
    process.close()


def test_without_a_code_it_asks_the_pinned_server_until_that_knows_it_again(world: World, journal: Journal) -> None:
    process = world.start()
    world.run(process)
    process.close()
    world.code = None
    process = world.start()
    world.run(process)
    assert world.office is not None
    knew, world.office.device = world.office.device, None
    journal.append(facts.drafts(facts.ScoreGiven(1, Level(1))), journals.at(9000))
    world.run(process, 40)
    assert (world.inbox().phase, world.inbox().reason) == ("unpaired", wire.UNPAIRED)
    world.office.device = knew
    world.run(process, 40)
    assert arrived(world, journal)
    process.close()


def test_a_new_code_that_is_not_good_yet_leaves_the_lane_as_it_was(world: World, journal: Journal) -> None:
    process = world.start()
    world.run(process)
    process.close()
    assert world.office is not None
    world.code = str(PairingCode(bytes(7), world.office.code.prefix))
    process = world.start()
    world.run(process)
    state = world.inbox()
    assert (state.phase, state.lane, state.server_id) == ("unpaired", 3, None)
    process.close()
