"""The console's people: the first administrator, adding, changing, resetting, disabling; and its languages."""

import re

import httpx
import pytest

from sync.types import UtcMs
from tests.server.desk import MINUTE, NEW, Desk, is_in, staff_id


def test_the_first_administrator_comes_with_the_code_and_is_in(desk: Desk) -> None:
    codes: list[str] = []
    desk.job(lambda ledger: codes.append(ledger.people.make_code(lambda n: b"secret!"[:n], UtcMs(desk.time))))
    browser = desk.browser()
    form = {"code": codes[0], "login": "Chief", "name": "The chief", "password": NEW, "again": NEW, "language": "my"}
    for change, field in (
        ({"code": "0000-0000-0000"}, "code"),
        ({"code": "?"}, "code"),
        ({"login": "a b"}, "login"),
        ({"login": "anna"}, "login"),
        ({"name": ""}, "name"),
        ({"password": "chief"}, "password"),
        ({"again": "x"}, "again"),
    ):
        answer = browser.post("/first", form | change)
        assert answer.status_code == 422
        assert f'id="{field}-fault"' in answer.text
        assert NEW not in answer.text, "a password never comes back on a page"
    assert browser.post("/first", form).headers["location"] == "/"
    assert 'lang="my"' in browser.get("/people").text
    assert desk.browser().post("/first", form | {"login": "second"}).status_code == 422


def test_wrong_codes_are_counted(desk: Desk) -> None:
    form = {"code": "0000-0000-0000", "login": "chief", "name": "The chief", "password": NEW, "again": NEW}
    answers = [desk.browser().post("/first", form).status_code for _ in range(12)]
    assert answers == [422] * 10 + [429] * 2
    desk.time += MINUTE
    assert desk.browser().post("/first", form).status_code == 422


def once(answer: httpx.Response) -> str:
    """The one-time password on a page."""
    found = re.search(r'id="once">(.*?)</dd>', answer.text)
    assert found is not None
    return re.sub("<[^>]*>", "", found[1])


def test_an_administrator_adds_a_person_who_chooses_a_password(desk: Desk) -> None:
    admin = desk.signed_in("anna")
    person = {"login": "Dao", "name": "ดาว <b>", "role": "supervisor", "language": "en", "skills": ["tax", "id"]}
    answer = admin.post("/people", person)
    assert "ดาว &lt;b&gt;" in answer.text
    password = once(answer)
    browser = desk.browser()
    assert browser.sign_in("dao", password).status_code == 303
    assert browser.get("/").headers["location"] == "/account"
    assert browser.post("/account/password", {"password": NEW, "again": NEW}).headers["location"] == "/"
    assert is_in(browser)
    assert desk.browser().sign_in("dao", password).status_code == 401
    assert browser.get("/api/me").json()["skills"] == ["id", "tax"]
    assert admin.post("/people", person).status_code == 422, "the name is taken"


def test_what_an_administrator_changes_holds_at_the_next_click(desk: Desk) -> None:
    admin, boon = desk.signed_in("anna"), desk.signed_in("boon")
    change = {"login": "boon", "name": "Boon B.", "role": "administrator", "language": "en"}
    assert boon.get("/people").status_code == 403
    assert admin.post(f"/people/{staff_id(2)}", change).status_code == 303
    assert "Boon B." in boon.get("/people").text
    assert boon.post(f"/people/{staff_id(0)}/disable").status_code == 303
    assert not is_in(admin)
    last = boon.post(f"/people/{staff_id(2)}", change | {"role": "staff"})
    assert last.status_code == 422
    assert "last administrator" in last.text
    assert boon.post(f"/people/{staff_id(2)}/disable").status_code == 409
    assert boon.post("/people/s99999999", change).status_code == 404
    assert boon.post(f"/people/{staff_id(0)}/enable").status_code == 303
    assert desk.browser().sign_in("anna").status_code == 303


def test_a_reset_gives_a_password_that_is_shown_once(desk: Desk) -> None:
    admin = desk.signed_in("anna")
    password = once(admin.post(f"/people/{staff_id(1)}/reset"))
    assert desk.browser().sign_in("somsri").status_code == 401
    assert desk.browser().sign_in("somsri", password).status_code == 303
    assert password not in admin.get(f"/people/{staff_id(1)}").text


def test_thai_first_then_what_is_chosen_until_somebody_signs_out(desk: Desk) -> None:
    browser = desk.browser()
    assert '<html lang="th">' in browser.get("/sign-in").text
    assert '<html lang="my">' in browser.get("/sign-in?lang=my").text
    browser.sign_in("anna")
    assert '<html lang="my">' in browser.get("/").text, "the language of this browser"
    browser.post("/sign-out")
    assert '<html lang="th">' in browser.get("/sign-in").text, "and of nobody after"
    assert '<html lang="en">' in desk.signed_in("anna").get("/").text, "else the person's own"
    anna = desk.signed_in("anna")
    anna.post("/account/language", {"language": "th"})
    assert '<html lang="th">' in desk.signed_in("anna").get("/").text


@pytest.mark.parametrize(("login", "path"), [("somsri", "/day/numbers"), ("", "/"), ("", "/day")])
def test_whoever_asks_in_a_language_stays_in_it_where_another_page_answers(desk: Desk, login: str, path: str) -> None:
    browser = desk.signed_in(login) if login else desk.browser()
    sent = browser.get(f"{path}?lang=my")
    assert sent.status_code == 303
    assert '<html lang="my">' in browser.get(sent.headers["location"]).text


def test_control_what_is_no_language_is_kept_by_nobody(desk: Desk) -> None:
    sent = desk.browser().get("/day?lang=xx")
    assert (sent.status_code, "set-cookie" in sent.headers) == (303, False)
