"""The counter's page as staff see it: the real server with the example office's services, worked by an officer."""

import hashlib
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from kiosk.preview import example_catalogue
from sync.catalogue import to_body
from sync.clock import office_day
from sync.facts import TicketIssued
from sync.numbering import label
from tests.faults.calls import Office, prepare
from tests.server.browsing import chromium, signed_in
from tests.server.conftest import ZONE
from tests.server.running import now_ms
from tests.walks.pictures_album import Album, beside
from translations import LANGUAGES

COLOURS = 32
TICKETS = 24


def consoles(album: Album) -> None:
    """A counter that serves, on a PC in each language, and one that has called, on phones."""
    catalogue, day = example_catalogue(), office_day(now_ms(), ZONE).isoformat()
    count: dict[str, int] = {}

    def ticket(n: int, day: str) -> TicketIssued:
        service = catalogue.services[n * 7 % len(catalogue.services)]
        count[service.series] = count.get(service.series, 0) + 1
        number = label(service.series, 0, count[service.series])
        token = hashlib.sha256(number.encode()).hexdigest()
        return TicketIssued(day, service.series, 0, count[service.series], number, (service.id,), token)

    with tempfile.TemporaryDirectory(prefix="pictures-") as folder, chromium() as program:
        office = prepare(Path(folder), TICKETS, 1, day, to_body(catalogue), ticket)
        _work(office)
        for language in LANGUAGES:
            album.keep(f"counter-{language}", _seen(program, office, "pc", 2, language), COLOURS)
        phones = [_seen(program, office, "phone", 1, language) for language in LANGUAGES]
        album.keep("counter-phones", beside(phones), COLOURS)
        office.chief.close()
        office.server.end()


def _work(office: Office) -> None:
    chief = office.chief
    chief.done(2, "next")
    chief.done(2, "came")
    chief.done(2, "park", reason="copy")
    chief.done(2, "next")
    chief.done(2, "came")
    chief.done(1, "next")


def _seen(program: Browser, office: Office, size: str, counter: int, language: str) -> Image.Image:
    page = signed_in(program, office.chief, size)
    page.goto(f"{office.server.console_url}/counter/{counter}?lang={language}")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(500)
    image = Image.open(BytesIO(page.screenshot())).convert("RGB")
    page.context.close()
    return image
