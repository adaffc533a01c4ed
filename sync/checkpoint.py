"""A signed checkpoint: one office day's end in eight lines, to be mailed or pinned to a wall. Pure.

It says how far the office's journal reached, how many calls there were and how many violations the audit named, signed
by the office's key. Whoever keeps it can later hold the journal against it (`python -m sync verify --head FILE`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from sync.chain import Position
from sync.errors import SyncError
from sync.keys import signature_holds
from sync.types import Chain, JournalId, Seq

TITLE = "scorecard checkpoint 1"
_SIGNED = b"scorecard/checkpoint/1\n"
_NAMES = ("journal", "day", "head", "calls", "violations", "key")


class BadCheckpoint(SyncError):
    """A text that is no checkpoint, or whose signature does not hold."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is signed. `key` is the office's public key, 64 hex digits; `head` the end of the day in its journal."""

    journal: JournalId
    day: str
    head: Position
    calls: int
    violations: int
    key: str

    @property
    def message(self) -> bytes:
        """The bytes that the signature is over."""
        return _SIGNED + "\n".join(f"{name} {getattr(self, name)}" for name in _NAMES).encode()


def write(checkpoint: Checkpoint, sign: Callable[[bytes], bytes]) -> str:
    """The text, each line at most 80 characters long so that a mail leaves it as it is."""
    signature = sign(checkpoint.message).hex()
    lines = [TITLE, *(f"{name} {getattr(checkpoint, name)}" for name in _NAMES)]
    return "\n".join([*lines, f"signed {signature[:64]}", f"       {signature[64:]}", ""])


def read(text: str) -> Checkpoint:
    """The checkpoint in this text, quoted or retyped with other spaces, in other case. Raises BadCheckpoint."""
    return _read(text)[0]


def signature(text: str) -> str:
    """The signature in this text, 128 hex digits. Raises BadCheckpoint as `read` does."""
    return _read(text)[1].hex()


def _read(text: str) -> tuple[Checkpoint, bytes]:
    words = text.replace(">", " ").lower().split()
    title = TITLE.split()
    begin = next((at for at in range(len(words)) if words[at : at + len(title)] == title), None)
    if begin is None:
        raise BadCheckpoint("this is no checkpoint", hint=f"It begins with the line: {TITLE}")
    values: dict[str, str] = {}
    name = ""
    for word in words[begin + len(title) :]:
        if word in (*_NAMES, "signed") and word not in values:
            name = word
            values[name] = ""
        elif name:
            values[name] += word
    try:
        checkpoint, signed = _checked(values)
    except (KeyError, ValueError) as error:
        hint = "Compare every line with the sheet or the mail."
        raise BadCheckpoint(f"a line of the checkpoint is missing or wrong: {error}", hint=hint) from error
    if not signature_holds(bytes.fromhex(checkpoint.key), checkpoint.message, signed):
        hint = "Compare every character with the sheet or the mail. If they agree, the office's key did not sign it."
        raise BadCheckpoint("the checkpoint's signature does not hold", hint=hint)
    return checkpoint, signed


def _checked(values: dict[str, str]) -> tuple[Checkpoint, bytes]:
    seq, _, chain = values["head"].partition(":")
    head = Position(Seq(int(seq)), Chain(bytes.fromhex(chain)))
    calls, violations = int(values["calls"]), int(values["violations"])
    made = Checkpoint(JournalId(values["journal"]), values["day"], head, calls, violations, values["key"])
    return made, bytes.fromhex(values["signed"][:128])
