"""The processes of `./prove office`: one office, two kiosks (and a clone of one), a board; and what can befall them."""

import re
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.demo import LISTENING, READY, Demo, Ports
from kiosk.parts import Part
from server.lastword import FILE as LAST_WORD
from server.stores import FILE as LEDGER
from sync.inbox import InboxReader, InboxState
from sync.journal import JournalReader
from sync.mirror import FILE as MIRROR

PATIENCE_S = 120.0
NEW_CODE_AFTER_S = 4.0
"""A machine that is unpaired for so long is given a code by the technician."""


@dataclass
class Box:
    """A machine: its folder with kiosk.toml and data, its processes. `tickets`: its printer's tray."""

    name: str
    folder: Path
    parts: dict[str, Part]
    tickets: Path | None = None
    unpaired_since: float | None = None
    gone: int | None = None
    """It was taken away, after so many restores."""

    @property
    def there(self) -> bool:
        """Whether it still stands in the hall."""
        return self.gone is None

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.folder / "data"

    @property
    def control(self) -> Path:
        """Its control socket."""
        return self.folder / "control"

    @property
    def journal(self) -> Path:
        """Its journal."""
        return self.data / "journal.db"

    def state(self) -> InboxState | None:
        """What sync says of the exchange."""
        return InboxReader(self.data / "inbox.db").read()

    def is_settled(self) -> bool:
        """Whether the office has every fact of it."""
        state = self.state()
        try:
            with JournalReader(self.journal) as journal:
                named, end = journal.opened().journal_id, journal.last().seq
        except (OSError, sqlite3.Error):
            return False
        return state is not None and (state.phase, state.journal_id, state.received) == ("idle", named, end)


@dataclass(frozen=True)
class Copy:
    """A backup of the office's data folder, and where its own journal ended in it."""

    folder: Path
    journal: str
    end: int


@dataclass
class Restored:
    """A restore: the folder of the dead disk, the copy, and how far machines had heard of the record."""

    dead: Path
    copy: Copy
    heard: int
    from_boot_ms: int


