"""Figures in words of a language, ready for the page and the file for a spreadsheet. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from server.chart import distribution
from server.dashboard import Board, Numbers, Row, Satisfaction, Took, change
from server.figure_chart import Columns, beside, columns
from server.figures_words import CHARTED, COUNTS, NOTES, OUTCOMES, REASONS, TABLES, WEEKDAYS
from server.office_name import unheard
from server.opinion import FEWEST_RANKED, Opinion
from server.spoken import Told
from server.survey_words import DIMENSION_WORDS
from server.words import LEVEL_WORDS
from translations import LANGUAGE_NAMES, N_, Catalogue, load
from translations.numerals import MONTHS, buddhist_year, format_date
from translations.numerals import WEEKDAYS as DAYS

# gettext: figures

TOO_FEW = N_("too few")


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure with a large value. `before`: how it was; `by`: the difference, with its sign; `of`: what it is of."""

    title: str
    value: str
    before: str
    by: str | None
    of: str
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """What services and offices are called in this language, by their ids."""

    services: Callable[[str], Any]
    offices: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of (name, row, bar), and charts above them as (caption, drawing). `by`: what the rows are of."""

    by: str
    title: str
    rows: tuple[tuple[Any, Row, Markup], ...]
    charts: tuple[tuple[str, Markup], ...] = ()


def shown(of: Board, names: Names, words: Catalogue) -> dict[str, Any]:
    """What the templates of figures have in common."""
    levels = load(words.language, "pages").gettext
    bars = distribution({level: n for level, n, _ in of.score.levels})
    return {
        "board": of,
        "tiles": tiles(of, words),
        "outcomes": outcomes(of.now, words),
        "opinion": opinion(of, words),
        "bars": [(bar, levels(LEVEL_WORDS[bar.level])) for bar in bars],
        "tables": tables(of, names, words),
        "took": lambda each: took(each, words),
        "share": share,
        "fewest": FEWEST_RANKED,
        "_n": words.ngettext,
    }


def tiles(of: Board, words: Catalogue) -> list[Tile]:
    """Counts, times and shares of the whole period."""
    now, before, _ = of.now, of.before, words.gettext
    minutes = _("{minutes} min")
    found = [
        Tile(
            _(COUNTS[name]),
            f"{now.counts[name]:,}",
            f"{before.counts[name]:,}",
            signed(now.counts[name] - before.counts[name]),
            _(NOTES[name]),
        )
        for name in ("tickets", "missed", "by_hand", "ticketless", "priority")
    ]
    times = []
    for title, mine, old in (
        (_("Wait"), now.wait, before.wait),
        (_("Time at the counter"), now.serve, before.serve),
    ):
        for part, words_of in (("p50", _("half took no longer")), ("p90", _("nine of ten took no longer"))):
            value, then = getattr(mine, part), getattr(old, part)
            by = change(value, mine.n, then, old.n)
            times.append(
                Tile(
                    f"{title}: {words_of}",
                    minutes.format(minutes=number(value)),
                    minutes.format(minutes=number(then)),
                    None if by is None else signed(by),
                    of_visits(mine.n, words),
                    left_out(mine.left_out, words),
                )
            )
    within = Tile(
        _("Within the published time"),
        share(now.within.percent),
        share(before.within.percent),
        _points(change(now.within.percent, now.within.n, before.within.percent, before.within.n), words),
        of_visits(now.within.n, words),
        left_out(now.within.left_out, words),
    )
    if now.emergency or before.emergency:
        by_hand = _("With emergency numbers, by hand"), _("In no other figure. Entered afterwards.")
        found.append(
            Tile(
                by_hand[0],
                str(now.emergency),
                str(before.emergency),
                signed(now.emergency - before.emergency),
                by_hand[1],
            )
        )
    return [found[0], *times, within, *found[1:]]


def of_visits(count: int, words: Catalogue) -> str:
    """Of how many a figure is."""
    return words.ngettext("Of {count} visit.", "Of {count} visits.", count).format(count=f"{count:,}")


def outcomes(of: Numbers, words: Catalogue) -> list[tuple[str, str, int]]:
    """(what became of them, how many, in a hundred) of all visits."""
    return [(words.gettext(OUTCOMES[name]), f"{n:,}", part) for name, n, part in of.outcomes]


def tables(of: Board, names: Names, words: Catalogue) -> list[Table]:
    """Every table with its charts."""
    made = []
    for by in TABLES:
        rows = of.tables.get(by, ())
        if not rows:
            continue
        most = max(row.numbers.counts["visits"] for row in rows)
        told = tuple(
            (row_name(by, row.name, names, words), row, beside(row.numbers.counts["visits"], most)) for row in rows
        )
        title = words.gettext(TABLES[by])
        made.append(Table(by, title, told, _charts(title, by, rows, words) if by in CHARTED else ()))
    return made


def row_name(by: str, name: str, names: Names, words: Catalogue, *, short: bool = False) -> Any:
    """What a row is called; `short`: below a column of a chart."""
    language = words.language
    match by:
        case "service":
            return names.services(name)
        case "office":
            return names.offices.get(name) or unheard(name, language)
        case "counter":
            return words.gettext("Counter {number}").format(number=name)
        case "hour":
            return name if short else f"{name}:00"
        case "weekday":
            return words.gettext(WEEKDAYS[int(name)]) if short else DAYS[language][int(name)]
        case "month":
            return f"{int(name[5:])}" if short else month_name(name, language)
    day = date.fromisoformat(name)
    weekday = words.gettext(WEEKDAYS[day.weekday()])
    return f"{day.day}" if short else f"{weekday} {format_date(day, language, month=False)}"


def month_name(month: str, language: str) -> str:
    """A month (YYYY-MM) in words, with the year as it is written in this language."""
    day = date.fromisoformat(f"{month}-01")
    return f"{MONTHS[language][day.month - 1]} {buddhist_year(day) if language == 'th' else day.year}"


def opinion(of: Board, words: Catalogue) -> list[Tile]:
    """Mean, ร้อยละ, the share of the satisfied and of those who answered."""
    now, old, _ = of.score, of.score_before, words.gettext
    few = _("fewer than five scores")

    def tile(title: str, value: str | None, before: str | None, by: str | None, note: str) -> Tile:
        return Tile(title, value or few, before or few, by, note)

    count = words.ngettext("Of {count} score.", "Of {count} scores.", now.n).format(count=f"{now.n:,}")
    satisfied, before = now.satisfied, old.satisfied
    interval = ""
    if satisfied is not None:
        interval = _("With 95 % certainty between {low} and {high} %.").format(low=satisfied[1], high=satisfied[2])
    return [
        tile(
            _("Mean of five levels"),
            _told(now.mean, "{:.2f}"),
            _told(old.mean, "{:.2f}"),
            _difference(now.mean, old.mean, now, old),
            count,
        ),
        tile(
            _("Mean as a share of five"),
            _told(now.percent, "{:.1f} %"),
            _told(old.percent, "{:.1f} %"),
            _points(change(now.percent, now.n, old.percent, old.n), words),
            count,
        ),
        tile(
            _("Most or very satisfied"),
            None if satisfied is None else f"{satisfied[0]} %",
            None if before is None else f"{before[0]} %",
            _points(change(satisfied and satisfied[0], now.n, before and before[0], old.n), words),
            f"{count} {interval}".strip(),
        ),
        Tile(
            _("Services that were scored"),
            share(now.answered),
            share(old.answered),
            _points(change(now.answered, now.served, old.answered, old.served), words),
            _("Of {count} that were served.").format(count=f"{now.served:,}"),
        ),
    ]


def surveyed(told: Mapping[str, Opinion | None], language: str) -> list[tuple[str, Opinion | None]]:
    """(what the dimension is called, what its answers say: None, too few) of each that was asked."""
    words = load(language, "report").gettext
    return [(words(DIMENSION_WORDS.get(name, name)), of) for name, of in told.items()]


def spoken(of: Mapping[str, Told], words: Catalogue) -> list[tuple[str, str, str, str]]:
    """(language, visits, wait, mean as a share of five) of what may be told by language; a dash for what may not."""
    rows = []
    for name, told in of.items():
        shown = LANGUAGE_NAMES.get(name) or words.gettext("another language, or not on record")
        visits = "–" if told.visits is None else f"{told.visits:,}"
        halves = None if told.waits is None else [told.waits.quantile(each) for each in (50, 90)]
        wait = "–" if halves is None else " · ".join(number(round((each or 0) / 60_000, 1)) for each in halves)
        percent = None if told.opinion is None else told.opinion.percent
        rows.append((shown, visits, wait, "–" if percent is None else f"{percent:.1f} %"))
    return rows


def left_out(of: tuple[tuple[str, int], ...], words: Catalogue) -> str:
    """What is not in a figure, and why."""
    if not of:
        return words.gettext("Nothing is left out.")
    told = ", ".join(f"{words.gettext(REASONS[why])} {n:,}" for why, n in of)
    return words.gettext("Left out: {reasons}.").format(reasons=told)


def took(of: Took, words: Catalogue) -> tuple[str, str]:
    """(half and nine of ten, of how many) for a table."""
    if of.p50 is None:
        return words.gettext(TOO_FEW), f"{of.n:,}"
    return f"{number(of.p50)} · {number(of.p90)}", f"{of.n:,}"


def number(of: float | None) -> str:
    """A number as it is written everywhere: a point, no zero behind it where it is whole by
    rounding, thousands apart."""
    return "–" if of is None else f"{of:,.12g}"


def share(of: int | None) -> str:
    """A part in a hundred."""
    return "–" if of is None else f"{of} %"


def signed(of: float) -> str:
    """A difference with its sign."""
    return "±0" if not of else f"{'+' if of > 0 else '−'}{abs(of):,g}"


def _points(by: float | None, words: Catalogue) -> str | None:
    return None if by is None else words.gettext("{difference} points").format(difference=signed(by))


def _difference(now: float | None, before: float | None, of: Satisfaction, old: Satisfaction) -> str | None:
    if now is None or before is None or min(of.n, old.n) < FEWEST_RANKED:
        return None
    return signed(round(now - before, 2))


def _told(of: float | None, how: str) -> str | None:
    return None if of is None else how.format(of)


def _charts(title: str, by: str, rows: tuple[Row, ...], words: Catalogue) -> tuple[tuple[str, Markup], ...]:
    """Visits; waits; of hours the counters at work, too. Each says its largest: the rest stands in the table."""
    _, nobody = words.gettext, Names(str, {})
    labels = [str(row_name(by, row.name, nobody, words, short=True)) for row in rows]
    names = [str(row_name(by, row.name, nobody, words)) for row in rows]

    def chart(caption: str, front: list[float | None], behind: list[float | None] | None = None) -> tuple[str, Markup]:
        most = max(((value, -at) for at, value in enumerate(behind or front) if value is not None), default=None)
        words_of = f"{title}. {caption}."
        if most is not None:
            top = _("Most at {name}: {value}. All figures are in the table below.")
            words_of += " " + top.format(name=names[-most[1]], value=number(most[0]))
        return caption, columns(Columns(labels, front, behind or ()), words_of)

    found = [chart(_("Visits"), [float(row.numbers.counts["visits"]) for row in rows])]
    if any(row.numbers.wait.p50 is not None for row in rows):
        caption = _("Wait in minutes: dark, half; pale, nine of ten")
        found.append(chart(caption, [r.numbers.wait.p50 for r in rows], [r.numbers.wait.p90 for r in rows]))
    if by == "hour":
        found.append(chart(_("Counters at work on an average day"), [row.counters for row in rows]))
    return tuple(found)
