"""When a kiosk begins a new journal, and where its numbers go on then."""

from pathlib import Path

from kiosk import successor
from kiosk.appliance import open_journal
from kiosk.screen_inputs import ChooseLanguage
from kiosk.screen_types import Screen
from sync.body import TicketName
from sync.chain import START
from sync.clock import Trust
from sync.exchange_terms import Phase
from sync.facts import DayOpened, drafts
from sync.facts_office import TicketAdmitted
from sync.inbox import Inbox, InboxState
from sync.journal import Instant, JournalReader
from sync.judge import Accept, judge
from sync.mirror import FILE as MIRROR
from sync.mirror import Mirror
from sync.numbering import Numbers
from sync.system_clock import SystemClock
from sync.types import BootMs, JournalId, Seq, UtcMs
from sync.verify import verify
from tests.kiosk.fakes import FakeClock, Kiosk, opened
from tests.kiosk.test_loop import Awake
from tests.server.device import DAY, issued, seeded
from tests.sync.feeding_office import FeedingOffice
from tests.sync.journals import BOOT
from tests.sync.segmented import days, prune, small


def forked(kiosk: Kiosk, **changes: object) -> InboxState:
    """What sync says of a journal with two histories."""
    name = kiosk.disk.opened().journal_id
    values = {"phase": Phase.QUARANTINE.value, "reason": "fork", "journal_id": name, "common": Seq(1)}
    return InboxState(**(values | changes))  # type: ignore[arg-type]


def told(kiosk: Kiosk, state: InboxState) -> bool:
    """Whether it begins anew when sync says this."""
    kiosk.inbox = state
    kiosk.machine.look_at_inbox()
    return kiosk.machine.must_begin_anew()


def test_it_begins_anew_only_for_a_fork_of_its_own_journal_whose_place_is_known(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    assert told(kiosk, forked(kiosk))
    assert told(kiosk, forked(kiosk, reason="superseded"))
    assert not told(kiosk, forked(kiosk, reason="revoked"))
    assert not told(kiosk, forked(kiosk, common=None))
    assert not told(kiosk, forked(kiosk, phase="idle"))
    assert not told(kiosk, forked(kiosk, journal_id=JournalId("e" * 32)))


def test_whoever_is_served_is_served_to_the_end(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.inbox = forked(kiosk)
    kiosk.machine.look_at_inbox()
    kiosk.machine.give(ChooseLanguage("en"))
    assert not kiosk.machine.must_begin_anew()
    kiosk.later(600_000)
    assert kiosk.machine.must_begin_anew(), "and then it does"


def test_the_loop_ends_so_that_the_kiosk_begins_again(tmp_path: Path) -> None:
    awake = Awake(tmp_path)
    assert (awake.loop.ending, awake.loop.anew) == (False, False)
    awake.kiosk.inbox = forked(awake.kiosk)
    awake.kiosk.machine.look_at_inbox()
    awake.loop.run()
    assert awake.loop.anew


def test_a_kiosk_that_is_closed_need_not_wait_for_the_morning(tmp_path: Path) -> None:
    kiosk = opened(tmp_path, clock=FakeClock(utc_ms=0), trust=Trust.NTP)
    assert kiosk.screen() is Screen.CONFIRM_DATE
    assert told(kiosk, forked(kiosk))


def test_numbers_go_on_behind_those_that_the_office_tells_of(tmp_path: Path) -> None:
    """The copy knows of A003; in its lane A250 was called today, and in another lane AB400."""
    data, now = tmp_path, Instant(BOOT, BootMs(5))
    journal, _ = open_journal(data, SystemClock())
    journal.append(drafts(DayOpened(DAY, "clock"), issued(3), issued(1, "tax")), now)
    name = journal.opened().journal_id
    journal.close()
    office = FeedingOffice()
    for n, label in enumerate(("A250", "AB400", "Z001", "nonsense"), 1):
        office.add(
            TicketAdmitted(UtcMs(1), TicketName(JournalId("c" * 32), Seq(n)), DAY, label, ("tax",), UtcMs(1), "arrived")
        )
    mirror = Mirror(data / MIRROR)
    mirror.begin(office.introduction())
    known = mirror.known()
    assert known is not None
    verdict = judge(office.batch(START), known)
    assert isinstance(verdict, Accept)
    mirror.apply(office.name, verdict)
    mirror.close()
    inbox = Inbox(data / "inbox.db")
    inbox.write(InboxState(Phase.QUARANTINE.value, reason="fork", journal_id=name, lane=0, common=Seq(2)))
    inbox.close()
    assert successor.succeed(data, now, seeded(4)) is not None
    with JournalReader(data / "journal.db") as reader:
        numbers = Numbers.fold(reader.facts())
        kinds = [each.kind for each in reader.facts()]
    assert [numbers.next_number(DAY, series, 0) for series in "ABZ"] == [300, 100, 100]
    assert numbers.next_number(DAY, "A", 1) == 1, "another lane is somebody else's"
    assert kinds == ["journal.opened", "ticket.issued", "ticket.issued", *["numbers.moved"] * 3]
    assert successor.succeed(data, now, seeded(5)) is None, "once"


def test_while_somebody_writes_the_journal_it_is_left_alone(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path, SystemClock())
    inbox = Inbox(tmp_path / "inbox.db")
    name = journal.opened().journal_id
    inbox.write(InboxState(Phase.QUARANTINE.value, reason="fork", journal_id=name, common=Seq(1)))
    inbox.close()
    assert successor.succeed(tmp_path, Instant(BOOT, BootMs(5)), seeded(4)) is None
    journal.close()
    assert successor.succeed(tmp_path, Instant(BOOT, BootMs(5)), seeded(4)) is not None, "control"


def test_a_journal_of_several_files_is_kept_whole_in_one(tmp_path: Path) -> None:
    """Seven of its facts are pruned; what is here is kept, and said again behind the place that the server knows."""
    path = tmp_path / "journal.db"
    days(path, 4)
    journal = small(path)
    journal.drop(prune(journal, 1))
    whole, name = list(journal.entries()), journal.opened().journal_id
    journal.close()
    inbox = Inbox(tmp_path / "inbox.db")
    inbox.write(InboxState(Phase.QUARANTINE.value, reason="fork", journal_id=name, common=Seq(3)))
    inbox.close()
    assert successor.succeed(tmp_path, Instant(BOOT, BootMs(5)), seeded(4)) is not None
    kept = tmp_path / f"journal-{name}.db"
    with JournalReader(kept) as reader:
        assert (list(reader.entries()), reader.floor().seq) == (whole, 7)
    verdict = verify(kept)
    assert (verdict.problem, verdict.floor.seq) == (None, 7)
    with JournalReader(path) as reader:
        opened = reader.opened()
        assert opened.predecessor is not None
        assert (opened.predecessor.journal_id, opened.predecessor.seq) == (name, 7), "as far back as it is here"
        assert len(list(reader.entries())) == len(whole) + 1
    assert verify(path).problem is None
    assert not (tmp_path / "segments" / name).exists()
