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
    printing_s,
    verdict,
)
from hardware.printer import Outcome, PaperStatus
from hardware.profile import GENERIC, Abilities, Claim
from hardware.status import Answer, AutoStatus, Echo, Processed, Question, Reply, Unreadable
from tests.hardware.watched import READY

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
    pending=st.sampled_from([0, 1, 50]),
    refused=st.booleans(),
    cooling=st.booleans(),
    silent=st.booleans(),
    garbled=st.booleans(),
    blind=st.booleans(),
)
ECHOING = Voice(answers=True, speaks=True, echoes=True)
WORDLESS = Voice(answers=True, speaks=True, ends=False)
voices = st.sampled_from([MUTE, TALKING, ECHOING, WORDLESS, Voice(speaks=True)])


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
        unheard = not progress.echoed or progress.fault or progress.garbled
        return unheard or progress.blind or progress.written < progress.total
    if outcome is Outcome.NOT_STARTED:
        return progress.written > 0
    if outcome is Outcome.SENT and progress.out:
        return progress.fault or progress.garbled
    if outcome is Outcome.SENT:
        may_still_echo = voice.speaks and (voice.echoes or not (progress.processed or not voice.ends))
        on_its_way = progress.written < progress.total or progress.pending > 0
        return may_still_echo or on_its_way or progress.cooling or progress.silent or progress.fault
    return False


@given(progresses, voices, st.booleans())
def test_no_outcome_claims_more_than_the_printer_said(progress: JobProgress, voice: Voice, over: bool) -> None:
    assert not claims_too_much(shipped, progress, voice, over)


def believes_time_alone(progress: JobProgress, voice: Voice, waited_out: bool) -> Outcome | None:
    return verdict(progress, voice, waited_out=waited_out, believe_only_printer=False)


def forgets_what_went_before_the_echo(progress: JobProgress, voice: Voice, waited_out: bool) -> Outcome | None:
    return shipped(replace(progress, fault=progress.fault and not progress.echoed), voice, waited_out)


def believes_any_echo(progress: JobProgress, voice: Voice, waited_out: bool) -> Outcome | None:
    return shipped(replace(progress, blind=False), voice, waited_out)


def overhears_noise(progress: JobProgress, voice: Voice, waited_out: bool) -> Outcome | None:
    return shipped(replace(progress, garbled=False), voice, waited_out)


@pytest.mark.parametrize(
    "rule",
    [
        trusts_the_socket,
        retries_lightly,
        believes_time_alone,
        forgets_what_went_before_the_echo,
        believes_any_echo,
        overhears_noise,
    ],
)
def test_control_a_rule_that_claims_more_is_caught(rule: Rule) -> None:
    cases = [JobProgress(100, TOKEN, written, gone=gone) for written in (0, 1, 100) for gone in (False, True)]
    cases += [replace(case, fault=True, echoed=True) for case in cases]
    cases += [replace(case, echoed=True, blind=True) for case in cases]
    cases += [replace(case, echoed=True, garbled=True) for case in cases]
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
        (replace(SENT_ALL, echoed=True, blind=True), TALKING, Outcome.SENT),
        (replace(SENT_ALL, echoed=True, blind=True, pending=1), TALKING, Outcome.SENT),
        (replace(SENT_ALL, echoed=True, garbled=True), TALKING, Outcome.UNCERTAIN),
        (SENT_ALL, MUTE, Outcome.SENT),
        (SENT_ALL, TALKING, Outcome.UNCERTAIN),
        (replace(SENT_ALL, processed=True), TALKING, Outcome.SENT),
        (replace(SENT_ALL, processed=True), ECHOING, Outcome.UNCERTAIN),
        (replace(SENT_ALL, processed=True, fault=True), TALKING, Outcome.INTERRUPTED),
        (replace(SENT_ALL, processed=True, gone=True), TALKING, Outcome.UNCERTAIN),
        (replace(SENT_ALL, gone=True), MUTE, Outcome.UNCERTAIN),
        (replace(SENT_ALL, fault=True), TALKING, Outcome.INTERRUPTED),
        (JobProgress(100, TOKEN, 40), MUTE, Outcome.UNCERTAIN),
        (replace(SENT_ALL, pending=1), MUTE, Outcome.UNCERTAIN),
        (JobProgress(100, TOKEN, 40, fault=True, gone=True), TALKING, Outcome.INTERRUPTED),
        (JobProgress(100, TOKEN, 40, echoed=True), TALKING, Outcome.UNCERTAIN),
        (JobProgress(100, TOKEN, 0, gone=True), TALKING, Outcome.NOT_STARTED),
        (replace(SENT_ALL, echoed=True, fault=True), TALKING, Outcome.INTERRUPTED),
        (replace(SENT_ALL, cooling=True), MUTE, Outcome.UNCERTAIN),
        (replace(SENT_ALL, processed=True, cooling=True), TALKING, Outcome.UNCERTAIN),
        (replace(SENT_ALL, processed=True, silent=True), TALKING, Outcome.UNCERTAIN),
        (SENT_ALL, WORDLESS, Outcome.SENT),
        (SENT_ALL, replace(WORDLESS, echoes=True), Outcome.UNCERTAIN),
    ],
)
def test_every_end_has_its_outcome(progress: JobProgress, voice: Voice, outcome: Outcome) -> None:
    assert verdict(progress, voice, waited_out=True) is outcome


