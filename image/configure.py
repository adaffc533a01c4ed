"""Writes kiosk.toml onto a card, from the technician's own machine, or makes a batch of boxes from a table.

    image/configure CARD --from kiosk.toml
    image/configure CARD --set place="Hall 2" --set address=192.168.1.20/24
    image/configure --table boxes.csv --out DIR [--from base.toml] [--image scorecard.img]

CARD is a mounted card's folder, a card's device that is not mounted (/dev/sdb, /dev/mmcblk0) or an unpacked image file.
The file is checked by the parser of the box itself before anything is written, and read back afterwards.
"""

import argparse
import csv
import io
import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from image.configure_card import Disk, sparse_copy, target
from image.configure_edit import edited, is_known, path_of, value_of
from image.configure_sheet import sheets
from image.configure_table import Made, boxes
from image.errors import ImageError
from kiosk.box.source import NAME, judged, names_in
from sync.durable import write_durably
from sync.errors import ConfigError

PINS = "pins.csv"
SHIPPED = Path(__file__).parent / "firmware" / NAME


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says; 1: something is wrong, and nothing was written."""
    parser = argparse.ArgumentParser(
        prog="image/configure", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("card", nargs="?", type=Path, metavar="CARD")
    parser.add_argument("--from", dest="base", type=Path, metavar="FILE", help="the kiosk.toml to put there")
    parser.add_argument(
        "--set", dest="changes", action="append", default=[], metavar="KEY=VALUE", help="change a value"
    )
    parser.add_argument("--table", type=Path, metavar="CSV", help="a row a box")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where a batch is put")
    parser.add_argument("--image", type=Path, metavar="IMG", help="make a copy of this image for each box as well")
    given = parser.parse_args(arguments)
    if (given.card is None) == (given.table is None) or (given.table is None) != (given.out is None):
        parser.error("name either a card, or --table and --out")
    try:
        return _batch(given) if given.table is not None else _one(given)
    except ConfigError as error:
        line = f", line {error.line}" if error.line else ""
        return _refused(f"{given.base or NAME}{line}: {error}. {error.hint}")
    except ImageError as error:
        return _refused(f"{error}. {error.hint}" if "\n" not in str(error) else f"{error}\n{error.hint}")
    except (OSError, UnicodeDecodeError) as error:
        return _refused(f"{error}. Is it the right file, as plain text in UTF-8?")


def _one(given: argparse.Namespace) -> int:
    card = target(given.card)
    content = given.base.read_bytes() if given.base is not None else card.read()
    if content is None:
        raise ImageError(f"there is no {NAME} on this card yet", hint=f"Add --from {SHIPPED}")
    if given.changes:
        judged({**_beside(given.base or given.card / NAME, content), NAME: content})
        content = edited(content.decode("utf-8-sig").replace("\r\n", "\n"), _changes(given.changes)).encode()
    source = judged({**_beside(given.base or given.card / NAME, content), NAME: content})
    card.write(content)
    if given.changes and source.config is not None and source.config.service.pin is not None:
        print(f"the PIN of its service menu: {source.config.service.pin}; keep it where the office keeps keys")
    print(f"{given.card}: {source.role}, {source.config.place if source.config else ''}; written and read back")
    return 0


def _changes(texts: Sequence[str]) -> list[tuple[tuple[str | int, ...], object]]:
    found = []
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not is_known(name):
            raise ImageError(
                f'"{text}" changes nothing', hint='Write it like --set place="Hall 2", --set screen.width_mm=345'
            )
        found.append((path_of(name), value_of(path_of(name), value, secrets.randbelow)))
    return found


def _batch(given: argparse.Namespace) -> int:
    base = given.base or SHIPPED
    content = base.read_bytes()
    text = content.decode("utf-8-sig").replace("\r\n", "\n")
    made = boxes(given.table.read_text("utf-8-sig"), text, _beside(base, content), secrets.randbelow)
    if given.image is not None:
        Disk(given.image)  # refused before anything is made
    if (given.out / PINS).exists():
        raise ImageError(
            f"{given.out / PINS} is there already: boxes may have these PINs", hint="Name another folder after --out."
        )
    pages = sheets(made)
    given.out.mkdir(parents=True, exist_ok=True)
    if any(box.config.service.pin for box in made):
        given.out.chmod(0o700)
        write_durably(given.out / PINS, _pins(made), mode=0o600)
        print(f"{given.out / PINS}: the PINs of their service menus; keep them where the office keeps keys")
    for box in made:
        folder = given.out / box.name
        folder.mkdir(exist_ok=True)
        target(folder).write(box.text.encode())
        if given.image is not None:
            copy = given.out / f"{box.name}.img"
            sparse_copy(given.image, copy)
            Disk(copy).write(box.text.encode())
        print(f"{box.name}: {box.config.role}, {box.config.place}")
    (given.out / "sheets.pdf").write_bytes(pages)
    print(f"{given.out / 'sheets.pdf'}: a page for each box")
    return 0


def _pins(made: Sequence[Made]) -> bytes:
    """A row for each box that was given one."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(["name", "place", "pin"])
    rows.writerows([box.name, box.config.place, box.config.service.pin] for box in made if box.config.service.pin)
    return out.getvalue().encode("utf-8-sig")


def _beside(path: Path, content: bytes) -> Mapping[str, bytes]:
    """The files that this kiosk.toml names and that have to be read with it."""
    found = {name: path.parent / name for name in names_in(content)}
    return {name: file.read_bytes() for name, file in found.items() if file.is_file()}


def _refused(told: str) -> int:
    print(told, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
