import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hardware.errors import TransportError
from hardware.transport_usb import LPGETSTATUS, PortStatus, UsbTransport
from hardware.transports import transport_for
from tests.hardware.usblp import Usblp

LP0 = Path("/dev/usb/lp0")
PAPER, NO_PAPER = 0x18, 0x38


def usb(driver: Usblp) -> UsbTransport:
    return UsbTransport(LP0, calls=driver)


def test_a_job_arrives_whole_in_transfers_that_the_driver_takes_at_once() -> None:
    driver = Usblp()
    data = bytes(range(256)) * 100
    transport = usb(driver)
    assert transport.write(data, 1) == len(data)
    assert driver.arrived == data
    assert max(driver.writes) <= 8192
    assert transport.pending() == 0


def test_a_printer_that_takes_no_more_gets_nothing_twice_and_leaves_a_true_rest() -> None:
    driver = Usblp(room=5000)
    data = bytes(range(256)) * 40
    transport = usb(driver)
    written = transport.write(data, 0)
    assert (written, transport.pending()) == (8192, 4096)
    assert transport.write(data[written:], 0) == 0
    driver.drain()
    assert transport.pending() == 0
    assert transport.write(data[written:], 0) == len(data) - written
    assert driver.arrived == data


def test_control_what_the_driver_merely_accepted_has_not_arrived() -> None:
    driver = Usblp(room=0)
    transport = usb(driver)
    assert transport.write(b"ticket", 0) == 6
    assert driver.arrived == b""
    assert transport.pending() == 6


def test_answers_are_read_and_an_empty_packet_is_no_hang_up() -> None:
    driver = Usblp(answers=[b"\x12\x12", b""])
    transport = usb(driver)
    assert [transport.read(), transport.read(), transport.read()] == [b"\x12\x12", b"", b""]


@pytest.mark.parametrize("one_way", [False, True])
def test_an_unplugged_printer_is_gone_by_reading_writing_and_asking(*, one_way: bool) -> None:
    driver = Usblp(room=0, one_way=one_way)
    transport = usb(driver)
    transport.write(b"x", 0)
    driver.plugged = False
    driver.flying = b"x"
    acts: list[Callable[[], object]] = [transport.read, lambda: transport.write(b"x", 1), transport.pending]
    for act in acts:
        with pytest.raises(TransportError, match=r"/dev/usb/lp0 is gone: it was unplugged") as gone:
            act()
        assert gone.value.absent
        assert "cable" in gone.value.hint
    transport.close()
    transport.close()
    assert driver.closed == 1


def test_a_printer_unplugged_in_the_middle_of_a_write_tells_how_much_was_taken() -> None:
    class PulledLater(Usblp):
        def write(self, fd: int, data: bytes | memoryview) -> int:
            taken = super().write(fd, data)
            self.plugged = len(self.writes) < 2
            return taken

    with pytest.raises(TransportError) as gone:
        usb(PulledLater()).write(bytes(20000), 1)
    assert gone.value.written == 8192


def test_a_one_way_printer_prints_and_has_nothing_to_say() -> None:
    driver = Usblp(one_way=True)
    transport = usb(driver)
    assert transport.read() == b""
    assert transport.write(b"ticket", 1) == 6


@pytest.mark.parametrize(
    ("number", "says", "hint", "absent"),
    [
        (errno.ENOENT, "no printer at /dev/usb/lp0", "modprobe usblp", True),
        (errno.ENODEV, "no printer at /dev/usb/lp0", "ls /dev/usb", True),
        (errno.EBUSY, "another program holds", "cups", False),
        (errno.EACCES, "this user may not use", "usermod -aG lp ", False),
    ],
)
def test_what_keeps_a_printer_from_being_opened_comes_with_the_way_out(
    number: int, says: str, hint: str, *, absent: bool
) -> None:
    with pytest.raises(TransportError, match=says) as refused:
        usb(Usblp(cannot_open=number))
    assert hint in refused.value.hint
    assert refused.value.absent is absent


def test_the_real_calls_find_no_printer_where_there_is_none() -> None:
    with pytest.raises(TransportError, match="no printer at /dev/usb/lp77"):
        transport_for("usb:///dev/usb/lp77")()


def test_the_real_calls_refuse_an_ordinary_file_that_a_copy_has_left_there(tmp_path: Path) -> None:
    (tmp_path / "lp0").write_text("cat ticket > /dev/usb/lp0")
    with pytest.raises(TransportError, match="ordinary file"):
        transport_for(f"usb://{tmp_path}/lp0")()


def test_the_real_calls_carry_both_ways_and_notice_the_end() -> None:
    near, far = os.openpty()
    os.set_blocking(near, False)
    transport = transport_for(f"usb://{os.ttyname(far)}")()
    assert transport.write(b"ticket", 5) == 6
    assert os.read(near, 100) == b"ticket"
    assert transport.read() == b""
    os.close(near)
    with pytest.raises(TransportError, match="gone"):
        transport.read()
    transport.close()
    os.close(far)


def test_the_port_status_is_read_as_the_class_says_and_a_failure_is_no_answer() -> None:
    assert LPGETSTATUS == 0x060B
    for byte, meaning in [
        (0x18, (False, True, False)),
        (0x38, (True, True, False)),
        (0x08, (False, False, False)),
        (0x10, (False, True, True)),
    ]:
        status = usb(Usblp(status=byte)).port_status()
        assert status == PortStatus(byte)
        assert (status.paper_out, status.selected, status.error) == meaning
    assert usb(Usblp(status=None)).port_status() is None
    assert usb(Usblp(status=None)).paper_out() is None


def test_a_port_that_has_shown_paper_is_believed_when_it_says_there_is_none() -> None:
    driver = Usblp(status=PAPER)
    transport = usb(driver)
    heard = [transport.paper_out()]
    for driver.status in (NO_PAPER, PAPER):
        heard.append(transport.paper_out())
    assert heard == [False, True, False]


def test_a_status_byte_with_reserved_bits_set_is_not_believed() -> None:
    driver = Usblp(status=PAPER | 0x04)
    transport = usb(driver)
    assert transport.paper_out() is None
    driver.status = NO_PAPER | 0x04
    assert transport.paper_out() is None


@pytest.mark.parametrize("always", [NO_PAPER, 0xFF, 0x3C])
def test_a_port_that_always_says_no_paper_is_not_believed(always: int) -> None:
    transport = usb(Usblp(status=always))
    assert [transport.paper_out() for _ in range(3)] == [None] * 3
