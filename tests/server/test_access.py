"""Every route of the console and every role: who may, who may not. A route that is not in the table fails."""

import json
from collections.abc import Callable, Iterator

import httpx
import pytest
from fastapi.routing import APIRoute

from server import settings
from server.errors import Refused
from server.giving import Asked, give
from server.pairing import Pairing
from server.people import Role
from sync.facts_office import CounterSetup
from sync.types import JournalId, UtcMs
from tests.server.desk import Browser, Desk, staff_id

NOBODY = None
PUBLIC = "public"
RIGHT = "right"
"""For a right of its own, which nobody holds here (tests/server/test_officers.py)."""
SERVICES = {"services": [{"id": "register", "series": "A"}], "texts": []}
JOURNAL = JournalId("c" * 32)
ACCESS: dict[str, Role | str] = {
    "GET /sign-in": PUBLIC,
    "POST /sign-in": PUBLIC,
    "GET /first": PUBLIC,
    "POST /first": PUBLIC,
    "GET /certificate": PUBLIC,
    "GET /certificate/scorecard-office.crt": PUBLIC,
    "GET /static/{digest}/{name}": PUBLIC,
    "POST /sign-out": Role.STAFF,
    "GET /": Role.STAFF,
    "GET /counter/{number}": Role.STAFF,
    "GET /events/counters": Role.STAFF,
    "GET /events/counter/{number}": Role.STAFF,
    "GET /api/counters/{number}": Role.STAFF,
    "POST /api/counters/{number}": Role.STAFF,
    "GET /api/me": Role.STAFF,
    "GET /issue": Role.STAFF,
    "POST /issue": Role.STAFF,
    "GET /issue/{seq}": Role.STAFF,
    "GET /today": Role.SUPERVISOR,
    "GET /events/today": Role.SUPERVISOR,
    "GET /day": Role.SUPERVISOR,
    "POST /day/clock": Role.SUPERVISOR,
    "POST /day/carry": Role.SUPERVISOR,
    "POST /day/go-on": Role.SUPERVISOR,
    "POST /day/by-hand": Role.SUPERVISOR,
    "GET /day/slips": Role.SUPERVISOR,
    "GET /day/numbers": Role.SUPERVISOR,
    "GET /alerts": Role.SUPERVISOR,
    "POST /alerts/seen": Role.SUPERVISOR,
    "GET /followups": Role.SUPERVISOR,
    "GET /followups/{journal}/{seq}": Role.SUPERVISOR,
    "POST /followups/{journal}/{seq}/{step}": Role.SUPERVISOR,
    "GET /requests": Role.SUPERVISOR,
    "GET /requests/new": Role.SUPERVISOR,
    "POST /requests/new": Role.SUPERVISOR,
    "GET /requests/{name}": Role.SUPERVISOR,
    "POST /requests/{name}/{step}": Role.SUPERVISOR,
    "POST /requests/{name}/withdraw/{office}": Role.SUPERVISOR,
    "GET /figures": Role.SUPERVISOR,
    "GET /figures/table.csv": Role.SUPERVISOR,
    "GET /figures/table.xlsx": Role.SUPERVISOR,
    "GET /officers": RIGHT,
    "POST /officers": RIGHT,
    "POST /people/{staff}/officers": Role.ADMINISTRATOR,
    "GET /machines": Role.ADMINISTRATOR,
    "POST /machines/{journal}/replace": Role.ADMINISTRATOR,
    "GET /offices": Role.ADMINISTRATOR,
    "POST /offices/code": Role.ADMINISTRATOR,
    "POST /offices/{office}/replace": Role.ADMINISTRATOR,
    "POST /offices/{office}/revoke": Role.ADMINISTRATOR,
    "GET /office": Role.ADMINISTRATOR,
    "GET /office/counters/new": Role.ADMINISTRATOR,
    "POST /office/counters": Role.ADMINISTRATOR,
    "GET /office/counters/{number}": Role.ADMINISTRATOR,
    "POST /office/counters/{number}": Role.ADMINISTRATOR,
    "POST /office/counters/{number}/remove": Role.ADMINISTRATOR,
    "POST /office/rule": Role.ADMINISTRATOR,
    "GET /catalogue": Role.ADMINISTRATOR,
    "POST /catalogue/whose": Role.ADMINISTRATOR,
    "GET /catalogue/services/new": Role.ADMINISTRATOR,
    "POST /catalogue/services": Role.ADMINISTRATOR,
    "GET /catalogue/services/{service}": Role.ADMINISTRATOR,
    "POST /catalogue/services/{service}": Role.ADMINISTRATOR,
    "GET /catalogue/services/{service}/{language}": Role.ADMINISTRATOR,
    "POST /catalogue/services/{service}/{language}": Role.ADMINISTRATOR,
    "POST /catalogue/services/{service}/move": Role.ADMINISTRATOR,
    "POST /catalogue/services/{service}/copy": Role.ADMINISTRATOR,
    "POST /catalogue/services/{service}/retire": Role.ADMINISTRATOR,
    "POST /catalogue/services/{service}/back": Role.ADMINISTRATOR,
    "GET /catalogue/looks/{service}": Role.ADMINISTRATOR,
    "GET /catalogue/pictures/{key}/{name}": Role.ADMINISTRATOR,
    "GET /catalogue/groups/new": Role.ADMINISTRATOR,
    "POST /catalogue/groups": Role.ADMINISTRATOR,
    "GET /catalogue/groups/{group}": Role.ADMINISTRATOR,
    "POST /catalogue/groups/{group}": Role.ADMINISTRATOR,
    "POST /catalogue/groups/{group}/move": Role.ADMINISTRATOR,
    "POST /catalogue/groups/{group}/remove": Role.ADMINISTRATOR,
    "GET /catalogue/line": Role.ADMINISTRATOR,
    "POST /catalogue/line": Role.ADMINISTRATOR,
    "GET /catalogue/file": Role.ADMINISTRATOR,
    "GET /catalogue/file/catalogue.toml": Role.ADMINISTRATOR,
    "POST /catalogue/file": Role.ADMINISTRATOR,
    "GET /catalogue/publish": Role.ADMINISTRATOR,
    "POST /catalogue/publish": Role.ADMINISTRATOR,
    "POST /catalogue/discard": Role.ADMINISTRATOR,
    "GET /catalogue/versions": Role.ADMINISTRATOR,
    "GET /catalogue/versions/{number}": Role.ADMINISTRATOR,
    "POST /catalogue/versions/{number}/draft": Role.ADMINISTRATOR,
    "GET /calendar": Role.ADMINISTRATOR,
    "GET /calendar/week": Role.ADMINISTRATOR,
    "POST /calendar/week": Role.ADMINISTRATOR,
    "GET /calendar/hours/{service}": Role.ADMINISTRATOR,
    "POST /calendar/hours/{service}": Role.ADMINISTRATOR,
    "GET /calendar/{section}/new": Role.ADMINISTRATOR,
    "POST /calendar/{section}/new": Role.ADMINISTRATOR,
    "GET /calendar/{section}/{number}": Role.ADMINISTRATOR,
    "POST /calendar/{section}/{number}": Role.ADMINISTRATOR,
    "POST /calendar/{section}/{number}/remove": Role.ADMINISTRATOR,
    "POST /calendar/declare": Role.ADMINISTRATOR,
    "POST /calendar/declared": Role.ADMINISTRATOR,
    "GET /calendar/publish": Role.ADMINISTRATOR,
    "POST /calendar/publish": Role.ADMINISTRATOR,
    "POST /calendar/discard": Role.ADMINISTRATOR,
    "GET /calendar/versions": Role.ADMINISTRATOR,
    "GET /calendar/versions/{number}": Role.ADMINISTRATOR,
    "POST /calendar/versions/{number}/draft": Role.ADMINISTRATOR,
    "GET /notices": Role.ADMINISTRATOR,
    "POST /notices": Role.ADMINISTRATOR,
    "POST /notices/{notice}/withdraw": Role.ADMINISTRATOR,
    "GET /account": Role.STAFF,
    "POST /account/password": Role.STAFF,
    "POST /account/language": Role.STAFF,
    "GET /people": Role.ADMINISTRATOR,
    "GET /people/new": Role.ADMINISTRATOR,
    "POST /people": Role.ADMINISTRATOR,
    "GET /people/{staff}": Role.ADMINISTRATOR,
    "POST /people/{staff}": Role.ADMINISTRATOR,
    "POST /people/{staff}/reset": Role.ADMINISTRATOR,
    "POST /people/{staff}/disable": Role.ADMINISTRATOR,
    "POST /people/{staff}/enable": Role.ADMINISTRATOR,
    "GET /patterns": Role.SUPERVISOR,
    "GET /tickets": Role.SUPERVISOR,
    "POST /tickets/complaint": Role.SUPERVISOR,
    "GET /checkpoints": Role.SUPERVISOR,
    "POST /checkpoints": Role.SUPERVISOR,
    "GET /cameras": Role.ADMINISTRATOR,
    "POST /cameras": Role.ADMINISTRATOR,
    "POST /cameras/check": Role.ADMINISTRATOR,
    "GET /record": Role.SUPERVISOR,
    "GET /api/clips/{language}/{clip}": Role.SUPERVISOR,
    "POST /api/clips/{language}/{clip}": Role.SUPERVISOR,
    "DELETE /api/clips/{language}/{clip}": Role.SUPERVISOR,
}
"""Method and path → the least role. A new route belongs here, or the first test below fails."""
WHO = {NOBODY: None, Role.STAFF: "boon", Role.SUPERVISOR: "somsri", Role.ADMINISTRATOR: "anna"}
EDITED = {"service": "house", "group": "desk", "section": "breaks", "notice": "n1", "key": "0" * 32}
"""What the routes of the editors name."""
FIRST = {"POST /sign-out", "GET /account", "POST /account/password", "POST /account/language"}
"""What a one-time password opens."""
GUARDED = (
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
)
COOKIE = {"secure", "httponly", "samesite", "path"}


