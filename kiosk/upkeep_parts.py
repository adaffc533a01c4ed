"""How every part of this machine is, from what the running kiosk knows: no part is disturbed by looking. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from kiosk.upkeep_types import Health, Part
from sync.exchange_terms import Phase
from sync.inbox import InboxState
from sync.journal import Instant

SILENT_MINUTES = 10
"""Sync asks the office for something every minute or so."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the kiosk knows. `heard`: the printer has said something since the start; `counters`: there are buttons.

    `wall`: the office's wall clock, None while nobody vouches for it. `facts`: how many are on record. `connected`:
    an office is named in kiosk.toml; `inbox`: what sync last told of it. `mistaken`: a file's last good copy is in use.
    `prints`: there is a printer.
    """

    printer: str | None
    heard: bool
    paper: str | None
    stuck: frozenset[tuple[int, int]]
    counters: bool
    wall: datetime | None
    trouble: str | None
    facts: int
    board: tuple[str, ...]
    connected: bool
    inbox: InboxState | None
    now: Instant
    mistaken: bool
    release: str
    prints: bool = True


def parts_of(known: Known) -> tuple[Part, ...]:
    """Every part, in the order in which one looks for a mistake."""
    return tuple(_parts(known))


def _parts(known: Known) -> Iterator[Part]:
    if known.prints:
        yield _either("printer", known.printer, "ready") if known.heard else Part("printer", Health.NOTE, "unheard")
        yield _paper(known.paper)
    if known.counters:
        stuck = ", ".join(f"{counter}/{level}" for counter, level in sorted(known.stuck))
        yield Part("buttons", Health.BAD, "stuck", stuck) if stuck else Part("buttons", Health.GOOD, "free")
    if known.wall is None:
        yield Part("clock", Health.BAD, "doubtful")
    else:
        yield Part("clock", Health.GOOD, "time", known.wall.isoformat(timespec="minutes"))
    if known.trouble is not None or "disk-low" not in known.board:
        yield _either("memory", known.trouble, "facts", str(known.facts))
    else:
        yield Part("memory", Health.NOTE, "almost-full")
    yield _office(known)
    yield _either("board", next((each for each in known.board if each != "disk-low"), None), "well")
    yield Part("settings", Health.NOTE, "last-good") if known.mistaken else Part("settings", Health.GOOD, "well")
    yield Part("release", Health.GOOD, "figure", known.release)


def _either(name: str, wrong: str | None, good: str, figure: str = "") -> Part:
    return Part(name, Health.GOOD, good, figure) if wrong is None else Part(name, Health.BAD, wrong)


def _paper(level: str | None) -> Part:
    match level:
        case "ok":
            return Part("paper", Health.GOOD, "enough")
        case "near-end":
            return Part("paper", Health.NOTE, "near-end")
        case "out":
            return Part("paper", Health.BAD, "paper-out")
        case _:
            return Part("paper", Health.GOOD, "untold")


def _office(known: Known) -> Part:
    inbox, now = known.inbox, known.now
    if not known.connected:
        return Part("office", Health.GOOD, "alone")
    if inbox is None or inbox.server_id is None or inbox.phase == Phase.UNPAIRED.value:
        return Part("office", Health.BAD, "unpaired")
    if inbox.phase == Phase.QUARANTINE.value:
        return Part("office", Health.BAD, "stopped", inbox.reason or "")
    contact = inbox.contact
    heard = contact.boottime_ms if contact is not None and contact.boot_id == now.boot_id else None
    minutes = (now.boottime_ms - (heard or 0)) // 60_000
    if minutes >= SILENT_MINUTES:
        return Part("office", Health.NOTE, "silent", str(minutes))
    waiting = max(known.facts - inbox.received, 0)
    return Part("office", Health.GOOD, "sending", str(waiting)) if waiting else Part("office", Health.GOOD, "sent")
