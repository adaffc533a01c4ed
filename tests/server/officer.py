"""An officer at the console, over TLS as a browser speaks it: signs in, acts, and asks again where no answer came."""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.server.desk import NEW
from tests.server.running import RunningServer

TRIES = 60


def taught(server: RunningServer, folder: Path) -> Path:
    """The office's certificate as a browser loads it from the pages, in PEM."""
    with server.pages() as client:
        der = client.get("/certificate/scorecard-office.crt").content
    path = folder / "office.pem"
    path.write_text(ssl.DER_cert_to_PEM_cert(der))
    return path


class Officer:
    """One signed-in person. `sent` and `again` count requests, and those that were sent another time."""

    def __init__(self, url: str, authority: Path, random: Callable[[int], bytes]) -> None:
        self.url, self._random = url, random
        context = ssl.create_default_context(cafile=str(authority))
        self.client = httpx.Client(base_url=url, verify=context, timeout=20, trust_env=False, headers={"origin": url})
        self.csrf = ""
        self.sent = self.again = 0

    def become_administrator(self, code: str, login: str = "chief") -> None:
        """Enter with a code of the server's machine."""
        form = {"code": code, "login": login, "name": "The chief", "password": NEW, "again": NEW, "language": "en"}
        assert self.client.post("/first", data=form).status_code == 303
        self.know_the_token()

    def same_as(self, other: "Officer") -> None:
        """Use another one's session: a second tab."""
        self.client.cookies.update(other.client.cookies)
        self.csrf = other.csrf

    def know_the_token(self) -> None:
        """What forms and fetches of this session carry."""
        self.csrf = self.client.get("/api/me").json()["csrf"]

    def state(self, counter: int) -> dict[str, Any]:
        """The counter as it stands."""
        return dict(self._insist(lambda: self.client.get(f"/api/counters/{counter}")).json())

    def key(self) -> str:
        """A new request key."""
        return self._random(16).hex()

    def body(self, counter: int, act: str, **fields: str) -> dict[str, Any]:
        """A request for this act at the counter, as it is seen now."""
        seen = self.state(counter)["changed"]
        return {"key": self.key(), "changed": seen, "act": {"act": act, **fields}}

    def post(self, counter: int, body: dict[str, Any]) -> httpx.Response:
        """Send it once. Raises httpx.TransportError."""
        self.sent += 1
        return self.client.post(f"/api/counters/{counter}", json=body, headers={"scorecard-csrf": self.csrf})

    def send(self, counter: int, body: dict[str, Any]) -> httpx.Response:
        """Send it until there is an answer: the same body, and so the same key."""
        return self._insist(lambda: self.post(counter, body))

    def act(self, counter: int, act: str, **fields: str) -> httpx.Response:
        """Do it; whatever the answer is."""
        return self.send(counter, self.body(counter, act, **fields))

    def done(self, counter: int, act: str, **fields: str) -> dict[str, Any]:
        """Do it, and it is done."""
        answer = self.act(counter, act, **fields)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def _insist(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        for _ in range(TRIES):
            try:
                answer = ask()
            except httpx.TransportError:
                self.again += 1
                self.pause()
                continue
            if answer.status_code < 500:
                return answer
            self.again += 1
            self.pause()
        raise AssertionError(f"{self.url} gave no answer in {TRIES} tries")

    def pause(self) -> None:
        """Between two tries; whoever restarts the server says that it is there again."""

    def close(self) -> None:
        """Hang up."""
        self.client.close()
