"""The words of alerts and follow-ups, for pages, mails and webhooks. Texts of the domain `alerts`."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from server.alerts import Code
from server.console_proof_words import COMPLAINT as CATEGORIES
from server.followups import COMPLAINT
from server.office_name import unheard
from server.people import Role
from translations import N_, load
from translations.numerals import format_date

# gettext: alerts

LINKS = (("/alerts", N_("Alerts"), Role.SUPERVISOR), ("/followups", N_("Follow-up"), Role.SUPERVISOR))
"""As server.console_pages.LINKS."""

SAYS: Mapping[str, str] = {
    Code.SCORES_COUNTER.value: N_("Low scores at counter {about}: the last ones have a mean of {value}, below {bound}"),
    Code.SCORES_SERVICE.value: N_("Low scores for {about}: the last ones have a mean of {value}, below {bound}"),
    Code.WAITING.value: N_("A long wait for {about}: {value} minutes, more than {bound}"),
    Code.MACHINE_SILENT.value: N_("Nothing was heard of the machine for {bound} minutes: {about}"),
    Code.OFFICE_SILENT.value: N_("Nothing was heard of the office for {bound} hours: {about}"),
    Code.PAPER.value: N_("No paper: {about}"),
    Code.BACKUP.value: N_("No verified backup for more than {bound} hours"),
    Code.FORKED.value: N_("A machine's card was copied or restored: {about}"),
    Code.AUDIT.value: N_("Calls that are not by the rule on {about}: {value}"),
    Code.OVERDUE.value: N_("A complaint or an alert on scores was not answered in time"),
    Code.LEDGER.value: N_("The server cannot write"),
}
_MEANS = (Code.SCORES_COUNTER.value, Code.SCORES_SERVICE.value)
"""Their values are hundredths of a level."""
_SCORES = N_("Look what happened there, and answer it under Follow-up. It is told half an hour late.")
REMEDY: Mapping[str, str] = {
    **dict.fromkeys(_MEANS, _SCORES),
    Code.WAITING.value: N_("Open another counter for this service, or tell the hall how long it takes."),
    Code.MACHINE_SILENT.value: N_("Look whether it has power and network. What it took meanwhile is not lost."),
    Code.OFFICE_SILENT.value: N_("Call the office. What it does meanwhile is not lost."),
    Code.PAPER.value: N_("Put a new roll in."),
    Code.BACKUP.value: N_("Connect the backup disk. The reason is above every page of the console."),
    Code.FORKED.value: N_("Look who has both cards. The machine goes on under a new record."),
    Code.AUDIT.value: N_("Look at the replay of that day on the public pages."),
    Code.OVERDUE.value: N_("Answer it under Follow-up."),
    Code.LEDGER.value: N_("Its disk is full, away or broken. Until it writes again nobody can be called."),
}
"""What to do about it."""
_OTHER = N_("Something that this release does not know")

WHYS: Mapping[str, str] = {
    COMPLAINT: N_("Complaint: {about}"),
    Code.SCORES_COUNTER.value: N_("Low scores at counter {about}"),
    Code.SCORES_SERVICE.value: N_("Low scores for {about}"),
}
REFUSED: Mapping[str, str] = {
    "no-answer": N_("Write what was found and done."),
    "long-answer": N_("This is too long: 2000 characters at most."),
    "personal": N_("This has a number or an address in it that could be a person's. Leave those out."),
    "no-step": N_("Somebody else was faster. This is how it stands now."),
    "no-clock": N_("The server does not know the time yet. Its clock has to be set first."),
    "not-listed": N_("Choose one from the list."),
}
OTHER = N_("Load this page anew and try again.")
ELSEWHERE = N_("somebody of that office")


@dataclass(frozen=True, slots=True)
class Names:
    """Names by id: of services and offices by language, of machines where they stand."""

    services: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    offices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, code: str, about: str, language: str) -> str:
        """What an alert with this code is about, as people call it."""
        if code == Code.SCORES_COUNTER.value:
            return about
        if code == Code.AUDIT.value:
            with suppress(ValueError):
                return format_date(date.fromisoformat(about), language)
        named = self.services.get(about) or self.offices.get(about) or {}
        return named.get(language) or named.get("th") or self.places.get(about) or about[:40]


def office_named(names: Names, office: str, language: str) -> str:
    """What an office is called; of one that never said so as in the list of offices."""
    named = names.of("", office, language)
    return named if named != office else unheard(office, language)


def by_whom(people: Mapping[str, str], staff: str | None, language: str) -> str:
    """Who of this server's people it was; those of another office are known there alone. Empty: nobody."""
    return people.get(staff, load(language, "alerts").gettext(ELSEWHERE)) if staff else ""


def alert_words(code: str, about: str, value: int, bound: int, names: Names, language: str) -> str:
    """What is wrong, in one sentence."""
    words = load(language, "alerts").gettext
    shown = [f"{each / 100:.2f}" if code in _MEANS else str(each) for each in (value, bound)]
    return words(SAYS.get(code, _OTHER)).format(about=names.of(code, about, language), value=shown[0], bound=shown[1])


def remedy(code: str, language: str) -> str:
    """What to do."""
    return load(language, "alerts").gettext(REMEDY.get(code, _OTHER))


def why_words(why: str, about: str, names: Names, language: str) -> str:
    """What a follow-up is about."""
    words = load(language, "alerts").gettext
    named = load(language, "audit").gettext(CATEGORIES.get(about, about)) if why == COMPLAINT else None
    return words(WHYS.get(why, _OTHER)).format(about=named or names.of(why, about, language))
