"""Updates are signed with keys that are named whole, or with the builder's own, which are made once."""

from pathlib import Path

import pytest

from image.bundle import manifest, named
from image.errors import ImageError
from image.making import main
from image.signing import given, kept


def test_the_builder_s_own_keys_are_made_once_and_nobody_else_may_read_them(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "keys"
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "keys.unfinished").mkdir()  # of a making that was cut
    first = kept(folder)
    contents = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert kept(folder) == first
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == contents
    assert {f"{path.stat().st_mode & 0o777:o}" for path in folder.glob("*.key")} == {"600"}
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["keys"]
    assert first.keyring.startswith(b"-----BEGIN CERTIFICATE-----")
    assert b"PRIVATE" not in first.keyring


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_key_without_its_certificates_is_refused(tmp_path: Path, missing: int) -> None:
    files: list[Path | None] = [tmp_path / name for name in ("key", "certificate", "authority")]
    for path in files:
        assert path
        path.touch()
    assert given(*files) is not None
    assert given(None, None, None) is None
    named_file = files[missing]
    files[missing] = None
    with pytest.raises(ImageError, match="is missing"):
        given(*files)
    files[missing] = named_file
    assert named_file
    named_file.unlink()
    with pytest.raises(ImageError, match="--"):
        given(*files)


def test_a_release_that_no_card_could_compare_is_not_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert named("1.2.0-rc.1") in manifest("1.2.0-rc.1")
    with pytest.raises(ImageError, match="no name of a release"):
        named("latest")
    cache = ["--cache", str(tmp_path / "cache"), "--out", str(tmp_path / "out")]
    assert main([*cache, "--release", "newest"]) == 2
    assert main([*cache, "--key", str(tmp_path / "none")]) == 2
    told = capsys.readouterr().err
    assert "newest" in told
    assert "--key" in told
    assert not (tmp_path / "out").exists()
