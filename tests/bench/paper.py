"""`paper`: bytes of a ticket, and how long they are on the wire, against python-escpos's whole image and the mechanism.

Serial and USB times are computed from the bytes (10 bits a byte; at most 19 bulk packets of 64 bytes a millisecond: USB
2.0, 5.8.4); TCP over the loopback and one serial line, a paced pty, are measured. Every job is first read by the
virtual printer's interpreter: bytes of a ticket that is not on its paper dot for dot count for nothing.
"""

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hardware.encoder import encode_job
from hardware.escpos_encoder import new_encoder
from hardware.escpos_reader import CutOff, PaperReader, Wrong
from hardware.outcome import Lead
from hardware.print_worker import PrintWorker
from hardware.printer import Bitmap, Finished, Outcome, PrintJob
from hardware.profile import GENERIC
from hardware.transports import transport_for
from hardware.virtual_printer import VirtualPrinter
from kiosk.paper import DOTS_PER_MM, Paper, ticket_image
from kiosk.preview import OFFICE, example_catalogue
from kiosk.ticket_layout import Ticket, lay_out
from tests.bench.row import Row, median
from translations import LANGUAGES

WHOLE, HALF = replace(GENERIC, justifies=True), replace(GENERIC, justifies=True, double=True)
"""Every dot sent; and what is drawn in 2 × 2 dots sent at half the resolution."""
_KINDS = {"plain": (GENERIC, 1.0), "whole": (WHOLE, 0.45), "half": (HALF, 0.3)}
"""Profiles ("plain": of a printer of which nothing is known), and how much of python-escpos's bytes they may take."""
BAR_ENCODING = 1.0
BAUDS = (9600, 19200, 38400, 57600, 115200)
USB_BYTES_S = 64 * 19 * 1000
SPEEDS_MM_S = (150, 200, 250)
CUT_S = 0.3
"""What a cut takes (FACTS: about 0.3 s); the paper of the ticket comes before it."""
MEASURED_BAUD = 115200
SEND_TIMES = 20


@dataclass(frozen=True, slots=True)
class _Sample:
    """One ticket: rows of its picture, bytes by profile, bytes of python-escpos, seconds that both took to encode."""

    name: str
    rows: int
    bytes: dict[str, int]
    theirs: int
    encoding: float
    theirs_encoding: float


