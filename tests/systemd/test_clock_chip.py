"""A clock chip is told to the kernel, and vouched for only where it has kept the time."""

import re
import subprocess
from pathlib import Path

import pytest

from sync.box_words import CLOCK_CHIPS
from sync.system_clock import SystemClock
from tests.systemd.test_scripts import Clock, program, run

NOW = 1_796_000_000


class Board:
    """A board whose I2C is there from the start, or at the third nap. `answers`: what `hctosys` says of the chip at the
    nap at which its driver is there; None: nothing answers."""

    def __init__(self, folder: Path, *, at: str = "3f804000.i2c", late: bool = False, shows: int = NOW) -> None:
        self.root, self.clock = folder, Clock(folder, shows)
        self.clock.built("1790000000")
        self.bus = folder / "sys/bus/platform/devices" / at / "i2c-4"
        self.naps = folder / "naps"
        self._bus_at, self._when = 3 if late else 0, "true"
        (folder / "run/scorecard").mkdir(parents=True)
        if not late:
            self.bus.mkdir(parents=True)
            (self.bus / "new_device").touch()

    def has(self, device: str, *said: str) -> None:
        """At the nap after it was named, its driver says this of the system clock, then that."""
        clock = self.bus / device / "rtc/rtc0"
        steps = [f"{n}) mkdir -p {clock}; echo {word} > {clock}/hctosys ;;" for n, word in enumerate(said, 1)]
        self._when = f"[ -s {self.bus}/new_device ] && case $(($n - {self._bus_at})) in {' '.join(steps)} esac"

    def start(self, named: str | None) -> subprocess.CompletedProcess[str]:
        if named is not None:
            (self.root / "run/scorecard/rtc").write_text(f"{named} {CLOCK_CHIPS[named]:#x}\n")
        path = program(
            self.root / "bin", "sleep",
            f"echo >> {self.naps}; n=$(wc -l < {self.naps})\n"
            f"[ $n = {self._bus_at} ] && mkdir -p {self.bus} && touch {self.bus}/new_device\n{self._when}\ntrue",
        )  # fmt: skip
        return run("clock-chip", self.root, path=path)

    def believed(self) -> bool:
        return SystemClock(self.root / "run/scorecard/clock-chip").read().by_chip

    @property
    def named(self) -> str:
        return (self.bus / "new_device").read_text()


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("at", ["3f804000.i2c", "fe804000.i2c"])
@pytest.mark.parametrize(("chip", "device"), [
    ("ds3231", "4-0068"), ("ds1307", "4-0068"), ("pcf8523", "4-0068"), ("pcf8563", "4-0051"), ("pcf85063", "4-0051"),
])  # fmt: skip
def test_a_chip_that_has_kept_the_time_is_vouched_for(
    tmp_path: Path, chip: str, device: str, at: str, *, late: bool
) -> None:
    board = Board(tmp_path, at=at, late=late)
    board.has(device, "1")
    assert not board.believed()
    done = board.start(chip)
    assert re.fullmatch(rf"the clock is set by the {chip}: 20\d\d-\d\d-\d\dT\d\d:\d\dZ\n", done.stdout), done.stderr
    assert done.returncode == 0
    assert board.named == f"{chip} {CLOCK_CHIPS[chip]:#x}\n"
    assert board.believed()
    assert not board.clock.noted.exists(), "nothing else sets the clock"


def test_a_driver_that_says_so_a_little_later_is_waited_for(tmp_path: Path) -> None:
    board = Board(tmp_path)
    board.has("4-0068", "0", "0", "1")
    assert board.start("pcf8523").returncode == 0
    assert board.believed()


def test_a_second_start_names_it_once(tmp_path: Path) -> None:
    board = Board(tmp_path)
    board.has("4-0068", "1")
    board.start("ds3231")
    (board.bus / "new_device").write_text("")
    assert board.start("ds3231").returncode == 0
    assert (board.named, board.believed()) == ("", True)


@pytest.mark.parametrize(("board", "answer", "why"), [
    ({}, ("0",), "the ds3231 has not kept the time: it was never set, or its battery is empty"),
    ({}, (), "no ds3231 answers at 0x68: see to its wires"),
    ({"at": "3f205000.i2c"}, ("1",), "this board has no I2C at pins 3 and 5"),
    ({"shows": 1_000_000_000}, ("1",), "the ds3231 is not believed: the clock was behind what is known"),
])  # fmt: skip
def test_a_chip_that_has_not_is_not_believed_and_the_log_says_why(
    tmp_path: Path, board: dict[str, str], answer: tuple[str, ...], why: str
) -> None:
    made = Board(tmp_path, **board)  # type: ignore[arg-type]
    made.has("4-0068", *answer)
    done = made.start("ds3231")
    assert done.returncode == 1
    assert done.stdout.startswith(why)
    assert not made.believed()
    assert made.clock.noted.exists() == ("shows" in board), "the clock is put forward all the same"
    assert not made.naps.exists() or len(made.naps.read_text()) <= 60, "the first picture waits six seconds at most"


def test_without_a_chip_s_name_nothing_is_tried(tmp_path: Path) -> None:
    board = Board(tmp_path)
    done = board.start(None)
    assert (done.returncode, board.named) == (1, "")
