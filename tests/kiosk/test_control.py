"""The control socket: what a line does, and what a wrong one is told."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.control import MOST_CLIENTS, Answer, Control, ControlError


class Client:
    """One end of the line; the server's turn is taken by hand."""

    def __init__(self, control: Control, path: Path) -> None:
        self._control = control
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._socket.settimeout(5)
        self._file = self._socket.makefile("rb")

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)
        self._control.turn()

    def answer(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._file.readline())
        return found

    def gone(self) -> bool:
        return self._file.readline() == b""

    def close(self) -> None:
        self._file.close()
        self._socket.close()


class Fixture:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "control"
        self.asked: list[dict[str, Any]] = []
        self.control = Control(self.path, self.handle)
        self.clients: list[Client] = []

    def handle(self, asked: dict[str, Any]) -> Answer:
        self.asked.append(asked)
        if "bad" in asked or "\ud800" in asked:
            raise ControlError(f"{next(iter(asked))} is bad", hint="do better")
        return {"ok": True}

    def client(self) -> Client:
        client = Client(self.control, self.path)
        self.clients.append(client)
        return client


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Fixture]:
    fixture = Fixture(tmp_path)
    yield fixture
    for client in fixture.clients:
        client.close()
    fixture.control.close()


def test_each_line_is_answered_also_when_it_comes_in_pieces_or_several_at_once(line: Fixture) -> None:
    client = line.client()
    client.send(b'{"touch": ')
    assert line.asked == []
    client.send(b'"take"}\n{"press": 5}\n')
    assert [client.answer(), client.answer()] == [{"ok": True}, {"ok": True}]
    assert line.asked == [{"touch": "take"}, {"press": 5}]


def test_a_wrong_line_is_told_why_and_the_next_one_works(line: Fixture) -> None:
    client = line.client()
    for wrong in (b"nonsense\n", b"[1]\n", b'{"bad": 1}\n', b"\xff\xfe\n", b'{"\\ud800": 1}\n', b"[" * 5000 + b"\n"):
        client.send(wrong)
        answer = client.answer()
        assert answer["error"]
        assert answer["hint"]
    client.send(b'{"screen": true}\n')
    assert client.answer() == {"ok": True}


def test_several_clients_are_served_and_one_that_leaves_harms_nobody(line: Fixture) -> None:
    first, second = line.client(), line.client()
    first.send(b'{"a": 1}\n')
    second.send(b'{"a": 2}\n')
    assert first.answer() == second.answer() == {"ok": True}
    first.close()
    second.send(b'{"a": 3}\n')
    assert second.answer() == {"ok": True}
    assert len(line.control.filenos()) == 2


def test_a_line_without_end_is_cut_off(line: Fixture) -> None:
    client = line.client()
    for _ in range(2):
        client.send(b"x" * 40_000)
    assert client.gone()


def test_a_socket_left_by_a_killed_kiosk_is_replaced_and_a_bad_path_is_told(tmp_path: Path) -> None:
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(tmp_path / "control"))
    stale.close()
    Control(tmp_path / "control", lambda asked: {}).close()
    assert not (tmp_path / "control").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(ControlError) as refused:
        Control(tmp_path / "file" / "control", lambda asked: {})
    assert refused.value.hint


def test_a_crowd_at_the_socket_is_sent_away_and_who_came_first_is_served(line: Fixture) -> None:
    first = line.client()
    first.send(b'{"a": 1}\n')
    assert first.answer() == {"ok": True}
    for _ in range(40):
        latest = line.client()
        line.control.turn()
    assert len(line.control.filenos()) == 1 + MOST_CLIENTS
    assert latest.gone()
    first.send(b'{"a": 2}\n')
    assert first.answer() == {"ok": True}
