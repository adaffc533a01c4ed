"""From one kiosk to another through the office: a ticket's 4 digits, masked anew for every journal that tells them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.hall import OfficeHall
from server import acts, queue
from server.audit_reading import read_day
from server.evidence import collect
from server.giving import Asked, give
from server.stores import FILE
from server.takeup import restating
from sync.body import Body
from sync.calendar import ALWAYS_OPEN
from sync.codec import decode
from sync.facts import TicketIssued, TicketReturned, understand
from sync.facts_office import TicketAdmitted
from sync.facts_restated import TicketRestated
from sync.issuing import Wish, issue, secrets_of
from sync.masked import reveal
from sync.numbering import OFFICE_LANE, Numbers
from sync.tickets import Status
from sync.types import JournalId, Seq
from tests.kiosk.halls import FakeMirror, follow, here
from tests.server.audited import NEXT
from tests.server.conftest import ZONE
from tests.server.device import DAY, Device
from tests.server.places import reader_of
from tests.server.restoring import Hall, Mirrored
from tests.server.test_queue import KEY, MINUTE


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Hall]:
    (tmp_path / "office").mkdir()
    made = Hall(tmp_path / "office")
    yield made
    made.close()


def take(kiosk: Device, lane: int, n: int = 1, *, told: bool = True, day: str = DAY) -> str:
    """A ticket as a kiosk of this release gives it (not `told`: one of an older release); its code."""
    made = issue(
        Wish("A", ("register",), "th"),
        Numbers({(day, "A", lane): n - 1}),
        day=day,
        lane=lane,
        journal_id=kiosk.journal_id,
        key=kiosk.key,
        next_seq=Seq(kiosk.journal.end.seq + 1),
        print_now=False,
        secret=kiosk.journal.secret if told else None,
    )
    kiosk.record(*made, after_ms=MINUTE)
    return secrets_of(kiosk.key, kiosk.journal_id, day, "A", lane, n).code


def secret_of(office: Hall, name: JournalId | None = None) -> bytes:
    """The secret of one of the office's journals, by default of the one that it writes."""
    own = office.ledger.own_named()
    assert own is not None
    found = office.ledger.lost.secret(name or own[0])
    assert found is not None
    return found


def written(office: Hall) -> list[Body]:
    """The facts of the office's last day."""
    own = office.ledger.own_named()
    assert own is not None
    found = (understand(fact) for fact in office.ledger.held.facts_of_last_day(own[0]))
    return [body for body in found if body is not None]


def codes(office: Hall, secret: bytes | None = None) -> dict[str, str | None]:
    """What this secret (the present journal's) reads of every ticket in the queue, by number."""
    asked = secret or secret_of(office)
    tickets = office.live.tickets.values()
    return {each.label: reveal(each.code, asked, each.name.journal, each.day, each.label) for each in tickets}


def test_what_a_kiosk_printed_is_what_another_kiosk_asks_for(office: Hall) -> None:
    one, two = office.pair(1), office.pair(2)
    code = take(one, 1)
    office.hear(one)
    mirror = FakeMirror(written(office))
    mirror.secret = secret_of(office)
    hall = OfficeHall(mirror, two.journal_id, {"register": 10}, ALWAYS_OPEN)
    follow(hall)
    (other,) = hall.others("AA001", here(office.now, day=DAY))
    assert (other.code, other.label, other.services) == (code, "AA001", ("register",))
    (issued,) = [body for entry in one.journal.entries() if isinstance(body := understand(entry.fact), TicketIssued)]
    (admitted,) = [body for body in written(office) if isinstance(body, TicketAdmitted)]
    assert len({code, issued.code, admitted.code}) == 3, "masked for each journal apart"
    assert codes(office, one.journal.secret) != {"AA001": code}, "the kiosk's secret does not open the office's fact"


def test_whoever_is_back_at_another_kiosk_waits_again(office: Hall) -> None:
    one, two = office.pair(1), office.pair(2)
    take(one, 1)
    office.hear(one)
    office.act(acts.Open())
    office.act(acts.Next())
    office.act(acts.NoShow("gave-up"))
    two.record(TicketReturned(DAY, "AA001"))
    office.hear(two)
    (ticket,) = office.live.tickets.values()
    assert (ticket.status, ticket.name.journal) == (Status.WAITING, one.journal_id)


def test_a_kiosk_of_an_older_release_tells_no_code_and_stops_nobody(office: Hall) -> None:
    one, two = office.pair(1), office.pair(2)
    take(one, 1, told=False)
    office.hear(one)
    code = take(two, 2)
    strange = take(two, 2, 2)
    facts = [understand(entry.fact) for entry in two.journal.entries()]
    issued = [body for body in facts if isinstance(body, TicketIssued)][-1]
    two.record(replace(issued, n=3, label="AB003", code="no code"))
    office.hear(two)
    assert codes(office) == {"AA001": None, "AB001": code, "AB002": strange, "AB003": None}


