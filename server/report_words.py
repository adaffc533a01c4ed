"""The words of a report: what its figures and their names are called. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from server.console_proof_words import COMPLAINT as COMPLAINTS
from server.report import COMPLAINT, FOLLOWUP, LANGUAGE, MEAN, MINUTES, MONTH, ONLINE, PERCENT, SURVEY, UNITS, Row
from server.report_period import period_of, period_words
from server.sums import COUNTER, HOUR, SERVICE
from server.survey_words import DIMENSION_WORDS
from translations import LANGUAGE_NAMES, N_, load
from translations.numerals import local_digits

# gettext: report


Words = str | tuple[str, str]
"""A text, or the ones for one and for several."""


@dataclass(frozen=True, slots=True)
class Setting:
    """`office` and `services`: names by language, and of services by id, too. `now`: in the office's time."""

    office: Mapping[str, str]
    services: Mapping[str, Mapping[str, str]]
    language: str
    now: datetime
    local_digits: bool = False

    def said(self, msgid: str, **values: str) -> str:
        """A text of the domain `report` with these values."""
        return self.digits(load(self.language, "report").gettext(msgid).format(**values))

    def counted(self, words: Words, count: str | None) -> str:
        """A text that names a count, whose thousands stand apart."""
        catalogue, count = load(self.language, "report"), count or "0"
        text = catalogue.gettext(words) if isinstance(words, str) else catalogue.ngettext(*words, int(count))
        return self.digits(text.format(count=self.number(count)))

    def number(self, figure: str) -> str:
        """A figure with its thousands apart, in the digits that were asked for."""
        whole, point, rest = figure.partition(".")
        return self.digits(f"{int(whole):,}{point}{rest}")

    def digits(self, text: str) -> str:
        """In the digits of the language, where that was asked for."""
        return local_digits(text, self.language) if self.local_digits else text

    @property
    def office_name(self) -> str:
        """The office's name."""
        return self.office.get(self.language) or next(iter(self.office.values()))


LABELS: Mapping[str, str] = {
    "days": N_("Office days with figures"),
    "tickets": N_("Queue tickets"),
    "visits": N_("Visits"),
    "served": N_("Served"),
    "no_show": N_("Did not come when called"),
    "cancelled": N_("Cancelled"),
    "transferred": N_("Sent to another service"),
    "carried": N_("Carried over to another day"),
    "open": N_("Unserved at closing"),
    "priority": N_("With priority"),
    "ticketless": N_("Served without a ticket"),
    "emergency": N_("Served with emergency numbers"),
    "by_hand": N_("Called by hand, not by the rule"),
    "missed": N_("Calls to which nobody came"),
    "timed": N_("Waits that are known"),
    "untimed_carried": N_("Waits not known: carried over from another day"),
    "untimed_heard_late": N_("Waits not known: the clock of the kiosk was not known"),
    "untimed_restated": N_("Waits not known: before the office was restored"),
    "uncalled": N_("Never called"),
    "wait_p50": N_("Half waited at most"),
    "wait_p90": N_("Nine of ten waited at most"),
    "wait_mean": N_("Mean wait"),
    "serve_p50": N_("Half were at the counter at most"),
    "serve_p90": N_("Nine of ten were at the counter at most"),
    "judged": N_("Served whose standard time is known"),
    "unjudged": N_("Served whose time or standard time is not known"),
    "within": N_("Served within the standard time"),
    "within_percent": N_("Within the standard time"),
    "scores": N_("Scores"),
    "answers": N_("Answers"),
    "level_5": N_("most satisfied"),
    "level_4": N_("very satisfied"),
    "level_3": N_("moderately satisfied"),
    "level_2": N_("slightly satisfied"),
    "level_1": N_("least satisfied"),
    "mean": N_("Mean score of five"),
    "percent": N_("Satisfaction"),
    "satisfied_percent": N_("Satisfied: the two best levels"),
    "satisfied_from": N_("Satisfied: from (95 %)"),
    "satisfied_to": N_("Satisfied: to (95 %)"),
    "disputed": N_("Visits with several scores"),
    "unattached": N_("Scores of no visit"),
    "answered_percent": N_("Response rate"),
    "at_work": N_("Hours of counters at work"),
    "unclosed": N_("Counters opened and not closed"),
    "complaints": N_("Complaints"),
    "to_answer": N_("To be answered within 15 days"),
    "answer_in_time": N_("Answered in time"),
    "answer_late": N_("Answered too late"),
    "answer_waiting": N_("Not answered yet, in time"),
    "answer_overdue": N_("Overdue"),
    "places": N_("Asked for"),
    "places_counted": N_("Counted from when they were asked for"),
    "places_void": N_("Not counted: run out, or beyond the share"),
    "places_unused": N_("Nobody came"),
}
"""Every figure's name. The scale is worded as on the kiosk's buttons."""

WHYS: Mapping[str, str] = {
    "complaint": N_("Complaints"),
    "scores-counter": N_("Alerts on scores of a counter"),
    "scores-service": N_("Alerts on scores of a service"),
}
"""Why something is to be answered (server.followups.WHYS)."""

UNIT_WORDS = {MINUTES.name: N_("{number} min"), PERCENT.name: N_("{number} %"), MEAN.name: N_("{number} of 5")}
NO_FIGURE = N_("no figure")


def shown(key: str, value: str | None, setting: Setting) -> str:
    """A figure with its unit, as it is printed."""
    if value is None:
        return setting.said(NO_FIGURE)
    number = setting.number(value)
    if key == "percent" and setting.language == "th":  # as Thai reports write it: the word before the number
        return setting.said(PERCENT_FIRST, number=number)
    words = UNIT_WORDS.get(UNITS[key].name)
    return setting.said(words, number=number) if words else number


PERCENT_FIRST = N_("{number} percent")
HEADS = {MINUTES.name: N_("{label} (min)"), PERCENT.name: N_("{label} (%)")}
"""Of a column, whose figures stand without their unit."""


def head(key: str, setting: Setting) -> str:
    """The head of a column of this figure."""
    words, named = HEADS.get(UNITS[key].name), setting.said(LABELS[key])
    return named if words is None or "%" in named else setting.said(words, label=named)


def label(row: Row, setting: Setting) -> str:
    """What a row is of."""
    match row.part:
        case str(part) if part in (SERVICE, ONLINE):
            names = setting.services.get(row.name, {})
            return names.get(setting.language) or row.name or setting.said(N_("no service"))
        case str(part) if part == HOUR:
            return setting.digits(f"{row.name}:00–{row.name}:59")
        case str(part) if part == COUNTER:
            return setting.digits(row.name) if row.name != "0" else setting.said(N_("never called"))
        case str(part) if part == MONTH:
            return setting.digits(period_words(period_of(row.name), setting.language))
        case str(part) if part == COMPLAINT:
            return load(setting.language, "audit").gettext(COMPLAINTS.get(row.name, row.name))
        case str(part) if part == LANGUAGE:
            return LANGUAGE_NAMES.get(row.name) or setting.said(N_("another language, or not on record"))
        case str(part) if part == SURVEY:
            return load(setting.language, "report").gettext(DIMENSION_WORDS.get(row.name, row.name))
        case str(part) if part == FOLLOWUP:
            return load(setting.language, "report").gettext(WHYS.get(row.name, row.name))
    return setting.said(N_("All together"))
