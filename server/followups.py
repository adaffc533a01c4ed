"""What the office owes an answer to: opened by every complaint and every alert on scores, due DAYS calendar days later.

A small machine (server.episodes.STEPS): opened, assigned, answered, closed. The text of an answer lies in a table
beside the record and can be erased; the record holds its salted digest. No citizen's name, number or address belongs
into it, and what looks like one is refused (`personal`).
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from server import episodes
from server.alerts import SCORES
from server.episodes import Followup, may
from server.errors import ActRefused
from server.ledger import Ledger
from server.once import once
from server.queue import Moment
from sync.body import FactName
from sync.clock import office_day
from sync.facts_alerts import FollowupAnswered, FollowupAssigned, FollowupClosed, FollowupOpened
from sync.types import Seq, UtcMs
from translations import LANGUAGES

DAYS = 15
"""Calendar days, as China's 好差评 has it for a bad score."""
COMPLAINT = "complaint"
WHYS = (COMPLAINT, *sorted(SCORES))
IN_TIME, LATE, WAITING, OVERDUE = FATES = ("in_time", "late", "waiting", "overdue")
MOST_CHARACTERS = 2000
SALT_BYTES = 16
_JOINED = re.compile(r"\d{7,}")
_SPACED = re.compile(r"\d(?:[ ().\u00a0\u2010-\u2015-]{0,3}\d){8,}")
_INVISIBLE = "Cf"
"""Characters that show nothing: put between digits, they would hide a number from the rule and from nobody else."""
Step = FollowupAssigned | FollowupAnswered | FollowupClosed


@dataclass(frozen=True, slots=True)
class Answer:
    """`inside`: for the office; `outside`: what may be told to everybody, by language, empty: nothing."""

    inside: str
    outside: Mapping[str, str] = field(default_factory=dict)

    def digest(self, salt: bytes) -> str:
        """What the record holds of it, hex."""
        told = [part for language in sorted(self.outside) for part in (language, self.outside[language])]
        return hashlib.sha256(salt + "\0".join((self.inside, *told)).encode()).hexdigest()


def left(of: Followup, today: date) -> int:
    """How many days are left for an answer; below 0: so many too late."""
    return (date.fromisoformat(of.due) - today).days


def fate(of: Followup, zone: ZoneInfo, today: date) -> str:
    """What became of it: one of FATES."""
    if of.answered_ms is not None:
        return IN_TIME if office_day(of.answered_ms, zone) <= date.fromisoformat(of.due) else LATE
    return WAITING if left(of, today) >= 0 else OVERDUE


def counted(
    every: Iterable[Followup], zone: ZoneInfo, first: date, last: date, today: date
) -> dict[str, dict[str, int]]:
    """Of those that were opened from the day `first` to `last`: how many of each fate, by why they were opened."""
    found: dict[str, dict[str, int]] = {}
    for each in every:
        if first <= office_day(each.opened_ms, zone) <= last:
            found.setdefault(each.why, dict.fromkeys(FATES, 0))[fate(each, zone, today)] += 1
    return found


def personal(text: str) -> bool:
    """Whether something in it looks like the number or the address of a person: seven digits in one, nine with spaces,
    points or hyphens between them, in any script's digits; an @."""
    shown = "".join(each for each in text if unicodedata.category(each) != _INVISIBLE)
    plain = "".join(str(unicodedata.digit(each)) if each.isdigit() else each for each in shown)
    return "@" in plain or bool(_JOINED.search(plain) or _SPACED.search(plain))


def judged(inside: str, outside: Mapping[str, str]) -> Answer:
    """The answer as it is kept; `outside` by language, as it was filled in. Raises ActRefused."""
    told = {language: _plain(outside.get(language, "")) for language in LANGUAGES}
    answer = Answer(_plain(inside), {language: text for language, text in told.items() if text})
    if not answer.inside:
        raise ActRefused("no-answer", "the answer is empty", hint="Write what was found and done.")
    texts = (answer.inside, *answer.outside.values())
    if max(map(len, texts)) > MOST_CHARACTERS:
        raise ActRefused("long-answer", "the answer is too long", hint=f"At most {MOST_CHARACTERS} characters each.")
    if any(map(personal, texts)):
        hint = "Leave names, telephone and ID numbers and mail addresses out."
        raise ActRefused("personal", "there is a number or address in it that could be a person's", hint=hint)
    return answer


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def open_for(ledger: Ledger, seq: Seq, why: str, about: str, at: Moment) -> None:
    """The fact at `seq` of this server's own journal is to be answered. Within a transaction."""
    of, due = FactName(ledger.own_next()[0], seq), date.fromisoformat(at.day) + timedelta(days=DAYS)
    ledger.append([FollowupOpened(at.now_ms, of, why, about, due.isoformat())], at.instant)


# Acts. Each within a transaction, done once for its key. Raise ActRefused. --------------------------------------------


def assign(ledger: Ledger, key: str, name: FactName, to: str, staff: str, at: Moment) -> None:
    """`to` answers it from here on."""
    _act(ledger, key, FollowupAssigned(at.now_ms, name, to, staff), at)


def answer(ledger: Ledger, key: str, name: FactName, text: Answer, salt: bytes, staff: str, at: Moment) -> None:
    """It is answered. A later answer takes the place of the one before, whose text is erased."""

    def beside(before: Followup) -> None:
        if before.digest:
            ledger.episodes.erase(before.digest)
        ledger.episodes.keep(text.digest(salt), salt, text.inside, text.outside, at.now_ms)

    fact = FollowupAnswered(at.now_ms, name, text.digest(salt), staff)
    _act(ledger, key, fact, at, words=f"{name} {staff} {text.digest(b'')}", beside=beside)


def close(ledger: Ledger, key: str, name: FactName, staff: str, at: Moment) -> None:
    """Nothing more is to be done."""
    _act(ledger, key, FollowupClosed(at.now_ms, name, staff), at)


def _act(
    ledger: Ledger,
    key: str,
    body: Step,
    at: Moment,
    words: str = "",
    beside: Callable[[Followup], None] = lambda before: None,
) -> None:
    """`beside`: what is done beside the record, handed the follow-up as it stood."""

    def do() -> bytes:
        before = _known(ledger, body.followup)
        if not may(before, body.kind):
            raise ActRefused("no-step", f"no {body.kind} now", hint="Look at it again: somebody else was faster.")
        beside(before)
        ledger.append([body], at.instant)
        return b""

    said = words or repr(replace(body, now_ms=UtcMs(0)))
    once(ledger, key, f"{body.kind} {said}".encode(), at.now_ms, do)


def _known(ledger: Ledger, name: FactName) -> Followup:
    found = episodes.followups_of(ledger.episodes.one(name))
    if len(found) != 1 or found[0].office is not None:
        raise ActRefused("no-followup", "there is no such follow-up here", hint="Look at the list again.")
    return found[0]
