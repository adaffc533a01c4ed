"""Updates on the card: looked over, installed into the other slot when nobody is served, tried, told of.

Every step may be the last before a power cut. What holds is the slots' record (kiosk.box.slots): until RAUC has written
the other slot whole and names it, this one starts; what is told in update.json follows what the record says.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec

from kiosk.box.bundle import CONFIG, Manifest, Rauc, examined
from kiosk.box.errors import UpdateError
from kiosk.box.manager import Manager
from kiosk.box.release import newer
from kiosk.box.shelf import Shelf
from kiosk.box.slot_command import Disk
from kiosk.box.slot_command import answer as slot_answer
from kiosk.box.slots import COPIES_LBA, Record, Slot, newest
from kiosk.box.update_rules import (
    BACK,
    COMPATIBLE,
    FAILED,
    GOOD,
    INSTALLED,
    KIOSK,
    REFUSED,
    TRYING,
    Last,
    Moment,
    Told,
    busy,
    ended,
    pending,
    started,
    unwell,
    why_not,
)
from sync.durable import write_durably

IDLE, VERIFY = "scorecard-idle.service", "scorecard-verify.service"
WORD_S = 600
"""So long a technician's word holds."""
PATIENCE_S = 600
LOOK_S = 3
FAILURES = 3
"""So often an installation that breaks off is begun."""


