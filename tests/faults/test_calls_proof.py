"""The short form of `./prove calls`. Its controls are in tests/server/test_calls.py."""

from collections import Counter
from pathlib import Path

import pytest

from sync.clock import office_day
from tests.faults.calls import COUNTERS, faults, prove
from tests.server.conftest import ZONE
from tests.server.running import now_ms


@pytest.mark.proof
@pytest.mark.timeout(300)
def test_counters_that_press_at_once_over_a_server_that_falls_lose_and_double_nothing(tmp_path: Path) -> None:
    office, found = prove(120, 1, 5, tmp_path, office_day(now_ms(), ZONE).isoformat(), at_once=40)
    assert found == []
    assert office.kills == 1
    assert len(office.told) == 120
    assert len(COUNTERS) == 8
    office.told.append(office.told[0])
    assert any("2 officers" in fault for fault in faults(office, 120)), "the judge is blind"
    assert Counter(office.told)
