"""The printer is looked at once a night, without paper, so that the morning hears of it before the first citizen."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hardware.printer import PaperStatus
from kiosk import night
from sync.clock import Trust
from sync.facts import PrinterTested
from tests.kiosk.fakes import Kiosk, opened

HOUR = 3_600_000
GOOD = PaperStatus(True, "ok", False, False, True)


def told(kiosk: Kiosk) -> list[PrinterTested]:
    return [body for body in kiosk.facts() if isinstance(body, PrinterTested)]


def test_it_is_due_at_half_past_three_every_night() -> None:
    noon = datetime(2026, 11, 23, 12)  # noqa: DTZ001 the office's wall clock
    due = noon + night.until(noon)
    assert due == datetime(2026, 11, 24, 3, 30)  # noqa: DTZ001
    assert night.until(due) == timedelta(days=1)
    assert [night.is_due(due + timedelta(minutes=minutes)) for minutes in (-1, 0, 59, 60)] == [
        False,
        True,
        True,
        False,
    ]


def test_each_night_goes_on_record_once_and_moves_no_paper(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.later(15 * HOUR)
    assert told(kiosk) == [], "03:00"
    kiosk.later(HOUR)
    assert told(kiosk) == [PrinterTested("night", "passed")], "04:00"
    kiosk.later(48 * HOUR)
    assert (len(told(kiosk)), kiosk.printer.jobs) == (3, [])


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (PaperStatus(True, "out", False, False, True), "paper-out"),
        (PaperStatus(reachable=False), "unreachable"),
        (PaperStatus(reachable=True), "uncertain"),
        (PaperStatus(True, "near-end", False, False, True), "passed"),
    ],
)
def test_what_stands_in_the_way_is_said_and_silence_is_no_pass(tmp_path: Path, status: PaperStatus, said: str) -> None:
    kiosk = opened(tmp_path)
    kiosk.printer.set_status(status)
    kiosk.later(16 * HOUR)
    assert told(kiosk) == [PrinterTested("night", said)]


def test_without_a_clock_that_somebody_vouches_for_there_is_no_night(tmp_path: Path) -> None:
    kiosk = opened(tmp_path, trust=Trust.NTP)
    kiosk.later(16 * HOUR)
    assert told(kiosk) == []
