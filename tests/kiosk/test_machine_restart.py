"""What a machine that begins again makes of what it left."""

from pathlib import Path

import pytest

from hardware.buttons import BootMs, Edge
from sync.facts import ButtonStuck
from sync.types import Level
from tests.kiosk.fakes import Kiosk, opened


def stuck(kiosk: Kiosk) -> list[bool]:
    return [body.stuck for body in kiosk.facts() if isinstance(body, ButtonStuck)]


@pytest.mark.parametrize(("held", "told"), [((), [True, False]), (((1, 3),), [True, False, True])])
def test_a_button_that_was_stuck_is_free_unless_it_is_still_held(
    tmp_path: Path, held: tuple[tuple[int, int], ...], told: list[bool]
) -> None:
    kiosk = opened(tmp_path)
    kiosk.edges.append(Edge(1, 3, True, BootMs(kiosk.clock.boottime_ms)))
    kiosk.later(11_000)
    assert stuck(kiosk) == [True]
    kiosk.close()
    again = opened(tmp_path, clock=kiosk.clock, held=held)
    again.later(11_000)
    assert stuck(again) == told
    assert ButtonStuck(1, Level(3), told[-1]) in again.facts()
