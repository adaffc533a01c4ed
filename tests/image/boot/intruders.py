"""What people try at a box that stands in a hall: its USB, its keys, its network; and what simply stands still."""

import time
from functools import partial

from image.machine import Machine
from tests.image.boot.ground import READY, READY_S, SIGHT_S, Ground, Steps, within

PLUGGED = {
    "keyboard": ("usb-kbd",),
    "second mouse": ("usb-mouse",),
    "stick": ("usb-storage", "stick"),
}
KEYS = (("ctrl", "alt", "delete"), ("ctrl", "alt", "f2"), ("alt", "sysrq", "b"), ("alt", "f4"), ("meta_l", "r"))
"""Restart, another console, the kernel's own key, close the window, a launcher."""
SETTLED_S = 5.0
FROZEN_S = 15.0
PORTS = 65535


def attempts(ground: Ground) -> Steps:
    """At a kiosk that runs."""
    yield "it runs", ground.runs
    for name, words in PLUGGED.items():
        yield f"a {name} at its USB stays shut out, and is told of", partial(plug, ground, name, words)
    yield "key chords do nothing", partial(chords, ground)
    yield "let in by hand, that keyboard would have been one: the test can see it", partial(control, ground)
    yield "a scan of all ports finds nothing", partial(scan, ground)
    yield "without its rules the same scan finds something", partial(scan_unruled, ground)
    yield f"a frozen picture is gone within {FROZEN_S:.0f} s, and the kiosk comes back", partial(freeze, ground)


def plug(ground: Ground, name: str, words: tuple[str, ...]) -> list[str]:
    """Plugged in while it runs: not authorised, no driver, a note for the technician."""
    machine, identity = ground.bench.machine, name.replace(" ", "-")
    more = {"drive": _medium(machine)} if "stick" in words else {}
    hand = ground.bench.hand()
    before = hand.tells(_INPUTS)
    machine.monitor.do("device_add", driver=words[0], id=identity, bus="usb.0", **more)
    time.sleep(SETTLED_S)
    missed = [] if hand.tells(_INPUTS) == before else [f"the {name} became an input: {hand.tells(_INPUTS)}"]
    if (told := hand.tells(_SHUT)) == "":
        missed.append("nothing is told of it in /run/scorecard/usb")
    shut = hand.tells("cat /sys/bus/usb/devices/*/authorized | grep -c 0 || true")
    if int(shut) < list(PLUGGED).index(name) + 1:
        missed.append(f"{shut} devices are shut; told: {told}")
    if hand.tells("ls /sys/block | grep -c '^sd' || true") != "0":
        missed.append("a disk came of it")
    hand.close()
    return missed


def chords(ground: Ground) -> list[str]:
    """Pressed at the keyboard that was plugged in."""
    said = len(ground.bench.machine.serial)
    _press(ground.bench.machine)
    missed = [] if ground.invites("after-chords") else ["the screen does not invite any more"]
    if ground.bench.said(READY, said) or ground.bench.said("scorecard: slot", said):
        missed.append("something started anew")
    return missed


def control(ground: Ground) -> list[str]:
    """The same keyboard with its lock taken off by hand is one."""
    hand = ground.bench.hand()
    before = hand.tells(_INPUTS)
    hand.tells(_OPEN)
    missed = [] if within(SIGHT_S, lambda: hand.tells(_INPUTS) != before) else ["no input came of an open keyboard"]
    for name in PLUGGED:
        ground.bench.machine.monitor.do("device_del", id=name.replace(" ", "-"))
    time.sleep(SETTLED_S)
    hand.close()
    return missed


def scan(ground: Ground) -> list[str]:
    """A kiosk answers nothing but a ping, and goes on meanwhile."""
    lan, hand = ground.bench.lan, ground.bench.hand()
    before = hand.tells(_RESTARTS)
    found = lan.answering(1, PORTS)
    missed = [f"ports {found[:20]} answer"] if found else []
    if not lan.pings():
        missed.append("it answers no ping")
    if (after := hand.tells(_RESTARTS)) != before:
        missed.append(f"the kiosk was started anew under the scan: {before}, then {after} times")
    hand.close()
    return missed


def scan_unruled(ground: Ground) -> list[str]:
    """Ports answer, with a no, where nothing drops what comes."""
    hand = ground.bench.hand()
    rules = hand.tells("nft list ruleset > /run/rules && nft flush ruleset && wc -l < /run/rules")
    found = ground.bench.lan.answering(1, 100)
    hand.tells("nft -f /run/rules")
    hand.close()
    return [] if found else [f"nothing answers without the {rules} lines of its rules either"]


def freeze(ground: Ground) -> list[str]:
    """The kiosk is stopped in its tracks; the service manager misses it and ends it, and the screen has the picture of
    the start. How soon the kiosk itself draws again is said, and not judged: an emulated machine is many times slower.
    """
    hand = ground.bench.hand()
    if not within(READY_S, lambda: hand.tells(_STATE) == "active"):
        hand.close()
        return ["it does not run before it is frozen"]  # while it starts nobody misses it so soon
    began, said = time.monotonic(), len(ground.bench.machine.serial)
    hand.tells("systemctl kill -s STOP scorecard-kiosk.service")
    hand.close()
    shown = within(FROZEN_S, lambda: ground.sights.still(ground.picture("frozen")), 0.2)
    missed = [] if shown else [f"the frozen picture still stands after {FROZEN_S:.0f} s"]
    if not ground.ready_again(said):
        missed.append("the kiosk did not start again")
    print(f"            frozen, the kiosk drew again after {time.monotonic() - began:.1f} s", flush=True)
    if not ground.invites("after-freezing"):
        missed.append("the screen does not invite")
    return missed


def _press(machine: Machine) -> None:
    for chord in KEYS:
        keys = [{"type": "qcode", "data": key} for key in chord]
        machine.monitor.do("send-key", keys=keys)
        time.sleep(0.5)


def _medium(machine: Machine) -> str:
    """An empty stick's disk, as QEMU knows it."""
    with (machine.folder / "stick.img").open("wb") as file:
        file.truncate(16 << 20)
    machine.medium("stick")
    return "stick"


_STATE = "systemctl show -P ActiveState scorecard-kiosk.service"
_RESTARTS = "systemctl show -P NRestarts scorecard-kiosk.service"
_INPUTS = "ls /sys/class/input | sort | tr '\\n' ' '"
_SHUT = "cat /run/scorecard/usb/* 2>/dev/null || true"
_OPEN = """
for device in /sys/bus/usb/devices/*-*; do
  case $device in *:*) continue ;; esac
  echo 1 > $device/authorized; echo 1 > $device/bConfigurationValue
done
for part in /sys/bus/usb/devices/*:*; do echo 1 > $part/authorized; echo ${part##*/} > /sys/bus/usb/drivers_probe; done
true
"""
