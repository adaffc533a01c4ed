"""Which of two releases is the newer."""

from itertools import pairwise

import pytest

from kiosk.box.errors import UpdateError
from kiosk.box.release import checked, newer

IN_ORDER = ("0.1.0-rc.1", "0.1.0-rc.2", "0.1.0-rc.10", "0.1.0", "0.1.1", "0.2", "0.10.0", "1", "1.0.0.1", "2026.11")


def test_releases_have_an_order() -> None:
    for older, later in pairwise(IN_ORDER):
        assert newer(later, older), (later, older)
        assert not newer(older, later)
    assert not newer("1.0", "1.0.0")
    assert not newer("1.0.0", "1")


@pytest.mark.parametrize(
    "name", ["", "1.", "v1", "1.0.0 ", "1.0.0\n", "1..0", "1.0.0.0.0", "1.0-", "1.0-RC", "../1", "١"]
)
def test_what_is_no_release_s_name_is_refused(name: str) -> None:
    with pytest.raises(UpdateError, match="no name of a release"):
        checked(name)
    with pytest.raises(UpdateError):
        newer("1.0.0", name)
