"""The clock that a simulation shares: it jumps for everybody at once, and never back."""

from pathlib import Path

import pytest

from server.config import parse_server
from server.errors import ConfigError as ServerConfigError
from sync.clock import Trust, trusted
from sync.config import parse_kiosk
from sync.errors import ClockError, ConfigError
from sync.simulated_clock import ClockHand, SimulatedClock, clock_for
from sync.system_clock import SystemClock

HOUR = 3_600_000
KIOSK = (Path(__file__).parents[2] / "kiosk" / "example" / "kiosk.toml").read_text(encoding="utf-8")
SERVER = 'data = "data"\n[name]\nen = "Office"\n[clock]\ntrust = "{trust}"\n[sim]\nclock = "../clock"\n'


def test_a_jump_moves_boot_time_and_date_of_every_clock_on_the_file(tmp_path: Path) -> None:
    with ClockHand(tmp_path / "clock", 0) as hand:
        one, other, real = SimulatedClock(tmp_path / "clock"), SimulatedClock(tmp_path / "clock"), SystemClock()
        hand.jump(HOUR)
        for clock in (one, other):
            seen, true = clock.read(), real.read()
            assert 0 <= true.boottime_ms + HOUR - seen.boottime_ms < 1000
            assert 0 <= true.utc_ms + HOUR - seen.utc_ms < 1000
            assert clock.instant().boottime_ms >= seen.boottime_ms


def test_boot_time_and_date_are_of_one_moment_of_the_simulation(tmp_path: Path) -> None:
    with ClockHand(tmp_path / "clock", 5 * HOUR):
        seen, true = SimulatedClock(tmp_path / "clock").read(), SystemClock().read()
    assert abs((seen.utc_ms - seen.boottime_ms) - (true.utc_ms - true.boottime_ms)) < 1000


def test_it_is_believed_as_a_system_clock_and_never_as_one_that_ntp_keeps(tmp_path: Path) -> None:
    with ClockHand(tmp_path / "clock", 0):
        seen = SimulatedClock(tmp_path / "clock").read()
    assert trusted(seen, Trust.NTP, None) is None
    anchor = trusted(seen, Trust.SYSTEM, None)
    assert anchor is not None
    assert anchor.source == "system"


def test_a_step_back_is_refused(tmp_path: Path) -> None:
    with ClockHand(tmp_path / "clock", 100) as hand:
        with pytest.raises(ClockError, match="does not go back by 1 ms"):
            hand.jump(-1)
        assert hand.offset_ms == 100


def test_a_reader_cannot_move_the_clock(tmp_path: Path) -> None:
    with ClockHand(tmp_path / "clock", 0):
        clock = SimulatedClock(tmp_path / "clock")
        with pytest.raises(TypeError):
            clock._offset[0] = 1


@pytest.mark.parametrize("content", [None, b"", b"12345678901"])
def test_a_file_that_is_no_clock_is_refused_with_what_to_do(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "clock").write_bytes(content)
    with pytest.raises(ClockError) as refused:
        SimulatedClock(tmp_path / "clock")
    assert "[sim] clock" in refused.value.hint


def test_a_machine_without_the_setting_has_the_real_clock(tmp_path: Path) -> None:
    assert type(clock_for(None, tmp_path)) is SystemClock
    with ClockHand(tmp_path / "clock", 0):
        assert isinstance(clock_for("clock", tmp_path), SimulatedClock)


def with_clock(pins: str) -> str:
    lines = [f'pins = "{pins}"' if line.startswith("pins =") else line for line in KIOSK.splitlines()]
    kept = [line for line in lines if not line.startswith(("[sim]", "control ="))]
    return "\n".join([*kept, "[sim]", 'clock = "../clock"', ""])


def test_a_kiosk_takes_a_simulated_clock_with_mock_pins_only() -> None:
    assert parse_kiosk(with_clock("mock")).sim.clock == "../clock"
    with pytest.raises(ConfigError, match="the simulation's clock is refused on real pins"):
        parse_kiosk(with_clock("gpiochip0"))


def test_a_server_takes_a_simulated_clock_only_where_no_real_time_counts() -> None:
    assert parse_server(SERVER.format(trust="system")).sim_clock == "../clock"
    with pytest.raises(ServerConfigError, match="a simulated clock is refused where real time counts"):
        parse_server(SERVER.format(trust="ntp"))
