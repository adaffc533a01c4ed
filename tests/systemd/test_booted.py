"""The units under a real systemd: all are ready, a frozen kiosk comes back, each sandbox holds what it says."""

import sysconfig
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
ASK = """
import sys
sys.path.insert(0, "/opt/scorecard/lib/VERSION/site-packages")
from pathlib import Path
from kiosk.box import hand_words as words
from kiosk.toolbox import ask_hand
asked = {"keep": words.Keep(), "try": words.TryPrinter("tcp://192.168.1.77:9100"), "revert": words.Revert(),
         "volume": words.SetVolume(30), "diagnosis": words.Diagnosis()}
print(ask_hand(Path(words.SOCKET), asked[sys.argv[1]]))
"""
WHY_NOT = why_not()
pytestmark = [pytest.mark.long, pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))]


def configuration(*, hours: bool = False) -> str:
    """An all-in-one without hardware, open at any time unless it keeps `hours`."""
    text, dropped = (ROOT / "kiosk/example/kiosk.toml").read_text("utf-8"), ("data =", "# role =")
    lines = [line for line in text.splitlines() if not line.startswith(dropped if hours else (*dropped, "calendar ="))]
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
        version = f"python{sysconfig.get_python_version()}"
        (made.folder / "more/etc/ask.py").write_text(ASK.replace("VERSION", version))
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


def asked(box: Booted, what: str, user: str = "scorecard-kiosk") -> str:
    """What the service screen's root side answers to this user."""
    return box.run("runuser", "-u", user, "--", "/usr/bin/python3", "/etc/ask.py", what).stdout.strip()


def test_what_the_service_screen_asks_for_is_done_by_units_that_may_do_it_and_for_nobody_else(box: Booted) -> None:
    ready(box)
    assert box.run("systemctl", "start", "scorecard-hand.socket").returncode == 0
    assert asked(box, "keep") == "nothing"
    assert asked(box, "keep", "scorecard-sync") == "failed", "the socket is the screen's alone"
    before = box.shows("scorecard-kiosk", "MainPID")
    assert asked(box, "try") == "done"
    assert "192.168.1.77" in box.run("cat", "/run/scorecard/kiosk.toml").stdout
    assert box.shows("scorecard-revert.timer", "ActiveState") == "active"
    until("the kiosk began anew", lambda: box.shows("scorecard-kiosk", "MainPID") not in ("0", before), READY_S)
    assert box.run("systemctl", "start", "scorecard-revert.service").returncode == 0
    assert "192.168.1.77" not in box.run("cat", "/run/scorecard/kiosk.toml").stdout
    assert box.shows("scorecard-revert.timer", "ActiveState") == "inactive"
    assert asked(box, "volume") == "done"
    assert "volume = 30" in box.run("cat", "/run/scorecard/kiosk.toml").stdout
    assert box.run("stat", "-c", "%a %U", "/var/lib/scorecard/system/changes.json").stdout.strip() == "600 root"
    assert asked(box, "diagnosis") == "no-stick"
    assert box.run("ls", "/run/scorecard-diagnosis").stdout.split() == ["stick", "told"]
