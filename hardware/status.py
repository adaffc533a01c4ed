"""What a printer's answers mean: a total reader of the bytes it sends, in any split, and the status they
add up to. Pure.

Byte classes and bit meanings: Epson ESC/POS reference (DLE EOT, GS a, GS ( H). Four kinds share one stream
and are told apart by fixed bits: ASB blocks begin with `b & 0x93 == 0x10` and go on with bytes whose bits 4
and 7 are 0, DLE EOT answers are `b & 0x93 == 0x12`, a process-id block is `37 22 d1 d2 d3 d4 00` with 32 ≤
d ≤ 126, XON and XOFF are 0x11 and 0x13.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

from hardware.printer import PaperLevel, PaperStatus

_XON, _XOFF = 0x11, 0x13
_BLOCK, _PROCESS_ID, _END = 0x37, 0x22, 0x00
_LONGEST_BLOCK = 80
ECHO_SYMBOLS = 95
"""d1 … d4 of GS ( H are printable ASCII, 32 … 126."""


class Question(IntEnum):
    """The n of DLE EOT n."""

    PRINTER = 1
    OFFLINE_CAUSE = 2
    ERROR_CAUSE = 3
    PAPER = 4


QUESTIONS = (Question.PAPER, Question.OFFLINE_CAUSE, Question.ERROR_CAUSE, Question.PRINTER)
"""In the order to ask: causes before "offline", so that no status says offline with its cause still
unknown."""


def question_bytes(questions: tuple[Question, ...] = QUESTIONS) -> bytes:
    """The real-time commands that ask these."""
    return b"".join(bytes((0x10, 0x04, question)) for question in questions)


@dataclass(frozen=True, slots=True)
class AutoStatus:
    """One ASB block, its four bytes."""

    block: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a DLE EOT that was asked."""

    question: Question
    byte: int


@dataclass(frozen=True, slots=True)
class Echo:
    """A process id (4 bytes) has come back: everything sent before it is on paper."""

    token: bytes


@dataclass(frozen=True, slots=True)
class Processed:
    """The answer to GS r, which is given in its turn: all before it has been read, though perhaps not
    printed."""

    byte: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Bytes that mean nothing here: noise, a block cut off by another, or an answer to nothing that was
    asked."""

    data: bytes


Reply = AutoStatus | Answer | Echo | Processed | Unreadable


@dataclass(frozen=True, slots=True)
class ReplyReader:
    """What must be remembered between two pieces of the stream: an unfinished block and the open
    questions."""

    held: bytes = b""
    asked: tuple[Question, ...] = ()
    in_order: bool = False

    def ask(self, questions: tuple[Question, ...] = QUESTIONS) -> "ReplyReader":
        """Now these were sent too. Answers carry no name and come in the order of asking."""
        return replace(self, asked=self.asked + questions)

    def ask_in_order(self) -> "ReplyReader":
        """Now a GS r was sent too. Its answer (bits 4 and 7 are 0) is told from noise by having been asked
        for."""
        return replace(self, in_order=True)

    def feed(self, data: bytes) -> tuple["ReplyReader", list[Reply]]:
        """Reads the next bytes, however many. Never raises; every split of a stream gives the same
        replies."""
        reader = self
        replies: list[Reply] = []
        for byte in data:
            reader, new = reader._step(byte)
            replies.extend(new)
        return reader, replies

    def _step(self, byte: int) -> tuple["ReplyReader", list[Reply]]:
        if byte in (_XON, _XOFF):
            return self, []
        if not self.held:
            return self._first(byte)
        if self.held[0] != _BLOCK:
            return self._within_auto_status(byte)
        return self._within_block(byte)

    def _first(self, byte: int) -> tuple["ReplyReader", list[Reply]]:
        if byte == _BLOCK or byte & 0x93 == 0x10:
            return replace(self, held=bytes((byte,))), []
        if byte & 0x93 == 0x12:
            return self._answered(byte)
        if self.in_order and not byte & 0x90:
            return replace(self, in_order=False), [Processed(byte)]
        return self, [Unreadable(bytes((byte,)))]

    def _answered(self, byte: int) -> tuple["ReplyReader", list[Reply]]:
        if not self.asked:
            return self, [Unreadable(bytes((byte,)))]
        return replace(self, asked=self.asked[1:]), [Answer(self.asked[0], byte)]

    def _within_auto_status(self, byte: int) -> tuple["ReplyReader", list[Reply]]:
        if byte & 0x93 == 0x12:
            return self._answered(byte)
        if byte & 0x90:
            return self._broken_off(byte)
        block = self.held + bytes((byte,))
        if len(block) < 4:
            return replace(self, held=block), []
        return replace(self, held=b""), [AutoStatus(block)]

    def _within_block(self, byte: int) -> tuple["ReplyReader", list[Reply]]:
        if byte < 0x20 and byte & 0x93 == 0x12:
            return self._answered(byte)
        block = self.held + bytes((byte,))
        if byte == _END:
            whole = len(block) == 7 and block[1] == _PROCESS_ID
            return replace(self, held=b""), [Echo(block[2:6]) if whole else Unreadable(block)]
        too_long = len(block) > (6 if block[1] == _PROCESS_ID else _LONGEST_BLOCK)
        if too_long or not 0x20 <= byte <= 0x7E:
            return self._broken_off(byte)
        return replace(self, held=block), []

    def _broken_off(self, byte: int) -> tuple["ReplyReader", list[Reply]]:
        reader, replies = replace(self, held=b"")._first(byte)
        return reader, [Unreadable(self.held), *replies]


def echo_token(job_id: int) -> bytes:
    """The four printable bytes that stand for a job at the printer. Ids that differ by less than 95**4
    differ here."""
    digits = []
    for _ in range(4):
        job_id, digit = divmod(job_id, ECHO_SYMBOLS)
        digits.append(32 + digit)
    return bytes(reversed(digits))


def updated(status: PaperStatus, reply: Reply) -> PaperStatus:
    """The status after this reply. What the reply does not speak of stays as it was."""
    match reply:
        case AutoStatus(block):
            return PaperStatus(
                reachable=True,
                paper=_paper(out=block[2] & 0x0C, near_end=block[2] & 0x03),
                cover_open=bool(block[0] & 0x20),
                cutter_error=bool(block[1] & 0x08),
                online=not block[0] & 0x08,
            )
        case Answer(Question.PAPER, byte):
            return replace(status, reachable=True, paper=_paper(out=byte & 0x60, near_end=byte & 0x0C))
        case Answer(Question.OFFLINE_CAUSE, byte):
            return replace(status, reachable=True, cover_open=bool(byte & 0x04))
        case Answer(Question.ERROR_CAUSE, byte):
            return replace(status, reachable=True, cutter_error=bool(byte & 0x08))
        case Answer(Question.PRINTER, byte):
            return replace(status, reachable=True, online=not byte & 0x08)
        case _:
            return status


def _paper(*, out: int, near_end: int) -> PaperLevel:
    if out:
        return "out"
    return "near-end" if near_end else "ok"
