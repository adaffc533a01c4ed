"""An office whose parts can be started, ended and started again one by one, and what they left behind."""

import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Self

from kiosk.demo import CONSOLE, EXAMPLE, EXCHANGE, PAGES, READY, ROOT
from kiosk.parts import Part
from kiosk.touch import Remote
from sync.facts import Body, understand
from sync.inbox import InboxReader, InboxState
from sync.journal import JournalReader
from tests.walks.stage import AnyBody

_OFFICE = 'th = "สำนักงานเทศบาลนครตัวอย่าง"\nen = "Example City Office"\nmy = "နမူနာ မြို့တော် စည်ပင်သာယာရုံး"\n'
LONG_S = 60.0
"""For what takes up to 20 s by design, on a machine that has other work as well."""
_LISTENING_AT_ALL = r"^listening (\S+)"


class Premises:
    """Server, printer, kiosk and sync in one folder, each started only when it is asked for. A context manager, which
    ends them all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data, self.tickets = folder / "kiosk" / "data", folder / "tickets"
        self.control, self.ledger = folder / "kiosk" / "control", folder / "office" / "data" / "office.db"
        self.hand = folder / "hand"
        self.parts: dict[str, Part] = {}
        self._environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        (folder / "kiosk").mkdir(parents=True)
        shutil.copyfile(EXAMPLE / "catalogue.toml", folder / "kiosk" / "catalogue.toml")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        for name in ("kiosk", "sync", "printer", "server"):
            if name in self.parts:
                self.parts[name].end()

    def start_server(self) -> int:
        """The office; the port of its exchange, the same at every start."""
        before = self.parts.get("server")
        if before is None:
            self._write_server_toml(0, 0, 0)
        arguments = ["-m", "server", "--config", str(self._server_toml)]
        server = self._start("server", arguments, [PAGES, EXCHANGE, CONSOLE])
        found = (server.found[what][1].rstrip("/") for what in (EXCHANGE, PAGES, CONSOLE))
        exchange, pages, console = (int(url.rsplit(":", 1)[1]) for url in found)
        self._write_server_toml(exchange, pages, console)
        return exchange

    def _write_server_toml(self, exchange: int, pages: int, console: int) -> None:
        self._server_toml.parent.mkdir(exist_ok=True)
        self._server_toml.write_text(
            f'data = "data"\n\n[name]\n{_OFFICE}\n[listen]\nexchange = "127.0.0.1:{exchange}"\n'
            f'pages = "127.0.0.1:{pages}"\nconsole = "127.0.0.1:{console}"\n\n[clock]\ntrust = "system"\n',
            encoding="utf-8",
        )

    def pairing_code(self) -> str:
        """A one-time code of the running server."""
        command = [sys.executable, "-m", "server", "pair", "--config", str(self._server_toml), "--place", "Hall"]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=True, timeout=60)
        return done.stdout.strip()

    def start_printer(self, *place: str) -> str:
        """The virtual printer at `--listen HOST:PORT` or `--pty LINK …`; where it is."""
        arguments = ["--out", str(self.tickets), "--control", f"unix:{self.hand}", *place]
        printer = self._start("printer", ["-m", "hardware.virtual_printer", *arguments], [_LISTENING_AT_ALL])
        return printer.found[_LISTENING_AT_ALL][1]

    def at_printer(self, **movement: str | bool) -> None:
        """A hand at the virtual printer: paper, cover, unplug, plug, swap …; returns when it is done."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(20)
            folder = os.open(self.folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                line.connect(f"/proc/self/fd/{folder}/{self.hand.name}")
            finally:
                os.close(folder)
            line.sendall(json.dumps(movement).encode() + b"\n")
            assert json.loads(line.recv(4096)) == {"ok": True}

    def write_kiosk_toml(
        self, printer: str, exchange: int | None = None, code: str | None = None, *, paper: str = ""
    ) -> None:
        """`exchange`: the port where the kiosk finds the office; None: it is a lone kiosk. `paper`: lines about roll
        and kind of printer."""
        url = f'url = "https://127.0.0.1:{exchange}"\n' if exchange else ""
        (self.folder / "kiosk" / "kiosk.toml").write_text(
            f'place = "Hall"\ndata = "data"\ncatalogue = "catalogue.toml"\nprinter = "{printer}"\npins = "mock"\n'
            f'time_zone = "Asia/Bangkok"\nlanguages = ["th", "en", "my"]\n{paper}\n[office]\n{_OFFICE}\n'
            "[screen]\nwidth_mm = 345\nheight_mm = 194\nfullscreen = false\nwidth_px = 1280\nheight_px = 720\n\n"
            f'[server]\n{url}public_url = "http://office.example"\n'
            + (f'code = "{code}"\n' if code else "")
            + f'\n[clock]\ntrust = "system"\n\n[sim]\ncontrol = "unix:{self.control}"\n',
            encoding="utf-8",
        )

    def start_kiosk(self, program: str = "kiosk") -> None:
        """Returns once it is ready for a touch."""
        self._start("kiosk", ["-m", program, "--config", str(self._kiosk_toml), "--headless"], [READY])

    def start_sync(self) -> None:
        """What sends the facts."""
        self._start("sync", ["-m", "sync", "--config", str(self._kiosk_toml)], [])

    def end(self, name: str, how: signal.Signals) -> None:
        """End a part, politely or not; returns when it is gone."""
        self.parts[name].kill(how)

    @property
    def _server_toml(self) -> Path:
        return self.folder / "office" / "server.toml"

    @property
    def _kiosk_toml(self) -> Path:
        return self.folder / "kiosk" / "kiosk.toml"

    def _start(self, name: str, arguments: list[str], ready: list[str]) -> Part:
        log = self.folder / "logs" / f"{name}.log"
        part = Part(name, [sys.executable, "-u", *arguments], ready, log=log, environment=self._environment)
        self.parts[name] = part
        part.start()
        return part

    # What they left -----------------------------------------------------------------------------------------------

    def look(self) -> dict[str, Any]:
        """What is in sight."""
        with Remote(self.control) as kiosk:
            return kiosk.screen()

    def facts(self, kind: type[AnyBody]) -> list[AnyBody]:
        """All facts of this kind in the kiosk's journal, oldest first."""
        return [body for body in self.by_seq().values() if isinstance(body, kind)]

    def by_seq(self) -> dict[int, Body]:
        """All facts of the kiosk's journal."""
        with JournalReader(self.data / "journal.db") as journal:
            found = {int(entry.seq): understand(entry.fact) for entry in journal.entries()}
        return {seq: body for seq, body in found.items() if body is not None}

    def sheets(self) -> list[Path]:
        """Every piece of paper that was cut off, oldest first."""
        return [path for path in sorted(self.tickets.glob("[0-9]*.png")) if "torn" not in path.name]

    def inbox(self) -> InboxState:
        """What sync knows of the office."""
        return InboxReader(self.data / "inbox.db").read() or InboxState()

    def arrived(self) -> bool:
        """Whether sync believes that the office has every fact."""
        with JournalReader(self.data / "journal.db") as journal:
            return self.inbox().received == journal.last().seq

    def log(self, name: str) -> str:
        """What a part has said so far."""
        return (self.folder / "logs" / f"{name}.log").read_text(encoding="utf-8")


def differences(journal: Path, ledger: Path) -> list[str]:
    """What of this journal the office lacks, holds otherwise, or holds beside it: row for row, byte for byte."""
    with JournalReader(journal) as reader:
        own = {int(entry.seq): entry.row for entry in reader.entries()}
        name = str(reader.opened().journal_id)
    with contextlib.closing(sqlite3.connect(f"{ledger.as_uri()}?mode=ro", uri=True)) as office:
        held = office.execute("SELECT seq, row FROM facts WHERE journal_id = ? ORDER BY seq", (name,)).fetchall()
        foreign = """SELECT DISTINCT journal_id FROM facts WHERE journal_id <> ?
            AND journal_id NOT IN (SELECT journal_id FROM journals WHERE own > 0)"""
        others = office.execute(foreign, (name,)).fetchall()
    told = [f"the office holds a journal {other} that nobody here wrote" for (other,) in others]
    told += [f"fact {seq} came {count} times" for seq, count in Counter(seq for seq, _ in held).items() if count > 1]
    there = dict(held)
    told += [f"fact {seq} has not arrived" for seq in own if seq not in there]
    return told + [f"fact {seq} is another one at the office" for seq in there if there[seq] != own.get(seq)]
