"""Backups: what is called safe survives the loss of the server; what a medium spoils is never counted."""

import contextlib
import errno
import gzip
import hashlib
import io
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pyrage
import pytest

from server import medium
from server.archive import Sink, first_file, pack, unpack
from server.backup import DRAFTS, KEPT, Source, journals_of, snapshot, verify
from server.backups import last_backup, name_of
from server.errors import BackupDamaged, BackupFailed, RestoreRefused, SecretUnusable, ServerError
from server.lastword import FILE as LAST_WORD
from server.medium import Folder, disk
from server.restore import restore
from server.stores import FILE
from sync.disk import take_writers_place
from sync.types import UtcMs
from tests.server.places import reader_of
from tests.server.saved import HOUR, IDENTITY, Saved, cut, flip, seq_of


@pytest.fixture
def saved(tmp_path: Path) -> Iterator[Saved]:
    """A server with a stick."""
    made = Saved(tmp_path)
    yield made
    made.close()


SEEDS = range(6)
SPOILS: list[Callable[[Path], None]] = [cut, flip, lambda file: None]


def by_backup(server: Saved) -> int:
    """What is safe."""
    return server.safe


def by_receipt(server: Saved) -> int:
    """The broken variant: what was received is called safe."""
    return server.received


def lost(folder: Path, seed: int, *, safe: Callable[[Saved], int] = by_backup, check: bool = True) -> int:
    """Backups, some on a stick that spoils them, and more facts; the kiosk prunes what is called safe; then the server
    is gone and restored from the newest backup that opens. How many facts nobody has any more."""
    draw = random.Random(seed)
    folder.mkdir()
    server, pruned = Saved(folder), 0
    try:
        for number in range(4):
            server.work(draw.randint(1, 4))
            if number:
                server.stick.spoils = draw.choice(SPOILS)
            with contextlib.suppress(BackupFailed):  # what was verified before still counts
                server.back_up(check=check)
            server.work(draw.randint(1, 3))
            pruned = max(pruned, safe(server))
        for number, backup in enumerate(server.stick.backups):
            try:
                config = server.restored(backup, f"restored{number}")
            except ServerError:
                continue
            return max(0, pruned - seq_of(config, server.device.journal_id))
        return pruned
    finally:
        server.close()


def test_what_is_called_safe_survives_the_loss_of_the_server(tmp_path: Path) -> None:
    assert [lost(tmp_path / str(seed), seed) for seed in SEEDS] == [0] * len(SEEDS)


def test_control_a_server_that_calls_received_safe_loses_facts(tmp_path: Path) -> None:
    gone = [lost(tmp_path / str(seed), seed, safe=by_receipt) for seed in SEEDS]
    assert sum(count > 0 for count in gone) > len(SEEDS) / 2


def test_control_a_server_that_counts_an_unverified_backup_loses_facts(tmp_path: Path) -> None:
    gone = [lost(tmp_path / str(seed), seed, check=False) for seed in SEEDS]
    assert sum(count > 0 for count in gone) > 0


@pytest.mark.parametrize("spoils", [
    lambda file: cut(file, 0.0), lambda file: cut(file, 0.5), lambda file: cut(file, 0.999),
    lambda file: flip(file, 0.0), lambda file: flip(file, 0.02), lambda file: flip(file, 0.5),
    lambda file: flip(file, 1.0), lambda file: file.write_bytes(file.read_bytes() + b"\0"),
])  # fmt: skip
def test_a_file_that_is_not_what_was_written_is_no_backup(saved: Saved, spoils: Callable[[Path], None]) -> None:
    saved.work(3)
    first = saved.back_up()
    saved.work(3)
    saved.stick.spoils = spoils
    with pytest.raises(BackupFailed) as refused:
        saved.back_up()
    assert refused.value.code == medium.DAMAGED
    assert saved.last == first
    assert [path.name for path in saved.stick.folder.iterdir()] == [Path(first.path).name]


def test_a_copy_that_ends_before_what_it_claims_is_no_backup(saved: Saved, tmp_path: Path) -> None:
    """The file is whole and opens; its ledger is an older one."""
    saved.work(2)
    source = Source(saved.data, saved.config)
    older = snapshot(source, tmp_path / "older", saved.now_ms)
    saved.work(2)
    claimed = msgspec.structs.replace(older, journals=snapshot(source, tmp_path / "newer", saved.now_ms).journals)
    with saved.stick.draft("a.age") as file:
        sink = Sink(file)
        pack(claimed, tmp_path / "older", sink, [IDENTITY.to_public()])
    with pytest.raises(BackupFailed, match="does not reach as far"):
        verify(saved.stick, "a.age", sink.digest, claimed, IDENTITY, tmp_path / "check")


