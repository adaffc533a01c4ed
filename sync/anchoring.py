"""Whether this look at the clocks deserves a `clock.anchored` fact. Pure; of kiosk and office alike."""

from collections.abc import Iterable

from sync.clock import Anchor, Reading, Timeline
from sync.facts import ClockAnchored
from sync.types import BootMs, UtcMs


def better(candidates: Iterable[Anchor | None], reading: Reading, timeline: Timeline) -> Anchor | None:
    """The tightest of these, where this boot has none yet or it is clearly better: half the uncertainty or less."""
    found = [anchor for anchor in candidates if anchor is not None]
    if not found:
        return None
    best = min(found, key=lambda anchor: _width(anchor, reading.boottime_ms))
    if not timeline.anchored(reading.boot_id):
        return best
    known = timeline.when(reading.boot_id, reading.boottime_ms)
    width = (known.latest or 0) - (known.earliest or 0)
    return best if _width(best, reading.boottime_ms) * 2 <= width else None


def anchored(anchor: Anchor) -> ClockAnchored:
    """The fact of an anchor that is made now: its time, moved on to now by whoever commits it."""
    return ClockAnchored(anchor.utc_ms, anchor.uncertainty_ms, anchor.source)


def moved(anchor: Anchor, to: BootMs) -> Anchor:
    """The same anchor said at another boot time, with the drift that may have come in between."""
    interval = anchor.project(to)
    assert interval.earliest is not None
    assert interval.latest is not None
    middle = UtcMs((interval.earliest + interval.latest) // 2)
    return Anchor(to, middle, (interval.latest - interval.earliest + 1) // 2, anchor.source)


def _width(anchor: Anchor, at: BootMs) -> int:
    interval = anchor.project(at)
    return (interval.latest or 0) - (interval.earliest or 0)
