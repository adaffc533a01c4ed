"""The way down: a paired device gets the office's own journal, whole, signed, as soon as a commit brought facts."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from server.handdown import POLLERS
from server.stores import FILE
from sync import feedwire, wire
from sync.chain import START, Position
from sync.facts import MachineStarted
from sync.feedwire import HOLD_S, Ask, Introduction, ask_for, read_fed, sign_ask
from sync.judge import Accept, KnownJournal, judge
from sync.keys import DeviceKey
from sync.types import Chain, JournalId, Seq
from sync.wire import BATCH_ROWS, Batch, Head
from tests.server.device import Device, anchor, issued
from tests.server.places import reader_of
from tests.server.small_office import KEY, SmallOffice

STARTED = MachineStarted("1.0", "f" * 64)


@pytest.fixture
def office(tmp_path: Path, device: Device) -> Iterator[SmallOffice]:
    """An office that knows the device, and holds a question for a moment only."""
    made = SmallOffice(tmp_path / "office", hold_s=0.05)
    made.admit(device)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def patient(tmp_path: Path, device: Device) -> Iterator[SmallOffice]:
    """An office that holds a question as long as the product does."""
    made = SmallOffice(tmp_path / "office")
    made.admit(device)
    made.start()
    yield made
    made.stop()


def client(office: SmallOffice) -> httpx.Client:
    return httpx.Client(base_url=office.url, verify=office.context(), timeout=40)


def post(office: SmallOffice, request: wire.Request) -> httpx.Response:
    """One request; the body as it came."""
    with client(office) as line, asked(line, request) as got:
        raw = b"".join(got.iter_raw())
        return httpx.Response(got.status_code, headers={"content-type": got.headers["content-type"]}, content=raw)


def asked(line: httpx.Client, request: wire.Request) -> AbstractContextManager[httpx.Response]:
    """The response, its body not unpacked."""
    return line.stream("POST", request.path, content=request.body, headers=request.headers)


def ask(office: SmallOffice, device: Device, question: Ask) -> Batch | Introduction:
    """The answer 200 to a question."""
    return told(office, sign_ask(device.journal_id, question, device.key))


def told(office: SmallOffice, request: wire.Request) -> Batch | Introduction:
    """The answer 200 to a signed question."""
    response = post(office, request)
    assert response.status_code == 200, response.text
    return read_fed(response.headers["content-type"], response.content)


def refused(office: SmallOffice, request: wire.Request) -> str:
    """The code of a refusal."""
    response = post(office, request)
    assert response.status_code >= 400
    return str(response.json()["error"])


def met(office: SmallOffice, device: Device) -> tuple[JournalId, KnownJournal]:
    """The office's journal, as a device knows it that has nothing of it."""
    named = ask(office, device, Ask())
    assert isinstance(named, Introduction)
    key, secret = bytes.fromhex(named.public_key), bytes.fromhex(named.journal_secret)
    return JournalId(named.journal_id), KnownJournal(JournalId(named.journal_id), key, secret)


def test_a_device_is_told_the_journal_and_then_gets_it_whole(office: SmallOffice, device: Device) -> None:
    office.append(STARTED, STARTED)
    name, known = met(office, device)
    assert known.public_key == KEY.public
    batch = ask(office, device, Ask(name))
    assert isinstance(batch, Batch)
    verdict = judge(batch, known)
    assert isinstance(verdict, Accept)
    assert [row.seq for row in verdict.rows] == [1, 2, 3]
    empty = ask(office, device, ask_for(name, verdict.head))
    assert isinstance(empty, Batch)
    assert (empty.rows, empty.head) == ((), verdict.head)


def test_a_long_journal_comes_in_several_signed_batches(office: SmallOffice, device: Device) -> None:
    office.append(*[STARTED] * (BATCH_ROWS + 10))
    name, known = met(office, device)
    first = ask(office, device, Ask(name))
    assert isinstance(first, Batch)
    assert len(first.rows) == BATCH_ROWS
    assert isinstance(judge(first, known), Accept)
    second = ask(office, device, ask_for(name, first.head))
    assert isinstance(second, Batch)
    assert (second.after, second.head.seq) == (BATCH_ROWS, BATCH_ROWS + 11)


def test_who_waits_is_answered_by_the_commit(patient: SmallOffice, device: Device) -> None:
    name, _ = met(patient, device)
    first = ask(patient, device, Ask(name))
    assert isinstance(first, Batch)
    request = sign_ask(device.journal_id, ask_for(name, first.head), device.key)
    with ThreadPoolExecutor(3) as others:
        waiting = [others.submit(told, patient, request) for _ in range(3)]
        patient.waiters(3)
        patient.append(STARTED)
        batches = [each.result(20) for each in waiting]  # long before the hold is over
    for batch in batches:
        assert isinstance(batch, Batch)
        assert (batch.after, batch.head.seq) == (1, 2)


