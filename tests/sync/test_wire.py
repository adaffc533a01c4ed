"""The bytes of the exchange: batches, requests, answers, limits."""

import gzip
import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import facts, wire
from sync.chain import START
from sync.errors import BadBatch
from sync.types import JournalId, Level, Seq, UtcMs
from sync.wire import Answer, BadAnswer, Refusal, TooLarge
from tests.sync.exchanges import MemoryJournal
from tests.sync.journals import KEY


@pytest.fixture
def journal() -> MemoryJournal:
    made = MemoryJournal()
    made.score(times=9)
    return made


@pytest.mark.parametrize(("after", "last"), [(0, 10), (3, 7), (9, 10), (10, 10), (0, 0)])
def test_a_batch_comes_back_as_it_was(journal: MemoryJournal, after: int, last: int) -> None:
    batch = journal.batch(after, last)
    assert wire.decode_batch(wire.encode_batch(batch)) == batch
    assert len(batch.rows) == last - after


def test_a_request_comes_back_from_its_headers_in_any_case(journal: MemoryJournal) -> None:
    request = journal.request(2, 5)
    headers = {name.upper(): value for name, value in request.headers.items()}
    assert wire.read_request(headers, request.body) == request
    assert request.headers["Scorecard-Range"] == "3-5"


def test_the_same_batch_gives_the_same_bytes(journal: MemoryJournal) -> None:
    assert journal.request(0, 10) == journal.request(0, 10)


@pytest.mark.parametrize("name", ["Scorecard-Journal", "Scorecard-Range", "Scorecard-Signature"])
@pytest.mark.parametrize("value", [None, "", "x", "1-2-3", "01" * 64 + "\n"])
def test_a_missing_or_misshapen_header_is_named(journal: MemoryJournal, name: str, value: str | None) -> None:
    request = journal.request(0, 3)
    headers = {key: item for key, item in request.headers.items() if key != name}
    if value is not None:
        headers[name] = value
    with pytest.raises(BadBatch, match=name):
        wire.read_request(headers, request.body)


def test_a_body_beyond_the_limit_is_too_large(journal: MemoryJournal) -> None:
    with pytest.raises(TooLarge):
        wire.read_request(journal.request(0, 3).headers, bytes(wire.MAX_BODY + 1))


def broken_batches() -> dict[str, bytes]:
    journal = MemoryJournal()
    journal.score(times=2)
    good = wire.encode_batch(journal.batch(0, 3))
    first, rest = good.split(b"\n", 1)
    line = json.loads(first)
    return {
        "empty": b"",
        "no line end": good[:-1],
        "a row too many": good + b"[]\n",
        "a row too few": good[: good[:-1].rindex(b"\n") + 1],
        "no JSON": b"hello\n" + rest,
        "an array": b"[]\n" + rest,
        "a huge first line": json.dumps(line | {"x": "y" * 5000}).encode() + b"\n" + rest,
        "a negative seq": json.dumps(line | {"after": -1}).encode() + b"\n" + rest,
        "a seq with a fraction": json.dumps(line | {"after": 0.5}).encode() + b"\n" + rest,
        "a short chain": json.dumps(line | {"previous": "00"}).encode() + b"\n" + rest,
        "capital hex": json.dumps(line | {"previous": "AB" * 32}).encode() + b"\n" + rest,
        "a line end in a chain": json.dumps(line | {"previous": "ab" * 32 + "\n"}).encode() + b"\n" + rest,
        "no head": json.dumps({k: v for k, v in line.items() if k != "head"}).encode() + b"\n" + rest,
        "deep nesting": b"[" * 4000 + b"\n" + rest,
        "not UTF-8": b"\xff\xfe\n" + rest,
    }


@pytest.mark.parametrize("name", broken_batches())
def test_a_broken_batch_is_refused(name: str) -> None:
    with pytest.raises(BadBatch):
        wire.decode_batch(broken_batches()[name])


def test_unknown_keys_of_the_first_line_are_passed_over(journal: MemoryJournal) -> None:
    first, rest = wire.encode_batch(journal.batch(0, 3)).split(b"\n", 1)
    later = json.dumps(json.loads(first) | {"newer": 1}).encode() + b"\n" + rest
    assert wire.decode_batch(later) == journal.batch(0, 3)


