"""The box's root side of the service screen: a request that was understood, done. Everything it drives is handed in.

What is durable is written before anything is set in motion; what is tried lies in memory alone, so that a restart of
the machine ends it, too.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from kiosk.box import hand_words as words
from kiosk.box.apply import System, in_use, kept_changes, read_source, write, written
from kiosk.box.changes import Changes, card_of, changed
from kiosk.box.files import File
from kiosk.box.hand_words import DONE, FAILED, INVALID, NO_DATA, NO_STICK, NOT_TAKEN, NOTHING, Asked
from kiosk.box.plan import Places, changes_file, code_file, trial_file, trial_note
from sync.durable import write_durably
from sync.errors import ConfigError

REVERT, CONFIG, KIOSK, SYNC = (
    "scorecard-revert.timer", "scorecard-config.service", "scorecard-kiosk.service", "scorecard-sync.service",
)  # fmt: skip
DIAGNOSIS, DIAGNOSIS_TOLD = "scorecard-diagnosis.service", "/run/scorecard-diagnosis/told"
TAKE, TAKE_TOLD = "scorecard-take.service", "/run/scorecard-take/told"


class Hand:
    """`now_s`: boot time in seconds."""

    def __init__(self, places: Places, system: System, now_s: Callable[[], float]) -> None:
        self._places, self._system, self._now_s = places, system, now_s

    def answer(self, asked: Asked) -> str:
        """Do it; the code of what became of it. What the system refuses is FAILED."""
        try:
            return self._answer(asked)
        except OSError as error:
            self._system.say(f"{type(asked).__name__}: {error}")
            return FAILED

    def _answer(self, asked: Asked) -> str:
        match asked:
            case words.Restart():
                # The same as `systemctl reboot`, which would ask logind first.
                return self._run("--job-mode=replace-irreversibly", "start", "reboot.target")
            case words.TryPrinter(address=address):
                return self._try("printer", address)
            case words.TryWifi() as wifi:
                told = {"ssid": wifi.ssid, "passphrase": wifi.passphrase, "country": wifi.country or self._country()}
                return self._try("wifi", {name: text for name, text in told.items() if text is not None})
            case words.Keep():
                return self._keep()
            case words.Revert():
                return self._revert()
            case words.Pair(code=code):
                return self._pair(code)
            case words.SetVolume(percent=percent):
                return self._set("volume", percent)
            case words.SetBrightness(percent=percent):
                done = self._set("brightness", percent)
                return self._run("restart", "scorecard-machine.service") if done == DONE else done
            case words.Diagnosis():
                self._system.run(("systemctl", "start", DIAGNOSIS))
                return word_in(self._system.at(DIAGNOSIS_TOLD))
            case words.TakeUpdate():
                if self._system.run(("systemctl", "start", TAKE)) == 0:
                    return DONE
                return NO_STICK if word_in(self._system.at(TAKE_TOLD)) == NO_STICK else NOT_TAKEN

    # Tried, kept, taken back ------------------------------------------------------------------------------------------

    def _try(self, name: str, value: Any) -> str:
        card = self._card()
        tried = Changes(card, {name: value}).over(self._read(trial_file(self._places)))
        if card == "" or not self._is_good(tried):
            return INVALID
        before = self._programs()
        self._write(trial_file(self._places), tried.text(), 0o600)
        note = words.Trial(tuple(sorted(tried.values)), self._now_s() + words.TRIAL_S)
        self._write(trial_note(self._places), msgspec.json.encode(note), 0o644)
        started = self._run("restart", REVERT)
        return self._take_effect(before) if started == DONE else self._undone()

    def _undone(self) -> str:
        """Nothing would take it back: it is not tried."""
        self._forget()
        return FAILED

    def _keep(self) -> str:
        tried = self._read(trial_file(self._places))
        if tried is None:
            return NOTHING
        kept = self._keep_durably(tried)
        if kept == DONE:
            self._forget()
            self._run("stop", REVERT)
        return kept

    def _revert(self) -> str:
        if self._read(trial_file(self._places)) is None:
            return NOTHING
        before = self._programs()
        self._forget()
        self._run("stop", REVERT)
        return self._take_effect(before)

    def _forget(self) -> None:
        for path in (trial_file(self._places), trial_note(self._places)):
            with suppress(FileNotFoundError):
                self._system.at(path).unlink()

    def _take_effect(self, before: bytes) -> str:
        """What the card and the changes make is written anew; who reads it only as it starts is started anew."""
        if self._system.run(("systemctl", "restart", CONFIG)):
            return FAILED
        if self._system.at(f"{self._places.run}/iwd").is_dir():
            self._run("restart", "iwd.service")
        else:
            self._run("stop", "iwd.service")
        return self._run("try-restart", KIOSK, SYNC) if self._programs() != before else DONE

    # At once and for good -----------------------------------------------------------------------------------------

    def _set(self, name: str, value: int) -> str:
        card = self._card()
        wanted = Changes(card, {name: value})
        if card == "" or not self._is_good(wanted):
            return INVALID
        kept = self._keep_durably(wanted)
        return kept if kept != DONE or self._system.run(("systemctl", "restart", CONFIG)) == 0 else FAILED

    def _pair(self, code: str) -> str:
        """The code itself is in memory only. That the one on the card is none any more is durable: at the next start it
        would else stand against what this one has paired."""
        card = self._card()
        once = Changes(card, {"code": code})
        if card == "" or not self._is_good(once):
            return INVALID
        kept = self._keep_durably(Changes(card, {"code": "used"}))
        if kept != DONE:
            return kept
        self._write(code_file(self._places), once.text(), 0o600)
        if self._system.run(("systemctl", "restart", CONFIG)):
            return FAILED
        return self._run("try-restart", SYNC)

    def _keep_durably(self, changes: Changes) -> str:
        path = self._system.at(changes_file(self._places))
        if not path.parent.is_dir():
            return NO_DATA
        write_durably(path, changes.over(kept_changes(self._places, self._system)).text(), mode=0o600)
        return DONE

    # Around -----------------------------------------------------------------------------------------------------------

    def _card(self) -> str:
        """Which kiosk.toml is in use; "": none."""
        source = read_source(self._places, self._system)
        return card_of(source.content) if source.config is not None else ""

    def _country(self) -> str | None:
        """Where the radio is, as kiosk.toml says."""
        config = read_source(self._places, self._system).config
        return config.network.wifi.country if config is not None and config.network.wifi is not None else None

    def _is_good(self, changes: Changes) -> bool:
        try:
            changed(in_use(self._places, self._system), changes)
        except ConfigError as error:
            self._system.say(f"the change would make kiosk.toml wrong: {error}")
            return False
        return True

    def _programs(self) -> bytes:
        """What kiosk and sync read as they start."""
        try:
            return self._system.at(f"{self._places.run}/kiosk.toml").read_bytes()
        except FileNotFoundError:
            return b""

    def _read(self, path: str) -> Changes | None:
        return written(self._system.at(path))

    def _write(self, path: str, data: bytes, mode: int) -> None:
        write(File(path, data.decode(), mode), self._system)

    def _run(self, *command: str) -> str:
        return FAILED if self._system.run(("systemctl", "--no-block", *command)) else DONE


def word_in(path: Path) -> str:
    """What a unit left said of itself: one word."""
    try:
        text = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return FAILED
    return text if 0 < len(text) <= 40 else FAILED
