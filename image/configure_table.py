"""A batch of boxes from a table: a row a box, a column a key of kiosk.toml. Pure.

Every row is checked before anything is done, and all that is wrong is told at once.
"""

import csv
import difflib
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from image.configure_edit import edited, is_known, known_names, path_of, value_of, without
from image.errors import ImageError
from kiosk.box.source import NAME, judged
from sync.config import KIOSK_ROLE, ROLES, KioskConfig
from sync.config_roles import shape_of
from sync.errors import ConfigError
from sync.toml_lines import Path

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_OWN: tuple[tuple[str, str, Callable[[KioskConfig], str | None]], ...] = (
    ("hostname", "the machine's name", lambda config: config.network.hostname),
    ("address", "the address", lambda config: None if config.network.address == "dhcp" else config.network.address),
    ("code", "the pairing code", lambda config: config.server.code),
    ("pin", "the PIN", lambda config: config.service.pin),
)
"""What no two boxes may share: the column, what it is, and where it stands."""


@dataclass(frozen=True, slots=True)
class Made:
    """A box: its name, its kiosk.toml, and what that says."""

    name: str
    text: str
    config: KioskConfig


class TableError(ImageError):
    """Mistakes in a table. `faults`: one line each, by row and column."""

    def __init__(self, faults: list[str], *, hint: str = "Nothing was written. Mend the table and call again.") -> None:
        super().__init__("\n".join(faults), hint=hint)
        self.faults = faults


def boxes(table: str, base: str, files: Mapping[str, bytes], below: Callable[[int], int]) -> list[Made]:
    """The boxes of a CSV table, each made from `base` by its row. `files`: those beside it that a box names; `below`:
    see image.configure_edit.value_of.

    Raises TableError with everything that is wrong.
    """
    rows = list(csv.reader(io.StringIO(table.removeprefix("\ufeff")), delimiter=_delimiter(table)))
    if not rows or not any(cell.strip() for cell in rows[0]):
        raise TableError(["the table is empty"], hint="The first row names the columns: name,place,role,code,address …")
    columns = [cell.strip() for cell in rows[0]]
    faults = _of_columns(columns)
    if faults:
        raise TableError(faults)
    made, taken = list[Made](), dict[tuple[str, str], int]()
    for number, row in enumerate(rows[1:], 2):
        cells = {name: cell.strip() for name, cell in zip(columns, row, strict=False) if cell.strip()}
        if not cells:
            continue
        if len(row) > len(columns):
            faults.append(f"row {number}: it has more cells than there are columns")
            continue
        try:
            box = _made(number, cells, base, files, below)
        except TableError as error:
            faults += error.faults
            continue
        faults += _shared(number, box, taken)
        made.append(box)
    if not made and not faults:
        faults.append("the table has no row with a box")
    if faults:
        raise TableError(faults)
    return made


def _delimiter(table: str) -> str:
    """A comma; a semicolon where the spreadsheet of a country that writes 1,5 has made the file."""
    first = table.split("\n", 1)[0]
    return ";" if first.count(";") > first.count(",") else ","


def _of_columns(columns: list[str]) -> list[str]:
    known, faults = ["name", *known_names()], []
    for index, name in enumerate(columns, 1):
        if name not in known and not is_known(name):
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
            told = f'Did you mean "{near[0]}"?' if near else "Columns are keys of kiosk.toml, such as screen.width_mm."
            faults.append(f'column {index}: there is no "{name}". {told}')
        elif name in columns[: index - 1]:
            faults.append(f'column {index}: "{name}" stands twice')
    if "name" not in columns:
        faults.append('there is no column "name": it names the folder and the machine')
    return faults


def _made(
    number: int, cells: Mapping[str, str], base: str, files: Mapping[str, bytes], below: Callable[[int], int]
) -> Made:
    name = cells.get("name", "")
    if not _NAME.fullmatch(name):
        raise TableError([f'row {number}, column name: "{name}" is no name. Small letters, digits and "-" alone'])
    columns = {path_of(column): column for column in cells if column != "name"}
    given = {"hostname": name, **{column: cell for column, cell in cells.items() if column != "name"}}
    role = cells.get("role", "")
    start = without(base, _not_of(role)) if role in ROLES else base
    changes = [(path_of(column), value_of(path_of(column), cell, below)) for column, cell in given.items()]
    try:
        text = edited(start, changes)
        config = judged({**files, NAME: text.encode()}).config
    except ConfigError as error:
        column = _column(error.path, columns)
        where = (
            f", column {column}" if column else f", line {error.line} of the file it is made from" if error.line else ""
        )
        raise TableError([f"row {number} ({name}){where}: {error}. {error.hint}"]) from error
    except ImageError as error:
        raise TableError([f"row {number} ({name}): {error}. {error.hint}"]) from error
    assert config is not None
    return Made(name, text, config)


def _not_of(role: str) -> set[str]:
    """What the file that all are made from may say for others."""
    kiosk = {key.name for key in shape_of(KIOSK_ROLE).table.keys}
    every = kiosk | {key.name for each in ROLES for key in shape_of(each).table.keys}
    return every - {key.name for key in shape_of(role).table.keys}


def _column(path: Path, columns: Mapping[Path, str]) -> str | None:
    """The column that brought it: that of the key, of its section, or of a key in it."""
    for part in range(len(path), 0, -1):
        if path[:part] in columns:
            return columns[path[:part]]
    return next((name for found, name in columns.items() if path and found[: len(path)] == path), None)


def _shared(number: int, box: Made, taken: dict[tuple[str, str], int]) -> list[str]:
    faults = []
    for column, what, value in [("name", "the name", box.name), *((a, b, of(box.config)) for a, b, of in _OWN)]:
        if value is None:
            continue
        first = taken.setdefault((column, value.replace("-", "").split("/")[0]), number)
        if first != number:
            faults.append(f"row {number} ({box.name}), column {column}: {what} is that of row {first}")
    return faults
