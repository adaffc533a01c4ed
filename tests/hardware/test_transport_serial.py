import errno
import os
import re
import select
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hardware.device_node import SystemCalls
from hardware.errors import AddressError, TransportError
from hardware.transport_serial import SERIAL_BAUDS, SERIAL_FLOWS, SerialLine, SerialTransport
from hardware.transports import transport_for
from sync import printer_address
from sync.config import parse_kiosk
from sync.errors import ConfigError

FAST = SerialLine(921600, "rtscts")


@dataclass
class Cable:
    """A pty: `near` is the printer's end, `path` the kiosk's."""

    near: int
    path: Path
    pulled: bool = False

    def pull(self) -> None:
        if not self.pulled:
            self.pulled = True
            os.close(self.near)

    def receive(self, count: int) -> bytes:
        """That many bytes, waited for."""
        data = b""
        while len(data) < count and select.select([self.near], [], [], 10)[0]:
            data += os.read(self.near, count - len(data))
        return data


@contextmanager
def cable() -> Iterator[Cable]:
    near, far = os.openpty()
    path = Path(os.ttyname(far))
    made = Cable(near, path)
    try:
        yield made
    finally:
        os.close(far)
        made.pull()


def come(transport: SerialTransport) -> bytes:
    """The next bytes, waited for."""
    fd = transport.fileno()
    assert fd is not None
    assert select.select([fd], [], [], 10)[0]
    return transport.read()


def test_every_byte_goes_through_unchanged_both_ways() -> None:
    with cable() as line:
        transport = transport_for(f"serial://{line.path}?baud=921600&flow=rtscts")()
        assert isinstance(transport, SerialTransport)
        assert transport.write(bytes(range(256)), 5) == 256
        assert line.receive(256) == bytes(range(256))
        os.write(line.near, bytes(range(256)))
        assert come(transport) == bytes(range(256))
        assert transport.read() == b""
        assert transport.pending() == 0
        transport.close()
        transport.close()


@pytest.mark.parametrize(
    ("line", "controls", "flows"),
    [
        (SerialLine(9600), 0, 0),
        (SerialLine(115200, "rtscts"), termios.CRTSCTS, 0),
        (SerialLine(921600, "xonxoff"), 0, termios.IXON),
    ],
)
def test_the_port_is_set_raw_8n1_with_the_speed_and_handshake_asked_for(
    line: SerialLine, controls: int, flows: int
) -> None:
    with cable() as port:
        transport = SerialTransport(port.path, line)
        fd = transport.fileno()
        assert fd is not None
        stops, output, flags, local, speed_in, speed_out, _ = termios.tcgetattr(fd)
        assert (stops, output, local) == (flows, 0, 0)
        assert (
            flags & (termios.CSIZE | termios.PARENB | termios.CSTOPB | termios.CLOCAL) == termios.CS8 | termios.CLOCAL
        )
        assert flags & termios.CRTSCTS == controls
        assert speed_in == speed_out == getattr(termios, f"B{line.baud}")
        transport.close()


def test_what_came_before_the_port_was_opened_is_thrown_away() -> None:
    with cable() as line:
        SerialTransport(line.path, FAST).close()
        os.write(line.near, b"\x12\x12 old\n")
        transport = SerialTransport(line.path, FAST)
        os.write(line.near, b"new")
        assert come(transport) == b"new"
        transport.close()


def test_a_printer_that_never_reads_costs_the_time_allowed_and_gives_the_true_count() -> None:
    with cable() as line:
        transport = SerialTransport(line.path, FAST)
        data = bytes(range(256)) * 1024
        written = transport.write(data, 0.2)
        assert 0 < written < len(data)
        assert line.receive(written) == data[:written]
        assert not select.select([line.near], [], [], 0)[0]
        transport.close()


