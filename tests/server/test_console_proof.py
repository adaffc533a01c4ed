"""The proof behind the door: patterns with their figures, a ticket with its cameras, complaints, checkpoints."""

import re
from dataclasses import replace
from typing import Any

import pytest

from server import notes, queue
from server.audit_reading import read_day
from server.checkpoints import Row
from server.console_proof_words import COMPLAINT, NOT_DONE, PATTERN_TITLES
from server.errors import ActRefused
from server.ledger import Ledger
from sync import reasons
from sync.body import Body, TicketName
from sync.codec import decode
from sync.facts import understand
from sync.facts_office import (
    CameraChecked,
    CameraSetup,
    CamerasSet,
    ComplaintNoted,
    CounterOpened,
    CounterSetup,
    CountersSet,
    TicketAdmitted,
    TicketCalled,
    TicketFinished,
    TicketServing,
)
from sync.patterns import LEAST, Name
from sync.types import JournalId, Seq, UtcMs
from tests.server.desk import MINUTE, ZONE, Browser, Desk, staff_id
from tests.server.device import DAY
from translations import LANGUAGES, load

KIOSK = JournalId("a" * 32)
TICKET = TicketName(KIOSK, Seq(1))


def write(desk: Desk, *bodies: Body) -> None:
    """The office's journal gets these."""

    def job(ledger: Ledger) -> None:
        queue.turn(ledger, desk.moment())
        queue.commit(ledger, bodies, desk.moment().instant)

    desk.job(job)


def lived(desk: Desk) -> None:
    """A day: counter 1 is Boon's and serves by the rule, counter 2 Somsri's, who picks every other one by hand."""
    now = UtcMs(desk.time)
    setups = (CounterSetup(1, ("tax",), "cam-1"), CounterSetup(2, ("tax",)))
    write(desk, CountersSet(now, setups), CamerasSet(now, (CameraSetup("cam-1", 30),)))
    write(desk, *(CounterOpened(now, n, staff_id(3 - n), ("tax",)) for n in (1, 2)))
    for n in range(1, 61):
        name = TicketName(KIOSK, Seq(n))
        counter, at = 1 + n % 2, UtcMs(desk.time)
        why = "came-before" if counter == 2 and n % 4 == 1 else "rule"
        write(
            desk,
            TicketAdmitted(at, name, DAY, f"A{n:03}", ("tax",), at, "console"),
            TicketCalled(at, name, counter, staff_id(3 - counter), why),
            TicketServing(at, name, staff_id(3 - counter)),
            TicketFinished(at, name, staff_id(3 - counter)),
        )
        desk.time += MINUTE


def facts(desk: Desk, kind: type[Body]) -> list[Any]:
    """Every fact of this kind in the office's journal."""
    rows = desk._db.execute("SELECT row FROM facts ORDER BY seq").fetchall()
    bodies = [understand(decode(row)) for (row,) in rows]
    return [body for body in bodies if isinstance(body, kind)]


def key_of(html: str) -> str:
    found = re.search(r'name="key" value="([0-9a-f]{32})"', html)
    assert found is not None
    return found[1]


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """An office that has lived."""
    lived(desk)
    return desk


@pytest.fixture
def somsri(busy: Desk) -> Browser:
    """A supervisor."""
    return busy.signed_in("somsri")


# Patterns -------------------------------------------------------------------------------------------------------------


def test_what_stands_out_is_worded_as_something_to_look_at_with_its_figures(somsri: Browser) -> None:
    html = somsri.get("/patterns?span=1").text
    assert "never a verdict" in html
    assert "counter 2: tickets picked by hand: 15 of 30 calls" in html
    assert "person Somsri: tickets picked by hand: 15 of 30 calls" in html
    assert f"at least {LEAST} times" in html or f"{LEAST} times at least" in html
    assert re.search(r"1: <b>0 of 30</b>.*2: <b>15 of 30</b>", html, re.DOTALL)
    assert staff_id(1) not in html, "a person is told by name"


def test_few_chances_are_pale(desk: Desk) -> None:
    now = UtcMs(desk.time)
    write(desk, CounterOpened(now, 1, staff_id(2), ("tax",)), TicketAdmitted(
        now, TICKET, DAY, "A001", ("tax",), now, "console"), TicketCalled(now, TICKET, 1, staff_id(2)))  # fmt: skip
    html = desk.signed_in("somsri").get("/patterns").text
    assert '<li class="soft">1: <b>0 of 1</b></li>' in html
    assert "Nothing stands out." in html


