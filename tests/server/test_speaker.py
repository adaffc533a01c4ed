"""The voice at work: what displays are told to play, in which language, and when nothing is said."""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from server.clips import Clips
from server.ledger import Ledger
from server.speaker import Speaker, languages_of
from server.stores import FILE
from sync.body import TicketName
from sync.facts import TicketLanguage, TicketPriority
from sync.types import Seq
from tests.server.conftest import admit
from tests.server.device import Device, issued
from tests.server.places import reader_of
from tests.server.test_rebuild import flush
from tests.server.voices import recorded_here
from tests.sync.queueing import Queue, name
from translations import LANGUAGES


class Told:
    """Answers which language tickets were taken in."""

    def __init__(self, languages: dict[TicketName, str]) -> None:
        self.languages, self.trouble = languages, 0

    async def read(self, function: Callable[..., Any], *values: Any) -> Any:
        """As the ledger would; with `trouble` it cannot be read so many times."""
        assert function is languages_of
        if self.trouble:
            self.trouble -= 1
            raise sqlite3.OperationalError("disk I/O error")
        return {each: self.languages[each] for each in values[0] if each in self.languages}


class Hall:
    """A speaker in a loop that the test drives. `said` are the announcements."""

    def __init__(self, clips: Clips, **languages: str) -> None:
        self.queue = Queue.opened(("a",), ("a",), ("a",))
        for number in (1, 2, 3):
            self.queue.take(number)
        self.tick, self.quiet, self.said = 0, False, list[dict[str, Any]]()
        self.told = Told({name(int(key[1:])): language for key, language in languages.items()})
        self.speaker = Speaker(
            lambda: self.queue.live,
            self.told,
            clips,
            LANGUAGES,
            tick=lambda: self.tick,
            quiet=lambda: self.quiet,
            told=lambda: self.said.append(json.loads(self.speaker.saying)),
        )

    async def settle(self) -> None:
        """Until the speaker has looked and waits again."""
        self.speaker.changed()
        for _ in range(20):
            await asyncio.sleep(0)


def drive(hall: Hall, story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run the speaker beside this story."""

    async def run() -> None:
        speaking = asyncio.create_task(hall.speaker.run())
        await story()
        speaking.cancel()

    asyncio.run(run())


def spoken(said: dict[str, Any]) -> list[str]:
    """The languages of an announcement."""
    return [sentence[0].split("/")[3] for sentence in said["sentences"]]


def test_displays_are_told_the_clips_in_the_tickets_language_first(tmp_path: Path) -> None:
    clips = recorded_here(tmp_path, *LANGUAGES)
    hall = Hall(clips, t1="my")

    async def story() -> None:
        hall.queue.next(2)
        await hall.settle()

    drive(hall, story)
    (said,) = hall.said
    assert said["number"] == 1
    assert said["chime"].endswith("/-/chime")
    assert spoken(said) == ["my", "th", "en"]
    assert [url.split("/")[4] for url in said["sentences"][1]] == [
        "number", "letter-a", "digit-0", "digit-0", "digit-1", "counter", "digit-2",
    ]  # fmt: skip
    for language, sentence in zip(spoken(said), said["sentences"], strict=True):
        for url in sentence:
            _, _, digest, its, clip = url.split("/")
            assert its == language
            assert clips.at(digest, its, clip) is not None


def test_the_next_call_waits_for_the_one_before_to_end(tmp_path: Path) -> None:
    hall = Hall(recorded_here(tmp_path, "th"))

    async def story() -> None:
        hall.queue.next(1)
        await hall.settle()
        hall.queue.next(2)
        await hall.settle()
        assert len(hall.said) == 1
        hall.tick = 60_000
        await hall.settle()
        await hall.settle()
        assert len(hall.said) == 2

    drive(hall, story)
    assert [each["number"] for each in hall.said] == [1, 2]


def test_in_quiet_hours_displays_are_told_nothing(tmp_path: Path) -> None:
    hall = Hall(recorded_here(tmp_path, "th"))

    async def story() -> None:
        hall.quiet = True
        hall.queue.next(1)
        await hall.settle()
        hall.quiet = False
        await hall.settle()

    drive(hall, story)
    assert hall.said == []


def test_a_ledger_that_cannot_be_read_for_a_moment_delays_the_call_and_loses_none(tmp_path: Path) -> None:
    hall = Hall(recorded_here(tmp_path, "th"))

    async def story() -> None:
        hall.told.trouble = 1
        hall.queue.next(1)
        await hall.settle()
        assert hall.said == []
        await hall.settle()

    drive(hall, story)
    assert len(hall.said) == 1


def test_without_clips_the_chime_is_played(tmp_path: Path) -> None:
    hall = Hall(recorded_here(tmp_path, "th", but=("digit-1",)))

    async def story() -> None:
        hall.queue.next(1)
        await hall.settle()

    drive(hall, story)
    assert hall.said[0]["sentences"] == []


@pytest.mark.parametrize("priority", [False, True])
def test_the_language_is_read_from_the_facts_beside_the_ticket(
    ledger: Ledger, device: Device, tmp_path: Path, priority: bool
) -> None:
    admit(ledger, device)
    seq = Seq(device.record(issued(1)))
    if priority:
        device.record(TicketPriority(seq))
    device.record(TicketLanguage(seq, "my"))
    other = Seq(device.record(issued(2)))
    flush(ledger, device)
    db = reader_of(tmp_path / FILE)
    asked = [TicketName(device.journal_id, each) for each in (seq, other)]
    assert languages_of(db, asked) == {asked[0]: "my"}
    db.close()
