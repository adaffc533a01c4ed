"""What the control of the failover waits for."""

import pytest

from tests.faults.failover import UNSENT, alone


@pytest.mark.parametrize(("unsent", "there"), [(0, False), (UNSENT, False), (UNSENT + 1, True), (None, True)])
def test_a_standby_that_was_let_go_gets_nothing_more(unsent: int | None, there: bool) -> None:
    assert alone(unsent) is there
