"""What a restored server gets back of what it had published, from what came back of its journals (server.giveback).

A version keeps the number and the time that it had, and is said again in the journal that is written now. They are in
the order of time: what was published here since goes behind, under a number that nobody can have. Within a
transaction of the ledger.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server import published
from server.database import Db
from server.fold_published import CALENDAR, CATALOGUE, CHOICE, NOTICE
from server.ledger import Ledger
from server.lost import Lost, LostForOffices
from server.published import Version
from sync.codec import Fact
from sync.facts import Body, understood
from sync.facts_published import (
    CalendarPublished,
    CatalogueChosen,
    CataloguePublished,
    NoticePublished,
    NoticeWithdrawn,
    PublishedFact,
)
from sync.facts_restated import RecordWaived
from sync.journal import Instant
from sync.numbering import fresh_start
from sync.types import JournalId, Seq, UtcMs

_NUMBERED: Mapping[str, type[PublishedFact]] = {CATALOGUE: CataloguePublished, CALENDAR: CalendarPublished}
_WHAT: Mapping[type[PublishedFact], str] = {
    CataloguePublished: CATALOGUE,
    CalendarPublished: CALENDAR,
    NoticePublished: NOTICE,
    NoticeWithdrawn: NOTICE,
}
_SAID = """SELECT published.journal_id, seq, now_ms, offices FROM published
    JOIN journals ON journals.journal_id = published.journal_id
    WHERE own > 0 AND what = ? AND notice = ? ORDER BY own DESC, seq DESC LIMIT 1"""


def from_office(facts: Iterable[Fact], office: str) -> list[PublishedFact]:
    """What these facts of a journal for this office say that had been published, as for it. Pure.

    Whether it was for every office is in them since this release; before, each office gives its own back.
    """
    found = []
    for body in _published(facts):
        whom = getattr(body, "offices", None)
        of: Any = body
        found.append(replace(of, source=None, offices=() if whom == () else (office,)))
    return found


@dataclass(frozen=True, slots=True)
class GivenBack:
    """That an office holds more than this server of what was published for it: `found_ms` when that was found out;
    `whole`: all of it came back. `said`: (what, number, 0 for a notice, when it was published), in order."""

    found_ms: UtcMs
    whole: bool
    said: tuple[tuple[str, int, UtcMs], ...]


def told(db: Db) -> dict[str, list[GivenBack]]:
    """By office, in the order in which it was found out."""
    found: dict[str, list[GivenBack]] = {}
    lost = LostForOffices(db)
    for office, name, at_ms in lost.by_office():
        bodies = from_office(lost.given_back(name), office)
        said = tuple((_WHAT[type(each)], getattr(each, "number", 0), each.now_ms) for each in bodies)
        found.setdefault(office, []).append(GivenBack(at_ms, lost.came_back(name), said))
    return found


def own_tail(ledger: Ledger, instant: Instant, now_ms: UtcMs) -> None:
    """Say again what came back of this server's own journals."""
    facts = [fact for name in ledger.lost.all_back() for fact in ledger.lost.given_back(name)]
    regain(ledger, _published(facts), instant, now_ms)


def regain(ledger: Ledger, back: Sequence[PublishedFact], instant: Instant, now_ms: UtcMs) -> None:
    """Say again what of this is not here, and what was published since behind it."""
    bodies: list[Body] = []
    for what, kind in _NUMBERED.items():
        bodies += _in_order(_versions(ledger, what), [each for each in back if isinstance(each, kind)])
    bodies += _notices(ledger.publications.db, back, now_ms)
    bodies += _choice(ledger.publications.db, back)
    if bodies:
        ledger.append(bodies, instant)


@dataclass(frozen=True, slots=True)
class _Said:
    """A version as it was said here."""

    version: Version
    body: Any

    @property
    def key(self) -> tuple[int, int, str]:
        return _key(self.body)


def _versions(ledger: Ledger, what: str) -> list[_Said]:
    """Those that were said last, the oldest first."""
    said = ledger.publications.said(what)
    return [_Said(each, ledger.publications.fact(each.journal, each.seq)) for each in said]


