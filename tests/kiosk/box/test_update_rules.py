"""When an update may be installed, when the system that it brought is well, what is told of it: by tables."""

from dataclasses import replace
from datetime import datetime

import pytest

from kiosk.box.slots import Record, Slot, confirmed, refused, tried_next
from kiosk.box.update_rules import (
    BACK,
    GOOD,
    INSTALLED,
    KIOSK,
    REFUSED,
    REST,
    SERVER,
    SYNC,
    TRYING,
    Last,
    Moment,
    Told,
    Unit,
    busy,
    heard,
    started,
    unwell,
    why_not,
)
from kiosk.patience import told
from kiosk.screen_types import Screen, State

NOON, NIGHT, EVENING = (datetime.fromisoformat(f"2026-11-30T{hour:02}:30") for hour in (12, 2, 18))
SHUT = Moment(word=False, local=EVENING, open=False, waiting=0, busy=False)


@pytest.mark.parametrize(("moment", "told"), [
    (SHUT, None),
    (replace(SHUT, waiting=3), "3 wait"),
    (replace(SHUT, waiting=None), "who waits is not known"),
    (replace(SHUT, busy=True), "somebody is at the screen"),
    (replace(SHUT, open=True), "the office is open"),
    (replace(SHUT, open=None), "no office hours are known"),
    (replace(SHUT, local=None), "nobody vouches for the clock"),
    (replace(SHUT, local=NOON), None),
    (replace(SHUT, local=NIGHT, open=None, waiting=None), None),
    (replace(SHUT, local=NIGHT, open=True, waiting=5), None),
    (replace(SHUT, local=NIGHT, busy=True), "somebody is at the screen"),
    (replace(SHUT, local=NIGHT.replace(hour=1, minute=0)), None),
    (replace(SHUT, local=NIGHT.replace(hour=0, minute=59), open=None), "no office hours are known"),
    (replace(SHUT, local=NIGHT.replace(hour=4, minute=0), open=None), "no office hours are known"),
    (Moment(word=True, local=None, open=True, waiting=9, busy=True), None),
])  # fmt: skip
def test_an_update_waits_until_nobody_is_served_or_a_technician_says_so(moment: Moment, told: str | None) -> None:
    why = why_not(moment)
    assert (why is None) if told is None else (why is not None and told in why)


def test_who_is_at_the_screen_is_known_from_what_the_kiosk_says_of_itself() -> None:
    rests = {screen for screen in Screen if not busy(told(State(screen=screen)))}
    assert {screen.value for screen in rests} == set(REST)
    assert busy("screen my-ticket, in trouble: paper-out")
    assert not busy("screen attract, in trouble: paper-out")
    assert not busy("")
    assert not busy("display: the queue")


WELL = (Unit(KIOSK, ready=True, status="screen attract"), Unit(SYNC, ready=True, status="idle"))


@pytest.mark.parametrize(("units", "journal", "before", "told"), [
    (WELL, None, {}, None),
    ((Unit(SERVER, ready=True, status="serves"),), None, {}, None),
    ((), None, {}, "no part of this machine's role"),
    ((replace(WELL[0], ready=False), WELL[1]), None, {}, "scorecard-kiosk.service is not ready: screen attract"),
    ((WELL[0], Unit(SYNC, ready=False)), None, {}, "scorecard-sync.service is not ready"),
    ((replace(WELL[0], status="out of order: start"), WELL[1]), None, {}, "out of order: start"),
    ((replace(WELL[0], status="out of order: start"), WELL[1]), None, {KIOSK: "screen attract"}, "out of order"),
    ((replace(WELL[0], status="out of order: printer-off"), WELL[1]), None, {KIOSK: "out of order: printer-off"}, None),
    ((WELL[0], replace(WELL[1], status="")), None, {}, "nothing is known of the server yet"),
    ((WELL[0], replace(WELL[1], status="backoff: https://x: Connection refused. Check")), None, {}, None),
    ((WELL[0], replace(WELL[1], status="backoff: https://x: [SSL: NO_CIPHERS]")), None, {}, "NO_CIPHERS"),
    ((WELL[0], replace(WELL[1], status="backoff: HTTP 500")), None, {SYNC: "backoff: HTTP 500"}, None),
    (WELL, "the record does not prove itself", {}, "does not prove itself"),
])  # fmt: skip
def test_a_system_on_trial_is_well_when_each_part_is_and_no_worse_than_before(
    units: tuple[Unit, ...], journal: str | None, before: dict[str, str], told: str | None
) -> None:
    found = unwell(units, journal, before)
    assert (found is None) if told is None else (found is not None and told in found)


@pytest.mark.parametrize(("status", "known"), [
    ("idle", True), ("unpaired", True), ("quarantine: server-ahead", True), ("stands alone: no server is named", True),
    ("", False), ("sending", False), ("backoff: https://x: timed out", True), ("backoff", False),
    ("backoff: https://x: Temporary failure in name resolution", True), ("backoff: HTTP 404", False),
    ("backoff: https://x shows another certificate than the pinned one", False),
    ("backoff: https://x: No route to host", True), ("backoff: https://x: Network is unreachable", True),
])  # fmt: skip
def test_the_server_is_reached_or_known_not_to_be_there(status: str, known: bool) -> None:
    assert heard(status) == known


FLASHED = Record()
WRITTEN = tried_next(FLASHED, "B")
STAYS = confirmed(WRITTEN, "B")
GIVEN_UP = replace(WRITTEN.with_standing("B", "bad"), first="A", left=0)
NEW = Last("2.0", INSTALLED, 5)


def lasting(running: str, slot: Slot, record: Record, last: Last | None) -> tuple[str | None, str | None]:
    told = started(Told("?", "?", last, {"x": "y"}, 2), running, slot, record, 9)
    assert (told.running, told.slot) == (running, slot)
    return (told.last.result, told.last.why) if told.last else (None, None)


@pytest.mark.parametrize(("running", "slot", "record", "last", "result"), [
    ("1.0", "A", FLASHED, None, (None, None)),
    ("1.0", "A", WRITTEN, NEW, (INSTALLED, None)),
    ("2.0", "B", replace(WRITTEN, left=2), NEW, (TRYING, None)),
    ("2.0", "B", replace(WRITTEN, left=1), Last("2.0", TRYING, 6, "no picture"), (TRYING, "no picture")),
    ("2.0", "B", STAYS, Last("2.0", TRYING, 6), (GOOD, None)),
    ("1.0", "A", GIVEN_UP, NEW, (BACK, "it did not start")),
    ("1.0", "A", GIVEN_UP, Last("2.0", TRYING, 6, "no picture"), (BACK, "no picture")),
    ("1.0", "A", refused(WRITTEN, "B"), Last("2.0", REFUSED, 6, "wrong key"), (REFUSED, "wrong key")),
    ("2.0", "B", STAYS, Last("2.0", GOOD, 6), (GOOD, None)),
])  # fmt: skip
def test_what_became_of_an_update_is_told_by_what_runs_and_how_the_slots_stand(
    running: str, slot: Slot, record: Record, last: Last | None, result: tuple[str | None, str | None]
) -> None:
    assert lasting(running, slot, record, last) == result


def test_how_it_was_before_is_forgotten_once_the_update_is_over() -> None:
    tried = Told("1.0", "A", NEW, {KIOSK: "out of order: config"})
    assert started(tried, "2.0", "B", WRITTEN, 9).before
    assert not started(tried, "1.0", "A", GIVEN_UP, 9).before
