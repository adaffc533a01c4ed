"""Pictures of tickets before any paper moves: python -m kiosk ticket --preview [options] [--out FILE.png | DIR]

Checks the layout with every service in every language, draws the very dots that the printer would get, and exits with
1 and the list of problems where something could not be printed. Without --out it says what it checked.
"""

import argparse
import difflib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from PIL import Image, ImageOps

from fonts.errors import FontsError
from fonts.shaping import Typesetter
from hardware.dots import Dots
from hardware.errors import PrintersFileError
from kiosk.carried_slip import CarriedSlip, carried_slip
from kiosk.errors import KioskError
from kiosk.paper import DOTS_PER_MM, PAPERS, Paper, ticket_image
from kiosk.printer_kinds import settle as settle_kinds
from kiosk.ticket_data import MOST_SERVICES, SHIPPED, Layout, Ticket
from kiosk.ticket_file import read_layout
from kiosk.ticket_layout import lay_out, specimens
from sync.catalogue import Catalogue, Service, parse_catalogue
from sync.config import KioskConfig, parse_kiosk
from sync.errors import CatalogueError, ConfigError
from translations import LANGUAGES

TABLE = "#8f8a80"
"""What the paper lies on, in a picture."""

EXAMPLE = Path(__file__).parent / "example" / "kiosk.toml"
"""The kiosk whose settings are taken where none are named."""

_File = TypeVar("_File")
_OTHER_PICTURES = (".jpg", ".jpeg", ".pdf", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".svg")
_PAPER = "#fefefc"
_EDGE_MM = 5
_GAP = 28
_ROW_DOTS = 6000


class PreviewError(KioskError):
    """What was asked for cannot be shown."""


@dataclass(frozen=True, slots=True)
class Shop:
    """What tickets are drawn from: a kiosk's own settings, or the examples. `papers`: millimetres of the roll → dots of
    a ticket on it."""

    catalogue: Catalogue
    office: Mapping[str, str]
    languages: tuple[str, ...]
    public_url: str | None
    layout: Path | None
    papers: Mapping[int, Dots]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which ticket is to be drawn: the services of one visit, the mark of priority, the mark of a copy. `carried`: the
    slip of it, carried over, instead."""

    services: tuple[Service, ...]
    priority: bool = False
    copy: bool = False
    carried: bool = False


def sample_slip(ticket: Ticket) -> CarriedSlip:
    """The slip of this ticket, carried over to the next day."""
    day = ticket.issued.date()
    return CarriedSlip(
        ticket.label,
        ticket.language,
        day,
        day + timedelta(days=1),
        ticket.office,
        ticket.languages,
        ticket.code,
        ticket.witness,
        ticket.copy,
        ticket.priority,
    )


def sample(shop: Shop, wanted: Wanted, language: str) -> Ticket:
    """A ticket as one might have taken it on an ordinary day."""
    several = len(wanted.services) > 1
    return Ticket(
        label=f"{wanted.services[0].series}012",
        services=wanted.services,
        language=language,
        issued=datetime(2026, 11, 23, 14, 5),  # noqa: DTZ001 a sample of office time
        office=shop.office,
        languages=shop.languages,
        code="4831",
        witness="7K3QF0ZM9T2XBW4H",
        url=f"{shop.public_url}/t/{'0123456789abcdef' * 2}" if shop.public_url else None,
        copy=wanted.copy,
        cases=(2, *(1,) * (len(wanted.services) - 1)) if several else (),
        priority=wanted.priority,
        ahead=7 if several else None,
        wait=(20, 35) if several else None,
    )


def on_the_table(paper_mm: int, drawn: Image.Image) -> Image.Image:
    """The printed dots on their roll, with the edges that no printer reaches, on a table."""
    edge = (paper_mm * DOTS_PER_MM - drawn.width) // 2
    ends = _EDGE_MM * DOTS_PER_MM
    dots = drawn.convert("L")
    paper = ImageOps.colorize(dots, "#14120f", _PAPER)
    paper = ImageOps.expand(paper, (edge, ends, edge, ends), _PAPER)
    return ImageOps.expand(paper, _GAP, TABLE)


def sheet(pictures: Sequence[Image.Image]) -> Image.Image:
    """Pictures in rows, from the top."""
    rows: list[list[Image.Image]] = [[]]
    for each in pictures:
        if rows[-1] and sum(known.width for known in rows[-1]) + each.width > _ROW_DOTS:
            rows.append([])
        rows[-1].append(each)
    heights = [max(each.height for each in row) for row in rows]
    page = Image.new("RGB", (max(sum(each.width for each in row) for row in rows), sum(heights)), TABLE)
    y = 0
    for row, height in zip(rows, heights, strict=True):
        x = 0
        for each in row:
            page.paste(each, (x, y))
            x += each.width
        y += height
    return page


def check(shop: Shop, paper_mm: int, typesetter: Typesetter) -> tuple[Paper, Layout, str]:
    """The layout rehearsed on this roll, and a sentence about it. Raises LayoutError, RehearsalError."""
    width = shop.papers[paper_mm]
    layout = read_layout(shop.layout, shop.languages, width) if shop.layout else SHIPPED
    paper = Paper(typesetter, width=width)
    paper.rehearse(specimens(shop.catalogue, shop.office, shop.languages, shop.public_url), layout)
    lengths = {
        paper.draw(lay_out(sample(shop, Wanted((service,)), language), layout)).height: (service.id, language)
        for service in shop.catalogue.services
        for language in shop.languages
    }
    longest = max(lengths)
    services, languages = len(shop.catalogue.services), len(shop.languages)
    told = (
        f"{paper_mm} mm paper: {services} services in {languages} languages can be printed; tickets of"
        f" one service are {min(lengths) / DOTS_PER_MM:.0f} to {longest / DOTS_PER_MM:.0f} mm long"
        f" (longest: {', '.join(lengths[longest])})"
    )
    return paper, layout, told


def main(arguments: Sequence[str]) -> int:
    """The command; see the module's docstring."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.out is not None and given.out.suffix.lower() in _OTHER_PICTURES:
        parser.error(f"--out {given.out}: pictures are PNG; name a FILE.png or a folder")
    try:
        shop = _shop(given)
        visit = tuple(_service(shop.catalogue, name) for name in given.service or [shop.catalogue.services[0].id])
        return _show(shop, Wanted(visit, given.priority, given.copy, given.carried), given)
    except (KioskError, FontsError) as error:
        sys.stderr.write(f"{error}\n{error.hint}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{error.filename or given.out}: {error.strerror or error}\nName another file or folder.\n")
        return 1