def unlisted(desk: Desk) -> set[str]:
    """Routes that the table does not know."""
    routes = [route for route in desk.routes.routes if isinstance(route, APIRoute)]
    assert len(routes) == len(desk.routes.routes), "only such routes can be looked at"
    return {f"{method} {route.path}" for route in routes for method in route.methods or ()} ^ set(ACCESS)


def test_every_route_stands_in_the_table(desk: Desk) -> None:
    assert unlisted(desk) == set()


def test_control_a_route_that_is_not_listed_is_found(desk: Desk) -> None:
    @desk.routes.get("/api/calls")
    async def calls() -> str:
        return "open to everybody"

    assert unlisted(desk) == {"GET /api/calls"}


def filled(path: str, issued: int) -> str:
    """The path of a route, with what `set_up` made."""
    return path.format(
        staff=staff_id(2),
        number=1,
        digest="0",
        name="none.css",
        seq=issued,
        journal=JOURNAL,
        office=JOURNAL,
        language="th",
        clip="number",
        step="answer",
        **EDITED,
    )


def unguarded(answer: httpx.Response, *, kept: bool = False) -> list[str]:
    """What is wrong with the headers of this answer. `kept`: it may be, for it carries a hash in its address."""
    policy = answer.headers.get("content-security-policy", "")
    wrong = [] if "default-src 'none'" in policy and "frame-ancestors 'none'" in policy else ["no policy"]
    wrong += ["what stands in a page may run"] if "unsafe" in policy else []
    wrong += [name for name in GUARDED if name not in answer.headers]
    wrong += ["may be kept"] if not kept and answer.headers.get("cache-control") != "no-store" else []
    for cookie in answer.headers.get_list("set-cookie"):
        name, *flags = cookie.split("; ")
        told = {each.partition("=")[0].lower() for each in flags}
        wrong += [] if name.startswith("__Host-") and told >= COOKIE else [cookie]
        wrong += ["a cookie for others"] if "domain" in told or "SameSite=Strict" not in flags else []
    return wrong


