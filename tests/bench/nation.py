"""A centre with offices by the thousand, made by what the product itself makes of introductions and batches."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from zoneinfo import ZoneInfo

from server.intake import take_batch
from server.ledger import Ledger
from server.pairing import Pairing
from server.relayed import take_introduction
from sync import calendar_fact
from sync.body import FactName
from sync.calendar_reader import parse_calendar
from sync.catalogue import parse_catalogue, to_body
from sync.facts_alerts import AlertRaised, FollowupOpened
from sync.facts_published import INFORMATION, NoticePublished
from sync.relaywire import Introduction, sign_introduction
from sync.types import UtcMs
from sync.wire import Refusal
from tests.bench.traffic import BEGAN, Machine, visits
from tests.server.televisions import EXAMPLE

ZONE = ZoneInfo("Asia/Bangkok")
GROUP = 50
"""Offices of one commit."""
DEVICES = 5
"""An office has one to so many kiosks."""
KINDS = (("เทศบาลตำบล", "Municipality", "မြို့နယ်"), ("องค์การบริหารส่วนตำบล", "Subdistrict", "ကျေးရွာအုပ်စု"))


@dataclass(frozen=True)
class Branch:
    """An office: its own journal, and its kiosks'."""

    number: int
    desk: Machine
    kiosks: tuple[Machine, ...]

    @property
    def name(self) -> dict[str, str]:
        """What it is called."""
        th, en, my = KINDS[self.number % 2]
        return {"th": f"{th} {self.number:04}", "en": f"{en} {self.number:04}", "my": f"{my} {self.number:04}"}


def branches(count: int, came: int, random: Random, devices: int = DEVICES) -> Iterator[Branch]:
    """Offices with what they recorded today: hours, services, a notice, an alert, something to answer, `came` visits at
    the first of its kiosks, of which there are one to `devices`."""
    catalogue = to_body(parse_catalogue((EXAMPLE / "catalogue.toml").read_bytes()))
    calendar = calendar_fact.to_body(parse_calendar((EXAMPLE / "calendar.toml").read_bytes()))
    for number in range(count):
        desk = Machine.begun(random, "office")
        kiosks = tuple(Machine.begun(random, "kiosk") for _ in range(1 + number % devices))
        for each in kiosks:
            each.record(10, catalogue, calendar)
        texts = {"th": "ปิดเที่ยง", "en": "Closed at noon", "my": "နေ့လယ်ပိတ်"}
        desk.record(20, NoticePublished(BEGAN, f"{number:016x}", texts, BEGAN, UtcMs(BEGAN + 86_400_000), INFORMATION))
        alert = desk.record(30, AlertRaised(BEGAN, "waiting", "register", 41, 30))
        desk.record(40, FollowupOpened(BEGAN, FactName(desk.name, alert), "scores-service", "register", "2026-12-08"))
        live = visits(kiosks[0], desk, random, 0)
        for _ in range(came):
            next(live)
        yield Branch(number, desk, kiosks)


def take(ledger: Ledger, of: Branch, now_ms: UtcMs = BEGAN) -> None:
    """An office is paired, introduces its kiosks, and brings what all of them recorded. Within a transaction."""
    desk = of.desk
    ledger.pair(Pairing(desk.name, desk.key.public, desk.secret, "office", "", bytes(32)), now_ms)
    ledger.offices.enter(desk.name, None, now_ms)
    for lane, each in enumerate((desk, *of.kiosks)):
        kiosk = each is not desk
        card = Introduction(
            each.name, each.key.public.hex(), each.secret.hex(), each.role, f"Kiosk {lane}" if kiosk else "",
            ZONE.key, of.name, lane - 1 if kiosk else None,
        )  # fmt: skip
        _sure(take_introduction(ledger, sign_introduction(desk.name, card, desk.key.sign), now_ms))
        _sure(take_batch(ledger, each.request(), now_ms))


def _sure(found: object) -> None:
    match found:
        case Refusal(message=message):
            raise RuntimeError(message)
