"""The whole demonstration on one machine: office server, virtual printer, kiosk, and what sends its facts.

    python -m kiosk.demo [--headless] [--display] [--out DIR]
                         [--pages 8080] [--exchange 8443] [--printer 9100] [--console 8444]

With --display the now-serving display opens in a second window, as a second machine without a browser shows it.
What it keeps (DIR, default data/demo) is there again at the next start. Port 0 takes any free one.
"""

import argparse
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from kiosk.parts import Part, PartFailed
from kiosk.touch import Remote

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = Path(__file__).parent / "example"
PAGES = r"^pages (http://\S+)"
EXCHANGE = r"^exchange (https://\S+)"
CONSOLE = r"^console (https://\S+)"
LISTENING = r"^listening (\S+):(\d+)"
ON_A_LINE = r"^listening (/\S*)"
READY = r"^kiosk ready"
DISPLAY_READY = r"^display ready"
KNOWN_WITHIN_S = 15


@dataclass(frozen=True, slots=True)
class Ports:
    """TCP ports on this machine; 0: any free one."""

    pages: int = 8080
    exchange: int = 8443
    printer: int = 9100
    console: int = 8444


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a simulated day needs: the shared clock's file, the printer's control socket, the kiosk's way to the office.

    `route` gives the address that the kiosk is told for the exchange's; `prepared` is called before the kiosk starts.
    `printer_baud`: the printer stands on a serial line of that speed (a pty) instead of the network. `boxes`: how many
    counters have score buttons, as far as there are pins.
    """

    clock: Path
    printer_control: Path
    route: Callable[[str], str]
    prepared: Callable[[], None]
    printer_baud: int | None = None
    boxes: int = 2


class Demo:
    """Starts and stops the parts: "server", "printer", "kiosk", "sync"; with `display` also "display" and what sends
    its records, "display-sync". Paths and addresses are attributes.

    `tickets` holds NNNN.bin and NNNN.png; `control` is the kiosk's control socket; `pages` and `exchange` are the
    server's addresses once it runs; `environment` is what every part is started with. `programs` names another module
    for a part: the fault proofs run a broken kiosk with it. `simulation` makes it a day whose clock can jump;
    the kiosk's journal then lies beside its kiosk.toml, and so does a calendar.toml, which whoever asks for it makes.
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
        simulation: Simulation | None = None,
        display: bool = False,
    ) -> None:
        self.folder, self._simulation, self.display = folder.absolute(), simulation, display
        self.ports, self.headless, self._say, self._changed = ports or Ports(), headless, say, changed
        self._programs = programs or {}
        self.environment = {**(os.environ if environment is None else environment)}
        before = self.environment.get("PYTHONPATH")
        self.environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), before] if before else [str(ROOT)])
        self.kiosk_toml = self.folder / "kiosk" / "kiosk.toml"
        self.server_toml = self.folder / "office" / "server.toml"
        self.data = self.folder / "kiosk" if simulation else self.folder / "kiosk" / "data"
        self.tickets = self.folder / "tickets"
        self.control = self.folder / "kiosk" / "control"
        self.display_toml = self.folder / "display" / "kiosk.toml"
        self.display_control = self.folder / "display" / "control"
        self.pages = self.exchange = self.console = self.printer = ""
        self.parts: dict[str, Part] = {}

    def start(self) -> None:
        """Everything, in order; what was started is stopped again where one part fails. Raises PartFailed."""
        ports = self.ports
        for name, port in (("pages", ports.pages), ("exchange", ports.exchange), ("console", ports.console)):
            _check_free(name, port)
        _check_free("printer", self.ports.printer)
        try:
            self._start_server()
            self._start_printer()
            self._write_kiosk_toml(self._pairing_code(self.data, "kiosk", "Demonstration"))
            if self._simulation is not None:
                self._simulation.prepared()
            self._start(
                "kiosk",
                "the kiosk",
                ["-m", self._programs.get("kiosk", "kiosk"), "--config", str(self.kiosk_toml), *self._window()],
                [READY],
            )
            self._start("sync", "what sends the records", ["-m", "sync", "--config", str(self.kiosk_toml)], [])
            if self._simulation is None:
                self._until_known()
            if self.display:
                self._start_display()
        except BaseException:
            self.stop()
            raise

    def _until_known(self) -> None:
        """Wait until the office knows the kiosk: it gives no number before."""
        pause = threading.Event()
        for _ in range(KNOWN_WITHIN_S * 10):
            with Remote(self.control) as kiosk:
                if kiosk.screen()["name"] != "out-of-order":
                    return
            pause.wait(0.1)

    def stop(self) -> None:
        """End every part, the kiosk first."""
        for name in ("display", "display-sync", "kiosk", "sync", "printer", "server"):
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
        self._write_server_toml(self.ports.exchange, self.ports.pages, self.ports.console)
        arguments = ["-m", "server", "--config", str(self.server_toml)]
        server = self._start("server", "the office server", arguments, [PAGES, EXCHANGE, CONSOLE])
        self.pages, self.exchange = server.found[PAGES][1].rstrip("/"), server.found[EXCHANGE][1].rstrip("/")
        self.console = server.found[CONSOLE][1].rstrip("/")
        # From now on the same ports, so that a restarted server is found again.
        self._write_server_toml(_port(self.exchange), _port(self.pages), _port(self.console))

    def _start_printer(self) -> None:
        arguments = ["-m", "hardware.virtual_printer", "--out", str(self.tickets)]
        simulation, address = self._simulation, f"127.0.0.1:{self.ports.printer}"
        if simulation is not None:
            arguments += ["--control", f"unix:{simulation.printer_control}"]
        if simulation is not None and simulation.printer_baud is not None:
            line = simulation.printer_control.with_name("printer.tty")
            arguments += ["--baud", str(simulation.printer_baud), "--pty", str(line)]
            self._start("printer", "the virtual printer", arguments, [ON_A_LINE])
            self.printer = f"serial://{line}?baud={simulation.printer_baud}"
            return
        printer = self._start("printer", "the virtual printer", [*arguments, "--listen", address], [LISTENING])
        printer.command[-1] = f"{printer.found[LISTENING][1]}:{printer.found[LISTENING][2]}"
        self.printer = f"tcp://{printer.command[-1]}"

    def _start_display(self) -> None:
        """A second machine of the office: its own folder, key and journal."""
        code = self._pairing_code(self.display_toml.parent / "data", "display", "Demonstration's display")
        _write(
            self.display_toml,
            'role = "display"\nplace = "Demonstration\'s display"\ndata = "data"\ntime_zone = "Asia/Bangkok"\n'
            f"catalogue = {json.dumps(str(self.kiosk_toml.with_name('catalogue.toml')), ensure_ascii=False)}\n"
            f'languages = ["th", "en", "my"]\n\n[office]\n{_OFFICE}\n'
            # A set of 43 inches, shown smaller than it is.
            "[screen]\nwidth_mm = 953\nheight_mm = 536\nfullscreen = false\nwidth_px = 960\nheight_px = 540\n\n"
            f'[server]\nurl = "{self.exchange}"\n'
            + (f'code = "{code}"\n' if code else "")
            + '\n[sound]\ndevice = "default"\n\n[clock]\ntrust = "system"\n\n[sim]\n'
            + f"control = {json.dumps(f'unix:{self.display_control}', ensure_ascii=False)}\n",
        )
        arguments = ["--config", str(self.display_toml)]
        self._start("display", "the display", ["-m", "kiosk", *arguments, *self._window()], [DISPLAY_READY])
        self._start("display-sync", "what the display hears by", ["-m", "sync", *arguments], [])

    def _pairing_code(self, data: Path, what: str, place: str) -> str | None:
        """A new one-time code, unless the machine with this data folder is paired already."""
        if (data / "pin.json").exists():
            return None
        self._say(f"pairing the {what} with the office")
        return self.asked("pair", "--place", place)

    def first_code(self) -> str | None:
        """A one-time code for the first administrator; None where there is one already. Raises PartFailed."""
        ledger = self.folder / "office" / "data" / "office.db"
        query = "SELECT count(*) FROM staff WHERE role = 'administrator' AND disabled = 0"
        with closing(sqlite3.connect(f"{ledger.as_uri()}?mode=ro", uri=True)) as db:
            (administrators,) = db.execute(query).fetchone()
        return None if administrators else self.asked("code")

    def asked(self, command: str, *arguments: str) -> str:
        """What `python -m server COMMAND` says. Raises PartFailed."""
        line = [sys.executable, "-m", "server", command, "--config", str(self.server_toml), *arguments]
        done = subprocess.run(line, env=self.environment, capture_output=True, text=True, check=False, timeout=60)
        if done.returncode:
            raise PartFailed(f"the office refused {command}", hint=done.stderr.strip())
        return done.stdout.strip()

    def _window(self) -> list[str]:
        return ["--headless"] if self.headless else ["--window"]

    def _write_server_toml(self, exchange: int, pages: int, console: int) -> None:
        public = pages and not self._simulation  # of a free port nobody knows the address before
        _write(
            self.server_toml,
            'data = "data"\n'
            + (f'public_url = "http://127.0.0.1:{pages}"\n' if public else "")
            + "\n[name]\n"
            + _OFFICE
            + f'\n[listen]\nexchange = "127.0.0.1:{exchange}"\n'
            f'pages = "127.0.0.1:{pages}"\nconsole = "127.0.0.1:{console}"\n\n[clock]\ntrust = "system"\n'
            + ("\n[online]\n" if public else "")
            + ("\n[sim]\n" if self._simulation else "")
            + self._sim_clock(),
        )

    def _write_kiosk_toml(self, code: str | None) -> None:
        exchange = self._simulation.route(self.exchange) if self._simulation else self.exchange
        data, calendar = (".", 'calendar = "calendar.toml"\n') if self._simulation else ("data", "")
        control = json.dumps(f"unix:{self.control}", ensure_ascii=False)
        catalogue = self.kiosk_toml.with_name("catalogue.toml")
        catalogue.parent.mkdir(parents=True, exist_ok=True)
        if not catalogue.exists():
            shutil.copyfile(EXAMPLE / "catalogue.toml", catalogue)
        _write(
            self.kiosk_toml,
            f'place = "Demonstration"\ndata = "{data}"\ncatalogue = "catalogue.toml"\n{calendar}'
            f'printer = {json.dumps(self.printer, ensure_ascii=False)}\npins = "mock"\ntime_zone = "Asia/Bangkok"\n'
            f'languages = ["th", "en", "my"]\n\n[office]\n{_OFFICE}\n'
            "[screen]\nwidth_mm = 345\nheight_mm = 194\nfullscreen = false\nwidth_px = 1280\nheight_px = 720\n\n"
            + _boxes(self._simulation.boxes if self._simulation else 2)
            + f'[server]\nurl = "{exchange}"\npublic_url = "{self.pages}"\n'
            + (f'code = "{code}"\n' if code else "")
            + f'\n[clock]\ntrust = "system"\n\n[sim]\ncontrol = {control}\n'
            + self._sim_clock(),
        )

    def _sim_clock(self) -> str:
        return f"clock = {json.dumps(str(self._simulation.clock), ensure_ascii=False)}\n" if self._simulation else ""


