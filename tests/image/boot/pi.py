"""The same card in the machine that QEMU calls a Raspberry Pi 3: its own kernel and board description, without U-Boot.

QEMU plays neither the board's firmware nor a screen that the kernel knows; a Raspberry Pi 4's card reader it does not
play either. So this shows kernel, first root, card and system on that processor and its controllers, and no more.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from image.card import ARGUMENTS
from image.configure_card import sparse_copy
from image.disk import FIRMWARE, SLOT_A
from image.tools import WORK, Tools
from tests.image.boot.bench import TALKATIVE
from tests.image.boot.ground import Ground, Steps, within
from tests.image.updates.card import OffCard

CARD_BYTES = 4 << 30
"""QEMU wants a card of a power of two."""
BOARD = "bcm2837-rpi-3-b.dtb"
REACHED_S = 600.0
WANTED = ("this box is: kiosk", "the clock is set by the ds3231: 2027-03-04T", "multi-user.target")
CHIP = "-rtc base=2027-03-04T05:06:07 -device ds1338,bus=i2c-bus.1,address=0x68"
"""On I2C 1, where a module hangs on the header. QEMU has this one alone; a DS3231 tells the time in the same way."""


def pi(ground: Ground) -> Steps:
    """A card that was flashed, and told of a clock chip."""
    yield (
        "the image's own kernel starts it on QEMU's Raspberry Pi 3, up to multi-user; a clock chip sets its clock",
        partial(raspberry, ground),
    )


def raspberry(ground: Ground) -> list[str]:
    """In a folder beside the other machine's, which is off meanwhile."""
    bench = ground.bench
    bench.machine.pull()
    return list(runs(bench.tools, bench.image, bench.folder / "pi"))


def runs(tools: Tools, image: Path, folder: Path) -> Iterator[str]:
    """What was not seen, a line each."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    sparse_copy(image, folder / "card.img")
    os.truncate(folder / "card.img", CARD_BYTES)
    _taken_out(tools, folder)
    _told_of_the_chip(tools, folder)
    log = folder / "serial.log"
    log.unlink(missing_ok=True)
    words = f"""
        qemu-system-aarch64 -M raspi3b -m 1G -nodefaults -display none -no-reboot -dtb {WORK}/{BOARD}
        -kernel {WORK}/vmlinuz -initrd {WORK}/initrd -drive file={WORK}/card.img,format=raw,if=sd
        -serial null -serial file:{WORK}/serial.log {CHIP}
    """
    said = TALKATIVE.replace("ttyAMA0", "ttyS1,115200")
    append = f"{ARGUMENTS} {said} systemd.log_level=info scorecard.slot=A rauc.slot=A"
    machine = subprocess.Popen(
        tools.command(folder, *words.split(), "-append", append),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=(folder / "qemu.log").open("wb"),
        start_new_session=True,
    )
    try:
        for wanted in WANTED:
            if not within(REACHED_S, lambda wanted=wanted: wanted in _read(log) or machine.poll() is not None):  # type: ignore[misc]
                yield f"not within {REACHED_S:.0f} s: {wanted}"
            elif wanted not in _read(log):
                yield f"the machine ended before: {wanted}"
    finally:
        os.killpg(machine.pid, signal.SIGKILL)
        machine.wait()


def _taken_out(tools: Tools, folder: Path) -> None:
    """Kernel and first root from slot A, the board's description from the FAT: what U-Boot would load."""
    cut = f"dd if={WORK}/card.img of={WORK}/slot bs=1M skip={SLOT_A.start >> 20} count={SLOT_A.size >> 20} conv=sparse"
    commands = [
        cut.split(),
        *(["debugfs", "-R", f"dump {name} {WORK}/{name}", f"{WORK}/slot"] for name in ("vmlinuz", "initrd")),
        ["mcopy", "-o", "-i", f"{WORK}/card.img@@{FIRMWARE.start}", f"::{BOARD}", f"{WORK}/{BOARD}"],
    ]
    for command in commands:
        _run(tools, folder, *command)
    (folder / "slot").unlink()


def _told_of_the_chip(tools: Tools, folder: Path) -> None:
    """At the end of the card's own kiosk.toml; and on its data partition, that this box has set it once, today."""
    card, own = f"{WORK}/card.img@@{FIRMWARE.start}", ("::kiosk.toml", f"{WORK}/kiosk.toml")
    _run(tools, folder, "mcopy", "-o", "-i", card, *own)
    with (folder / "kiosk.toml").open("a") as file:
        file.write('\n[clock]\nchip = "ds3231"\n')
    _run(tools, folder, "mcopy", "-o", "-i", card, *reversed(own))
    (folder / "mark").write_text("ds3231\n")
    OffCard(tools, folder / "card.img").change("mkdir /system", f"write {WORK}/mark /system/clock-chip")


def _run(tools: Tools, folder: Path, *command: str) -> None:
    subprocess.run(tools.command(folder, *command), check=True, stdin=subprocess.DEVNULL, capture_output=True)


def _read(log: Path) -> str:
    return log.read_text(errors="replace") if log.exists() else ""
