"""A counter worked in Chromium, with the page's own buttons and keys, as an officer works it.

Playwright drives it. It is among what the tests need (requirements-dev.txt), and looked for only when it is asked for.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.officeday.desk import Ask, ConsoleFailed, ConsoleRefused, Unreachable, View
from kiosk.officeday.staff import Officer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = Path("/usr/bin/chromium")
ANSWER_MS = 6000
"""How long a page is looked at for its answer; longer than that, and it is trying again by itself."""
BUSY_MS = 1000
FRESH_S = 5.0
"""A page that is older than the office for so long is loaded anew."""

_SEEN = """() => {
  const text = (each) => each.firstChild.textContent.trim();
  const at = document.querySelector("#live [data-counter]");
  const acts = [...document.querySelectorAll("#live .at [data-act]")].map((each) => each.dataset);
  const has = (name) => acts.some((each) => each.act === name && each.reason === undefined);
  const label = document.getElementById("label");
  return {
    changed: Number(at.dataset.changed),
    open: !has("open"), paused: has("resume"),
    label: label ? text(label) : null,
    status: !label ? null : has("came") ? "called" : "serving",
    waiting: [...document.querySelectorAll(".waits ol .number")].map(text),
    away: [...document.querySelectorAll(".waits ul .number")].map(text),
    gives_up: has("no-show"),
    said: document.getElementById("say").textContent,
  };
}"""
_OFFICE = """async (counter) => {
  try {
    const answer = await fetch(`/api/counters/${counter}`, { signal: AbortSignal.timeout(4000) });
    return answer.ok ? await answer.json() : null;
  } catch { return null; }
}"""
_PRESS = """(wanted) => {
  const fits = (each) => Object.entries(wanted).every(([name, value]) => each.dataset[name] === value)
    && ["reason", "label", "service"].every((name) => name in wanted || each.dataset[name] === undefined);
  const button = [...document.querySelectorAll("#live [data-act]")].find(fits);
  if (!button) return null;
  for (let each = button.closest("details"); each; each = each.parentElement.closest("details")) each.open = true;
  for (const each of document.querySelectorAll("[data-wanted]")) each.removeAttribute("data-wanted");
  button.dataset.wanted = "";
  return button.dataset.key || "";
}"""
_THERE = '() => document.getElementById("live") !== null'
_IDLE = '() => !document.getElementById("live").hasAttribute("aria-busy")'


@contextmanager
def browser() -> "Iterator[Browser]":
    """Chromium. Raises ConsoleFailed where it, or what drives it, is not there."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        hint = "It is among what the tests need: start ./test once, or leave --staff-in-browser out."
        raise ConsoleFailed("Playwright is not installed", hint=hint) from error
    if not CHROMIUM.exists():
        raise ConsoleFailed(f"there is no {CHROMIUM}", hint="Install the package chromium.")
    with sync_playwright() as tool:
        program = tool.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        try:
            yield program
        finally:
            program.close()


