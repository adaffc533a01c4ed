"""A kiosk's card restored from a copy, or cloned: a new journal, the same lane, no number twice, nothing lost."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pytest

from kiosk import successor
from kiosk.appliance import open_journal
from server.ingest import take_pairing
from server.ledger import Ledger
from server.pairing import new_code
from server.reading import view
from server.stores import FILE
from sync import paircode, wire
from sync.client import Reply
from sync.facts import Body, DayOpened, JournalOpened, ScoreGiven, TicketLanguage, drafts
from sync.forked import again
from sync.inbox import InboxReader, InboxState
from sync.journal import Instant, Journal, JournalReader
from sync.numbering import Numbers
from sync.paircode import Succession
from sync.status import describe
from sync.system_clock import SystemClock
from sync.types import BootId, BootMs, JournalId, Level, Seq
from sync.uplink import Ports, Settings, Uplink
from sync.wire import Refusal
from tests.server.conftest import CERTIFICATE, ZONE
from tests.server.copied import copied
from tests.server.device import BOOT, DAY, NOON, issued, seeded
from tests.server.judged import judged
from tests.server.places import place


class Office:
    """The server's own judgement and ledger, without a network."""

    def __init__(self, folder: Path) -> None:
        self.ledger = Ledger(place(folder / FILE), ZONE, seeded(5))
        self.refused: list[str] = []

    def code(self) -> str:
        """A fresh pairing code."""
        made = paircode.make_code(CERTIFICATE, seeded(len(self.refused) + 11))
        with self.ledger.transaction():
            self.ledger.add_code(new_code(made.secret, None, NOON))
        return str(made)

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """One request."""
        with self.ledger.transaction():
            reply = judged(self.ledger, CERTIFICATE, path, headers, body, NOON)
        if reply.status != 200:
            self.refused.append(json.loads(reply.body)["error"])
        return reply

    def close(self) -> None:
        """Nothing to let go of."""

    def labels(self) -> list[str]:
        """Every ticket that it knows, by number."""
        return sorted(each.body.label for each in self.ledger.held.issued_on(DAY))

    def lanes(self) -> list[int]:
        """The lanes of the journals."""
        query = "SELECT lane FROM journals WHERE own = 0 ORDER BY rowid"
        return [row[0] for row in self.ledger._db.execute(query)]


@dataclass
class Box:
    """One machine: its data folder, its kiosk's journal, its sync."""

    data: Path
    office: Office
    code: str
    ms: int = 1000
    lines: list[str] = field(default_factory=list)
    boot: BootId = BOOT

    def instant(self) -> Instant:
        self.ms += 1
        return Instant(self.boot, BootMs(self.ms))

    def start(self) -> Journal:
        """The kiosk begins."""
        journal, _ = open_journal(self.data, SystemClock())
        return journal

    def write(self, *bodies: Body) -> None:
        """The kiosk runs for a moment and writes this."""
        journal = self.start()
        journal.append(drafts(*bodies), self.instant())
        journal.close()

    def sync(self, turns: int = 30) -> InboxState:
        """Sync runs for so many turns, with the time that each asks for."""
        ports = Ports(self.instant, lambda: 0.5, self.lines.append, lambda: None, lambda url: CERTIFICATE, self.link)
        process = Uplink(Settings(self.data, "https://office.invalid", self.code, "Hall"), ports)
        for _ in range(turns):
            self.ms += int(process.turn() * 1000) + 1
        process.close()
        state = InboxReader(self.data / "inbox.db").read()
        assert state is not None
        return state

    def link(self, url: str, fingerprint: bytes) -> Office:
        return self.office

    def copy(self, to: Path) -> "Box":
        """The card, copied."""
        shutil.copytree(self.data, to)
        return Box(to, self.office, self.code, self.ms, boot=BootId("c" * 32))

    @property
    def opened(self) -> JournalOpened:
        """Fact 1 of its journal."""
        with JournalReader(self.data / "journal.db") as reader:
            return reader.opened()

    def next_number(self) -> int:
        """The number that its next ticket gets."""
        with JournalReader(self.data / "journal.db") as reader:
            return Numbers.fold(reader.facts()).next_number(DAY, "A", 0)

    def facts(self) -> list[tuple[str, Instant]]:
        """What its journal holds."""
        with JournalReader(self.data / "journal.db") as reader:
            return [(each.kind, Instant(each.boot_id, each.boottime_ms)) for each in reader.facts()]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.ledger.close()


@pytest.fixture
def box(office: Office, tmp_path: Path) -> Box:
    """A kiosk that gave A001 and A002."""
    made = Box(tmp_path / "box", office, office.code())
    made.write(DayOpened(DAY, "clock"), issued(1), issued(2))
    assert made.sync().phase == "idle"
    return made


