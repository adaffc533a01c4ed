"""One round of `./prove office`: the hall is at work, and everything befalls it that the office has to stand."""

import contextlib
import random
import ssl
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from sync.clock import office_day
from tests.faults.office_evidence import Evidence
from tests.faults.office_gather import gather, not_merged
from tests.faults.office_hall import Citizens, CounterOfficer, Desk
from tests.faults.office_watch import BoardWatcher, PageWatcher, utc_ms
from tests.faults.office_world import World, boot_ms
from tests.server.officer import Officer
from tests.walks.stage import until

ZONE = ZoneInfo("Asia/Bangkok")
COUNTERS = (1, 2, 3)
KINDS = (
    "server killed in a call",
    "server stopped",
    "kiosk unplugged",
    "kiosk cut off",
    "disk restored",
    "card cloned",
    "board cut off",
)
"""What befalls the office, each at least once a round."""
REST_S = 100.0


@dataclass
class Round:
    """The office of one round. `say` shows what goes on; `done`: faults by kind."""

    folder: Path
    seed: str
    say: Callable[[str], None]
    world: World = field(init=False)
    desk: Desk = field(default_factory=Desk)
    done: Counter[str] = field(default_factory=Counter)
    unmerged: int = 0
    """Tickets that a judge would have missed, had a kiosk that was cut off never come back."""

    def play(self) -> Evidence:
        """All of it, and what it left behind."""
        self._draw = random.Random(self.seed)
        self._epoch_ms = utc_ms() - boot_ms()
        self._late: list[tuple[float, Callable[[], None]]] = []
        self._citizens: dict[str, Citizens] = {}
        with contextlib.ExitStack() as stack:
            self.world = World(self.folder)
            stack.callback(self.world.stop)
            self.world.start()
            self._open()
            watchers = [PageWatcher(self.world.demo.pages, ZONE), BoardWatcher(self.world.boxes["board"].control, ZONE)]
            for watcher in watchers:
                watcher.start()
            self._befall()
            self._come_to_rest()
            for watcher in watchers:
                watcher.leave()
        if watchers[0].beats < 20:  # type: ignore[attr-defined]
            self.desk.said.append("the page said hardly anything")
        self.say("what was recorded is held together")
        return gather(
            self.world,
            told=self.desk.told,
            sights=[sight for watcher in watchers for sight in watcher.sights],
            shown={name: each.shown for name, each in self._citizens.items()},
            said=self.desk.said,
            epoch_ms=self._epoch_ms,
            day=office_day(utc_ms(), ZONE).isoformat(),
        )

    # The hall ---------------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        demo = self.world.demo
        authority = _taught(demo.pages, self.folder)
        self._chief = Officer(demo.console, authority, random.Random(f"{self.seed} chief").randbytes)
        self._chief.become_administrator(demo.asked("code"))
        until("all kiosks are paired", lambda: all(box.is_settled() for box in self.world.boxes.values()), 60)
        for name in ("kiosk-1", "kiosk-2"):
            self._come(name)
        self._officers = [
            CounterOfficer(self.desk, self._chief, authority, counter, self.seed, 0.25) for counter in COUNTERS
        ]
        until("the first numbers are taken", lambda: sum(len(each.shown) for each in self._citizens.values()) > 5, 60)
        for officer in self._officers:
            officer.start()

    def _come(self, name: str) -> None:
        self._citizens[name] = Citizens(self.world.boxes[name].control, f"{self.seed} {name}", (0.2, 1.4))
        self._citizens[name].start()

    def _come_to_rest(self) -> None:
        """Nobody takes a number any more; everybody is served; every machine has caught up."""
        for each in self._citizens.values():
            each.leave()
        for _, later in self._late:
            later()
        self.say("the hall comes to rest")
        self.desk.said += self.world.settle()
        for officer in self._officers:
            officer.hurry(0.02)
        end = time.monotonic() + REST_S
        while not all(each.idle for each in self._officers) and time.monotonic() < end:
            time.sleep(0.2)
        if not all(each.idle for each in self._officers):
            self.desk.said.append("the queue did not come to its end")
        for officer in self._officers:
            officer.leave()
        self._chief.close()
        self.desk.said += self.world.settle()

    # What befalls it --------------------------------------------------------------------------------------------------

    def _befall(self) -> None:
        kinds = list(KINDS)
        self._draw.shuffle(kinds)
        # The board is blind for longer than half a minute, while other things happen.
        kinds.remove("board cut off")
        kinds.insert(self._draw.randint(0, 2), "board cut off")
        kinds.insert(kinds.index("disk restored") // 2, "backup")
        for kind in kinds:
            self._work(self._draw.randint(2, 9))
            if kind == "backup":
                self._copy = self.world.back_up("copy")
                continue
            self.say(kind)
            self._faults()[kind]()
            self.done[kind] += 1
            self._overdue()
            self.world.attend()
        self._work(5)

    def _faults(self) -> dict[str, Callable[[], None]]:
        return {
            "server killed in a call": self._kill_in_a_call,
            "server stopped": self._stop_server,
            "kiosk unplugged": self._unplug,
            "kiosk cut off": self._cut_off,
            "disk restored": lambda: self.world.restore(self._copy),
            "card cloned": self._clone,
            "board cut off": self._blind,
        }

    def _work(self, acts: int) -> None:
        """Until officers have done so many acts more, but not for long."""
        wanted, end = len(self.desk.told) + acts, time.monotonic() + 6
        while len(self.desk.told) < wanted and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(self._draw.uniform(0, 0.4))

    def _overdue(self) -> None:
        now = time.monotonic()
        for due in [each for each in self._late if each[0] <= now]:
            self._late.remove(due)
            due[1]()

    def _kill_in_a_call(self) -> None:
        """Between the moment somebody presses *next* and the answer, or just behind it."""
        self.desk.calling.clear()
        self.desk.calling.wait(10)
        time.sleep(self._draw.uniform(0, 0.03))
        self.world.demo.kill("server")
        self.world.demo.restart("server")

    def _stop_server(self) -> None:
        """Ten seconds and more; now and then so long that displays have to say so."""
        self.world.demo.parts["server"].end()
        time.sleep(self._draw.choice((self._draw.uniform(10, 13), 28.0)))
        self.world.demo.parts["server"].start()

    def _unplug(self) -> None:
        """A kiosk's power fails, and comes back."""
        parts = self.world.boxes[self._draw.choice(("kiosk-1", "kiosk-2"))].parts
        for name in ("kiosk", "sync"):
            parts[name].kill()
        time.sleep(self._draw.uniform(0.2, 2))
        for name in ("kiosk", "sync"):
            parts[name].start()

    def _cut_off(self) -> None:
        """A kiosk gives numbers without the office, which hears of them later."""
        name = self._draw.choice(("kiosk-1", "kiosk-2"))
        box, before = self.world.boxes[name], len(self._citizens[name].shown)
        box.parts["sync"].end()
        with contextlib.suppress(TimeoutError):
            until("it gives numbers", lambda: len(self._citizens[name].shown) >= before + 3, 20)
        self.unmerged += not_merged(self.world, box)
        box.parts["sync"].start()

    def _clone(self) -> None:
        """One key, two machines: both give numbers, until the clone is taken away."""
        self.world.clone("clone", "kiosk-1")
        self._come("clone")
        with contextlib.suppress(TimeoutError):
            until("it gives numbers", lambda: len(self._citizens["clone"].shown) >= 3, 30)
        end = time.monotonic() + self._draw.uniform(2, 8)
        while time.monotonic() < end:
            self.world.attend()
            time.sleep(0.3)
        self._citizens["clone"].leave()
        self.desk.said += self.world.settle(["clone"])
        box = self.world.boxes["clone"]
        box.gone = len(self.world.restores)
        for part in ("kiosk", "sync"):
            box.parts[part].end()

    def _blind(self) -> None:
        """The display's sync is killed; it is started again after more than the 25 s that the board believes."""
        part = self.world.boxes["board"].parts["sync"]
        part.kill()
        self._late.append((time.monotonic() + self._draw.uniform(27, 32), part.start))


def _taught(pages: str, folder: Path) -> Path:
    """The office's certificate as a browser loads it from the pages, in PEM."""
    authority = folder / "office.pem"
    der = httpx.get(f"{pages}/certificate/scorecard-office.crt", trust_env=False).content
    authority.write_text(ssl.DER_cert_to_PEM_cert(der))
    return authority