@dataclass
class World:
    """Everything that runs in a round. `boxes` by name: kiosk-1, kiosk-2, later clone; board."""

    folder: Path
    demo: Demo = field(init=False)
    boxes: dict[str, Box] = field(default_factory=dict)
    restores: list[Restored] = field(default_factory=list)
    codes: int = 0

    def start(self) -> None:
        """The demonstration with its display, and a second kiosk."""
        self.demo = Demo(self.folder, ports=Ports(0, 0, 0, 0), headless=True, display=True)
        self.demo.start()
        parts = self.demo.parts
        first = {"printer": parts["printer"], "kiosk": parts["kiosk"], "sync": parts["sync"]}
        self.boxes["kiosk-1"] = Box("kiosk-1", self.demo.kiosk_toml.parent, first, self.demo.tickets)
        board = {"kiosk": parts["display"], "sync": parts["display-sync"]}
        self.boxes["board"] = Box("board", self.demo.display_toml.parent, board)
        self._kiosk("kiosk-2", self.demo.asked("pair", "--place", "Side door"))

    def stop(self) -> None:
        """End everything."""
        for box in self.boxes.values():
            for name in ("kiosk", "sync", "printer"):
                if name in box.parts:
                    box.parts[name].end()
        self.demo.stop()

    @property
    def office(self) -> Path:
        """The office's data folder."""
        return self.demo.server_toml.parent / "data"

    def kiosks(self) -> Iterable[Box]:
        """All of them, also a clone that was taken away."""
        return (box for box in self.boxes.values() if box.tickets is not None)

    # The office's disk ------------------------------------------------------------------------------------------------

    def back_up(self, name: str) -> Copy:
        """A copy of the office's data folder, made while it runs, as a backup makes it."""
        to = self.folder / name
        shutil.copytree(
            self.office, to, ignore=shutil.ignore_patterns(f"{LEDGER}*", "*.lock", "*.sock", "control", LAST_WORD)
        )
        with closing(sqlite3.connect(self.office / LEDGER)) as db, closing(sqlite3.connect(to / LEDGER)) as copy:
            db.backup(copy)
            query = "SELECT journal_id, received FROM journals WHERE own > 0 ORDER BY own DESC LIMIT 1"
            journal, end = copy.execute(query).fetchone()
        return Copy(to, journal, end)

    def restore(self, copy: Copy) -> None:
        """The disk dies under the running server; another one with the copy on it takes its place."""
        self.demo.kill("server")
        time.sleep(0.7)  # what a machine had received it has stored by then
        dead = self.folder / f"dead-{len(self.restores) + 1}"
        self.office.rename(dead)
        shutil.copytree(copy.folder, self.office)
        heard = max((_mirrored(box.data / MIRROR, copy.journal) for box in self.boxes.values()), default=0)
        self.restores.append(Restored(dead, copy, heard, boot_ms()))
        self.demo.restart("server")

    # Machines ---------------------------------------------------------------------------------------------------------

    def clone(self, name: str, of: str) -> None:
        """The card of a kiosk is copied while it is out, and both are started."""
        box = self.boxes[of]
        for part in ("kiosk", "sync"):
            box.parts[part].end()
        (self.folder / name).mkdir()
        shutil.copytree(box.data, self.folder / name / "data", ignore=shutil.ignore_patterns("*.wake", "*.lock"))
        self._kiosk(name, None, of)
        for part in ("kiosk", "sync"):
            box.parts[part].start()

    def attend(self) -> None:
        """The technician: a machine that the office does not know any more, or not as its own, gets a new code."""
        now = time.monotonic()
        for box in self.boxes.values():
            state = box.state()
            if not box.there or not box.parts["sync"].alive or state is None or state.phase != "unpaired":
                box.unpaired_since = None
            elif box.unpaired_since is None:
                box.unpaired_since = now
            elif now - box.unpaired_since > NEW_CODE_AFTER_S:
                box.unpaired_since = None
                self._pair_anew(box)

    def settle(self, names: Iterable[str] | None = None) -> list[str]:
        """Wait until the office has all facts of these machines, and what it lost is back; who did not come to rest."""
        boxes = [box for box in self.boxes.values() if box.there and (names is None or box.name in names)]
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            self.attend()
            if all(box.is_settled() for box in boxes) and (names is not None or self._is_whole()):
                return []
            time.sleep(0.3)
        left = [f"{box.name} did not come to rest: {box.state()}" for box in boxes if not box.is_settled()]
        return left or ["the office's record did not come to rest"]

    def _is_whole(self) -> bool:
        """Nothing lost is wanted, and every mirror is as long as the office's journal."""
        with closing(sqlite3.connect(f"{(self.office / LEDGER).as_uri()}?mode=ro", uri=True)) as db:
            (wanted,) = db.execute("SELECT count(*) FROM losses WHERE wanted_seq IS NOT NULL").fetchone()
            query = "SELECT journal_id, received FROM journals WHERE own > 0 ORDER BY own DESC LIMIT 1"
            journal, end = db.execute(query).fetchone()
        there = [box for box in self.boxes.values() if box.there]
        return not wanted and all(_mirrored(box.data / MIRROR, journal) == end for box in there)

    def _pair_anew(self, box: Box) -> None:
        code = self.demo.asked("pair")
        path = box.folder / "kiosk.toml"
        text = re.sub(r"^code = .*\n", "", path.read_text("utf-8"), flags=re.MULTILINE)
        path.write_text(text.replace("[server]\n", f'[server]\ncode = "{code}"\n'), "utf-8")
        box.parts["sync"].end()
        box.parts["sync"].start()
        self.codes += 1

    def _kiosk(self, name: str, code: str | None, like: str = "kiosk-1") -> None:
        """A kiosk as the first one is, with a printer of its own."""
        folder, tickets = self.folder / name, self.folder / f"{name}-tickets"
        folder.mkdir(exist_ok=True)
        like_folder = self.boxes[like].folder
        printer = self._part(
            f"{name}-printer",
            ["-m", "hardware.virtual_printer", "--out", str(tickets), "--listen", "127.0.0.1:0"],
            [LISTENING],
        )
        where = printer.found[LISTENING]
        text = (like_folder / "kiosk.toml").read_text("utf-8")
        text = text.replace(str(like_folder / "control"), str(folder / "control"))
        text = re.sub(r"^printer = .*$", f'printer = "tcp://{where[1]}:{where[2]}"', text, flags=re.MULTILINE)
        text = re.sub(r"^place = .*$", f'place = "{name}"', text, flags=re.MULTILINE)
        if code is not None:
            text = re.sub(r"^code = .*$", f'code = "{code}"', text, flags=re.MULTILINE)
        (folder / "kiosk.toml").write_text(text, "utf-8")
        shutil.copy(like_folder / "catalogue.toml", folder / "catalogue.toml")
        config = ["--config", str(folder / "kiosk.toml")]
        kiosk = self._part(f"{name}-kiosk", ["-m", "kiosk", *config, "--headless"], [READY])
        sync = self._part(f"{name}-sync", ["-m", "sync", *config], [])
        self.boxes[name] = Box(name, folder, {"printer": printer, "kiosk": kiosk, "sync": sync}, tickets)

    def _part(self, name: str, arguments: list[str], ready: list[str]) -> Part:
        log = self.folder / "logs" / f"{name}.log"
        part = Part(name, [sys.executable, "-u", *arguments], ready, log=log, environment=self.demo.environment)
        part.start()
        return part


def boot_ms() -> int:
    """The machine's boot time, as journals date by it."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def _mirrored(path: Path, journal: str) -> int:
    """How far this mirror has that journal of the office."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
            (end,) = db.execute(
                "SELECT coalesce(max(seq), 0) FROM mirrored WHERE journal_id = ?", (journal,)
            ).fetchone()
            return int(end)
    except sqlite3.Error:
        return 0
