"""A server with a ledger, a machine that sends to it, and a stick for its backups. For tests."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pyrage

from server.backup import Source, make, verify
from server.backups import Backup, safe_of
from server.intake import take_batch
from server.ledger import Ledger
from server.medium import DRAFT, Folder
from server.restore import restore
from server.stores import FILE
from sync.types import JournalId, Seq, UtcMs
from tests.server.conftest import ZONE, admit
from tests.server.device import NOON, Device, score, seeded
from tests.server.places import place
from tests.server.running import CONFIG

HOUR = 3_600_000
IDENTITY = pyrage.x25519.Identity.generate()
PUBLIC = str(IDENTITY.to_public())
BACKUP = f'[backup]\nfolder = "stick"\nfor = ["{PUBLIC}"]\n'


class Stick(Folder):
    """A stick. `spoils(file)` is what it does to the next file that is written to it, once."""

    def __init__(self, folder: Path, data: Path) -> None:
        super().__init__(folder, data, disk_of=lambda path: path.name)
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.spoils: Callable[[Path], None] = _good

    def read_back(self, name: str) -> BinaryIO:
        """The draft, as it became."""
        self._spoil(name)
        return super().read_back(name)

    def publish(self, name: str) -> None:
        """The same for a file that nobody read back."""
        self._spoil(name)
        super().publish(name)

    def _spoil(self, name: str) -> None:
        spoils, self.spoils = self.spoils, _good
        spoils(self.folder / (name + DRAFT))

    @property
    def backups(self) -> list[Path]:
        """The files with the name of a backup, the newest first."""
        return sorted(self.folder.glob("*.age"), reverse=True)


def _good(file: Path) -> None:
    """Nothing happens to it."""


def cut(file: Path, keep: float = 0.9) -> None:
    """The end of the file is gone."""
    os.truncate(file, int(file.stat().st_size * keep))


def flip(file: Path, at: float = 0.7) -> None:
    """One bit is the other way."""
    data = bytearray(file.read_bytes())
    data[min(int(len(data) * at), len(data) - 1)] ^= 0x10
    file.write_bytes(data)


def no_check(*values: object) -> None:
    """The broken variant: what was written is believed."""


class Saved:
    """A server in `folder/office`, and one kiosk."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now = folder, int(NOON)
        self.config = folder / "server.toml"
        self.config.write_text(CONFIG + BACKUP, "utf-8")
        self.data = folder / "office"
        self.data.mkdir()
        self.ledger = Ledger(place(self.data / FILE), ZONE, seeded(7))
        self.device = Device.make(folder / "kiosk")
        admit(self.ledger, self.device)
        self.stick = Stick(folder / "stick", self.data)
        self.last: Backup | None = None

    def close(self) -> None:
        """Let go of the files."""
        self.ledger.close()
        self.device.journal.close()

    @property
    def now_ms(self) -> UtcMs:
        """What its clock says."""
        return UtcMs(self.now)

    @property
    def received(self) -> int:
        """How far the ledger has the kiosk's journal."""
        return int(self.ledger.end_of(self.device.journal_id).seq)

    @property
    def safe(self) -> int:
        """How far it may be pruned."""
        return safe_of(self.last, self.device.journal_id)

    def work(self, presses: int) -> None:
        """Presses that reach the server."""
        self.device.record(*[score(5) for _ in range(presses)])
        with self.ledger.transaction():
            taken = take_batch(self.ledger, self.device.request(), UtcMs(self.now))
        assert isinstance(taken, int), taken
        self.device.sent = self.ledger.end_of(self.device.journal_id)

    def back_up(self, *, check: bool = True) -> Backup:
        """Make a backup and enter it."""
        self.now += HOUR
        made = make(
            Source(self.data, self.config), self.stick, [PUBLIC], UtcMs(self.now), verify if check else no_check
        )
        with self.ledger.transaction():
            self.ledger.backups.keep(made)
        self.last = made
        return made

    def restored(self, backup: Path, name: str = "second") -> Path:
        """Restore into a new place; its configuration."""
        place = self.folder / name
        place.mkdir()
        secret = self.folder / "secret"
        secret.write_text(f"# from the safe\n{IDENTITY}\n", "ascii")
        restore(backup, secret, place / "server.toml")
        return place / "server.toml"


def seq_of(config: Path, journal_id: JournalId) -> Seq:
    """How far a restored ledger has a journal."""
    ledger = Ledger(place(config.parent / "office" / FILE), ZONE, seeded(8))
    try:
        return ledger.end_of(journal_id).seq
    finally:
        ledger.close()