def test_a_damaged_ledger_is_not_backed_up(saved: Saved) -> None:
    saved.work(200)
    with closing(sqlite3.connect(saved.data / FILE)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'refusals'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with (saved.data / FILE).open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    with pytest.raises(BackupFailed) as refused:
        saved.back_up()
    assert refused.value.code == medium.FAILED  # no stick is to blame


def test_a_backup_reaches_as_far_as_the_ledger_and_is_entered(saved: Saved) -> None:
    saved.work(3)
    made = saved.back_up()
    saved.work(3)
    with closing(reader_of(saved.data / FILE)) as db:
        assert last_backup(db) == made
    assert (saved.safe, saved.received) == (4, 7)
    assert hashlib.sha256(Path(made.path).read_bytes()).hexdigest() == made.digest
    assert not list(saved.data.glob("backup.draft/*"))


def test_a_copy_is_of_one_moment_and_holds_no_writer_up(saved: Saved, tmp_path: Path) -> None:
    saved.work(2)
    left: list[int] = []

    def between(status: int, remaining: int, total: int) -> None:
        if not left:
            saved.work(5)
        left.append(remaining)

    copied = snapshot(Source(saved.data, saved.config), tmp_path / "copy", saved.now_ms, 4, between)
    assert copied.journals == journals_of(tmp_path / "copy" / FILE)
    assert copied.journals[saved.device.journal_id][0] == 3
    assert left == sorted(left, reverse=True)  # it never began again
    assert saved.received == 8


def test_old_backups_go_once_a_new_one_is_verified(saved: Saved) -> None:
    saved.work(1)
    server_id = saved.ledger.server_id
    for day in range(30):
        (saved.stick.folder / name_of(server_id, UtcMs(saved.now - day * 24 * HOUR))).write_bytes(b"old")
    saved.stick.spoils = flip
    with pytest.raises(BackupFailed):
        saved.back_up()
    assert len(saved.stick.backups) == 30
    saved.back_up()
    assert len(saved.stick.backups) == 15  # of 14 days, and the last of the month before


def test_a_file_that_is_not_the_one_in_the_list_is_found(saved: Saved, tmp_path: Path) -> None:
    saved.work(1)
    told = snapshot(Source(saved.data, saved.config), tmp_path / "copy", saved.now_ms)
    (tmp_path / "copy" / "server.toml").write_text("another", "ascii")
    with (tmp_path / "a.age").open("wb") as file:
        pack(told, tmp_path / "copy", Sink(file), [IDENTITY.to_public()])
    (tmp_path / "out").mkdir()
    with (tmp_path / "a.age").open("rb") as file, pytest.raises(BackupDamaged, match=r"server\.toml is not what"):
        unpack(file, [IDENTITY], tmp_path / "out")


def test_a_second_backup_at_the_same_time_is_refused(saved: Saved) -> None:
    saved.work(1)
    handle = take_writers_place(saved.data / DRAFTS)
    try:
        with pytest.raises(BackupFailed, match="another backup"):
            saved.back_up()
    finally:
        os.close(handle)
    assert saved.back_up().reached


def test_a_backup_holds_what_a_restore_needs_and_the_last_word_is_not_in_it(saved: Saved, tmp_path: Path) -> None:
    for name in (*KEPT, LAST_WORD, "console.pem"):
        (saved.data / name).write_text(name, "ascii")
    (saved.data / "clips" / "th").mkdir(parents=True)
    (saved.data / "clips" / "th" / "one-0a.wav").write_bytes(b"RIFF")
    saved.work(1)
    made = saved.back_up()
    with Path(made.path).open("rb") as file:
        manifest, name, text = first_file(file, [IDENTITY])
    assert (name, text) == ("server.toml", saved.config.read_bytes())
    assert set(manifest.files) == {"server.toml", "office.db", "clips/th/one-0a.wav", *KEPT}
    data = saved.restored(Path(made.path)).parent / "office"
    assert (data / "clips" / "th" / "one-0a.wav").read_bytes() == b"RIFF"
    assert (data / KEPT[0]).read_text("ascii") == KEPT[0]
    assert not (data / LAST_WORD).exists()


def test_no_byte_of_the_record_lies_open_on_the_medium(saved: Saved) -> None:
    saved.work(1)
    data = Path(saved.back_up().path).read_bytes()
    assert data.startswith(b"age-encryption.org/v1")
    assert gzip.compress(b"")[:3] not in data[:400]
    assert saved.device.journal_id.encode() not in data


def test_a_restore_needs_the_right_secret_and_an_empty_folder(saved: Saved, tmp_path: Path) -> None:
    saved.work(1)
    backup = Path(saved.back_up().path)
    wrong = tmp_path / "wrong"
    wrong.write_text(str(pyrage.x25519.Identity.generate()), "ascii")
    with pytest.raises(SecretUnusable, match="does not open"):
        restore(backup, wrong, tmp_path / "nowhere.toml")
    config = saved.restored(backup)
    with pytest.raises(RestoreRefused, match="is not empty"):
        restore(backup, saved.folder / "secret", config)
    flip(backup)
    (tmp_path / "third.toml").write_text(saved.config.read_text("utf-8").replace('"office"', '"third"'), "utf-8")
    with pytest.raises(BackupDamaged):
        restore(backup, saved.folder / "secret", tmp_path / "third.toml")
    assert list((tmp_path / "third").iterdir()) == []


def test_nobody_is_signed_in_by_a_backup(saved: Saved) -> None:
    saved.work(1)
    with closing(sqlite3.connect(saved.data / FILE)) as db, db:
        columns = "staff, login, name, role, skills, language, password, made_ms"
        db.execute(f"INSERT INTO staff ({columns}) VALUES ('s00000001', 'a', 'A', 'staff', '[]', 'th', 'x', 0)")
        db.execute("INSERT INTO sessions VALUES (zeroblob(32), 's00000001', 0, 0)")
    data = saved.restored(Path(saved.back_up().path)).parent / "office"
    with closing(sqlite3.connect(data / FILE)) as db:
        assert db.execute("SELECT (SELECT count(*) FROM staff), (SELECT count(*) FROM sessions)").fetchone() == (1, 0)


def test_a_backup_goes_to_another_disk_only(tmp_path: Path) -> None:
    data, stick = tmp_path / "data", tmp_path / "stick"
    data.mkdir()
    with pytest.raises(BackupFailed) as refused:
        Folder(stick, data).check()
    assert refused.value.code == medium.AWAY
    stick.mkdir()
    with pytest.raises(BackupFailed) as refused:
        Folder(stick, data).check()
    assert refused.value.code == medium.SAME_DISK
    Folder(stick, data, disk_of=lambda path: path.name).check()


def test_two_partitions_are_one_disk(tmp_path: Path) -> None:
    number = tmp_path.stat().st_dev
    name = f"{os.major(number)}:{os.minor(number)}"
    assert disk(tmp_path, tmp_path / "nothing") == name
    whole = tmp_path / "devices" / "sda"
    (whole / "sda1").mkdir(parents=True)
    (whole / "dev").write_text("8:0\n", "ascii")
    (whole / "sda1" / "partition").write_text("1\n", "ascii")
    (tmp_path / "block").mkdir()
    (tmp_path / "block" / name).symlink_to(whole / "sda1")
    assert disk(tmp_path, tmp_path / "block") == "8:0"


class Filling(io.BytesIO):
    """A file that takes so many writes and no more."""

    def __init__(self, writes: int) -> None:
        super().__init__()
        self.left = writes

    def write(self, data: object) -> int:
        """Pass it by, until it is full."""
        self.left -= 1
        if self.left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return len(bytes(data))  # type: ignore[call-overload]


@pytest.mark.parametrize("size", [10, 5_000, 70_000, 200_000])
def test_no_write_that_fails_is_passed_over(saved: Saved, tmp_path: Path, size: int) -> None:
    """Wherever the medium is full: the library itself keeps some of these to itself."""
    manifest = snapshot(Source(saved.data, saved.config), tmp_path / "copy", saved.now_ms)
    (tmp_path / "copy" / "one").write_bytes(random.Random(1).randbytes(size))
    one = msgspec.structs.replace(manifest, files={"one": ""})
    whole = Filling(1000)
    pack(one, tmp_path / "copy", Sink(whole), [IDENTITY.to_public()])
    for writes in range(1000 - whole.left):
        with pytest.raises(OSError, match="No space left"):
            pack(one, tmp_path / "copy", Sink(Filling(writes)), [IDENTITY.to_public()])


def test_a_stick_that_is_full_says_so(saved: Saved) -> None:
    saved.work(1)
    saved.stick.draft = lambda name: Filling(1)  # type: ignore[method-assign]
    with pytest.raises(BackupFailed) as refused:
        saved.back_up()
    assert refused.value.code == medium.FULL, refused.value
