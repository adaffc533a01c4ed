"""An office that has lived through a day or two, in a real ledger, for the audit's tests."""

import json
from pathlib import Path

from server import acts, calls, queue
from server.acts import Act
from server.calls import Call, Done
from server.decide import Who
from server.own import KEY_FILE
from server.queue import Moment
from sync.body import Body
from sync.facts_office import (
    CameraChecked,
    CameraSetup,
    CamerasSet,
    ComplaintNoted,
    CounterSetup,
    CountersSet,
)
from sync.journal import Instant
from sync.types import BootId, BootMs, UtcMs
from tests.server.device import DAY, NOON, Device
from tests.server.running import CONFIG
from tests.server.test_queue import KEY, MINUTE, Office, take

NEXT = "2026-11-24"
WHO = Who("s00000001", acts.SUPERVISOR)


class Worked(Office):
    """Its boot clock goes with its time, as it does in an office."""

    @property
    def moment(self) -> Moment:
        return Moment(self.now, self.day, Instant(BootId("d" * 32), BootMs(self.now - NOON + 1_000_000)))

    def later(self, minutes: float) -> None:
        """Time passes."""
        self.now = UtcMs(int(self.now + minutes * MINUTE))

    def act(self, act: Act, counter: int = 1) -> Done:
        """Staff do this."""
        with self.ledger.transaction():
            queue.turn(self.ledger, self.moment)
            call = Call(f"{self.live.seq:032x}", counter, int(self.live.counter(counter).changed), act)
            return calls.perform(self.ledger, call, WHO, self.moment)

    def write(self, *bodies: Body) -> None:
        """The office writes this into its journal."""
        with self.ledger.transaction():
            queue.commit(self.ledger, bodies, self.moment.instant)

    def serve(self, counter: int = 1) -> None:
        """Next, and whoever comes is served."""
        self.act(acts.Next(), counter)
        self.later(0.5)
        self.act(acts.Came(), counter)
        self.later(3)
        self.act(acts.Finish(), counter)


def worked(folder: Path) -> tuple[Worked, Device]:
    """Six tickets on the first day: four served, one a no-show by hand's reason, one carried over and served next day.

    The folder has a server.toml, so that the commands can be run; its ledger is in `office`.
    """
    (folder / "server.toml").write_text(CONFIG, encoding="utf-8")
    data = folder / "office"
    data.mkdir()
    seed, secret = KEY.seed.hex(), KEY.device_secret.hex()
    (data / KEY_FILE).write_text(json.dumps({"seed": seed, "device_secret": secret}), encoding="utf-8")
    office = Worked(data)
    kiosk = office.pair(1)
    office.later(1)
    take(kiosk, 1, after_ms=MINUTE)
    office.hear(kiosk)
    office.write(
        CountersSet(office.now, (CounterSetup(1, ("register", "tax"), "cam-1"), CounterSetup(2, ("register",)))),
        CamerasSet(office.now, (CameraSetup("cam-1", 30),)),
        CameraChecked(office.now, "cam-1", 70_000, 500, WHO.staff),
    )
    office.act(acts.Open())
    office.act(acts.Open(), 2)
    for n in range(2, 7):
        office.later(1)
        take(kiosk, n, after_ms=MINUTE, priority=n == 4)
        office.hear(kiosk)
    office.serve(1)
    office.serve(2)
    office.serve(1)
    office.act(acts.Pick("A006", "came-before"), 2)
    office.later(0.3)
    office.act(acts.NoShow("gave-up"), 2)
    office.serve(1)
    second = list(office.live.tickets)[1]
    office.write(ComplaintNoted(office.now, second, "passed-over", WHO.staff))
    office.later(20 * 60)
    office.day = NEXT
    office.act(acts.Open())
    office.serve(1)
    return office, kiosk


__all__ = ["DAY", "NEXT", "WHO", "Worked", "worked"]
