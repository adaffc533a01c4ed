"""A real server: its backup makes facts safe, it dies, and it is restored on another machine from the file alone."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.medium import disk
from tests.server.device import Device, score
from tests.server.running import CONFIG, RunningServer
from tests.server.saved import IDENTITY, PUBLIC


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Path]:
    """A folder on another disk than the tests' own."""
    others = (each for each in map(Path, ("/dev/shm", "/tmp", "/var/tmp")) if each.is_dir())
    other = next((each for each in others if disk(each) != disk(tmp_path)), None)
    if other is None:
        pytest.skip("there is no second file system here")
    with tempfile.TemporaryDirectory(dir=other) as folder:
        yield Path(folder)


def test_a_server_is_lost_and_comes_back_from_its_backup(tmp_path: Path, device: Device, stick: Path) -> None:
    (tmp_path / "first").mkdir()
    server = RunningServer(tmp_path / "first", CONFIG)
    server.config.write_text(f'{CONFIG}[backup]\nfolder = "{stick}"\nfor = ["{PUBLIC}"]\n', "utf-8")
    with server.exchange() as client:
        assert device.pair(client, server.code(), server.certificate).json()["safe"] == 0
        device.record(score(5), score(4))
        assert device.send(client).json()["safe"] == 0
        made = server.command("backup")
        assert made.returncode == 0, made.stderr
        assert "verified" in made.stdout
        device.record(score(3))
        answer = device.send(client).json()
        assert (answer["received"], answer["safe"]) == (4, 3)
    server.kill()

    (tmp_path / "secret").write_text(str(IDENTITY), "ascii")
    second = tmp_path / "second"
    second.mkdir()
    backup = max(stick.glob("*.age"))
    server.config = second / "server.toml"
    restored = server.command("restore", str(backup), "--secret-file", str(tmp_path / "secret"))
    assert restored.returncode == 0, restored.stderr
    assert "3 facts  Hall" in restored.stdout
    server.folder = second
    server.start()
    with server.exchange() as client:  # by the old certificate, which devices pin
        safe = device.journal.at(3)
        assert safe is not None
        device.sent = safe  # what lies before was called safe, and may be pruned
        assert device.send(client).json()["received"] == 4
    assert server.end() == 0
