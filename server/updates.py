"""The release that this server offers to its machines: one that was handed to it by command, else its centre's.

Both lie below the server's data, in folders as a machine has one (sync.updates): the bundle whole, then the note that
names it. They are no part of a backup: a bundle can be had again.
"""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from server.errors import BundleRefused
from server.raucb import read_manifest
from sync.disk import take_writers_place
from sync.updates import AT_ONCE, PART, READY, READY_NOTE, Bundle, Shelf

FOLDER = "updates"
"""Below the server's data."""
OWN, CENTRE = "own", "centre"
RESERVE = 1024 * 1024 * 1024
"""Bytes that are left to the ledger."""


@dataclass(frozen=True, slots=True)
class Known:
    """What lies here: handed over by command, and what came from the centre. None: nothing."""

    own: Bundle | None
    centre: Bundle | None

    @property
    def offered(self) -> Bundle | None:
        """What machines are offered: who handed one over here means it."""
        return self.own or self.centre


class Offers:
    """The bundles of one server; `data` is its folder. Every method raises OSError where the disk does not do it."""

    def __init__(self, data: Path, *, reserve: int = RESERVE) -> None:
        self._reserve = reserve
        self.own, self.centre = (Shelf(data / FOLDER / name) for name in (OWN, CENTRE))

    def known(self) -> Known:
        """What lies here now."""
        return Known(self.own.note(READY_NOTE), self.centre.note(READY_NOTE))

    def piece(self, bundle: Bundle, offset: int, most: int) -> bytes | None:
        """Bytes of what is offered from there on; None: it is not offered, or has none there."""
        known = self.known()
        if not bundle.same(known.offered):
            return None
        shelf = self.own if known.own is not None else self.centre
        return shelf.piece(bundle, offset, most)

    def offer(self, file: Path, replaces: Sequence[str] = ()) -> Bundle:
        """Offer this bundle instead of the one before, once it is whole on this disk. Raises BundleRefused."""
        self.own.folder.mkdir(parents=True, exist_ok=True)
        try:
            lock = take_writers_place(self.own.folder / "offer")
        except BlockingIOError as error:
            raise BundleRefused("another bundle is being taken in", hint="Wait until it is done.") from error
        try:
            return self._taken_in(file, tuple(replaces))
        finally:
            with suppress(FileNotFoundError):
                self.own.remove(PART)
            os.close(lock)

    def _taken_in(self, file: Path, replaces: tuple[str, ...]) -> Bundle:
        shelf, found = self.own, hashlib.sha256()
        shelf.remove(PART)
        with file.open("rb") as source:
            manifest = read_manifest(source)
            size = source.seek(0, os.SEEK_END)
            if shelf.free() - size < self._reserve:
                hint = f"Make room: {self._reserve // 2**20} MiB have to be left beside it."
                raise BundleRefused(f"{file} does not fit on the server's disk", hint=hint)
            source.seek(0)
            while data := source.read(AT_ONCE):
                found.update(data)
                shelf.append(data)
        bundle = Bundle(manifest.release, found.hexdigest(), size, replaces)
        if shelf.size(PART) != size or shelf.digest() != bundle.sha256:
            hint = "Try again; where it fails again, look after the disk."
            raise BundleRefused("the server's disk does not give back what it was given", hint=hint)
        shelf.remove(READY_NOTE)
        shelf.rename(PART, READY)
        shelf.write_note(READY_NOTE, bundle)
        return bundle

    def withdraw(self) -> Bundle | None:
        """Offer nothing of what was handed over here; what that was."""
        before = self.own.note(READY_NOTE)
        for name in (READY_NOTE, READY):
            self.own.remove(name)
        return before
