from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.outcome import (
    JobProgress,
    Lead,
    Patience,
    Voice,
    absorbed,
    next_lead,
    patience_s,
    verdict,
)
from hardware.printer import Outcome, PaperStatus
from hardware.status import AutoStatus, Echo, Reply

MUTE, TALKING = Voice(), Voice(answers=True, speaks=True)
TOKEN = b"    "
PAPER_OUT, ALL_WELL = AutoStatus(b"\x18\x00\x0c\x00"), AutoStatus(b"\x10\x00\x00\x00")

Rule = Callable[[JobProgress, Voice, bool], Outcome | None]

progresses = st.builds(
    JobProgress,
    total=st.just(100),
    token=st.just(TOKEN),
    written=st.sampled_from([0, 1, 99, 100]),
    echoed=st.booleans(),
    processed=st.booleans(),
    fault=st.booleans(),
    gone=st.booleans(),
)
ECHOING = Voice(answers=True, speaks=True, echoes=True)
voices = st.sampled_from([MUTE, TALKING, ECHOING, Voice(speaks=True)])


def shipped(progress: JobProgress, voice: Voice, waited_out: bool) -> Outcome | None:
    return verdict(progress, voice, waited_out=waited_out)


def trusts_the_socket(progress: JobProgress, voice: Voice, waited_out: bool) -> Outcome | None:
    if progress.written == progress.total:
        return Outcome.CONFIRMED
    return shipped(progress, voice, waited_out)


def retries_lightly(progress: JobProgress, voice: Voice, waited_out: bool) -> Outcome | None:
    outcome = shipped(progress, voice, waited_out)
    return Outcome.NOT_STARTED if outcome is Outcome.UNCERTAIN else outcome


def claims_too_much(rule: Rule, progress: JobProgress, voice: Voice, waited_out: bool) -> bool:
    """Whether the rule says more than the printer did."""
    outcome = rule(progress, voice, waited_out)
    if outcome is Outcome.CONFIRMED:
        return not progress.echoed
    if outcome is Outcome.NOT_STARTED:
        return progress.written > 0
    if outcome is Outcome.SENT:
        may_still_echo = voice.speaks and (voice.echoes or not progress.processed)
        return may_still_echo or progress.written < progress.total
    return False


@given(progresses, voices, st.booleans())
def test_no_outcome_claims_more_than_the_printer_said(progress: JobProgress, voice: Voice, over: bool) -> None:
    assert not claims_too_much(shipped, progress, voice, over)


@pytest.mark.parametrize("rule", [trusts_the_socket, retries_lightly])
def test_control_a_rule_that_claims_more_is_caught(rule: Rule) -> None:
    cases = [JobProgress(100, TOKEN, written, gone=gone) for written in (0, 1, 100) for gone in (False, True)]
    assert any(claims_too_much(rule, case, TALKING, True) for case in cases)


@given(progresses, voices)
def test_waiting_always_ends(progress: JobProgress, voice: Voice) -> None:
    assert verdict(progress, voice, waited_out=True) is not None
    assert verdict(replace(progress, gone=True), voice, waited_out=False) is not None


SENT_ALL = JobProgress(100, TOKEN, 100)


@pytest.mark.parametrize(
    ("progress", "voice", "outcome"),
    [
        (replace(SENT_ALL, echoed=True), TALKING, Outcome.CONFIRMED),
        (replace(SENT_ALL, echoed=True, gone=True), TALKING, Outcome.CONFIRMED),
        (SENT_ALL, MUTE, Outcome.SENT),
        (SENT_ALL, TALKING, Outcome.UNCERTAIN),
        (replace(SENT_ALL, processed=True), TALKING, Outcome.SENT),
        (replace(SENT_ALL, processed=True), ECHOING, Outcome.UNCERTAIN),
        (replace(SENT_ALL, processed=True, fault=True), TALKING, Outcome.INTERRUPTED),
        (replace(SENT_ALL, processed=True, gone=True), TALKING, Outcome.UNCERTAIN),
        (replace(SENT_ALL, gone=True), MUTE, Outcome.UNCERTAIN),
        (replace(SENT_ALL, fault=True), TALKING, Outcome.INTERRUPTED),
        (JobProgress(100, TOKEN, 40), MUTE, Outcome.UNCERTAIN),
        (JobProgress(100, TOKEN, 40, fault=True, gone=True), TALKING, Outcome.INTERRUPTED),
        (JobProgress(100, TOKEN, 40, echoed=True), TALKING, Outcome.UNCERTAIN),
        (JobProgress(100, TOKEN, 0, gone=True), TALKING, Outcome.NOT_STARTED),
    ],
)
def test_every_end_has_its_outcome(progress: JobProgress, voice: Voice, outcome: Outcome) -> None:
    assert verdict(progress, voice, waited_out=True) is outcome


def listened(*replies: Reply, written: int = 100) -> JobProgress:
    start = JobProgress(100, TOKEN, written)
    _, _, progress = absorbed(PaperStatus(True), MUTE, start, list(replies))
    assert progress is not None
    return progress


def test_the_echo_of_another_job_confirms_nothing() -> None:
    assert listened(Echo(b"   !")).echoed is False
    assert listened(Echo(TOKEN), Echo(b"   !")).echoed is True


def test_a_fault_that_comes_and_goes_within_one_read_is_not_missed() -> None:
    assert listened(PAPER_OUT, ALL_WELL).fault is True


def test_a_fault_before_the_first_byte_is_not_one_of_the_job() -> None:
    assert listened(PAPER_OUT, written=0).fault is False


def test_patience_fits_what_is_waited_for() -> None:
    patience = Patience()

    def seconds(progress: JobProgress, voice: Voice, *, deaf: bool = False, closing: bool = False) -> float:
        return patience_s(progress, voice, patience, deaf=deaf, closing=closing)

    assert seconds(JobProgress(100, TOKEN, 40), TALKING) == patience.write
    assert seconds(SENT_ALL, TALKING) == patience.confirm
    assert seconds(SENT_ALL, MUTE) == patience.silent
    assert seconds(replace(SENT_ALL, processed=True), TALKING) == patience.processed
    assert seconds(replace(SENT_ALL, processed=True), ECHOING) == patience.confirm
    assert seconds(SENT_ALL, MUTE, deaf=True) == 0
    assert seconds(replace(SENT_ALL, fault=True), TALKING) == patience.fault
    assert seconds(JobProgress(100, TOKEN, 40, fault=True), TALKING) == 0
    assert seconds(SENT_ALL, TALKING, closing=True) == patience.closing


@pytest.mark.parametrize(
    ("outcome", "lead"),
    [
        (Outcome.CONFIRMED, Lead.CLEAN),
        (Outcome.SENT, Lead.RESYNC),
        (Outcome.INTERRUPTED, Lead.SEPARATE),
        (Outcome.UNCERTAIN, Lead.SEPARATE),
    ],
)
def test_the_next_job_begins_as_safely_as_the_last_one_ended(outcome: Outcome, lead: Lead) -> None:
    assert next_lead(Lead.RESYNC, outcome) is lead
    assert next_lead(Lead.SEPARATE, Outcome.NOT_STARTED) is Lead.SEPARATE