_OFFICE = 'th = "สำนักงานเทศบาลนครตัวอย่าง"\nen = "Example City Office"\nmy = "နမူနာ မြို့တော် စည်ပင်သာယာရုံး"\n'


BOXES = (
    ([5, 6, 13, 19, 26], 21),
    ([17, 27, 22, 23, 24], 20),
    ([4, 7, 8, 9, 10], 11),
    ([12, 14, 15, 16, 18], 25),
)
"""Pins of the score boxes of counters 1 to 4, and of their lamps: more there are not on a Pi's header."""


def _boxes(count: int) -> str:
    return "".join(
        f"[[counters]]\ncounter = {counter}\nlevels = {levels}\nlamp = {lamp}\n\n"
        for counter, (levels, lamp) in enumerate(BOXES[:count], 1)
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _port(url: str) -> int:
    found = re.search(r":(\d+)$", url)
    assert found is not None, url
    return int(found[1])


def _port_number(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port: write a number from 0 to 65535")
    return int(text)


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
    """Run the demonstration until Ctrl-C or until the window is closed; with --day, a simulated office day."""
    if "--day" in arguments:
        from kiosk.officeday.command import main as day

        return day(arguments)
    parser = argparse.ArgumentParser(prog="./run", description="The whole demonstration on this machine.")
    parser.add_argument("--headless", action="store_true", help="without a window, even where a display is")
    parser.add_argument("--display", action="store_true", help="the now-serving display too, in a second window")
    parser.add_argument("--out", type=Path, default=Path("data/demo"), metavar="DIR", help="what it keeps")
    for name, port in (("pages", 8080), ("exchange", 8443), ("printer", 9100), ("console", 8444)):
        parser.add_argument(
            f"--{name}", type=_port_number, default=port, metavar="PORT", help=f"default {port}; 0: any free one"
        )
    given = parser.parse_args(arguments)
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ending = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        ending.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    ports = Ports(given.pages, given.exchange, given.printer, given.console)
    headless = given.headless or not display
    demo = Demo(given.out, ports=ports, headless=headless, say=_say, changed=ending.set, display=given.display)
    try:
        demo.start()
    except PartFailed as error:
        _say(f"{error}. {error.hint}")
        return 1
    try:
        _explain(demo)
        ending.wait()
        return _farewell(demo)
    finally:
        _say("stopping")
        demo.stop()


def _farewell(demo: Demo) -> int:
    for part in demo.ended():
        if part.name in ("kiosk", "display") and part.process is not None and part.process.returncode == 0:
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
    print(f"  the staff    {demo.console} (the browser warns until it is taught: {demo.pages}/certificate)")
    code = demo.first_code()
    if code is not None:
        print(f"               the first administrator enters at {demo.console}/first with the code {code}")
    else:
        print(f"               a further administrator's code: python -m server code --config {demo.server_toml}")
    own = ", and in the other window" if demo.display and not demo.headless else ""
    print(f"  the display  {demo.pages}/display{own}")
    print(f"  the tickets  {demo.tickets}")
    print(f"  the journal  {demo.data / 'journal.db'}")
    print("\n  Ctrl-C ends it all.\n", flush=True)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
