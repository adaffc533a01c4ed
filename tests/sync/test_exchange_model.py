"""Device and server over a line that drops, doubles and delays, with a server restored from old backups."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import wire
from sync.exchange_terms import Phase, RetryAfter
from sync.wire import Refusal, Request
from tests.sync.exchanges import (
    Device,
    IgnoresLowerWatermark,
    MemoryJournal,
    ModelServer,
    WithoutChainCheck,
    WithoutDedup,
)

Event: TypeAlias = tuple[str, int]

EVENTS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "fact",
                "round",
                "request lost",
                "answer lost",
                "delayed",
                "late arrival",
                "busy",
                "backup",
                "restore",
                "kill",
            ]
        ),
        st.integers(0, 5),
    ),
    max_size=40,
)


class Story:
    """What happens between one device and one server, event by event."""

    def __init__(self, device: Device, server: ModelServer) -> None:
        self.device, self.server = device, server
        self.sent: list[Request] = []
        self.backups = [list(server.rows)]

    def play(self, events: Sequence[Event]) -> None:
        """Let all of it happen, then mend the line and wait."""
        for name, number in events:
            self.happen(name, number)
        self.device.finish(self.server)

    def happen(self, name: str, number: int) -> None:
        """One event. `number` says how many or which."""
        if name == "fact":
            self.device.journal.score(times=number + 1)
        elif name == "kill":
            self.device.restart()
        elif name == "backup":
            self.backups.append(list(self.server.rows))
        elif name == "restore":
            self.server.rows = list(self.backups[number % len(self.backups)])
        elif name == "late arrival":
            if self.sent:
                self.server.handle(self.sent[number % len(self.sent)])
        else:
            self.on_the_line(name)

    def on_the_line(self, name: str) -> None:
        """One request with its fate."""
        ask = self.device.asks()
        if ask is None:
            return
        request = self.device.request(ask)
        self.sent.append(request)
        if name == "busy":
            self.device.give(RetryAfter(7.0))
            return
        answer = self.server.handle(request) if name in ("round", "answer lost") else None
        self.device.hear(answer if name == "round" else None)

    def check(self) -> None:
        """Every fact is at the server, once, in order, as it was written."""
        assert [(row.seq, row.row) for row in self.device.journal.rows] == [row[:2] for row in self.server.rows]
        assert self.device.state.phase is Phase.IDLE


def story(
    events: Sequence[Event],
    device: Callable[[MemoryJournal], Device] = Device,
    server: Callable[[], ModelServer] = ModelServer,
) -> Story:
    """A story played to its end."""
    played = Story(device(MemoryJournal()), server())
    played.play(events)
    return played


@settings(max_examples=150, deadline=None)
@given(EVENTS)
def test_every_fact_arrives_exactly_once_whatever_the_line_and_the_backups_do(events: list[Event]) -> None:
    story(events).check()


LOST_ANSWER = [("fact", 2), ("answer lost", 0), ("round", 0), ("fact", 1), ("round", 0)]
RESTORED = [("fact", 2), ("round", 0), ("fact", 2), ("round", 0), ("restore", 0), ("fact", 0), ("round", 0)]


@pytest.mark.parametrize("events", [LOST_ANSWER, RESTORED], ids=["lost answer", "restored server"])
def test_the_stories_of_the_controls_end_well_with_the_product(events: list[Event]) -> None:
    story(events).check()


def test_control_a_server_without_dedup_is_caught() -> None:
    with pytest.raises(AssertionError):
        story(LOST_ANSWER, server=WithoutDedup).check()


def test_control_a_device_that_ignores_a_lower_watermark_is_caught() -> None:
    with pytest.raises(AssertionError):
        story(RESTORED, device=IgnoresLowerWatermark).check()


def cloned(server: ModelServer, before: int, original: int, clone: int) -> tuple[Device, Device]:
    """A device whose card was copied after `before` facts; then both run on, and both talk to the server."""
    first = Device(MemoryJournal())
    first.journal.score(times=before)
    first.finish(server)
    second = Device(MemoryJournal(first.journal))
    first.journal.score(5, original)
    second.journal.score(1, clone)
    first.finish(server)
    second.finish(server)
    return first, second


def one_history(server: ModelServer, first: Device) -> None:
    """The server holds the first device's history and nothing of the other."""
    assert [row[1] for row in server.rows] == [row.row for row in first.journal.rows]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 4), st.integers(1, 4), st.integers(0, 4))
def test_a_clone_is_stopped_reported_and_loses_nothing(before: int, original: int, clone: int) -> None:
    server = ModelServer()
    first, second = cloned(server, before, original, clone)
    one_history(server, first)
    assert (first.state.phase, second.state.phase) == (Phase.IDLE, Phase.QUARANTINE)
    assert second.state.reason == ("fork" if clone else "server-ahead")
    assert len(second.journal.rows) == 1 + before + clone


def test_control_a_server_without_chain_check_mixes_two_histories() -> None:
    server = WithoutChainCheck()
    first, _ = cloned(server, 2, 1, 3)
    with pytest.raises(AssertionError):
        one_history(server, first)


def test_a_quarantine_ends_by_itself_once_the_server_is_mended() -> None:
    server = ModelServer()
    first, second = cloned(server, 2, 1, 3)
    server.rows = server.rows[:3]
    second.finish(server)
    assert second.state.phase is Phase.IDLE
    assert [row[1] for row in server.rows] == [row.row for row in second.journal.rows]
    assert len(first.journal.rows) == 4


def test_a_probe_in_quarantine_carries_no_facts() -> None:
    server = ModelServer()
    _, second = cloned(server, 2, 1, 3)
    ask = second.asks()
    assert ask is not None
    assert wire.decode_batch(wire.inflate(second.request(ask).body)).rows == ()


def test_one_row_that_the_server_cannot_take_is_found_by_halving_and_keeps_the_rest_waiting() -> None:
    class Picky(ModelServer):
        def handle(self, request: Request) -> wire.Answer | Refusal:
            if request.first <= 6 <= request.last:
                return wire.refuse(wire.MALFORMED, "row 6", "mend it", len(self.rows), self.known().received)
            return super().handle(request)

    server = Picky()
    device = Device(MemoryJournal())
    device.journal.score(times=10)
    while device.state.phase is not Phase.QUARANTINE:
        device.talk(server)
    assert len(server.rows) == 5
    assert device.state.reason == "malformed"
    mended = ModelServer()
    mended.rows = server.rows
    device.finish(mended)
    assert len(mended.rows) == 11
