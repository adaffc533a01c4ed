"""A running server: ledger, writer, feed and listeners put together, from start to a clean end."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from socket import socket
from ssl import TLSVersion
from typing import Any

from server import certificate, control, queue, standstill
from server.app import GUARDS, Guided, Reader, pages_app, with_headers
from server.around import Surroundings
from server.audits import Audits
from server.authority import fingerprints
from server.backup_words import banner, warning
from server.backups import Backup, Failure, last_backup
from server.bookkeeper import Bookkeeper
from server.centre import Below, Centre, upstream_of
from server.checkpointing import Checkpointer
from server.clips import FOLDER as CLIPS_FOLDER
from server.clips import Clips, recorded
from server.clips_down import ClipsDown
from server.commands import perform
from server.config import Address, ServerConfig
from server.console import console_app, console_routes
from server.console_alerts import AlertDesk
from server.console_counter import CounterDesk
from server.console_officers import OfficerDesk
from server.console_pages import ConsolePages
from server.console_proof import ProofDesk
from server.console_requests import RequestDesk
from server.console_tls import LOOK_SECONDS, ConsoleCertificate
from server.counter_page import CounterPages
from server.database import Db, See, everything
from server.display import Display
from server.door import Door
from server.editors import Editors
from server.errors import BackupFailed, LedgerRefused, Mistaken, ServerError, UpdateNews
from server.feed import Feed
from server.first_code import Console, FirstCodes
from server.following import Following
from server.giveback import Heard, begin_anew
from server.guide import Guide
from server.hall import Hall
from server.halls import Halls
from server.handdown import HandDown, Shelf
from server.handing import Handing
from server.heartbeat import keep_beating
from server.http import App
from server.ingest import Exchange
from server.judges import Judges
from server.lastword import FILE as LAST_WORD
from server.lastword import LastWord
from server.ledger import Ledger
from server.lens import see_office, see_own
from server.lockout import Waits
from server.mail import Send
from server.metrics import Meter
from server.metrics_page import MetricsPage, Watched
from server.nightly import Backups, Nightly, Run
from server.office_desk import OfficeDesk
from server.office_pages import OfficePages
from server.offices_page import OutsidePages
from server.online import Gate, Terms, adopt
from server.online_page import MINUTE_MS, OfficeSide, OnlinePages, asker
from server.open_page import OpenPages
from server.own import KEY_FILE, own_secret
from server.pages import Pages
from server.papers import Papers
from server.passwords import Hasher
from server.previews import FOLDER as PREVIEWS_FOLDER
from server.previews import Previews
from server.proof import Proof
from server.queue import Moment
from server.reading import Device
from server.recording import Recording
from server.relay import Ports, Reached, Relay
from server.relay_thread import RelayThread
from server.results_page import ResultPages
from server.services_page import ServicePages
from server.serving import Listener, Quick, bind, listener, port_of
from server.speaker import Speaker
from server.status import Status
from server.stores import open_reader, place_of, store_of
from server.streams import Streams
from server.survey_page import Survey, SurveyPages
from server.telling import Teller, Way
from server.timekeeper import Clocks, Timekeeper
from server.updates import Offers
from server.updates_down import UpdatesDown
from server.watching import Sources, Watch
from server.way_down import Why
from server.witnesses import Witnesses, devices
from server.writer import Writer
from sync import RELEASE
from sync.chain import Position
from sync.clock import office_day
from sync.facts import MachineStarted
from sync.keys import DeviceKey, load_for, load_or_make
from sync.live import Live
from sync.notify import Pulse, unwatched
from sync.types import JournalId, Seq, UtcMs
from sync.voice import is_quiet
from sync.wire import Head


@dataclass
class _Core:
    """What every part of a running server has in common. `streams` and `closing` grow with the parts."""

    pages: Pages
    key: DeviceKey
    keeper: Timekeeper
    server_id: str
    paired: set[JournalId]
    hall: Hall
    meter: Meter
    writer: Writer
    reader: Reader
    feed: Feed
    witnesses: Witnesses
    heard: Heard
    handdown: HandDown
    clips_down: ClipsDown
    updates_down: UpdatesDown
    around: Surroundings
    clips: Clips
    display: Display
    speaker: Speaker
    centre: Centre
    backups: Backups
    auditor: Reader
    audits: Audits
    everywhere: Reader
    bookkeeper: Bookkeeper
    halls: Halls
    papers: Papers
    hasher: Hasher
    streams: dict[str, Streams] = field(init=False)
    closing: list[Callable[[], None]] = field(init=False)

    def __post_init__(self) -> None:
        self.streams = {"office": self.feed.streams, "display": self.display.streams}
        self.closing = [self.witnesses.close, self.feed.close, self.display.close, self.handdown.close]


class Office:
    """One server. `told` is what devices are told of the time (0: nobody vouches for this machine's clock).

    `configuration` is the SHA-256 (hex) of the file that `config` was read from.
    """

    def __init__(
        self,
        config: ServerConfig,
        folder: Path,
        certificate: bytes,
        console: ConsoleCertificate,
        configuration: str,
        *,
        send: Send | None,
        random: Callable[[int], bytes],
        clock: Clocks,
        told: Callable[[], UtcMs],
        ready: Callable[[Mapping[str, str]], None],
        complain: Callable[[ServerError], None],
        backing: Run | None = None,
        ways: Sequence[Way] = (),
        pulse: Pulse | None = None,
    ) -> None:
        """`backing` makes one backup (server.nightly); `ways`: by which alerts leave (server.telling); `pulse`: to whom
        it is told that the server runs (None: to nobody)."""
        self._config, self._folder, self._certificate = config, folder, certificate
        self._ledger = place_of(config.database, folder)
        self._console_certificate, self._complain = console, complain
        self._configuration, self._send = configuration, send
        self._random, self._clock, self._told = random, clock, told
        self._ready, self._backing, self._ways = ready, backing, ways
        self._keeper: Timekeeper | None = None
        self._pulse = pulse or unwatched()
        self.stop = asyncio.Event()

    async def run(self) -> None:
        """Serve until `stop` is set or SIGTERM or SIGINT comes. Raises ServerError where it cannot begin."""
        config = self._config
        async with contextlib.AsyncExitStack() as stack:
            sockets = [stack.enter_context(bind(at)) for at in (config.pages, config.exchange, config.console)]
            console_port = port_of(sockets[-1])
            core = self._core(stack, asyncio.get_running_loop())
            commands = await control.serve(
                self._folder, lambda command: self._command(core.writer, core.backups, command)
            )
            stack.callback(commands.close)
            guide = Guide(self._console_certificate, core.pages, console_port)
            pages, quick = self._public(core, guide)
            console, keeping = self._staff(core, guide)
            judges = Judges(config.judges) if config.judges else None
            if judges is not None:
                stack.push_async_callback(judges.close)
            exchange = with_headers(self._exchange(core, console_port, judges))
            listeners = [
                listener(pages, self.stop, quick=quick),
                listener(exchange, self.stop, self._files),
                listener(console, self.stop, self._console_certificate.files, TLSVersion.TLSv1_2),
            ]
            for running in (core.speaker.run(), core.bookkeeper.run(), self._nightly(core.backups), *keeping):
                stack.callback(asyncio.create_task(running).cancel)
            bound = list(zip(listeners, sockets, strict=True))
            kept = self._keep_time(core.keeper, core.writer), keep_beating(self._pulse, core.writer)
            await self._listen(bound, core.closing, kept)

    def _core(self, stack: contextlib.AsyncExitStack, loop: asyncio.AbstractEventLoop) -> _Core:
        """The ledger with its writer, and what is told of every change of it."""
        pages = Pages(self._config.name, self._config.zone)
        ledger = Ledger(self._ledger, self._config.zone, self._random)
        try:
            key, keeper = self._begin(ledger)
        except BaseException:
            ledger.close()
            raise
        server_id, paired = ledger.server_id, ledger.paired()
        last = LastWord(self._folder / LAST_WORD, key.sign)
        hall = Hall(queue.live_of(ledger), stands_still=queue.stands_still(ledger))
        meter = Meter(time.monotonic)
        writer = Writer(
            ledger,
            lambda: _tell(loop, (feed.changed, bookkeeper.changed, centre.changed), hall, handdown, ledger, last),
            meter.commit,
            self._mistaken,
        )
        stack.callback(writer.close)  # last: whoever closes the file last leaves it whole, without a WAL beside it
        db = self._opened(stack, see_own)
        reader = Reader(db, stack.enter_context(ThreadPoolExecutor(1, "reader")))  # ends before what it reads is closed
        feed = Feed(reader.view, pages, self._now, lambda: hall.live)
        hall.tell(feed.changed)
        witnesses = Witnesses(devices(db))
        heard = self._heard(last)
        handdown, clips_down = self._handdown(stack, writer, key, keeper, witnesses, hall, heard)
        around = Surroundings(reader, lambda: hall.live, self._now, pages.wall)
        clips = Clips(self._folder / CLIPS_FOLDER)
        clips.take(recorded(db))
        display = Display(lambda: hall.live, around, pages, self._now, clips=clips, sure=witnesses.heard)
        speaker = self._speaker(hall, reader, clips, display, pages)
        for changed in (display.changed, speaker.changed):
            hall.tell(changed)
        centre = Centre(self._opened(stack))
        auditor, everywhere = self._reader(stack, "auditor", see_own), self._reader(stack, "figures")
        bookkeeper = Bookkeeper(everywhere, writer, self._config.zone, self._now)
        halls = Halls(
            self._reader(stack, "halls"), lambda: hall.live, around, self._config.name, self._config.zone, self._now
        )
        papers = Papers(self._reader(stack, "papers", see_office), halls)
        hasher = Hasher(self._random)
        stack.callback(hasher.close)
        relaying = self._relaying(stack, writer, key, loop, centre)
        core = _Core(
            pages, key, keeper, server_id, paired, hall, meter, writer, reader, feed, witnesses, heard, handdown,
            clips_down, self._updates_down(stack), around, clips, display, speaker, centre, self._backups(db), auditor,
            Audits(pages.zone, self._now), everywhere, bookkeeper, halls, papers, hasher,
        )  # fmt: skip
        writer.start()  # now that all is there whom a commit is told: what the last press left is folded at once
        for thread in relaying:
            stack.callback(thread.close)
            thread.start()
        return core

    def _exchange(self, core: _Core, console_port: int, judges: Judges | None) -> Exchange:
        """What machines speak with."""
        first = FirstCodes(self._random, self._now, self._clock.instant, lambda: self._console(console_port))
        return Exchange(
            core.writer,
            core.paired,
            self._certificate,
            core.server_id,
            self._now,
            self._told,
            contact=core.feed.contacted,
            moment=self._moment,
            handdown=core.handdown,
            clips=core.clips_down,
            updates=core.updates_down,
            succeed=partial(self._succeed, key=core.key, keeper=core.keeper),
            heard=core.heard,
            first=first.take,
            safe=self._safe(core),
            batch=core.meter.batch,
            judges=judges,
        )

    def _safe(self, core: _Core) -> Callable[[JournalId], int]:
        return core.backups.safe if self._config.upstream is None else core.centre.safe

    def _public(self, core: _Core, guide: Guide) -> tuple[App, Quick]:
        """What anybody sees, and what is answered before it is parsed."""
        pages, hall, halls, config = core.pages, core.hall, core.halls, self._config
        pages.tell(of_others=lambda: halls.of_others)
        address = partial(asker, proxy=config.online.proxy if config.online is not None else None)
        proof = Proof(
            core.auditor, core.audits, pages, lambda: hall.live, self._now, papers=core.papers, address=address
        )
        online = self._online(pages, core.around, hall, core.writer, core.reader)
        services = ServicePages(pages, core.around, lambda: hall.live, self._now, online.offer if online else None)
        survey = self._survey(core)
        following = Following(halls, pages, self._now, address, survey=survey)
        status = Status(following, pages.language, GUARDS)
        watched = Watched(
            core.meter, core.writer, hall, core.streams, core.backups, core.centre, self._safe(core), self._now
        )
        parts: tuple[Guided, ...] = (
            guide,
            core.display,
            proof,
            following,
            status,
            services,
            MetricsPage(core.everywhere, watched, store_of(self._ledger), config.label, config.metrics),
            *([online] if online is not None else []),
            *([self._survey_pages(core, survey, following)] if survey is not None else []),
            OutsidePages(pages, halls, self._now, address),
            ResultPages(pages, halls, core.everywhere, self._now, address),
            OpenPages(pages, halls, core.everywhere, self._now, config.licence, address),
        )
        app = pages_app(
            core.reader, pages, core.feed, self._now, lambda: core.writer.trouble, *parts, elsewhere=halls.elsewhere
        )
        return app, status.quick

    def _staff(self, core: _Core, guide: Guide) -> tuple[App, list[Coroutine[Any, Any, None]]]:
        """The console, and what keeps on running for it."""
        hall, writer, auditor, everywhere = core.hall, core.writer, core.auditor, core.everywhere
        door = Door(core.reader, writer, core.hasher, Waits(), random=self._random, now=self._now)
        checkpointer = self._checkpointer(auditor, writer, core.audits, core.key, hall)
        hall.tell(lambda: checkpointer.queue_changed(hall.live))
        sources = Sources(
            core.reader, auditor, everywhere, core.audits, lambda: hall.live, lambda: _devices(core.feed),
            core.backups, lambda: writer.trouble,
        )  # fmt: skip
        watch, tellers = self._watch(sources, writer, core.server_id)
        shell = ConsolePages(core.pages, partial(banner, core.backups), watch.counts)
        counters = CounterDesk(door, shell, CounterPages(core.pages, self._config.zone), hall, self._moment)
        core.streams["counter"] = counters.streams
        core.closing.append(counters.streams.close)
        desk = OfficeDesk(
            door,
            OfficePages(shell),
            hall,
            self._moment,
            self._config.zone,
            core.key,
            self._config.public_url,
            core.keeper.confirm,
            self._certificate,
            core.centre,
            everywhere,
            core.updates_down.told,
        )
        looked = ProofDesk(
            door, shell, auditor, core.audits, self._moment, mails=checkpointer.mails, wake=checkpointer.wake
        )
        routes = console_routes(
            door,
            shell,
            counters,
            guide,
            desk,
            Recording(door, shell, core.clips),
            looked,
            AlertDesk(door, shell, everywhere, self._moment, seen=watch.count, refusing=lambda: watch.refusing_ms),
            Editors(desk, Previews(self._folder / PREVIEWS_FOLDER)),
            OfficerDesk(door, shell, auditor, self._moment),
            RequestDesk(door, shell, everywhere, self._moment, seen=watch.count),
        )
        return console_app(routes), [checkpointer.run(), watch.run(), *(each.run() for each in tellers)]

    def _now(self) -> UtcMs:
        """The office's time; while nobody vouches for it, what this machine's clock shows."""
        known = self._keeper.now() if self._keeper is not None else None
        return known[0] if known is not None else self._clock.read().utc_ms

    def _relaying(
        self,
        stack: contextlib.AsyncExitStack,
        writer: Writer,
        key: DeviceKey,
        loop: asyncio.AbstractEventLoop,
        centre: Centre,
    ) -> list[RelayThread]:
        """What brings this office's facts to its centre, and what the centre published down; not begun yet."""
        if self._config.upstream is None:
            return []

        def store(journal_id: JournalId, received: Seq, safe: Seq) -> None:
            writer.submit(lambda ledger: ledger.offices.keep_reached(journal_id, received, safe))

        def told(reached: Mapping[JournalId, Reached]) -> None:
            loop.call_soon_threadsafe(centre.hear, reached)

        def told_down(trouble: Why | None) -> None:
            loop.call_soon_threadsafe(centre.hear_down, trouble)

        def below() -> Below:
            return Below(self._folder, self._opened(stack), key, writer, self._moment, self._fraction)

        ports = Ports(lambda: time.monotonic_ns() // 1_000_000, self._fraction, store, told)
        upstream = upstream_of(self._config, self._config.upstream)
        centre.relay = RelayThread(Relay(self._opened(stack), key, self._folder, upstream, ports), self._mistaken)
        down = RelayThread(below().way_down(upstream.url, told_down), self._mistaken)
        release = RelayThread(below().way_of_releases(upstream.url, centre, self._news), self._mistaken)
        return [centre.relay, down, release]

    def _watch(self, sources: Sources, writer: Writer, server: str) -> tuple[Watch, list[Teller]]:
        """What raises alerts, and what tells them outside."""

        def told() -> None:
            for each in tellers:
                each.wake()

        watch = Watch(sources, writer, self._moment, told=told)
        tellers = [
            Teller(way, sources.everywhere, writer, self._now, server=server, refusing=lambda: watch.refusing_ms)
            for way in self._ways
        ]
        return watch, tellers

    def _mistaken(self, error: Exception) -> None:
        self._complain(Mistaken(repr(error), hint=_REPORT))

    def _news(self, line: str) -> None:
        self._complain(UpdateNews(line, hint=_BY_ITSELF))

    def _backups(self, db: Db) -> Backups:
        return Backups(last_backup(db), configured=self._config.backup is not None, now=self._now)

    async def _nightly(self, backups: Backups) -> None:
        """Make backups, and say on the terminal what is wrong with them."""
        told = warning(backups)
        if told is not None:
            self._complain(told)
        if self._config.backup is None or self._backing is None:
            return

        def failed(failure: Failure) -> None:
            self._complain(warning(backups) or BackupFailed(failure.code, failure.text, hint="It is tried again."))

        hour, zone = self._config.backup.hour, self._config.zone
        await Nightly(backups, self._backing, hour, zone, self._now, failed).run()

    def _fraction(self) -> float:
        return int.from_bytes(self._random(4), "big") / 2**32

    def _opened(self, stack: contextlib.AsyncExitStack, see: See = everything) -> Db:
        """A connection of its own that reads."""
        db = open_reader(self._ledger, see)
        stack.callback(db.close)
        return db

    def _reader(
        self,
        stack: contextlib.AsyncExitStack,
        name: str,
        see: See = everything,
    ) -> Reader:
        """A reader with a connection and a thread of its own."""
        db = self._opened(stack, see)
        return Reader(db, stack.enter_context(ThreadPoolExecutor(1, name)))

    def _checkpointer(
        self, auditor: Reader, writer: Writer, audits: Audits, key: DeviceKey, hall: Hall
    ) -> Checkpointer:
        config = self._config
        return Checkpointer(
            auditor,
            writer,
            audits,
            key,
            config.zone,
            self._told,
            name=config.name,
            mail=config.mail,
            send=self._send,
            waits=lambda: hall.stands_still,
        )

    def _online(
        self, pages: Pages, around: Surroundings, hall: Hall, writer: Writer, reader: Reader
    ) -> OnlinePages | None:
        """The pages of places for phones; None where the office gives none."""
        config = self._config.online
        if config is None:
            return None

        async def write(job: Callable[[Ledger], None]) -> None:
            await asyncio.wrap_future(writer.submit(job))

        def live() -> Live:
            return hall.live

        hold_ms, head_ms = config.hold_minutes * MINUTE_MS, config.head_minutes * MINUTE_MS
        terms = Terms(config.share, hold_ms, head_ms, f"{self._config.public_url}/services")

        def tell_terms() -> None:
            if hall.live.day is not None and hall.live.online.terms is None:
                writer.submit(lambda ledger: adopt(ledger, self._moment(), terms))

        hall.tell(tell_terms)
        tell_terms()
        side = OfficeSide(
            around, live, write, lambda of: reader.read(own_secret, of), self._moment, self._now, self._random
        )
        return OnlinePages(pages, side, terms, Gate(hold_ms, self._random), config.proxy)

    def _survey(self, core: _Core) -> Survey | None:
        """What the survey is of; None where nobody is asked."""
        config = self._config.survey
        if config is None:
            return None
        return Survey(core.everywhere, lambda: core.hall.live, self._now, core.pages, config.days)

    def _survey_pages(self, core: _Core, survey: Survey, following: Following) -> SurveyPages:
        async def write(job: Callable[[Ledger], None]) -> None:
            await asyncio.wrap_future(core.writer.submit(job))

        return SurveyPages(survey, following, core.pages, write, self._moment, self._now, following.address)

    def _speaker(self, hall: Hall, reader: Reader, clips: Clips, display: Display, pages: Pages) -> Speaker:
        display.speaker = Speaker(
            lambda: hall.live,
            reader,
            clips,
            self._config.spoken,
            tick=lambda: time.monotonic_ns() // 1_000_000,
            quiet=lambda: is_quiet(self._config.quiet, pages.wall(self._now())),
            told=display.changed,
        )
        return display.speaker

    def _moment(self) -> Moment | None:
        """Now for the queue; None while nobody vouches for this clock: a guessed day is never opened."""
        known = self._keeper.now() if self._keeper is not None else None
        if known is None:
            return None
        now_ms, by = known
        return Moment(now_ms, office_day(now_ms, self._config.zone).isoformat(), self._clock.instant(), by)

    def _begin(self, ledger: Ledger) -> tuple[DeviceKey, Timekeeper]:
        """Take up the office's own journal, or begin it: its key is durable before its first fact."""
        path, named = self._folder / KEY_FILE, ledger.own_named()
        key = load_or_make(path, self._random) if named is None else load_for(path, named[1].hex())
        last = LastWord(self._folder / LAST_WORD, key.sign)
        with ledger.transaction():
            began = (named[0], ledger.end_of(named[0])) if named is not None else None
            ledger.open_own(key, self._random, self._clock.instant())
            self._keeper = keeper = Timekeeper(self._clock, self._config.trust, ledger.own_timeline)
            self._started(ledger, keeper)
            if began is not None:
                standstill.look(ledger, last, began, partial(self._succeed, key=key, keeper=keeper))
                queue.begin(ledger)
        _keep(ledger, last)
        return key, keeper

    def _started(self, ledger: Ledger, keeper: Timekeeper) -> None:
        ledger.append([MachineStarted(RELEASE, self._configuration)], self._clock.instant())
        keeper.look(ledger)
        queue.begin(ledger)

    def _heard(self, last: LastWord) -> Heard:
        def heard(ledger: Ledger, device: JournalId, name: JournalId, at: Position) -> None:
            standstill.heard(ledger, last, device, name, at, self._moment())

        return heard

    def _handdown(
        self,
        stack: contextlib.AsyncExitStack,
        writer: Writer,
        key: DeviceKey,
        keeper: Timekeeper,
        witnesses: Witnesses,
        hall: Hall,
        heard: Heard,
    ) -> tuple[HandDown, ClipsDown]:
        """The ways down, with a connection and a thread of its own: calls wait for no page."""
        db = self._opened(stack)
        thread = stack.enter_context(ThreadPoolExecutor(1, "handdown"))

        async def forked(journal_id: JournalId, head: Head) -> None:
            await asyncio.wrap_future(
                writer.submit(lambda ledger: self._succeed(ledger, journal_id, head, key=key, keeper=keeper))
            )

        async def shown(device: JournalId, name: JournalId, at: Position) -> None:
            if hall.stands_still:
                with contextlib.suppress(LedgerRefused):  # it asks again
                    await asyncio.wrap_future(writer.submit(lambda ledger: heard(ledger, device, name, at)))

        offices = Handing(writer, self._clock.instant)
        handdown = HandDown(Shelf(db, key.sign), thread, forked, asked=witnesses.asked, heard=shown, offices=offices)
        return handdown, ClipsDown(db, self._folder / CLIPS_FOLDER, thread)

    def _updates_down(self, stack: contextlib.AsyncExitStack) -> UpdatesDown:
        """What hands releases down, in a thread of its own: a disk that is slow keeps no call waiting."""
        db = self._opened(stack)
        return UpdatesDown(db, Offers(self._folder), stack.enter_context(ThreadPoolExecutor(1, "updates")), self._now)

    def _succeed(
        self, ledger: Ledger, journal_id: JournalId, head: Head, *, key: DeviceKey, keeper: Timekeeper
    ) -> None:
        """A device holds our own signature of facts that are gone here: this server was restored from an old copy.

        A journal has one history: the office goes on in a new one that names the longer one. The devices give the rest
        back (server.giveback); until then it stands still (server.standstill). Within a transaction.
        """
        if begin_anew(ledger, key, self._random, self._clock.instant(), journal_id, head, self._now()):
            ledger.in_doubt = None  # it is known now
            self._started(ledger, keeper)

    async def _keep_time(self, keeper: Timekeeper, writer: Writer) -> None:
        """Anchor the clock again where that is due."""
        while True:
            await asyncio.sleep(keeper.wait_seconds)
            with contextlib.suppress(LedgerRefused):  # the writer knows the trouble; it is tried again
                await asyncio.wrap_future(writer.submit(keeper.look))

    async def _listen(
        self,
        listeners: list[tuple[Listener, Any]],
        closing: Sequence[Callable[[], None]],
        keeping: Sequence[Coroutine[Any, Any, None]],
    ) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop.set)
        async with asyncio.TaskGroup() as tasks:
            for each, bound in listeners:
                tasks.create_task(each.serve([bound]))
            for each, _ in listeners:
                await each.ready.wait()
            self._ready(self._where([bound for _, bound in listeners]))
            running = [tasks.create_task(each) for each in (*keeping, self._keep_certificate(listeners[-1][0]))]
            await self.stop.wait()
            self._pulse.ends()
            for task in running:
                task.cancel()
            for close in closing:
                close()

    def _where(self, bound: list[socket]) -> dict[str, str]:
        """What is told at the start: the addresses of pages, exchange and console, and what vouches for the console."""
        config, (pages, exchange, console) = self._config, map(port_of, bound)
        authority = self._console_certificate.authority
        told = {
            "pages": f"http://{_shown(config.pages, pages)}",
            "exchange": f"https://{_shown(config.exchange, exchange)}",
        }
        if authority is not None:
            told["authority"] = fingerprints(authority)[0]
        return told | {"console": self._console(console).url}

    def _console(self, port: int) -> Console:
        authority = self._console_certificate.authority
        host = next(iter(self._console_certificate.names.hosts), "localhost")
        return Console(f"https://{host}:{port}", fingerprints(authority)[0] if authority is not None else "")

    async def _keep_certificate(self, console: Listener) -> None:
        """Renew the console's certificate where that is due, and follow the machine's addresses."""
        context = console.config.ssl
        while context is not None:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await asyncio.to_thread(self._console_certificate.look, context)
            except ServerError as error:
                self._complain(error)

    @property
    def _files(self) -> tuple[Path, Path]:
        return self._folder / certificate.CERTIFICATE_FILE, self._folder / certificate.KEY_FILE

    async def _command(self, writer: Writer, backups: Backups, command: dict[str, Any]) -> dict[str, Any]:
        def job(ledger: Ledger) -> dict[str, Any]:
            return perform(ledger, command, self._certificate, self._random, self._now(), self._moment())

        done = await asyncio.wrap_future(writer.submit(job))
        if command.get("command") == "backed-up":
            backups.take(Backup(**command["backup"]))
        return done


_BY_ITSELF = "It goes on by itself."
_REPORT = "This is a mistake in the program; report it. Nothing is lost: it is tried again."


def _keep(ledger: Ledger, last: LastWord) -> None:
    """Leave word of how far the office's journal reaches, where nothing of it is missing."""
    if ledger.own_end is not None and not queue.stands_still(ledger):
        with contextlib.suppress(OSError):  # without a word the next start asks the machines
            last.keep(ledger.own_end)


def _tell(
    loop: asyncio.AbstractEventLoop,
    changed: Sequence[Callable[[], None]],
    hall: Hall,
    handdown: HandDown,
    ledger: Ledger,
    last: LastWord,
) -> None:
    """From the writer's thread: there is something new, and this is the queue and the office's journal with it."""
    _keep(ledger, last)
    live: Live = queue.live_of(ledger)
    stands_still = queue.stands_still(ledger)
    loop.call_soon_threadsafe(handdown.reached, ledger.own_end)
    for each in changed:
        loop.call_soon_threadsafe(each)
    loop.call_soon_threadsafe(partial(hall.committed, live, stands_still=stands_still))


async def _devices(feed: Feed) -> Sequence[Device]:
    return (await feed.view()).devices


def _shown(address: Address, port: int) -> str:
    return f"[{address.host}]:{port}" if ":" in address.host else f"{address.host}:{port}"
