"""What stands beside the data on a serial line: CTS and RTS, DTR, XOFF, and time. A pseudo-terminal has no wires, so
here the port is the stand-in that ships, and is itself held to the kernel's pseudo-terminal."""

import errno
import os
import termios
from collections.abc import Callable
from pathlib import Path

import pytest

from hardware.device_node import LineCalls, SystemCalls
from hardware.errors import TransportError
from hardware.recording_uart import RecordingUart
from hardware.transport_serial import SERIAL_FLOWS, SerialLine, SerialTransport
from tests.hardware.simulated import Time

TTY = Path("/dev/ttyUSB0")
TICKET = bytes(range(1, 17)) * 625
PAGE, BYTES_A_SECOND = 4096, 960
SWITCHES = termios.CSIZE | termios.PARENB | termios.CSTOPB | termios.CLOCAL | termios.HUPCL | termios.CRTSCTS


class Bench:
    """A port at 9600 baud in simulated time; `got` has what arrived at its far end."""

    def __init__(self, flow: str, *, handshake: bool = True, fastest: int = 921600) -> None:
        self.time, self.got, self.flow = Time(), bytearray(), flow
        self.uart = RecordingUart(self.time, self.got.extend, handshake=handshake, fastest=fastest)

    def open(self, baud: int = 9600) -> SerialTransport:
        return SerialTransport(TTY, SerialLine(baud, self.flow), calls=self.uart, monotonic=self.time.monotonic)


def hold(bench: Bench, flow: str) -> None:
    """The printer says that it is busy."""
    bench.uart.say_cts(False) if flow == "rtscts" else bench.uart.say(b"\x13")


def release(bench: Bench, flow: str) -> None:
    bench.uart.say_cts(True) if flow == "rtscts" else bench.uart.say(b"\x11")


@pytest.mark.parametrize("flow", ["rtscts", "xonxoff"])
def test_a_busy_printer_gets_nothing_and_costs_the_time_allowed_and_the_count_is_true(flow: str) -> None:
    bench = Bench(flow)
    transport = bench.open()
    hold(bench, flow)
    assert transport.write(TICKET, 2.5) == PAGE
    assert bench.time.now == pytest.approx(2.5)
    assert (bytes(bench.got), transport.pending()) == (b"", PAGE)
    assert transport.write(TICKET[PAGE:], 1.0) == 0
    release(bench, flow)
    written = PAGE + transport.write(TICKET[PAGE:], 60.0)
    bench.time.pass_by(PAGE / BYTES_A_SECOND + 0.1)
    assert (written, transport.pending()) == (len(TICKET), 0)
    assert bytes(bench.got) == TICKET


@pytest.mark.parametrize("flow", ["rtscts", "xonxoff"])
def test_a_printer_that_is_busy_again_and_again_gets_every_byte_once_and_at_the_speed_of_the_line(flow: str) -> None:
    bench = Bench(flow)
    transport = bench.open()
    for number in range(6):
        bench.time.at(0.5 + number, lambda: hold(bench, flow))
        bench.time.at(1.0 + number, lambda: release(bench, flow))
    assert transport.write(TICKET, 60.0) == len(TICKET)
    while transport.pending():
        bench.time.pass_by(0.05)
    assert bytes(bench.got) == TICKET
    assert bench.time.now == pytest.approx(len(TICKET) / BYTES_A_SECOND + 6 * 0.5, abs=0.5)


@pytest.mark.parametrize("flow", SERIAL_FLOWS)
def test_a_word_of_busy_in_another_language_than_was_agreed_holds_nothing_back(flow: str) -> None:
    """Wires that are not there say anything, and 0x13 may be an answer."""
    bench = Bench(flow)
    transport = bench.open()
    if flow != "rtscts":
        bench.uart.say_cts(False)
    if flow != "xonxoff":
        bench.uart.say(b"\x13")
        assert transport.read() == b"\x13"
    assert transport.write(TICKET[:480], 1.0) == 480
    bench.time.pass_by(1.0)
    assert bytes(bench.got) == TICKET[:480]


def test_without_a_handshake_the_port_never_holds_more_than_a_moment_of_the_line() -> None:
    bench = Bench("none")
    transport = bench.open()
    most = 0

    def look() -> None:
        nonlocal most
        most = max(most, bench.uart.number(3, termios.TIOCOUTQ))
        bench.time.at(bench.time.now + 0.003, look)

    look()
    assert transport.write(TICKET[:4800], 10.0) == 4800
    assert 0 < most <= 0.04 * BYTES_A_SECOND
    assert transport.pending() <= 0.04 * BYTES_A_SECOND
    assert bench.time.now == pytest.approx(4800 / BYTES_A_SECOND, abs=0.1)