def test_control_an_answer_without_a_guard_is_noticed() -> None:
    good = {"content-security-policy": "default-src 'none'; frame-ancestors 'none'", "cache-control": "no-store"}
    good |= dict.fromkeys(GUARDED, "x")
    flags = "Path=/; Max-Age=1; Secure; HttpOnly; SameSite=Strict"
    assert unguarded(httpx.Response(200, headers={**good, "set-cookie": f"__Host-a=b; {flags}"})) == []
    assert unguarded(httpx.Response(200)) == ["no policy", *GUARDED, "may be kept"]
    for broken in (flags.replace("; Secure", ""), flags.replace("; HttpOnly", ""), flags.replace("Strict", "None")):
        assert len(unguarded(httpx.Response(200, headers={**good, "set-cookie": f"__Host-a=b; {broken}"}))) == 1
    assert len(unguarded(httpx.Response(200, headers={**good, "set-cookie": f"a=b; {flags}"}))) == 1
    loose = {**good, "content-security-policy": f"{good['content-security-policy']}; style-src 'unsafe-inline'"}
    assert unguarded(httpx.Response(200, headers=loose)) == ["what stands in a page may run"]


def set_up(desk: Desk) -> int:
    """What the routes of the table name is there: counter 1, and a number that was given here; its seq."""
    issued: list[int] = []
    counter = CounterSetup(1, ("register",))
    desk.job(lambda ledger: settings.set_counters(ledger, [counter], (), staff_id(0), desk.moment()))
    machine = Pairing(JOURNAL, bytes(32), bytes(32), "kiosk", "Hall", bytes(32))
    desk.job(lambda ledger: ledger.pair(machine, UtcMs(desk.time)))
    offers = (JOURNAL, json.dumps(SERVICES))
    desk.job(lambda ledger: ledger._db.execute("INSERT INTO catalogues VALUES (?, 1, ?)", offers))
    asked = Asked("ab" * 16, ("register",), "th")
    desk.job(lambda ledger: issued.append(give(ledger, asked, staff_id(0), desk.moment()).seq))
    desk.counters.streams.close()  # a stream ends at once, and says so by 503
    return issued[0]


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, int, dict[str | None, Browser]]]:
    """A console on which nothing is changed: by whoever only looks, and by whoever may not. Each has signed in."""
    desk = Desk(tmp_path_factory.mktemp("console"))
    issued = set_up(desk)
    yield desk, issued, {login: desk.signed_in(login) if login else desk.browser() for login in WHO.values()}
    desk.close()


