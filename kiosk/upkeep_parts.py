"""How every part of this machine is, from what the running kiosk knows: no part is disturbed by looking. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from kiosk.around import Around
from kiosk.box.update_rules import GOOD, INSTALLED, TRYING
from kiosk.upkeep_types import Health, Part
from sync.exchange_terms import Phase
from sync.inbox import InboxState
from sync.journal import Instant

SILENT_MINUTES = 10
"""Sync asks the office for something every minute or so."""
LATE_COPY_S = 300
"""The journals are copied within seconds."""
MOST_REFUSED = 3


@dataclass(frozen=True, slots=True)
class Known:
    """What the kiosk knows. `heard`: the printer has said something since the start; `counters`: there are buttons.

    `wall`: the office's wall clock, None while nobody vouches for it. `facts`: how many are on record. `connected`:
    an office is named in kiosk.toml; `inbox`: what sync last told of it. `mistaken`: a file's last good copy is in use.
    `prints`: there is a printer. `time_from`: who vouches for the clock, a source of clock.anchored or ntp. `around`:
    network, system, USB and the journals' copy.
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
    time_from: str | None = None
    around: Around = field(default_factory=Around)


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
        if known.time_from is not None:
            yield Part("time-from", Health.GOOD, f"from-{known.time_from}")
    yield from _network(known)
    if known.trouble is not None or "disk-low" not in known.board:
        yield _either("memory", known.trouble, "facts", str(known.facts))
    else:
        yield Part("memory", Health.NOTE, "almost-full")
    yield _office(known)
    yield from _copied(known.around)
    yield _either("board", next((each for each in known.board if each != "disk-low"), None), "well")
    yield Part("settings", Health.NOTE, "last-good") if known.mistaken else Part("settings", Health.GOOD, "well")
    yield Part("release", Health.GOOD, "figure", known.release)
    yield from _system(known.around)
    yield from _usb(known.around)
    if known.around.trial:
        yield Part("trial", Health.NOTE, "trial-left", str(known.around.trial_s))


def _either(name: str, wrong: str | None, good: str, figure: str = "") -> Part:
    return Part(name, Health.GOOD, good, figure) if wrong is None else Part(name, Health.BAD, wrong)


def _network(known: Known) -> Iterator[Part]:
    """What carries, with its addresses. A kiosk that stands alone needs none."""
    links = known.around.links
    if links is None:
        return
    carrying = [link for link in links if link.carries]
    addresses = ", ".join(address for link in carrying for address in link.addresses)
    if addresses:
        yield Part("network", Health.GOOD, "figure", addresses)
    elif carrying:
        yield Part("network", Health.BAD if known.connected else Health.NOTE, "no-address")
    else:
        yield Part("network", Health.BAD if known.connected else Health.GOOD, "unplugged")


def _copied(around: Around) -> Iterator[Part]:
    copied = around.copied
    if copied is None:
        return
    if copied.state == "missing":
        yield Part("copy", Health.NOTE, "copy-missing")
    elif copied.state == "broken":
        yield Part("copy", Health.BAD, "copy-broken", copied.why)
    elif copied.age_s is not None and copied.age_s >= LATE_COPY_S:
        yield Part("copy", Health.NOTE, "copy-late", str(copied.age_s // 60))
    else:
        yield Part("copy", Health.GOOD, "copy-kept")


def _system(around: Around) -> Iterator[Part]:
    release = around.release
    if release is None:
        return
    if release.slot:
        yield Part("system", Health.GOOD, "figure", f"{release.slot} · {release.running}")
    if release.result:
        told = {GOOD: "update-installed", INSTALLED: "update-trying", TRYING: "update-trying"}
        health = Health.GOOD if release.result == GOOD else Health.NOTE
        yield Part("update", health, told.get(release.result, "update-failed"), release.last)


def _usb(around: Around) -> Iterator[Part]:
    if around.unlocked_s:
        yield Part("usb", Health.NOTE, "usb-open", str(-(-around.unlocked_s // 60)))
    elif around.refused:
        shown = ", ".join(dict.fromkeys(each.device for each in around.refused[-MOST_REFUSED:]))
        yield Part("usb", Health.NOTE, "usb-refused", shown)
    elif around.refused is not None:
        yield Part("usb", Health.GOOD, "usb-clean")


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
