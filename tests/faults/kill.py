"""`./prove kill [N] [--seed S]`: kiosk, sync and server killed with SIGKILL at N random moments of a busy hall.

Afterwards: no ticket on paper is missing from the journal, none is called confirmed that is on no paper, no number was
given twice, every number that a screen showed is on record, every fact is at the server once, byte for byte. The
control, a kiosk that acts before its facts are durable, must fail the same check.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.demo import Demo, Ports
from kiosk.touch import Remote
from sync.inbox import InboxReader
from sync.journal import JournalReader
from tests.faults.evidence import Evidence, gather, token_on

VICTIMS = {"kiosk": 6, "sync": 2, "server": 2}
"""How often each is chosen, relatively: the kiosk does the most that a kill could tear."""
SERVICES = ("language-th", "language-en", "language-my")
PATIENCE_S = 60.0
MOST_WAIT_S = 10.0


@dataclass
class Hall:
    """Citizens at one kiosk, as fast as it lets them: tickets in all languages, and presses."""

    demo: Demo
    seed: int
    shown: set[str] = field(default_factory=set)
    presses: int = 0
    errands: int = 0
    _end: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until `leave`. A kiosk that is gone is waited for."""
        draw = random.Random(self.seed)
        while not self._end.is_set():
            try:
                with Remote(self.demo.control) as kiosk:
                    while not self._end.is_set():
                        self._errand(kiosk, draw)
            except (OSError, ValueError):
                self._end.wait(0.02)

    def wait(self, errands: int) -> None:
        """Until so many more steps of errands are done: a busy machine takes longer for them, and so does a start."""
        wanted, until = self.errands + errands, time.monotonic() + MOST_WAIT_S
        while self.errands < wanted and time.monotonic() < until:
            self._end.wait(0.005)

    def wait_for_paper(self) -> None:
        """Until one more whole ticket lies in the tray: a moment at which its facts have to be durable."""
        before, until = self._whole(set()), time.monotonic() + PATIENCE_S
        while not self._whole(before) and time.monotonic() < until:
            self._end.wait(0.05)

    def _whole(self, known: set[Path]) -> set[Path]:
        """The whole tickets beside those known, which are not read again."""
        return {each for each in self.demo.tickets.glob("*.png") if each not in known and token_on(each) is not None}

    def leave(self) -> None:
        """Everybody goes home."""
        self._end.set()

    def _errand(self, kiosk: Remote, draw: random.Random) -> None:
        seen = kiosk.screen()
        if seen.get("ticket"):
            self.shown.add(seen["ticket"]["label"])
        targets = [target["id"] for target in seen["targets"]]
        services = [target for target in targets if target.startswith("service-")]
        if draw.random() < 0.2:
            kiosk.ask(press=draw.randint(1, 5))
            self.presses += 1
        if seen["name"] == "attract":
            kiosk.ask(touch=draw.choice([target for target in targets if target in SERVICES]))
        elif "take" in targets:
            kiosk.ask(touch="take")
        elif services:
            kiosk.ask(touch=draw.choice(services))
        elif "done" in targets and draw.random() < 0.5:
            kiosk.ask(touch="done")
        elif "continue" in targets:
            kiosk.ask(touch="continue")
        else:
            self._end.wait(0.02)
        self.errands += 1


def prove(
    kills: int,
    seed: int,
    folder: Path,
    *,
    programs: Mapping[str, str] | None = None,
    victims: Mapping[str, int] = VICTIMS,
    most_errands: int = 24,
    longest_s: float = 0.4,
    at_paper: bool = False,
) -> tuple[Evidence, Hall]:
    """Kill so many times, let everything settle, and hold the evidence together.

    `programs` as `Demo` has it. `at_paper` kills as soon as a new ticket is out, in place of a random moment: what acts
    before it commits is then always caught.
    """
    draw = random.Random(seed)
    demo = Demo(folder, ports=Ports(0, 0, 0, 0), headless=True, programs=programs or {})
    hall = Hall(demo, seed)
    demo.start()
    try:
        citizens = ThreadPoolExecutor(1, "citizens")
        busy = citizens.submit(hall.run)
        try:
            for number in range(1, kills + 1):
                if at_paper:
                    hall.wait_for_paper()
                else:
                    hall.wait(draw.randint(0, most_errands))
                    time.sleep(draw.uniform(0.0, longest_s))
                victim = draw.choices(list(victims), list(victims.values()))[0]
                demo.kill(victim)
                demo.restart(victim)
                print(
                    f"\r{number} of {kills} kills, {len(hall.shown)} tickets shown ",
                    end="",
                    file=sys.stderr,
                    flush=True,
                )
        finally:
            hall.leave()
            citizens.shutdown()
        busy.result()
        settled = settle(demo)
    finally:
        demo.stop()
        print(file=sys.stderr)
    evidence = gather(demo)
    evidence.hold(hall.shown)
    if len(hall.shown) < kills // 3:
        evidence.faults.append(f"the hall was not busy: {len(hall.shown)} tickets, the proof proves little")
    if not settled:
        evidence.faults.append(f"the server did not hold every fact within {PATIENCE_S:.0f} s")
    return evidence, hall


def settle(demo: Demo) -> bool:
    """Wait until the server holds every fact of the journal; whether it came to that."""
    until, last = time.monotonic() + PATIENCE_S, -1
    inbox = InboxReader(demo.data / "inbox.db")
    while time.monotonic() < until:
        with JournalReader(demo.data / "journal.db") as reader:
            end = reader.last().seq
        state = inbox.read()
        if state is not None and state.received == end == last:
            return True
        last = end
        time.sleep(0.5)
    return False


def main(arguments: list[str]) -> int:
    """Exit 0 where the product holds and the control fails."""
    parser = argparse.ArgumentParser(prog="./prove kill")
    parser.add_argument("kills", nargs="?", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="kill-") as folder:
        evidence, hall = prove(given.kills, given.seed, Path(folder) / "demo")
        control, _ = prove(
            max(10, given.kills // 10), given.seed, Path(folder) / "control",
            programs={"kiosk": "tests.faults.late_kiosk"}, victims={"kiosk": 1}, at_paper=True,
        )  # fmt: skip
    for fault in evidence.faults:
        print(f"FAULT {fault}")
    print(
        f"{given.kills} kills, seed {given.seed}: {evidence.facts} facts, {len(evidence.tickets)} tickets issued, "
        f"{len(hall.shown)} shown, {len(evidence.papers)} whole on paper ({len(evidence.confirmed)} confirmed), "
        f"{evidence.torn} pieces torn, {hall.presses} presses; {len(evidence.faults)} faults"
    )
    print(f"control, act before commit: {len(control.faults)} faults, which have to be some; {control.faults[:2]}")
    return 0 if not evidence.faults and control.faults else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