def test_before_the_first_day_nothing_is_told(desk: Desk) -> None:
    assert "No day is on record yet" in desk.signed_in("somsri").get("/patterns").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks_every_language(busy: Desk, language: str) -> None:
    browser = busy.signed_in("anna")
    words = load(language, "audit").gettext
    for path, title in (
        ("/patterns", "To look at"),
        ("/tickets", "Tickets and complaints"),
        ("/cameras", "Cameras"),
        ("/checkpoints", "Checkpoints"),
    ):
        answer = browser.get(f"{path}?lang={language}")
        assert answer.status_code == 200
        assert f"<h1>{words(title)}</h1>" in answer.text
        assert f'aria-current="page">{words(title)}</a>' in answer.text


def test_every_code_has_words() -> None:
    assert set(COMPLAINT) == set(reasons.COMPLAINT)
    assert set(PATTERN_TITLES) == set(Name)


# Tickets and complaints -----------------------------------------------------------------------------------------------


def test_a_ticket_is_told_with_counter_person_camera_and_until_when(somsri: Browser) -> None:
    html = somsri.get(f"/tickets?day={DAY}&label=a002").text
    assert "Called at 12:01 to counter 1" in html
    assert "<span>Boon</span>" in html
    assert "camera cam-1, clock in the picture 2026-11-23 11:50:50 to 2026-11-23 12:11:10" in html
    assert "its clock was never checked" in html
    assert "export before 2026-12-23" in html
    assert "No camera sees this counter." in somsri.get(f"/tickets?day={DAY}&label=A001").text


def test_pictures_that_are_gone_are_said_to_be(busy: Desk) -> None:
    busy.time += 40 * 24 * 60 * MINUTE
    html = busy.signed_in("somsri").get(f"/tickets?day={DAY}&label=A002").text
    assert "The pictures are probably overwritten." in html


@pytest.mark.parametrize(("day", "label"), [(DAY, "A999"), ("2026-01-01", "A001"), ("soon", "A001")])
def test_what_is_not_there_is_said(somsri: Browser, day: str, label: str) -> None:
    answer = somsri.get(f"/tickets?day={day}&label={label}")
    assert answer.status_code == 422
    assert "There is no such ticket on that day." in answer.text


def test_a_complaint_is_noted_once_however_often_the_form_is_sent(busy: Desk, somsri: Browser) -> None:
    form = {"day": DAY, "label": "A002", "journal": KIOSK, "seq": "2", "category": "passed-over"}
    form["key"] = key_of(somsri.get(f"/tickets?day={DAY}&label=A002").text)
    answers = [somsri.post("/tickets/complaint", form) for _ in range(3)]
    assert [each.headers["location"] for each in answers] == [f"/tickets?day={DAY}&label=A002"] * 3
    (noted,) = facts(busy, ComplaintNoted)
    assert (noted.ticket.seq, noted.category, noted.staff) == (2, "passed-over", staff_id(1))
    assert "others went first" in somsri.get(f"/tickets?day={DAY}&label=A002").text


def test_control_without_the_key_it_is_noted_twice(busy: Desk) -> None:
    body = notes.complaint(UtcMs(busy.time), TICKET, "other", staff_id(1))
    for _ in range(2):
        busy.job(lambda ledger: notes.note(ledger, "ab" * 16, body, busy.moment(), keyed=False))
    assert len(facts(busy, ComplaintNoted)) == 2


def test_a_clock_that_was_set_back_dates_nothing_before_the_queues_last_fact(busy: Desk) -> None:
    at = busy.moment()
    earlier = replace(at, now_ms=UtcMs(at.now_ms - 3_600_000))
    for key, moment in (("ab" * 16, at), ("cd" * 16, earlier)):
        body = notes.complaint(moment.now_ms, TICKET, "other", staff_id(1))
        busy.job(lambda ledger, args=(key, body, moment): notes.note(ledger, *args))  # type: ignore[misc]
    first, second = facts(busy, ComplaintNoted)
    assert first.now_ms == at.now_ms
    assert earlier.now_ms < second.now_ms <= at.now_ms


def test_one_key_is_for_one_thing(busy: Desk) -> None:
    first, other = (notes.complaint(UtcMs(busy.time), TICKET, each, staff_id(1)) for each in ("other", "treatment"))
    busy.job(lambda ledger: notes.note(ledger, "ab" * 16, first, busy.moment()))
    with pytest.raises(ActRefused) as caught:
        busy.job(lambda ledger: notes.note(ledger, "ab" * 16, other, busy.moment()))
    assert caught.value.code == "key-used"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"category": "rude"}, "not-listed"),
        ({"seq": "999"}, "no-ticket"),
        ({"seq": "x"}, "no-ticket"),
        ({"key": "short"}, "bad-key"),
    ],
)
def test_a_complaint_that_cannot_be_is_refused(busy: Desk, somsri: Browser, changed: dict[str, str], says: str) -> None:
    form = {"day": DAY, "label": "A002", "journal": KIOSK, "seq": "2", "category": "other", "key": "cd" * 16}
    answer = somsri.post("/tickets/complaint", form | changed)
    assert answer.status_code == 422
    assert NOT_DONE[says] in answer.text
    assert facts(busy, ComplaintNoted) == []


