"""What is to be answered: opened by complaints, due fifteen days later, answered without a word about a citizen."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import episodes, followups
from server.episodes import STEPS, Followup, Row, State, followups_of, may
from server.errors import ActRefused
from server.followups import Answer, judged, left, personal
from server.ledger import Ledger
from server.notes import complaint, note
from sync.body import FactName, TicketName
from sync.facts_alerts import AlertRaised, FollowupAnswered, FollowupAssigned, FollowupClosed, FollowupOpened
from sync.types import JournalId, Seq, UtcMs
from tests.server.desk import Desk, staff_id
from tests.server.device import NOON
from translations import LANGUAGES

JOURNAL = JournalId("a" * 32)
NAME = FactName(JOURNAL, Seq(7))
KINDS = [FollowupAssigned.kind, FollowupAnswered.kind, FollowupClosed.kind]


# The machine ----------------------------------------------------------------------------------------------------------


def row(seq: int, kind: str, at_ms: int = NOON, **told: Any) -> Row:
    return Row(FactName(JOURNAL, Seq(seq)), kind, NAME, UtcMs(at_ms), **told)


OPENED = row(7, FollowupOpened.kind, code="complaint", about="other", detail="2026-12-08")


@given(st.lists(st.sampled_from(KINDS), max_size=6))
def test_whatever_was_written_a_follow_up_went_its_way_and_no_other(kinds: list[str]) -> None:
    rows = [OPENED, *(row(8 + at, kind, NOON + at, detail=f"d{at}") for at, kind in enumerate(kinds))]
    (found,) = followups_of(reversed(rows))
    state = State.OPENED
    for kind in kinds:
        before, after = STEPS[kind]
        state = after if state in before else state
    assert found.state is state
    assert (found.answered_ms is not None) == (state in (State.ANSWERED, State.CLOSED))
    assert (found.closed_ms is not None) == (state is State.CLOSED)


def test_a_later_answer_did_not_make_the_first_one_later() -> None:
    rows = [OPENED, row(8, KINDS[1], NOON + 1, detail="one"), row(9, KINDS[1], NOON + 2, detail="two")]
    (found,) = followups_of(rows)
    assert (found.answered_ms, found.digest) == (NOON + 1, "two")


def test_what_is_closed_takes_nothing_more() -> None:
    closed = Followup(NAME, "complaint", "other", "2026-12-08", NOON, state=State.CLOSED)
    assert [may(closed, kind) for kind in KINDS] == [False] * 3


@pytest.mark.parametrize(("today", "days"), [("2026-11-23", 15), ("2026-12-08", 0), ("2026-12-09", -1)])
def test_fifteen_calendar_days_are_left_at_first(today: str, days: int) -> None:
    assert left(followups_of([OPENED])[0], date.fromisoformat(today)) == days


# What an answer may not hold ------------------------------------------------------------------------------------------

PERSONAL = [
    "081-234-5678", "0812345678", "+66 81 234 5678", "1-2345-67890-12-3", "1234567890123", "๐๘๑๒๓๔๕๖๗๘", "၀၉၇၈၉၁၂၃၄၅၆",
    "08\u200b1234\u200b5678", "081.234.5678", "(02) 123 45 67 8", "somchai@mail.test", "AA1234567",
    "055\u00a0531\u00a0234",
]  # fmt: skip
PLAIN = [
    "Counter 3 was closed from 10:15 to 11:00 on 29 November 2569.", "2026-11-29", "29/11/2569", "15 minutes, 2 of 30",
    "ช่อง ๓ ปิด ๑๐.๑๕ ถึง ๑๑.๐๐ น.", "A012 was called after A015.", "",
]  # fmt: skip


@pytest.mark.parametrize("text", PERSONAL)
def test_what_looks_like_a_number_of_a_person_was_refused(text: str) -> None:
    assert personal(text)
    for answer in ((f"Called {text} back.", {}), ("It was found.", {"en": "Found.", "my": f"see {text}"})):
        with pytest.raises(ActRefused) as caught:
            judged(*answer)
        assert caught.value.code == "personal"


@pytest.mark.parametrize("text", PLAIN)
def test_what_an_office_writes_was_taken(text: str) -> None:
    assert not personal(text)


@given(st.text(alphabet="0123456789", min_size=10, max_size=13), st.sampled_from(["", " ", "-", ".", " - "]))
def test_no_number_of_ten_digits_came_through_however_it_was_spaced(digits: str, between: str) -> None:
    assert personal(f"tel {between.join(digits)}.")


@pytest.mark.parametrize(("inside", "code"), [("", "no-answer"), (" \n", "no-answer"), ("x" * 2001, "long-answer")])
def test_an_answer_has_some_words_and_not_too_many(inside: str, code: str) -> None:
    with pytest.raises(ActRefused) as caught:
        judged(inside, {})
    assert caught.value.code == code


def test_nobody_can_try_texts_against_the_record() -> None:
    answer = Answer("Spoken with the counter.")
    assert answer.digest(b"1" * 16) != answer.digest(b"2" * 16)
    assert Answer("a", {"en": "b"}).digest(b"") != Answer("a", {"th": "b"}).digest(b"") != Answer("ab").digest(b"")


# On record, and on the console ----------------------------------------------------------------------------------------


@pytest.fixture
def complained(make_desk: Callable[..., Desk]) -> Desk:
    """A console on which a complaint was noted, and an alert raised."""
    desk = make_desk()
    desk.job(lambda ledger: _complain(ledger, desk))
    desk.job(lambda ledger: ledger.append([AlertRaised(NOON, "paper-out", "", 0, 0)], desk.moment().instant))
    return desk


def _complain(ledger: Ledger, desk: Desk) -> None:
    body = complaint(UtcMs(desk.time), TicketName(JOURNAL, Seq(3)), "long-wait", staff_id(1))
    for _ in range(2):  # a form that comes twice
        note(ledger, "1" * 32, body, desk.moment())


def found(desk: Desk) -> Followup:
    (only,) = episodes.followups(desk._everywhere, 0)
    return only


def path(desk: Desk) -> str:
    return f"/followups/{found(desk).name.journal}/{found(desk).name.seq}"


def sent(desk: Desk, browser: Any, step: str, **form: str) -> Any:
    key = re.search(r'name="key" value="(\w+)"', browser.get(path(desk)).text)
    assert key is not None
    return browser.post(f"{path(desk)}/{step}", {"key": key[1]} | form)


def test_a_complaint_opened_one_follow_up_and_a_supervisor_answered_and_closed_it(complained: Desk) -> None:
    desk, browser = complained, complained.signed_in("somsri")
    assert (found(desk).why, found(desk).about, found(desk).due) == ("complaint", "long-wait", "2026-12-08")
    page = browser.get("/followups?lang=en").text
    assert "Complaint: a long wait" in page
    assert "15 days left" in page
    assert sent(desk, browser, "assign", to=staff_id(0)).status_code == 303
    assert "Anna answers it." in browser.get("/followups?lang=en").text
    answered = sent(
        desk, browser, "answer", inside="A counter was ill.", **{"outside-en": "Another counter helps from ten."}
    )
    assert answered.status_code == 303
    one = browser.get(path(desk) + "?lang=en").text
    assert all(words in one for words in ("A counter was ill.", "Another counter helps from ten.", "in time", "Somsri"))
    assert sent(desk, browser, "close").status_code == 303
    assert (found(desk).state, found(desk).to) == (State.CLOSED, staff_id(0))
    assert 'action="/followups' not in browser.get(path(desk)).text


def test_the_record_holds_no_word_of_an_answer_and_a_new_one_erased_the_one_before(complained: Desk) -> None:
    desk, browser = complained, complained.signed_in("somsri")
    sent(desk, browser, "answer", inside="First words, about somebody.")
    first = found(desk).digest
    sent(desk, browser, "answer", inside="Second words.")
    assert episodes.answer_of(desk._everywhere, first) is None
    assert episodes.answer_of(desk._everywhere, found(desk).digest) == ("Second words.", {})
    rows = b"".join(row for (row,) in desk._everywhere.execute("SELECT row FROM facts"))
    assert b"words" not in rows
    assert first.encode() in rows


def test_an_answer_with_a_telephone_number_was_shown_again_and_not_kept(complained: Desk) -> None:
    desk, browser = complained, complained.signed_in("somsri")
    answer = sent(desk, browser, "answer", inside="Called 081 234 5678.")
    assert answer.status_code == 422
    assert "Called 081 234 5678." in answer.text, "nothing that was typed is lost"
    assert found(desk).state is State.OPENED
    assert desk._everywhere.execute("SELECT count(*) FROM answers").fetchone() == (0,)


def test_what_comes_too_late_or_from_nobody_changed_nothing(complained: Desk) -> None:
    desk, browser = complained, complained.signed_in("somsri")
    assert sent(desk, browser, "close").status_code == 422
    assert sent(desk, browser, "assign", to=staff_id(2)).status_code == 422, "staff do not answer"
    assert browser.post(f"{path(desk)}/burn", {"key": "1" * 32}).status_code == 404
    assert browser.get("/followups/x/1").status_code == 404
    desk.trusted = False
    assert sent(desk, browser, "answer", inside="Found.").status_code == 422
    assert found(desk).state is State.OPENED


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_overdue_one_says_so_in_every_language(complained: Desk, language: str) -> None:
    complained.time += 17 * 86_400_000
    page = complained.signed_in("somsri").get(f"/followups?lang={language}").text
    assert {"th": "เกินกำหนด 2 วัน", "en": "2 days late", "my": "2 ရက် နောက်ကျ"}[language] in page


def test_an_alert_was_seen_once_by_whoever_pressed_first(complained: Desk) -> None:
    desk, browser = complained, complained.signed_in("somsri")
    page = browser.get("/alerts?lang=en").text
    assert "No paper" in page
    (alert,) = episodes.alerts(desk._everywhere, 0)
    form = {"journal": str(alert.name.journal), "seq": str(alert.name.seq)}
    assert browser.post("/alerts/seen", form).status_code == 303
    assert complained.signed_in("anna").post("/alerts/seen", form).status_code == 303
    assert "Seen by Somsri" in browser.get("/alerts?lang=en").text
    assert len(episodes.one(desk._everywhere, alert.name)) == 2
    assert browser.post("/alerts/seen", {"journal": "x", "seq": "1"}).status_code == 303, "of no alert: nothing"
    assert len(followups.WHYS) == 3


def test_the_menu_counts_what_nobody_has_seen(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(counts=lambda: {"/alerts": 3})
    assert '<b class="count">3</b>' in desk.signed_in("somsri").get("/followups").text
    assert '<b class="count">' not in desk.signed_in("boon").get("/account").text
