"""Printers that are absent, unplugged, plugged again and exchanged, over every cable."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PIL import Image

from hardware.errors import TransportError
from hardware.printer import UNREACHABLE, Bitmap, Dots, Outcome, PaperStatus, PrintJob
from hardware.transport_usb import UsbTransport
from hardware.transports import Transport, transport_for
from hardware.virtual_printer import VirtualPrinter
from tests.hardware.pictures import plain_ticket
from tests.hardware.usblp import Usblp
from tests.hardware.watched import HASTY, READY, Watched, working

CABLES = ("tcp", "usb", "serial")
GOOD = {"tcp": Outcome.CONFIRMED, "usb": Outcome.CONFIRMED, "serial": Outcome.SENT}
"""The most that can be said on each: nothing tells on a serial line that the printer was off and on again."""
MUTE = PaperStatus(True)
SWAPPING = replace(HASTY, starting=0.5)


@dataclass
class Stage:
    """A virtual printer, its cable, and the address at which the kiosk finds it."""

    device: VirtualPrinter
    url: str
    paper: Path

    def until(self, event: str) -> None:
        while self.device.events.get(timeout=20).event != event:
            continue


@contextmanager
def printer_on(cable: str, folder: Path, *, baud: int = 921600, paced: bool = False) -> Iterator[Stage]:
    link = folder / "lp0"
    pty, line = (None, None) if cable == "tcp" else (link, baud if paced else None)
    with VirtualPrinter(folder / "paper", pty=pty, baud=line) as device:
        urls = {
            "tcp": f"tcp://{device.address}",
            "usb": f"usb://{link}",
            "serial": f"serial://{link}?baud={baud}&flow=none",
        }
        yield Stage(device, urls[cable], folder / "paper")


def dots(picture: Path) -> bytes:
    """The rows of a ticket's picture, 1 = black."""
    with Image.open(picture) as paper:
        return bytes(255 - byte for byte in paper.tobytes())


def noisy_ticket(rows: int) -> Bitmap:
    """Ink that no two rows share."""
    body = [bytes(4) + bytes((y * 7 + x * 13) % 251 | 1 for x in range(64)) + bytes(4) for y in range(rows)]
    return Bitmap(Dots(576), Dots(rows), b"".join(body))


def await_status(watched: Watched, wanted: PaperStatus) -> None:
    while watched.status() != wanted:
        continue


@pytest.mark.parametrize("cable", CABLES)
def test_a_job_is_on_paper_dot_for_dot_over_every_cable(tmp_path: Path, cable: str) -> None:
    with printer_on(cable, tmp_path) as stage, working(transport_for(stage.url)) as watched:
        bitmap = noisy_ticket(200)
        assert watched.print(5, bitmap).outcome is GOOD[cable]
    assert dots(stage.paper / "0001.png") == bitmap.rows


@pytest.mark.parametrize("flow", ["none", "xonxoff"])
def test_at_115200_baud_a_line_that_carries_no_faster_prints_dot_for_dot(tmp_path: Path, flow: str) -> None:
    with (
        printer_on("serial", tmp_path, baud=115200, paced=True) as stage,
        working(transport_for(stage.url.replace("none", flow)), replace(HASTY, write=5.0, confirm=5.0)) as watched,
    ):
        bitmap = noisy_ticket(300)
        assert watched.print(5, bitmap).outcome is GOOD["serial"]
    assert dots(stage.paper / "0001.png") == bitmap.rows


def test_control_the_comparison_sees_one_dot(tmp_path: Path) -> None:
    with printer_on("serial", tmp_path) as stage, working(transport_for(stage.url)) as watched:
        bitmap = noisy_ticket(50)
        assert watched.print(5, bitmap).outcome is GOOD["serial"]
    changed = bytearray(bitmap.rows)
    changed[72 * 30 + 40] ^= 0x10
    assert dots(stage.paper / "0001.png") != bytes(changed)


@pytest.mark.parametrize("cable", CABLES)
def test_a_printer_absent_at_the_start_is_named_and_prints_once_it_is_plugged_in(tmp_path: Path, cable: str) -> None:
    with printer_on(cable, tmp_path) as stage:
        stage.device.set(unplug=True)
        with working(transport_for(stage.url)) as watched:
            assert watched.status() == UNREACHABLE
            trouble = watched.worker.trouble
            assert trouble is not None
            assert trouble.hint
            assert watched.print(1).outcome is Outcome.NOT_STARTED
            stage.device.set(plug=True)
            await_status(watched, READY)
            assert watched.worker.trouble is None
            assert watched.print(2).outcome is GOOD[cable]


@pytest.mark.parametrize("cable", CABLES)
def test_a_printer_unplugged_while_idle_is_seen_at_once_and_found_again(tmp_path: Path, cable: str) -> None:
    with printer_on(cable, tmp_path) as stage, working(transport_for(stage.url)) as watched:
        assert watched.status() == READY
        stage.device.set(unplug=True)
        assert watched.status() == UNREACHABLE
        stage.device.set(plug=True)
        await_status(watched, READY)
        assert watched.print(1).outcome is GOOD[cable]


