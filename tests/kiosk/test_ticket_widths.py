"""Tickets on rolls of 58 and 80 mm: inside their margins, as large as they can be, and on paper dot for dot."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops
from pyzbar import pyzbar

from hardware.encoder import encode_job, encode_picture
from hardware.errors import EncoderError
from hardware.escpos_reader import CutOff, PaperReader, Wrong
from hardware.makes import MAKES
from hardware.mechanism import Mechanism, Piece
from hardware.outcome import Lead
from hardware.print_worker import PrintWorker
from hardware.printer import Bitmap, Finished, Outcome, PrintJob
from hardware.printers_file import shipped
from hardware.profile import GENERIC, Profile
from hardware.transports import transport_for
from hardware.virtual_printer import VirtualPrinter
from kiosk.paper import DOTS_PER_MM, MARGIN, PAPERS, Paper, ticket_image
from kiosk.paper_blocks import Line, Number, Pair, Pairs, Proof, Rule
from kiosk.qr import LEAST_MODULE, QUIET, matrix
from kiosk.ticket_layout import Ticket, lay_out
from tests.kiosk.test_ticket_layout import CATALOGUE, TICKET, URL
from translations import LANGUAGES

PAPER = {paper_mm: Paper(width=width) for paper_mm, width in PAPERS.items()}
VISIT = tuple(map(CATALOGUE.service, ("move-in", "waste-fee", "building-advice")))
TICKETS = [
    replace(TICKET, language=language, services=services, priority=marked, ahead=12, wait=(20, 35))
    for language in LANGUAGES
    for services, marked in ((VISIT[:1], False), (VISIT, True))
]
NARROW = replace(GENERIC, width=PAPERS[58])
PATIENCE_S = 30.0
zbar: Any = pyzbar


def name(ticket: Ticket) -> str:
    return f"{ticket.language}-{len(ticket.services)}"


def ink(bitmap: Bitmap) -> tuple[int, int, int, int]:
    """The box of all black dots."""
    box = ImageChops.invert(ticket_image(bitmap).convert("L")).getbbox()
    assert box is not None
    return box


@pytest.mark.parametrize("paper_mm", PAPERS)
@pytest.mark.parametrize("ticket", TICKETS, ids=name)
def test_a_ticket_stays_inside_the_margins_of_its_roll(ticket: Ticket, paper_mm: int) -> None:
    bitmap = PAPER[paper_mm].draw(lay_out(ticket))
    left, top, right, bottom = ink(bitmap)
    assert bitmap.width == PAPERS[paper_mm] == {58: 384, 80: 576}[paper_mm]
    assert left >= MARGIN
    assert right <= bitmap.width - MARGIN
    assert 0 < top < bottom < bitmap.height


def test_the_margins_are_a_millimetre_and_a_half() -> None:
    left, _, right, _ = ink(PAPER[80].draw([Rule()]))
    assert (left, 576 - right) == (1.5 * DOTS_PER_MM, 1.5 * DOTS_PER_MM)


@pytest.mark.parametrize("paper_mm", PAPERS)
@pytest.mark.parametrize("ticket", TICKETS, ids=name)
def test_its_qr_code_is_read_off_either_roll(ticket: Ticket, paper_mm: int) -> None:
    image = ticket_image(PAPER[paper_mm].draw(lay_out(ticket)))
    found = zbar.decode(image.convert("L"), symbols=[zbar.ZBarSymbol.QRCODE])
    assert [each.data.decode() for each in found] == [URL]


@pytest.mark.parametrize("paper_mm", PAPERS)
def test_modules_are_no_smaller_on_the_narrow_roll_and_their_quiet_zone_is_white(paper_mm: int) -> None:
    bitmap = PAPER[paper_mm].draw([Proof(URL, "x", (Pair("Code", "4831"),), "en")])
    image = ticket_image(bitmap).convert("L")
    side = matrix(URL).modules * LEAST_MODULE
    assert LEAST_MODULE >= 3
    code = ImageChops.invert(image.crop((0, 0, side, bitmap.height))).getbbox()
    quiet = QUIET * LEAST_MODULE
    assert code is not None
    assert (code[0], code[2]) == (quiet, side - quiet)
    words = ImageChops.invert(image.crop((side - quiet, 0, bitmap.width, bitmap.height))).getbbox()
    assert words is not None
    assert words[0] >= quiet


@pytest.mark.parametrize(("paper_mm", "longest"), [(58, 180), (80, 140)])
def test_a_ticket_of_one_service_is_not_too_long(paper_mm: int, longest: int) -> None:
    lengths = {
        (service.id, language): PAPER[paper_mm]
        .draw(lay_out(replace(TICKET, language=language, services=(service,))))
        .height
        / DOTS_PER_MM
        for service in CATALOGUE.services
        for language in LANGUAGES
    }
    assert {ticket: length for ticket, length in lengths.items() if length > longest} == {}


def height(paper_mm: int, number: Number) -> float:
    """Millimetres of the digits."""
    box = ink(PAPER[paper_mm].draw([number]))
    return (box[3] - box[1]) / DOTS_PER_MM


@pytest.mark.parametrize("label", ["A012", "W888", "AB10123"])
def test_the_number_is_as_large_as_the_roll_lets_it_be(label: str) -> None:
    for paper_mm, paper in PAPER.items():
        left, _, right, _ = ink(paper.draw([Number(label)]))
        full = height(paper_mm, Number(label)) >= 15.5
        assert full or right - left > 0.9 * (paper.width - 2 * MARGIN)
    assert height(58, Number(label)) <= height(80, Number(label)) <= 17
    assert height(58, Number("A012")) > 12


def test_the_mark_of_priority_leaves_the_number_large() -> None:
    assert height(80, Number("A012", "P")) == height(80, Number("A012"))
    assert height(58, Number("A012", "P")) > 0.8 * height(58, Number("A012"))
    plain, marked = (ink(PAPER[80].draw([Number("A012", mark)])) for mark in (None, "P"))
    assert marked[2] - marked[0] > plain[2] - plain[0] + 40


def test_short_facts_share_a_line_where_there_is_room_and_long_ones_do_not() -> None:
    fee, time = Pair("Fee", "none"), Pair("Standard time", "15 minutes")

    def lines(paper_mm: int, *rows: Pair) -> int:
        return round(PAPER[paper_mm].draw([Pairs(rows, "en")]).height / 34) - 1

    assert (lines(80, fee), lines(80, fee, time), lines(58, fee, time)) == (1, 1, 2)
    assert lines(80, replace(fee, note="but"), time) == 3


def test_centred_lines_are_of_like_length() -> None:
    drawn = PAPER[58].draw([Line("one two three four five six seven eight", "en", "body")])
    image = ImageChops.invert(ticket_image(drawn).convert("L"))
    rows = [image.crop((0, y, drawn.width, y + 1)).getbbox() is not None for y in range(drawn.height)]
    starts = [y for y in range(1, len(rows)) if rows[y] and not rows[y - 1]]
    boxes = [image.crop((0, y, drawn.width, y + 20)).getbbox() for y in starts]
    widths = [box[2] - box[0] for box in boxes if box is not None]
    assert len(widths) == 2
    assert min(widths) > 0.7 * max(widths)


@pytest.mark.parametrize("ticket", TICKETS, ids=name)
def test_a_narrow_ticket_comes_out_of_the_encoder_dot_for_dot(ticket: Ticket) -> None:
    bitmap = PAPER[58].draw(lay_out(ticket))
    assert encode_picture(bitmap, profile=NARROW).altered == 0
    reader = PaperReader(width=PAPERS[58])
    effects = reader.receive(encode_job(PrintJob(7, bitmap), Lead.CLEAN, profile=NARROW), 0)
    assert not [each for each in effects if isinstance(each, Wrong)]
    [cut] = [each for each in effects if isinstance(each, CutOff)]
    assert list(cut.rows)[: bitmap.height] == [bitmap.row(y) for y in range(bitmap.height)]


def test_a_wide_ticket_is_refused_by_narrow_paper_and_seen_by_its_reader() -> None:
    """The control: what is drawn for 80 mm cannot pass for 58 mm."""
    bitmap = PAPER[80].draw(lay_out(TICKETS[0]))
    with pytest.raises(EncoderError):
        encode_job(PrintJob(7, bitmap), Lead.CLEAN, profile=NARROW)
    effects = PaperReader(width=PAPERS[58]).receive(encode_job(PrintJob(7, bitmap), Lead.CLEAN), 0)
    assert [each for each in effects if isinstance(each, Wrong)]


TM_T88 = next(kind for kind in shipped() if kind.name == "epson-tm")


def on_a_tm_t88(bitmap: Bitmap, profile: Profile) -> tuple[list[bytes], list[str]]:
    """The rows that its mechanism cuts off, and what it found wrong."""
    mechanism = Mechanism(MAKES["epson-180"])
    effects = mechanism.receive(encode_job(PrintJob(7, bitmap), Lead.CLEAN, profile=profile), 0)
    rows = [row for each in effects if isinstance(each, Piece) for row in each.rows]
    return rows, [each.what for each in effects if isinstance(each, Wrong)]


@pytest.mark.parametrize("profile", [TM_T88, TM_T88.on_paper(PAPERS[80])], ids=["named", "recognised"])
def test_a_ticket_of_512_dots_comes_out_of_a_printer_of_512_dots_dot_for_dot(profile: Profile) -> None:
    bitmap = Paper(width=TM_T88.width).draw(lay_out(TICKET))
    rows, wrong = on_a_tm_t88(bitmap, profile)
    assert wrong == []
    assert rows[: bitmap.height] == [bitmap.row(y) for y in range(bitmap.height)]


def test_control_a_ticket_of_576_dots_loses_some_on_a_printer_of_512() -> None:
    bitmap = PAPER[80].draw(lay_out(TICKET))
    assert on_a_tm_t88(bitmap, TM_T88.on_paper(PAPERS[80]))[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_printer_of_58_mm_has_every_dot_on_its_paper(language: str, tmp_path: Path) -> None:
    bitmap = PAPER[58].draw(lay_out(replace(TICKET, language=language, copy=True)))
    woken = threading.Event()
    with VirtualPrinter(tmp_path, width=PAPERS[58]) as standing:
        worker = PrintWorker(transport_for(f"tcp://127.0.0.1:{standing.port}"), woken.set, paper_width=PAPERS[58])
        worker.start()
        worker.submit(PrintJob(7, bitmap))
        ended: list[Finished] = []
        while not ended and woken.wait(PATIENCE_S):
            woken.clear()
            ended = [event for event in worker.poll() if isinstance(event, Finished)]
        worker.close()
    assert ended[0].outcome is Outcome.CONFIRMED
    with Image.open(next(tmp_path.glob("*.png"))) as sheet:
        paper, drawing = sheet.convert("L"), ticket_image(bitmap).convert("L")
        box = ink(bitmap)
        assert paper.width == drawing.width == 384
        found = ImageChops.invert(paper).getbbox()
        assert found is not None
        top = found[1] - box[1]
        shown = paper.crop((0, top, 384, top + drawing.height))
        assert ImageChops.difference(shown, drawing).getbbox() is None
