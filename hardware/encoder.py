"""A bitmap as printer bytes: `bands` decides what goes into the commands, python-escpos has the constants."""

from dataclasses import dataclass
from typing import Any

from hardware.bands import Band, Feed, Side, bands, blank_bands, limits_of
from hardware.errors import EncoderError
from hardware.escpos_encoder import new_encoder
from hardware.outcome import Habits, Lead
from hardware.printer import Bitmap, PrintJob
from hardware.profile import GENERIC, Profile
from hardware.status import IN_ORDER, echo_request, echo_token

_LONGEST_HEADER = 8
_ALIGN = {Side.LEFT: "left", Side.CENTRE: "center", Side.RIGHT: "right"}
_CUTS = {"full": (65, 0), "partial": (66, 1)}
"""n of GS V: feeding to the blade by itself, and without."""
AUTO_STATUS = b"\x1da\x0e"
"""GS a: report changes of online, error and paper (bits 1–3) by yourself."""
_ALL = Habits()


@dataclass(frozen=True, slots=True)
class Encoded:
    """Printer bytes, and how many dots had to be left white (see `bands.bands`)."""

    data: bytes
    altered: int


def encode(bitmap: Bitmap, *, profile: Profile = GENERIC) -> bytes:
    """The bytes that put this bitmap, centred, on paper: no reset before and no cut behind it."""
    return encode_picture(bitmap, profile=profile).data


def encode_picture(bitmap: Bitmap, *, profile: Profile = GENERIC) -> Encoded:
    """As `encode`, saying what was altered. Raises EncoderError for a bitmap wider than the paper.

    Sets the vertical motion unit to one dot (GS P) first, where the printer knows that: ESC J counts in motion units,
    which many printers preset to half dots.
    """
    if bitmap.width > profile.width:
        raise EncoderError(
            f"a picture of {bitmap.width} dots does not fit on paper of {profile.width} dots",
            hint="draw the ticket for the width that the printer has",
        )
    printer = new_encoder()
    if profile.motion_units:
        printer._raw(bytes((0x1D, 0x50, 0, profile.dots_per_inch)))
    side, altered = None, 0
    for piece in bands(bitmap, profile):
        if isinstance(piece, Feed):
            _feed(printer, piece.rows)
            continue
        if piece.side is not side:
            side = piece.side
            printer.set(align=_ALIGN[side])
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
    """GS v 0. Byte for byte what python-escpos makes of the same picture, without its four conversions of each."""
    scale = 2 if band.double else 1
    columns, rows = band.width // 8 // scale, band.rows // scale
    mode = 3 if band.double else 0
    printer._raw(bytes((0x1D, 0x76, 0x30, mode, columns % 256, columns // 256, rows % 256, rows // 256)) + band.data)


def encode_job(job: PrintJob, lead: Lead, *, profile: Profile = GENERIC, habits: Habits = _ALL) -> bytes:
    """The whole job: opening, automatic status on, picture, feed to the cutter and cut, echo of the job's id, status in
    its turn. What the profile says the printer does not know is left out: it might take it for letters.

    The echo is GS ( H function 48 (Epson): the printer sends the id back once all before it is on paper.
    GS r behind it is answered when it is read, by printers without that echo too.
    """
    printer = new_encoder()
    printer._raw(opening(lead, profile=profile, habits=habits))
    if habits.automatic and profile.automatic != "no":
        printer._raw(AUTO_STATUS)
    printer._raw(encode(job.bitmap, profile=profile))
    _part(printer, profile)
    if profile.echo != "no":
        printer._raw(echo_request(echo_token(job.job_id)))
    if profile.in_order != "no":
        printer._raw(IN_ORDER)
    output: bytes = printer.output
    return output


def opening(lead: Lead, *, profile: Profile = GENERIC, habits: Habits = _ALL) -> bytes:
    """What a job begins with: NULs for the longest band that the printer may still wait for, reset, the separating
    cut; of these what the lead asks for."""
    printer = new_encoder()
    if habits.resync and lead is not Lead.CLEAN:
        printer._raw(bytes(limits_of(profile, profile.width).rows * profile.width // 8 + _LONGEST_HEADER))
    printer.hw("INIT")
    if lead is Lead.SEPARATE:
        _part(printer, profile)
    output: bytes = printer.output
    return output


def _part(printer: Any, profile: Profile) -> None:
    """What was printed goes past the blade or the tear bar, and is cut off where there is a blade."""
    if profile.feed_to_edge and profile.motion_units:
        printer._raw(bytes((0x1D, 0x50, 0, profile.dots_per_inch)))
        _feed(printer, profile.feed_to_edge)
    elif profile.feed_to_edge:
        for band in blank_bands(profile.feed_to_edge, limits_of(profile, profile.width)):
            _raster(printer, band)
    if profile.cut != "none":
        fed, unfed = _CUTS[profile.cut]
        printer._raw(bytes((0x1D, 0x56, unfed) if profile.feed_to_edge else (0x1D, 0x56, fed, 0)))
