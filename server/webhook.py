"""A signed POST to a receiver that somebody else runs. Blocking: for a thread that nobody else waits for.

`Scorecard-Signature: t=SECONDS,v1=HEX`, where HEX is HMAC-SHA256 of `SECONDS.` and the body, under the shared secret.
"""

import hashlib
import hmac
from collections.abc import Callable
from urllib.parse import urlsplit

import requests

from server.errors import DeliveryFailed

HEADER = "Scorecard-Signature"
TIMEOUT_S = (5.0, 15.0)
"""Until it is connected, and until it answers."""
LEAST_SECRET = 16
"""Bytes: a shorter one can be guessed."""
_HINT = "Compare [[webhook]] in server.toml with the receiver, and look into its log."


def name_of(url: str) -> str:
    """What this receiver is called on pages: an address may hold a secret of its own, so the host alone, and enough of
    a hash to tell two from each other."""
    return f"{urlsplit(url).hostname} {hashlib.sha256(url.encode()).hexdigest()[:8]}"


def signature(secret: bytes, seconds: int, body: bytes) -> str:
    """The value of the header."""
    return f"t={seconds},v1={hmac.new(secret, f'{seconds}.'.encode() + body, hashlib.sha256).hexdigest()}"


def poster(url: str, secret: Callable[[], bytes], now_s: Callable[[], int]) -> Callable[[bytes], None]:
    """What posts a body of JSON there. `secret` is read at each, so that a changed one counts at once. Whatever is no
    2xx, a redirect too, raises DeliveryFailed: it is posted again."""

    def post(body: bytes) -> None:
        try:
            key = secret()
        except OSError as error:
            raise DeliveryFailed(f"the secret cannot be read: {error.strerror}", hint=_HINT) from error
        if len(key) < LEAST_SECRET:
            raise DeliveryFailed(f"the secret is shorter than {LEAST_SECRET} bytes", hint=_HINT)
        headers = {"content-type": "application/json", HEADER: signature(key, now_s(), body)}
        try:
            with requests.Session() as session:
                session.trust_env = False  # neither proxies nor passwords of this machine's user
                answer = session.post(
                    url, data=body, headers=headers, timeout=TIMEOUT_S, allow_redirects=False, stream=True
                )
                status = answer.status_code  # what it says beside that is never read
                answer.close()
        except requests.RequestException as error:
            raise DeliveryFailed(_reason(error), hint=_HINT) from error
        if not 200 <= status < 300:
            raise DeliveryFailed(f"the receiver answered {status}", hint=_HINT)

    return post


def _reason(error: BaseException) -> str:
    """What went wrong, without the address, which the library's own words have in them."""
    name, at = type(error).__name__, error
    while (deeper := at.__cause__ or at.__context__) is not None:
        at = deeper
    said = at.strerror if isinstance(at, OSError) else None
    return f"{name}: {said}" if said else name
