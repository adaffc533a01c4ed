"""The gate acts as the judge says: on a bus that records, and on files laid out as the kernel does."""

import json
import os
from pathlib import Path

import pytest

from hardware import usb_gate
from hardware.usb_allowed import Rule, rules_of
from hardware.usb_gate import Gate, SystemBus, left_s, refusals, rules_from, unlock
from tests.hardware.test_usb_allowed import LOOSE, RULES, SHIPPED
from tests.hardware.usb_devices import DEVICES, simple


class RecordingBus:
    """Devices by port. `then`: what the one at a port tells of itself once it is let in."""

    def __init__(self, devices: dict[str, bytes]) -> None:
        self.there, self.then = devices, dict[str, bytes]()
        self.open_: set[str] = set()
        self.did: list[tuple[str, bool]] = []

    def devices(self) -> list[str]:
        return sorted(self.there)

    def descriptors(self, port: str) -> bytes:
        if port not in self.there:
            raise FileNotFoundError(port)
        return self.then[port] if port in self.then and port in self.open_ else self.there[port]

    def let_in(self, port: str, *, allowed: bool) -> None:
        self._do(port, allowed)
        for name in self.interfaces(port) if not allowed else ():
            self.open_.discard(name)

    def interfaces(self, port: str) -> dict[str, int]:
        raw = self.there[port]
        count = raw[18 + 4]
        return {f"{port}:1.{number}": number for number in range(count)}

    def open(self, interface: str, *, allowed: bool) -> None:
        self._do(interface, allowed)

    def _do(self, name: str, allowed: bool) -> None:
        self.did.append((name, allowed))
        (self.open_.add if allowed else self.open_.discard)(name)


class Box:
    """A gate with its bus, clock and notes. `devices`: their names by port."""

    def __init__(self, folder: Path, devices: dict[str, str], rules: tuple[Rule, ...] = RULES) -> None:
        self.bus = RecordingBus({port: DEVICES[name] for port, name in devices.items()})
        self.now_s, self.unlocked, self.notes = 100.0, False, folder / "usb"
        self.gate = Gate(self.bus, rules, self.notes, lambda: self.now_s, lambda: self.unlocked)

    def told(self) -> list[tuple[str, str, tuple[str, ...]]]:
        return [(each.port, each.device, each.what) for each in refusals(self.notes)]


def test_a_whole_box_of_devices(tmp_path: Path) -> None:
    there = {
        "1-1": "hub",
        "1-1.1": "LAN9514",
        "1-1.2": "touch that is a keyboard",
        "1-1.3": "keyboard",
        "1-1.4": "stick",
    }
    box = Box(tmp_path, there)
    box.gate.admit_all()
    assert box.bus.open_ == {"1-1", "1-1:1.0", "1-1.1", "1-1.1:1.0", "1-1.2", "1-1.2:1.0"}
    assert box.told() == [
        ("1-1.2", "0eef:c000", ("keyboard", "mouse")),
        ("1-1.3", "046d:c31c", ("keyboard", "input device")),
        ("1-1.4", "0781:5567", ("storage",)),
    ]


def one(folder: Path, name: str, rules: tuple[Rule, ...] = RULES) -> Box:
    return Box(folder, {"1-1": name}, rules)


def test_a_device_that_is_refused_is_shut_even_where_it_was_open(tmp_path: Path) -> None:
    box = one(tmp_path, "keyboard")
    box.bus.open_ = {"1-1", "1-1:1.0"}
    box.gate.admit("1-1")
    assert box.bus.open_ == set()
    loose = one(tmp_path, "keyboard", LOOSE)
    loose.gate.admit("1-1")
    assert "1-1:1.0" in loose.bus.open_, "the control"


def test_a_device_that_tells_something_else_once_it_is_in_is_put_out_again(tmp_path: Path) -> None:
    box = one(tmp_path, "printer")
    box.bus.then["1-1"] = simple("04b8:0e15", (3, 1, 1))
    assert box.gate.admit("1-1").why == "changed"
    assert box.bus.open_ == set()
    assert box.told()[0][2] == ("it says now this, now that of itself",)


def test_an_unlock_lets_in_and_its_end_puts_out(tmp_path: Path) -> None:
    box = one(tmp_path, "stick")
    box.gate.admit("1-1")
    assert box.told()
    box.unlocked = True
    box.gate.admit_all()
    assert box.bus.open_ == {"1-1", "1-1:1.0"}
    assert box.told() == []
    box.unlocked = False
    box.gate.admit_all()
    assert box.bus.open_ == set()
    assert box.told() == [("1-1", "0781:5567", ("storage",))]


def test_what_was_refused_at_a_port_is_told_until_something_allowed_comes_there(tmp_path: Path) -> None:
    box = one(tmp_path, "stick")
    box.gate.admit("1-1")
    del box.bus.there["1-1"]
    with pytest.raises(FileNotFoundError):
        box.gate.admit("1-1")
    assert box.told(), "it was pulled out, and is known all the same"
    box.bus.there["1-1"] = DEVICES["printer"]
    box.gate.admit("1-1")
    assert box.told() == []