def test_a_commit_without_facts_of_the_office_wakes_nobody(office: SmallOffice, device: Device) -> None:
    office.append(STARTED)
    office.settle()
    rung = office.handdown._wake
    office.writer.submit(lambda ledger: None).result(20)
    office.settle()
    assert office.handdown._wake is rung
    office.append(STARTED)
    office.settle()
    assert office.handdown._wake is not rung, "control: a fact of the office does"


def test_nothing_of_a_devices_own_facts_goes_down(office: SmallOffice, device: Device) -> None:
    device.record(anchor(), issued(1))
    with client(office) as line:
        assert device.send(line).status_code == 200
    for journal_id in (device.journal_id, JournalId("0" * 32)):
        found = ask(office, device, Ask(journal_id))
        assert isinstance(found, Introduction)
        assert found.journal_id not in (device.journal_id, journal_id)
    batch = ask(office, device, Ask(met(office, device)[0]))
    assert isinstance(batch, Batch)
    assert not [row for row in batch.rows if b"ticket" in row]
    db = reader_of(office.folder / FILE)
    assert db.execute("SELECT count(*) FROM tickets").fetchone() == (1,), "control: the office has the ticket"
    db.close()


def test_strangers_the_revoked_and_forgers_are_refused(office: SmallOffice, device: Device, tmp_path: Path) -> None:
    stranger = Device.make(tmp_path / "stranger", seed=9)
    assert refused(office, sign_ask(stranger.journal_id, Ask(), stranger.key)) == wire.UNPAIRED
    assert refused(office, sign_ask(device.journal_id, Ask(), stranger.key)) == wire.BAD_SIGNATURE
    good = sign_ask(device.journal_id, Ask(), device.key)
    assert refused(office, replace(good, body=good.body + b" ")) == wire.BAD_SIGNATURE
    for_facts = device.key.sign(wire.request_message(device.journal_id, 1, 0, good.body))
    assert refused(office, replace(good, signature=for_facts)) == wire.BAD_SIGNATURE, "a signature is for one path"
    assert post(office, good).status_code == 200, "control"
    office.revoke(device)
    assert refused(office, good) == wire.REVOKED
    stranger.journal.close()


def test_the_revoked_get_nothing_though_they_waited_before(patient: SmallOffice, device: Device) -> None:
    name, _ = met(patient, device)
    first = ask(patient, device, Ask(name))
    assert isinstance(first, Batch)
    request = sign_ask(device.journal_id, ask_for(name, first.head), device.key)
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(refused, patient, request)
        patient.waiters(1)
        patient.revoke(device)
        patient.append(STARTED)
        assert waiting.result(20) == wire.REVOKED


@pytest.mark.parametrize(
    "body", [b"", b"{}[", b'{"seq":-1}', b'{"journal_id":"x"}', b'{"seq":1,"chain":"00"}', b"[" * 5000]
)
def test_what_is_no_question_is_refused(office: SmallOffice, device: Device, body: bytes) -> None:
    signature = device.key.sign(wire.request_message(device.journal_id, 1, 0, body, wire.FEED_PATH))
    request = wire.Request(device.journal_id, 1, 0, signature, body, wire.FEED_PATH)
    assert refused(office, request) == wire.MALFORMED


def test_a_range_that_is_not_the_questions_is_refused(office: SmallOffice, device: Device) -> None:
    body = wire.encode_message(Ask())
    signature = device.key.sign(wire.request_message(device.journal_id, 5, 4, body, wire.FEED_PATH))
    assert refused(office, wire.Request(device.journal_id, 5, 4, signature, body, wire.FEED_PATH)) == wire.MALFORMED


def elsewhere(name: JournalId, key: DeviceKey, seq: int = 7) -> Ask:
    """A place that the office's journal never had, vouched for by this key."""
    at = Position(Seq(seq), Chain(b"e" * 32))
    return ask_for(name, wire.sign_batch(name, START, at, [], key.sign).head)


@pytest.mark.parametrize("seq", [1, 7])
def test_a_place_that_the_journal_does_not_have_is_a_fork(office: SmallOffice, device: Device, seq: int) -> None:
    name, _ = met(office, device)
    response = post(office, sign_ask(device.journal_id, elsewhere(name, device.key, seq), device.key))
    assert (response.status_code, response.json()["error"]) == (409, wire.FORK)
    assert response.json()["expected"]["seq"] == 1
    assert met(office, device)[0] == name, "what the office never signed proves nothing: its journal goes on"


