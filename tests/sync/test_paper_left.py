"""How many tickets a roll still has: an estimate from facts, and silence where they do not carry one."""

import pytest

from sync.facts import Body, PaperRefilled, PrintEnded, PrinterTested
from sync.paper_left import PaperLeft
from sync.types import Seq

ROLL = 60_000


def ended(mm: int, outcome: str = "confirmed") -> PrintEnded:
    return PrintEnded(Seq(7), 1, outcome, mm)


def after(*bodies: Body) -> PaperLeft:
    paper = PaperLeft()
    for body in bodies:
        paper = paper.after(body)
    return paper


def test_the_rest_of_the_roll_is_told_in_tickets_of_their_usual_length() -> None:
    paper = after(PaperRefilled(ROLL), ended(100), ended(140))
    assert paper.left("ok") == (ROLL - 240) // 120


def test_copies_interrupted_tickets_and_test_slips_use_paper_too() -> None:
    paper = after(PaperRefilled(ROLL), ended(100), ended(100, "interrupted"), PrinterTested("refill", "passed", 50))
    assert paper.used_mm == 250
    assert paper.left("ok") == (ROLL - 250) // 100, "a slip is no ticket: it makes tickets no shorter"


def test_what_never_began_uses_none() -> None:
    assert after(PaperRefilled(ROLL), ended(100), ended(0, "not-started")) == after(PaperRefilled(ROLL), ended(100))


def test_a_new_roll_is_counted_anew_and_remembers_how_long_tickets_are() -> None:
    paper = after(PaperRefilled(ROLL), ended(100), PaperRefilled(ROLL))
    assert (paper.used_mm, paper.left("ok")) == (0, ROLL // 100)


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ((), "ok"),
        ((ended(100),), "ok"),
        ((PaperRefilled(ROLL),), "ok"),
        ((PaperRefilled(ROLL), ended(ROLL)), "ok"),
        ((PaperRefilled(ROLL), ended(100)), "near-end"),
    ],
    ids=["nothing known", "no new roll seen", "no ticket yet", "longer than it was", "the sensor contradicts"],
)
def test_where_the_facts_do_not_carry_it_nothing_is_claimed(facts: tuple[Body, ...], level: str) -> None:
    assert after(*facts).left(level) is None


def test_near_its_end_the_rest_is_told_and_without_paper_there_is_none() -> None:
    used = after(PaperRefilled(ROLL), *[ended(100)] * 550)
    assert used.left("near-end") == 50
    assert used.left("out") == 0
    assert after().left("out") == 0
