"""A card that is updated: N runs, N+1 goes in and stays, a bad N+2 goes in and is given up; the tickets stay."""

import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from image.configure_card import sparse_copy
from image.disk import SLOT_A
from image.machine import CARD
from image.tools import WORK, Tools
from kiosk.box.slots import TRIES, Record, Slot
from tests.image.boot.bench import Bench
from tests.image.boot.ground import Ground, Steps
from tests.image.updates.card import OffCard
from tests.image.updates.variants import CANNOT_DRAW, Variants, ext4_bytes
from tests.image.updates.writes import Replay, named_before_written

NIGHT = ("-rtc", "base=2026-12-01T18:30:00")
"""In Bangkok half past one at night: the hours of updates."""
READY = r"kiosk ready, \d+ x \d+"
READY_S, INSTALL_S, TRIAL_S, SIGHT_S = 600.0, 1500.0, 1200.0, 240.0
PULLED_S = 40.0
UP = r"systemd\[1\]: |Run /init as init process"
LOG = "writes.log"
LOGGED = (
    f"-blockdev driver=file,filename={WORK}/card.img,node-name=below "
    f"-blockdev driver=file,filename={WORK}/{LOG},node-name=log "
    "-blockdev driver=blklogwrites,node-name=card,file=below,log=log,log-sector-size=512"
)
CUTS, BOOTED = 200, 5
NEXT, BAD = "9.0.1", "9.0.2"


