"""How printed waiting ranges held, and who waits: what the office's live page says of today's queue."""

import asyncio
import re
from contextlib import closing
from pathlib import Path

import pytest

from server import acts, reading
from server.feed import Feed
from server.pages import Pages
from server.stores import FILE
from sync.body import TicketName
from sync.codec import parse
from sync.estimate import PastError, WaitingRange, past_error, told_and_waited
from sync.facts import TicketPromised, understand
from sync.facts_office import TicketAdmitted, TicketCalled
from sync.live import Live
from sync.took import Took
from sync.types import Seq, UtcMs
from tests.server.audited import DAY, NEXT, Worked
from tests.server.conftest import ZONE
from tests.server.device import NOON
from tests.server.places import reader_of
from tests.server.test_pages import view
from tests.server.test_queue import MINUTE, take

PROMISED = {1: (0, 5), 2: (0, 5), 3: (10, 15), 4: (0, 10), 5: (5, 20)}


def promised(folder: Path, called: int = 3) -> Worked:
    """Five tickets with printed ranges: three are called on the first day, one the next morning, one never."""
    folder.mkdir()
    office = Worked(folder)
    kiosk = office.pair(1)
    for n, (low, high) in PROMISED.items():
        office.later(1)
        seq = take(kiosk, n, after_ms=MINUTE)
        kiosk.record(TicketPromised(Seq(seq), low, high), after_ms=0)
        office.hear(kiosk)
    office.act(acts.Open())
    kiosk.journal.close()
    if not called:
        return office
    for _ in range(called):
        office.serve()
    office.later(20 * 60)
    office.day = NEXT
    office.act(acts.Open())
    office.serve()
    return office


def held(office: Worked, day: str) -> PastError | None:
    with closing(reader_of(office.folder / FILE)) as db:
        return reading.held(db, day)


def test_printed_ranges_are_held_against_the_real_waits_of_their_tickets(tmp_path: Path) -> None:
    office = promised(tmp_path / "office")
    assert held(office, DAY) == PastError(3, 1 / 3, 1 / 3)
    assert held(office, NEXT) is None, "what was carried over was promised nothing for this day"
    office.ledger.rebuild()
    assert held(office, DAY) == PastError(3, 1 / 3, 1 / 3)
    office.close()


def test_the_projection_is_what_the_shared_fold_says(tmp_path: Path) -> None:
    office = promised(tmp_path / "office")
    live, took, days = Live(), Took(), {}
    with closing(reader_of(office.folder / FILE)) as db:
        query = "SELECT row FROM facts JOIN journals USING (journal_id) WHERE own > 0 ORDER BY seq"
        for (row,) in db.execute(query):
            fact = parse(row)
            body = understand(fact)
            assert body is not None
            took, live = took.after(live, body), live.after(body, fact.seq)
            days[live.day] = took
        ranges = {
            TicketName(journal, Seq(ticket)): WaitingRange(low, high)
            for journal, ticket, low, high in db.execute("SELECT * FROM promised")
        }
    assert len(ranges) == 5
    for day in (DAY, NEXT):
        assert held(office, day) == past_error(told_and_waited(ranges, days[day].waits))
    office.close()


def test_control_what_a_kiosk_says_of_calls_counts_for_nothing(tmp_path: Path) -> None:
    office = promised(tmp_path / "office")
    before = held(office, DAY)
    forger = office.pair(2)
    seq = take(forger, 40, after_ms=0)
    name = TicketName(forger.journal_id, Seq(seq))
    admitted = TicketAdmitted(NOON, name, DAY, "A040", ("register",), NOON, "issued")
    forger.record(TicketPromised(Seq(seq), 0, 5), admitted, TicketCalled(UtcMs(NOON + 1), name, 1, "s00000001"))
    office.hear(forger)
    assert held(office, DAY) == before
    with closing(reader_of(office.folder / FILE)) as db:
        assert db.execute("SELECT count(*) FROM waits WHERE called_ms IS NOT NULL").fetchone()[0] == 5, "it was kept"
    office.close()


@pytest.mark.parametrize(("low", "high"), [(5, 5), (-1, 5), (0, 10**9)])
def test_what_is_no_range_is_set_aside(tmp_path: Path, low: int, high: int) -> None:
    (tmp_path / "office").mkdir()
    office = Worked(tmp_path / "office")
    kiosk = office.pair(1)
    seq = take(kiosk, 1)
    kiosk.record(TicketPromised(Seq(seq), low, high))
    office.hear(kiosk)
    with closing(reader_of(office.folder / FILE)) as db:
        assert [row[0] for row in db.execute("SELECT kind FROM strange")] == ["ticket.promised"]
        assert db.execute("SELECT count(*) FROM promised").fetchone()[0] == 0
    kiosk.journal.close()
    office.close()


def test_the_live_page_tells_who_waits_who_is_at_work_and_how_ranges_held() -> None:
    pages = Pages({"en": "Office"}, ZONE)
    html = pages.office(view(waiting=7, at_work=(1, 4), held=PastError(40, 0.825, 0.1)), "en", NOON)
    assert re.search(r'id="waiting">7<', html)
    assert "Counters at work: <b>1 · 4</b>" in html
    assert "82 of 100 inside, 10 of 100 later (40 tickets)" in html
    for path in ("/check", "/audit", "/rule"):
        assert f'href="{path}?lang=en"' in html
    quiet = pages.office(view(), "en", NOON)
    assert "No counter is at work" in quiet
    assert 'id="held"' not in quiet


@pytest.mark.parametrize(("today", "shown"), [(DAY, (5, (1, 3))), (NEXT, (0, ()))])
def test_the_queue_of_another_day_is_not_shown_as_todays(tmp_path: Path, today: str, shown: tuple[object, ...]) -> None:
    office = promised(tmp_path / "office", called=0)
    office.act(acts.Open(), 3)
    moment = NOON if today == DAY else UtcMs(NOON + 24 * 60 * MINUTE)

    async def read(day: str) -> reading.View:
        return reading.View(day)

    feed = Feed(read, Pages({"en": "Office"}, ZONE), lambda: moment, lambda: office.live)
    found = asyncio.run(feed.view())
    assert (found.waiting, found.at_work) == shown
    office.close()
