"""What stands around the machine: its card prepared, a printer on its USB, an office on the network."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from image.disk import FIRMWARE
from image.machine import CARD, Machine, Plugged
from image.tools import WORK, Tools
from image.usb_printer import PluggedPrinter
from kiosk.parts import Part
from tests.image.boot.hand import FILE, KERNEL, SCRIPT, WORDS, Hand
from tests.image.boot.lan import Lan, Office
from tests.image.boot.sights import SIZE_MM
from tests.systemd.scan import BOX

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "kiosk" / "example"
LISTENING = r"^listening (\S+):(\d+)"
HAND_S = 60.0
LEVELS = (0, 1, 4, 5, 6)
"""Lines of the machine's pins: a PL061 has eight, and number 3 is its power key. They hang loose at low; a
button's rests high, as on a board that pulls it up."""

PIN = "482915"
OFFICE = """\
th = "สำนักงานเทศบาลนครตัวอย่าง"
en = "Example City Office"
my = "နမူနာ မြို့တော် စည်ပင်သာယာရုံး"
"""
KIOSK = f"""
place = "ห้องโถง"
catalogue = "catalogue.toml"
printer = "usb:///dev/usb/lp0"
paper_mm = 80
pins = "gpiochip0"
time_zone = "Asia/Bangkok"
languages = ["th", "en", "my"]

[office]
{OFFICE}
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

[network]
address = "{BOX}/24"

[server]
url = "{Office.url}"
"""
TALKATIVE = (
    "console=ttyAMA0 systemd.journald.forward_to_console=1 systemd.journald.max_level_console=info "
    "systemd.watchdog_sec=0 systemd.show_status=false kpti=off mitigations=off"
)
"""For the card's more.env: the serial line tells what happens, emulation's slowness is no hung machine, and it is not
made slower by guards against what only real processors leak."""
WITH_HAND = f"{TALKATIVE} {KERNEL}"


class Bench:
    """One machine with all around it, in a folder that keeps pictures, tickets and logs."""

    def __init__(self, tools: Tools, folder: Path, image: Path) -> None:
        self.folder = folder.resolve()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.tools, self.image = tools, image
        self._open = ExitStack()
        try:
            self._put_together(image)
        except BaseException:
            self._open.close()
            raise

    def _put_together(self, image: Path) -> None:
        self.lan = Lan()
        self._open.callback(self.lan.close)
        self.office = Office(self.folder / "office", self.lan, OFFICE)
        self._open.callback(self.office.close)
        folder = self.folder / "machine"
        folder.mkdir()
        self._open.enter_context(self._printer(folder / "usb"))
        usb = f"-chardev socket,id=printer,path={WORK}/usb -device usb-redir,chardev=printer,bus=usb.0"
        test = f"-qtest unix:{WORK}/qtest,server=on,wait=off"
        dog = "-device i6300esb,id=dog -action watchdog=reset -action reboot=reset"
        more = (*usb.split(), *test.split(), *dog.split(), *WORDS)
        self.machine = Machine(self.tools, folder, image, Plugged(Lan.words, tuple(self.lan.inside), more))
        self._open.callback(self.machine.pull)
        self.kiosk_toml = f'{KIOSK}code = "{self.office.code("ห้องโถง")}"\n[service]\npin = "{PIN}"\n'
        self.flash(self.kiosk_toml)
        self.machine.describe()

    @contextmanager
    def _printer(self, usb: Path) -> Iterator[None]:
        self.tickets = self.folder / "tickets"
        program = ["-m", "hardware.virtual_printer", "--listen", "127.0.0.1:0", "--out", str(self.tickets)]
        printer = Part(
            "printer",
            [sys.executable, *program],
            [LISTENING],
            log=self.folder / "printer.log",
            environment={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        printer.start()
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(usb))
        listening.listen()
        plugged = PluggedPrinter(listening, ("127.0.0.1", int(printer.found[LISTENING][2])))
        try:
            yield
        finally:
            plugged.close()
            printer.end()

    def flash(self, kiosk_toml: str) -> None:
        """A fresh card with these settings, and the example's services."""
        self.machine.insert()
        services = (EXAMPLE / "catalogue.toml").read_text()
        prepare(self.machine.card, {"kiosk.toml": kiosk_toml, "catalogue.toml": services})

    def start(self, *more: str, card: str = CARD) -> None:
        """Power, with no button held; the words are those of the machine's start."""
        self.machine.start(*more, card=card)
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
        self._open.close()

    @property
    def paired_toml(self) -> str:
        """The card's kiosk.toml once its code and its PIN were used."""
        return re.sub(r"(?m)^(code|pin) = .*$", r'\1 = "used"', self.kiosk_toml)

    def hand(self, patience_s: float = HAND_S) -> Hand:
        """A hand within the machine, which runs, or begins to."""
        return Hand(self.machine.folder, patience_s)

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

    def said(self, pattern: str, after: int = 0) -> re.Match[str] | None:
        """The first place of the serial log that this pattern finds, after so many letters."""
        return re.compile(pattern).search(self.machine.serial, after)


def prepare(card: Path, files: Mapping[str, str], words: str = WITH_HAND) -> None:
    """Put these onto the card's FAT, with more words for the kernel and the hand's script."""
    at = f"{card}@@{FIRMWARE.start}"
    for name, text in {**files, "more.env": f"scb_more={words}\n", FILE: SCRIPT}.items():
        subprocess.run(["mcopy", "-o", "-i", at, "-", f"::{name}"], input=text.encode(), check=True)
