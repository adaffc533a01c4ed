"""What was drawn once without a problem is not drawn again at every start."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from hardware.dots import Dots
from kiosk.demo import EXAMPLE
from kiosk.paper import PAPERS, Paper, RehearsalError
from kiosk.preview import example_catalogue
from kiosk.roll import taken_mm
from kiosk.ticket_data import SHIPPED, Layout, Ticket
from kiosk.ticket_press import REHEARSED, Press
from sync.config import KioskConfig, parse_kiosk
from tests.kiosk.test_ticket_layout import TICKET

CATALOGUE = example_catalogue()
FEW = replace(CATALOGUE, services=CATALOGUE.services[:1])


class CountingPaper(Paper):
    """Counts its rehearsals; `broken`: what it finds."""

    def __init__(self) -> None:
        super().__init__(width=PAPERS[80])
        self.rehearsals = 0
        self.broken: tuple[str, ...] = ()

    def rehearse(self, tickets: Iterable[Ticket], layout: Layout = SHIPPED) -> None:
        self.rehearsals += 1
        if self.broken:
            raise RehearsalError(self.broken)


@pytest.fixture
def config() -> KioskConfig:
    return parse_kiosk((EXAMPLE / "kiosk.toml").read_bytes())


def starts(paper: CountingPaper, config: KioskConfig, data: Path, digests: str) -> list[int]:
    """Rehearsals after each start, with a catalogue of each digest."""
    counts = []
    for digest in digests:
        Press(paper).settle(config, data, data, replace(FEW, digest=digest))
        counts.append(paper.rehearsals)
    return counts


def test_nothing_is_drawn_again_until_something_has_changed(tmp_path: Path, config: KioskConfig) -> None:
    assert starts(CountingPaper(), config, tmp_path, "aabba") == [1, 1, 2, 2, 3]


def test_another_name_of_the_office_is_drawn_anew(tmp_path: Path, config: KioskConfig) -> None:
    paper = CountingPaper()
    starts(paper, config, tmp_path, "a")
    starts(paper, replace(config, office={**config.office, "en": "Another office"}), tmp_path, "a")
    assert paper.rehearsals == 2


def test_what_has_a_problem_is_told_at_every_start(tmp_path: Path, config: KioskConfig) -> None:
    paper = CountingPaper()
    paper.broken = ("move-in, th: something",)
    for _ in range(2):
        chosen = Press(paper).settle(config, tmp_path, tmp_path, FEW)
        assert chosen.problem is not None
    assert paper.rehearsals == 2
    assert not (tmp_path / REHEARSED).exists()


def test_a_folder_that_takes_no_mark_is_no_obstacle(tmp_path: Path, config: KioskConfig) -> None:
    (tmp_path / REHEARSED).mkdir()
    assert starts(CountingPaper(), config, tmp_path, "aa") == [1, 2]


def test_tickets_are_drawn_as_wide_as_the_printer_that_was_met(config: KioskConfig) -> None:
    press = Press.of_width(PAPERS[80])
    assert press.draw(TICKET).width == 576
    press.fit(Dots(512), 180)
    assert press.draw(TICKET).width == 512
    assert press.taken_mm(709) == taken_mm(800)


def test_another_width_is_rehearsed_anew(tmp_path: Path, config: KioskConfig) -> None:
    for width in (576, 512):
        Press.of_width(Dots(width)).settle(config, tmp_path, tmp_path, FEW)
        marks = (tmp_path / REHEARSED).read_text()
        Press.of_width(Dots(width)).settle(config, tmp_path, tmp_path, FEW)
        assert (tmp_path / REHEARSED).read_text() == marks
        (tmp_path / str(width)).write_text(marks)
    assert (tmp_path / "576").read_text() != (tmp_path / "512").read_text()