@pytest.mark.parametrize(
    ("progress", "outcome"),
    [
        (SENT_ALL, None),
        (replace(SENT_ALL, cooling=True), None),
        (replace(SENT_ALL, echoed=True), Outcome.CONFIRMED),
        (replace(SENT_ALL, fault=True), Outcome.INTERRUPTED),
        (JobProgress(100, TOKEN, 40, fault=True), Outcome.INTERRUPTED),
        (JobProgress(100, TOKEN, refused=True), Outcome.NOT_STARTED),
        (replace(SENT_ALL, silent=True), Outcome.UNCERTAIN),
    ],
)
def test_what_is_known_before_the_time_is_over_is_not_waited_for(
    progress: JobProgress, outcome: Outcome | None
) -> None:
    assert verdict(progress, TALKING, waited_out=False) is outcome


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


@pytest.mark.parametrize(
    ("heard", "garbled"),
    [(b"\x18\xff", True), (b"\xff", True), (b"\x00", True), (b"\x12", False), (b"\x1a", False)],
)
def test_a_report_that_cannot_be_read_may_have_been_a_fault_a_late_answer_is_none(heard: bytes, garbled: bool) -> None:
    assert listened(Unreadable(heard)).garbled is garbled
    assert not listened(Unreadable(heard), written=0).garbled
    assert not listened(Echo(TOKEN), Unreadable(heard)).garbled


def test_a_fault_before_the_first_byte_is_not_one_of_the_job_but_refuses_it() -> None:
    told = listened(PAPER_OUT, written=0)
    assert (told.fault, told.refused) == (False, True)


def test_what_happens_after_the_echo_does_not_touch_the_job() -> None:
    told = listened(Echo(TOKEN), PAPER_OUT)
    assert (told.echoed, told.fault) == (True, False)
    told = listened(PAPER_OUT, Echo(TOKEN))
    assert (told.echoed, told.fault) == (True, True)


HOT, COOL = PaperStatus(True, overheated=True, online=False), PaperStatus(True, overheated=False, online=True)


def test_a_hot_head_is_waited_for_and_is_no_fault() -> None:
    hot = SENT_ALL.heard(ALL_WELL, HOT)
    assert (hot.cooling, hot.fault) == (True, False)
    cool = hot.heard(ALL_WELL, COOL)
    assert (cool.cooling, cool.fault) == (False, False)
    worse = hot.heard(ALL_WELL, replace(HOT, paper="out"))
    assert (worse.cooling, worse.fault) == (False, True)
    assert JobProgress(100, TOKEN).heard(ALL_WELL, HOT).refused


@pytest.mark.parametrize("question", list(Question))
def test_offline_counts_only_where_the_printer_speaks_of_it(question: Question) -> None:
    """After a hot head "offline" of the round before still stands while this round's causes are already gone."""
    told = SENT_ALL.heard(Answer(question, 0x12), PaperStatus(True, online=False))
    assert told.fault is (question is Question.PRINTER)
    assert SENT_ALL.heard(Answer(question, 0x12), PaperStatus(True, cover_open=True)).fault


def test_the_answer_to_gs_r_counts_only_behind_all_bytes_and_for_this_job() -> None:
    assert SENT_ALL.heard(Processed(0), READY).processed
    assert not JobProgress(100, TOKEN, 99).heard(Processed(0), READY).processed
    late = replace(SENT_ALL, stale=1).heard(Processed(0), READY)
    assert (late.processed, late.stale) == (False, 0)
    assert late.heard(Processed(0), READY).processed


def test_profile_and_probe_say_what_silence_means() -> None:
    def voice(echo: Claim, in_order: Claim, echoes: bool | None) -> Voice:
        return TALKING.told(replace(GENERIC, echo=echo, in_order=in_order), Abilities(echoes=echoes))

    assert voice("yes", "ask", None).echoes
    assert voice("ask", "ask", True).echoes
    assert not voice("ask", "ask", None).echoes
    assert not voice("no", "ask", True).echoes
    assert not voice("no", "no", None).ends
    assert voice("no", "yes", None).ends
    assert voice("ask", "no", None).ends
    assert ECHOING.told(replace(GENERIC, echo="no"), Abilities()).echoes, "what was heard is not unheard"


def test_a_voice_grows_by_what_is_heard() -> None:
    assert MUTE.heard(ALL_WELL) == Voice(speaks=True, automatic=True)
    assert MUTE.heard(Answer(Question.PAPER, 0x12)) == TALKING
    assert MUTE.heard(Echo(TOKEN)) == Voice(speaks=True, echoes=True)
    assert MUTE.heard(Processed(0)) == Voice(speaks=True)


def test_the_mechanism_gets_the_time_that_its_rows_need() -> None:
    profile = replace(GENERIC, dots_per_inch=203, speed_mm_s=100)
    assert printing_s(800, profile) == pytest.approx(100.1 / 100 + 0.5, abs=0.001)


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
    assert seconds(SENT_ALL, WORDLESS) == patience.processed
    assert seconds(replace(SENT_ALL, cooling=True), TALKING) == patience.cooling
    assert seconds(replace(SENT_ALL, printing_s=2.0), TALKING) == patience.confirm + 2.0
    assert seconds(replace(SENT_ALL, printing_s=2.0), MUTE) == patience.silent + 2.0
    assert seconds(replace(SENT_ALL, printing_s=2.0, processed=True), TALKING) == patience.processed + 2.0
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


def test_who_obeyed_the_last_command_reads_the_next_as_one() -> None:
    assert next_lead(Lead.RESYNC, Outcome.SENT, echoed=True) is Lead.CLEAN
    assert next_lead(Lead.RESYNC, Outcome.UNCERTAIN, echoed=True) is Lead.SEPARATE
