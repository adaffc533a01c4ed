"""A receiver of webhooks on this machine: what it got, and the many ways in which it takes nothing."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Inbox:
    """`got`: (signature, body) of each that came, in order. `answers`: statuses of the next ones, then 200; `location`:
    where a redirect leads."""

    got: list[tuple[str, bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    location: str = ""


class Receiver:
    """Listens until `close`."""

    def __init__(self, inbox: Inbox) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                inbox.got.append((self.headers["Scorecard-Signature"], body))
                self.send_response(inbox.answers.pop(0) if inbox.answers else 200)
                if inbox.location:
                    self.send_header("location", inbox.location)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
