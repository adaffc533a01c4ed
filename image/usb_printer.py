"""A receipt printer on the machine's USB, whose paper lies on the host: what is printed goes to a TCP port and back.

The device is of the printers' class (USB Device Class Definition for Printing Devices 1.1), bidirectional, so that the
guest's own usblp finds it. Behind the port stands hardware.virtual_printer, with all its faults.
"""

import selectors
import socket
import threading
from collections import deque
from contextlib import suppress

from image.usb_redirect import Bulk, Control, Descriptors, Kind, Message, Reader, Status, greeting

PRINTER = Descriptors(0x0FE6, 0x811E, (7, 1, 2), (0x01, 0x82), ("Scorecard", "Virtual receipt printer"))
DEVICE_ID = b"MFG:Scorecard;CMD:ESC/POS;MDL:Virtual;CLS:PRINTER;"
IN, OUT = 0x82, 0x01
_GET_DESCRIPTOR, _GET_DEVICE_ID, _GET_PORT_STATUS, _SOFT_RESET = 6, 0, 1, 2
_READY = bytes([0x18])
"""Selected, no error, paper there: what most receipt printers say whatever is the matter; the rest comes as ASB."""


class UsbPrinter:
    """Answers each message of QEMU; `to_paper` collects what is printed, `said` is what the printer says."""

    def __init__(self) -> None:
        self.to_paper: deque[bytes] = deque()
        self._wanted: deque[tuple[int, Bulk]] = deque()
        self._unsaid = b""

    def answer(self, message: Message) -> list[Message]:
        """What goes back at once."""
        match message.kind:
            case Kind.SET_CONFIGURATION | Kind.GET_CONFIGURATION:
                return [Message(Kind.CONFIGURATION_STATUS, message.id, bytes([Status.SUCCESS, 1]))]
            case Kind.SET_ALT_SETTING | Kind.GET_ALT_SETTING:
                return [Message(Kind.ALT_SETTING_STATUS, message.id, bytes([Status.SUCCESS, 0, 0]))]
            case Kind.CONTROL:
                control = Control.of(message.body)
                data = _told(control)
                status = Status.STALL if data is None else Status.SUCCESS
                return [control.answered(message.id, status, data or b"")]
            case Kind.BULK:
                return self._bulk(message.id, Bulk.of(message.body))
            case Kind.CANCEL_DATA_PACKET:
                return self._cancelled(message.id)
        return []

    def said(self, data: bytes) -> list[Message]:
        """What the printer says goes to whoever asked for it."""
        self._unsaid += data
        told = []
        while self._unsaid and self._wanted:
            number, bulk = self._wanted.popleft()
            part, self._unsaid = self._unsaid[: bulk.length], self._unsaid[bulk.length :]
            told.append(bulk.answered(number, Status.SUCCESS, part))
        return told

    def _bulk(self, number: int, bulk: Bulk) -> list[Message]:
        if bulk.endpoint == OUT:
            self.to_paper.append(bulk.data)
            return [bulk.answered(number, Status.SUCCESS)]
        if bulk.endpoint != IN:
            return [bulk.answered(number, Status.INVALID)]
        self._wanted.append((number, bulk))
        return self.said(b"")

    def _cancelled(self, number: int) -> list[Message]:
        for each in self._wanted:
            if each[0] == number:
                self._wanted.remove(each)
                return [each[1].answered(number, Status.CANCELLED)]
        return []


def _told(control: Control) -> bytes | None:
    """What a control request is answered with; None: it is refused."""
    if control.kind == 0x80 and control.request == _GET_DESCRIPTOR:
        kind, number = control.value >> 8, control.value & 0xFF
        found = {1: PRINTER.device, 2: PRINTER.configuration}.get(kind)
        return PRINTER.text(number) if kind == 3 else found
    if control.kind == 0xA1 and control.request == _GET_DEVICE_ID:
        return (len(DEVICE_ID) + 2).to_bytes(2, "big") + DEVICE_ID
    if control.kind == 0xA1 and control.request == _GET_PORT_STATUS:
        return _READY
    if (control.kind, control.request) == (0x21, _SOFT_RESET) or control.kind in (0x00, 0x02):
        return b""
    return None


class PluggedPrinter:
    """The printer in a thread of its own, between QEMU's socket (a listening one of ours) and the paper's port."""

    def __init__(self, listening: socket.socket, paper: tuple[str, int]) -> None:
        self._listening, self._paper = listening, paper
        self._ended, self._end = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="usb printer")
        self._thread.start()

    def close(self) -> None:
        """Unplug and end."""
        self._end.send(b".")
        self._thread.join()
        for each in (self._end, self._ended, self._listening):
            each.close()

    def _run(self) -> None:
        while True:
            with selectors.DefaultSelector() as waiting:
                waiting.register(self._ended, selectors.EVENT_READ)
                waiting.register(self._listening, selectors.EVENT_READ)
                if any(key.fileobj is self._ended for key, _ in waiting.select()):
                    return
            host, _ = self._listening.accept()
            with host, socket.create_connection(self._paper) as paper, suppress(OSError):
                if self._carry(host, paper):
                    return

    def _carry(self, host: socket.socket, paper: socket.socket) -> bool:
        """Until one of them goes, or True: it is to end."""
        printer, reader = UsbPrinter(), Reader()
        host.sendall(greeting(PRINTER))
        with selectors.DefaultSelector() as waiting:
            for each in (self._ended, host, paper):
                waiting.register(each, selectors.EVENT_READ)
            while True:
                for key, _ in waiting.select():
                    if key.fileobj is self._ended:
                        return True
                    source = host if key.fileobj is host else paper
                    data = source.recv(65536)
                    if not data:
                        return False
                    if source is paper:
                        answers = printer.said(data)
                    else:
                        answers = [each for message in reader.feed(data) for each in printer.answer(message)]
                    while printer.to_paper:
                        paper.sendall(printer.to_paper.popleft())
                    host.sendall(b"".join(each.packed() for each in answers))
