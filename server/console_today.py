"""The office now, for supervisors: who waits, how it goes, who answers. No single score is in it (server.scoring)."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from markupsafe import Markup

from server import reading
from server.chart import distribution
from server.console_counter import GONE
from server.counter_page import CounterPages
from server.door import Person
from server.http import Receive, Scope, Send
from server.office_desk import OfficeDesk
from server.office_words import SIGNALS
from server.pages import percent
from server.people import Role
from server.scoring import FEW, GROUP, Service, by_counter, released
from server.streams import Streams
from server.words import LEVEL_WORDS
from sync.clock import office_day
from sync.live import Live
from sync.types import UtcMs
from translations import N_, load

# gettext: office

STALE_MS = 10_000
"""The day's services and scores are read again no more often than that."""
MINUTE_MS = 60_000


class Now:
    """What the page shows, read and drawn."""

    def __init__(self, desk: OfficeDesk) -> None:
        self._desk = desk
        self._read: tuple[UtcMs, dict[str, Any]] | None = None

    async def values(self, language: str) -> dict[str, Any]:
        """For the template."""
        desk, now_ms = self._desk, self._desk.door.now()
        if self._read is None or not 0 <= now_ms - self._read[0] < STALE_MS:
            self._read = now_ms, await self._day(now_ms)
        live, words = desk.hall.live, load(language, "pages").gettext
        return self._read[1] | {
            "seq": live.seq,
            "waiting": len(live.waiting()),
            "longest": longest_minutes(live, now_ms),
            "working": len(live.working()),
            "live": live,
            "bars": [(bar, words(LEVEL_WORDS[bar.level])) for bar in distribution(self._read[1]["told"])],
        }

    async def _day(self, now_ms: UtcMs) -> dict[str, Any]:
        door = self._desk.door
        day = office_day(now_ms, self._desk.zone).isoformat()
        served = await door.read(reading.served_today)
        machines, standards = await door.read(reading.presses, day), await door.read(reading.standard_minutes)
        rows = by_counter([each for presses in machines for each in presses], served, now_ms)
        measured = [each for each in served if each.to_ms is not None and each.service in standards]
        within = sum(_ms(each) <= standards[each.service] * MINUTE_MS for each in measured)
        done, answered = sum(each.finished for each in rows), sum(each.scored + each.disputed for each in rows)
        return {
            "told": released(machines, now_ms),
            "scored": any(machines),
            "within": (percent(within, len(measured)), len(measured)) if len(measured) >= GROUP else None,
            "answered": (percent(answered, done), done) if done >= GROUP else None,
            "rows": [(row, _signs(asdict(row.signals))) for row in rows],
        }


def longest_minutes(live: Live, now_ms: UtcMs) -> int:
    """How long whoever waits longest has waited; 0 where nobody does."""
    return max((max(now_ms - each.waits_ms, 0) for each in live.waiting()), default=0) // MINUTE_MS


def _ms(service: Service) -> int:
    return (service.to_ms or service.from_ms) - service.from_ms


def _signs(signals: dict[str, int]) -> list[tuple[str, int]]:
    """(words, how often) of what is worth a look."""
    return [(SIGNALS[name], n) for name, n in signals.items() if n >= (1 if name in ("bursts", "row") else FEW)]


def add_today(app: FastAPI, desk: OfficeDesk, streams: Streams, drawing: CounterPages) -> None:
    """The routes /today and /events/today."""
    door, pages = desk.door, desk.pages
    now = Now(desk)
    Supervisor = Annotated[Person, Depends(door.require(Role.SUPERVISOR))]

    async def drawn(person: Person) -> str:
        values = await now.values(person.language)
        return pages.shell.pages.render("today.html", person.language, values, "office")

    class Stream(Response):
        def __init__(self, request: Request, person: Person) -> None:
            super().__init__()
            self._request, self._person = request, person

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await streams.serve(scope, receive, send, self._events)

        async def _events(self) -> dict[str, str]:
            if not await door.is_in(self._request):
                return {GONE: ""}
            return {"state": await drawn(self._person)}

    @app.get("/today")
    async def today(request: Request, person: Supervisor) -> Response:
        frame: Markup = drawing.frame(await drawn(person), "/events/today", person.language, door.now())
        title = load(person.language, "office").gettext(N_("The office now"))
        values = {"title": title, "fragment": frame, "live": True}
        return pages.shell.page(request, "console_part.html", values)

    @app.get("/events/today")
    async def events(request: Request, person: Supervisor) -> Response:
        return Stream(request, person)
