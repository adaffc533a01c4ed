"""The same card in the machine that QEMU calls a Raspberry Pi 3: its own boot loader, kernel and board description.

QEMU does not play the board's firmware, which loads that boot loader, nor a Raspberry Pi 4's card reader; and its
screen has red and blue exchanged. So this shows boot loader, kernel, first root, card and system on that processor and
its controllers, and no more.
"""

import os
import signal
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from PIL import Image

from image.configure_card import sparse_copy
from image.disk import FIRMWARE
from image.qmp import Monitor
from image.tools import WORK, Tools
from tests.image.boot.bench import TALKATIVE, prepare
from tests.image.boot.ground import Ground, Steps, within
from tests.image.updates.card import OffCard

CARD_BYTES = 4 << 30
"""QEMU wants a card of a power of two."""
LOADER, BOARD = "u-boot.bin", "bcm2837-rpi-3-b.dtb"
REACHED_S = 600.0
ASKS, LOADS = "Hit any key to stop autoboot", "scorecard: slot A"
"""What a boot loader says that has not read its settings; what ours says before it loads the kernel."""
WANTED = (
    LOADS,
    "Starting kernel",
    "this box is: kiosk",
    "the clock is set by the ds3231: 2027-03-04T",
    "multi-user.target",
)
CHIP = "-rtc base=2027-03-04T05:06:07 -device ds1338,bus=i2c-bus.1,address=0x68"
"""On I2C 1, where a module hangs on the header. QEMU has this one alone; a DS3231 tells the time in the same way."""


def pi(ground: Ground) -> Steps:
    """A card that was flashed, and told of a clock chip."""
    yield (
        "its own boot loader and kernel start it on QEMU's Raspberry Pi 3, to multi-user; a clock chip sets its clock",
        partial(raspberry, ground),
    )
    yield "nothing is read on the screen before the kernel, and no key is waited for", partial(quiet, ground)
    yield "without its settings the boot loader writes on the screen and waits for a key", partial(talkative, ground)


def raspberry(ground: Ground) -> list[str]:
    """In a folder beside the other machine's, which is off meanwhile."""
    ground.bench.machine.pull()
    return list(runs(ground.bench.tools, ground.bench.image, _folder(ground)))


def runs(tools: Tools, image: Path, folder: Path) -> Iterator[str]:
    """What was not seen, a line each."""
    _card(tools, image, folder)
    _told_of_the_chip(tools, folder)
    with _machine(tools, folder) as machine:
        yield from _reaches(machine, folder, WANTED)


def quiet(ground: Ground) -> list[str]:
    """While it loads the kernel, which takes it long, the screen has one colour."""
    missed, colours, said = _at_its_loader(ground)
    missed += [f"the screen has {colours} colours: loader.png"] if colours != 1 else []
    return [*missed, "it waits for a key"] if ASKS in said else missed


def talkative(ground: Ground) -> list[str]:
    """The control of `quiet`. Its script is gone, too: it would clear the screen."""
    missed, colours, said = _at_its_loader(ground, "uboot.env", "boot.scr")
    missed += ["the screen has one colour all the same"] if colours == 1 else []
    return missed if ASKS in said else [*missed, "it waits for no key all the same"]


def _at_its_loader(ground: Ground, *without: str) -> tuple[list[str], int, str]:
    """What was missed, how many colours the screen has once it loads the kernel, and what was said until then; or once
    it waits, on a card without these files."""
    tools, folder = ground.bench.tools, _folder(ground)
    _card(tools, ground.bench.image, folder)
    for name in without:
        _run(tools, folder, "mdel", "-i", f"{WORK}/card.img@@{FIRMWARE.start}", f"::{name}")
    with _machine(tools, folder) as machine:
        missed = list(_reaches(machine, folder, [ASKS if without else LOADS]))
        with closing(Monitor(folder / "qmp")) as monitor:
            monitor.do("screendump", filename=f"{WORK}/loader.png", format="png")
    with Image.open(folder / "loader.png") as picture:
        found = picture.convert("RGB").getcolors(1 << 20) or []
    return missed, len(found), _read(folder / "serial.log")


def _folder(ground: Ground) -> Path:
    return (ground.bench.folder / "pi").resolve()


def _card(tools: Tools, image: Path, folder: Path) -> None:
    """A card of this image in this folder, and what the board's firmware would take from it."""
    folder.mkdir(parents=True, exist_ok=True)
    sparse_copy(image, folder / "card.img")
    os.truncate(folder / "card.img", CARD_BYTES)
    prepare(folder / "card.img", {}, f"{TALKATIVE.replace('ttyAMA0', 'ttyS1,115200')} systemd.log_level=info")
    for name in (LOADER, BOARD):
        _run(tools, folder, "mcopy", "-o", "-i", f"{WORK}/card.img@@{FIRMWARE.start}", f"::{name}", f"{WORK}/{name}")


@contextmanager
def _machine(tools: Tools, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """It runs, with this folder's card in it."""
    for name in ("serial.log", "qmp"):
        (folder / name).unlink(missing_ok=True)
    words = f"""
        qemu-system-aarch64 -M raspi3b -m 1G -nodefaults -display none -no-reboot -dtb {WORK}/{BOARD}
        -kernel {WORK}/{LOADER} -drive file={WORK}/card.img,format=raw,if=sd -qmp unix:{WORK}/qmp,server=on,wait=off
        -serial null -serial file:{WORK}/serial.log {CHIP}
    """
    machine = subprocess.Popen(
        tools.command(folder, *words.split()),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=(folder / "qemu.log").open("wb"),
        start_new_session=True,
    )
    try:
        yield machine
    finally:
        os.killpg(machine.pid, signal.SIGKILL)
        machine.wait()


def _reaches(machine: "subprocess.Popen[bytes]", folder: Path, texts: Iterable[str]) -> Iterator[str]:
    """Which of these it does not say, one after the other."""
    log = folder / "serial.log"
    for wanted in texts:
        if not within(REACHED_S, lambda wanted=wanted: wanted in _read(log) or machine.poll() is not None):  # type: ignore[misc]
            yield f"not within {REACHED_S:.0f} s: {wanted}"
        elif wanted not in _read(log):
            yield f"the machine ended before: {wanted}"


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
