"""What the office tells this kiosk of the hall: follows the mirror of the office's journal and answers from it.

Only new facts are read, when sync has called, and so many at once that the screens never wait. A start begins with the
last two days of the journal. What the office has not confirmed for a while is told with its time, then not at all.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Protocol

from kiosk.enquiry import Coming, Here, InHall, Other
from kiosk.screen_types import Stage
from kiosk.story import Own, Story, outlook, with_own
from sync.body import TicketName
from sync.calendar import Calendar
from sync.downlink import Phase
from sync.errors import SyncError
from sync.estimate import Pace, Prospect, at_work
from sync.foresee import about_to_take
from sync.journal import Instant
from sync.live import Live
from sync.masked import reveal
from sync.mirror import FeedState, News
from sync.online_code import code_hash
from sync.tickets import QueueTicket, Status
from sync.types import BootMs, JournalId, Seq

FOLDED_AT_ONCE = 100
"""Facts in one turn of the loop: about 10 ms on a PC, a frame or two on a Pi."""
DAYS = 2
"""The office days that a start begins with: today, and what the calls of the day before took."""
ALIVE_MS = 120_000
"""Sync asks the office for something at least every 75 s. Without any answer for this long it may have ended."""
PROMISED_MS = 120_000
"""What is older than this is not promised to anybody: a paper does not say as of when."""
OLDEST_MS = 600_000
"""What is older than this is not told at all: in ten minutes a counter has called somebody else."""


class Mirror(Protocol):
    """What is needed of sync.mirror.MirrorReader."""

    def news(self, most: int, days: int) -> News | None: ...

    def state(self) -> FeedState | None: ...


class OfficeHall:
    """Answers at one kiosk. `version` counts what has been taken in."""

    def __init__(
        self,
        mirror: Mirror,
        own_journal: JournalId,
        standard: Mapping[str, int],
        calendar: Calendar,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        """`standard`: the standard minutes of each service. `say` writes the system's log."""
        self._mirror, self._own, self._standard, self._calendar = mirror, own_journal, standard, calendar
        self._say = say
        self.version = 0
        self._story, self._secret = Story(), b""
        self._feed: FeedState | None = None
        self._behind = True
        self._heard: Instant | None = None
        self._pending: tuple[object, Live] | None = None

    # Following --------------------------------------------------------------------------------------------------------

    def look(self, now: Instant) -> bool:
        """Take in the next of what is new; whether there may be more. For whenever sync has called."""
        news = self._mirror.news(FOLDED_AT_ONCE, DAYS)
        self._feed = self._mirror.state()
        if news is None:
            self._behind = False
            return False
        self._secret = news.secret
        if news.anew:
            self._story, self._heard = Story(), None
        elif not self._behind:
            self._heard = now  # they came just now, or there would have been more before
        for fact in news.facts:
            wrong = self._story.take(fact)
            if wrong is not None:
                self._say(wrong)
        self.version += 1
        self._behind = len(news.facts) == FOLDED_AT_ONCE
        return self._behind

    def as_of(self, here: Here) -> BootMs | None:
        """Until when everything that the office wrote is known here; None: not in this boot, or not told yet."""
        now, feed = here.instant, self._feed
        if feed is None or self._behind:
            return None
        asking = feed.phase == Phase.ASKING.value and feed.reason is None
        answered = (feed.contact, self._heard, here.contact if asking else None)
        known = [each.boottime_ms for each in answered if each is not None and each.boot_id == now.boot_id]
        last = max(known, default=None)
        return now.boottime_ms if asking and last is not None and now.boottime_ms - last <= ALIVE_MS else last

    # Answers ----------------------------------------------------------------------------------------------------------

    def place(self, seq: Seq, here: Here) -> InHall | None:
        """The ticket of this kiosk whose `ticket.issued` has this seq; None: nothing can be told of it now."""
        return self._place(TicketName(self._own, seq), here)

    def _place(self, name: TicketName, here: Here) -> InHall | None:
        known = self._known(here, OLDEST_MS)
        if known is None:
            return None
        live, as_of = known
        ticket = live.tickets.get(name)
        try:
            return self._told(live, ticket, as_of, here) if ticket is not None else None
        except SyncError:  # a rule of a newer release
            return None

    def foretell(self, services: tuple[str, ...], priority: bool, here: Here) -> Prospect | None:
        """What whoever takes a ticket now has before them; None where no range can be promised."""
        known = self._known(here, PROMISED_MS)
        if known is None or not services:
            return None
        live, _ = known
        ticket = about_to_take(live, services, here.now_ms, priority)
        try:
            found = outlook(live, ticket, here.now_ms, here.wall, self._pace(), self._calendar)
        except SyncError:
            return None
        return found if found is not None and found.range is not None else None

    def carried(self, label: str, here: Here) -> list[Seq]:
        """Tickets of this kiosk from an earlier day that wait today."""
        known = self._known(here, OLDEST_MS)
        return [
            each.name.seq
            for each in (known[0].tickets.values() if known else ())
            if each.label == label and each.name.journal == self._own and each.day != here.day
        ]

    def others(self, label: str, here: Here) -> list[Other]:
        """The tickets with this number that other machines of this office gave and that are in today's queue.

        However long the office has been silent: they are not told where they stand then, but that they are back can be
        noted here.
        """
        story, live = self._story, self._story.live
        if story.lost or live.day != here.day:
            return []
        with_label = [each for each in live.tickets.values() if each.label == label]
        return [self._other(live, each, here) for each in with_label if each.name.journal != self._own]

    def gives_places(self, day: str | None) -> bool:
        """Whether the office has given online places on this day, as far as is known here."""
        return not self._story.lost and self._story.live.day == day and self._story.live.online.terms is not None

    def coming(self, code: str, here: Here) -> Coming | None:
        """The online place with this code, however long the office has been silent; None: none of today is known."""
        online = self._story.live.online
        if not self.gives_places(here.day):
            return None
        name = online.by_code(code_hash(code, here.day, self._secret))
        if name is None:
            return None
        place = online.places[name]
        return Coming(name, place.services, place.until_ms, place.ticket is not None)

    def _other(self, live: Live, ticket: QueueTicket, here: Here) -> Other:
        name, words = ticket.name, (ticket.name.journal, ticket.day, ticket.label)
        taken_ms = ticket.here_ms if ticket.day == live.day else ticket.since_ms
        kind = (ticket.day, name.journal, ticket.label[:1])
        same = [each for each in live.tickets.values() if (each.day, each.name.journal, each.label[:1]) == kind]
        return Other(
            code=reveal(ticket.code, self._secret, *words),
            label=ticket.label,
            day=ticket.day,
            services=ticket.services,
            taken=here.wall - timedelta(milliseconds=here.now_ms - taken_ms),
            taken_before=sum(each.name.seq < name.seq for each in same),
            hall=self._place(name, here),
        )

    def _known(self, here: Here, oldest_ms: int) -> tuple[Live, BootMs] | None:
        """The queue of today with this kiosk's own tickets, and as of when; None where it is older than that."""
        as_of, story = self.as_of(here), self._story
        if as_of is None or story.lost or story.live.day != here.day:
            return None
        if here.instant.boottime_ms - as_of > oldest_ms:
            return None
        key = (self.version, here.last_own)
        if self._pending is None or self._pending[0] != key:
            try:
                self._pending = key, with_own(story.live, self._not_admitted(here.own()), here.now_ms)
            except SyncError:
                return None
        return self._pending[1], as_of

    def _not_admitted(self, own: Iterable[Own]) -> list[Own]:
        return [each for each in own if each.name not in self._story.live.tickets]

    def _told(self, live: Live, ticket: QueueTicket, as_of: BootMs, here: Here) -> InHall:
        waits = ticket.status is Status.WAITING
        found = outlook(live, ticket, here.now_ms, here.wall, self._pace(), self._calendar) if waits else None
        able = [each for each in at_work(live, self._calendar, here.wall) if ticket.service in each.services]
        admitted = ticket.name in self._story.live.tickets
        over = ticket.day != live.day
        return InHall(
            stage=Stage(ticket.status.value),
            as_of=as_of,
            since_ms=ticket.at_ms,
            ahead=found.ahead if found else None,
            minutes=(found.range.low, found.range.high) if found and found.range else None,
            counters=tuple(each.counter for each in able),
            passed=self._story.passed(ticket.name) if waits and admitted else (),
            counter=ticket.counter,
            carried_over=over,
            next_day=self._story.next_day.get(ticket.name) or (live.day if over else None),
        )

    def _pace(self) -> Pace:
        return Pace(self._standard, self._story.before, self._story.took.services)
