"""A mail server of a test, on this machine: what it got, and the many ways in which it takes nothing."""

import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


@dataclass
class Mailbox:
    """`got`: each mail that was taken. `tricks`: what to do with the next ones, in order, instead of taking them:
    `later` (a refusal for now), `never` (for good), `lost` (it is taken and the answer does not come), `hang-up`."""

    got: list[EmailMessage] = field(default_factory=list)
    tricks: list[str] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    unknown: frozenset[str] = frozenset()
    signed_in: list[str] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    offers_tls: bool = False


class _Session(socketserver.StreamRequestHandler):
    box: Mailbox

    def handle(self) -> None:
        self.say("220 mail.test")
        to: list[str] = []
        while line := self.rfile.readline():
            word = line.split()[0].upper().decode() if line.split() else ""
            match word:
                case "EHLO":
                    self.say("250-mail.test", *(["250-STARTTLS"] if self.box.offers_tls else []), "250 AUTH PLAIN")
                case "STARTTLS" if self.box.tls is not None:
                    self.say("220 go on")
                    self.connection = self.box.tls.wrap_socket(self.connection, server_side=True)
                    self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")
                    self.box.offers_tls = False
                case "AUTH":
                    self.box.signed_in.append(line.split()[2].decode())
                    self.say("235 welcome")
                case "RCPT":
                    address = line.split(b"<")[1].split(b">")[0].decode()
                    known = address not in self.box.unknown
                    to += [address] if known else []
                    self.say("250 fine" if known else "550 nobody of this name")
                case "DATA":
                    if not self._data(to):
                        return
                    to = []
                case "QUIT":
                    self.say("221 bye")
                    return
                case _:
                    self.say("250 fine")

    def _data(self, to: list[str]) -> bool:
        """Whether the session goes on."""
        trick = self.box.tricks.pop(0) if self.box.tricks else "take"
        if trick == "hang-up":
            return False
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if trick in ("take", "lost"):
            self.box.got.append(message_from_bytes(b"".join(lines), policy=default))
            self.box.recipients.append(to)
        if trick == "lost":
            return False
        self.say({"later": "451 later", "never": "554 never"}.get(trick, "250 taken"))
        return True

    def finish(self) -> None:
        """Close what TLS put in the place of the connection, too."""
        super().finish()
        self.connection.close()

    def say(self, *lines: str) -> None:
        """Answer."""
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())
        self.wfile.flush()


class MailServer:
    """Serves a mailbox on a free port until it is closed."""

    def __init__(self, box: Mailbox) -> None:
        session = type("Session", (_Session,), {"box": box})
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), session)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(20)
