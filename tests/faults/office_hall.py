"""The people of the hall: citizens at each kiosk, an officer at each counter. Each is a thread that a round ends."""

import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from kiosk.touch import Remote
from tests.faults.office_evidence import Told
from tests.server.officer import Officer

LANGUAGES = ("language-th", "language-en", "language-my")
MOST_STEPS = 14
"""Touches of one errand."""


class Citizens(threading.Thread):
    """One after the other takes a number at the kiosk with this control socket. `shown`: the numbers they saw."""

    def __init__(self, control: Path, seed: str, pace_s: tuple[float, float]) -> None:
        super().__init__(name=f"citizens {seed}", daemon=True)
        self._control, self._draw, self._pace = control, random.Random(seed), pace_s
        self.shown: set[str] = set()
        self._end = threading.Event()

    def run(self) -> None:
        """Until `leave`. A kiosk that is away is waited for."""
        while not self._end.wait(self._draw.uniform(*self._pace)):
            try:
                with Remote(self._control) as kiosk:
                    self._errand(kiosk)
            except (OSError, ValueError):
                continue

    def leave(self) -> None:
        """No more; returns when the last one has gone."""
        self._end.set()
        self.join(60)

    def _errand(self, kiosk: Remote) -> None:
        for _ in range(MOST_STEPS):
            seen = kiosk.screen()
            targets = [target["id"] for target in seen["targets"]]
            services = [target for target in targets if target.startswith("service-")]
            if seen["name"] in ("ticket", "write-down") and seen.get("ticket"):
                self.shown.add(seen["ticket"]["label"])
                kiosk.ask(key="Escape")
                return
            wanted = [each for each in ("take-anyway", "take", "done", "continue") if each in targets]
            if seen["name"] == "attract":
                kiosk.ask(touch=self._draw.choice(LANGUAGES))
            elif wanted or services:
                kiosk.ask(touch=wanted[0] if wanted else self._draw.choice(services))
            elif self._end.wait(0.05):
                return


@dataclass
class Desk:
    """What the officers share. `calling` is set as somebody sends *next*; `told`: what was answered; `refused`: by
    code; `said`: what should not have happened to an officer."""

    calling: threading.Event = field(default_factory=threading.Event)
    told: list[Told] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)
    again: int = 0


class Patient(Officer):
    """An officer who asks again until there is an answer, however long the server is away."""

    def pause(self) -> None:
        """Between two tries."""
        threading.Event().wait(1.0)


class CounterOfficer(threading.Thread):
    """Works one counter until `leave`: open, next, came or not, finish; every act with a key, sent again until it is
    answered."""

    def __init__(self, desk: Desk, chief: Officer, authority: Path, counter: int, seed: str, pace_s: float) -> None:
        super().__init__(name=f"counter {counter}", daemon=True)
        self.counter, self._desk, self._pace = counter, desk, pace_s
        self._draw = random.Random(f"{seed} counter {counter}")
        self.officer = Patient(chief.url, authority, self._draw.randbytes)
        self.officer.same_as(chief)
        self._end = threading.Event()
        self.idle = False
        """Nobody waited for it at the last look."""

    def run(self) -> None:
        """Act after act."""
        try:
            while not self._end.wait(self._draw.uniform(0.3, 1.7) * self._pace):
                self._act()
        except (AssertionError, ValueError, KeyError, httpx.HTTPError) as error:
            self._desk.said.append(f"the officer at counter {self.counter} gave up: {error!r}"[:300])
        finally:
            self._desk.again += self.officer.again
            self.officer.close()

    def leave(self) -> None:
        """No more; returns when the last act is answered."""
        self._end.set()
        self.join(120)

    def hurry(self, pace_s: float) -> None:
        """From now on so many seconds between two acts."""
        self._pace = pace_s

    def _act(self) -> None:
        state = self.officer.state(self.counter)
        act, fields = self._chosen(state)
        body = {"key": self.officer.key(), "changed": state["changed"], "act": {"act": act, **fields}}
        if act == "next":
            self._desk.calling.set()
        answer = self.officer.send(self.counter, body)
        if answer.status_code == 200:
            told = answer.json()
            self.idle = act == "next" and told["called"] is None
            if told["seq"]:
                self._desk.told.append(Told(self.counter, act, told["seq"], told["called"]))
            return
        code = str(answer.json().get("error"))
        self.idle = code == "nobody-waits"
        self._desk.refused[code] += 1
        if answer.status_code != 409:
            self._desk.said.append(f"counter {self.counter} was refused {act}: {answer.status_code} {code}")

    def _chosen(self, state: dict[str, Any]) -> tuple[str, dict[str, str]]:
        """What is to be done at the counter as it is."""
        if not state["open"]:
            return "open", {}
        held, dice = state["ticket"], self._draw.random()
        if held is None:
            return "next", {}
        if held["status"] == "called":
            if dice < 0.15:
                return "recall", {}
            if dice < 0.25:
                return "no-show", {"reason": "gave-up"}
            return ("withdraw", {}) if dice < 0.28 else ("came", {})
        return ("finish", {}) if dice < 0.3 else ("next", {})