@pytest.mark.parametrize("who", WHO, ids=lambda who: who.word if who else "nobody")
@pytest.mark.parametrize("route", ACCESS)
def test_only_who_may_gets_in(
    make_desk: Callable[..., Desk], looked_at: tuple[Desk, int, dict[str | None, Browser]], route: str, who: Role | None
) -> None:
    login, least = WHO[who], ACCESS[route]
    method, path = route.split()
    desk, issued, browsers = looked_at
    browser = browsers[login]
    edited = path.split("/")[1] in ("catalogue", "calendar", "notices")  # whose drafts touch nothing else
    if (
        method != "GET"
        and not edited
        and (least is PUBLIC or (who is not NOBODY and isinstance(least, Role) and who >= least))
    ):
        desk = make_desk()
        issued, browser = set_up(desk), desk.signed_in(login) if login else desk.browser()
    path = filled(path, issued)
    before = desk.checked
    ask = {"GET": browser.get, "POST": browser.post, "DELETE": browser.delete}[method]
    answer = ask(path)
    assert unguarded(answer, kept=path.startswith(("/static/", "/catalogue/pictures/"))) == []
    if least is PUBLIC:
        assert answer.status_code in (200, 303, 401, 404, 422)
        assert "/sign-in?" not in answer.headers.get("location", "")
        return
    if who is NOBODY:
        shut = (401, None) if path.startswith("/api/") else (303, "/sign-in")
        assert (answer.status_code, answer.headers.get("location", "?").split("?")[0] or None) in (shut, (401, ""))
        assert desk.checked == before
    elif isinstance(least, Role) and who >= least:
        expected: tuple[int, ...] = (503,) if path.startswith("/events/") else (200, 204, 303, 400, 422)
        if path.startswith("/api/clips/") and method == "GET":
            expected = (404,)  # nobody has recorded it yet
        if path.startswith("/followups/"):
            expected = (404,)  # nothing is to be answered here
        if path.startswith("/requests/") and path != "/requests/new":
            expected = (404, 409)  # nothing is asked here
        if "/offices/" in path and path != "/offices/code":
            expected = (404,)  # none relays here
        if path.startswith("/catalogue/pictures/"):
            expected = (404,)  # nobody drew it
        if edited and method == "POST":
            expected = (200, 303, 409, 422)  # nobody saw a draft before
        assert answer.status_code in expected, answer.text
        assert not answer.headers.get("location", "").startswith("/sign-in") or path == "/sign-out"
    else:
        assert answer.status_code == 403
        assert "may not do this" in answer.text