def _show(shop: Shop, wanted: Wanted, given: argparse.Namespace) -> int:
    typesetter = Typesetter(cache_lines=2048)
    refused = 0
    for paper_mm in shop.papers:
        try:
            paper, layout, told = check(shop, paper_mm, typesetter)
        except KioskError as error:
            problems = getattr(error, "problems", (str(error),))
            lines = "\n".join(f"  {problem}" for problem in problems)
            sys.stderr.write(f"{paper_mm} mm paper: refused\n{lines}\n  {error.hint}\n")
            refused = 1
            continue
        sys.stdout.write(f"{told}\n")
        if given.out is not None:
            languages = (given.language,) if given.language else shop.languages
            visits = [replace(wanted, services=(each,)) for each in shop.catalogue.services] if given.all else [wanted]
            tickets = [sample(shop, each, language) for each in visits for language in languages]
            for path in _save(given, paper_mm, _draw(paper, layout, tickets, carried=wanted.carried)):
                sys.stdout.write(f"{path}\n")
    return refused


def _draw(paper: Paper, layout: Layout, tickets: list[Ticket], *, carried: bool) -> dict[str, Image.Image]:
    """The printed dots by a name for each ticket, or of its slip where it was carried over."""
    drawn = {}
    for ticket in tickets:
        marks = ("-carried" if carried else "") + ("-copy" if ticket.copy else "")
        marks += "-priority" if ticket.priority else ""
        name = f"{ticket.language}-{'+'.join(service.id for service in ticket.services)}{marks}"
        blocks = carried_slip(sample_slip(ticket), layout.header) if carried else lay_out(ticket, layout)
        drawn[name] = ticket_image(paper.draw(blocks))
    return drawn