@pytest.mark.parametrize("cable", ["usb", "serial"])
def test_a_job_unplugged_in_the_middle_is_uncertain_and_the_next_is_whole(tmp_path: Path, cable: str) -> None:
    patience = replace(HASTY, write=5.0, confirm=5.0, greeting=2.0, answer=2.0, processed=5.0)
    with (
        printer_on(cable, tmp_path, baud=115200, paced=True) as stage,
        working(transport_for(stage.url), patience) as watched,
    ):
        assert watched.print(1).outcome is GOOD[cable]
        stage.until("ticket")
        watched.worker.submit(PrintJob(2, noisy_ticket(400)))
        stage.until("first-byte")
        stage.device.set(unplug=True)
        assert watched.finished().outcome is Outcome.UNCERTAIN
        stage.device.set(plug=True)
        await_status(watched, READY)
        bitmap = plain_ticket(20)
        assert watched.print(3, bitmap).outcome is GOOD[cable]
    assert dots(sorted(stage.paper.glob("*.png"))[-1]) == bitmap.rows


@pytest.mark.parametrize("cable", CABLES)
def test_a_talking_printer_exchanged_for_a_mute_one_prints_after_the_time_of_a_start(
    tmp_path: Path, cable: str
) -> None:
    with printer_on(cable, tmp_path) as stage, working(transport_for(stage.url), SWAPPING) as watched:
        assert watched.print(1).outcome is GOOD[cable]
        stage.device.set(swap="mute")
        await_status(watched, MUTE)
        bitmap = noisy_ticket(40)
        assert watched.print(2, bitmap).outcome is Outcome.SENT
        stage.device.set(swap="talking")
        await_status(watched, READY)
        assert watched.print(3).outcome is GOOD[cable]
    assert dots(stage.paper / "0002.png") == bitmap.rows


@pytest.mark.parametrize("cable", CABLES)
def test_a_hung_printer_that_was_never_away_is_not_taken_for_a_mute_one(tmp_path: Path, cable: str) -> None:
    with (
        printer_on(cable, tmp_path) as stage,
        working(transport_for(stage.url), replace(HASTY, starting=0.0)) as watched,
    ):
        assert watched.status() == READY
        stage.device.set(stall=True)
        for job_id in (1, 2, 3):
            assert watched.print(job_id).outcome is Outcome.NOT_STARTED
        stage.device.set(stall=False)
        await_status(watched, READY)
        assert watched.print(4).outcome is GOOD[cable]


def mute_usb(driver: Usblp) -> Callable[[], Transport]:
    return lambda: UsbTransport(Path("/dev/usb/lp0"), calls=driver)


def test_a_mute_usb_printer_that_has_taken_every_byte_has_been_sent_the_job() -> None:
    with working(mute_usb(Usblp(one_way=True))) as watched:
        assert watched.print().outcome is Outcome.SENT


def test_a_mute_usb_printer_with_a_transfer_still_on_its_way_has_not() -> None:
    driver = Usblp(one_way=True)
    with working(mute_usb(driver)) as watched:
        assert watched.status() == MUTE
        driver.room = 8000
        assert watched.print().outcome is Outcome.UNCERTAIN
    assert len(driver.arrived) > 8000


def test_a_mute_usb_printer_whose_port_knows_the_paper_starts_nothing_without_it() -> None:
    driver = Usblp(one_way=True, status=0x18)
    with working(mute_usb(driver)) as watched:
        assert watched.status() == MUTE
        driver.status = 0x38
        refused = watched.print(1)
        assert (refused.outcome, refused.status.fault) == (Outcome.NOT_STARTED, "paper-out")
        driver.status = 0x18
        assert watched.print(2).outcome is Outcome.SENT


def test_a_defect_in_the_thread_is_logged_once_and_the_printer_is_found_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with printer_on("tcp", tmp_path) as stage:
        opens = transport_for(stage.url)
        calls: list[None] = []

        def defective_twice() -> Transport:
            calls.append(None)
            if len(calls) < 3:
                raise RuntimeError("a defect")
            return opens()

        with caplog.at_level(logging.INFO), working(defective_twice) as watched:
            assert watched.status() == UNREACHABLE
            await_status(watched, READY)
            assert watched.print(1).outcome is Outcome.CONFIRMED
    assert [str(record.exc_info[1]) for record in caplog.records if record.exc_info] == ["a defect"]


def test_a_defect_in_the_middle_of_a_job_leaves_it_uncertain_and_the_next_one_prints(tmp_path: Path) -> None:
    class Defective:
        """A transport that falls once, when the job comes."""

        def __init__(self, real: Transport) -> None:
            self._real, self.blind = real, real.blind
            self.fileno, self.read, self.close = real.fileno, real.read, real.close
            self.pending, self.paper_out = real.pending, real.paper_out

        def write(self, data: bytes, timeout_s: float) -> int:
            if len(data) > 1000 and not fallen:
                fallen.append(None)
                raise ZeroDivisionError
            return self._real.write(data, timeout_s)

    fallen: list[None] = []
    with printer_on("tcp", tmp_path) as stage:
        opens = transport_for(stage.url)
        with working(lambda: Defective(opens())) as watched:
            assert watched.status() == READY
            assert watched.print(1).outcome is Outcome.UNCERTAIN
            await_status(watched, READY)
            assert watched.print(2).outcome is Outcome.CONFIRMED


def test_what_keeps_the_printer_away_is_told_in_a_technicians_words() -> None:
    def held() -> Transport:
        raise TransportError("another program holds the printer", hint="end CUPS")

    with working(held) as watched:
        assert watched.status() == UNREACHABLE
        assert watched.worker.trouble is not None
        assert watched.worker.trouble.hint == "end CUPS"
