"""What the doctor says of a USB device that was not let in: which, where, and how it is added where it may be."""

from pathlib import Path

import pytest

from hardware.usb_allowed import judge, rule_of
from hardware.usb_gate import Refusal
from kiosk.doctor import examine
from kiosk.findings_usb import refused
from tests.hardware.test_usb_allowed import RULES
from tests.hardware.usb_devices import DEVICES
from tests.kiosk.test_doctor import Box


def told(name: str) -> tuple[str, str, str]:
    """The note on this device at a port."""
    verdict = judge(DEVICES[name], "1-1.2", RULES)
    (finding,) = refused([Refusal("1-1.2", verdict.device, verdict.refused, 5.0)])
    return finding.state, finding.seen, finding.todo


@pytest.mark.parametrize("name", ["keyboard", "mouse", "unknown touch", "headset", "touch that is a keyboard"])
def test_what_may_be_added_is_told_with_the_very_line_that_adds_it(name: str) -> None:
    state, seen, todo = told(name)
    assert state == "note"
    assert "at port 1-1.2" in seen
    line = todo.split('allow = ["')[1].split('"]')[0]
    rules = (*RULES, rule_of(line))
    assert judge(DEVICES[name], "1-1.2", rules).refused == ()
    assert judge(DEVICES[name], "1-1.3", rules).refused != (), "there and nowhere else"


def test_a_stick_may_be_the_one_for_the_copy_and_what_cannot_be_read_cannot_be_added() -> None:
    state, seen, todo = told("stick")
    assert (state, seen) == ("note", "0781:5567 at port 1-1.2 is not let in: storage")
    line = todo.split('copy = "')[1].split('"')[0]
    assert judge(DEVICES["stick"], "1-1.2", (*RULES, rule_of(f"copy={line}"))).refused == ()
    verdict = judge(b"noise", "1-1.2", RULES)
    (finding,) = refused([Refusal("1-1.2", verdict.device, verdict.refused, 5.0)])
    assert finding.todo == ""


def test_nothing_refused_is_nothing_said() -> None:
    assert list(refused([])) == []


def test_the_doctor_of_a_kiosk_tells_it(tmp_path: Path) -> None:
    box = Box(tmp_path).with_(refused=lambda: [Refusal("1-1.2", "046d:c31c", ("keyboard",), 5.0)])
    assert "USB" in [finding.part for finding in examine(box.path, None, box.tools)]
    assert "USB" not in [finding.part for finding in examine(box.path, None, box.with_(refused=tuple).tools)]
