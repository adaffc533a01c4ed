"""HTTPS to the pinned server, over real sockets."""

import gzip
import itertools
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from sync import wire
from sync.client import HttpsLink, Reply, Unreachable, interpret, meet
from sync.exchange_terms import Failed, RetryAfter
from sync.paircode import fingerprint
from sync.wire import Answer, Refusal
from tests.sync.https_office import HttpsOffice, Response, make_certificate


def echo(path: str, headers: Mapping[str, str], body: bytes) -> Response:
    return 200, {"X-Path": path}, body


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, bytes]:
    return make_certificate(tmp_path)


@pytest.fixture
def office(certificate: tuple[Path, bytes]) -> Iterator[HttpsOffice]:
    with HttpsOffice(certificate[0], echo) as serving:
        yield serving


@pytest.fixture
def link(office: HttpsOffice, certificate: tuple[Path, bytes]) -> Iterator[HttpsLink]:
    opened = HttpsLink(office.url, fingerprint(certificate[1]))
    yield opened
    opened.close()


def test_the_pin_is_enough_whatever_name_and_dates_the_certificate_has(link: HttpsLink) -> None:
    assert link.post("/v1/facts", {}, b"hello") == Reply(200, 0.0, b"hello")


def test_one_connection_is_kept_for_all_requests(link: HttpsLink, office: HttpsOffice) -> None:
    for _ in range(5):
        link.post("/v1/facts", {}, b"x")
    assert (office.requests, len(office.connections)) == (5, 1)


def test_another_certificate_gets_no_byte_of_a_request(office: HttpsOffice) -> None:
    link = HttpsLink(office.url, bytes(32))
    with pytest.raises(Unreachable, match="another certificate than the pinned one"):
        link.post("/v1/facts", {}, b"secret")
    link.close()
    assert office.requests == 0


def test_the_certificate_can_be_met_without_sending_anything(
    office: HttpsOffice, certificate: tuple[Path, bytes]
) -> None:
    assert meet(office.url) == certificate[1]
    assert office.requests == 0


def test_nobody_at_the_address_is_said_in_plain_words() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{free.getsockname()[1]}"
    link = HttpsLink(url, bytes(32))
    for attempt in (lambda: link.post("/", {}, b""), lambda: meet(url)):
        with pytest.raises(Unreachable) as caught:
            attempt()
        assert str(caught.value) == f"{url}: Connection refused"
        assert "0x" not in str(caught.value)
    link.close()


def test_an_endless_answer_is_cut(link: HttpsLink, office: HttpsOffice) -> None:
    office.handler = lambda path, headers, body: (200, {}, bytes(wire.MAX_ANSWER + 1))
    with pytest.raises(Unreachable, match="too long or too slow"):
        link.post("/", {}, b"")


def test_an_answer_of_just_the_limit_is_read_whole(link: HttpsLink, office: HttpsOffice) -> None:
    office.handler = lambda path, headers, body: (200, {}, bytes(wire.MAX_ANSWER))
    assert len(link.post("/", {}, b"").body) == wire.MAX_ANSWER


def test_an_answer_that_drips_is_cut_after_its_time(office: HttpsOffice, certificate: tuple[Path, bytes]) -> None:
    minutes = itertools.count(step=61)
    link = HttpsLink(office.url, fingerprint(certificate[1]), monotonic=lambda: float(next(minutes)))
    with pytest.raises(Unreachable, match="too long or too slow"):
        link.post("/", {}, b"x")
    link.close()


def test_a_compressed_answer_is_not_inflated(link: HttpsLink, office: HttpsOffice) -> None:
    bomb = gzip.compress(bytes(10_000_000))
    office.handler = lambda path, headers, body: (200, {"Content-Encoding": "gzip"}, bomb)
    assert link.post("/", {}, b"").body == bomb


def test_a_redirect_is_not_followed(link: HttpsLink, office: HttpsOffice) -> None:
    office.handler = lambda path, headers, body: (307, {"Location": office.url + "/other"}, b"")
    assert link.post("/", {}, b"").status == 307
    assert office.requests == 1


def test_a_connection_that_the_server_closed_meanwhile_is_opened_again(link: HttpsLink, office: HttpsOffice) -> None:
    office.handler = lambda path, headers, body: (200, {"Connection": "close"}, b"bye")
    assert [link.post("/", {}, b"").body for _ in range(3)] == [b"bye"] * 3
    assert len(office.connections) == 3


ANSWER = b'{"received":7,"safe":3,"utc_ms":5}'
REFUSAL = b'{"error":"fork","message":"m","hint":"h","received":7,"expected":null}'


@pytest.mark.parametrize(
    ("reply", "meaning"),
    [
        (Reply(200, 0, ANSWER), Answer(7, 3, 5)),
        (Reply(409, 0, REFUSAL), Refusal("fork", "m", "h", 7)),
        (Reply(503, 120, b""), RetryAfter(120)),
        (Reply(429, 0, REFUSAL), RetryAfter(0)),
    ],
)
def test_a_reply_means_what_the_page_says(reply: Reply, meaning: object) -> None:
    assert interpret(reply) == meaning


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, 0, b"<html>welcome to the hotel's wireless</html>"),
        Reply(200, 0, b'{"received":-1,"safe":0,"utc_ms":5}'),
        Reply(200, 0, b'{"received":1e400,"safe":0,"utc_ms":5}'),
        Reply(200, 0, b""),
        Reply(404, 0, b"not found"),
        Reply(403, 0, b"[" * 5000),
        Reply(500, 0, REFUSAL),
        Reply(302, 0, ANSWER),
        Reply(204, 0, b""),
    ],
)
def test_a_reply_that_makes_no_sense_is_a_failure_and_nothing_else(reply: Reply) -> None:
    assert isinstance(interpret(reply), Failed)


@pytest.mark.parametrize(("header", "seconds"), [("120", 120.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.0), ("-1", 0.0)])
def test_patience_is_read_in_seconds_only(link: HttpsLink, office: HttpsOffice, header: str, seconds: float) -> None:
    office.handler = lambda path, headers, body: (503, {"Retry-After": header}, b"")
    assert link.post("/", {}, b"").retry_after == seconds
