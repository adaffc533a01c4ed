"""A receipt printer on a TCP port or a pty: prints into a folder, answers status, and can be made to fail.

    python -m hardware.virtual_printer --listen HOST:PORT --out DIR [--width 576] [--control unix:PATH]
    python -m hardware.virtual_printer --pty LINK [--baud N] [--xonxoff | --no-handshake] --out DIR …
        [--make NAME] [--buffer BYTES] [--speed MM_S] [--bar DOTS] [--seed N]

A pty stands for a USB or serial cable: LINK leads to it, "usb://LINK" and "serial://LINK?baud=N" open it. With --baud
it is read no faster than a line of that speed carries. Without --speed it prints in no time. With --seed faults come by
chance, one after the other, and mend by themselves.

The control socket takes JSON lines and answers each with {"ok": true} or {"error": …, "hint": …}:
    {"paper": "out" | "ok" | "near-end"}   {"cover": "open" | "closed"}    {"cutter": "jam" | "ok"}
    {"head": "hot" | "ok"}                 {"mechanism": "error" | "ok"}   {"ticket": "waiting" | "taken"}
    {"echo": "late" | "missing" | "ok"}    {"garbage": true | false}       {"stall": true | false}
    {"tear": true}
    {"power": "off" | "on"}   {"unplug": true}   {"plug": true}   {"swap": "talking" | a make's name}
    {"strike": {"when": "byte" | "row", "at": N, "fault": a fault's name, "lasts": seconds}}
Without power nothing listens and the buffer is lost; unplugged, nothing listens either, but the buffer stays. A
stalled printer keeps its connections and neither reads nor answers. After a swap another printer stands there, its
buffer empty; a mute one answers nothing. "late" echoes come when the echo is "ok" again. A strike is a fault by plan,
at a byte received or a row burnt since power-on; without "lasts" it stays until a hand mends it.

log.jsonl has the truth: every piece of paper that came off ("ticket": cut, "torn": not) with its rows and the rows at
which it was disturbed ("breaks"), and every fault that struck.
"""

import argparse
import os
import queue
import random
import selectors
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from hardware.errors import HardwareError, PaperStoreError
from hardware.interpreter import Answered, Begun, Wrong
from hardware.makes import MAKES, Make
from hardware.mechanism import Effect, Mechanism, Piece, Struck
from hardware.pacing import pacer_for
from hardware.printer_control import Command, ControlSocket, parse_command
from hardware.printer_hand import handle
from hardware.strikes import Strike, random_strike
from hardware.ticket_store import Detail, TicketStore
from hardware.transport_serial import SERIAL_BAUDS
from hardware.virtual_ports import Port, PtyPort, TcpPort

_UNHEEDED_BYTES = 4096
_LEAST_BUFFER, _SPEEDS = 64, (10, 1000)
_FARTHEST_BAR = 800
_CUT_S = 0.3
_SEEDED_BYTES, _SEEDED_ROWS, _SEEDED_S = 30_000, 1_500, 8.0


@dataclass(frozen=True, slots=True)
class PrinterLogged:
    """One event of the log, as `VirtualPrinter.events` gives it."""

    event: str
    details: dict[str, Detail]


