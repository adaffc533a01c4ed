import json
import os
import select
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.errors import PaperStoreError
from hardware.escpos_reader import Answered, Begun, Condition, CutOff, PaperReader, Wrong
from hardware.makes import MAKES
from hardware.mechanism import Mechanism, Piece
from hardware.printer_control import ControlError, parse_command, parse_line
from hardware.printer_hand import handle
from hardware.ticket_store import Detail
from hardware.virtual_printer import VirtualPrinter, main

TICKET = b"\x1b@\x1dP\x00\xcb\x1ba\x01\x1dv0\x00\x01\x00\x01\x00\xff\x1bJ\x02\x1dVB\x00"
ROWS = (bytes(35) + b"\x0f\xf0" + bytes(35), bytes(72), bytes(72))


def cuts(effects: list[object]) -> list[CutOff]:
    return [effect for effect in effects if isinstance(effect, CutOff)]


def wait_for(device: VirtualPrinter, event: str) -> dict[str, Detail]:
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
    mechanism = Mechanism()
    mechanism.receive(noise, 0)
    mechanism.receive(bytes(65536), 0)
    pieces = [effect for effect in mechanism.receive(TICKET, 0) if isinstance(effect, Piece)]
    if mechanism.in_picture:
        assert not pieces
    elif mechanism.room == mechanism.make.buffer_bytes:
        assert pieces[-1].rows[-3:] == ROWS


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
    mechanism = Mechanism()
    mechanism.change(Condition("out"), 0)
    assert mechanism.receive(TICKET + b"\x10\x04\x04", 0) == [Answered(b"\x7e")]
    assert Piece(ROWS, True, (), TICKET) in mechanism.change(Condition(), 0)


def test_automatic_status_comes_at_once_and_on_every_change() -> None:
    mechanism = Mechanism()
    assert mechanism.receive(b"\x1da\x0e", 0) == [Answered(b"\x10\x00\x00\x00")]
    assert mechanism.change(Condition("near-end"), 0) == [Answered(b"\x10\x00\x03\x00")]
    assert mechanism.change(Condition("near-end"), 0) == []


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


