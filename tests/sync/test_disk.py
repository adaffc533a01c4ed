"""What a disk's refusal means, by its code and never by its words."""

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sync.disk import DiskTrouble, take_writers_place, trouble_of


def sqlite_error(database: str, *statements: str) -> sqlite3.Error:
    connection = sqlite3.connect(database, uri=True)
    try:
        for statement in statements:
            connection.execute(statement)
    except sqlite3.Error as error:
        return error
    finally:
        connection.close()
    raise AssertionError("it worked")


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        (errno.ENOSPC, DiskTrouble.FULL),
        (errno.EDQUOT, DiskTrouble.FULL),
        (errno.EROFS, DiskTrouble.READ_ONLY),
        (errno.EACCES, DiskTrouble.READ_ONLY),
        (errno.EIO, DiskTrouble.FAILED),
    ],
)
def test_an_error_of_the_system_is_read_by_its_number(code: int, trouble: DiskTrouble) -> None:
    assert trouble_of(OSError(code, "a folder called full and readonly")) is trouble


def test_sqlite_s_own_errors_are_read_by_their_code(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE t (x)")
    tables = [f"CREATE TABLE t{n} (x)" for n in range(4)]
    full = sqlite_error(":memory:", "PRAGMA max_page_count = 2", *tables)
    assert trouble_of(full) is DiskTrouble.FULL
    assert trouble_of(sqlite_error(f"file:{file}?mode=ro", "INSERT INTO t VALUES (1)")) is DiskTrouble.READ_ONLY
    assert trouble_of(sqlite_error(":memory:", "SELECT full, readonly FROM nowhere")) is DiskTrouble.FAILED
    assert trouble_of(ValueError("full")) is DiskTrouble.FAILED


def test_the_writer_s_place_is_held_once_and_free_again_when_closed(tmp_path: Path) -> None:
    place = take_writers_place(tmp_path / "x.db")
    with pytest.raises(BlockingIOError):
        take_writers_place(tmp_path / "x.db")
    os.close(place)
    os.close(take_writers_place(tmp_path / "x.db"))
    assert (tmp_path / "x.db.writer").stat().st_mode & 0o007 == 0
