"""A machine that is not there: the card in QEMU, with a screen to touch, pins to move and a plug to pull."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from image.configure_card import sparse_copy
from image.errors import ImageError
from image.qmp import Monitor, Pins
from image.tools import WORK, Tools

BOARD = "virt,acpi=off"
"""Without ACPI: with it QEMU gives the machine no pins."""
LOADER = "/usr/lib/u-boot/qemu_arm64/u-boot.bin"
REVISION = 0xC03111
"""A Raspberry Pi 4 of 4 GB: gpiozero wants to know on which board it is."""
CARD = f"-drive file={WORK}/card.img,format=raw,if=none,id=card,cache=writeback"
UNATTACHED = "/machine/unattached"
SIZE = (1280, 800)
FULL = 32767
"""What QEMU calls the far edge of a touch screen."""


@dataclass(frozen=True, slots=True)
class Plugged:
    """What hangs on the machine: its cable (`lan`, as words for QEMU; it runs after the words `inside`, in a network
    of its own), and more words for QEMU."""

    lan: tuple[str, ...] = ("-netdev", "user,id=lan")
    inside: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    memory_mb: int = 1024
    card_gb: int = 4


class Machine:
    """The card running. `folder` gets serial.log (all that the system says), sockets and pictures.

    The image stays as it is: what is written goes to a copy, card.img in the folder.
    """

    def __init__(self, tools: Tools, folder: Path, image: Path, plugged: Plugged | None = None) -> None:
        self._tools, self.folder = tools, folder.resolve()
        self._plugged = plugged or Plugged()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._image = image.resolve()
        self._process: subprocess.Popen[bytes] | None = None
        self._monitor: Monitor | None = None

    @property
    def card(self) -> Path:
        """The card itself, to be read and written while the machine is off."""
        return self.folder / "card.img"

    def insert(self) -> None:
        """A fresh card, as it was flashed."""
        (self.folder / "serial.log").unlink(missing_ok=True)
        sparse_copy(self._image, self.card)
        os.truncate(self.card, self._plugged.card_gb << 30)

    def describe(self) -> None:
        """Write board.dtb: QEMU's own description of the machine, with a Raspberry Pi's revision in it."""
        self._run(*self._command(f"{BOARD},dumpdtb={WORK}/board.dtb"))
        self._run("fdtput", "-c", f"{WORK}/board.dtb", "/system")
        self._run("fdtput", "-t", "x", f"{WORK}/board.dtb", "/system", "linux,revision", f"{REVISION:x}")

    def _run(self, *words: str) -> None:
        command = [*self._plugged.inside, *self._tools.command(self.folder, *words)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ImageError(f"{words[0]}: {done.stderr.strip()}", hint="look at the words it was given")

    @property
    def on(self) -> bool:
        """Whether it has power."""
        return self._process is not None

    def start(self, *more: str, card: str = CARD) -> None:
        """Power; `more` words for QEMU this once, `card` those that give it the card. Raises ImageError where it is
        on."""
        if self.on:
            raise ImageError("the machine is on already", hint="pull its plug first")
        for name in ("qmp", "qtest", "hand"):
            (self.folder / name).unlink(missing_ok=True)
        with (self.folder / "qemu.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._plugged.inside, *self._tools.command(self.folder, *self._command(card=card), *more)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.until(lambda: (self.folder / "qmp").exists(), "QEMU begins", 30)
        self._monitor = Monitor(self.folder / "qmp")

    def _command(self, board: str = BOARD, card: str = CARD) -> list[str]:
        described = f"-dtb {WORK}/board.dtb" if (self.folder / "board.dtb").exists() and board == BOARD else ""
        words = f"""
            qemu-system-aarch64 -M {board} -cpu cortex-a72 -smp 2 -m {self._plugged.memory_mb} {described}
            -bios {LOADER} -nodefaults -display none
            {card}
            -device virtio-blk-pci,drive=card,romfile=
            -device virtio-gpu-pci,xres={SIZE[0]},yres={SIZE[1]} -device virtio-multitouch-pci
            -device virtio-net-pci,netdev=lan,romfile=,id=cable
            -device usb-ehci,id=usb
            -chardev file,id=serial,path={WORK}/serial.log,append=on -serial chardev:serial
            -qmp unix:{WORK}/qmp,server=on,wait=off
        """
        return [*words.split(), *self._plugged.lan, *self._plugged.more]

    @property
    def monitor(self) -> Monitor:
        """QEMU itself."""
        if self._monitor is None:
            raise ImageError("the machine is off", hint="call start() first")
        return self._monitor

    @property
    def serial(self) -> str:
        """All that the system has said on its serial line."""
        log = self.folder / "serial.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def until(self, holds: Callable[[], bool], what: str, seconds: float) -> None:
        """Wait for it, at most so long. Raises ImageError."""
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end or (self._process is not None and self._process.poll() is not None):
                last = "\n".join(self.serial.splitlines()[-15:])
                raise ImageError(f"{what}: not within {seconds:.0f} s\n{last}", hint=f"look into {self.folder}")
            time.sleep(0.1)

    def picture(self, name: str) -> Path:
        """What the screen shows, as a PNG in the folder."""
        self.monitor.do("screendump", filename=f"{WORK}/{name}.png", format="png")
        return self.folder / f"{name}.png"

    def touch(self, x: float, y: float) -> None:
        """A finger down and up at this place; 0 to 1 from left and top."""
        at = [("x", int(x * FULL)), ("y", int(y * FULL))]
        moved = [_finger("data", axis=axis, value=value) for axis, value in at]
        self.monitor.do("input-send-event", events=[_finger("begin", tracking=1), *moved])
        self.monitor.do("input-send-event", events=[_finger("end", tracking=-1)])

    def medium(self, name: str) -> None:
        """Let QEMU know NAME.img of the folder as a drive of that name, for a stick to be plugged in with."""
        file = {"driver": "file", "filename": f"{WORK}/{name}.img"}
        self.monitor.do("blockdev-add", **{"driver": "raw", "node-name": name, "file": file})

    def written(self) -> int:
        """Bytes written to the card since power."""
        (card,) = (each for each in self.monitor.do("query-blockstats") if each.get("device") == "card")
        return int(card["stats"]["wr_bytes"])

    def pins(self) -> Pins:
        """The machine's own pins; it must have been given its test port."""
        parts = self.monitor.do("qom-list", path=UNATTACHED)
        found = [part["name"] for part in parts if part["type"] == "child<pl061>"]
        if not found:
            raise ImageError("this machine has no pins", hint="start it as -M virt")
        return Pins(self.folder / "qtest", f"{UNATTACHED}/{found[0]}")

    def pull(self) -> None:
        """The plug."""
        if self._process is not None:
            with suppress(ProcessLookupError):  # it may have gone by itself
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        if self._monitor is not None:
            self._monitor.close()
            self._monitor = None


def _finger(kind: str, tracking: int = 1, axis: str = "x", value: int = 0) -> dict[str, object]:
    data = {"type": kind, "slot": 0, "tracking-id": tracking, "axis": axis, "value": value}
    return {"type": "mtt", "data": data}
