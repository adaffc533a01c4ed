"""A machine fetches its next release: whole or not at all, behind the facts, and never in the records' room."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sync import updatewire, wire
from sync.client import Link, Reply, Unreachable
from sync.downlink_driver import Who
from sync.keys import DeviceKey
from sync.pairing import Pin
from sync.status import describe_update
from sync.types import JournalId
from sync.updates import (
    FETCHED_NOTE,
    PART,
    PART_NOTE,
    READY,
    READY_NOTE,
    TOLD,
    Bundle,
    Fetching,
    Last,
    Machine,
    Shelf,
    read_machine,
    read_told,
)
from sync.updates_driver import (
    AGAIN_S,
    EVERY_S,
    FACTS_S,
    FULL,
    OLD_SERVER_S,
    PATIENCE_S,
    RATE,
    RESERVE,
    TRIED,
    WRONG,
    WRONG_S,
    Fetcher,
    Ports,
)
from sync.updatewire import PIECE

KEY = DeviceKey(b"k" * 32, b"d" * 32)
WHO = Who(Pin("a" * 32, "b" * 64, 0, "c" * 64), JournalId("0f" * 16), KEY)
BYTES = b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(PIECE * 13 // 64))
GB = 1024**3


def bundle(release: str = "2.0", data: bytes = BYTES) -> Bundle:
    return Bundle(release, hashlib.sha256(data).hexdigest(), len(data))


class Cut(Exception):
    """The plug is pulled."""


class Server:
    """Offers `update` with these bytes, and keeps account of what it was asked. `wrong`: it flips a bit of each."""

    def __init__(self, data: bytes = BYTES, update: Bundle | None = None) -> None:
        self.data, self.update = data, update or bundle(data=data)
        self.offered: Bundle | None = self.update
        self.wrong, self.gone, self.refusal, self.given = False, False, "", 0
        self.asked: list[int | None] = []
        self.before: Callable[[], None] = lambda: None

    def post(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        self.before()
        if self.gone:
            raise Unreachable("no route", hint="none")
        assert path == wire.UPDATES_PATH
        ask = updatewire.read_ask(wire.read_request(headers, body, path))
        self.asked.append(None if ask.piece is None else ask.piece.offset)
        if self.refusal:
            return Reply(wire.STATUS[self.refusal], 0, wire.encode_message(wire.refuse(self.refusal, "no", "none")))
        if ask.piece is None:
            return Reply(200, 0, wire.encode_message(updatewire.Offered(self.offered)))
        if not ask.piece.bundle.same(self.offered):
            return Reply(404, 0, wire.encode_message(wire.refuse(wire.NO_UPDATE, "none", "none")))
        data = self.data[ask.piece.offset :][:PIECE]
        self.given += len(data)
        return Reply(200, 0, bytes([data[0] ^ 1]) + data[1:] if self.wrong else data)

    def close(self) -> None:
        return


class Disk(Shelf):
    """A shelf with a disk of its own size, whose plug is pulled at step `cut`, in the middle where it writes bytes."""

    def __init__(self, folder: Path, room: int = 4 * GB, cut: int | None = None) -> None:
        super().__init__(folder)
        self.room, self.cut, self.steps = room, cut, 0

    def free(self) -> int:
        return self.room - sum(each.stat().st_size for each in self.folder.iterdir())

    def _step(self) -> bool:
        self.steps += 1
        return self.steps == self.cut

    def write_note(self, name: str, bundle: Bundle) -> None:
        if self._step():
            raise Cut
        super().write_note(name, bundle)

    def append(self, data: bytes) -> None:
        if self._step():
            super().append(data[: len(data) // 2])
            raise Cut
        super().append(data)

    def digest(self) -> str:
        if self._step():
            raise Cut
        return super().digest()

    def rename(self, old: str, new: str) -> None:
        if self._step():
            raise Cut
        super().rename(old, new)

    def remove(self, name: str) -> None:
        if self._step():
            raise Cut
        super().remove(name)


class Box:
    """One machine: its folder outlives each `start`."""

    def __init__(self, folder: Path, server: Link, kind: type[Fetcher] = Fetcher) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.server, self.kind, self.now = folder, server, kind, 0.0
        self.machine, self.behind, self.log, self.reserve = Machine("1.0", "A"), False, list[str](), RESERVE
        self.disk, self.paired, self.waits = Disk(folder), True, list[float]()
        self.start()

    def start(self) -> None:
        """The process begins."""
        ports = Ports(
            lambda: WHO if self.paired else None,
            lambda: self.machine,
            lambda: self.behind,
            lambda: self.now,
            lambda: 0.5,
            self.log.append,
            link=lambda url, fingerprint: self.server,
        )
        self.fetcher = self.kind(self.disk, "https://office", ports, reserve=self.reserve)

    def turn(self) -> float:
        wait = self.fetcher.turn()
        self.now += wait
        self.waits.append(wait)
        return wait

    def rest(self, most: int = 100) -> float:
        """Turn until it rests; the seconds that it rests for."""
        for _ in range(most):
            wait = self.turn()
            if wait >= AGAIN_S:
                return wait
        raise AssertionError("it does not come to rest")

    def ready(self) -> Bundle | None:
        """What an installer finds; it must never be anything but what its note says."""
        note = self.disk.note(READY_NOTE)
        if note is not None:
            assert hashlib.sha256((self.folder / READY).read_bytes()).hexdigest() == note.sha256
        return note

    def files(self) -> set[str]:
        return {each.name for each in self.folder.iterdir()} - {TOLD, FETCHED_NOTE}

    def take(self, *, cut: bool = False) -> None:
        """What the appliance does to install it: the note goes first. `cut`: and nothing else."""
        self.disk.remove(READY_NOTE)
        if not cut:
            (self.folder / READY).rename(self.folder.with_suffix(".taken"))


@pytest.fixture
def server() -> Server:
    return Server()


def test_what_is_offered_is_laid_ready_whole_in_the_order_of_its_bytes(tmp_path: Path, server: Server) -> None:
    box = Box(tmp_path, server)
    assert box.rest() == EVERY_S
    assert (box.ready(), box.files()) == (bundle(), {READY, READY_NOTE})
    assert (tmp_path / READY_NOTE).read_bytes() == (
        f'{{"release":"2.0","sha256":"{bundle().sha256}","size":{len(BYTES)}}}'.encode()
    )
    assert server.asked == [None, *range(0, len(BYTES), PIECE)]
    assert box.rest() == EVERY_S
    assert server.given == len(BYTES), "what is here is not fetched again"
    told = read_told(tmp_path)
    assert (told.release, told.have, told.size, told.why) == ("2.0", len(BYTES), len(BYTES), None)


def test_it_takes_no_more_of_the_line_than_its_share(tmp_path: Path, server: Server) -> None:
    box = Box(tmp_path, server)
    box.rest()
    assert sum(box.waits[:-1]) >= len(BYTES) / RATE * 0.99


class Greedy(Fetcher):
    """Control: does not look at the facts."""

    def _holds(self) -> bool:
        return False


def asked_while_facts_were_on_their_way(box: Box, server: Server, seconds: float) -> int:
    box.behind = False
    box.turn(), box.turn()
    box.behind, before, until = True, len(server.asked), box.now + seconds
    while box.now < until:
        box.turn()
    return len(server.asked) - before


def test_facts_go_first_and_one_piece_in_a_minute_goes_all_the_same(tmp_path: Path, server: Server) -> None:
    box = Box(tmp_path, server)
    assert asked_while_facts_were_on_their_way(box, server, PATIENCE_S - 1) == 0
    assert box.waits[-1] == FACTS_S
    assert asked_while_facts_were_on_their_way(box, server, 2 * PATIENCE_S + 2) == 2
    box.behind = False
    assert box.rest() == EVERY_S
    assert box.ready() == bundle()


def test_control_one_that_does_not_look_at_the_facts_takes_the_line(tmp_path: Path, server: Server) -> None:
    assert asked_while_facts_were_on_their_way(Box(tmp_path, server, Greedy), server, 1.0) > 1


def cut_at(step: int, folder: Path, kind: type[Fetcher] = Fetcher) -> tuple[Box, bool]:
    """A machine with an older release lying ready whose plug is pulled at this step, and then started again."""
    server = Server()
    old = Server(data=BYTES[:1000], update=bundle("1.5", BYTES[:1000]))
    box = Box(folder, old, kind)
    box.rest()
    box.server, box.disk = server, Disk(folder, cut=step)
    box.start()
    try:
        box.rest()
    except Cut:
        box.ready()
        box.disk = Disk(folder)
        box.start()
        box.rest()
        return box, True
    return box, False


def test_cut_at_every_step_it_goes_on_and_never_is_half_a_bundle_ready(tmp_path: Path) -> None:
    step = 0
    while True:
        step += 1
        box, cut = cut_at(step, tmp_path / str(step))
        assert (box.ready(), box.files()) == (bundle(), {READY, READY_NOTE}), step
        if not cut:
            break
        assert isinstance(box.server, Server)
        assert box.server.given <= len(BYTES) + PIECE, "what had come is not fetched again"
    assert step > len(BYTES) // PIECE + 8


class NoteFirst(Fetcher):
    """Control: tells of the bundle before it has its name."""

    def _finish(self, offer: Bundle) -> float:
        self._shelf.write_note(READY_NOTE, offer)
        return super()._finish(offer)


class FromTheStart(Fetcher):
    """Control: begins anew after each start."""

    def _settle(self, machine: Machine) -> float:
        self._clear_part()
        return super()._settle(machine)


def test_control_a_note_before_its_bundle_names_another_one_after_a_cut(tmp_path: Path) -> None:
    def at_all_steps() -> None:
        for step in range(1, 40):
            cut_at(step, tmp_path / str(step), NoteFirst)

    with pytest.raises((AssertionError, FileNotFoundError)):
        at_all_steps()


def test_control_one_that_begins_anew_fetches_twice(tmp_path: Path) -> None:
    box, cut = cut_at(10, tmp_path, FromTheStart)
    assert cut
    assert isinstance(box.server, Server)
    assert box.server.given > len(BYTES) + PIECE


def test_the_line_may_break_at_every_piece(tmp_path: Path, server: Server) -> None:
    box = Box(tmp_path, server)
    turns = 0

    def breaks() -> None:
        nonlocal turns
        turns += 1
        server.gone = turns % 2 == 0

    server.before = breaks
    for _ in range(80):
        box.turn()
    assert (box.ready(), server.given) == (bundle(), len(BYTES))


def test_a_server_that_is_gone_changes_nothing_of_what_lies_ready(tmp_path: Path, server: Server) -> None:
    box = Box(tmp_path, server)
    box.rest()
    server.gone = True
    box.start()
    assert [box.rest() for _ in range(3)] == [AGAIN_S + 1, AGAIN_S + 2, AGAIN_S + 4], "less and less often"
    assert box.ready() == bundle()
    assert len(box.log) == 2, "told once, not each time"


def test_wrong_bytes_are_taken_away_told_and_not_asked_for_at_once(tmp_path: Path, server: Server) -> None:
    box = Box(tmp_path, server)
    server.wrong = True
    assert box.rest() == WRONG_S
    assert (box.ready(), box.files(), read_told(tmp_path).why) == (None, set(), WRONG)
    assert "SHA-256" in box.log[-1]
    assert box.rest() == 2 * WRONG_S
    server.wrong = False
    assert box.rest() == EVERY_S
    assert (box.ready(), read_told(tmp_path).why) == (bundle(), None)


def test_a_piece_that_is_longer_than_it_can_be_is_not_taken(tmp_path: Path) -> None:
    short = replace(bundle(), size=len(BYTES) - 5)
    box = Box(tmp_path, Server(update=short))
    assert box.rest() == WRONG_S
    assert box.files() == set()


class Trusting(Disk):
    """Control: believes what was promised."""

    def digest(self) -> str:
        note = self.note(PART_NOTE)
        assert note is not None
        return note.sha256


def test_control_one_that_trusts_lays_wrong_bytes_ready(tmp_path: Path, server: Server) -> None:
    box = Box(tmp_path, server)
    server.wrong, box.disk = True, Trusting(tmp_path)
    box.start()
    box.rest()
    with pytest.raises(AssertionError):
        box.ready()


def test_the_room_of_the_records_is_not_touched(tmp_path: Path, server: Server) -> None:
    box = Box(tmp_path, server)
    box.disk.room = RESERVE + len(BYTES) - 1
    assert box.rest() == OLD_SERVER_S
    assert (server.given, box.files(), read_told(tmp_path).why) == (0, set(), FULL)
    box.disk.room += 1000
    assert box.rest() == EVERY_S
    assert box.ready() == bundle()


def test_a_part_is_given_up_where_the_records_grow(tmp_path: Path, server: Server) -> None:
    box = Box(tmp_path, server)
    box.turn(), box.turn(), box.turn()
    assert (box.disk.size(PART) or 0) == 2 * PIECE
    box.disk.room = RESERVE + 3 * PIECE
    assert box.rest() == OLD_SERVER_S
    assert (box.disk.free() >= RESERVE, box.files()) == (True, set())


def test_control_without_a_reserve_the_records_have_no_room(tmp_path: Path, server: Server) -> None:
    box = Box(tmp_path, server)
    box.disk.room, box.reserve = RESERVE + len(BYTES) // 2, 0
    box.start()
    box.rest()
    assert box.disk.free() < RESERVE


def test_a_disk_that_takes_no_more_is_told_by_what_it_said(tmp_path: Path, server: Server) -> None:
    class Full(Disk):
        def append(self, data: bytes) -> None:
            raise OSError(28, "No space left on device")

    box = Box(tmp_path, server)
    box.disk = Full(tmp_path)
    box.start()
    assert box.rest() > AGAIN_S
    assert read_told(tmp_path).why == FULL


def test_what_is_withdrawn_in_the_middle_is_taken_away(tmp_path: Path, server: Server) -> None:
    box = Box(tmp_path, server)
    box.turn(), box.turn(), box.turn()
    server.offered = None
    box.rest()
    assert box.rest() == EVERY_S
    assert (box.files(), read_told(tmp_path).release) == (set(), None)


def test_what_is_withdrawn_when_it_lies_ready_is_taken_away_and_what_runs_too(tmp_path: Path, server: Server) -> None:
    box = Box(tmp_path / "one", server)
    box.rest()
    box.machine = Machine("2.0", "B", Last("2.0", "installed"))
    box.rest()
    assert box.files() == set()
    other = Box(tmp_path / "two", server)
    other.rest()
    server.offered = None
    other.rest()
    assert other.files() == set()


class Keeping(Fetcher):
    """Control: what lies ready stays, whatever is offered."""

    def _settle(self, machine: Machine) -> float:
        return self._nothing_to_do() if self._offer is None else super()._settle(machine)


def test_control_one_that_keeps_what_was_withdrawn_would_have_it_installed(tmp_path: Path, server: Server) -> None:
    box = Box(tmp_path, server, Keeping)
    box.rest()
    server.offered = None
    box.rest()
    assert box.ready() == bundle()


def test_what_runs_here_what_was_tried_here_and_what_is_for_others_is_not_fetched(
    tmp_path: Path, server: Server
) -> None:
    tried = Last("2.0", "rolled-back", 1, "no first frame")
    cases = (
        (Machine("2.0"), (), None),
        (Machine("1.0", "A", tried), (), TRIED),
        (Machine("1.0"), ("0.8", "0.9"), None),
    )
    for number, (machine, replaces, why) in enumerate(cases):
        server.offered = replace(bundle(), replaces=replaces)
        box = Box(tmp_path / str(number), server)
        box.machine = machine
        assert box.rest() == EVERY_S
        assert (server.given, box.files(), read_told(box.folder).why) == (0, set(), why)
    server.offered = replace(bundle(), replaces=("0.9", "1.0"))
    box = Box(tmp_path / "meant", server)
    box.rest()
    assert box.ready() == server.offered


def test_what_was_taken_for_the_installation_is_not_fetched_again(tmp_path: Path, server: Server) -> None:
    box = Box(tmp_path / "box", server)
    box.rest()
    box.take()
    for last in (None, Last("2.0", "installed"), Last("2.0", "failed"), Last("2.0", "refused")):
        box.machine = Machine("1.0", "A", last)
        box.start()
        assert box.rest() == EVERY_S
        assert (server.given, box.files()) == (len(BYTES), set()), last
    newer = Server(BYTES[::-1], bundle("3.0", BYTES[::-1]))
    box.server = newer
    box.start()
    box.rest()
    assert box.ready() == newer.update


class Forgetting(Disk):
    """Control: does not know what it has fetched."""

    def note(self, name: str) -> Bundle | None:
        return None if name == FETCHED_NOTE else super().note(name)


def test_control_one_that_forgets_what_it_fetched_fetches_for_ever(tmp_path: Path, server: Server) -> None:
    box = Box(tmp_path / "box", server)
    box.disk = Forgetting(box.folder)
    box.start()
    for _ in range(3):
        box.rest()
        box.take()
    assert server.given == 3 * len(BYTES)


def test_a_taking_that_was_cut_off_can_be_done_again(tmp_path: Path, server: Server) -> None:
    box = Box(tmp_path, server)
    box.rest()
    box.take(cut=True)
    box.start()
    box.rest()
    assert (box.ready(), server.given) == (bundle(), len(BYTES))


def test_what_was_withdrawn_and_is_offered_again_is_fetched_again(tmp_path: Path, server: Server) -> None:
    box = Box(tmp_path, server)
    box.rest()
    server.offered = None
    box.rest()
    server.offered = server.update
    box.rest()
    assert (box.ready(), server.given) == (bundle(), 2 * len(BYTES))


def test_a_broken_copy_of_the_same_release_from_elsewhere_keeps_nobody_from_fetching_it(
    tmp_path: Path, server: Server
) -> None:
    box = Box(tmp_path, server)
    box.machine = Machine("1.0", "A", Last("2.0", "refused"))
    box.rest()
    assert box.ready() == bundle()


def test_another_release_takes_the_place_of_one_that_lies_ready_or_is_half_here(tmp_path: Path, server: Server) -> None:
    box = Box(tmp_path, server)
    box.turn(), box.turn(), box.turn()
    newer = Server(BYTES[::-1], bundle("3.0", BYTES[::-1]))
    box.server = newer
    box.start()
    box.rest()
    assert (box.ready(), box.files()) == (newer.update, {READY, READY_NOTE})


def test_who_is_not_paired_revoked_or_asks_an_older_server_asks_seldom(tmp_path: Path, server: Server) -> None:
    box = Box(tmp_path, server)
    box.paired = False
    assert (box.rest(), server.asked) == (AGAIN_S, [])
    box.paired = True
    server.refusal = wire.UNKNOWN_PATH
    assert box.rest() == OLD_SERVER_S
    server.refusal = wire.REVOKED
    assert box.rest() > AGAIN_S
    assert (server.given, "revoked" in box.log[-1]) == (0, True)


def test_a_state_file_that_cannot_be_read_is_none_and_no_release_has_a_name_that_leads_elsewhere(
    tmp_path: Path,
) -> None:
    path = tmp_path / "update.json"
    assert read_machine(path, Machine("1.0")) == Machine("1.0")
    path.write_text('{"running": "1.1", "slot": "B", "last": {"release": "1.1", "result": "installed", "more": 1}}')
    assert read_machine(path, Machine("1.0")) == Machine("1.1", "B", Last("1.1", "installed"))
    for text in ("", "[]", '{"running": 3}'):
        path.write_text(text)
        assert read_machine(path, Machine("1.0")) == Machine("1.0")
    for release in ("", "../x", "a b", "ก", "x" * 65):
        offered = wire.encode_message({"update": {"release": release, "sha256": "0" * 64, "size": 1}})
        with pytest.raises(wire.BadAnswer):
            updatewire.read_offer(offered)


def test_the_status_tells_what_runs_and_how_far_the_next_one_is() -> None:
    machine = Machine("1.0", "A", Last("0.9", "rolled-back", 1, "no first frame"))
    assert describe_update(machine, Fetching("2.0", 10, 40, FULL)) == [
        "release: 1.0, slot A",
        "last update: 0.9: rolled-back: no first frame",
        "next release: 2.0, 10 of 40 bytes are here (disk-full)",
    ]
    assert describe_update(Machine(), Fetching()) == ["release: not known", "next release: none is offered"]
    assert describe_update(Machine("1.0"), Fetching("2.0", 4, 4))[-1].endswith("2.0 is here, and waits to be installed")
