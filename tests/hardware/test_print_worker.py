import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from hardware.errors import EncoderError, TransportError
from hardware.outcome import Patience
from hardware.print_worker import PrintWorker
from hardware.printer import (
    UNREACHABLE,
    Finished,
    Outcome,
    PaperStatus,
    Printer,
    PrintJob,
)
from hardware.transports import Transport, transport_for
from hardware.virtual_printer import VirtualPrinter
from hardware.waiting import PollWaiting
from tests.hardware.pictures import picture, plain_ticket
from tests.hardware.watched import HASTY, READY, Watched, working


@contextmanager
def at_virtual_printer(folder: Path, patience: Patience = HASTY) -> Iterator[tuple[VirtualPrinter, Watched]]:
    with (
        VirtualPrinter(folder) as device,
        working(transport_for(f"tcp://127.0.0.1:{device.port}"), patience) as watched,
    ):
        yield device, watched


@contextmanager
def at_device(behave: Callable[[socket.socket], None]) -> Iterator[Watched]:
    """A device made for one test: `behave` gets its first connection, in its own thread."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                behave(connection)
                done.wait(20)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with working(transport_for(f"tcp://127.0.0.1:{server.getsockname()[1]}")) as watched:
            yield watched
        done.set()
        thread.join()


def answer_questions(connection: socket.socket, times: int) -> None:
    """Answers "all well" to that many rounds of DLE EOT."""
    seen = b""
    for _ in range(times):
        while seen.count(b"\x10\x04") < 4:
            seen += connection.recv(4096)
        seen = b""
        connection.sendall(b"\x12\x12\x12\x12")


def height_of(path: Path) -> int:
    with Image.open(path) as paper:
        return paper.height


def test_a_confirmed_job_is_on_paper_dot_for_dot(tmp_path: Path) -> None:
    with at_virtual_printer(tmp_path) as (_, watched):
        assert watched.status() == READY
        bitmap = plain_ticket(300)
        assert watched.print(5, bitmap) == Finished(5, Outcome.CONFIRMED, READY)
    with Image.open(tmp_path / "0001.png") as paper:
        assert paper.mode == "1"
        assert bytes(255 - byte for byte in paper.tobytes()) == bitmap.rows


def test_jobs_are_printed_in_order_and_each_is_reported_once(tmp_path: Path) -> None:
    with at_virtual_printer(tmp_path) as (_, watched):
        for job_id in range(1, 21):
            watched.worker.submit(PrintJob(job_id, plain_ticket(job_id)))
        finished = [watched.finished() for _ in range(20)]
        assert watched.worker.poll() == []
    assert [(event.job_id, event.outcome) for event in finished] == [
        (job_id, Outcome.CONFIRMED) for job_id in range(1, 21)
    ]
    assert [height_of(tmp_path / f"{number:04}.png") for number in range(1, 21)] == list(range(1, 21))


def test_without_paper_nothing_is_started_and_after_the_repair_it_prints(tmp_path: Path) -> None:
    with at_virtual_printer(tmp_path) as (device, watched):
        watched.print(1)
        device.set(paper="out")
        assert watched.status().fault == "paper-out"
        refused = watched.print(2)
        assert (refused.outcome, refused.status.fault) == (Outcome.NOT_STARTED, "paper-out")
        device.set(paper="near-end")
        assert watched.status().can_print
        assert watched.print(3).outcome is Outcome.CONFIRMED
    assert len(list(tmp_path.glob("*.png"))) == 2


def test_an_open_cover_before_the_first_job_is_seen_without_automatic_status(tmp_path: Path) -> None:
    with VirtualPrinter(tmp_path) as device:
        device.set(cover="open")
        with working(transport_for(f"tcp://127.0.0.1:{device.port}")) as watched:
            assert watched.status().fault == "cover-open"
            assert watched.print().outcome is Outcome.NOT_STARTED


def test_a_printer_that_is_off_is_reported_and_found_again_when_it_comes_back(tmp_path: Path) -> None:
    with at_virtual_printer(tmp_path) as (device, watched):
        assert watched.status() == READY
        device.set(power="off")
        assert watched.status() == UNREACHABLE
        assert watched.print(1) == Finished(1, Outcome.NOT_STARTED, UNREACHABLE)
        device.set(power="on")
        assert watched.status() == READY
        assert watched.print(2).outcome is Outcome.CONFIRMED


def test_a_printer_that_was_never_there_is_reported_at_once() -> None:
    def absent() -> Transport:
        raise TransportError("nobody is there", hint="plug it in")

    with working(absent) as watched:
        assert watched.status() == UNREACHABLE
        assert watched.print().outcome is Outcome.NOT_STARTED


def test_a_stalled_printer_starts_nothing_and_the_job_can_be_tried_again(tmp_path: Path) -> None:
    with at_virtual_printer(tmp_path) as (device, watched):
        assert watched.status() == READY
        device.set(stall=True)
        assert watched.print(1) == Finished(1, Outcome.NOT_STARTED, UNREACHABLE)
        device.set(stall=False)
        while not watched.status().can_print:
            continue
        assert watched.print(2).outcome is Outcome.CONFIRMED
    assert [path.name for path in tmp_path.glob("*.png")] == ["0001.png"]


def test_a_hung_printer_that_takes_connections_is_not_taken_for_a_silent_one(tmp_path: Path) -> None:
    with at_virtual_printer(tmp_path) as (device, watched):
        assert watched.status() == READY
        device.set(stall=True)
        assert watched.print(1).outcome is Outcome.NOT_STARTED
        assert watched.print(2).outcome is Outcome.NOT_STARTED, "nobody may be told that paper 2 is out"
        device.set(stall=False)
    assert list(tmp_path.glob("*.png")) == []


def test_a_printer_that_goes_in_the_middle_of_a_job_leaves_it_uncertain() -> None:
    def take_some_and_go(connection: socket.socket) -> None:
        answer_questions(connection, 2)
        connection.recv(1000)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()

    with at_device(take_some_and_go) as watched:
        assert watched.print().outcome is Outcome.UNCERTAIN


def test_without_the_echo_a_job_is_not_confirmed() -> None:
    def answer_only(connection: socket.socket) -> None:
        answer_questions(connection, 2)
        connection.settimeout(0.1)
        try:
            while connection.recv(4096):
                continue
        except TimeoutError:
            return

    with at_device(answer_only) as watched:
        assert watched.print().outcome is Outcome.UNCERTAIN


def test_after_an_interrupted_job_the_next_is_parted_from_what_hangs_there() -> None:
    received = bytearray()

    def run_out_and_be_refilled(connection: socket.socket) -> None:
        answer_questions(connection, 2)
        connection.recv(1000)
        connection.sendall(b"\x18\x00\x0c\x00")
        connection.sendall(b"\x10\x00\x00\x00")
        answer_questions(connection, 1)
        while b"\x1dr\x01" not in received:
            received.extend(connection.recv(65536))

    with at_device(run_out_and_be_refilled) as watched:
        assert watched.print(1).outcome is Outcome.INTERRUPTED
        assert watched.print(2).outcome is Outcome.UNCERTAIN
    assert received.lstrip(b"\0").startswith(b"\x1b@\x1dVB\x00")


class ByteByByte:
    """A transport that hands over one byte a read, and takes everything."""

    blind = False

    def __init__(self, answers: bytes) -> None:
        self._reading, self._writing = os.pipe()
        os.write(self._writing, answers)

    def fileno(self) -> int | None:
        return self._reading

    def write(self, data: bytes, timeout_s: float) -> int:
        return len(data)

    def read(self) -> bytes:
        return os.read(self._reading, 1)

    def pending(self) -> int:
        return 0

    def paper_out(self) -> bool | None:
        return None

    def close(self) -> None:
        os.close(self._reading)
        os.close(self._writing)


def test_a_round_of_answers_that_comes_in_pieces_is_reported_once_and_whole() -> None:
    with working(lambda: ByteByByte(b"\x72\x16\x12\x1a")) as watched:
        assert watched.status() == PaperStatus(True, "out", True, False, False, False, False)
        assert watched.worker.poll() == []


def test_a_printer_that_reads_a_job_to_its_end_and_knows_no_echo_has_been_sent_it() -> None:
    def answer_in_order(connection: socket.socket) -> None:
        tail = b""
        while data := connection.recv(65536):
            seen = tail + data
            connection.sendall(b"\x12" * seen.count(b"\x10\x04") + b"\x00" * seen.count(b"\x1dr\x01"))
            tail = b"\x1dr" if seen.endswith(b"\x1dr") else b""

    with at_device(answer_in_order) as watched:
        assert watched.print().outcome is Outcome.SENT


def test_the_echo_of_another_job_does_not_confirm() -> None:
    def echo_wrongly(connection: socket.socket) -> None:
        answer_questions(connection, 2)
        while b"\x1d(H" not in connection.recv(65536):
            continue
        connection.sendall(b"\x37\x22    \x00")

    with at_device(echo_wrongly) as watched:
        assert watched.print().outcome is Outcome.UNCERTAIN


def test_a_fault_reported_by_the_printer_during_a_job_interrupts_it() -> None:
    def run_out(connection: socket.socket) -> None:
        answer_questions(connection, 2)
        connection.recv(1000)
        connection.sendall(b"\x18\x00\x0c\x00")

    with at_device(run_out) as watched:
        finished = watched.print()
        assert (finished.outcome, finished.status.fault) == (Outcome.INTERRUPTED, "paper-out")


def test_a_printer_that_ran_out_of_paper_and_stopped_reading_is_not_called_unreachable() -> None:
    def run_out_for_good(connection: socket.socket) -> None:
        answer_questions(connection, 2)
        connection.recv(1000)
        connection.sendall(b"\x18\x00\x0c\x00")

    with at_device(run_out_for_good) as watched:
        assert watched.print(1).outcome is Outcome.INTERRUPTED
        refused = watched.print(2)
        assert (refused.outcome, refused.status.fault) == (Outcome.NOT_STARTED, "paper-out")


def test_a_defect_in_the_thread_ends_its_jobs_instead_of_leaving_them_open() -> None:
    def defective() -> Transport:
        raise RuntimeError("a defect")

    watched = Watched(defective, HASTY)
    watched.worker.submit(PrintJob(1, plain_ticket()))
    watched.worker.start()
    assert watched.status() == UNREACHABLE
    assert watched.finished().outcome is Outcome.NOT_STARTED
    assert watched.print(2).outcome is Outcome.NOT_STARTED
    watched.worker.close()


def test_a_new_connection_begins_with_a_resync_and_a_confirmed_one_goes_on_without(tmp_path: Path) -> None:
    with at_virtual_printer(tmp_path) as (device, watched):
        for job_id in (1, 2):
            assert watched.print(job_id).outcome is Outcome.CONFIRMED
        device.set(power="off")
        device.set(power="on")
        while watched.status() != READY:
            continue
        assert watched.print(3).outcome is Outcome.CONFIRMED
    begins = [(tmp_path / f"{number:04}.bin").read_bytes()[:2] for number in (1, 2, 3)]
    assert begins == [b"\0\0", b"\x1b@", b"\0\0"]


def test_a_peer_that_takes_bytes_but_never_speaks_has_been_sent_the_job() -> None:
    def swallow(connection: socket.socket) -> None:
        while b"\x1d(H" not in connection.recv(65536):
            continue

    with at_device(swallow) as watched:
        assert watched.status() == PaperStatus(reachable=True)
        assert watched.print().outcome is Outcome.SENT


def test_a_peer_that_never_reads_leaves_a_long_job_uncertain() -> None:
    long = picture([b"\x5a" * 72] * 120_000)
    with at_device(lambda connection: None) as watched:
        assert watched.print(1, long).outcome is Outcome.UNCERTAIN


def test_a_file_is_never_confirmed(tmp_path: Path) -> None:
    with working(transport_for(f"file://{tmp_path}/paper.bin")) as watched:
        assert watched.status() == PaperStatus(reachable=True)
        assert watched.print().outcome is Outcome.SENT
    assert (tmp_path / "paper.bin").read_bytes().endswith(b"\x1d(H\x06\x0000   !\x1dr\x01")


def test_power_lost_in_the_middle_leaves_torn_paper_and_the_next_ticket_is_whole(tmp_path: Path) -> None:
    with VirtualPrinter(tmp_path) as device:
        transport = transport_for(f"tcp://127.0.0.1:{device.port}")()
        transport.write(b"\x1b@\x1dP\x00\xcb\x1bJ\x40\x1dv0\x00\x48", 1)
        while device.events.get(timeout=10).event != "first-byte":
            continue
        device.set(power="off")
        transport.close()
        device.set(power="on")
        with working(transport_for(f"tcp://127.0.0.1:{device.port}")) as watched:
            assert watched.print(3).outcome is Outcome.CONFIRMED
    assert sorted(path.name for path in tmp_path.glob("*.png")) == ["0001-torn.png", "0002.png"]


@pytest.mark.parametrize("unfinished", [False, True])
def test_what_may_hang_there_from_before_the_start_is_cut_off_first(tmp_path: Path, unfinished: bool) -> None:
    with VirtualPrinter(tmp_path) as device:
        watched = Watched(transport_for(f"tcp://127.0.0.1:{device.port}"), HASTY)
        watched.worker.start(unfinished=unfinished)
        assert watched.print(1).outcome is Outcome.CONFIRMED
        assert watched.print(2).outcome is Outcome.CONFIRMED
        watched.worker.close()
        device.stop()
    events = [device.events.get_nowait().event for _ in range(device.events.qsize())]
    assert events.count("blank-cut") == unfinished
    assert events.count("ticket") == 2


def test_submit_and_poll_do_not_wait_for_the_device() -> None:
    asked, release = threading.Event(), threading.Event()

    def slow() -> Transport:
        asked.set()
        release.wait(20)
        raise TransportError("too late", hint="none")

    watched = Watched(slow, HASTY)
    printer: Printer = watched.worker
    printer.start()
    assert asked.wait(10)
    printer.submit(PrintJob(1, plain_ticket()))
    assert printer.poll() == []
    release.set()
    assert watched.finished().outcome is Outcome.NOT_STARTED
    printer.close()


def test_after_close_every_job_still_gets_its_end() -> None:
    watched = Watched(transport_for("tcp://127.0.0.1:1"), HASTY)
    watched.worker.submit(PrintJob(1, plain_ticket()))
    watched.worker.close()
    watched.worker.submit(PrintJob(2, plain_ticket()))
    watched.worker.close()
    finished = [event for event in watched.worker.poll() if isinstance(event, Finished)]
    assert [(event.job_id, event.outcome) for event in finished] == [
        (1, Outcome.NOT_STARTED),
        (2, Outcome.NOT_STARTED),
    ]


def test_a_picture_too_wide_is_refused_before_it_reaches_the_thread() -> None:
    watched = Watched(transport_for("tcp://127.0.0.1:1"), HASTY)
    with pytest.raises(EncoderError):
        watched.worker.submit(PrintJob(1, picture([bytes(80)])))
    watched.worker.close()


def test_an_idle_worker_sleeps(tmp_path: Path) -> None:
    reads: list[None] = []

    class StandingStill(PollWaiting):
        def monotonic(self) -> float:
            reads.append(None)
            return 100.0

    with VirtualPrinter(tmp_path) as device:
        woken = threading.Semaphore(0)
        url = f"tcp://127.0.0.1:{device.port}"
        worker = PrintWorker(transport_for(url), woken.release, patience=HASTY, waiting=StandingStill())
        worker.start()
        assert woken.acquire(timeout=10), "how it is"
        assert woken.acquire(timeout=10), "what it is"
        assert not woken.acquire(timeout=0.2), "all that came with it is read"
        before = len(reads)
        assert not woken.acquire(timeout=0.5)
        looked = len(reads) - before
        worker.close()
    assert looked < 10


def test_a_device_that_answers_and_hangs_up_each_time_is_not_called_without_a_pause() -> None:
    called: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for _ in range(3):
                connection, _ = server.accept()
                with connection:
                    called.append(time.monotonic())
                    answer_questions(connection, 1)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with working(transport_for(f"tcp://127.0.0.1:{server.getsockname()[1]}")):
            thread.join(20)
    first, second = (after - before for before, after in pairwise(called))
    assert first >= 0.4
    assert second >= 0.8, "each time the pause is longer"
