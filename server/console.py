"""The console's application: the door's own pages. What is behind it adds its routes (server.console_people)."""

import re
from typing import Annotated, Any, Protocol
from urllib.parse import parse_qs

from fastapi import Depends, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from server.app import asset_response, with_headers
from server.console_counter import CounterDesk, add_counters
from server.console_day import add_day
from server.console_figures import add_figures
from server.console_issue import add_issue
from server.console_machines import add_machines
from server.console_office import add_office
from server.console_offices import add_offices
from server.console_pages import ConsolePages, Filled, language_cookie, redirect
from server.console_people import add_people
from server.console_today import add_today
from server.database import Unavailable
from server.door import Door, Person
from server.errors import AccountRefused, Refused, ServerError
from server.forms import Form, form_of
from server.guide import Guide
from server.http import App, Receive, Scope, Send
from server.office_desk import OfficeDesk
from server.passwords import password_fault
from server.people import Details, Role, code_hash, folded_login, login_fault, name_fault
from server.sessions import CLEARED, cookie
from sync import RELEASE
from translations import LANGUAGES, N_

# gettext: console

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; media-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
GUARDS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    # Not `no-referrer`: with it browsers send a form's `Origin` as null, and the door could not tell whose page it was.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
KEPT = (b"cache-control", b"no-store")
_OWN_PATH = re.compile(r"/(?:[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*)?")
WRONG = N_("Name or password is not right")
NOT_THE_SAME = N_("The two passwords differ")


class Part(Protocol):
    """Something that adds routes of its own: the guide, the voice."""

    def add_to(self, app: FastAPI) -> None: ...


def console_routes(
    door: Door, pages: ConsolePages, counters: CounterDesk, guide: Guide, office: OfficeDesk, *parts: Part
) -> FastAPI:
    """All routes of the console; `parts` add their own."""
    app = FastAPI(title="Scorecard Smart Box console", version=RELEASE, openapi_url=None, redirect_slashes=False)
    _add_door(app, door, pages)
    _add_account(app, door, pages)
    add_people(app, door, pages, office.moment)
    add_counters(app, counters)
    add_office(app, office)
    add_issue(app, office)
    add_today(app, office, counters.streams, counters.drawing)
    add_day(app, office)
    add_figures(app, office)
    add_machines(app, office)
    add_offices(app, office)
    for part in (guide, *parts):
        part.add_to(app)
    _add_rest(app, door, pages)
    _add_answers(app, door, pages)
    return app


def console_app(routes: FastAPI) -> App:
    """The application behind the console's listener: its routes, with the headers that guard every answer. What does
    not say how long it may be kept is kept by nobody. Whoever asks in a language stays in it where another page is
    answered with."""

    async def unkept(scope: Scope, receive: Receive, send: Send) -> None:
        async def said(message: Any) -> None:
            if message["type"] == "http.response.start":
                more = [] if any(name == KEPT[0] for name, _ in message["headers"]) else [KEPT]
                more += _language_kept(scope) if message["status"] == 303 else []
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        await routes(scope, receive, said)

    return with_headers(unkept, GUARDS)


