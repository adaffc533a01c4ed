"""A display says calls by the clips it has: whole sentences after the chime, in their order, or the chime alone."""

import io
import wave
from collections.abc import Iterable
from pathlib import Path

import pytest

from kiosk.board_clips import BoardClips
from kiosk.board_watch import SILENCE_MS
from server.pcm import write_wav
from sync.calendar import Period, periods_of
from sync.clips import Clip, digest_of, keep_clip, keep_index
from sync.phrases import clips, sentence
from sync.voice import CALL_GAP_MS, CLIP_GAP_MS, LANGUAGE_GAP_MS
from tests.kiosk.boards import SECOND, Television
from tests.server.voices import tone

CLIP_MS = 200
NOTHING = 0


def record(folder: Path, *languages: str, rate: int = 16_000, but: Iterable[str] = (), ms: int = CLIP_MS) -> None:
    """The office recorded all clips of these languages, and sync has fetched them."""
    data, kept = write_wav(tone(ms, rate=rate)), []
    for language in languages:
        for name in clips(language):
            if name not in but:
                kept.append(Clip(language, name, digest_of(data), ms))
                keep_clip(folder, kept[-1], data)
    keep_index(folder, kept)


def hall(folder: Path, quiet: tuple[Period, ...] = ()) -> Television:
    """Three counters, three people who wait, and the clips below this folder."""
    made = Television(folder, clips=BoardClips(folder / "clips"), quiet=quiet)
    for number in (1, 2, 3):
        made.queue.take(number)
    return made.hear()


def lasts(wavs: Iterable[bytes]) -> int:
    """Milliseconds of these files."""
    total = 0
    for each in wavs:
        with wave.open(io.BytesIO(each)) as file:
            total += file.getnframes() * 1000 // file.getframerate()
    return total


CHIME_MS = BoardClips(Path("nowhere")).chime_ms


def spoken(*languages: str, label: str = "A001", counter: int = 1) -> int:
    """How long this call lasts in these languages."""
    total = CHIME_MS + LANGUAGE_GAP_MS
    for language in languages:
        count = len(sentence(language, label, counter))
        total += count * CLIP_MS + (count - 1) * CLIP_GAP_MS + LANGUAGE_GAP_MS
    return total


def test_a_call_is_said_in_every_language_that_is_recorded_whole(tmp_path: Path) -> None:
    record(tmp_path / "clips", "th", "en", but=("digit-1",))
    made = hall(tmp_path)
    made.call(1)
    assert lasts(made.sound.said) == spoken(), "half a sentence is never spoken"
    record(tmp_path / "clips", "th", "my")
    made.wait(3 * SECOND).call(2)
    assert lasts(made.sound.said) == spoken("th", "my", label="A002", counter=2), "what was recorded since counts"
    assert len(made.sound.said) == 1, "one file where one rate"


def test_clips_of_another_rate_than_the_chime_are_played_after_it(tmp_path: Path) -> None:
    record(tmp_path / "clips", "en", rate=48_000)
    made = hall(tmp_path)
    made.call(1)
    assert len(made.sound.said) == 2
    assert lasts(made.sound.said) == spoken("en")


def test_a_clip_that_was_damaged_is_not_played_nor_is_its_sentence(tmp_path: Path) -> None:
    record(tmp_path / "clips", "th", "en")
    victim = next((tmp_path / "clips" / "th").glob("number-*.wav"))
    victim.write_bytes(victim.read_bytes()[:-4] + b"oops")
    made = hall(tmp_path)
    made.call(1)
    assert lasts(made.sound.said) == spoken("en")


def test_without_clips_each_call_is_a_chime(tmp_path: Path) -> None:
    made = hall(tmp_path)
    made.call(1)
    assert lasts(made.sound.said) == CHIME_MS + LANGUAGE_GAP_MS


def test_calls_at_once_are_said_one_after_another_and_only_the_end_of_one_wakes_the_display(tmp_path: Path) -> None:
    record(tmp_path / "clips", "th", "en")
    made = hall(tmp_path)
    for counter in (1, 2, 3):
        made.queue.next(counter)
    made.hear()
    assert made.sound.played == 1
    begun, due = made.clock.boottime_ms, made.machine.deadline()
    assert due is not None
    assert due - begun >= spoken("th") - LANGUAGE_GAP_MS + CALL_GAP_MS
    assert made.wakes(15 * SECOND) == 2
    assert made.sound.played == 3
    assert lasts(made.sound.said) == spoken("th", "en", label="A003", counter=3), "the last has time for both"


def test_a_call_that_somebody_came_to_before_it_was_said_is_dropped(tmp_path: Path) -> None:
    made = hall(tmp_path)
    made.queue.next(1)
    made.queue.next(2)
    made.hear()
    made.queue.serve(2)
    made.hear().wait(10 * SECOND)
    assert made.sound.played == 1


@pytest.mark.parametrize(("hours", "played"), [("11:00-13:00", 0), ("13:00-14:00", 1)])
def test_in_quiet_hours_nothing_is_said_and_nothing_afterwards_of_what_was_called_then(
    tmp_path: Path, hours: str, played: int
) -> None:
    made = hall(tmp_path, periods_of([hours]))
    made.call(1)
    assert made.sound.played == played
    made.clock.boottime_ms += 90 * 60 * SECOND
    made.hear()
    assert made.sound.played == played


def test_nothing_is_said_of_an_office_that_is_silent(tmp_path: Path) -> None:
    made = hall(tmp_path)
    made.queue.next(1)
    made.queue.next(2)
    made.hear()
    made.clock.boottime_ms += SILENCE_MS + 1
    made.machine.turn()
    assert made.machine.sight.lost
    assert (made.sound.played, made.wakes(600 * SECOND)) == (1, NOTHING)
    made.hear()
    assert made.sound.played == 2, "who is still called then is said"


def test_a_shipped_clip_is_played_where_the_office_recorded_none(tmp_path: Path) -> None:
    shipped, short, long = tmp_path / "shipped", write_wav(tone(150)), write_wav(tone(500))
    (shipped / "en" / "clips").mkdir(parents=True)
    (shipped / "chime.wav").write_bytes(short)
    (shipped / "en" / "clips" / "number.wav").write_bytes(long)
    (shipped / "en" / "clips" / "counter.wav").write_bytes(b"no sound")
    (shipped / "en" / "clips" / "song.wav").write_bytes(long)
    found = BoardClips(tmp_path / "clips", shipped=shipped)
    found.look()
    assert [found.length("en", each) for each in ("number", "counter", "song")] == [500, None, None]
    record(tmp_path / "clips", "en")
    found.look()
    assert found.length("en", "number") == CLIP_MS
