"""The virtual printer's pty, read no faster than a line carries, and its socket."""

import os
import selectors
import socket
from pathlib import Path

from hardware.pacing import pacer_for
from hardware.ticket_store import Detail
from hardware.virtual_ports import PtyPort, TcpPort


class Owner:
    """A printer that takes everything."""

    room, hears = 65536, True

    def __init__(self) -> None:
        self.taken, self.noted = b"", list[str]()

    def received(self, data: bytes) -> None:
        self.taken += data

    def note(self, event: str, **details: Detail) -> None:
        self.noted.append(event)


def test_a_line_that_becomes_free_between_two_looks_is_read_on(tmp_path: Path) -> None:
    """Else the printer would sleep for ever with bytes in front of it."""
    now = [100.0]
    with selectors.DefaultSelector() as selector:
        owner = Owner()
        port = PtyPort(tmp_path / "lp", selector, owner, pacer_for(9600), lambda: now[0])
        port.plug()
        host = os.open(tmp_path / "lp", os.O_RDWR | os.O_NOCTTY)
        try:
            os.write(host, b"x" * 30)
            while not selector.select(0.1):
                port.watch()
            selector.select(0)[0][0].data()
            assert len(owner.taken) < 30
            assert port.waits(), "the line is busy"
            now[0] += 10.0
            assert port.waits() == 0.0, "it is free meanwhile, and that is looked at at once"
            port.watch()
            assert port.waits() is None, "the selector says when there is something"
            selector.select(0)[0][0].data()
            assert len(owner.taken) == 30
        finally:
            os.close(host)
            port.unplug("the end")


def test_a_printer_that_stalls_as_bytes_arrive_keeps_its_connection_and_reads_them_later() -> None:
    """A read of no bytes at all would look like a host that has gone."""
    with selectors.DefaultSelector() as selector:
        owner = Owner()
        port = TcpPort("127.0.0.1", 0, selector, owner)
        port.plug()
        with socket.create_connection((port.host, port.port)) as host:
            selector.select(5)[0][0].data()
            host.sendall(b"question")
            ready = selector.select(5)
            owner.room = 0
            ready[0][0].data()
            port.watch()
            assert (owner.taken, owner.noted, selector.select(0)) == (b"", ["connected"], [])
            owner.room = 100
            port.watch()
            selector.select(5)[0][0].data()
            assert owner.taken == b"question"
        port.unplug("the end")