@given(st.binary(max_size=300))
def test_noise_never_does_anything_but_raise(noise: bytes) -> None:
    for reader in (wire.inflate, wire.decode_batch):
        with pytest.raises(BadBatch):
            reader(noise)
    for reading in (wire.decode_answer, wire.decode_refusal):
        with pytest.raises(BadAnswer):
            reading(noise)


def test_a_gzip_bomb_is_stopped_at_the_cap() -> None:
    bomb = gzip.compress(bytes(64 * 1024 * 1024))
    assert len(bomb) < 100_000
    with pytest.raises(TooLarge):
        wire.inflate(bomb)


@pytest.mark.parametrize("size", [999, 1000])
def test_what_just_fits_is_inflated_whole(size: int) -> None:
    assert wire.inflate(wire.deflate(bytes(size)), 1000) == bytes(size)


def test_one_byte_more_than_the_cap_is_too_large() -> None:
    with pytest.raises(TooLarge):
        wire.inflate(wire.deflate(bytes(1001)), 1000)


@pytest.mark.parametrize("change", [lambda g: g[:-1], lambda g: g[:-9], lambda g: g + b"x", lambda g: g + g])
def test_a_cut_or_lengthened_gzip_is_refused(change: "type[bytes]") -> None:
    with pytest.raises(BadBatch):
        wire.inflate(change(wire.deflate(b"hello" * 50)))


@pytest.mark.parametrize(
    ("sizes", "most_rows", "most_bytes", "taken"),
    [([], 5, 100, 0), ([9], 0, 100, 0), ([9, 9, 9], 2, 100, 2), ([9, 9, 9], 5, 20, 2), ([500, 9], 5, 100, 1)],
)
def test_a_batch_takes_what_fits_but_at_least_one_row(
    sizes: list[int], most_rows: int, most_bytes: int, taken: int
) -> None:
    assert len(wire.take((bytes(size) for size in sizes), most_rows, most_bytes)) == taken


def test_answers_and_refusals_come_back() -> None:
    answer = Answer(7, 3, 1_793_491_200_000)
    refusal = wire.refuse(wire.GAP, "why", "what to do", 7, START)
    assert wire.decode_answer(wire.encode_message(answer)) == answer
    assert wire.decode_refusal(wire.encode_message(refusal)) == refusal
    assert json.loads(wire.encode_message(refusal))["expected"] == {"seq": 0, "previous": "00" * 32}


def test_a_server_cannot_call_safe_what_it_never_received() -> None:
    with pytest.raises(BadAnswer):
        wire.decode_answer(wire.encode_message(Answer(3, 4, 0)))


def test_a_refusal_of_a_newer_server_is_understood_as_far_as_it_goes() -> None:
    data = b'{"error":"new","message":"m","hint":"h","more":[1]}'
    assert wire.decode_refusal(data) == Refusal("new", "m", "h")
    assert wire.decode_refusal(data).status == 400


def test_the_offices_clock_is_tied_to_the_middle_of_the_round_trip() -> None:
    assert wire.anchor(UtcMs(0), 1000, 1041) == (1020, 21)
    assert wire.anchor(UtcMs(0), 1000, 1000) == (1000, 0)


@pytest.mark.parametrize("most_ms", [4_000, 120_000, 600_000])
def test_a_score_in_bulk_takes_at_most_twelve_bytes(most_ms: int) -> None:
    chance, journal, ms = random.Random(1), MemoryJournal(), 1000
    for _ in range(1000):
        ms += chance.randint(1000, most_ms)
        journal.add(facts.draft(facts.ScoreGiven(chance.randint(1, 4), Level(chance.randint(1, 5)))), ms)
    sizes = [len(journal.request(after, after + 500).body) for after in (1, 501)]
    assert sum(sizes) / 1000 <= 12.0


def test_a_signature_covers_journal_range_and_body(journal: MemoryJournal) -> None:
    request = journal.request(0, 3)
    others = [
        replace(request, journal_id=JournalId("ab" * 16)),
        replace(request, first=2),
        replace(request, last=Seq(4)),
        replace(request, body=request.body + b"x"),
    ]
    assert len({request.message, *(other.message for other in others)}) == 5
    assert KEY.sign(request.message) == request.signature
