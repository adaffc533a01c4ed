"""Judging beside the writer: the same verdicts, none that the ledger has overtaken, and none lost with a process."""

import asyncio
import dataclasses
import io
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from server import judging
from server.intake import Intake
from server.judges import Judges
from server.judging import Asked
from server.ledger import Ledger
from server.writer import Writer
from sync import wire
from sync.chain import START
from sync.judge import Accept, KnownJournal, Refuse, judge_request
from sync.types import Chain, JournalId, Seq
from sync.wire import Refusal, Request, sign_request
from tests.bench.traffic import BEGAN, Machine, begin
from tests.server.test_intake import centre


def machines() -> tuple[Machine, Machine]:
    """A kiosk and its office, with a visit to send."""
    (kiosk, desk), (visits,) = begin(Random(7), 1)
    next(visits)
    return kiosk, desk


def known(of: Machine, **values: object) -> KnownJournal:
    """As one that was paired and has sent nothing."""
    return dataclasses.replace(KnownJournal(of.name, of.key.public, of.secret), **values)  # type: ignore[arg-type]


def answered(asked: Sequence[Asked]) -> list[Accept | Refuse | None]:
    """What a process would say, without one."""
    out = io.BytesIO()
    judging.serve(io.BytesIO(judging.ask(asked)), out)
    return judging.told(out.getvalue()[judging.LENGTH :])


def questions() -> dict[str, Asked]:
    """Requests of all kinds, with what is known of who sends them."""
    kiosk, desk = machines()
    good = kiosk.request()
    batch = wire.decode_batch(wire.inflate(good.body))
    relayed = sign_request(batch, desk.key.sign, desk.name)
    torn = dataclasses.replace(batch, rows=(*batch.rows[:-1], batch.rows[-1].replace(b"[", b"[ ", 1)))
    return {
        "good": (good, known(kiosk), None),
        "nothing new": (Machine.begun(Random(1), "kiosk").request(), known(Machine.begun(Random(1), "kiosk")), None),
        "relayed": (relayed, known(kiosk), known(desk)),
        "relayed by a stranger": (relayed, known(kiosk), None),
        "unpaired": (good, None, None),
        "revoked": (good, known(kiosk, revoked=True), None),
        "forged": (dataclasses.replace(good, signature=bytes(64)), known(kiosk), None),
        "no gzip": (_signed(kiosk, good, b"no gzip"), known(kiosk), None),
        "torn row": (sign_request(torn, kiosk.key.sign), known(kiosk), None),
        "another secret": (good, known(kiosk, secret=bytes(32)), None),
    }


def _signed(of: Machine, request: Request, body: bytes) -> Request:
    changed = dataclasses.replace(request, body=body)
    return dataclasses.replace(changed, signature=of.key.sign(changed.message))


@pytest.mark.parametrize("kind", questions())
def test_a_process_says_what_the_writer_would_say(kind: str) -> None:
    asked = questions()[kind]
    (told,) = answered([asked])
    assert told == judge_request(*asked)
    assert isinstance(told, Accept) is (kind in ("good", "nothing new", "relayed"))


def test_what_needs_an_older_row_is_left_to_the_ledger() -> None:
    kiosk, _ = machines()
    whole = kiosk.request()
    batch = wire.decode_batch(wire.inflate(whole.body))
    further = dataclasses.replace(known(kiosk), received=dataclasses.replace(batch.head.position, seq=Seq(3)))
    assert answered([(whole, further, None), (whole, known(kiosk), None)])[0] is None


def test_processes_answer_one_dies_unheard_and_the_next_takes_its_place() -> None:
    asked = questions()["good"]

    async def run() -> list[Accept | Refuse | None]:
        judges = Judges(2)
        await judges.start()
        found = await judges.judge([asked, asked, asked])
        for process in judges._running:
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()
        found += await judges.judge([asked])
        found += await judges.judge([asked])
        found += await judges.judge([asked])
        running = set(judges._running)
        await judges.close()
        assert all(process.returncode is not None for process in running)
        return found + await judges.judge([asked])

    good = judge_request(*asked)
    first, rest = (found := asyncio.run(run()))[:3], found[3:]
    assert first == [good] * 3
    assert rest[0] is None
    assert good in rest[1:3]
    assert rest[-1] is None, "nobody judges after the end"


