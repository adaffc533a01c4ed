import json
import signal
import socket
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.errors import PaperStoreError
from hardware.escpos_reader import BUFFER_BYTES, Answered, Begun, Condition, CutOff, PaperReader, Wrong
from hardware.printer_control import ControlError, parse_command, parse_line
from hardware.virtual_printer import VirtualPrinter, main

TICKET = b"\x1b@\x1dP\x00\xcb\x1ba\x01\x1dv0\x00\x01\x00\x01\x00\xff\x1bJ\x02\x1dVB\x00"
ROWS = (bytes(35) + b"\x0f\xf0" + bytes(35), bytes(72), bytes(72))


def cuts(effects: list[object]) -> list[CutOff]:
    return [effect for effect in effects if isinstance(effect, CutOff)]


def wait_for(device: VirtualPrinter, event: str) -> dict[str, str | int]:
    while (logged := device.events.get(timeout=10)).event != event:
        continue
    return logged.details


def test_the_reader_puts_a_known_ticket_on_paper() -> None:
    effects = PaperReader().receive(TICKET, 7)
    assert effects == [Begun(7), CutOff(TICKET, ROWS)]


@settings(deadline=None)
@given(st.lists(st.integers(0, len(TICKET))))
def test_every_split_of_a_ticket_prints_the_same(edges: list[int]) -> None:
    marks = sorted({0, len(TICKET), *edges})
    reader, effects = PaperReader(), list[object]()
    for start, end in pairwise(marks):
        effects += reader.receive(TICKET[start:end], 0)
    assert cuts(effects) == [CutOff(TICKET, ROWS)]


def test_beginnings_of_real_time_commands_that_are_none_stay_in_the_picture() -> None:
    row = b"\x10\x04\x10\x10\x05\x10\x04\x10"
    reader = PaperReader(64)
    assert reader.receive(b"\x1dv0\x00\x08\x00\x01\x00" + row + b"\x1b@", 0) == [Begun(0)]
    assert reader.rows == [row]


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_make_the_reader_fall_and_a_reset_brings_it_back(noise: bytes) -> None:
    reader = PaperReader()
    reader.receive(noise, 0)
    reader.receive(bytes(BUFFER_BYTES), 0)
    effects = list[object](reader.receive(TICKET, 0))
    if reader.ticket == b"" and cuts(effects):
        assert cuts(effects)[-1].rows[-3:] == ROWS
    else:
        assert reader.room < BUFFER_BYTES


def test_unknown_commands_and_text_are_recorded() -> None:
    effects = PaperReader().receive(b"\x1b~\x1d~\x01Hello\n\x1d(Z\x01\x00x\x1dV\x09", 0)
    wrong = [effect.what for effect in effects if isinstance(effect, Wrong)]
    assert [what.split(" ")[0] for what in wrong] == ["unknown", "unknown", "unknown", "text", "unknown", "unknown"]


@pytest.mark.parametrize(
    ("condition", "answers", "block"),
    [
        (Condition(), b"\x12\x12\x12\x12", b"\x10\x00\x00\x00"),
        (Condition("near-end"), b"\x12\x12\x12\x1e", b"\x10\x00\x03\x00"),
        (Condition("out"), b"\x1a\x32\x12\x7e", b"\x18\x00\x0f\x00"),
        (Condition("ok", True), b"\x1a\x16\x12\x12", b"\x38\x00\x00\x00"),
    ],
)
def test_the_condition_is_told_as_the_reference_says(condition: Condition, answers: bytes, block: bytes) -> None:
    assert b"".join(condition.answer(n) for n in (1, 2, 3, 4)) == answers
    assert condition.automatic() == block


def test_without_paper_questions_are_answered_and_the_rest_waits_for_the_repair() -> None:
    reader = PaperReader()
    reader.change(Condition("out"))
    assert reader.receive(TICKET + b"\x10\x04\x04", 0) == [Answered(b"\x7e")]
    assert cuts(list(reader.change(Condition()))) == [CutOff(TICKET, ROWS)]


def test_automatic_status_comes_at_once_and_on_every_change() -> None:
    reader = PaperReader()
    assert reader.receive(b"\x1da\x0e", 0) == [Answered(b"\x10\x00\x00\x00")]
    assert reader.change(Condition("near-end")) == [Answered(b"\x10\x00\x03\x00")]
    assert reader.change(Condition("near-end")) == []


