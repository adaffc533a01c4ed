"""A receipt printer on a TCP port without a mechanism: prints into a folder, answers status, and can be
made to fail.

    python -m hardware.virtual_printer --listen HOST:PORT --out DIR [--width 576] [--control unix:PATH]

The control socket takes JSON lines and answers each with {"ok": true} or {"error": …, "hint": …}:
    {"paper": "out" | "ok" | "near-end"}   {"cover": "open" | "closed"}
    {"power": "off" | "on"}                {"stall": true | false}
Without power nothing listens and the buffer is lost; a stalled printer keeps its connections and neither
reads nor answers.
"""

import argparse
import os
import queue
import selectors
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from hardware.errors import HardwareError, PaperStoreError
from hardware.escpos_reader import Answered, Begun, Condition, CutOff, Effect, PaperReader, Wrong
from hardware.printer_control import Command, ControlSocket, parse_command
from hardware.ticket_store import TicketStore

_READ_BYTES = 16384


@dataclass(frozen=True, slots=True)
class PrinterLogged:
    """One event of the log, as `VirtualPrinter.events` gives it."""

    event: str
    details: dict[str, str | int]


class VirtualPrinter:
    """The printer as a context manager with its own thread. `port` is the real one where 0 was asked for.

    `events` gets every logged event, for tests that wait for one. One connection is served at a time;
    others queue, as at a real printer. Raises PaperStoreError where folder, address or control socket
    cannot be had.
    """

    def __init__(
        self,
        out: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        width: int = 576,
        control: Path | None = None,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.host, self.port, self.width = host, port, width
        self.events: queue.SimpleQueue[PrinterLogged] = queue.SimpleQueue()
        self._monotonic_ns = monotonic_ns
        self._store = TicketStore(out)
        self._reader = PaperReader(width)
        self._condition = Condition()
        self._powered, self._stalled, self._stopping, self._closed = True, False, False, False
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None
        self._commands: queue.SimpleQueue[tuple[Command, Future[None]]] = queue.SimpleQueue()
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._wake_read, selectors.EVENT_READ, self._run_commands)
        self._control: ControlSocket | None = None
        try:
            if control is not None:
                self._control = ControlSocket(control, self._selector, self._apply)
            self._listen()
        except PaperStoreError:
            self._close()
            raise
        self._thread = threading.Thread(target=self.run, name="virtual printer", daemon=True)

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
            self._wake()

    def run(self) -> None:
        """Serves until `stop`."""
        try:
            while not self._stopping:
                for key, _ in self._selector.select():
                    key.data()
        finally:
            self._close()

    def _wake(self) -> None:
        os.write(self._wake_write, b"!")

    def _listen(self) -> None:
        try:
            family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
            self._listener = socket.create_server((self.host, self.port), family=family, backlog=8)
        except OSError as failure:
            raise PaperStoreError(
                f"cannot listen on {self.host}:{self.port}: {failure.strerror or failure}",
                hint="choose another port with --listen, or end the program that holds this one",
            ) from failure
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        self._watch()

    def _watch(self) -> None:
        """Listens to the one connection if there is one, otherwise for the next; to neither while stalled."""
        open_for_data = self._client is not None and self._reader.room > 0 and not self._stalled
        wanted: dict[socket.socket, Callable[[], None]] = {}
        if self._client is not None and open_for_data:
            wanted[self._client] = self._read_client
        if self._client is None and self._listener is not None and not self._stalled:
            wanted[self._listener] = self._accept
        for one in (self._client, self._listener):
            if one is None:
                continue
            watched = one in self._selector.get_map()
            if watched and one not in wanted:
                self._selector.unregister(one)
            if one in wanted and not watched:
                self._selector.register(one, selectors.EVENT_READ, wanted[one])

    def _accept(self) -> None:
        if self._listener is None or self._client is not None:
            return
        try:
            self._client, address = self._listener.accept()
        except OSError as failure:
            self._note("error", what=f"accept: {failure}")
            return
        self._client.setblocking(False)
        self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._note("connected", peer=f"{address[0]}:{address[1]}")
        self._watch()

    def _read_client(self) -> None:
        if self._client is None:
            return
        try:
            data = self._client.recv(min(_READ_BYTES, self._reader.room))
        except BlockingIOError:
            return
        except OSError as failure:
            self._drop_client(str(failure))
            return
        if not data:
            self._drop_client("closed by the other side")
            return
        self._take(self._reader.receive(data, self._monotonic_ns()))
        self._watch()

    def _drop_client(self, why: str) -> None:
        if self._client is not None:
            if self._client in self._selector.get_map():
                self._selector.unregister(self._client)
            self._client.close()
            self._client = None
            self._note("disconnected", why=why)
        self._watch()

    def _take(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Answered(data):
                    self._answer(data)
                case Begun(received_ns):
                    self._note("first-byte", received_ns=received_ns)
                case CutOff(data, rows) if rows:
                    number = self._store.save_ticket(data, rows)
                    self._note("ticket", number=number, rows=len(rows), bytes=len(data))
                case CutOff():
                    self._note("blank-cut")
                case Wrong(what):
                    self._note("error", what=what)

    def _answer(self, data: bytes) -> None:
        if self._client is None or self._stalled:
            return
        try:
            self._client.send(data)
        except OSError as failure:
            self._note("error", what=f"answer lost: {failure}")

    def _run_commands(self) -> None:
        os.read(self._wake_read, 4096)
        while not self._commands.empty():
            command, done = self._commands.get()
            self._apply(command)
            done.set_result(None)

    def _apply(self, command: Command) -> None:
        """One hand movement at the machine."""
        self._note("control", **{name: str(value) for name, value in command.items()})
        if (power := command.get("power")) is not None:
            self._switch(power == "on")
        if (stall := command.get("stall")) is not None:
            self._stalled = bool(stall)
        if (paper := command.get("paper")) is not None:
            self._condition = replace(self._condition, paper=str(paper))
        if (cover := command.get("cover")) is not None:
            self._condition = replace(self._condition, cover_open=cover == "open")
        if self._powered:
            self._take(self._reader.change(self._condition))
            self._watch()

    def _switch(self, on: bool) -> None:
        if on == self._powered:
            return
        self._powered = on
        if on:
            self._reader = PaperReader(self.width, self._condition)
            self._listen()
            return
        if self._listener is not None:
            if self._listener in self._selector.get_map():
                self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = None
        self._drop_client("power off")
        if self._reader.rows:
            number = self._store.save_torn(tuple(self._reader.rows))
            self._note("torn", number=number, rows=len(self._reader.rows))

    def _note(self, event: str, **details: str | int) -> None:
        self._store.log(self._monotonic_ns(), event, **details)
        self.events.put(PrinterLogged(event, details))

    def _close(self) -> None:
        self._closed = True
        for one in (self._client, self._listener):
            if one is not None:
                one.close()
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
    parser.add_argument("--listen", default="127.0.0.1:9100", help="HOST:PORT; port 0 takes a free one")
    parser.add_argument("--out", type=Path, required=True, help="folder for tickets and log")
    parser.add_argument("--width", type=int, default=576, help="paper width in dots, a multiple of 8")
    parser.add_argument("--control", help="unix:PATH of a socket for faults")
    options = parser.parse_args(arguments)
    host, _, port = options.listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        parser.error("--listen wants HOST:PORT, for example 127.0.0.1:9100")
    if options.width <= 0 or options.width % 8:
        parser.error("--width wants a positive multiple of 8")
    if options.control is not None and not options.control.startswith("unix:"):
        parser.error("--control wants unix:PATH")
    control = Path(options.control.removeprefix("unix:")) if options.control else None
    try:
        printer = VirtualPrinter(
            options.out, host=host.strip("[]"), port=int(port), width=options.width, control=control
        )
        _serve(printer, host)
    except HardwareError as error:
        print(f"{error}\n→ {error.hint}", file=sys.stderr)
        return 2
    return 0


def _serve(printer: VirtualPrinter, host: str) -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        printer.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"listening {host}:{printer.port}", flush=True)
    printer.run()


if __name__ == "__main__":
    sys.exit(main())