class Idle(msgspec.Struct):
    """What scorecard-idle.service found: the office's wall clock, whether it is open, how many wait."""

    local: datetime | None = None
    open: bool | None = None
    waiting: int | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are. `runtime` is this service's folder in memory: `told`, once this start was told of; `restart`,
    while one is due."""

    told: Path = Path("/var/lib/scorecard/system/update.json")
    own: Path = Path("/var/lib/scorecard/system/update")
    fetched: Path = Path("/var/lib/scorecard/updates")
    release: Path = Path("/etc/scorecard-release")
    word: Path = Path("/run/scorecard/update-now")
    idle: Path = Path("/run/scorecard-idle/idle.json")
    runtime: Path = Path("/run/scorecard-update")
    config: Path = CONFIG


@dataclass(frozen=True, slots=True)
class Ports:
    """What an update is done with. `slot`: the one that runs. `now_ms` is UTC, `monotonic` and `wait` in seconds."""

    disk: Disk
    slot: Slot
    manager: Manager
    rauc: Rauc
    say: Callable[[str], None]
    now_ms: Callable[[], int]
    monotonic: Callable[[], float]
    wait: Callable[[float], None]


class Updater:
    """This machine's. All raise OSError."""

    def __init__(self, places: Places, ports: Ports) -> None:
        self._places, self._ports, self.slot = places, ports, ports.slot
        self.shelf = Shelf(places.own, places.fetched)
        self.running = places.release.read_text().strip()

    def record(self) -> Record:
        """How the slots stand."""
        return newest([self._ports.disk.read(lba) for lba in COPIES_LBA])[0]

    def told(self) -> Told:
        """What update.json says; nothing where it cannot be read."""
        try:
            return msgspec.json.decode(self._places.told.read_bytes(), type=Told)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return Told()

    def tell(self, told: Told) -> None:
        """Written only where it says something new."""
        content = msgspec.json.encode(told) + b"\n"
        if not (self._places.told.exists() and self._places.told.read_bytes() == content):
            write_durably(self._places.told, content)

    def note_start(self) -> Told:
        """Which release runs since this start, and what became of an update that was on its way."""
        told = started(self.told(), self.running, self.slot, self.record(), self._ports.now_ms())
        self.tell(told)
        self._places.runtime.mkdir(parents=True, exist_ok=True)
        (self._places.runtime / "told").touch()
        return told

    # Installing -------------------------------------------------------------------------------------------------------

    def attend(self, *, word: bool = False) -> str:
        """The next step that is due: what was done, or is waited for. `word`: a technician says so now."""
        told, record = self.note_start(), self.record()
        word = word or self._word()
        standing = record.standing(self.slot)
        if standing == "trying":  # at its last try the other slot starts next, too, and this one may still be well
            return "this system is being tried itself: the next update waits"
        if pending(record, self.slot):
            return self._restart(word)
        if not self.shelf.there():
            return "nothing is to be installed"
        if standing == "bad":
            return "this system was given up: the next update waits"
        waits = self._why_not(word)
        return f"an update waits: {waits}" if waits is not None else self._install(told, word)

    def _install(self, told: Told, word: bool) -> str:
        release = self.shelf.named()
        try:
            self.shelf.take()
            if not self.shelf.bundle.exists():
                return "nothing is to be installed"
            manifest = examined(self.shelf.bundle, self._places.config, self._ports.rauc)
            release = manifest.release
            self._fits(manifest)
        except UpdateError as error:
            self.shelf.drop()
            if error.code != "same":
                self.tell(ended(told, Last(release, REFUSED, self._ports.now_ms(), f"{error}. {error.hint}")))
            return f"the update was refused: {error}. {error.hint}"
        before = {unit.name: unit.status for unit in self._ports.manager.units()}
        self._ports.say(f"{release} is installed into the other slot")
        done = self._ports.rauc(["install", str(self.shelf.bundle)])
        if done.returncode or not pending(self.record(), self.slot):
            return self._failed(told, release, (done.stderr.strip().splitlines() or ["no reason was given"])[-1][:200])
        self.tell(replace(ended(told, Last(release, INSTALLED, self._ports.now_ms())), before=before))
        self.shelf.drop()
        return f"{release} is installed; {self._restart(word)}"

    def _failed(self, told: Told, release: str, why: str) -> str:
        """It is begun again at the next time, unless that was often enough."""
        failures = told.failures + 1
        self.tell(replace(ended(told, Last(release, FAILED, self._ports.now_ms(), why)), failures=failures % FAILURES))
        if failures >= FAILURES:
            self.shelf.drop()
        return f"{release} could not be installed: {why}"

    def _fits(self, manifest: Manifest) -> None:
        if manifest.compatible != COMPATIBLE:
            raise UpdateError(f'it is for another machine: "{manifest.compatible}"', hint="Look for this machine's.")
        if manifest.release == self.running:
            raise UpdateError(f"{self.running} runs here already", hint="Nothing is to be done.", code="same")
        if not newer(manifest.release, self.running):
            told = f"{manifest.release} is older than {self.running}, which runs here"
            raise UpdateError(told, hint="An older one is only installed by writing the card anew.", code="older")

    def bring(self, folder: Path) -> str:
        """Copy the bundle of a stick onto the card; its release. Raises UpdateError."""
        found: list[Manifest] = []

        def look(part: Path) -> None:
            found.append(examined(part, self._places.config, self._ports.rauc))
            self._fits(found[0])

        self.shelf.bring(folder, look)
        return found[0].release

    def _restart(self, word: bool) -> str:
        waits = self._why_not(word)
        due = self._places.runtime / "restart"
        if waits is not None:
            due.touch()
            return f"the machine is to be started anew for it, and waits: {waits}"
        due.unlink(missing_ok=True)
        self._ports.manager.restart_machine()
        return "the machine starts anew"

    def _why_not(self, word: bool) -> str | None:
        idle = self._idle() if self._ports.manager.start(IDLE) else Idle()
        kiosk = next((unit.status for unit in self._ports.manager.units() if unit.name == KIOSK), "")
        return why_not(Moment(word, idle.local, idle.open, idle.waiting, busy(kiosk)))

    def _idle(self) -> Idle:
        try:
            return msgspec.json.decode(self._places.idle.read_bytes(), type=Idle)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return Idle()

    def _word(self) -> bool:
        """The file is there from the start, empty: only what somebody wrote into it is a word."""
        try:
            known = self._places.word.stat()
        except FileNotFoundError:
            return False
        return known.st_size > 0 and 0 <= self._ports.now_ms() - known.st_mtime * 1000 < WORD_S * 1000

    # The trial --------------------------------------------------------------------------------------------------------

    def judge(self) -> bool:
        """A system on trial: wait for it to be well, and confirm it; whether it was. Who was not is left as it is: the
        machine has to start anew, and the boot loader counts."""
        told, slot = self.note_start(), self.slot
        if self.record().standing(slot) != "trying":
            return True
        why, until = self._unwell(told), self._ports.monotonic() + PATIENCE_S
        while why is not None and self._ports.monotonic() < until:
            self._ports.wait(LOOK_S)
            why = self._unwell(told)
        why = why or self._journal()
        if why is None:
            slot_answer(["set-state", slot, "good"], self._ports.disk, slot)
            self.tell(ended(told, Last(self.running, GOOD, self._ports.now_ms())))
            self._ports.say(f"{self.running} is well: it stays")
            return True
        left = self.record().left
        self.tell(replace(told, last=Last(self.running, TRYING, self._ports.now_ms(), why)))
        self._ports.say(f"{self.running} is not well: {why}. Starts left: {left}")
        return False

    def _unwell(self, told: Told) -> str | None:
        return unwell(self._ports.manager.units(), None, told.before)

    def _journal(self) -> str | None:
        return None if self._ports.manager.start(VERIFY) else "the record on this card does not prove itself"


def shown(told: Told, record: Record, slot: Slot) -> list[str]:
    """The lines of `update status`."""
    lines = [f"running: {told.running or 'unknown'}, slot {slot}"]
    if pending(record, slot):
        lines.append("the other slot starts next")
    if told.last is not None:
        words = {INSTALLED: "is installed, and tried at the next start", TRYING: "is being tried", GOOD: "stays"}
        words |= {REFUSED: "was refused", FAILED: "could not be installed", BACK: "was given up"}
        why = f": {told.last.why}" if told.last.why else ""
        lines.append(f"last update: {told.last.release} {words.get(told.last.result, told.last.result)}{why}")
    return lines
