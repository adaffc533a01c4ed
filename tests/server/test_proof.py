"""The proof as everybody sees it: the audit of a day, the rule, a checked ticket, checkpoints, evidence to load."""

import asyncio
import io
import json
import re
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from server import acts, proof
from server.audits import KEPT, STANDS_MS, Audits
from server.bucket import Buckets
from server.checkpoints import Row
from server.errors import ComeLater
from server.proof_words import ENDED, STATUS, SUMS
from sync import checkpoint
from sync.audit_terms import Totals
from sync.facts import TicketIssued
from sync.facts_office import RuleAdopted, ServedByHand, TicketCalled
from sync.tickets import Status
from sync.types import UtcMs
from tests.server import replayer
from tests.server.audited import DAY, NEXT, WHO, Worked
from tests.server.conftest import ZONE
from tests.server.device import issued, token
from tests.server.proved import Proved
from tests.server.test_queue import KEY, MINUTE
from translations import LANGUAGES, load
from translations.rule_text import long

STAFF = re.compile(r"\bs[0-9a-f]{8}\b")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proved]:
    """An office of two days, of which the first has its checkpoint."""
    made = Proved(tmp_path_factory.mktemp("office"))
    keep_checkpoint(made, DAY)
    yield made
    made.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Proved]:
    """The same, for one test alone."""
    made = Proved(tmp_path)
    yield made
    made.close()


def keep_checkpoint(office: Proved, day: str) -> str:
    """The checkpoint of this day, on record."""
    found = office.audits.day(office._db[1], day).found
    calls, against = found.audit.totals.calls, len(found.audit.violations)
    made = checkpoint.Checkpoint(found.journal, day, found.end, calls, against, found.key)
    text = checkpoint.write(made, KEY.sign)
    with office.office.ledger.transaction():
        office.office.ledger.checkpoints.keep(Row(found.journal, day, text, office.office.now))
    return text


def sums(html: str) -> dict[str, int]:
    """The sums on the page by their code."""
    found = re.findall(r'<li data-sum="([a-z_]+)">.*?<b>(\d+)</b></li>', html, re.DOTALL)
    return {code: int(count) for code, count in found}


# The audit of a day ---------------------------------------------------------------------------------------------------


def test_a_day_is_told_in_plain_words_with_its_reasons(office: Proved) -> None:
    html = office.get(f"/audit?day={DAY}&lang=en").text
    assert "4 of 5 calls as the rule says" in html
    counted = sums(html)
    assert (counted["calls"], counted["by_rule"], counted["by_hand"], counted["no_shows"]) == (5, 4, 1, 1)
    assert (counted["carried_over"], counted["unserved"], counted["ticketless"], counted["power_cut"]) == (1, 1, 0, 0)
    assert "was at this counter before: 1" in html
    assert "gave the number up: 1" in html
    assert "No violation" in html
    assert "This day is not over yet" not in html


def test_a_day_with_one_call_tells_of_one(tmp_path: Path) -> None:
    office = Proved(tmp_path)
    assert "1 of 1 call as the rule says" in office.get("/audit?lang=en").text
    office.close()


def test_a_running_day_says_so_and_as_of_when(office: Proved) -> None:
    html = office.get("/audit?lang=en").text
    assert f"This day is not over yet. It is told as of {office.pages.clock(office.office.now)}." in html
    assert "The checkpoint is made when the day is over." in html
    assert "unserved" not in sums(html)


def test_numbers_by_hand_in_a_power_cut_have_their_own_line(own: Proved) -> None:
    now = own.office.now
    own.office.write(ServedByHand(now, WHO.staff, "N", 1, 12, UtcMs(now - MINUTE), now))
    html = own.get("/audit?lang=en").text
    assert sums(html)["power_cut"] == 12
    assert "by hand, power cut" in html


def test_a_violation_is_named_with_what_to_look_at(own: Proved) -> None:
    own.take(11, 12)
    late = next(each for each in own.office.live.tickets.values() if each.label == "A012")
    own.office.write(TicketCalled(own.office.now, late.name, 1, WHO.staff))
    html = own.get("/audit?lang=en").text
    assert "Violations: 1" in html
    assert 'data-code="not-the-rule"' in html
    assert "A012 was called to counter 1; by the rule it was A011&#39;s turn" in html
    assert "Look at this call" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks_every_language_and_keeps_its_day(office: Proved, language: str) -> None:
    words = load(language, "audit").gettext
    html = office.get(f"/audit?day={DAY}&lang={language}").text
    assert f'<html lang="{language}">' in html
    assert words("How the calling rule was kept") in html
    for other in LANGUAGES:
        assert f'href="?day={DAY}&amp;lang={other}"' in html
    assert words("Check a ticket") in office.get(f"/check?lang={language}").text
    assert words("To print as a wall sheet") in office.get(f"/rule?lang={language}").text


