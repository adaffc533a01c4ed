"""Alerts on record: raised once, seen by whom, over; whatever starts anew, and whatever the disk does."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from server import acts, queue, watch_reading
from server.alerts import Begin, Code, Found
from server.console_alerts import note_seen
from server.console_today import longest_minutes
from server.counter_state import ticket_state
from server.errors import LedgerRefused
from server.followups import DAYS
from server.lastword import Doubt
from server.notes import complaint, note
from server.schema import PROJECTIONS
from server.targets import targets
from server.watching import write
from sync.body import FactName
from sync.facts_alerts import AlertEnded
from sync.types import Seq, UtcMs
from tests.server.audited import WHO, worked
from tests.server.device import NOON, Device, anchor, score
from tests.server.state import contents
from tests.server.test_online import asked, come
from tests.server.test_queue import MINUTE, take
from tests.server.watched import Watched, machine


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path)
    yield made
    made.close()


def test_an_alert_was_raised_once_seen_by_somebody_and_ended(watched: Watched) -> None:
    watched.paper(out=True)
    (alert,) = watched.alerts
    assert (alert.code, alert.about, alert.raised_ms, watched.watch.unseen) == (
        "paper-out",
        "e" * 32,
        watched.office.now,
        1,
    )
    watched.office.later(1)
    watched.paper(out=True)
    watched.submit(lambda ledger: note_seen(ledger, alert.name, WHO.staff, watched.office.moment))
    watched.submit(lambda ledger: note_seen(ledger, alert.name, "s00000009", watched.office.moment))
    seen_ms = watched.office.now
    watched.office.later(1)
    watched.paper(out=False)
    (alert,) = watched.alerts
    assert (alert.seen_ms, alert.seen_by, alert.ended_ms) == (seen_ms, WHO.staff, watched.office.now)
    assert (watched.watch.unseen, watched.told) == (0, 2)


def test_a_restart_neither_repeated_nor_lost_an_alert(watched: Watched) -> None:
    watched.paper(out=True)
    for _ in range(3):
        watched.look(watched.begin())
    assert len(watched.alerts) == 1
    watched.devices = []
    watched.look(watched.begin())
    assert [each.ended_ms is not None for each in watched.alerts] == [True]


def test_control_without_the_look_at_the_record_a_restart_would_repeat_it(watched: Watched) -> None:
    watched.paper(out=True)
    begin, at = Begin(Code.PAPER, Found("e" * 32, 0, 0)), watched.office.moment
    watched.submit(lambda ledger: write([begin], [], at, ledger))
    assert len(watched.alerts) == 1
    watched.submit(lambda ledger: write([begin], [], at, _Forgetful(ledger)))  # type: ignore[arg-type]
    assert len(watched.alerts) == 2


class _Forgetful:
    """A ledger that does not say which alerts are open."""

    def __init__(self, ledger: object) -> None:
        self._ledger, self.episodes = ledger, self

    def open_alerts(self) -> dict[object, object]:
        return {}

    def __getattr__(self, name: str) -> object:
        return getattr(self._ledger, name)


def test_what_lasts_was_over_once_somebody_had_seen_it_and_was_not_raised_again(watched: Watched) -> None:
    watched.devices = [machine(contact_ms=watched.office.now, follows=True)]
    watched.look()
    (alert,) = watched.alerts
    watched.submit(lambda ledger: note_seen(ledger, alert.name, WHO.staff, watched.office.moment))
    watched.look()
    watched.look(watched.begin())
    (alert,) = watched.alerts
    assert (alert.code, alert.seen_by, alert.ended_ms) == ("machine-forked", WHO.staff, watched.office.now)


def test_while_the_disk_takes_nothing_it_is_told_from_here_and_written_afterwards(watched: Watched) -> None:
    watched.refuses = True
    watched.look()
    since = watched.office.now
    assert (watched.watch.refusing_ms, watched.watch.unseen, watched.told, watched.alerts) == (since, 1, 1, [])
    watched.office.later(5)
    with pytest.raises(LedgerRefused):
        watched.look()
    watched.refuses = False
    watched.look()
    (alert,) = watched.alerts
    assert (alert.code, alert.raised_ms, alert.ended_ms) == ("ledger-refuses", since, watched.office.now)
    assert (watched.watch.refusing_ms, watched.watch.unseen) == (None, 0)


def test_nothing_is_written_while_nobody_vouches_for_the_time(watched: Watched) -> None:
    watched.watch._moment = lambda: None
    watched.paper(out=True)
    assert watched.alerts == []


def scored(watched: Watched, levels: list[int]) -> Device:
    """So many people are served at counter 1, and score it."""
    office = watched.office
    kiosk = office.pair(1)
    office.hear(kiosk)
    office.act(acts.Open())
    for n, level in enumerate(levels, 1):
        take(kiosk, n, after_ms=MINUTE)
        office.later(1)
        office.hear(kiosk)
        office.serve()
        kiosk.record(score(level), after_ms=int(3.5 * MINUTE))
        office.hear(kiosk)
    return kiosk


def test_low_scores_were_told_half_an_hour_late_and_opened_a_follow_up(watched: Watched) -> None:
    kiosk = scored(watched, [1, 2, 1, 2, 1, 2, 1, 2, 1, 2])
    watched.look()
    assert watched.alerts == []
    watched.office.later(31)
    watched.look()
    assert [(each.code, each.about, each.value) for each in watched.alerts] == [
        ("scores-counter", "1", 150), ("scores-service", "register", 150),
    ]  # fmt: skip
    assert [(each.why, each.about) for each in watched.followups] == [
        ("scores-counter", "1"), ("scores-service", "register"),
    ]  # fmt: skip
    kiosk.journal.close()


def test_an_overdue_follow_up_raised_an_alert(tmp_path: Path) -> None:
    office, kiosk = worked(tmp_path)
    watched = Watched(tmp_path / "office", office)
    kiosk.journal.close()
    with office.ledger.transaction():
        ticket = next(iter(office.live.tickets))
        note(office.ledger, "1" * 32, complaint(office.now, ticket, "long-wait", WHO.staff), office.moment)
    (followup,) = watched.followups
    assert (followup.why, followup.about, followup.due) == ("complaint", "long-wait", "2026-12-09")
    today = replace(office.moment, day=followup.due)
    watched.watch._moment = lambda: today
    watched.look()
    assert "followup-overdue" not in [each.code for each in watched.alerts]
    watched.watch._moment = lambda: replace(today, day="2026-12-10")
    watched.look()
    assert [each.value for each in watched.alerts if each.code == "followup-overdue"] == [1]
    assert DAYS == 15
    watched.close()


def test_a_call_against_the_rule_is_found_by_the_audit(tmp_path: Path) -> None:
    office, kiosk = worked(tmp_path)
    watched = Watched(tmp_path / "office", office)
    kiosk.journal.close()
    watched.look()
    assert "audit-violation" not in [each.code for each in watched.alerts]
    watched.watch._violations = {"2026-11-23": 1}
    watched.look()
    assert [each.about for each in watched.alerts] == ["2026-11-23"]
    watched.close()


def test_nothing_is_written_into_a_record_that_may_have_another_end(watched: Watched) -> None:
    watched.office.ledger.in_doubt = Doubt("f" * 32, 1)
    watched.paper(out=True)
    assert watched.alerts == []
    watched.office.ledger.in_doubt = None


def test_a_rebuild_gave_the_same_episodes(watched: Watched) -> None:
    watched.paper(out=True)
    watched.paper(out=False)
    before = contents(watched.office.ledger.place, PROJECTIONS)
    assert watched.office.ledger.rebuild() > 2
    assert contents(watched.office.ledger.place, PROJECTIONS) == before
    assert len(before["episodes"]) == 2


def test_another_office_cannot_end_an_alert(watched: Watched) -> None:
    watched.paper(out=True)
    (alert,) = watched.alerts
    ledger = watched.office.ledger
    with ledger.transaction():
        own = ledger.own_named()
        assert own is not None
        ledger.append([AlertEnded(UtcMs(1), FactName(own[0], Seq(10**6)))], watched.office.moment.instant)
        ledger._db.execute(
            """INSERT INTO episodes
            SELECT 'x', 1, 'alert.ended', of_journal, of_seq, 1, '', '', '', '', 0, 0 FROM episodes LIMIT 1"""
        )
        ledger._db.execute(
            """INSERT INTO journals (journal_id, public_key, secret, role, place, lane, paired_ms, paired_by, chain,
                office)
            SELECT 'x', public_key, secret, 'office', '', lane, 0, ?, chain, 'y' FROM journals LIMIT 1""",
            (b"\x01",),
        )
    assert watched.alerts == [alert]
    with ledger.transaction():
        ledger._db.execute("UPDATE journals SET office = NULL WHERE journal_id = 'x'")
    assert watched.alerts != [alert], "control: of the same office it counts"


def test_no_service_waits_in_a_queue_of_yesterday(watched: Watched) -> None:
    kiosk = watched.office.pair(1)
    watched.office.hear(kiosk)
    watched.office.act(acts.Open())
    take(kiosk, 1, after_ms=MINUTE)
    watched.office.later(2)
    watched.office.hear(kiosk)
    watched.office.later(70)
    watched.devices = [machine(contact_ms=watched.office.now)]
    moment = watched.office.moment
    watched.watch._moment = lambda: replace(moment, day="2026-11-24")
    watched.look()
    assert watched.alerts == []
    watched.watch._moment = lambda: moment
    watched.look()
    assert [(each.code, each.about, each.bound) for each in watched.alerts] == [("waiting", "register", 30)]
    assert queue.live_of(watched.office.ledger).day == moment.day
    assert watch_reading.held(watched.own).alerts[0].code == "waiting"
    kiosk.journal.close()


def test_who_was_carried_over_waits_since_this_morning(watched: Watched) -> None:
    office = watched.office
    kiosk = office.pair(1)
    take(kiosk, 1)
    office.hear(kiosk)
    office.now, office.day = UtcMs(NOON + 20 * 60 * MINUTE), "2026-11-24"
    office.act(acts.Open())
    for minutes, told in ((1, []), (65, ["waiting"])):
        office.later(minutes)
        kiosk.record(anchor(office.now), after_ms=0)
        watched.devices = [machine(contact_ms=office.now)]
        watched.look()
        assert [each.code for each in watched.alerts] == told
        assert longest_minutes(office.live, office.now) == (66 if told else 1)
        assert targets(office.live, 1, {}, office.now).longest_minutes == (66 if told else 1)
    (ticket,) = office.live.waiting()
    assert ticket_state(ticket, office.live, office.now).minutes == 66
    assert office.now - ticket.since_ms > 20 * 60 * MINUTE, "the rule goes on counting from when it was taken"
    kiosk.journal.close()


def test_whoever_had_a_place_from_a_phone_waits_since_they_came(watched: Watched) -> None:
    office = watched.office
    kiosk = office.pair(1)
    place = asked(office)
    come(office, kiosk, 1, place, 45)
    office.later(46)
    office.hear(kiosk)
    for minutes, told in ((45, []), (20, ["waiting"])):
        office.later(minutes)
        watched.devices = [machine(contact_ms=office.now)]
        watched.look()
        assert [each.code for each in watched.alerts] == told
        assert longest_minutes(office.live, office.now) == 1 + minutes + (0 if not told else 45)