class VirtualPrinter:
    """The printer as a context manager with its own thread. On a pty at `pty` if given, read at `baud` if given,
    otherwise on `host` and `port`; `port` is the real one where 0 was asked for.

    `chance`: faults come by it, one after the other. `handshake`: the cable holds the host back while the buffer is
    full; False: what does not fit is lost. `events` gets every logged event, for tests that wait for one. Raises
    PaperStoreError where folder, address or control socket cannot be had.
    """

    def __init__(
        self,
        out: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        width: int = 576,
        make: Make | None = None,
        pty: Path | None = None,
        baud: int | None = None,
        handshake: bool = True,
        control: Path | None = None,
        chance: random.Random | None = None,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.events: queue.SimpleQueue[PrinterLogged] = queue.SimpleQueue()
        self._monotonic_ns = monotonic_ns
        self._store = TicketStore(out)
        self._make = make or Make(width=width)
        self._mechanism = Mechanism(self._make, now=self._seconds())
        self._handshake, self._chance = handshake, chance
        self._plugged, self._stalled, self._model = True, False, 1
        self._mends: list[tuple[float, Command]] = []
        self._stopping, self._closed = False, False
        self._commands: queue.SimpleQueue[tuple[Command, Future[None]]] = queue.SimpleQueue()
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._wake_read, selectors.EVENT_READ, self._run_commands)
        self._control: ControlSocket | None = None
        self._tcp = TcpPort(host, port, self._selector, self)
        line = pacer_for(baud) if baud is not None else None
        self._port: Port = PtyPort(pty, self._selector, self, line, self._seconds) if pty is not None else self._tcp
        try:
            if control is not None:
                self._control = ControlSocket(control, self._selector, self._apply)
            self._port.plug()
        except PaperStoreError:
            self._close()
            raise
        self._plan_by_chance()
        self._thread = threading.Thread(target=self.run, name="virtual printer", daemon=True)

    @property
    def host(self) -> str:
        return self._tcp.host

    @property
    def port(self) -> int:
        """The TCP port."""
        return self._tcp.port

    @property
    def address(self) -> str:
        """HOST:PORT, or the pty's link."""
        return self._port.address

    @property
    def room(self) -> int:
        """How many bytes can be received now."""
        if self._stalled:
            return 0
        return self._mechanism.room if self._handshake else max(self._mechanism.room, _UNHEEDED_BYTES)

    @property
    def hears(self) -> bool:
        """Whether new connections are taken."""
        return not self._stalled

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._thread.join()

    def set(self, **command: str | bool) -> None:
        """The control commands from another thread, for example `set(paper="out")`; returns when they
        hold."""
        done: Future[None] = Future()
        self._commands.put((parse_command(command), done))
        self._wake()
        done.result(timeout=10)

    def stop(self) -> None:
        """Asks `run` to return. Can be called from any thread and from a signal handler."""
        self._stopping = True
        if not self._closed:
            with suppress(OSError):  # its thread may have seen it by itself, and closed, just now
                self._wake()

    def run(self) -> None:
        """Serves until `stop`."""
        try:
            while not self._stopping:
                for key, _ in self._selector.select(self._waits()):
                    key.data()
                self._elapse()
                self._port.watch()
        finally:
            self._close()

    def _waits(self) -> float | None:
        """Seconds until something is to be done by itself."""
        waits = [self._port.waits()]
        due = [] if self._stalled else [self._mechanism.next_at()]
        due += [at for at, _ in self._mends[:1]]
        waits += [max(at - self._seconds(), 0.0) for at in due if at is not None]
        return min((wait for wait in waits if wait is not None), default=None)

    def _elapse(self) -> None:
        now = self._seconds()
        while self._mends and self._mends[0][0] <= now:
            self._apply(self._mends.pop(0)[1])
        if not self._stalled and (due := self._mechanism.next_at()) is not None and due <= now:
            self._take(self._mechanism.advance(now))

    def _wake(self) -> None:
        os.write(self._wake_write, b"!")

    def received(self, data: bytes) -> None:
        """From the host."""
        self._take(self._mechanism.receive(data, self._seconds()))

    def _seconds(self) -> float:
        return self._monotonic_ns() / 1e9

    def _take(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Answered(data):
                    if not self._stalled:
                        self._port.send(data)
                case Begun(at):
                    self.note("first-byte", received_ns=round(at * 1e9))
                case Piece():
                    self._keep(effect)
                case Struck(strike):
                    self._struck(strike)
                case Wrong(what):
                    self.note("error", what=what)

    def _keep(self, piece: Piece) -> None:
        rows, breaks = len(piece.rows), list(piece.breaks)
        if not rows:
            self.note("blank-cut")
        elif piece.cut:
            number = self._store.save_ticket(piece.data, piece.rows)
            self.note("ticket", number=number, rows=rows, bytes=len(piece.data), cut=True, breaks=breaks)
        else:
            number = self._store.save_torn(piece.rows)
            self.note("torn", number=number, rows=rows, cut=False, breaks=breaks)

    def _struck(self, strike: Strike) -> None:
        """A fault by plan; what is not the mechanism's is carried out here, and mended when its time is over."""
        lasts = "until mended" if strike.lasts is None else f"{strike.lasts:g} s"
        self.note("struck", fault=strike.fault, when=strike.when, at=strike.at, lasts=lasts)
        mend: Command | None = None
        match strike.fault:
            case "power-off":
                self._switch(False)
                mend = {"power": "on"}
            case "cable-pulled":
                self._pull("unplugged")
                mend = {"plug": True}
            case "stall":
                self._stalled = True
                mend = {"stall": False}
            case _:
                pass
        if mend is not None and strike.lasts is not None:
            self._mends.append((self._seconds() + strike.lasts, mend))
            self._mends.sort(key=lambda due: due[0])
        self._plan_by_chance()

    def _plan_by_chance(self) -> None:
        if self._chance is None:
            return
        strike = random_strike(
            self._chance, most_bytes=_SEEDED_BYTES, most_rows=_SEEDED_ROWS, longest_s=_SEEDED_S, mends=1.0
        )
        done = self._mechanism.received if strike.when == "byte" else self._mechanism.burnt
        self._mechanism.plan([replace(strike, at=strike.at + done)])

    def _run_commands(self) -> None:
        os.read(self._wake_read, 4096)
        while not self._commands.empty():
            command, done = self._commands.get()
            self._apply(command)
            done.set_result(None)

    def _apply(self, command: Command) -> None:
        """One hand movement at the machine."""
        self.note("control", **{name: str(value) for name, value in command.items()})
        if (power := command.get("power")) is not None:
            self._switch(power == "on")
        if command.get("unplug"):
            self._pull("unplugged")
        if (swap := command.get("swap")) is not None:
            self._swap(str(swap))
        if command.get("plug"):
            self._plugged = True
            self._plug_in()
        if (stall := command.get("stall")) is not None:
            self._stalled = bool(stall)
        self._take(handle(self._mechanism, command, self._seconds()))
        self._port.watch()

    def _switch(self, on: bool) -> None:
        if on == self._mechanism.powered:
            return
        if on:
            self._take(self._mechanism.power_on(self._seconds()))
            self._plug_in()
            return
        self._port.unplug("power off")
        self._take(self._mechanism.power_off(self._seconds()))

    def _plug_in(self) -> None:
        if self._mechanism.powered and self._plugged:
            self._port.plug()

    def _pull(self, why: str) -> None:
        self._plugged = False
        self._port.unplug(why)

    def _swap(self, name: str) -> None:
        """Another machine at the same cable, which is in if it was."""
        plugged = self._plugged
        self._pull("swapped")
        self._take(self._mechanism.power_off(self._seconds()))
        old = self._make
        make = old if name == "talking" else _on_roll(MAKES[name], old)
        self._mechanism = Mechanism(make, condition=self._mechanism.condition, now=self._seconds())
        self._model += 1
        self.note("swapped", model=self._model, mute=str(name == "mute"))
        self._plan_by_chance()
        self._plugged = plugged
        self._plug_in()

    def note(self, event: str, **details: Detail) -> None:
        """Into the log and to `events`."""
        self._store.log(self._monotonic_ns(), event, **details)
        self.events.put(PrinterLogged(event, details))

    def _close(self) -> None:
        self._closed = True
        self._port.unplug("the end")
        if self._control is not None:
            self._control.close()
        self._selector.close()
        self._store.close()
        os.close(self._wake_read)
        os.close(self._wake_write)


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m hardware.virtual_printer", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--listen", default="127.0.0.1:9100", help="HOST:PORT; port 0 takes a free one")
    place.add_argument("--pty", type=Path, help="a link to make, which leads to a pty")
    parser.add_argument("--baud", type=int, choices=SERIAL_BAUDS, help="the speed of the pty's line; else unlimited")
    held = parser.add_mutually_exclusive_group()
    held.add_argument("--xonxoff", action="store_true", help="says by XOFF and XON what its buffer can take")
    held.add_argument("--no-handshake", action="store_true", help="what its buffer cannot take is lost")
    parser.add_argument("--out", type=Path, required=True, help="folder for tickets and log")
    parser.add_argument("--width", type=int, help="paper width in dots, a multiple of 8; else what its make prints")
    parser.add_argument("--make", choices=tuple(MAKES), default="epson", help="what it knows and says")
    parser.add_argument("--buffer", type=int, metavar="BYTES", help="what it receives ahead of printing; else 65536")
    parser.add_argument("--speed", type=float, metavar="MM_S", help="of its mechanism, in mm a second; else no limit")
    parser.add_argument("--bar", type=int, metavar="DOTS", help="from its head to its blade or tear bar; else 0")
    parser.add_argument("--seed", type=int, metavar="N", help="faults by chance, the same ones for the same seed")
    parser.add_argument("--control", help="unix:PATH of a socket for faults")
    options = parser.parse_args(arguments)
    host, _, port = options.listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        parser.error("--listen wants HOST:PORT, for example 127.0.0.1:9100")
    if options.baud is not None and options.pty is None:
        parser.error("--baud goes with --pty")
    if options.width is not None and (options.width <= 0 or options.width % 8):
        parser.error("--width wants a positive multiple of 8")
    if options.buffer is not None and options.buffer < _LEAST_BUFFER:
        parser.error(f"--buffer wants at least {_LEAST_BUFFER} bytes")
    if options.speed is not None and not _SPEEDS[0] <= options.speed <= _SPEEDS[1]:
        parser.error(f"--speed wants {_SPEEDS[0]} to {_SPEEDS[1]} mm a second, for example 150")
    if options.bar is not None and not 0 <= options.bar <= _FARTHEST_BAR:
        parser.error(f"--bar wants 0 to {_FARTHEST_BAR} dots")
    if (options.xonxoff or options.no_handshake) and options.pty is None:
        parser.error("--xonxoff and --no-handshake go with --pty")
    if options.control is not None and not options.control.startswith("unix:"):
        parser.error("--control wants unix:PATH")
    control = Path(options.control.removeprefix("unix:")) if options.control else None
    try:
        printer = VirtualPrinter(
            options.out,
            host=host.strip("[]"),
            port=int(port),
            make=_make(options),
            pty=options.pty,
            baud=options.baud,
            handshake=not options.no_handshake,
            control=control,
            chance=random.Random(options.seed) if options.seed is not None else None,
        )
        _serve(printer, printer.address if options.pty is not None else f"{host}:{printer.port}")
    except HardwareError as error:
        print(f"{error}\n→ {error.hint}", file=sys.stderr)
        return 2
    return 0


def _make(options: argparse.Namespace) -> Make:
    make = replace(MAKES[options.make], xonxoff=options.xonxoff)
    if options.width is not None:
        make = replace(make, width=options.width)
    if options.buffer is not None:
        make = replace(make, buffer_bytes=options.buffer)
    if options.bar is not None:
        make = replace(make, head_to_cutter=options.bar)
    if options.speed is not None:
        make = replace(make, mm_per_s=options.speed, cut_s=_CUT_S)
    return make


def _on_roll(make: Make, before: Make) -> Make:
    """This machine in the place of the one before: on its roll, as far as it reaches, and no faster."""
    return replace(make, width=min(make.width, before.width), mm_per_s=before.mm_per_s)


def _serve(printer: VirtualPrinter, address: str) -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        printer.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"listening {address}", flush=True)
    printer.run()


if __name__ == "__main__":
    sys.exit(main())
