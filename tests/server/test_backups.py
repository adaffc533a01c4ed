"""When a backup is due, which old ones go, what people are told, and how a running server keeps at it. Pure."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server import medium
from server.backup_command import failure_in
from server.backup_key import key_sheet, secrets_in
from server.backup_words import REASONS, banner, warning
from server.backups import HOUR_MS, LATE_MS, Alarm, Backup, Failure, alarm, due_ms, name_of, safe_of, thinned
from server.config import parse_server
from server.errors import ConfigError, SecretUnusable
from server.nightly import Backups, Nightly
from server.people import Role
from sync.types import JournalId, UtcMs
from tests.server.conftest import ZONE
from tests.server.desk import Desk
from tests.server.device import NOON
from tests.server.running import CONFIG
from tests.server.saved import IDENTITY, PUBLIC
from translations import LANGUAGES

ID = "c2f293da" + "0" * 24
FAILED = Failure(NOON, medium.AWAY, "/media/backup is not there")


def made(at_ms: int) -> Backup:
    """A verified backup of this time."""
    return Backup(UtcMs(at_ms), "/media/backup/a.age", "d" * 64, 1, {JournalId("a" * 32): 12})


def test_a_backup_is_due_at_the_hour_of_the_night_after_the_last() -> None:
    def due(last: datetime | None, failure: Failure | None = None) -> datetime | None:
        last_ms = None if last is None else UtcMs(round(last.timestamp() * 1000))
        found = due_ms(last_ms, failure, 1, ZONE, NOON)
        return datetime.fromtimestamp(found / 1000, ZONE) if found else None

    noon = datetime.fromtimestamp(NOON / 1000, ZONE)
    assert due(None) is None
    assert due(noon) == noon.replace(hour=1) + timedelta(days=1)
    assert due(noon.replace(hour=0, minute=59)) == noon.replace(hour=1)
    assert due(noon.replace(hour=1)) == noon.replace(hour=1) + timedelta(days=1)
    assert due(noon - timedelta(days=40)) == noon.replace(hour=1) - timedelta(days=39)
    assert due(noon, FAILED) == noon + timedelta(hours=1)
    assert due(noon + timedelta(days=2)) is None


@pytest.mark.parametrize(("configured", "last_ms", "failure", "told"), [
    (False, None, None, Alarm.NOWHERE), (False, NOON, None, Alarm.NOWHERE),
    (True, None, None, None), (True, None, FAILED, Alarm.LATE),
    (True, NOON, None, None), (True, NOON, FAILED, Alarm.FAILED), (True, NOON - LATE_MS + 1, None, None),
    (True, NOON - LATE_MS, None, Alarm.LATE), (True, NOON - LATE_MS, FAILED, Alarm.LATE),
    (True, NOON + LATE_MS, None, Alarm.LATE),
])  # fmt: skip
def test_what_is_told(configured: bool, last_ms: int | None, failure: Failure | None, told: Alarm | None) -> None:
    last = None if last_ms is None else UtcMs(last_ms)
    assert alarm(configured=configured, last_ms=last, failure=failure, now_ms=NOON) is told


def names(count: int, *, end: datetime = datetime(2026, 11, 23, 18, tzinfo=UTC)) -> list[str]:
    """Backups of so many nights, the last one first."""
    return [name_of(ID, UtcMs(round((end - timedelta(days=n)).timestamp() * 1000))) for n in range(count)]


def test_two_weeks_and_a_year_of_backups_are_kept() -> None:
    all_names, other = names(800), ["notes.txt", name_of("f" * 32, NOON), "scorecard-c2f293da-2026-11-01.age"]
    gone = thinned([*all_names, *other], all_names[0])
    kept = [name for name in all_names if name not in gone]
    assert kept[:14] == all_names[:14]
    months = sorted({name[19:26] for name in kept})
    assert (len(kept), len(months), months[0]) == (14 + 11, 12, "2025-12")
    assert not set(other) & set(gone)
    assert thinned(kept, all_names[0]) == []


def test_a_backup_of_a_clock_that_ran_slow_is_not_thinned_away_at_once() -> None:
    made_now = name_of(ID, UtcMs(0))
    assert made_now not in thinned([*names(800), made_now], made_now)


def test_nothing_is_safe_without_a_backup_and_nothing_beyond_it() -> None:
    assert safe_of(None, JournalId("a" * 32)) == 0
    assert safe_of(made(NOON), JournalId("a" * 32)) == 12
    assert safe_of(made(NOON), JournalId("b" * 32)) == 0


class Nights:
    """A server's nights: `answers` is what each run says, None: a backup was made and entered."""

    def __init__(self, *answers: Failure | None, last: Backup | None = None, enters: bool = True) -> None:
        self.now, self.answers, self.enters, self.runs = int(NOON), list(answers), enters, 0
        self.told: list[Failure] = []
        self.backups = Backups(last, configured=True, now=lambda: UtcMs(self.now))
        self.nightly = Nightly(self.backups, self._run, 1, ZONE, lambda: UtcMs(self.now), self.told.append)

    async def _run(self) -> Failure | None:
        self.runs += 1
        answer = self.answers.pop(0)
        if answer is None and self.enters:
            self.backups.take(made(self.now))
        return answer

    def pass_by(self, hours: float) -> int:
        """So much time; how many backups were tried."""
        before, end = self.runs, self.now + int(hours * HOUR_MS)
        while self.now <= end:
            self.now += max(1, int(asyncio.run(self.nightly.look()) * 1000))
        return self.runs - before