def _save(given: argparse.Namespace, paper_mm: int, drawn: dict[str, Image.Image]) -> Iterator[Path]:
    """One picture of all for a FILE.png or with --all, else one for each ticket."""
    shown = {name: on_the_table(paper_mm, dots) for name, dots in drawn.items()}
    out: Path = given.out
    if out.suffix.lower() == ".png":
        several = given.paper is None and given.config is None
        path = out.with_stem(f"{out.stem}-{paper_mm}") if several else out
        out.parent.mkdir(parents=True, exist_ok=True)
        sheet(list(shown.values())).save(path)
        yield path
        return
    out.mkdir(parents=True, exist_ok=True)
    if given.all:
        shown = {"all": sheet(list(shown.values()))}
    for name, picture in shown.items():
        path = out / f"ticket-{paper_mm}-{name}.png"
        picture.save(path)
        yield path


def _shop(given: argparse.Namespace) -> Shop:
    """Raises PreviewError, OSError."""
    path: Path = given.config or EXAMPLE
    config, folder = _read(path, parse_kiosk), path.parent
    goods: Path = given.catalogue or folder / config.catalogue
    catalogue = _read(goods, lambda content: parse_catalogue(content, config.languages))
    layout = given.layout or (folder / config.ticket if config.ticket else None)
    rolls = (given.paper,) if given.paper else (config.paper_mm,) if given.config else tuple(PAPERS)
    papers = {
        paper_mm: _width(config, path.parent, paper_mm) if given.config else PAPERS[paper_mm] for paper_mm in rolls
    }
    public_url = config.server.public_url if given.config else "http://192.168.1.10:8080"
    return Shop(catalogue, config.office, config.languages, public_url, layout, papers)


def _width(config: KioskConfig, folder: Path, paper_mm: int) -> Dots:
    """Dots of a ticket on this roll in the printer that kiosk.toml names. Raises PreviewError."""
    try:
        with TemporaryDirectory() as nowhere:
            return settle_kinds(replace(config, paper_mm=paper_mm), folder, Path(nowhere)).width(paper_mm)
    except (PrintersFileError, KioskError) as error:
        raise PreviewError(str(error), hint=error.hint) from error


def _read(path: Path, parse: Callable[[bytes], _File]) -> _File:
    """What the file says. Raises PreviewError, which names the file, and OSError."""
    try:
        return parse(path.read_bytes())
    except (ConfigError, CatalogueError) as error:
        line = getattr(error, "line", None)
        told = f"line {line}: {error}" if line else str(error)
        raise PreviewError(f"{path}: refused\n{told}", hint=error.hint) from error


def _service(catalogue: Catalogue, name: str) -> Service:
    known = [service.id for service in catalogue.services]
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f'Did you mean "{near[0]}"?' if near else "Known here: " + ", ".join(known) + "."
        raise PreviewError(f'the catalogue has no service "{name}"', hint=hint)
    return catalogue.service(name)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kiosk ticket", description=__doc__)
    parser.add_argument("--preview", action="store_true", help="check and draw: all that this command does")
    parser.add_argument("--config", type=Path, help="a kiosk.toml, with its catalogue, layout and paper")
    parser.add_argument("--layout", type=Path, help="a ticket.toml; without it that of --config, or the one that ships")
    parser.add_argument("--catalogue", type=Path, help="a catalogue.toml; without it that of --config, or the example")
    parser.add_argument("--service", nargs="+", metavar="ID", help=f"the services of one visit, up to {MOST_SERVICES}")
    parser.add_argument("--language", choices=LANGUAGES, help="without it all languages")
    parser.add_argument("--paper", type=int, choices=tuple(PAPERS), help="millimetres; without it both, or --config's")
    parser.add_argument("--copy", action="store_true", help="with the mark of a copy")
    parser.add_argument("--priority", action="store_true", help="with the mark of priority")
    parser.add_argument("--carried", action="store_true", help="the slip of a ticket that was carried over")
    parser.add_argument("--all", action="store_true", help="a contact sheet of every service, instead of one visit")
    parser.add_argument("--out", type=Path, help="a FILE.png for one picture, or a folder for one picture each")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
