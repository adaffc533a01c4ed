"""How this office stands with its centre, for the event loop's thread: what is safe there, and what is in the way."""

from collections.abc import Mapping

from server.config import ServerConfig, UpstreamConfig
from server.database import Db
from server.relay import Reached, Upstream
from server.relay_outbox import reached_before
from server.relay_thread import RelayThread
from sync.exchange_terms import Phase
from sync.types import JournalId


class Centre:
    """Without a `relay` there is no centre, and nothing is safe but what was before."""

    def __init__(self, db: Db) -> None:
        self.reached: Mapping[JournalId, Reached] = {
            name: Reached(received, safe, Phase.IDLE) for name, (received, safe) in reached_before(db).items()
        }
        self.relay: RelayThread | None = None

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

    def changed(self) -> None:
        """Facts were committed."""
        if self.relay is not None:
            self.relay.changed()


def upstream_of(config: ServerConfig, upstream: UpstreamConfig) -> Upstream:
    """The centre of this configuration, and who this office is to it."""
    return Upstream(upstream.url, upstream.code, config.name, upstream.place or config.label, config.time_zone)
