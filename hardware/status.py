"""What a printer's answers mean: a total reader of the bytes it sends, in any split, and the status they
add up to. Pure.

Byte classes and bit meanings: Epson ESC/POS reference (DLE EOT, GS a, GS ( H, GS I), Custom command manuals (DLE EOT
20). All share one stream and are told apart by fixed bits:

    ASB                `b & 0x93 == 0x10`, then three bytes whose bits 4 and 7 are 0
    DLE EOT 1 … 4      `b & 0x93 == 0x12`
    DLE EOT 20         `10 0F`, then four bytes whose bit 4 is 0
    GS ( H             `37 22 d1 d2 d3 d4 00`, 32 ≤ d ≤ 126
    GS r, GS I 1 … 3   one byte whose bits 4 and 7 are 0
    GS I 65 … 67       `5F`, text, `00`
    XON, XOFF          11, 13

Only what is whole, legal and, where it is an answer, asked for says anything. All else is Unreadable, and so are the
answers of a round of DLE EOT in which something was: they carry no name, and one that was lost shifts the others.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

from hardware.printer import PaperLevel, PaperStatus

_XON, _XOFF = 0x11, 0x13
_BLOCK, _PROCESS_ID, _NAME, _END = 0x37, 0x22, 0x5F, 0x00
_FULL = b"\x10\x0f"
_AUTO_BYTES, _FULL_BYTES, _ECHO_BYTES = 4, 6, 7
_LONGEST_NAME = 80
MOST_HELD = 1 + _LONGEST_NAME
"""Bytes of an unfinished block that a reader holds back at most, whatever comes."""
ECHO_SYMBOLS = 95
"""d1 … d4 of GS ( H are printable ASCII, 32 … 126."""


class Question(IntEnum):
    """The n of DLE EOT n."""

    PRINTER = 1
    OFFLINE_CAUSE = 2
    ERROR_CAUSE = 3
    PAPER = 4


FULL_STATUS = b"\x10\x04\x14"
"""DLE EOT 20, by which printers of Custom tell everything at once."""

QUESTIONS = (Question.PAPER, Question.OFFLINE_CAUSE, Question.ERROR_CAUSE, Question.PRINTER)
"""In the order to ask: causes before "offline", so that no status says offline with its cause still
unknown."""


IN_ORDER = b"\x1dr\x01"
"""GS r: a status that is sent when all before it has been read."""


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
class Named:
    """The answer to GS I `n` that was asked: a text for n = 65 … 67, one byte for n = 1 … 3."""

    n: int
    data: bytes


@dataclass(frozen=True, slots=True)
class FullStatus:
    """The answer to DLE EOT 20 that was asked, its last four bytes: paper, user, recoverable, unrecoverable."""

    block: bytes


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Bytes that mean nothing here: noise, a block cut off by another, one that contradicts itself, or an answer to
    nothing that was asked."""

    data: bytes


Reply = AutoStatus | Answer | Echo | Processed | Named | FullStatus | Unreadable


@dataclass(frozen=True, slots=True)
class ReplyReader:
    """What must be remembered between two pieces of the stream: an unfinished block (`held`) and the open questions.

    `asked`: DLE EOT 1 … 4; noise has come since the first `doubtful` of them were asked. `in_order`: GS r. `name`: the
    n of GS I, 0: none. `full`: DLE EOT 20. `aside`: answers that came amid the block.
    """

    held: bytes = b""
    asked: tuple[Question, ...] = ()
    in_order: bool = False
    name: int = 0
    full: bool = False
    doubtful: int = 0
    aside: bytes = b""

    def ask(self, questions: tuple[Question, ...] = QUESTIONS) -> "ReplyReader":
        """Now these were sent too. Answers carry no name and come in the order of asking."""
        return replace(self, asked=self.asked + questions)

    def ask_in_order(self) -> "ReplyReader":
        """Now a GS r was sent too. Its answer (bits 4 and 7 are 0) is told from noise by having been asked
        for."""
        return replace(self, in_order=True)

    def ask_name(self, n: int) -> "ReplyReader":
        """Now a GS I n was sent. Texts are told from other answers by themselves, single bytes are not: let no GS r be
        open with them. A GS r answered while a text is awaited closes both: ask it behind, and no text will come."""
        return replace(self, name=n)

    def ask_full(self) -> "ReplyReader":
        """Now a DLE EOT 20 was sent too."""
        return replace(self, full=True)

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
        if self.held[0] == _NAME:
            return self._within_name(byte)
        if self.held[0] == _BLOCK:
            return self._within_block(byte)
        return self._within_status(byte)

    def _first(self, byte: int) -> tuple["ReplyReader", list[Reply]]:
        if byte == _BLOCK or byte & 0x93 == 0x10 or (byte == _NAME and self.name > 3):
            return replace(self, held=bytes((byte,))), []
        if byte & 0x93 == 0x12:
            return self._answered(byte)
        if not byte & 0x90 and (self.in_order or 0 < self.name <= 3):
            return self._answered_in_order(byte)
        return self._over(Unreadable(bytes((byte,))))

    def _answered(self, byte: int) -> tuple["ReplyReader", list[Reply]]:
        if not self.asked:
            return self, [Unreadable(bytes((byte,)))]
        question, *rest = self.asked
        reader = replace(self, asked=tuple(rest), doubtful=max(self.doubtful - 1, 0))
        if self.doubtful or (question is Question.PAPER and not _agrees(byte, 0x0C, 0x60)):
            return reader, [Unreadable(bytes((byte,)))]
        return reader, [Answer(question, byte)]

    def _answered_in_order(self, byte: int) -> tuple["ReplyReader", list[Reply]]:
        reader, data = replace(self, in_order=False, name=0), bytes((byte,))
        if not 0 < self.name <= 3:
            return reader, [Processed(byte)]
        return reader._over(Unreadable(data) if self.in_order else Named(self.name, data))

    def _within_status(self, byte: int) -> tuple["ReplyReader", list[Reply]]:
        block = self.held + bytes((byte,))
        full = self.full and block[:2] == _FULL
        if byte & 0x93 == 0x12:
            return self._answered(byte)
        if byte & (0x10 if full and len(block) > 2 else 0x90):
            return self._broken_off(byte)
        if len(block) < (_FULL_BYTES if full else _AUTO_BYTES):
            return replace(self, held=block), []
        if full:
            return replace(self, full=False)._over(FullStatus(block[2:]))
        return self._over(AutoStatus(block) if _agrees(block[2], 0x03, 0x0C) else Unreadable(block))

    def _within_block(self, byte: int) -> tuple["ReplyReader", list[Reply]]:
        if byte < 0x20 and byte & 0x93 == 0x12:
            return self._beside(byte)
        block = self.held + bytes((byte,))
        if byte == _END and len(block) == _ECHO_BYTES:
            return self._over(Echo(block[2:6]))
        if len(block) == _ECHO_BYTES or not 0x20 <= byte <= 0x7E or block[1] != _PROCESS_ID:
            return self._broken_off(byte)
        return replace(self, held=block), []

    def _within_name(self, byte: int) -> tuple["ReplyReader", list[Reply]]:
        """A text in another encoding than ASCII is read to its end all the same, so that none of it is taken for
        something else."""
        if byte < 0x20 and byte & 0x93 == 0x12:
            return self._beside(byte)
        text = self.held[1:]
        if byte == _END:
            legal = self.name > 3 and text.isascii() and 0x7F not in text
            reply = Named(self.name, text) if legal else Unreadable(self.held + bytes((byte,)))
            return replace(self, name=0)._over(reply)
        if byte < 0x20 or len(text) == _LONGEST_NAME:
            return self._broken_off(byte)
        return replace(self, held=self.held + bytes((byte,))), []

    def _beside(self, byte: int) -> tuple["ReplyReader", list[Reply]]:
        """An answer amid a block of letters, of which some look like answers: believed once the block is whole, for
        until then one may have been taken for a letter."""
        if len(self.aside) < len(self.asked):
            return replace(self, aside=self.aside + bytes((byte,))), []
        return replace(self, doubtful=len(self.asked)), [Unreadable(bytes((byte,)))]

    def _broken_off(self, byte: int) -> tuple["ReplyReader", list[Reply]]:
        reader, before = self._over(Unreadable(self.held))
        reader, replies = reader._first(byte)
        return reader, [*before, *replies]

    def _over(self, reply: Reply) -> tuple["ReplyReader", list[Reply]]:
        """A block is over, or noise has come: this is what it says."""
        doubtful = len(self.asked) if isinstance(reply, Unreadable) else self.doubtful
        reader, replies = replace(self, held=b"", aside=b"", doubtful=doubtful), []
        for byte in self.aside:
            reader, new = reader._answered(byte)
            replies.extend(new)
        return reader, [*replies, reply]


def _agrees(byte: int, *pairs: int) -> bool:
    """Whether both bits of each pair, one sensor's word, say the same."""
    return all(byte & pair in (0, pair) for pair in pairs)


def echo_request(token: bytes) -> bytes:
    """GS ( H, function 48: send this token back once all before it is on paper."""
    return b"\x1d(H\x06\x0000" + token


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
            return replace(
                _with_errors(status, block[1]),
                paper=_paper(out=block[2] & 0x0C, near_end=block[2] & 0x03),
                cover_open=bool(block[0] & 0x20),
                online=not block[0] & 0x08,
            )
        case FullStatus(block):
            return _with_full(status, block)
        case Answer(Question.PAPER, byte):
            return replace(status, reachable=True, paper=_paper(out=byte & 0x60, near_end=byte & 0x0C))
        case Answer(Question.OFFLINE_CAUSE, byte):
            return replace(status, reachable=True, cover_open=bool(byte & 0x04))
        case Answer(Question.ERROR_CAUSE, byte):
            return _with_errors(status, byte)
        case Answer(Question.PRINTER, byte):
            return replace(status, reachable=True, online=not byte & 0x08)
        case _:
            return status


def _with_errors(status: PaperStatus, byte: int) -> PaperStatus:
    """The error bits are the same in ASB and DLE EOT 3. "Unrecoverable" is a defect of the mechanism; what an Epson
    recovers from by itself is a hot head."""
    return replace(
        status,
        reachable=True,
        cutter_error=bool(byte & 0x08),
        mechanism_error=bool(byte & 0x24),
        overheated=bool(byte & 0x40),
    )


def _with_full(status: PaperStatus, block: bytes) -> PaperStatus:
    """Custom's: head up and cover open are one thing to whoever stands before it; a jam, a supply of the wrong voltage
    and a broken memory are all for the technician."""
    paper, user, recoverable, unrecoverable = block
    return replace(
        status,
        reachable=True,
        paper=_paper(out=paper & 0x01, near_end=paper & 0x04),
        ticket_waiting=bool(paper & 0x20),
        cover_open=bool(user & 0x03),
        overheated=bool(recoverable & 0x01),
        mechanism_error=bool(recoverable & 0x48 or unrecoverable & 0x8C),
        cutter_error=bool(unrecoverable & 0x03),
    )


def _paper(*, out: int, near_end: int) -> PaperLevel:
    if out:
        return "out"
    return "near-end" if near_end else "ok"
