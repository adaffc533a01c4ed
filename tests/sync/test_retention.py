"""Which files of a journal may go: only what is safe elsewhere, and old, or in the way of a full disk."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from sync.chain import Position
from sync.config import KEEP_DAYS
from sync.facts_machine import RETENTION, SPACE
from sync.retention import LEAST_FREE_PERCENT, Prune, Room, due
from sync.segments import Closed
from sync.types import Chain, Seq

TODAY = date(2031, 11, 29)


def closed(*last: int, years: float = 6.0, size: int = 1000) -> list[Closed]:
    """Files that end with these seqs; the oldest ended so many years ago, each other a week later."""
    ended = TODAY - timedelta(days=round(years * 365.25))
    firsts = [1, *(each + 1 for each in last)]
    return [
        Closed(Path(f"{n}"), Seq(first), Position(Seq(end), Chain(bytes([n]) * 32)), size, ended + timedelta(weeks=n))
        for n, (first, end) in enumerate(zip(firsts, last, strict=False))
    ]


def asked(files: Sequence[Closed], safe: int, keep_days: int = KEEP_DAYS, room: Room | None = None) -> list[int]:
    """The last seqs of what may go."""
    found = due(files, safe=Seq(safe), today=TODAY, keep_days=keep_days, room=room)
    return [each.last.seq for each in found.files] if found else []


def test_what_is_old_goes_only_as_far_as_it_is_safe() -> None:
    files = closed(100, 200, 300, 400)
    assert [asked(files, safe) for safe in (0, 99, 100, 199, 250, 300, 9999)] == [
        [], [], [100], [100], [100, 200], [100, 200, 300], [100, 200, 300],
    ]  # fmt: skip


def test_a_server_that_calls_nothing_safe_keeps_every_fact_here_even_on_a_full_disk() -> None:
    assert asked(closed(100, 200, 300), 0, room=Room(0, 1_000_000)) == []


def test_what_is_not_old_stays() -> None:
    files = closed(100, 200, 300, years=5.01)
    assert asked(files, 9999) == [100]
    assert asked(files, 9999, keep_days=KEEP_DAYS + 30) == []
    assert asked(files, 9999, keep_days=30) == [100, 200]


def test_a_file_of_which_nobody_knows_the_age_is_never_old_and_keeps_those_behind_it() -> None:
    files = closed(100, 200, 300)
    files[0] = Closed(files[0].path, files[0].first, files[0].last, 1000, None)
    assert asked(files, 9999) == []
    assert due(files, safe=Seq(9999), today=None, keep_days=30) is None


def test_a_full_disk_takes_the_oldest_safe_files_until_there_is_room() -> None:
    files, total = closed(100, 200, 300, 400, years=0.1), 100_000
    least = total * LEAST_FREE_PERCENT // 100
    assert asked(files, 9999, room=Room(least, total)) == []
    assert asked(files, 9999, room=Room(least - 1, total)) == [100]
    assert asked(files, 9999, room=Room(least - 1001, total)) == [100, 200]
    assert asked(files, 9999, room=Room(0, total)) == [100, 200, 300]
    assert asked(files, 200, room=Room(0, total)) == [100, 200]


def test_the_newest_closed_file_always_stays() -> None:
    assert asked(closed(100), 9999, room=Room(0, 100_000)) == []


def test_the_fact_says_what_goes_and_why() -> None:
    files = closed(100, 200, 300)
    found = due(files, safe=Seq(250), today=TODAY, keep_days=KEEP_DAYS)
    assert found == Prune(tuple(files[:2]), RETENTION)
    said = found.fact(Chain(b"\xaa" * 32), Seq(250))
    assert (said.first, said.last, said.safe, said.why) == (1, 200, 250, RETENTION)
    assert (said.chain, said.opened) == ("01" * 32, "aa" * 32)
    full = due(files, safe=Seq(250), today=None, keep_days=KEEP_DAYS, room=Room(0, 100_000))
    assert full is not None
    assert full.why == SPACE


@dataclass
class World:
    """A device with files of ten facts, and a server with a backup now and then, that is restored from it now and then.

    `by`: which of the server's words the device prunes by.
    """

    by: str
    facts: int = 0
    floor: int = 0
    received: int = 0
    safe: int = 0
    heard: dict[str, int] = field(default_factory=lambda: {"received": 0, "safe": 0})
    lost: int = 0

    def step(self, chance: random.Random) -> None:
        match chance.choice(("fact", "fact", "fact", "send", "send", "back up", "restore", "prune")):
            case "fact":
                self.facts += chance.randint(1, 8)
            case "send" if self.received >= self.floor:
                self.received = self.facts
                self.heard = {"received": self.received, "safe": self.safe}
            case "back up":
                self.safe = self.received
            case "restore":
                self.received = self.safe
            case "prune":
                ends = list(range(10, self.facts, 10))
                files = closed(*ends)[self.floor // 10 :]
                gone = asked(files, self.heard[self.by])
                self.floor = gone[-1] if gone else self.floor
        self.lost = max(self.lost, self.floor - self.received)


def losses(by: str) -> int:
    """In how many of 100 runs facts are gone from both."""
    count = 0
    for seed in range(100):
        world, chance = World(by), random.Random(seed)
        for _ in range(150):
            world.step(chance)
        count += world.lost > 0
    return count


def test_pruning_on_safe_loses_nothing_when_the_server_is_restored() -> None:
    assert losses("safe") == 0


def test_control_pruning_on_received_instead_of_safe_loses_facts() -> None:
    assert losses("received") > 50
