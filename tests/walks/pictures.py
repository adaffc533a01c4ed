"""The pictures of README and docs, made anew from the product.

    python -m tests.walks.pictures [screens tickets papers window display console diagrams manual] [--out docs/pictures]

screens: contact sheets, drawn by the painter. tickets: sheets of tickets, dot for dot.
papers: printed signs and a report. window: screenshots of the real
kiosk on a virtual screen, its paper, the office's pages in Chromium. display: the hall's television. console: the
counter's page. diagrams: docs/diagrams.md. manual: drawings and tables of the technician's manual. Without names: all.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path

from PIL import Image

from tests.faults.kill import settle
from tests.walks import diagrams, pictures_screens, pictures_tickets
from tests.walks.manual import pages as pages_of_manual
from tests.walks.pictures_album import Album, beside, say, small
from tests.walks.pictures_console import consoles
from tests.walks.pictures_display import displays
from tests.walks.pictures_pages import pages
from tests.walks.pictures_papers import papers
from tests.walks.pictures_window import (
    Hand,
    Visitors,
    a_ticket,
    by_keys,
    closed_today,
    in_the_morning,
    larger_and_darker,
    some_more_tickets,
    without_paper,
)
from tests.walks.stage import Stage
from translations import LANGUAGES

ROOT = Path(__file__).parents[2]
OUT = ROOT / "docs" / "pictures"
WORKERS = 2


def main(arguments: Sequence[str]) -> int:
    """Make what is named, then say how much it is."""
    parser = argparse.ArgumentParser(prog="./prove pictures", description="Pictures of the real product")
    parser.add_argument("pieces", nargs="*", metavar="PIECE", help=f"{', '.join(PIECES)}; without any: all")
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args(arguments)
    unknown = [piece for piece in given.pieces if piece not in PIECES]
    if unknown:
        parser.error(f"there is no {unknown[0]!r}: {', '.join(PIECES)}")
    given.out.mkdir(parents=True, exist_ok=True)
    album, began = Album(given.out), time.monotonic()
    for piece in given.pieces or PIECES:
        say(f"{piece}")
        PIECES[piece](album)
    if not given.pieces:
        for path in sorted(given.out.glob("*.png")):
            if path.stem not in album.kept:
                path.unlink()
                say(f"{path.name} is no longer made: deleted")
    taken = time.monotonic() - began
    print(f"{len(album.kept)} pictures, {sum(album.kept.values()) / 1e6:.2f} MB, {taken:.0f} s")
    return 0


def screens(album: Album) -> None:
    """A sheet for each language and display, one of the looks and of the service menu for each language, one of a score
    box, and the picture of the start."""
    wanted = list(product([*pictures_screens.KINDS, "looks", "service"], LANGUAGES))
    with ProcessPoolExecutor(WORKERS) as pool:
        for (kind, language), image in zip(wanted, pool.map(_sheet, *zip(*wanted, strict=True)), strict=True):
            album.keep(f"screens-{kind}-{language}", image)
    album.keep("screens-scorebox", small(pictures_screens.scorebox_sheet()))
    album.keep("starting", pictures_screens.starting())


def _sheet(kind: str, language: str) -> Image.Image:
    if kind == "looks":
        return small(pictures_screens.looks_sheet(language))
    if kind == "service":
        return small(pictures_screens.service_sheet(language))
    return small(pictures_screens.screens_sheet(pictures_screens.KINDS[kind], language))


def window(album: Album) -> None:
    """A morning at the kiosk; at the end it is closed."""
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder, Stage(Path(folder) / "demo") as stage:
        say("everything runs, on a virtual screen")
        try:
            _walk(stage, album)
        except (TimeoutError, OSError) as error:
            raise SystemExit(f"{error}. The kiosk's log ends:\n{stage.demo.parts['kiosk'].tail()}") from error


def _walk(stage: Stage, album: Album) -> None:
    east = in_the_morning(stage)
    printer = Hand(stage)
    with Visitors(stage):
        sheets = [a_ticket(stage, album, language) for language in LANGUAGES]
        for language in LANGUAGES:
            larger_and_darker(stage, album, language)
        by_keys(stage, album, LANGUAGES[0])
        some_more_tickets(stage)
        without_paper(stage, album, printer, LANGUAGES[0])
    if not settle(stage.demo):
        raise SystemExit(f"the office did not get every fact; {stage.demo.parts['sync'].tail()}")
    album.keep("tickets", beside([Image.open(sheet) for sheet in sheets]))
    pages(stage, album, sheets)
    closed_today(stage, album, east)


def manual(album: Album) -> None:
    """The manual's drawings and tables, which lie beside the documents, not among the pictures."""
    if album.folder == OUT:
        pages_of_manual.write()


def diagram_page(album: Album) -> None:
    """Only beside the pictures that the documents show."""
    if album.folder == OUT:
        (ROOT / "docs" / "diagrams.md").write_text(diagrams.page(), encoding="utf-8")


PIECES: Mapping[str, Callable[[Album], None]] = {
    "console": consoles,
    "diagrams": diagram_page,
    "display": displays,
    "manual": manual,
    "papers": papers,
    "screens": screens,
    "tickets": pictures_tickets.sheets,
    "window": window,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