def test_an_office_that_signed_what_it_lacks_begins_a_new_journal(office: SmallOffice, device: Device) -> None:
    name, _ = met(office, device)
    asked = sign_ask(device.journal_id, elsewhere(name, KEY), device.key)
    assert refused(office, asked) == wire.FORK
    response = post(office, asked)
    named = read_fed(response.headers["content-type"], response.content)
    assert isinstance(named, Introduction)
    assert named.journal_id != name
    rows = ask(office, device, Ask(named.journal_id))
    assert isinstance(rows, Batch)
    assert f'"predecessor":{{"chain":"{(b"e" * 32).hex()}","journal_id":"{name}","seq":7}}'.encode() in rows.rows[0]
    old = ask(office, device, Ask(name))
    assert isinstance(old, Batch), "what there is of the one before is still handed down"
    after = ask(office, device, ask_for(name, old.head))
    assert isinstance(after, Introduction)
    assert after == named


def test_more_than_so_many_are_asked_to_come_later(patient: SmallOffice, device: Device) -> None:
    exchange_full = threading.Event()
    name, _ = met(patient, device)
    first = ask(patient, device, Ask(name))
    assert isinstance(first, Batch)
    request = sign_ask(device.journal_id, ask_for(name, first.head), device.key)

    async def storm() -> list[int]:
        limits = httpx.Limits(max_connections=POLLERS + 20)
        async with httpx.AsyncClient(base_url=patient.url, verify=patient.context(), timeout=40, limits=limits) as line:

            async def one() -> int:
                status = (await line.post(wire.FEED_PATH, content=request.body, headers=request.headers)).status_code
                if status == 503:
                    exchange_full.set()
                return status

            tasks = [asyncio.create_task(one()) for _ in range(POLLERS + 3)]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            late = [task for task in tasks if task.done()]
            while len(late) < 3:
                await asyncio.wait([task for task in tasks if not task.done()], return_when=asyncio.FIRST_COMPLETED)
                late = [task for task in tasks if task.done()]
            assert exchange_full.is_set()
            device.record(anchor())
            going = device.request()
            sent = await line.post(wire.FACTS_PATH, content=going.body, headers=going.headers)
            assert sent.status_code == 200, "who waits takes no place from those who send"
            await asyncio.to_thread(patient.append, STARTED)
            return [await task for task in tasks]

    statuses = asyncio.run(storm())
    assert (statuses.count(503), statuses.count(200)) == (3, POLLERS)


def test_who_hangs_up_leaves_the_place(patient: SmallOffice, device: Device) -> None:
    name, _ = met(patient, device)
    first = ask(patient, device, Ask(name))
    assert isinstance(first, Batch)
    request = sign_ask(device.journal_id, ask_for(name, first.head), device.key)
    fields = {"Host": "office", "Content-Length": str(len(request.body)), **request.headers}
    head = "".join(f"{field}: {value}\r\n" for field, value in fields.items())
    plain = socket.create_connection(("127.0.0.1", patient.port), timeout=20)
    with patient.context().wrap_socket(plain, server_hostname="office") as line:
        line.sendall(f"POST {wire.FEED_PATH} HTTP/1.1\r\n{head}\r\n".encode() + request.body)
        patient.waiters(1)
    patient.waiters(0)


def test_an_office_that_ends_lets_nobody_wait(patient: SmallOffice, device: Device) -> None:
    name, _ = met(patient, device)
    first = ask(patient, device, Ask(name))
    assert isinstance(first, Batch)
    request = sign_ask(device.journal_id, ask_for(name, first.head), device.key)
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(told, patient, request)
        patient.waiters(1)
        patient.loop.call_soon_threadsafe(patient.handdown.close)
        empty = waiting.result(20)
    assert isinstance(empty, Batch)
    assert empty.rows == ()


def test_the_words_of_the_question_are_read_back() -> None:
    head = Head(Seq(3), Chain(b"c" * 32), b"s" * 64)
    question = ask_for(JournalId("a" * 32), head)
    assert feedwire.read_ask(wire.encode_message(question)) == question
    assert (question.head, question.position) == (head, Position(Seq(3), Chain(b"c" * 32)))
    assert Ask().position == START


def test_whoever_prefers_a_shorter_wait_is_answered_when_it_is_over(patient: SmallOffice, device: Device) -> None:
    name, _ = met(patient, device)
    first = ask(patient, device, Ask(name))
    assert isinstance(first, Batch)
    request = sign_ask(device.journal_id, ask_for(name, first.head), device.key)
    headers = {**request.headers, **feedwire.prefer(feedwire.LEAST_HOLD_S)}
    with httpx.Client(base_url=patient.url, verify=patient.context(), timeout=HOLD_S / 2) as line:
        response = line.post(request.path, content=request.body, headers=headers)
    assert response.status_code == 200
    assert wire.decode_batch(response.content).rows == ()
    assert response.elapsed.total_seconds() >= feedwire.LEAST_HOLD_S
