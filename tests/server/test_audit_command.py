"""`python -m server audit` and `checkpoint`: in words, in JSON, in three languages; 1 where the rule was not kept."""

import json
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from server.__main__ import main
from server.audit_words import LOOK, PATTERNS, SENTENCES, look, pattern_words, sentence
from sync import verify
from sync.audit_terms import Violation, Wrong
from sync.facts_office import TicketCalled
from sync.patterns import Name, Pattern, Sort, patterns
from sync.types import Seq
from tests.server.audited import DAY, NEXT, WHO, worked
from tests.server.device import issued
from tests.sync.officedays import OfficeDay
from translations import LANGUAGES, load


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office of two days."""
    made = tmp_path_factory.mktemp("office")
    office, kiosk = worked(made)
    office.ledger.close()
    kiosk.journal.close()
    return made


def run(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """(exit status, what was printed)."""
    status = main([*arguments, "--config", str(folder / "server.toml")])
    told = capsys.readouterr()
    return status, told.out + told.err


def test_a_day_by_the_rule_is_told_in_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, said = run(folder, capsys, "audit", "--day", DAY)
    assert status == 0
    assert f"Audit of {DAY}" in said
    assert "     5  calls\n     4  as the rule says\n     1  picked by hand, with a reason (came-before 1)" in said
    assert "No violation" in said
    assert "complaint about A002: passed-over\n  camera cam-1, clock in the picture 2026-11-23 12:13:59 to " in said
    assert "export before 2026-12-23" in said


@pytest.mark.parametrize(("language", "title"), [("th", "การตรวจสอบวันที่"), ("my", "စစ်ဆေးချက်"), ("en", "Audit of")])
def test_it_is_told_in_three_languages(
    folder: Path, capsys: pytest.CaptureFixture[str], language: str, title: str
) -> None:
    status, said = run(folder, capsys, "audit", "--day", NEXT, "--language", language)
    assert status == 0
    assert title in said


KEYS = {
    "format", "day", "whole", "journal", "facts", "head", "rule", "totals", "unchecked", "strange", "violations",
    "patterns", "tickets", "restored_ms", "waived_ms", "parts", "gaps",
}  # fmt: skip
CALL_KEYS = {
    "seq", "service", "counter", "staff", "at_ms", "waited_ms", "why", "conforming", "recalls", "came_ms", "ended_ms",
    "how", "early", "back_ms", "camera", "part",
}  # fmt: skip


def test_the_json_has_the_keys_that_the_document_promises(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, said = run(folder, capsys, "audit", "--day", DAY, "--json")
    found = json.loads(said)
    assert (status, found["format"]) == (0, 1)
    assert set(found) == KEYS
    assert set(found["tickets"][1]["calls"][0]) == CALL_KEYS
    assert found["tickets"][1]["complaints"] == [{"category": "passed-over", "at_ms": 1795411218000}]
    assert found["tickets"][1]["calls"][0]["camera"]["camera"] == "cam-1"
    page = (Path(__file__).parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")
    named = {*KEYS, *CALL_KEYS, *(each.value for each in (*Wrong, *Name))}
    assert [key for key in sorted(named) if f"`{key}`" not in page] == []


def test_the_next_day_begins_with_whoever_was_carried_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, said = run(folder, capsys, "audit", "--day", NEXT, "--json")
    found = json.loads(said)
    assert (found["totals"]["carried_in"], found["unchecked"], found["whole"]) == (1, 0, False)


def cheated(folder: Path) -> None:
    """Somebody with the office's key calls a cousin, as if by the rule."""
    office, kiosk = worked(folder)
    for n in (21, 22):
        office.later(1)
        kiosk.record(issued(n, day=NEXT), after_ms=1000)
        office.hear(kiosk)
    (name,) = [name for name, ticket in office.live.tickets.items() if ticket.label == "A022"]
    office.write(TicketCalled(office.now, name, 1, WHO.staff))
    office.ledger.close()
    kiosk.journal.close()


def test_a_violation_ends_the_command_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cheated(tmp_path)
    status, said = run(tmp_path, capsys, "audit", "--day", NEXT)
    assert status == 1
    assert "Violations: " in said
    status, said = run(tmp_path, capsys, "audit", "--day", NEXT, "--json")
    assert status == 1
    assert "not-the-rule" in {each["code"] for each in json.loads(said)["violations"]}


def test_a_day_that_is_not_there_is_told(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, said = run(folder, capsys, "audit", "--day", "2031-01-01")
    assert (status, f"The last day on record is {NEXT}" in said) == (1, True)
    status, said = run(folder, capsys, "audit", "--day", "soon")
    assert (status, "Write it like 2026-11-30" in said) == (1, True)
    (tmp_path / "server.toml").write_bytes((folder / "server.toml").read_bytes())
    status, said = run(tmp_path, capsys, "audit", "--day", DAY)
    assert (status, "there is no ledger" in said) == (1, True)


def test_verify_takes_the_checkpoint_for_the_exported_journal(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, sheet = run(folder, capsys, "checkpoint", "--day", DAY)
    assert status == 0
    assert f"day {DAY}\n" in sheet
    (tmp_path / "sheet.txt").write_text(sheet, encoding="utf-8")
    assert run(folder, capsys, "export", "--to", str(tmp_path / "office.db"))[0] == 0
    assert verify.main([str(tmp_path / "office.db"), "--head", str(tmp_path / "sheet.txt")]) == 0


def test_every_violation_and_pattern_has_words_in_every_language() -> None:
    assert set(SENTENCES) == set(LOOK) == set(Wrong)
    assert set(PATTERNS) == set(Name)
    for language in LANGUAGES:
        words = load(language, "audit")
        for what in Wrong:
            violation = Violation(what, Seq(1), {"ticket": "A001", "counter": "3"})
            assert "{" not in sentence(violation, words) + look(violation, words)
    days = [OfficeDay(70 + seed, cheat="quick-no-show").run().audit() for seed in range(3)]
    found = patterns(days, ZoneInfo("Asia/Bangkok"))
    told = pattern_words(found[0], load("en", "audit"))
    assert told.startswith("counter 2: calls were given up early: ")
    assert "usual elsewhere" in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_long_a_pattern_took_is_told_in_minutes_but_for_what_is_a_matter_of_seconds(language: str) -> None:
    def told(name: Name, seconds: int) -> str:
        return pattern_words(Pattern(name, Sort.COUNTER, "2", 6, 20, 0.05, seconds * 1000), load(language, "audit"))

    unit = {"th": ("วินาที", "นาที"), "en": ("s", "min"), "my": ("စက္ကန့်", "မိနစ်")}[language]
    assert re.search(rf"\b25\b.*{re.escape(unit[0])}", told(Name.QUICK_NO_SHOW, 25))
    for name in (Name.NEGLECT, Name.QUICK_NO_SHOW):
        assert re.search(rf"\b21 {re.escape(unit[1])}", told(name, 1260))
        assert "1260" not in told(name, 1260)
    assert told(Name.NEGLECT, 1260).split(",")[1:] != told(Name.QUICK_NO_SHOW, 1260).split(",")[1:], "longest, typical"
