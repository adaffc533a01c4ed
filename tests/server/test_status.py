"""A ticket of any office by its token: at the centre too, as bytes that are at hand, and to a stranger nothing."""

import asyncio
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from server import acts
from server.config import Address
from server.following import RECKONED_MS, TRIES, TRY_MS, UNHEARD_S
from server.http import Receive, Scope, Send, answer
from server.serving import bind, listener, port_of
from server.told_office import FRESH_MS, LOST_MS
from sync.types import UtcMs
from tests.server.centred import Town
from tests.server.device import token
from tests.server.proved import Proved

UNKNOWN = "0" * 32


def busy(folder: Path) -> Iterator[Town]:
    """Two offices with three tickets each, and a counter at work at the first."""
    made = Town(folder)
    made.branches[0].take(1, 2, 3)
    made.branches[0].act(acts.Open())
    made.branches[1].take(101, 102, 103)
    made.relay()
    yield made
    made.close()


@pytest.fixture(scope="module")
def still(kept_throughout: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """In which nothing happens."""
    yield from busy(tmp_path_factory.mktemp("still"))


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """In which something will."""
    yield from busy(tmp_path)


def path(label: str, rest: str = "/now?lang=en") -> str:
    return f"/t/{token(label).hex()}{rest}"


def test_a_ticket_of_every_office_is_found_at_the_centre_with_its_place(still: Town) -> None:
    assert 'id="ahead">2<' in still.get(path("B003")).text
    assert 'id="ahead">0<' in still.get(path("B101")).text
    page = still.get(path("B003", "?lang=en")).text
    assert "Mae Sot District" in page
    assert "Phop Phra District" in still.get(path("B101", "?lang=en")).text


def test_a_call_is_told_with_its_counter_and_so_is_its_end(town: Town) -> None:
    branch = town.branches[0]
    for act, said in (
        (acts.Next(), 'Called: counter</span> <b class="hero">1</b>'),
        (acts.Came(), 'Served at counter</span> <b class="hero">1</b>'),
        (acts.Finish(), "Served at counter 1, done at"),
    ):
        branch.act(act)
        town.later(0.1)
        town.relay(0)
        town.later(0.1)
        assert said in town.get(path("B001")).text
    assert town.get(path("B001")).headers["scorecard-again"] == "0"


def test_of_an_office_not_heard_of_lately_it_is_told_as_of_when_and_later_nothing(town: Town) -> None:
    town.later(FRESH_MS / 60_000 + 1)
    earlier = town.get(path("B003"))
    assert "The office was last heard of at 14:00. This is how it was then." in earlier.text
    assert 'id="ahead">2<' in earlier.text
    assert "minutes from now" not in earlier.text
    assert earlier.headers["scorecard-as-of"] == "14:00:00"
    town.later(LOST_MS / 60_000)
    gone = town.get(path("B003"))
    assert "Not heard of since 23/11/2026 14:00. How this number stands is not known here." in gone.text
    assert "ahead" not in gone.text
    assert gone.headers["scorecard-again"] == str(UNHEARD_S)


def test_control_of_an_office_that_was_heard_of_the_same_page_has_place_and_minutes(still: Town) -> None:
    told = still.get(path("B003")).text
    assert "last heard of" not in told
    assert "minutes from now" in told


def test_tokens_that_are_none_are_answered_alike_and_looked_for_alike(still: Town) -> None:
    answers, reads = [], []
    for number, each in enumerate((UNKNOWN, "f" * 32, "short", "g" * 32, "F" * 32)):
        still.reads.names.clear()
        answers.append(still.get(f"/t/{each}/now?lang=en", f"192.0.2.{number}"))
        answers.append(still.get(f"/t/{each}?lang=en", f"192.0.2.{number}"))
        reads.append(still.reads.names.count("ticket"))
    assert {each.status_code for each in answers} == {404}
    assert len({each.content for each in answers}) == 1
    assert set(reads) == {2}, "no answer comes sooner because the token cannot be one"


def test_whoever_tries_tokens_is_slowed_down_and_nobody_else(town: Town) -> None:
    answers = [town.get(f"/t/{number:032x}/now").status_code for number in range(TRIES + 1)]
    assert answers == [404] * TRIES + [429]
    assert town.get(path("B001")).status_code == 429, "of this address nothing is looked for"
    assert town.get(path("B001"), "198.51.100.1").status_code == 200
    assert town.get(path("B001")).status_code == 200, "it is known by now: whoever follows it goes on"
    town.now = UtcMs(town.now + TRY_MS)
    assert [town.get(f"/t/{number:032x}/now").status_code for number in range(2)] == [404, 429]


def test_behind_a_proxy_each_of_those_who_ask_has_tries_of_their_own(tmp_path: Path) -> None:
    town = Town(tmp_path, 1, proxy="192.0.2.7")
    for number in range(TRIES):
        assert town.get(f"/t/{number:032x}/now", by="203.0.113.1, 198.51.100.1").status_code == 404
    assert town.get(f"/t/{UNKNOWN}", by="198.51.100.1").status_code == 429
    assert town.get(f"/t/{UNKNOWN}", by="198.51.100.2").status_code == 404
    town.close()


def test_a_token_that_is_one_costs_no_try(still: Town) -> None:
    for _ in range(TRIES):
        still.following._known.clear()
        assert still.get(path("B001", "?lang=th")).status_code == 200
    assert still.get(f"/t/{UNKNOWN}").status_code == 404


# Bytes at hand --------------------------------------------------------------------------------------------------------


def request(label: str, *lines: str, target: str = "/now?lang=en") -> bytes:
    head = [f"GET /t/{token(label).hex()}{target} HTTP/1.1", "host: office.test", *lines, "", ""]
    return "\r\n".join(head).encode()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Proved]:
    made = Proved(tmp_path)
    made.take(*range(11, 16))
    yield made
    made.close()