class Beside(Judges):
    """Judges at once, and says what it was asked."""

    def __init__(self) -> None:
        super().__init__(1)
        self.asked: list[JournalId] = []

    async def judge(self, asked: Sequence[Asked]) -> list[Accept | Refuse | None]:
        """As a process does."""
        self.asked += [request.journal_id for request, _, _ in asked]
        return [self.say(*each) for each in asked]

    def say(self, request: Request, of: KnownJournal | None, relay: KnownJournal | None) -> Accept | Refuse | None:
        """The verdict."""
        return judge_request(request, of, relay)


class Lying(Beside):
    """Refuses all: what it says must be seen where it is believed."""

    def say(self, request: Request, of: KnownJournal | None, relay: KnownJournal | None) -> Accept | Refuse | None:
        """Never."""
        return Refuse(wire.refuse(wire.MALFORMED, "never", "never"))


def taken(path: Path, judges: Judges, between: str = "") -> tuple[list[int | Refusal], Ledger, list[Machine]]:
    """Two rounds of everybody's requests; `between` them something happens that the judges do not know."""
    ledger, senders, visits = centre(path)
    writer = Writer(ledger)
    name = senders[0].name

    async def run() -> list[int | Refusal]:
        intake = Intake(writer, lambda: BEGAN, lambda: None, judges)
        writer.start()
        answers: list[int | Refusal] = []
        for turn in range(2):
            for each in visits:
                next(each)
            answers += await asyncio.gather(*(intake.take(machine.request()) for machine in senders[:4]))
            if between == "revoked" and not turn:
                assert await asyncio.wrap_future(writer.submit(lambda ledger: ledger.revoke(name, BEGAN)))
        return answers

    answers = asyncio.run(run())
    writer.close()
    return answers, ledger, senders


def test_whoever_sent_before_is_judged_beside_the_writer_and_stored_as_ever(tmp_path: Path) -> None:
    judges = Beside()
    answers, _, senders = taken(tmp_path / "centre.db", judges)
    assert judges.asked == [machine.name for machine in senders[:4]], "of the first round nobody was known"
    assert answers[4:] == [machine.end.seq for machine in senders[:4]]


def test_a_verdict_that_holds_is_not_found_a_second_time(tmp_path: Path) -> None:
    answers, _, _ = taken(tmp_path / "centre.db", Lying())
    assert [isinstance(each, Refusal) for each in answers] == [False] * 4 + [True] * 4


class Broken(Beside):
    """Says nothing at all."""

    def say(self, request: Request, of: KnownJournal | None, relay: KnownJournal | None) -> Accept | Refuse | None:
        """A defect."""
        raise RuntimeError


def test_where_judging_beside_fails_the_writer_judges(tmp_path: Path) -> None:
    answers, _, senders = taken(tmp_path / "centre.db", Broken())
    assert answers[4:] == [machine.end.seq for machine in senders[:4]]


def test_a_verdict_that_the_ledger_overtook_is_found_anew(tmp_path: Path) -> None:
    answers, _, _ = taken(tmp_path / "centre.db", Beside(), "revoked")
    refused = answers[4]
    assert isinstance(refused, Refusal)
    assert refused.error == wire.REVOKED
    assert all(isinstance(each, int) for each in answers[5:])


def test_what_is_known_is_the_same_whoever_tells_older_chains() -> None:
    kiosk, _ = machines()
    assert known(kiosk, chain_at=lambda seq: Chain(bytes(32))) == known(kiosk)
    assert known(kiosk).received == START
