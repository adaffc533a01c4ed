"""Which notices stand, which are told at a moment, and how long until that changes."""

import random

from sync.facts_published import NoticePublished, NoticeWithdrawn
from sync.notices import TURN_MS, Notice, standing, telling, told, until_turned
from sync.slides import Slide, with_notices
from sync.types import UtcMs

TEXTS = {"th": "ก", "en": "a", "my": "က"}


def published(name: str, level: str = "information", begin: int = 0, end: int = 1000) -> NoticePublished:
    return NoticePublished(UtcMs(0), name, TEXTS, UtcMs(begin), UtcMs(end), level)


def names(notices: tuple[Notice, ...]) -> list[str]:
    return [each.notice for each in notices]


def test_a_later_text_took_the_place_of_the_one_before() -> None:
    first, again = published("a"), published("a", "urgent")
    assert [each.level for each in standing([first, published("b"), again])] == ["information", "urgent"]
    assert names(standing([first, published("b"), NoticeWithdrawn(UtcMs(0), "a")])) == ["b"]
    assert standing([None, NoticeWithdrawn(UtcMs(0), "a")]) == ()


def test_the_newest_was_told_first_and_urgent_ones_alone() -> None:
    notices = standing([published("a"), published("b"), published("c", "urgent", 500, 600)])
    assert names(told(notices, 499)) == ["b", "a"]
    assert names(told(notices, 500)) == ["c"]
    assert names(told(notices, 600)) == ["b", "a"]
    assert told(notices, 1000) == ()


def test_a_notice_for_one_place_was_told_there_and_where_everything_is() -> None:
    notice = Notice("a", TEXTS, 0, 10, "information", ("Hall 2",))
    assert [notice.is_told(5, place) for place in ("Hall 2", "Hall 1", None)] == [True, False, True]


def test_nothing_changed_before_the_moment_that_was_foretold() -> None:
    chance = random.Random(5)
    for _ in range(300):
        notices = [
            Notice(f"n{at}", TEXTS, begin := chance.randint(0, 90_000), begin + chance.randint(1, 90_000), level)
            for at, level in enumerate(chance.choices(("information", "urgent"), (3, 1), k=chance.randint(0, 4)))
        ]
        now = chance.randint(0, 180_000)
        left = until_turned(notices, now)

        def seen(at: int, notices: list[Notice] = notices) -> tuple[int, ...] | None:
            now = telling(told(notices, at), at)
            return (now.turn, *(int(each.notice[1:]) for each in now.notices)) if now is not None else None

        still = now + left if left is not None else now + 200_000
        assert left is None or left > 0
        assert {seen(at) for at in (now, (now + still) // 2, still - 1)} == {seen(now)}
    assert TURN_MS > 0


def test_the_display_told_a_notice_after_every_two_texts_and_an_urgent_one_alone() -> None:
    others = tuple(Slide("th", str(at), "t", ("x",)) for at in range(6))
    (notice,) = standing([published("a")])
    (urgent,) = standing([published("a", "urgent")])
    slides = with_notices(others, [notice], ("th", "my"))
    assert [each.notice for each in slides] == [None, None, "information"] * 3
    assert [each.language for each in slides if each.notice] == ["th", "my", "th"]
    assert [each.lines for each in with_notices(others, [urgent], ("th", "en"))] == [("ก",), ("a",)]
    assert with_notices((), [notice], ("en",))[0].lines == ("a",)
    assert with_notices(others, [], ("en",)) == others
