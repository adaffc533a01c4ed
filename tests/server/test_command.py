"""`python -m server`: mistakes are told with their line and what to do; rebuild refolds; ports are really taken."""

import socket
from pathlib import Path

import pytest

from server.__main__ import main
from server.config import Address
from server.errors import ListenFailed
from server.serving import bind, port_of
from tests.server.running import CONFIG

GOOD = CONFIG.replace('data = "office"', 'data = "box"')


def write(folder: Path, text: str) -> str:
    """A configuration file."""
    path = folder / "server.toml"
    path.write_text(text, "utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("text", "says", "remedy"),
    [
        (GOOD.replace("time_zone", "timezone"), "line 3: unknown key `timezone`", "Did you mean `time_zone`?"),
        (GOOD.replace('data = "box"', 'data = "server.toml/x"'), "cannot be made", "Check `data` in server.toml"),
    ],
)
def test_a_mistake_ends_the_command_with_a_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, says: str, remedy: str
) -> None:
    assert main(["rebuild", "--config", write(tmp_path, text)]) == 1
    told = capsys.readouterr().err
    assert says in told
    assert f"what to do: {remedy}" in told


def test_a_missing_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(tmp_path / "nowhere.toml")]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_rebuild_says_how_many_facts_it_folded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rebuild", "--config", write(tmp_path, GOOD)]) == 0
    assert capsys.readouterr().out == "folded 0 facts anew\nreckoned 0 days anew\n"


def test_revoking_an_unknown_journal_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["revoke", "--journal", "0" * 32, "--config", write(tmp_path, GOOD)]) == 1
    assert "no paired machine" in capsys.readouterr().err


def test_what_is_accepted_sends_each_part_of_an_answer_at_once() -> None:
    listening = bind(Address("127.0.0.1", 0))
    with listening, socket.create_connection(("127.0.0.1", port_of(listening))), listening.accept()[0] as accepted:
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_that_is_taken_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    taken = bind(Address("127.0.0.1", 0))
    text = GOOD.replace('pages = "127.0.0.1:0"', f'pages = "127.0.0.1:{port_of(taken)}"')
    assert main(["serve", "--config", write(tmp_path, text)]) == 1
    assert f"cannot listen on 127.0.0.1:{port_of(taken)}" in capsys.readouterr().err
    with pytest.raises(ListenFailed):
        bind(Address("127.0.0.1", port_of(taken)))
    taken.close()
