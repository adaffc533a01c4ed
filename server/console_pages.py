"""The console's pages and answers: a template in the language of who asks, JSON for programs, and the cookies."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import HTMLResponse, JSONResponse
from markupsafe import Markup
from starlette.requests import Request

from server import alert_words, console_proof_words, editor_words, figures_words, office_words, request_words
from server.backup_words import Banner
from server.door import LANGUAGE_COOKIE, language_of
from server.errors import Refused
from server.pages import Pages, named
from server.people import Account, Role
from server.sessions import Session
from translations import LANGUAGES, N_, Domain, load

# gettext: console

API = "/api/"
ROLE_WORDS = {
    Role.STAFF: N_("Staff"),
    Role.SUPERVISOR: N_("Supervisor"),
    Role.ADMINISTRATOR: N_("Administrator"),
}
LINKS = (
    ("/", N_("Counter"), Role.STAFF),
    ("/people", N_("People"), Role.ADMINISTRATOR),
    ("/record", N_("Voice of the calls"), Role.SUPERVISOR),
    ("/account", N_("My account"), Role.STAFF),
)
"""The console's own links: path, words, least role. Those of the office and of the record have words of their own."""
ORDER = (
    "/",
    "/issue",
    "/today",
    "/alerts",
    "/followups",
    "/requests",
    "/day",
    "/figures",
    "/officers",
    "/tickets",
    "/patterns",
    "/checkpoints",
    "/catalogue",
    "/calendar",
    "/notices",
    "/people",
    "/machines",
    "/offices",
    "/office",
    "/cameras",
    "/record",
    "/account",
)
"""The menu: what is opened every day stands first, what is set up once stands last."""
OFFICERS = ("/officers",)
"""For whoever holds the right to see scores by officer alone."""
UNFOLDED = 6
"""So many links stand open on a telephone, too; a longer menu is folded there."""
Banners = Callable[[Role, str], Banner | None]
_YEAR_S = 365 * 86_400


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it is drawn: what stands in its fields, and what is wrong with which (msgids of `console`)."""

    values: Mapping[str, Any] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


class ConsolePages:
    """Draws the console of one office."""

    def __init__(
        self,
        pages: Pages,
        banner: Callable[[Role, str], Banner | None] = lambda role, language: None,
        counts: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        """`banner(role, language)`: what stands above every page of whoever has this role. `counts`: what stands beside
        a link of the menu, by its path."""
        self.pages, self._banner, self._counts = pages, banner, counts

    def page(
        self,
        request: Request,
        template: str,
        values: Mapping[str, Any] | None = None,
        *,
        status: int = 200,
        form: Filled | None = None,
        here: str | None = None,
        cookies: Sequence[str] = (),
    ) -> Response:
        """A whole page. `here`: where its language links lead, if not to its own address (a form's answer has none)."""
        session: Session | None = getattr(request.state, "session", None)
        language, words = language_of(request, session), form or Filled()
        load_words = load(language, "console").gettext
        links, counts = _links(session, request.url.path, language), self._counts()
        drawn = {
            "account": session.account if session else None,
            "banner": self._banner(session.account.details.role, language) if session else None,
            "csrf": session.csrf if session else "",
            "here": here or request.url.path,
            "links": links,
            "unfolded": UNFOLDED,
            "counts": counts,
            "unseen": sum(counts.get(to, 0) for to, _, _ in links),
            "role_words": ROLE_WORDS,
            "roles": list(Role),
            "values": words.values,
            "faults": {name: load_words(fault) for name, fault in words.faults.items()},
            **(values or {}),
        }
        text = self.pages.render(template, language, drawn, "console")
        return with_cookies(_html(text, status), [*cookies, *_language_cookie(request)])

    def part(
        self,
        request: Request,
        domain: Domain,
        template: str,
        title: str,
        values: Mapping[str, Any],
        *,
        status: int = 200,
        here: str | None = None,
        **frame: str,
    ) -> Response:
        """A whole page whose words are of another domain: `title` is a msgid of it. `frame`: what else stands in the
        frame (console_part.html), such as its `style`."""
        session: Session = request.state.session
        language = language_of(request, session)
        drawn = self.pages.render(template, language, {"csrf": session.csrf, **values}, domain)
        said = {"title": load(language, domain).gettext(title), "fragment": Markup(drawn), **frame}
        return self.page(request, "console_part.html", said, status=status, here=here)

    def services(
        self, names: Mapping[str, Mapping[str, str]], language: str, also: Sequence[str]
    ) -> list[tuple[str, Any]]:
        """(id, name) of each service that can be a skill, and of those somebody has though no catalogue names them."""
        known = [*names, *(each for each in also if each not in names)]
        return sorted(((each, named(names, each, language)) for each in known), key=lambda pair: str(pair[1]))

    def refused(self, request: Request, error: Refused) -> Response:
        """What a refusal looks like: JSON under /api/, the way to the door, or a page that says it."""
        session: Session | None = getattr(request.state, "session", None)
        words = load(language_of(request, session), "console").gettext
        waiting = {} if error.wait_s is None else {"retry-after": str(error.wait_s)}
        if request.url.path.startswith(API):
            body = {"error": error.code, "message": words(error.message), "hint": words(error.hint)}
            return JSONResponse(body, error.status, headers={"cache-control": "no-store", **waiting})
        if error.code == "sign-in":
            back = request.url.path if request.method == "GET" else "/"
            return redirect("/sign-in" if back == "/" else f"/sign-in?to={quote(back)}")
        if error.code == "password-first":
            return redirect("/account")
        said = {"message": words(error.message), "hint": words(error.hint)}
        drawn = self.page(request, "console_problem.html", said, status=error.status, here="/")
        for name, value in waiting.items():
            drawn.headers[name] = value
        return drawn


def redirect(path: str, cookies: Sequence[str] = ()) -> Response:
    """See the page at this path of ours instead."""
    answer = Response(status_code=303, headers={"location": path, "cache-control": "no-store"})
    return with_cookies(answer, cookies)


def with_cookies(response: Response, cookies: Sequence[str]) -> Response:
    """The response with these Set-Cookie headers."""
    for each in cookies:
        response.headers.append("set-cookie", each)
    return response


def _html(text: str, status: int) -> HTMLResponse:
    return HTMLResponse(text, status, headers={"cache-control": "no-store"})


def _language_cookie(request: Request) -> list[str]:
    """Whoever follows a language link stays in that language in this browser, until somebody signs out."""
    wanted = request.query_params.get("lang", "")
    return [language_cookie(wanted)] if wanted in LANGUAGES else []


def language_cookie(language: str | None) -> str:
    """The Set-Cookie header that keeps a language, or with None forgets it."""
    kept = "=; Max-Age=0" if language is None else f"={language}; Max-Age={_YEAR_S}"
    return f"{LANGUAGE_COOKIE}{kept}; Path=/; Secure; HttpOnly; SameSite=Strict"


def _links(session: Session | None, path: str, language: str) -> list[tuple[str, str, bool]]:
    """(path, words, whether it is this page) of what the person may open."""
    if session is None or session.account.first_until_ms is not None:
        return []
    parts = (
        ("console", LINKS),
        ("office", office_words.LINKS),
        ("audit", console_proof_words.LINKS),
        ("figures", figures_words.LINKS),
        ("alerts", alert_words.LINKS),
        ("alerts", request_words.LINKS),
        ("editor", editor_words.LINKS),
    )
    menu = [(to, load(language, domain).gettext(words), least) for domain, links in parts for to, words, least in links]
    menu.sort(key=lambda link: ORDER.index(link[0]))
    role = session.account.details.role
    hidden = () if session.account.officers else OFFICERS
    return [(to, words, to == path) for to, words, least in menu if role >= least and to not in hidden]


def details_of(account: Account) -> dict[str, Any]:
    """What stands in the form of a person."""
    details = account.details
    return {
        "login": details.login,
        "name": details.name,
        "role": details.role.word,
        "language": details.language,
        "skills": details.skills,
    }
