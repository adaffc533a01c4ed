"""Notices to every citizen, as an office's journal has them: which stand, which is told now. Pure.

Urgent ones are told alone as long as there are any. What has no room at once takes turns: notices, languages, parts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sync.body import Body
from sync.facts_published import URGENT, NoticePublished, NoticeWithdrawn

TURN_MS = 8_000
"""How long one part of one notice is told in one language: two or three lines."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as it stands, by language. `places`: where machines stand that tell it; none: everywhere."""

    notice: str
    texts: Mapping[str, str]
    from_ms: int
    until_ms: int
    level: str
    places: tuple[str, ...] = ()

    @property
    def is_urgent(self) -> bool:
        """Whether it is told before any other."""
        return self.level == URGENT

    def is_told(self, now_ms: int, place: str | None = None) -> bool:
        """Whether it is told at this moment, at this place (None: wherever everything is told)."""
        here = place is None or not self.places or place in self.places
        return here and self.from_ms <= now_ms < self.until_ms


def standing(bodies: Iterable[Body | None]) -> tuple[Notice, ...]:
    """The notices that these facts leave, in order: as each was last published, without those that were withdrawn."""
    found: dict[str, Notice] = {}
    for body in bodies:
        match body:
            case NoticePublished(notice=notice):
                found.pop(notice, None)
                times = body.from_ms, body.until_ms
                found[notice] = Notice(notice, body.texts, *times, body.level, body.places)
            case NoticeWithdrawn(notice=notice):
                found.pop(notice, None)
    return tuple(found.values())


def told(notices: Iterable[Notice], now_ms: int, place: str | None = None) -> tuple[Notice, ...]:
    """Those that are told at this moment, the newest first: the urgent ones, where there are any."""
    now = [each for each in notices if each.is_told(now_ms, place)][::-1]
    return tuple([each for each in now if each.is_urgent] or now)


@dataclass(frozen=True, slots=True)
class Telling:
    """The notices that are told, and the number of the turn: whoever has no room for all shows the part whose it is."""

    notices: tuple[Notice, ...]
    turn: int


def telling(now: tuple[Notice, ...], now_ms: int) -> Telling | None:
    """Of those that are told now (`told`), whose turn it is; None: nothing is told."""
    return Telling(now, now_ms // TURN_MS) if now else None


def until_turned(notices: Iterable[Notice], now_ms: int, place: str | None = None) -> int | None:
    """Milliseconds until something else may be told; None: nothing will change."""
    known = tuple(notices)
    edges = [edge - now_ms for each in known for edge in (each.from_ms, each.until_ms) if edge > now_ms]
    turn = [TURN_MS - now_ms % TURN_MS] if told(known, now_ms, place) else []
    return min([*edges, *turn], default=None)
