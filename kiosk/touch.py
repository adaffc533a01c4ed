"""Touches a kiosk that runs without a screen: `python -m kiosk.touch SOCKET language-en service-move-in take press-5`.

Each word is a target in sight, a key (`key-Enter`) or a score button (`press-5`). Then it says what is in sight.
"""

import json
import os
import socket
import sys
from pathlib import Path
from typing import Any, Self

MOST_PAGES = 12
"""Pages of services that are looked through."""


class Remote:
    """A line to a kiosk's control socket."""

    def __init__(self, path: Path) -> None:
        """Raises OSError where no kiosk listens."""
        folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(30)
        try:
            self._socket.connect(f"/proc/self/fd/{folder}/{path.name}")
        except OSError:
            self._socket.close()
            raise
        finally:
            os.close(folder)
        self._answers = self._socket.makefile("r", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def ask(self, **asked: Any) -> dict[str, Any]:
        """One line and its answer. Raises ConnectionError where the kiosk is gone."""
        self._socket.sendall(json.dumps(asked).encode() + b"\n")
        line = self._answers.readline()
        if not line:
            raise ConnectionError("the kiosk has closed the line")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def screen(self) -> dict[str, Any]:
        """What is in sight: name, language, targets, texts, ticket."""
        return self.ask(screen=True)

    def reach(self, name: str) -> dict[str, Any]:
        """Touch this target; a service on another page is looked for there first. The answer to the last touch."""
        answer = self.ask(touch=name)
        if "error" not in answer or not name.startswith("service-"):
            return answer
        groups = [target for target in self._in_sight() if target.startswith("group-")]
        for group in groups or [""]:
            if group and "error" in self.ask(touch=group):
                self.ask(touch="back")  # from one group to all of them
                self.ask(touch=group)
            for _ in range(MOST_PAGES):
                if name in self._in_sight():
                    return self.ask(touch=name)
                if "error" in self.ask(touch="more"):
                    break
        return answer

    def _in_sight(self) -> list[str]:
        return [target["id"] for target in self.screen()["targets"]]

    def close(self) -> None:
        """Hang up."""
        self._answers.close()
        self._socket.close()


def main(arguments: list[str]) -> int:
    """Send each word, then say what is in sight; 1 where a word was refused."""
    if not arguments:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    with Remote(Path(arguments[0])) as remote:
        for word in arguments[1:]:
            kind, _, value = word.partition("-")
            if kind == "press" and value.isdigit():
                answer = remote.ask(press=int(value))
            elif kind == "key":
                answer = remote.ask(key=value)
            else:
                answer = remote.reach(word)
            if "error" in answer:
                sys.stderr.write(f"{word}: {answer['error']}. {answer['hint']}\n")
                return 1
        seen = remote.screen()
    sys.stdout.write(f"screen: {seen['name']}\n" + "".join(f"  {text}\n" for text in seen["texts"]))
    sys.stdout.write("targets: " + " ".join(target["id"] for target in seen["targets"]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
