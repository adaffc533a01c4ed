# gettext: audit
"""What an audit says of a day on which the office was restored from an old copy: what came back, and what did not."""

from collections.abc import Callable

from server.audit_reading import DayAudit, Told
from sync.audit import Gap
from sync.types import UtcMs
from translations import N_, Catalogue

RESTORED = N_("The office was restored from an old copy of its record. This was found out at {time}.")
BACK = N_(
    "Facts {first} to {last} of journal {journal} had been lost and come from the copies on the machines ({place}). "
    "A signature of the office's key {key} vouches for them up to fact {vouched}."
)
ASIDE = N_("Facts {first} to {last} of journal {journal} were written on the old copy before this was known.")
HERE = N_("Facts {first} to {last} of journal {journal} lie in the office's own record.")
GAP = N_(
    "Not recoverable: from {begin} to {end} (facts {first} to {last} of journal {journal}). "
    "What was done then counts nowhere as in order."
)
WAIVED = N_("At {time} a supervisor had the office go on without what was missing, or might have been.")
PLACES = N_(
    "Places from phones that were asked for in that time are not known: whoever came with one got an ordinary ticket."
)
UNKNOWN = N_("time not known")
SHORT = 8
"""So many digits tell journals and keys apart in a sentence."""


def restored_words(day: DayAudit, words: Catalogue, when: Callable[[UtcMs], str]) -> list[str]:
    """The sentences, in order; none on any other day. `when` writes a moment."""
    restored = [words.gettext(RESTORED).format(time=when(each)) for each in day.restored]
    parts = [sentence for each in day.parts for sentence in _part(each, words)]
    waived = [words.gettext(WAIVED).format(time=when(each)) for each in day.waived]
    places = [words.gettext(PLACES)] if day.gaps and day.places else []
    return [*restored, *parts, *(_gap(each, words, when) for each in day.gaps), *places, *waived]


def _part(part: Told, words: Catalogue) -> list[str]:
    values = {"journal": part.journal[:SHORT], "key": part.key[:SHORT], "vouched": part.vouched}
    if part.aside:
        return [words.gettext(ASIDE).format(first=part.first, last=part.last, **values)]
    if part.back is None:
        return [words.gettext(HERE).format(first=part.first, last=part.last, **values)]
    first, last = part.back
    back = words.gettext(BACK).format(first=first, last=last, place=part.place or "–", **values)
    if first == part.first:
        return [back]
    return [words.gettext(HERE).format(first=part.first, last=first - 1, **values), back]


def _gap(gap: Gap, words: Catalogue, when: Callable[[UtcMs], str]) -> str:
    begin = when(gap.from_ms) if gap.from_ms is not None else words.gettext(UNKNOWN)
    return words.gettext(GAP).format(
        begin=begin, end=when(gap.to_ms), first=gap.first, last=gap.last, journal=gap.journal[:SHORT]
    )
