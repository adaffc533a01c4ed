"""A card in a folder that is updated: its slots' record, its folders, systemd and RAUC's installation played."""

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from image.signing import Signer
from kiosk.box.bundle import rauc
from kiosk.box.manager import RecordingManager
from kiosk.box.slot_command import Card, answer
from kiosk.box.slots import COPIES_LBA, SECTOR, Record, Slot, chosen, newest, other, written
from kiosk.box.update import IDLE, Places, Ports, Updater
from kiosk.box.update_rules import KIOSK, SYNC, Unit
from tests.kiosk.box.bundles import settings

WELL = (Unit(KIOSK, ready=True, status="screen closed"), Unit(SYNC, ready=True, status="idle"))
NIGHT = {"local": "2026-12-01T02:30:00", "open": False, "waiting": 0}
DAY = {"local": "2026-12-01T10:30:00", "open": True, "waiting": 4}
NOW_MS = 1_796_000_000_000


class Updated:
    """`breaks`: the installation ends after so many of its three steps (other slot given up, written, named).
    `meanwhile` happens while one is installed, and while a trial waits."""

    def __init__(self, folder: Path, by: Signer, running: str = "1.0.0", slot: Slot = "A") -> None:
        self.folder, self.slot = folder, slot
        self.disk = Card(folder / "card.img")
        (folder / "card.img").write_bytes(bytes((max(COPIES_LBA) + 1) * SECTOR))
        for name in ("system/update", "updates", "run", "idle"):
            (folder / name).mkdir(parents=True)
        self.places = Places(
            told=folder / "system/update.json", own=folder / "system/update", fetched=folder / "updates",
            release=folder / "release", word=folder / "run/update-now", idle=folder / "idle/idle.json",
            runtime=folder / "run/update", config=settings(folder, by),
        )  # fmt: skip
        self.places.word.touch()
        self.release(running)
        self.manager = Played(self.places.idle, shown=WELL)
        self.said, self.asked, self.waited = list[str](), list[str](), list[float]()
        self.breaks, self.now_ms = 3, NOW_MS
        self.meanwhile: Callable[[], None] = lambda: None
        self.contents = {"A": "1.0.0", "B": ""}

    def release(self, running: str) -> None:
        """What runs calls itself."""
        self.places.release.write_text(f"{running}\n")

    def updater(self) -> Updater:
        """A process of the update's, as systemd starts one."""
        ports = Ports(
            self.disk, self.slot, self.manager, self._rauc, self.said.append, lambda: self.now_ms,
            lambda: sum(self.waited), self._wait,
        )  # fmt: skip
        return Updater(self.places, ports)

    def fetched(self, bundle: Path, release: str = "2.0.0") -> None:
        """Sync has brought it."""
        (self.places.fetched / "ready.raucb").write_bytes(bundle.read_bytes())
        note = {"release": release, "sha256": "0" * 64, "size": bundle.stat().st_size}
        (self.places.fetched / "ready.json").write_text(json.dumps(note))

    def starts(self) -> Slot:
        """The boot loader chooses, counts down, and its system runs."""
        sectors = [self.disk.read(lba) for lba in COPIES_LBA]
        choice = chosen(newest(sectors)[0])
        if choice.changed is not None:
            place, sector = written(sectors, choice.changed)
            self.disk.write(COPIES_LBA[place], sector)
        self.slot = choice.order[0]
        self.release(self.contents[self.slot])
        for path in self.places.runtime.glob("*"):
            path.unlink()
        self.waited.clear()
        return self.slot

    @property
    def record(self) -> Record:
        return newest([self.disk.read(lba) for lba in COPIES_LBA])[0]

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.json.decode(self.places.told.read_bytes())
        return found

    @property
    def last(self) -> tuple[str, str]:
        """Release and result of the last update."""
        return self.told["last"]["release"], self.told["last"]["result"]

    def _wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.meanwhile()

    def _rauc(self, words: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        if words[0] != "install":
            return rauc(words)
        self.asked.append(words[1])
        beside = other(self.slot)
        if self.breaks > 0:
            answer(["set-state", beside, "bad"], self.disk, self.slot)
        if self.breaks > 1:
            self.contents[beside] = "2.0.0"
        if self.breaks > 2:
            answer(["set-primary", beside], self.disk, self.slot)
        self.meanwhile()
        broken = self.breaks < 3
        return subprocess.CompletedProcess(words, int(broken), "", "LastError: the card gave up\n" if broken else "")


class Played(RecordingManager):
    """systemd; what scorecard-idle.service finds is `idle`."""

    def __init__(self, file: Path, shown: tuple[Unit, ...]) -> None:
        super().__init__(shown)
        self.file, self.idle = file, NIGHT

    def start(self, unit: str) -> bool:
        done = super().start(unit)
        if done and unit == IDLE:
            self.file.write_text(json.dumps(self.idle))
        return done
