from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pyzbar import pyzbar

from hardware.bands import Band, bands
from hardware.printer import Bitmap
from hardware.profile import GENERIC
from kiosk.paper import DOTS_PER_MM, MARGIN, WIDTH, Paper, PaperError, ticket_image
from kiosk.paper_blocks import Banner, Line, Number, Pair, Proof, Space
from kiosk.paper_type import TextError
from kiosk.qr import LEAST_MODULE, QUIET, QrError, matrix, module_dots
from kiosk.ticket_layout import Ticket, copy_mark, lay_out, specimens
from sync.catalogue import DocumentNeeded
from tests.kiosk.test_ticket_layout import CATALOGUE, TICKET, URL
from translations import LANGUAGES

PAPER = Paper()
DOUBLES = replace(GENERIC, double=True)
zbar: Any = pyzbar

EVERY = [
    replace(TICKET, language=language, services=(service,), label=f"{service.series}107", copy=copy)
    for language in LANGUAGES
    for service in map(CATALOGUE.service, ("move-in", "waste-fee", "building-advice"))
    for copy in (False, True)
]


def name(ticket: Ticket) -> str:
    return f"{ticket.language}-{ticket.service.id}{'-copy' if ticket.copy else ''}"


def codes(image: Image.Image) -> list[str]:
    return [found.data.decode() for found in zbar.decode(image.convert("L"), symbols=[zbar.ZBarSymbol.QRCODE])]


@pytest.mark.parametrize("ticket", EVERY, ids=name)
def test_a_ticket_is_drawn_inside_its_margins_and_not_too_long(ticket: Ticket) -> None:
    bitmap = PAPER.draw(lay_out(ticket))
    assert bitmap.width == WIDTH == 576
    assert bitmap.height <= 150 * DOTS_PER_MM
    banner = PAPER.draw([Banner(copy_mark(), ticket.language)]).height if ticket.copy else 0
    ink = ticket_image(bitmap).convert("L").point(lambda grey: 255 - grey).crop((0, banner, WIDTH, bitmap.height))
    box = ink.getbbox()
    assert box is not None
    assert box[0] >= MARGIN
    assert box[2] <= WIDTH - MARGIN
    assert box[3] < ink.height


@pytest.mark.parametrize("ticket", EVERY, ids=name)
def test_the_qr_on_the_drawn_ticket_decodes(ticket: Ticket) -> None:
    assert codes(ticket_image(PAPER.draw(lay_out(ticket)))) == [URL]


def test_control_a_qr_that_is_half_covered_does_not_decode() -> None:
    image = ticket_image(PAPER.draw(lay_out(TICKET)))
    image.paste(1, (0, image.height - 260, 90, image.height))
    assert codes(image) == []


def dots_of(bitmap: Bitmap) -> list[list[bool]]:
    """Row by row, True is black, read by the definition of Bitmap and nothing of the drawing's."""
    return [[bool(byte >> bit & 1) for byte in bitmap.row(y) for bit in range(7, -1, -1)] for y in range(bitmap.height)]


def test_the_modules_are_whole_dots_and_the_quiet_zone_is_white() -> None:
    found = matrix(URL)
    bitmap = PAPER.draw([Proof(URL, "x", (), "en")])
    dots = module_dots(found, 190)
    assert dots == LEAST_MODULE
    grid = dots_of(bitmap)
    side = found.modules * dots
    top = next(y for y, row in enumerate(grid) if any(row[:side])) - QUIET * dots
    for y in range(found.modules):
        for x in range(found.modules):
            inside = QUIET <= y < found.modules - QUIET and QUIET <= x < found.modules - QUIET
            black = inside and found.rows[y - QUIET][x - QUIET]
            square = {grid[top + y * dots + dy][x * dots + dx] for dy in range(dots) for dx in range(dots)}
            assert square == {black}, (x, y)


def rows_sent_at_half(bitmap: Bitmap) -> int:
    return sum(band.rows for band in bands(bitmap, DOUBLES) if isinstance(band, Band) and band.double)


@pytest.mark.parametrize("ticket", EVERY, ids=name)
def test_number_code_and_mark_of_a_copy_can_be_sent_at_half_the_resolution(ticket: Ticket) -> None:
    bitmap = PAPER.draw(lay_out(replace(ticket, priority=True)))
    code = (matrix(URL).modules - 2 * QUIET) * LEAST_MODULE
    edges = PAPER.draw([Space(1)]).height - DOTS_PER_MM
    banner = PAPER.draw([Banner(copy_mark(), ticket.language)]).height - edges - 12
    number = 15.5 * DOTS_PER_MM
    assert rows_sent_at_half(bitmap) >= number + code + (banner if ticket.copy else 0)


def test_control_text_is_not_sent_at_half_the_resolution() -> None:
    assert rows_sent_at_half(PAPER.draw([Line("Identity card", "en", "body")])) < 6


def test_words_too_many_for_the_codes_height_are_set_smaller_and_none_is_cut() -> None:
    caption = "Ask here whether the ticket is the one that was printed at the kiosk on this day"
    rows = (Pair("Code", "4831"), Pair("Proof code of this ticket", "7Q2M 4KX9 B0HT 5WZC"))
    bitmap = PAPER.draw([Proof(URL, caption * 2, rows, "en")])
    assert codes(ticket_image(bitmap)) == [URL]
    assert rows_sent_at_half(bitmap) < 60


