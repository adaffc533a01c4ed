from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.printer import MAX_JOB_ID, PaperStatus
from hardware.status import (
    QUESTIONS,
    Answer,
    AutoStatus,
    Echo,
    Processed,
    Question,
    Reply,
    ReplyReader,
    Unreadable,
    echo_token,
    question_bytes,
    updated,
)

ALL_WELL = PaperStatus(True, "ok", False, False, True)

legal_pieces = st.one_of(
    st.builds(
        lambda first, rest: bytes((first & 0x6C | 0x10, *(b & 0x6F for b in rest))),
        st.integers(0, 255),
        st.binary(min_size=3, max_size=3),
    ),
    st.builds(lambda b: bytes((b & 0x6C | 0x12,)), st.integers(0, 255)),
    st.builds(lambda job: b"\x37\x22" + echo_token(job) + b"\0", st.integers(1, MAX_JOB_ID)),
    st.sampled_from([b"\x11", b"\x13"]),
)
streams = st.lists(st.one_of(legal_pieces, st.binary(max_size=12)), max_size=20).map(b"".join)
questions = st.lists(st.sampled_from(list(Question)), max_size=12).map(tuple)


def read(pieces: Sequence[bytes], asked: tuple[Question, ...] = QUESTIONS * 3) -> tuple[ReplyReader, list[Reply]]:
    reader, replies = ReplyReader().ask(asked).ask_in_order(), []
    for piece in pieces:
        reader, new = reader.feed(piece)
        replies.extend(new)
    return reader, replies


@given(streams, st.lists(st.integers(0, 300)), questions)
def test_every_split_of_a_stream_gives_the_same_replies(
    stream: bytes, cuts: list[int], asked: tuple[Question, ...]
) -> None:
    edges = sorted({0, len(stream), *(min(cut, len(stream)) for cut in cuts)})
    pieces = [stream[start:end] for start, end in pairwise(edges)]
    assert read(pieces, asked) == read([stream], asked)


@given(st.lists(legal_pieces, max_size=20))
def test_legal_streams_are_read_without_a_byte_left_over(pieces: list[bytes]) -> None:
    asked = tuple(Question.PAPER for piece in pieces if len(piece) == 1 and piece[0] & 0x93 == 0x12)
    reader, replies = read([b"".join(pieces)], asked)
    expected: list[Reply] = []
    for piece in pieces:
        if len(piece) == 4:
            expected.append(AutoStatus(piece))
        elif len(piece) == 7:
            expected.append(Echo(piece[2:6]))
        elif piece[0] & 0x93 == 0x12:
            expected.append(Answer(Question.PAPER, piece[0]))
    assert replies == expected
    assert reader == ReplyReader().ask_in_order()


@given(streams)
def test_no_byte_is_lost_unseen(stream: bytes) -> None:
    reader, replies = read([stream])
    size = {AutoStatus: 4, Answer: 1, Echo: 7, Processed: 1}
    counted = sum(len(r.data) if isinstance(r, Unreadable) else size[type(r)] for r in replies)
    assert counted + len(reader.held) + sum(stream.count(flow) for flow in (b"\x11", b"\x13")) == len(stream)


def test_answers_belong_to_the_questions_in_their_order() -> None:
    _, replies = read([b"\x12\x16\x12\x12"], QUESTIONS)
    assert replies == [
        Answer(Question.PAPER, 0x12),
        Answer(Question.OFFLINE_CAUSE, 0x16),
        Answer(Question.ERROR_CAUSE, 0x12),
        Answer(Question.PRINTER, 0x12),
    ]


def test_an_answer_that_nobody_asked_for_says_nothing() -> None:
    _, replies = read([b"\x7e"], ())
    assert replies == [Unreadable(b"\x7e")]
    assert updated(PaperStatus(True), replies[0]) == PaperStatus(True)


def test_an_answer_and_flow_control_within_an_echo_do_not_break_it() -> None:
    _, replies = read([b"\x37\x22ab\x13\x12c\x11d\x00"])
    assert replies == [Answer(Question.PAPER, 0x12), Echo(b"abcd")]


def test_an_echo_too_short_or_of_another_kind_confirms_nothing() -> None:
    assert read([b"\x37\x22ab\x00"])[1] == [Unreadable(b"\x37\x22ab\x00")]
    assert read([b"\x37\x25abcd\x00"])[1] == [Unreadable(b"\x37\x25abcd\x00")]


def test_a_status_in_order_is_known_only_where_it_was_asked() -> None:
    assert ReplyReader().ask_in_order().feed(b"\x03\x03")[1] == [Processed(3), Unreadable(b"\x03")]
    assert ReplyReader().feed(b"\x03")[1] == [Unreadable(b"\x03")]


def test_a_block_cut_off_by_another_is_named_unreadable_and_the_other_is_read() -> None:
    _, replies = read([b"\x10\x00\x37\x22abcd\x00"])
    assert replies == [Unreadable(b"\x10\x00"), Echo(b"abcd")]


def test_an_echo_with_a_wrong_end_confirms_nothing() -> None:
    _, replies = read([b"\x37\x22abcde\x00"])
    assert not any(isinstance(reply, Echo) for reply in replies)


@pytest.mark.parametrize(
    ("block", "status"),
    [
        (b"\x10\x00\x00\x00", ALL_WELL),
        (b"\x10\x00\x03\x0f", PaperStatus(True, "near-end", False, False, True)),
        (b"\x18\x00\x0c\x00", PaperStatus(True, "out", False, False, False)),
        (b"\x38\x00\x00\x00", PaperStatus(True, "ok", True, False, False)),
        (b"\x18\x08\x00\x00", PaperStatus(True, "ok", False, True, False)),
    ],
)
def test_automatic_status_is_read_as_the_reference_says(block: bytes, status: PaperStatus) -> None:
    assert updated(PaperStatus(True), AutoStatus(block)) == status


@pytest.mark.parametrize(
    ("question", "byte", "status"),
    [
        (Question.PAPER, 0x72, PaperStatus(True, paper="out")),
        (Question.PAPER, 0x1E, PaperStatus(True, paper="near-end")),
        (Question.PAPER, 0x12, PaperStatus(True, paper="ok")),
        (Question.OFFLINE_CAUSE, 0x16, PaperStatus(True, cover_open=True)),
        (Question.ERROR_CAUSE, 0x1A, PaperStatus(True, cutter_error=True)),
        (Question.PRINTER, 0x1A, PaperStatus(True, online=False)),
    ],
)
def test_an_answer_tells_its_own_part_and_leaves_the_rest_unknown(
    question: Question, byte: int, status: PaperStatus
) -> None:
    assert updated(PaperStatus(True), Answer(question, byte)) == status


@given(st.integers(1, MAX_JOB_ID), st.integers(1, 95**4 - 1))
def test_an_echo_token_is_printable_and_tells_jobs_apart(job_id: int, distance: int) -> None:
    token = echo_token(job_id)
    assert len(token) == 4
    assert all(32 <= byte <= 126 for byte in token)
    assert token != echo_token(job_id + distance)


def test_questions_are_the_real_time_commands() -> None:
    assert question_bytes((Question.PAPER, Question.PRINTER)) == b"\x10\x04\x04\x10\x04\x01"