@pytest.mark.parametrize("path", ["/audit?day=2026-11-22", "/audit?day=soon", "/evidence/soon.zip", "/checkpoint/1"])
def test_a_day_that_is_not_on_record_is_as_any_page_that_is_not_there(office: Proved, path: str) -> None:
    answer = office.get(path)
    assert answer.status_code == 404
    assert "lang" in answer.text


def test_before_the_first_day_the_page_says_so(tmp_path: Path) -> None:
    made = Proved(tmp_path, empty=True)
    assert "No day is on record yet" in made.get("/audit?lang=en").text
    made.close()


def test_every_sum_status_and_end_has_words() -> None:
    assert set(SUMS) <= set(Totals.__dataclass_fields__)
    assert set(STATUS) == {None, *(each.value for each in Status)}
    assert set(ENDED) == {"finished", "no-show", "withdrawn", "parked", "transferred"}


# Privacy --------------------------------------------------------------------------------------------------------------


def public_paths(office: Proved) -> list[str]:
    """Every page that anybody can open."""
    day = f"day={DAY}&lang=en"
    pages = ["/", f"/audit?{day}", "/audit", "/rule", "/check", f"/checkpoint/{DAY}", f"/checkpoint/{DAY}.txt"]
    return [*pages, f"/t/{token('A002').hex()}", f"/t/{token('A002').hex()}/now", "/openapi.json", "/healthz"]


def test_no_public_page_names_staff(office: Proved) -> None:
    told = [office.get(path).text for path in public_paths(office)]
    told += [office.post("/check", {"code": office.witness(label)}).text for label in ("A002", "A006")]
    assert [STAFF.findall(text) for text in told] == [[]] * len(told)
    assert all(len(text) > 10 for text in told)


def test_control_staff_are_in_the_record_that_these_pages_are_drawn_from(office: Proved) -> None:
    found = office.audits.day(office._db[1], DAY).found
    assert {call.staff for call in found.audit.calls} == {WHO.staff}
    assert STAFF.findall(WHO.staff)


def test_every_public_route_is_known_and_described(office: Proved) -> None:
    paths = set(office.get("/openapi.json").json()["paths"])
    added = {"/audit", "/rule", "/check", "/evidence/{day}.zip", "/checkpoint/{day}", "/checkpoint/{day}.txt"}
    assert added | {"/t/{token}", "/t/{token}/now"} <= paths
    app = FastAPI()
    office.proof.add_to(app)
    routes = {(method, each.path) for each in app.routes if isinstance(each, APIRoute) for method in each.methods or ()}
    assert routes == {("GET", path) for path in added} | {("POST", "/check")}


# Checkpoints and evidence ---------------------------------------------------------------------------------------------


def test_the_checkpoint_stands_on_the_page_and_as_a_text_that_verifies(office: Proved) -> None:
    text = office.get(f"/checkpoint/{DAY}.txt").text
    read = checkpoint.read(text)
    html = office.get(f"/audit?day={DAY}&lang=en").text
    shown = "".join(re.findall(r"<span>([0-9a-f]{8})</span>", html))
    assert shown == read.head.chain.hex() + checkpoint.signature(text) + read.key
    assert f"<dd>{read.head.seq}</dd>" in html
    assert (read.day, read.calls, read.violations) == (DAY, 5, 0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_holds_the_text_and_its_code(office: Proved, language: str) -> None:
    html = office.get(f"/checkpoint/{DAY}?lang={language}").text
    text = office.get(f"/checkpoint/{DAY}.txt").text
    assert text.strip() in html
    assert '<svg class="qr"' in html


def test_the_evidence_is_loaded_and_a_stranger_replays_it(office: Proved, tmp_path: Path) -> None:
    answer = office.get(f"/evidence/{DAY}.zip", "10.0.0.1")
    assert answer.headers["content-type"] == "application/zip"
    assert f'filename="evidence-{DAY}.zip"' in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path)
        names = set(archive.namelist())
    found = replayer.read(tmp_path)
    assert replayer.replay(found["days"][DAY])["by_rule"] == 4
    assert {"README.txt", f"audit-{DAY}.json", f"checkpoint-{DAY}.txt", "evidence.json"} < names
    audit = json.loads((tmp_path / f"audit-{DAY}.json").read_text(encoding="utf-8"))
    assert "patterns" not in audit
    assert STAFF.findall(json.dumps(audit)) == []
    assert "passed-over" not in "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    assert checkpoint.read((tmp_path / f"checkpoint-{DAY}.txt").read_text(encoding="utf-8")).day == DAY


