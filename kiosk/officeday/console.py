"""The office's console over HTTPS, as any client speaks it: taught its certificate, signed in, one counter worked."""

import html
import re
import secrets
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from kiosk.officeday.desk import Ask, ConsoleFailed, ConsoleRefused, Unreachable, View
from kiosk.officeday.staff import Officer

CERTIFICATE = "/certificate/scorecard-office.crt"
TIMEOUT_S = (3.0, 10.0)
_ONCE = re.compile(r'id="once">(.*?)</dd>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


def teach(pages: str, folder: Path) -> Path:
    """Load the office's certificate as a browser is taught it; the file (PEM). Raises ConsoleFailed."""
    try:
        answer = requests.get(pages + CERTIFICATE, timeout=TIMEOUT_S)
        answer.raise_for_status()
    except requests.RequestException as error:
        hint = "Look into logs/server.log."
        raise ConsoleFailed(f"the office's certificate cannot be had: {error}", hint=hint) from error
    path = folder / "office-certificate.pem"
    path.write_text(ssl.DER_cert_to_PEM_cert(answer.content), encoding="ascii")
    return path


class Console:
    """One person's session. `url` without a slash at its end; `authority`: the certificate that vouches for it."""

    def __init__(self, url: str, authority: Path) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.verify, self._session.trust_env = str(authority), False
        self._session.headers["origin"] = url
        self._csrf = ""

    def close(self) -> None:
        """Hang up."""
        self._session.close()

    # The door -----------------------------------------------------------------------------------------------------

    def become_administrator(self, code: str, password: str) -> None:
        """Enter with the one-time code of the server's machine. Raises ConsoleFailed, Unreachable."""
        form = {"code": code, "login": "chief", "name": "Chief", "password": password, "again": password}
        self._enter("/first", {**form, "language": "th"})

    def add(self, officer: Officer) -> str:
        """An account for this officer; its one-time password. Raises ConsoleFailed, Unreachable."""
        form = [("csrf", self._csrf), ("login", officer.login), ("name", f"Counter {officer.number}"),
                ("role", officer.role), ("language", officer.language)]  # fmt: skip
        answer = self._send("POST", "/people", data=[*form, *(("skills", each) for each in officer.skills)])
        found = _ONCE.search(answer.text)
        if answer.status_code != 200 or found is None:
            raise _failed(f"no account for counter {officer.number}", answer)
        return html.unescape(_TAG.sub("", found[1])).strip()

    def sign_in(self, login: str, once: str, password: str) -> None:
        """Sign in with a one-time password and choose another one. Raises ConsoleFailed, Unreachable."""
        self._enter("/sign-in", {"login": login, "password": once, "to": "/"}, knows=False)
        self._csrf = self._token("/account")
        self._enter("/account/password", {"password": password, "again": password})

    def _enter(self, path: str, form: dict[str, str], *, knows: bool = True) -> None:
        answer = self._send("POST", path, data={"csrf": self._csrf, **form}, allow_redirects=False)
        if answer.status_code != 303:
            raise _failed(f"{path} opens nothing", answer)
        if knows:
            self._csrf = self._send("GET", "/api/me").json()["csrf"]

    def _token(self, path: str) -> str:
        found = re.search(r'name="csrf" (?:value|content)="([0-9a-f]+)"', self._send("GET", path).text)
        if found is None:
            raise ConsoleFailed(f"{path} holds no form", hint="Look into logs/server.log.")
        return found[1]

    # A counter ----------------------------------------------------------------------------------------------------

    def state(self, counter: int) -> dict[str, Any]:
        """The counter as plain data. Raises Unreachable, ConsoleRefused."""
        return dict(_content(self._send("GET", f"/api/counters/{counter}")))

    def post(self, counter: int, body: dict[str, Any]) -> dict[str, Any]:
        """Send this act. Raises Unreachable, ConsoleRefused."""
        headers = {"scorecard-csrf": self._csrf}
        return dict(_content(self._send("POST", f"/api/counters/{counter}", json=body, headers=headers)))

    def _send(self, method: str, path: str, **what: Any) -> requests.Response:
        try:
            answer = self._session.request(method, self.url + path, timeout=TIMEOUT_S, **what)
        except requests.RequestException as error:
            raise Unreachable(f"no answer from {self.url}: {error}", hint="Ask again.") from error
        if answer.status_code >= 500:
            raise Unreachable(f"{self.url}{path} answers {answer.status_code}", hint="Ask again.")
        return answer


class HttpsDesk:
    """A counter worked by a program: each act with a key of its own, the same at every retry."""

    kind = "https"

    def __init__(self, console: Console, counter: int, random: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._console, self._counter, self._random = console, counter, random
        self._changed, self._body = 0, dict[str, Any]()

    def look(self) -> View:
        """See kiosk.officeday.desk.Desk."""
        state = self._console.state(self._counter)
        self._changed = state["changed"]
        return view_of(state)

    def ask(self, asked: Ask) -> View:
        """See kiosk.officeday.desk.Desk."""
        self._body = {"key": self._random(16).hex(), "changed": self._changed, "act": asked.fields}
        return self.again()

    def again(self) -> View:
        """See kiosk.officeday.desk.Desk."""
        self._console.post(self._counter, self._body)
        return self.look()

    def close(self) -> None:
        """See kiosk.officeday.desk.Desk."""
        self._console.close()


def view_of(state: dict[str, Any]) -> View:
    """What the console's JSON of a counter says."""
    ticket = state["ticket"] or {}
    return View(
        state["open"],
        state["pause"] is not None,
        ticket.get("label"),
        ticket.get("status"),
        tuple(each["label"] for each in state["next"]),
        tuple(each["label"] for each in state["away"]),
        ticket.get("status") == "called" and not state["no_show_ms"] and not state["recalls_left"],
    )


def _content(answer: requests.Response) -> dict[str, Any]:
    try:
        found: dict[str, Any] = answer.json()
    except ValueError as error:
        raise _failed("the console answers with something else", answer) from error
    if answer.status_code != 200:
        raise ConsoleRefused(str(found.get("error")), str(found.get("message")), hint=str(found.get("hint")))
    return found


def _failed(what: str, answer: requests.Response) -> ConsoleFailed:
    said = " ".join(html.unescape(_TAG.sub(" ", answer.text)).split())[:300]
    return ConsoleFailed(f"{what}: {answer.status_code} {said}", hint="Look into logs/server.log.")
