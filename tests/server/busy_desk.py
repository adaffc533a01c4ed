"""A console with a kiosk beside it: services are known, tickets come in, counters are worked."""

from pathlib import Path

from server import queue
from server.acts import SUPERVISOR, Act
from server.calls import Call, Done, perform
from server.decide import Who
from server.intake import take_batch
from server.ledger import Ledger
from server.pairing import Pairing
from sync.facts import Body
from sync.live import Live
from sync.types import UtcMs
from tests.server.desk import Desk, staff_id
from tests.server.device import CATALOGUE, Device, anchor, issued


class BusyDesk:
    """What happens in the hall while pages are looked at. `who`: the person at every counter."""

    def __init__(self, desk: Desk, folder: Path, lane: int = 0) -> None:
        self.desk, self.who, self._keys = desk, Who(staff_id(2), SUPERVISOR), 0
        self.kiosk = Device.make(folder / f"kiosk{lane}", 40 + lane)
        pairing = Pairing(
            self.kiosk.journal_id,
            self.kiosk.key.public,
            self.kiosk.journal.secret,
            "kiosk",
            f"Hall {lane}",
            bytes([lane + 1]) * 32,
        )
        desk.job(lambda ledger: ledger.pair(pairing, UtcMs(desk.time)))
        self.tell(CATALOGUE, anchor(desk.time))

    def tell(self, *bodies: Body) -> None:
        """Facts of the kiosk, at the office at once."""
        for body in bodies:
            self.kiosk.record(body, after_ms=0)
        request = self.kiosk.request()

        def job(ledger: Ledger) -> None:
            received = take_batch(ledger, request, UtcMs(self.desk.time), self.desk.moment())
            assert isinstance(received, int), received

        self.desk.job(job)
        self.kiosk.sent = self.kiosk.journal.end

    def take(self, *numbers: int, service: str = "register") -> None:
        """Tickets are taken at the kiosk."""
        self.tell(*(issued(number, service) for number in numbers))

    def do(self, *acts: Act, counter: int = 1) -> Done:
        """Whoever works at this counter does this."""
        for act in acts:
            done = self._do(act, counter)
        return done

    def _do(self, act: Act, counter: int) -> Done:
        self._keys += 1
        key = f"{self._keys:032x}"

        def job(ledger: Ledger) -> Done:
            changed = int(queue.live_of(ledger).counter(counter).changed)
            return perform(ledger, Call(key, counter, changed, act), self.who, self.desk.moment())

        self.desk.job(lambda ledger: queue.turn(ledger, queue.steady(ledger, self.desk.moment())))
        done: Done = self.desk.writer.submit(job).result()
        return done

    @property
    def live(self) -> Live:
        """The queue."""
        return queue.live_of(self.desk.ledger)

    def pass_ms(self, ms: int) -> None:
        """Time passes."""
        self.desk.time += ms

    def close(self) -> None:
        """Let go of the kiosk."""
        self.kiosk.journal.close()
