"""Kiosk and sync are two users of one folder: with the units' masks each reads what the other writes."""

import os
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kiosk.appliance import open_journal
from sync import keys
from sync.facts import ScoreGiven, draft
from sync.inbox import Inbox, InboxReader, InboxState
from sync.journal import JournalReader
from sync.system_clock import SystemClock
from sync.types import Level
from sync.wake import WakeSocket
from tests.systemd.units import APPLIANCE, unit

KIOSK, SYNC, GROUP = 60801, 60803, 60800
TO_ITSELF = 0o077

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes other users")


def mask(service: str) -> int:
    return int(unit(APPLIANCE / f"scorecard-{service}.service").one("UMask") or "0", 8)


def as_user(user: int, umask: int, work: Callable[[], None]) -> bool:
    """Whether it goes well in another process, as this user of the common group."""
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(GROUP)
            os.setuid(user)
            os.umask(umask)
            work()
        except BaseException:  # noqa: BLE001 nothing of this process may go on as if it were the test
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


class Folder:
    """The kiosk's folder as scorecard-data.service makes it."""

    def __init__(self, path: Path) -> None:
        path.mkdir()
        os.chown(path, KIOSK, GROUP)
        path.chmod(0o2770)
        self.path = path

    def kiosk(self) -> None:
        """Write facts and fall, as a kiosk does that is killed: what SQLite keeps beside the journal stays."""
        clock = SystemClock()
        journal, _ = open_journal(self.path, clock)
        journal.append([draft(ScoreGiven(1, Level(4)))], clock.instant())
        os._exit(0)

    def kiosk_ends(self) -> None:
        """Close the journal as a kiosk does that is told to: SQLite takes away what it kept beside it."""
        journal, _ = open_journal(self.path, SystemClock())
        journal.close()
        assert not (self.path / "journal.db-shm").exists()

    def sync(self) -> None:
        """Read key and journal, and leave word."""
        keys.load(self.path / "device.key")
        with JournalReader(self.path / "journal.db") as reader:
            assert reader.last().seq >= 2
        inbox = Inbox(self.path / "inbox.db")
        inbox.write(InboxState("idle"))
        WakeSocket(self.path / "sync.wake")
        os._exit(0)

    def kiosk_again(self) -> None:
        """Read what sync left."""
        left = InboxReader(self.path / "inbox.db").read()
        assert left is not None
        assert left.phase == "idle"
        assert os.access(self.path / "sync.wake", os.W_OK)
        clock = SystemClock()
        journal, _ = open_journal(self.path, clock)
        journal.append([draft(ScoreGiven(1, Level(4)))], clock.instant())
        journal.close()


def went_well(folder: Path, kiosk_mask: int) -> list[bool]:
    """Whether kiosk, sync, and once more the kiosk could do what they do."""
    shared, others = Folder(folder), mask("sync")
    return [
        as_user(KIOSK, kiosk_mask, shared.kiosk),
        as_user(SYNC, others, shared.sync),
        as_user(KIOSK, kiosk_mask, shared.kiosk_again),
    ]


def after_a_restart(folder: Path) -> list[bool]:
    """Kiosk and sync ended in order; then sync was first to open the journal, and the kiosk first to open the inbox."""
    shared, kiosk, sync = Folder(folder), mask("kiosk"), mask("sync")
    return [
        as_user(KIOSK, kiosk, shared.kiosk),
        as_user(SYNC, sync, shared.sync),
        as_user(KIOSK, kiosk, shared.kiosk_ends),
        as_user(SYNC, sync, shared.sync),
        as_user(KIOSK, kiosk, shared.kiosk_again),
        as_user(SYNC, sync, shared.sync),
    ]


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that others may pass through, which pytest's own are not."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def test_kiosk_and_sync_share_the_folder(place: Path) -> None:
    assert went_well(place / "kiosk", mask("kiosk")) == [True, True, True]


def test_whoever_opens_a_file_first_makes_what_lies_beside_it_for_both(place: Path) -> None:
    """Else the machine is out of order after a restart that went as it should, wherever sync was a moment sooner."""
    assert all(after_a_restart(place / "kiosk"))


def test_a_kiosk_that_keeps_its_files_to_itself_would_be_sent_by_nobody(place: Path) -> None:
    """The control."""
    assert went_well(place / "kiosk", TO_ITSELF)[:2] == [True, False]
