"""The device's machine: its table, its waits, and what each answer makes of it."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import exchange, wire
from sync.exchange import TRANSITIONS, step
from sync.exchange_terms import (
    BACKOFF_CAP_S,
    PROBE_EVERY_S,
    Answered,
    Failed,
    IllegalInput,
    Input,
    Pair,
    Paired,
    PairingRefused,
    Phase,
    Pruned,
    Refused,
    Replaced,
    RetryAfter,
    Send,
    SetTimer,
    State,
    Timer,
    Wake,
)
from sync.types import Seq

DOCUMENT = Path(__file__).parents[2] / "docs" / "exchange.md"


def seq(number: int) -> Seq:
    return Seq(number)


SENDING = State(Phase.SENDING, seq(9), seq(4), seq(2), asked=Send(seq(4), seq(9), 500))
STATES = [
    State(Phase.UNPAIRED, seq(9)),
    State(Phase.IDLE, seq(4), seq(4)),
    SENDING,
    State(Phase.BACKOFF, seq(9), seq(4), attempts=3),
    State(Phase.QUARANTINE, seq(9), seq(4), reason="fork"),
]
INPUTS: list[Input] = [
    Wake(seq(9)),
    Timer(),
    Paired(seq(0), seq(0)),
    PairingRefused("wrong-code", "no"),
    Answered(seq(9), seq(4)),
    Refused("fork", "no"),
    Pruned(seq(2), seq(3)),
    Failed("no answer"),
    RetryAfter(3.0),
    Replaced(paired=True),
]
ALL = [(state, given_) for state in STATES for given_ in INPUTS]
LEGAL = [(s, i) for s, i in ALL if (s.phase, type(i)) in TRANSITIONS]
ILLEGAL = [(s, i) for s, i in ALL if (s.phase, type(i)) not in TRANSITIONS]

refusals = st.builds(
    Refused,
    st.sampled_from([*wire.STATUS, "something-new"]),
    st.just("no"),
    st.none() | st.integers(0, 12).map(Seq),
    st.booleans(),
)
inputs = st.one_of(
    st.builds(Wake, st.integers(0, 12).map(Seq)),
    st.builds(Timer),
    st.builds(Answered, st.integers(0, 12).map(Seq), st.just(seq(0))),
    st.builds(Paired, st.integers(0, 12).map(Seq), st.just(seq(0))),
    st.builds(PairingRefused, st.just("wrong-code"), st.just("no")),
    st.builds(Failed, st.just("no")),
    st.builds(Pruned, st.integers(0, 12).map(Seq), st.integers(0, 12).map(Seq)),
    st.builds(Replaced, st.booleans()),
    st.builds(RetryAfter, st.floats(-1e9, 1e9)),
    refusals,
)


def names(cases: list[tuple[State, Input]]) -> list[str]:
    return [f"{state.phase.value}-{type(given_).__name__}" for state, given_ in cases]


@pytest.mark.parametrize(("state", "given_"), ILLEGAL, ids=names(ILLEGAL))
def test_an_input_that_the_table_does_not_list_raises_and_changes_nothing(state: State, given_: Input) -> None:
    before = replace(state)
    with pytest.raises(IllegalInput) as caught:
        step(state, given_, 0.5)
    assert state == before
    assert caught.value.hint


@pytest.mark.parametrize(("state", "given_"), LEGAL, ids=names(LEGAL))
def test_an_input_of_the_table_leads_to_a_phase_of_the_table(state: State, given_: Input) -> None:
    after, _ = step(state, given_, 0.5)
    assert after.phase in TRANSITIONS[state.phase, type(given_)].leads_to


def test_every_line_of_the_table_was_tried() -> None:
    assert {(state.phase, type(given_)) for state, given_ in LEGAL} == set(TRANSITIONS)


@given(st.lists(st.tuples(inputs, st.floats(0, 1, exclude_max=True)), max_size=40), st.booleans())
def test_no_run_of_inputs_leaves_the_table_or_forgets_to_wait_or_ask(
    given_: list[tuple[Input, float]], paired: bool
) -> None:
    state, effects = exchange.begin(paired=paired)
    for each, fraction in given_:
        rule = TRANSITIONS.get((state.phase, type(each)))
        if rule is None:
            continue
        before = state
        state, effects = step(state, each, fraction)
        assert state.phase in rule.leads_to
        assert effects or isinstance(each, Wake), f"{before} stands still after {each}"
        assert len(effects) <= 1
        assert all(0 <= e.seconds <= 3600 * 1.25 + 300 for e in effects if isinstance(e, SetTimer))
        assert 1 <= state.limit <= wire.BATCH_ROWS


def test_a_fact_is_sent_as_soon_as_the_kiosk_calls() -> None:
    state, effects = step(State(Phase.IDLE, seq(4), seq(4)), Wake(seq(5)), 0.5)
    assert (state.phase, effects) == (Phase.SENDING, (Send(seq(4), seq(5), 500),))


def test_a_call_without_a_new_fact_sends_nothing() -> None:
    assert step(State(Phase.IDLE, seq(4), seq(4)), Wake(seq(4)), 0.5)[1] == ()


def test_an_idle_device_asks_now_and_then_without_facts() -> None:
    _, effects = step(State(Phase.IDLE, seq(4), seq(4)), Timer(), 0.5)
    assert effects == (Send(seq(4), seq(4), 500),)


def test_what_came_in_meanwhile_follows_at_once() -> None:
    state, _ = step(SENDING, Wake(seq(12)), 0.5)
    state, effects = step(state, Answered(seq(9), seq(0)), 0.5)
    assert effects == (Send(seq(9), seq(12), 500),)


def test_a_lower_watermark_is_obeyed_after_a_wait() -> None:
    state, effects = step(SENDING, Answered(seq(1), seq(0)), 0.5)
    assert (state.phase, state.received, state.reason) == (Phase.BACKOFF, 1, "lowered")
    assert effects == (SetTimer(1.0),)
    assert step(state, Timer(), 0.5)[1] == (Send(seq(1), seq(9), 500),)


def test_a_server_that_says_yes_and_keeps_nothing_is_not_asked_in_a_tight_loop() -> None:
    state, _ = step(SENDING, Answered(seq(4), seq(0)), 0.5)
    assert (state.phase, state.reason) == (Phase.BACKOFF, "no-progress")


def test_a_server_that_is_ahead_of_the_journal_stops_the_device() -> None:
    state, effects = step(SENDING, Answered(seq(10), seq(0)), 0.0)
    assert (state.phase, state.reason) == (Phase.QUARANTINE, "server-ahead")
    assert effects == (SetTimer(PROBE_EVERY_S * 0.75),)


def test_a_journal_shorter_than_what_the_server_acknowledged_stops_the_device() -> None:
    state, effects = step(State(Phase.IDLE, seq(4), seq(4)), Wake(seq(3)), 0.5)
    assert (state.phase, state.reason) == (Phase.QUARANTINE, "journal-behind")
    assert effects == (SetTimer(1.0),)
    state, effects = step(state, Timer(), 0.5)
    assert effects == (Send(seq(3), seq(3), 0),)
    assert step(state, Answered(seq(4), seq(0)), 0.5)[0].phase is Phase.QUARANTINE


def test_a_watermark_that_was_only_remembered_wrongly_is_put_right_by_asking() -> None:
    state, _ = step(State(Phase.IDLE, seq(4), seq(400)), Wake(seq(9)), 0.5)
    state, _ = step(state, Timer(), 0.5)
    state, effects = step(state, Refused("gap", "why", seq(4), agrees=True), 0.5)
    assert (state.phase, effects) == (Phase.SENDING, (Send(seq(4), seq(9), 500),))


@pytest.mark.parametrize("code", ["fork", "bad-chain", "bad-signature", "revoked"])
def test_a_refusal_that_sending_again_cannot_mend_stops_the_device(code: str) -> None:
    state, _ = step(SENDING, Refused(code, "why"), 0.5)
    assert (state.phase, state.reason, state.message, state.received) == (Phase.QUARANTINE, code, "why", 4)


def test_a_gap_with_the_same_chain_is_sent_again_from_there() -> None:
    state, _ = step(SENDING, Refused("gap", "why", seq(2), agrees=True), 0.5)
    assert (state.phase, state.received) == (Phase.BACKOFF, 2)


def test_a_gap_with_another_chain_is_a_fork() -> None:
    state, _ = step(SENDING, Refused("gap", "why", seq(2), agrees=False), 0.5)
    assert (state.phase, state.reason) == (Phase.QUARANTINE, "fork")


@pytest.mark.parametrize("code", ["malformed", "too-large"])
def test_a_batch_that_is_too_much_is_halved_and_a_single_row_stops_the_device(code: str) -> None:
    state, limits = SENDING, []
    while state.phase is not Phase.QUARANTINE:
        state, _ = step(state, Refused(code, "why"), 0.5)
        if state.phase is Phase.BACKOFF:
            limits.append(state.limit)
            state, _ = step(state, Timer(), 0.5)
    assert limits == [2, 1]
    assert (state.reason, state.received) == (code, 4)


def test_batches_grow_again_after_success() -> None:
    state, _ = step(replace(SENDING, limit=3), Answered(seq(7), seq(0)), 0.5)
    assert state.limit == 6


@pytest.mark.parametrize("code", ["something-new", "too-many", "gap"])
def test_a_refusal_that_is_not_known_is_tried_again_and_drops_nothing(code: str) -> None:
    state, _ = step(SENDING, Refused(code, "why"), 0.5)
    assert (state.phase, state.received) == (Phase.BACKOFF, 4)


def test_a_server_that_forgot_the_device_is_paired_with_again() -> None:
    state, _ = step(SENDING, Refused("unpaired", "who?"), 0.5)
    assert state.phase is Phase.UNPAIRED
    assert step(state, Timer(), 0.5)[1] == (Pair(),)


def test_waits_double_to_the_cap_and_spread_over_their_whole_length() -> None:
    assert [exchange.backoff_s(n, 1.0) for n in (1, 2, 3, 8, 9, 10_000)] == [2, 4, 8, 256, BACKOFF_CAP_S, BACKOFF_CAP_S]
    assert [exchange.backoff_s(9, fraction) for fraction in (0.0, 0.25)] == [0.0, 75.0]


@pytest.mark.parametrize(("asked", "least"), [(120.0, 120.0), (-5.0, 0.0), (1e9, 3600.0)])
def test_the_patience_that_a_server_asks_for_is_given_within_reason(asked: float, least: float) -> None:
    _, effects = step(SENDING, RetryAfter(asked), 0.5)
    assert effects == (SetTimer(least + 1.0),)


def test_success_forgets_the_failures_before() -> None:
    state, _ = step(replace(SENDING, attempts=7, reason="failed", message="x"), Answered(seq(9), seq(3)), 0.5)
    assert (state.phase, state.attempts, state.reason, state.safe) == (Phase.IDLE, 0, None, 3)


def test_a_quarantine_stays_where_the_server_stays_ahead() -> None:
    state = STATES[4]
    assert step(state, Answered(seq(10), seq(0)), 0.5)[0] == state


def test_the_diagram_on_the_page_is_made_from_the_table() -> None:
    assert f"```mermaid\n{exchange.diagram()}\n```" in DOCUMENT.read_text(encoding="utf-8")
