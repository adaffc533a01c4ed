"""How a fault is written on the command line."""

import pytest

from kiosk.officeday.faults import KINDS, Fault, FaultError, clock_text, parse_fault, parse_faults


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_is_read_as_it_is_shown(kind: str) -> None:
    assert parse_fault(f"{kind}@08:30-10:15") == Fault(kind, 0, 6300)
    assert str(parse_fault(f"{kind}@09:05-10:15")) == f"{kind}@09:05-10:15"


@pytest.mark.parametrize("text", ["", "fire@09:00-10:00", "server-down", "server-down@9:00-10:00", "server-down@09:00"])
def test_what_is_no_fault_is_told_how_to_write_one(text: str) -> None:
    with pytest.raises(FaultError) as refused:
        parse_fault(text)
    assert "server-down@10:00-10:30" in refused.value.hint


@pytest.mark.parametrize("times", ["08:00-09:00", "10:00-10:00", "11:00-10:00", "16:00-17:00", "09:75-10:00"])
def test_a_fault_outside_the_day_is_refused(times: str) -> None:
    with pytest.raises(FaultError, match="not within the day"):
        parse_fault(f"paper-out@{times}")


def test_two_faults_of_one_part_do_not_overlap_and_of_two_parts_may() -> None:
    assert len(parse_faults(["server-down@10:00-11:00", "paper-out@10:30-11:30"])) == 2
    with pytest.raises(FaultError, match="overlap"):
        parse_faults(["paper-out@10:30-11:30", "printer-unplugged@11:30-12:00"])


def test_they_come_in_the_order_of_the_day() -> None:
    found = parse_faults(["server-down@15:00-15:10", "paper-out@09:00-09:10"])
    assert [fault.kind for fault in found] == ["paper-out", "server-down"]


def test_the_time_of_day_is_told_in_hours_and_minutes() -> None:
    assert [clock_text(each) for each in (0, 59.9, 60, 8 * 3600)] == ["08:30", "08:30", "08:31", "16:30"]
