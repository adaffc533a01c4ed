"""Which calls are spoken, how fully and when: whole sentences or the chime, never what is over, never twice."""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from server.phrases import WORDS, words
from sync import voice
from sync.body import TicketName
from sync.calendar import periods_of
from sync.facts_office import TicketPlaced, TicketRecalled, TicketServing
from sync.phrases import CLIPS, ORDER, clips, sentence
from sync.services import SERIES
from sync.tickets import Status
from sync.voice import Length, Say, Voice, hear, is_quiet, speak
from tests.sync.queueing import Queue, name
from translations import LANGUAGES
from translations.wording import wording_faults

CLIP_MS, CHIME_MS = 400, 1_100


def every(language: str, clip: str) -> int | None:
    """Every clip is there."""
    return CLIP_MS


def none(language: str, clip: str) -> int | None:
    """No clip is there."""
    return None


class Hall:
    """A queue and the voice that follows it, in milliseconds of its own clock."""

    def __init__(self, tickets: int, length: Length = every, order: tuple[str, ...] = LANGUAGES) -> None:
        self.queue = Queue.opened(*[("a",)] * max(tickets, 1))
        for number in range(1, tickets + 1):
            self.queue.take(number)
        self.voice, self.length, self.order = Voice.silent(self.queue.live), length, order
        self.languages: dict[TicketName, str] = {}

    def hear(self) -> None:
        """Look at the queue."""
        self.voice = hear(self.voice, self.queue.live, self.languages)

    def call(self, counter: int) -> None:
        """The counter calls the next one."""
        assert self.queue.next(counter) is not None
        self.hear()

    def recall(self, counter: int) -> None:
        """It calls again."""
        held = self.queue.live.at_counter(counter)
        assert held is not None
        self.queue.do(TicketRecalled(self.queue.now, held.name, f"s{counter}"))
        self.hear()

    def say(self, **options: Any) -> Say | None:
        """What is said now."""
        self.voice, said = speak(self.voice, self.queue.now, self.order, self.length, CHIME_MS, **options)
        return said

    def all(self, **options: Any) -> list[Say]:
        """Everything that is still to be said, each when the one before has ended."""
        found = []
        while self.voice.pending:
            self.queue.wait(max(self.voice.until_ms - self.queue.now, 0))
            if (said := self.say(**options)) is not None:
                found.append(said)
        return found


def spoken(said: Say | None) -> list[str]:
    """The languages of the sentences, in their order."""
    assert said is not None
    return [each[0][0] for each in said.sentences]


# Phrases -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_call_is_spelled_letter_by_letter_and_digit_by_digit(language: str) -> None:
    said = sentence(language, "AB012", 12)
    spelled = ["letter-a", "letter-b", "digit-0", "digit-1", "digit-2"]
    assert said[:6] == ("number", *spelled)
    assert said[6:9] == ("counter", "digit-1", "digit-2")
    assert said[9:] == (("come",) if language == "my" else ())


def test_what_cannot_be_spelled_is_not_said_in_part() -> None:
    assert sentence("th", "A-12", 1) == ()
    assert sentence("th", "A๑๒", 1) == ()
    assert sentence("shn", "A012", 1) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_has_its_clips_and_every_clip_its_words(language: str) -> None:
    needed = {clip for letter in SERIES for clip in sentence(language, f"{letter}0123456789", 9)}
    assert set(clips(language)) == needed
    assert 34 <= len(clips(language)) <= 42
    said = [words(language, clip) for clip in clips(language)]
    assert len(set(said)) == len(said), "no two clips are the same words"
    assert [fault for each in said for fault in wording_faults(each, language)] == []
    assert all(not re.search("[0-9]", each) for each in said)
    assert set(ORDER) == set(LANGUAGES)
    assert set(clips(language)) <= set(WORDS) == set(CLIPS)


# Which, and how fully ------------------------------------------------------------------------------------------------


def test_a_call_is_spoken_in_the_tickets_language_first_and_then_in_the_offices_order() -> None:
    hall = Hall(1)
    hall.languages[name(1)] = "my"
    hall.call(1)
    assert spoken(hall.say()) == ["my", "th", "en"]


