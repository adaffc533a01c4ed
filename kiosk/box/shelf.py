"""Where an update lies until it is installed: a folder of root's own, so that nobody changes what was looked at.

    bundle.raucb   whole; taken from the folder that sync fetches into, or brought from a stick
    bundle.part    of one that is being brought; of no use after a cut

In the other folder lie ready.raucb and, while that is whole, ready.json (sync.updates): the note goes first.
"""

import errno
import fcntl
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

from kiosk.box.errors import UpdateError
from kiosk.box.release import checked
from sync.durable import sync_folder

BUNDLE, PART = "bundle.raucb", "bundle.part"
READY, NOTE = "ready.raucb", "ready.json"
KIND = "*.raucb"
AT_ONCE = 1 << 20
MOST_NOTE = 4096
_NO_ROOM = "Take what is not needed off the card, or let the record be sent: python -m kiosk doctor tells what is full."


class Shelf:
    """`own` and `fetched` are the two folders. All raise OSError."""

    def __init__(self, own: Path, fetched: Path) -> None:
        self.own, self.fetched = own, fetched

    @property
    def bundle(self) -> Path:
        """What is to be installed, where there is any."""
        return self.own / BUNDLE

    def there(self) -> bool:
        """Whether something waits to be installed, in either folder."""
        return self.bundle.exists() or (self.fetched / NOTE).exists()

    def named(self) -> str:
        """How the note calls what was fetched; "?" where it says nothing that is a release's name."""
        try:
            return checked(str(json.loads((self.fetched / NOTE).read_bytes()[:MOST_NOTE])["release"]))
        except (OSError, ValueError, KeyError, TypeError, UpdateError):
            return "?"

    def take(self) -> None:
        """Make what was fetched root's own, where nothing lies here already. Raises UpdateError where it is no file, or
        somebody still has it open for writing."""
        ready, note = self.fetched / READY, self.fetched / NOTE
        if self.bundle.exists() or not note.exists():
            return
        note.unlink()
        sync_folder(self.fetched)
        if not ready.is_symlink() and not ready.exists():
            return
        ready.replace(self.bundle)
        sync_folder(self.own)
        sync_folder(self.fetched)
        handle = os.open(self.bundle, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise UpdateError("what was fetched is no file", hint="Nothing of it is used.")
            os.fchown(handle, os.geteuid(), os.getegid())
            os.fchmod(handle, 0o600)
            _nobody_writes(handle)
        finally:
            os.close(handle)

    def bring(self, folder: Path, look: Callable[[Path], None]) -> Path:
        """Copy the bundle at this folder's top, and put the copy in its place once `look` raised nothing about it; its
        source. A cut at any step leaves what lay here before. Raises UpdateError."""
        found = sorted(each for each in folder.glob(KIND) if each.is_file() and not each.name.startswith("."))
        if len(found) != 1:
            what = f"{len(found)} bundles lie" if found else "no bundle lies"
            raise UpdateError(f"{what} on the stick", hint="Put one file, scorecard-RELEASE.raucb, at its top.")
        part = self.own / PART
        part.unlink(missing_ok=True)
        try:
            self._copy(found[0], part)
            look(part)
        except (OSError, UpdateError) as error:
            part.unlink(missing_ok=True)
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise UpdateError("there is no room for it on the card", code="failed", hint=_NO_ROOM) from error
            raise
        part.replace(self.bundle)
        sync_folder(self.own)
        return found[0]

    def _copy(self, source: Path, target: Path) -> None:
        with source.open("rb") as read, target.open("xb") as written:
            os.fchmod(written.fileno(), 0o600)
            while data := read.read(AT_ONCE):
                written.write(data)
            written.flush()
            os.fsync(written.fileno())

    def drop(self) -> None:
        """Nothing lies here any more."""
        for path in (self.bundle, self.own / PART):
            path.unlink(missing_ok=True)
        sync_folder(self.own)


def _nobody_writes(handle: int) -> None:
    """The kernel gives a reader's lease only where no one has the file open for writing; from now on none can."""
    try:
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError as error:
        raise UpdateError(
            "somebody still writes to what was fetched", hint="It is fetched anew.", code="damaged"
        ) from error
    fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