def test_a_note_that_is_none_is_passed_over(tmp_path: Path) -> None:
    for name, text in (("1-1.json", "{"), ("1-2.json", "[1]"), ("1-3.json", json.dumps(["1-3", "a:b", ["x"], 5]))):
        (tmp_path / name).write_text(text)
    assert [each.port for each in refusals(tmp_path)] == ["1-3"]


class Files:
    """Files as the kernel lays them out below /sys/bus/usb: a device at 1-1, with its interfaces shut."""

    def __init__(self, root: Path, raw: bytes, interfaces: int) -> None:
        self.root, devices = root, root / "devices"
        for name in ("usb1", "1-1", *(f"1-1:1.{n}" for n in range(interfaces))):
            (devices / name).mkdir(parents=True)
        self.write("usb1/interface_authorized_default", "1")
        self.write("1-1/authorized", "0")
        (devices / "1-1/descriptors").write_bytes(raw)
        for number in range(interfaces):
            self.write(f"1-1:1.{number}/authorized", "0")
            self.write(f"1-1:1.{number}/bInterfaceNumber", f"{number:02x}\n")
            (devices / "1-1" / f"1-1:1.{number}").symlink_to(devices / f"1-1:1.{number}")
        (root / "drivers_probe").touch()

    def write(self, name: str, text: str) -> None:
        (self.root / "devices" / name).write_text(text)

    def read(self, name: str) -> str:
        return (self.root / name).read_text()


def test_on_files_as_the_kernel_has_them(tmp_path: Path) -> None:
    files = Files(tmp_path / "bus", DEVICES["printer that is a keyboard"], 2)
    gate = Gate(SystemBus(files.root), RULES, tmp_path / "usb", lambda: 5.0, lambda: False)
    assert [port for port, _ in gate.admit_all()] == ["1-1"]
    assert files.read("devices/usb1/interface_authorized_default") == "0"
    assert files.read("devices/1-1/authorized") == "1"
    assert files.read("devices/1-1:1.0/authorized") == "0"
    assert files.read("devices/1-1:1.1/authorized") == "1"
    assert files.read("drivers_probe") == "1-1:1.1"


def test_a_bus_that_cannot_be_told_raises_and_lets_nothing_in(tmp_path: Path) -> None:
    files = Files(tmp_path / "bus", DEVICES["printer"], 1)
    (files.root / "devices/usb1/interface_authorized_default").unlink()
    gate = Gate(SystemBus(files.root), RULES, tmp_path / "usb", lambda: 5.0, lambda: False)
    with pytest.raises(FileNotFoundError):
        gate.admit("1-1")
    assert files.read("devices/1-1/authorized") == "0"


def test_hubs_are_let_in_before_what_hangs_on_them(tmp_path: Path) -> None:
    for name in ("usb1", "1-1.10", "1-1", "1-1.2", "1-1.2.1", "1-1:1.0", "1-0:1.0"):
        (tmp_path / "devices" / name).mkdir(parents=True)
    assert SystemBus(tmp_path).devices() == ["1-1", "1-1.2", "1-1.10", "1-1.2.1"]
    assert SystemBus(tmp_path / "none").devices() == [], "a machine without USB"


def test_the_rules_come_from_the_list_and_from_what_kiosk_toml_adds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    added = tmp_path / "usb-allow"
    assert rules_from(SHIPPED, added) == RULES
    added.write_text("2047:09d0\n")
    assert [rule.vendor for rule in rules_from(SHIPPED, added)[len(RULES) :]] == [0x2047]
    assert capsys.readouterr().err == ""
    added.write_text("*:*\n2047:09d0@1-1.2\n[")
    assert [rule.port for rule in rules_from(SHIPPED, added)[len(RULES) :]] == ["1-1.2"], "what is right holds"
    assert capsys.readouterr().err.count("is no") + capsys.readouterr().err.count("wrong") >= 1
    bad = tmp_path / "usb.toml"
    bad.write_text("[[deny]]")
    assert rules_from(bad, tmp_path / "none") == ()
    assert "deny is not known" in capsys.readouterr().err
    assert rules_from(tmp_path / "none", tmp_path / "none") == ()
    assert rules_of("", "none") == ()


def test_a_word_of_a_technician_is_left_and_runs_out(tmp_path: Path) -> None:
    file = tmp_path / "usb-unlocked"
    assert left_s(file, 50.0) == 0
    unlock(50.0, file)
    assert left_s(file, 50.0) == 600
    assert left_s(file, 649.0) == 1
    assert left_s(file, 651.0) == 0
    file.write_text("nonsense")
    assert left_s(file, 50.0) == 0


def test_the_command_says_what_does_not_obey() -> None:
    assert usb_gate.main(["99-9.9"]) == 1
    assert usb_gate.main([]) == 0
    assert not os.path.lexists("/run/scorecard/usb/99-9.9.json")


def test_every_rule_of_udev_is_a_line_that_udev_reads() -> None:
    for line in (SHIPPED.parents[2] / "lib/udev/rules.d/60-scorecard.rules").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            for part in line.split(", "):
                assert any(operator in part for operator in ("==", "!=", "+=", "=")), part
                assert part.count('"') == 2, part
