"""The test slip: plainly no ticket, in every language, and printed once by whoever is no kiosk."""

from datetime import datetime

import pytest

from hardware.printer import Bitmap, Dots, Outcome, PaperStatus, RecordingPrinter
from kiosk.paper import PAPERS, Paper
from kiosk.paper_blocks import Line
from kiosk.slip import print_once, slip
from translations import LANGUAGES, load

AT = datetime(2026, 11, 23, 12, 1)  # noqa: DTZ001 the office's wall clock
BLANK = Bitmap(Dots(8), Dots(1), b"\x00")
OUT = PaperStatus(True, "out", False, False, True)


def words(at: datetime | None) -> list[tuple[str, str]]:
    return [(block.language, block.text) for block in slip(LANGUAGES, at) if isinstance(block, Line)]


def test_it_says_in_every_language_that_it_is_no_ticket() -> None:
    told = words(AT)
    for language in LANGUAGES:
        assert (language, load(language, "ticket").gettext("This is not a queue ticket")) in told


def test_a_time_that_nobody_vouches_for_is_not_printed() -> None:
    assert len(words(AT)) == len(words(None)) + 1


@pytest.mark.parametrize("width", PAPERS.values())
def test_it_is_drawn_on_every_paper_and_is_short(width: Dots) -> None:
    picture = Paper(width=width).draw(slip(LANGUAGES, AT))
    assert picture.width == width
    assert any(picture.rows)
    assert picture.height < 8 * 80, "under 80 mm"


@pytest.mark.parametrize("outcome", list(Outcome))
def test_what_became_of_it_is_what_the_printer_says(outcome: Outcome) -> None:
    made: list[RecordingPrinter] = []

    def make(wake: object) -> RecordingPrinter:
        made.append(RecordingPrinter(wake, answers=[outcome]))  # type: ignore[arg-type]
        return made[-1]

    assert print_once(make, BLANK)[0] is outcome
    assert (len(made[0].jobs), made[0].closed) == (1, True)


def test_a_printer_that_cannot_print_says_why() -> None:
    outcome, status = print_once(lambda wake: RecordingPrinter(wake, status=OUT), BLANK)
    assert (outcome, status.fault) == (Outcome.NOT_STARTED, "paper-out")


def test_one_that_never_ends_is_closed_and_not_believed() -> None:
    made = RecordingPrinter(hold=True)
    assert print_once(lambda wake: made, BLANK, patience_s=0.01)[0] is not Outcome.CONFIRMED
    assert made.closed
