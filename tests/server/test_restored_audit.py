"""The audit and the evidence of an office that was restored from an old copy on the day that is audited."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from server import acts, evidence
from server.audit_reading import DayAudit, read_day
from server.audit_text import document, text
from server.audits import Audits
from server.checkpoints import missing
from server.errors import NoSuchDay
from server.proof_pages import ProofPages
from server.stores import FILE
from server.takeup import restating
from sync import reasons
from sync.audit_terms import Wrong
from sync.chain import extend
from sync.patterns import patterns
from tests.server import replayer
from tests.server.conftest import ZONE
from tests.server.device import DAY
from tests.server.places import reader_of
from tests.server.replayer import Doubt
from tests.server.restoring import Hall, Mirrored
from tests.server.test_queue import take
from tests.server.test_restored import PAGES, Story
from translations import load


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    made = Story(tmp_path)
    yield made
    made.office.close()


def restored(story: Story, mirror: Mirrored | None = None, *, back: bool = True) -> Hall:
    """The office starts from its copy, hears of its loss, gets the lost part back or not, and calls two more."""
    office = story.restore()
    office.asked(mirror or story.mirror)
    office.hear(story.kiosk)
    if back:
        office.give_back(story.kiosk, mirror or story.mirror)
        office.act(acts.Came())
        office.act(acts.Next())
    return office


def audit(office: Hall) -> DayAudit:
    with closing(reader_of(office.folder / FILE)) as db:
        return read_day(db, DAY, ZONE)


def wrong(found: DayAudit) -> list[Wrong]:
    return [each.what for each in found.audit.violations]


def say(found: DayAudit) -> str:
    return text(found, patterns([found.audit], ZONE), load("en", "audit"), ZONE)


def test_what_came_back_is_audited_with_what_followed(story: Story) -> None:
    found = audit(restored(story))
    totals = found.audit.totals
    assert wrong(found) == []
    assert (totals.calls, totals.by_rule, totals.by_hand) == (4, 2, {"came-before": 2})
    assert (totals.admitted, totals.finished, totals.no_shows) == (4, 2, 1)
    assert [(each.label, each.part, each.how) for each in found.audit.calls] == [
        ("A001", 0, "finished"), ("A003", 0, "no-show"), ("A002", 0, "finished"), ("A004", 1, None),
    ]  # fmt: skip
    assert all(each.how == "issued" for each in found.audit.journeys), "admitted before the loss, and never again"


def test_the_report_says_what_vouches_for_it(story: Story) -> None:
    found = audit(restored(story))
    said, mirror = say(found), story.mirror
    assert "The office was restored from an old copy of its record. This was found out at 2026-11-23 12:13." in said
    back = found.parts[0].back
    assert back is not None
    assert back[1] == len(mirror.rows)
    assert f"Facts {back[0]} to {back[1]} of journal {mirror.name[:8]} had been lost" in said
    assert f"(Hall 1). A signature of the office's key {found.key[:8]} vouches for them up to fact {back[1]}." in said
    assert "Not recoverable" not in said
    made = document(found, (), load("en", "audit"))
    assert made["parts"][0]["vouched"] == len(mirror.rows)
    assert made["gaps"] == []


def test_what_did_not_come_back_is_named_and_counts_nowhere(story: Story) -> None:
    found = audit(restored(story, back=False))
    assert wrong(found) == [Wrong.RECORD_LOST]
    assert found.audit.totals.calls == 0, "control: the calls of the lost part"
    assert "Not recoverable: from 2026-11-23 12:00 to 2026-11-23 12:13" in say(found)
    assert "No violation" not in say(found)
    told = document(found, (), load("en", "audit"))["gaps"]
    assert [(each["code"], each["last"]) for each in told] == [("record-lost", len(story.mirror.rows))]


def test_half_of_it_is_as_good_as_nothing(story: Story) -> None:
    office = restored(story, back=False)
    office.send(story.kiosk, story.mirror, story.mirror.batch(story.mirror.head.position, 4))
    assert wrong(audit(office)) == [Wrong.RECORD_LOST]
    assert audit(office).audit.totals.calls == 0


FORGED = {
    "the reason of a call": (b'"why":"came-before"', b'"why":"rule"'),
    "who was called": (b'"why":"rule"', b'"why":"rool"'),
}


@pytest.mark.parametrize("what", list(FORGED))
def test_a_forged_part_is_caught_by_name_and_counts_nowhere(what: str, story: Story) -> None:
    office = restored(story)
    assert wrong(audit(office)) == [], "control"
    forge(office, *FORGED[what])
    found = audit(office)
    assert wrong(found)[-1] is Wrong.TAIL_FORGED
    assert [each.part for each in found.audit.calls] == [1], "only the new journal's call"
    assert "came back from a machine, and the office never signed them" in say(found)


def test_a_forged_part_with_chains_of_its_own_is_caught_too(story: Story) -> None:
    """Whoever makes up rows makes up chains: they do not lead to the head that the office signed."""
    office, mirror = restored(story), story.mirror
    first = mirror.rows.index(next(row for row in mirror.rows if b"ticket.called" in row[0]))
    at = mirror.at(first)
    rows = []
    for row, _ in mirror.rows[first:]:
        changed = row.replace(b'"why":"came-before"', b'"why":"rule"')
        at = extend(mirror.secret, at, changed)
        rows.append((changed, at.chain, at.seq))
    with unlocked(office) as db:
        db.executemany("UPDATE lost SET row = ?, chain = ? WHERE seq = ?", rows)
    assert wrong(audit(office))[-1] is Wrong.TAIL_FORGED
    with unlocked(office) as db:
        db.execute("UPDATE losses SET top_chain = ?", (at.chain,))
    assert wrong(audit(office))[-1] is Wrong.TAIL_FORGED, "and nobody but the office signs another head"


def test_what_was_called_from_the_copy_is_held_against_the_record(story: Story) -> None:
    office = story.restore()
    office.hear(story.kiosk)
    office.act(acts.Open(), 2)
    assert office.act(acts.Pick("A001", "came-before"), 1).called == "A001", "it was served before the loss"
    assert office.act(acts.Pick("A002", "came-before"), 2).called == "A002", "it was called before the loss"
    office.asked(story.mirror)
    office.give_back(story.kiosk, story.mirror)
    found = audit(office)
    assert wrong(found) == [Wrong.CALLED_AGAIN, Wrong.CALLED_AGAIN]
    assert found.audit.totals.by_rule == 1, "the call before the loss"
    assert "were written on the old copy" in say(found)
    assert found.audit.totals.admitted == 4


def test_what_was_done_without_it_is_aside_when_it_comes_back_after_all(story: Story) -> None:
    office = story.restore()
    office.asked(story.mirror)
    office.hear(story.kiosk)
    office.go_on()
    found = audit(office)
    assert wrong(found) == [Wrong.RECORD_LOST]
    assert "At 2026-11-23 12:13 a supervisor had the office go on without what was missing" in say(found)
    office.act(acts.Pick("A001", "came-before"))
    office.give_back(story.kiosk, story.mirror)
    found = audit(office)
    assert wrong(found) == [Wrong.CALLED_AGAIN]
    assert [each.aside for each in found.parts] == [False, True, False]
    assert (found.audit.totals.calls, found.audit.totals.by_rule) == (4, 1)


def test_a_day_that_only_the_devices_have(story: Story) -> None:
    """Restored twice: of the journal that began after the copy nothing is there, not even its name."""
    first = restored(story)
    mirror = Mirrored.of(first)
    story.copy = story.spare
    again = story.restore()
    again.hear(story.kiosk)
    assert again.asked(mirror)
    again.give_back(story.kiosk, mirror)
    again.give_back(story.kiosk, story.mirror)
    found = audit(again)
    assert wrong(found) == []
    assert [each.label for each in found.audit.calls] == ["A001", "A003", "A002", "A004"]


def test_a_day_that_was_lost_whole_is_on_record_when_it_came_back(story: Story) -> None:
    story.office.later(20 * 60)
    story.office.day = "2026-11-24"
    story.office.act(acts.Open())
    mirror = Mirrored.of(story.office)
    office = story.restore()
    office.day = "2026-11-25"
    office.later(24 * 60)
    office.asked(mirror)
    with closing(reader_of(office.folder / FILE)) as db:
        with pytest.raises(NoSuchDay):
            read_day(db, "2026-11-24", ZONE)
        office.give_back(story.kiosk, mirror)
        found = read_day(db, "2026-11-24", ZONE)
        assert [each.what for each in found.audit.violations] == []
        assert found.parts[0].back is not None
        assert missing(db, None)[:1] == [DAY]
        told = Audits(ZONE, lambda: office.now).day(db, DAY)
        assert told.found.audit.totals.calls == 3
    assert "had been lost and come from" in ProofPages(PAGES, ZONE).audit(told, [DAY], None, "en")


def write(office: Hall, out: Path) -> Path:
    with closing(reader_of(office.folder / FILE)) as db:
        evidence.write(db, DAY, DAY, out, "Asia/Bangkok")
    return out


def test_a_stranger_replays_all_parts_and_counts_what_our_audit_counts(story: Story, tmp_path: Path) -> None:
    office = restored(story)
    found = replayer.read(write(office, tmp_path / "evidence"))
    sums, totals = replayer.replay(found["days"][DAY], found["gaps"]), audit(office).audit.totals
    assert (sums["calls"], sums["by_rule"], sums["against"]) == (totals.calls, totals.by_rule, 0)
    assert sums["by_hand"] == sum(totals.by_hand.values())
    assert sums["otherwise"] == 0
    assert found["gaps"] == []
    texts = [path.read_text(encoding="utf-8") for path in (tmp_path / "evidence").glob("*.jsonl")]
    assert len(texts) == 3, "the journal with what came back, the new one, the kiosk's"
    assert found["withheld"] >= 3
    assert not any("machine.started" in each or "ticket.language" in each for each in texts)


def test_a_stranger_sees_a_queue_that_was_taken_up_otherwise(story: Story, tmp_path: Path) -> None:
    office = restored(story, back=False)
    office.give_back(story.kiosk, story.mirror)
    truth = office.live
    names = list(truth.tickets)
    lie = replace(truth, tickets={**truth.tickets, names[2]: replace(truth.tickets[names[2]], overtaken=9)})
    office.write(*restating(lie, office.now))
    found = replayer.read(write(office, tmp_path / "evidence"))
    assert replayer.replay(found["days"][DAY])["otherwise"] == 1


def test_a_stranger_is_told_what_nobody_has(story: Story, tmp_path: Path) -> None:
    found = replayer.read(write(restored(story, back=False), tmp_path / "evidence"))
    assert [each["last"] for each in found["gaps"]] == [len(story.mirror.rows)]
    assert replayer.replay(found["days"][DAY], found["gaps"])["by_rule"] == 0


def test_a_stranger_doubts_a_forged_part(story: Story, tmp_path: Path) -> None:
    office = restored(story)
    replayer.read(write(office, tmp_path / "true"))
    forge(office, *FORGED["who was called"])
    with pytest.raises(Doubt):
        replayer.read(write(office, tmp_path / "forged"))


def test_evidence_of_what_was_written_on_the_copy_has_a_file_of_its_own(story: Story, tmp_path: Path) -> None:
    office = story.restore()
    office.hear(story.kiosk)
    take(story.kiosk, 5)
    office.hear(story.kiosk)
    office.act(acts.Pick("A005", next(iter(reasons.PICK))), 1)
    office.asked(story.mirror)
    office.give_back(story.kiosk, story.mirror)
    out = write(office, tmp_path / "evidence")
    found = replayer.read(out)
    assert len(list(out.glob("office-*-copy.jsonl"))) == 1
    sums, totals = replayer.replay(found["days"][DAY]), audit(office).audit.totals
    assert sums["calls"] == totals.calls == 4


class unlocked:
    """The ledger without what keeps it from being changed, as a forger has it."""

    def __init__(self, office: Hall) -> None:
        self._db = sqlite3.connect(office.folder / FILE, isolation_level=None)

    def __enter__(self) -> sqlite3.Connection:
        for trigger in ("lost_is_never_changed", "lost_is_never_deleted"):
            self._db.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        return self._db

    def __exit__(self, *_: object) -> None:
        self._db.close()


def forge(office: Hall, old: bytes, new: bytes) -> None:
    """Change the first row of the lost part that has this, its chain left as it is."""
    with unlocked(office) as db:
        seq, row = db.execute("SELECT seq, row FROM lost WHERE instr(row, ?) ORDER BY seq", (old,)).fetchone()
        db.execute("UPDATE lost SET row = ? WHERE seq = ?", (row.replace(old, new), seq))
