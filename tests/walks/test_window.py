"""A new user's walk through the real window: by touch, by keys, with the office's page open beside it."""

import hashlib
import re
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Page, expect, sync_playwright

from kiosk.screen_types import Screen
from sync.facts import PrintEnded, ScoreGiven, ScoreRepeated, TicketIssued, TicketLanguage
from tests.faults.evidence import token_on
from tests.faults.kill import settle
from tests.walks.stage import TITLE, Stage, until

THAI, LATIN, BURMESE = "[\u0e01-\u0e5b]{3}", "[A-Za-z]{3}", "[\u1000-\u109f]{3}"
LOCKOUT_S = 5.0
HAND_S = 0.4
"""The shortest time between two presses of one finger on one button, generously."""
PAGE_MS = 20_000


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Office, printer, sync, and a kiosk in its window."""
    with Stage(tmp_path / "demo") as started:
        yield started


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of Debian's Chromium, as large as a PC's."""
    with sync_playwright() as tool:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        program = tool.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        yield program.new_page(viewport={"width": 1280, "height": 800})
        program.close()


class Counter:
    """Somebody at the counter who presses the score buttons by their keys, and waits out each lockout."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._free = stage, 0.0

    def score(self, level: int) -> None:
        """One press that is to count; its fact is durable and it was thanked for when this returns."""
        until("the lockout is over", lambda: time.monotonic() > self._free, 2 * LOCKOUT_S)
        before = len(self._stage.facts(ScoreGiven))
        self._stage.screen.key(str(level))
        until(f"the score {level} is durable", lambda: len(self._stage.facts(ScoreGiven)) > before)
        until("the lamp's stand-in is lit", lambda: self._stage.screen.title().endswith("thank you"))
        self._free = time.monotonic() + LOCKOUT_S

    def again(self, level: int) -> None:
        """The same button once more, within the lockout."""
        until("the finger has left the button", lambda: time.monotonic() > self._free - LOCKOUT_S + HAND_S)
        self._stage.screen.key(str(level))


def texts(seen: dict[str, object]) -> str:
    return "\n".join(map(str, seen["texts"])) if isinstance(seen["texts"], list) else ""


def paper(stage: Stage, count: int) -> TicketIssued:
    """Wait for this many sheets; the journal's ticket whose token the last one shows."""
    sheet = until(f"sheet {count} is printed", lambda: stage.sheets()[count - 1 :])[0]
    until("the printer's word is durable", lambda: len(stage.facts(PrintEnded)) >= count)
    token = token_on(sheet)
    assert token, f"no QR can be read on {sheet}"
    by_token = {ticket.token: ticket for ticket in stage.facts(TicketIssued)}
    assert stage.facts(PrintEnded)[-1].outcome == "confirmed"
    return by_token[hashlib.sha256(bytes.fromhex(token)).hexdigest()]


def a_ticket_by_touch(stage: Stage) -> None:
    """Burmese, a service, its details, *take*, paper, and the next citizen."""
    seen = stage.touch("language-my", Screen.SERVICE)
    assert seen["language"] == "my"
    assert re.search(BURMESE, texts(seen))
    seen = stage.touch("service-move-in", Screen.DETAILS)
    seen = stage.touch("take", Screen.TICKET)
    ticket = paper(stage, 1)
    assert seen["ticket"]["label"] == ticket.label
    assert ticket.label in texts(seen)
    assert ticket.services == ("move-in",)
    assert stage.facts(TicketLanguage)[-1].language == "my"
    stage.touch("done", Screen.ATTRACT)


def a_ticket_by_keys(stage: Stage) -> None:
    """The same with the keyboard alone, in Thai, for the second service in sight."""
    before = stage.screen.picture()
    stage.screen.key("Tab")
    until("the focus can be seen", lambda: differs(stage.screen.picture(), before))
    seen = stage.press("Return", then=Screen.SERVICE)
    assert seen["language"] == "th"
    for key, language in (("F2", "en"), ("F3", "my"), ("F1", "th")):
        assert stage.press(key, then=Screen.SERVICE)["language"] == language
    stage.press("Down", then=Screen.SERVICE)
    assert re.search(THAI, texts(stage.press("Return", then=Screen.DETAILS)))
    stage.press("Escape", then=Screen.SERVICE)
    second = str(stage.press("Down", then=Screen.SERVICE)["focus"]).removeprefix("service-")
    stage.press("Return", then=Screen.DETAILS)
    seen = stage.press("Return", then=Screen.TICKET)
    ticket = paper(stage, 2)
    assert seen["ticket"]["label"] == ticket.label
    assert ticket.services == (second,) != ("move-in",)
    assert stage.facts(TicketLanguage)[-1].language == "th"
    stage.press("Return", then=Screen.ATTRACT)


def differs(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one, other).getbbox() is not None


@pytest.mark.timeout(240)
def test_a_new_user_takes_tickets_by_touch_and_by_keys_scores_and_the_office_sees_it(stage: Stage, page: Page) -> None:
    assert stage.look()["name"] == "attract"
    assert stage.screen.title() == TITLE
    assert len(stage.screen.picture().getcolors(1 << 20) or []) > 10
    page.goto(f"{stage.demo.pages}/?lang=en")
    page.evaluate("window.sameDocument = true")
    tickets, scores = page.locator("#tickets"), page.locator("#scores")
    expect(tickets).to_have_text("0")
    counter = Counter(stage)
    counter.score(5)
    a_ticket_by_touch(stage)
    expect(tickets).to_have_text("1", timeout=PAGE_MS)
    counter.score(4)
    a_ticket_by_keys(stage)
    expect(tickets).to_have_text("2", timeout=PAGE_MS)
    for level in (2, 1, 3):
        counter.score(level)
    counter.again(3)
    again = until("the repeated press is durable", lambda: stage.facts(ScoreRepeated))
    assert [tuple(fact.levels) for fact in again] == [(3,)]
    assert [fact.level for fact in stage.facts(ScoreGiven)] == [5, 4, 2, 1, 3]
    expect(scores).to_have_text("5", timeout=PAGE_MS)
    # Who watches the page beside the counter learns nothing of who pressed what.
    expect(page.locator("#untold")).to_be_visible(timeout=PAGE_MS)
    expect(page.locator("[data-level]")).to_have_count(0)
    assert page.evaluate("window.sameDocument") is True


@pytest.mark.timeout(240)
def test_the_kiosk_says_when_the_printer_is_gone_and_recovers_and_issues_without_the_server(stage: Stage) -> None:
    stage.demo.parts["printer"].end()
    said = texts(stage.see(Screen.OUT_OF_ORDER))
    assert all(re.search(script, said) for script in (THAI, LATIN, BURMESE))
    stage.demo.restart("printer")
    stage.see(Screen.ATTRACT, 40)
    stage.demo.parts["server"].end()
    stage.touch("language-en", Screen.SERVICE)
    stage.touch("service-move-in", Screen.DETAILS)
    stage.touch("take", Screen.TICKET)
    ticket = paper(stage, 1)
    stage.demo.restart("server")
    assert settle(stage.demo)
    with urllib.request.urlopen(f"{stage.demo.pages}/?lang=en", timeout=10) as page:
        assert f'<b class="number">{ticket.label}</b>' in page.read().decode()


def test_control_what_never_comes_is_named() -> None:
    with pytest.raises(TimeoutError, match=re.escape("not within 0.1 s: a ticket from nowhere")):
        until("a ticket from nowhere", lambda: None, 0.1)
