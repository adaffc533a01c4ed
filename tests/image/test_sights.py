"""How the boot test tells what a screen shows."""

from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.screen_types import State
from kiosk.specimens import example_states
from tests.image.boot.sights import Sights


@pytest.fixture(scope="module")
def sights() -> Sights:
    return Sights()


def taken(sights: Sights, state: State, folder: Path) -> Path:
    """The picture of a machine whose screen shows this."""
    path = folder / "taken.png"
    sights.drawn(state).save(path)
    return path


@pytest.mark.parametrize("language", ["th", "my"])
def test_a_ticket_that_lies_ready_is_seen_whatever_its_number_and_no_other_screen_of_it(
    sights: Sights, language: str, tmp_path: Path
) -> None:
    states = example_states(sights.catalogue, language)
    ready = states["ticket-ready"]
    assert ready.ticket is not None
    for label in ("A001", "AA101", "K7"):
        given = replace(ready, ticket=replace(ready.ticket, label=label))
        assert sights.shown(ready, taken(sights, given, tmp_path)), label
    others = {name: state for name, state in states.items() if name.startswith("ticket-") and name != "ticket-ready"}
    assert {name for name, each in others.items() if sights.shown(ready, taken(sights, each, tmp_path))} == set()


def test_screens_of_one_citizens_way_are_told_apart(sights: Sights, tmp_path: Path) -> None:
    states = example_states(sights.catalogue, "th")
    way = {name: states[name] for name in ("attract", "service", "service-registration", "details-move-in")}
    for name, shown in way.items():
        picture = taken(sights, shown, tmp_path)
        assert {other for other, state in way.items() if sights.shown(state, picture)} == {name}