def test_a_status_asked_in_order_and_an_echo_belong_to_no_ticket() -> None:
    effects = PaperReader().receive(TICKET + b"\x1d(H\x06\x0000abcd\x1dr\x01" + TICKET, 0)
    assert [cut.data for cut in cuts(list(effects))] == [TICKET, TICKET]
    assert Answered(b"\x37\x22abcd\x00") in effects


def test_tickets_and_log_are_kept_and_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    for _ in range(2):
        with VirtualPrinter(tmp_path) as device, socket.create_connection((device.host, device.port)) as host:
            host.sendall(TICKET)
            wait_for(device, "ticket")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "0001.bin",
        "0001.png",
        "0002.bin",
        "0002.png",
        "log.jsonl",
    ]
    assert (tmp_path / "0002.bin").read_bytes() == TICKET
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [entry["event"] for entry in log if entry["event"] != "disconnected"] == [
        "connected",
        "first-byte",
        "ticket",
    ] * 2
    times = [entry["monotonic_ns"] for entry in log]
    assert times == sorted(times)


def test_a_second_host_waits_until_the_first_has_gone(tmp_path: Path) -> None:
    with VirtualPrinter(tmp_path) as device:
        first = socket.create_connection((device.host, device.port))
        wait_for(device, "connected")
        with socket.create_connection((device.host, device.port)) as second:
            second.sendall(TICKET + b"\x10\x04\x01")
            second.settimeout(0.2)
            with pytest.raises(TimeoutError):
                second.recv(1)
            first.close()
            second.settimeout(10)
            assert second.recv(1) == b"\x12"
        wait_for(device, "ticket")


def test_the_command_prints_its_address_obeys_its_control_socket_and_ends_on_request(tmp_path: Path) -> None:
    control = tmp_path / "control"
    command = [sys.executable, "-m", "hardware.virtual_printer", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(
        [*command, "--out", str(tmp_path / "out"), "--control", f"unix:{control}"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        word, address = process.stdout.readline().split()
        assert word == "listening"
        with socket.socket(socket.AF_UNIX) as hand:
            hand.connect(str(control))
            answers = hand.makefile("r")
            hand.sendall(b'{"paper": "out"}\n{"papre": "ok"}\nnoise\n')
            assert json.loads(answers.readline()) == {"ok": True}
            assert "paper" in json.loads(answers.readline())["hint"]
            assert "error" in json.loads(answers.readline())
            host_name, _, port = address.rpartition(":")
            with socket.create_connection((host_name, int(port))) as host:
                host.sendall(b"\x10\x04\x04")
                assert host.recv(1) == b"\x7e"
            answers.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert not control.exists()


def test_an_address_in_use_is_said_with_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert main(["--listen", f"127.0.0.1:{port}", "--out", str(tmp_path)]) == 2
    assert f"127.0.0.1:{port}" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PaperStoreError) as refused:
        VirtualPrinter(tmp_path / "file" / "out")
    assert refused.value.hint


@pytest.mark.parametrize("line", [b"", b"[]", b"{}", b'{"paper": "lost"}', b'{"stall": 1}', b'{"fire": true}'])
def test_a_control_that_is_not_known_is_refused(line: bytes) -> None:
    with pytest.raises(ControlError) as refused:
        parse_line(line)
    assert refused.value.hint


def test_several_controls_in_one_line_are_taken_together() -> None:
    command: dict[str, object] = {"paper": "ok", "cover": "closed", "power": "on", "stall": False}
    assert parse_command(command) == command


def test_nothing_is_left_open_by_a_printer_that_has_ended(tmp_path: Path) -> None:
    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = descriptors()
    for _ in range(3):
        with VirtualPrinter(tmp_path, control=tmp_path / "hand"):
            continue
    assert descriptors() == before


def test_a_control_of_no_letters_is_refused_and_the_next_one_obeyed(tmp_path: Path) -> None:
    with VirtualPrinter(tmp_path, control=tmp_path / "hand"), socket.socket(socket.AF_UNIX) as hand:
        hand.settimeout(10)
        hand.connect(str(tmp_path / "hand"))
        with hand.makefile("rb") as answers:
            hand.sendall(b'{"\\ud800": 1}\n')
            assert "error" in json.loads(answers.readline())
            hand.sendall(b'{"paper": "ok"}\n')
            assert json.loads(answers.readline()) == {"ok": True}
