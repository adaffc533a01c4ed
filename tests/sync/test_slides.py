"""What the display tells in turn: every service in every language, the rule in between, nothing cut, nothing hasty."""

from dataclasses import replace
from itertools import pairwise

import pytest

from server.display_pages import columns, crowd
from server.streams import BEAT_SECONDS
from sync.services import NONE, Fee
from sync.slides import LETTERS, LINES, RULE_AFTER, SLIDE_MS, parted, slide_at, slides
from sync.types import UtcMs
from tests.server.televisions import RULE, around
from translations import LANGUAGES

CATALOGUE = around().catalogue
assert CATALOGUE is not None
ALL = slides(CATALOGUE, RULE, LANGUAGES)


def test_every_service_is_told_in_every_language_with_all_its_steps() -> None:
    assert CATALOGUE is not None
    for service in CATALOGUE.services:
        for language in LANGUAGES:
            told = [each for each in ALL if (each.service, each.language) == (service.id, language)]
            assert tuple(line for each in told for line in each.lines) == service.text(language).steps
            assert [each.first for each in told] == [
                1,
                *(1 + sum(len(b.lines) for b in told[:n]) for n in range(1, len(told))),
            ]
            assert {each.minutes for each in told} == {service.minutes}


def test_the_rule_comes_back_after_every_few_services() -> None:
    assert CATALOGUE is not None
    told = [each for each in ALL if each.service is None and each.language == "en"]
    assert len(told) == 1 + (len(CATALOGUE.services) - 1) // RULE_AFTER
    services = [each.service for each in ALL]
    gaps = [len(set(services[at : at + 40]) - {None}) for at, each in enumerate(services) if each is None][:1]
    assert gaps[0] > RULE_AFTER


def test_a_slide_holds_what_its_field_can_show_and_no_line_is_cut() -> None:
    lines = [f"{number} " + "x" * (number * 17 % 120) for number in range(40)]
    parts = parted(lines)
    assert [line for part in parts for line in part] == lines
    assert all(len(part) <= LINES for part in parts)
    assert all(len(part) == 1 or sum(map(len, part)) <= LETTERS for part in parts)
    assert parted([]) == []


@pytest.mark.parametrize("look_ms", [1, 200, 3_000, int(BEAT_SECONDS * 1000)])
def test_a_slide_stands_for_ten_seconds_at_the_least_however_often_the_display_looks(look_ms: int) -> None:
    changes, before = [], None
    for now in range(0, 40 * SLIDE_MS, look_ms):
        seen = slide_at(ALL, UtcMs(now))
        if seen != before:
            changes.append(now)
        before = seen
    assert min(b - a for a, b in pairwise(changes)) >= 10_000


def test_all_displays_of_an_office_show_the_same_and_all_slides_come() -> None:
    assert {slide_at(ALL, UtcMs(n * SLIDE_MS)) for n in range(len(ALL))} == set(ALL)
    assert slide_at(ALL, UtcMs(5)) == slide_at(ALL, UtcMs(5 + len(ALL) * SLIDE_MS))
    assert slide_at((), UtcMs(5)) is None


def test_a_fee_is_an_amount_none_or_what_the_language_says() -> None:
    assert CATALOGUE is not None
    first = CATALOGUE.services[0]
    texts = {each: replace(first.text(each), fee_note=f"by size ({each})") for each in LANGUAGES}
    fees: tuple[tuple[Fee, str], ...] = (
        (2000, "20"),
        (125050, "1,250.50"),
        ("none", NONE),
        ("varies", "by size (en)"),
    )
    for fee, told in fees:
        priced = replace(first, fee=fee, texts=texts)
        assert slides(replace(CATALOGUE, services=(priced,)), {}, ("en",))[0].fee == told


def test_without_a_catalogue_there_is_only_the_rule() -> None:
    assert {each.service for each in slides(None, RULE, LANGUAGES)} == {None}
    assert slides(None, {}, LANGUAGES) == ()


def test_the_fewer_there_are_the_larger_they_stand() -> None:
    assert [crowd(others) for others in (0, 1, 2, 3, 4, 5, 8, 9, 12, 13, 24, 25)] == [
        1,
        1,
        2,
        4,
        4,
        8,
        8,
        12,
        12,
        24,
        24,
        40,
    ]
    assert [columns(groups) for groups in (1, 5, 6, 7, 12, 13)] == [1, 5, 6, 4, 6, 5]
