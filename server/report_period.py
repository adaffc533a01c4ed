"""Which days a report is of: a month, a quarter, a fiscal year of Thailand. Pure."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from server.errors import NoSuchPeriod
from translations import N_, load
from translations.numerals import BUDDHIST_YEARS_AHEAD, MONTHS

# gettext: report

FISCAL_BEGINS = 10
"""October: fiscal year 2570 of the Buddhist era is October 2569 to September 2570."""


@dataclass(frozen=True, slots=True)
class Period:
    """`text`: as it was asked for; `first` and `last` day, both included."""

    text: str
    first: date
    last: date

    @property
    def months(self) -> tuple["Period", ...]:
        """The months in it."""
        found, at = [], self.first
        while at <= self.last:
            found.append(_months(f"{at.year:04}-{at.month:02}", at.year, at.month, 1))
            at = found[-1].last + timedelta(days=1)
        return tuple(found)


def period_of(text: str) -> Period:
    """`2026-11` a month, `2026-Q4` a quarter of the calendar, `FY2570` a fiscal year. Raises NoSuchPeriod."""
    try:
        if found := re.fullmatch(r"(\d{4})-(\d{2})", text):
            return _months(text, int(found[1]), int(found[2]), 1)
        if found := re.fullmatch(r"(\d{4})-Q([1-4])", text):
            return _months(text, int(found[1]), 3 * int(found[2]) - 2, 3)
        if found := re.fullmatch(r"FY(\d{4})", text):
            return _months(text, int(found[1]) - BUDDHIST_YEARS_AHEAD - 1, FISCAL_BEGINS, 12)
    except ValueError:
        pass
    hint = "Write a month like 2026-11, a quarter like 2026-Q4 or a fiscal year (พ.ศ.) like FY2570."
    raise NoSuchPeriod(f"{text!r} is no month, quarter or fiscal year", hint=hint)


def _months(text: str, year: int, month: int, count: int) -> Period:
    end_year, end_month = divmod(year * 12 + month - 1 + count - 1, 12)
    last = date(end_year, end_month + 1, calendar.monthrange(end_year, end_month + 1)[1])
    return Period(text, date(year, month, 1), last)


def period_words(period: Period, language: str) -> str:
    """What it is called: the year is that of the Buddhist era in Thai."""
    words, text = load(language, "report"), period.text
    if text.startswith("FY"):
        year = int(text[2:])
        return words.gettext("Fiscal year {year}").format(
            year=year if language == "th" else year - BUDDHIST_YEARS_AHEAD
        )
    year = period.first.year + (BUDDHIST_YEARS_AHEAD if language == "th" else 0)
    if "Q" in text:
        return words.gettext("Quarter {number} of {year}").format(number=text[-1], year=year)
    return words.gettext(MONTH_OF).format(month=MONTHS[language][period.first.month - 1], year=year)


MONTH_OF = N_("{month} {year}")
