"""HTTPS to the one server this device is paired with: requests, one session, the certificate pinned by its SHA-256.

The pin replaces name, dates and authority: it is stronger than they are, and a device without a trusted clock could
not check dates anyway. It is compared after the handshake and before the first byte of a request.
"""

import re
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from sync import wire
from sync.errors import SyncError
from sync.exchange_terms import Failed, RetryAfter
from sync.wire import Answer, BadAnswer, Refusal

CONNECT_S = 5.0
SILENCE_S = 20.0
"""Longest silence within an answer; a busy server has this long to commit."""
WHOLE_S = 60.0
"""Longest time for a whole answer, so that one that drips in cannot hold the device."""


class Unreachable(SyncError):
    """No whole answer came back. The request may or may not have been carried out."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: status, the seconds of Retry-After (0 where there are none), the body and its type."""

    status: int
    retry_after: float
    body: bytes
    content_type: str = ""


class Link(Protocol):
    """A way to one server. Raises Unreachable."""

    def post(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """Send and wait for the whole answer."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


class _Pinned(HTTPAdapter):
    def __init__(self, fingerprint: bytes) -> None:
        self._fingerprint = fingerprint.hex()
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=pinning_context(), assert_fingerprint=self._fingerprint)


class HttpsLink:
    """The link by requests. Follows no redirect, uses no proxy, and reads at most `most` bytes of an answer."""

    def __init__(
        self,
        url: str,
        fingerprint: bytes,
        monotonic: Callable[[], float] = time.monotonic,
        *,
        silence_s: float = SILENCE_S,
        most: int = wire.MAX_ANSWER,
    ) -> None:
        """`url` without a path; `fingerprint` is the SHA-256 of the server's certificate, 32 bytes."""
        self._silence_s, self._most = silence_s, most
        self._url = url.rstrip("/")
        self._monotonic = monotonic
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = False
        self._session.headers.update({"User-Agent": "scorecard", "Accept-Encoding": "identity"})
        self._session.mount("https://", _Pinned(fingerprint))

    def post(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """Send and wait for the whole answer. Raises Unreachable."""
        try:
            with self._session.post(
                self._url + path,
                data=body,
                headers={**headers, "Accept-Encoding": "gzip"} if path == wire.FEED_PATH else headers,
                timeout=(CONNECT_S, self._silence_s),
                allow_redirects=False,
                stream=True,
            ) as response:
                content = self._read(response)
                retry_after = _seconds(response.headers.get("Retry-After", ""))
                return Reply(response.status_code, retry_after, content, response.headers.get("Content-Type", ""))
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise unreachable(self._url, error) from error

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def _read(self, response: requests.Response) -> bytes:
        until, content = self._monotonic() + WHOLE_S, bytearray()
        while piece := response.raw.read1(self._most + 1, decode_content=False):
            content += piece
            if len(content) > self._most or self._monotonic() > until:
                raise Unreachable(f"{self._url}: an answer too long or too slow", hint=_HINT)
        return bytes(content)


def pinning_context() -> ssl.SSLContext:
    """TLS whose certificate is checked by its fingerprint alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def meet(url: str) -> bytes:
    """The certificate (DER) of whoever answers at this URL; nothing is sent. Raises Unreachable."""
    parts = urlsplit(url)
    where = (parts.hostname or "", parts.port or wire.PORT)
    try:
        with (
            socket.create_connection(where, timeout=CONNECT_S) as plain,
            pinning_context().wrap_socket(plain, server_hostname=parts.hostname) as secured,
        ):
            certificate = secured.getpeercert(binary_form=True)
    except OSError as error:
        raise unreachable(url, error) from error
    if certificate is None:
        raise Unreachable(f"{url} shows no certificate", hint=_HINT)
    return certificate


def unreachable(url: str, error: Exception) -> Unreachable:
    """The error for a request that did not come through, in words for the technician."""
    text = _innermost(error)
    if isinstance(error, requests.exceptions.SSLError) and "ingerprint" in text:
        hint = "Another machine answers at this address, or the server made a new certificate: make a new pairing code."
        return Unreachable(f"{url} shows another certificate than the pinned one", hint=hint)
    return Unreachable(f"{url}: {text}", hint=_HINT)


def interpret(reply: Reply) -> Answer | Refusal | Failed | RetryAfter:
    """What a reply to /v1/facts means. Whatever is not of docs/exchange.md is Failed: it never drops a fact."""
    if reply.status in (429, 503):
        return RetryAfter(reply.retry_after)
    try:
        if reply.status == 200:
            return wire.decode_answer(reply.body)
        if 400 <= reply.status < 500:
            return wire.decode_refusal(reply.body)
    except BadAnswer as error:
        return Failed(f"HTTP {reply.status} with a body that is no answer: {error}")
    return Failed(f"HTTP {reply.status}")


def _innermost(error: BaseException) -> str:
    """The system's own words at the bottom of the pile, without the addresses of objects above them."""
    while below := error.__cause__ or error.__context__:
        error = below
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return (text or type(error).__name__)[:200]


def _seconds(text: str) -> float:
    """Retry-After in seconds. The form with a date counts as none: this device's clock may be wrong."""
    return float(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0.0


_HINT = "Check the cable, the address of the server and whether it runs. Nothing is lost; it is tried again."
