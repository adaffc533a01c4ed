"""The cable between the machine and an office: a network of its own, with the office's server at its other end."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from kiosk.parts import Part
from tests.systemd.scan import BOX, LAN

ROOT = Path(__file__).parents[3]
EXCHANGE, PAGES, CONSOLE = 8443, 8080, 8444
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
AT_ONCE = 4096


class Lan:
    """A network namespace with one end of the machine's cable; `words` plug the other one into it."""

    words = ("-netdev", "tap,id=lan,ifname=lan0,script=no,downscript=no")

    def __init__(self) -> None:
        self.name = f"scorecard-{os.getpid()}"
        _ip("netns", "add", self.name)
        _ip("-n", self.name, "tuntap", "add", "dev", "lan0", "mode", "tap")
        _ip("-n", self.name, "addr", "add", f"{LAN}/24", "dev", "lan0")
        for link in ("lo", "lan0"):
            _ip("-n", self.name, "link", "set", link, "up")

    @property
    def inside(self) -> list[str]:
        """What a command begins with to run in this network."""
        return ["ip", "netns", "exec", self.name]

    def answering(self, first: int, last: int) -> list[int]:
        """TCP ports of the machine, of these, that answer a connection at all, be it with a no."""
        found: list[int] = []
        for start in range(first, last + 1, AT_ONCE):
            ports = json.dumps(list(range(start, min(last + 1, start + AT_ONCE))))
            scan = ["prlimit", f"--nofile={2 * AT_ONCE}", sys.executable, "-m", "tests.systemd.scan", "scan", ports]
            done = subprocess.run([*self.inside, *scan], check=True, capture_output=True, cwd=ROOT)
            found += json.loads(done.stdout)
        return found

    def pings(self) -> bool:
        """Whether the machine answers a ping within some seconds."""
        done = subprocess.run([*self.inside, "ping", "-c", "1", "-W", "5", BOX], capture_output=True, check=False)
        return done.returncode == 0

    def close(self) -> None:
        """Away with it, once nothing runs in it."""
        _ip("netns", "del", self.name)


class Office:
    """The office's server at the other end of the cable."""

    url = f"https://{LAN}:{EXCHANGE}"

    def __init__(self, folder: Path, lan: Lan, names: str) -> None:
        self._folder, self._lan = folder, lan
        folder.mkdir()
        self._settings = folder / "server.toml"
        self._settings.write_text(
            f'data = "data"\n\n[name]\n{names}\n[listen]\nexchange = "{LAN}:{EXCHANGE}"\npages = "{LAN}:{PAGES}"\n'
            f'console = "{LAN}:{CONSOLE}"\n\n[clock]\ntrust = "system"\n',
            encoding="utf-8",
        )
        self._part = Part(
            "server",
            [*lan.inside, sys.executable, "-u", "-m", "server", "--config", str(self._settings)],
            [r"^exchange (https://\S+)"],
            log=folder / "server.log",
            environment=ENVIRONMENT,
        )
        self._part.start()

    @property
    def ledger(self) -> Path:
        """Its database."""
        return self._folder / "data" / "office.db"

    def code(self, place: str) -> str:
        """A one-time pairing code."""
        return self._asked("pair", "--place", place)

    def facts(self, kind: str = "") -> int:
        """How many facts of the machine's journals it holds; of this kind, if one is named."""
        query = "SELECT count(*) FROM facts WHERE instr(CAST(row AS TEXT), ?) > 0"
        with closing(sqlite3.connect(f"{self.ledger.as_uri()}?mode=ro", uri=True)) as db:
            (count,) = db.execute(query, (f'"{kind}"' if kind else "[",)).fetchone()
        return int(count)

    def _asked(self, command: str, *arguments: str) -> str:
        line = [sys.executable, "-m", "server", command, "--config", str(self._settings), *arguments]
        done = subprocess.run(line, env=ENVIRONMENT, capture_output=True, text=True, check=True, timeout=60)
        return done.stdout.strip()

    def close(self) -> None:
        """End it."""
        self._part.end()


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, stdin=subprocess.DEVNULL, capture_output=True)
