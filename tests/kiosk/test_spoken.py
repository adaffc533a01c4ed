"""The spoken form and the focus of every screen: all that is seen is said, in order, and every target is reached.

Every screen of tests.kiosk.measure on 15.6 and 7 inches, the widest and the barest layouts of each view; the others say
the same in the same order.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest

from kiosk.layout import Rect, focus_after, focus_towards
from kiosk.scene import Said, Text
from kiosk.screen_types import Screen
from kiosk.wording import services, texts
from tests.kiosk.measure import EXHIBIT, LOOKS, Seen, screens, seen

SIZES = ("15.6 inch", "7 inch")
Rule = Callable[[Seen], list[str]]
LATIN = re.compile(r"[A-Z0-9 ·_/:•]*")
"""Numbers of tickets, codes, keys, pages: the same in each language."""
COUNT = re.compile(r"\d+ ?/ ?\d+")


def letters(text: str) -> str:
    """What is compared: without spaces and stops."""
    return re.sub(r"[\s\u200b\u2060.,:;·()-]+", "", text).casefold() or text.strip()


def free(one: Seen) -> list[Said]:
    return [said for said in one.scene.spoken if said.target is None]


def named(one: Seen) -> list[Said]:
    return [said for said in one.scene.spoken if said.target is not None]


def unnamed(one: Seen) -> list[str]:
    """Targets without exactly one name of at least one letter or figure, in the order of Tab."""
    names = [said.target for said in named(one)]
    told = [] if names == [target.name for target in one.scene.targets] else [f"named in another order: {names}"]
    return told + [f"{said.target} has no words" for said in named(one) if not re.search(r"\w", said.text)]


def foreign(one: Seen) -> list[str]:
    """Words in a language that is neither the screen's, nor that of the same words in sight, nor a language's own."""
    drawn = {(op.text, op.language) for op in one.ops if isinstance(op, Text)}
    told = []
    for said in one.scene.spoken:
        own = (said.target or "").removeprefix("language-") == said.language
        everywhere = LATIN.fullmatch(said.text) or (said.text, said.language) in drawn or _in_all(one)
        if said.language != one.language and not own and not everywhere:
            told.append(f"{said.text} in {said.language}")
    return told


def _in_all(one: Seen) -> bool:
    """Screens that speak to everybody before anybody has chosen a language."""
    return one.state.screen in (Screen.ATTRACT, Screen.CLOSED, Screen.OUT_OF_ORDER)


def silent(one: Seen) -> list[str]:
    """Texts in sight, outside of targets, that nothing says.

    Said otherwise on purpose: the number of a step and the mark of a priority ticket (by the words beside them), a key
    that does nothing now (by nothing), a service's short name and the count of services (by the full names).
    """
    heard = [letters(said.text) for said in free(one)]
    short = {letters(each) for each in _short_names(one.language)}
    short.add(letters(services(len(one.state.visit), one.language)))
    short.add(letters(texts(one.language).gettext("Closed now")))
    told = []
    for op in (each for each in one.ops if isinstance(each, Text)):
        mark = len(op.text) < 3 and LATIN.fullmatch(op.text)
        parts = (letters(part) for part in op.text.split(" · "))
        if not mark and _on(op, one) is None:
            told += [op.text] if any(not _among(part, heard) and not _among(part, short) for part in parts) else []
    return told


def _among(text: str, known: Iterable[str]) -> bool:
    return any(text in each for each in known)


def _on(op: Text, one: Seen) -> str | None:
    """The name of the target that a text is on."""
    return next((each.name for each in one.scene.targets if each.rect.holds(*op.rect.centre)), None)


@cache
def _short_names(language: str) -> tuple[str, ...]:
    return tuple(each.text(language).short or "" for each in EXHIBIT.catalogue.services)


def twice(one: Seen) -> list[str]:
    """Sentences that are said more often than they are seen, beside targets."""
    seen_texts = Counter(letters(op.text) for op in one.ops if isinstance(op, Text))
    said = Counter((letters(each.text), each.language) for each in free(one))
    return [text for (text, _), count in said.items() if count > max(seen_texts[text], 1)]


def otherwise(one: Seen) -> list[str]:
    """Targets whose name neither holds the label on them nor says it more fully (WCAG 2.2, 2.5.3).

    The label is what is bold; a card's second line, fee and time, is said on the screen that it leads to.
    """
    names = {said.target: said.text for said in named(one)}
    told = []
    for op in (each for each in one.ops if isinstance(each, Text) and each.weight == "bold"):
        name = names.get(_on(op, one))
        if name is not None and not COUNT.fullmatch(op.text):
            label, says = letters(op.text), letters(name)
            told += [f"{op.text!r} is said as {name!r}"] if label not in says and len(says) <= len(label) else []
    return told


def upwards(one: Seen) -> list[str]:
    """Sentences that are read after one that stands wholly beneath them in the same column."""
    places: list[tuple[str, Rect]] = []
    for said in free(one):
        text = letters(said.text)
        ops = [op for op in one.ops if isinstance(op, Text) and letters(op.text) == text]
        if len(ops) == 1:
            places.append((said.text, ops[0].rect))
    return [
        f"{b} after {a}"
        for (a, here), (b, there) in pairwise(places)
        if there.bottom <= here.y and there.x < here.right and here.x < there.right
    ]


def unreached(one: Seen) -> list[str]:
    """Targets that Tab, Tab backwards, or arrows from any other target do not come to."""
    return list(_unreached(tuple((target.name, target.rect) for target in one.scene.targets)))


@cache
def _unreached(places: tuple[tuple[str, Rect], ...]) -> tuple[str, ...]:
    order = [name for name, _ in places]
    told = []
    for by in (1, -1):
        met, at = [], None
        for _ in order:
            at = focus_after(order, at, by)
            met.append(at)
        if met != order[::by]:
            told.append(f"Tab {by} goes {met}")
    steps = {name: {focus_towards(places, name, *way) for way in ARROWS} for name in order}
    for begin in order[:1]:
        told += [f"no arrow from {begin} to {name}" for name in order if name not in _met(begin, steps)]
    told += [f"no arrow back from {name}" for name in order if order[0] not in _met(name, steps)]
    return tuple(told)


ARROWS = ((1, 0), (-1, 0), (0, 1), (0, -1))


def _met(begin: str, steps: Mapping[str, set[str | None]]) -> set[str | None]:
    met: set[str | None] = {begin}
    new = set(met)
    while new:
        new = {name for at in new if at for name in steps[at]} - met
        met |= new
    return met


RULES: Mapping[str, Rule] = {
    "unnamed": unnamed,
    "foreign": foreign,
    "silent": silent,
    "twice": twice,
    "otherwise": otherwise,
    "upwards": upwards,
    "unreached": unreached,
}


@pytest.mark.parametrize("size", SIZES)
def test_every_screen_says_what_it_shows_and_every_target_is_reached(size: str) -> None:
    told = [
        f"{one.what}: {rule}: {fault}"
        for look in LOOKS
        for one in screens(size, look)
        for rule, check in RULES.items()
        for fault in check(one)
    ]
    assert told == []


# The rules see ------------------------------------------------------------------------------------------------------


def shown(*spoken: Said | None, name: str = "ticket-ready") -> Seen:
    """A screen whose spoken form is another: None stands for what was there."""
    one = seen("15.6 inch", "normal", "en", name)
    kept = [each for said in spoken for each in (one.scene.spoken if said is None else (said,))]
    return one._replace(scene=replace(one.scene, spoken=tuple(kept)))


def without(words: str) -> Seen:
    one = seen("15.6 inch", "normal", "en", "ticket-ready")
    kept = tuple(said for said in one.scene.spoken if said.target or words not in letters(said.text))
    return one._replace(scene=replace(one.scene, spoken=kept))


def renamed(text: str) -> Seen:
    one = seen("15.6 inch", "normal", "en", "help")
    spoken = tuple(replace(said, text=text) if said.target else said for said in one.scene.spoken)
    return one._replace(scene=replace(one.scene, spoken=spoken))


def backwards() -> Seen:
    one = seen("15.6 inch", "normal", "en", "details-move-in")
    kept = (*free(one)[::-1], *named(one))
    return one._replace(scene=replace(one.scene, spoken=kept))


BAD: Mapping[str, tuple[Rule, Callable[[], Seen]]] = {
    "a target that is a picture without words": (unnamed, lambda: renamed("")),
    "a target whose name is a sign": (unnamed, lambda: renamed("→")),
    "a target that is not named": (unnamed, lambda: shown()),
    "a target in another order": (unnamed, lambda: shown(Said("Anything", "en", "nobody"), None)),
    "a Thai word on an English screen": (foreign, lambda: shown(None, Said("บัตรคิว", "th"))),
    "a number that nobody says": (silent, lambda: without("a012")),
    "a sentence said twice": (twice, lambda: shown(None, None)),
    "a button said as something else": (otherwise, lambda: renamed("x")),
    "a list read from the bottom": (upwards, backwards),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_sample_is_caught(what: str) -> None:
    rule, build = BAD[what]
    assert rule(shown(None)) == []
    assert rule(build()) != []


def test_a_target_that_no_arrow_comes_to_is_caught() -> None:
    near = (("a", Rect(0, 0, 10, 10)), ("b", Rect(20, 0, 10, 10)))
    assert _unreached(near) == ()
    assert _unreached((*near, ("over-a", Rect(5, 5, 10, 10)))) != ()