@pytest.mark.parametrize("side", [164, 190, 205, 246])
def test_modules_are_an_even_number_of_dots(side: int) -> None:
    dots = module_dots(matrix(URL), side)
    assert dots % 2 == 0
    assert dots * matrix(URL).modules <= side


@settings(deadline=None, max_examples=20)
@given(st.from_regex(r"https?://[a-z0-9.]{4,30}(:[0-9]{4})?/t/[0-9a-f]{32}", fullmatch=True))
def test_any_public_address_decodes_from_paper(url: str) -> None:
    assert codes(ticket_image(PAPER.draw([Proof(url, "x", (), "en"), Line("x", "en", "small")]))) == [url]


def test_an_address_too_long_for_the_paper_is_refused() -> None:
    with pytest.raises(QrError) as caught:
        PAPER.draw(lay_out(replace(TICKET, url="https://" + "x" * 200)))
    assert "public_url" in caught.value.hint
    with pytest.raises(QrError):
        matrix("x" * 5000)


def test_what_was_drawn_before_never_shows_in_what_is_drawn_after() -> None:
    warm, cold = Paper(), Paper()
    for ticket in EVERY:
        warm.draw(lay_out(ticket))
    for ticket in EVERY[:6]:
        assert warm.draw(lay_out(ticket)) == cold.draw(lay_out(ticket))


def test_two_tickets_differ() -> None:
    one, two = (PAPER.draw(lay_out(replace(TICKET, label=label))) for label in ("A012", "A013"))
    assert one != two


def test_the_number_is_as_high_as_the_design_says_and_shrinks_only_to_fit() -> None:
    def height(text: str) -> int:
        image = ticket_image(PAPER.draw([Number(text)])).convert("L")
        box = image.point(lambda grey: 255 - grey).getbbox()
        assert box is not None
        return box[3] - box[1]

    assert 15.5 <= height("A012") / DOTS_PER_MM <= 17
    assert height("AB10123") < height("A012")
    with pytest.raises(TextError):
        height("A" * 40)


def test_a_character_that_would_be_a_box_is_refused() -> None:
    with pytest.raises(TextError):
        PAPER.draw([Line("漢", "en", "body")])


def test_a_word_too_long_for_the_paper_is_refused_or_cut_between_syllables_but_never_clipped() -> None:
    bitmap = PAPER.draw([Line("ก" * 200, "th", "title")])
    box = ticket_image(bitmap).convert("L").point(lambda grey: 255 - grey).getbbox()
    assert box is not None
    assert (box[0] >= MARGIN, box[2] <= WIDTH - MARGIN) == (True, True)


def test_a_block_with_nothing_to_draw_and_an_endless_ticket_are_refused() -> None:
    with pytest.raises(PaperError):
        PAPER.draw([Line(" ", "en", "body")])
    with pytest.raises(PaperError, match="mm long"):
        PAPER.draw([Line("x", "en", "title")] * 250)


def test_the_rehearsal_names_the_service_that_could_not_be_printed() -> None:
    sample = specimens(CATALOGUE, TICKET.office, LANGUAGES, "http://192.168.1.10:8080")
    assert len(sample) >= 9
    PAPER.rehearse(sample)
    text = replace(TICKET.service.text("en"), documents=(DocumentNeeded("☃"),))
    service = replace(TICKET.service, texts={**TICKET.service.texts, "en": text})
    with pytest.raises(PaperError, match='waste-fee, en, block "documents": "☃" cannot be printed'):
        PAPER.rehearse([replace(TICKET, services=(service,), language="en")])


def test_a_copy_is_black_across_the_top() -> None:
    grid = dots_of(PAPER.draw(lay_out(replace(TICKET, copy=True))))
    assert all(grid[20])
    assert not all(dots_of(PAPER.draw(lay_out(TICKET)))[20])


def test_the_mark_of_a_copy_is_whole_whatever_hangs_below_its_line() -> None:
    for language in LANGUAGES:
        rows = dots_of(PAPER.draw([Banner(copy_mark(), language)]))
        black = [y for y, row in enumerate(rows) if all(row)]
        written = [y for y, row in enumerate(rows) if any(row) and not all(row)]
        assert black[0] < written[0] < written[-1] < black[-1]


@pytest.mark.parametrize(
    ("language", "marked", "plain"), [("th", "ที่ปู่", "ทปปป"), ("th", "กำ", "กา"), ("my", "မြို့", "မ"), ("my", "တ္တူ", "တတ")]
)
def test_marks_are_part_of_the_picture(language: str, marked: str, plain: str) -> None:
    one, two = (PAPER.draw([Line(text, language, "title")]) for text in (marked, plain))
    assert one.rows != two.rows


def test_the_picture_is_the_bitmap_dot_for_dot() -> None:
    bitmap = PAPER.draw(lay_out(TICKET))
    image = ticket_image(bitmap)
    assert image.mode == "1"
    assert image.size == (bitmap.width, bitmap.height)
    black = [[image.getpixel((x, y)) == 0 for x in range(bitmap.width)] for y in range(0, bitmap.height, 7)]
    assert black == dots_of(bitmap)[::7]