class BrowserDesk:
    """One officer's browser at their counter. It takes the office's certificate as one that was taught it."""

    kind = "browser"

    def __init__(self, program: "Browser", url: str, officer: Officer, once: str, password: str) -> None:
        """Signs in with the one-time password and chooses another one. Raises ConsoleFailed."""
        from playwright.sync_api import Error

        self._error, self._counter, self._url = Error, officer.number, f"{url}/counter/{officer.number}"
        self._asked, self._before = Ask(""), 0
        self._page: Page = program.new_context(ignore_https_errors=True).new_page()
        try:
            self._page.goto(f"{url}/sign-in")
            self._fill(login=officer.login, password=once)
            self._page.wait_for_url("**/account")
            self._fill(password=password, again=password)
            self._page.wait_for_url(f"{url}/")
            self._page.goto(self._url)
        except Error as error:
            raise ConsoleFailed(f"the browser cannot sign in: {error}", hint="Look into logs/server.log.") from error

    def look(self) -> View:
        """See kiosk.officeday.desk.Desk. The page is looked at until it shows what the office has."""
        end = time.monotonic() + FRESH_S
        try:
            while True:
                office = self._page.evaluate(_OFFICE, self._counter)
                if office is None:
                    if not self._page.evaluate(_THERE):
                        self._page.goto(self._url)
                    raise Unreachable("the page has no connection", hint="Ask again.")
                seen = self._page.evaluate(_SEEN)
                if self._agree(seen, office):
                    return self._view(seen)
                if time.monotonic() > end or self._is_late(seen, office):
                    self._page.goto(self._url)
                    end = time.monotonic() + FRESH_S
                self._page.wait_for_timeout(20)
        except self._error as error:
            raise Unreachable(f"the page does not load: {error}", hint="Ask again.") from error

    def ask(self, asked: Ask) -> View:
        """See kiosk.officeday.desk.Desk. By its key where the button has one, else by the button."""
        page = self._page
        try:
            self._asked, self._before = asked, page.evaluate(_SEEN)["changed"]
            key = page.evaluate(_PRESS, asked.fields)
            if key is None:
                raise ConsoleRefused("no-button", f"there is no {asked.act} now", hint="Look at the counter again.")
            if key:
                page.keyboard.press(key.lower())
            else:
                page.locator("[data-wanted]").click(timeout=ANSWER_MS)
        except self._error as error:
            raise Unreachable(f"the page is gone: {error}", hint="Ask again.") from error
        return self._answer()

    def again(self) -> View:
        """See kiosk.officeday.desk.Desk. The page tries by itself; once it has stopped, the counter tells."""
        try:
            self._page.wait_for_function(_IDLE, timeout=BUSY_MS)
        except self._error as error:
            if self._page.evaluate(_THERE):
                raise Unreachable("the page is trying again", hint="Wait.") from error
        view = self.look()
        return view if self._is_done(view) else self.ask(self._asked)

    def _is_done(self, view: View) -> bool:
        if self._asked.act == "back":
            return self._asked.label not in view.away
        return bool(self._page.evaluate(_SEEN)["changed"] != self._before)

    def close(self) -> None:
        """See kiosk.officeday.desk.Desk."""
        self._page.context.close()

    def _answer(self) -> View:
        try:
            self._page.wait_for_function(_IDLE, timeout=ANSWER_MS)
            said = self._page.evaluate(_SEEN)
        except self._error as error:
            raise Unreachable("the page is trying again", hint="Wait.") from error
        view = self.look()
        if said["said"] and not self._is_done(view):
            raise ConsoleRefused("said", said["said"], hint="Look at the counter again.")
        return view

    def _agree(self, seen: dict[str, Any], office: dict[str, Any]) -> bool:
        """Whether the page shows what the office has: twelve of those that wait, and all that are away."""
        waiting = [each["label"] for each in office["next"]]
        away = [each["label"] for each in office["away"]]
        return (
            seen["changed"] == office["changed"]
            and seen["waiting"] == waiting[: len(seen["waiting"])]
            and bool(seen["waiting"]) == bool(waiting)
            and seen["away"] == away
            and not self._is_late(seen, office)
        )

    def _is_late(self, seen: dict[str, Any], office: dict[str, Any]) -> bool:
        """Whether the published time has run out since the page was drawn: it is drawn anew every ten seconds."""
        time_is_up = office["no_show_ms"] == 0 and office["recalls_left"] == 0
        return bool(seen["status"] == "called" and time_is_up and not seen["gives_up"])

    def _view(self, seen: dict[str, Any]) -> View:
        return View(seen["open"], seen["paused"], seen["label"], seen["status"], tuple(seen["waiting"]),
                    tuple(seen["away"]), seen["gives_up"])  # fmt: skip

    def _fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self._page.fill(f"#{name}", value)
        self._page.locator("main form button").first.click()
