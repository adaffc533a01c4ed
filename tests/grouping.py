"""Which tests share what takes long to make, and so run one behind the other in one of the processes.

pytest-xdist's own `loadgroup` hands the groups over in names that pytest 9.2 no longer lets it change (its issue 1386).
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

TOGETHER = {
    "test_fit": "screens",
    "test_layout": "screens",
    "test_measured": "screens",
    "test_spoken": "screens",
    "fonts/test_oracle": "glyphs",
    "fonts/test_shaping": "glyphs",
    "test_glyphs": "glyphs",
    "test_view_choosing": "",
    "test_view_resting": "",
    "server/test_access": "",
    "server/test_api": "",
    "test_audit_command": "",
    "test_checking": "",
    "test_console_chromium": "",
    "test_console_served": "",
    "test_counter_chromium": "",
    "test_display_page": "",
    "test_editor_chromium": "",
    "test_evidence": "",
    "test_ita": "",
    "test_kiosk_walk": "",
    "test_office_chromium": "",
    "test_offices_page": "",
    "test_pages": "",
    "test_patterns": "",
    "test_printers": "",
    "test_proof": "",
    "test_proof_chromium": "",
    "test_public_chromium": "",
    "test_results_page": "",
    "server/test_status": "",
    "walks/test_day": "",
    "queueing/test_hall": "",
}
"""Modules whose tests share a server, a browser, a day, signed faces or drawn screens: one process makes it once.
Modules of one group share it with each other."""


def together(nodeid: str) -> str:
    """The group of a test: its own name, or that of what it shares with others."""
    if "[postgresql" in nodeid:
        return "postgresql"
    module = nodeid.partition("::")[0].removesuffix(".py")
    for end, group in TOGETHER.items():
        if f"/{module}".endswith(f"/{end}"):
            return group or module
    return nodeid


class Grouped(LoadScopeScheduling):  # type: ignore[misc]
    """Gives each process whole groups, in the order of the tests."""

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Grouped:
    """Several processes share the work by `Grouped`."""
    config.option.loadscopereorder = False
    return Grouped(config, log)
