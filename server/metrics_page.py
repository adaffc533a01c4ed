"""/metrics on the pages' listener: for this very machine, and for those that server.toml names. Others see no page.

A request that came through a proxy is nobody's own: without that, a proxy on this machine would open it to everybody.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_network
from platform import python_version

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException

from server.centre import Centre
from server.config import Network
from server.database import Db, Store
from server.exposition import CONTENT_TYPE, exposition
from server.hall import Hall
from server.metrics import Measured, Meter, OfficeStanding, Running, families
from server.names import ip_of
from server.nightly import Backups
from server.offices import offices
from server.reads import Reads
from server.streams import Streams
from server.writer import Writer
from sync import RELEASE
from sync.tickets import Status
from sync.types import JournalId, UtcMs

PATH = "/metrics"
THIS_MACHINE: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
AT_COUNTERS = (Status.CALLED, Status.SERVING)
Safe = Callable[[JournalId], int]


def may_see(client: str | None, headers: Mapping[str, str], networks: Sequence[Network]) -> bool:
    """Whether who asks from this address may see the numbers. `headers`: by name in lower case."""
    ip = ip_of(client) if client is not None else None
    if ip is None or any(each in headers for each in FORWARDED):
        return False
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return any(ip in each for each in (*THIS_MACHINE, *networks))


def measure(db: Db, store: Store, own: str, safe: Safe, now_ms: UtcMs) -> Measured:
    """What the ledger in this file says. `own`: what this office is called; `safe`: as the exchange tells it."""
    known = offices(db)
    names = _distinct([each.name.get("en") or next(iter(each.name.values()), "?") for each in known], own)
    heard = {each.office: each.contact_ms for each in known}
    journals: Counter[str | None] = Counter()
    unsafe: Counter[str | None] = Counter()
    machines: Counter[tuple[str, str]] = Counter()
    facts = 0
    query = "SELECT journal_id, role, office, received, own, revoked_ms, successor FROM journals ORDER BY journal_id"
    for journal, role, office, received, ours, revoked, successor in db.execute(query):
        unsafe[office] += max(received - safe(JournalId(journal)), 0)
        if not ours:
            state = "followed" if successor is not None else "paired" if revoked is None else "revoked"
            machines[role, state] += 1
            journals[office] += 1
            facts += received
    refused = dict(db.execute("SELECT code, sum(count) FROM refusal_counts GROUP BY code ORDER BY code"))
    standing = {own: OfficeStanding(journals[None], None, unsafe[None], own=True)} | {
        name: OfficeStanding(journals[each.office], _age(heard[each.office], now_ms), unsafe[each.office])
        for each, name in zip(known, names, strict=True)
    }
    return Measured(facts, machines, refused, standing, store.sizes(db))


def _age(at_ms: UtcMs | None, now_ms: UtcMs) -> float | None:
    return None if at_ms is None else max(now_ms - at_ms, 0) / 1000


def _distinct(names: Sequence[str], own: str) -> list[str]:
    """Two offices of one name are two series."""
    seen = Counter({own: 1})
    told = []
    for name in names:
        seen[name] += 1
        told.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return told


@dataclass(frozen=True, slots=True)
class Watched:
    """What of a running server is looked at. `streams`: the open pages by kind."""

    meter: Meter
    writer: Writer
    hall: Hall
    streams: Mapping[str, Streams]
    backups: Backups
    centre: Centre
    safe: Safe
    now: Callable[[], UtcMs]

    def running(self) -> Running:
        """As it is now. For the event loop's thread."""
        batches, commits = self.meter.read()
        live = self.hall.live
        relays = self.centre.relay is not None
        return Running(
            batches,
            commits,
            jobs=self.writer.waiting,
            refuses=self.writer.trouble is not None,
            waiting=len(live.waiting()),
            open_tickets=sum(each.status in AT_COUNTERS for each in live.tickets.values()),
            streams={name: each.open for name, each in self.streams.items()},
            backup_age_s=_age(self.backups.last_ms, self.now()),
            relay=Counter(each.phase.value for each in self.centre.reached.values()) if relays else None,
            behind=self.centre.behind,
            build={"release": RELEASE, "python": python_version()},
        )


class MetricsPage:
    """Draws it. `store`: where the ledger is; `own`: what this office is called; `networks`: who else may see it."""

    def __init__(self, reader: Reads, watched: Watched, store: Store, own: str, networks: Sequence[Network]) -> None:
        self._reader, self._watched, self._store = reader, watched, store
        self._own, self._networks = own, networks

    def add_to(self, app: FastAPI) -> None:
        """The page, as a route."""

        @app.get(
            PATH,
            summary="Numbers for Prometheus; to this machine, and to those that server.toml names under [metrics]",
            response_class=PlainTextResponse,
        )
        async def metrics(request: Request) -> Response:
            client = request.client.host if request.client is not None else None
            if not may_see(client, request.headers, self._networks):
                raise HTTPException(404)
            watched = self._watched
            read = partial(measure, store=self._store, own=self._own, safe=watched.safe, now_ms=watched.now())
            text = exposition(families(await self._reader.read(read), watched.running()))
            return Response(text, media_type=CONTENT_TYPE, headers={"cache-control": "no-store"})
