"""What every test may need of the machine: pseudo-terminals stand for serial lines and USB printers."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.grouping"]
settings.register_profile("house", deadline=None)
settings.load_profile("house")  # no test is timed: machines are noisy
gc.disable()  # until all are collected: to look for garbage among what stays took half of that time

ON_A_PTY = (
    "test_transport_serial.py",
    "test_printer_cables.py",
    "::test_the_stand_in_keeps_settings_and_hangs_up",
    "test_virtual_ports.py",
    "::test_the_real_calls_carry_both_ways",
    "::test_the_command_serves_a_pty",
    "::test_a_link_is_made_where_an_earlier_run",
    "::test_a_line_is_read_no_faster",
    "::test_unplugged_the_buffer_stays",
    "::test_a_panel_printer_on_three_wires",
    "test_hardship.py::test_whatever_befalls_the_printer_is_said_and_every_number_is_on_paper_or_written_down[serial]",
)
"""Tests that open one; .ci/prepare gives a machine that has none the file system of them, where it may."""


BOX_PLACES = ("/var/lib/scorecard", "/run/scorecard", "/etc/scorecard", "/boot/firmware")
"""Where a box keeps its own. A test has its own root for them."""
THERE_BEFORE = frozenset(place for place in BOX_PLACES if Path(place).exists())

LONG = ("kiosk/test_fit", "kiosk/test_layout", "kiosk/test_measured", "faults/", "walks/", "_chromium", "test_patterns")
"""What takes longest goes first, so that no process is left alone with it at the end."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`./prove postgresql` keeps the ledgers of all tests of the server there."""
    parser.addoption("--ledger", choices=("sqlite", "postgresql"), default="sqlite")
    parser.addoption("--long", action="store_true", help="what ./prove walks runs besides")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run that has made a box of this machine has failed, whatever its tests say."""
    made = [place for place in BOX_PLACES if place not in THERE_BEFORE and Path(place).exists()]
    if made and not hasattr(session.config, "workerinput"):
        print(f"\nleft behind by a test, outside of its folder: {', '.join(made)}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_collection_finish() -> None:
    """What is there by now stays: nobody looks through it for garbage."""
    gc.enable()
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order them, leave out the long ones, and skip those for which the kernel gives no pseudo-terminal."""
    if not config.getoption("--long"):
        items[:] = [item for item in items if item.get_closest_marker("long") is None]
    items.sort(key=lambda item: not any(part in item.nodeid for part in LONG))
    try:
        for end in os.openpty():
            os.close(end)
    except OSError as error:
        skip = pytest.mark.skip(reason=f"no pseudo-terminal on this machine: {error.strerror}")
        for item in items:
            if any(name in item.nodeid for name in ON_A_PTY):
                item.add_marker(skip)
