import select
import socket
import struct
from pathlib import Path
from typing import cast

import pytest

from hardware.errors import AddressError, TransportError
from hardware.transports import FileTransport, TcpTransport, transport_for


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("usb:///dev/usb/", "three slashes"),
        ("usb://dev/usb/lp0", "three slashes"),
        ("usb:///dev/usb/lp0?baud=9600", "no settings"),
        ("serial://dev/ttyUSB0?baud=9600", "three slashes"),
        ("serial:///dev/ttyUSB0", "baud=115200"),
        ("serial:///dev/ttyUSB0?baud=11520", "did you mean 115200"),
        ("serial:///dev/ttyUSB0?baud=115200&flow=rtsct", "did you mean rtscts"),
        ("serial:///dev/ttyUSB0?buad=9600", "did you mean baud"),
        ("serial:///dev/ttyUSB0?baud=9600&baud=9600", "twice"),
        ("tpc://10.0.0.5:9100", 'did you mean "tcp://"'),
        ("10.0.0.5", "tcp://host:9100"),
        ("", "tcp://host:9100"),
        ("tcp://", "tcp://host:9100"),
        ("tcp://host:99999", "tcp://host:9100"),
        ("tcp://host:0", "tcp://host:9100"),
        ("tcp://[::1", "tcp://host:9100"),
        ("tcp://host:9100/queue", "tcp://host:9100"),
        ("file://relative", "three slashes"),
        ("file:///", "three slashes"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_with_the_way_out(url: str, says: str) -> None:
    with pytest.raises(AddressError) as refused:
        transport_for(url)
    assert says in f"{refused.value} {refused.value.hint}"


def test_a_file_gets_the_bytes_appended_and_never_answers(tmp_path: Path) -> None:
    path = tmp_path / "paper and ink.bin"
    path.write_bytes(b"before ")
    transport = transport_for(f"file://{str(path).replace(' ', '%20')}")()
    assert transport.write(b"after", 1) == 5
    assert transport.read() == b""
    assert transport.fileno() is None
    transport.close()
    transport.close()
    assert path.read_bytes() == b"before after"


def test_a_file_in_no_folder_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(TransportError) as refused:
        FileTransport(tmp_path / "no" / "paper.bin")
    assert refused.value.hint


def test_a_full_disk_is_reported_with_the_bytes_that_were_taken() -> None:
    transport = FileTransport(Path("/dev/full"))
    with pytest.raises(TransportError) as full:
        transport.write(b"x", 1)
    assert full.value.written == 0
    assert "No space left" in str(full.value)
    transport.close()


def test_nobody_listening_is_a_transport_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(TransportError) as refused:
        transport_for(f"tcp://127.0.0.1:{port}")()
    assert str(port) in str(refused.value)
    assert not refused.value.absent, "who refuses is there"


def test_a_peer_that_never_reads_costs_the_time_allowed_and_gives_the_true_count() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        transport = TcpTransport("127.0.0.1", server.getsockname()[1])
        peer, _ = server.accept()
        with peer:
            data = bytes(range(256)) * 65536
            written = transport.write(data, 0.2)
            assert 0 < transport.pending() < written
            transport.close()
            received = bytearray()
            while piece := peer.recv(1 << 20):
                received += piece
    assert 0 < written < len(data)
    assert bytes(received) == data[:written]


def write_on_and_on(transport: TcpTransport) -> None:
    while transport.write(b"x", 1) == 1:
        continue


@pytest.mark.parametrize("word", [b"", b"\x12"])
def test_a_connection_that_is_reset_tells_of_an_absence_only_where_the_printer_had_spoken(word: bytes) -> None:
    """A hung printer resets what it took and will not serve: it was never away."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        transport = TcpTransport("127.0.0.1", server.getsockname()[1])
        peer, _ = server.accept()
        peer.sendall(word)
        if word:
            select.select([cast(int, transport.fileno())], [], [], 5.0)
        assert transport.read() == word
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        with pytest.raises(TransportError, match="gone: Connection reset by peer") as gone:
            transport.read()
        assert gone.value.absent is bool(word)
        transport.close()


def test_a_peer_that_goes_is_noticed_by_reading_and_by_writing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        transport = TcpTransport("127.0.0.1", server.getsockname()[1])
        peer, _ = server.accept()
        assert transport.read() == b""
        peer.close()
        with pytest.raises(TransportError, match="gone"):
            write_on_and_on(transport)
        with pytest.raises(TransportError, match="gone") as gone:
            transport.read()
        assert gone.value.absent
        transport.close()


def test_what_a_peer_has_acknowledged_is_no_longer_pending() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        transport = TcpTransport("127.0.0.1", server.getsockname()[1])
        peer, _ = server.accept()
        with peer:
            assert transport.write(b"ticket", 1) == 6
            assert peer.recv(6) == b"ticket"
            peer.sendall(b"!")  # an answer carries the acknowledgement
            fd = transport.fileno()
            assert fd is not None
            assert select.select([fd], [], [], 10)[0]
            assert transport.pending() == 0
            transport.close()


def test_a_host_that_is_no_name_is_a_printer_that_does_not_answer() -> None:
    with pytest.raises(TransportError, match="does not answer"):
        transport_for("tcp://a..b:9100")()
