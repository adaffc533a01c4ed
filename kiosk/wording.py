"""The codes of what can be wrong, in words for citizens. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

from kiosk.screen_types import Wait
from sync.catalogue import Fee, Service, ServiceText, baht
from translations import N_, Catalogue, load
from translations.numerals import format_date, weekday_name

REASONS: Mapping[str, str] = {
    "paper-out": N_("The printer has no paper"),
    "cover-open": N_("The printer cover is open"),
    "cutter": N_("The paper cutter is jammed"),
    "mechanism": N_("The printer is jammed"),
    "overheated": N_("The printer is too hot"),
    "offline": N_("The printer is not ready"),
    "unreachable": N_("The printer does not answer"),
    "disk-full": N_("The memory is full"),
    "disk-read-only": N_("The memory cannot be written"),
    "disk-failed": N_("The memory cannot be written"),
    "config": N_("The settings cannot be read"),
    "unpaired": N_("The office does not know this machine yet"),
    "not-started": N_("The ticket could not be printed"),
    "interrupted": N_("The ticket could not be printed"),
    "uncertain": N_("It is not certain that the ticket was printed"),
}

PASSED: Mapping[str, str] = {
    "priority": N_("priority ticket"),
    "returned": N_("called before and came back"),
    "carried-over": N_("waiting since an earlier day"),
    "other-service": N_("for another service"),
    "transferred": N_("sent on from another counter"),
    "cap": N_("had let others go first as often as the rule allows"),
    "by-hand": N_("called by staff, the reason is on record"),
    "not-known": N_("called before the office had this number"),
}
"""Why a ticket was called before one that was taken earlier."""
PASSED_ELSE = N_("went first for another reason")
REFUSED: Mapping[str, str] = {
    "number": N_("No such number from this machine today"),
    "code": N_("The code does not belong to this number"),
    "wait": N_("Too many tries: please wait a minute"),
    "elsewhere": N_("This number is from another machine: please ask there, or at a counter"),
    "no-place": N_("This code is not known here today: please take a ticket"),
    "used": N_("A ticket was already made with this code"),
    "over": N_("The time of this code is over: please take a ticket"),
    "shut": N_("This service gives no numbers now"),
}
"""Why a number or its code found no ticket, or the code of an online place made none."""
REFUSED_SHORT: Mapping[str, str] = {
    "number": N_("Not found"),
    "code": N_("Wrong code"),
    "wait": N_("Wait a minute"),
    "elsewhere": N_("Other machine"),
    "no-place": N_("Not known"),
    "used": N_("Used already"),
    "over": N_("Time is over"),
    "shut": N_("Closed now"),
}
"""The same where there is little room."""


_BEFORE_ITS_UNIT = re.compile(r"(?<=\d) (?=[^\W\d_]|%)|(?<=×) (?=\d)")


@lru_cache(maxsize=4096)
def unparted(text: str) -> str:
    """The text as it is broken into lines: no number is parted from the word behind it, such as its unit.

    Catalogues of offices are full of numbers, so that this is done to all texts and not asked of whoever writes them.
    """
    return _BEFORE_ITS_UNIT.sub("\u00a0", text)


def texts(language: str) -> Catalogue:
    """The kiosk's texts in a language."""
    return load(language, "kiosk")


def reason(code: str, language: str) -> str:
    """What is wrong; a code that is not known here says that tickets cannot be given."""
    return texts(language).gettext(REASONS.get(code, N_("Tickets cannot be given right now")))


def fee(value: Fee, text: ServiceText, language: str) -> str:
    """The fee as a citizen reads it; "none" is said."""
    spoken = texts(language)
    if value == "none":
        return spoken.gettext("none")
    if value == "varies":
        return text.fee_note or spoken.gettext("none")
    return spoken.gettext("{amount} baht").format(amount=baht(value))


def minutes(count: int, language: str) -> str:
    """The standard time."""
    return texts(language).ngettext("{minutes} minute", "{minutes} minutes", count).format(minutes=count)


