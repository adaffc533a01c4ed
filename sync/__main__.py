"""`python -m sync --config kiosk.toml` sends facts; `… status --config kiosk.toml` and `… verify J.db` look."""

import gc

if __name__ == "__main__":
    gc.disable()  # until all is imported, which stays anyway: to look through it again takes a fifth of the start

import argparse
import os
import random
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import NoReturn, Protocol

from sync import RELEASE, medium_command, status, verify
from sync.asked import Asked, first_administrator
from sync.asking import FILE as ASK
from sync.asking import FIRST_ADMINISTRATOR, REACH
from sync.clips_driver import ClipFetcher
from sync.clips_driver import Ports as ClipPorts
from sync.clips_driver import run as fetch_clips
from sync.config import DISPLAY_ROLE, KIOSK_ROLE, KioskConfig, parse_kiosk
from sync.downlink_driver import Downlink, link_for, run, who
from sync.downlink_driver import Ports as DownPorts
from sync.errors import ConfigError, JournalDamaged, SyncError
from sync.feedwire import DISPLAY_HOLD_S
from sync.inbox import InboxReader
from sync.journal import JournalReader
from sync.mirror import FILE as MIRROR
from sync.mirror import MirrorReader
from sync.notify import Pulse, pulse_for
from sync.pairing import load_pin
from sync.reaching import reach
from sync.simulated_clock import clock_for
from sync.system_clock import SystemClock
from sync.updates import Machine, Shelf, read_machine, read_told
from sync.updates_driver import Fetcher
from sync.updates_driver import Ports as UpdatePorts
from sync.updates_driver import run as fetch_release
from sync.uplink import LOOK_EVERY_S, Ports, Settings, Uplink
from sync.wake import WakeSocket, wake


class Turning(Protocol):
    """What is needed of sync.uplink.Uplink."""

    @property
    def standing(self) -> str: ...

    def turn(self) -> float: ...


