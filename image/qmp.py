"""QEMU told what to do: its control protocol (QMP, docs/interop/qmp-spec.rst) and its test port (qtest)."""

import json
import socket
from pathlib import Path
from typing import Any

from image.errors import ImageError

PATIENCE_S = 60.0


class Talk:
    """A connection of lines over a Unix socket; each call waits for its answer."""

    def __init__(self, path: Path, patience_s: float = PATIENCE_S) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(patience_s)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rb")

    def line(self) -> str:
        """The next one. Raises ImageError when the machine has ended."""
        try:
            text = self._lines.readline()
        except OSError as error:
            raise ImageError(f"the machine does not answer: {error}", hint="look at serial.log beside it") from error
        if not text:
            raise ImageError("the machine has ended", hint="look at serial.log beside it")
        return text.decode()

    def send(self, text: str) -> None:
        """A line."""
        self._socket.sendall(text.encode() + b"\n")

    def close(self) -> None:
        """Let go."""
        self._lines.close()
        self._socket.close()


class Monitor:
    """QMP: `do(command, …)` gives what the command returns."""

    def __init__(self, path: Path) -> None:
        self._talk = Talk(path)
        self._events: list[str] = []
        self._talk.line()
        self.do("qmp_capabilities")

    def do(self, command: str, **arguments: Any) -> Any:
        """Raises ImageError with what QEMU says against it."""
        self._talk.send(json.dumps({"execute": command, "arguments": arguments}))
        while True:
            answer = json.loads(self._talk.line())
            if "event" in answer:
                self._events.append(answer["event"])
            elif "error" in answer:
                raise ImageError(
                    f"{command}: {answer['error']['desc']}", hint="mend the call: QEMU knows no such thing"
                )
            elif "return" in answer:
                return answer["return"]

    def happened(self) -> list[str]:
        """The names of all events so far."""
        self.do("query-status")  # what came before its answer is read with it
        return self._events

    def close(self) -> None:
        """Let go."""
        self._talk.close()


class Pins:
    """The machine's own pins (a PL061), moved from outside through the test port."""

    def __init__(self, path: Path, device: str) -> None:
        self._talk, self._device = Talk(path), device

    def put(self, line: int, high: bool) -> None:
        """Put an input line high or low."""
        self._talk.send(f"set_irq_in {self._device} unnamed-gpio-in {line} {int(high)}")
        answer = self._talk.line().strip()
        if not answer.startswith("OK"):
            raise ImageError(f"the pin was not moved: {answer}", hint="see which device the pins are: info qtree")

    def close(self) -> None:
        """Let go."""
        self._talk.close()
