import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from hardware.bands import REAL_TIME, Band, Feed, Side, bands
from hardware.encoder import encode, encode_job, encode_picture, opening
from hardware.errors import EncoderError
from hardware.escpos_encoder import new_encoder
from hardware.escpos_reader import Answered, CutOff, PaperReader, Wrong
from hardware.outcome import Habits, Lead
from hardware.printer import Bitmap, Dots, PrintJob
from hardware.profile import GENERIC, Profile
from hardware.status import echo_token
from tests.hardware.pictures import bitmaps, doubled, framed, picture, plain_ticket

PAPER = 576
DOUBLES = replace(GENERIC, double=True)
JUSTIFIES = replace(GENERIC, justifies=True)
BOTH = replace(DOUBLES, justifies=True)
SMALL = replace(BOTH, band_rows=24, unsafe_rows=0, motion_units=False, cut="none", feed_to_edge=300)
CHOOSY = replace(SMALL, unsafe_rows=8)
PROFILES = st.sampled_from([GENERIC, DOUBLES, JUSTIFIES, BOTH, SMALL, CHOOSY])


def printed(data: bytes) -> tuple[list[bytes], list[str]]:
    """What the virtual printer, which shares no code with the encoder, puts on paper, and what it finds
    wrong."""
    reader = PaperReader(PAPER)
    effects = reader.receive(data + b"\x1b@", 0)
    return list(reader.rows), [effect.what for effect in effects if isinstance(effect, Wrong)]


