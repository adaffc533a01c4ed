"""A printer on the machine's USB: the boot loader finds it, and what is printed comes to the paper's port."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from image.usb_printer import DEVICE_ID, IN, OUT, PRINTER, PluggedPrinter, UsbPrinter
from image.usb_redirect import Bulk, Control, Kind, Message, Reader, Status, greeting
from tests.image.boot_loader import card, started

LOOK = "pci enum; usb start; usb info; usb tree; reset"


def asked(endpoint: int, data: bytes = b"", length: int | None = None) -> bytes:
    """The body of a bulk transfer, as QEMU sends it."""
    return bytes([endpoint, 0]) + (len(data) if length is None else length).to_bytes(2, "little") + bytes(4) + data


def controlled(kind: int, request: int, value: int = 0, length: int = 255) -> bytes:
    head = bytes([kind & 0x80, request, kind, 0])
    return head + value.to_bytes(2, "little") + bytes(2) + length.to_bytes(2, "little")


@pytest.fixture
def paper() -> Iterator[socket.socket]:
    """The port behind which the paper lies."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(20)
        yield listening


def test_the_machine_finds_a_printer_of_the_printers_class(tmp_path: Path, paper: socket.socket) -> None:
    path = tmp_path / "usb"
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen()
    card(tmp_path / "card.img", LOOK, {})
    plugged = PluggedPrinter(listening, paper.getsockname())
    try:
        usb = [
            "-device",
            "usb-ehci",
            "-chardev",
            f"socket,id=printer,path={path}",
            "-device",
            "usb-redir,chardev=printer",
        ]
        said = started(tmp_path / "card.img", *usb)
    finally:
        plugged.close()
    assert re.search(r"Vendor: 0x0fe6\s+Product 0x811e", said), said
    assert "Virtual receipt printer" in said
    assert re.search(r"Class Printer", said)
    assert re.search(r"Endpoint 1 Out Bulk", said)
    assert re.search(r"Endpoint 2 In Bulk", said)


def test_control_without_the_printer_the_machine_finds_none(tmp_path: Path) -> None:
    card(tmp_path / "card.img", LOOK, {})
    assert "Class Printer" not in started(tmp_path / "card.img", "-device", "usb-ehci")


def test_what_is_printed_goes_out_and_what_the_printer_says_comes_to_whoever_asked() -> None:
    printer = UsbPrinter()
    [done] = printer.answer(Message(Kind.BULK, 5, asked(OUT, b"\x1b@ticket")))
    assert (done.id, done.body[:4]) == (5, bytes([OUT, Status.SUCCESS, 8, 0]))
    assert list(printer.to_paper) == [b"\x1b@ticket"]
    assert printer.answer(Message(Kind.BULK, 6, asked(IN, length=64))) == []
    [told] = printer.said(b"\x10\x00\x00\x0f")
    assert (told.id, Bulk.of(told.body)) == (6, Bulk(IN, 4, b"\x10\x00\x00\x0f"))


def test_what_nobody_asked_for_waits_and_comes_in_pieces_as_large_as_asked() -> None:
    printer = UsbPrinter()
    assert printer.said(b"abcdef") == []
    parts = [printer.answer(Message(Kind.BULK, number, asked(IN, length=4)))[0].body[8:] for number in (1, 2)]
    assert parts == [b"abcd", b"ef"]


def test_a_transfer_that_is_taken_back_is_answered_so_and_forgotten() -> None:
    printer = UsbPrinter()
    printer.answer(Message(Kind.BULK, 9, asked(IN, length=64)))
    [taken_back] = printer.answer(Message(Kind.CANCEL_DATA_PACKET, 9))
    assert taken_back.body[1] == Status.CANCELLED
    assert printer.said(b"late") == []


def test_the_printer_says_who_it_is_and_refuses_what_it_does_not_know() -> None:
    printer = UsbPrinter()
    [named] = printer.answer(Message(Kind.CONTROL, 1, controlled(0xA1, 0)))
    assert Control.of(named.body).data == (len(DEVICE_ID) + 2).to_bytes(2, "big") + DEVICE_ID
    [refused] = printer.answer(Message(Kind.CONTROL, 2, controlled(0xC0, 0x77)))
    assert refused.body[3] == Status.STALL


def test_messages_are_found_however_the_line_cuts_them() -> None:
    whole = greeting(PRINTER)
    one, reader = Reader(), Reader()
    pieces = [message for byte in whole for message in reader.feed(bytes([byte]))]
    assert pieces == list(one.feed(whole))
    assert [each.kind for each in pieces] == [Kind.HELLO, Kind.EP_INFO, Kind.INTERFACE_INFO, Kind.DEVICE_CONNECT]
