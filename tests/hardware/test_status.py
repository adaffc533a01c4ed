import re
from collections.abc import Sequence
from dataclasses import fields, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.condition import Condition
from hardware.printer import MAX_JOB_ID, PaperStatus
from hardware.status import (
    FULL_STATUS,
    MOST_HELD,
    QUESTIONS,
    Answer,
    AutoStatus,
    Echo,
    FullStatus,
    Named,
    Processed,
    Question,
    Reply,
    ReplyReader,
    Unreadable,
    echo_token,
    question_bytes,
    updated,
)

ALL_WELL = PaperStatus(True, "ok", False, False, True, False, False)
UNKNOWN = PaperStatus(True)

sensors = st.sampled_from([0, 3, 0x0C, 0x0F])
whole = st.one_of(
    st.builds(
        lambda first, errors, paper, last: bytes((first & 0x6C | 0x10, errors & 0x6C, paper, last & 0x6F)),
        st.integers(0, 255),
        st.integers(0, 255),
        sensors,
        st.integers(0, 255),
    ),
    st.sampled_from([bytes((0x12 | near | out,)) for near in (0, 0x0C) for out in (0, 0x60)]),
    st.builds(lambda job: b"\x37\x22" + echo_token(job) + b"\0", st.integers(1, MAX_JOB_ID)),
)
"""ASB blocks, answers to the question for paper, echoes."""
flow = st.sampled_from([b"\x11", b"\x13"])
rest = st.sampled_from(
    [b"\x10\x0f", b"\x10\x0f\x24\x00\x00\x00", b"\x5fTM-T88V\0", b"\x5f", b"\x37\x22", b"\x72", b"\x03"]
)
streams = st.lists(st.one_of(whole, flow, rest, st.binary(max_size=12)), max_size=20).map(b"".join)
questions = st.lists(st.sampled_from(list(Question)), max_size=12).map(tuple)
readers = st.builds(
    ReplyReader,
    asked=questions,
    in_order=st.booleans(),
    name=st.sampled_from([0, 1, 2, 3, 65, 66, 67]),
    full=st.booleans(),
)


def read(pieces: Sequence[bytes], asked: tuple[Question, ...] = QUESTIONS * 3) -> tuple[ReplyReader, list[Reply]]:
    return fed(ReplyReader().ask(asked).ask_in_order(), pieces)


def fed(reader: ReplyReader, pieces: Sequence[bytes]) -> tuple[ReplyReader, list[Reply]]:
    replies = []
    for piece in pieces:
        reader, new = reader.feed(piece)
        replies.extend(new)
    return reader, replies


def bytes_of(reply: Reply) -> bytes:
    """As it stood in the stream."""
    match reply:
        case AutoStatus(block):
            return block
        case Answer(byte=byte) | Processed(byte):
            return bytes((byte,))
        case Echo(token):
            return b"\x37\x22" + token + b"\0"
        case Named(n, data):
            return data if n <= 3 else b"_" + data + b"\0"
        case FullStatus(block):
            return b"\x10\x0f" + block
        case Unreadable(data):
            return data


@given(readers, streams, st.lists(st.integers(0, 300)))
def test_every_split_of_a_stream_gives_the_same_replies(reader: ReplyReader, stream: bytes, cuts: list[int]) -> None:
    edges = sorted({0, len(stream), *(min(cut, len(stream)) for cut in cuts)})
    pieces = [stream[start:end] for start, end in pairwise(edges)]
    assert fed(reader, pieces) == fed(reader, [stream])


@given(st.lists(st.one_of(whole, flow), max_size=20))
def test_legal_streams_are_read_without_a_byte_left_over(pieces: list[bytes]) -> None:
    asked = tuple(Question.PAPER for piece in pieces if len(piece) == 1 and piece[0] & 0x93 == 0x12)
    reader, replies = read([b"".join(pieces)], asked)
    assert [bytes_of(reply) for reply in replies] == [piece for piece in pieces if piece not in (b"\x11", b"\x13")]
    assert not any(isinstance(reply, Unreadable) for reply in replies)
    assert reader == ReplyReader().ask_in_order()


@given(readers, streams)
def test_no_byte_is_lost_unseen_and_what_is_held_back_is_bounded(reader: ReplyReader, stream: bytes) -> None:
    most = MOST_HELD + len(reader.asked)
    reader, replies = fed(reader, [stream])
    counted = sum(len(bytes_of(reply)) for reply in replies)
    assert counted + len(reader.held) + len(reader.aside) + stream.count(b"\x11") + stream.count(b"\x13") == len(stream)
    assert len(reader.held) + len(reader.aside) <= most


@given(st.binary(max_size=400))
def test_a_name_without_an_end_is_not_waited_for(stream: bytes) -> None:
    reader, _ = ReplyReader(name=67).feed(b"_" + b"x" * 400 + stream)
    assert len(reader.held) <= MOST_HELD


def told(replies: list[Reply]) -> PaperStatus:
    status = UNKNOWN
    for reply in replies:
        status = updated(status, reply)
    return status


