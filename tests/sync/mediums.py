"""A machine with a second medium for tests: both are folders, its clock turns by hand."""

import json
import sqlite3
from pathlib import Path

from sync import facts
from sync.journal import JournalReader
from sync.judge import Accept, judge
from sync.medium import FOLDER, KIOSK, Copy
from sync.medium_driver import Keeper, Making, Ports, State
from sync.mirror import FILE as MIRROR
from sync.mirror import Mirror
from sync.segments import Entry
from sync.types import Level
from sync.verify import Verdict, verify
from tests.sync import journals
from tests.sync.feeding_office import FeedingOffice


class Box:
    """A kiosk's folder and a medium that can be pulled; its journal is written beside whoever copies it."""

    def __init__(self, folder: Path, *, start: int = 1, scores: int = 0) -> None:
        self.data, self.medium = folder / "data", folder / "medium"
        self.data.mkdir(parents=True)
        self.medium.mkdir()
        self.journal = journals.make(self.data / "journal.db", scores, start=start)
        key = {"seed": journals.KEY.seed.hex(), "device_secret": journals.KEY.device_secret.hex()}
        (self.data / "device.key").write_text(json.dumps(key))
        self.ms, self.plugged, self.states, self.lines = 1000.0, True, list[State](), list[str]()
        self.keepers = list[Keeper]()
        self.count, self.name = 0, self.journal.opened().journal_id

    def keeper(self, copy: Making = Copy, kind: type[Keeper] = Keeper) -> Keeper:
        """What copies; a process of its own."""
        ports = Ports(lambda path: self.plugged, lambda: int(self.ms), self.states.append, self.lines.append, copy)
        self.keepers.append(kind(self.data, self.medium, ports))
        return self.keepers[-1]

    def close(self) -> None:
        """It is over, for whoever copies too."""
        for each in self.keepers:
            each.close()
        self.journal.close()

    def turn(self, keeper: Keeper) -> float:
        wait = keeper.turn()
        self.ms += wait * 1000
        return wait

    def settle(self, keeper: Keeper) -> str:
        """Turn until it rests; how it stands then."""
        for _ in range(200):
            if self.turn(keeper):
                return self.states[-1].state
        raise AssertionError("it does not come to rest")

    def score(self, count: int = 1) -> None:
        """So many facts more."""
        for _ in range(count):
            self.count += 1
            body = facts.ScoreGiven(1, Level(self.count % 5 + 1))
            self.journal.append(facts.drafts(body), journals.at(9000 + self.count))

    @property
    def path(self) -> Path:
        """The copy of the journal that is written now."""
        return self.medium / FOLDER / KIOSK / f"{self.name}.db"

    def copied(self) -> list[Entry]:
        with JournalReader(self.path) as reader:
            return list(reader.entries())

    def entries(self) -> list[Entry]:
        return list(self.journal.entries())

    def verdict(self) -> Verdict:
        return verify(self.path)


def feed(data: Path, office: FeedingOffice) -> None:
    """The office's journal as this machine has it."""
    mirror = Mirror(data / MIRROR)
    mirror.begin(office.introduction())
    known = mirror.known()
    assert known is not None
    verdict = judge(office.batch(known.received), known)
    assert isinstance(verdict, Accept)
    mirror.apply(office.name, verdict)
    mirror.close()


def pages(copy: Copy, most: int) -> None:
    """Let the medium be full at so many pages."""
    copy.connection.execute(f"PRAGMA max_page_count = {most}")


def refusing(copy: Copy) -> None:
    """Let the medium take nothing."""
    copy.connection.execute("PRAGMA query_only = 1")


def flip(path: Path, seq: int) -> None:
    """A bit of this fact is another, and everything about the file is as before."""
    with JournalReader(path) as reader:
        row = bytearray(next(reader.own_entries(seq - 1, 1)).row)
    row[-3] ^= 1
    try:
        journals.tamper(path, ("UPDATE facts SET row = ? WHERE seq = ?", (bytes(row), seq)))
    except sqlite3.IntegrityError as error:
        raise AssertionError(error) from error
