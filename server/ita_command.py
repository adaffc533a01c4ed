"""The command `report --ita`: the evidence file of a fiscal year as PDF or XLSX. It only reads."""

from datetime import datetime
from pathlib import Path

from server.config import ServerConfig
from server.errors import ConfigError, ExportFailed, NoSuchPeriod
from server.ita import ITEM_HEADS, Evidence, Items, evidence_paper, index, items_of, published
from server.report_command import EVERY, Order, keep, report_and_setting
from server.report_words import Setting
from server.sign_command import shown
from translations import N_

# gettext: report

SHIPPED = Path(__file__).parent / "ita.toml"
SUFFIXES = (".pdf", ".xlsx")


def write_ita(config: ServerConfig, folder: Path, order: Order, items: Path | None, now: datetime) -> str:
    """Write the evidence file of the fiscal year `order.month` into order.out; what was done, in words.

    `items`: the file with the numbers of the items, None: the one that ships, which has none.

    Raises NoSuchPeriod, ExportFailed, LedgerRefused, PaperFailed, ConfigError.
    """
    if not order.month.startswith("FY"):
        hint = "An assessment is of a fiscal year (พ.ศ.): write it like FY2570."
        raise NoSuchPeriod(f"{order.month!r} is no fiscal year", hint=hint)
    if order.office == EVERY:
        raise NoSuchPeriod("an evidence file is of one office", hint="Leave --office out, or name its first journal.")
    if order.out.suffix not in SUFFIXES:
        hint = f"End the file's name in one of {', '.join(SUFFIXES)}."
        raise ExportFailed(f"{order.out} is no kind of file that an evidence file has", hint=hint)
    report, setting = report_and_setting(config, folder, order, now)
    numbers = _items(items or SHIPPED, int(order.month[2:]))
    evidence = Evidence(report, shown(config.database, folder, order.office), numbers)
    keep(order.out, _file(order.out.suffix, evidence, setting))
    blank = "" if numbers.ita or numbers.lpa else "; no item has a number: docs/reports.md says how they are entered"
    return f"{order.out}: {report.read.days} days with figures, {len(evidence.catalogue.services)} services{blank}"


def _items(path: Path, year: int) -> Items:
    try:
        return items_of(path.read_bytes(), year)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", hint="Check the path after --items.") from error


def _file(suffix: str, evidence: Evidence, setting: Setting) -> bytes:
    if suffix == ".xlsx":
        from server.report_tables import xlsx_of

        heads = [setting.said(each) for each in (N_("Part"), *ITEM_HEADS)]
        items = (setting.said(N_("Items")), heads, index(evidence, setting))
        services = [
            (each.text(setting.language).name, label, value)
            for each in evidence.catalogue.services
            for label, value in published(each, setting)
        ]
        columns = [setting.said(N_("Service")), setting.said(N_("What")), setting.said(N_("Published"))]
        sheets = [items, (setting.said(N_("Services")), columns, services)]
        return xlsx_of(evidence.report, setting, sheets)
    from server.typeset import Typesetter

    return Typesetter().pdf("report.typ", evidence_paper(evidence, setting), setting.now)
