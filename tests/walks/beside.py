"""A machine of an office on a virtual screen, its two processes, beside an office's server in this process."""

import json
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from kiosk.touch import Remote
from server.commands import perform
from sync.types import UtcMs
from tests.server.device import seeded
from tests.server.small_office import SmallOffice
from tests.walks.stage import VirtualScreen


def utc() -> UtcMs:
    return UtcMs(time.time_ns() // 1_000_000)


class Beside:
    """`text` is its kiosk.toml but for [server] and [sim]. Its folder is `folder`/NAME."""

    def __init__(self, folder: Path, name: str, text: str, screen: VirtualScreen) -> None:
        self.office = SmallOffice(folder / "office", utc=utc)
        self.office.start()
        pair = {"command": "pair", "place": None}
        asked = self.office.writer.submit(lambda ledger: perform(ledger, pair, self.office.der, seeded(5), utc()))
        code, self.folder = asked.result(20)["code"], folder / name
        self.folder.mkdir()
        self.control = self.folder / "control"
        control = json.dumps(f"unix:{self.control}")
        rest = f'[server]\nurl = "{self.office.url}"\ncode = "{code}"\n[sim]\ncontrol = {control}\n'
        (self.folder / "kiosk.toml").write_text(text + rest, "utf-8")
        self.processes = {
            program: subprocess.Popen(
                [sys.executable, "-m", program, "--config", str(self.folder / "kiosk.toml")],
                env=screen.environment,
                stderr=subprocess.DEVNULL,
            )
            for program in ("kiosk", "sync")
        }

    def look(self) -> dict[str, object]:
        with suppress(OSError), Remote(self.control) as machine:
            return machine.screen()
        return {}

    def shows(self, text: str) -> bool:
        texts = self.look().get("texts", [])
        return isinstance(texts, list) and text in texts

    def close(self) -> None:
        for process in self.processes.values():
            process.terminate()
            assert process.wait(20) == 0
        self.office.stop()
