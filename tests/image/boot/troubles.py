"""A box in trouble: a broken kiosk.toml, a data partition that is full, spoilt or missing, a clock in 1970, a hang."""

import base64
import random
import time
from functools import partial

from image.disk import DATA
from tests.image.boot.bench import prepare
from tests.image.boot.ground import GROUP, READY_S, SERVICE, SIGHT_S, Ground, Steps, within
from tests.image.boot.hand import Hand
from tests.image.boot.mistakes import MISTAKES, Mistake

KEPT = "/var/lib/scorecard/system/kiosk.toml.good"
OUT_OF_ORDER = "out of order"
STRIP_S = 150.0
ATTEMPTS = 4
ANEW = "systemctl --no-block restart scorecard-kiosk.service"
SEED = 7
UNSEEN = """
rules=/run/udev/rules.d/99-unseen.rules device=/dev/vda4
mkdir -p /run/udev/rules.d
echo 'KERNEL=="vda4", ENV{SYSTEMD_READY}="0"' > $rules
udevadm control --reload; udevadm trigger --settle -c change $device; sleep 3
systemctl is-active dev-vda4.device
mountpoint -q /var/lib/scorecard && echo mounted || echo gone
rm $rules
udevadm control --reload; udevadm trigger --settle -c change $device; sleep 1
systemctl is-active dev-vda4.device
"""
FILL = """
cd /var/lib/scorecard
set -- $(stat -f -c '%a %S' .)
fallocate -l $(($1 * $2)) fill
cat /dev/zero >> fill
sync
"""
ENTRY = (446 + 3 * 16, 16)
"""The data partition's entry in the boot record: where, and how long."""
HEAD = (DATA.start, 8 << 20)
"""Its first blocks: what the file system is known by, and its first files."""


def mistakes(ground: Ground, looked_at: int = 1) -> Steps:
    """A broken kiosk.toml, read anew as at a start: the last good one goes on; without one the screen says so.

    Of the first so many the screen is looked at, too: that takes a start of the kiosk.
    """
    yield "it runs", ground.runs
    yield "it works, so a good copy is kept", partial(kept, ground)
    for place, mistake in enumerate(MISTAKES):
        yield f"kiosk.toml, {mistake.name}: told, the last good one is in use", partial(broken, ground, mistake)
        if place < looked_at:
            yield "and the screen tells it while it invites", partial(strip, ground, mistake)
    yield "a broken kiosk.toml and no good copy: out of order, with the line", partial(nothing_good, ground)
    yield "the file is mended: the kiosk works", partial(mended, ground)


def full(ground: Ground) -> Steps:
    """The data partition has no room left, then has again."""
    yield "it runs", ground.runs
    yield "udev loses sight of the data partition for a moment: it stays mounted", partial(unseen, ground)
    yield "the data partition is full: told on the screen, nothing is given", partial(filled, ground)
    yield "there is room again: it gives numbers", partial(emptied, ground)


def data(ground: Ground) -> Steps:
    """The data partition is gone, or spoilt, while the machine is off. What was there must be there afterwards."""
    kept = {place: _bytes(ground, *place) for place in (ENTRY, HEAD)}
    noise = {ENTRY: bytes(ENTRY[1]), HEAD: random.Random(SEED).randbytes(HEAD[1])}
    for name, place in {"gone": ENTRY, "spoilt beyond its own repair": HEAD}.items():
        yield (
            f"the data partition is {name}: told, and nothing is written",
            partial(spoil, ground, place[0], noise[place]),
        )
        _write(ground, place[0], kept[place])
    yield "it is as it was: it goes on, and every number is there", partial(goes_on, ground)


def clock(ground: Ground) -> Steps:
    """No battery, no network."""
    yield "the clock says 1970 and there is no network: staff are asked for the date", partial(epoch, ground)


def hang(ground: Ground) -> Steps:
    """The kernel itself stands still."""
    yield "it runs", ground.runs
    yield "a kernel that hangs is reset by the watchdog, and it starts again", partial(reset, ground)


