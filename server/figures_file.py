"""The same tables as a file for spreadsheets: CSV with a byte order mark, so that they take it for UTF-8. Pure."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

from server.dashboard import OUTCOMES, Board, Numbers, Satisfaction
from server.figures_view import Names, row_name
from server.figures_words import COUNTS, REASONS, TABLES
from server.figures_words import OUTCOMES as OUTCOME_WORDS
from translations import N_, Catalogue

# gettext: figures

HEADINGS = (
    N_("Table"),
    N_("Name"),
    N_("Visits"),
)
TIMES = (
    N_("Wait, minutes: half"),
    N_("Wait, minutes: nine of ten"),
    N_("Wait: of how many"),
    N_("At the counter, minutes: half"),
    N_("At the counter, minutes: nine of ten"),
    N_("At the counter: of how many"),
    N_("Within the published time, percent"),
    N_("Within the published time: of how many"),
    N_("Counters at work on an average day"),
)
SCORES = (N_("Scores"), N_("Mean of five levels"), N_("Mean as a share of five"))
_WAIT_REASONS = ("uncalled", "carried", "heard-late", "restated")


def as_csv(of: Board, names: Names, words: Catalogue) -> bytes:
    """Every table below the other, all together first."""
    _ = words.gettext
    out = io.StringIO(newline="")
    write = csv.writer(out, lineterminator="\r\n").writerow
    write(_headings(words))
    for title, numbers, score in (
        (_("This period"), of.now, of.score),
        (_("The period before"), of.before, of.score_before),
    ):
        write(_row(_("All together"), title, numbers, None, score))
    for by in TABLES:
        for row in of.tables.get(by, ()):
            name = row_name(by, row.name, names, words)
            write(_row(_(TABLES[by]), name, row.numbers, row.counters, row.score))
    return "\ufeff".encode() + out.getvalue().encode("utf-8")


def _headings(words: Catalogue) -> list[str]:
    _ = words.gettext
    waits = [f"{_('Wait')}, {_(REASONS[why])}" for why in _WAIT_REASONS]
    counts = [_(COUNTS[each]) for each in COUNTS]
    outcomes = [_(OUTCOME_WORDS[each]) for each in OUTCOMES]
    return [*map(_, HEADINGS), *outcomes, *counts, *map(_, TIMES), *waits, *map(_, SCORES)]


def _row(
    table: str, name: Any, numbers: Numbers, counters: float | None, score: Satisfaction | None
) -> Iterable[str | float | int | None]:
    wait, serve, within = numbers.wait, numbers.serve, numbers.within
    left = dict(wait.left_out)
    return [
        table,
        plain(name),
        numbers.counts["visits"],
        *(numbers.counts[each] for each in OUTCOMES),
        *(numbers.counts[each] for each in COUNTS),
        *(wait.p50, wait.p90, wait.n),
        *(serve.p50, serve.p90, serve.n),
        *(within.percent, within.n),
        counters,
        *(left.get(why, 0) for why in _WAIT_REASONS),
        *((None, None, None) if score is None else (score.n, score.mean, score.percent)),
    ]


def plain(name: Any) -> str:
    """A name as text. One that a spreadsheet would take for a formula gets a sign before it that it does not show."""
    text = name.striptags() if isinstance(name, Markup) else str(name)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