def _in_order(said: Sequence[_Said], back: Sequence[Any]) -> list[Body]:
    """What to say: of `back` what is not here, then what was said here later, in the order of time. Pure."""
    missing = [each for each in back if not any(_covers(one, each) for one in said)]
    if not missing:
        return []
    keys, first = {_key(each) for each in back}, min(each.now_ms for each in missing)
    since = {(one.key, one.version.offices): one.body for one in said if one.body.now_ms >= first}
    later = [body for (key, _), body in since.items() if key not in keys]
    found, last = list[Body](), 0
    for body, is_back in sorted(
        [*((each, True) for each in missing), *((each, False) for each in later)],
        key=lambda each: (each[0].now_ms, not each[1], each[0].number),
    ):
        number = body.number if is_back or body.number > last else last + 1
        found.append(replace(body, number=number))
        last = max(last, number)
    return found


def _covers(one: _Said, back: Any) -> bool:
    """Whether what came back is here, for at least as many."""
    return one.key == _key(back) and _for_as_many(one.version.offices, back.offices)


def _for_as_many(here: tuple[str, ...] | None, whom: tuple[str, ...] | None) -> bool:
    if here is None or whom is None:
        return here == whom
    return not here or (bool(whom) and set(whom) <= set(here))


def _notices(db: Db, back: Sequence[PublishedFact], now_ms: UtcMs) -> list[Body]:
    """The last word of each notice, where it is later than what is here or for others; none of what is over."""
    last = {each.notice: each for each in back if isinstance(each, NoticePublished | NoticeWithdrawn)}
    found = list[Body]()
    for name, body in last.items():
        here = db.execute(_SAID, (NOTICE, name)).fetchone()
        is_over = isinstance(body, NoticePublished) and body.until_ms <= now_ms
        if is_over or (here is None and isinstance(body, NoticeWithdrawn)):
            continue
        offices = None if here is None or here[3] is None else tuple(json.loads(here[3]))
        if (
            here is None
            or here[2] < body.now_ms
            or (here[2] == body.now_ms and not _for_as_many(offices, body.offices))
        ):
            found.append(body)
    return found


def _choice(db: Db, back: Sequence[PublishedFact]) -> list[Body]:
    last = next((each for each in reversed(back) if isinstance(each, CatalogueChosen)), None)
    here = db.execute(_SAID, (CHOICE, "")).fetchone()
    return [last] if last is not None and (here is None or here[2] < last.now_ms) else []


def _published(facts: Iterable[Fact]) -> list[PublishedFact]:
    return [body for fact in facts if isinstance(body := understood(fact), PublishedFact)]


def _key(body: Any) -> tuple[int, int, str]:
    return body.number, body.now_ms, body.digest


def next_number(db: Db, what: str) -> int:
    """The number of the version that is published next: of CATALOGUE or CALENDAR.

    The one behind the newest; but where a version behind that may have been published and lost, the next free hundred.
    """
    newest = published.newest(db, what)
    number = newest.number if newest is not None else 0
    return fresh_start(number) if _may_lack(db, newest) else number + 1


def _may_lack(db: Db, newest: Version | None) -> bool:
    """Whether it was found out since this version (None: there is none) that something of this server's record was
    lost, or may have been, and not all of it came back."""
    since_ms = newest.now_ms if newest is not None else UtcMs(0)
    if Lost(db).gave_up(since_ms) or LostForOffices(db).found_since(since_ms):
        return True
    place = (newest.journal, newest.seq) if newest is not None else (JournalId(""), Seq(0))
    rows = db.execute(_BEHIND, {"journal": place[0], "seq": place[1]})
    return any(RecordWaived.kind.encode() in row for (row,) in rows)


_BEHIND = """SELECT row FROM facts JOIN journals ON journals.journal_id = facts.journal_id
    WHERE own > coalesce((SELECT own FROM journals WHERE journal_id = :journal), 0)
        OR (facts.journal_id = :journal AND seq > :seq)"""
