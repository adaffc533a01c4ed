"""How facts hold each other in place: the quick ways to what docs/journal.md says."""

import hmac

from hypothesis import given
from hypothesis import strategies as st

from sync.chain import Position, chains, extend, salt
from sync.types import Chain, Seq


@given(st.binary(max_size=100), st.integers(0, 2**63))
def test_a_salt_is_the_hmac_of_the_document(secret: bytes, seq: int) -> None:
    assert salt(secret, seq) == hmac.digest(secret, b"scorecard/salt/1" + seq.to_bytes(8, "big"), "sha256")


@given(st.lists(st.binary(max_size=30), max_size=5), st.integers(0, 9))
def test_the_chains_of_a_batch_are_those_of_its_rows_one_by_one(rows: list[bytes], begin: int) -> None:
    at = begun = Position(Seq(begin), Chain(b"c" * 32))
    found = []
    for row in rows:
        at = extend(b"secret", at, row)
        found.append(at.chain)
    assert chains(b"secret", begun, rows) == found
