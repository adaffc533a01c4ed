"""A screen that nobody sees, with mouse and keyboard: the product's real window on it, touched as a user would.

The control socket is only looked at here: what is in sight, and where. Every touch and every key goes through X.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from PIL import Image

from kiosk.demo import Demo, Ports
from kiosk.screen_types import Screen
from kiosk.screens import settling
from kiosk.touch import Remote
from sync.facts import Body, understand
from sync.journal import JournalReader

START_S = 20.0
PATIENCE_S = 15.0
GLANCE_S = 0.03
TITLE = "Scorecard Smart Box"

Found = TypeVar("Found")
AnyBody = TypeVar("AnyBody", bound=Body)


def until(what: str, look: Callable[[], Found], seconds: float = PATIENCE_S) -> Found:
    """Look again and again until what is found is true, and give it. Raises TimeoutError, which says `what`."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds:g} s: {what}")
        time.sleep(GLANCE_S)


class VirtualScreen:
    """Xvfb on a display number of its own; `environment` puts programs on it. A context manager."""

    def __init__(self, width: int = 1280, height: int = 720) -> None:
        self.size = (width, height)
        self.environment: Mapping[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        told, tell = os.pipe()
        geometry = f"{self.size[0]}x{self.size[1]}x24"
        command = ["Xvfb", "-displayfd", str(tell), "-screen", "0", geometry, "-nolisten", "tcp", "-noreset"]
        try:
            self._process = subprocess.Popen(command, pass_fds=[tell], stderr=subprocess.DEVNULL)
        finally:
            os.close(tell)
        with os.fdopen(told, "rb") as answer:
            number = answer.readline().decode().strip()  # ends where Xvfb does, too
        if not number:
            raise RuntimeError("Xvfb did not start: is the Debian package xvfb installed?")
        kept = {name: value for name, value in os.environ.items() if name not in ("WAYLAND_DISPLAY", "SDL_VIDEODRIVER")}
        self.environment = {**kept, "DISPLAY": f":{number}"}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(START_S)

    def click(self, x: int, y: int) -> None:
        """The pointer goes to this pixel, and its button down and up."""
        self._xdotool("mousemove", str(x), str(y), "click", "1")

    def key(self, *names: str) -> None:
        """Keys by their X names (Tab, Return, F1, 5 …), one after the other."""
        self._xdotool("key", *names)

    def title(self) -> str:
        """The title of the window that has the keyboard, empty while there is none."""
        command = ["xdotool", "getwindowfocus", "getwindowname"]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False).stdout.strip()

    def picture(self) -> Image.Image:
        """Everything on the screen, as RGB."""
        command = ["import", "-silent", "-window", "root", "rgb:-"]
        done = subprocess.run(
            command, env={**self.environment, "MAGICK_THREAD_LIMIT": "1"}, capture_output=True, check=True
        )
        return Image.frombytes("RGB", self.size, _eight_bits(done.stdout, self.size))

    def _xdotool(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self.environment, check=True, capture_output=True)


def _eight_bits(raw: bytes, size: tuple[int, int]) -> bytes:
    """ImageMagick writes as many bits a sample as it is built for."""
    width = len(raw) // (size[0] * size[1] * 3)
    return raw[::width] if width > 1 else raw


class Stage:
    """The whole demonstration on a virtual screen, in a folder of its own and on free ports. A context manager."""

    def __init__(self, folder: Path) -> None:
        self.screen = VirtualScreen()
        self._folder = folder
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self.screen)
            self.demo = Demo(self._folder, ports=Ports(0, 0, 0, 0), environment=self.screen.environment)
            stack.callback(self.demo.stop)
            self.demo.start()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def look(self) -> dict[str, Any]:
        """What is in sight: name, language, targets, texts, ticket."""
        with Remote(self.demo.control) as kiosk:
            return kiosk.screen()

    def see(self, screen: Screen, seconds: float = PATIENCE_S) -> dict[str, Any]:
        """Wait for this screen, and for as long as a touch on it would be taken for the tail of the last one."""
        until(f"the screen {screen.value}", lambda: self.look()["name"] == screen.value, seconds)
        time.sleep(settling(screen) + GLANCE_S)
        return self.look()

    def touch(self, name: str, then: Screen) -> dict[str, Any]:
        """A finger on the middle of this target; then this screen is in sight."""
        x, y, width, height = next(target["rect"] for target in self.look()["targets"] if target["id"] == name)
        self.screen.click(x + width // 2, y + height // 2)
        return self.see(then)

    def press(self, *keys: str, then: Screen) -> dict[str, Any]:
        """Keys, one after the other; then this screen is in sight."""
        self.screen.key(*keys)
        return self.see(then)

    def facts(self, kind: type[AnyBody]) -> list[AnyBody]:
        """All facts of this kind that are durable in the kiosk's journal, oldest first."""
        with JournalReader(self.demo.data / "journal.db") as reader:
            bodies = [understand(entry.fact) for entry in reader.entries()]
        return [body for body in bodies if isinstance(body, kind)]

    def sheets(self) -> list[Path]:
        """The printed tickets so far, as pictures."""
        return sorted(self.demo.tickets.glob("*.png"))


def run_command(*arguments: str, folder: Path) -> "subprocess.Popen[str]":
    """`./run` with these arguments, started as from a shell without a display."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return subprocess.Popen(
        ["./run", *arguments],
        cwd=folder,
        env=environment | {"PYTHON": sys.executable},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=_hear_interrupts,
    )


def _hear_interrupts() -> None:
    """A program that runs in the background of a shell may have been told to ignore Ctrl-C; a user's has not."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def processes_about(folder: Path) -> list[str]:
    """The command lines of all processes that name this folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it has ended meanwhile
        if str(folder) in line:
            found.append(line)
    return found
