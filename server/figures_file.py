"""The same tables as files for spreadsheets: CSV with a byte order mark, so that they take it for UTF-8, and XLSX, a
sheet for each table. Pure."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from markupsafe import Markup

from server.dashboard import OUTCOMES, Board, Numbers, Satisfaction
from server.figures_view import Names, row_name
from server.figures_words import COUNTS, REASONS, TABLES
from server.figures_words import OUTCOMES as OUTCOME_WORDS
from server.spreadsheet import harmless, workbook
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
    out = io.StringIO(newline="")
    write = csv.writer(out, lineterminator="\r\n").writerow
    write(_headings(words))
    for table, name, *figures in _rows(of, names, words):
        write([table, harmless(name), *figures])
    return "\ufeff".encode() + out.getvalue().encode("utf-8")


def as_xlsx(of: Board, names: Names, words: Catalogue) -> bytes:
    """A sheet for each table, numbers as numbers; what is not told is empty."""
    out = io.BytesIO()
    book, head = workbook(out)
    _table, *headings = _headings(words)
    for table, rows in groupby(_rows(of, names, words), key=itemgetter(0)):
        sheet = book.add_worksheet(_NO_SHEET.sub(" ", table)[:31])
        sheet.write_row(0, 0, headings, head)
        for line, (_, name, *figures) in enumerate(rows, 1):
            sheet.write_string(line, 0, name)
            sheet.write_row(line, 1, figures)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, len(headings) - 1, 13)
        sheet.freeze_panes(1, 1)
    book.close()
    return out.getvalue()


Line = tuple[str, str, *tuple[str | float | int | None, ...]]


def _rows(of: Board, names: Names, words: Catalogue) -> Iterator[Line]:
    _ = words.gettext
    for title, numbers, score in (
        (_("This period"), of.now, of.score),
        (_("The period before"), of.before, of.score_before),
    ):
        yield _row(_("All together"), title, numbers, None, score)
    for by in TABLES:
        for row in of.tables.get(by, ()):
            name = row_name(by, row.name, names, words)
            yield _row(_(TABLES[by]), name, row.numbers, row.counters, row.score)


def _headings(words: Catalogue) -> list[str]:
    _ = words.gettext
    waits = [f"{_('Wait')}, {_(REASONS[why])}" for why in _WAIT_REASONS]
    counts = [_(COUNTS[each]) for each in COUNTS]
    outcomes = [_(OUTCOME_WORDS[each]) for each in OUTCOMES]
    return [*map(_, HEADINGS), *outcomes, *counts, *map(_, TIMES), *waits, *map(_, SCORES)]


def _row(table: str, name: Any, numbers: Numbers, counters: float | None, score: Satisfaction | None) -> Line:
    wait, serve, within = numbers.wait, numbers.serve, numbers.within
    left = dict(wait.left_out)
    return (
        table,
        name.striptags() if isinstance(name, Markup) else str(name),
        numbers.counts["visits"],
        *(numbers.counts[each] for each in OUTCOMES),
        *(numbers.counts[each] for each in COUNTS),
        *(wait.p50, wait.p90, wait.n),
        *(serve.p50, serve.p90, serve.n),
        *(within.percent, within.n),
        counters,
        *(left.get(why, 0) for why in _WAIT_REASONS),
        *((None, None, None) if score is None else (score.n, score.mean, score.percent)),
    )


_NO_SHEET = re.compile(r"[\[\]:*?/\\']")
"""What the name of a sheet may not have."""
