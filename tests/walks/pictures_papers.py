"""Printed papers as typst draws them: signs of services, an official report."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

from PIL import Image

from fonts.tokens import load as load_tokens
from kiosk.preview import OFFICE, example_catalogue
from server.config import parse_server
from server.report_command import Order, write_report
from server.sign_command import TEMPLATE
from server.signs import Setting, paper, signs
from server.typeset import Typesetter
from tests.server import printed
from tests.server.reported import live, make_figures
from tests.walks.pictures_album import Album, beside
from translations import LANGUAGES

SHOWN = "sign-tax"
PPI = 58
SEED = 7
NOW = datetime(2026, 12, 2, 3, 0, tzinfo=UTC)


def papers(album: Album) -> None:
    """One service's sign and a month's report in three languages, a group's sign and the report's second page."""
    typesetter = Typesetter()
    setting = Setting(example_catalogue(), OFFICE, date(2026, 11, 30), load_tokens())
    group = f"group-{setting.catalogue.service(SHOWN).group}"
    sheets = []
    for language, name in [*((each, SHOWN) for each in LANGUAGES), (LANGUAGES[0], group)]:
        found = [each for each in signs(setting, language) if each.name == name]
        pages = typesetter.pictures(TEMPLATE, paper(found, setting, language), PPI)
        sheets += [Image.open(BytesIO(page)) for page in pages]
    album.keep("signs", beside(sheets))
    album.keep("report", beside(list(_reports())))


def _reports() -> Iterator[Image.Image]:
    """Of a simulated office of a few days."""
    with tempfile.TemporaryDirectory(prefix="pictures-") as name:
        folder = Path(name)
        day = live(folder, SEED)
        make_figures(folder, day)
        day.close()
        config = parse_server((folder / "server.toml").read_bytes())
        for language, page in [*((each, 0) for each in LANGUAGES), (LANGUAGES[0], 1)]:
            order = Order("2026-11", folder / "report.pdf", language)
            write_report(config, folder / "office", order, NOW)
            yield printed.picture(order.out.read_bytes(), page, PPI)