class Datagrams(Protocol):
    """What is needed of sync.wake.WakeSocket."""

    def fileno(self) -> int: ...

    def drain(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Updates:
    """Where the next release is laid ready, and the file in which the appliance says what runs."""

    folder: Path
    state: Path | None

    def machine(self) -> Machine:
        """What runs here, as far as is known."""
        own = Machine(running=RELEASE)
        return read_machine(self.state, own) if self.state is not None else own

    def fetcher(self, data: Path, url: str, behind: Callable[[], bool], fraction: Callable[[], float]) -> Fetcher:
        """What fetches it."""
        ports = UpdatePorts(lambda: who(data), self.machine, behind, time.monotonic, fraction, say)
        return Fetcher(Shelf(self.folder), url, ports)


def main(arguments: Sequence[str]) -> int:
    """Run what the command line says; the exit status."""
    if arguments and arguments[0] == "verify":
        return verify.main(list(arguments[1:]))
    if arguments and arguments[0] == "copy":
        return medium_command.copy(arguments[1:], say)
    if arguments and arguments[0] == "restore":
        return medium_command.bring_back(arguments[1:])
    parser = argparse.ArgumentParser(prog="python -m sync", description=__doc__)
    parser.add_argument("command", nargs="?", choices=("run", "status", "verify"), default="run")
    parser.add_argument("--config", type=Path, required=True, help="the kiosk.toml")
    parser.add_argument("--data", type=Path, help="where its last good copy is, should kiosk.toml not say")
    parser.add_argument("--updates", type=Path, metavar="DIR", help="lay the next release ready here (the appliance)")
    parser.add_argument("--update-state", type=Path, metavar="F", help="what the appliance says of its last update")
    parsed = parser.parse_args(arguments)
    if parsed.command == "verify":
        parser.error("verify comes first and takes a journal: python -m sync verify journal.db")
    try:
        config = _configuration(parsed.config, parsed.data)
        folder = parsed.config.absolute().parent
        data, clock = folder / config.data, clock_for(config.sim.clock, folder)
        updates = Updates(parsed.updates, parsed.update_state) if parsed.updates is not None else None
        if parsed.command == "status":
            return _status(data, clock, updates)
        _run(config, data, clock, updates)
    except SyncError as error:
        line = f"line {error.line}: " if isinstance(error, ConfigError) and error.line else ""
        say(f"{line}{error}\n{error.hint}")
    except OSError as error:
        say(f"{error}\nCheck that the file and the data folder are there and may be used by this user.")
    return 2


def _configuration(path: Path, data: Path | None) -> KioskConfig:
    """The configuration, else the kiosk's last good copy of it: what one machine runs on, both processes run on."""
    try:
        return parse_kiosk(path.read_bytes())
    except (ConfigError, OSError) as error:
        good = (data or path.absolute().parent / "data") / f"{path.name}.good"
        if not good.exists():
            raise
        line = f", line {error.line}" if isinstance(error, ConfigError) and error.line else ""
        say(f"{path}{line}: {error}\nThe last good copy is used: {good}")
        return parse_kiosk(good.read_bytes())


def say(line: str) -> None:
    """One line for the system's log."""
    print(line, file=sys.stderr, flush=True)


def _run(config: KioskConfig, data: Path, clock: SystemClock, updates: Updates | None) -> NoReturn:
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    data.mkdir(parents=True, exist_ok=True)
    pulse = pulse_for(os.environ, os.getpid(), time.monotonic)
    try:
        _serve(config, data, clock, pulse, updates)
    finally:
        pulse.ends()


def _serve(config: KioskConfig, data: Path, clock: SystemClock, pulse: Pulse, updates: Updates | None) -> NoReturn:
    if config.server.url is None:
        say("no [server] url in kiosk.toml: this device stands alone, nothing is sent")
        while True:
            pulse.turn("stands alone: no server is named in kiosk.toml")
            select.select([], [], [], pulse.wait_s())
    chance, kiosk, called = random.SystemRandom(), data / "kiosk.wake", threading.Event()

    def changed() -> None:
        wake(kiosk)
        called.set()

    url = config.server.url
    settings = Settings(data, url, config.server.code, config.place, config.role)
    uplink = Uplink(settings, Ports(clock.instant, chance.random, say, changed))
    try:
        ports = DownPorts(clock.instant, chance.random, say, lambda: wake(kiosk))
        if config.role == DISPLAY_ROLE:
            ports = _of_a_display(ports, kiosk)
        beside = [threading.Thread(target=run, args=(Downlink(data, url, ports), called, say), name="downlink")]
        if config.role == DISPLAY_ROLE:
            fetcher = ClipFetcher(data, url, ClipPorts(say))
            beside += [threading.Thread(target=fetch_clips, args=(fetcher, threading.Event(), say), name="clips")]
        if updates is not None:
            release = updates.fetcher(data, url, lambda: uplink.behind, chance.random)
            beside += [threading.Thread(target=fetch_release, args=(release, threading.Event(), say), name="updates")]
        for each in beside:
            each.daemon = True
            each.start()
        with ExitStack() as stack:
            if config.role != DISPLAY_ROLE:
                first = {FIRST_ADMINISTRATOR: lambda: first_administrator(data, url)}
                reaching = {REACH: lambda: reach(data, url, lambda: clock.instant().boottime_ms)}
                asked = Asked(data / ASK, {**(first if config.role == KIOSK_ROLE else {}), **reaching})
                stack.callback(asked.close)
                asked.start()
            woken = stack.enter_context(WakeSocket(data / "sync.wake"))
            while True:
                go_round(uplink, woken, pulse, beside)
    finally:
        uplink.close()


def _of_a_display(ports: DownPorts, kiosk: Path) -> DownPorts:
    """It says what time it shows, so it hears often that the office is still there."""
    return replace(
        ports,
        link=lambda url, fingerprint: link_for(url, fingerprint, DISPLAY_HOLD_S),
        hold_s=DISPLAY_HOLD_S,
        confirmed=lambda at: wake(kiosk, at),
    )


def go_round(uplink: Turning, woken: Datagrams, pulse: Pulse, beside: Sequence[threading.Thread]) -> None:
    """One turn of the loop. Where a thread `beside` it has ended, the service manager is told nothing any more, so that
    it begins everything anew."""
    wait = min(uplink.turn(), LOOK_EVERY_S)
    if all(each.is_alive() for each in beside):
        pulse.turn(uplink.standing)
    beat = pulse.wait_s()
    if wait > 0:
        select.select([woken], [], [], wait if beat is None else min(wait, beat))
        woken.drain()


def _end(number: int, frame: FrameType | None) -> None:
    """End from wherever the process is: a kill must be harmless anywhere, so this is too."""
    raise SystemExit(0)


def _status(data: Path, clock: SystemClock, updates: Updates | None) -> int:
    state, pin = InboxReader(data / "inbox.db").read(), load_pin(data / "pin.json")
    files: list[str] = []
    try:
        with JournalReader(data / "journal.db") as journal:
            head = journal.last()
            size = (data / "journal.db").stat().st_size
            files = status.describe_files(journal.closed_files(), size, journal.floor())
    except FileNotFoundError:
        head = None
    except JournalDamaged as error:
        say(f"{error}\n{error.hint}")
        head = None
    lines = status.describe(state, head, pin, clock.instant())
    lines[1:1] = files
    mirror = MirrorReader(data / MIRROR)
    lines += status.describe_feed(mirror.state(), mirror.end(), clock.instant())
    if updates is not None:
        lines += status.describe_update(updates.machine(), read_told(updates.folder))
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    gc.freeze()
    gc.enable()
    sys.exit(main(sys.argv[1:]))
