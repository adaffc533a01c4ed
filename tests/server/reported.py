"""An office of several days in a real ledger, with scores and complaints, for the tests of reports."""

import random
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from server import acts
from server.errors import ActRefused
from server.online import ask
from server.rollups import marked, reckon
from server.stores import FILE
from sync.body import FactName
from sync.facts_alerts import FollowupAnswered, FollowupOpened
from sync.facts_office import ComplaintNoted
from sync.issuing import token_hash
from sync.tickets import Status
from sync.types import Seq, UtcMs
from tests.server.audited import WHO
from tests.server.conftest import ZONE
from tests.server.device import NOON, Device, anchor, issued, score
from tests.server.places import reader_of
from tests.server.running import CONFIG
from tests.server.test_audit_acts import Day
from tests.server.test_online import TERMS, token
from tests.server.test_rollups import published

DAYS = ("2026-11-23", "2026-11-24", "2026-11-25", "2026-12-01")
MINUTE = 60_000


def live(folder: Path, seed: int, rounds: int = 8) -> Day:
    """Days in the life of an office: FOLDER/server.toml and FOLDER/office. `register` has a published time."""
    (folder / "server.toml").write_text(CONFIG, encoding="utf-8")
    (folder / "office").mkdir()
    day = Day(folder / "office", seed)
    first = published(2)
    services = [each if each["id"] == "register" else {**each, "minutes": 0} for each in first.catalogue["services"]]
    bare = [{key: value for key, value in each.items() if value != 0} for each in services]
    day.kiosks[0].record(type(first)(first.digest, {**first.catalogue, "services": bare}))
    chance = random.Random(seed)
    for number, date in enumerate(DAYS):
        if number:
            gone = UtcMs(NOON) + (int(date[-2:]) - 23 + (30 if date > "2026-12" else 0)) * 24 * 60 * MINUTE
            day.office.later((gone - int(day.office.now)) / MINUTE)
            day.office.day = date
        tie(day, day.kiosks[0])
        for _ in range(rounds):
            day.live(5)
            work(day, chance)
        tickets = list(day.office.live.tickets)
        if not tickets:
            continue
        day.office.write(ComplaintNoted(day.office.now, tickets[0], chance.choice(("long-wait", "other")), WHO.staff))
        follow_up(day, number)
        for kiosk in day.kiosks:
            day.hear(kiosk)
        for counter in (1, 2):  # the third one is forgotten
            with suppress(ActRefused):
                day.office.act(acts.Close(), counter)
    ask_for_places(day)
    return day


def ask_for_places(day: Day) -> None:
    """Places for phones: one whose ticket counts, one whose ticket does not, one that nobody comes with."""
    office, kiosk = day.office, day.kiosks[0]
    tokens = [token(n) for n in range(3)]
    with office.ledger.transaction():
        for each in tokens:
            ask(office.ledger, each, "register", office.moment, TERMS, UtcMs(office.now + 30 * MINUTE))
    for n, each in enumerate(tokens[:2]):
        kiosk.record(replace(issued(800 + n, day=office.day), place=token_hash(each)))
    day.hear(kiosk)


def follow_up(day: Day, number: int) -> None:
    """What is to be answered: one in time, one too late, one overdue, and one that has time for ever."""
    office, journal = day.office, day.office.ledger.own_next()[0]
    for due, answered in (("2999-12-31", True), ("2026-11-01", True), ("2026-11-01", False), ("2999-12-31", False)):
        why = "complaint" if number % 2 or not answered else "scores-counter"
        of = FactName(journal, Seq(1))
        with office.ledger.transaction():
            (fact,) = office.ledger.append([FollowupOpened(office.now, of, why, "1", due)], office.moment.instant)
            name = FactName(journal, fact.seq)
            if answered:
                office.ledger.append([FollowupAnswered(office.now, name, "0" * 64, WHO.staff)], office.moment.instant)


def work(day: Day, chance: random.Random) -> None:
    """Each counter serves whom it has and the next one, and some of them press."""
    for counter in (1, 2, 3):
        for act in (acts.Open(), acts.Resume(), acts.Next(), acts.Came()):
            with suppress(ActRefused):
                held = day.office.live.at_counter(counter)
                if not isinstance(act, acts.Next) or held is None or held.status is not Status.CALLED:
                    day.office.act(act, counter)
            day.office.later(chance.choice((0.1, 0.4)))
        press(day, chance, counter)
        day.office.later(chance.choice((0.5, 1.5, 2.5)))
        with suppress(ActRefused):
            day.office.act(acts.Finish(), counter)
        if chance.random() < 0.5:  # one who has gone, within the window or after it
            day.office.later(chance.choice((0.5, 1.0, 1.9, 2.2)))
            press(day, chance, counter)


def tie(day: Day, kiosk: Device) -> None:
    """The kiosk's clock is known anew."""
    kiosk.boottime_ms = int(day.office.now) - day.began[kiosk.journal_id]
    kiosk.record(anchor(int(day.office.now)), after_ms=0)


def press(day: Day, chance: random.Random, counter: int) -> None:
    """Nobody, somebody or two press there."""
    kiosk = day.kiosks[0]
    kiosk.boottime_ms = int(day.office.now) - day.began[kiosk.journal_id]
    for _ in range(chance.choice((0, 1, 1, 2))):
        kiosk.record(score(chance.choice((5, 5, 5, 4, 3, 1)), counter), after_ms=chance.randrange(200))


def make_figures(folder: Path, day: Day) -> None:
    """Make the figures of every marked day anew."""
    ledger = day.office.ledger
    with closing(reader_of(folder / "office" / FILE)) as db:
        for office, date in marked(db):
            made = reckon(db, office, date, ZONE)
            with ledger.transaction():
                ledger.rollups.store(made, UtcMs(NOON))
