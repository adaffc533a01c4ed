"""From the drawing to the paper: the virtual printer, which shares no code with the encoder, has every dot."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from hardware.print_worker import PrintWorker
from hardware.printer import Finished, Outcome, PrintJob
from hardware.profile import GENERIC, Profile
from hardware.transports import transport_for
from hardware.virtual_printer import VirtualPrinter
from kiosk.paper import Paper, ticket_image
from kiosk.ticket_layout import Ticket, lay_out
from tests.faults.evidence import token_on
from tests.kiosk.test_ticket_layout import TICKET
from translations import LANGUAGES

TOKEN = "0123456789abcdef" * 2
TICKETS = [
    replace(TICKET, language=language, copy=copy, url=f"http://office.example/t/{TOKEN}")
    for language in LANGUAGES
    for copy in (False, True)
]
PATIENCE_S = 30.0
ABLE = replace(GENERIC, double=True, justifies=True)
"""A printer that doubles pictures and sets them at its edges."""


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[VirtualPrinter]:
    with VirtualPrinter(tmp_path) as standing:
        yield standing


def printed(
    printer: VirtualPrinter, ticket: Ticket, folder: Path, profile: Profile = GENERIC
) -> tuple[Outcome, Image.Image, Image.Image]:
    """(outcome, the drawing, the paper)."""
    bitmap, woken = Paper().draw(lay_out(ticket)), threading.Event()
    worker = PrintWorker(transport_for(f"tcp://127.0.0.1:{printer.port}"), woken.set, profile=profile)
    worker.start()
    worker.submit(PrintJob(7, bitmap))
    ended: list[Finished] = []
    while not ended and woken.wait(PATIENCE_S):
        woken.clear()
        ended = [event for event in worker.poll() if isinstance(event, Finished)]
    worker.close()
    with Image.open(next(folder.glob("*.png"))) as sheet:
        return ended[0].outcome, ticket_image(bitmap).convert("L"), sheet.convert("L")


def without_feed(image: Image.Image) -> Image.Image:
    """The rows from the first with ink to the last, at full width."""
    box = ImageChops.invert(image).getbbox()
    assert box is not None
    return image.crop((0, box[1], image.width, box[3]))


@pytest.mark.parametrize("profile", [GENERIC, ABLE], ids=["plain", "able"])
@pytest.mark.parametrize("ticket", TICKETS, ids=lambda ticket: f"{ticket.language}{'-copy' if ticket.copy else ''}")
def test_a_ticket_on_paper_is_its_drawing_dot_for_dot(
    printer: VirtualPrinter, tmp_path: Path, ticket: Ticket, profile: Profile
) -> None:
    outcome, drawing, paper = printed(printer, ticket, tmp_path, profile)
    assert outcome is Outcome.CONFIRMED
    wanted, found = without_feed(drawing), without_feed(paper)
    assert found.size == wanted.size
    assert ImageChops.difference(found, wanted).getbbox() is None
    assert (b"\x1dv0\x03" in next(tmp_path.glob("*.bin")).read_bytes()) is profile.double


def test_the_comparison_sees_a_single_dot(printer: VirtualPrinter, tmp_path: Path) -> None:
    """The control of the test above."""
    _, drawing, paper = printed(printer, TICKETS[0], tmp_path)
    wanted, found = without_feed(drawing), without_feed(paper)
    wanted.putpixel((288, 300), 255 - int(wanted.convert("L").tobytes()[300 * wanted.width + 288]))
    assert ImageChops.difference(found, wanted).getbbox() == (288, 300, 289, 301)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_qr_on_paper_leads_to_the_ticket(printer: VirtualPrinter, tmp_path: Path, language: str) -> None:
    printed(printer, next(ticket for ticket in TICKETS if ticket.language == language), tmp_path)
    assert token_on(next(tmp_path.glob("*.png"))) == TOKEN
