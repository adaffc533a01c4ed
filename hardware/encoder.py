"""A bitmap as printer bytes: python-escpos writes the commands, `bands` decides what goes into them."""

from dataclasses import dataclass
from typing import Any

from PIL import Image

from hardware.bands import MAX_BAND_ROWS, Band, Feed, bands
from hardware.errors import EncoderError
from hardware.escpos_encoder import new_encoder
from hardware.outcome import Lead
from hardware.printer import Bitmap, Dots, PrintJob
from hardware.status import echo_token

PAPER_WIDTH = Dots(576)
"""Printable dots of an 80 mm mechanism at 203 dpi."""
DOTS_PER_INCH = 203
_INVERT = bytes(255 - value for value in range(256))
_LONGEST_HEADER = 8
_STATUS_IN_ORDER = b"\x1dr\x01"
AUTO_STATUS = b"\x1da\x0e"
"""GS a: report changes of online, error and paper (bits 1–3) by yourself."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """Printer bytes, and how many dots had to be left white (see `bands.bands`)."""

    data: bytes
    altered: int


def encode(bitmap: Bitmap, *, paper_width: Dots = PAPER_WIDTH) -> bytes:
    """The bytes that put this bitmap, centred, on paper: no reset before and no cut behind it."""
    return encode_picture(bitmap, paper_width=paper_width).data


def encode_picture(bitmap: Bitmap, *, paper_width: Dots = PAPER_WIDTH) -> Encoded:
    """As `encode`, saying what was altered. Raises EncoderError for a bitmap wider than the paper.

    Sets the vertical motion unit to one dot (GS P) first: ESC J counts in motion units, which many printers
    preset to half dots.
    """
    if bitmap.width > paper_width:
        raise EncoderError(
            f"a picture of {bitmap.width} dots does not fit on paper of {paper_width} dots",
            hint="draw the ticket for the width that the printer has",
        )
    printer = new_encoder()
    printer._raw(bytes((0x1D, 0x50, 0, DOTS_PER_INCH)))
    printer.set(align="center")
    altered = 0
    for piece in bands(bitmap):
        if isinstance(piece, Feed):
            _feed(printer, piece.rows)
        else:
            altered += piece.altered
            _raster(printer, piece)
    output: bytes = printer.output
    return Encoded(output, altered)


def _feed(printer: Any, rows: int) -> None:
    """python-escpos feeds whole lines only; ESC J feeds up to 255 motion units."""
    while rows:
        step = min(rows, 255)
        printer._raw(bytes((0x1B, 0x4A, step)))
        rows -= step


def _raster(printer: Any, band: Band) -> None:
    picture = Image.frombytes("1", (band.width, band.rows), band.data.translate(_INVERT))
    printer.image(picture, impl="bitImageRaster", fragment_height=MAX_BAND_ROWS)


def encode_job(job: PrintJob, lead: Lead, *, paper_width: Dots = PAPER_WIDTH) -> bytes:
    """The whole job: lead, reset, automatic status on, picture, feed to the cutter and cut, echo of the
    job's id, status in its turn.

    The echo is GS ( H function 48 (Epson): the printer sends the id back once all before it is on paper.
    GS r behind it is answered when it is read, by printers without that echo too.
    """
    printer = new_encoder()
    if lead is not Lead.CLEAN:
        printer._raw(bytes(MAX_BAND_ROWS * paper_width // 8 + _LONGEST_HEADER))
    printer.hw("INIT")
    if lead is Lead.SEPARATE:
        printer.cut(feed=False)
    printer._raw(AUTO_STATUS)
    printer._raw(encode(job.bitmap, paper_width=paper_width))
    printer.cut(feed=False)
    printer._raw(b"\x1d(H\x06\x00\x30\x30" + echo_token(job.job_id))
    printer._raw(_STATUS_IN_ORDER)
    output: bytes = printer.output
    return output