def test_the_first_backup_is_made_at_once_and_the_next_at_night() -> None:
    nights = Nights(None, None, None)
    assert nights.pass_by(1) == 1
    assert nights.pass_by(11) == 0
    assert nights.pass_by(2) == 1
    assert nights.backups.alarm is None


def test_one_that_failed_is_told_and_tried_again_every_hour() -> None:
    nights = Nights(FAILED, FAILED, FAILED, None, last=made(NOON - 24 * HOUR_MS))
    assert nights.pass_by(2.5) == 3
    assert [each.text for each in nights.told] == [FAILED.text] * 3
    assert nights.backups.alarm is Alarm.FAILED
    assert nights.pass_by(1) == 1
    assert nights.backups.alarm is None


def test_one_that_never_reached_the_ledger_counts_as_failed() -> None:
    nights = Nights(None, None, None, enters=False)
    assert nights.pass_by(0.5) == 1
    assert nights.backups.alarm is Alarm.LATE
    assert "not in the ledger" in nights.told[0].text


def test_a_clock_that_is_set_back_makes_no_gap() -> None:
    nights = Nights(None, FAILED, None, last=made(NOON + 72 * HOUR_MS))
    assert nights.backups.alarm is Alarm.LATE
    assert nights.pass_by(0.1) == 1
    assert nights.backups.alarm is None


def test_what_the_process_of_a_backup_says_is_understood() -> None:
    assert failure_in(b'{"path": "/media/a.age"}\n', 0) is None
    assert failure_in(b'{"failed": "away", "text": "gone"}\n', 0) == Failure(UtcMs(0), medium.AWAY, "gone")
    ended = failure_in(b"", -9)
    assert ended is not None
    assert ended.text == "the process ended with status -9"


def test_the_sheet_for_the_safe_names_the_pair() -> None:
    sheet = key_sheet(IDENTITY)
    assert sheet.count(str(IDENTITY)) == 1
    assert f'for = ["{PUBLIC}"]' in sheet
    assert "█" in sheet
    assert key_sheet() != key_sheet()


