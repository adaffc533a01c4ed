"""What the exchange refuses over real TLS: each with a clear message, nothing stored, the watermark where it was."""

import dataclasses
import gzip
import json
import socket
import ssl
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from sync import wire
from sync.chain import START, Position
from sync.facts import ScoreGiven
from sync.journal import Journal
from sync.types import Chain, JournalId, Level, Seq
from tests.server.device import Device, anchor, issued, score
from tests.server.running import RunningServer
from tests.server.state import contents


@pytest.fixture(scope="module")
def client(server: RunningServer) -> Iterator[httpx.Client]:
    """A client of the exchange."""
    with server.exchange() as made:
        yield made


@pytest.fixture(scope="module")
def kiosk(server: RunningServer, client: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Device]:
    """A paired machine of which the server has five facts."""
    device = Device.make(tmp_path_factory.mktemp("kiosk"))
    assert device.pair(client, server.code(), server.certificate).status_code == 200
    device.record(anchor(), issued(1), score(5), score(4))
    assert device.send(client).json()["received"] == 5
    yield device
    device.journal.close()


def signed(device: Device, batch: wire.Batch, body: bytes | None = None) -> wire.Request:
    """A request with a true signature over whatever body."""
    request = wire.sign_request(batch, device.key.sign)
    if body is None:
        return request
    changed = dataclasses.replace(request, body=body)
    return dataclasses.replace(changed, signature=device.key.sign(changed.message))


def bad_signature(device: Device) -> wire.Request:
    """Signed by nobody."""
    return dataclasses.replace(device.request(), signature=bytes(64))


def bad_head(device: Device) -> wire.Request:
    """A head that vouches for another chain."""
    batch = device.batch()
    return signed(device, dataclasses.replace(batch, head=dataclasses.replace(batch.head, signature=bytes(64))))


def gap(device: Device) -> wire.Request:
    """Begins behind a fact that never came."""
    return device.request(after=device.journal.end)


def fork(device: Device) -> wire.Request:
    """Says of its past what the server knows otherwise."""
    other = Chain(b"\x07" * 32)
    after = Position(Seq(5), other)
    end = Position(Seq(5), other)
    return signed(device, wire.sign_batch(device.journal_id, after, end, [], device.key.sign))


def bad_chain(device: Device) -> wire.Request:
    """One row was changed on its way into the batch."""
    batch = device.batch()
    return signed(device, dataclasses.replace(batch, rows=(batch.rows[0].replace(b'"level":3', b'"level":1'),)))


