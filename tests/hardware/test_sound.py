import io
import struct
import sys
import wave
from contextlib import suppress
from pathlib import Path

import pytest

from hardware.errors import SoundError
from hardware.sound import AplaySound, RecordingSound, chime_wav, tones_wav
from hardware.sound import player as player_of


def player(script: str) -> tuple[str, ...]:
    return (sys.executable, "-c", script)


def children() -> set[str]:
    """The processes that this one has started and not yet buried; a thread that ends meanwhile has none left."""
    found: set[str] = set()
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):
            found.update((task / "children").read_text().split())
    return found


def test_the_chime_is_a_short_quiet_ended_wav() -> None:
    with wave.open(io.BytesIO(chime_wav())) as chime:
        frames = chime.readframes(chime.getnframes())
        assert 0.2 <= chime.getnframes() / chime.getframerate() <= 0.4
    assert max(abs(int.from_bytes(frames[-2:], "little", signed=True)), 0) < 1000
    assert len(set(frames)) > 50


def test_the_player_gets_the_whole_chime_and_leaves_no_child_behind(tmp_path: Path) -> None:
    heard, before = tmp_path / "heard.wav", children()
    sound = AplaySound(player(f"import sys; open({str(heard)!r}, 'wb').write(sys.stdin.buffer.read())"))
    sound.play()
    sound.wait()
    assert heard.read_bytes() == chime_wav()
    assert children() == before
    assert sound.failures == 0


def loudness(wav: bytes) -> int:
    with wave.open(io.BytesIO(wav)) as chime:
        frames = chime.readframes(chime.getnframes())
    return max(abs(int(value)) for (value,) in struct.iter_unpack("<h", frames))


def test_the_volume_is_a_part_of_the_full_chime() -> None:
    full = loudness(chime_wav())
    assert loudness(chime_wav(0)) == 0
    assert abs(loudness(chime_wav(50)) * 2 - full) <= 2


def test_the_device_is_named_to_the_player() -> None:
    assert player_of("hw:1,0") == ("aplay", "-q", "-D", "hw:1,0", "-")
    assert "-D" not in player_of("default")


def test_play_returns_while_the_player_still_plays_and_does_not_start_a_second() -> None:
    before = children()
    sound = AplaySound(("sh", "-c", "cat >/dev/null; exec tail -f /dev/null"))
    sound.play()
    sound.play()
    assert len(children() - before) == 1
    sound.close()
    assert children() == before


def test_a_player_that_fails_is_remembered_not_raised() -> None:
    sound = AplaySound(player("import sys; sys.exit('no such device')"))
    sound.play()
    sound.wait()
    assert (sound.failures, sound.last_failure) == (1, "no such device")


def test_a_player_that_waits_for_a_busy_device_is_ended_and_the_next_chime_is_tried() -> None:
    before = children()
    sound = AplaySound(("tail", "-f", "/dev/null"), longest_s=0.2)
    for failures in (1, 2):
        sound.play()
        sound.wait()
        assert sound.failures == failures
    assert "another program" in (sound.last_failure or "")
    assert children() == before


def test_what_is_said_is_played_in_its_order_one_after_another(tmp_path: Path) -> None:
    heard, before = tmp_path / "heard", children()
    script = f"import sys; f = open({str(heard)!r}, 'ab'); f.write(sys.stdin.buffer.read())"
    sound, wavs = AplaySound(player(script)), [tones_wav((tone,), 0.01) for tone in (300.0, 400.0, 500.0)]
    sound.say(wavs[:2])
    sound.say(wavs[2:])
    sound.wait()
    assert heard.read_bytes() == b"".join(wavs)
    assert (sound.failures, children()) == (0, before)


def test_what_follows_a_failure_is_dropped_and_closing_ends_all(tmp_path: Path) -> None:
    wavs, before = [tones_wav((300.0,), 0.01)] * 3, children()
    failing = AplaySound(player("import sys; sys.exit('no such device')"))
    failing.say(wavs)
    failing.wait()
    assert failing.failures == 1
    endless = AplaySound(("sh", "-c", "cat >/dev/null; exec tail -f /dev/null"))
    endless.say(wavs)
    endless.close()
    assert children() == before


def test_a_missing_player_is_an_error_with_the_package_to_install() -> None:
    with pytest.raises(SoundError) as missing:
        AplaySound(("no-such-player",))
    assert "alsa-utils" in missing.value.hint


def test_the_recording_sound_counts() -> None:
    sound = RecordingSound()
    sound.play()
    sound.say([b"one", b"two"])
    sound.close()
    assert (sound.played, sound.said) == (2, (b"one", b"two"))
