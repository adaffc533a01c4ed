"""What the tools of the service menu do, by name: they ask sync, the box's root side, or the USB gate.

Each takes what was wished and tells what became of it. They run beside the screen (kiosk.errand_runner).
"""

import socket
from collections.abc import Callable, Mapping
from pathlib import Path

from hardware.usb_gate import UNLOCKED, unlock
from kiosk.box import hand_words as words
from kiosk.box.hand_words import Asked
from kiosk.upkeep_types import Told, Wish
from sync.asking import ask_reach
from sync.wake import short

Tool = Callable[[Wish], Told]
PATIENCE_S = 960.0
"""A release is copied from a slow stick within that."""
UPDATE_NOW = Path("/run/scorecard/update-now")
BACKLIGHTS = Path("/sys/class/backlight")
UNLOCK_MINUTES = "10"


def reach(asked: Path) -> Tool:
    """Whether the office answers sync at this moment. `asked`: sync's socket."""

    def tool(wish: Wish) -> Told:
        found = ask_reach(asked)
        if found is None:
            return Told(wish.tool, "sync-silent")
        return Told(wish.tool, found.code, str(found.ms) if found.code == "answered" else found.code)

    return tool


def usb(now_s: Callable[[], float], path: Path = UNLOCKED) -> Tool:
    """A technician's word: anything may be plugged in for ten minutes."""

    def tool(wish: Wish) -> Told:
        try:
            unlock(now_s(), path)
        except OSError:
            return Told(wish.tool, "failed")
        return Told(wish.tool, "unlocked", UNLOCK_MINUTES)

    return tool


def update_now(now_s: Callable[[], float], path: Path = UPDATE_NOW) -> Tool:
    """A technician's word: a release that is ready is installed at once (kiosk.box.update)."""

    def tool(wish: Wish) -> Told:
        try:
            path.write_text(f"{now_s():.0f}\n", "ascii")
        except OSError:
            return Told(wish.tool, "failed")
        return Told(wish.tool, "update-begun")

    return tool


def restart_kiosk(end: Callable[[], None]) -> Tool:
    """This program ends; systemd starts it anew."""

    def tool(wish: Wish) -> Told:
        end()
        return Told(wish.tool, "restarting")

    return tool


def handed(path: Path, request: Callable[[Wish], Asked], good: str) -> Tool:
    """What the box's root side does. `good`: the code of what is told once it is done."""

    def tool(wish: Wish) -> Told:
        answer = ask_hand(path, request(wish))
        return Told(wish.tool, good if answer == words.DONE else answer)

    return tool


def ask_hand(path: Path, asked: Asked) -> str:
    """The box's root side's answer, "failed" where there is none."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as line:
            line.settimeout(PATIENCE_S)
            with short(path) as address:
                line.connect(address)
            line.sendall(words.line_of(asked))
            with line.makefile("rb") as file:
                return words.answer_in(file.readline(words.LONGEST)) or words.FAILED
    except OSError:
        return words.FAILED


def level(hand: Path, request: Callable[[int], Asked], at_once: Callable[[int], None] = lambda percent: None) -> Tool:
    """How loud or bright from now on, in percent. `at_once`: what this process does about it."""

    def tool(wish: Wish) -> Told:
        percent = int(wish.value)
        answer = ask_hand(hand, request(percent))
        if answer != words.DONE:
            return Told(wish.tool, answer)
        at_once(percent)
        return Told(wish.tool, f"{wish.tool}-set", str(percent))

    return tool


def brightness_of(lit: Path) -> int | None:
    """Percent of the most that this backlight can; None: it cannot be read."""
    try:
        most = int((lit.parent / "max_brightness").read_text())
        return max(min(int(lit.read_text()) * 100 // most, 100), 0)
    except (OSError, ValueError, ZeroDivisionError):
        return None


def printers_here(devices: Path = Path("/dev")) -> tuple[str, ...]:
    """The addresses of the printers that are plugged in, as far as the kernel tells: USB, and serial ports."""
    usb_ports = sorted((devices / "usb").glob("lp*"))
    serial = sorted(each for pattern in ("ttyUSB*", "ttyACM*") for each in devices.glob(pattern))
    return (*(f"usb://{each}" for each in usb_ports), *(f"serial://{each}?baud=115200" for each in serial))


def tools_of(
    hand: Path,
    now_s: Callable[[], float],
    end: Callable[[], None],
    asked: Path | None,
    louder: Callable[[int], None] = lambda percent: None,
) -> Mapping[str, Tool]:
    """Those of this machine. `hand`: where the box's root side listens, as it does on the appliance alone; `end` ends
    this program; `asked`: sync's socket, None where no server is named; `louder` sets the chime."""
    found: dict[str, Tool] = {}
    if asked is not None:
        found["reach"] = reach(asked)
    if hand.exists():
        found["usb"] = usb(now_s)
        found["restart-kiosk"] = restart_kiosk(end)
        found["restart-machine"] = handed(hand, lambda wish: words.Restart(), "restarting")
        found["wifi"] = handed(hand, lambda wish: words.TryWifi(wish.value, passphrase=wish.secret or None), "trying")
        found["printer"] = handed(hand, lambda wish: words.TryPrinter(wish.value), "trying")
        found["keep"] = handed(hand, lambda wish: words.Keep(), "kept")
        found["revert"] = handed(hand, lambda wish: words.Revert(), "reverted")
        found["volume"] = level(hand, words.SetVolume, louder)
        found["update-now"] = update_now(now_s)
        found["update-stick"] = handed(hand, lambda wish: words.TakeUpdate(), "update-taken")
        found["diagnosis"] = handed(hand, lambda wish: words.Diagnosis(), "written")
        found["brightness"] = level(hand, words.SetBrightness)
        if asked is not None:
            found["pair"] = handed(hand, lambda wish: words.Pair(wish.secret), "pairing")
    return found
