"""Where an update lies until it is installed: root's alone, and whole or not there at all, whenever the power goes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.box.errors import UpdateError
from kiosk.box.shelf import Shelf

ROOT = Path(__file__).parents[3]
CONTENT = bytes(range(256)) * 4000
CHILD = """
import resource, sys
from pathlib import Path
from kiosk.box.shelf import Shelf
most = int(sys.argv[3])
if most:
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
def look(part):
    if not most:
        print("looking", flush=True)
        sys.stdin.read()
Shelf(Path(sys.argv[1]), Path("none")).bring(Path(sys.argv[2]), look)
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    for name in ("own", "fetched"):
        (tmp_path / name).mkdir()
    return Shelf(tmp_path / "own", tmp_path / "fetched")


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick/update.raucb").write_bytes(CONTENT)
    return tmp_path / "stick"


def fetched(shelf: Shelf, content: bytes = CONTENT, release: object = "2.0.0") -> Path:
    ready = shelf.fetched / "ready.raucb"
    ready.write_bytes(content)
    (shelf.fetched / "ready.json").write_text(json.dumps({"release": release}))
    return ready


def lies(shelf: Shelf) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in shelf.own.iterdir()}


def test_what_was_fetched_becomes_root_s_own(shelf: Shelf) -> None:
    fetched(shelf).chmod(0o666)
    assert shelf.there()
    assert shelf.named() == "2.0.0"
    shelf.take()
    assert lies(shelf) == {"bundle.raucb": CONTENT}
    assert list(shelf.fetched.iterdir()) == []
    found = shelf.bundle.stat()
    assert (found.st_mode & 0o777, found.st_uid) == (0o600, os.geteuid())
    shelf.drop()
    assert not shelf.there()


def test_one_without_its_note_is_not_whole_and_is_left(shelf: Shelf) -> None:
    fetched(shelf)
    (shelf.fetched / "ready.json").unlink()
    assert not shelf.there()
    shelf.take()
    assert lies(shelf) == {}
    assert (shelf.fetched / "ready.raucb").exists()


def test_a_note_without_its_bundle_gives_nothing(shelf: Shelf) -> None:
    fetched(shelf).unlink()
    shelf.take()
    assert lies(shelf) == {}
    assert not shelf.there(), "and it is gone, so that it is fetched again"


def test_what_was_brought_stays_before_what_is_fetched(shelf: Shelf, stick: Path) -> None:
    shelf.bring(stick, lambda part: None)
    fetched(shelf, b"other")
    shelf.take()
    assert lies(shelf) == {"bundle.raucb": CONTENT}


def test_who_still_writes_to_it_is_found(shelf: Shelf) -> None:
    ready = fetched(shelf)
    with ready.open("r+b"), pytest.raises(UpdateError, match="still writes"):
        shelf.take()


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_what_is_no_file_is_not_taken_for_one(shelf: Shelf, tmp_path: Path, kind: str) -> None:
    ready = fetched(shelf)
    ready.unlink()
    secret = tmp_path / "secret"
    secret.write_bytes(b"x")
    if kind == "link":
        ready.symlink_to(secret)
    elif kind == "folder":
        ready.mkdir()
    else:
        os.mkfifo(ready)
    with pytest.raises((UpdateError, OSError)):
        shelf.take()
    assert secret.stat().st_mode & 0o777 != 0o600


@pytest.mark.parametrize("note", ["", "{", '{"release": "../x"}', '{"release": 5.5e9}', "[]", '"' + "x" * 9000])
def test_a_note_is_believed_only_where_it_names_a_release(shelf: Shelf, note: str) -> None:
    fetched(shelf)
    (shelf.fetched / "ready.json").write_text(note)
    assert shelf.named() == "?"


def bringing(shelf: Shelf, stick: Path, most: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", CHILD, str(shelf.own), str(stick), str(most)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


@pytest.mark.parametrize("most", [1, 100_000, len(CONTENT) - 1])
def test_a_cut_in_the_middle_of_copying_loses_nothing(shelf: Shelf, stick: Path, most: int) -> None:
    """The system ends the copying process where its file reaches a size."""
    shelf.bundle.write_bytes(b"what lay here before")
    with bringing(shelf, stick, most) as child:
        child.communicate()
    assert child.returncode in (-signal.SIGXFSZ, 1)
    assert shelf.bundle.read_bytes() == b"what lay here before"
    assert (stick / "update.raucb").read_bytes() == CONTENT
    shelf.bring(stick, lambda part: None)
    assert lies(shelf) == {"bundle.raucb": CONTENT}


def test_a_cut_before_it_was_looked_over_leaves_nothing_that_counts(shelf: Shelf, stick: Path) -> None:
    with bringing(shelf, stick, 0) as child:
        assert child.stdout
        assert child.stdout.readline() == "looking\n"
        assert (shelf.own / "bundle.part").read_bytes() == CONTENT, "the copy is whole, and does not count yet"
        child.kill()
    assert not shelf.there()
    shelf.drop()
    assert lies(shelf) == {}


def test_a_full_card_is_told_as_such(shelf: Shelf, stick: Path) -> None:
    def full(part: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(UpdateError, match="no room") as caught:
        shelf.bring(stick, full)
    assert caught.value.code == "failed"
    assert lies(shelf) == {}
