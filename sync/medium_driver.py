"""Keeps the copies on the second medium up to date. For a process of its own: a slow or dying stick delays nobody.

Every two seconds it looks whether the journals have grown, so that a fact is on the medium within five. It leaves word
of how that stands in a file for the service screen and the doctor (`read_state`).
"""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import msgspec

from sync.chain import Position
from sync.disk import DiskTrouble, trouble_of
from sync.durable import write_durably
from sync.errors import JournalDamaged, JournalRefused, SyncError
from sync.journal import JournalReader
from sync.medium import (
    FOLDER,
    KIOSK,
    OFFICE,
    SMALL,
    Ahead,
    Copy,
    Foreign,
    Mark,
    SourceDamaged,
    Word,
    claim,
    set_aside,
)
from sync.mirror import FILE as MIRROR
from sync.mirror import MirrorReader

LOOK_S = 2.0
"""How often it is looked whether there is anything new."""
WITHIN_S = 5.0
"""How far a copy that is well may be behind."""
AGAIN_S = 5.0
"""After trouble."""
TELL_S = 10.0
"""How often it is said that nothing has changed: who reads an older word knows that nobody copies any more."""
STALE_S = 60.0

OK, BEHIND, WAITING, MISSING = "ok", "behind", "waiting", "missing"
FOREIGN, AHEAD, SOURCE = "foreign", "ahead", "journal-damaged"
"""How a copy stands, beside the values of DiskTrouble: all is there; it catches up; there is no journal yet; no medium;
of another machine; further than the card; the card's own journal is damaged."""
FULL, READ_ONLY, FAILED = DiskTrouble.FULL.value, DiskTrouble.READ_ONLY.value, DiskTrouble.FAILED.value


@dataclass(frozen=True, slots=True)
class State:
    """How the second medium stands at boot time `at_ms`. `since_ms`: since when, without a break. `up_to`: facts that
    are there, by journal. `why`: English, for the technician."""

    state: str
    at_ms: int
    since_ms: int
    why: str | None = None
    up_to: Mapping[str, int] = field(default_factory=dict)