def test_a_day_beyond_the_cap_is_not_made_on_the_fly(tmp_path: Path) -> None:
    office = Proved(tmp_path, most_rows=10)
    answer = office.get(f"/evidence/{DAY}.zip?lang=en")
    assert answer.status_code == 413
    assert "This day is too large to load here" in answer.text
    office.close()


def test_nobody_loads_evidence_all_day(office: Proved) -> None:
    answers = [office.get(f"/evidence/{NEXT}.zip?lang=en", "10.0.0.3") for _ in range(proof.LOADS + 1)]
    assert [each.status_code for each in answers] == [200] * proof.LOADS + [429]
    assert "Try again in 60 seconds." in answers[-1].text


# Check my ticket ------------------------------------------------------------------------------------------------------


def test_a_ticket_is_found_by_what_is_printed_on_it(office: Proved) -> None:
    code = office.witness("A002").lower()
    html = office.post("/check?lang=en", {"code": f"{code[:4]} {code[4:8]}-{code[8:]}"}, "10.0.1.1").text
    assert "Ticket A002 is on record" in html
    for words in ("Hall 1", "Civil registration", "In order: every call was the one that the rule makes."):
        assert words in html
    assert re.search(r"Called at \d\d:\d\d to counter 1", html)
    assert "served until" in html
    assert f'href="/audit?day={DAY}&amp;lang=en"' in html


def test_a_pick_by_hand_is_told_with_its_reason(office: Proved) -> None:
    html = office.post("/check?lang=en", {"code": office.witness("A006")}, "10.0.1.2").text
    assert "Picked by hand, with a reason from the list." in html
    assert "picked by hand: was at this counter before" in html
    assert "nobody came until" in html


def test_a_ticket_carried_over_is_told_with_the_date_of_its_call(office: Proved) -> None:
    html = office.post("/check?lang=en", {"code": office.witness("A005")}, "10.0.1.3").text
    assert re.search(r"Called at 24/11/2026 \d\d:\d\d to counter 1", html)


def test_unknown_ones_are_answered_alike(office: Proved) -> None:
    answers = [
        office.post("/check?lang=en", {"code": code}, "10.0.1.4")
        for code in ("0" * 16, "Z" * 16, "A001", "*" * 16, "", office.witness("A001")[:15])
    ]
    answers.append(office.post("/check?lang=en", {"other": "x"}, "10.0.1.4"))
    bodies = {re.sub(r'name="code" value="[^"]*"', "", each.text) for each in answers}
    assert len(bodies) == 1
    assert {each.status_code for each in answers} == {200}
    assert "No ticket with these characters is on record" in bodies.pop()


def test_what_is_typed_is_never_markup(office: Proved) -> None:
    html = office.post("/check?lang=en", {"code": '"><script>alert(1)</script>'}, "10.0.1.5").text
    assert "<script>alert" not in html


def test_whoever_tries_like_a_program_waits_known_or_unknown(office: Proved) -> None:
    codes = [office.witness("A001"), "0" * 16] * proof.CHECKS
    answers = [office.post("/check?lang=en", {"code": code}, "10.0.1.6") for code in codes]
    assert [each.status_code for each in answers] == [200] * proof.CHECKS + [429] * proof.CHECKS
    assert answers[-1].headers["retry-after"] == "4"
    assert "Try again in 4 seconds." in answers[-1].text
    assert office.post("/check?lang=en", {"code": "x"}, "10.0.1.7").status_code == 200, "others go on"


def test_a_bucket_fills_again_with_time_and_forgets_who_is_full() -> None:
    buckets = Buckets(3, 1000, room=2)
    now = UtcMs(1_000_000)
    assert [buckets.take("10.0.0.1", now) for _ in range(5)] == [0, 0, 0, 1, 1]
    assert buckets.take("10.0.0.1", UtcMs(now + 999)) == 1
    assert [buckets.take("10.0.0.1", UtcMs(now + 2000)) for _ in range(3)] == [0, 0, 1]
    assert [buckets.take(f"2001:db8::{n}", now) for n in range(1, 5)] == [0, 0, 0, 1], "one network, one bucket"
    for n in range(50):
        buckets.take(f"10.1.0.{n}", now)
    assert len(buckets) == 2
    assert Buckets(1, 1000).take("x", UtcMs(0)) == 0
    back = Buckets(1, 1000)
    back.take("x", UtcMs(10**12))
    assert back.take("x", now) == 0, "a clock that was set back shuts nobody out"


