"""The whole demonstration on one machine: office server, virtual printer, kiosk, and what sends its facts.

    python -m kiosk.demo [--headless] [--out DIR] [--pages 8080] [--exchange 8443] [--printer 9100]

What it keeps (DIR, default data/demo) is there again at the next start. Port 0 takes any free one.
"""

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from kiosk.parts import Part, PartFailed

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = Path(__file__).parent / "example"
PAGES = r"^pages (http://\S+)"
EXCHANGE = r"^exchange (https://\S+)"
LISTENING = r"^listening (\S+):(\d+)"
READY = r"^kiosk ready"


@dataclass(frozen=True, slots=True)
class Ports:
    """TCP ports on this machine; 0: any free one."""

    pages: int = 8080
    exchange: int = 8443
    printer: int = 9100


class Demo:
    """Starts and stops the parts: "server", "printer", "kiosk", "sync". Paths and addresses are attributes.

    `tickets` holds NNNN.bin and NNNN.png; `control` is the kiosk's control socket; `pages` and `exchange` are the
    server's addresses once it runs; `environment` is what every part is started with. `programs` names another module
    for a part: the fault proofs run a broken kiosk with it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        ports: Ports | None = None,
        headless: bool = False,
        environment: Mapping[str, str] | None = None,
        programs: Mapping[str, str] | None = None,
        say: Callable[[str], None] = lambda line: None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.folder = folder.absolute()
        self.ports, self.headless, self._say, self._changed = ports or Ports(), headless, say, changed
        self._programs = programs or {}
        self.environment = {**(os.environ if environment is None else environment)}
        before = self.environment.get("PYTHONPATH")
        self.environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), before] if before else [str(ROOT)])
        self.kiosk_toml = self.folder / "kiosk" / "kiosk.toml"
        self.server_toml = self.folder / "office" / "server.toml"
        self.data = self.folder / "kiosk" / "data"
        self.tickets = self.folder / "tickets"
        self.control = self.folder / "kiosk" / "control"
        self.pages = self.exchange = ""
        self.parts: dict[str, Part] = {}

    def start(self) -> None:
        """Everything, in order; what was started is stopped again where one part fails. Raises PartFailed."""
        for name, port in (("pages", self.ports.pages), ("exchange", self.ports.exchange)):
            _check_free(name, port)
        _check_free("printer", self.ports.printer)
        try:
            self._start_server()
            self._start_printer()
            self._write_kiosk_toml(self._pairing_code())
            self._start(
                "kiosk",
                "the kiosk",
                ["-m", self._programs.get("kiosk", "kiosk"), "--config", str(self.kiosk_toml), *self._window()],
                [READY],
            )
            self._start("sync", "what sends the records", ["-m", "sync", "--config", str(self.kiosk_toml)], [])
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End every part, the kiosk first."""
        for name in ("kiosk", "sync", "printer", "server"):
            if name in self.parts:
                self.parts[name].end()

    def kill(self, name: str) -> None:
        """End one part at once, as a power cut would."""
        self.parts[name].kill(signal.SIGKILL)

    def restart(self, name: str) -> None:
        """Start one part again, with the same files and ports. Raises PartFailed."""
        self.parts[name].end()
        self.parts[name].start()

    def ended(self) -> list[Part]:
        """Parts that no longer run."""
        return [part for part in self.parts.values() if not part.alive]

    def _start(self, name: str, what: str, arguments: list[str], ready: list[str]) -> Part:
        self._say(f"starting {what}")
        part = Part(
            name,
            [sys.executable, "-u", *arguments],
            ready,
            log=self.folder / "logs" / f"{name}.log",
            environment=self.environment,
            changed=self._changed,
        )
        self.parts[name] = part
        part.start()
        return part

    def _start_server(self) -> None:
        self._write_server_toml(self.ports.exchange, self.ports.pages)
        arguments = ["-m", "server", "--config", str(self.server_toml)]
        server = self._start("server", "the office server", arguments, [PAGES, EXCHANGE])
        self.pages, self.exchange = server.found[PAGES][1].rstrip("/"), server.found[EXCHANGE][1].rstrip("/")
        # From now on the same ports, so that a restarted server is found again.
        self._write_server_toml(_port(self.exchange), _port(self.pages))

    def _start_printer(self) -> None:
        arguments = ["-m", "hardware.virtual_printer", "--out", str(self.tickets), "--listen"]
        address = f"127.0.0.1:{self.ports.printer}"
        printer = self._start("printer", "the virtual printer", [*arguments, address], [LISTENING])
        self.printer = printer.found[LISTENING][1], int(printer.found[LISTENING][2])
        printer.command[-1] = f"{self.printer[0]}:{self.printer[1]}"

    def _pairing_code(self) -> str | None:
        """A new one-time code, unless the kiosk is paired already."""
        if (self.data / "pin.json").exists():
            return None
        self._say("pairing the kiosk with the office")
        command = [
            sys.executable,
            "-m",
            "server",
            "pair",
            "--config",
            str(self.server_toml),
            "--place",
            "Demonstration",
        ]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=60)
        if done.returncode:
            raise PartFailed("the office gave no pairing code", hint=done.stderr.strip())
        return done.stdout.strip()

    def _window(self) -> list[str]:
        return ["--headless"] if self.headless else ["--window"]

    def _write_server_toml(self, exchange: int, pages: int) -> None:
        _write(
            self.server_toml,
            'data = "data"\n\n[name]\n' + _OFFICE + f'\n[listen]\nexchange = "127.0.0.1:{exchange}"\n'
            f'pages = "127.0.0.1:{pages}"\n\n[clock]\ntrust = "system"\n',
        )

    def _write_kiosk_toml(self, code: str | None) -> None:
        host, port = self.printer
        control = json.dumps(f"unix:{self.control}", ensure_ascii=False)
        catalogue = self.kiosk_toml.with_name("catalogue.toml")
        catalogue.parent.mkdir(parents=True, exist_ok=True)
        if not catalogue.exists():
            shutil.copyfile(EXAMPLE / "catalogue.toml", catalogue)
        _write(
            self.kiosk_toml,
            'place = "Demonstration"\ndata = "data"\ncatalogue = "catalogue.toml"\n'
            f'printer = "tcp://{host}:{port}"\npins = "mock"\ncounter = 1\ntime_zone = "Asia/Bangkok"\n'
            f'languages = ["th", "en", "my"]\n\n[office]\n{_OFFICE}\n'
            "[screen]\nwidth_mm = 345\nheight_mm = 194\nfullscreen = false\nwidth_px = 1280\nheight_px = 720\n\n"
            "[buttons]\nlevels = [5, 6, 13, 19, 26]\nlamp = 21\n\n"
            f'[server]\nurl = "{self.exchange}"\npublic_url = "{self.pages}"\n'
            + (f'code = "{code}"\n' if code else "")
            + f'\n[clock]\ntrust = "system"\n\n[sim]\ncontrol = {control}\n',
        )