def test_a_ticket_whose_language_is_not_known_is_called_in_the_offices_order() -> None:
    hall = Hall(1, order=("en", "th"))
    hall.call(1)
    assert spoken(hall.say()) == ["en", "th"]


@pytest.mark.parametrize(("calls", "languages"), [(1, 3), (2, 2), (3, 1), (4, 1), (5, 0), (9, 0)])
def test_the_more_calls_there_are_the_less_is_said_of_each(calls: int, languages: int) -> None:
    hall = Hall(calls)
    for counter in range(1, calls + 1):
        assert hall.queue.next(counter) is not None
    hall.hear()
    said = hall.say()
    assert said is not None
    assert len(said.sentences) == languages


def five_at_once(**options: Any) -> tuple[list[Say], int]:
    """What is said when five counters press at once, and how many milliseconds that takes."""
    hall = Hall(5)
    for counter in range(1, 6):
        assert hall.queue.next(counter) is not None
    hall.hear()
    began = hall.queue.now
    return hall.all(**options), hall.queue.now - began


def test_five_calls_at_once_are_all_spoken_within_half_a_minute_and_the_last_in_full() -> None:
    said, lasted = five_at_once()
    assert [each.call.label for each in said] == ["A001", "A002", "A003", "A004", "A005"]
    assert [len(each.sentences) for each in said] == [0, 1, 1, 2, 3]
    assert lasted <= 30_000


def test_control_calls_that_are_never_shortened_take_too_long() -> None:
    assert five_at_once(shortened=((99, 3),))[1] > 30_000


def test_a_call_is_spoken_once() -> None:
    hall = Hall(2)
    hall.call(1)
    assert hall.say() is not None
    hall.hear()
    assert hall.all() == []
    hall.call(2)
    assert [each.call.label for each in hall.all()] == ["A002"]


def test_a_recall_is_spoken_again() -> None:
    hall = Hall(1)
    hall.call(1)
    hall.all()
    hall.recall(1)
    assert [each.call.label for each in hall.all()] == ["A001"]


def test_a_recall_of_what_was_not_spoken_yet_keeps_its_place_and_is_spoken_once() -> None:
    hall = Hall(3)
    for counter in (1, 2, 3):
        hall.call(counter)
    hall.say()
    hall.recall(2)
    assert [each.call.label for each in hall.all()] == ["A002", "A003"]


def test_two_calls_do_not_talk_at_once() -> None:
    hall = Hall(2)
    hall.call(1)
    assert hall.say() is not None
    hall.call(2)
    assert hall.say() is None
    hall.queue.wait(hall.voice.until_ms - hall.queue.now - 1)
    assert hall.say() is None
    hall.queue.wait(1)
    assert hall.say() is not None


@pytest.mark.parametrize("how", ["has come", "was taken back"])
def test_whoever_has_come_or_was_taken_back_is_not_called_any_more(how: str) -> None:
    hall = Hall(2)
    hall.call(1)
    hall.call(2)
    hall.say()
    held = hall.queue.live.at_counter(2)
    assert held is not None
    come = TicketServing(hall.queue.now, held.name, "s2")
    hall.queue.do(come if how == "has come" else TicketPlaced(hall.queue.now, held.name, 0, "withdrawn", "s2"))
    hall.hear()
    assert hall.all() == []


def test_whoever_is_called_after_being_taken_back_is_spoken_again() -> None:
    hall = Hall(1)
    hall.call(1)
    hall.all()
    hall.queue.do(TicketPlaced(hall.queue.now, name(1), 0, "withdrawn", "s1"))
    hall.hear()
    hall.queue.wait(1_000)
    hall.call(1)
    assert [each.call.label for each in hall.all()] == ["A001"]


def test_a_voice_that_begins_says_nothing_of_what_was_called_before() -> None:
    hall = Hall(1)
    assert hall.queue.next(1) is not None
    hall.voice = Voice.silent(hall.queue.live)
    hall.hear()
    assert hall.all() == []
    hall.recall(1)
    assert len(hall.all()) == 1


# What is missing, and when it is quiet -------------------------------------------------------------------------------


def lacking(language: str, clip: str) -> Length:
    """One clip is missing."""
    return lambda its, one: None if (its, one) == (language, clip) else CLIP_MS


