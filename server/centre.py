"""How this office stands with its centre, for the event loop's thread: what is safe there, and what is in the way."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from server.adopting import Centres, take_up
from server.config import ServerConfig, UpstreamConfig
from server.database import Db
from server.errors import ActRefused, LedgerRefused
from server.own import own_named
from server.published import chosen
from server.queue import Moment
from server.relay import PIN_FILE, Reached, Upstream
from server.relay_outbox import reached_before
from server.relay_thread import RelayThread
from server.updates import Offers
from server.way_down import DownPorts, WayDown, Why
from server.writer import Writer
from sync.downlink_driver import Who
from sync.exchange_terms import Phase
from sync.keys import DeviceKey
from sync.pairing import load_pin
from sync.types import JournalId
from sync.updates import Machine
from sync.updates_driver import Fetcher, Ports


class Centre:
    """Without a `relay` there is no centre, and nothing is safe but what was before."""

    def __init__(self, db: Db) -> None:
        self.reached: Mapping[JournalId, Reached] = {
            name: Reached(received, safe, Phase.IDLE) for name, (received, safe) in reached_before(db).items()
        }
        self.relay: RelayThread | None = None
        self.down: Why | None = None
        """Why nothing comes of what the centre publishes; None: it does, or there is no centre."""

    def safe(self, journal_id: JournalId) -> int:
        """Up to where the centre calls this journal safe."""
        found = self.reached.get(journal_id) if self.relay is not None else None
        return found.safe if found is not None else 0

    @property
    def behind(self) -> int:
        """How many facts the centre does not have yet, as far as the relay has looked."""
        return sum(max(each.head - each.received, 0) for each in self.reached.values())

    def hear(self, reached: Mapping[JournalId, Reached]) -> None:
        """This is how it stands now."""
        self.reached = reached

    def hear_down(self, trouble: Why | None) -> None:
        """This is how the way down stands now."""
        self.down = trouble

    def changed(self) -> None:
        """Facts were committed."""
        if self.relay is not None:
            self.relay.changed()


def upstream_of(config: ServerConfig, upstream: UpstreamConfig) -> Upstream:
    """The centre of this configuration, and who this office is to it."""
    return Upstream(upstream.url, upstream.code, config.name, upstream.place or config.label, config.time_zone)


@dataclass(frozen=True, slots=True)
class Below:
    """This office as what comes down from its centre sees it. `db`: a connection of its own that reads. `moment`: now
    for the queue, None: nobody vouches for the clock."""

    folder: Path
    db: Db
    key: DeviceKey
    writer: Writer
    moment: Callable[[], Moment | None]
    fraction: Callable[[], float]

    def way_down(self, url: str, told: Callable[[Why | None], object]) -> WayDown:
        """What fetches and takes up what the centre publishes for this office."""
        ports = DownPorts(
            lambda: time.monotonic_ns() // 1_000_000, self.fraction, self._take_up, lambda: chosen(self.db), told
        )
        return WayDown(self.folder, url, self._who, ports)

    def way_of_releases(self, url: str, centre: Centre, log: Callable[[str], None]) -> Fetcher:
        """What fetches the release that the centre offers, whatever this server itself runs: it is for machines."""
        shelf = Offers(self.folder).centre
        shelf.folder.mkdir(parents=True, exist_ok=True)
        ports = Ports(
            self._who,
            Machine,
            lambda: centre.behind > 0,
            time.monotonic,
            self.fraction,
            log,
            lambda bundle, here: True,
        )
        return Fetcher(shelf, url, ports)

    def _who(self) -> Who | None:
        pin, named = load_pin(self.folder / PIN_FILE), own_named(self.db)
        return Who(pin, named[0], self.key) if pin is not None and named is not None else None

    def _take_up(self, centres: Centres) -> bool:
        at = self.moment()
        if at is None:
            return False
        try:
            self.writer.submit(lambda ledger: take_up(ledger, centres, at)).result()
        except (ActRefused, LedgerRefused):  # it stands still, or the disk is full: later
            return False
        return True
