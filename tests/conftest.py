"""What every test may need of the machine: pseudo-terminals stand for serial lines and USB printers."""

import os

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None)
settings.load_profile("house")  # no test is timed: machines are noisy

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


TOGETHER = (
    "test_audit_command",
    "test_checking",
    "test_console_chromium",
    "test_console_served",
    "test_counter_chromium",
    "test_day",
    "test_display_page",
    "test_evidence",
    "test_kiosk_walk",
    "test_office_chromium",
    "test_pages",
    "test_printers",
    "test_proof",
    "test_proof_chromium",
)
"""Modules whose tests share a server, a browser or a day: one process starts it once."""
LONG = ("tests/kiosk/test_fit", "tests/kiosk/test_layout", "tests/kiosk/test_measured", "tests/faults/", "tests/walks/")
"""What takes longest goes first, so that no process is left alone with it at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order them, group them, and skip those for which the kernel gives no pseudo-terminal, with the reason."""
    items.sort(key=lambda item: 0 if item.nodeid.startswith(LONG) else 1)
    for item in items:
        if item.path.stem in TOGETHER:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    try:
        for end in os.openpty():
            os.close(end)
    except OSError as error:
        skip = pytest.mark.skip(reason=f"no pseudo-terminal on this machine: {error.strerror}")
        for item in items:
            if any(name in item.nodeid for name in ON_A_PTY):
                item.add_marker(skip)
