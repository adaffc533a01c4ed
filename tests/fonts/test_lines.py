"""Lines are as full as they may be, end where they may, and lose nothing but the space at the break."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fonts.errors import DoesNotFitError
from fonts.lines import break_lines


def after_spaces(text: str) -> list[int]:
    return [index for index in range(1, len(text)) if text[index - 1] == " " and text[index] != " "]


def everywhere(text: str) -> list[int]:
    return list(range(1, len(text)))


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("one two three", 13, ["one two three"]),
        ("one  two", 4, ["one", "two"]),
        ("", 5, [""]),
        ("   ", 5, [""]),
        ("abcdefgh ij", 3, ["abc", "def", "gh", "ij"]),
        ("a abcdefgh", 4, ["a", "abcd", "efgh"]),
        ("a\u200bb", 1, ["a", "b"]),
    ],
)
def test_lines_are_filled_and_a_long_word_is_cut_as_the_last_resort(text: str, width: int, lines: list[str]) -> None:
    allowed = [*after_spaces(text), *(i + 1 for i, c in enumerate(text[:-1]) if c == "\u200b")]
    assert break_lines(text, allowed, lambda: everywhere(text), len, width) == lines


def test_a_piece_that_cannot_be_cut_is_refused_with_a_hint() -> None:
    with pytest.raises(DoesNotFitError, match="abcdef") as caught:
        break_lines("ab abcdef", [3], list, len, 3)
    assert "zero width space" in caught.value.hint


@given(st.text("ab ", max_size=60), st.integers(1, 12))
def test_no_line_is_too_wide_and_nothing_but_space_is_lost(text: str, width: int) -> None:
    lines = break_lines(text, after_spaces(text), lambda: everywhere(text), len, width)
    assert all(len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(st.lists(st.text("ab", min_size=1, max_size=5), min_size=1, max_size=12), st.integers(5, 20))
def test_the_first_word_of_a_line_would_not_have_fitted_on_the_line_before(words: list[str], width: int) -> None:
    text = " ".join(words)
    lines = break_lines(text, after_spaces(text), list, len, width)
    assert " ".join(lines) == text
    for before, after in itertools.pairwise(lines):
        assert len(f"{before} {after.split()[0]}") > width


@given(st.lists(st.text("abil", min_size=1, max_size=9), min_size=1, max_size=40), st.integers(40, 400))
def test_each_break_is_the_last_that_fits_whatever_the_letters_widths(words: list[str], room: int) -> None:
    """Where to ask next is guessed from the widths so far: letters that are narrow and wide mislead the guess."""
    text = " ".join(words)
    lines = break_lines(text, after_spaces(text), list, wide, room)
    greedy, rest = [words[0]], words[1:]
    for word in rest:
        longer = f"{greedy[-1]} {word}"
        if wide(longer) <= room:
            greedy[-1] = longer
        else:
            greedy.append(word)
    assert lines == greedy


def wide(text: str) -> int:
    return sum({"i": 1, "l": 2, " ": 3}.get(letter, 4) for letter in text)


def test_a_text_of_one_line_is_measured_once_and_a_break_a_few_times() -> None:
    asked: list[str] = []

    def width(line: str) -> int:
        asked.append(line)
        return wide(line)

    text = " ".join(["label"] * 30)
    assert break_lines(text, after_spaces(text), list, width, 1000) == [text]
    assert len(asked) == 1
    asked.clear()
    assert len(break_lines(text, after_spaces(text), list, width, 100)) == 6
    assert len(asked) <= 6 * 3
