"""`feed`: from the office's commit to the fact in a kiosk's mirror, over TLS, to a kiosk that waits."""

import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from sync.downlink_driver import Downlink, Ports, run
from sync.facts import MachineStarted
from sync.mirror import FILE, MirrorReader
from sync.paircode import fingerprint
from sync.pairing import Pin, save_pin
from sync.system_clock import SystemClock
from tests.bench.row import Row, percentile
from tests.server.device import Device
from tests.server.small_office import SmallOffice

BAR_MS = 1000
CALLS = 200
STARTED = MachineStarted("1.0", "f" * 64)


def rows() -> list[Row]:
    """The office calls 200 times; each time it is measured until the kiosk that was woken has read the fact."""
    with TemporaryDirectory() as folder:
        samples = _samples(Path(folder))
    figures = ((percent, percentile(samples, percent)) for percent in (50, 99))
    return [Row(f"feed p{percent}", value, "ms", f"{BAR_MS} ms", value / BAR_MS, 1.0) for percent, value in figures]


def _quiet(line: str) -> None:
    """The end of the office is no news here."""


def _samples(folder: Path) -> list[float]:
    device, office = Device.make(folder / "kiosk"), SmallOffice(folder / "office")
    office.admit(device)
    office.start()
    data, woken, samples = folder / "kiosk", threading.Semaphore(0), []
    secrets = f'{{"seed": "{device.key.seed.hex()}", "device_secret": "{device.key.device_secret.hex()}"}}'
    (data / "device.key").write_text(secrets, encoding="utf-8")
    save_pin(data / "pin.json", Pin("a" * 32, fingerprint(office.der).hex(), 0, "c" * 64))
    link = Downlink(data, office.url, Ports(SystemClock().instant, lambda: 0.0, _quiet, woken.release))
    called, ended = threading.Event(), threading.Event()
    thread = threading.Thread(target=run, args=(link, called, _quiet, ended.is_set))
    thread.start()
    reader = MirrorReader(data / FILE)
    while reader.news() is None:
        woken.acquire(timeout=20)
    for _ in range(CALLS):
        office.waiters(1)
        began = time.perf_counter()
        office.append(STARTED)
        while reader.news() is None:
            woken.acquire(timeout=20)
        samples.append((time.perf_counter() - began) * 1000)
    ended.set()
    office.stop()
    called.set()
    thread.join()
    device.journal.close()
    return samples
