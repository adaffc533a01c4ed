"""The card of a machine that is off: bundles put onto its data partition, and what lies there read."""

import json
import subprocess
from pathlib import Path
from typing import Any

from image.disk import DATA, MIB
from image.errors import ImageError
from image.tools import WORK, Tools
from kiosk.box.shelf import BUNDLE
from kiosk.box.slot_command import Card
from kiosk.box.slots import COPIES_LBA, Record, newest

PART = "data.part"


class OffCard:
    """The card in this file."""

    def __init__(self, tools: Tools, path: Path) -> None:
        self._tools, self.folder, self.path = tools, path.parent, path

    @property
    def record(self) -> Record:
        """How the slots stand."""
        card = Card(self.path)
        return newest([card.read(lba) for lba in COPIES_LBA])[0]

    def put(self, bundle: Path) -> None:
        """As it lies once it was brought from a stick: what sync fetched it takes away where no office offers it."""
        (self.folder / BUNDLE).hardlink_to(bundle)
        self.change(f"write {WORK}/{BUNDLE} /system/update/{BUNDLE}")
        (self.folder / BUNDLE).unlink()

    def change(self, *lines: str) -> None:
        """What these lines of debugfs(8) change on the data partition."""
        self._take_out()
        for line in lines:
            self._run("debugfs", "-w", "-R", line, f"{WORK}/{PART}")
        self._put_back()

    def told(self) -> dict[str, Any]:
        """update.json."""
        self._take_out()
        found: dict[str, Any] = json.loads(self._run("debugfs", "-R", "cat /system/update.json", f"{WORK}/{PART}"))
        (self.folder / PART).unlink()
        return found

    def _take_out(self) -> None:
        """The data partition as a file of its own, with what its file system's own journal holds written, as the next
        start does it (1: there was something)."""
        window = f"bs={MIB} skip={DATA.start // MIB} conv=sparse status=none"
        self._run("dd", f"if={WORK}/{self.path.name}", f"of={WORK}/{PART}", *window.split())
        self._run("sh", "-c", f"e2fsck -fy {WORK}/{PART} >/dev/null; [ $? -le 1 ]")

    def _put_back(self) -> None:
        size = (self.folder / PART).stat().st_size
        self._run("fallocate", "-p", "-o", str(DATA.start), "-l", str(size), f"{WORK}/{self.path.name}")
        window = f"bs={MIB} seek={DATA.start // MIB} conv=sparse,notrunc status=none"
        self._run("dd", f"if={WORK}/{PART}", f"of={WORK}/{self.path.name}", *window.split())
        (self.folder / PART).unlink()

    def _run(self, *words: str) -> str:
        command = self._tools.command(self.folder, *words)
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ImageError(f"{words[0]} ended with {done.returncode}: {done.stderr.strip()}", hint="read its words")
        return done.stdout
