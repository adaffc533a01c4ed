"""What is read of the board, and what of it is called a problem."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.board import BoardState, RecordingBoard, SystemBoard, problems, throttling

GB = 1_000_000_000
WELL = BoardState(52.1, False, False, False, 20 * GB, 32 * GB)


def test_a_board_that_is_well_has_no_problem_and_neither_has_one_of_which_nothing_is_known() -> None:
    assert problems(WELL) == ()
    assert problems(BoardState()) == ()


@pytest.mark.parametrize(
    ("state", "found"),
    [
        (BoardState(temperature_c=80.0), ("hot",)),
        (BoardState(temperature_c=79.9), ()),
        (BoardState(throttled_now=True), ("throttled",)),
        (BoardState(under_voltage_now=True), ("under-voltage",)),
        (BoardState(under_voltage_since_boot=True), ()),
        (BoardState(disk_free_bytes=199_999_999, disk_total_bytes=2 * GB), ("disk-low",)),
        (BoardState(disk_free_bytes=GB, disk_total_bytes=32 * GB), ("disk-low",)),
        (BoardState(disk_free_bytes=2 * GB, disk_total_bytes=32 * GB), ()),
        (BoardState(85.0, True, True, True, 1, 32 * GB), ("disk-low", "hot", "throttled", "under-voltage")),
    ],
)
def test_what_is_wrong_has_a_code(state: BoardState, found: tuple[str, ...]) -> None:
    assert problems(state) == found


def story(temperatures: list[float]) -> list[tuple[str, ...]]:
    """What is told, look by look, where each look remembers the one before."""
    told: list[tuple[str, ...]] = [()]
    for degrees in temperatures:
        found = problems(BoardState(temperature_c=degrees), told[-1])
        if found != told[-1]:
            told.append(found)
    return told[1:]


def test_a_board_at_the_limit_is_told_of_once_until_it_is_clearly_cooler() -> None:
    assert story([79.5, 80.2, 79.8, 80.1, 79.9, 75.0, 74.9, 79.9]) == [("hot",), ()]


def test_control_without_a_memory_the_same_board_is_told_of_at_every_look() -> None:
    told = [problems(BoardState(temperature_c=degrees)) for degrees in (79.5, 80.2, 79.8, 80.1, 79.9)]
    assert told == [(), ("hot",), (), ("hot",), ()]


def test_a_disk_is_low_until_there_is_room_by_both_measures() -> None:
    def at(free: int) -> BoardState:
        return BoardState(disk_free_bytes=free, disk_total_bytes=3 * GB)

    assert problems(at(190_000_000)) == ("disk-low",)
    assert problems(at(210_000_000)) == ()
    assert problems(at(210_000_000), ("disk-low",)) == ("disk-low",)
    assert problems(at(260_000_000), ("disk-low",)) == ()


numbers = st.none() | st.integers(0, 10**13)
flags = st.none() | st.booleans()
states = st.builds(
    BoardState, st.none() | st.floats(-50, 200), flags, flags, flags, numbers, numbers, st.none(), st.none()
)


@given(states, st.sets(st.sampled_from(["hot", "disk-low", "throttled", "under-voltage", "unheard-of"])))
def test_problems_are_sorted_and_the_same_state_again_changes_nothing(state: BoardState, before: set[str]) -> None:
    found = problems(state, tuple(before))
    assert found == tuple(sorted(set(found)))
    assert problems(state, found) == found


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("0", (False, False, False)),
        ("0x50005\n", (True, True, True)),
        ("throttled=0x50000", (False, False, True)),
        ("4", (True, False, False)),
        ("", None),
        ("error", None),
    ],
)
def test_the_firmwares_bits_are_read(text: str, bits: tuple[bool, bool, bool] | None) -> None:
    assert throttling(text) == bits


def write(root: Path, name: str, content: bytes) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_a_raspberry_pi_os_board_is_read(tmp_path: Path) -> None:
    write(tmp_path, "sys/class/thermal/thermal_zone0/temp", b"48312\n")
    write(tmp_path, "sys/devices/platform/soc/soc:firmware/get_throttled", b"50005\n")
    write(tmp_path, "proc/device-tree/model", b"Raspberry Pi 4 Model B Rev 1.4\0")
    write(tmp_path, "proc/device-tree/serial-number", b"10000000abcdef01\0")
    state = SystemBoard(tmp_path, tmp_path).read()
    assert (state.temperature_c, state.throttled_now) == (48.312, True)
    assert (state.under_voltage_now, state.under_voltage_since_boot) == (True, True)
    assert (state.model, state.serial) == ("Raspberry Pi 4 Model B Rev 1.4", "10000000abcdef01")
    assert state.disk_total_bytes is not None
    assert state.disk_free_bytes is not None
    assert 0 < state.disk_free_bytes <= state.disk_total_bytes


def test_a_debian_kernels_alarm_is_read_from_the_right_sensor(tmp_path: Path) -> None:
    write(tmp_path, "sys/class/hwmon/hwmon0/name", b"cpu_thermal\n")
    write(tmp_path, "sys/class/hwmon/hwmon0/in0_lcrit_alarm", b"0\n")
    write(tmp_path, "sys/class/hwmon/hwmon1/name", b"rpi_volt\n")
    write(tmp_path, "sys/class/hwmon/hwmon1/in0_lcrit_alarm", b"1\n")
    state = SystemBoard(tmp_path, tmp_path).read()
    assert (state.under_voltage_now, state.under_voltage_since_boot, state.throttled_now) == (True, None, None)


def test_what_cannot_be_read_is_unknown_and_never_guessed(tmp_path: Path) -> None:
    write(tmp_path, "sys/class/thermal/thermal_zone0/temp", b"warm\n")
    write(tmp_path, "sys/class/hwmon/hwmon0/name", b"rpi_volt\n")
    assert SystemBoard(tmp_path / "gone", tmp_path).read() == BoardState()


def test_the_recording_board_shows_what_it_is_told_and_counts_the_looks() -> None:
    board = RecordingBoard(WELL)
    assert board.read() == WELL
    board.state = BoardState()
    assert (board.read(), board.looks) == (BoardState(), 2)
