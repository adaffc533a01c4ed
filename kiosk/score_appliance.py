"""Puts a score box together from its configuration (`role = "scorebox"`). Used by __main__.

It is a kiosk's machine without tickets: no printer, no catalogue, no day of its own, and screens that nobody touches.
"""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

from fonts.shaping import Typesetter
from fonts.tokens import load as load_tokens
from hardware.board import SystemBoard
from hardware.buttons import EdgeQueue
from hardware.printer import NoPrinter
from kiosk.appliance import (
    TEXT_LINES,
    Appliance,
    bench_of,
    counters_of,
    listen,
    notice_of,
    open_journal,
    open_window,
    say,
    settings_of,
    show_lamps,
    sound_of,
    waker,
)
from kiosk.configfile import Loaded, LoadedCatalogue
from kiosk.desk import Printhouse
from kiosk.errors import KioskError
from kiosk.front import Front
from kiosk.layout import Display
from kiosk.loop import Loop, WakePipe
from kiosk.machine import Machine, Parts
from kiosk.office_data import hours_of, publications_of
from kiosk.ticket_layout import Ticket
from kiosk.view_parts import Exhibit
from sync.config import SCOREBOX_ROLE, KioskConfig
from sync.inbox import InboxReader
from sync.journal import Journal
from sync.keys import DeviceKey
from sync.services import Catalogue
from sync.simulated_clock import clock_for
from sync.wake import WakeSocket

NO_SERVICES = Catalogue((), "")


def assemble_scores(loaded: Loaded, *, journals: type[Journal] = Journal, fullscreen: bool | None = None) -> Appliance:
    """A score box that is ready for `loop.run()`. Raises the rooms' errors; what was opened before is closed then."""
    with contextlib.ExitStack() as stack:
        appliance = _assembled(loaded, journals, fullscreen, stack)
        appliance._closing = stack.pop_all()
        return appliance


def _assembled(
    loaded: Loaded, journals: type[Journal], fullscreen: bool | None, stack: contextlib.ExitStack
) -> Appliance:
    config = loaded.config
    assert config is not None
    clock, typesetter, tokens = (
        clock_for(config.sim.clock, loaded.folder),
        Typesetter(cache_lines=TEXT_LINES),
        load_tokens(),
    )
    journal, key = open_journal(loaded.data, clock, journals, role=SCOREBOX_ROLE)
    stack.callback(journal.close)
    wakes = WakePipe()
    stack.callback(wakes.close)
    mail = stack.enter_context(WakeSocket(loaded.data / "kiosk.wake"))
    edges = EdgeQueue(wakes.wake)
    lamps, fingers, held = counters_of(config, edges, clock, stack)
    hours = hours_of(loaded)
    notice = notice_of(loaded, LoadedCatalogue(None, None), hours)
    ends: list[Callable[[], None]] = []
    sound = sound_of(config.sound, stack)
    bench = replace(bench_of(config, loaded, wakes, clock, ends, sound), mistaken=lambda: notice is not None)
    parts = Parts(
        journal,
        clock,
        NoPrinter(),
        _paperless(config, journal, key),
        lamps,
        sound,
        edges.drain,
        InboxReader(loaded.data / "inbox.db").read,
        waker(loaded.data / "sync.wake"),
        say,
        SystemBoard(loaded.data),
        bench=bench,
        publications=publications_of(loaded, say),
    )
    machine = Machine(parts, settings_of(config, loaded, NO_SERVICES, held, hours.calendar, box=True))
    window = open_window(config, typesetter, fullscreen)
    stack.callback(window.close)
    show_lamps(lamps, window)
    machine.begin()
    if notice is not None:
        say(notice)
    exhibit = Exhibit(config.office, config.languages, NO_SERVICES, notice=notice)
    display = Display(*window.size, config.screen.width_mm, config.screen.height_mm)
    front = Front(machine, exhibit, display, typesetter, tokens, window.paint, clock.boottime_ms)
    front.refresh()
    say("first picture")
    loop = Loop(machine, front, window, clock.boottime_ms, wakes=wakes, mail=mail, fingers=fingers)
    ends.append(loop.end)
    stack.callback(machine.end)
    listen(loop, loaded, stack)
    return Appliance(loop, window, wakes, contextlib.ExitStack())


def _paperless(config: KioskConfig, journal: Journal, key: DeviceKey) -> Printhouse:
    """What a kiosk prints with; here nobody asks for paper."""

    def refuse(ticket: Ticket) -> NoReturn:
        raise KioskError("a score box prints nothing", hint='Write role = "kiosk" where tickets are given.')

    return Printhouse(
        draw=refuse,
        key=key,
        journal_id=journal.opened().journal_id,
        catalogue=NO_SERVICES,
        office=config.office,
        languages=config.languages,
        zone=config.zone,
        public_url=None,
    )
