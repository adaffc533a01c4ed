from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hardware.acquaintance import Acquaintance
from hardware.pacing import Pacer, pacer_for


def carried(pacer: Pacer, offered: int, *, until: float) -> int:
    """Bytes handed over from 0 to `until` by a sender who always takes all that is allowed."""
    now, sent = 0.0, 0
    while now < until and sent < offered:
        count = min(pacer.allows(now), offered - sent)
        pacer, sent = pacer.took(count, now), sent + count
        now += pacer.waits(now) or 0.001
    return sent


@given(st.sampled_from([9600, 115200, 921600]), st.floats(0.1, 3))
def test_no_more_is_handed_over_than_the_line_carries_and_not_much_less(baud: int, seconds: float) -> None:
    carries = seconds * baud / 10
    assert 0.95 * carries - 64 <= carried(pacer_for(baud), 10**9, until=seconds) <= carries + 0.03 * baud / 10 + 1


def test_control_a_line_that_is_never_busy_is_seen_to_be_overrun() -> None:
    class Forgetful(Pacer):
        def took(self, count: int, now: float) -> Pacer:
            return self

    assert carried(Forgetful(11520), 10**9, until=1) > 1.2 * 11520


def test_a_byte_travels_as_long_as_the_line_needs_for_it() -> None:
    pacer = Pacer(1000).took(500, 10.0)
    assert [pacer.travelling(now) for now in (10.0, 10.25, 10.4995, 10.5, 11.0)] == [500, 250, 1, 0, 0]


@given(st.floats(0, 100), st.integers(0, 5000))
def test_after_the_wait_something_is_allowed(now: float, count: int) -> None:
    pacer = Pacer(960).took(count, now)
    assert pacer.allows(now + pacer.waits(now) + 1e-4) > 0


TALKER = Acquaintance().heard()


def test_a_printer_that_never_spoke_need_not_answer() -> None:
    assert not Acquaintance().opened(0).must_answer(0)
    assert not Acquaintance().lost().opened(5).must_answer(5)


def test_a_talker_that_was_never_away_must_answer_for_ever() -> None:
    assert TALKER.opened(0).must_answer(10**6)


def test_where_the_device_was_away_silence_is_believed_after_its_start() -> None:
    back = TALKER.lost().opened(100).opened(110)
    assert [back.must_answer(now, 15) for now in (100, 114.9, 115)] == [True, True, False]


def test_a_device_that_goes_again_begins_its_start_anew() -> None:
    assert TALKER.lost().opened(0).lost().opened(20).must_answer(30, 15)


def test_after_an_answer_the_old_absence_is_forgotten() -> None:
    assert TALKER.lost().opened(0).heard().must_answer(10**6)


def test_control_without_the_absence_a_hung_printer_would_be_believed() -> None:
    hung = TALKER.opened(0)
    believes_time_alone = replace(hung, back_at=0.0)
    assert hung.must_answer(60)
    assert not believes_time_alone.must_answer(60)
