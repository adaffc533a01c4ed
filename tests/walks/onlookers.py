"""Citizens who never stop touching a kiosk, and who judge every screen that they see."""

import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kiosk.touch import Remote
from kiosk.wording import REASONS, reason, texts
from translations import LANGUAGES

PAUSE_S = 0.12
"""Between two touches: faster than any finger on a kiosk."""
ASIDE = ("help", "access")


def _whom_to_ask(language: str) -> tuple[str, str]:
    """The words that send one to the staff, or tell the staff what to do."""
    spoken = texts(language)
    return plain(spoken.gettext("Please ask the staff")), plain(spoken.gettext("Staff: {step}").format(step=""))


def judge(seen: Mapping[str, Any]) -> str | None:
    """Why this screen (the control's answer) is a dead end for whoever stands there; None: it is none."""
    name, said = str(seen["name"]), plain(" ".join(seen["texts"]))
    targets = [str(target["id"]) for target in seen["targets"]]
    if name == "out-of-order":
        code = seen["trouble"] or "not-started"
        dumb = [language for language in LANGUAGES if plain(reason(code, language)) not in said]
        dumb += [language for language in LANGUAGES if not any(words in said for words in _whom_to_ask(language))]
        return f"out of order without saying why ({code}) and whom to ask in {', '.join(dumb)}" if dumb else None
    if name == "write-down" and not [why for why in REASONS if plain(reason(why, seen["language"])) in said]:
        return f"write-down without why in {seen['language']}"
    if name in ("write-down", "ticket") and plain(seen["ticket"]["label"]) not in said:
        return f"{name} without its number"
    if not [target for target in targets if target not in ASIDE]:
        return f"{name} without a target that leads on: {targets}"
    return None


def plain(text: str) -> str:
    """Without anything that only breaks lines."""
    return "".join(text.replace("\u200b", "").replace("\u2060", "").split())


@dataclass
class Crowd:
    """Touches and judges until it is left. A context manager with its own thread.

    `take` wants so many tickets more for `service`, in the three languages in turn; between tickets the crowd reads
    about services, asks for help and goes back. `sights`: (screen, trouble) as they were seen one after the other.
    `spoken`: (screen, language) seen. `shown`: numbers that were in sight; `written`: those that were to be written
    down since `forget`, `ever_written` since the beginning. `slowest`: the longest wait for an answer, in seconds.
    """

    control: Path
    seed: int
    service: str = "move-in"
    sights: list[tuple[str, str | None]] = field(default_factory=list)
    spoken: set[tuple[str, str]] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    ever_written: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)
    looks: int = 0
    slowest: float = 0.0
    _wanted: int = 0
    _taken: int = 0
    _end: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._draw = random.Random(self.seed)
        self._thread = threading.Thread(target=self._run, name="crowd", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def take(self, count: int) -> None:
        """So many tickets more are wanted."""
        self._wanted += count

    def leave(self) -> None:
        """Everybody goes home; returns when they have."""
        self._end.set()
        self._thread.join()

    def forget(self) -> None:
        """What was written down so far."""
        self.written.clear()

    @property
    def served(self) -> bool:
        """Whether every wanted ticket has a number."""
        return self._taken >= self._wanted

    def _run(self) -> None:
        while not self._end.is_set():
            try:
                with Remote(self.control) as kiosk:
                    while not self._end.wait(PAUSE_S):
                        self._touch(kiosk, self._look(kiosk))
            except (OSError, ValueError):  # the kiosk is away, or went away in the middle of an answer
                self._end.wait(PAUSE_S)

    def _look(self, kiosk: Remote) -> dict[str, Any]:
        begun = time.monotonic()
        seen = kiosk.screen()
        self.slowest = max(self.slowest, time.monotonic() - begun)
        self.looks += 1
        self.spoken.add((seen["name"], seen["language"]))
        complaint = judge(seen)
        if complaint is not None and complaint not in self.complaints:
            self.complaints.append(complaint)
        sight = (str(seen["name"]), seen["trouble"])
        if [sight] != self.sights[-1:]:
            self.sights.append(sight)
        label = seen["ticket"]["label"] if seen["name"] in ("ticket", "write-down") else None
        if label is not None and label not in self.shown:
            self.shown.add(label)
            self._taken += 1
        if label is not None and seen["name"] == "write-down":
            self.written.add(label)
            self.ever_written.add(label)
        return seen

    def _touch(self, kiosk: Remote, seen: Mapping[str, Any]) -> None:
        targets = [str(target["id"]) for target in seen["targets"]]
        services = [target for target in targets if target.startswith("service-")]
        match seen["name"]:
            case "attract":
                kiosk.ask(touch=f"language-{LANGUAGES[self._taken % len(LANGUAGES)]}")
            case "service" if not self.served:
                kiosk.reach(f"service-{self.service}")
                kiosk.ask(touch="take")
            case "service" if services:
                kiosk.ask(touch=self._draw.choice(services))
            case "service" | "access" | "help" | "my-ticket" | "standing" | "priority":
                kiosk.ask(touch=next(target for target in ("end-help", "back", "done", *targets) if target in targets))
            case "details":
                kiosk.ask(touch=self._draw.choice(["back", "help"]))
            case "ticket":
                kiosk.ask(touch=f"language-{LANGUAGES[self._taken % len(LANGUAGES)]}")
            case "write-down":
                kiosk.ask(touch="done")
            case "out-of-order" if "help" in targets and self._draw.random() < 0.2:
                kiosk.ask(touch="help")
            case _:
                # None of these would end a screen that has come in sight since the look.
                kiosk.ask(key=self._draw.choice(["F1", "F2", "F3", "Tab", "Up"]))
