"""Pictures of one service for whoever edits the catalogue: its list, its details, its ticket, in every language.

What is drawn comes as one JSON object: `catalogue` as in `catalogue.adopted`, `service` its id, `office` its name by
language, `languages`. Every picture is drawn by what draws it at the kiosk.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from PIL import Image

from fonts.shaping import Typesetter
from fonts.tokens import load as load_tokens
from kiosk.errors import KioskError
from kiosk.layout import Display
from kiosk.painter import picture
from kiosk.paper import PAPERS, Paper, ticket_image
from kiosk.pictograms import SERVICE_PICTOGRAMS, mask
from kiosk.screen_types import Condition, Hours, Screen, State
from kiosk.specimens import TODAY
from kiosk.ticket_data import SHIPPED
from kiosk.ticket_layout import lay_out
from kiosk.ticket_preview import Shop, Wanted, on_the_table, sample
from kiosk.view_parts import Exhibit
from kiosk.views import draw
from sync.catalogue import from_body
from sync.facts import CatalogueAdopted
from sync.services import Service

PAPER_MM = 80
PAGES = 6
"""The most pages of details that are looked for."""
_SIDE = 96


class AskedWrongly(KioskError):
    """What is to be drawn cannot be read."""


def exhibit_in(text: str) -> tuple[Exhibit, Service]:
    """What is asked for. Raises AskedWrongly, CatalogueError."""
    try:
        asked = json.loads(text)
        catalogue = from_body(CatalogueAdopted("", asked["catalogue"]))
        return Exhibit(asked["office"], tuple(asked["languages"]), catalogue), catalogue.service(asked["service"])
    except (ValueError, KeyError, TypeError) as error:
        hint = "Send an object with catalogue, service, office and languages."
        raise AskedWrongly(f"this is no service to draw: {error!r}", hint=hint) from error


def save_service(folder: Path, text: str, display: Display) -> Iterator[Path]:
    """Draw LANGUAGE-list.png, LANGUAGE-details-N.png for each page, LANGUAGE-ticket.png; each as it is there."""
    exhibit, service = exhibit_in(text)
    typesetter = Typesetter()
    for language in exhibit.languages:
        for name, image in _screens(exhibit, service, language, display, typesetter):
            yield _saved(image, folder / f"{language}-{name}.png")
        yield _saved(_ticket(exhibit, service, language, typesetter), folder / f"{language}-ticket.png")


def save_pictograms(folder: Path) -> Iterator[Path]:
    """Every picture that a service or a group may have, as NAME.png: ink on nothing."""
    ink = load_tokens().colour.ink
    for name in SERVICE_PICTOGRAMS:
        image = Image.new("RGBA", (_SIDE, _SIDE), ink)
        image.putalpha(mask(name, _SIDE))
        yield _saved(image, folder / f"{name}.png")


def _screens(
    exhibit: Exhibit, service: Service, language: str, display: Display, typesetter: Typesetter
) -> Iterator[tuple[str, Image.Image]]:
    base = State(language=language, condition=Condition(hours=Hours(TODAY)))
    listed = replace(base, screen=Screen.SERVICE, group=service.group)
    yield "list", screen_picture(listed, exhibit, display, typesetter)
    details, first = replace(base, screen=Screen.DETAILS, service=service.id), b""
    for page in range(PAGES):
        image = screen_picture(replace(details, page=page), exhibit, display, typesetter)
        if page and image.tobytes() == first:
            return  # behind the last page stands the first one
        first = first or image.tobytes()
        yield f"details-{page + 1}", image


def screen_picture(state: State, exhibit: Exhibit, display: Display, typesetter: Typesetter) -> Image.Image:
    """One screen as an image of mode "RGB"."""
    return picture(draw(state, exhibit, display, typesetter, load_tokens()), display.rect, typesetter)


def _ticket(exhibit: Exhibit, service: Service, language: str, typesetter: Typesetter) -> Image.Image:
    shop = Shop(exhibit.catalogue, exhibit.office, exhibit.languages, "http://192.168.1.10:8080", None, PAPERS)
    paper = Paper(typesetter, width=PAPERS[PAPER_MM])
    printed = ticket_image(paper.draw(lay_out(sample(shop, Wanted((service,)), language), SHIPPED)))
    return on_the_table(PAPER_MM, printed)


def _saved(image: Image.Image, path: Path) -> Path:
    """Whole or not at all: somebody may be waiting for it."""
    unfinished = path.with_suffix(".part")
    image.save(unfinished, "PNG")
    return unfinished.replace(path)
