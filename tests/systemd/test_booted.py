"""The units under a real systemd: all are ready, a frozen kiosk comes back, each sandbox holds what it says."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kiosk.demo import ROOT
from tests.systemd.booted import Booted, why_not
from tests.systemd.units import APPLIANCE
from tests.walks.stage import until

UNITS = ("kiosk", "sync", "server")
READY_S = 180.0
PROBE = """
import os, socket

def may(what, work):
    try:
        work()
        print("may", what)
    except OSError:
        print("not", what)

may("internet", lambda: socket.socket(socket.AF_INET).close())
may("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15).close())
may("write-system", lambda: open("/etc/x", "w").close())
may("kiosk-folder", lambda: os.listdir("/var/lib/scorecard/kiosk"))
may("server-folder", lambda: os.listdir("/var/lib/scorecard/server"))
may("unlock-usb", lambda: open("/run/scorecard/usb-unlocked", "w").close())
may("see-others", lambda: open("/proc/1/cmdline").close())
may("become-root", lambda: os.setuid(0))
may("boot-id", lambda: open("/proc/sys/kernel/random/boot_id").close())
"""
MAY = {
    "kiosk": {"netlink", "kiosk-folder", "unlock-usb", "boot-id"},
    "sync": {"internet", "kiosk-folder", "boot-id"},
    "server": {"internet", "netlink", "server-folder", "boot-id"},
}
WHY_NOT = why_not()
pytestmark = [pytest.mark.long, pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))]


def configuration() -> str:
    """An all-in-one without hardware."""
    text = (ROOT / "kiosk/example/kiosk.toml").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith(("data =", "# role ="))]
    text = "\n".join(['role = "all-in-one"', *lines])
    text = text.replace("tcp://127.0.0.1:9100", "file:///tmp/paper.bin").replace('"ntp"', '"system"')
    return text.replace('device = "default"', 'device = "none"')


def probe(name: str, *, shut: bool) -> str:
    """A unit that asks what it may: with the sandbox of a service of ours, or as its user alone."""
    kept = ("User=", "Group=", "SupplementaryGroups=", "[")
    dropped = ("Exec", "Type=", "NotifyAccess=", "Restart=", "RestartSec=", "Watchdog", "RuntimeDirectory")
    lines = (APPLIANCE / f"scorecard-{name}.service").read_text("utf-8").splitlines()
    lines = [line for line in lines if not line.startswith(dropped) and (shut or line.startswith(kept))]
    return "\n".join(lines).replace("[Service]", "[Service]\nType=oneshot\nExecStart=/usr/bin/python3 /etc/probe.py")


@pytest.fixture(scope="module")
def box() -> Iterator[Booted]:
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        made = Booted(Path(folder), configuration())
        (made.folder / "more/etc/probe.py").write_text(PROBE)
        for name in UNITS:
            made.add(f"probe-{name}.service", probe(name, shut=True))
            made.add(f"open-{name}.service", probe(name, shut=False))
        with made:
            yield made


def ready(box: Booted) -> None:
    for name in UNITS:
        until(f"{name} is ready", lambda name=name: box.shows(f"scorecard-{name}", "ActiveState") == "active", READY_S)  # type: ignore[misc]


def test_an_all_in_one_comes_up_pairs_and_sends_and_nothing_fails(box: Booted) -> None:
    ready(box)
    until("facts are sent", lambda: box.shows("scorecard-sync", "StatusText") == "idle", READY_S)
    until("the kiosk serves", lambda: box.shows("scorecard-kiosk", "StatusText") == "screen attract", READY_S)
    assert box.shows("scorecard-server", "StatusText") == "serves"
    failed = box.run("systemctl", "list-units", "--failed", "--plain", "--no-legend", "scorecard*").stdout
    assert failed == ""


@pytest.mark.parametrize("name", UNITS)
def test_each_sandbox_holds_what_it_says(box: Booted, name: str) -> None:
    ready(box)

    def found(kind: str) -> set[str]:
        assert box.run("systemctl", "start", f"{kind}-{name}.service").returncode == 0
        said = box.run("journalctl", "-u", f"{kind}-{name}", "-o", "cat", "--no-pager").stdout.splitlines()
        return {line.split()[1] for line in said if line.startswith("may ")}

    assert found("probe") == MAY[name]
    assert {"internet", "netlink", "see-others"} <= found("open"), "the control: the same user without the sandbox"


def test_a_frozen_kiosk_is_ended_and_comes_back(box: Booted) -> None:
    ready(box)
    before = box.freeze("scorecard-kiosk")

    def back() -> bool:
        known = box.shows("scorecard-kiosk", "MainPID"), box.shows("scorecard-kiosk", "ActiveState")
        return known[0] not in ("0", before) and known[1] == "active"

    until("it is back", back, READY_S)
    assert box.shows("scorecard-kiosk", "NRestarts") == "1"
