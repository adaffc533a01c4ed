"""The office's settings: what an administrator writes on the console, and what it comes to in journal and queue."""

import re
from typing import Any

import pytest

from server import acts, settings
from server.audit_reading import read_day
from server.errors import ActRefused
from sync.facts import understand
from sync.facts_office import CounterSetup, CountersSet, RuleAdopted, StaffSkilled
from sync.types import UtcMs
from tests.server.busy_desk import BusyDesk
from tests.server.conftest import ZONE
from tests.server.desk import ORIGIN, Desk, staff_id
from tests.server.device import DAY

RULE = {
    "priority_rate": "2",
    "overtakes": "4",
    "returned_place": "1",
    "parked_place": "2",
    "recalls": "3",
    "no_show_s": "120",
}
DAY_MS = 24 * 3_600_000


def facts(desk: Desk) -> list[Any]:
    """Everything in the office's own journal."""
    own = desk.ledger.own_named()
    assert own is not None
    return [understand(fact) for fact in desk.ledger.held.facts_of_last_day(own[0])]


def rule(body: RuleAdopted) -> tuple[int, ...]:
    return (
        body.priority_rate,
        body.overtakes,
        body.returned_place,
        body.parked_place,
        body.recalls,
        body.no_show_ms,
    )


OURS, OTHER = rule(RuleAdopted(UtcMs(0))), (2, 4, 1, 2, 3, 120_000)


def test_counters_are_set_changed_and_taken_away(busy: BusyDesk) -> None:
    admin = busy.desk.signed_in("anna")
    assert "No counter is set up" in admin.get("/office").text
    assert 'value="1"' in admin.get("/office/counters/new").text
    form = {"number": "3", "services": ["tax", "register"], "camera": "cam-7"}
    assert admin.post("/office/counters", form).headers["location"] == "/office"
    assert busy.live.setups == {3: CounterSetup(3, ("tax", "register"), "cam-7")}
    assert "cam-7" in admin.get("/office").text
    assert admin.post("/office/counters/3", {"services": "tax", "camera": ""}).status_code == 303
    assert busy.live.setups == {3: CounterSetup(3, ("tax",))}
    assert admin.post("/office/counters/3/remove").status_code == 303
    assert busy.live.setups == {}
    assert sum(isinstance(body, CountersSet) for body in facts(busy.desk)) == 3


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": "0"}, "number"),
        ({"number": "100"}, "number"),
        ({"number": "٣"}, "number"),
        ({"number": "2"}, "number"),
        ({"services": []}, "services"),
        ({"camera": "c" * 41}, "camera"),
        ({"camera": "a\tb"}, "camera"),
    ],
)
def test_what_is_no_counter_is_said_beside_its_field(busy: BusyDesk, change: dict[str, Any], field: str) -> None:
    admin = busy.desk.signed_in("anna")
    admin.post("/office/counters", {"number": "2", "services": "tax", "camera": ""})
    before = busy.live.setups
    answer = admin.post("/office/counters", {"number": "5", "services": "tax", "camera": ""} | change)
    if change == {"number": "٣"}:
        assert busy.live.setups[3] == CounterSetup(3, ("tax",))  # a digit is a digit
        return
    assert answer.status_code == 422
    assert f'id="{field}-fault"' in answer.text
    assert busy.live.setups == before


def test_an_open_counter_follows_and_one_with_somebody_is_not_emptied(busy: BusyDesk) -> None:
    admin = busy.desk.signed_in("anna")
    admin.post("/office/counters", {"number": "1", "services": ["tax", "register"], "camera": ""})
    busy.take(1)
    busy.do(acts.Open())
    admin.post("/office/counters/1", {"services": "register", "camera": ""})
    assert busy.live.counter(1).services == ("register",)
    busy.do(acts.Next())
    answer = admin.post("/office/counters/1", {"services": "gone", "camera": ""})
    assert answer.status_code == 422
    assert "somebody is there" in answer.text
    assert busy.live.counter(1).services == ("register",)


def test_a_counter_that_was_left_open_does_not_hold_up_the_next_day(busy: BusyDesk) -> None:
    busy.do(acts.Open())
    busy.desk.time += DAY_MS
    busy.desk.day = "2026-11-24"
    person = busy.desk.signed_in("boon")
    changed = int(busy.live.counter(1).changed)
    key = person.csrf()
    sent = {"key": "ab" * 16, "changed": changed, "act": {"act": "next"}}
    answer = person._answer(
        person.client.post(
            "/api/counters/1",
            json=sent,
            headers={"origin": ORIGIN, "sec-fetch-site": "same-origin", "scorecard-csrf": key},
        )
    )
    assert (answer.status_code, answer.json()["error"]) == (409, "counter-changed")
    assert (busy.live.day, busy.live.counter(1).open) == ("2026-11-24", False)


def test_two_administrators_do_not_overwrite_each_other(busy: BusyDesk) -> None:
    def set_counters(seen: tuple[CounterSetup, ...], number: int) -> None:
        counters = (*seen, CounterSetup(number, ("tax",)))
        busy.desk.job(lambda ledger: settings.set_counters(ledger, counters, seen, "s1", busy.desk.moment()))

    set_counters((), 1)
    with pytest.raises(ActRefused, match="somebody else"):
        set_counters((), 2)
    assert list(busy.live.setups) == [1]


