"""The evidence file of a fiscal year for assessments of public offices (ITA, LPA): the official report with what is
published of each service, and which part answers which item. Pure.

The numbers of the items change every year: they are data (server/ita.toml), and one that nobody entered is said so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.errors import ConfigError, PaperFailed
from server.report import COMPLAINT, FOLLOWUP, MONTH, SURVEY, Report, Row
from server.report_paper import TABLES as REPORTED
from server.report_paper import Sign, paper, table
from server.report_words import Setting
from server.signs import facts_of, foot_of
from server.sums import SERVICE
from sync.errors import CatalogueError
from sync.errors import ConfigError as SyncConfigError
from sync.services import Catalogue, Service
from sync.strict_toml import Key, Table, Text, Whole, parse, read
from translations import N_

# gettext: report

SERVICES, STATISTICS, SLA, SATISFACTION, DIMENSIONS, COMPLAINTS, ANSWERS = PARTS = (
    "services", "statistics", "sla", "satisfaction", "dimensions", "complaints", "followup",
)  # fmt: skip
TITLES: Mapping[str, str] = {
    SERVICES: N_("What is published of each service"),
    STATISTICS: N_("Statistics of service, month by month"),
    SLA: N_("Served within the standard time"),
    SATISFACTION: N_("Satisfaction by service"),
    DIMENSIONS: N_("Survey by dimension, of thirty answers and more; not the scores of the buttons"),
    COMPLAINTS: N_("Complaints"),
    ANSWERS: N_("Answers to complaints and alerts"),
}
TABLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    STATISTICS: (MONTH, ("days", "tickets", "visits", "served", "no_show", "wait_p50", "wait_p90")),
    SLA: (SERVICE, ("served", "judged", "within", "within_percent", "unjudged")),
    SATISFACTION: (SERVICE, ("scores", "level_5", "level_4", "level_3", "level_2", "level_1", "mean", "percent")),
    DIMENSIONS: (SURVEY, REPORTED[SURVEY]),
    COMPLAINTS: (COMPLAINT, REPORTED[COMPLAINT]),
    ANSWERS: (FOLLOWUP, REPORTED[FOLLOWUP]),
}
"""Of each part with figures: the rows of the report, and their columns."""
ITEM_HEADS = (N_("Item of the ITA"), N_("Item of the LPA"))
NOT_ENTERED = N_("not entered")
NOTHING = N_("There was none in this time.")


@dataclass(frozen=True, slots=True)
class Items:
    """The numbers of the items that each part answers; one that is not in it has none. `year`: พ.ศ., None: not said."""

    year: int | None = None
    ita: Mapping[str, str] = field(default_factory=dict)
    lpa: Mapping[str, str] = field(default_factory=dict)


_ITEM = Table((Key("ita", Text(), "the item of the ITA", None), Key("lpa", Text(), "the item of the LPA", None)))
_NONE = {"ita": None, "lpa": None}
_SHAPE = Table(
    (
        Key("fiscal_year", Whole(2500, 2700), "the fiscal year (พ.ศ.) whose numbers these are", None),
        *(Key(each, _ITEM, "the section of its items", _NONE) for each in PARTS),
    )
)


def items_of(data: bytes, year: int) -> Items:
    """The numbers in this file. Raises ConfigError, also where they are of another year."""
    try:
        values = read(parse(data), _SHAPE)
    except SyncConfigError as error:
        raise ConfigError(str(error), hint=error.hint, line=error.line) from error
    said = values["fiscal_year"]
    if said is not None and said != year:
        hint = "The numbers change every year: write those of this year, or leave them out."
        raise ConfigError(f"these items are of the fiscal year {said}, not of {year}", hint=hint)
    ita, lpa = ({part: values[part][of] for part in PARTS if values[part][of]} for of in ("ita", "lpa"))
    return Items(said, ita, lpa)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the file is made of."""

    report: Report
    catalogue: Catalogue
    items: Items

    @property
    def asked(self) -> bool:
        """Whether anybody answered a survey: without one nothing is said of it."""
        return bool(self.report.of(SURVEY))


def index(of: Evidence, setting: Setting) -> list[tuple[str, str, str]]:
    """(part, item of the ITA, item of the LPA), one line a part."""
    blank = setting.said(NOT_ENTERED)
    return [
        (setting.said(TITLES[part]), of.items.ita.get(part, blank), of.items.lpa.get(part, blank))
        for part in PARTS
        if part != DIMENSIONS or of.asked
    ]


def published(service: Service, setting: Setting) -> list[tuple[str, str]]:
    """(label, value) of all that has to be said of a service; several lines in one where there are several steps or
    documents. Nothing is blank: "none" is said. Raises PaperFailed where the catalogue has no texts in it."""
    try:
        text = service.text(setting.language)
        steps = [f"{number}. {each}" for number, each in enumerate(text.steps, 1)]
        documents = [f"{each.text} ({each.when})" if each.when else each.text for each in text.documents]
        facts = [*facts_of(service, setting.language), *foot_of(service, setting.language)]
    except CatalogueError as error:
        raise PaperFailed(str(error), hint=error.hint) from error
    none = setting.said(N_("none"))
    found = [
        (setting.said(N_("Name")), text.name),
        (setting.said(N_("Steps")), "\n".join(steps) or none),
        (setting.said(N_("Documents")), "\n".join(documents) or none),
        *facts,
    ]
    return [(label, setting.digits(value) or none) for label, value in found]


def evidence_paper(of: Evidence, setting: Setting) -> Sign:
    """The data of the PDF: page 1 of the report, the index, a table a part, then the services."""
    made = paper(of.report, setting)
    items = {
        "title": setting.said(N_("What answers which item of the assessment")),
        "columns": [setting.said(each) for each in ITEM_HEADS],
        "rows": [list(line) for line in index(of, setting)],
    }
    return made | {
        "title": setting.said(N_("Evidence of service")),
        "tables": [items, *_tables(of, setting)],
        "services": {
            "title": setting.said(TITLES[SERVICES]),
            "each": [
                {"name": each.text(setting.language).name, "lines": _lines(each, setting)}
                for each in of.catalogue.services
            ],
        },
    }


def _tables(of: Evidence, setting: Setting) -> list[Sign]:
    return [_table(part, of.report, setting) for part in TABLES if part != DIMENSIONS or of.asked]


def _table(part: str, report: Report, setting: Setting) -> Sign:
    rows_of, keys = TABLES[part]
    rows: tuple[Row, ...] = report.of(rows_of)
    made = table(setting.said(TITLES[part]), rows, keys, setting)
    return made if rows else made | {"columns": [], "rows": [[setting.said(NOTHING)]]}


def _lines(service: Service, setting: Setting) -> list[dict[str, Any]]:
    return [{"label": label, "value": value.split("\n")} for label, value in published(service, setting)]
