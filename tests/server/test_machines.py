"""A broken machine is replaced: same place, same lane, numbers that nobody was given; the old one is shut out."""

import re
from pathlib import Path
from typing import Any

import pytest

from server import queue, reading
from server.ingest import take_pairing
from server.intake import take_batch
from server.ledger import Ledger
from server.machine_words import more
from sync.facts import MachineStarted, PaperChanged, PrinterChanged
from sync.inbox import Inbox, InboxReader, InboxState
from sync.paircode import Fresh, fingerprint
from sync.types import BootId, UtcMs
from sync.wire import Refusal
from tests.server.busy_desk import BusyDesk
from tests.server.desk import CERTIFICATE, Desk
from tests.server.device import DAY, Device, issued


def code_of(busy: BusyDesk) -> str:
    """The code that replaces the kiosk."""
    page = busy.desk.signed_in("anna").post(f"/machines/{busy.kiosk.journal_id}/replace").text
    found = re.search(r'id="code">(.*?)</p>', page)
    assert found is not None
    return re.sub("<[^>]*>", "", found[1])


def pair(desk: Desk, device: Device, code: str) -> Any:
    """What the office answers to this device."""
    request, name = device.pair_request(code, CERTIFICATE, "somewhere else"), device.journal_id

    def job(ledger: Ledger) -> Any:
        verdict = take_pairing(ledger, request, fingerprint(CERTIFICATE), UtcMs(desk.time))
        return verdict if isinstance(verdict, Refusal) else (verdict, ledger.numbers_before(name))

    return desk.writer.submit(job).result()


@pytest.fixture
def new(tmp_path: Path) -> Any:
    device = Device.make(tmp_path / "new", 77)
    yield device
    device.journal.close()


def machine(desk: Desk, device: Device) -> tuple[str, int, bool]:
    query = "SELECT place, lane, revoked_ms IS NOT NULL FROM journals WHERE journal_id = ?"
    place, lane, revoked = desk.ledger._one(query, device.journal_id)
    return place, lane, bool(revoked)


def test_the_new_machine_takes_place_and_lane_and_the_old_one_is_shut_out(busy: BusyDesk, new: Device) -> None:
    busy.take(1, 2, 37)
    code = code_of(busy)
    assert machine(busy.desk, busy.kiosk) == ("Hall 0", 0, False), "not before the new one is there"
    (lane, received), fresh = pair(busy.desk, new, code)
    assert (lane, received, fresh) == (0, 0, Fresh(DAY, {"A": 37}))
    assert machine(busy.desk, busy.kiosk) == ("Hall 0", 0, True)
    assert machine(busy.desk, new) == ("Hall 0", 0, False)
    busy.kiosk.record(issued(38))
    request = busy.kiosk.request()
    refused = busy.desk.writer.submit(lambda ledger: take_batch(ledger, request, UtcMs(busy.desk.time))).result()
    assert isinstance(refused, Refusal)
    assert refused.error == "revoked"


def test_a_code_that_replaces_is_good_once(busy: BusyDesk, new: Device, tmp_path: Path) -> None:
    code = code_of(busy)
    pair(busy.desk, new, code)
    other = Device.make(tmp_path / "other", 78)
    assert isinstance(pair(busy.desk, other, code), Refusal)
    assert not machine(busy.desk, new)[2]
    other.journal.close()


def test_where_nothing_was_heard_of_the_day_it_begins_behind_what_may_have_been_given(
    busy: BusyDesk, new: Device
) -> None:
    busy.take(1)
    busy.desk.time += 24 * 3_600_000
    busy.desk.day = "2026-11-24"
    busy.desk.job(lambda ledger: queue.turn(ledger, queue.steady(ledger, busy.desk.moment())))
    _, fresh = pair(busy.desk, new, code_of(busy))
    assert fresh == Fresh("2026-11-24", {})


def test_a_machine_with_a_lane_of_its_own_begins_at_one(busy: BusyDesk) -> None:
    busy.take(5)
    own = busy.kiosk.journal_id
    assert busy.desk.writer.submit(lambda ledger: ledger.numbers_before(own)).result() is None


def test_who_is_no_machine_or_is_shut_out_is_not_replaced(busy: BusyDesk, new: Device) -> None:
    admin = busy.desk.signed_in("anna")
    assert admin.post(f"/machines/{'f' * 32}/replace").status_code == 404
    pair(busy.desk, new, code_of(busy))
    assert admin.post(f"/machines/{busy.kiosk.journal_id}/replace").status_code == 404
    assert admin.get("/machines").text.count("Replace this machine</button>") == 1


def test_the_kiosk_is_told_by_way_of_its_inbox(tmp_path: Path) -> None:
    state = InboxState(lane=3, fresh=Fresh(DAY, {"A": 37, "B": 2}))
    inbox = Inbox(tmp_path / "inbox.db")
    inbox.write(state)
    assert InboxReader(tmp_path / "inbox.db").read() == state
    inbox.close()


def test_a_machine_told_its_program_its_clock_and_its_paper(busy: BusyDesk) -> None:
    busy.tell(MachineStarted("7.1.0", "f" * 64), PaperChanged("near-end"), PrinterChanged("cover-open"))
    page = busy.desk.signed_in("anna").get("/machines?lang=en").text
    for said in ("7.1.0", "by network time, give or take 0.1 s", "paper is nearly at its end", "cover is open"):
        assert said in page, said
    assert "not certain" not in page


def test_a_clock_that_nobody_vouched_for_since_the_last_start_was_not_told_as_sure(busy: BusyDesk) -> None:
    found = busy.desk.office
    device, clock = reading.devices(busy.desk._db)[busy.kiosk.journal_id]
    assert clock is not None
    assert clock.sure
    busy.kiosk.record(MachineStarted("7.1.0", "f" * 64), boot=BootId("e" * 32))
    busy.tell()
    device, clock = reading.devices(busy.desk._db)[busy.kiosk.journal_id]
    assert clock is not None
    assert not clock.sure
    assert "not certain since it was started again" in dict(more(device, clock, found, "en"))["Clock"]
    assert dict(more(device, None, found, "en"))["Clock"] == "nobody vouches for it yet"
