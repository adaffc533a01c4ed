"""`printing`: how soon a press is seen while a ticket goes over a slow serial line, against the same kiosk at rest.

Run as a program it is the measured process: the product's window and its printer's thread. The printer is a process of
its own behind a pty that reads at 19200 baud, so that a ticket is on its way for some nine seconds.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hardware.print_worker import PrintWorker
from hardware.printer import Finished, Outcome, PrintJob
from hardware.transports import transport_for
from tests.bench.paint import SIZE, presses
from tests.bench.row import Row, percentile

BAUD = 19200
ROUNDS = 3
SAMPLES = 100
"""Presses a round, while a ticket is sent and while none is; from the very moment of the job, its encoding included."""
APART_S = 0.02
BAR = 2.0
PATIENCE_S = 60.0


def rows() -> list[Row]:
    """Press while printing, against press at rest, in turns."""
    from tests.walks.stage import VirtualScreen

    with VirtualScreen(*SIZE) as screen, _printer() as link:
        command = [sys.executable, "-m", "tests.bench.printing", str(link)]
        done = subprocess.run(command, env=dict(screen.environment), capture_output=True, text=True, check=True)
    seen: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    made = []
    for percent in (50, 99):
        busy, idle = (percentile(seen[name], percent) for name in ("busy", "idle"))
        reference = f"the same at rest, p{percent}, {idle:.1f} ms"
        made.append(Row(f"paint printing p{percent}", busy, "ms", reference, busy / idle, BAR))
    return made


@contextmanager
def _printer() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        link = Path(folder) / "ttyPrinter"
        command = [sys.executable, "-u", "-m", "hardware.virtual_printer", "--pty", str(link), "--baud", str(BAUD)]
        printer = subprocess.Popen([*command, "--out", str(Path(folder) / "out")], stdout=subprocess.PIPE, text=True)
        assert printer.stdout is not None
        try:
            printer.stdout.readline()
            yield link
        finally:
            printer.terminate()
            printer.wait()


def main(link: str) -> None:
    """Measure in this process."""
    from kiosk.paper import Paper
    from kiosk.ticket_layout import lay_out
    from tests.bench.paper import tickets

    press = presses()
    woken = threading.Event()
    worker = PrintWorker(transport_for(f"serial://{link}?baud={BAUD}"), woken.set)
    worker.start()
    paper, drawn = Paper(), tickets()
    samples: dict[str, list[float]] = {"busy": [], "idle": []}
    for number in range(ROUNDS):
        job = PrintJob(number + 1, paper.draw(lay_out(drawn[number * 19])))
        samples["idle"] += _pressed(press)
        worker.submit(job)
        samples["busy"] += _pressed(press)
        if any(isinstance(event, Finished) for event in worker.poll()):
            raise RuntimeError("the ticket was over before the presses were")
        _finish(worker, woken)
    worker.close()
    print(json.dumps(samples))


def _pressed(press: Iterator[float]) -> list[float]:
    """So many presses, one each few hundredths of a second."""
    found = []
    for _ in range(SAMPLES):
        time.sleep(APART_S)
        found.append(next(press))
    return found


def _finish(worker: PrintWorker, woken: threading.Event) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        woken.wait(1)
        woken.clear()
        for event in worker.poll():
            if isinstance(event, Finished):
                if event.outcome not in (Outcome.SENT, Outcome.CONFIRMED):
                    raise RuntimeError(f"a ticket over the slow line is {event.outcome}")
                return
    raise TimeoutError("a ticket over the slow line never ended")


if __name__ == "__main__":
    main(sys.argv[1])
