"""The judge of `./prove office`, on a small day that was made by hand: it finds nothing there, and each control."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sync.body import Body, TicketName
from sync.codec import Fact
from sync.facts import DayOpened, JournalOpened, TicketIssued, draft
from sync.facts_office import (
    CounterOpened,
    TicketAdmitted,
    TicketCalled,
    TicketFinished,
    TicketPlaced,
    TicketServing,
)
from sync.facts_restated import RECORD, TicketRestated
from sync.types import BootId, BootMs, JournalId, Seq, UtcMs
from tests.faults.office_controls import CONTROLS
from tests.faults.office_evidence import Evidence, JournalFile, Loss, Machine, Sight, Told
from tests.faults.office_judge import HOLD_MS, LATE_MS, SILENCE_MS, judge, lie_of
from tests.faults.office_truth import Branch, believed
from tests.faults.office_watch import events, on_board, on_page

KIOSK, OFFICE, LATER = JournalId("a" * 32), JournalId("b" * 32), JournalId("c" * 32)
KEY, DAY, SERVICES = "d" * 64, "2026-11-23", ("register",)
EPOCH = 1_795_410_000_000


def name(n: int) -> TicketName:
    return TicketName(KIOSK, Seq(n + 1))


def chain(bodies: Iterable[tuple[int, Body]], first: int = 1) -> tuple[Fact, ...]:
    """Facts of these (boot ms, body)."""
    found = []
    for seq, (ms, body) in enumerate(bodies, first):
        said = draft(body)
        found.append(Fact(Seq(seq), said.kind, said.version, BootId("e" * 32), BootMs(ms), said.body))
    return tuple(found)


def at(ms: int) -> UtcMs:
    return UtcMs(EPOCH + ms)


def admitted(n: int, ms: int) -> tuple[int, Body]:
    return ms, TicketAdmitted(at(ms), name(n), DAY, f"A{n:03}", SERVICES, at(ms), "issued")


MORNING = chain(
    [
        (0, JournalOpened(OFFICE, KEY, "office")),
        (10, DayOpened(DAY, "clock")),
        (20, CounterOpened(at(20), 1, "s1", SERVICES)),
        (30, CounterOpened(at(30), 2, "s2", SERVICES)),
        admitted(1, 1000),
        admitted(2, 2000),
        admitted(3, 3000),
        (10_000, TicketCalled(at(10_000), name(1), 1, "s1")),
        (20_000, TicketServing(at(20_000), name(1), "s1")),
        (30_000, TicketCalled(at(30_000), name(2), 2, "s2")),
        (100_000, TicketFinished(at(100_000), name(1), "s1")),
    ]
)
"""A001 is served, A002 called, A003 waits."""


def restated(n: int, ms: int, status: str, counter: int | None = None) -> tuple[int, Body]:
    body = TicketRestated(at(ms), name(n), f"A{n:03}", DAY, SERVICES, at(ms), n, at(ms), status, counter=counter)
    return ms, body


AFTERNOON = chain(
    [
        (110_000, JournalOpened(LATER, KEY, "office")),
        (110_000, DayOpened(DAY, RECORD)),
        restated(1, 110_000, "served", 1),
        restated(2, 110_000, "called", 2),
        restated(3, 110_000, "waiting"),
        (120_000, TicketPlaced(at(120_000), name(2), 0, "withdrawn", "s2")),
    ]
)
"""The office was restored from a copy of its first seven facts, and has its record back."""


def rows(facts: Iterable[Fact]) -> dict[int, bytes]:
    return {int(fact.seq): f"{fact.seq} {fact.kind} {fact.boottime_ms}".encode() for fact in facts}


def sight(at_ms: int, *calls: tuple[str, int], where: str = "page", silent_ms: int = 500, **said: object) -> Sight:
    lost = bool(said.get("lost"))
    recent = frozenset([("A001", 1)]) if at_ms > 20_000 else frozenset[tuple[str, int]]()
    return Sight(where, EPOCH + at_ms, EPOCH + at_ms - silent_ms, lost, frozenset(calls), recent)


ISSUED = {n + 1: TicketIssued(DAY, "A", 0, n, f"A{n:03}", SERVICES, f"{n:064}") for n in (1, 2, 3)}
KIOSK_ROWS = {seq: f"kiosk {seq}".encode() for seq in range(1, 9)}
FILE = JournalFile(KIOSK, KEY, KIOSK_ROWS, ISSUED)
EVIDENCE = Evidence(
    machines=(Machine("kiosk-1", (FILE,), tuple(body.token for body in ISSUED.values()), frozenset({"A001"})),),
    held={KIOSK: KIOSK_ROWS},
    branches=(Branch(OFFICE, MORNING), Branch(OFFICE, MORNING[:7], 7), Branch(LATER, AFTERNOON)),
    told=(
        Told(1, "next", 8, "A001"),
        Told(1, "came", 9),
        Told(2, "next", 10, "A002"),
        Told(1, "finish", 11),
        Told(2, "withdraw", 6),
    ),
    sights=(
        sight(5_000),
        sight(12_000, ("A001", 1)),
        sight(22_000),
        sight(40_000, ("A002", 2)),
        sight(90_000, ("A002", 2), silent_ms=30_000, lost=True),
        sight(112_000, ("A002", 2), where="board"),
        sight(125_000),
    ),
    epoch_ms=EPOCH,
    day=DAY,
    losses=(Loss(OFFICE, rows(MORNING), 7, 11, rows(MORNING), 105_000),),
    verified=(("kiosk-1/journal.db", None),),
)
TRUTH = believed(EVIDENCE.branches, EPOCH)


def faults(**changes: object) -> list[str]:
    return judge(replace(EVIDENCE, **changes)).all()  # type: ignore[arg-type]


def test_a_day_on_which_all_was_well_has_no_fault() -> None:
    judged = judge(EVIDENCE)
    assert judged.all() == []
    figures = judged.figures
    assert (figures.tickets, figures.papers, figures.calls, figures.sights, figures.grey) == (3, 3, 2, 7, 1)
    assert (figures.unheard, figures.ignorant, figures.outlived, figures.blind_ms) == (0, 0, 0, 5_000)


@pytest.mark.parametrize("control", CONTROLS)
def test_each_control_is_caught(control: str) -> None:
    about, spoilt = CONTROLS[control](EVIDENCE)
    assert about in judge(spoilt).faults


def test_a_ticket_is_at_the_office_once() -> None:
    machine = EVIDENCE.machines[0]
    alone = replace(
        machine, files=(replace(FILE, issued={**ISSUED, 8: replace(ISSUED[2], label="A009", token="f" * 64)}),)
    )
    assert faults(machines=(alone,)) == ["tickets: A009 waits nowhere"]
    fewer = {seq: body for seq, body in ISSUED.items() if seq != 4}
    assert "tickets: A003 was given by no kiosk" in faults(
        machines=(replace(machine, files=(replace(FILE, issued=fewer),), papers=()),)
    )
    twice = replace(FILE, issued={**ISSUED, 4: replace(ISSUED[3], token="f" * 64)})
    assert "tickets: the number A002 was given 2 times" in faults(machines=(replace(machine, files=(twice,)),))
    longer = {**KIOSK_ROWS, 9: b"9"}
    assert faults(held={KIOSK: longer}) == ["tickets: kiosk-1: the office has 9 facts of 8"]


def test_what_a_machine_said_behind_a_fork_is_said_again_in_its_new_journal() -> None:
    successor = JournalFile(LATER, KEY, {1: b"x", 2: b"y"}, {2: ISSUED[4]}, (KIOSK, 3))
    machine = replace(EVIDENCE.machines[0], files=(FILE, successor))
    held = {KIOSK: {seq: KIOSK_ROWS[seq] for seq in (1, 2, 3)}, LATER: successor.rows}
    said = [each for each in faults(machines=(machine,), held=held) if "said again" in each or "are not at" in each]
    assert said == []
    silent = replace(successor, issued={})
    said = faults(machines=(replace(machine, files=(FILE, silent)),), held=held)
    assert "tickets: kiosk-1: A003 was not said again in the new journal" in said


def test_numbers_that_a_clone_gave_too_are_counted_and_only_those() -> None:
    clone = Machine("clone", (JournalFile(LATER, KEY, {1: b"x", 2: b"y"}, {2: ISSUED[4]}),), ())
    judged = judge(replace(EVIDENCE, machines=(*EVIDENCE.machines, clone), audit=("number-twice",)))
    assert judged.figures.twins == 1
    assert not any("number A003" in each for each in judged.all())
    assert "audit" not in judged.faults
    stranger = replace(clone, files=(replace(clone.files[0], key="f" * 64),))
    judged = judge(replace(EVIDENCE, machines=(*EVIDENCE.machines, stranger)))
    assert "tickets: the number A003 was given 2 times" in judged.all()


def test_an_officer_is_told_what_is_on_record_and_each_call_once() -> None:
    first, *rest = EVIDENCE.told
    assert faults(told=(replace(first, called="A003"), *rest))[0].startswith("calls: an officer was told of next")
    assert faults(told=(first, first, *rest)) == ["calls: A001 was called to counter 1 1 times, told of 2 times"]
    untold = replace(EVIDENCE, told=tuple(rest), losses=())
    assert "calls: A001 was called to counter 1 1 times, told of 0 times" in judge(untold).all()


def test_what_was_lost_before_anybody_heard_of_it_is_counted_and_what_was_heard_has_to_come_back() -> None:
    (loss,) = EVIDENCE.losses
    judged = judge(replace(EVIDENCE, losses=(replace(loss, heard=9, back=rows(MORNING[:9])),)))
    assert (judged.all(), judged.figures.unheard) == ([], 2)
    assert faults(losses=(replace(loss, back=rows(MORNING[:9])),)) == [
        "record: 2 of 4 lost facts did not come back, the first is 10"
    ]
    assert faults(wanted=True) == ["record: some of the lost record is still wanted"]


def test_what_a_copy_called_and_showed_that_was_over_is_counted() -> None:
    """Known and told, no fault: an office that has not heard of its record yet (docs/exchange.md, "Lost")."""
    blind = chain([(106_000, TicketCalled(at(106_000), name(1), 1, "s1"))], 8)
    branches = (EVIDENCE.branches[0], Branch(OFFICE, (*MORNING[:7], *blind), 7), EVIDENCE.branches[2])
    seen = (*EVIDENCE.sights, sight(107_000, ("A001", 1)))
    judged = judge(replace(EVIDENCE, branches=branches, sights=seen, audit=("called-again",)))
    assert (judged.figures.ignorant, judged.figures.outlived) == (1, 0), "it was called again; the sight is true of it"
    assert "audit" not in judged.faults
    kept = chain([(1, TicketCalled(at(1), name(1), 1, "s1"))], 8)
    late = (Branch(OFFICE, MORNING), Branch(OFFICE, (*MORNING[:7], *kept), 7), EVIDENCE.branches[2])
    assert judge(replace(EVIDENCE, branches=late, sights=seen)).figures.outlived == 1


def test_the_audit_may_name_what_happened_and_nothing_else() -> None:
    assert faults(audit=("vanished",)) == ["audit: 1 × vanished"]
    for code in ("number-twice", "called-again", "record-lost"):
        assert faults(audit=(code,)) == [f"audit: 1 × {code}"], "there was no such thing"
    (loss,) = EVIDENCE.losses
    unheard = replace(EVIDENCE, losses=(replace(loss, heard=9, back=rows(MORNING[:9])),), audit=("record-lost",))
    assert judge(unheard).all() == []


def test_a_journal_that_does_not_verify_and_what_people_complained_of_are_faults() -> None:
    assert faults(verified=(("x", "cut off"),), said=("gave up",)) == ["verify: x: cut off", "hall: gave up"]


# Displays ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "lie"),
    [
        (sight(12_000, ("A001", 2)), "where it was never called"),
        (sight(12_000, ("A009", 1)), "where it was never called"),
        (sight(5_000, ("A001", 1)), "where it was never called"),
        (sight(40_000), "shows nobody as called at a time when that was not so"),
        (sight(40_000, ("A001", 1)), "shows A001 at 1 as called at a time when that was not so"),
        (sight(60_000, ("A002", 2), silent_ms=SILENCE_MS + LATE_MS + 1), "as new what is"),
        (sight(40_000, ("A002", 2), silent_ms=-LATE_MS - 1), "ahead of the time"),
        (replace(sight(12_000, ("A001", 1)), as_of_ms=None), "without a time"),
        (sight(80_000, ("A001", 1), silent_ms=80_000 - 45_000, lost=True), "at a time when that was not so"),
    ],
)
def test_a_display_that_shows_what_was_not_so_lies(seen: Sight, lie: str) -> None:
    assert lie in (lie_of(seen, TRUTH) or "")


def test_what_is_old_and_says_so_is_true_of_its_time_and_what_is_new_may_be_newer() -> None:
    assert lie_of(sight(99_000, ("A001", 1), silent_ms=99_000 - 15_000, lost=True), TRUTH) is None
    assert lie_of(sight(31_000, ("A002", 2), silent_ms=HOLD_MS), TRUTH) is None
    assert lie_of(sight(31_000, ("A001", 1), silent_ms=HOLD_MS), TRUTH) is None
    assert lie_of(replace(sight(5), as_of_ms=None), TRUTH) is None
    heard_again = sight(35_000, ("A002", 2), silent_ms=31_000, lost=True)
    assert lie_of(heard_again, TRUTH) is None, "the numbers come a moment before the word for them"
    between = replace(sight(60_000, ("A001", 1), silent_ms=70_000, lost=True), recent=frozenset())
    assert lie_of(between, TRUTH) is not None, "neither of its time nor of now"


def test_a_queue_that_is_said_again_becomes_true_at_once() -> None:
    assert frozenset() not in TRUTH.between(EPOCH + 105_000, EPOCH + 119_000)
    assert TRUTH.between(EPOCH - 5, EPOCH - 1) == {frozenset()}


def test_two_counters_at_once_are_seen_in_any_branch() -> None:
    again = chain([(101_000, TicketCalled(at(101_000), name(2), 1, "s1"))], 12)
    found = faults(branches=(Branch(OFFICE, (*MORNING, *again)), *EVIDENCE.branches[1:]))
    assert "calls: A002 was called to two counters at once, to 2 and 1 (fact 12)" in found
    busy = chain([(101_000, TicketCalled(at(101_000), name(3), 2, "s1"))], 12)
    found = faults(branches=(Branch(OFFICE, (*MORNING, *busy)), *EVIDENCE.branches[1:]))
    assert "calls: counter 2 had two numbers at once (fact 12)" in found


# How pages and boards are read ---------------------------------------------------------------------------------------


def test_the_page_is_read_as_it_is_drawn() -> None:
    from server.display_pages import DisplayPages
    from server.pages import Pages
    from sync.board import Board, Scene, Shown
    from tests.server.conftest import ZONE

    seen = Board(
        Scene.CALLING,
        (Shown("A001", 12), Shown("AB040", 3, "2026-11-20", again=True)),
        (Shown("B007", 1), Shown("B008", 2, "2026-11-20")),
    )
    parts = DisplayPages(Pages({"en": "Office"}, ZONE)).parts(seen, None, "en")
    calls, recent = on_page(parts["hero"], parts["more"])
    assert calls == {("A001", 12), ("AB040", 3)}
    assert recent == {("B007", 1), ("B008", 2)}
    still = DisplayPages(Pages({"en": "Office"}, ZONE)).parts(replace(seen, scene=Scene.WAITING, calls=()), None, "en")
    assert on_page(still["hero"], still["more"]) == (frozenset(), recent)


def test_the_board_is_read_as_it_is_drawn() -> None:
    from fonts.shaping import Typesetter
    from fonts.tokens import load
    from kiosk.board_view import Hall, draw_board
    from kiosk.board_watch import Sight as Seen
    from kiosk.layout import Display
    from sync.board import Board, Scene, Shown, Waits

    calls, recent = (Shown("A001", 12), Shown("AB040", 3, "2026-11-20")), (Shown("B007", 1), Shown("B008", 2))
    hall, screen = Hall({"en": "Office"}, ("th", "en", "my")), Display(1280, 720, 953, 536)
    ten = datetime(2026, 11, 23, 10, 2, 40, tzinfo=UTC)
    for shown in (calls, ()):
        board = Board(Scene.CALLING if shown else Scene.WAITING, shown, recent, (Waits("", {}, None, 7),))
        scene = draw_board(Seen(board, ten, False, False), hall, screen, Typesetter(), load())
        assert on_board(scene.texts()) == (
            frozenset((each.label, each.counter) for each in shown),
            frozenset({("B007", 1), ("B008", 2)}),
        )


def test_a_stream_is_read_event_by_event() -> None:
    lines = ["retry: 3000", "", "event: hero", "data: <p>", "data: </p>", "", "event: beat", "data: 10:02:40", ""]
    assert list(events(iter(lines))) == [("hero", "<p>\n</p>"), ("beat", "10:02:40")]
