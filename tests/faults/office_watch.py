"""Whoever looks at the displays of the hall all the time: the office's page in a browser, the board behind a set.

The page is followed as its own script follows it: parts as they come, true with the next beat, the band after 25 s.
"""

import re
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from kiosk.touch import Remote
from tests.faults.office_evidence import Sight
from tests.faults.office_judge import SILENCE_MS
from tests.faults.office_truth import Pair

LOOK_S = 0.2
RETRY_S = 3.0
"""What the stream tells a browser to wait before it tries again (`retry: 3000`)."""
_HERO = re.compile(r'class="number"[^>]*>([^<]+)<.*class="plate"[^>]*>(\d+)<', re.DOTALL)
_MORE = re.compile(r'<b class="label">([^<]+)<.*?<b class="plate">(\d+)<', re.DOTALL)
_RECENT = re.compile(r'<span class="label">([^<]+)<.*?<span class="plate">(\d+)<', re.DOTALL)
_LABEL, _COUNTER, _TIME = re.compile(r"[A-Z]{1,2}\d{3,4}"), re.compile(r"\d{1,2}"), re.compile(r"\d{2}:\d{2}:\d{2}")


def utc_ms() -> int:
    """Now."""
    return time.time_ns() // 1_000_000


class Watcher(threading.Thread):
    """Records `sights` until `leave`."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.sights: list[Sight] = []
        self._end = threading.Event()

    def leave(self) -> None:
        """No more; returns when it has."""
        self._end.set()
        self.join(60)


class PageWatcher(Watcher):
    """The page at `pages`/display."""

    def __init__(self, pages: str, zone: ZoneInfo) -> None:
        super().__init__("page")
        self._url, self._zone = f"{pages}/display/events?lang=en", zone
        self._lock = threading.Lock()
        self._shown: Sight | None = None
        self._heard = utc_ms()
        self.beats = self.breaks = 0

    def run(self) -> None:
        """Follow the stream; a second thread looks at the page as it stands."""
        looking = threading.Thread(target=self._look, daemon=True)
        looking.start()
        while not self._end.is_set():
            try:
                with httpx.stream("GET", self._url, timeout=15, trust_env=False) as answer:
                    answer.raise_for_status()
                    self._follow(answer.iter_lines())
            except httpx.HTTPError:
                pass
            self.breaks += 1
            self._end.wait(RETRY_S)
        looking.join()

    def _follow(self, lines: Iterator[str]) -> None:
        parts = {"hero": "", "more": ""}
        for name, data in events(lines):
            if self._end.is_set():
                return
            parts[name] = data
            if name == "beat":
                self._beat(parts)

    def _beat(self, parts: dict[str, str]) -> None:
        now = utc_ms()
        as_of = clock_ms(parts["beat"], now, self._zone)
        calls, recent = on_page(parts["hero"], parts["more"])
        with self._lock:
            self.beats += 1
            self._shown, self._heard = Sight("page", now, as_of, False, calls, recent), now
            self.sights.append(self._shown)

    def _look(self) -> None:
        while not self._end.wait(1.0):
            with self._lock:
                now, shown = utc_ms(), self._shown
                if shown is not None:
                    lost = now - self._heard > SILENCE_MS
                    self.sights.append(Sight("page", now, shown.as_of_ms, lost, shown.calls, shown.recent))


class BoardWatcher(Watcher):
    """The display with this control socket."""

    def __init__(self, control: Path, zone: ZoneInfo) -> None:
        super().__init__("board")
        self._control, self._zone = control, zone

    def run(self) -> None:
        """Look again and again."""
        while not self._end.wait(LOOK_S):
            try:
                with Remote(self._control) as board:
                    while not self._end.wait(LOOK_S):
                        seen = board.screen()
                        calls, recent = on_board(seen["texts"])
                        as_of = None
                        if seen["as_of"] is not None:
                            told = datetime.fromisoformat(seen["as_of"]).replace(tzinfo=self._zone)
                            as_of = int(told.timestamp() * 1000)
                        self.sights.append(Sight("board", utc_ms(), as_of, bool(seen["lost"]), calls, recent))
            except (OSError, ValueError):
                continue


def events(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    """(name, data) of server-sent events."""
    name, data = "", list[str]()
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            data.append(line.removeprefix("data: "))
        elif not line and name:
            yield name, "\n".join(data)
            name, data = "", []


def on_page(hero: str, more: str) -> tuple[frozenset[Pair], frozenset[Pair]]:
    """Who the page calls now, and whom it called before."""
    calls = {(label.strip(), int(counter)) for label, counter in (*_HERO.findall(hero), *_MORE.findall(more))}
    return frozenset(calls), frozenset((label.strip(), int(counter)) for label, counter in _RECENT.findall(more))


def on_board(texts: list[str]) -> tuple[frozenset[Pair], frozenset[Pair]]:
    """Who the board calls now, and whom it called before, by the texts in sight, from back to front."""
    now: list[str] = []
    before: list[str] = []
    taken: list[str] | None = None
    for text in texts:
        if "Number called" in text or "Also called now" in text:
            taken = now
        elif "Called before" in text:
            taken = before
        elif taken is not None and (_LABEL.fullmatch(text) or _COUNTER.fullmatch(text)):
            taken.append(text)
    return _paired(now), _paired(before)


def _paired(texts: list[str]) -> frozenset[Pair]:
    """A number and its counter stand side by side, in either order."""
    couples = zip(texts[::2], texts[1::2], strict=False)
    return frozenset((a, int(b)) if _LABEL.fullmatch(a) else (b, int(a)) for a, b in couples)


def clock_ms(text: str, near_ms: int, zone: ZoneInfo) -> int | None:
    """The UTC ms of a time of day like 10:02:40 that is nearest to this moment."""
    found = _TIME.search(text)
    if found is None:
        return None
    near = datetime.fromtimestamp(near_ms / 1000, zone)
    hour, minute, second = map(int, found[0].split(":"))
    same = near.replace(hour=hour, minute=minute, second=second, microsecond=0)
    days = (same + timedelta(days=shift) for shift in (-1, 0, 1))
    return min((int(each.timestamp() * 1000) for each in days), key=lambda each: abs(each - near_ms))