def test_a_language_that_lacks_a_clip_is_left_out_whole() -> None:
    hall = Hall(1, lacking("th", "digit-1"))
    hall.call(1)
    assert spoken(hall.say()) == ["en", "my"]


def test_a_clip_that_this_number_does_not_need_is_not_missed() -> None:
    hall = Hall(1, lacking("th", "digit-7"))
    hall.call(1)
    assert spoken(hall.say()) == ["th", "en", "my"]


def test_a_call_that_is_shortened_is_spoken_in_a_language_that_has_its_clips() -> None:
    hall = Hall(3, lacking("th", "number"))
    for counter in (1, 2, 3):
        hall.queue.next(counter)
    hall.hear()
    assert spoken(hall.say()) == ["en"]


def test_without_clips_there_is_the_chime() -> None:
    hall = Hall(1, none)
    hall.call(1)
    said = hall.say()
    assert said is not None
    assert said.sentences == ()
    assert hall.voice.until_ms == hall.queue.now + CHIME_MS + voice.CALL_GAP_MS


def test_in_quiet_hours_nothing_is_said_and_nothing_afterwards() -> None:
    hall = Hall(2)
    hall.call(1)
    assert hall.say(quiet=True) is None
    assert hall.all() == []
    hall.call(2)
    assert [each.call.label for each in hall.all()] == ["A002"]


def test_quiet_hours_are_the_offices() -> None:
    hours = periods_of(("12:00-13:00", "22:00-24:00"))
    quiet = [
        clock
        for clock in ("11:59", "12:00", "12:59", "13:00", "23:59", "00:00")
        if is_quiet(hours, datetime.fromisoformat(f"2026-11-30T{clock}"))
    ]
    assert quiet == ["12:00", "12:59", "23:59"]


# Whatever happens ----------------------------------------------------------------------------------------------------

Hear = Callable[[Voice, Queue], Voice]


def lies(listen: Hear, seed: int) -> list[str]:
    """What a day at random says that is not so."""
    chance, hall, found = random.Random(seed), Hall(0), []
    hall.queue = Queue.opened(*[("a",)] * 5)
    said: set[voice.Key] = set()
    number = 0
    for _ in range(250):
        counter = chance.randint(1, 5)
        held = hall.queue.live.at_counter(counter)
        if chance.random() < 0.4:
            number += 1
            hall.queue.take(number)
        elif held is None:
            hall.queue.next(counter)
        elif held.status is Status.CALLED:
            match chance.choice(("come", "again", "gone")):
                case "come":
                    hall.queue.do(TicketServing(hall.queue.now, held.name, f"s{counter}"))
                case "again":
                    hall.queue.do(TicketRecalled(hall.queue.now, held.name, f"s{counter}"))
                case _:
                    hall.queue.no_show(counter)
        hall.queue.wait(chance.choice((0, 400, 9_000)))
        if chance.random() < 0.7:  # commits may come faster than the voice looks
            hall.voice = listen(hall.voice, hall.queue)
            said_now = hall.say()
            if said_now is not None:
                ticket = hall.queue.live.tickets[said_now.call.key[0]]
                found += [] if ticket.status is Status.CALLED else [f"{ticket.label} is called no more"]
                found += ["twice"] if said_now.call.key in said else []
                found += [] if ticket.counter == said_now.call.counter else ["another counter"]
                said.add(said_now.call.key)
    return found


def test_nothing_is_said_that_is_not_so() -> None:
    assert [lies(lambda its, queue: hear(its, queue.live, {}), seed) for seed in range(12)] == [[]] * 12


def never_dropping(its: Voice, queue: Queue) -> Voice:
    """A voice that says what is over."""
    heard = hear(its, queue.live, {})
    return replace(heard, pending=(*its.pending, *(each for each in heard.pending if each not in its.pending)))


def forgetting(its: Voice, queue: Queue) -> Voice:
    """A voice that forgets what it has said."""
    return hear(replace(its, known=frozenset()), queue.live, {})


@pytest.mark.parametrize("broken", [never_dropping, forgetting])
def test_a_voice_that_says_what_is_not_so_is_caught(broken: Hear) -> None:
    assert any(lies(broken, seed) for seed in range(12))
