"""The short form of `./prove paper`: the same proof and the same controls, with few runs."""

import pytest

from tests.faults.paper import control, prove, summed
from tests.faults.paper_run import CONTROLS, LATE


def quietly(variant: str, done: int, runs: int) -> None:
    return


@pytest.mark.proof
@pytest.mark.timeout(300)
def test_printers_that_fail_and_kiosks_that_fall_lose_and_double_nothing() -> None:
    found = prove(300, 11, progress=quietly)
    total = summed(found.values())
    assert not total.faults, total.notes
    assert total.rates["tickets"] >= 900
    assert found["epson, USB or TCP"].rates["confirmed"] >= 300
    assert found["epson, USB or TCP"].rates["sent, none"] == 0
    for needed in ("interrupted", "uncertain", "split", "needless"):
        assert total.rates[needed], f"no ticket was {needed}: the proof proves little"


@pytest.mark.proof
@pytest.mark.timeout(300)
@pytest.mark.parametrize("variant", CONTROLS)
def test_control_without_one_of_its_habits_the_product_is_caught(variant: str) -> None:
    caught = control(variant, 1500, 11, progress=quietly)
    expected = {"doubled", "reused", "unrecorded"} if variant == LATE else {"wrong", "lost"}
    assert expected & set(caught.faults), caught