def test_a_card_restored_from_a_copy_goes_on_in_a_new_journal_and_nothing_is_lost(
    office: Office, box: Box, tmp_path: Path
) -> None:
    restored = box.copy(tmp_path / "restored")
    box.write(issued(3), issued(4))
    assert box.sync().phase == "idle"
    restored.write(issued(3), TicketLanguage(Seq(5), "my"), ScoreGiven(1, Level(5)))
    state = restored.sync()
    assert (state.phase, state.reason, state.common) == ("quarantine", "fork", 4)
    before, written = restored.opened, restored.facts()
    restored.start().close()
    assert restored.opened.journal_id != before.journal_id
    link = restored.opened.predecessor
    assert link is not None
    assert (link.journal_id, link.seq) == (before.journal_id, 4)
    assert restored.facts()[1:4] == written[4:], "said again, each at its own moment"
    assert restored.next_number() == 100, "behind all that anybody can have given"
    restored.write(issued(100))
    state = restored.sync()
    assert (state.phase, state.reason, state.lane) == ("idle", None, 0)
    assert office.labels() == ["A001", "A002", "A003", "A003", "A004", "A100"], "both true tickets A003 are here"
    assert office.lanes() == [0, 0]
    with JournalReader(restored.data / f"journal-{before.journal_id}.db") as kept:
        assert [each.kind for each in kept.facts()] == [kind for kind, _ in written]


def test_a_card_that_is_behind_and_wrote_nothing_goes_on_as_well(office: Office, box: Box, tmp_path: Path) -> None:
    restored = box.copy(tmp_path / "restored")
    box.write(issued(3))
    box.sync()
    state = restored.sync()
    assert (state.reason, state.common) == ("server-ahead", 4)
    restored.write(issued(100))
    assert restored.sync().phase == "idle"
    assert office.labels() == ["A001", "A002", "A003", "A100"]


def test_of_two_machines_with_one_key_the_second_needs_a_person(office: Office, box: Box, tmp_path: Path) -> None:
    clone = box.copy(tmp_path / "clone")
    box.write(issued(3))
    box.sync()
    clone.write(issued(3))
    clone.sync()
    clone.start().close()
    assert clone.sync().phase == "idle", "the first that begins anew goes on by the key that they share"
    box.write(issued(4))
    state = box.sync()
    assert (state.phase, state.reason, state.common) == ("quarantine", "superseded", 5)
    box.start().close()
    state = box.sync()
    assert (state.phase, state.reason) == ("unpaired", "superseded")
    assert "cloned" in (state.message or "")
    assert office.labels() == ["A001", "A002", "A003", "A003"]
    box.code = office.code()
    state = box.sync()
    assert (state.phase, state.lane) == ("idle", 1), "paired by a person, in a lane of its own"
    assert office.labels() == ["A001", "A002", "A003", "A003", "A004"]


def test_what_a_clone_brought_is_not_said_again_by_a_machine_whose_journal_is_followed(
    office: Office, box: Box, tmp_path: Path
) -> None:
    box.write(issued(3))
    clone, third = box.copy(tmp_path / "clone"), box.copy(tmp_path / "third")
    clone.write(issued(4))
    clone.sync()
    third.write(issued(5))
    third.sync()
    third.start().close()
    assert third.sync().phase == "idle"
    state = box.sync()
    assert (state.phase, state.reason, state.common) == ("quarantine", "superseded", 5), "it had heard of 4 only"
    box.start().close()
    box.code = office.code()
    assert box.sync().phase == "idle"
    assert office.labels() == ["A001", "A002", "A003", "A004", "A005"]


class Meanwhile(Office):
    """The office, while something else happens during the first request."""

    def __init__(self, office: Office, happens: Callable[[], None]) -> None:
        self.ledger, self.refused, self._happens = office.ledger, office.refused, [happens]

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        while self._happens:
            self._happens.pop()()
        return super().post(path, headers, body)


class Short(Journal):
    """A journal that begins another file with nearly every day."""

    full_at: ClassVar[int] = 2


def in_the_same_file(box: Box) -> None:
    box.write(issued(3))


def in_a_new_file(box: Box) -> None:
    before = (box.data / "journal.db").stat().st_ino
    with Short(box.data / "journal.db") as journal:
        journal.append(drafts(DayOpened("2026-11-30", "clock")), box.instant())
    assert (box.data / "journal.db").stat().st_ino != before


@pytest.mark.parametrize("write", [in_the_same_file, in_a_new_file])
def test_what_was_written_while_a_request_was_under_way_parts_no_history(
    office: Office, box: Box, tmp_path: Path, write: Callable[[Box], None]
) -> None:
    def happens() -> None:
        write(box)
        clone = box.copy(tmp_path / "clone")
        clone.office = office
        assert clone.sync().phase == "idle"

    box.office = Meanwhile(office, happens)
    state = box.sync(2)
    assert (state.phase, state.reason, state.received) == ("idle", None, 5)


