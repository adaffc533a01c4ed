"""What every test of this room leaves behind is closed."""

from collections.abc import Iterator

import pytest

from tests.kiosk.fakes import STILL_OPEN


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while STILL_OPEN:
        STILL_OPEN.pop()()
