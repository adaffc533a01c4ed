"""Whether nobody would miss this machine for some minutes: the office's clock, its hours, who waits.

Run as the screen's user, whose records tell it; what is found is a file for scorecard-update.service.
"""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from kiosk.configfile import Loaded, load
from kiosk.office_data import hours_of
from kiosk.story import Story
from sync.calendar import Open
from sync.clock import Reading, Trust, office_time, trusted
from sync.inbox import InboxReader, OfficeTime
from sync.mirror import FILE as MIRROR
from sync.mirror import MirrorReader

DAYS = 2
INBOX = "inbox.db"
LOCALTIME, ZONES = Path("/etc/localtime"), Path("/usr/share/zoneinfo")


def found(config: Path, data: Path, reading: Reading, system_zone: ZoneInfo) -> bytes:
    """JSON: `local` without zone, `open`, `waiting`; null is what is not known. An office's server has no kiosk.toml
    here: of it only the clock is told."""
    loaded = load(config, data) if config.exists() else None
    if loaded is None or loaded.config is None:
        return msgspec.json.encode({"local": _local(reading, Trust.NTP, system_zone)})
    settings = loaded.config
    left = InboxReader(loaded.data / INBOX).read()
    office = left.office_time if left is not None else None
    local = _local(reading, Trust(settings.clock.trust), ZoneInfo(settings.time_zone), office)
    calendar = hours_of(loaded).calendar if local is not None else None
    hours = calendar.at(local) if calendar is not None and calendar.digest and local is not None else None
    told = None if hours is None else isinstance(hours, Open)
    return msgspec.json.encode({"local": local, "open": told, "waiting": waiting(loaded)})


def waiting(loaded: Loaded) -> int | None:
    """How many wait in the office's queue, as far as it has told; None: it has told nothing that can be read."""
    news, story = MirrorReader(loaded.data / MIRROR).news(days=DAYS), Story()
    if news is None:
        return None
    for fact in news.facts:
        story.take(fact)
    return None if story.lost else len(story.live.waiting())


def _local(reading: Reading, trust: Trust, zone: ZoneInfo, office: OfficeTime | None = None) -> datetime | None:
    """By this machine's clock where it is kept, else by what the office said in this boot."""
    if trusted(reading, trust, None) is not None:
        utc_ms = int(reading.utc_ms)
    elif office is not None and office.boot_id == reading.boot_id:
        utc_ms = office.utc_ms + reading.boottime_ms - office.boottime_ms
    else:
        return None
    return office_time(utc_ms, zone).replace(tzinfo=None)


def system_zone() -> ZoneInfo:
    """That of this machine's clock."""
    try:
        return ZoneInfo(LOCALTIME.resolve().relative_to(ZONES).as_posix())
    except (ValueError, OSError):  # a link to nowhere that is known
        return ZoneInfo("UTC")
