"""What no page of the console sends is refused on each of its routes; and whatever is sent, nothing breaks.

The routes are those of tests/server/test_access.py, which a new route has to be in.
"""

from collections.abc import Callable, Collection, Iterator

import httpx
import pytest

from server.door import CSRF_HEADER
from server.people import Role
from tests.server.desk import ORIGIN, Browser, Desk
from tests.server.test_access import ACCESS, PUBLIC, filled, set_up, unguarded

WRITES = [route for route in ACCESS if not route.startswith("GET")]
ELSEWHERE = "did not come from a page of this console"
ODD = ("0", "-1", "9" * 30, "th", "ฯ", "%00", "a" * 300, "2026-02-30", "'", "..%2f")
"""In place of whatever a path names."""
FIELDS = ("", "\u0e3f", "-1", "9" * 30, "x" * 3000, "<b>", "2026-02-30", "[]")
"""In place of whatever a form says."""
NAMES = ("name", "text", "number", "day", "from", "to", "seq", "code", "reason", "services", "language", "version")
"""Fields that forms of the console have."""
LAST = ("POST /sign-out", "POST /account/password")
"""What would end the session that asks on."""


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, int]]:
    desk = Desk(tmp_path_factory.mktemp("console"))
    yield desk, set_up(desk)
    desk.close()


def send(browser: Browser, route: str, issued: int, form: dict[str, str], headers: dict[str, str]) -> httpx.Response:
    """This route is asked to write, with these headers alone."""
    method, path = route.split()
    ask = browser.client.request(method, f"{filled(path, issued)}?lang=en", data=form or None, headers=headers)
    return browser._answer(ask)


def forged(browser: Browser, route: str, issued: int, other: str) -> dict[str, httpx.Response]:
    """What other sites and other sessions could have this browser send."""
    own = browser.csrf()
    ways = {
        "another site": ({"csrf": own}, {"origin": "https://evil.test", "sec-fetch-site": "cross-site"}),
        "a site beside": ({}, {CSRF_HEADER: own, "sec-fetch-site": "same-site"}),
        "no word of where from": ({}, {CSRF_HEADER: own}),
        "a token of another session": ({}, {CSRF_HEADER: other, "origin": ORIGIN}),
        "no token": ({"x": "y"}, {"origin": ORIGIN, "sec-fetch-site": "same-origin"}),
    }
    if ACCESS[route] is PUBLIC:  # there is no session yet whose token could be known
        del ways["a token of another session"], ways["no token"]
    return {name: send(browser, route, issued, form, headers) for name, (form, headers) in ways.items()}


def let_in(desk: Desk, issued: int, browser: Browser, other: str) -> list[str]:
    """Each route and way that was not refused for where it came from."""
    found = []
    for route in WRITES:
        for way, answer in forged(browser, route, issued, other).items():
            if answer.status_code != 403 or ELSEWHERE not in answer.text or unguarded(answer):
                found.append(f"{route} by {way}: {answer.status_code}")
    return found


def facts(desk: Desk) -> int:
    """How long the office's own journal is."""
    end = desk.writer.submit(lambda ledger: ledger.own_end).result()
    assert end is not None
    return int(end[1].seq)


def test_what_no_page_of_this_session_made_is_refused_on_every_route(console: tuple[Desk, int]) -> None:
    desk, issued = console
    before, sessions = facts(desk), desk.sessions()
    anna, other = desk.signed_in("anna"), desk.signed_in("boon").csrf()
    assert let_in(desk, issued, anna, other) == []
    assert (facts(desk), desk.sessions()) == (before, sessions + 2)
    assert anna.get("/account").status_code == 200, "nobody was signed out by it"


def test_control_without_the_checks_every_route_takes_what_is_forged(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(guard=lambda headers: True, token_guard=lambda given, session: True)
    found = let_in(desk, set_up(desk), desk.signed_in("anna"), "0" * 32)
    assert {each.partition(" by ")[0] for each in found} == set(WRITES)


def odd_paths(route: str) -> Iterator[str]:
    """The address of this route with odd values in place of what it names."""
    path = route.split()[1]
    if "{" not in path:
        yield path
        return
    for value in ODD:
        parts = [value if part.startswith("{") else part for part in path.split("/")]
        yield "/".join(parts)


def breaking(desk: Desk, browser: Browser, routes: Collection[str]) -> list[str]:
    """Each of these routes that answers odd questions by 5xx, or without its guards."""
    browser.client._transport = httpx.ASGITransport(desk.app, raise_app_exceptions=False, client=("192.168.1.20", 5))
    headers, found = {"origin": ORIGIN, CSRF_HEADER: browser.csrf()}, []
    for route in routes:
        method = route.split()[0]
        for number, path in enumerate(odd_paths(route)):
            form = {name: FIELDS[(number + at) % len(FIELDS)] for at, name in enumerate(NAMES)}
            asked = browser.client.request(method, path, data=form if method == "POST" else None, headers=headers)
            answer = browser._answer(asked)
            if answer.status_code >= 500 or unguarded(answer, kept=path.startswith("/static/")):
                found.append(f"{method} {path}: {answer.status_code}")
    return found


@pytest.mark.parametrize("role", [None, Role.ADMINISTRATOR], ids=["nobody", "administrator"])
def test_whatever_is_asked_for_nothing_breaks(console: tuple[Desk, int], role: Role | None) -> None:
    desk, _ = console
    routes = [each for each in ACCESS if each not in LAST and "/events/" not in each]
    assert breaking(desk, desk.signed_in("anna") if role else desk.browser(), routes) == []


def test_control_a_route_that_breaks_is_found(desk: Desk) -> None:
    @desk.routes.get("/broken/{number}")
    async def broken(number: int) -> str:
        return str(1 // number)

    assert breaking(desk, desk.browser(), ["GET /broken/{number}"]) == ["GET /broken/0: 500"]