@pytest.mark.parametrize("flow", SERIAL_FLOWS)
def test_dtr_and_rts_are_up_while_the_port_is_open_and_dtr_stays_so_for_the_next_start(flow: str) -> None:
    """A printer that minds them takes a host without DTR for one that is off."""
    bench = Bench(flow)
    assert (bench.uart.dtr, bench.uart.rts) == (False, False)
    transport = bench.open()
    assert (bench.uart.dtr, bench.uart.rts) == (True, True)
    transport.close()
    transport.close()
    assert bench.uart.dtr
    assert [name for name, _ in bench.uart.calls].count("close") == 1


def test_closing_drops_what_a_busy_printer_has_left_and_the_next_job_is_not_behind_it() -> None:
    bench = Bench("rtscts")
    hold(bench, "rtscts")
    first = bench.open()
    first.write(b"old", 0.1)
    first.close()
    release(bench, "rtscts")
    bench.time.pass_by(1.0)
    assert bytes(bench.got) == b""
    second = bench.open()
    assert second.write(b"new", 1.0) == 3
    bench.time.pass_by(1.0)
    assert bytes(bench.got) == b"new"


@pytest.mark.parametrize(
    ("able", "flow", "baud"),
    [({"handshake": False}, "rtscts", 9600), ({"fastest": 115200}, "none", 230400)],
    ids=["no RTS/CTS", "too fast"],
)
def test_a_port_that_leaves_out_silently_what_it_cannot_do_is_refused_and_let_go(
    able: dict[str, int], flow: str, baud: int
) -> None:
    bench = Bench(flow, handshake=bool(able.get("handshake", True)), fastest=able.get("fastest", 921600))
    with pytest.raises(TransportError, match=f"cannot do {baud} baud with flow={flow}") as refused:
        bench.open(baud)
    assert "another baud or flow" in refused.value.hint
    assert not refused.value.absent
    bench.flow = "none"
    assert bench.open(9600).write(b"x", 1.0) == 1, "it was closed, and is free"


def test_an_adapter_that_goes_at_any_call_of_the_opening_is_absent_and_let_go() -> None:
    whole = Bench("rtscts")
    whole.open()
    names = [name for name, _ in whole.uart.calls]
    assert names == ["open", "claim", "settings", "set", "settings", "drop", "flow", "flow"]
    for number in (0, *range(2, len(names))):
        bench, left = Bench("rtscts"), number

        def called(name: str, bench: Bench = bench) -> None:
            nonlocal left
            left -= 1
            if left == -1:
                bench.uart.unplug()

        bench.uart.on_call = called
        with pytest.raises(TransportError, match="there is no printer at") as gone:
            bench.open()
        assert gone.value.absent
        assert (number > 0) == (bench.uart.calls[-1] == ("close", 0)), names[number]


# The stand-in is held to the kernel ---------------------------------------------------------------------------------


def said(act: Callable[[], object]) -> object:
    """What a call gives, or the number of its error."""
    try:
        return act()
    except OSError as failure:
        return errno.errorcode[failure.errno or 0]


def afterwards(calls: LineCalls, fd: int) -> list[object]:
    """What every call gives on a port that has been hung up."""
    return [
        said(lambda: calls.read(fd, 10)),
        said(lambda: calls.write(fd, b"x")),
        said(lambda: calls.number(fd, termios.TIOCOUTQ)),
        said(lambda: calls.drop(fd, termios.TCOFLUSH)),
        said(lambda: calls.settings(fd)),
        bool(calls.poll(fd, 0, 0.0)),
    ]


@pytest.mark.parametrize("flow", SERIAL_FLOWS)
def test_the_stand_in_keeps_settings_and_hangs_up_as_the_kernels_pseudo_terminal_does(flow: str) -> None:
    near, far = os.openpty()
    path = Path(os.ttyname(far))
    os.close(far)
    line = SerialLine(9600, flow)
    kernel = SystemCalls()
    real = SerialTransport(path, line, calls=kernel)
    bench = Bench(flow)
    stand_in = bench.open()
    fd, port = real.fileno(), stand_in.fileno()
    assert fd is not None
    assert port is not None
    for settings in (kernel.settings(fd), bench.uart.settings(port)):
        assert (settings[0], settings[1], settings[3]) == (termios.IXON if flow == "xonxoff" else 0, 0, 0)
        assert settings[2] & SWITCHES == termios.CS8 | termios.CLOCAL | (termios.CRTSCTS if flow == "rtscts" else 0)
        assert settings[4:6] == [termios.B9600, termios.B9600]
        assert settings[6][termios.VMIN] in (1, b"\x01")
    assert said(lambda: kernel.read(fd, 10)) == said(lambda: bench.uart.read(port, 10)) == "EAGAIN"
    os.close(near)
    bench.uart.unplug()
    heard = afterwards(bench.uart, port)
    assert heard == [b"", "EIO", "EIO", "EIO", "EIO", True]
    assert afterwards(kernel, fd) == heard
    real.close()
    stand_in.close()
