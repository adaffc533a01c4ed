"""The halls of all offices as one server tells of them: its own, and those of the offices that relay to it.

An office's queue is a fold of its own journal, which a centre is brought as the office wrote it (docs/exchange.md,
"Relay"). It is followed while somebody looks at it; how old what is told may be, the page says (server.told_office).
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server import reading
from server.around import Around, Surroundings
from server.database import Db
from server.reading import Found
from server.reads import Reads, Result
from server.rollups import office_of
from server.takings import Takings
from sync.clock import office_time
from sync.live import Live
from sync.types import JournalId, Seq, UtcMs

LISTED_MS, MORE_MS = 2_000, 2
"""The list of offices, and how far each has come, stands for so long: nobody reads faster. Of each office it stands
longer by so much: it takes a hundredth of that to read."""
FOLLOWED = 200
"""So many offices are followed at once; whoever was looked at longest ago is let go."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An office that citizens are told of. `name` by language; `journal`: the one that it writes now, here up to
    `received`, heard of at `heard_ms`. Of this server's own office there is no such moment: it is here."""

    office: str
    name: Mapping[str, str]
    zone: ZoneInfo
    journal: JournalId | None = None
    received: Seq = Seq(0)  # noqa: RUF009 - a number
    heard_ms: UtcMs | None = None

    @property
    def own(self) -> bool:
        """Whether it is this server's own."""
        return self.journal is None


@dataclass(frozen=True, slots=True)
class Hall:
    """An office with its queue and what is around it. `unclear`: its queue cannot be followed here today."""

    listed: Listed
    live: Live = field(default_factory=Live)
    around: Around = field(default_factory=Around)
    unclear: bool = False


class Halls:
    """All methods are for the event loop's thread. `reads` sees the whole ledger; `live` and `around` are of this
    server's own office, which has `name`."""

    def __init__(
        self,
        reads: Reads,
        live: Callable[[], Live],
        around: Callable[[], Awaitable[Around]],
        name: Mapping[str, str],
        zone: ZoneInfo,
        now: Callable[[], UtcMs],
    ) -> None:
        self._reads, self._live, self._around = reads, live, around
        self._name, self._zone, self._now = name, zone, now
        self._known: tuple[UtcMs, Mapping[str, Listed]] | None = None
        self._followed: dict[str, _Followed] = {}
        self._listing = asyncio.Lock()
        self.of_others = False
        """Whether only other offices are told of: this server's own does nothing. As of when they were listed last."""

    async def elsewhere(self) -> bool:
        """`of_others`, as of now."""
        await self.all()
        return self.of_others

    async def all(self) -> Mapping[str, Listed]:
        """Every office by its id: this server's own first, where it does anything, then in the order in which they
        came."""
        async with self._listing:
            now_ms = self._now()
            if self._known is None or not 0 <= now_ms - self._known[0] < LISTED_MS + MORE_MS * len(self._known[1]):
                own, works, relayed = await self._reads.read(_listed)
                found = {each.office: each for each in relayed}
                if own is not None and (works or not found):
                    found = {own: Listed(own, self._name, self._zone), **found}
                self._known = now_ms, found
                self.of_others = bool(found) and not any(each.own for each in found.values())
            return self._known[1]

    async def hall(self, office: str | None) -> Hall | None:
        """How it stands now (None: this server's own); None: there is no such office."""
        listed = (await self.all()).get(office) if office is not None else Listed("", self._name, self._zone)
        if listed is None:
            return None
        if listed.own:
            return Hall(listed, self._live(), await self._around())
        followed = self._followed.pop(listed.office, None)
        if followed is None or followed.journal != listed.journal:
            followed = _Followed(listed, self._reads, self._now)
        self._followed[listed.office] = followed
        while len(self._followed) > FOLLOWED:
            del self._followed[next(iter(self._followed))]
        return await followed.hall(listed)

    def nobodys(self, office: str) -> Hall:
        """That of an office which is listed no more, and tells nothing any more."""
        return Hall(Listed(office, {}, self._zone, JournalId("")))

    def newest(self, office: str | None) -> Live | None:
        """The queue as it was last known here; None: it is not followed."""
        if office is None:
            return self._live()
        followed = self._followed.get(office)
        return followed.live if followed is not None else None

    async def read(self, function: Callable[..., Result], *values: object) -> Result:
        """What `function(connection, *values)` reads, of the whole ledger."""
        return await self._reads.read(function, *values)

    async def ticket(self, token_hash: str) -> Found | None:
        """The ticket of any office whose token has this SHA-256 (hex)."""
        return await self._reads.read(reading.ticket, token_hash)


class _Followed:
    """An office that relays to this server, followed in its journal."""

    def __init__(self, listed: Listed, reads: Reads, now: Callable[[], UtcMs]) -> None:
        self.journal, self.live = listed.journal, Live()
        self._reads, self._seq = reads, Seq(-1)  # before any fact
        self._takings = Takings(listed.journal)

        def wall(at_ms: UtcMs) -> datetime:
            return office_time(at_ms, listed.zone).replace(tzinfo=None)

        self._around = Surroundings(reads, lambda: self.live, now, wall, office=listed.office, takings=self._takings)

    async def hall(self, listed: Listed) -> Hall:
        if listed.received != self._seq:
            self.live, self._seq = await self._reads.read(self._takings.queue), listed.received
        return Hall(listed, self.live, await self._around(), self._takings.lost)


_OFFICES = """SELECT offices.office, name, time_zone, journal_id, received, journals.contact_ms
    FROM offices JOIN journals ON journals.office = offices.office
    WHERE role = 'office' AND relayed_by IS NULL AND successor IS NULL AND revoked_ms IS NULL
    ORDER BY since_ms, offices.office, paired_ms, journal_id"""
"""With the journal that each writes now: the one that was paired last."""


def _listed(db: Db) -> tuple[str | None, bool, list[Listed]]:
    """(this server's own office, whether a machine is paired with it or it opened a day, those that relay)."""
    own = office_of(db)
    works = """SELECT 1 FROM journals WHERE office IS NULL AND own = 0
        UNION ALL SELECT 1 FROM days JOIN journals USING (journal_id) WHERE own > 0 LIMIT 1"""
    found: dict[str, Listed] = {}
    for office, name, zone, journal, received, heard_ms in db.execute(_OFFICES):
        heard = None if heard_ms is None else UtcMs(heard_ms)
        found[office] = Listed(office, json.loads(name), _zone(zone), JournalId(journal), Seq(received), heard)
    return own, db.execute(works).fetchone() is not None, list(found.values())


def _zone(name: str) -> ZoneInfo:
    """The office's time zone; UTC where it named none that is known here."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
