"""The report as the data of a printed paper (templates/report.typ): page 1 for a councillor, then tables. Pure.

Beside every figure stands what is left out of it and why.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from fonts.tokens import load as load_tokens
from server.opinion import FEWEST_RANKED
from server.report import COMPLAINT, FOLLOWUP, LANGUAGE, MONTH, ONLINE, SURVEY, Report, Row
from server.report_period import period_words
from server.report_tables import TITLES
from server.report_words import LABELS, Setting, Words, head, label, shown
from server.scoring import GROUP
from server.sums import COUNTER, HOUR, SERVICE
from translations import N_
from translations.numerals import format_date, format_time

# gettext: report

PAINTS = ("ink", "ink_soft", "sunken", "rule", "primary", "on_primary")
Sign = dict[str, Any]

UNTIMED: Mapping[str, Words] = {
    "untimed_carried": N_("{count} carried over from another day"),
    "untimed_heard_late": N_("{count} from a kiosk whose clock was not known"),
    "untimed_restated": N_("{count} from before the office was restored"),
    "uncalled": N_("{count} never called"),
}
"""Why a wait is not among those that are known."""
WAITS = ("wait_p50", "wait_p90")
TABLES: Mapping[str, tuple[str, ...]] = {
    SERVICE: ("visits", "served", "no_show", *WAITS, "within_percent", "scores", "percent"),
    HOUR: ("visits", "served", *WAITS, "within_percent", "at_work"),
    COUNTER: ("visits", "served", *WAITS, "serve_p50", "within_percent", "ticketless", "by_hand"),
    MONTH: ("days", "tickets", "served", *WAITS, "within_percent", "scores", "percent", "answered_percent"),
    LANGUAGE: ("visits", "timed", "wait_p50", "wait_p90", "scores", "mean", "percent"),
    SURVEY: ("answers", "mean", "percent", "satisfied_percent", "satisfied_from", "satisfied_to"),
    COMPLAINT: ("complaints",),
    FOLLOWUP: ("to_answer", "answer_in_time", "answer_late", "answer_waiting", "answer_overdue"),
    ONLINE: ("places", "places_counted", "places_void", "places_unused"),
}
"""What the tables after page 1 tell. The spreadsheet has all figures of each part."""
FATES = ("served", "no_show", "cancelled", "transferred", "carried", "open")
BESIDE = ("ticketless", "emergency", "by_hand", "missed", "priority")


def paper(report: Report, setting: Setting) -> Sign:
    """All that the template reads."""
    return {
        "language": setting.language,
        "digits": setting.digits("0123456789"),
        "office": setting.office_name,
        "title": setting.said(N_("Report on service")),
        "period": setting.digits(period_words(report.read.period, setting.language)),
        "span": setting.said(
            N_("{first} to {last}"),
            first=_date(report.read.period.first, setting),
            last=_date(report.read.period.last, setting),
        ),
        "made": _made(report, setting),
        "colours": {name: getattr(load_tokens().colour, name) for name in PAINTS},
        "cards": _cards(report.whole, setting),
        "blocks": [
            _fates(report.whole, setting),
            _worst(report, setting),
            _scores(report.whole, setting),
            _rest(report, setting),
        ],
        "notes": _notes(report, setting),
        "tables": [_table(part, report, setting) for part in TABLES if report.of(part)],
    }


def _made(report: Report, setting: Setting) -> str:
    read = report.read
    when = f"{_date(setting.now, setting)} {_time(setting.now, setting)}"
    text = setting.said(
        N_("Made on {when}. Office days: {days}. Revision {revision}."),
        when=when, days=setting.number(str(read.days)), revision=setting.number(str(read.revision)),
    )  # fmt: skip
    if read.marked:
        text += " " + setting.counted(
            (
                N_("Of {count} day the figures are being made anew: ask again later."),
                "Of {count} days the figures are being made anew: ask again later.",
            ),
            str(read.marked),
        )
    return text


def _cards(whole: Row, setting: Setting) -> list[Sign]:
    """The six figures that come first, with how many each is of and what is left out of it."""
    figures = whole.figures
    tickets = [setting.counted(words, figures[key]) for key, words in COUNTED_SO.items() if figures[key] != "0"]
    beside = {"tickets": tickets}
    for key, (of, words, reasons) in OF.items():
        beside[key] = [setting.counted(words, figures[of]), *_left_out(figures, reasons, setting)]
    return [
        {"label": setting.said(LABELS[key]), "value": shown(key, figures[key], setting), "beside": lines}
        for key, lines in beside.items()
    ]


COUNTED_SO: Mapping[str, str] = {
    "carried": N_("{count} carried over, who are counted on both days"),
    "ticketless": N_("{count} more served without a ticket"),
    "emergency": N_("{count} more served with emergency numbers"),
}
"""What has to be known of the count of tickets."""
_WAITS = (N_("{count} wait is known"), "{count} waits are known")
_KNOWN: tuple[str, Words, Mapping[str, Words]] = ("timed", _WAITS, UNTIMED)
_OF_NO_VISIT = (N_("{count} score of no visit"), "{count} scores of no visit")
OF: Mapping[str, tuple[str, Words, Mapping[str, Words]]] = {
    "wait_p50": _KNOWN,
    "wait_p90": _KNOWN,
    "within_percent": (
        "judged",
        N_("of {count} served whose standard time is known"),
        {"unjudged": N_("{count} whose time or standard time is not known")},
    ),
    "percent": (
        "scores",
        (N_("{count} score"), "{count} scores"),
        {
            "disputed": (N_("{count} visit with several scores"), "{count} visits with several scores"),
            "unattached": _OF_NO_VISIT,
        },
    ),
    "answered_percent": (
        "served",
        N_("of {count} served"),
        {"unattached": _OF_NO_VISIT},
    ),
}
"""Of a figure: how many it is of, in words, and what is left out of it."""


def _left_out(figures: Mapping[str, str | None], reasons: Mapping[str, Words], setting: Setting) -> list[str]:
    """What is not in a figure, by reason; that nothing is, where that is so."""
    found = [setting.counted(words, figures[key]) for key, words in reasons.items() if figures[key] != "0"]
    if not found:
        return [setting.said(N_("nothing left out"))]
    return [setting.said(N_("not in it: {what}"), what=", ".join(found))]


def _fates(whole: Row, setting: Setting) -> Sign:
    lines = [_line(key, whole, setting) for key in FATES]
    return {
        "title": setting.counted(
            (N_("What became of {count} visit"), "What became of {count} visits"), whole.figures["visits"]
        ),
        "lines": lines,
    }


def _rest(report: Report, setting: Setting) -> Sign:
    lines = [_line(key, report.whole, setting) for key in (*BESIDE, "at_work", "unclosed")]
    complaints = sum(int(each.figures["complaints"] or 0) for each in report.of(COMPLAINT))
    lines.append({"label": setting.said(LABELS["complaints"]), "value": shown("complaints", str(complaints), setting)})
    return {"title": setting.said(N_("Beside that")), "lines": lines}


def _scores(whole: Row, setting: Setting) -> Sign:
    keys = ("level_5", "level_4", "level_3", "level_2", "level_1", "mean")
    lines = [_line(key, whole, setting) for key in keys]
    figures = whole.figures
    if figures["satisfied_percent"] is not None:
        span = setting.said(
            N_("{share} ({low}–{high})"),
            share=shown("satisfied_percent", figures["satisfied_percent"], setting),
            low=setting.digits(figures["satisfied_from"] or ""),
            high=setting.digits(figures["satisfied_to"] or ""),
        )
        lines.append({"label": setting.said(N_("Satisfied, with the interval of 95 %")), "value": span})
    return {"title": setting.said(N_("Scores")), "lines": lines}


def _worst(report: Report, setting: Setting) -> Sign:
    hours = {row.name: row for row in report.of(HOUR)}
    lines = [
        {"label": label(hours[name], setting), "value": shown("wait_p90", hours[name].figures["wait_p90"], setting)}
        for name in report.worst
    ]
    few = setting.counted(
        N_("No hour has {count} waits that are known: none is set before others."), str(FEWEST_RANKED)
    )
    return {
        "title": setting.said(N_("Hours with the longest waits (nine of ten waited at most)")),
        "lines": lines or [{"label": few, "value": ""}],
    }


def _line(key: str, row: Row, setting: Setting) -> Sign:
    return {"label": setting.said(LABELS[key]), "value": shown(key, row.figures[key], setting)}


def _notes(report: Report, setting: Setting) -> list[str]:
    return [
        setting.said(N_("A visit is one service of one ticket.")),
        setting.said(N_("Waits are told within 4.5 %; the share within the standard time is counted exactly.")),
        setting.said(
            N_("Satisfaction is the mean of five levels as a part of five. The scale is that of the kiosk's buttons.")
        ),
        setting.counted(N_("Scores are told where there are {count} at least, and of no single counter."), str(GROUP)),
        setting.counted(N_("Nothing is ranked by fewer than {count}."), str(FEWEST_RANKED)),
    ]


def _table(part: str, report: Report, setting: Setting) -> Sign:
    rows = [row for row in report.of(part) if row.figures.keys() & {"complaints"} or row.name]
    return table(setting.said(TITLES[part]), rows, TABLES[part], setting)


def table(title: str, rows: Sequence[Row], keys: Sequence[str], setting: Setting) -> Sign:
    """A table of these figures."""
    return {
        "title": title,
        "columns": [head(key, setting) for key in keys],
        "rows": [[label(row, setting), *(_cell(key, row, setting) for key in keys)] for row in rows],
    }


def _cell(key: str, row: Row, setting: Setting) -> str:
    """Without its unit, which the column's head names; a dash where there is none."""
    value = row.figures.get(key)
    return "–" if value is None else setting.number(value)


def _date(day: Any, setting: Setting) -> str:
    return format_date(day, setting.language, digits="local" if setting.local_digits else "latin")


def _time(now: datetime, setting: Setting) -> str:
    return format_time(now, setting.language, digits="local" if setting.local_digits else "latin")