def test_a_secret_is_read_as_people_copy_it() -> None:
    secret = str(IDENTITY)
    grouped = " ".join(secret[at : at + 6] for at in range(0, len(secret), 6)).lower()
    assert [str(each) for each in secrets_in(f"# the office's\n\n{grouped}\n")] == [secret]
    for wrong in ("", "# nothing", secret[:-1], secret[:-1] + ("P" if secret[-1] != "P" else "Q"), PUBLIC):
        with pytest.raises(SecretUnusable):
            secrets_in(wrong)


def test_the_section_backup_is_read_and_a_secret_in_it_refused() -> None:
    found = parse_server(f'{CONFIG}[backup]\nfolder = "/media/backup"\nfor = ["{PUBLIC}"]\nhour = 23\n').backup
    assert found is not None
    assert (found.folder, found.recipients, found.hour) == ("/media/backup", (PUBLIC,), 23)
    assert parse_server(CONFIG).backup is None
    for wrong, says in ((str(IDENTITY), "the secret itself"), (PUBLIC[:-1], "no public key")):
        with pytest.raises(ConfigError, match=says):
            parse_server(f'{CONFIG}[backup]\nfolder = "b"\nfor = ["{wrong}"]\n')


def test_every_reason_has_its_words() -> None:
    assert set(REASONS) | {medium.FAILED} == {
        medium.AWAY, medium.SAME_DISK, medium.FULL, medium.READ_ONLY, medium.DAMAGED, medium.FAILED,
    }  # fmt: skip


def state(last_ms: int | None, failure: Failure | None = None, *, configured: bool = True) -> Backups:
    """How it stands with the backups at noon."""
    last = made(last_ms) if last_ms is not None else None
    found = Backups(last, configured=configured, now=lambda: NOON)
    found.failure = failure
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_banner_says_what_to_do_in_every_language(language: str) -> None:
    seen = set()
    for told in (state(None, configured=False), state(NOON, FAILED), state(0), state(0, FAILED), state(None, FAILED)):
        shown = banner(told, Role.SUPERVISOR, language)
        assert shown is not None
        assert shown.red == (told.alarm is Alarm.LATE)
        assert shown.remedy
        seen.add((shown.says, shown.remedy))
    assert len(seen) == 5
    assert banner(state(NOON), Role.ADMINISTRATOR, language) is None


def test_staff_see_the_red_banner_only_and_whom_to_tell() -> None:
    assert banner(state(None, configured=False), Role.STAFF, "en") is None
    assert banner(state(NOON, FAILED), Role.STAFF, "en") is None
    red = banner(state(0, FAILED), Role.STAFF, "en")
    assert red is not None
    assert red.remedy == "Tell a supervisor or the administrator."


def test_the_terminal_is_told_the_same_with_what_the_system_said() -> None:
    told = warning(state(0, FAILED))
    assert told is not None
    assert str(told) == "No verified backup for more than 48 hours: /media/backup is not there"
    assert warning(state(NOON)) is None


def test_the_console_shows_it_above_every_page_of_who_may_act(tmp_path: Path) -> None:
    current = [state(0)]
    desk = Desk(tmp_path, banner=lambda role, language: banner(current[0], role, language))
    try:
        supervisor, staff, nobody = desk.signed_in("somsri"), desk.signed_in("boon"), desk.browser()
        red = 'class="banner red" data-alarm="late"'
        assert all(red in supervisor.get(path).text for path in ("/", "/today", "/day", "/account"))
        assert '<summary id="banner-h">' not in supervisor.get("/").text, "the red one says at once what to do"
        assert red in staff.get("/").text
        assert "data-alarm" not in nobody.get("/sign-in").text
        current[0] = state(None, configured=False)
        page = supervisor.get("/today").text
        assert 'class="banner" data-alarm="nowhere"' in page
        assert '<details><summary id="banner-h">' in page, "folded: nothing is lost by now"
        assert "data-alarm" not in staff.get("/").text
        current[0] = state(NOON)
        assert "data-alarm" not in supervisor.get("/today").text
    finally:
        desk.close()
