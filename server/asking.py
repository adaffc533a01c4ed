"""A centre asks its offices for something, and an office answers. Each within a transaction of the ledger, done once.

What is asked is published in the centre's own journal, handed down as what it publishes is (server.handing), and taken
up by the office under the same id (server.adopting). Texts are on record for good, so they are short, and what looks
like a number or an address of a person is refused (server.followups.personal).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from server import asked, queue
from server.asked import State
from server.errors import ActRefused
from server.followups import personal
from server.ledger import Ledger
from server.once import once
from server.queue import Moment
from sync.clock import is_day
from sync.facts_published import Source
from sync.facts_requests import (
    CANNOT,
    DONE,
    OfficeRequested,
    RequestAnswered,
    RequestFact,
    RequestSeen,
    RequestWithdrawn,
)
from sync.reasons import REQUEST, REQUEST_CANNOT

NOTICE, OTHER = "notice", "other"
"""What says nothing without words."""
MOST_ASKED, MOST_ANSWERED = 500, 200
"""Characters."""
AT_ONCE = 200
"""So many offices are named in one fact."""
MOST_DAYS = 400
_ABOUT = re.compile(r"[A-Za-z0-9:_-]{0,80}")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for, as in the fact."""

    what: str
    about: str = ""
    text: str = ""
    due: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered, as in the fact."""

    verdict: str
    reason: str | None = None
    text: str = ""


def judged_wish(what: str, about: str, text: str, due: str, today: date) -> Wish:
    """The wish as it was filled in; `due` empty: no day. Pure. Raises ActRefused."""
    words = _words(text, MOST_ASKED)
    if what not in REQUEST or not _ABOUT.fullmatch(about):
        raise ActRefused("not-listed", "nothing like that can be asked", hint="Choose one from the list.")
    if what == NOTICE and not words:
        raise ActRefused("no-words", "a notice without words", hint="Write what the office has to know.")
    if due and not (is_day(due) and 0 <= (date.fromisoformat(due) - today).days <= MOST_DAYS):
        raise ActRefused("bad-due", f"{due!r} is no day to come", hint="Choose today or a later day.")
    return Wish(what, about, words, due or None)


def judged_reply(verdict: str, reason: str, text: str) -> Reply:
    """The answer as it was filled in. Pure. Raises ActRefused."""
    words = _words(text, MOST_ANSWERED)
    if verdict not in (DONE, CANNOT) or (verdict == CANNOT and reason not in REQUEST_CANNOT):
        raise ActRefused("not-listed", "no such answer, or no listed reason", hint="Choose one from the list.")
    if verdict == CANNOT and reason == OTHER and not words:
        raise ActRefused("no-words", "another reason, and no words", hint="Write the reason.")
    return Reply(verdict, reason if verdict == CANNOT else None, words)


def ask(ledger: Ledger, key: str, request: str, wish: Wish, offices: tuple[str, ...], staff: str, at: Moment) -> None:
    """Ask these offices for it. `request`: its random id. Raises ActRefused."""
    if not offices:
        raise ActRefused("no-office", "no office is named", hint="Choose one office or more.")

    def do() -> bytes:
        bodies = [
            OfficeRequested(
                at.now_ms, request, wish.what, wish.about, wish.text, wish.due, staff, None, offices[n : n + AT_ONCE]
            )
            for n in range(0, len(offices), AT_ONCE)
        ]
        return _written(ledger, bodies, at)

    once(ledger, key, repr((staff, wish, offices)).encode(), at.now_ms, do)


def withdraw(ledger: Ledger, request: str, office: str, staff: str, at: Moment) -> None:
    """Ask this office for it no more. Raises ActRefused where it is not open."""
    found = asked.one_of(ledger.publications.db, request, office)
    if found is None or not found.is_open:
        raise ActRefused("not-open", "that is not asked any more", hint="Look at the list again.")
    _written(ledger, [RequestWithdrawn(at.now_ms, request, staff, None, (office,))], at)


def take_up(ledger: Ledger, body: RequestFact, source: Source, known: dict[str, State], at: Moment) -> None:
    """Make what the centre asks this office's own. `known`: what was asked here before, by id; it is kept up with. What
    was taken up before, or is of a kind that this release does not know, is passed over."""
    match body:
        case OfficeRequested(request=request) if request not in known and body.what in REQUEST:
            fact = OfficeRequested(at.now_ms, request, body.what, body.about, body.text, body.due, None, source)
            _written(ledger, [fact], at)
            known[request] = State.TAKEN
        case RequestWithdrawn(request=request) if known.get(request) in asked.OPEN:
            _written(ledger, [RequestWithdrawn(at.now_ms, request, None, source)], at)
            known[request] = State.WITHDRAWN


def note_seen(ledger: Ledger, request: str, staff: str, at: Moment) -> None:
    """This person has taken note of it: once."""
    found = asked.one_here(ledger.publications.db, request)
    if found is not None and found.is_open and found.seen_ms is None:
        _written(ledger, [RequestSeen(at.now_ms, request, staff)], at)


def answer(ledger: Ledger, key: str, request: str, reply: Reply, staff: str, at: Moment) -> None:
    """The office's answer, which closes it. Raises ActRefused where it is not open."""

    def do() -> bytes:
        found = asked.one_here(ledger.publications.db, request)
        if found is None or not found.is_open:
            raise ActRefused("not-open", "that is not asked any more", hint="Look at the list again.")
        fact = RequestAnswered(at.now_ms, request, reply.verdict, reply.reason, reply.text, staff)
        return _written(ledger, [fact], at)

    once(ledger, key, repr((request, staff, reply)).encode(), at.now_ms, do)


def _written(ledger: Ledger, bodies: Sequence[RequestFact], at: Moment) -> bytes:
    queue.must_stand(ledger)
    ledger.append(bodies, at.instant)
    return b""


def _words(text: str, most: int) -> str:
    words = text.replace("\r\n", "\n").strip()
    if len(words) > most:
        raise ActRefused("long-words", f"more than {most} characters", hint=f"At most {most} characters.")
    if personal(words):
        hint = "Leave names, telephone and ID numbers and mail addresses out."
        raise ActRefused("personal", "there is a number or address in it that could be a person's", hint=hint)
    return words
