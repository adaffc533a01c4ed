"""What a server makes of a batch: all of it or nothing, and why."""

import gzip
import json
import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import codec, wire
from sync.chain import START, Position, extend
from sync.codec import Draft
from sync.judge import Accept, KnownJournal, Refuse, judge, judge_request
from sync.types import Chain, JournalId, Seq
from sync.wire import Batch, Head, Request
from tests.sync.exchanges import JOURNAL, OTHER_KEY, SECRET, MemoryJournal
from tests.sync.journals import KEY


def journal(scores: int = 9) -> MemoryJournal:
    made = MemoryJournal()
    made.score(times=scores)
    return made


def known(own: MemoryJournal, received: int) -> KnownJournal:
    """A server that holds the first facts of this journal."""

    def chain_at(seq: Seq) -> Chain | None:
        return own.rows[seq - 1].chain if seq <= received else None

    end = own.at(received)
    assert end is not None
    return KnownJournal(JOURNAL, KEY.public, SECRET, end, chain_at)


def refusal(verdict: Accept | Refuse) -> wire.Refusal:
    assert isinstance(verdict, Refuse), verdict
    return verdict.refusal


def accepted(verdict: Accept | Refuse) -> Accept:
    assert isinstance(verdict, Accept), verdict
    return verdict


def signed(body: bytes, first: int, last: int) -> Request:
    """A request with any body, its signature good."""
    return Request(JOURNAL, first, last, KEY.sign(wire.request_message(JOURNAL, first, last, body)), body)


def batch_of(rows: list[bytes], after: Position = START) -> Batch:
    """A batch of any rows, its head good."""
    at = after
    for row in rows:
        at = extend(SECRET, at, row)
    return wire.sign_batch(JOURNAL, after, at, rows, KEY.sign)


def test_new_rows_are_accepted_with_their_chains() -> None:
    own = journal()
    verdict = accepted(judge_request(own.request(4, 10), known(own, 4)))
    assert [(row.seq, row.row, row.chain) for row in verdict.rows] == [(e.seq, e.row, e.chain) for e in own.rows[4:]]
    assert verdict.position == own.end
    assert verdict.head.seq == 10


@pytest.mark.parametrize(("after", "last"), [(0, 10), (2, 8), (7, 8), (8, 8), (5, 5)])
def test_a_duplicate_is_harmless_and_only_what_is_new_is_stored(after: int, last: int) -> None:
    own = journal()
    verdict = accepted(judge_request(own.request(after, last), known(own, 8)))
    assert [row.seq for row in verdict.rows] == list(range(9, last + 1))
    assert verdict.position.seq == max(8, last)


def test_a_gap_is_refused_with_where_to_go_on() -> None:
    own = journal()
    answer = refusal(judge_request(own.request(6, 10), known(own, 4)))
    assert (answer.error, answer.status, answer.received) == ("gap", 409, 4)
    assert answer.expected == wire.Expected(4, own.rows[3].chain.hex())


@pytest.mark.parametrize(("after", "last"), [(3, 8), (6, 8), (8, 8)])
def test_another_history_is_a_fork_with_the_devices_own_word_as_evidence(after: int, last: int) -> None:
    own = journal(4)
    other = MemoryJournal(own)
    own.score(5, 5)
    other.score(1, 5)
    verdict = judge_request(other.request(after, last), known(own, 8))
    assert isinstance(verdict, Refuse)
    assert (verdict.refusal.error, verdict.refusal.status) == ("fork", 409)
    assert verdict.head == other.batch(after, last).head


def test_an_unknown_journal_is_unpaired() -> None:
    assert refusal(judge_request(journal().request(0, 3), None)).error == "unpaired"


def test_a_revoked_device_is_told_so() -> None:
    own = journal()
    assert refusal(judge_request(own.request(0, 3), replace(known(own, 0), revoked=True))).error == "revoked"


@pytest.mark.parametrize(
    "change",
    [
        lambda r: replace(r, body=r.body + b"x"),
        lambda r: replace(r, first=2),
        lambda r: replace(r, last=9),
        lambda r: replace(r, signature=bytes(64)),
        lambda r: replace(r, signature=OTHER_KEY.sign(r.message)),
    ],
)
def test_a_request_that_the_paired_key_did_not_sign_is_refused(change: Callable[[Request], Request]) -> None:
    own = journal()
    assert refusal(judge_request(change(own.request(0, 10)), known(own, 0))).error == "bad-signature"


def test_the_signature_is_checked_before_anything_is_inflated() -> None:
    own = journal()
    bomb = gzip.compress(bytes(32 * 1024 * 1024))
    unsigned = Request(JOURNAL, 1, 3, bytes(64), bomb)
    assert refusal(judge_request(unsigned, known(own, 0))).error == "bad-signature"
    assert refusal(judge_request(signed(bomb, 1, 3), known(own, 0))).error == "too-large"


