"""The archive of the first root is one that cpio itself reads."""

import subprocess
from pathlib import Path

import pytest

from image.cpio import Entry, archive

ENTRIES = {
    "init": Entry(b"#!/bin/sh\n", 0o755),
    "bin/sh": Entry(target="busybox"),
    "modules/order": Entry(b"a.ko\nb.ko\n"),
    "modules/deep/in/it": Entry(b"x" * 5001),
}


def unpack(packed: bytes, folder: Path) -> None:
    subprocess.run(["cpio", "-id", "--quiet"], cwd=folder, input=packed, check=True, stderr=subprocess.DEVNULL)


def test_cpio_unpacks_it(tmp_path: Path) -> None:
    packed = archive(ENTRIES)
    unpack(packed, tmp_path)
    assert (tmp_path / "modules/deep/in/it").read_bytes() == b"x" * 5001
    assert (tmp_path / "init").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "bin/sh").readlink() == Path("busybox")


def test_the_same_files_make_the_same_archive() -> None:
    assert archive(ENTRIES) == archive(dict(reversed(ENTRIES.items())))


@pytest.mark.parametrize("cut", [1, 50, 200])
def test_control_a_cut_archive_is_refused_by_it(tmp_path: Path, cut: int) -> None:
    packed = archive(ENTRIES)[: -len(archive({})) - cut]
    with pytest.raises(subprocess.CalledProcessError):
        unpack(packed, tmp_path)
