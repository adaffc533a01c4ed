"""What stands around the machine: its card prepared, a printer on its USB, an office on the network."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from image.configure_card import sparse_copy
from image.disk import FIRMWARE
from image.machine import Machine, Plugged
from image.tools import WORK, Tools
from image.usb_printer import PluggedPrinter
from kiosk.parts import Part
from tests.image.boot.sights import SIZE_MM

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "kiosk" / "example"
LEVELS = (0, 1, 4, 5, 6)
"""Lines of the machine's pins: a PL061 has eight, and number 3 is its power key. They hang loose at low; a
button's rests high, as on a board that pulls it up."""

KIOSK = f"""
place = "ห้องโถง"
catalogue = "catalogue.toml"
printer = "usb:///dev/usb/lp0"
paper_mm = 80
pins = "gpiochip0"
time_zone = "Asia/Bangkok"
languages = ["th", "en", "my"]

[office]
th = "สำนักงานเทศบาลนครตัวอย่าง"
en = "Example City Office"
my = "နမူနာ မြို့တော် စည်ပင်သာယာရုံး"

[screen]
width_mm = {SIZE_MM[0]}
height_mm = {SIZE_MM[1]}

[[counters]]
counter = 1
levels = {list(LEVELS)}
pressed = "low"

[sound]
device = "none"

[clock]
trust = "system"
"""
TALKATIVE = (
    "console=ttyAMA0 loglevel=5 systemd.journald.forward_to_console=1 systemd.journald.max_level_console=info "
    "systemd.watchdog_sec=0 systemd.show_status=false"
)
"""For the card's more.env: the serial line tells what happens, and emulation's slowness is no hung machine."""


class Bench:
    """One machine with all around it, in a folder that keeps pictures, tickets and logs."""

    def __init__(self, tools: Tools, folder: Path, image: Path, files: Mapping[str, str] | None = None) -> None:
        self.folder = folder.resolve()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        card = self.folder / "prepared.img"
        sparse_copy(image, card)
        prepare(card, files or {"kiosk.toml": KIOSK, "catalogue.toml": (EXAMPLE / "catalogue.toml").read_text()})
        self.tools = tools
        self.tickets = self.folder / "tickets"
        self._printer = Part(
            "printer",
            [sys.executable, "-m", "hardware.virtual_printer", "--listen", "127.0.0.1:0", "--out", str(self.tickets)],
            [r"^listening (\S+):(\d+)"],
            log=self.folder / "printer.log",
            environment={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self._printer.start()
        port = int(self._printer.found[r"^listening (\S+):(\d+)"][2])
        machine = self.folder / "machine"
        machine.mkdir()
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(machine / "usb"))
        listening.listen()
        self._plugged = PluggedPrinter(listening, ("127.0.0.1", port))
        more = f"-chardev socket,id=printer,path={WORK}/usb -device usb-redir,chardev=printer,bus=usb.0"
        test = f"-qtest unix:{WORK}/qtest,server=on,wait=off"
        self.machine = Machine(tools, machine, card, Plugged(more=(*more.split(), *test.split())))
        self.machine.insert()
        self.machine.describe()

    def start(self) -> None:
        """Power, with no button held."""
        self.machine.start()
        with closing(self.machine.pins()) as pins:
            for line in LEVELS:
                pins.put(line, high=True)

    def press(self, line: int, seconds: float = 0.3) -> None:
        """Hold the button of this line for so long."""
        with closing(self.machine.pins()) as pins:
            pins.put(line, high=False)
            time.sleep(seconds)
            pins.put(line, high=True)

    def close(self) -> None:
        """Everything off."""
        self.machine.pull()
        self._plugged.close()
        self._printer.end()

    @property
    def printed(self) -> int:
        """How many tickets came out of the printer."""
        return len(list(self.tickets.glob("*.png")))

    def prints(self, before: int, seconds: float) -> bool:
        """Whether one more comes out within this time than there were."""
        end = time.monotonic() + seconds
        while self.printed <= before and time.monotonic() < end:
            time.sleep(0.2)
        return self.printed > before

    def said(self, pattern: str) -> re.Match[str] | None:
        """The first place of the serial log that this pattern finds."""
        return re.search(pattern, self.machine.serial)


def prepare(card: Path, files: Mapping[str, str]) -> None:
    """Put these onto the card's FAT, with more.env."""
    for name, text in {**files, "more.env": f"scb_more={TALKATIVE}\n"}.items():
        at = f"{card}@@{FIRMWARE.start}"
        subprocess.run(["mcopy", "-o", "-i", at, "-", f"::{name}"], input=text.encode(), check=True)
