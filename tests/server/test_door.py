"""The door: sessions, cookies, requests that others make in one's name, guessing; each with the variant it catches."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from server.door import CSRF_HEADER, Door
from server.passwords import Hasher
from server.people import by_login, folded_login
from server.sessions import CLEARED, IDLE_MS, LONGEST_MS, MOST_A_PERSON, TOKEN_BYTES, cookie, csrf_of, token_in
from tests.server.desk import MINUTE, NEW, ORIGIN, PASSWORD, Browser, Desk, is_in, staff_id
from tests.server.test_lockout import Open

HOUR = 3_600_000


def cookie_faults(header: str) -> set[str]:
    """What a session's Set-Cookie header lacks."""
    name, *flags = (part.strip() for part in header.split(";"))
    wanted = {"Path=/", "Secure", "HttpOnly", "SameSite=Strict"}
    faults = wanted - set(flags) | {flag for flag in flags if flag.lower().startswith("domain")}
    return faults if name.startswith("__Host-console=") else faults | {"__Host-"}


def test_signing_in_and_out(desk: Desk) -> None:
    browser = desk.browser()
    assert browser.get("/").headers["location"] == "/sign-in"
    assert not is_in(browser)
    answer = browser.sign_in(" ANNA ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert is_in(browser)
    assert "Anna" in browser.get("/").text
    old = browser.cookie
    assert browser.post("/sign-out").status_code == 303
    assert not is_in(browser)
    browser.client.cookies.set("__Host-console", str(old), domain="console.test")
    assert not is_in(browser), "the token itself has ended, not the cookie alone"


def test_after_the_door_one_is_where_one_wanted_to_be_but_never_elsewhere(desk: Desk) -> None:
    assert desk.browser().get("/people").headers["location"] == "/sign-in?to=/people"
    assert desk.browser().sign_in("anna", to="/people").headers["location"] == "/people"
    for evil in (
        "//evil.test",
        "https://evil.test",
        "/\\evil.test",
        "javascript:alert(1)",
        "/a//b",
        "/x\r\nset-cookie: a",
    ):
        assert desk.browser().sign_in("anna", to=evil).headers["location"] == "/"
        assert "evil" not in desk.browser().get(f"/sign-in?to={evil}".split("\r")[0]).text


def test_the_cookie_is_bound_to_tls_host_and_site_and_holds_nothing(desk: Desk) -> None:
    browser = desk.browser()
    header = browser.sign_in("anna").headers["set-cookie"]
    assert cookie_faults(header) == set()
    assert cookie_faults(CLEARED) == set()
    assert re.fullmatch(r"[0-9a-f]{32}", str(browser.cookie))
    kept = desk.writer.submit(lambda ledger: ledger._one("SELECT hash FROM sessions")[0]).result()
    assert str(browser.cookie) not in (kept.hex(), kept.hex()[:32])


@pytest.mark.parametrize("flag", ["Path=/", "Secure", "HttpOnly", "SameSite=Strict", "__Host-"])
def test_control_a_cookie_without_a_flag_is_noticed(flag: str) -> None:
    assert cookie_faults(cookie(bytes(TOKEN_BYTES)).replace(flag, "")) == {flag}
    assert cookie_faults(cookie(bytes(TOKEN_BYTES)) + "; Domain=test") == {"Domain=test"}


def test_a_session_ends_after_twelve_idle_hours_and_after_thirty_days(desk: Desk) -> None:
    browser = desk.signed_in("anna")
    desk.time += IDLE_MS - MINUTE
    assert is_in(browser), "this look keeps it alive"
    desk.time += IDLE_MS - MINUTE
    assert is_in(browser)
    desk.time += IDLE_MS
    assert not is_in(browser)
    browser, start = desk.signed_in("anna"), desk.time
    while desk.time - start < LONGEST_MS - HOUR:
        assert is_in(browser)
        desk.time += min(IDLE_MS - HOUR, start + LONGEST_MS - HOUR - desk.time)
    assert is_in(browser)
    desk.time = start + LONGEST_MS
    assert not is_in(browser)


def test_a_clock_that_goes_back_signs_nobody_out(desk: Desk) -> None:
    browser = desk.signed_in("anna")
    desk.time -= 100 * HOUR
    assert is_in(browser)


def test_two_tabs_and_two_people_on_one_counter_do_not_disturb_each_other(desk: Desk) -> None:
    one, two, other = desk.signed_in("anna"), desk.signed_in("anna"), desk.signed_in("boon")
    one.post("/sign-out")
    assert (is_in(one), is_in(two), is_in(other)) == (False, True, True)


def test_a_person_has_only_so_many_sessions(desk: Desk) -> None:
    browsers = []
    for _ in range(MOST_A_PERSON + 2):
        desk.time += 1000
        browsers.append(desk.signed_in("boon"))
    assert desk.sessions() == MOST_A_PERSON
    assert [is_in(each) for each in browsers[:3]] == [False, False, True]


@pytest.mark.parametrize("way", ["password", "disable", "reset"])
def test_sessions_end_with_the_password_and_with_the_account(desk: Desk, way: str) -> None:
    own, other, admin = desk.signed_in("boon"), desk.signed_in("boon"), desk.signed_in("anna")
    if way == "password":
        form = {"current": PASSWORD, "password": NEW, "again": NEW}
        before = own.cookie
        assert own.post("/account/password", form).headers["location"] == "/"
        assert own.cookie != before
        assert is_in(own), "who changed it stays, with a new token"
    else:
        assert admin.post(f"/people/{staff_id(2)}/{way}").status_code in (200, 303)
        assert not is_in(own)
    assert not is_in(other)
    assert is_in(admin)
    if way == "password":
        assert desk.browser().sign_in("boon").status_code == 401
        assert desk.browser().sign_in("boon", NEW).status_code == 303


def test_a_changed_password_is_judged_and_proved(desk: Desk) -> None:
    browser = desk.signed_in("boon")
    for form, words in (
        ({"current": "not this", "password": NEW, "again": NEW}, "not the present password"),
        ({"current": PASSWORD, "password": NEW, "again": NEW + "!"}, "passwords differ"),
        ({"current": PASSWORD, "password": "short", "again": "short"}, "at least 8 characters"),
        ({"current": PASSWORD, "password": "password123", "again": "password123"}, "that anybody tries"),
    ):
        answer = browser.post("/account/password", form)
        assert answer.status_code == 422
        assert words in answer.text
    assert desk.browser().sign_in("boon").status_code == 303


def test_whoever_sits_at_an_open_session_cannot_guess_the_password_there(desk: Desk) -> None:
    browser = desk.signed_in("boon")
    wrong = {"current": "not this", "password": NEW, "again": NEW}
    answers = [browser.post("/account/password", wrong).status_code for _ in range(7)]
    assert answers == [422] * 5 + [429] * 2


# Who asks in whose name


def forged(browser: Browser) -> dict[str, httpx.Response]:
    """Requests that another site, or a page in between, could make a signed-in browser send."""
    path, token = "/account/language", browser.csrf()
    form = {"language": "my", "csrf": token}
    post = browser.raw
    return {
        "another site's form": post(path, form, {"origin": "https://evil.test", "sec-fetch-site": "cross-site"}),
        "a site beside": post(path, form, {"origin": "https://x.console.test", "sec-fetch-site": "same-site"}),
        "another port": post(path, form, {"origin": f"{ORIGIN}:8443"}),
        "plain http": post(path, form, {"origin": ORIGIN.replace("https", "http")}),
        "a hidden origin": post(path, form, {"origin": "null"}),
        "no word of where from": post(path, form, {}),
        "no token": post(path, {"language": "my"}, {"origin": ORIGIN}),
        "a wrong token": post(path, form | {"csrf": "0" * 32}, {"origin": ORIGIN}),
        "a token that is none": post(path, form | {"csrf": "ฯ"}, {"origin": ORIGIN}),
        "a wrong header": post(path, form, {"origin": ORIGIN, CSRF_HEADER: "1" * 32}),
    }


def test_a_request_that_no_page_of_this_session_made_is_refused(desk: Desk) -> None:
    browser = desk.signed_in("boon")
    assert {name for name, answer in forged(browser).items() if answer.status_code != 403} == set()
    assert browser.post("/account/language", {"language": "my"}).status_code == 303
    by_header = {"origin": ORIGIN, CSRF_HEADER: browser.csrf()}
    assert browser.raw("/account/language", {"language": "th"}, by_header).status_code == 303


def test_control_without_either_check_forged_requests_come_through(make_desk: Callable[..., Desk]) -> None:
    open_origin = make_desk(guard=lambda headers: True).signed_in("boon")
    through = {name for name, answer in forged(open_origin).items() if answer.status_code != 403}
    assert {"another site's form", "a site beside", "no word of where from"} <= through
    open_token = make_desk(token_guard=lambda given, session: True).signed_in("boon")
    through = {name for name, answer in forged(open_token).items() if answer.status_code != 403}
    assert through == {"no token", "a wrong token", "a token that is none", "a wrong header"}


@pytest.mark.parametrize("path", ["/sign-in", "/first"])
def test_nobody_is_signed_in_from_another_site(desk: Desk, path: str) -> None:
    browser = desk.browser()
    form = {"login": "anna", "password": PASSWORD}
    assert browser.post(path, form, origin="https://evil.test").status_code == 403
    assert browser.cookie is None


def test_the_token_of_a_session_is_no_other_ones(desk: Desk) -> None:
    one, two = desk.signed_in("anna"), desk.signed_in("anna")
    assert one.csrf() != two.csrf()
    assert one.csrf() == csrf_of(bytes.fromhex(str(one.cookie)))
    assert one.post("/account/language", {"csrf": two.csrf(), "language": "th"}).status_code == 403


# A session that somebody prepared


class Adopting(Door):
    """The broken variant: takes the token that the browser brings for the new session."""

    async def _opened(self, account: Any, request: Request) -> bytes | None:
        token = token_in(request.headers.get("cookie", "")) or self.random(TOKEN_BYTES)
        await self.write(lambda ledger: ledger.sessions.open(account, token, self.now()))
        return token


def fixation_works(desk: Desk) -> bool:
    """Whether who puts a token into somebody's browser is that person after the door."""
    planted = "ab" * TOKEN_BYTES
    victim, attacker = desk.browser(), desk.browser()
    for each in (victim, attacker):
        each.client.cookies.set("__Host-console", planted, domain="console.test")
    victim.raw("/sign-in", {"login": "anna", "password": PASSWORD}, {"origin": ORIGIN})
    return is_in(attacker)


def test_a_token_that_somebody_planted_never_becomes_a_session(desk: Desk) -> None:
    assert not fixation_works(desk)
    browser = desk.signed_in("anna")
    before, count = browser.cookie, desk.sessions()
    browser.sign_in("boon")
    assert browser.cookie != before
    assert desk.sessions() == count, "signing in anew ends the former session"


def test_control_a_door_that_adopts_the_token_is_caught(make_desk: Callable[..., Desk]) -> None:
    assert fixation_works(make_desk(door=Adopting))


# Guessing


def spoil(desk: Desk) -> None:
    """Boon is disabled, Somsri's one-time password is too old."""
    desk.job(lambda ledger: ledger.people.disable(staff_id(2)))
    desk.job(lambda ledger: ledger._db.execute("UPDATE staff SET first_until_ms = 1 WHERE staff = ?", (staff_id(1),)))


def work_of_failures(desk: Desk) -> dict[str, int]:
    """How many passwords are looked at for each kind of failure."""
    spoil(desk)
    work: dict[str, int] = {}
    answers = set()
    for kind, login, password in (
        ("wrong password", "anna", "not hers at all"),
        ("unknown name", "nobody", PASSWORD),
        ("disabled", "boon", PASSWORD),
        ("too old", "somsri", PASSWORD),
        ("endless", "anna", "x" * 5000),
        ("no name", "", ""),
    ):
        before = desk.checked
        answer = desk.browser(f"10.0.0.{len(work)}").sign_in(login, password)
        assert answer.status_code == 401
        answers.add(answer.text.replace(f'value="{login}"', 'value=""'))
        work[kind] = desk.checked - before
    assert len(answers) == 1, "the same page, whatever was wrong"
    return work


def test_every_failure_takes_the_same_work_and_gives_the_same_answer(desk: Desk) -> None:
    assert set(work_of_failures(desk).values()) == {1}


class Hasty(Door):
    """The broken variant: an unknown name is answered without any work."""

    async def sign_in(self, login: str, password: str, request: Request) -> bytes | None:
        if await self.read(by_login, folded_login(login)) is None:
            return None
        return await super().sign_in(login, password, request)


def test_control_a_door_that_skips_the_work_for_unknown_names_is_caught(make_desk: Callable[..., Desk]) -> None:
    work = work_of_failures(make_desk(door=Hasty))
    assert work["unknown name"] == 0 != work["wrong password"]


def guesses(desk: Desk, count: int = 8, login: str = "anna") -> list[int]:
    """What so many wrong passwords get."""
    return [desk.browser().sign_in(login, f"guess {n} of many").status_code for n in range(count)]


def test_who_guesses_waits_and_the_right_password_waits_too(desk: Desk) -> None:
    assert guesses(desk) == [401] * 5 + [429] * 3
    looked = desk.checked
    answer = desk.browser("192.168.1.99").sign_in("anna")
    assert answer.status_code == 429, "from whatever address"
    assert 0 < int(answer.headers["retry-after"]) <= 30
    assert desk.browser().sign_in("boon").status_code == 429, "from this address, whatever name"
    assert desk.checked == looked, "while one waits no password is looked at"
    desk.time += 30_000
    assert desk.browser().sign_in("anna").status_code == 303, "a wait is never for ever"


def test_unknown_names_wait_like_known_ones(desk: Desk) -> None:
    assert guesses(desk, login="nobody") == [401] * 5 + [429] * 3


def test_control_without_a_lockout_every_guess_is_looked_at(make_desk: Callable[..., Desk]) -> None:
    assert guesses(make_desk(lockout=Open())) == [401] * 8


def test_a_rush_is_told_to_come_back(make_desk: Callable[..., Desk]) -> None:
    class Full(Hasher):
        """No room for one more."""

        _under_way = property(lambda self: 10**6, lambda self, value: None)

    desk = make_desk()
    desk.door.hasher = Full(lambda n: bytes(n))
    answer = desk.browser().sign_in("anna")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    desk.door.hasher.close()


def test_a_form_that_is_too_large_is_not_read(desk: Desk) -> None:
    answer = desk.browser().post("/sign-in", {"login": "x" * 40_000})
    assert answer.status_code == 413
    assert desk.checked == 0


def test_cookies_of_others_are_no_tokens() -> None:
    right = cookie(bytes(TOKEN_BYTES)).split(";")[0]
    assert token_in(f"other=1; {right}; more=2") == bytes(TOKEN_BYTES)
    for wrong in ("", "other=1", "__Host-console=", "__Host-console=zz", right + "00", "console=" + "00" * 16, ";;=;"):
        assert token_in(wrong) is None