def on_paper(bitmap: Bitmap) -> list[bytes]:
    """The bitmap's rows centred on the paper."""
    spare = PAPER - bitmap.width
    return [(int.from_bytes(bitmap.row(y)) << (spare - spare // 2)).to_bytes(PAPER // 8) for y in range(bitmap.height)]


def differing_dots(some: list[bytes], others: list[bytes]) -> int:
    assert len(some) == len(others)
    return sum(
        (int.from_bytes(one) ^ int.from_bytes(other)).bit_count() for one, other in zip(some, others, strict=True)
    )


@settings(max_examples=150, deadline=None)
@given(st.one_of(bitmaps(margin=1), bitmaps(margin=1, double=True)), PROFILES)
def test_paper_equals_the_bitmap_dot_for_dot(bitmap: Bitmap, profile: Profile) -> None:
    encoded = encode_picture(bitmap, profile=profile)
    rows, wrong = printed(encoded.data)
    assert wrong == []
    assert differing_dots(rows, on_paper(bitmap)) == encoded.altered


@settings(max_examples=100, deadline=None)
@given(st.one_of(bitmaps(), bitmaps(double=True)), PROFILES)
def test_pictures_without_margins_lose_no_more_dots_than_the_encoder_admits(bitmap: Bitmap, profile: Profile) -> None:
    encoded = encode_picture(bitmap, profile=profile)
    rows, wrong = printed(encoded.data)
    assert wrong == []
    assert differing_dots(rows, on_paper(bitmap)) == encoded.altered


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x03", b"\x10\x04\x04", b"\x10\x14", b"\x10\x05\x02"]),
    st.integers(1, 66),
    st.integers(0, 7),
    st.integers(1, 120),
)
def test_real_time_bytes_in_a_picture_with_margins_cost_no_dot(risky: bytes, at: int, shift: int, rows: int) -> None:
    ink = (int.from_bytes(risky + b"\0") >> shift).to_bytes(len(risky) + 1)
    bitmap = picture([framed(72, ink, at)] * rows)
    encoded = encode_picture(bitmap)
    assert encoded.altered == 0
    assert printed(encoded.data) == (on_paper(bitmap), [])


def test_real_time_bytes_across_two_rows_are_parted() -> None:
    rows = [b"\xff" * 71 + b"\x10", b"\x04\x01" + b"\xff" * 70]
    encoded = encode_picture(picture(rows))
    assert encoded.altered == 0
    assert printed(encoded.data) == (rows, [])


def test_a_row_from_edge_to_edge_with_real_time_bytes_loses_one_dot_and_says_so() -> None:
    row = b"\x80" + b"\x10\x04\x01" + b"\x01" * 68
    encoded = encode_picture(picture([row]))
    rows, wrong = printed(encoded.data)
    assert encoded.altered == 1
    assert wrong == []
    assert differing_dots(rows, [row]) == 1


@settings(max_examples=100, deadline=None)
@given(st.one_of(bitmaps(), bitmaps(double=True)), st.sampled_from(list(Lead)), st.integers(1, 2**28 - 1), PROFILES)
@example(plain_ticket(48), Lead.RESYNC, 0x10040102 & (2**28 - 1), GENERIC)
def test_no_job_holds_a_real_time_command_anywhere(bitmap: Bitmap, lead: Lead, job_id: int, profile: Profile) -> None:
    assert REAL_TIME.search(encode_job(PrintJob(job_id, bitmap), lead, profile=profile)) is None


@settings(max_examples=100, deadline=None)
@given(st.one_of(bitmaps(), bitmaps(double=True)), PROFILES)
def test_commands_are_short_never_a_multiple_of_48_and_add_up(bitmap: Bitmap, profile: Profile) -> None:
    pieces = list(bands(bitmap, profile))
    made = [piece for piece in pieces if isinstance(piece, Band)]
    heights = [band.rows // 2 if band.double else band.rows for band in made]
    assert all(1 <= height <= min(profile.band_rows, 100) for height in heights)
    assert all(height % profile.unsafe_rows for height in heights if profile.unsafe_rows)
    assert sum(piece.rows for piece in pieces) == bitmap.height
    assert all(band.width > 0 and band.width % (16 if band.double else 8) == 0 for band in made)
    assert profile.double or not any(band.double for band in made)
    assert profile.justifies or all(band.side is Side.CENTRE for band in made)


@pytest.mark.parametrize("profile", [GENERIC, BOTH, SMALL], ids=["generic", "both", "small"])
@pytest.mark.parametrize("rows", [47, 48, 95, 96, 97, 100, 143, 144, 190, 192, 480, 960])
def test_solid_pictures_of_awkward_heights_are_printed_whole(rows: int, profile: Profile) -> None:
    bitmap = picture([b"\xff" * 72] * rows)
    assert printed(encode(bitmap, profile=profile)) == ([b"\xff" * 72] * rows, [])


def test_blank_rows_are_fed_not_sent() -> None:
    blank = picture([bytes(72)] * 600)
    assert list(bands(blank)) == [Feed(600)]
    assert len(encode(blank)) < 40
    assert printed(encode(blank)) == ([bytes(72)] * 600, [])


def test_a_printer_without_motion_units_is_told_nothing_of_them_and_its_blank_rows_are_right() -> None:
    bitmap = picture([bytes(72)] * 50 + [framed(72, b"\xff", 30)] * 30 + [bytes(72)] * 300)
    data = encode(bitmap, profile=replace(GENERIC, motion_units=False))
    assert not re.search(rb"\x1dP|\x1bJ", data)
    assert len(data) < 800
    assert printed(data) == (on_paper(bitmap), [])


BLOCKS = doubled(picture([framed(36, bytes((0x5A, 0xC3 ^ y)) * 15, 3) for y in range(130)]))
"""2 × 2 dots, 260 rows, no two blocks' rows alike."""


@pytest.mark.parametrize("above", [0, 1, 2, 3])
def test_blocks_cost_a_quarter_of_the_bytes_wherever_they_begin(above: int) -> None:
    bitmap = picture([framed(72, b"\x81", 40)] * above + [BLOCKS.row(y) for y in range(BLOCKS.height)])
    data = encode(bitmap, profile=DOUBLES)
    assert printed(data) == (on_paper(bitmap), [])
    assert len(data) < 0.27 * len(encode(bitmap))


def test_a_dot_that_breaks_a_block_is_on_the_paper() -> None:
    rows = [bytearray(BLOCKS.row(y)) for y in range(BLOCKS.height)]
    rows[101][30] ^= 0x10
    bitmap = picture([bytes(row) for row in rows])
    data = encode(bitmap, profile=DOUBLES)
    assert printed(data) == (on_paper(bitmap), [])
    assert differing_dots(printed(data)[0], on_paper(BLOCKS)) == 1
    assert len(data) < 0.5 * len(encode(bitmap))


def test_blocks_beside_the_printers_grid_are_sent_dot_by_dot() -> None:
    bitmap = picture([(int.from_bytes(BLOCKS.row(y)) >> 1).to_bytes(72) for y in range(BLOCKS.height)])
    assert not any(band.double for band in bands(bitmap, DOUBLES) if isinstance(band, Band))
    assert printed(encode(bitmap, profile=DOUBLES)) == (on_paper(bitmap), [])


def test_control_a_doubled_band_that_is_a_dot_or_a_row_off_is_seen() -> None:
    whole, paper = encode(BLOCKS, profile=DOUBLES), on_paper(BLOCKS)
    shifted = picture([(int.from_bytes(BLOCKS.row(y)) >> 2).to_bytes(72) for y in range(BLOCKS.height)])
    assert differing_dots(printed(encode(shifted, profile=DOUBLES))[0], paper) > 1000
    later = picture([BLOCKS.row(max(y - 1, 0)) for y in range(BLOCKS.height)])
    assert differing_dots(printed(encode(later, profile=DOUBLES))[0], paper) > 1000
    single = whole.replace(b"\x1dv0\x03", b"\x1dv0\0")
    assert printed(single)[0] != paper


def test_a_printer_that_cannot_double_is_never_asked_to() -> None:
    assert b"\x1dv0\x03" in encode(BLOCKS, profile=DOUBLES)
    assert b"\x1dv0\x03" not in encode(BLOCKS, profile=JUSTIFIES)


@pytest.mark.parametrize("at", [1, 55])
def test_ink_at_one_side_is_sent_alone_where_the_printer_knows_its_edges(at: int) -> None:
    bitmap = picture([framed(72, b"\x99\x66" * 8, at)] * 40)
    data = encode(bitmap, profile=JUSTIFIES)
    assert len(data) < 40 * 18 + 40
    assert printed(data) == (on_paper(bitmap), [])
    assert len(encode(bitmap)) > 40 * 60


def test_control_a_band_at_the_wrong_side_is_seen() -> None:
    bitmap = picture([framed(72, b"\x99\x66" * 8, 1)] * 40)
    data = encode(bitmap, profile=JUSTIFIES)
    assert b"\x1ba\0" in data
    assert differing_dots(printed(data.replace(b"\x1ba\0", b"\x1ba\x01"))[0], on_paper(bitmap)) > 1000


def test_a_picture_narrower_than_the_paper_is_centred_though_the_printer_knows_its_edges() -> None:
    bitmap = picture([framed(40, b"\xff", 1)] * 20)
    assert printed(encode(bitmap, profile=BOTH)) == (on_paper(bitmap), [])


@pytest.mark.parametrize("rows", [12, 90])
def test_a_spike_does_not_widen_the_rows_around_it(rows: int) -> None:
    spike = framed(72, b"\xff" * 60, 6)
    bitmap = picture([spike if y == rows // 2 else framed(72, b"\xff" * 4, 34) for y in range(rows)])
    assert len(encode(bitmap)) < rows * 4 + 60 + 60


@pytest.mark.parametrize("density", [True, False])
def test_raster_headers_are_those_of_python_escpos(density: bool) -> None:
    bitmap = BLOCKS if not density else picture([BLOCKS.row(y) for y in range(0, 90, 2)])
    for band in bands(bitmap, DOUBLES):
        assert isinstance(band, Band)
        scale = 1 if density else 2
        assert band.double is not density
        ink = Image.frombytes("1", (band.width // scale, band.rows // scale), band.data)
        theirs = new_encoder()
        theirs.image(ImageChops.invert(ink), high_density_vertical=density, high_density_horizontal=density)
        assert theirs.output in encode(bitmap, profile=DOUBLES)


@pytest.mark.parametrize(
    ("profile", "ending"),
    [
        (GENERIC, b"\x1dVB\0"),
        (replace(GENERIC, cut="full"), b"\x1dVA\0"),
        (replace(GENERIC, cut="full", feed_to_edge=120), b"\x1bJ\x78\x1dV\0"),
        (replace(GENERIC, feed_to_edge=300), b"\x1bJ\xff\x1bJ\x2d\x1dV\x01"),
        (replace(GENERIC, cut="none", feed_to_edge=120), b"\x1bJ\x78"),
    ],
)
def test_the_paper_is_parted_as_the_printer_can(profile: Profile, ending: bytes) -> None:
    job = encode_job(PrintJob(77, plain_ticket()), Lead.CLEAN, profile=profile)
    assert job.endswith(ending + b"\x1d(H\x06\x00\x30\x30" + echo_token(77) + b"\x1dr\x01")
    assert (b"\x1dV" in job) is (profile.cut != "none")


@pytest.mark.parametrize(
    ("unknown", "command"),
    [("automatic", b"\x1da\x0e"), ("echo", b"\x1d(H\x06\x00\x30\x30" + echo_token(77)), ("in_order", b"\x1dr\x01")],
)
def test_what_the_printer_does_not_know_is_left_out(unknown: str, command: bytes) -> None:
    job = PrintJob(77, plain_ticket())
    whole = encode_job(job, Lead.CLEAN, profile=GENERIC)
    claims: dict[str, Any] = {unknown: "no"}
    assert whole.count(command) == 1
    assert encode_job(job, Lead.CLEAN, profile=replace(GENERIC, **claims)) == whole.replace(command, b"")


@pytest.mark.parametrize("lead", list(Lead))
def test_a_job_begins_with_its_opening(lead: Lead) -> None:
    job, first = encode_job(PrintJob(77, plain_ticket()), lead), opening(lead)
    assert job.startswith(first)
    assert (first.startswith(b"\0"), b"\x1dV" in first) == (lead is not Lead.CLEAN, lead is Lead.SEPARATE)
    unsure = opening(lead, habits=Habits(resync=False))
    assert unsure == first.lstrip(b"\0")


def test_a_tear_bar_is_reached_without_motion_units_too() -> None:
    reader = PaperReader(PAPER)
    effects = reader.receive(encode_job(PrintJob(77, plain_ticket()), Lead.CLEAN, profile=SMALL), 0)
    assert not [effect for effect in effects if isinstance(effect, Wrong | CutOff)]
    assert list(reader.rows) == on_paper(plain_ticket()) + [bytes(72)] * 300


def test_a_picture_wider_than_the_paper_is_refused() -> None:
    with pytest.raises(EncoderError) as refused:
        encode(picture([bytes(73)]))
    assert "584" in str(refused.value)
    assert refused.value.hint


def whole_job(lead: Lead, before: bytes = b"") -> tuple[list[CutOff], list[bytes], list[str]]:
    reader = PaperReader(PAPER)
    reader.receive(before, 0)
    effects = reader.receive(encode_job(PrintJob(77, plain_ticket()), lead), 0)
    cuts = [effect for effect in effects if isinstance(effect, CutOff)]
    answers = [effect.data for effect in effects if isinstance(effect, Answered)]
    return cuts, answers, [effect.what for effect in effects if isinstance(effect, Wrong)]


@pytest.mark.parametrize("lead", [Lead.CLEAN, Lead.RESYNC])
def test_a_job_is_one_ticket_and_its_echo(lead: Lead) -> None:
    cuts, answers, wrong = whole_job(lead)
    assert [list(cut.rows) for cut in cuts] == [on_paper(plain_ticket())]
    assert answers[-2:] == [b"\x37\x22" + echo_token(77) + b"\0", b"\0"]
    assert wrong == []


def broken_off_anywhere() -> Iterator[bytes]:
    job = encode_job(PrintJob(76, plain_ticket()), Lead.CLEAN)
    return (job[:end] for end in range(1, len(job), 37))


def test_after_a_job_broken_off_anywhere_the_next_ticket_comes_whole_and_by_itself() -> None:
    for before in broken_off_anywhere():
        cuts, answers, wrong = whole_job(Lead.SEPARATE, before)
        assert list(cuts[-1].rows) == on_paper(plain_ticket())
        assert answers[-2] == b"\x37\x22" + echo_token(77) + b"\0"
        assert all(re.fullmatch("unknown command (ESC|GS) 00", what) for what in wrong)


def test_control_without_the_resync_a_broken_off_job_spoils_the_next() -> None:
    spoiled = 0
    for before in broken_off_anywhere():
        cuts, _, wrong = whole_job(Lead.CLEAN, before)
        spoiled += bool(wrong) or [list(cut.rows) for cut in cuts] != [on_paper(plain_ticket())]
    assert spoiled > 20


def raster(width: int, rows: list[bytes]) -> bytes:
    header = b"\x1dv0\0" + (width // 8).to_bytes(2, "little") + len(rows).to_bytes(2, "little")
    return header + b"".join(rows)


def test_control_bands_of_48_or_more_than_100_rows_are_caught_by_the_printer() -> None:
    _, wrong = printed(raster(576, [bytes(72)] * 96))
    assert any("lose their place" in what for what in wrong)
    _, wrong = printed(raster(576, [bytes(72)] * 101))
    assert any("as text" in what for what in wrong)


def test_control_a_crop_of_one_side_only_moves_the_dots() -> None:
    row = framed(72, b"\xf0\x0f", 10)
    one_sided = b"\x1ba\x01" + raster(496, [row[10:]])
    rows, _ = printed(one_sided)
    assert differing_dots(rows, [row]) > 0


def test_control_feeding_without_setting_the_motion_unit_shortens_the_paper() -> None:
    bitmap = picture([bytes(72)] * 100)
    without = re.sub(rb"\x1dP..", b"", encode(bitmap), flags=re.DOTALL)
    assert len(printed(without)[0]) == 50


def test_control_real_time_bytes_left_in_a_picture_are_obeyed_and_tear_it() -> None:
    row = framed(72, b"\x10\x04\x01", 10)
    rows, wrong = printed(raster(576, [row, row]))
    assert wrong
    assert rows != [row, row]


def test_width_narrower_than_the_paper_is_centred() -> None:
    bitmap = Bitmap(Dots(8), Dots(1), b"\xff")
    assert printed(encode(bitmap)) == ([bytes(35) + b"\x0f\xf0" + bytes(35)], [])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([b"\x10", b"\x04", b"\x05", b"\x14", b"\x00", b"\x01"]), min_size=60, max_size=60))
def test_rows_made_of_nothing_but_risky_bytes_are_printed_as_admitted(ink: list[bytes]) -> None:
    bitmap = picture([framed(72, b"".join(ink[:30]), 8), framed(72, b"".join(ink[30:]), 20)])
    encoded = encode_picture(bitmap)
    rows, wrong = printed(encoded.data)
    assert wrong == []
    assert differing_dots(rows, on_paper(bitmap)) == encoded.altered
