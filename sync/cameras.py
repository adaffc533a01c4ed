"""Which camera saw a ticket, and when, on the camera's own clock. Pure.

A camera's clock is never exact. It is checked now and then (`camera.checked`); a window takes in the check before and
the one after, each with its uncertainty, so that the moment itself is surely inside.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sync.audit_terms import Call
from sync.facts_office import CameraChecked, CameraSetup, CounterSetup
from sync.types import UtcMs

DAY_MS = 86_400_000
MARGIN_MS = 10_000
"""So much more on either side: somebody walks up to a counter, and away from it."""
UNCHECKED_MS = 10 * 60_000
"""How far a camera's clock may be off that was never checked."""


@dataclass(frozen=True, slots=True)
class Window:
    """Where to look for one call: the counter and its camera, `from_ms` to `to_ms` on the office's clock, `shown_from`
    to `shown_to` as the clock in the picture shows it (also UTC ms).

    `checked`: whether that clock was ever held against the office's. `export_before`: when the pictures begin to be
    overwritten; None: not known.
    """

    counter: int
    camera: str
    from_ms: UtcMs
    to_ms: UtcMs
    shown_from: UtcMs
    shown_to: UtcMs
    checked: bool
    export_before: UtcMs | None


@dataclass(frozen=True, slots=True)
class Cameras:
    """What is on record of the cameras: which one sees which counter, how long each keeps its pictures, and when its
    clock was checked, in order of time."""

    counters: Mapping[int, CounterSetup]
    setups: Mapping[str, CameraSetup]
    checks: tuple[CameraChecked, ...] = ()

    def window(self, call: Call, now_ms: UtcMs) -> Window | None:
        """Where to look for this call; None where no camera sees the counter. `now_ms` ends a call that goes on."""
        setup = self.counters.get(call.counter)
        if setup is None or setup.camera is None:
            return None
        begin, end = call.at_ms - MARGIN_MS, max(call.ended_ms or now_ms, call.at_ms) + MARGIN_MS
        low, high, checked = self._offset(setup.camera, call.at_ms)
        kept = self.setups.get(setup.camera)
        days = kept.retention_days if kept is not None else None
        return Window(
            counter=call.counter,
            camera=setup.camera,
            from_ms=UtcMs(begin),
            to_ms=UtcMs(end),
            shown_from=UtcMs(begin + low),
            shown_to=UtcMs(end + high),
            checked=checked,
            export_before=UtcMs(begin + days * DAY_MS) if days is not None else None,
        )

    def _offset(self, camera: str, at_ms: UtcMs) -> tuple[int, int, bool]:
        """By how much the camera's clock may have been ahead then: the least, the most, and whether it was checked."""
        checks = [each for each in self.checks if each.camera == camera]
        before = [each for each in checks if each.now_ms <= at_ms][-1:]
        after = [each for each in checks if each.now_ms > at_ms][:1]
        near = before + after
        if not near:
            return -UNCHECKED_MS, UNCHECKED_MS, False
        return (
            min(each.offset_ms - each.uncertainty_ms for each in near),
            max(each.offset_ms + each.uncertainty_ms for each in near),
            True,
        )


def windows(calls: Iterable[Call], cameras: Cameras, now_ms: UtcMs) -> list[Window]:
    """Where to look for these calls of a ticket, in order."""
    found = (cameras.window(call, now_ms) for call in calls)
    return [window for window in found if window is not None]
