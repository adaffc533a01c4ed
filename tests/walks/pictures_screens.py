"""Contact sheets: every screen in every language on every kind of display, captioned with its name.

What is on them comes from the painter, which puts the same pixels on a picture as on the window (tests/kiosk/test_ui).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from PIL import Image

from fonts.shaping import Typesetter
from fonts.tokens import load as load_tokens
from fonts.tokens import rgb
from kiosk import preview, still
from kiosk.layout import Display
from kiosk.preview_service import screen_picture
from kiosk.screen_types import Look, State, Theme
from kiosk.specimens import example_states
from kiosk.upkeep_rules import MENU
from kiosk.view_parts import Exhibit
from sync.catalogue import Catalogue
from tests.walks.pictures_album import ground
from translations import LANGUAGES


class Kind(NamedTuple):
    """A display that the kiosk is made for. `tile_px`: how wide a screen is on a sheet, `columns` in a row."""

    display: Display
    what: str
    tile_px: int
    columns: int

    @property
    def tile(self) -> tuple[int, int]:
        """Width and height of a screen on a sheet, pixels."""
        return self.tile_px, self.tile_px * self.display.height_px // self.display.width_px

    @property
    def upright(self) -> bool:
        """Higher than it is wide."""
        return self.display.height_px > self.display.width_px


KINDS: Mapping[str, Kind] = {
    "1280x720": Kind(Display(1280, 720, 345, 194), "15.6 inch", 400, 6),
    "1920x1080": Kind(Display(1920, 1080, 531, 299), "24 inch", 400, 6),
    "1080x1920": Kind(Display(1080, 1920, 299, 531), "24 inch upright", 288, 8),
    "800x480": Kind(Display(800, 480, 154, 86), "7 inch", 400, 6),
}

LOOKS: Mapping[str, Look] = {
    "large": Look(large=True),
    "reach": Look(reach=True),
    "dark": Look(theme=Theme.DARK),
    "large-reach": Look(large=True, reach=True),
}
LOOKED_AT = (
    "attract",
    "service",
    "details-move-in",
    "priority",
    "ticket-ready",
    "my-ticket-code",
    "standing-told",
    "closed-holiday",
)
"""Screens that the sheets of the looks show in each look."""

DETAILS = ("move-in", "house-copy", "waste-fee", "building-permit", "elder-allowance")
"""Services whose description is on the sheets, both pages; the others look the same with other words."""

GAP, CAPTION_PX = 16, 15
FEWEST_TONES = Image.Resampling.HAMMING
"""Sharp, and without the rings of Lanczos around each letter, which a PNG has to keep."""


def states(catalogue: Catalogue, language: str) -> dict[str, State]:
    """The screens of a sheet by name: what a citizen sees, and of the descriptions those of DETAILS."""
    described = {
        name
        for name in example_states(catalogue, language)
        for service in catalogue.services
        if name in (f"details-{service.id}", f"details-{service.id}-2") and service.id not in DETAILS
    }
    known = example_states(catalogue, language)
    citizens = {name: state for name, state in known.items() if state.screen not in MENU and name not in described}
    return {name: state for name, state in citizens.items() if state.condition.box is None}


def service_states(catalogue: Catalogue, language: str) -> dict[str, State]:
    """The screens of the technician's menu by name."""
    known = example_states(catalogue, language)
    return {name: state for name, state in known.items() if state.screen in MENU and state.condition.box is None}


def service_sheet(language: str) -> Image.Image:
    """All of them, on the display that most kiosks have."""
    catalogue, typesetter, kind = preview.example_catalogue(), Typesetter(), KINDS["1280x720"]
    exhibit = Exhibit(preview.OFFICE, LANGUAGES, catalogue)
    drawn = different(
        (name, screen_picture(state, exhibit, kind.display, typesetter).resize(kind.tile, FEWEST_TONES))
        for name, state in service_states(catalogue, language).items()
    )
    return sheet(drawn, kind._replace(columns=4))


def screens_sheet(kind: Kind, language: str) -> Image.Image:
    """All screens in the usual look."""
    catalogue, typesetter = preview.example_catalogue(), Typesetter()
    exhibit = Exhibit(preview.OFFICE, LANGUAGES, catalogue)
    drawn = different(
        (name, screen_picture(state, exhibit, kind.display, typesetter).resize(kind.tile, FEWEST_TONES))
        for name, state in states(catalogue, language).items()
    )
    return sheet(drawn, kind)


def different(pictures: Iterable[tuple[str, Image.Image]]) -> list[tuple[str, Image.Image]]:
    """Without those that look like an earlier one: on a large display one page holds what others spread over two."""
    found: dict[bytes, tuple[str, Image.Image]] = {}
    for name, image in pictures:
        found.setdefault(image.tobytes(), (name, image))
    return list(found.values())


def scorebox_sheet() -> Image.Image:
    """A score box's own screens, on a small display: they speak all languages at once."""
    typesetter, kind = Typesetter(), KINDS["800x480"]._replace(columns=3)
    exhibit = Exhibit(preview.OFFICE, LANGUAGES, preview.example_catalogue())
    known = example_states(exhibit.catalogue, LANGUAGES[0])
    own = [name for name, state in known.items() if state.condition.box is not None and "service" not in name]
    drawn = [(name, screen_picture(known[name], exhibit, kind.display, typesetter)) for name in own]
    return sheet([(name, image.resize(kind.tile, FEWEST_TONES)) for name, image in drawn], kind)


def starting() -> Image.Image:
    """What stands on a small display until the kiosk draws."""
    size = KINDS["800x480"].display
    return still.whole((size.width_px, size.height_px))


def looks_sheet(language: str) -> Image.Image:
    """Screens, a row each, in the looks that a citizen can choose."""
    catalogue, typesetter, kind = preview.example_catalogue(), Typesetter(), KINDS["1280x720"]._replace(columns=4)
    exhibit = Exhibit(preview.OFFICE, LANGUAGES, catalogue)
    known = example_states(catalogue, language)
    drawn = [
        (
            f"{name}, {look}",
            screen_picture(replace(known[name], look=shown), exhibit, kind.display, typesetter),
        )
        for name in LOOKED_AT
        for look, shown in LOOKS.items()
    ]
    return sheet([(name, image.resize(kind.tile, FEWEST_TONES)) for name, image in drawn], kind)


def sheet(tiles: Sequence[tuple[str, Image.Image]], kind: Kind) -> Image.Image:
    """Tiles by name, row by row, each with its name above it."""
    typesetter, (wide, tall) = Typesetter(), kind.tile
    head = typesetter.line("Ag", "en", CAPTION_PX).height + GAP // 2
    columns = min(kind.columns, len(tiles))
    size = (columns * (wide + GAP) + GAP, math.ceil(len(tiles) / columns) * (head + tall + GAP) + GAP)
    whole = Image.new("RGB", size, ground())
    for number, (name, tile) in enumerate(tiles):
        row, column = divmod(number, columns)
        x, y = GAP + column * (wide + GAP), GAP + row * (head + tall + GAP)
        words = typesetter.line(name, "en", CAPTION_PX, "bold")
        whole.paste(rgb(load_tokens().colour.ink), (x, y), words.mask)
        whole.paste(tile, (x, y + head))
    return whole
