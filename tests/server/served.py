"""An application of this process over a real socket, for a browser."""

import asyncio
import threading
from dataclasses import dataclass

from server.config import Address
from server.http import App
from server.serving import Quick, bind, listener, port_of


@dataclass
class Served:
    """It listens on a port of this machine, in a thread that runs `loop`. `url` is its address."""

    loop: asyncio.AbstractEventLoop
    stop: asyncio.Event
    thread: threading.Thread
    url: str

    @classmethod
    def begin(cls, app: App, loop: asyncio.AbstractEventLoop, quick: Quick | None = None) -> "Served":
        """Listen."""
        started, stop, ports = threading.Event(), asyncio.Event(), list[int]()

        async def run() -> None:
            with bind(Address("127.0.0.1", 0)) as socket:
                ports.append(port_of(socket))
                serving = listener(app, stop, quick=quick)
                task = asyncio.create_task(serving.serve([socket]))
                await serving.ready.wait()
                started.set()
                await task

        thread = threading.Thread(target=loop.run_until_complete, args=(run(),), daemon=True)
        thread.start()
        assert started.wait(20)
        return cls(loop, stop, thread, f"http://127.0.0.1:{ports[0]}")

    def end(self) -> None:
        """Listen no more."""
        self.loop.call_soon_threadsafe(self.stop.set)
        self.thread.join(20)
        assert not self.thread.is_alive()
