"""The official report as values: every figure rounded once, as text, from which paper, spreadsheet and CSV are written
alike. Pure; `report_of` is all of it.

Figures are rounded half up, by whole numbers. What has no figure is None and is said so, never 0 or blank.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from server.followups import FATES
from server.online_counts import FATES as PLACES
from server.opinion import FEWEST_RANKED, Opinion
from server.report_period import Period
from server.scoring import GROUP
from server.spoken import Told
from server.sums import ALL, COUNTER, HOUR, SERVICE, Sum

MONTH, COMPLAINT, FOLLOWUP, ONLINE, LANGUAGE = "month", "complaint", "followup", "online", "language"
SURVEY = "survey"
PARTS = (ALL, SERVICE, HOUR, COUNTER, MONTH, LANGUAGE, SURVEY, COMPLAINT, FOLLOWUP, ONLINE)
WORST = 3
MINUTE_MS = 60_000
HOUR_MS = 3_600_000


class Unit(NamedTuple):
    """`places`: digits behind the point."""

    name: str
    places: int


COUNT, MINUTES, PERCENT, MEAN, HOURS = (
    Unit("count", 0), Unit("minutes", 1), Unit("percent", 2), Unit("mean", 2), Unit("hours", 1),
)  # fmt: skip
_COUNTS = (
    "days", "tickets", "visits", "served", "no_show", "cancelled", "transferred", "carried", "open", "priority",
    "ticketless", "emergency", "by_hand", "missed", "timed", "untimed_carried", "untimed_heard_late",
    "untimed_restated", "uncalled", "judged", "unjudged", "within", "scores",
    "level_5", "level_4", "level_3", "level_2", "level_1", "disputed", "unattached", "unclosed",
)  # fmt: skip
UNITS: Mapping[str, Unit] = {
    **dict.fromkeys(_COUNTS, COUNT),
    **dict.fromkeys(("wait_p50", "wait_p90", "wait_mean", "serve_p50", "serve_p90"), MINUTES),
    **dict.fromkeys(("within_percent", "percent", "answered_percent"), PERCENT),
    **dict.fromkeys(("satisfied_percent", "satisfied_from", "satisfied_to"), PERCENT),
    "mean": MEAN,
    "answers": COUNT,
    "at_work": HOURS,
    "complaints": COUNT,
    "to_answer": COUNT,
    **dict.fromkeys((f"answer_{each}" for each in FATES), COUNT),
    "places": COUNT,
    **dict.fromkeys((f"places_{each}" for each in PLACES), COUNT),
}
"""Every figure that a report has, with its unit."""
OPINION = (
    "scores", "level_5", "level_4", "level_3", "level_2", "level_1", "mean", "percent",
    "satisfied_percent", "satisfied_from", "satisfied_to",
)  # fmt: skip
"""What the scores say: told of GROUP at least, and of no counter, where it would be of whoever sits there."""
OWN = frozenset({"days", "emergency", "at_work", "unclosed"})
"""Known for all together alone."""


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of one thing: `part` and `name` as in server.sums. A figure is text like "12.5"; None: there is none."""

    part: str
    name: str
    figures: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Read:
    """What a report is made of. `sums`: by part and name. `complaints`: by category; `followups`: by why each was
    opened, how many of each fate (server.followups); `online`: places for phones by service, how many of each fate
    (server.online_counts); `languages`: what may be told by language (server.spoken); `survey`: by dimension, of the
    survey, empty where nobody was asked (server.survey). `revision`: of all its days
    together, up by one with every change of a day; `days`: how many of them have figures; `marked`: how many are about
    to be made anew. `as_of_ms`: when the last of them was made."""

    period: Period
    sums: Mapping[str, Mapping[str, Sum]] = field(default_factory=dict)
    complaints: Mapping[str, int] = field(default_factory=dict)
    followups: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    online: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    languages: Mapping[str, Told] = field(default_factory=dict)
    survey: Mapping[str, Opinion | None] = field(default_factory=dict)
    revision: int = 0
    days: int = 0
    marked: int = 0
    as_of_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """`rows`: all figures; `worst`: names of the hours in which people waited longest, the longest first."""

    read: Read
    rows: tuple[Row, ...]
    worst: tuple[str, ...] = ()

    @property
    def whole(self) -> Row:
        """All together."""
        return next(each for each in self.rows if each.part == ALL)

    def of(self, part: str) -> tuple[Row, ...]:
        """The rows of this part, in their order."""
        return tuple(each for each in self.rows if each.part == part)


def report_of(read: Read) -> Report:
    """Every figure of these days."""
    rows = [Row(ALL, "", figures_of(read.sums.get(ALL, {}).get("", Sum()), ALL))]
    for part in (SERVICE, HOUR, COUNTER, MONTH):
        named = sorted(read.sums.get(part, {}).items(), key=lambda each: (len(each[0]) if part == COUNTER else 0, each))
        rows += [Row(part, name, figures_of(each, part)) for name, each in named]
    rows += [Row(LANGUAGE, name, _by_language(told)) for name, told in read.languages.items()]
    rows += [Row(SURVEY, name, _surveyed(of)) for name, of in read.survey.items()]
    rows += [Row(COMPLAINT, name, {"complaints": str(count)}) for name, count in sorted(read.complaints.items())]
    rows += [Row(FOLLOWUP, why, _answers(fates)) for why, fates in sorted(read.followups.items())]
    rows += [Row(ONLINE, service, _places(fates)) for service, fates in sorted(read.online.items())]
    return Report(read, tuple(rows), _worst(read.sums.get(HOUR, {})))