def rows() -> list[Row]:
    """Bytes, time to encode, wire times."""
    pictures = {f"{ticket.language} {ticket.service.id}": Paper().draw(lay_out(ticket)) for ticket in tickets()}
    samples = [_sample(name, bitmap) for name, bitmap in pictures.items()]
    made = [*_bytes(samples), *_encoding(samples)]
    middle = sorted(samples, key=lambda sample: sample.bytes["half"])[len(samples) // 2]
    made += _wires(middle, pictures[middle.name])
    return made


def tickets() -> list[Ticket]:
    """Every service of the example in every language, as a citizen gets it."""
    return [
        Ticket(
            label=f"{service.series}{n * 37 % 1000:03}",
            services=(service,),
            language=language,
            issued=datetime(2026, 11, 23, 9, n, tzinfo=UTC),
            office=OFFICE,
            languages=LANGUAGES,
            code=f"{n * 541 % 10000:04}",
            witness="7Q2M4KX9B0HT5WZC",
            url=f"http://office.example/t/{n + 7**40:032x}",
            copy=False,
        )
        for language in LANGUAGES
        for n, service in enumerate(example_catalogue().services)
    ]


def _sample(name: str, bitmap: Bitmap) -> _Sample:
    job, found = PrintJob(77, bitmap), {}
    for kind, (profile, _) in _KINDS.items():
        data = encode_job(job, Lead.CLEAN, profile=profile)
        check(data, bitmap)
        found[kind] = len(data)
    encoding = _seconds(lambda: encode_job(job, Lead.CLEAN, profile=HALF))
    theirs_encoding = _seconds(lambda: whole_image(bitmap))
    return _Sample(name, bitmap.height, found, len(whole_image(bitmap)), encoding, theirs_encoding)


def whole_image(bitmap: Bitmap) -> bytes:
    """What python-escpos makes of it by default."""
    printer = new_encoder()
    printer.image(ticket_image(bitmap), impl="bitImageRaster")
    printer.cut()
    data: bytes = printer.output
    return data


def check(data: bytes, bitmap: Bitmap) -> None:
    """Raises ValueError where these bytes do not put the bitmap, and nothing else, on the paper."""
    effects = PaperReader(bitmap.width).receive(data, 0)
    wrong = [effect.what for effect in effects if isinstance(effect, Wrong)]
    cuts = [effect for effect in effects if isinstance(effect, CutOff)]
    wanted = [bitmap.row(y) for y in range(bitmap.height)]
    if wrong or len(cuts) != 1 or list(cuts[0].rows) != wanted:
        raise ValueError(f"the ticket is not on the paper as it was drawn: {wrong}")


def _seconds(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


def _bytes(samples: list[_Sample]) -> list[Row]:
    """The middle of all tickets, and the one that saves least, for which no more is promised than to be smaller."""
    made = []
    for kind, (_, bar) in _KINDS.items():
        by_ratio = sorted(samples, key=lambda sample: sample.bytes[kind] / sample.theirs)
        for name, sample, most in (("", by_ratio[len(samples) // 2], bar), (" worst", by_ratio[-1], 1.0)):
            count = sample.bytes[kind]
            reference = f"python-escpos's image(), {sample.name}"
            made.append(Row(f"paper bytes {kind}{name}", count, "B a ticket", reference, count / sample.theirs, most))
    return made


def _encoding(samples: list[_Sample]) -> list[Row]:
    ours = median([sample.encoding for sample in samples]) * 1000
    theirs = median([sample.theirs_encoding for sample in samples]) * 1000
    return [Row("paper encoding", ours, "ms a ticket", "python-escpos's image()", ours / theirs, BAR_ENCODING)]


def _wires(sample: _Sample, bitmap: Bitmap) -> list[Row]:
    """Seconds on the wire of the middle ticket, against what the mechanism needs for it. A serial line is slower than
    the mechanism, so that its bar is this much of python-escpos's bytes on the same line."""
    made, count, bar = [], sample.bytes["half"], _KINDS["half"][1]
    for baud in BAUDS:
        for speed in SPEEDS_MM_S:
            theirs = line_s(sample.theirs, baud) / mechanism_s(sample.rows, speed)
            made.append(_wire(f"serial {baud}", line_s(count, baud), sample.rows, speed, bar * theirs))
    tcp_s = _tcp_s(encode_job(PrintJob(77, bitmap), Lead.CLEAN, profile=HALF))
    for name, seconds in (("usb", count / USB_BYTES_S), ("tcp", tcp_s)):
        made += [_wire(name, seconds, sample.rows, speed, 1.0) for speed in SPEEDS_MM_S]
    computed, seen = line_s(count, MEASURED_BAUD), _pty_s(bitmap)
    made.append(
        Row(f"paper {MEASURED_BAUD} measured", seen, "s a ticket", "its bytes by 10 bits", seen / computed, 1.5)
    )
    return made


def _wire(name: str, seconds: float, rows: int, speed: int, bar: float) -> Row:
    limit = mechanism_s(rows, speed)
    return Row(
        f"paper {name}", seconds, "s a ticket", f"the mechanism at {speed} mm/s, {limit:.2f} s", seconds / limit, bar
    )


def line_s(count: int, baud: int) -> float:
    """Seconds of so many bytes on a serial line: start bit, 8 bits, stop bit."""
    return count * 10 / baud


def mechanism_s(rows: int, mm_s: int) -> float:
    """Seconds that a mechanism takes for so many rows and a cut."""
    return rows / DOTS_PER_MM / mm_s + CUT_S


def _tcp_s(data: bytes) -> float:
    """Median seconds until a peer on this machine has read a ticket."""
    times = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        for _ in range(SEND_TIMES):
            with socket.create_connection(server.getsockname()) as printer, server.accept()[0] as peer:
                reading = threading.Thread(target=_read_all, args=(peer, len(data)))
                begun = time.perf_counter()
                reading.start()
                printer.sendall(data)
                reading.join()
                times.append(time.perf_counter() - begun)
    return median(times)


def _read_all(peer: socket.socket, count: int) -> None:
    while count:
        count -= len(peer.recv(65536))


def _pty_s(bitmap: Bitmap) -> float:
    """Seconds from the job to its outcome over a paced pty: the second ticket, which needs no resync before it."""
    woken = threading.Event()
    with TemporaryDirectory() as folder:
        link = Path(folder) / "ttyPrinter"
        with VirtualPrinter(Path(folder) / "out", pty=link, baud=MEASURED_BAUD):
            worker = PrintWorker(transport_for(f"serial://{link}?baud={MEASURED_BAUD}"), woken.set, profile=HALF)
            worker.start()
            try:
                for number in (1, 2):
                    begun = time.perf_counter()
                    _print(worker, PrintJob(number, bitmap), woken)
                return time.perf_counter() - begun
            finally:
                worker.close()


def _print(worker: PrintWorker, job: PrintJob, woken: threading.Event) -> None:
    worker.submit(job)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        woken.wait(1)
        woken.clear()
        for event in worker.poll():
            if isinstance(event, Finished):
                if event.outcome not in (Outcome.CONFIRMED, Outcome.SENT):
                    raise RuntimeError(f"the ticket over the paced line is {event.outcome}")
                return
    raise TimeoutError("the ticket over the paced line never ended")
