"""Acknowledged means durable: kill -9 at any moment, a full disk, and batches that are committed together."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from server.errors import LedgerRefused, ServerError
from server.intake import take_batch
from server.ledger import Ledger
from server.writer import Writer
from tests.server.conftest import ZONE, admit
from tests.server.device import NOON, Device, anchor, issued, score, seeded
from tests.server.places import place
from tests.server.running import RunningServer
from tests.server.state import contents


@pytest.fixture
def killable(tmp_path: Path) -> Iterator[RunningServer]:
    """A server that the test may kill."""
    running = RunningServer(tmp_path)
    yield running
    if running.process.poll() is None:
        running.end()


def test_what_was_acknowledged_survives_a_kill_and_comes_once(killable: RunningServer, device: Device) -> None:
    with killable.exchange() as client:
        device.pair(client, killable.code(), killable.certificate)
    device.record(anchor())
    for turn in range(3):
        with killable.exchange() as client:
            device.record(issued(turn + 1), score(5))
            assert device.send(client).json()["received"] == device.journal.end.seq
            device.record(issued(turn + 50))
            killable.kill()
            with pytest.raises(httpx.TransportError):
                device.send(client)
        killable.start()
        stored = contents(killable.data / "office.db", ("facts",))["facts"]
        assert [row[1] for row in stored if row[0] == device.journal_id] == list(range(1, device.sent.seq + 1))
    with killable.exchange() as client:
        assert device.send(client).json()["received"] == device.journal.end.seq


def test_a_server_ends_cleanly_with_pages_open(killable: RunningServer) -> None:
    with killable.pages() as client, client.stream("GET", "/live/events") as stream:
        assert next(stream.iter_lines()) == "retry: 3000"
        assert killable.end() == 0


class Small(Ledger):
    """A ledger on a disk that is nearly full."""

    def fill(self) -> None:
        """From here on the file may not grow."""
        pages = self._db.execute("PRAGMA page_count").fetchone()[0]
        self._db.execute(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk_refuses_whole_batches_and_heals(make_ledger: Callable[..., Ledger], device: Device) -> None:
    ledger = make_ledger(kind=Small)
    assert isinstance(ledger, Small)
    admit(ledger, device)
    device.record(anchor(), *[issued(n) for n in range(1, 200)])
    before = contents(ledger.place)
    ledger.fill()
    with pytest.raises(LedgerRefused) as caught, ledger.transaction():
        take_batch(ledger, device.request(), NOON)
    assert "free space" in caught.value.hint
    assert contents(ledger.place) == before
    ledger._db.execute("PRAGMA max_page_count = 100000")
    with ledger.transaction():
        assert take_batch(ledger, device.request(), NOON) == device.journal.end.seq


def test_jobs_that_wait_together_are_committed_together_and_fail_alone(device: Device, tmp_path: Path) -> None:
    other = Device.make(tmp_path / "other", seed=3)
    ledger = Ledger(place(tmp_path / "group.db"), ZONE, seeded(7))
    admit(ledger, device)
    admit(ledger, other)
    device.record(anchor())
    other.record(anchor())
    first, second = device.request(), other.request()
    commits: list[int] = []
    writer = Writer(ledger, lambda: commits.append(1))

    def broken(ledger: Ledger) -> int:
        take_batch(ledger, first, NOON)
        raise LedgerRefused("no", hint="no")

    failed = writer.submit(broken)
    good = writer.submit(lambda ledger: take_batch(ledger, second, NOON))
    writer.start()
    assert good.result(20) == 2
    assert isinstance(failed.exception(20), LedgerRefused)
    writer.close()
    assert commits == [1]
    assert {row[0] for row in contents(tmp_path / "group.db", ("facts",))["facts"]} == {other.journal_id}
    other.journal.close()


def test_what_is_new_is_told_before_any_answer_is_drawn_from_it(tmp_path: Path) -> None:
    """Else an officer who called is shown the counter as it was before the call."""
    told: list[bool] = []
    writer = Writer(Ledger(place(tmp_path / "told.db"), ZONE, seeded(7)), lambda: told.append(asked.done()))
    asked = writer.submit(lambda ledger: 1)
    writer.start()
    assert asked.result(5) == 1
    writer.close()
    assert told == [False]


def test_a_job_whose_asker_went_away_is_left_out_and_the_writer_goes_on(tmp_path: Path) -> None:
    writer = Writer(Ledger(place(tmp_path / "gone.db"), ZONE, seeded(7)))
    gone = writer.submit(lambda ledger: ledger.server_id)
    assert gone.cancel()
    last = writer.submit(lambda ledger: ledger.server_id)
    writer.start()
    assert len(last.result(20)) == 32
    writer.close()


def test_a_defect_in_one_job_reaches_its_asker_and_does_not_end_the_writer(tmp_path: Path) -> None:
    writer = Writer(Ledger(place(tmp_path / "defect.db"), ZONE, seeded(7)))
    writer.start()
    with pytest.raises(ZeroDivisionError):
        writer.submit(lambda ledger: 1 // 0).result(20)
    assert len(writer.submit(lambda ledger: ledger.server_id).result(20)) == 32
    writer.close()


def test_a_defect_in_what_a_commit_is_told_to_is_told_and_the_writer_goes_on(tmp_path: Path) -> None:
    told: list[Exception] = []
    ledger = Ledger(place(tmp_path / "told.db"), ZONE, seeded(7))
    writer = Writer(ledger, lambda: print(1 // 0), mistaken=told.append)
    writer.start()
    for _ in range(2):
        assert len(writer.submit(lambda ledger: ledger.server_id).result(20)) == 32
    writer.close()
    assert list(map(type, told)) == [ZeroDivisionError, ZeroDivisionError]


def test_a_writer_that_never_began_is_closed_with_its_ledger(tmp_path: Path) -> None:
    ledger = Ledger(place(tmp_path / "never.db"), ZONE, seeded(7))
    Writer(ledger).close()
    with pytest.raises(ServerError), ledger.transaction():
        pass


def test_a_defect_in_one_job_costs_no_other_its_facts(device: Device, tmp_path: Path) -> None:
    ledger = Ledger(place(tmp_path / "alone.db"), ZONE, seeded(7))
    admit(ledger, device)
    device.record(anchor())
    request = device.request()
    writer = Writer(ledger)
    defect = writer.submit(lambda ledger: 1 // 0)
    good = writer.submit(lambda ledger: take_batch(ledger, request, NOON))
    writer.start()
    assert good.result(20) == device.journal.end.seq
    assert isinstance(defect.exception(20), ZeroDivisionError)
    writer.close()
    assert len(contents(tmp_path / "alone.db", ("facts",))["facts"]) == device.journal.end.seq


def test_a_disk_that_refuses_is_trouble_for_the_whole_group_until_it_takes_something(
    make_ledger: Callable[..., Ledger], device: Device, tmp_path: Path
) -> None:
    ledger = Small(tmp_path / "small.db", ZONE, seeded(7))
    admit(ledger, device)
    device.record(anchor(), *[issued(n) for n in range(1, 200)])
    request = device.request()
    ledger.fill()
    writer = Writer(ledger)
    full = [writer.submit(lambda ledger: take_batch(ledger, request, NOON)) for _ in range(2)]
    writer.start()
    assert [type(each.exception(20)) for each in full] == [LedgerRefused] * 2
    assert writer.submit(lambda ledger: ledger.server_id).result(20)
    assert "free space" in str(writer.trouble)
    writer.submit(lambda ledger: ledger._db.execute("PRAGMA max_page_count = 100000").fetchall()).result(20)
    assert writer.submit(lambda ledger: take_batch(ledger, request, NOON)).result(20) == device.journal.end.seq
    writer.close()
    assert str(writer.trouble) == "None"


def test_a_server_that_ended_leaves_one_whole_file(killable: RunningServer, device: Device) -> None:
    with killable.exchange() as client, killable.pages() as browser:
        device.pair(client, killable.code(), killable.certificate)
        device.record(anchor(), score(5))
        assert device.send(client).json()["received"] == 3
        assert browser.get("/").status_code == 200
    assert killable.end() == 0
    assert sorted(path.name for path in killable.data.glob("office.db*")) == ["office.db", "office.db.writer"]