def told(office: Office) -> list[tuple[bool, bool]]:
    """What the page knows of each machine: whether it follows an older journal, and whether its card was cloned."""
    return [(each.follows, each.cloned) for each in view(office.ledger._db, DAY).devices]


def test_the_office_and_the_technician_are_told(office: Office, box: Box, tmp_path: Path) -> None:
    assert told(office) == [(False, False)]
    clone = box.copy(tmp_path / "clone")
    box.write(issued(3))
    box.sync()
    clone.write(issued(3))
    state = clone.sync()
    with JournalReader(clone.data / "journal.db") as reader:
        lines = describe(state, reader.last(), None, clone.instant())
    assert "two histories: the same up to 4; a new journal says 1 facts again" in lines
    clone.start().close()
    clone.sync()
    assert told(office) == [(True, False)]
    box.write(issued(4))
    box.sync()
    box.start().close()
    box.sync()
    assert told(office) == [(True, True)]


def test_a_stranger_follows_nobody(office: Office, box: Box, tmp_path: Path) -> None:
    stranger = Box(tmp_path / "stranger", office, office.code())
    stranger.write(issued(7))
    shutil.copy(box.data / "pin.json", stranger.data / "pin.json")
    with JournalReader(stranger.data / "journal.db") as reader:
        opened = reader.opened()
    request = Succession(
        "",
        opened.journal_id,
        opened.public_key,
        "00" * 32,
        "kiosk",
        "Hall",
        "00" * 64,
        box.opened.journal_id,
        "00" * 64,
    )
    with office.ledger.transaction():
        refused = take_pairing(office.ledger, request, paircode.fingerprint(CERTIFICATE), NOON)
    assert isinstance(refused, Refusal)
    assert refused.error == wire.BAD_SIGNATURE


def test_a_cut_at_any_moment_leaves_one_whole_journal(box: Box, tmp_path: Path) -> None:
    restored = box.copy(tmp_path / "restored")
    box.write(issued(3))
    box.sync()
    restored.write(issued(3))
    restored.sync()
    before = restored.opened.journal_id
    (restored.data / successor.NEXT).write_bytes(b"half a file")
    (restored.data / f"journal-{before}.db").write_bytes(b"half a file")
    restored.start().close()
    assert restored.opened.predecessor is not None


def restore(office: Office, copy: Path) -> None:
    """The office's disk dies; it goes on from this copy."""
    office.ledger.close()
    office.ledger = Ledger(place(copy), ZONE, seeded(6))


def back_up(office: Office, to: Path) -> Path:
    """A copy of the office's ledger."""
    return copied(office.ledger._db, to)


def held(office: Office, journal: JournalId) -> int:
    """How far the office has this journal."""
    known = office.ledger.known(journal)
    return int(known.received.seq) if known is not None else 0


@pytest.mark.parametrize(("old", "arrived"), [("kept", 5), ("damaged", 4), ("gone", 4), ("new code", 5)])
def test_an_office_restored_from_before_all_that_gets_the_end_of_the_older_journal_too(
    office: Office, box: Box, tmp_path: Path, old: str, arrived: int
) -> None:
    copy = back_up(office, tmp_path / "copy.db")
    box.write(issued(3))
    box.sync()
    card = box.copy(tmp_path / "card")
    box.write(issued(4))
    box.sync()
    card.write(issued(4), issued(5))
    card.sync()
    card.start().close()
    assert card.sync().phase == "idle"
    before, path = box.opened.journal_id, card.data / f"journal-{box.opened.journal_id}.db"
    if old == "damaged":
        path.write_bytes(b"half a file")
    elif old == "gone":
        path.unlink()
    restore(office, copy)
    assert held(office, before) == 4
    if old == "new code":
        card.code = office.code()
    assert card.sync(9).phase == "idle", "whatever became of the old file, the new journal is there"
    assert held(office, before) == arrived
    assert office.labels() == ["A001", "A002", *["A003"][: arrived - 4], "A004", "A005"]


def test_control_without_the_move_a_number_is_given_twice(office: Office, box: Box, tmp_path: Path) -> None:
    restored = box.copy(tmp_path / "restored")
    box.write(issued(3))
    box.sync()
    restored.sync()
    with JournalReader(restored.data / "journal.db") as reader:
        at = Numbers.fold(reader.facts()).next_number(DAY, "A", 0)
    assert f"A{at:03}" in office.labels()


def test_what_is_about_the_time_before_has_no_place_in_the_new_journal(box: Box) -> None:
    box.write(issued(3), TicketLanguage(Seq(5), "my"), TicketLanguage(Seq(3), "th"))
    with JournalReader(box.data / "journal.db") as reader:
        found = [draft for _, draft in again(reader.facts(), Seq(4))]
    assert [(each.kind, each.body.get("ticket")) for each in found] == [("ticket.issued", None), ("ticket.language", 2)]