def test_a_port_that_is_pulled_out_is_gone_by_reading_by_writing_and_by_asking() -> None:
    with cable() as line:
        transport = SerialTransport(line.path, FAST)
        line.pull()
        acts: list[Callable[[], object]] = [transport.read, lambda: transport.write(b"x", 1), transport.pending]
        for act in acts:
            with pytest.raises(TransportError, match="gone") as pulled:
                act()
            assert pulled.value.absent
            assert "adapter" in pulled.value.hint
        transport.close()


def test_a_port_pulled_out_in_the_middle_of_a_write_tells_how_much_it_took() -> None:
    class PullingAfterOne(SystemCalls):
        writes = 0

        def write(self, fd: int, data: bytes | memoryview) -> int:
            self.writes += 1
            if self.writes == 2:
                line.pull()
            return super().write(fd, data[:100])

    with cable() as line:
        transport = SerialTransport(line.path, FAST, calls=PullingAfterOne())
        with pytest.raises(TransportError) as pulled:
            transport.write(bytes(1000), 5)
        assert pulled.value.written == 100
        transport.close()


@pytest.mark.parametrize(("flow", "stops"), [("xonxoff", True), ("rtscts", False)])
def test_xoff_stops_the_sender_until_xon_where_that_is_the_handshake(flow: str, *, stops: bool) -> None:
    with cable() as line:
        transport = SerialTransport(line.path, SerialLine(921600, flow))
        os.write(line.near, b"\x13")
        assert transport.write(b"ticket", 0.1) == (0 if stops else 6)
        if stops:
            os.write(line.near, b"\x11")
            assert transport.write(b"ticket", 5) == 6
        assert line.receive(6) == b"ticket"
        transport.close()


def test_an_old_xoff_does_not_stop_a_port_that_is_opened_anew() -> None:
    with cable() as line:
        first = SerialTransport(line.path, SerialLine(921600, "xonxoff"))
        os.write(line.near, b"\x13")
        assert first.write(b"x", 0.1) == 0
        first.close()
        second = SerialTransport(line.path, SerialLine(921600, "xonxoff"))
        assert second.write(b"x", 5) == 1
        second.close()


@dataclass
class Clockwork(SystemCalls):
    """Real calls on a pty whose waiting is done by a clock of the test's own."""

    now: float = 100.0
    queued: int = 0
    handed: list[tuple[float, int]] = field(default_factory=list)

    def poll(self, fd: int, wanted: int, seconds: float) -> int:
        if not wanted:
            self.now += max(seconds, 0.0001)
        return super().poll(fd, wanted, 0.0)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        self.handed.append((self.now, len(data)))
        return super().write(fd, data)

    def number(self, fd: int, request: int) -> int:
        assert request == termios.TIOCOUTQ
        return self.queued


def test_without_a_handshake_bytes_are_handed_over_at_the_speed_of_the_line() -> None:
    calls = Clockwork()
    with cable() as line:
        transport = SerialTransport(line.path, SerialLine(9600), calls=calls, monotonic=lambda: calls.now)
        assert transport.write(bytes(2000), 1.0) == pytest.approx(960, abs=30)
        assert transport.pending() == pytest.approx(15, abs=15)
        calls.now += 1
        assert transport.pending() == 0
        transport.close()
    assert max(count for _, count in calls.handed) <= 20


def test_with_a_handshake_the_kernels_own_count_says_what_is_still_to_leave() -> None:
    calls = Clockwork(queued=4000)
    with cable() as line:
        transport = SerialTransport(line.path, SerialLine(9600, "rtscts"), calls=calls, monotonic=lambda: calls.now)
        assert transport.write(bytes(4000), 1.0) == 4000
        assert transport.pending() == 4000
        transport.close()
    assert len(calls.handed) == 1


def test_a_second_kiosk_on_the_port_is_refused_and_the_port_is_free_after_the_first() -> None:
    with cable() as line:
        first = SerialTransport(line.path, FAST)
        with pytest.raises(TransportError, match="another program holds") as held:
            SerialTransport(line.path, FAST)
        assert not held.value.absent
        first.close()
        SerialTransport(line.path, FAST).close()