def kept(ground: Ground) -> list[str]:
    """Written by the start that went well."""
    hand = ground.bench.hand()
    told = hand.does(f"test -s {KEPT}")
    hand.close()
    return [] if told[0] == 0 else ["no good copy is kept"]


def broken(ground: Ground, mistake: Mistake) -> list[str]:
    """The file as it is on the card now, read by the units as at a start."""
    hand = ground.bench.hand()
    missed = _reads(hand, mistake.spoil(ground.bench.paired_toml))
    told = hand.tells("cat /run/scorecard/problem.json")
    missed += [f"nothing says: {each}" for each in (mistake.told, '"last-good"') if each not in told]
    hand.close()
    return missed


def strip(ground: Ground, mistake: Mistake) -> list[str]:
    """The kiosk, started with what was made of the file."""
    hand = ground.bench.hand()
    said = len(ground.bench.machine.serial)
    hand.tells(ANEW)
    missed = [] if ground.ready_again(said) else ["it did not start again"]
    if not within(SIGHT_S, lambda: hand.shows().startswith("screen attract")):
        missed.append(f"it shows: {hand.shows()}")
    hand.close()
    ground.picture(f"mistake-{mistake.name.replace(' ', '-')}")
    return missed


def nothing_good(ground: Ground) -> list[str]:
    """What a box shows whose very first file is broken."""
    hand = ground.bench.hand()
    hand.tells(f"mv {KEPT} {KEPT}.away; rm -f /var/lib/scorecard/kiosk/kiosk.toml.good; true")
    missed = _reads(hand, MISTAKES[0].spoil(ground.bench.paired_toml))
    hand.tells(ANEW)
    if not within(STRIP_S, lambda: hand.shows().startswith(OUT_OF_ORDER)):
        missed.append(f"it shows: {hand.shows()}")
    time.sleep(1)
    ground.picture("nothing-good")
    hand.tells(f"mv {KEPT}.away {KEPT}")
    hand.close()
    return missed


def mended(ground: Ground) -> list[str]:
    """The good file again."""
    hand = ground.bench.hand()
    missed = _reads(hand, None)
    hand.tells(ANEW)
    if not ground.invites("mended", STRIP_S):
        missed.append(f"it shows: {hand.shows()}")
    hand.close()
    return [*missed, *ground.ticket()]


def filled(ground: Ground) -> list[str]:
    """Filled to the last block by root; the kiosk is asked for a ticket. What the journal has room for already it may
    still take."""
    hand = ground.bench.hand()
    hand.does(FILL)
    before = ground.bench.printed - hand.recorded()
    citizen = ground.citizen("th")
    for _ in range(ATTEMPTS):  # what is being filled is slow, and a touch may come before its screen
        citizen.takes_a_ticket(SERVICE, GROUP, SIGHT_S / ATTEMPTS)
        if told := within(SIGHT_S / ATTEMPTS, lambda: "disk-full" in hand.shows()):
            break
    missed = [] if told else [f"it shows: {hand.shows()}"]
    if not citizen.sees(citizen.state("out-of-order-disk"), "full", SIGHT_S):
        missed.append("the screen does not say that the memory is full")
    if ground.bench.printed - hand.recorded() > before:
        missed.append("a ticket was printed that is nowhere on record")
    hand.close()
    return missed


def emptied(ground: Ground) -> list[str]:
    """Room again; the machine is left to find out by itself."""
    hand = ground.bench.hand()
    hand.tells("rm /var/lib/scorecard/fill")
    hand.close()
    return [*([] if ground.invites("emptied", STRIP_S) else ["it does not invite"]), *ground.ticket()]