@given(readers, streams)
def test_every_definite_word_is_a_whole_legal_answer_to_what_was_asked(reader: ReplyReader, stream: bytes) -> None:
    """The law is written here anew, from the reference, and not with the reader's own masks."""
    _, replies = fed(reader, [stream])
    plain = stream.replace(b"\x11", b"").replace(b"\x13", b"")
    for reply in replies:
        match reply:
            case AutoStatus(block):
                assert len(block) == 4
                assert (block[0] >> 4 & 1, block[0] >> 7, block[0] & 3) == (1, 0, 0)
                assert all(not each >> 4 & 1 and not each >> 7 for each in block[1:])
                assert block[2] & 0x0F in (0, 3, 12, 15)
            case FullStatus(block):
                assert reader.full
                assert b"\x10\x0f" in plain
                assert all(not each >> 4 & 1 for each in block)
            case Echo(token):
                assert re.fullmatch(rb"[ -~]{4}", token)
            case Named(n, data):
                assert n == reader.name
                assert re.fullmatch(rb"[ -~]{0,80}" if n > 3 else rb"[\x00-\x0f\x20-\x2f\x40-\x4f\x60-\x6f]", data)
            case _:
                pass
    answers = [reply for reply in replies if isinstance(reply, Answer)]
    assert len(answers) <= len(reader.asked)
    assert all(reply.byte & 0b10010011 == 0b00010010 for reply in answers)
    if not reader.asked and not any(isinstance(reply, AutoStatus | FullStatus) for reply in replies):
        assert told(replies) == UNKNOWN


@given(streams, questions)
def test_after_noise_no_answer_of_that_round_is_given_a_name(stream: bytes, asked: tuple[Question, ...]) -> None:
    _, replies = ReplyReader(asked=asked).feed(stream)
    seen_noise = False
    for reply in replies:
        if isinstance(reply, Unreadable) and not (len(reply.data) == 1 and reply.data[0] & 0x93 == 0x12):
            seen_noise = True
        assert not (seen_noise and isinstance(reply, Answer))


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


@pytest.mark.parametrize("block", [b"\x37\x22ab\x00", b"\x37\x25abcd\x00", b"\x37abcd\x00"])
def test_an_echo_too_short_or_of_another_kind_confirms_nothing(block: bytes) -> None:
    _, replies = ReplyReader().feed(block)
    assert {type(reply) for reply in replies} == {Unreadable}


def test_an_answer_lost_in_noise_does_not_lend_its_place_to_the_next() -> None:
    """The paper's word, spoilt on the line, must not be taken from the cover."""
    _, replies = read([b"\xf2\x12\x12\x12"], QUESTIONS)
    assert told(replies) == UNKNOWN
    _, replies = read([b"\x37\x72\x12\x12\x12"], QUESTIONS)
    assert told(replies) == UNKNOWN


def test_an_answer_taken_for_a_letter_of_an_echo_spoils_its_round() -> None:
    _, replies = read([b"\x37\x22ab\x72\x12\x12cd\x00\x12"], QUESTIONS)
    assert told(replies) == UNKNOWN
    assert not any(isinstance(reply, Echo) for reply in replies)


def test_the_round_after_noise_is_believed_again() -> None:
    reader, _ = ReplyReader().ask().feed(b"\xff\x12\x12\x12\x12")
    _, replies = reader.ask().feed(b"\x12\x16\x12\x1a")
    assert told(replies) == PaperStatus(True, "ok", True, False, False, False, False)


@pytest.mark.parametrize("byte", [0x16, 0x1A, 0x32, 0x52, 0x36])
def test_a_sensor_that_contradicts_itself_says_nothing(byte: int) -> None:
    _, replies = ReplyReader().ask((Question.PAPER, Question.OFFLINE_CAUSE)).feed(bytes((byte, 0x16)))
    assert replies == [Unreadable(bytes((byte,))), Answer(Question.OFFLINE_CAUSE, 0x16)]
    for half in (1, 2, 4, 8):
        assert ReplyReader().feed(bytes((0x10, 0, half, 0)))[1] == [Unreadable(bytes((0x10, 0, half, 0)))]


def test_an_automatic_status_cut_short_says_nothing() -> None:
    assert ReplyReader().feed(b"\x18\x00\x0c")[1] == []
    _, replies = ReplyReader().feed(b"\x18\x00\x0c\x10\x00\x00\x00")
    assert replies == [Unreadable(b"\x18\x00\x0c"), AutoStatus(b"\x10\x00\x00\x00")]


def test_a_name_is_taken_in_only_where_it_was_asked_for() -> None:
    assert ReplyReader().ask_name(67).feed(b"_TM-T88V\0")[1] == [Named(67, b"TM-T88V")]
    _, replies = ReplyReader().feed(b"_TM-T88V\0")
    assert {type(reply) for reply in replies} == {Unreadable}
    assert ReplyReader().feed(b"_") == (ReplyReader(), [Unreadable(b"_")]), "nothing is waited for behind it"
    reader, replies = ReplyReader().ask().ask_name(67).feed(b"_prr\0")
    assert (replies, reader.asked) == ([Named(67, b"prr")], QUESTIONS), "a letter is no answer"