def bomb(device: Device) -> wire.Request:
    """A hundred kilobytes that inflate to a hundred megabytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1 << 20)
    body = b"".join(packer.compress(block) for _ in range(100)) + packer.flush()
    return signed(device, device.batch(), body)


def no_gzip(device: Device) -> wire.Request:
    """Signed, but not compressed."""
    return signed(device, device.batch(), b"hello")


def cut_gzip(device: Device) -> wire.Request:
    """Signed, but its end is missing."""
    return signed(device, device.batch(), device.request().body[:-9])


def no_row(device: Device) -> wire.Request:
    """A line that is no row."""
    return signed(device, dataclasses.replace(device.batch(), rows=(b"{}",)))


def stranger(device: Device) -> wire.Request:
    """Of a journal that was never paired."""
    return dataclasses.replace(device.request(), journal_id=JournalId("0" * 32))


@pytest.mark.parametrize(
    ("make", "status", "code", "says"),
    [
        (bad_signature, 401, "bad-signature", "the request's signature does not hold"),
        (bad_head, 401, "bad-signature", "the head's signature does not hold"),
        (gap, 409, "gap", "the copy here ends at 5"),
        (fork, 409, "fork", "another history"),
        (bad_chain, 409, "bad-chain", "do not lead to the signed head"),
        (bomb, 413, "too-large", "inflates to more than"),
        (no_gzip, 400, "malformed", "not gzip"),
        (cut_gzip, 400, "malformed", "cut off"),
        (no_row, 400, "malformed", "array of six"),
        (stranger, 401, "unpaired", "never paired"),
    ],
)
def test_a_bad_batch_is_refused_and_changes_nothing(
    server: RunningServer,
    client: httpx.Client,
    kiosk: Device,
    make: Callable[[Device], wire.Request],
    status: int,
    code: str,
    says: str,
) -> None:
    if kiosk.journal.end.seq == 5:
        kiosk.record(score(3))
    before = contents(server.data / "office.db")
    response = kiosk.send(client, make(kiosk))
    refusal = response.json()
    assert (response.status_code, refusal["error"]) == (status, code)
    assert says in refusal["message"]
    assert refusal["hint"]
    if code not in {"unpaired"}:
        assert refusal["received"] == 5
        at = kiosk.journal.at(5)
        assert at is not None
        assert refusal["expected"] == {"seq": 5, "previous": at.chain.hex()}
    assert contents(server.data / "office.db") == before


def test_a_fork_leaves_the_devices_own_word_as_evidence(
    server: RunningServer, client: httpx.Client, kiosk: Device
) -> None:
    kiosk.send(client, fork(kiosk))
    evidence = contents(server.data / "office.db", ("forks",))["forks"]
    assert [row[:3] for row in evidence] == [(kiosk.journal_id, 5, b"\x07" * 32)]


def test_fifty_megabytes_of_noise_are_answered_early_and_never_held(
    server: RunningServer, client: httpx.Client, kiosk: Device
) -> None:
    before, memory = contents(server.data / "office.db"), server.peak_kib()
    noise = bytes(range(256)) * 4096 * 50
    headers = kiosk.request().headers
    with server.exchange() as fresh:
        response = fresh.post(wire.FACTS_PATH, content=noise, headers=headers)
    assert (response.status_code, response.json()["error"]) == (413, "too-large")
    pieces = (noise[:1_000_000] for _ in range(50))
    with server.exchange() as fresh:
        response = fresh.post(wire.FACTS_PATH, content=pieces, headers=headers)
    assert (response.status_code, response.json()["error"]) == (413, "too-large")
    assert contents(server.data / "office.db") == before
    assert server.peak_kib() - memory < 20 * 1024


def test_a_request_that_breaks_off_applies_nothing(server: RunningServer, client: httpx.Client, kiosk: Device) -> None:
    if kiosk.journal.end.seq == 5:
        kiosk.record(score(3))
    before = contents(server.data / "office.db")
    request = kiosk.request()
    host, port = server.exchange_url.removeprefix("https://").split(":")
    context = ssl.create_default_context(cafile=str(server.data / "server.crt"))
    context.check_hostname = False
    with socket.create_connection((host, int(port))) as plain, context.wrap_socket(plain) as connection:
        lines = [f"POST {wire.FACTS_PATH} HTTP/1.1", "Host: x", f"Content-Length: {len(request.body)}"]
        lines += [f"{name}: {value}" for name, value in request.headers.items()]
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + request.body[:-20])
    assert kiosk.send(client, bad_signature(kiosk)).json()["received"] == 5
    assert contents(server.data / "office.db") == before


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", wire.FACTS_PATH, 405), ("POST", "/v1/nothing", 404), ("GET", "/", 404)],
)
def test_what_is_not_the_exchange_is_not_there(client: httpx.Client, method: str, path: str, status: int) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    assert response.json()["hint"]


@pytest.mark.parametrize("header", [wire.JOURNAL_HEADER, wire.RANGE_HEADER, wire.SIGNATURE_HEADER])
def test_a_request_without_its_headers_is_malformed(client: httpx.Client, kiosk: Device, header: str) -> None:
    headers = {name: value for name, value in kiosk.request().headers.items() if name != header}
    response = client.post(wire.FACTS_PATH, content=b"", headers=headers)
    assert (response.status_code, response.json()["error"]) == (400, "malformed")
    assert header in response.json()["message"]


def test_a_good_batch_after_all_that_is_taken_and_a_repeat_is_harmless(
    server: RunningServer, client: httpx.Client, kiosk: Device
) -> None:
    kiosk.record(score(2))
    request = kiosk.request()
    assert kiosk.send(client, request).json()["received"] == kiosk.journal.end.seq
    before = contents(server.data / "office.db")
    assert kiosk.send(client, request).json()["received"] == kiosk.journal.end.seq
    assert contents(server.data / "office.db") == before


def test_an_answer_tells_the_time_and_promises_no_backup(client: httpx.Client, kiosk: Device) -> None:
    answer = wire.decode_answer(kiosk.send(client).content)
    assert answer.safe == 0
    assert answer.utc_ms > 1_793_491_200_000


def test_a_revoked_machine_is_refused_and_what_it_sent_stays(
    server: RunningServer, client: httpx.Client, tmp_path: Path
) -> None:
    device = Device.make(tmp_path, seed=5)
    device.pair(client, server.code(), server.certificate)
    device.record(anchor(), score(5))
    device.send(client)
    assert server.command("revoke", "--journal", device.journal_id).returncode == 0
    device.record(score(1))
    response = device.send(client)
    assert (response.status_code, response.json()["error"]) == (403, "revoked")
    stored = contents(server.data / "office.db", ("facts",))["facts"]
    assert sum(row[0] == device.journal_id for row in stored) == 3
    device.journal.close()


def test_the_body_is_gzip_as_others_make_it(client: httpx.Client, kiosk: Device) -> None:
    kiosk.record(ScoreGiven(2, Level(4)))
    batch = kiosk.batch()
    request = signed(kiosk, batch, gzip.compress(wire.encode_batch(batch)))
    assert kiosk.send(client, request).json()["received"] == kiosk.journal.end.seq


def test_refusals_say_the_same_in_json_as_the_wire_reads(client: httpx.Client, kiosk: Device) -> None:
    refusal = wire.decode_refusal(kiosk.send(client, bad_signature(kiosk)).content)
    assert json.loads(wire.encode_message(refusal))["error"] == wire.BAD_SIGNATURE


def test_batches_from_the_very_start_are_only_duplicates(client: httpx.Client, kiosk: Device) -> None:
    assert isinstance(kiosk.journal, Journal)
    assert kiosk.send(client, kiosk.request(after=START)).json()["received"] == kiosk.journal.end.seq


def test_endless_headers_are_cut_off(client: httpx.Client) -> None:
    response = client.post(wire.FACTS_PATH, headers={"X-Noise": "x" * 100_000})
    assert response.status_code == 400