class Updates:
    """`folder` keeps what was seen. Each step gives what did not hold, a line each."""

    def __init__(self, tools: Tools, folder: Path, image: Path, variants: Variants) -> None:
        self.folder, self._variants = folder.resolve(), variants
        self._bench = Bench(tools, self.folder / "bench", image)
        self._machine, self._ground = self._bench.machine, Ground(self._bench)
        self._card = OffCard(tools, self._machine.card)
        self._slots, self._before = dict[Slot, Path](), self.folder / "before.img"
        self.figures: list[str] = []

    def close(self) -> None:
        """Everything off."""
        self._bench.close()

    def steps(self) -> Steps:
        """In their order; each needs those before."""
        yield "a card as it was flashed starts, and a ticket is taken", self.flashed
        yield f"N+1 ({NEXT}) lies on the data partition: at night it is installed", self.installs
        yield "the machine starts anew into it: it is well, it stays, the tickets are there", self.stays
        yield f"a bad N+2 ({BAD}), whose kiosk cannot draw, is installed", self.installs_the_bad_one
        yield f"it starts, and is not well (1 of {TRIES})", partial(self.is_not_well, TRIES - 1)
        yield f"the plug is pulled in the middle of a try (2 of {TRIES})", partial(self.is_pulled, TRIES - 2)
        yield f"its last try has its whole time, too ({TRIES} of {TRIES})", partial(self.is_not_well, 0)
        yield "N+1 runs again by itself and says why; the tickets are there", self.is_back
        yield f"the plug pulled at {CUTS} places of the first installation: a whole slot is chosen", self.cut
        yield "the control: an installer that names the slot before it writes it is found", self.control
        yield f"{BOOTED} of those cards start", self.boots

    # Steps ------------------------------------------------------------------------------------------------------------

    def flashed(self) -> list[str]:
        """N, which nothing was ever done to."""
        self._start()
        self._until(READY, "the kiosk is ready", READY_S)
        return self._ground.ticket() + self._ground.numbers()

    def installs(self) -> list[str]:
        """Its writes are logged from the first one on."""
        self._slots["B"] = self._variants.slot(NEXT)
        self._card.put(self._variants.bundle(self._slots["B"], NEXT))
        sparse_copy(self._card.path, self._before)
        self._slots["A"] = taken_out(self._before, self.folder / "slot.a")
        (self._machine.folder / LOG).touch()
        self._start(card=LOGGED)
        self._until(f"{NEXT} is installed; the machine starts anew", "it is installed", INSTALL_S)
        return []

    def stays(self) -> list[str]:
        """By the trial's own service."""
        self._until("scorecard: slot B, 2 left", "slot B is tried", READY_S)
        self._until(f"{NEXT} is well: it stays", "it is confirmed", TRIAL_S)
        missed = self._ground.ticket() + self._ground.numbers()
        (self._machine.folder / LOG).rename(self.folder / LOG)
        told = self._card.told()
        missed += [] if (told["running"], told["last"]["result"]) == (NEXT, "good") else [f"told: {told}"]
        return missed + self._stands(lambda record: (record.first, record.b, record.left) == ("B", "good", 0))

    def installs_the_bad_one(self) -> list[str]:
        """Into the slot that N was in."""
        self._card.put(self._variants.bundle(self._variants.slot(BAD, CANNOT_DRAW), BAD))
        self._start()
        self._until(f"{BAD} is installed; the machine starts anew", "it is installed", INSTALL_S)
        return []

    def is_not_well(self, left: int) -> list[str]:
        """It waits for the kiosk as long as it has to, and starts the machine anew by itself."""
        self._until(f"scorecard: slot A, {left} left", "the bad one starts", READY_S)
        self._until(rf"{BAD} is not well: scorecard-kiosk.*Starts left: {left}", "it is not well", TRIAL_S)
        return []

    def is_pulled(self, left: int) -> list[str]:
        """Some time after the next start of the bad one; power again."""
        self._until(f"scorecard: slot A, {left} left", "the bad one starts", READY_S)
        time.sleep(PULLED_S)
        self._machine.pull()
        self._start()
        return []

    def is_back(self) -> list[str]:
        """Nobody had to do anything."""
        after = self._bench.said("scorecard: slot A, 0 left")
        if after is None:
            return ["the bad one had not its last try"]
        self._machine.until(
            lambda: self._bench.said("scorecard: slot B", after.end()) is not None, "slot B starts", READY_S
        )
        missed = [] if self._ground.ready_again(after.end()) else ["the kiosk is not ready"]
        self._machine.until(
            lambda: self._bench.said("nothing is to be installed", after.end()) is not None, "it tells", SIGHT_S
        )
        missed += self._ground.ticket() + self._ground.numbers()
        told = self._card.told()
        if (told["running"], told["last"]["release"], told["last"]["result"]) != (NEXT, BAD, "rolled-back"):
            missed.append(f"told: {told}")
        self.figures.append(f"what the box says of it: {told['last']}")
        return missed + self._stands(lambda record: (record.first, record.a) == ("B", "bad"))

    def cut(self) -> list[str]:
        """Each card as it was with all that was written, and without some of what was not flushed yet."""
        replay = self._replay()
        cuts = replay.cuts(CUTS)
        judged = list(replay.judged(cuts))
        chosen = {slot: sum(each == slot for _, each, _ in judged) for slot in ("A", "B")}
        self.figures.append(f"{len(replay.writes)} writes, {len(cuts)} cuts, {len(judged)} cards judged: {chosen}")
        missed = [f"after write {cut}: slot {slot} is chosen, not whole" for cut, slot, whole in judged if not whole]
        return missed + ([] if all(chosen.values()) else [f"both slots should be chosen somewhere: {chosen}"])

    def control(self) -> list[str]:
        """The same log, one write at another place."""
        replay = self._replay()
        replay.writes = named_before_written(replay.writes)
        found = sum(not whole for _, _, whole in replay.judged(replay.cuts(CUTS)))
        self.figures.append(f"the control: {found} cards with half a slot chosen")
        return [] if found else ["it was not found"]

    def boots(self) -> list[str]:
        """Up to the first program of the slot that was chosen."""
        replay, missed = self._replay(), list[str]()
        every = replay.cuts(CUTS)
        for cut in [*sorted(random.Random(5).sample(every[:-1], BOOTED - 1)), every[-1]]:
            sparse_copy(self._before, self._card.path)
            replay.card_at(cut, self._card.path)
            [(_, slot, _), *_] = replay.judged([cut])
            self._start()
            self._until(UP, f"the card cut after write {cut} starts", READY_S)
            if f"scorecard: slot {slot}" not in self._machine.serial:
                missed.append(f"after write {cut}: not slot {slot}")
            self._machine.pull()
        return missed

    # The machine ------------------------------------------------------------------------------------------------------

    def _start(self, card: str = CARD) -> None:
        (self._machine.folder / "serial.log").unlink(missing_ok=True)
        self._bench.start(*NIGHT, card=card)

    def _until(self, pattern: str, what: str, seconds: float) -> None:
        self._machine.until(lambda: self._bench.said(pattern) is not None, what, seconds)

    def _stands(self, holds: Callable[[Record], bool]) -> list[str]:
        record = self._card.record
        return [] if holds(record) else [f"the slots stand otherwise: {record}"]

    def _replay(self) -> Replay:
        return Replay(self.folder / LOG, dict(self._slots), self._before, random.Random(9))


def taken_out(card: Path, target: Path) -> Path:
    """The file system in slot A of this card."""
    with card.open("rb") as whole, target.open("wb") as out:
        whole.seek(SLOT_A.start + 1024)
        left = ext4_bytes(whole.read(1024))
        whole.seek(SLOT_A.start)
        while left:
            left -= out.write(whole.read(min(left, 1 << 20)))
    return target