def test_what_was_drawn_is_at_hand_until_the_ticket_moves_or_it_is_old(office: Proved) -> None:
    quick = office.status.quick
    assert quick(request("A012")) is None, "nobody asked yet"
    told = office.now("A012")
    whole = quick(request("A012"))
    assert whole is not None
    assert whole.endswith(told.encode())
    office.office.now = UtcMs(office.office.now + RECKONED_MS)
    assert quick(request("A012")) is None
    office.now("A011")
    assert quick(request("A011")) is not None
    office.office.act(acts.Next())
    assert quick(request("A011")) is None, "it was called: that is told at once"
    assert "Called: counter" in office.now("A011")


@pytest.mark.parametrize(
    "asked",
    [
        request("A012", "Connection: close"),
        request("A012", "Content-Length: 5"),
        request("A012", "transfer-encoding: chunked"),
        request("A012", "connection: keep-alive, Upgrade"),
        request("A012", target="/now?lang=en&x=1"),
        request("A012").replace(b"GET", b"PUT"),
        request("A012").replace(b"HTTP/1.1", b"HTTP/1.0"),
        request("A012")[:-2],
        request("A012") * 2,
        request("A013"),
    ],
)
def test_whatever_is_not_that_one_plain_request_goes_the_common_way(office: Proved, asked: bytes) -> None:
    office.now("A012")
    assert office.status.quick(request("A012", "Connection: keep-alive")) is not None
    assert office.status.quick(asked) is None


def answers(url: str, *parts: bytes, count: int) -> list[bytes]:
    """So many answers to what is sent in these parts over one connection."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as line:
        reader, found = line.makefile("rb"), []
        for part in parts:
            line.sendall(part)
        for _ in range(count):
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += reader.readline()
            length = next(int(each[15:]) for each in head.lower().split(b"\r\n") if each.startswith(b"content-length:"))
            found.append(head + reader.read(length))
    return found


def test_over_a_line_the_quick_answer_is_the_common_one(office: Proved) -> None:
    url, asked = office.serve(), request("A012")
    slow, quick, again = answers(url, asked, count=1) + answers(url, asked, asked, count=2)
    assert office.status.quick(asked) is not None
    assert heads(slow) == heads(quick) == heads(again)
    assert slow.split(b"\r\n\r\n")[1] == quick.split(b"\r\n\r\n")[1]
    halves = answers(url, asked[:40], asked[40:], request("A013"), count=2)
    assert [heads(each) for each in halves] == [heads(slow)] * 2
    assert b"HTTP/1.1 200" in answers(url, request("A012", "Connection: close"), count=1)[0]


def test_no_answer_overtakes_one_that_is_being_made() -> None:
    begun, go_on = threading.Event(), threading.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/slow":
            begun.set()
            await asyncio.to_thread(go_on.wait, 20)
        await answer(send, 200, scope["path"].encode())

    async def run() -> list[bytes]:
        stop = asyncio.Event()
        with bind(Address("127.0.0.1", 0)) as bound:
            serving = listener(app, stop, quick=lambda data: b"too early" if b"/quick" in data else None)
            task = asyncio.create_task(serving.serve([bound]))
            await serving.ready.wait()
            found = await asyncio.to_thread(talk, port_of(bound))
            stop.set()
            await task
        return found

    def talk(port: int) -> list[bytes]:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            line.sendall(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n")
            assert begun.wait(20)
            line.sendall(b"GET /quick HTTP/1.1\r\nhost: x\r\n\r\n")
            go_on.set()
            line.shutdown(socket.SHUT_WR)
            return re.findall(rb"/slow|/quick|too early", line.makefile("rb").read())

    assert asyncio.run(run()) == [b"/slow", b"/quick"]


def heads(answer: bytes) -> set[bytes]:
    """The names of its headers."""
    return {line.split(b":")[0].lower() for line in answer.split(b"\r\n\r\n")[0].split(b"\r\n")[1:]}
