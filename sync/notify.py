"""The service manager is told how this process is: started, what it does, that it still runs, that it ends.

The protocol is sd_notify(3) of systemd: datagrams of lines `NAME=value` to the socket that NOTIFY_SOCKET names. Where
WATCHDOG_USEC names a period, the manager kills and restarts who says nothing for so long. The beat is one more deadline
of the loop itself, never a thread's: a thread would go on for a loop that hangs.
"""

import socket
from collections.abc import Callable, Mapping
from typing import Protocol

BEATS = 2
"""So many beats in a period: what sd_watchdog_enabled(3) advises."""
EARLY = 4
"""Whoever is awake anyhow beats this much earlier, so that the work that follows may take nearly a whole period."""
AGAIN_S = 2.0
"""When it is tried again to tell what the manager did not take."""
LONGEST_STATUS = 200


class Manager(Protocol):
    """Whoever started this process and watches it."""

    def tell(self, message: str) -> bool:
        """Lines of sd_notify(3); whether they went off. Never waits, never raises: a process is not for its manager."""


class NoManager:
    """Nobody watches: started by hand."""

    def tell(self, message: str) -> bool:
        return True


class RecordingManager:
    """Keeps what it is told; takes nothing while `deaf`."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.deaf = False

    def tell(self, message: str) -> bool:
        if not self.deaf:
            self.told += message.splitlines()
        return not self.deaf


class ServiceManager:
    """systemd, at a Unix datagram socket: a path, or an abstract name that begins with @."""

    def __init__(self, address: str) -> None:
        self._address = f"\0{address[1:]}" if address.startswith("@") else address

    def tell(self, message: str) -> bool:
        kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        try:
            with socket.socket(socket.AF_UNIX, kind) as sender:
                sender.sendto(message.encode(), self._address)
        except (OSError, ValueError):  # gone, its queue is full, or no address at all
            return False
        return True


class Pulse:
    """Tells a manager what is new, as often as it must hear. `now` in seconds, of a clock that only goes forward."""

    def __init__(self, manager: Manager, period_s: float | None, now: Callable[[], float]) -> None:
        """`period_s`: who says nothing for so long is killed; None: nobody watches."""
        self._manager, self._period_s, self._now = manager, period_s, now
        self._ready = self._owes = self._slow = False
        self._status = ""
        self._beaten_s: float | None = None

    def turn(self, status: str) -> None:
        """The loop has come round once more; `status` is one English line for `systemctl status`. The first turn says
        that the process is ready."""
        now, status, period = self._now(), _line(status), self._period_s
        lines = [] if self._ready else ["READY=1"]
        if status != self._status:
            lines.append(f"STATUS={status}")
        if period is not None:
            if self._slow:
                lines.append(_watchdog(period))
            if self._slow or self._beaten_s is None or now - self._beaten_s >= period / BEATS / EARLY:
                lines.append("WATCHDOG=1")
        if not lines:
            return
        self._owes = not self._manager.tell("\n".join(lines))
        if not self._owes:
            self._ready, self._status, self._slow = True, status, False
            self._beaten_s = now if lines[-1] == "WATCHDOG=1" else self._beaten_s

    def wait_s(self) -> float | None:
        """How long the loop may sleep until its next turn; None: until it has something to do."""
        if self._owes:
            return AGAIN_S if self._period_s is None else min(AGAIN_S, self._period_s / BEATS)
        if self._period_s is None or self._beaten_s is None:
            return None
        return max(self._beaten_s + self._period_s / BEATS - self._now(), 0.0)

    def works(self, status: str, seconds: float) -> None:
        """No turn comes until a long piece of work is done: for so long nobody is to miss it, nor to give its start
        up."""
        self._slow = self._period_s is not None
        starting = [] if self._ready else [f"EXTEND_TIMEOUT_USEC={_usec(seconds)}"]
        beat = [_watchdog(seconds), "WATCHDOG=1"] if self._slow else []
        self._manager.tell("\n".join([f"STATUS={_line(status)}", *starting, *beat]))
        self._status = ""

    def ends(self) -> None:
        """It is ending by itself, or as it was told to."""
        self._manager.tell("STOPPING=1\nSTATUS=ends")


def unwatched() -> Pulse:
    """For whoever is started by hand, and for tests."""
    return Pulse(NoManager(), None, lambda: 0.0)


def pulse_for(environ: Mapping[str, str], pid: int, now: Callable[[], float]) -> Pulse:
    """What the manager asked of the process `pid` in its environment (NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID)."""
    address, period, whose = (environ.get(name, "") for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"))
    if not address.startswith(("/", "@")) or len(address) == 1:
        return unwatched()
    ours = _number(period) > 0 and whose in ("", str(pid))
    return Pulse(ServiceManager(address), _number(period) / 1_000_000 if ours else None, now)


def _watchdog(seconds: float) -> str:
    return f"WATCHDOG_USEC={_usec(seconds)}"


def _usec(seconds: float) -> int:
    return round(seconds * 1_000_000)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_STATUS]
