"""`python -m hardware.console`: shuts the kernel's text console behind the picture.

Keys of an allowed keypad reach the picture through /dev/input; the console would take them as well: Alt and a function
key show another, black console. So its keyboard is off, it draws no text over the picture, and no console can be
switched to. All three last until the machine restarts. Numbers and meaning: linux/kd.h, linux/vt.h, console_ioctl(4).
"""

import fcntl
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from hardware.errors import ConsoleError

CONSOLE = Path("/dev/tty1")
KDSETMODE, KD_GRAPHICS = 0x4B3A, 1
KDSKBMODE, K_OFF = 0x4B45, 4
VT_ACTIVATE, VT_LOCKSWITCH = 0x5606, 0x560B
STEPS = ((VT_ACTIVATE, 1), (KDSKBMODE, K_OFF), (KDSETMODE, KD_GRAPHICS), (VT_LOCKSWITCH, 0))
"""The lock comes last: before it the first console is brought to the front."""


class ConsoleCalls(Protocol):
    """The system calls. All raise OSError."""

    def open(self, path: Path) -> int: ...

    def control(self, fd: int, request: int, value: int) -> None: ...

    def close(self, fd: int) -> None: ...


class SystemConsole:
    """The real ones."""

    def open(self, path: Path) -> int:
        return os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)

    def control(self, fd: int, request: int, value: int) -> None:
        fcntl.ioctl(fd, request, value)

    def close(self, fd: int) -> None:
        os.close(fd)


class RecordingConsole:
    """A console that keeps what is asked of it; `refuses` names a request that it does not know."""

    def __init__(self, refuses: int | None = None) -> None:
        self.asked: list[tuple[int, int]] = []
        self.refuses, self.opened = refuses, 0

    def open(self, path: Path) -> int:
        self.opened += 1
        return 7

    def control(self, fd: int, request: int, value: int) -> None:
        if request == self.refuses:
            raise OSError(25, "Inappropriate ioctl for device")
        self.asked.append((request, value))

    def close(self, fd: int) -> None:
        self.opened -= 1


def shut(calls: ConsoleCalls, console: Path = CONSOLE) -> bool:
    """Shut it; False where this kernel has no text console. Raises ConsoleError where one of the steps was refused."""
    try:
        fd = calls.open(console)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ConsoleError(f"{console} cannot be opened: {error.strerror}", hint=_HINT) from error
    refused = []
    try:
        for request, value in STEPS:
            try:
                calls.control(fd, request, value)
            except OSError as error:
                refused.append(f"{request:#x}: {error.strerror}")
    finally:
        calls.close(fd)
    if refused:
        raise ConsoleError(f"{console} does not take {', '.join(refused)}", hint=_HINT)
    return True


_HINT = "It takes the right to set up consoles (CAP_SYS_TTY_CONFIG): scorecard-console.service has it."


def main(arguments: Sequence[str]) -> int:
    """The exit status: 1 where it could not be shut."""
    try:
        shut(SystemConsole(), *map(Path, arguments[:1]))
    except ConsoleError as error:
        print(f"{error}. {error.hint}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
