"""What the doctor says of network, system, update, copy and USB: every problem with what to do about it."""

import pytest

from hardware.links import Link
from kiosk.around import Around, Copied, Release
from kiosk.findings_box import around

CABLE = Link("eth0", wireless=False, carries=True, addresses=("192.168.1.21",))
BARE = Link("eth0", wireless=False, carries=True)
RADIO = Link("wlan0", wireless=True, carries=False)


@pytest.mark.parametrize(("found", "served", "part", "state", "seen"), [
    (Around(links=(CABLE, RADIO)), True, "network", "ok", "eth0 (cable) 192.168.1.21; wlan0 (wireless) not connected"),
    (Around(links=(RADIO,)), True, "network", "problem", "wlan0 (wireless) not connected"),
    (Around(links=(BARE,)), True, "network", "problem", "eth0 (cable) connected, without an address"),
    (Around(links=()), False, "network", "note", "there is none; this machine stands alone and needs none"),
    (Around(release=Release("1.2", "B")), True, "system", "ok", "release 1.2, slot B"),
    (Around(release=Release("1.2", "B", "1.2", "good")), True, "update", "ok", "1.2 went in"),
    (Around(release=Release("1.2", "A", "1.3", "rolled-back", "no frame")), True, "update", "note",
     "1.3 did not go in (rolled-back): no frame"),
    (Around(release=Release("1.2", "B", "1.2", "trying")), True, "update", "note",
     "1.2 is being tried; it stays if it is well"),
    (Around(copied=Copied("kept", 3)), True, "copy of the journals", "ok", "kept on a second medium, 3 s old"),
    (Around(copied=Copied("kept", 301)), True, "copy of the journals", "problem", "kept on a second medium, 301 s old"),
    (Around(copied=Copied("missing")), True, "copy of the journals", "note", "no second medium is plugged in"),
    (Around(copied=Copied("broken", None, "read-only")), True, "copy of the journals", "problem", "read-only"),
    (Around(unlocked_s=61), True, "USB", "note",
     "a technician opened it: anything may be plugged in for 2 minutes more"),
    (Around(trial=("wifi",), trial_s=40), True, "change", "note",
     "wifi of the service screen is being tried for 40 s more"),
])  # fmt: skip
def test_each_is_told_with_what_to_do(found: Around, served: bool, part: str, state: str, seen: str) -> None:
    told = next(each for each in around(found, served=served) if each.part == part)
    assert (told.state, told.seen) == (state, seen)
    assert (told.state != "problem") or told.todo.endswith(".")


def test_of_what_a_machine_has_not_nothing_is_said() -> None:
    assert list(around(Around(), served=True)) == []
