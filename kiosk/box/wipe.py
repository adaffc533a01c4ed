"""Taking what was used off the card, a pairing code or a PIN that the box keeps: a new file beside the old one, then
its name. FAT knows nothing better.

A FAT file system has no journal, so every step may be the last. What a cut leaves, and what becomes of it:

    before or while the new file is written   kiosk.toml as it was; the rest of a new file is taken away next time
    before the new one is renamed             the same
    while it is renamed                       kiosk.toml is missing and kiosk.new is whole: read in its place, and
                                              named rightly next time; or both are there with the same clusters: then
                                              the second name stays, since to delete it would free the first one's
    after that                                kiosk.toml without it

Where both names have the same clusters and something more was used since, it is marked in its place. Until then a code
stands on the card that was used: the server takes it from no other machine. A PIN that was on the card may be found in
its free clusters: it keeps out who stands in the hall, not who takes the machine (docs/decisions).
"""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from kiosk.box.source import NAME
from sync.config_words import USED
from sync.errors import ConfigError
from sync.strict_toml import parse
from sync.toml_lines import Path as Place
from sync.used_codes import Code, codes_in, without_codes

Kept = Mapping[Place, Callable[[str], bool]]
"""By the place in kiosk.toml: whether what this machine keeps came from this very text."""

DRAFT = "kiosk.new"
"""A short name of FAT's, so that it takes one entry of the folder."""


class Card(Protocol):
    """The folder of the card. Each call is durable when it returns, as far as the card tells the truth."""

    def read(self, name: str) -> bytes | None:
        """The file, None where there is none. Raises OSError."""

    def write(self, name: str, content: bytes) -> None:
        """Make or replace it. Raises OSError."""

    def overwrite(self, name: str, content: bytes) -> None:
        """Put as many other bytes into it where it lies. Raises OSError."""

    def rename(self, name: str, to: str) -> None:
        """Give it another's name. Raises OSError."""

    def remove(self, name: str) -> None:
        """Take it away. Raises OSError."""


def used(code: Code, kept: Kept) -> bool:
    """Whether this machine was paired by this very code, or has this very PIN."""
    return code.path in kept and kept[code.path](code.text)


def to_wipe(content: bytes, kept: Kept) -> bool:
    """Whether the file has something that was used."""
    return any(used(code, kept) for code in codes_in(content))


def found(card: Card) -> bytes | None:
    """The technician's file, also where a cut has left it under the other name. Raises OSError."""
    content = card.read(NAME)
    return content if content is not None else _whole(card.read(DRAFT))


def wipe(card: Card, kept: Kept) -> str:
    """Mark what was used, or mend what a cut has left; what was done, for the system's log. Raises OSError."""
    content, draft = card.read(NAME), card.read(DRAFT)
    if content is None:
        if _whole(draft) is None:
            return f"there is no {NAME}"
        card.rename(DRAFT, NAME)
        return f"{NAME} has its name again"
    gone = [code for code in codes_in(content) if used(code, kept)]
    after = without_codes(content, gone.__contains__)
    if draft is not None and draft != content:
        card.remove(DRAFT)  # another file than the one in use: the rest of a draft
    if after == content:
        return "nothing to take away"
    if draft == content:  # two names of the same clusters: neither may be written anew, taken away or replaced
        marked = _in_place(content, gone)
        if _whole(marked) is None:
            return "it cannot be marked in its place: nothing was changed"
        card.overwrite(NAME, marked)
        return _told(gone)
    card.write(DRAFT, after)
    if card.read(DRAFT) != after:
        return "the card does not give back what was written: nothing was changed"
    card.rename(DRAFT, NAME)
    return _told(gone)


def _told(gone: Sequence[Code]) -> str:
    return f"used, and no longer on the card: {', '.join('.'.join(map(str, code.path)) for code in gone)}"


def _in_place(content: bytes, gone: Sequence[Code]) -> bytes:
    """The same with marks, and spaces behind their quotes: no longer, no shorter."""
    for code in gone:
        quote = content[code.end : code.end + 1]
        mark = (USED.encode() + quote).ljust(code.end + 1 - code.start)
        content = content[: code.start] + mark + content[code.end + 1 :]
    return content


def _whole(content: bytes | None) -> bytes | None:
    """The same where it can be read as a whole; half a draft is none."""
    if not content:
        return None
    try:
        values = parse(content).values
    except ConfigError:
        return None
    return content if values else None


class FolderCard:
    """A mounted card."""

    def __init__(self, folder: Path, sync: Callable[[int], None] = os.fsync) -> None:
        self._folder, self._sync = folder, sync

    def read(self, name: str) -> bytes | None:
        """See Card."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """See Card."""
        with (self._folder / name).open("wb") as file:
            file.write(content)
            file.flush()
            self._sync(file.fileno())
        self._settle()

    def overwrite(self, name: str, content: bytes) -> None:
        """See Card."""
        with (self._folder / name).open("r+b") as file:
            file.write(content)
            file.flush()
            self._sync(file.fileno())

    def rename(self, name: str, to: str) -> None:
        """See Card."""
        (self._folder / name).replace(self._folder / to)
        with (self._folder / to).open("rb") as file:
            self._sync(file.fileno())  # on FAT the new name has no content until then
        self._settle()

    def remove(self, name: str) -> None:
        """See Card."""
        (self._folder / name).unlink(missing_ok=True)
        self._settle()

    def _settle(self) -> None:
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            self._sync(folder)
        finally:
            os.close(folder)
