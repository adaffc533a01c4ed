"""What supervisors and administrators note beside the queue: complaints, cameras, checks of their clocks.

As server.calls: a request key, so that a form that is sent twice is noted once; all in one transaction.
"""

import re
from dataclasses import replace

from server import followups, queue
from server.errors import ActRefused
from server.ledger import Ledger
from server.once import once
from sync import reasons
from sync.body import TicketName
from sync.facts_office import CameraChecked, CameraSetup, CamerasSet, ComplaintNoted
from sync.types import UtcMs

MOST_CAMERAS = 40
MOST_OFFSET_MS = 400 * 86_400_000
Note = ComplaintNoted | CamerasSet | CameraChecked
_CAMERA = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")


def note(ledger: Ledger, key: str, body: Note, at: queue.Moment, *, keyed: bool = True) -> int:
    """Commit this fact, once for each key; its seq. Within a transaction. Raises ActRefused.

    `keyed` is left out by a test's control only.
    """
    fields = {name: getattr(body, name) for name in body.__dataclass_fields__ if name != "now_ms"}

    def do() -> bytes:
        now = queue.steady(ledger, at)
        queue.turn(ledger, now)
        (fact,) = queue.commit(ledger, [replace(body, now_ms=now.now_ms)], now.instant)
        if isinstance(body, ComplaintNoted):
            followups.open_for(ledger, fact.seq, followups.COMPLAINT, body.category, now)
        return str(int(fact.seq)).encode()

    return int(once(ledger, key, f"{body.kind} {fields!r}".encode(), at.now_ms, do, keyed=keyed))


def complaint(now_ms: UtcMs, ticket: TicketName, category: str, staff: str) -> ComplaintNoted:
    """The fact of a complaint. Raises ActRefused: the category is not listed."""
    if category not in reasons.COMPLAINT:
        raise ActRefused("not-listed", f"there is no category {category!r}", hint="Choose one from the list.")
    return ComplaintNoted(now_ms, ticket, category, staff)


def cameras(now_ms: UtcMs, rows: list[tuple[str, str]]) -> CamerasSet:
    """The fact of all cameras from (name, days as written; blank: not known). Raises ActRefused."""
    found: dict[str, CameraSetup] = {}
    for name, days in rows:
        if not name and not days:
            continue
        if not _CAMERA.fullmatch(name) or name in found or len(found) >= MOST_CAMERAS:
            raise ActRefused("bad-camera", f"{name!r} is no name of one camera", hint="Letters, digits, - _ . alone.")
        if days and not (days.isascii() and days.isdecimal() and 1 <= int(days) <= 3650):
            raise ActRefused("bad-camera", f"{days!r} is no number of days", hint="1 to 3650, or blank.")
        found[name] = CameraSetup(name, int(days) if days else None)
    return CamerasSet(now_ms, tuple(found.values()))


def check(now_ms: UtcMs, camera: str, ahead: str, give: str, staff: str) -> CameraChecked:
    """The fact of a check: seconds that the picture's clock is ahead, give or take seconds. Raises ActRefused."""
    try:
        offset_ms, slack_ms = round(float(ahead) * 1000), round(float(give) * 1000)
    except (ValueError, OverflowError) as error:
        raise ActRefused("bad-check", "these are no seconds", hint="Write them like -12 or 1.5.") from error
    if not _CAMERA.fullmatch(camera) or abs(offset_ms) > MOST_OFFSET_MS or not 0 <= slack_ms <= 3_600_000:
        raise ActRefused("bad-check", "these are no seconds", hint="Write them like -12 or 1.5.")
    return CameraChecked(now_ms, camera, offset_ms, slack_ms, staff)