def test_while_too_many_wait_others_are_asked_to_come_later(own: Proved) -> None:
    held, begun = threading.Event(), threading.Event()

    def wait(*_: object) -> None:
        begun.set()
        held.wait(20)

    async def flood() -> int:
        blocked = asyncio.ensure_future(own.proof._read(wait))
        waiting = [asyncio.ensure_future(own.proof._read(lambda _: None)) for _ in range(proof.MOST_WAITING - 1)]
        await asyncio.sleep(0)
        refused = 0
        try:
            await own.proof._read(lambda _: None)
        except ComeLater as error:
            refused = error.status
        held.set()
        await asyncio.gather(blocked, *waiting)
        await own.proof._read(lambda _: None)
        return refused

    assert own.loop.run_until_complete(flood()) == 503
    assert begun.is_set()


# The rule -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rule_in_force_is_told_whole(office: Proved, language: str) -> None:
    html = office.get(f"/rule?lang={language}&paper=A3").text
    for paragraph in long(office.office.live.rule, language):
        assert f'data-key="{paragraph.key}"' in html
        assert paragraph.text in html.replace("&#39;", "'")
    assert '<main class="proof A3">' in html


def test_another_setting_gives_another_text(own: Proved) -> None:
    before = own.get("/rule?lang=en").text
    own.office.write(RuleAdopted(own.office.now, overtakes=9))
    after = own.get("/rule?lang=en").text
    assert "At most 9 later tickets" in after
    assert "At most 9 later tickets" not in before


def test_a_rule_that_this_release_does_not_know_is_not_told_wrong(own: Proved) -> None:
    own.office.write(RuleAdopted(own.office.now, rule=99))
    assert "The rule is told by a newer release of this program." in own.get("/rule?lang=en").text


# Audits, made once ----------------------------------------------------------------------------------------------------


class Counting:
    """Reads, and counts."""

    def __init__(self) -> None:
        self.days: list[str] = []

    def __call__(self, db: object, day: str, zone: object) -> str:
        self.days.append(day)
        return f"{day} {len(self.days)}"


def test_a_day_that_is_over_is_replayed_once_until_something_of_it_changes(own: Proved) -> None:
    read, db = Counting(), own._db[1]
    audits = Audits(ZONE, lambda: own.office.now, read)  # type: ignore[arg-type]
    own.take(*range(21, 43))  # the kiosk has gone on: no further fact of that day's tickets can come
    for _ in range(3):
        audits.day(db, DAY)
    own.take(11)
    own.office.later(60)
    audits.day(db, DAY)
    assert read.days == [DAY], "what happens on another day changes nothing"
    late: TicketIssued = issued(40)
    own.kiosk.record(late)
    own.office.hear(own.kiosk)
    audits.day(db, DAY)
    assert read.days == [DAY, DAY], "a ticket of that day came late"


def test_the_running_day_stands_a_moment_and_says_as_of_when(own: Proved) -> None:
    read, db = Counting(), own._db[1]
    audits = Audits(ZONE, lambda: own.office.now, read)  # type: ignore[arg-type]
    first = audits.day(db, NEXT)
    own.take(11)
    own.office.now = UtcMs(own.office.now + STANDS_MS - 1)
    assert audits.day(db, NEXT) == first
    own.office.now = UtcMs(own.office.now + 1)
    later = audits.day(db, NEXT)
    assert (read.days, later.at_ms) == ([NEXT, NEXT], own.office.now)
    own.office.now = UtcMs(own.office.now + 10 * STANDS_MS)
    assert audits.day(db, NEXT).at_ms == own.office.now, "nothing came since: it is as of now"
    assert len(read.days) == 2


def test_no_more_days_are_kept_than_there_is_room_for(tmp_path: Path) -> None:
    made = Proved(tmp_path, empty=True)
    office: Worked = made.office
    office.hear(made.kiosk)
    for n in range(1, KEPT + 3):
        office.day = f"2026-12-{n:02}"
        office.later(24 * 60)
        office.act(acts.Open())
    audits = Audits(ZONE, lambda: office.now)
    for n in range(1, KEPT + 3):
        audits.day(made._db[1], f"2026-12-{n:02}")
    assert len(audits._known) == KEPT
    made.close()
