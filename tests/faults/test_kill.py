"""The short form of `./prove kill`: the same proof and the same control, with few kills."""

from pathlib import Path

import pytest

from tests.faults.kill import prove


@pytest.mark.proof
@pytest.mark.timeout(300)
def test_kills_at_random_moments_lose_and_double_nothing(tmp_path: Path) -> None:
    evidence, hall = prove(5, 7, tmp_path / "demo")
    assert evidence.faults == []
    assert len(hall.shown) >= 3
    assert evidence.papers


@pytest.mark.proof
@pytest.mark.timeout(300)
def test_a_kiosk_that_acts_before_it_commits_is_caught(tmp_path: Path) -> None:
    """The control of the test above."""
    late = {"kiosk": "tests.faults.late_kiosk"}
    evidence, _ = prove(2, 7, tmp_path / "demo", programs=late, victims={"kiosk": 1}, at_paper=True)
    assert any("on paper is missing from the journal" in fault for fault in evidence.faults)
