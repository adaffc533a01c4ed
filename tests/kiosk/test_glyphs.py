"""Every line that a citizen reads on screen or paper is drawn with HarfBuzz's own glyphs, its language told."""

from dataclasses import replace

import pytest

from fonts.faces import Weight
from fonts.shaping import InkLine, Typesetter
from fonts.tokens import load as load_tokens
from kiosk.board_specimens import example_sights, slides_of
from kiosk.board_view import Hall, draw_board
from kiosk.layout import Display
from kiosk.paper import Paper
from kiosk.preview import OFFICE, example_catalogue
from kiosk.scene import Text
from kiosk.specimens import example_states
from kiosk.ticket_layout import lay_out, specimens
from kiosk.view_parts import Exhibit
from kiosk.views import draw
from tests.fonts.oracle import assert_same_glyphs
from translations import LANGUAGES

Drawn = set[tuple[str, str, Weight]]


class NotingTypesetter(Typesetter):
    """Draws, and notes every line that was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: Drawn = set()

    def line(self, text: str, language: str, size_px: int, weight: Weight = "regular") -> InkLine:
        self.drawn.add((text, language, weight))
        return super().line(text, language, size_px, weight)


def on_screens(language: str) -> Drawn:
    catalogue, typesetter, tokens = example_catalogue(), Typesetter(), load_tokens()
    exhibit = Exhibit(OFFICE, LANGUAGES, catalogue, notice=None)
    lines: Drawn = set()
    for state in example_states(catalogue, language).values():
        scene = draw(state, exhibit, Display(1280, 720, 345, 194), typesetter, tokens)
        texts = [op for op in scene.ops if isinstance(op, Text)]
        lines |= {(line, text.language, text.weight) for text in texts for _, _, line in text.lines}
    return lines


def on_paper() -> Drawn:
    typesetter = NotingTypesetter()
    paper = Paper(typesetter)
    for ticket in specimens(example_catalogue(), OFFICE, LANGUAGES, "http://office.example"):
        paper.draw(lay_out(ticket))
    return typesetter.drawn


def on_display() -> Drawn:
    catalogue, typesetter, tokens = example_catalogue(), Typesetter(), load_tokens()
    hall, lines = Hall(OFFICE, LANGUAGES), set[tuple[str, str, Weight]]()
    sights = example_sights(catalogue, LANGUAGES)
    rule = [each for each in slides_of(catalogue, LANGUAGES) if each.service is None]
    told = [replace(sights["hall"], slide=slide) for slide in rule]
    for sight in (*sights.values(), *told):
        scene = draw_board(sight, hall, Display(1280, 720, 953, 536), typesetter, tokens)
        texts = [op for op in scene.ops if isinstance(op, Text)]
        lines |= {(line, text.language, text.weight) for text in texts for _, _, line in text.lines}
    return lines


def test_every_line_on_the_display_has_harfbuzz_s_glyphs() -> None:
    lines = on_display()
    assert {language for _, language, _ in lines} == set(LANGUAGES)
    for line, language, weight in sorted(lines):
        assert_same_glyphs(line, language, weight)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_on_every_screen_has_harfbuzz_s_glyphs(language: str) -> None:
    lines = on_screens(language)
    assert len(lines) > 30
    for line, tongue, weight in sorted(lines):
        assert_same_glyphs(line, tongue, weight)


def test_every_line_on_every_ticket_has_harfbuzz_s_glyphs() -> None:
    lines = on_paper()
    assert {language for _, language, _ in lines} == set(LANGUAGES)
    for line, language, weight in sorted(lines):
        assert_same_glyphs(line, language, weight)
