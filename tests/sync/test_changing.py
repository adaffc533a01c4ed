"""Fields changed as dataclasses.replace changes them."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.changing import replace
from sync.live import Counter, Live


@dataclass(frozen=True, slots=True)
class One:
    """A single field."""

    only: int = 1


@dataclass(frozen=True, slots=True)
class Several:
    """With a field whose order matters, and one that is checked."""

    low: int
    high: int
    name: str = ""

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low is above high")


@given(st.integers(), st.text())
def test_what_is_not_named_stays_as_it_was(low: int, name: str) -> None:
    before = Several(low, low + 5, "before")
    assert replace(before, name=name) == dataclasses.replace(before, name=name)
    assert replace(One(3), only=low) == One(low)
    assert replace(before) == before


def test_what_the_class_checks_is_checked_again() -> None:
    with pytest.raises(ValueError, match="low is above high"):
        replace(Several(1, 2), low=3)


def test_a_field_that_is_none_is_refused() -> None:
    with pytest.raises(TypeError, match="Several has no field lowest"):
        replace(Several(1, 2), lowest=0)


def test_the_values_of_the_folds_are_made_by_place() -> None:
    for before in (Live(), Counter(1)):
        for field in dataclasses.fields(before):
            values: dict[str, Any] = {field.name: 7}
            assert replace(before, **values) == dataclasses.replace(before, **values)
