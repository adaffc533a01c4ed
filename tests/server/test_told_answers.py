"""What an office tells everybody of its answers: by month, in the languages in which they were written, of nobody."""

import asyncio
import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from server import episodes, followups, told_answers
from server.followups import Answer
from server.halls import Halls
from server.ledger import Ledger
from server.notes import complaint, note
from server.open_page import OpenPages
from server.pages import Pages
from server.results_page import ResultPages
from server.rollups import office_of
from server.told_answers import Told, told
from sync.body import FactName, TicketName
from sync.facts_alerts import FollowupOpened
from sync.live import Live
from sync.types import JournalId, Seq, UtcMs
from tests.server.centred import Reads, _nothing
from tests.server.desk import NAMES, ZONE, Desk, staff_id
from tests.server.figured import figured
from tests.server.test_access import set_up
from translations import LANGUAGES

DAY_MS = 86_400_000
TEXTS = {"th": "เปิดช่องเพิ่มแล้ว", "en": "One more counter is open from ten."}
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


class Town:
    """The console of an office that was complained about, and its public pages."""

    def __init__(self, desk: Desk) -> None:
        self.desk, reads = desk, Reads(desk._everywhere)
        pages = Pages(NAMES, ZONE)
        halls = Halls(reads, Live, _nothing, NAMES, ZONE, self.now)
        self.app = FastAPI()
        for part in (ResultPages(pages, halls, reads, self.now), OpenPages(pages, halls, reads, self.now, "CC BY 4.0")):
            part.add_to(self.app)
        self.office = office_of(desk._everywhere) or ""

    def now(self) -> UtcMs:
        return UtcMs(self.desk.time)

    def get(self, path: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://office.test") as client:
                return await client.get(path)

        return asyncio.run(ask())

    def pass_(self, days: int) -> None:
        self.desk.time += days * DAY_MS
        self.desk.day = date.fromordinal(date(2026, 11, 23).toordinal() + days).isoformat()


def complain(ledger: Ledger, desk: Desk, journal: JournalId, seq: int, n: int, category: str) -> None:
    body = complaint(UtcMs(desk.time), TicketName(journal, Seq(seq)), category, staff_id(1))
    note(ledger, f"{n:032x}", body, desk.moment())


def answer(ledger: Ledger, desk: Desk, n: int, text: Answer) -> None:
    """The nth follow-up is answered."""
    of = sorted(episodes.followups(desk._everywhere, 0), key=lambda each: each.name)[n].name
    followups.answer(ledger, f"{1000 + n:032x}", of, text, bytes([n]) * 16, staff_id(1), desk.moment())


@pytest.fixture
def town(make_desk: Callable[..., Desk]) -> Town:
    """Three complaints of one day about a ticket for `register`; two days later two are answered, one of them for
    everybody; figures of November with more than 30 visits to each service."""
    desk = make_desk()
    seq = set_up(desk)
    journal = JournalId(desk._everywhere.execute("SELECT journal_id FROM journals WHERE own > 0").fetchone()[0])
    for n, category in enumerate(("long-wait", "treatment", "other")):
        desk.job(partial(complain, desk=desk, journal=journal, seq=seq, n=n, category=category))
    made = Town(desk)
    made.pass_(2)
    desk.job(lambda ledger: answer(ledger, desk, 0, Answer("Somebody was ill.", TEXTS)))
    desk.job(lambda ledger: answer(ledger, desk, 1, Answer("Spoken with them.")))
    desk.job(lambda ledger: figured(ledger._db, made.office, NOVEMBER, 28, a_day=40))
    return made


# By month, without whom -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_once_the_month_is_over_the_page_tells_topic_service_days_and_text(town: Town, language: str) -> None:
    town.pass_(12)
    page = town.get(f"/results?month=2026-11&lang={language}").text
    head = {"th": "เรื่องร้องเรียน: รอนาน", "en": "Complaint: a long wait · register", "my": "တိုင်ကြားချက်: "}[language]
    assert head in page
    shown = TEXTS.get(language, next(iter(TEXTS.values())))
    assert shown in page
    assert "Somebody was ill." not in page, "what is for the office alone"
    lacks = {"th": "ไม่มีคำตอบเป็นภาษานี้", "en": "Not written in this language", "my": "ဤဘာသာစကားဖြင့် မရေးထားပါ"}[language]
    assert (lacks in page) is (language not in TEXTS)
    assert {"th": "ตอบใน 2 วัน", "en": "Answered after 2 days.", "my": "2 ရက်အကြာ"}[language] in page
    assert {"th": "มีอีก 1 คำตอบ", "en": "1 answer of this month is not told", "my": "အဖြေ 1 ခု"}[language] in page
    assert re.search(r"\{[a-z_]+\}", page) is None


def test_while_the_month_runs_and_in_another_month_nothing_is_told(town: Town) -> None:
    assert TEXTS["en"] not in town.get("/results?month=2026-11&lang=en").text
    town.pass_(45)
    for month, there in (("2026-11", True), ("2026-12", False), ("2026-10", False)):
        assert (TEXTS["en"] in town.get(f"/results?month={month}&lang=en").text) is there
        assert ("Answers to complaints" in town.get(f"/results?month={month}&lang=en").text) is there


def test_open_data_has_the_same_and_no_day_ticket_or_person(town: Town) -> None:
    path = f"/open/{town.office}/figures/2026-11.json"
    assert town.get(path).json()["answers"] == []
    town.pass_(12)
    (only,) = town.get(path).json()["answers"]
    assert only == {"topic": "complaint", "about": "long-wait", "service": "register", "days": 2, "texts": TEXTS}


def test_an_answer_that_was_replaced_is_told_as_it_is_now_and_the_day_stays(town: Town) -> None:
    desk = town.desk
    town.pass_(12)
    of = next(each for each in episodes.followups(desk._everywhere, 0) if each.about == "long-wait").name
    late = Answer("Somebody was ill.", {"my": "ကောင်တာ တိုးဖွင့်ထားသည်။"})
    desk.job(lambda ledger: followups.answer(ledger, "f" * 32, of, late, b"s" * 16, staff_id(1), desk.moment()))
    found = told_answers.read(desk._everywhere, town.office, NOVEMBER, date(2026, 11, 30), ZONE)
    assert [(each.days, each.texts) for each in found.told] == [(2, late.outside)]
    kept = "SELECT language FROM told_answers"
    assert desk._everywhere.execute(kept).fetchall() == [("my",)], "the words before are nowhere"
    assert told_answers.read(desk._everywhere, town.office, DECEMBER, date(2026, 12, 31), ZONE).told == ()
    desk.job(lambda ledger: ledger.episodes.erase(late.digest(b"s" * 16)))
    found = told_answers.read(desk._everywhere, town.office, NOVEMBER, date(2026, 11, 30), ZONE)
    assert (found.told, found.untold) == ((), 2)
    assert desk._everywhere.execute(kept).fetchall() == []


def test_a_centre_knows_that_something_was_answered_and_has_no_text(town: Town) -> None:
    """As if this office's journals had been brought to a centre."""
    desk, found = town.desk, list[told_answers.Answers]()

    def brought(ledger: Ledger) -> None:
        ledger._db.execute("UPDATE journals SET office = 'o1'")
        found.append(told_answers.read(ledger._db, "o1", NOVEMBER, date(2026, 11, 30), ZONE))
        ledger._db.execute("UPDATE journals SET office = NULL")

    desk.job(brought)
    assert found == [told_answers.Answers((), 2)]


def test_what_was_kept_before_answers_had_languages_is_told_in_the_one_of_its_letters(town: Town) -> None:
    desk, digest = town.desk, Answer("Somebody was ill.", TEXTS).digest(bytes(16))
    for text, language in (("เปิดช่อง 3", "th"), ("ကောင်တာ ၃", "my"), ("Counter 3", "en")):
        desk.job(partial(before, digest=digest, text=text))
        assert episodes.answer_of(desk._everywhere, digest) == ("Somebody was ill.", {language: text})


def before(ledger: Ledger, digest: str, text: str) -> None:
    ledger._db.execute("DELETE FROM told_answers WHERE digest = ?", (digest,))
    ledger._db.execute("UPDATE answers SET outside = ? WHERE digest = ?", (text, digest))


# The service ----------------------------------------------------------------------------------------------------------

LOW = Told(told_answers.SCORES, "", "tax", 9, {"en": "Looked into."})
LONG = Told(followups.COMPLAINT, "long-wait", "register", 1, {"en": "Found."})


def test_a_service_is_named_where_thirty_visits_were_for_it_and_nothing_says_when() -> None:
    shown = told([LOW, LONG, Told(followups.COMPLAINT, "other", None, 0, {})], {"register": 30, "tax": 29})
    assert [(each.topic, each.service) for each in shown] == [(followups.COMPLAINT, "register"), ("scores", None)]
    assert told([LONG, LOW], {}) == told([LOW, LONG], {})


def test_control_naming_smaller_services_is_caught() -> None:
    assert [each.service for each in told([LOW], {"tax": 1}, least=1)] == ["tax"]
    assert [each.service for each in told([LOW], {"tax": 1})] == [None]


def test_an_alert_on_a_counter_tells_no_counter(town: Town) -> None:
    desk = town.desk
    of = FactName(JournalId("a" * 32), Seq(1))
    opened: Any = FollowupOpened(UtcMs(desk.time), of, "scores-counter", "3", "2026-12-10")
    desk.job(lambda ledger: ledger.append([opened], desk.moment().instant))
    name = next(each.name for each in episodes.followups(desk._everywhere, 0) if each.why == "scores-counter")
    text = Answer("Looked into.", {"en": "Somebody helps there now."})
    desk.job(lambda ledger: followups.answer(ledger, "e" * 32, name, text, b"t" * 16, staff_id(1), desk.moment()))
    found = told_answers.read(desk._everywhere, town.office, NOVEMBER, date(2026, 11, 30), ZONE)
    assert Told("scores", "", None, 0, dict(text.outside)) in found.told