def newcomer(desk: Desk) -> Browser:
    """An administrator who came in by a one-time password."""
    desk.job(lambda ledger: ledger._db.execute("UPDATE staff SET first_until_ms = ?", (2**50,)))
    return desk.signed_in("anna")


@pytest.fixture(scope="module")
def shut_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Who may do nothing yet: nothing is changed by asking."""
    desk = Desk(tmp_path_factory.mktemp("console"))
    yield newcomer(desk)
    desk.close()


@pytest.mark.parametrize("route", [route for route, least in ACCESS.items() if least is not PUBLIC])
def test_a_one_time_password_opens_only_what_replaces_it(
    make_desk: Callable[..., Desk], shut_in: Browser, route: str
) -> None:
    browser = newcomer(make_desk()) if route in FIRST else shut_in
    method, path = route.split()
    path = path.format(
        step="close",
        staff=staff_id(2),
        number=1,
        seq=1,
        journal=JOURNAL,
        office=JOURNAL,
        language="th",
        clip="number",
        name="x",
        **EDITED,
    )
    ask = {"GET": browser.get, "POST": browser.post, "DELETE": browser.delete}[method]
    answer = ask(path)
    if route in FIRST:
        assert answer.status_code in (200, 303, 422)
        assert answer.headers.get("location") != "/account" or path == "/account/language"
    elif path.startswith("/api/"):
        assert (answer.status_code, answer.json()["error"]) == (403, "password-first")
    else:
        assert (answer.status_code, answer.headers["location"]) == (303, "/account")


def test_programs_get_json_people_get_pages(desk: Desk) -> None:
    @desk.routes.get("/api/conflict")
    async def conflict() -> None:
        raise Refused(409, "taken", "Nothing is here", hint="Nothing was changed")

    refused = desk.browser().get("/api/me")
    assert refused.status_code == 401
    assert set(refused.json()) == {"error", "message", "hint"}
    assert refused.json()["message"] == "ยังไม่มีผู้เข้าสู่ระบบที่นี่"
    taken = desk.signed_in("boon").get("/api/conflict?lang=en")
    assert (taken.status_code, taken.json()["error"], taken.json()["hint"]) == (409, "taken", "Nothing was changed")
    me = desk.signed_in("boon").get("/api/me").json()
    assert (me["staff"], me["name"], me["role"], me["skills"]) == (staff_id(2), "Boon", "staff", [])
    nothing = desk.signed_in("boon").get("/nowhere")
    assert nothing.status_code == 404
    assert "Nothing is here" in nothing.text
