"""The report as a spreadsheet and as CSV: the same figures as on paper, number by number."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from server.report import PARTS, UNITS, Report, Row
from server.report_period import period_words
from server.report_words import Setting, head, label
from server.spreadsheet import harmless, workbook
from translations import N_

# gettext: report

COLUMNS = ("part", "name", "label", "figure", "unit", "value")
"""Of the tidy table: one figure a line. `value` is empty where there is none."""
TITLES = {
    "all": N_("All together"),
    "service": N_("By service"),
    "hour": N_("By hour of arrival"),
    "counter": N_("By counter"),
    "month": N_("By month"),
    "language": N_("By language, of ten people and more"),
    "survey": N_("Survey by dimension, of thirty answers and more; not the scores of the buttons"),
    "complaint": N_("Complaints"),
    "followup": N_("Answers to complaints and alerts"),
    "online": N_("Places asked for from phones"),
}
SHEETS = {
    "language": N_("By language"),
    "survey": N_("Survey by dimension"),
    "followup": N_("Answers to complaints"),
}
"""Shorter, on the tab of a sheet: a spreadsheet takes names of up to LONGEST signs."""
LONGEST = 31
WIDTHS = (12, 34, 34, 20, 10, 16)
"""Of the tidy table's columns, in digits."""


def tidy(report: Report, setting: Setting) -> list[tuple[str, str, str, str, str, str]]:
    """Every figure of the report, one a line, after what it is made from."""
    read = report.read
    made = {
        "first": read.period.first.isoformat(), "last": read.period.last.isoformat(), "revision": str(read.revision),
        "days": str(read.days), "days_being_made_anew": str(read.marked), "worst_hours": " ".join(report.worst),
        "made": setting.now.isoformat(timespec="seconds"),
    }  # fmt: skip
    rows = [("report", read.period.text, setting.office_name, key, "", value) for key, value in made.items()]
    for row in report.rows:
        name = label(row, setting)
        rows += [(row.part, row.name, name, key, UNITS[key].name, value or "") for key, value in row.figures.items()]
    return rows


def csv_of(report: Report, setting: Setting) -> bytes:
    """UTF-8 with a byte order mark, without which Excel takes it for another encoding. A text that a spreadsheet would
    take for a formula has an apostrophe before it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([harmless(each) for each in row] for row in tidy(report, setting))
    return out.getvalue().encode("utf-8-sig")


def xlsx_of(
    report: Report, setting: Setting, more: Sequence[tuple[str, Sequence[str], Sequence[Sequence[str]]]] = ()
) -> bytes:
    """One sheet a part, figures as numbers, and the tidy table. `more`: sheets of texts before them, as (title, heads,
    rows)."""
    out = io.BytesIO()
    book, bold = workbook(out)
    book.set_properties({"title": _title(report, setting), "created": setting.now.replace(tzinfo=None)})
    formats = {places: book.add_format({"num_format": _shape(places)}) for places in range(3)}
    for title, heads, lines in more:
        _texts(book, title, heads, lines, bold)
    for part in PARTS:
        rows = report.of(part)
        if rows:
            _sheet(book, part, rows, report, setting, formats, bold)
    sheet = book.add_worksheet("data")
    sheet.write_row(0, 0, COLUMNS, bold)
    for line, row in enumerate(tidy(report, setting), 1):
        sheet.write_row(line, 0, row[:-1])
        _figure(sheet, line, len(row) - 1, row[3], row[-1] or None, formats)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def _texts(book: Any, title: str, heads: Sequence[str], lines: Sequence[Sequence[str]], bold: Any) -> None:
    sheet, wrapped = book.add_worksheet(title[:LONGEST]), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_row(0, 0, heads, bold)
    for number, line in enumerate(lines, 1):
        for column, text in enumerate(line):
            sheet.write_string(number, column, text, wrapped)
    sheet.set_column(0, len(heads) - 2, 30)
    sheet.set_column(len(heads) - 1, len(heads) - 1, 80)
    sheet.freeze_panes(1, 0)


def _sheet(
    book: Any, part: str, rows: Sequence[Row], report: Report, setting: Setting, formats: dict[int, Any], bold: Any
) -> None:
    sheet = book.add_worksheet(setting.said(SHEETS.get(part, TITLES[part]))[:LONGEST])
    sheet.write(0, 0, _title(report, setting), bold)
    keys = list(rows[0].figures)
    if part == "all":
        for line, key in enumerate(keys, 2):
            sheet.write(line, 0, head(key, setting))
            _figure(sheet, line, 1, key, rows[0].figures[key], formats)
        sheet.set_column(0, 0, 52)
        return
    sheet.write_row(2, 1, [head(key, setting) for key in keys], bold)
    for line, row in enumerate(rows, 3):
        sheet.write(line, 0, label(row, setting))
        for column, key in enumerate(keys, 1):
            _figure(sheet, line, column, key, row.figures[key], formats)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, len(keys), 14)
    sheet.freeze_panes(3, 1)


def _figure(sheet: Any, line: int, column: int, key: str, value: str | None, formats: dict[int, Any]) -> None:
    """A number as a number, to as many places as it was rounded to; nothing where there is none."""
    if value is None:
        return
    if key in UNITS:
        sheet.write_number(line, column, float(value), formats[UNITS[key].places])
    else:
        sheet.write_string(line, column, value)


def _title(report: Report, setting: Setting) -> str:
    return f"{setting.office_name}: {period_words(report.read.period, setting.language)}"


def _shape(places: int) -> str:
    return "#,##0" + ("." + "0" * places if places else "")
