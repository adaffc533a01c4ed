"""A ledger of an office with the example's catalogue and calendar at hand."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from server.ledger import Ledger
from server.publishing import By
from server.queue import Moment
from server.stores import FILE
from sync.calendar_reader import parse_calendar
from sync.catalogue import parse_catalogue
from sync.journal import Instant
from sync.notices import Notice
from sync.publication import sealed_calendar, sealed_catalogue
from sync.services import Catalogue
from sync.types import BootMs, UtcMs
from tests.server.conftest import ZONE
from tests.server.desk import KEY
from tests.server.device import BOOT, DAY, NOON, seeded
from tests.server.places import place

EXAMPLE = Path(__file__).parents[2] / "kiosk" / "example"
CATALOGUE = sealed_catalogue(parse_catalogue((EXAMPLE / "catalogue.toml").read_bytes()))
CALENDAR = sealed_calendar(parse_calendar((EXAMPLE / "calendar.toml").read_bytes()))
CHIEF = By("s00000001")
TEXTS = {"th": "ปิดถนน", "en": "The road is closed", "my": "လမ်းပိတ်ထားသည်"}
HOUR = 3_600_000


def opened(folder: Path, key: Any = KEY, seed: int = 7) -> Ledger:
    """A ledger with its own journal."""
    ledger = Ledger(place(folder / FILE), ZONE, seeded(seed))
    with ledger.transaction():
        ledger.open_own(key, seeded(seed + 1), at().instant)
    return ledger


def at(seconds: int = 0) -> Moment:
    """So long after noon."""
    return Moment(UtcMs(NOON + seconds * 1000), DAY, Instant(BOOT, BootMs(1000 + seconds * 1000)))


def dearer(found: Catalogue = CATALOGUE, fee: int = 99_00) -> Catalogue:
    """The same with another fee of its first service."""
    first, *rest = found.services
    return replace(found, services=(replace(first, fee=fee), *rest))


def notice(name: str = "n1", **other: Any) -> Notice:
    """A notice for an hour from noon."""
    given: dict[str, Any] = {"from_ms": UtcMs(NOON), "until_ms": UtcMs(NOON + HOUR), "level": "information"}
    return Notice(name, TEXTS, **given | other)
