"""A cable that can be pulled: what the kiosk sends to the office goes through a TCP port of ours."""

import contextlib
import selectors
import socket
import threading
from typing import Self

_PIECE = 65536


class Relay:
    """Listens on a free port of this machine and passes everything on to `target`. A context manager.

    `cut`: every connection is torn and none is taken. `mend`: connections are taken again. `with_an_answer`: the cut
    comes with the next answer, which nobody gets: what was asked for is done, and who asked does not know.
    """

    def __init__(self, target: tuple[str, int], *, with_an_answer: bool = False) -> None:
        self._target, self._with_an_answer, self._armed = target, with_an_answer, False
        self._far: set[socket.socket] = set()
        self._listener: socket.socket | None = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._wanted: str | None = None
        self._done = threading.Event()
        self._inside, self._outside = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._inside, selectors.EVENT_READ)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._tell("end")
        self._thread.join()

    def cut(self) -> None:
        """Pull the cable; returns when it is out."""
        self._tell("cut")

    def mend(self) -> None:
        """Put it in again; returns when it holds."""
        self._tell("mend")

    def _tell(self, what: str) -> None:
        self._wanted = what
        self._done.clear()
        self._outside.send(b"!")
        self._done.wait(10)

    def _run(self) -> None:
        while self._wanted != "end":
            for key, _ in self._selector.select():
                ready = key.fileobj
                assert isinstance(ready, socket.socket)
                if ready is self._inside:
                    self._obey()
                elif ready is self._listener:
                    self._accept(ready)
                elif ready in self._pairs:
                    self._pass_on(ready)
        self._tear()
        for each in (self._listener, self._inside, self._outside):
            if each is not None:
                each.close()
        self._selector.close()
        self._done.set()

    def _obey(self) -> None:
        self._inside.recv(16)
        if self._wanted == "cut":
            self._armed = self._with_an_answer
            if not self._armed:
                self._pull()
        elif self._wanted == "mend":
            self._armed = False
            if self._listener is None:
                self._listener = socket.create_server(("127.0.0.1", self.port))
                self._selector.register(self._listener, selectors.EVENT_READ)
        if self._wanted != "end":
            self._done.set()

    def _pull(self) -> None:
        if self._listener is not None:
            self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = None
        self._tear()

    def _accept(self, listener: socket.socket) -> None:
        near, _ = listener.accept()
        try:
            far = socket.create_connection(self._target, timeout=5)
        except OSError:
            near.close()
            return
        for one, other in ((near, far), (far, near)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._pairs[one] = other
            self._selector.register(one, selectors.EVENT_READ)
        self._far.add(far)

    def _pass_on(self, ready: socket.socket) -> None:
        other = self._pairs[ready]
        data = b""
        with contextlib.suppress(OSError):
            data = ready.recv(_PIECE)
            if data and self._armed and ready in self._far:
                self._armed = False
                self._pull()
                return
            other.sendall(data)
        if not data:
            self._drop(ready)

    def _drop(self, one: socket.socket) -> None:
        other = self._pairs.pop(one)
        self._pairs.pop(other, None)
        for each in (one, other):
            self._selector.unregister(each)
            self._far.discard(each)
            each.close()

    def _tear(self) -> None:
        while self._pairs:
            self._drop(next(iter(self._pairs)))
