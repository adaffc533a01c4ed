"""Pictures of the screens without a window, for documentation and for looking at them.

python -m kiosk.preview screens DIR [--catalogue F.toml] [--size 1280x720] [--mm 345x194]
python -m kiosk.preview display DIR [--size 1280x720] [--mm 953x536]
python -m kiosk.preview diagrams
python -m kiosk.preview service DIR < ASKED.json
python -m kiosk.preview pictograms DIR

The last two draw for the catalogue editor of an office's server (kiosk.preview_service). They give way to whatever else
runs on the machine.
"""

import argparse
import contextlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from fonts.shaping import Typesetter
from fonts.tokens import load as load_tokens
from kiosk import screens
from kiosk.board_specimens import example_sights
from kiosk.board_view import Hall, draw_board
from kiosk.board_watch import Sight
from kiosk.layout import Display
from kiosk.painter import picture
from kiosk.pictograms import SERVICE_PICTOGRAMS
from kiosk.preview_service import save_pictograms, save_service, screen_picture
from kiosk.specimens import example_states
from kiosk.view_parts import Exhibit
from sync.catalogue import Catalogue, parse_catalogue
from translations import LANGUAGES

EXAMPLE = Path(__file__).parent / "example" / "catalogue.toml"
OFFICE = {
    "th": "สำนักงานเทศบาลนครตัวอย่าง",
    "en": "Example City Office",
    "my": "နမူနာ မြို့တော် စည်ပင်သာယာရုံး",
}


def example_catalogue(path: Path = EXAMPLE) -> Catalogue:
    """The catalogue that ships, or another one."""
    return parse_catalogue(
        path.read_bytes(), LANGUAGES, accents=tuple(load_tokens().accent), pictograms=tuple(SERVICE_PICTOGRAMS)
    )


def save_screens(folder: Path, exhibit: Exhibit, display: Display) -> list[Path]:
    """Every screen in every language as LANGUAGE-NAME.png; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    typesetter = Typesetter()
    saved = []
    for language in exhibit.languages:
        for name, state in example_states(exhibit.catalogue, language).items():
            path = folder / f"{language}-{name}.png"
            screen_picture(state, exhibit, display, typesetter).save(path)
            saved.append(path)
    return saved


def board_picture(sight: Sight, languages: tuple[str, ...], display: Display, typesetter: Typesetter) -> Image.Image:
    """The now-serving display as an image of mode "RGB"."""
    scene = draw_board(sight, Hall(OFFICE, languages), display, typesetter, load_tokens())
    return picture(scene, display.rect, typesetter)


def save_boards(folder: Path, display: Display) -> list[Path]:
    """The display with each language first as LANGUAGE-NAME.png; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    typesetter = Typesetter()
    saved = []
    for first in LANGUAGES:
        order = (first, *(each for each in LANGUAGES if each != first))
        sights = {**example_sights(example_catalogue(), order), "unnamed": example_sights()["hall"]}
        for name, sight in sights.items():
            path = folder / f"{first}-{name}.png"
            board_picture(sight, order, display, typesetter).save(path)
            saved.append(path)
    return saved


def _pair(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)


def main(arguments: list[str]) -> int:
    """The command; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m kiosk.preview", description="Pictures of the kiosk's screens")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("diagrams", help="the table of screens as a Mermaid diagram")
    pictures = commands.add_parser("screens", help="every screen in every language as PNG")
    pictures.add_argument("folder", type=Path)
    pictures.add_argument("--catalogue", type=Path, default=EXAMPLE)
    pictures.add_argument("--size", type=_pair, default=(1280, 720))
    pictures.add_argument("--mm", type=_pair, default=(345, 194))
    boards = commands.add_parser("display", help="the now-serving display with each language first as PNG")
    boards.add_argument("folder", type=Path)
    boards.add_argument("--size", type=_pair, default=(1280, 720))
    boards.add_argument("--mm", type=_pair, default=(953, 536))
    service = commands.add_parser("service", help="the screens and the ticket of one service, asked for on stdin")
    service.add_argument("folder", type=Path)
    service.add_argument("--size", type=_pair, default=(1280, 720))
    service.add_argument("--mm", type=_pair, default=(345, 194))
    commands.add_parser("pictograms", help="every picture that a service may have").add_argument("folder", type=Path)
    given = parser.parse_args(arguments)
    if given.command == "diagrams":
        sys.stdout.write(screens.diagram())
        return 0
    for path in _saved(given):
        sys.stdout.write(f"{path}\n")
    return 0


def _saved(given: argparse.Namespace) -> Iterable[Path]:
    if given.command in ("service", "pictograms"):
        with contextlib.suppress(OSError):  # where a unit forbids it, it is drawn all the same
            os.nice(10)
        given.folder.mkdir(parents=True, exist_ok=True)
    if given.command == "pictograms":
        return save_pictograms(given.folder)
    display = Display(*given.size, *given.mm)
    if given.command == "service":
        return save_service(given.folder, sys.stdin.read(), display)
    if given.command == "display":
        return save_boards(given.folder, display)
    return save_screens(given.folder, Exhibit(OFFICE, LANGUAGES, example_catalogue(given.catalogue)), display)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