def test_the_rule_changes_with_the_next_day_and_the_audit_finds_nothing(busy: BusyDesk) -> None:
    admin = busy.desk.signed_in("anna")
    busy.take(1)
    assert admin.post("/office/rule", RULE).status_code == 303
    assert rule(busy.live.rule) == OURS
    assert "From the next office day on" in admin.get("/office").text
    busy.do(acts.Open(), acts.Next())
    busy.desk.time += DAY_MS
    busy.desk.day = "2026-11-24"
    busy.do(acts.Open())
    assert (busy.live.day, rule(busy.live.rule)) == ("2026-11-24", OTHER)
    assert "From the next office day on" not in admin.get("/office").text
    for day in (DAY, "2026-11-24"):
        assert read_day(busy.desk._db, day, ZONE).audit.violations == ()


def test_before_the_first_ticket_of_a_day_the_rule_changes_at_once(busy: BusyDesk) -> None:
    admin = busy.desk.signed_in("anna")
    busy.do(acts.Open())
    admin.post("/office/rule", RULE)
    assert rule(busy.live.rule) == OTHER
    assert "From the next office day on" not in admin.get("/office").text
    busy.take(1)
    busy.do(acts.Next())
    assert read_day(busy.desk._db, DAY, ZONE).audit.violations == ()


def test_whoever_takes_back_what_was_to_come_keeps_the_present_rule(busy: BusyDesk) -> None:
    admin = busy.desk.signed_in("anna")
    busy.take(1)
    admin.post("/office/rule", RULE)
    ours = dict(zip(RULE, ("3", "5", "3", "0", "2", "90"), strict=True))
    admin.post("/office/rule", ours)
    assert "From the next office day on" not in admin.get("/office").text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("priority_rate", "0"),
        ("overtakes", "21"),
        ("recalls", "1"),
        ("no_show_s", "89"),
        ("parked_place", ""),
        ("returned_place", "-1"),
    ],
)
def test_a_rule_beyond_its_limits_is_refused_beside_the_field(busy: BusyDesk, name: str, value: str) -> None:
    admin = busy.desk.signed_in("anna")
    answer = admin.post("/office/rule", RULE | {name: value})
    assert answer.status_code == 422
    assert f'id="{name}-fault"' in answer.text
    assert rule(busy.live.rule) == OURS


def test_a_rule_can_be_read_before_it_is_kept(busy: BusyDesk) -> None:
    admin = busy.desk.signed_in("anna")
    text = admin.post("/office/rule", RULE | {"look": "1"}).text
    assert "With these settings" in text
    assert "At most 4 later tickets" in re.sub("<[^>]*>", "", text)
    assert rule(busy.live.rule) == OURS


def test_skills_go_into_the_journal_and_the_persons_counter_follows(busy: BusyDesk) -> None:
    admin = busy.desk.signed_in("anna")
    boon = {"login": "boon", "name": "Boon", "role": "staff", "language": "en"}
    busy.do(acts.Open())
    assert busy.live.counter(1).services == ("register", "tax")
    assert admin.post(f"/people/{staff_id(2)}", boon | {"skills": "tax"}).status_code == 303
    assert busy.live.counter(1).services == ("tax",)
    assert [(body.staff, body.services) for body in facts(busy.desk) if isinstance(body, StaffSkilled)] == [
        (staff_id(2), ("tax",))
    ]
    admin.post(f"/people/{staff_id(2)}", boon | {"skills": "tax", "name": "Boonmee"})
    assert sum(isinstance(body, StaffSkilled) for body in facts(busy.desk)) == 1
    assert read_day(busy.desk._db, DAY, ZONE).audit.violations == ()


def test_skills_that_were_set_while_nobody_knew_the_time_are_said_when_the_day_begins(busy: BusyDesk) -> None:
    busy.desk.trusted = False
    admin = busy.desk.signed_in("anna")
    boon = {"login": "boon", "name": "Boon", "role": "staff", "language": "en", "skills": "tax"}
    admin.post(f"/people/{staff_id(2)}", boon)
    busy.desk.trusted = True
    busy.do(acts.Open())
    assert [body.services for body in facts(busy.desk) if isinstance(body, StaffSkilled)] == [("tax",)]


def test_while_nobody_knows_the_time_nothing_is_set(busy: BusyDesk) -> None:
    busy.desk.trusted = False
    admin = busy.desk.signed_in("anna")
    for path, form in (("/office/rule", RULE), ("/office/counters", {"number": "1", "services": "tax"})):
        answer = admin.post(path, form)
        assert answer.status_code == 409
        assert "does not know the time" in answer.text
    assert busy.live.setups == {}


def test_a_rebuild_keeps_skills_and_the_rule_to_come(busy: BusyDesk) -> None:
    admin = busy.desk.signed_in("anna")
    busy.take(1)
    admin.post("/office/rule", RULE)
    boon = {"login": "boon", "name": "Boon", "role": "staff", "language": "en", "skills": "tax"}
    admin.post(f"/people/{staff_id(2)}", boon)
    own = busy.desk.ledger.own_named()
    assert own is not None
    before = busy.desk.ledger.held.told_skills(own[0])
    busy.desk.ledger.rebuild()
    assert busy.desk.ledger.held.told_skills(own[0]) == before == {staff_id(2): ("tax",)}
    kept = busy.desk.ledger.held.rule_next()
    assert kept is not None
    assert rule(kept) == OTHER
