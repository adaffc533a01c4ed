"""What the display tells in turn: the steps of each service, and the rule by which numbers are called. Pure.

One slide stands for SLIDE_MS and then gives way at once, without movement. Each service is told in every language
before the next one; the rule comes back after every few services.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sync.notices import Notice
from sync.services import NONE, Catalogue, Fee, Service, baht
from sync.types import UtcMs

SLIDE_MS = 20_000
"""Long enough to read five short lines. The display looks every ten seconds or sooner: with twenty a slide stands for
ten at the least."""
LETTERS = 230
"""Most letters of the lines of one slide: what the smallest field holds in the widest script."""
LINES = 5
"""Most lines of one slide."""
RULE_AFTER = 3
"""After this many services the rule is told again."""
NOTICE_AFTER = 2
"""After this many slides a notice is told, in one language after the other."""


@dataclass(frozen=True, slots=True)
class Slide:
    """One text in one language. `service`: the id of what it is about, None: the rule. `numbered`: the lines are steps,
    counted from `first`. `minutes`, `fee`: of the service; `part` of `parts`: a long text goes on on the next slide.
    `notice`: it is a notice of this level (sync.facts_published)."""

    language: str
    service: str | None
    title: str
    lines: tuple[str, ...]
    numbered: bool = False
    first: int = 1
    minutes: int | None = None
    fee: str | None = None
    accent: str | None = None
    part: int = 1
    parts: int = 1
    notice: str | None = None


def slides(
    catalogue: Catalogue | None, rule: Mapping[str, Sequence[str]], languages: Sequence[str]
) -> tuple[Slide, ...]:
    """All slides in their order. `rule`: its sentences by language, empty where they are not known."""
    told = [slide for language in languages for slide in _rule(rule.get(language, ()), language)]
    found = list(told)
    services = catalogue.services if catalogue else ()
    for number, service in enumerate(services, 1):
        found += [slide for language in languages for slide in _service(service, language)]
        if number % RULE_AFTER == 0 and number < len(services):
            found += told
    return tuple(found)


def with_notices(others: Sequence[Slide], notices: Sequence[Notice], languages: Sequence[str]) -> tuple[Slide, ...]:
    """All slides with the notices that are told now: one after every two others; urgent ones alone."""
    told = tuple(
        Slide(language, None, "", (each.texts[language],), notice=each.level)
        for each in notices
        for language in languages
        if language in each.texts
    )
    if not told or not others or any(each.is_urgent for each in notices):
        return told or tuple(others)
    found: list[Slide] = []
    for number, at in enumerate(range(0, len(others), NOTICE_AFTER)):
        found += [*others[at : at + NOTICE_AFTER], told[number % len(told)]]
    return tuple(found)


def slide_at(all_slides: Sequence[Slide], now_ms: UtcMs) -> Slide | None:
    """The slide of this moment: the same on every display of the office."""
    return all_slides[now_ms // SLIDE_MS % len(all_slides)] if all_slides else None


def parted(lines: Sequence[str], letters: int = LETTERS, most: int = LINES) -> list[tuple[str, ...]]:
    """The lines in parts that each fit one slide; a line is never cut."""
    parts: list[list[str]] = [[]]
    for line in lines:
        now = parts[-1]
        if now and (len(now) == most or sum(map(len, now)) + len(line) > letters):
            parts.append([])
        parts[-1].append(line)
    return [tuple(part) for part in parts if part]


def _rule(sentences: Sequence[str], language: str) -> Iterator[Slide]:
    parts = parted(sentences)
    for number, part in enumerate(parts, 1):
        yield Slide(language, None, "", part, part=number, parts=len(parts))


def _service(service: Service, language: str) -> Iterator[Slide]:
    text = service.texts.get(language)
    if text is None:
        return
    parts, first = parted(text.steps), 1
    for number, part in enumerate(parts, 1):
        fee = _fee(service.fee) or text.fee_note
        yield Slide(
            language,
            service.id,
            text.name,
            part,
            numbered=True,
            first=first,
            minutes=service.minutes,
            fee=fee,
            accent=service.accent,
            part=number,
            parts=len(parts),
        )
        first += len(part)


def _fee(fee: Fee) -> str | None:
    """NONE, an amount in baht, or None: each language's note says how."""
    if isinstance(fee, int):
        return baht(fee)
    return NONE if fee == NONE else None
