"""`python -m kiosk doctor`: every part looked at, each with what to do. Changes nothing but a test file it removes."""

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from fonts import FontsError, check
from hardware.errors import HardwareError
from hardware.print_worker import PrintWorker
from hardware.printer import StatusChanged
from hardware.transports import transport_for
from kiosk.appliance import catalogue_of
from kiosk.configfile import Loaded, load
from sync.config import KioskConfig
from sync.errors import SyncError
from sync.inbox import InboxReader
from sync.journal import JournalReader
from sync.system_clock import SystemClock

PRINTER_PATIENCE_S = 4.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One part. `hint` says what to do where it is not `ok`."""

    part: str
    ok: bool
    told: str
    hint: str = ""


def main(config: Path, data: Path | None) -> int:
    """Print every finding; 1 where there is a problem."""
    worst = 0
    for finding in examine(config, data):
        mark = "ok     " if finding.ok else "PROBLEM"
        sys.stdout.write(f"{mark}  {finding.part}: {finding.told}\n")
        if not finding.ok:
            worst = 1
            sys.stdout.write(f"         to do: {finding.hint}\n")
    return worst


def examine(path: Path, data: Path | None) -> Iterator[Finding]:
    """The findings, part by part."""
    yield _fonts()
    try:
        loaded = load(path, data)
    except OSError as error:
        yield Finding("settings", False, str(error), "Check the data folder: it must exist and be writable.")
        return
    if loaded.problem is not None:
        line = f"line {loaded.problem.line}: " if loaded.problem.line else ""
        yield Finding("settings", False, f"{path}: {line}{loaded.problem}", loaded.problem.hint)
    else:
        yield Finding("settings", True, str(path))
    if loaded.config is None:
        return
    yield _services(loaded)
    yield _folder(loaded.data)
    yield _journal(loaded.data)
    yield _clock(loaded.config)
    yield _printer(loaded.config)
    yield _server(loaded.config, loaded.data)


def _fonts() -> Finding:
    try:
        check()
    except FontsError as error:
        return Finding("fonts", False, str(error), error.hint)
    return Finding("fonts", True, "typefaces and shaping are complete")


def _services(loaded: Loaded) -> Finding:
    found = catalogue_of(loaded)
    if found.problem is not None:
        return Finding("services", False, str(found.problem), found.problem.hint)
    count = len(found.catalogue.services) if found.catalogue else 0
    return Finding("services", True, f"{count} services in {loaded.catalogue}")


def _folder(data: Path) -> Finding:
    probe = data / f".doctor-{os.getpid()}"
    try:
        data.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
        room = os.statvfs(data)
    except OSError as error:
        return Finding("data folder", False, f"{data}: {error.strerror}", "Check the card, its mount and the owner.")
    free = room.f_bavail * room.f_frsize // (1024 * 1024)
    hint = "Less than 100 MB are free: make room, or the kiosk stops giving tickets."
    return Finding("data folder", free >= 100, f"{data}, {free} MB free", hint)


def _journal(data: Path) -> Finding:
    path = data / "journal.db"
    try:
        with JournalReader(path) as journal:
            opened, last = journal.opened(), journal.last()
    except FileNotFoundError:
        return Finding("journal", True, "none yet; it is made at the first start")
    except SyncError as error:
        return Finding("journal", False, str(error), error.hint)
    return Finding("journal", True, f"{opened.journal_id}, {last.seq} facts")


def _clock(config: KioskConfig) -> Finding:
    reading = SystemClock().read()
    shown = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(reading.utc_ms / 1000))
    if config.clock.trust == "system":
        return Finding("clock", True, f"{shown}, believed as it is")
    hint = "Connect the network, or confirm the date on the kiosk's screen before the first ticket."
    return Finding(
        "clock", reading.disciplined, f"{shown}, {'kept' if reading.disciplined else 'not kept'} by NTP", hint
    )


def _printer(config: KioskConfig) -> Finding:
    said = threading.Event()
    try:
        worker = PrintWorker(transport_for(config.printer), said.set)
    except HardwareError as error:
        return Finding("printer", False, str(error), error.hint)
    worker.start()
    try:
        said.wait(PRINTER_PATIENCE_S)
        for event in worker.poll():
            if isinstance(event, StatusChanged):
                fault = event.status.fault
                hint = "Look at the printer: power, cable, paper, cover. The kiosk itself may be holding it."
                return Finding("printer", fault is None, f"{config.printer}: {fault or 'ready'}", hint)
    finally:
        worker.close()
    return Finding("printer", False, f"{config.printer} says nothing", "Look at the printer: power and cable.")


def _server(config: KioskConfig, data: Path) -> Finding:
    if config.server.url is None:
        return Finding("server", True, "none: this kiosk stands alone")
    parts = urlsplit(config.server.url)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 443), timeout=3):
            reached = True
    except OSError as error:
        hint = "Check the network and the address. Tickets are given all the same and sent later."
        return Finding("server", False, f"{config.server.url}: {error}", hint)
    state = InboxReader(data / "inbox.db").read()
    if state is None or state.server_id is None:
        hint = "Put the pairing code from the server into kiosk.toml, and start `python -m sync`."
        return Finding("server", False, f"{config.server.url} answers, but this kiosk is not paired", hint)
    told = f"{config.server.url}, received up to {state.received}"
    return Finding("server", reached and state.reason is None, told, state.message or "")
