"""A request with a key: what was done is not done again, whatever way the request comes twice."""

import hashlib
from collections.abc import Callable

from server.calls import KEY
from server.errors import ActRefused
from server.ledger import Ledger
from sync.types import UtcMs


def once(ledger: Ledger, key: str, words: bytes, now_ms: UtcMs, do: Callable[[], bytes]) -> bytes:
    """What `do` answers, or has answered before to the same key and the same `words`. Within a transaction.

    Raises ActRefused for a key that is none, or was used for other words.
    """
    if not KEY.fullmatch(key):
        raise ActRefused("bad-key", "the request key is not 32 hex digits", hint=_HINT)
    digest = hashlib.sha256(words).digest()
    before = ledger.held.request(key)
    if before is not None:
        if before[0] != digest:
            raise ActRefused(
                "key-used", "this key was used for something else", hint="Make a new key for each request."
            )
        return before[1]
    answer = do()
    ledger.held.store_request(key, digest, answer, now_ms)
    return answer


_HINT = "Make a new random key for each request."
