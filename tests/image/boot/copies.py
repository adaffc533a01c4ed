"""Sticks at the machine's USB: one keeps the records, and a fresh card gets them back; one is a technician's."""

import shutil
import subprocess
import time
from functools import partial
from pathlib import Path

from image.disk import FAT, MIB, Partition, boot_record
from image.errors import ImageError
from image.machine import Machine
from image.tools import WORK
from tests.image.boot.bench import prepare
from tests.image.boot.card import Found, found_in, verified
from tests.image.boot.citizens import arrived
from tests.image.boot.ground import SIGHT_S, Ground, Steps, within

STICK, TOOLS = "copies", "tools"
DIAGNOSIS = "systemctl start scorecard-diagnosis.service"
LOOKED = "no bundle lies on the stick"
STATE = "cat /run/scorecard-copy/state.json"
IDENTITY = "46f4:0001"
"""Of QEMU's sticks."""
NAMED = f'\n[usb]\ncopy = "{IDENTITY}"\n'
SPACE = Partition("copies", FAT, MIB, 63 * MIB)
LATEST_S = 5.0
"""By which the copy may be behind."""


def copies(ground: Ground) -> Steps:
    """A stick as it comes from a shop, one FAT with the right name."""
    if ground.fresh:
        yield "it runs", ground.runs
    yield "with the time right again, and a stick named in kiosk.toml, it starts", partial(named, ground)
    yield "the stick is plugged in: it is let in, and the records are on it", partial(plugged, ground)
    yield "a technician's stick gets a diagnosis, and is looked through for an update", partial(tended, ground)
    yield f"the plug pulled {LATEST_S:.0f} s after a ticket: the ticket is on the stick", partial(kept, ground)


def restore(ground: Ground) -> Steps:
    """The card died; what the stick has is all there is."""
    if not _stick(ground.bench.machine).exists():
        yield from copies(ground)
    yield "a fresh card with the stick in its box has the records before the screen starts", partial(back, ground)
    yield "it gives a number that nobody has, and the office knows the box", partial(goes_on, ground)


def named(ground: Ground) -> list[str]:
    """A clock that is right, and the stick's line."""
    machine = ground.bench.machine
    machine.pull()
    prepare(machine.card, {"kiosk.toml": ground.bench.paired_toml + NAMED})
    return [*ground.starts(), *ground.ticket()]


def plugged(ground: Ground) -> list[str]:
    """While it runs."""
    machine = ground.bench.machine
    _formatted(ground, STICK, "SCORE-COPY")
    _in(machine)
    hand = ground.bench.hand()
    missed = [] if within(SIGHT_S, lambda: '"ok"' in hand.does(STATE)[1]) else [f"it says: {hand.does(STATE)[1]}"]
    hand.close()
    return missed


def tended(ground: Ground) -> list[str]:
    """USB was opened at the service screen, and both were asked for there."""
    machine, hand = ground.bench.machine, ground.bench.hand()
    _formatted(ground, TOOLS, "TOOLS")
    hand.tells("cut -d. -f1 /proc/uptime > /run/scorecard/usb-unlocked")
    _in(machine, TOOLS)
    missed = [] if within(SIGHT_S, lambda: hand.does(f"blkid -L TOOLS && {DIAGNOSIS}")[0] == 0) else ["it is shut out"]
    if (told := hand.tells("cat /run/scorecard-diagnosis/told")) != "written":
        missed.append(f"the diagnosis: {told}")
    hand.does("systemctl start scorecard-take.service")
    if LOOKED not in (told := hand.tells("journalctl -b -o cat -u scorecard-take.service")):
        missed.append(f"the update: {told}")
    hand.close()
    machine.monitor.do("device_del", id=TOOLS)
    if not _told(machine, TOOLS, "mdir", "-b", "::").count("scorecard-"):
        missed.append("no diagnosis is on the stick")
    return missed


def kept(ground: Ground) -> list[str]:
    """The stick is read as somebody would who has nothing else."""
    missed = ground.ticket()
    time.sleep(LATEST_S)
    ground.bench.machine.pull()
    card, copy = ground.record(), _copy(ground)
    if copy.labels != card.labels:
        missed.append(f"on the stick {copy.labels}, on the card {card.labels}")
    for name in ("box.json", "device.key"):
        if not _told(ground.bench.machine, STICK, "mtype", f"::scorecard/{name}"):
            missed.append(f"{name} is empty on the stick")
    return missed + verified(copy.path)


def back(ground: Ground) -> list[str]:
    """The settings are the old card's, with the line that asks for the records."""
    bench, before = ground.bench, _copy(ground)
    bench.machine.pull()
    bench.flash(f"{bench.paired_toml}{NAMED}restore = true\n")
    ground.begins()
    _in(bench.machine)
    missed = ground.comes()
    hand = bench.hand()
    told = hand.tells("journalctl -b -o cat -u scorecard-restore.service")
    hand.close()
    if f"{before.facts} facts" not in told:
        missed.append(f"of {before.facts} facts it says: {told}")
    return missed


def goes_on(ground: Ground) -> list[str]:
    """A new journal, with the key of the one before: nobody pairs it."""
    before, bench = _copy(ground), ground.bench
    missed = [*ground.ticket(), *arrived(ground, {"ticket.issued": len(before.labels) + 1})]
    bench.machine.pull()
    found = ground.record()
    if len(found.labels) != 1 or set(found.labels) & set(before.labels):
        missed.append(f"it gave {found.labels}, after {before.labels}")
    return missed + verified(found.path) + verified(found.path, bench.office.ledger)


def _stick(machine: Machine, name: str = STICK) -> Path:
    return machine.folder / f"{name}.img"


def _formatted(ground: Ground, name: str, label: str) -> None:
    """An empty stick with one partition of this label; its record's signature is not the card's."""
    tools, machine = ground.bench.tools, ground.bench.machine
    record = bytearray(boot_record([SPACE]))
    record[440:444] = name[:4].encode()
    _stick(machine, name).write_bytes(record)
    with _stick(machine, name).open("r+b") as file:
        file.truncate(SPACE.end)
    where = f"--offset {SPACE.start // 512} {WORK}/{name}.img {SPACE.size // 1024}"
    words = f"mkfs.vfat -F 32 -n {label} {where}"
    subprocess.run(tools.command(machine.folder, *words.split()), check=True, capture_output=True)


def _in(machine: Machine, name: str = STICK) -> None:
    machine.medium(name)
    machine.monitor.do("device_add", driver="usb-storage", id=name, bus="usb.0", drive=name)


def _told(machine: Machine, name: str, command: str, *words: str) -> str:
    """What one of mtools says of this stick. Raises ImageError."""
    line = [command, "-i", f"{_stick(machine, name)}@@{SPACE.start}", *words]
    done = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ImageError(f"{name}: {done.stderr.strip()}", hint="look at what is on it, and at serial.log")
    return done.stdout


def _copy(ground: Ground) -> Found:
    """The newest journal on the stick. Raises ImageError where there is none."""
    folder = ground.bench.machine.folder / "copied"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    _told(ground.bench.machine, STICK, "mcopy", "-s", "-n", "::scorecard/kiosk", str(folder))
    return found_in(max((folder / "kiosk").glob("*.db"), key=lambda path: path.stat().st_size))
