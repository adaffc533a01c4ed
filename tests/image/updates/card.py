"""The card of a machine that is off: bundles put onto its data partition, and what lies there read."""

import json
import subprocess
from pathlib import Path
from typing import Any

from image.disk import DATA
from image.machine import Machine
from image.tools import WORK, Tools
from kiosk.box.slot_command import Card
from kiosk.box.slots import COPIES_LBA, Record, newest


class OffCard:
    """The card of this machine."""

    def __init__(self, tools: Tools, machine: Machine) -> None:
        self._tools, self.folder, self.path = tools, machine.folder, machine.card

    @property
    def record(self) -> Record:
        """How the slots stand."""
        card = Card(self.path)
        return newest([card.read(lba) for lba in COPIES_LBA])[0]

    def put(self, bundle: Path, release: str) -> None:
        """As sync lays it down: the bundle, then the note that it is whole."""
        self._settle()
        (self.folder / "ready.raucb").hardlink_to(bundle)
        note = {"release": release, "sha256": "0" * 64, "size": bundle.stat().st_size}
        (self.folder / "ready.json").write_text(json.dumps(note))
        for name in ("ready.raucb", "ready.json"):
            self._debugfs(f"write {WORK}/{name} /updates/{name}", writes=True)
            (self.folder / name).unlink()

    def told(self) -> dict[str, Any]:
        """update.json."""
        self._settle()
        found: dict[str, Any] = json.loads(self._debugfs("cat /system/update.json"))
        return found

    def _settle(self) -> None:
        """What the file system's own journal holds, as the next start does it; 1: there was something."""
        self._run("sh", "-c", f"e2fsck -fy '{self._data}' >/dev/null; [ $? -le 1 ]")

    @property
    def _data(self) -> str:
        return f"{WORK}/{self.path.name}?offset={DATA.start}"

    def _debugfs(self, request: str, *, writes: bool = False) -> str:
        how = ["-w"] if writes else []
        return self._run("debugfs", *how, "-R", request, self._data)

    def _run(self, *words: str) -> str:
        command = self._tools.command(self.folder, *words)
        done = subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        return done.stdout
