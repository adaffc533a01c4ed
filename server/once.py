"""A request with a key: what was done is not done again, whatever way the request comes twice."""

import hashlib
import re
from collections.abc import Callable

from server.errors import ActRefused
from server.ledger import Ledger
from sync.types import UtcMs

_KEY = re.compile(r"[0-9a-f]{32}")


def once(
    ledger: Ledger,
    key: str,
    words: bytes,
    now_ms: UtcMs,
    do: Callable[[], bytes],
    *,
    other: str = "something else",
    keyed: bool = True,
) -> bytes:
    """What `do` answers, or has answered before to the same key and the same `words`. Within a transaction.

    `other`: what a used key was used for, in the refusal. `keyed` is left out by the tests' controls only.
    Raises ActRefused for a key that is none, or was used for other words.
    """
    if not _KEY.fullmatch(key):
        raise ActRefused("bad-key", "the request key is not 32 hex digits", hint=_HINT)
    if not keyed:
        return do()
    digest = hashlib.sha256(words).digest()
    before = ledger.held.request(key)
    if before is not None:
        if before[0] != digest:
            raise ActRefused("key-used", f"this key was used for {other}", hint=_HINT)
        return before[1]
    answer = do()
    ledger.held.store_request(key, digest, answer, now_ms)
    return answer


_HINT = "Make a new random key for each request."