def test_a_port_that_is_not_there_says_where_to_look() -> None:
    with pytest.raises(TransportError, match="there is no printer") as missing:
        SerialTransport(Path("/dev/ttyUSB77"), FAST)
    assert missing.value.absent
    assert "/dev/serial/by-id" in missing.value.hint


def test_a_device_that_is_no_serial_port_is_said_so() -> None:
    with pytest.raises(TransportError, match="no serial port"):
        SerialTransport(Path("/dev/null"), FAST)


def test_an_ordinary_file_is_no_serial_port(tmp_path: Path) -> None:
    (tmp_path / "ttyUSB0").write_text("")
    with pytest.raises(TransportError, match="ordinary file"):
        SerialTransport(tmp_path / "ttyUSB0", FAST)


def test_a_port_that_this_user_may_not_use_names_the_group() -> None:
    class Locked(SystemCalls):
        def open(self, path: Path) -> int:
            raise PermissionError(errno.EACCES, "Permission denied")

    with pytest.raises(TransportError, match="may not use") as locked:
        SerialTransport(Path("/dev/ttyUSB0"), FAST, calls=Locked())
    assert "usermod -aG dialout" in locked.value.hint
    assert not locked.value.absent


def test_closing_does_not_wait_for_a_printer_that_has_stopped() -> None:
    with cable() as line:
        transport = SerialTransport(line.path, SerialLine(921600, "xonxoff"))
        transport.write(bytes(20000), 0.05)
        began = time.monotonic()
        transport.close()
        assert time.monotonic() - began < 2


def test_the_configuration_knows_the_same_speeds_and_handshakes() -> None:
    assert (printer_address.SERIAL_BAUDS, printer_address.SERIAL_FLOWS) == (SERIAL_BAUDS, SERIAL_FLOWS)


WORDS = (
    *("serial", "usb", "file", "tcp", "://", "/", "///", "host", ":9100", ":0", "dev", "tty", "?", "&", "%"),
    *("baud", "flow", "=", "baud=", "flow=", "9600", "115200", "11520", "none", "rtscts"),
)
addresses = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=9).map("".join),
    st.builds(
        lambda baud, flow, path: f"serial:///{path}?baud={baud}{flow}",
        st.sampled_from(["9600", "115200", "0", "", "921600", "١٢"]),
        st.sampled_from(["", "&flow=none", "&flow=rtscts", "&flow=", "&flow=xonxoff", "&baud=9600", "&x=1"]),
        st.sampled_from(["dev/ttyS0", "", "x/", "a%00b", "%2F"]),
    ),
)


def opens(url: str) -> bool:
    try:
        transport_for(url)
    except AddressError:
        return False
    return True


@given(addresses)
@example("usb:9100")
def test_what_the_configuration_accepts_can_be_opened_and_a_serial_line_is_refused_by_both(url: str) -> None:
    accepted = printer_address.wrong_printer(url) is None
    if not url.startswith("tcp"):  # there the configuration asks for the port, too
        assert accepted == opens(url)
    assert not accepted or opens(url)


def test_a_speed_that_no_printer_has_is_refused_in_the_kiosks_file_with_its_line_and_what_to_write() -> None:
    example = Path(__file__).parents[2] / "kiosk" / "example" / "kiosk.toml"
    text = re.sub(r'(?m)^printer = "[^"]*"', 'printer = "serial:///dev/ttyUSB0?baud=11520"', example.read_text("utf-8"))
    with pytest.raises(ConfigError, match='baud cannot be "11520"') as refused:
        parse_kiosk(text)
    assert 'Did you mean "115200"?' in refused.value.hint
    assert refused.value.line == 1 + text.splitlines().index(next(s for s in text.splitlines() if "11520" in s))
    parse_kiosk(text.replace("11520", "115200"))