def fee_short(value: Fee, language: str) -> str:
    """The fee in a few letters: a card's second line."""
    spoken = texts(language)
    if value == "none":
        return spoken.gettext("No fee")
    if value == "varies":
        return spoken.gettext("Fee varies")
    return spoken.gettext("{amount} baht").format(amount=baht(value))


def fact_labels(each: Service, language: str) -> tuple[str, ...]:
    """Fee and standard time on a card, the fullest first."""
    spoken, text = texts(language), each.text(language)
    lasting, short = minutes(each.minutes, language), fee_short(each.fee, language)
    full = short if each.fee in ("none", "varies") else f"{spoken.gettext('Fee')} {fee(each.fee, text, language)}"
    return f"{full} · {lasting}", f"{short} · {lasting}", lasting


def chosen_name(name: str, language: str) -> str:
    """For the ear: the one that is chosen."""
    return texts(language).gettext("{name}, chosen").format(name=name)


def cases(count: int, language: str) -> str:
    """So many cases of one service."""
    return texts(language).ngettext("{count} case", "{count} cases", count).format(count=count)


def services(count: int, language: str) -> str:
    """So many services on one visit."""
    return texts(language).ngettext("{count} service", "{count} services", count).format(count=count)


def take_labels(count: int, language: str) -> tuple[str, ...]:
    """What *take* says for so many services, the fullest first; of several always how many."""
    spoken = texts(language)
    if count < 2:
        return (spoken.gettext("Take a ticket"),)
    full = spoken.ngettext("Take one ticket for {count} service", "Take one ticket for {count} services", count)
    several = services(count, language)
    return full.format(count=count), f"{spoken.gettext('Take a ticket')} ({several})", several, str(count)


def visit_labels(errands: Sequence[tuple[ServiceText, int]], language: str) -> tuple[str, ...]:
    """What has been chosen, each with its cases where there are several: in full, shorter, as a number."""

    def named(*, short: bool) -> str:
        names = [((text.short if short else None) or text.name, count) for text, count in errands]
        return " · ".join(f"{name} × {count}" if count > 1 else name for name, count in names)

    return named(short=False), named(short=True), services(len(errands), language), str(len(errands))


def people_before(count: int, language: str) -> str:
    """How many people are called before."""
    spoken = texts(language)
    if count == 0:
        return spoken.gettext("Nobody before it")
    return spoken.ngettext("{count} person before it", "{count} people before it", count).format(count=count)


def expected_wait(low: int, high: int, language: str) -> str:
    """The waiting range, which no line breaks."""
    told = texts(language).gettext("Expected wait: {least}–{most} minutes").format(least=low, most=high)
    return told.replace("–", "\u2060–\u2060")


def foretold(wait: Wait, language: str) -> tuple[str, ...]:
    """What whoever takes a ticket has before them, the fullest first."""
    minutes = expected_wait(wait.low, wait.high, language)
    return (minutes,) if wait.ahead is None else (f"{people_before(wait.ahead, language)} · {minutes}", minutes)


def passed(code: str, language: str) -> str:
    """Why a ticket went first."""
    return texts(language).gettext(PASSED.get(code, PASSED_ELSE))


def in_full(day: str, language: str) -> str:
    """An office day (YYYY-MM-DD) with the day of the week."""
    found = date.fromisoformat(day)
    return f"{weekday_name(found, language)} {format_date(found, language)}"


def called_first(day: str, language: str) -> str:
    """Of a number that was carried over to this office day (YYYY-MM-DD)."""
    return texts(language).gettext("Called first on {date}").format(date=in_full(day, language))


def refusal(code: str, language: str, *, short: bool = False) -> str:
    """Why what was typed found no ticket."""
    known = REFUSED_SHORT if short else REFUSED
    return texts(language).gettext(known.get(code, known["number"]))


def spelled(label: str) -> str:
    """A ticket's number or a code for the ear, sign by sign in any language: "A012" → "A 0 1 2"."""
    return " ".join(label.replace(" ", ""))
