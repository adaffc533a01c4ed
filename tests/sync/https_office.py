"""A small HTTPS server with a self-signed certificate, whose name and dates are wrong on purpose."""

import datetime
import ssl
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Response: TypeAlias = tuple[int, Mapping[str, str], bytes]
Handler: TypeAlias = Callable[[str, Mapping[str, str], bytes], Response]


def make_certificate(folder: Path, name: str = "office") -> tuple[Path, bytes]:
    """A PEM file with key and certificate, and the certificate as DER. It ran out in 2001."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nobody.invalid")])
    day = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(day)
        .not_valid_after(day + datetime.timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + certificate.public_bytes(pem))
    return path, certificate.public_bytes(serialization.Encoding.DER)


class HttpsOffice:
    """Serves on a free port of this machine while it is entered. Counts connections that got as far as a request."""

    def __init__(self, pem: Path, handler: Handler, port: int = 0) -> None:
        self.handler = handler
        self.connections: set[tuple[str, int]] = set()
        self.requests = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._made())
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port: int = self._server.server_address[1]
        self.url = f"https://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> "HttpsOffice":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _made(self) -> type[BaseHTTPRequestHandler]:
        office = self

        class Answering(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 10

            def handle(self) -> None:
                try:
                    super().handle()
                except (OSError, ssl.SSLError):
                    self.close_connection = True

            def do_POST(self) -> None:
                office.requests += 1
                office.connections.add(self.client_address)
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers, content = office.handler(self.path, dict(self.headers), body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                """Tests are quiet."""

        return Answering
