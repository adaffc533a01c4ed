"""A machine's signed question to its server: a request without rows, whose body is a message (docs/exchange.md)."""

from typing import Any, TypeVar

from sync import wire
from sync.keys import DeviceKey
from sync.types import JournalId

FIRST, LAST = 1, 0
"""The signed range of a request without rows."""
Question = TypeVar("Question")


def sign(journal_id: JournalId, question: Any, key: DeviceKey, path: str) -> wire.Request:
    """The signed request of this machine to this path."""
    body = wire.encode_message(question)
    signature = key.sign(wire.request_message(journal_id, FIRST, LAST, body, path))
    return wire.Request(journal_id, FIRST, LAST, signature, body, path)


def read(request: wire.Request, shape: type[Question], chapter: str) -> Question:
    """The question in this request; `chapter` of docs/exchange.md is named where it is none. Raises BadAnswer."""
    if (request.first, request.last) != (FIRST, LAST):
        raise wire.BadAnswer("the signed range is not that of a question", hint=f"See docs/exchange.md, '{chapter}'.")
    return wire.decode_as(request.body, shape, "question")
