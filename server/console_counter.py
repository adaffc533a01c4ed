"""The console's counters: choose one, work at it, over pages and over JSON.

Every act is a POST to /api/counters/{n} with a key of its own (server.calls); what it comes to is in the answer, and in
every page that is open on the queue.
"""

from collections.abc import Callable
from typing import Annotated

import msgspec
from fastapi import Depends, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from server import queue, reading
from server.acts import Act
from server.calls import Call, Done, perform
from server.console_pages import ConsolePages
from server.counter_page import CounterPages, Offered
from server.counter_state import counter_state
from server.counter_words import OTHER_HINT, REFUSAL_HINTS, REFUSED
from server.database import Db
from server.decide import MOST_COUNTERS, Who
from server.door import Door, Person
from server.errors import ActRefused, BodyTooLarge, Refused
from server.hall import Hall
from server.http import Receive, Scope, Send, read_body
from server.ledger import Ledger
from server.people import Role
from server.queue import Moment
from server.streams import Streams
from sync.live import Live
from translations import load

# gettext: console, counter

LEAST_COUNTERS = 4
"""How many counters are shown to choose from where an administrator has set none up."""
MOST_BODY = 4096
GONE = "over"
"""The event that ends a page whose person is no longer signed in."""


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request: `key` is random, 32 hex digits, the same at every retry; `changed` as the page shows it."""

    key: str
    changed: int
    act: Act


class CounterDesk:
    """The counters, for the routes below: what is drawn, and how acts are done."""

    def __init__(
        self, door: Door, pages: ConsolePages, drawing: CounterPages, hall: Hall, moment: Callable[[], Moment | None]
    ) -> None:
        """`moment` gives server.queue.Moment, None while nobody vouches for the clock."""
        self.door, self.pages, self.hall = door, pages, hall
        self.drawing, self.moment = drawing, moment
        self.streams = Streams(pages.pages.release, lambda: pages.pages.clock(door.now()), gap_seconds=0.05)
        hall.tell(self.streams.ring)
        self._offered: tuple[Live, Offered] | None = None

    async def do(self, counter: int, asked: Asked, person: Person) -> Done:
        """The act, once it is durable. Raises Refused with what to do in the person's language."""
        at = self.moment()
        if at is None:
            raise _refused("no-clock", person)
        who = Who(person.staff, person.role.word, person.skills)
        call = Call(asked.key, counter, asked.changed, asked.act)

        def job(ledger: Ledger) -> Done:
            return perform(ledger, call, who, at)

        try:
            if self.hall.live.day != at.day:  # apart: an act that is refused must not undo that the day began
                await self.door.write(lambda ledger: queue.turn(ledger, queue.steady(ledger, at)))
            return await self.door.write(job)
        except ActRefused as error:
            raise _refused(error.code, person) from error

    async def counter(self, number: int, person: Person) -> str:
        """The counter's part that changes, drawn for this person."""
        offered, now_ms = await self._services(), self.door.now()
        supervisor = person.role >= Role.SUPERVISOR
        return self.drawing.counter(self.hall.live, number, offered, person.language, now_ms, supervisor=supervisor)

    async def counters(self, person: Person) -> str:
        """All counters, drawn for this person."""
        live = self.hall.live
        known = {*live.setups, *live.counters}
        numbers = sorted(known or range(1, LEAST_COUNTERS + 1))
        return self.drawing.counters(live, numbers, person.language)

    async def _services(self) -> Offered:
        """What the office offers; catalogues are read again where the queue has moved on."""
        live = self.hall.live
        if self._offered is None or self._offered[0] is not live:
            self._offered = (live, await self.door.read(_offered))
        return self._offered[1]


def _offered(db: Db) -> Offered:
    return Offered(reading.services(db), reading.standard_minutes(db))


def add_counters(app: FastAPI, desk: CounterDesk) -> None:
    """The routes / and /counter, and those of the API below them."""
    door, pages = desk.door, desk.pages
    Staff = Annotated[Person, Depends(door.require(Role.STAFF))]

    def page(request: Request, person: Person, fragment: str, events: str) -> Response:
        frame = desk.drawing.frame(fragment, events, person.language, door.now())
        return pages.page(request, "console_counter.html", {"frame": frame})

    @app.get("/")
    async def counters(request: Request, person: Staff) -> Response:
        return page(request, person, await desk.counters(person), "/events/counters")

    @app.get("/counter/{number}")
    async def counter(request: Request, number: int, person: Staff) -> Response:
        _known(number)
        return page(request, person, await desk.counter(number, person), f"/events/counter/{number}")

    @app.get("/api/counters/{number}")
    async def state(number: int, person: Staff) -> Response:
        _known(number)
        found = counter_state(desk.hall.live, number, door.now())
        return Response(msgspec.json.encode(found), media_type="application/json")

    @app.post("/api/counters/{number}")
    async def act(request: Request, number: int, person: Staff) -> Response:
        _known(number)
        done = await desk.do(number, await _asked(request, person), person)
        drawn = await desk.counter(number, person)
        answer = {"seq": done.seq, "called": done.called, "state": drawn}
        return Response(msgspec.json.encode(answer), media_type="application/json")

    @app.get("/events/counters")
    async def all_events(request: Request, person: Staff) -> Response:
        return _Stream(desk, request, None, person)

    @app.get("/events/counter/{number}")
    async def events(request: Request, number: int, person: Staff) -> Response:
        _known(number)
        return _Stream(desk, request, number, person)


class _Stream(Response):
    """Server-sent events of one counter, or of all, until the page is closed or the person signs out."""

    def __init__(self, desk: CounterDesk, request: Request, number: int | None, person: Person) -> None:
        super().__init__()
        self._desk, self._request, self._number, self._person = desk, request, number, person

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._desk.streams.serve(scope, receive, send, self._events)

    async def _events(self) -> dict[str, str]:
        if not await self._desk.door.is_in(self._request):
            return {GONE: ""}
        if self._number is None:
            return {"state": await self._desk.counters(self._person)}
        return {"state": await self._desk.counter(self._number, self._person)}


async def _asked(request: Request, person: Person) -> Asked:
    try:
        if request.headers.get("content-type", "").startswith("application/json"):  # a form was read by the door
            return msgspec.json.decode(await read_body(request.scope, request.receive, MOST_BODY), type=Asked)
    except (msgspec.DecodeError, BodyTooLarge):
        pass
    words = load(person.language, "counter").gettext
    raise Refused(400, "malformed", words(REFUSED), hint=words(OTHER_HINT))


def _known(number: int) -> None:
    if not 1 <= number <= MOST_COUNTERS:
        raise HTTPException(404)


def _refused(code: str, person: Person) -> Refused:
    """In the person's language, for the words are of the domain `counter`."""
    words = load(person.language, "counter").gettext
    return Refused(409, code, words(REFUSED), hint=words(REFUSAL_HINTS.get(code, OTHER_HINT)))
