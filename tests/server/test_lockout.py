"""Who guesses passwords waits, longer and longer, but never for ever; and the table of it stays small."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.lockout import FIRST_WAIT_MS, FREE_TRIES, LONGEST_WAIT_MS, Lockout, Waits, network
from sync.types import UtcMs
from tests.server.device import NOON

HERE = "192.168.1.20"
DAY = 24 * 3_600_000


class Open:
    """The broken variant: no lock-out at all."""

    def begin(self, login: str, address: str, now_ms: UtcMs) -> int:
        """Go on."""
        return 0

    def right(self, login: str, address: str) -> None:
        """Nothing to forget."""


def guesses_in_a_day(lockout: Lockout, logins: int = 1, addresses: int = 1) -> int:
    """How many guesses get a look at a password in a day, one after the other, as fast as they are let."""
    now, tried = int(NOON), 0
    while now < NOON + DAY and tried < 5000:
        login, address = f"person{tried % logins}", f"10.0.0.{tried % addresses}"
        wait = lockout.begin(login, address, UtcMs(now))
        if wait:
            now += wait
        else:
            tried += 1
            now += 100
    return tried


def test_five_are_free_then_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    waits, now, seen = Waits(), int(NOON), []
    for _ in range(FREE_TRIES):
        assert waits.begin("anna", HERE, UtcMs(now)) == 0
    for _ in range(8):
        wait = waits.begin("anna", HERE, UtcMs(now))
        seen.append(wait)
        assert waits.begin("anna", HERE, UtcMs(now + wait - 1)) == 1, "asking meanwhile costs nothing and gives nothing"
        now += wait
        assert waits.begin("anna", HERE, UtcMs(now)) == 0
    assert seen == [min(FIRST_WAIT_MS * 2**n, LONGEST_WAIT_MS) for n in range(8)]


@pytest.mark.parametrize(("logins", "addresses"), [(1, 1), (1, 200), (5000, 1)])
def test_neither_one_account_nor_one_address_gets_many_guesses(logins: int, addresses: int) -> None:
    assert guesses_in_a_day(Waits(), logins, addresses) <= 110


def test_control_without_a_lockout_guesses_are_as_many_as_one_likes() -> None:
    assert guesses_in_a_day(Open()) == 5000


def test_being_right_ends_the_count_for_account_and_address() -> None:
    waits = Waits()
    for _ in range(3 * FREE_TRIES):
        assert waits.begin("anna", HERE, NOON) == 0
        waits.right("anna", HERE)
    assert len(waits) == 0


def test_a_clock_that_goes_back_locks_nobody_in() -> None:
    waits = Waits()
    while not waits.begin("anna", HERE, NOON):
        pass
    assert waits.begin("anna", HERE, UtcMs(NOON - DAY)) == 0


def test_a_flood_of_names_neither_fills_the_memory_nor_washes_a_guesser_out() -> None:
    waits = Waits(room=50)
    for n in range(20):
        waits.begin("anna", f"10.1.0.{n}", UtcMs(NOON + n * LONGEST_WAIT_MS))
    last = NOON + 19 * LONGEST_WAIT_MS
    for n in range(1000):
        waits.begin(f"name{n}", f"10.2.{n // 250}.{n % 250}", UtcMs(last + n))
    assert len(waits) <= 100
    assert waits.begin("anna", "10.3.0.1", UtcMs(last + 1000)) > 0


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10 * LONGEST_WAIT_MS)), max_size=60))
def test_no_wait_is_ever_longer_than_promised(attempts: list[tuple[int, int]]) -> None:
    waits, now = Waits(), int(NOON)
    for who, passed in attempts:
        now += passed
        assert waits.begin(f"p{who}", HERE, UtcMs(now)) <= LONGEST_WAIT_MS


def test_one_machine_is_one_address() -> None:
    assert network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert network("::ffff:192.168.1.20") == HERE
    assert network("fe80::1%eth0") == "fe80::/64"
    assert network("nonsense" * 30) == ("nonsense" * 30)[:64]
