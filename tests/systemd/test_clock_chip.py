"""A clock chip is told to the kernel, and believed only where this box has set it once and it has kept the time."""

import os
import subprocess
from pathlib import Path

import pytest

from sync.box_words import CLOCK_CHIPS
from sync.system_clock import SystemClock, chip_said
from tests.systemd.test_scripts import Clock, program, run

NOW = 1_796_000_000
DAY = 86_400
DRIVERS = ("ds3231", "4-0068"), ("pcf8523", "4-0068"), ("pcf8563", "4-0051"), ("pcf85063", "4-0051")


class Board:
    """A board whose I2C is there from the start, or at the third nap; this box has set the chip ten days ago, unless a
    test says otherwise."""

    def __init__(self, folder: Path, *, at: str = "3f804000.i2c", late: bool = False) -> None:
        self.root, self.clock = folder, Clock(folder, NOW)
        self.clock.built("1790000000")
        self.bus = folder / "sys/bus/platform/devices" / at / "i2c-4"
        self.naps = folder / "naps"
        self._bus_at, self._when = 3 if late else 0, "true"
        (folder / "run/scorecard").mkdir(parents=True)
        (folder / "var/lib/scorecard/system").mkdir(parents=True)
        if not late:
            self.bus.mkdir(parents=True)
            (self.bus / "new_device").touch()

    def has(self, device: str, *said: str, shows: int = NOW) -> None:
        """At the nap after it was named, its driver says this of the system clock, then that; "silence": there is no
        driver."""
        clock = self.bus / device / "rtc/rtc0"
        steps = [
            f"{n}) mkdir -p {clock}; echo {shows} > {clock}/since_epoch; echo {word} > {clock}/hctosys ;;"
            for n, word in enumerate(said, 1)
            if word != "silence"
        ]
        self._when = f"[ -s {self.bus}/new_device ] && case $(($n - {self._bus_at})) in {' '.join(steps)} *) ;; esac"

    @property
    def mark(self) -> Path:
        return self.root / "var/lib/scorecard/system/clock-chip"

    def was_set(self, chip: str, ago: int = 10 * DAY) -> None:
        self.mark.write_text(f"{chip}\n")
        os.utime(self.mark, (NOW - ago, NOW - ago))

    def start(self, named: str | None, script: str = "clock-chip") -> subprocess.CompletedProcess[str]:
        if named is not None:
            (self.root / "run/scorecard/clock-chip").write_text(f"{named} {CLOCK_CHIPS[named]:#x}\n")
        path = program(
            self.root / "bin", "sleep",
            f"echo >> {self.naps}; n=$(wc -l < {self.naps})\n"
            f"[ $n = {self._bus_at} ] && mkdir -p {self.bus} && touch {self.bus}/new_device\n{self._when}\ntrue",
        )  # fmt: skip
        done = run(script, self.root, path=path)
        assert done.returncode == 0, done.stderr
        return done

    @property
    def verdict(self) -> Path:
        return self.root / "run/scorecard/clock-by-chip"

    def error_ms(self) -> int | None:
        return SystemClock(self.verdict).read().chip_error_ms

    @property
    def named(self) -> str:
        return (self.bus / "new_device").read_text()


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("at", ["3f804000.i2c", "fe804000.i2c"])
@pytest.mark.parametrize(("chip", "device"), DRIVERS)
def test_a_chip_that_has_kept_the_time_is_believed_as_far_as_crystals_are_true(
    tmp_path: Path, chip: str, device: str, at: str, *, late: bool
) -> None:
    board = Board(tmp_path, at=at, late=late)
    board.was_set(chip)
    board.has(device, "1")
    assert board.error_ms() is None
    told = board.start(chip).stdout
    assert told == f"the clock is set by the {chip}: 2026-11-30T00:53Z\n"
    assert board.named == f"{chip} {CLOCK_CHIPS[chip]:#x}\n"
    assert board.error_ms() == 2000 + 10 * DAY * 1000 * 20 // 1_000_000
    assert not board.clock.noted.exists(), "nothing else sets the clock"


def test_there_is_a_test_for_each_kind_that_can_be_named() -> None:
    assert {chip: int(device[2:], 16) for chip, device in DRIVERS} == CLOCK_CHIPS