def _language_kept(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The cookie of the language that this address asks for."""
    asked = parse_qs(bytes(scope.get("query_string", b"")).decode("latin-1")).get("lang", [""])[-1]
    return [(b"set-cookie", language_cookie(asked).encode())] if asked in LANGUAGES else []


def _add_door(app: FastAPI, door: Door, pages: ConsolePages) -> None:
    @app.get("/sign-in")
    async def sign_in_page(request: Request, to: str = "/") -> Response:
        if await door.session(request) is not None:
            return redirect("/")
        return pages.page(request, "console_sign_in.html", {"to": _own(to)})

    @app.post("/sign-in")
    async def sign_in(request: Request) -> Response:
        door.from_here(request)
        form = await form_of(request)
        login, to = form.one("login"), _own(form.one("to"))
        fault, status, wait = WRONG, 401, {}
        try:
            token = await door.sign_in(login, form.one("password"), request)
        except Refused as error:
            if error.code not in ("wait", "busy"):
                raise
            token, fault, status, wait = None, error.hint, error.status, {"retry-after": str(error.wait_s)}
        if token is not None:
            return redirect(to, [cookie(token)])
        filled = Filled({"login": login}, {"form": fault})
        drawn = pages.page(request, "console_sign_in.html", {"to": to}, status=status, form=filled)
        drawn.headers.update(wait)
        return drawn

    @app.post("/sign-out")
    async def sign_out(
        request: Request, person: Annotated[Person, Depends(door.require(Role.STAFF, first=True))]
    ) -> Response:
        await door.sign_out(request)
        return redirect("/sign-in", [CLEARED, language_cookie(None)])

    @app.get("/first")
    async def first_page(request: Request) -> Response:
        return pages.page(request, "console_first.html")

    @app.post("/first")
    async def first(request: Request) -> Response:
        door.from_here(request)
        form = await form_of(request)
        login, name, code = folded_login(form.one("login")), form.one("name").strip(), form.one("code")
        filled = {"login": form.one("login"), "name": name, "code": code}
        faults = _faults(login=login_fault(login), name=name_fault(name), **_password_faults(form, login))
        language = form.one("language")
        details = Details(login, name, Role.ADMINISTRATOR, (), language if language in LANGUAGES else LANGUAGES[0])
        if not faults:
            try:
                token = await door.enter(code_hash(code), details, form.one("password"), request)
                return redirect("/", [cookie(token)])
            except AccountRefused as error:
                faults = {error.field or "form": error.hint}
        return pages.page(request, "console_first.html", status=422, form=Filled(filled, faults))


def _add_account(app: FastAPI, door: Door, pages: ConsolePages) -> None:
    @app.get("/account")
    async def account_page(
        request: Request, person: Annotated[Person, Depends(door.require(Role.STAFF, first=True))]
    ) -> Response:
        values = {"language": person.language}
        return pages.page(request, "console_account.html", form=Filled(values))

    @app.post("/account/password")
    async def password(
        request: Request, person: Annotated[Person, Depends(door.require(Role.STAFF, first=True))]
    ) -> Response:
        form, session = await form_of(request), await door.session(request)
        assert session is not None
        account = session.account
        faults = _faults(**_password_faults(form, account.details.login))
        own = account.first_until_ms is None  # who comes with a one-time password has proved it a moment ago
        if not faults and own and not await door.proves(account, form.one("current"), request):
            faults = {"current": N_("This is not the present password")}
        if not faults:
            try:
                token = await door.change_password(session, form.one("password"))
                return redirect("/", [cookie(token)])
            except AccountRefused as error:
                faults = {"form": error.hint}
        filled = Filled({"language": person.language}, faults)
        return pages.page(request, "console_account.html", status=422, form=filled, here="/account")

    @app.post("/account/language")
    async def language(
        request: Request, person: Annotated[Person, Depends(door.require(Role.STAFF, first=True))]
    ) -> Response:
        wanted = (await form_of(request)).one("language")
        chosen = wanted if wanted in LANGUAGES else LANGUAGES[0]
        await door.write(lambda ledger: ledger.people.speak(person.staff, chosen))
        return redirect("/account", [language_cookie(chosen)])


def _add_rest(app: FastAPI, door: Door, pages: ConsolePages) -> None:
    @app.get("/api/me")
    async def me(request: Request, person: Annotated[Person, Depends(door.require(Role.STAFF))]) -> dict[str, Any]:
        session = await door.session(request)
        assert session is not None
        return {
            "staff": person.staff,
            "name": person.name,
            "role": person.role.word,
            "skills": list(person.skills),
            "language": person.language,
            "csrf": session.csrf,
        }

    @app.get("/static/{digest}/{name}")
    async def static(digest: str, name: str) -> Response:
        return asset_response(pages.pages, digest, name)


def _add_answers(app: FastAPI, door: Door, pages: ConsolePages) -> None:
    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        return pages.refused(request, error)

    @app.exception_handler(AccountRefused)
    async def account_refused(request: Request, error: AccountRefused) -> Response:
        return pages.refused(request, Refused(409, "account", error.hint, hint=N_("Nothing was changed")))

    @app.exception_handler(Unavailable)
    @app.exception_handler(ServerError)
    async def trouble(request: Request, error: Exception) -> Response:
        hint = N_("Nothing was changed. Tell whoever looks after the server")
        return pages.refused(request, Refused(503, "ledger", N_("The server cannot write at the moment"), hint=hint))

    @app.exception_handler(HTTPException)
    async def problem(request: Request, error: HTTPException) -> Response:
        await door.session(request)  # the page is drawn for who asks
        hint = N_("Look at the address, or begin at the first page")
        status = error.status_code if error.status_code != 405 else 404
        return pages.refused(request, Refused(status, "nothing-here", N_("Nothing is here"), hint=hint))


def _own(path: str) -> str:
    """A path of this console, never the address of another site."""
    return path if _OWN_PATH.fullmatch(path) else "/"


def _password_faults(form: Form, login: str) -> dict[str, str | None]:
    password = form.one("password")
    different = NOT_THE_SAME if password != form.one("again") else None
    return {"password": password_fault(password, login), "again": different}


def _faults(**found: str | None) -> dict[str, str]:
    return {name: fault for name, fault in found.items() if fault is not None}
