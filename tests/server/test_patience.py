"""Who dawdles takes no place from those who have facts to send."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from server.clips_down import ClipsDown
from server.database import Db
from server.handdown import HandDown, Shelf
from server.http import Receive, Scope, Send, answer
from server.ingest import BODIES, PAIRINGS, Exchange
from server.ledger import Ledger
from server.serving import CONNECTIONS, Impatient
from server.updates import Offers
from server.updates_down import UpdatesDown
from server.writer import Writer
from sync import wire
from sync.types import JournalId
from tests.server.conftest import CERTIFICATE, ZONE, admit
from tests.server.device import NOON, Device, seeded
from tests.server.places import place, reader_of
from tests.server.running import RunningServer


def run(story: Callable[[], Awaitable[None]]) -> None:
    """Run a story in a loop of its own, with a limit."""

    async def limited() -> None:
        async with asyncio.timeout(20):
            await story()

    asyncio.run(limited())


async def never() -> MutableMapping[str, Any]:
    """A body that does not come."""
    await asyncio.Event().wait()
    return {}


async def status(exchange: Exchange, path: str, headers: dict[str, str], receive: Receive) -> int:
    """The status that one request is answered with."""
    found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            found.set_result(message["status"])

    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    task = asyncio.create_task(exchange({"path": path, "method": "POST", "headers": raw}, receive, send))
    await asyncio.wait((task, found), return_when=asyncio.FIRST_COMPLETED)
    task.cancel()
    return found.result()


def test_strangers_who_dawdle_at_pairing_keep_no_paired_machine_from_sending(tmp_path: Path, device: Device) -> None:
    ledger = Ledger(place(tmp_path / "office.db"), ZONE, seeded(7))
    admit(ledger, device)
    writer = Writer(ledger)
    writer.start()
    request = device.request()

    async def body() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def story() -> None:
        exchange = Exchange(
            writer,
            {device.journal_id},
            CERTIFICATE,
            "id",
            lambda: NOON,
            lambda: NOON,
            handdown=hand_down(db, thread),
            clips=ClipsDown(db, tmp_path, thread),
            updates=UpdatesDown(db, Offers(tmp_path), thread, lambda: NOON),
            succeed=lambda ledger, name, head: None,
            first=lambda ledger, request: wire.refuse(wire.LATER, "", ""),
        )
        dawdling = [asyncio.create_task(status(exchange, wire.PAIR_PATH, {}, never)) for _ in range(PAIRINGS)]
        await asyncio.wait(dawdling, timeout=0.1)
        late = [await status(exchange, wire.PAIR_PATH, {}, never) for _ in range(BODIES)]
        assert late == [503] * BODIES
        assert await status(exchange, wire.FACTS_PATH, request.headers, body) == 200
        for each in dawdling:
            each.cancel()

    db = reader_of(ledger.place)
    with ThreadPoolExecutor(1) as thread:
        run(story)
    db.close()
    writer.close()


def hand_down(db: Db, thread: ThreadPoolExecutor) -> HandDown:
    """A way down that nobody uses here."""

    async def forked(journal_id: JournalId, head: wire.Head) -> None:
        raise AssertionError

    return HandDown(Shelf(db, lambda message: bytes(64)), thread, forked)


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers anything."""
    await answer(send, 200, b"hello")


class Hasty(Impatient):
    """Waits for a moment only."""

    request_seconds = 0.02


async def cut_off(kind: type[H11Protocol], said: list[bytes]) -> bool:
    """Whether the server hangs up on somebody who says these things, each after an answer, and then no more."""
    config = Config(hello, lifespan="off", ws="none", log_level="critical")
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: kind(config, ServerState(), {}), "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    reader, writer = await asyncio.open_connection(host, port)
    try:
        for number, each in enumerate(said):
            if number:
                await reader.readuntil(b"hello")
            writer.write(each)
        async with asyncio.timeout(1):
            return await reader.read() == b""
    except (TimeoutError, ConnectionError) as error:
        return isinstance(error, ConnectionError)
    finally:
        writer.close()
        server.close()


WHOLE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("said", [[b""], [WHOLE[:9]], [WHOLE, WHOLE[:1]], [WHOLE, WHOLE, WHOLE[:20]]])
def test_a_request_that_never_comes_to_its_point_is_cut_off(said: list[bytes]) -> None:
    async def story() -> None:
        assert await cut_off(Hasty, said)

    run(story)


def test_control_uvicorn_alone_waits_for_the_rest_of_a_later_request_for_ever() -> None:
    async def story() -> None:
        assert not await cut_off(H11Protocol, [WHOLE, WHOLE[:1]])

    run(story)


class Crowded(Impatient):
    """Has one place."""

    most = 1


def test_a_crowd_at_the_door_costs_nobody_who_is_inside() -> None:
    async def story() -> None:
        config, state = Config(hello, lifespan="off", ws="none"), ServerState()
        config.load()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Crowded(config, state, {}), "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(host, port)
        for _ in range(3):
            late, other = await asyncio.open_connection(host, port)
            with contextlib.suppress(ConnectionError):
                assert await late.read() == b""
            other.close()
            writer.write(WHOLE)
            assert await reader.readuntil(b"hello")
        writer.close()
        server.close()

    run(story)


def test_the_server_may_open_as_many_files_as_it_takes_connections(server: RunningServer) -> None:
    limits = Path(f"/proc/{server.process.pid}/limits").read_text()
    soft, hard = next(line.split()[3:5] for line in limits.splitlines() if line.startswith("Max open files"))
    assert int(soft) >= min(2 * CONNECTIONS, int(hard))