def _by_language(told: Told) -> dict[str, str | None]:
    """The figures of one language, as far as they may be told."""
    waits, opinion = told.waits, told.opinion
    return {
        "visits": None if told.visits is None else str(told.visits),
        "timed": None if waits is None else str(waits.total),
        "wait_p50": None if waits is None else _minutes(waits.quantile(50)),
        "wait_p90": None if waits is None else _minutes(waits.quantile(90)),
        "scores": None if opinion is None else str(opinion.n),
        **_of_five(opinion or Opinion({})),
    }


def _of_five(of: Opinion) -> dict[str, str | None]:
    """The mean of five levels, and it as a share of five."""
    points = sum(level * count for level, count in of.levels.items())
    return {
        "mean": rounded(points, of.n, MEAN.places),
        "percent": rounded(100 * points, 5 * of.n, PERCENT.places),
    }


def _surveyed(of: Opinion | None) -> dict[str, str | None]:
    """The figures of one dimension of the survey; None: too few answers."""
    known = of or Opinion({})
    share, low, high = known.satisfied or (None, None, None)
    return {
        "answers": str(of.n) if of is not None else None,
        **_of_five(known),
        "satisfied_percent": _percent(share),
        "satisfied_from": _percent(low),
        "satisfied_to": _percent(high),
    }


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{100 * share:.{PERCENT.places}f}"


def _answers(fates: Mapping[str, int]) -> dict[str, str | None]:
    """The figures of follow-ups that were opened for one reason."""
    found: dict[str, str | None] = {"to_answer": str(sum(fates.values()))}
    return found | {f"answer_{each}": str(fates[each]) for each in FATES}


def _places(fates: Mapping[str, int]) -> dict[str, str | None]:
    """The figures of the places for phones of one service."""
    found: dict[str, str | None] = {"places": str(sum(fates.values()))}
    return found | {f"places_{each}": str(fates[each]) for each in PLACES}


def figures_of(of: Sum, part: str) -> dict[str, str | None]:
    """The figures of one sum, by key, in the order of UNITS."""
    cell, opinion = of.cell, of.cell.opinion
    untimed = cell.untimed_carried + cell.untimed_heard_late + cell.untimed_restated
    numbers: dict[str, int] = {
        "days": of.days,
        "emergency": of.emergency,
        "unclosed": of.unclosed,
        "visits": cell.visits,
        "timed": cell.timed,
        "uncalled": cell.visits - cell.timed - untimed,
        "unjudged": cell.served - cell.judged,
        "scores": opinion.n,
    }
    found: dict[str, str | None] = {key: str(numbers[key] if key in numbers else getattr(cell, key)) for key in _COUNTS}
    found |= _of_five(opinion) | {
        "wait_p50": _minutes(cell.waits.quantile(50)),
        "wait_p90": _minutes(cell.waits.quantile(90)),
        "wait_mean": rounded(cell.waited_ms, cell.timed * MINUTE_MS, MINUTES.places),
        "serve_p50": _minutes(cell.serves.quantile(50)),
        "serve_p90": _minutes(cell.serves.quantile(90)),
        "within_percent": rounded(100 * cell.within, cell.judged, PERCENT.places),
        "answered_percent": rounded(100 * (opinion.n + opinion.disputed), cell.served, PERCENT.places),
        "at_work": rounded(of.at_work_ms, HOUR_MS, HOURS.places),
    }
    for key, share in zip(OPINION[-3:], opinion.satisfied or (None, None, None), strict=True):
        found[key] = _percent(share)
    if part == COUNTER or opinion.n < GROUP:
        found |= dict.fromkeys(key for key in OPINION if part == COUNTER or key != "scores")
    if part not in (ALL, MONTH):
        hidden = OWN - {"at_work"} if part == HOUR else OWN
        found = {key: value for key, value in found.items() if key not in hidden}
    return {key: found[key] for key in UNITS if key in found}


def rounded(number: int, by: int, places: int) -> str | None:
    """number ÷ by, half up, with so many places; None for a division by nothing. Neither is below nothing."""
    if not by:
        return None
    scaled = (2 * number * 10**places + by) // (2 * by)
    text = f"{scaled:0{places + 1}}"
    return f"{text[:-places]}.{text[-places:]}" if places else text


def _minutes(ms: int | None) -> str | None:
    return None if ms is None else rounded(ms, MINUTE_MS, MINUTES.places)


def _worst(hours: Mapping[str, Sum]) -> tuple[str, ...]:
    """Of the hours with enough waits that are known, those whose ninth of ten waited longest."""
    ranked = [(each.cell.waits.quantile(90) or 0, name) for name, each in hours.items() if enough(each)]
    return tuple(name for _, name in sorted(ranked, key=lambda each: (-each[0], each[1]))[:WORST])


def enough(of: Sum) -> bool:
    """Whether there are enough to be set beside others."""
    return of.cell.timed >= FEWEST_RANKED
