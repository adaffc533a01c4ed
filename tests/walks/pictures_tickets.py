"""Sheets of tickets: the dots that the printer gets (tests/walks/test_paper holds the paper to them), on a table."""

from pathlib import Path

from PIL import Image

from fonts.shaping import Typesetter
from kiosk import preview
from kiosk.paper import PAPERS, Paper, ticket_image
from kiosk.ticket_data import MOST_SERVICES, SHIPPED
from kiosk.ticket_layout import lay_out
from kiosk.ticket_preview import EXAMPLE, Shop, Wanted, on_the_table, sample, sheet
from sync.catalogue import Service
from sync.config import parse_kiosk
from tests.walks.pictures_album import Album
from translations import LANGUAGES

COLOURS = 16
SCALE = 0.75
"""Tickets are drawn dot for dot, 8 a millimetre: this much of it can still be read."""


def sheets(album: Album) -> None:
    """Each sheet shows the same ticket in every language."""
    shop = example_shop(EXAMPLE)
    first, *_ = services = shop.catalogue.services
    several = one_of_each_series(services)
    for paper_mm in sorted(PAPERS, reverse=True):
        album.keep(f"tickets-{paper_mm}", in_all_languages(shop, Wanted((first,)), paper_mm), COLOURS)
    album.keep("tickets-visit", in_all_languages(shop, Wanted(several, priority=True), 80), COLOURS)
    album.keep("tickets-copy", in_all_languages(shop, Wanted((first,), copy=True), 80), COLOURS)


def example_shop(path: Path) -> Shop:
    """The example kiosk, with the layout that ships."""
    config = parse_kiosk(path.read_bytes())
    return Shop(preview.example_catalogue(), config.office, LANGUAGES, "http://192.168.1.10:8080", None, PAPERS)


def one_of_each_series(services: tuple[Service, ...]) -> tuple[Service, ...]:
    """A visit as long as one can be."""
    found: dict[str, Service] = {}
    for each in services:
        found.setdefault(each.series, each)
    rest = [each for each in services if each not in found.values()]
    return tuple([*found.values(), *rest][:MOST_SERVICES])


def in_all_languages(shop: Shop, wanted: Wanted, paper_mm: int) -> Image.Image:
    """The ticket in every language, side by side."""
    paper = Paper(Typesetter(cache_lines=2048), width=PAPERS[paper_mm])
    drawn = [
        on_the_table(paper_mm, ticket_image(paper.draw(lay_out(sample(shop, wanted, language), SHIPPED))))
        for language in shop.languages
    ]
    whole = sheet(drawn)
    return whole.resize((round(whole.width * SCALE), round(whole.height * SCALE)), Image.Resampling.HAMMING)
