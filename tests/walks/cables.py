"""Cables that can be pulled: a network line with a relay in it, and the ways to a printer."""

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable
from typing import Self

from tests.walks.hardship import LONG_S, Premises
from tests.walks.stage import until

_BAUD = 921600
_IN_THE_MIDDLE = 6000
"""Bytes of a ticket: behind the questions, before its end."""


class Relay:
    """A network cable: passes on what comes to a port of ours, and can be broken. A context manager.

    `cut`: every connection is torn, none is taken. `silence`: every connection stays open and carries nothing more,
    for ever, and so do new ones: nobody is told. `mend`: new connections are carried again, and what was held goes on.
    `break_after`: after so many bytes more towards the target `how` happens, and `broken` is set.
    `lead_to`: from now on to another port.
    """

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener: socket.socket | None = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.broken = threading.Event()
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._upward: set[socket.socket] = set()
        self._dead: list[socket.socket] = []
        self._held: list[tuple[socket.socket, bytes]] = []
        self._silent = False
        self._budget: tuple[int, str] | None = None
        self._deaf = False
        self._orders: list[tuple[Callable[[], None], threading.Event]] = []
        self._bell, self._ring = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._bell, selectors.EVENT_READ)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._order(self._end)
        self._thread.join()

    def cut(self) -> None:
        """Returns when it is cut."""
        self._order(self._cut)

    def silence(self) -> None:
        """Returns when nothing goes through any more."""
        self._order(self._silence)

    def mend(self) -> None:
        """Returns when it carries again."""
        self._order(self._mend)

    def break_after(self, count: int, how: str) -> None:
        """`how`: "cut"; "hold": nothing more goes towards the target, but its answers come; "deaf": all goes there, but
        the answer gets lost with the line."""
        self.broken.clear()
        self._budget = (count, how)

    def lead_to(self, port: int) -> None:
        """New connections go there; the old ones are torn."""
        self.cut()
        self._target = (self._target[0], port)
        self.mend()

    def _order(self, what: Callable[[], None]) -> None:
        done = threading.Event()
        self._orders.append((what, done))
        self._ring.send(b"!")
        assert done.wait(20)

    def _run(self) -> None:
        while not self._ended:
            for key, _ in self._selector.select():
                ready = key.fileobj
                assert isinstance(ready, socket.socket)
                if ready is self._bell:
                    self._bell.recv(1)
                    what, done = self._orders.pop(0)
                    what()
                    done.set()
                elif ready is self._listener:
                    self._accept(ready)
                elif ready in self._pairs:
                    self._pass_on(ready)

    def _accept(self, listener: socket.socket) -> None:
        near, _ = listener.accept()
        if self._silent:
            self._dead.append(near)
            return
        try:
            far = socket.create_connection(self._target, timeout=5)
        except OSError:
            near.close()
            return
        for one, other in ((near, far), (far, near)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._pairs[one] = other
            self._selector.register(one, selectors.EVENT_READ)
        self._upward.add(near)

    def _pass_on(self, ready: socket.socket) -> None:
        data = b""
        with contextlib.suppress(OSError):
            data = ready.recv(4096)
        if data and ready not in self._upward and self._deaf:
            self._break(self._cut)
        elif data and ready in self._upward and self._budget is not None:
            self._spend(ready, data, *self._budget)
        elif not data or not self._send(ready, data):
            self._drop(ready)

    def _spend(self, ready: socket.socket, data: bytes, left: int, how: str) -> None:
        """Some of what is let through before it breaks."""
        allowed = data if how == "deaf" else data[:left]
        if not self._send(ready, allowed):
            self._drop(ready)
        elif len(data) < left:
            self._budget = (left - len(data), how)
        elif how == "deaf":
            self._deaf = True
        else:
            self._break(self._cut if how == "cut" else lambda: self._hold(ready, data[left:]))

    def _break(self, how: Callable[[], None]) -> None:
        self._budget, self._deaf = None, False
        how()
        self.broken.set()

    def _send(self, ready: socket.socket, data: bytes) -> bool:
        with contextlib.suppress(OSError):
            self._pairs[ready].sendall(data)
            return True
        return False

    def _drop(self, one: socket.socket) -> None:
        for each in (one, self._pairs[one]):
            del self._pairs[each]
            self._upward.discard(each)
            if each in self._selector.get_map():
                self._selector.unregister(each)
            each.close()

    def _cut(self) -> None:
        while self._pairs:
            self._drop(next(iter(self._pairs)))
        if self._listener is not None:
            self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = None

    def _silence(self) -> None:
        self._silent = True
        for each in self._pairs:
            if each in self._selector.get_map():
                self._selector.unregister(each)
            self._dead.append(each)
        self._pairs.clear()
        self._upward.clear()

    def _hold(self, ready: socket.socket, rest: bytes) -> None:
        self._selector.unregister(ready)
        self._held.append((ready, rest))

    def _mend(self) -> None:
        self._silent = False
        for each, rest in self._held:
            if each in self._pairs:
                self._selector.register(each, selectors.EVENT_READ)
                self._send(each, rest)
        self._held.clear()
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port))
            self._selector.register(self._listener, selectors.EVENT_READ)

    def _end(self) -> None:
        self._cut()
        for each in (*self._dead, self._bell, self._ring):
            each.close()
        self._selector.close()
        self._ended = True


class Cable:
    """Between a kiosk and its printer: TCP, or a pty that stands for a serial cable. A context manager."""

    def __init__(self, kind: str, premises: Premises) -> None:
        self.kind, self._premises = kind, premises
        self._link = premises.folder / "ttyPrinter"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = int(free.getsockname()[1])
        self._relay = Relay(("127.0.0.1", self._port))
        self.url = f"tcp://127.0.0.1:{self._relay.port}" if kind == "tcp" else f"serial://{self._link}?baud={_BAUD}"
        self._relay.cut()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._relay.__exit__()

    def bring_printer(self) -> None:
        """Somebody puts a printer there, for the first time."""
        if self.kind == "tcp":
            self._premises.start_printer("--listen", f"127.0.0.1:{self._port}")
            self._relay.mend()
        else:
            self._premises.start_printer("--baud", str(_BAUD), "--pty", str(self._link))

    def unplug(self) -> None:
        """Returns when it is out."""
        if self.kind == "tcp":
            self._relay.cut()
        else:
            self._premises.at_printer(unplug=True)

    def plug(self) -> None:
        """Returns when it is in."""
        self._relay.mend() if self.kind == "tcp" else self._premises.at_printer(plug=True)

    def catch(self, take: Callable[[], None], movement: Callable[[], None]) -> None:
        """A ticket is taken, and the hand moves while it is on its way to paper."""
        if self.kind == "tcp":
            self._relay.break_after(_IN_THE_MIDDLE, "hold")
            take()
            assert self._relay.broken.wait(LONG_S)
        else:
            before = self._begun()
            take()
            until("a ticket reaches the printer", lambda: self._begun() > before, LONG_S)
        movement()

    def _begun(self) -> int:
        log = self._premises.tickets / "log.jsonl"
        return log.read_text(encoding="utf-8").count('"first-byte"')
