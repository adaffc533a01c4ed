"""Listeners of uvicorn in one loop, that sleep while nothing happens.

uvicorn's own main loop wakes ten times a second to look at a flag; here it waits for an event instead (measured in
docs/decisions/server-quiet-uvicorn.md). The date header that it kept fresh is set by `server.app.with_headers`.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from server.config import Address
from server.errors import ListenFailed
from server.http import App

MAX_HEADER_BYTES = 16 * 1024
REQUEST_SECONDS = 20.0
"""How long the head of a request may take, the first and every later one on the same connection."""
KEEP_ALIVE_SECONDS = 75
"""Longer than the time between two batches, so that a kiosk shakes hands once a day and not once a batch."""
CONNECTIONS = 1000
"""Most at once on one listener. Who comes later is hung up on; who has one, as a kiosk has all day, is served on."""
CLOSING_SECONDS = 5
Quick = Callable[[bytes], bytes | None]
"""The whole answer to a whole request, as bytes, where it is at hand; else None."""
_AT_REST = {h11.CLIENT: h11.IDLE, h11.SERVER: h11.IDLE}


class Impatient(H11Protocol):
    """Hangs up on whoever connects and says nothing, or begins a request and never comes to its point.

    uvicorn's own keep-alive timer ends at the first byte of the next request, and none watches from there on.
    """

    request_seconds = REQUEST_SECONDS
    most = CONNECTIONS
    quick: Quick | None = None
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request, where there is a place."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            transport.abort()
        else:
            self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait for the rest of a request that was begun; what is being answered has limits of its own. A whole request
        whose answer is at hand has it at once."""
        answer = self.quick(data) if self.quick is not None and self._at_rest() else None
        if answer is not None:
            self._stop_waiting()
            self._unset_keepalive_if_required()
            self.transport.write(answer)
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
            return
        super().data_received(data)
        cycle: RequestResponseCycle | None = getattr(self, "cycle", None)
        if cycle is not None and not cycle.response_complete:
            self._stop_waiting()
        elif self._patience is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _at_rest(self) -> bool:
        """Nothing of a request is here yet, and all that was answered is on its way."""
        return self.conn.states == _AT_REST and not self.conn.trailing_data[0] and not self.flow.write_paused

    def _wait(self) -> None:
        self._patience = self.loop.call_later(self.request_seconds, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


class Listener(uvicorn.Server):
    """One listener. It serves until `stop` is set; `ready` is set once it listens."""

    def __init__(self, config: uvicorn.Config, stop: asyncio.Event) -> None:
        super().__init__(config)
        self._stop = stop
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        """Serve until told to stop, without a tick."""
        await self._stop.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to whoever runs the listeners."""
        yield


def bind(address: Address) -> socket.socket:
    """A listening socket. Raises ListenFailed."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        bound = socket.create_server((address.host, address.port), family=family, backlog=256)
        # Connections inherit it. asyncio sets it on sockets made otherwise only, and without it the end of an answer
        # waits for the other side's delayed acknowledgement: 40 ms.
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return bound
    except OSError as error:
        hint = "Is another server running? Choose another address under [listen] in server.toml."
        raise ListenFailed(f"cannot listen on {address.host}:{address.port}: {error.strerror}", hint=hint) from error


def listener(
    app: App,
    stop: asyncio.Event,
    files: tuple[Path, Path] | None = None,
    least: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    quick: Quick | None = None,
) -> Listener:
    """A listener for `app`; over TLS, `least` or newer, where the files of a certificate and its key are given. `quick`
    answers what it can before it is parsed."""
    tls: dict[str, Any] = {}
    if files is not None:
        tls = {"ssl_certfile": str(files[0]), "ssl_keyfile": str(files[1])}
    config = uvicorn.Config(
        app,
        http=Impatient if quick is None else type("Quicker", (Impatient,), {"quick": staticmethod(quick)}),
        ws="none",
        lifespan="off",
        interface="asgi3",
        loop="asyncio",
        log_level="error",
        access_log=False,
        date_header=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=CLOSING_SECONDS,
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
        **tls,
    )
    config.load()
    if config.ssl is not None:
        config.ssl.minimum_version = least
    return Listener(config, stop)


def port_of(bound: socket.socket) -> int:
    """The port a socket really has."""
    port: int = bound.getsockname()[1]
    return port
