"""How a second process asks the running server for something: one JSON line there, one back, over a socket in the data
folder. Who may open the folder may ask; the ledger keeps its one writing process.
"""

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from server.errors import ControlFailed, ServerError

FILE = "control.sock"
MAX_LINE = 4 * 1024 * 1024
"""How far a backup of a centre reaches is one line: some 50 bytes for each of its journals."""
Handler = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


@contextlib.contextmanager
def _short(folder: Path) -> Iterator[str]:
    """The socket's path by way of an open folder: a socket's address has room for 107 bytes only (unix(7))."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{FILE}"
    finally:
        os.close(handle)


async def serve(folder: Path, handler: Handler) -> asyncio.Server:
    """Answer commands until the server is closed. The ledger's lock has to be held: a stale socket is replaced."""
    (folder / FILE).unlink(missing_ok=True)

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            writer.write(json.dumps(await _answer(reader, handler)).encode() + b"\n")
            await writer.drain()
        writer.close()

    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        with _short(folder) as path:
            bound.bind(path)
    finally:
        os.umask(before)
    return await asyncio.start_unix_server(one, sock=bound, limit=MAX_LINE)


async def _answer(reader: asyncio.StreamReader, handler: Handler) -> dict[str, Any]:
    try:
        async with asyncio.timeout(10):
            command = dict(json.loads(await reader.readline()))
        return await handler(command)
    except ServerError as error:
        return {"error": str(error), "hint": error.hint}
    except (ValueError, TypeError, TimeoutError) as error:
        return {"error": f"not a command: {error}", "hint": "One JSON object on one line."}


def ask(folder: Path, command: dict[str, Any]) -> dict[str, Any] | None:
    """The running server's answer; None where none runs. Raises ControlFailed where it says no."""
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as connection:
        connection.settimeout(30)
        try:
            with _short(folder) as path:
                connection.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        with connection.makefile("rwb") as file:
            file.write(json.dumps(command).encode() + b"\n")
            file.flush()
            line = file.readline()
    answer: dict[str, Any] = json.loads(line or b'{"error": "the server ended", "hint": "Try again."}')
    if "error" in answer:
        raise ControlFailed(answer["error"], hint=answer.get("hint", ""))
    return answer
