"""A display's machine: the queue as its mirror tells it, the time, and what is in sight. Everything is handed in.

Its own journal is small: who it is, when it started, what its clock was tied to. It gives no number and opens no day.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from hardware.sound import Speaker
from kiosk.board_around import Around
from kiosk.board_voice import BoardVoice, Clips
from kiosk.board_watch import SILENCE_MS, BoardWatch, Mirror, Sight
from kiosk.day import Today
from kiosk.publications import NoPublications, Publications
from kiosk.record import JournalPort, Recorder
from kiosk.timekeeper import Clocks, Dayless
from sync import forked
from sync.board import GONE, RECENT_MS, board
from sync.calendar import ALWAYS_OPEN, Calendar, Period
from sync.clock import Trust, office_time
from sync.facts import MachineStarted
from sync.inbox import InboxState, OfficeTime
from sync.journal import Instant
from sync.services import Catalogue
from sync.types import BootMs, JournalId, UtcMs
from translations import LANGUAGES

DISK_RETRY_MS = 60_000


@dataclass(frozen=True)
class BoardParts:
    """What the machine drives, real or fake. `journal_id`: its own journal's. `inbox` reads what sync left.

    `confirmed` gives the boot time at which the office last said that nothing is missing; `say` writes the system's
    log. `publications`: what the office published.
    """

    journal: JournalPort
    journal_id: JournalId
    mirror: Mirror
    clock: Clocks
    sound: Speaker
    clips: Clips
    inbox: Callable[[], InboxState | None]
    confirmed: Callable[[], BootMs | None]
    wake_sync: Callable[[], None]
    say: Callable[[str], None]
    publications: Publications = field(default_factory=NoPublications)


@dataclass(frozen=True, slots=True)
class BoardSettings:
    """What the configuration says of a display. `calendar` None: the office's hours are not known here.
    `catalogue` None: no service is named and nothing is told in turn; else it is, in these `languages`.
    `spoken`: those of calls, in their order; in the `quiet` hours nothing is said.
    """

    zone: ZoneInfo
    trust: Trust
    release: str
    configuration: str
    calendar: Calendar | None = None
    catalogue: Catalogue | None = None
    languages: tuple[str, ...] = LANGUAGES
    spoken: tuple[str, ...] = LANGUAGES
    quiet: tuple[Period, ...] = ()


class BoardMachine:
    """One display. `sight` is what is in sight after the last `turn`."""

    def __init__(self, parts: BoardParts, settings: BoardSettings) -> None:
        """Folds the journal. Nothing is committed before `begin`."""
        self._parts, self._settings = parts, settings
        self._record = Recorder(parts.journal, parts.clock.instant, parts.wake_sync)
        self._inbox: InboxState | None = None
        calendar = settings.calendar or ALWAYS_OPEN
        self._keeper = Dayless(
            self._record, parts.clock, settings.zone, settings.trust, calendar, (), self._office_time
        )
        self._watch = BoardWatch(parts.mirror, parts.say)
        self._around = Around(settings.catalogue, settings.calendar, settings.languages)
        self._voice = BoardVoice(parts.sound, parts.clips, settings.spoken, settings.quiet)
        self._disk_retry: int | None = None
        self.sight = Sight()

    @property
    def names_services(self) -> bool:
        """Whether it has the office's catalogue."""
        return self._around.catalogue is not None

    def begin(self) -> None:
        """Say what runs now, and look at everything once."""
        self._record.keep(MachineStarted(self._settings.release, self._settings.configuration))
        self.look()
        self.turn()

    def look(self) -> None:
        """Sync says that there is something new."""
        self._inbox = self._parts.inbox() or self._inbox
        self._keeper.look_at = self._keeper.now()
        self._watch.behind = True

    def must_begin_anew(self) -> bool:
        """Whether its own journal has two histories (kiosk.successor): this card was restored from a copy. Or what the
        office published waits to be taken up."""
        if self._parts.publications.waiting:
            return True
        behind = forked.parted(self._inbox, self._parts.journal_id)
        return behind is not None and behind <= self._record.journal.end.seq and self._record.trouble is None

    def turn(self) -> None:
        """Everything that time and sync have brought since the last call."""
        now = self._parts.clock.instant()
        if now.boottime_ms >= self._keeper.look_at:
            self._keeper.keep()
        if self._record.trouble is None:
            self._disk_retry = None
        elif self._disk_retry is None or now.boottime_ms >= self._disk_retry:
            if self._disk_retry is not None and self._record.keep():
                self._keeper.keep()  # what the disk refused: the time is known again
            self._disk_retry = now.boottime_ms + DISK_RETRY_MS if self._record.trouble else None
        if self._watch.behind:
            for refused in self._parts.publications.look(self._record.refused):
                self._record.keep(refused)
        heard = self._watch.behind and self._watch.look(now, self._parts.confirmed())
        self.sight = self._seen(now)
        if heard:
            self._voice.hear(self._watch.live, self._watch.beginnings)
        local = self._local()
        if local is not None and not self.sight.lost:
            self._voice.speak(now.boottime_ms, local)

    def deadline(self) -> int | None:
        """The boot time at which `turn` has something to do if nothing happens before."""
        now, as_of = self._keeper.now(), self._watch.as_of
        times: list[int | None] = [
            self._keeper.look_at,
            self._disk_retry,
            now if self._watch.behind or self._around.reckoning else None,
            as_of + SILENCE_MS + 1 if as_of is not None and not self.sight.lost else None,
            self._forgotten(now),
            self._turned(now),
            self._notice_turned(now),
            self._voice.due() if not self.sight.lost else None,
        ]
        return min((time for time in times if time is not None), default=None)

    def _seen(self, now: Instant) -> Sight:
        today, as_of = self._keeper.today(), self._watch.as_of
        wall = self._keeper.at(Instant(now.boot_id, as_of)) if as_of is not None else None
        if today.utc_ms is None or today.day is None or wall is None or as_of is None:
            return self._nothing()
        lost = self._watch.is_lost(now.boottime_ms)
        # What is old is shown as it was: nothing is forgotten or turned over while nobody can know what comes instead.
        shown = self._then(as_of, now) if lost else today
        if shown.utc_ms is None or shown.day is None:
            return self._nothing()
        local = self._wall(shown.utc_ms)
        live, around = self._watch.then if lost else self._watch.live, self._around
        if lost:
            around.forget()
        else:
            around.reckon(self._watch.days, now.boottime_ms, shown.utc_ms, local)
        found = board(live, shown.utc_ms, local, shown.day, around.catalogue, self._settings.calendar, around.ranges)
        notices = self._parts.publications.told(shown.utc_ms)
        slide = around.slide(live.rule, shown.utc_ms, notices) if not lost else None
        return Sight(found, wall.replace(microsecond=0), self._watch.trying, lost, slide)

    def _local(self) -> datetime | None:
        """What the office's wall clock shows now."""
        utc_ms = self._keeper.today().utc_ms
        return self._wall(utc_ms) if utc_ms is not None else None

    def _wall(self, utc_ms: UtcMs) -> datetime:
        return office_time(utc_ms, self._settings.zone).replace(tzinfo=None)

    def _nothing(self) -> Sight:
        self._around.forget()
        return Sight()

    def _then(self, as_of: BootMs, now: Instant) -> Today:
        """The time and the office day of that moment of this boot."""
        utc_ms = self._record.timeline.when(now.boot_id, as_of).middle
        if utc_ms is None:
            return Today(None, None)
        return Today(utc_ms, self._watch.then.day)

    def _forgotten(self, now: BootMs) -> int | None:
        """When the next of the numbers that were called before is no longer listed."""
        utc_ms = self._keeper.today().utc_ms
        if utc_ms is None or self.sight.lost:
            return None
        over = [
            each.said_ms + RECENT_MS
            for each in self._watch.live.tickets.values()
            if each.said_ms is not None and each.status in GONE
        ]
        left = [UtcMs(each - utc_ms) for each in over if each >= utc_ms]
        return now + min(left) + 1 if left else None

    def _turned(self, now: BootMs) -> int | None:
        """When another text is told."""
        utc_ms = self._keeper.today().utc_ms
        if utc_ms is None or self.sight.lost:
            return None
        left = self._around.turned(self._watch.live.rule, utc_ms, self._parts.publications.told(utc_ms))
        return now + left if left is not None else None

    def _notice_turned(self, now: BootMs) -> int | None:
        """When a notice begins or ends."""
        utc_ms = self._keeper.today().utc_ms
        left = self._parts.publications.until_turned(utc_ms) if utc_ms is not None else None
        return now + left if left is not None else None

    def _office_time(self) -> OfficeTime | None:
        return self._inbox.office_time if self._inbox is not None else None
