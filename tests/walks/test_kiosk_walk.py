"""The real processes together: office, printer, kiosk and sync, touched from outside, some of them killed."""

import json
import resource
import socket
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

import pytest

from kiosk.demo import Demo, Ports, main
from kiosk.touch import Remote
from kiosk.touch import main as touch
from sync.facts import ScoreGiven, TicketIssued, understand
from sync.journal import JournalReader
from sync.verify import verify

PATIENCE_S = 30.0
_Found = TypeVar("_Found")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demonstration without a screen, on free ports."""
    demo = Demo(tmp_path_factory.mktemp("demo"), ports=Ports(0, 0, 0, 0), headless=True)
    demo.start()
    yield demo
    demo.stop()


def until(look: Callable[[], _Found]) -> _Found:
    """What `look` gives once it is true."""
    pause = Event()
    for _ in range(int(PATIENCE_S / 0.05)):
        found = look()
        if found:
            return found
        pause.wait(0.05)
    raise AssertionError(f"nothing within {PATIENCE_S} s")


def issued(demo: Demo) -> list[str]:
    with JournalReader(demo.data / "journal.db") as journal:
        bodies = [understand(fact) for fact in journal.facts()]
    return [body.label for body in bodies if isinstance(body, TicketIssued)]


def scores(demo: Demo) -> list[int]:
    with JournalReader(demo.data / "journal.db") as journal:
        bodies = [understand(fact) for fact in journal.facts()]
    return [body.level for body in bodies if isinstance(body, ScoreGiven)]


def nothing_on_its_way(demo: Demo) -> bool:
    """Every attempt to print has ended."""
    with JournalReader(demo.data / "journal.db") as journal:
        kinds = [fact.kind for fact in journal.facts()]
    return kinds.count("print.sending") == kinds.count("print.ended")


def papers(demo: Demo) -> int:
    return len(list(demo.tickets.glob("*.png")))


def page(demo: Demo) -> str:
    with urllib.request.urlopen(demo.pages + "/", timeout=10) as answer:
        text: str = answer.read().decode()
        return text


def take(remote: Remote, language: str, service: str) -> dict[str, Any]:
    for name in (f"language-{language}", f"service-{service}", "take"):
        assert "error" not in remote.reach(name), name
    return remote.screen()


@pytest.mark.parametrize(("language", "service"), [("th", "move-in"), ("en", "waste-fee"), ("my", "building-advice")])
def test_a_ticket_in_each_language_comes_out_on_paper_and_at_the_office(
    demo: Demo, language: str, service: str
) -> None:
    before = papers(demo)
    with Remote(demo.control) as remote:
        seen = take(remote, language, service)
        assert (seen["name"], seen["language"]) == ("ticket", language)
        label = seen["ticket"]["label"]
        until(lambda: papers(demo) == before + 1)
        remote.ask(touch="done")
        assert remote.screen()["name"] == "attract"
    assert label in issued(demo)
    until(lambda: label in page(demo))


def test_a_ticket_by_keys_alone(demo: Demo) -> None:
    before = issued(demo)
    with Remote(demo.control) as remote:
        for key in ("Tab", "Tab", "Tab", "Enter", "Down", "Enter", "Enter"):
            remote.ask(key=key)
        seen = remote.screen()
        assert (seen["name"], seen["language"]) == ("ticket", "my")
        remote.ask(key="Enter")
    assert len(issued(demo)) == len(before) + 1


def test_a_score_is_kept(demo: Demo) -> None:
    before = scores(demo)
    assert touch([str(demo.control), "press-2"]) == 0
    until(lambda: scores(demo) == [*before, 2])


def test_a_kiosk_killed_with_a_ticket_in_sight_goes_on_with_the_next_number(demo: Demo) -> None:
    with Remote(demo.control) as remote:
        first = take(remote, "en", "move-in")["ticket"]["label"]
    demo.kill("kiosk")
    assert first in issued(demo)
    uncertain = not nothing_on_its_way(demo)
    demo.restart("kiosk")
    with Remote(demo.control) as remote:
        if uncertain:  # nobody knows of its paper: it is to be written down
            until(lambda: remote.screen()["name"] == "write-down")
            assert remote.screen()["ticket"]["label"] == first
            remote.ask(touch="done")
        second = take(remote, "en", "move-in")["ticket"]["label"]
        remote.ask(touch="done")
    assert int(second[1:]) == int(first[1:]) + 1
    assert len(set(issued(demo))) == len(issued(demo))


def test_a_printer_that_is_gone_puts_the_kiosk_out_of_order_and_its_return_back(demo: Demo) -> None:
    until(lambda: nothing_on_its_way(demo))
    demo.kill("printer")
    with Remote(demo.control) as remote:
        until(lambda: remote.screen()["name"] == "out-of-order")
        assert remote.screen()["trouble"] == "unreachable"
        assert "error" in remote.ask(touch="language-en")
        demo.restart("printer")
        until(lambda: remote.screen()["name"] == "attract")


def test_a_disk_that_takes_nothing_more_stops_the_numbers_not_the_kiosk_and_nothing_is_lost(demo: Demo) -> None:
    kiosk = demo.parts["kiosk"].pid
    assert kiosk is not None
    before, sheets = issued(demo), papers(demo)
    with Remote(demo.control) as remote:
        resource.prlimit(kiosk, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        try:
            seen = take(remote, "en", "move-in")
            assert (seen["name"], seen["ticket"]) == ("out-of-order", None)
            assert str(seen["trouble"]).startswith("disk-")
            assert issued(demo) == before
        finally:
            resource.prlimit(kiosk, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        until(lambda: remote.screen()["name"] == "attract")
        label = take(remote, "en", "move-in")["ticket"]["label"]
        until(lambda: papers(demo) == sheets + 1)
        remote.ask(touch="done")
    assert issued(demo) == [*before, label], "no number was burnt, none is missing"
    assert verify(demo.data / "journal.db").problem is None


def test_with_the_office_gone_tickets_are_given_and_arrive_later(demo: Demo) -> None:
    demo.kill("server")
    with Remote(demo.control) as remote:
        label = take(remote, "th", "waste-fee")["ticket"]["label"]
        remote.ask(touch="done")
    demo.restart("server")
    demo.restart("sync")
    until(lambda: label in page(demo))
    assert label in page(demo)


def test_a_wrong_word_is_told_with_what_is_in_sight(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    assert touch([str(demo.control), "service-none"]) == 1
    assert "language-th" in capsys.readouterr().err


def test_a_busy_port_is_told_before_anything_starts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main(["--headless", "--out", str(tmp_path), "--pages", port, "--exchange", "0", "--printer", "0"]) == 1
    told = capsys.readouterr().err
    assert port in told
    assert "--pages" in told


def test_the_printer_s_log_has_no_complaint(demo: Demo) -> None:
    lines = (demo.tickets / "log.jsonl").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    assert events
    assert [event for event in events if event.get("event") == "wrong"] == []