def test_a_name_that_is_no_text_is_unreadable_to_its_end() -> None:
    _, replies = ReplyReader().ask().ask_name(67).feed("_打印机 r\0".encode("gbk"))
    assert replies == [Unreadable("_打印机 r\0".encode("gbk"))]


def test_a_status_in_order_ends_the_waiting_for_a_name_that_does_not_come() -> None:
    reader, replies = ReplyReader().ask_name(67).ask_in_order().feed(b"\x00")
    assert (reader, replies) == (ReplyReader(), [Processed(0)])


def test_a_number_is_known_only_where_nothing_else_can_be_meant() -> None:
    assert ReplyReader().ask_name(1).feed(b"\x20")[1] == [Named(1, b"\x20")]
    assert ReplyReader().ask_name(1).ask_in_order().feed(b"\x20")[1] == [Unreadable(b"\x20")]
    assert ReplyReader().feed(b"\x20")[1] == [Unreadable(b"\x20")]


FULL = b"\x10\x0f\x24\x00\x00\x00"


def test_a_full_status_is_taken_in_only_where_it_was_asked_for() -> None:
    reader, replies = ReplyReader().ask_full().feed(FULL)
    assert (reader, replies) == (ReplyReader(), [FullStatus(FULL[2:])])
    assert not any(isinstance(reply, FullStatus) for reply in ReplyReader().feed(FULL)[1])


def test_a_full_status_that_another_answer_breaks_off_says_nothing() -> None:
    _, replies = ReplyReader().ask_full().feed(b"\x10\x0f\x24\x10\x00\x00\x00")
    assert replies == [Unreadable(b"\x10\x0f\x24"), AutoStatus(b"\x10\x00\x00\x00")]


@pytest.mark.parametrize(
    ("block", "status"),
    [
        (b"\0\0\0\0", PaperStatus(True, "ok", False, False, None, False, False, False)),
        (b"\x24\0\0\0", PaperStatus(True, "near-end", False, False, None, False, False, True)),
        (b"\x05\x02\0\0", PaperStatus(True, "out", True, False, None, False, False, False)),
        (b"\0\x01\x01\0", PaperStatus(True, "ok", True, False, None, True, False, False)),
        (b"\0\0\x40\x01", PaperStatus(True, "ok", False, True, None, False, True, False)),
        (b"\0\0\x08\0", PaperStatus(True, "ok", False, False, None, False, True, False)),
        (b"\0\0\0\x04", PaperStatus(True, "ok", False, False, None, False, True, False)),
    ],
)
def test_a_full_status_is_read_as_its_makers_say(block: bytes, status: PaperStatus) -> None:
    assert updated(UNKNOWN, FullStatus(block)) == status


FIELDS = [field.name for field in fields(Condition)][1:]


@pytest.mark.parametrize("paper", ["ok", "near-end", "out"])
@pytest.mark.parametrize("seen", ["nothing", *FIELDS])
def test_each_language_of_the_virtual_printer_says_what_its_mechanism_is_in(paper: str, seen: str) -> None:
    condition = Condition(paper, *(seen == each for each in FIELDS))
    by_itself, asked = ReplyReader().feed(condition.automatic())[1], b"".join(map(condition.answer, QUESTIONS))
    _, answers = ReplyReader().ask().feed(asked)
    _, at_once = ReplyReader().ask_full().feed(condition.full())
    expected = PaperStatus(
        True,
        condition.paper,  # type: ignore[arg-type]
        condition.cover_open,
        condition.cutter_error,
        not condition.offline,
        condition.overheated,
        condition.mechanism_error,
    )
    assert told(by_itself) == told(answers) == expected
    assert told(at_once) == replace(expected, online=None, ticket_waiting=condition.ticket_waiting)


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
        (b"\x10\x00\x03\x0f", replace(ALL_WELL, paper="near-end")),
        (b"\x18\x00\x0c\x00", replace(ALL_WELL, paper="out", online=False)),
        (b"\x38\x00\x00\x00", replace(ALL_WELL, cover_open=True, online=False)),
        (b"\x18\x08\x00\x00", replace(ALL_WELL, cutter_error=True, online=False)),
        (b"\x18\x04\x00\x00", replace(ALL_WELL, mechanism_error=True, online=False)),
        (b"\x18\x20\x00\x00", replace(ALL_WELL, mechanism_error=True, online=False)),
        (b"\x18\x40\x00\x00", replace(ALL_WELL, overheated=True, online=False)),
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
        (Question.ERROR_CAUSE, 0x1A, PaperStatus(True, cutter_error=True, overheated=False, mechanism_error=False)),
        (Question.ERROR_CAUSE, 0x16, PaperStatus(True, cutter_error=False, overheated=False, mechanism_error=True)),
        (Question.ERROR_CAUSE, 0x32, PaperStatus(True, cutter_error=False, overheated=False, mechanism_error=True)),
        (Question.ERROR_CAUSE, 0x52, PaperStatus(True, cutter_error=False, overheated=True, mechanism_error=False)),
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
    assert FULL_STATUS == b"\x10\x04\x14"