def test_a_head_that_the_paired_key_did_not_sign_is_refused() -> None:
    own = journal()
    batch = own.batch(0, 3, OTHER_KEY)
    assert refusal(judge(batch, known(own, 0))).error == "bad-signature"


def test_a_head_taken_from_another_place_is_refused() -> None:
    own = journal()
    batch = own.batch(0, 3)
    moved = replace(batch, head=Head(Seq(3), own.rows[3].chain, own.batch(0, 4).head.signature))
    assert refusal(judge(moved, known(own, 0))).error == "bad-signature"


def test_rows_that_do_not_lead_to_the_signed_head_are_refused() -> None:
    own = journal()
    batch = own.batch(0, 10)
    rows = list(batch.rows)
    rows[4] = rows[4].replace(b'"level":5', b'"level":1')
    assert refusal(judge(replace(batch, rows=tuple(rows)), known(own, 0))).error == "bad-chain"


def test_a_journal_secret_that_is_not_the_paired_one_is_a_bad_chain() -> None:
    own = journal()
    assert refusal(judge(own.batch(0, 3), replace(known(own, 0), secret=bytes(32)))).error == "bad-chain"


def malformed() -> dict[str, Batch]:
    own = journal()
    rows = [entry.row for entry in own.rows]
    opened = json.loads(rows[0])
    opened[5]["journal_id"] = "ff" * 16
    other_id = json.dumps(opened, separators=(",", ":"), sort_keys=True).encode()
    return {
        "a row is left out inside": batch_of([*rows[:4], *rows[5:]]),
        "two rows are swapped": batch_of([*rows[:4], rows[5], rows[4], *rows[6:]]),
        "a row twice": batch_of([*rows[:4], rows[3]]),
        "not canonical": batch_of([rows[0], rows[1].replace(b",", b", ", 1)]),
        "not JSON": batch_of([rows[0], b"hello"]),
        "fact 1 is something else": batch_of([rows[1].replace(b"[2,", b"[1,", 1)]),
        "fact 1 names another journal": batch_of([other_id]),
    }


@pytest.mark.parametrize("name", malformed())
def test_rows_that_are_no_journal_are_malformed_though_signed(name: str) -> None:
    assert refusal(judge(malformed()[name], known(journal(), 0))).error == "malformed"


def test_the_signed_range_must_be_the_batchs() -> None:
    own = journal()
    body = own.request(0, 10).body
    assert refusal(judge_request(signed(body, 1, 9), known(own, 0))).error == "malformed"


def test_a_batch_of_another_journal_is_malformed() -> None:
    own = journal()
    batch = replace(own.batch(0, 3), journal_id=JournalId("ff" * 16))
    assert refusal(judge(batch, known(own, 0))).error == "malformed"


@pytest.mark.parametrize(
    "draft", [Draft("future.kind", 1, {"x": 1}), Draft("score.given", 9, {}), Draft("score.given", 1, {})]
)
def test_what_is_authentic_but_not_understood_is_stored_and_the_watermark_moves(draft: Draft) -> None:
    own = journal(1)
    own.add(draft)
    verdict = accepted(judge_request(own.request(0, 3), known(own, 0)))
    assert [row.body is None for row in verdict.rows] == [False, False, True]
    assert verdict.position.seq == 3
    assert codec.decode(verdict.rows[2].row).kind == draft.kind


def test_a_question_without_rows_is_answered_with_where_the_server_stands() -> None:
    own = journal()
    verdict = accepted(judge_request(own.request(6, 6), known(own, 8)))
    assert (verdict.rows, verdict.position.seq) == ((), 8)


@given(st.integers(0, 2**32), st.integers(0, 9))
def test_a_flipped_bit_anywhere_in_a_request_applies_nothing(seed: int, received: int) -> None:
    own = journal()
    request = own.request(received, 10)
    body = bytearray(request.body)
    chance = random.Random(seed)
    body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
    assert refusal(judge_request(replace(request, body=bytes(body)), known(own, received))).error == "bad-signature"
    assert isinstance(
        judge_request(signed(bytes(body), request.first, request.last), known(own, received)), Refuse
    ) or (wire.inflate(bytes(body)) == wire.inflate(request.body))


def test_fifty_megabytes_of_noise_are_refused_unread() -> None:
    noise = random.Random(1).randbytes(50 * 1024 * 1024)
    with pytest.raises(wire.TooLarge):
        wire.read_request(journal().request(0, 3).headers, noise)
    short = noise[: wire.MAX_BODY]
    assert refusal(judge_request(signed(short, 1, 3), known(journal(), 0))).error == "malformed"


def test_a_signed_head_that_counts_other_rows_than_there_are_is_refused() -> None:
    own = journal()
    batch = batch_of([each.row for each in own.rows[:4]])
    far = Position(Seq(batch.head.seq + 1), batch.head.chain)
    counted = wire.sign_batch(JOURNAL, START, far, batch.rows, KEY.sign)
    assert refusal(judge(counted, known(own, 0))).error == wire.BAD_CHAIN