def test_the_command_serves_a_pty_that_is_unplugged_and_plugged_again_at_the_same_link(tmp_path: Path) -> None:
    link, control = tmp_path / "lp0", tmp_path / "control"
    command = [sys.executable, "-m", "hardware.virtual_printer", "--pty", str(link), "--baud", "115200"]
    with subprocess.Popen(
        [*command, "--out", str(tmp_path / "out"), "--control", f"unix:{control}"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"listening {link}\n"
        with socket.socket(socket.AF_UNIX) as hand:
            hand.settimeout(10)
            hand.connect(str(control))
            answers = hand.makefile("r")
            assert asked(link, b"\x10\x04\x04") == b"\x12"
            hand.sendall(b'{"unplug": true}\n')
            assert json.loads(answers.readline()) == {"ok": True}
            assert not link.is_symlink()
            hand.sendall(b'{"plug": true, "paper": "out"}\n')
            assert json.loads(answers.readline()) == {"ok": True}
            assert asked(link, b"\x10\x04\x04") == b"\x7e"
            answers.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert not link.is_symlink()


def asked(link: Path, question: bytes) -> bytes:
    fd = os.open(link, os.O_RDWR | os.O_NOCTTY)
    try:
        os.write(fd, question)
        assert select.select([fd], [], [], 10)[0]
        return os.read(fd, 1)
    finally:
        os.close(fd)


def test_a_link_is_made_where_an_earlier_run_left_one_and_never_over_a_file(tmp_path: Path) -> None:
    link = tmp_path / "lp0"
    link.symlink_to("/dev/pts/gone")
    with VirtualPrinter(tmp_path / "out", pty=link):
        assert link.resolve().is_char_device()
    link.write_text("a file")
    with pytest.raises(PaperStoreError) as refused:
        VirtualPrinter(tmp_path / "out", pty=link)
    assert "--pty" in refused.value.hint
    assert link.read_text() == "a file"


def test_a_line_is_read_no_faster_than_its_baud_carries(tmp_path: Path) -> None:
    now_ns = [0]

    def clock() -> int:
        return now_ns[0]

    blank = b"\x1b@" + bytes(998)
    with VirtualPrinter(tmp_path / "out", pty=tmp_path / "lp0", baud=9600, monotonic_ns=clock) as device:
        fd = os.open(tmp_path / "lp0", os.O_RDWR | os.O_NOCTTY)
        os.write(fd, blank + b"\x10\x04\x04")
        assert not select.select([fd], [], [], 0.3)[0], "the question stands a second behind"
        for now_ns[0] in range(0, 2 * 10**9, 5 * 10**6):
            device.set(stall=False)
        assert select.select([fd], [], [], 10)[0]
        os.close(fd)


@pytest.mark.parametrize("pty", [False, True])
def test_unplugged_the_buffer_stays_and_exchanged_it_is_empty(tmp_path: Path, *, pty: bool) -> None:
    link = tmp_path / "lp0"
    with VirtualPrinter(tmp_path / "out", pty=link if pty else None) as device:
        for left_over in (True, False):
            send(device, TICKET[:20], pty=pty)
            wait_for(device, "first-byte")
            device.set(unplug=True)
            if not left_over:
                device.set(swap="talking")
            device.set(plug=True)
            send(device, TICKET[20:], pty=pty)
            if left_over:
                assert wait_for(device, "ticket")["rows"] == len(ROWS)
        wait_for(device, "error")


def send(device: VirtualPrinter, data: bytes, *, pty: bool) -> None:
    if pty:
        fd = os.open(device.address, os.O_RDWR | os.O_NOCTTY)
        os.write(fd, data)
        os.close(fd)
        return
    with socket.create_connection((device.host, device.port)) as host:
        host.sendall(data)


def test_a_mute_printer_prints_and_answers_nothing(tmp_path: Path) -> None:
    with VirtualPrinter(tmp_path) as device:
        device.set(swap="mute")
        with socket.create_connection((device.host, device.port)) as host:
            host.sendall(b"\x10\x04\x01\x1da\x0e" + TICKET + b"\x1dr\x01")
            wait_for(device, "ticket")
            host.settimeout(0.2)
            with pytest.raises(TimeoutError):
                host.recv(1)


@pytest.mark.parametrize(
    ("mode", "rows"),
    [
        (0, [b"\xa5\x0f\0\0", b"\x80\x01\0\0"]),
        (1, [b"\xcc\x33\x00\xff", b"\xc0\x00\x00\x03"]),
        (2, [b"\xa5\x0f\0\0"] * 2 + [b"\x80\x01\0\0"] * 2),
        (3, [b"\xcc\x33\x00\xff"] * 2 + [b"\xc0\x00\x00\x03"] * 2),
    ],
)
@pytest.mark.parametrize("offset", [0, 0x30])
def test_pictures_are_doubled_in_width_and_height_as_their_mode_says(mode: int, rows: list[bytes], offset: int) -> None:
    reader = PaperReader(32)
    picture = b"\xa5\x0f\x80\x01"
    assert reader.receive(b"\x1dv0" + bytes((mode + offset, 2, 0, 2, 0)) + picture, 7) == [Begun(7)]
    assert reader.rows == rows


def test_a_doubled_picture_is_judged_by_its_own_rows_and_its_dots_on_paper() -> None:
    head = b"\x1dv0\x03\x03\x00\x30\x00"
    wrong = [effect for effect in PaperReader(32).receive(head + bytes(3 * 48), 0) if isinstance(effect, Wrong)]
    assert [what.what for what in wrong] == [
        "a band of 48 rows, some printers lose their place",
        "a band of 48 dots on paper of 32 dots",
    ]


def test_a_printer_says_what_it_is_where_it_knows_how() -> None:
    asked = b"\x1dI\x01\x1dI2\x1dI\x41\x1dI\x42\x1dI\x43\x1dI\x44"
    assert PaperReader().receive(asked, 0) == [
        Answered(answer) for answer in (b"\x20", b"\x02", b"_30.03 ESC/POS\0", b"_EPSON\0", b"_TM-T20III\0")
    ]
    assert Mechanism(MAKES["clone"]).receive(asked, 0) == []


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        (Condition(), b"\x10\x0f\x00\x00\x00\x00"),
        (Condition("near-end", ticket_waiting=True), b"\x10\x0f\x24\x00\x00\x00"),
        (Condition("out", True), b"\x10\x0f\x05\x03\x00\x00"),
        (Condition(overheated=True, cutter_error=True, mechanism_error=True), b"\x10\x0f\x00\x00\x41\x01"),
    ],
)
def test_full_status_is_told_by_the_makes_that_have_it(condition: Condition, answer: bytes) -> None:
    custom, epson = Mechanism(MAKES["custom"]), Mechanism()
    assert custom.change(condition, 0) == epson.change(condition, 0) == []
    assert custom.receive(b"\x10\x04\x14", 0) == [Answered(answer)]
    assert not any(isinstance(effect, Answered) for effect in epson.receive(b"\x10\x04\x14", 0))


def test_a_hand_tears_off_what_is_past_the_bar_and_no_more() -> None:
    mechanism = Mechanism(replace(MAKES["clone"], head_to_cutter=1))
    uncut = TICKET.removesuffix(b"\x1dVB\x00")
    mechanism.receive(uncut, 0)
    tear = parse_command({"tear": True})
    assert handle(mechanism, tear, 0) == [Piece(ROWS[:-1], False, (), uncut)]
    assert mechanism.hanging == ROWS[-1:]
    assert handle(mechanism, tear, 0) == []
