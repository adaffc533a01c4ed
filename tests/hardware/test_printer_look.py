"""One look at a printer: what it answers, without a dot on paper."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from hardware.errors import TransportError
from hardware.printer import PaperStatus
from hardware.printer_look import look
from hardware.printers_file import shipped
from hardware.probe import ECHO, TOKEN
from hardware.profile import GENERIC, Abilities, Identity
from hardware.status import IN_ORDER
from hardware.transports import FileTransport

WELL = b"\x12\x12\x12\x12"
READ, OUT = b"\x00", b"\x37\x22" + TOKEN + b"\x00"
NAMED = {66: b"_EPSON\0", 67: b"_TM-T88V\0", 65: b"_30.03\0"}


class Scripted:
    """A way to a printer that answers DLE EOT with the first four of these bytes, GS r if READ comes next, GS ( H if
    OUT is at the end, and GS I n by `names`; `sent` is what it got."""

    blind = False

    def __init__(
        self, answers: bytes, *, names: Mapping[int, bytes] | None = None, port_paper_out: bool | None = None
    ) -> None:
        self._answers, self._port, self.sent, self.closed = answers, port_paper_out, b"", False
        self._names = names or {}
        self._read, self._write = os.pipe2(os.O_NONBLOCK)

    def fileno(self) -> int | None:
        return self._read

    def write(self, data: bytes, timeout_s: float) -> int:
        self.sent += data
        said = self._answers[:4] if b"\x10\x04\x04" in data else b""
        said += next((name for n, name in self._names.items() if bytes((0x1D, 0x49, n)) in data), b"")
        said += OUT if ECHO in data and self._answers.endswith(OUT) else b""
        said += READ if IN_ORDER in data and self._answers[4:5] == READ else b""
        os.write(self._write, said)
        return len(data)

    def pending(self) -> int:
        return 0

    def read(self) -> bytes:
        return os.read(self._read, 4096)

    def paper_out(self) -> bool | None:
        return self._port

    def close(self) -> None:
        if not self.closed:
            os.close(self._read)
            os.close(self._write)
        self.closed = True


@pytest.fixture
def scripted() -> Iterator[type[Scripted]]:
    made: list[Scripted] = []

    class Kept(Scripted):
        def __init__(self, answers: bytes, **more: Any) -> None:
            super().__init__(answers, **more)
            made.append(self)

    yield Kept
    for each in made:
        each.close()


def test_a_printer_that_answers_tells_of_paper_cover_and_reading(scripted: type[Scripted]) -> None:
    seen = look(scripted(WELL + READ))
    assert seen.status == PaperStatus(True, "ok", False, False, True, False, False)
    assert seen.listens
    assert seen.abilities == Abilities(answers=True, in_order=True)
    assert (seen.identity, seen.profile) == (Identity(), GENERIC)


def test_one_that_says_its_name_is_taken_for_its_kind_and_asked_for_an_echo(scripted: type[Scripted]) -> None:
    seen = look(scripted(WELL + READ + OUT, names=NAMED), profiles=shipped())
    assert seen.identity == Identity("EPSON", "TM-T88V", "30.03")
    assert (seen.profile.name, seen.abilities.echoes) == ("epson-tm", True)
    known = look(scripted(WELL + READ, names=NAMED), profile=shipped()[3])
    assert (known.profile.name, known.abilities.echoes) == ("pos-80", None), "its kind is said to know no echo"


@pytest.mark.parametrize(
    ("answers", "fault", "paper"),
    [
        (b"\x72\x12\x12\x12", "paper-out", "out"),
        (b"\x1e\x12\x12\x12", None, "near-end"),
        (b"\x12\x16\x12\x1a", "cover-open", "ok"),
        (b"\x12\x12\x1a\x1a", "cutter", "ok"),
    ],
)
def test_what_is_wrong_is_seen(scripted: type[Scripted], answers: bytes, fault: str | None, paper: str) -> None:
    seen = look(scripted(answers + READ))
    assert (seen.status.fault, seen.status.paper) == (fault, paper)


def test_only_where_it_is_asked_for_the_echo_is_sent_and_taken_in(scripted: type[Scripted]) -> None:
    shy, asked = scripted(WELL + READ), scripted(WELL + READ + OUT)
    assert look(shy).abilities.echoes is None
    assert b"\x1d(H" not in shy.sent, "a printer that does not know it may print it as text"
    assert look(asked, echo=True).abilities.echoes is True
    assert asked.sent.endswith(ECHO + IN_ORDER)
    assert look(scripted(WELL + READ), echo=True).abilities.echoes is False


def test_a_silent_printer_is_waited_for_no_longer_than_told(scripted: type[Scripted]) -> None:
    seen = look(scripted(b""), patience_s=0.05)
    assert (seen.listens, seen.abilities) == (True, Abilities())
    assert seen.status == PaperStatus(reachable=True)


def test_the_port_may_tell_of_paper_where_the_printer_does_not(scripted: type[Scripted]) -> None:
    assert look(scripted(b"", port_paper_out=True), patience_s=0.05).status.fault == "paper-out"


def test_a_file_listens_to_nothing(tmp_path: Path) -> None:
    file = FileTransport(tmp_path / "paper")
    seen = look(file)
    file.close()
    assert not seen.listens
    assert (tmp_path / "paper").read_bytes() == b"", "nothing is written into it"


def test_a_printer_that_goes_is_an_error(scripted: type[Scripted]) -> None:
    class Gone(Scripted):
        def read(self) -> bytes:
            raise TransportError("it is gone", hint="plug it in")

    gone = Gone(WELL)
    with pytest.raises(TransportError):
        look(gone)
    gone.close()