def test_while_nobody_vouches_for_the_clock_nothing_is_noted(busy: Desk, somsri: Browser) -> None:
    busy.trusted = False
    form = {"day": DAY, "label": "A002", "journal": KIOSK, "seq": "2", "category": "other", "key": "cd" * 16}
    assert NOT_DONE["no-clock"] in somsri.post("/tickets/complaint", form).text
    assert facts(busy, ComplaintNoted) == []


# Cameras --------------------------------------------------------------------------------------------------------------


def test_cameras_are_set_and_their_clocks_checked(busy: Desk) -> None:
    anna = busy.signed_in("anna")
    page = anna.get("/cameras").text
    rows = {"camera": ["cam-1", "cam-2", ""], "days": ["45", "", ""], "key": key_of(page)}
    assert anna.post("/cameras", rows).status_code == 303
    assert facts(busy, CamerasSet)[-1].cameras == (CameraSetup("cam-1", 45), CameraSetup("cam-2", None))
    checked = {"camera": "cam-1", "ahead": "-12.5", "give": "2", "key": key_of(anna.get("/cameras").text)}
    assert anna.post("/cameras/check", checked).status_code == 303
    (found,) = facts(busy, CameraChecked)
    assert (found.offset_ms, found.uncertainty_ms, found.staff) == (-12_500, 2000, staff_id(0))
    assert "The clock in the picture was -12.5 s ahead, give or take 2.0 s" in anna.get("/cameras").text
    told = busy.signed_in("somsri").get(f"/tickets?day={DAY}&label=A002").text
    assert "clock in the picture 2026-11-23 12:00:35 to 2026-11-23 12:00:59" in told
    assert "export before 2027-01-07" in told


@pytest.mark.parametrize(
    ("camera", "days"), [("cam 1", ""), ("<b>", ""), ("cam-1", "0"), ("cam-1", "many"), ("", "5"), ("cam-9", "9999")]
)
def test_a_camera_that_cannot_be_is_refused(busy: Desk, camera: str, days: str) -> None:
    anna, before = busy.signed_in("anna"), len(facts(busy, CamerasSet))
    answer = anna.post("/cameras", {"camera": [camera], "days": [days], "key": "ef" * 16})
    assert answer.status_code == 422
    assert NOT_DONE["bad-camera"] in answer.text
    assert len(facts(busy, CamerasSet)) == before


@pytest.mark.parametrize(("ahead", "give"), [("soon", "2"), ("nan", "2"), ("1e300", "2"), ("5", "-1"), ("inf", "1")])
def test_a_check_that_cannot_be_is_refused(busy: Desk, ahead: str, give: str) -> None:
    form = {"camera": "cam-1", "ahead": ahead, "give": give, "key": "ef" * 16}
    answer = busy.signed_in("anna").post("/cameras/check", form)
    assert answer.status_code == 422
    assert NOT_DONE["bad-check"] in answer.text


# Checkpoints ----------------------------------------------------------------------------------------------------------


def test_a_checkpoint_that_has_not_left_is_shown_with_the_reason_and_tried_again(busy: Desk, somsri: Browser) -> None:
    def job(ledger: Ledger) -> None:
        own = ledger.own_named()
        assert own is not None
        row = Row(own[0], DAY, "scorecard checkpoint 1\n", UtcMs(busy.time))
        ledger.checkpoints.keep(row)
        ledger.checkpoints.tried(row, UtcMs(busy.time), "mail.test:25: refused", sent=False)

    busy.job(job)
    html = somsri.get("/checkpoints").text
    assert "Not mailed yet, tried 1 times." in html
    assert "mail.test:25: refused" in html
    assert somsri.post("/checkpoints").headers["location"] == "/checkpoints"
    assert busy.woken == 1
    assert busy._db.execute("SELECT tried_ms FROM checkpoints").fetchone() == (None,)


def test_what_is_noted_on_a_new_day_begins_it_and_is_no_violation(busy: Desk) -> None:
    busy.time += 20 * 60 * MINUTE
    busy.day = "2026-11-24"
    form = {"day": DAY, "label": "A002", "journal": KIOSK, "seq": "2", "category": "other", "key": "cd" * 16}
    answer = busy.signed_in("somsri").post("/tickets/complaint", form)
    assert answer.headers["location"] == f"/tickets?day={DAY}&label=A002"
    codes = {each.what.value for day in (DAY, "2026-11-24") for each in read_day(busy._db, day, ZONE).audit.violations}
    assert "outside-day" not in codes, codes
