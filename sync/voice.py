"""Which calls are spoken, in which languages, how fully: a queue of announcements. Pure; clocks are passed in.

A call is spoken in the ticket's language first, then in the office's order. The more calls wait to be spoken, the less
is said of each: whoever hears a number half a minute late has already looked at the display.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from sync.body import TicketName
from sync.calendar import Period, minute_of
from sync.live import Live
from sync.phrases import ORDER, sentence
from sync.tickets import QueueTicket, Status

SHORTENED = ((1, len(ORDER)), (2, 2), (4, 1))
"""(calls to speak, this one among them; languages): with more calls only the chime. A language takes about five
seconds: the fifth of five calls at once is spoken in full after some 25 seconds, not after a minute."""
CLIP_GAP_MS = 40
"""Between two clips of a sentence: they are cut close, and speech has hardly a gap."""
LANGUAGE_GAP_MS = 350
CALL_GAP_MS = 900
"""Silence after a call, so that the next chime is heard as a new one."""

Key: TypeAlias = tuple[TicketName, int, int]
"""A call or a recall: the ticket, when it was called, how often again."""
Length: TypeAlias = Callable[[str, str], int | None]
"""Milliseconds of a clip of a language, None where there is none."""


@dataclass(frozen=True, slots=True)
class Call:
    """A number that is called. `language`: of the ticket, None: not known."""

    key: Key
    label: str
    counter: int
    language: str | None


@dataclass(frozen=True, slots=True)
class Say:
    """What is spoken now after the chime: sentences of (language, clip). None: the chime alone."""

    call: Call
    sentences: tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True, slots=True)
class Voice:
    """`known`: calls that were spoken, are to be, or never will; `until_ms`: when what is being said ends."""

    known: frozenset[Key] = frozenset()
    pending: tuple[Call, ...] = ()
    until_ms: int = 0

    @classmethod
    def silent(cls, live: Live) -> "Voice":
        """A voice that begins now: what was called before it began is on the display and not spoken again."""
        return cls(frozenset(key_of(each) for each in called(live)))


def called(live: Live) -> list[QueueTicket]:
    """The tickets that are called now, in the order they were last called out."""
    return sorted((each for each in live.tickets.values() if each.status is Status.CALLED), key=_when)


def _when(ticket: QueueTicket) -> int:
    return ticket.said_ms or 0


def key_of(ticket: QueueTicket) -> Key:
    """This call of it, or recall."""
    return ticket.name, ticket.called_ms or 0, ticket.recalls


def hear(voice: Voice, live: Live, languages: Mapping[TicketName, str]) -> Voice:
    """The queue as it stands now: new calls and recalls join, whoever has come or was taken back drops out.

    A number that is called again before it was spoken keeps its place and is spoken once.
    """
    now = {each.name: each for each in called(live)}
    keys = {key_of(each) for each in now.values()}
    pending = [_call(now[each.key[0]], languages, each.language) for each in voice.pending if each.key[0] in now]
    waiting = {each.key[0] for each in pending}
    fresh = [each for each in now.values() if key_of(each) not in voice.known and each.name not in waiting]
    pending += [_call(each, languages, None) for each in fresh]
    return replace(voice, known=frozenset(keys), pending=tuple(pending))


def _call(ticket: QueueTicket, languages: Mapping[TicketName, str], known: str | None) -> Call:
    return Call(key_of(ticket), ticket.label, ticket.counter or 0, languages.get(ticket.name, known))


def speak(
    voice: Voice,
    now_ms: int,
    order: Sequence[str],
    length: Length,
    chime_ms: int,
    *,
    quiet: bool = False,
    shortened: Sequence[tuple[int, int]] = SHORTENED,
) -> tuple[Voice, Say | None]:
    """What to say now: None while something is being said, where nothing is to be, and in quiet hours."""
    if quiet:
        return replace(voice, pending=()), None
    if not voice.pending or now_ms < voice.until_ms:
        return voice, None
    call, *rest = voice.pending
    most = next((languages for calls, languages in shortened if len(voice.pending) <= calls), 0)
    sentences: list[tuple[tuple[str, str], ...]] = []
    lasts = chime_ms
    for language in _order(call.language, order):
        if len(sentences) == most:
            break
        clips = sentence(language, call.label, call.counter)
        lengths = [length(language, clip) for clip in clips]
        if None in lengths or not clips:
            continue  # never half a sentence
        sentences.append(tuple((language, clip) for clip in clips))
        lasts += sum(each + CLIP_GAP_MS for each in lengths if each is not None) + LANGUAGE_GAP_MS
    after = replace(voice, pending=tuple(rest), until_ms=now_ms + lasts + CALL_GAP_MS)
    return after, Say(call, tuple(sentences))


def _order(own: str | None, order: Sequence[str]) -> list[str]:
    return [each for each in (own, *(each for each in order if each != own)) if each is not None]


def is_quiet(hours: Sequence[Period], now: datetime) -> bool:
    """Whether this moment on the office's wall lies in the quiet hours; 22:00-24:00 and 00:00-07:00 are two periods."""
    return any(each.holds(minute_of(now)) for each in hours)