def read_state(path: Path, now_ms: int) -> State:
    """What the file says; MISSING where nobody keeps a copy now: there is no medium, or none that was let in."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=State)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return State(MISSING, now_ms, now_ms)
    return found if now_ms - found.at_ms <= STALE_S * 1000 else State(MISSING, now_ms, found.at_ms)


def encode(state: State) -> bytes:
    """As `read_state` reads it."""
    return msgspec.json.encode(state)


Making: TypeAlias = Callable[[Path, JournalReader], Copy]


@dataclass(frozen=True, slots=True)
class Ports:
    """The world. `mounted`: whether a medium is there; `copy` is handed in for its controls."""

    mounted: Callable[[Path], bool]
    boottime_ms: Callable[[], int]
    tell: Callable[[State], None]
    log: Callable[[str], None]
    copy: Making = Copy


@dataclass(slots=True)
class _Open:
    """One journal under way. `inode`: of the file that is read, which the writer may exchange."""

    inode: int
    source: JournalReader
    journal_id: str
    copy: Copy | None = None
    kept: Position | None = None

    def close(self) -> None:
        self.source.close()
        if self.copy is not None:
            self.copy.close()


class Keeper:
    """Copies of the journals in `data` on this medium. Call `turn` again after the seconds it says."""

    def __init__(self, data: Path, medium: Path, ports: Ports) -> None:
        self._data, self._medium, self._ports = data, medium, ports
        self._open: dict[str, _Open] = {}
        self._small: dict[str, bytes] = {}
        self._told: State | None = None

    def turn(self) -> float:
        """Do the next thing; the seconds until there is another (0: at once)."""
        if not self._ports.mounted(self._medium):
            self._drop()
            return self._says(MISSING, None, LOOK_S)
        try:
            return self._turn()
        except Foreign as error:
            return self._failed(FOREIGN, error)
        except Ahead as error:
            return self._failed(AHEAD, error)
        except SourceDamaged as error:
            return self._failed(SOURCE, error)
        except JournalRefused as error:
            return self._failed(error.trouble.value, error)
        except (sqlite3.Error, OSError) as error:
            return self._failed(trouble_of(error).value, error)
        except SyncError as error:
            return self._failed(FAILED, error)

    def close(self) -> None:
        """Let go of everything."""
        self._drop()

    def _turn(self) -> float:
        kiosk = self._source(KIOSK, self._data / "journal.db")
        if kiosk is None:
            return self._says(WAITING, None, LOOK_S)
        office = self._source(OFFICE, self._data / MIRROR)
        opened = kiosk.source.opened()
        mark = Mark(kiosk.journal_id, office.journal_id if office is not None else None)
        claim(self._medium, mark, opened.predecessor.journal_id if opened.predecessor is not None else None)
        self._keep_small()
        pairs = [(KIOSK, kiosk), *([(OFFICE, office)] if office is not None else [])]
        more = [self._step(name, each) for name, each in pairs]
        if any(more):
            return self._says(BEHIND, None, 0.0)
        if office is not None:
            self._keep_word(office)
        proving = [self._prove(each) for _, each in pairs]
        return self._says(OK, None, 0.0 if any(proving) else LOOK_S)

    def _source(self, name: str, path: Path) -> _Open | None:
        """This journal, open; None: there is none yet. Raises SourceDamaged."""
        try:
            inode = path.stat().st_ino
            found = self._open.get(name)
            if found is not None and (found.inode, found.source.opened().journal_id) != (inode, found.journal_id):
                self._forget(name)
                found = None
            if found is None:
                reader = JournalReader(path)
                found = self._open[name] = _Open(inode, reader, reader.opened().journal_id)
        except FileNotFoundError:
            return None
        except (SyncError, sqlite3.Error) as error:
            self._forget(name)
            if name == OFFICE:
                return None  # it is fetched anew from the office, and may hold nothing until then
            raise SourceDamaged(f"{path}: {error}", hint=f"Run `python -m sync verify {path}`.") from error
        return found

    def _step(self, name: str, each: _Open) -> bool:
        try:
            if each.copy is None:
                path = self._medium / FOLDER / name / f"{each.journal_id}.db"
                each.copy = self._ports.copy(path, each.source)
            return each.copy.step(each.source)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            return self._anew(each, error)

    def _prove(self, each: _Open) -> bool:
        try:
            return each.copy is not None and each.copy.prove()
        except sqlite3.OperationalError:
            raise
        except (JournalDamaged, sqlite3.DatabaseError) as error:
            return self._anew(each, error)

    def _anew(self, each: _Open, error: Exception) -> bool:
        """The medium does not give back what it was given: what lies there is set aside, and copied again."""
        self._ports.log(f"second medium: a copy is made anew: {error}")
        copy, each.copy = each.copy, None
        if copy is not None:
            copy.close()
            set_aside(copy.path)
        return copy is not None

    def _keep_small(self) -> None:
        for name in SMALL:
            try:
                content = (self._data / name).read_bytes()
            except FileNotFoundError:
                continue
            if self._small.get(name) != content:
                write_durably(self._medium / FOLDER / name, content, mode=0o640)
                self._small[name] = content

    def _keep_word(self, office: _Open) -> None:
        """The office's own word for what is copied of its journal: without it nobody would take that for true."""
        if office.copy is None or office.kept == office.copy.end:
            return
        found = MirrorReader(self._data / MIRROR).word(office.journal_id)
        if found is not None:
            key, head = found
            word = Word(key.hex(), int(head.seq), head.chain.hex(), head.signature.hex())
            path = self._medium / FOLDER / OFFICE / f"{office.journal_id}.json"
            write_durably(path, msgspec.json.encode(word), mode=0o640)
            office.kept = office.copy.end

    def _failed(self, code: str, error: Exception) -> float:
        hint = f" {error.hint}" if isinstance(error, SyncError) else ""
        self._drop()
        return self._says(code, f"{error}.{hint}", AGAIN_S)

    def _says(self, code: str, why: str | None, wait: float) -> float:
        """Leave word of how it stands, where that changed or a while has passed."""
        now = self._ports.boottime_ms()
        before = self._told
        up_to = {each.journal_id: int(each.copy.end.seq) for each in self._open.values() if each.copy is not None}
        if before is not None and before.state == code and before.up_to == up_to and now - before.at_ms < TELL_S * 1000:
            return wait
        since = before.since_ms if before is not None and before.state == code else now
        if before is None or before.state != code:
            self._ports.log(f"second medium: {code}" + (f": {why}" if why else ""))
        self._told = State(code, now, since, why, up_to)
        self._ports.tell(self._told)
        return wait

    def _forget(self, name: str) -> None:
        found = self._open.pop(name, None)
        if found is not None:
            found.close()

    def _drop(self) -> None:
        for name in tuple(self._open):
            self._forget(name)
        self._small.clear()