def test_a_driver_that_says_so_a_little_later_is_waited_for(tmp_path: Path) -> None:
    board = Board(tmp_path)
    board.was_set("pcf8523", ago=0)
    board.has("4-0068", "silence", "0", "0", "1")
    board.start("pcf8523")
    assert board.error_ms() == 2000


def test_what_timesyncd_kept_does_not_put_a_chip_s_clock_forward(tmp_path: Path) -> None:
    """Weeks without a time server: what was kept is the board's own drift."""
    board = Board(tmp_path)
    board.was_set("ds3231")
    board.clock.kept(NOW + 90)
    board.has("4-0068", "1")
    board.start("ds3231")
    assert board.error_ms() is not None
    assert (board.root / "var/lib/scorecard/system/timesync/clock").stat().st_mtime == NOW


@pytest.mark.parametrize(("answer", "word", "why"), [
    (("0",), "stopped", "the ds3231 has not kept the time: it was never set, or its battery is empty"),
    ((), "silent", "no ds3231 answers at 0x68: see to its wires"),
    (("1",), "unset", "no time server has set this ds3231 yet"),
    (("1",), "behind", "the ds3231 is an hour or more behind what was known before"),
    (("1",), "no-bus", "this board has no I2C at pins 3 and 5"),
])  # fmt: skip
def test_a_chip_that_cannot_be_believed_is_not_and_the_log_says_why_at_a_second_start_too(
    tmp_path: Path, answer: tuple[str, ...], word: str, why: str
) -> None:
    board = Board(tmp_path, at="3f205000.i2c" if word == "no-bus" else "3f804000.i2c")
    if word != "unset":
        board.was_set("ds3231")
    board.clock.kept(NOW - 60)
    board.has("4-0068", *answer, shows=NOW - 7200 if word == "behind" else NOW)
    for _ in range(2):
        assert board.start("ds3231").stdout.splitlines()[-1] == f"<4>{why}"
        assert (chip_said(board.verdict), board.error_ms()) == (word, None)
        board.naps.unlink(missing_ok=True)
    assert (board.root / "var/lib/scorecard/system/timesync/clock").stat().st_mtime == NOW - 60


def test_another_chip_than_the_one_that_was_set_is_not_believed(tmp_path: Path) -> None:
    board = Board(tmp_path)
    board.was_set("pcf8523")
    board.has("4-0068", "1")
    board.start("ds3231")
    assert chip_said(board.verdict) == "unset"


def test_the_first_picture_waits_six_seconds_at_most(tmp_path: Path) -> None:
    board = Board(tmp_path, late=True)
    board.start("ds3231")
    assert 40 <= len(board.naps.read_text()) <= 60


def test_without_a_chip_s_name_nothing_is_tried(tmp_path: Path) -> None:
    board = Board(tmp_path)
    board.start(None)
    assert (board.named, chip_said(board.verdict), board.naps.exists()) == ("", "", False)


@pytest.mark.parametrize(("off", "is_set"), [(0, True), (-2, True), (2, True), (-3, False), (3600, False)])
def test_that_the_kernel_has_set_the_chip_is_written_down_once_it_is_seen(
    tmp_path: Path, off: int, *, is_set: bool
) -> None:
    board = Board(tmp_path)
    board.has("4-0068", "1", shows=NOW + off)
    board.start("ds3231")
    assert chip_said(board.verdict) == "unset"
    told = board.start("ds3231", "clock-chip-set").stdout
    assert ("is set by a time server" in told, "<4>" in told) == (is_set, not is_set)
    assert (board.mark.exists(), chip_said(board.verdict)) == ((True, "set") if is_set else (False, "unset"))
    if is_set:
        assert board.mark.read_text() == "ds3231\n"
        os.utime(board.mark, (NOW, NOW))
        board.start("ds3231")
        assert board.error_ms() is not None, "from the next start on"


@pytest.mark.parametrize("text", ["", "good", "good soon", "good -5", "set", "good 5 6", "ゞ"])
def test_what_is_no_verdict_believes_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "said").write_text(text)
    assert SystemClock(tmp_path / "said").read().chip_error_ms is None
    (tmp_path / "said").write_text("good 2500\n")
    assert SystemClock(tmp_path / "said").read().chip_error_ms == 2500, "the control"