_OFFICE = 'th = "สำนักงานเทศบาลนครตัวอย่าง"\nen = "Example City Office"\nmy = "နမူနာ မြို့တော် စည်ပင်သာယာရုံး"\n'


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _port(url: str) -> int:
    found = re.search(r":(\d+)$", url)
    assert found is not None, url
    return int(found[1])


def _check_free(name: str, port: int) -> None:
    if port == 0:
        return
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            hint = f"End what uses it, or choose another: --{name} PORT (0: any free one)."
            raise PartFailed(f"port {port} is in use: {error.strerror}", hint=hint) from error


def main(arguments: list[str]) -> int:
    """Run the demonstration until Ctrl-C or until the window is closed."""
    parser = argparse.ArgumentParser(prog="./run", description="The whole demonstration on this machine.")
    parser.add_argument("--headless", action="store_true", help="without a window, even where a display is")
    parser.add_argument("--out", type=Path, default=Path("data/demo"), metavar="DIR", help="what it keeps")
    for name, port in (("pages", 8080), ("exchange", 8443), ("printer", 9100)):
        parser.add_argument(
            f"--{name}", type=int, default=port, metavar="PORT", help=f"default {port}; 0: any free one"
        )
    given = parser.parse_args(arguments)
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ending = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        ending.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    ports = Ports(given.pages, given.exchange, given.printer)
    headless = given.headless or not display
    demo = Demo(given.out, ports=ports, headless=headless, say=_say, changed=ending.set)
    try:
        demo.start()
    except PartFailed as error:
        _say(f"{error}. {error.hint}")
        return 1
    _explain(demo)
    try:
        ending.wait()
        return _farewell(demo)
    finally:
        _say("stopping")
        demo.stop()


def _farewell(demo: Demo) -> int:
    for part in demo.ended():
        if part.name == "kiosk" and part.process is not None and part.process.returncode == 0:
            continue
        _say(f"{part.name} has ended. The last of its log:\n{part.tail()}")
        return 1
    return 0


def _explain(demo: Demo) -> None:
    _say("everything runs")
    where = "has no display here" if demo.headless else "is in the window: touch it, or use Tab, Enter, Esc, F1 to F3"
    print(f"\n  the kiosk    {where}")
    if demo.headless:
        print(f"               touch it: python -m kiosk.touch {demo.control} language-en service-move-in take")
    else:
        print("               keys 1 to 5 are the score buttons, 5 the most satisfied")
    print(f"  the office   {demo.pages}")
    print(f"  the tickets  {demo.tickets}")
    print(f"  the journal  {demo.data / 'journal.db'}")
    print("\n  Ctrl-C ends it all.\n", flush=True)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
