"""The virtual printer's sockets at the back: TCP, or a pty that stands for a USB or serial cable."""

import os
import selectors
import socket
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from hardware.errors import PaperStoreError
from hardware.pacing import Pacer
from hardware.ticket_store import Detail

_READ_BYTES = 16384


class PortOwner(Protocol):
    """The printer behind the port."""

    @property
    def room(self) -> int:
        """How many bytes can be received now; 0 while it takes none."""

    @property
    def hears(self) -> bool:
        """Whether it takes new connections: not while stalled."""

    def received(self, data: bytes) -> None:
        """Bytes of the host."""

    def note(self, event: str, **details: Detail) -> None:
        """For the log."""


class Port(Protocol):
    """All within the selector of the printer, whose callbacks are in `key.data`."""

    @property
    def address(self) -> str:
        """What a host opens."""

    def plug(self) -> None:
        """The cable is in. Raises PaperStoreError where the address cannot be had."""

    def unplug(self, why: str) -> None:
        """The cable is out: the host sees the device go. Nothing if it was."""

    def watch(self) -> None:
        """Listens for what the printer can take now."""

    def waits(self) -> float | None:
        """Seconds until `watch` is to be called again; None if only after an event."""

    def send(self, data: bytes) -> None:
        """To the host, or lost."""


class TcpPort:
    """One connection is served at a time; others queue, as at a real printer. `port` 0 takes a free one."""

    def __init__(self, host: str, port: int, selector: selectors.BaseSelector, owner: PortOwner) -> None:
        self.host, self.port = host, port
        self._selector, self._owner = selector, owner
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    def plug(self) -> None:
        if self._listener is not None:
            return
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
        self.watch()

    def unplug(self, why: str) -> None:
        if self._listener is not None:
            _forget(self._selector, self._listener)
            self._listener.close()
            self._listener = None
        self._drop_client(why)

    def watch(self) -> None:
        """Listens to the one connection if there is one, otherwise for the next."""
        if self._client is not None:
            _watch(self._selector, self._client, self._read_client, wanted=self._owner.room > 0)
        if self._listener is not None:
            wanted = self._client is None and self._owner.hears
            _watch(self._selector, self._listener, self._accept, wanted=wanted)

    def waits(self) -> float | None:
        return None

    def send(self, data: bytes) -> None:
        if self._client is None:
            return
        try:
            self._client.send(data)
        except OSError as failure:
            self._owner.note("error", what=f"answer lost: {failure}")

    def _accept(self) -> None:
        if self._listener is None or self._client is not None:
            return
        try:
            self._client, address = self._listener.accept()
        except OSError as failure:
            self._owner.note("error", what=f"accept: {failure}")
            return
        self._client.setblocking(False)
        self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._owner.note("connected", peer=f"{address[0]}:{address[1]}")
        self.watch()

    def _read_client(self) -> None:
        if self._client is None or not (room := self._owner.room):
            return
        try:
            data = self._client.recv(min(_READ_BYTES, room))
        except BlockingIOError:
            return
        except OSError as failure:
            self._drop_client(str(failure))
            return
        if not data:
            self._drop_client("closed by the other side")
            return
        self._owner.received(data)
        self.watch()

    def _drop_client(self, why: str) -> None:
        if self._client is not None:
            _forget(self._selector, self._client)
            self._client.close()
            self._client = None
            self._owner.note("disconnected", why=why)
        self.watch()


class PtyPort:
    """`link` leads to the pty's far end while the cable is in. Read no faster than `line` carries, if there is one.

    The far end is held open here too, raw: a host that has not opened it yet is no hang-up, as at a real cable.
    """

    def __init__(
        self,
        link: Path,
        selector: selectors.BaseSelector,
        owner: PortOwner,
        line: Pacer | None,
        monotonic: Callable[[], float],
    ) -> None:
        self._link, self._selector, self._owner = link, selector, owner
        self._line, self._monotonic = line, monotonic
        self._near, self._far = -1, -1

    @property
    def address(self) -> str:
        return str(self._link)

    def plug(self) -> None:
        if self._near >= 0:
            return
        try:
            self._near, self._far = os.openpty()
            os.set_blocking(self._near, False)
            tty.setraw(self._far)
            if self._link.is_symlink():
                self._link.unlink()
            self._link.symlink_to(os.ttyname(self._far))
        except OSError as failure:
            raise PaperStoreError(
                f"cannot make a pty at {self._link}: {failure.strerror or failure}",
                hint="choose another path with --pty: its folder must exist, and nothing but an old link may be there",
            ) from failure
        self._owner.note("connected", peer=os.ttyname(self._far))
        self.watch()

    def unplug(self, why: str) -> None:
        if self._near < 0:
            return
        _forget(self._selector, self._near)
        if self._link.is_symlink() and self._link.readlink() == Path(os.ttyname(self._far)):
            self._link.unlink()
        os.close(self._near)
        os.close(self._far)
        self._near, self._far = -1, -1
        self._owner.note("disconnected", why=why)

    def watch(self) -> None:
        if self._near >= 0:
            _watch(self._selector, self._near, self._read, wanted=self._most() > 0)

    def waits(self) -> float | None:
        if self._near < 0 or self._line is None or not self._owner.room or self._near in self._selector.get_map():
            return None
        return self._line.waits(self._monotonic())  # 0 where the line has become free since it was last watched

    def send(self, data: bytes) -> None:
        if self._near < 0:
            return
        try:
            os.write(self._near, data)
        except OSError as failure:
            self._owner.note("error", what=f"answer lost: {failure}")

    def _most(self) -> int:
        allowed = self._line.allows(self._monotonic()) if self._line is not None else _READ_BYTES
        return min(_READ_BYTES, self._owner.room, allowed)

    def _read(self) -> None:
        if self._near < 0 or not (most := self._most()):
            return
        try:
            data = os.read(self._near, most)
        except BlockingIOError:
            return
        except OSError as failure:
            self.unplug(str(failure))
            return
        if self._line is not None:
            self._line = self._line.took(len(data), self._monotonic())
        self._owner.received(data)
        self.watch()


def _watch(
    selector: selectors.BaseSelector, source: socket.socket | int, callback: Callable[[], None], *, wanted: bool
) -> None:
    watched = source in selector.get_map()
    if watched and not wanted:
        selector.unregister(source)
    if wanted and not watched:
        selector.register(source, selectors.EVENT_READ, callback)


def _forget(selector: selectors.BaseSelector, source: socket.socket | int) -> None:
    if source in selector.get_map():
        selector.unregister(source)
