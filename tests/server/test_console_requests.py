"""Requests on the console: asked at a centre of some offices or all, read and answered at an office."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from server import asked, asking
from server.asked import Show, State
from server.asking import Wish
from server.ledger import Ledger
from server.listing import A_PAGE
from server.pairing import Pairing
from server.queue import Moment
from sync.facts_published import Source
from sync.facts_requests import OfficeRequested
from sync.types import JournalId, Seq, UtcMs
from tests.server.desk import Desk
from tests.server.device import DAY
from translations import LANGUAGES

NAMES = {"th": "แม่สอด", "en": "Mae Sot", "my": "မဲဆောက်"}, {"th": "พบพระ", "en": "Phop Phra", "my": "ဖုပ်ဖရ"}
OFFICES = [f"{n}" * 32 for n in (1, 2)]
SOURCE = Source(JournalId("c" * 32), Seq(2))


def relays(ledger: Ledger, now_ms: UtcMs) -> None:
    """Two offices relay to this server."""
    for office, names in zip(OFFICES, NAMES, strict=True):
        pairing = Pairing(JournalId(office), bytes(32), bytes(32), "office", "", office.encode(), None)
        ledger.pair(pairing, now_ms)
        told = json.dumps(names), office
        ledger.publications.db.execute("UPDATE offices SET name = ?, time_zone = 'Asia/Bangkok' WHERE office = ?", told)


@pytest.fixture
def centre(make_desk: Callable[..., Desk]) -> Desk:
    desk = make_desk()
    desk.job(lambda ledger: relays(ledger, UtcMs(desk.time)))
    return desk


@pytest.fixture
def office(make_desk: Callable[..., Desk]) -> Desk:
    """An office that took up two requests of its centre."""
    desk = make_desk()
    desk.job(lambda ledger: came(ledger, desk.moment(), "r1", "check-paper", "Please today."))
    desk.job(lambda ledger: came(ledger, desk.moment(), "r2", "make-backup", ""))
    return desk


def came(ledger: Ledger, at: Moment, name: str, what: str, text: str) -> None:
    """The centre asked for this."""
    asking.take_up(ledger, OfficeRequested(at.now_ms, name, what, "", text, DAY), SOURCE, {}, at)


def filled(browser: Any, path: str, **form: Any) -> Any:
    key = re.search(r'name="key" value="(\w+)"', browser.get(path).text)
    assert key is not None
    return {"key": key[1]} | form


def stands(desk: Desk, show: Show = Show.ALL) -> list[tuple[str, str, State]]:
    return [(each.whose, each.what, each.state) for each in asked.asked_of_offices(desk._everywhere, show, DAY, 20)]


# At a centre ----------------------------------------------------------------------------------------------------------


def test_a_supervisor_of_the_centre_asked_one_office_and_took_it_back(centre: Desk) -> None:
    browser = centre.signed_in("somsri")
    form = filled(browser, "/requests/new", what="check-clock", text="It is late.", due=DAY, offices=OFFICES[1])
    for _ in range(2):  # a form that comes twice
        assert browser.post("/requests/new", form).status_code == 303
    assert stands(centre) == [(OFFICES[1], "check-clock", State.ASKED)]
    page = browser.get("/requests?lang=en").text
    assert all(words in page for words in ("Phop Phra: Look at a machine&#39;s clock", "It is late.", "by Somsri"))
    assert "the office does not have it yet" in page
    (found,) = asked.asked_of_offices(centre._everywhere, Show.ALL, DAY, 2)
    back = f"/requests/{found.request}/withdraw/{OFFICES[1]}"
    assert [browser.post(back).status_code for _ in range(2)] == [303, 409]
    assert stands(centre) == [(OFFICES[1], "check-clock", State.WITHDRAWN)]
    assert browser.post(f"/requests/{found.request}/withdraw/{OFFICES[0]}").status_code == 409


def test_every_office_was_asked_at_once_and_the_page_tells_open_and_overdue_apart(centre: Desk) -> None:
    browser = centre.signed_in("somsri")
    form = filled(browser, "/requests/new", what="take-release", due=DAY, whom="all")
    assert browser.post("/requests/new", form).status_code == 303
    assert sorted(each[0] for each in stands(centre)) == OFFICES
    assert "Mae Sot" not in browser.get("/requests?show=overdue&lang=en").text
    centre.time += 2 * 86_400_000
    browser = centre.signed_in("somsri")
    page = browser.get("/requests?show=overdue&lang=en").text
    assert "overdue (2)" in page
    assert "Mae Sot" in page
    assert "Mae Sot" not in browser.get("/requests?show=answered&lang=en").text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"what": "notice", "offices": OFFICES[0]}, "Write it in words."),
        ({"what": "check-paper"}, "Choose one office or more."),
        ({"what": "check-paper", "offices": OFFICES[0], "text": "Call 081 234 5678"}, "could be a person"),
        ({"what": "check-paper", "offices": OFFICES[0], "due": "2020-01-01"}, "Choose today or a later day"),
        ({"what": "check-paper", "offices": OFFICES[0], "text": "x" * 501}, "500 characters at most"),
    ],
)
def test_what_cannot_be_asked_is_shown_again_and_not_written(centre: Desk, form: dict[str, str], words: str) -> None:
    browser = centre.signed_in("somsri")
    answer = browser.post("/requests/new?lang=en", filled(browser, "/requests/new", **form))
    assert (answer.status_code, stands(centre)) == (422, [])
    assert words in answer.text
    assert form.get("text", "") in answer.text, "nothing that was typed is lost"


def test_of_an_office_named_in_the_address_its_own_things_are_offered(centre: Desk) -> None:
    browser = centre.signed_in("somsri")
    page = browser.get(f"/requests/new?office={OFFICES[0]}&what=answer-followup&about=a:7&lang=en").text
    assert "Ask Mae Sot for something" in page
    assert 'name="about" value="a:7"' in page
    assert 'type="checkbox"' not in page
    assert "Ask offices for something" in browser.get("/requests/new?office=nobody&lang=en").text
    assert "Mae Sot" not in browser.get("/requests/new?find=phop&lang=en").text


def test_the_list_is_turned_like_every_other_list(centre: Desk) -> None:
    def ask(ledger: Ledger) -> None:
        for n in range(A_PAGE + 1):
            wish = Wish("notice", "", f"Notice {n}", None)
            asking.ask(ledger, f"{n:032x}", f"{n:016x}", wish, tuple(OFFICES[:1]), "s0000000b", centre.moment())

    centre.job(ask)
    browser = centre.signed_in("somsri")
    first = browser.get("/requests?show=all&lang=en").text
    further = re.search(r'<a href="([^"]+)" rel="next">', first)
    assert first.count('class="text"') == A_PAGE
    assert further is not None
    second = browser.get(further[1].replace("&amp;", "&")).text
    assert (second.count('class="text"'), 'rel="next"' in second) == (1, False)
    assert 'rel="prev"' in second
    assert {each for page in (first, second) for each in re.findall(r"Notice \d+", page)} == {
        f"Notice {n}" for n in range(A_PAGE + 1)
    }


# At an office ---------------------------------------------------------------------------------------------------------


def test_a_supervisor_took_note_and_answered(office: Desk) -> None:
    desk, browser = office, office.signed_in("somsri")
    page = browser.get("/requests?lang=en").text
    assert all(words in page for words in ("What the centre asks of this office", "Put paper in", "Please today."))
    assert asked.unread(desk._everywhere) == 2
    woken = desk.woken
    assert browser.post("/requests/r1/seen").status_code == 303
    assert (asked.unread(desk._everywhere), desk.woken) == (1, woken + 1)
    given = filled(browser, "/requests/r1", verdict="cannot", reason="part-missing", text="No roll here.")
    for _ in range(2):
        assert browser.post("/requests/r1/answer", given).status_code == 303
    page = browser.get("/requests/r1?lang=en").text
    assert all(words in page for words in ("paper, a part or a disk is missing", "No roll here.", "Somsri"))
    assert 'action="/requests/r1/answer"' not in page
    again = browser.post("/requests/r1/answer", {"key": "1" * 32, "verdict": "done"})
    assert again.status_code == 422


def test_an_answer_that_is_none_was_shown_again(office: Desk) -> None:
    browser = office.signed_in("somsri")
    form = filled(browser, "/requests/r2", verdict="cannot", reason="", text="so it is")
    answer = browser.post("/requests/r2/answer", form)
    assert answer.status_code == 422
    assert "so it is" in answer.text
    assert browser.post("/requests/r2/burn").status_code == 404
    office.trusted = False
    assert browser.post("/requests/r2/answer", form | {"verdict": "done"}).status_code == 422
    assert asked.known_here(office._everywhere)["r2"] is State.TAKEN


def test_what_is_asked_of_an_office_is_turned_too(office: Desk) -> None:
    def more(ledger: Ledger) -> None:
        for n in range(A_PAGE):
            came(ledger, office.moment(), f"n{n}", "notice", f"Notice {n}")

    office.job(more)
    browser = office.signed_in("somsri")
    first, second = (browser.get(f"/requests?page={page}&lang=en").text for page in (1, 2))
    assert [page.count('class="alert') for page in (first, second)] == [A_PAGE, 2]
    assert ('rel="next"' in first, 'rel="next"' in second) == (True, False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_are_whole_in_every_language(centre: Desk, office: Desk, language: str) -> None:
    told = (centre, "/requests"), (centre, "/requests/new"), (office, "/requests"), (office, "/requests/r1")
    for desk, path in told:
        page = desk.signed_in("somsri").get(f"{path}?lang={language}")
        assert page.status_code == 200
        assert {"th": "คำขอของส่วนกลาง", "en": "Requests", "my": "တောင်းဆိုချက်"}[language] in page.text
    assert Wish("notice").due is None