def epoch(ground: Ground) -> list[str]:
    """The clock must not be believed, and no date guessed is ever printed."""
    machine = ground.bench.machine
    machine.pull()
    trusting = ground.bench.paired_toml.replace('trust = "system"', 'trust = "ntp"')
    prepare(machine.card, {"kiosk.toml": trusting})
    ground.begins("-rtc", "base=1970-01-01T00:00:00")
    machine.monitor.do("set_link", name="cable", up=False)
    hand, missed = ground.bench.hand(READY_S), list[str]()
    if not within(READY_S, lambda: "confirm-date" in hand.shows()):
        missed.append(f"it shows: {hand.shows()}")
    if (year := int(hand.tells("date +%Y"))) < 2026:
        missed.append(f"the clock says {year}")
    ground.picture("epoch")
    hand.close()
    machine.pull()
    return missed


def reset(ground: Ground) -> list[str]:
    """The kernel is told to stand still at a fault, and made one; a watchdog of the machine's own looks on."""
    machine, missed = ground.bench.machine, list[str]()
    hand = ground.bench.hand()
    hand.tells(
        "busctl set-property org.freedesktop.systemd1 /org/freedesktop/systemd1 "
        "org.freedesktop.systemd1.Manager RuntimeWatchdogUSec t 10000000"
    )
    hand.tells("sysctl -q kernel.panic=0 && cat /sys/class/watchdog/watchdog0/state | grep -qx active")
    said = len(machine.serial)
    hand.tells("(sleep 1; echo c > /proc/sysrq-trigger) >/dev/null 2>&1 &")
    hand.close()
    if not within(READY_S, lambda: ground.bench.said("Kernel panic", said) is not None):
        missed.append("the kernel did not fall")
    if not within(READY_S, lambda: "WATCHDOG" in machine.monitor.happened()):
        missed.append("no watchdog barked")
    if not ground.ready_again(said):
        missed.append("it did not start again")
    return missed


def unseen(ground: Ground) -> list[str]:
    """As where udev has a change to look at while a slow machine starts."""
    hand = ground.bench.hand()
    told = hand.tells(UNSEEN)
    hand.close()
    return [] if told.split("\n") == ["inactive", "mounted", "active"] else [f"device, mount, device: {told}"]


def _reads(hand: Hand, text: bytes | None) -> list[str]:
    """Lay this file over the card's (None: the card's own), and have the units read it as at a start."""
    hand.does("while umount /boot/firmware/kiosk.toml 2>/dev/null; do :; done")
    if text is not None:
        hand.tells(": > /run/laid.b64")
        coded = base64.b64encode(text).decode()
        for at in range(0, len(coded), 8192):
            hand.tells(f"printf %s {coded[at : at + 8192]} >> /run/laid.b64")
        hand.tells("base64 -d /run/laid.b64 > /run/laid && mount --bind /run/laid /boot/firmware/kiosk.toml")
    status, told = hand.does("systemctl restart scorecard-config.service")
    return [] if status == 0 else [f"restarting: {told}"]


def spoil(ground: Ground, start: int, noise: bytes) -> list[str]:
    """Start with this card; it has to say so, and to mount nothing."""
    ground.bench.machine.pull()
    _write(ground, start, noise)
    ground.begins()
    hand, missed = ground.bench.hand(READY_S), list[str]()
    if not within(READY_S, lambda: hand.shows().startswith(OUT_OF_ORDER)):
        missed.append(f"it shows: {hand.shows()}")
    missed += [f"mounted: {told}" for told in [hand.does("findmnt /var/lib/scorecard")[1]] if told]
    time.sleep(1)
    ground.picture(f"spoilt-{start}")
    hand.close()
    ground.bench.machine.pull()
    if _bytes(ground, start, len(noise)) != noise:
        missed.append("it wrote over what it could not read")
    return missed


def goes_on(ground: Ground) -> list[str]:
    """As it was."""
    return [*ground.starts(), *ground.ticket(), *ground.numbers()]


def _bytes(ground: Ground, start: int, length: int) -> bytes:
    """What is there on the card, with the machine off."""
    ground.bench.machine.pull()
    with ground.bench.machine.card.open("rb") as card:
        card.seek(start)
        return card.read(length)


def _write(ground: Ground, start: int, content: bytes) -> None:
    with ground.bench.machine.card.open("r+b") as card:
        card.seek(start)
        card.write(content)
