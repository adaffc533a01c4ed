"""What sync tells the kiosk, and the datagrams between them."""

import resource
import select
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.errors import JournalBusy
from sync.inbox import Inbox, InboxReader, InboxRefused, InboxState, OfficeTime
from sync.journal import Instant
from sync.types import BootMs, JournalId, Seq, UtcMs
from sync.wake import WakeSocket, wake
from tests.sync.journals import BOOT

FULL = InboxState(
    "quarantine",
    Seq(7),
    Seq(3),
    "fork",
    "another history",
    JournalId("01" * 16),
    "office-1",
    2,
    Instant(BOOT, BootMs(90)),
    OfficeTime(UtcMs(1_793_491_200_000), BOOT, BootMs(1000), BootMs(1041)),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "inbox.db"


@pytest.fixture
def inbox(path: Path) -> Iterator[Inbox]:
    opened = Inbox(path)
    yield opened
    opened.close()


def test_an_absent_inbox_is_fine(path: Path) -> None:
    assert InboxReader(path).read() is None
    assert not path.exists()


@pytest.mark.parametrize("state", [FULL, InboxState()], ids=["full", "empty"])
def test_the_kiosk_reads_what_sync_wrote(inbox: Inbox, path: Path, state: InboxState) -> None:
    inbox.write(InboxState(phase="backoff", reason="failed"))
    inbox.write(state)
    assert InboxReader(path).read() == state
    assert inbox.read() == state


def test_the_offices_time_comes_with_half_the_round_trip(inbox: Inbox, path: Path) -> None:
    inbox.write(FULL)
    state = InboxReader(path).read()
    assert state is not None
    assert state.office_time is not None
    assert (state.office_time.boottime_ms, state.office_time.uncertainty_ms) == (1020, 21)


def test_one_reader_sees_later_writes(inbox: Inbox, path: Path) -> None:
    reader = InboxReader(path)
    seen = []
    for received in (1, 2):
        inbox.write(InboxState(received=Seq(received)))
        state = reader.read()
        seen.append(state.received if state else None)
    assert seen == [1, 2]


def test_a_second_writer_is_turned_away(inbox: Inbox, path: Path) -> None:
    with pytest.raises(JournalBusy):
        Inbox(path)


@pytest.mark.parametrize("junk", [b"this is no database" * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_an_inbox_that_cannot_be_read_is_made_anew(path: Path, junk: bytes) -> None:
    path.write_bytes(junk)
    assert InboxReader(path).read() is None
    inbox = Inbox(path)
    inbox.write(FULL)
    inbox.close()
    assert InboxReader(path).read() == FULL


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "inbox.db"
    inbox = Inbox(path)
    inbox.write(FULL)
    inbox.close()
    return path


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_turned_bits_read_as_a_state_or_as_none_and_are_written_over(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("turned") / "inbox.db"
    content = bytearray(whole.read_bytes())
    used = [place for place, byte in enumerate(content) if byte]
    for place in data.draw(st.lists(st.sampled_from(used), min_size=1, max_size=3)):
        content[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    seen = InboxReader(path).read()
    assert seen is None or seen.received >= 0
    inbox = Inbox(path)
    inbox.write(InboxState())
    inbox.write(FULL)
    inbox.close()
    assert InboxReader(path).read() == FULL


def test_a_full_disk_refuses_the_row_and_keeps_the_one_before(inbox: Inbox, path: Path) -> None:
    inbox.write(FULL)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, hard))
    try:
        with pytest.raises(InboxRefused) as caught:
            inbox.write(InboxState(message="x" * 100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "free space" in caught.value.hint
    assert InboxReader(path).read() == FULL
    inbox.write(InboxState())
    assert InboxReader(path).read() == InboxState()


def test_a_folder_that_went_away_refuses_and_is_used_again_when_it_is_back(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    inbox = Inbox(folder / "inbox.db")
    with pytest.raises(InboxRefused):
        inbox.write(FULL)
    folder.mkdir()
    inbox.write(FULL)
    assert InboxReader(folder / "inbox.db").read() == FULL
    inbox.close()


def test_an_inbox_of_a_strange_shape_reads_as_none(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE other (x)")
    connection.close()
    assert InboxReader(path).read() is None


def ready(woken: WakeSocket) -> bool:
    return bool(select.select([woken], [], [], 0)[0])


def test_a_wake_up_arrives_and_is_drained(tmp_path: Path) -> None:
    with WakeSocket(tmp_path / "sync.wake") as woken:
        assert not ready(woken)
        assert wake(tmp_path / "sync.wake")
        assert ready(woken)
        assert woken.drain()
        assert not ready(woken)
        assert not woken.drain()


def test_a_wake_up_may_say_until_when_the_office_has_confirmed(tmp_path: Path) -> None:
    with WakeSocket(tmp_path / "kiosk.wake") as woken:
        said = [woken.confirmed]
        for each in (BootMs(9_000), None, BootMs(19_000), BootMs(18_000)):
            assert wake(tmp_path / "kiosk.wake", each)
        assert woken.drain()
        said.append(woken.confirmed)
        assert wake(tmp_path / "kiosk.wake")
        assert woken.drain()
        assert [*said, woken.confirmed] == [None, 19_000, 19_000]


def test_nobody_to_wake_is_no_error(tmp_path: Path) -> None:
    assert not wake(tmp_path / "kiosk.wake")
    assert not wake(tmp_path / "no folder" / "kiosk.wake")


def test_a_socket_left_by_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as left:
        left.bind(str(tmp_path / "a.wake"))
    with WakeSocket(tmp_path / "a.wake") as woken:
        wake(tmp_path / "a.wake")
        assert ready(woken)


def test_a_thousand_wake_ups_that_nobody_takes_block_nobody(tmp_path: Path) -> None:
    with WakeSocket(tmp_path / "a.wake") as woken:
        assert all(wake(tmp_path / "a.wake") for _ in range(1000))
        assert woken.drain()


def test_a_data_folder_with_a_long_path_works(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a folder with a long name"] * 6)
    deep.mkdir(parents=True)
    before = len(list(Path("/proc/self/fd").iterdir()))
    with WakeSocket(deep / "sync.wake") as woken:
        assert wake(deep / "sync.wake")
        assert ready(woken)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert not (deep / "sync.wake").exists()