def test_a_ticket_that_came_before_the_day_began_is_told_too(office: Hall) -> None:
    one = office.pair(1)
    office.trusted = False
    code = take(one, 1)
    office.hear(one)
    with office.ledger.transaction():
        queue.turn(office.ledger, office.moment)
    assert codes(office) == {"AA001": code}


def test_who_is_carried_over_keeps_the_code(office: Hall) -> None:
    one = office.pair(1)
    code = take(one, 1)
    office.hear(one)
    office.later(24 * 60)
    office.day = NEXT
    with office.ledger.transaction():
        queue.turn(office.ledger, office.moment)
    (again,) = [body for body in written(office) if isinstance(body, TicketAdmitted)]
    assert again.how == "carried"
    assert codes(office) == {"AA001": code}


def test_what_staff_give_is_found_at_a_kiosk(office: Hall) -> None:
    office.hear(office.pair(1))
    with office.ledger.transaction():
        given = give(office.ledger, Asked("0" * 32, ("register",), "th"), "s00000001", office.moment)
    own = office.ledger.own_named()
    assert own is not None
    assert codes(office) == {given.label: secrets_of(KEY, own[0], DAY, "A", OFFICE_LANE, 1).code}


# The office in another journal ------------------------------------------------------------------------------------


class Story:
    """A copy is made when AA001 waits; AA002 comes, the office falls back to the copy, and its mirror gives back."""

    def __init__(self, folder: Path) -> None:
        (folder / "office").mkdir()
        office = Hall(folder / "office")
        self.kiosk = office.pair(1)
        self.codes: dict[str, str | None] = {"AA001": take(self.kiosk, 1)}
        office.hear(self.kiosk)
        self.before = secret_of(office)
        copy = office.copy(folder / "copy")
        sent = self.kiosk.sent
        self.codes["AA002"] = take(self.kiosk, 1, 2)
        office.hear(self.kiosk)
        self.mirror = Mirrored.of(office)
        self.office = office.restored(copy)
        self.kiosk.sent = sent
        self.again()

    def again(self) -> None:
        """The office finds out, and its queue stands again."""
        assert self.office.asked(self.mirror)
        assert self.office.give_back(self.kiosk, self.mirror) == 1


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    made = Story(tmp_path)
    yield made
    made.office.close()


def test_in_another_journal_every_code_is_masked_anew(story: Story) -> None:
    office = story.office
    restated = [body for body in written(office) if isinstance(body, TicketRestated)]
    assert [body.label for body in restated] == ["AA001", "AA002"], "before its kiosk has sent the second again"
    assert secret_of(office) != story.before
    assert codes(office) == story.codes
    assert all(codes(office, story.before)[label] != code for label, code in story.codes.items())
    story.kiosk.sent = story.kiosk.journal.at(0) or story.kiosk.sent
    office.hear(story.kiosk)
    assert codes(office) == story.codes
    audit = read_day(office.ledger._db, DAY, ZONE).audit
    assert audit.violations == (), "an audit compares where tickets stand, not how their codes are masked"


def test_control_what_the_journal_before_said_does_not_open_in_the_new_one(story: Story) -> None:
    office = story.office
    bodies = [understand(decode(row)) for row, _ in story.mirror.rows]
    before = {body.ticket: body.code for body in bodies if isinstance(body, TicketAdmitted) and body.code is not None}
    again = [body for body in restating(office.live, office.now, before) if isinstance(body, TicketRestated)]
    for secret, opens in ((story.before, True), (secret_of(office), False)):
        told = {body.label: reveal(body.code, secret, body.ticket.journal, body.day, body.label) for body in again}
        assert all((told[label] == code) is opens for label, code in story.codes.items())


# What a stranger is shown -----------------------------------------------------------------------------------------

SHOWN = re.compile(r'\\"code\\":\\"(\d{4})\\".*?\\"label\\":\\"(\w+)\\"')


def shown(office: Hall) -> set[tuple[str, str]]:
    """(number, what is told as its code) in the evidence of the day."""
    text = list[str]()

    def store(name: str, parts: Iterable[bytes]) -> None:
        text.extend(part.decode() for part in parts)

    db = reader_of(office.folder / FILE)
    try:
        collect(db, DAY, DAY, "Asia/Bangkok", store)
    finally:
        db.close()
    return {(label, code) for code, label in SHOWN.findall("".join(text))}


def test_evidence_shows_no_code(office: Hall) -> None:
    one = office.pair(1)
    true = {f"AA{n:03}": take(one, 1, n) for n in range(1, 41)}
    office.hear(one)
    found = shown(office)
    assert len(found) == 80, "both facts of each ticket are shown"
    assert [label for label, code in found if true[label] == code] == []


def test_control_a_kiosk_and_an_office_that_mask_nothing_are_seen_in_the_evidence(office: Hall) -> None:
    one = office.pair(1)
    take(one, 1)
    facts = [understand(entry.fact) for entry in one.journal.entries()]
    issued = next(body for body in facts if isinstance(body, TicketIssued))
    code = secrets_of(one.key, one.journal_id, DAY, "A", 1, 2).code
    one.record(replace(issued, n=2, label="AA002", code=code))
    office.hear(one)
    assert ("AA002", code) in shown(office)
