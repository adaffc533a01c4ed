"""A kiosk whose office has not said yet which numbers are its own gives none: another one may give the same."""

from pathlib import Path

from kiosk.screen_inputs import IssueTicket
from kiosk.screen_types import Errand, Screen
from sync.inbox import InboxState
from sync.numbering import read_label
from tests.kiosk.fakes import Kiosk


def lane_of(kiosk: Kiosk) -> int:
    """The lane of the ticket that it gives now."""
    kiosk.take()
    return read_label(next(reversed(kiosk.machine.record.today)))[1]


def test_a_kiosk_without_an_office_is_the_lone_one(tmp_path: Path) -> None:
    kiosk = Kiosk(tmp_path).begin()
    assert kiosk.machine.state.screen is Screen.ATTRACT
    assert lane_of(kiosk) == 0


def test_a_kiosk_that_is_not_paired_yet_is_out_of_order_until_it_is(tmp_path: Path) -> None:
    kiosk = Kiosk(tmp_path, served=True).begin()
    machine = kiosk.machine
    assert kiosk.screen() is Screen.OUT_OF_ORDER
    assert machine.state.condition.trouble == "unpaired"
    service = kiosk.catalogue.services[0].id
    assert machine._clerk.answer(IssueTicket((Errand(service, 1),), "th")) == [], "whatever asks"
    assert machine.record.today == {}
    kiosk.inbox = InboxState(lane=3)
    machine.look_at_inbox()
    machine.turn()
    assert kiosk.screen() is Screen.ATTRACT
    assert lane_of(kiosk) == 3


def test_a_kiosk_that_gave_numbers_goes_on_where_sync_has_lost_the_offices_word(tmp_path: Path) -> None:
    kiosk = Kiosk(tmp_path, served=True, inbox=InboxState(lane=2)).begin()
    assert lane_of(kiosk) == 2
    kiosk.settle()
    kiosk.close()
    again = Kiosk(tmp_path, served=True, clock=kiosk.clock).begin()
    assert again.machine.state.screen is Screen.ATTRACT
    assert lane_of(again) == 2
