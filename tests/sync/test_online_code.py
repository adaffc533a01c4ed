"""The digits of places: found again from what a fact holds of them."""

import pytest

from sync.online_code import code_hash, codes_behind

DAY = "2026-11-23"


@pytest.mark.parametrize("secret", [b"s" * 32, b"", b"l" * 64, b"m" * 90], ids=["ours", "none", "a block", "longer"])
def test_the_digits_behind_hashes_are_those_that_were_hashed(secret: bytes) -> None:
    made = {code_hash(code, DAY, secret): code for code in ("000000", "000042", "003999")}
    assert codes_behind(made, DAY, secret) == made
    assert codes_behind([], DAY, secret) == {}


def test_control_of_another_day_and_secret_nothing_is_found() -> None:
    """It goes through all of them: a second or two."""
    others = [code_hash("000042", "2026-11-24", b"s" * 32), code_hash("000042", DAY, b"t" * 32)]
    assert codes_behind(others, DAY, b"s" * 32) == {}
