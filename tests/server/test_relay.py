"""An office relays to its centre: everything arrives once and as its own machine signed it, whatever breaks."""

import random
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from kiosk.preview import EXAMPLE
from server import acts, published
from server.fold_published import CATALOGUE
from server.ingest import SAFE, take_pairing
from server.intake import take_batch
from server.ledger import Ledger
from server.lens import see_own
from server.metrics import OfficeStanding
from server.metrics_page import measure
from server.offices import offices
from server.pairing import new_code
from server.reading import view
from server.relay import Ports, Reached, Relay, Upstream
from server.relay_outbox import LedgerOutbox
from server.relay_thread import RelayThread
from server.relayed import take_introduction
from server.rollups import marked, reckon
from server.stores import FILE, store_of
from sync import wire
from sync.client import Reply, Unreachable
from sync.exchange_terms import Phase
from sync.keys import DeviceKey
from sync.paircode import fingerprint, make_code, parse_code
from sync.pairing import Device as PairedDevice
from sync.pairing import request
from sync.relaywire import Introduction, sign_introduction
from sync.types import JournalId, Seq, UtcMs
from sync.wire import Refusal
from tests.server.audited import Worked
from tests.server.conftest import ZONE, opened
from tests.server.copied import copied
from tests.server.device import DAY, NOON, Device, issued, score, seeded
from tests.server.judged import judged
from tests.server.places import place, reader_of
from tests.server.restoring import Hall, Mirrored
from tests.server.running import CONFIG, RunningServer
from tests.server.test_queue import KEY, take
from tests.walks.stage import until

CERTIFICATE = b"the centre's certificate"
PRINT = fingerprint(CERTIFICATE)
NAME = {"th": "อำเภอแม่สอด", "en": "Mae Sot District Office", "my": "မဲဆောက်ခရိုင်ရုံး"}


@dataclass
class Centre:
    """A centre's ledger behind the exchange's own judgement. `trouble`: what happens to the next requests, in order."""

    folder: Path
    safe: int = SAFE
    now: UtcMs = NOON
    trouble: list[str] = field(default_factory=list)
    posts: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.ledger = Ledger(place(self.folder / FILE), ZONE, seeded(50))

    def code(self) -> str:
        """A fresh pairing code."""
        self.posts += 1
        code = make_code(CERTIFICATE, seeded(51 + self.posts))
        with self.ledger.transaction():
            self.ledger.add_code(new_code(code.secret, None, NOON))
        return str(code)

    def meet(self, url: str) -> bytes:
        return CERTIFICATE

    def link(self, url: str, fingerprint: bytes) -> "Centre":
        return self

    def close(self) -> None:
        """A link is let go of."""

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """One request over a line that may break before or after it was carried out."""
        self.posts += 1
        trouble = self.trouble.pop(0) if self.trouble else ""
        if trouble == "lost on the way":
            raise Unreachable("no route", hint="Wait.")
        reply = self._judge(path, headers, body)
        if trouble == "answer lost":
            raise Unreachable("reset", hint="Wait.")
        if trouble == "twice":
            return self._judge(path, headers, body)
        return reply

    def _judge(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        now_ms = NOON if path == wire.PAIR_PATH else self.now  # its codes are made at noon
        with self.ledger.transaction():
            return judged(self.ledger, CERTIFICATE, path, headers, body, now_ms, safe=lambda journal_id: self.safe)

    def rows(self) -> list[tuple[str, int, bytes, bytes]]:
        """Every fact that is here."""
        with closing(reader_of(self.folder / FILE)) as db:
            return db.execute("SELECT journal_id, seq, row, chain FROM facts ORDER BY 1, 2").fetchall()


class Relayed:
    """An office with two kiosks and the relay of it; time jumps to the next deadline."""

    def __init__(
        self,
        folder: Path,
        centre: Centre,
        office: Worked | None = None,
        seed: int = 1,
        *,
        key: DeviceKey = KEY,
        name: Mapping[str, str] = NAME,
    ) -> None:
        self.centre, self.folder, self.key, self.name = centre, folder, key, name
        folder.mkdir(exist_ok=True)
        self.office = office or opened(Worked(folder))
        self.now_ms, self.told = 0.0, dict[JournalId, Reached]()
        self.random = random.Random(seed)
        self.code: str | None = centre.code()
        self.start()

    def start(self) -> None:
        """The office's server begins to relay."""
        self.db = opened(reader_of(self.office.folder / FILE))
        ports = Ports(
            lambda: self.now_ms, self.random.random, self._store, self.told.update, self.centre.meet, self.centre.link
        )
        upstream = Upstream("https://centre", self.code, self.name, "Mae Sot", "Asia/Bangkok")
        self.relay = Relay(self.db, self.key, self.folder, upstream, ports)

    def _store(self, journal_id: JournalId, received: Seq, safe: Seq) -> None:
        with self.office.ledger.transaction():
            self.office.ledger.offices.keep_reached(journal_id, received, safe)

    def run(self, turns: int = 400) -> None:
        """Until all is there, or for so many turns."""
        for _ in range(turns):
            self.now_ms += self.relay.turn() * 1000 + 0.001
            if self.told and all(each.phase is Phase.IDLE for each in self.told.values()) and self.is_there():
                return

    def is_there(self) -> bool:
        """Whether the centre has what the office has."""
        return self.centre.rows() == self.rows()

    def rows(self) -> list[tuple[str, int, bytes, bytes]]:
        """Every fact of the office that a machine signed."""
        return self.db.execute("SELECT journal_id, seq, row, chain FROM facts ORDER BY 1, 2").fetchall()


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = Centre(tmp_path / "centre")
    yield made
    made.ledger.close()


def busy(office: Worked) -> list[Device]:
    """A morning with two kiosks."""
    kiosks = [office.pair(1), office.pair(2)]
    for n in range(1, 6):
        office.later(1)
        for kiosk in kiosks:
            take(kiosk, n)
            office.hear(kiosk)
    return kiosks


def test_every_journal_of_the_office_is_at_the_centre_as_its_machine_signed_it(tmp_path: Path, centre: Centre) -> None:
    relayed = Relayed(tmp_path / "office", centre)
    busy(relayed.office)
    relayed.run()
    assert centre.rows() == relayed.rows()
    with closing(reader_of(centre.folder / FILE)) as db:
        (office,) = offices(db)
        assert (office.name, office.time_zone) == (NAME, "Asia/Bangkok")
        assert db.execute("SELECT count(DISTINCT office), count(*) FROM journals").fetchone() == (1, 3)
        heads = db.execute("SELECT count(*) FROM heads").fetchone()[0]
    assert heads >= 3


def test_what_a_journal_has_is_read_whole_where_no_limit_is_named(tmp_path: Path) -> None:
    office = opened(Worked(tmp_path))
    (kiosk, *_) = busy(office)
    with closing(reader_of(tmp_path / FILE)) as db:
        outbox = LedgerOutbox(db, kiosk.journal_id)
        assert [each.seq for each in outbox.entries()] == list(range(1, outbox.end() + 1))
        assert [each.seq for each in outbox.entries(2, limit=3)] == [3, 4, 5]
        assert list(outbox.entries(limit=0)) == []


def test_the_centres_own_queue_admits_nobody_of_another_office(tmp_path: Path, centre: Centre) -> None:
    relayed = Relayed(tmp_path / "office", centre)
    busy(relayed.office)
    relayed.run()
    assert centre.ledger.held.issued_on(DAY) == []
    assert len(relayed.office.ledger.held.issued_on(DAY)) == 10


def test_the_centres_own_page_counts_its_own_tickets_only(tmp_path: Path, centre: Centre) -> None:
    relayed = Relayed(tmp_path / "office", centre)
    busy(relayed.office)
    relayed.run()
    with closing(reader_of(centre.folder / FILE)) as db:
        assert (view(db, DAY).tickets, len(view(db, DAY).devices)) == (10, 3), "control: without the lens"
    with closing(reader_of(centre.folder / FILE, see_own)) as db:
        assert (view(db, DAY).tickets, view(db, DAY).devices) == (0, ())


@pytest.mark.parametrize("seed", range(6))
def test_over_a_bad_line_and_restarts_everything_arrives_once(tmp_path: Path, centre: Centre, seed: int) -> None:
    relayed = Relayed(tmp_path / "office", centre, seed=seed)
    chance = random.Random(seed)
    kiosks = busy(relayed.office)
    for n in range(6, 20):
        centre.trouble = chance.choices(["", "lost on the way", "answer lost", "twice"], k=6)
        kiosk = chance.choice(kiosks)
        take(kiosk, n)
        relayed.office.hear(kiosk)
        relayed.run(chance.randint(1, 6))
        if chance.random() < 0.3:
            relayed.start()
    centre.trouble = []
    relayed.run()
    assert centre.rows() == relayed.rows()


@pytest.mark.sqlite
def test_a_centre_restored_from_an_old_copy_gets_everything_again(tmp_path: Path, centre: Centre) -> None:
    relayed = Relayed(tmp_path / "office", centre)
    kiosks = busy(relayed.office)
    relayed.run()
    copy = tmp_path / "copy"
    copy.mkdir()
    with closing(reader_of(centre.folder / FILE)) as db:
        copied(db, copy / FILE)
    for n in range(6, 12):
        take(kiosks[0], n)
        relayed.office.hear(kiosks[0])
    relayed.run()
    relayed.centre.ledger.close()
    old = Centre(copy)
    relayed.centre.ledger, relayed.centre.folder = old.ledger, old.folder
    take(kiosks[1], 12)
    relayed.office.hear(kiosks[1])
    assert not relayed.is_there()
    relayed.run()
    assert centre.rows() == relayed.rows()


def restorable(folder: Path, centre: Centre) -> tuple[Hall, Relayed, Device]:
    """An office that can be copied and restored, after a busy morning; one of its kiosks."""
    (folder / "first").mkdir()
    hall = Hall(folder / "first")
    relayed = Relayed(folder / "first", centre, hall)
    return hall, relayed, busy(hall)[0]


@pytest.mark.sqlite
def test_an_office_that_was_restored_goes_on_as_the_same_office(tmp_path: Path, centre: Centre) -> None:
    """Its new journal follows the one that the centre knows, by the same key; no person is needed."""
    hall, relayed, kiosk = restorable(tmp_path, centre)
    copy = hall.copy(tmp_path / "copy")
    hall.act(acts.Open())
    relayed.run()
    mirror = Mirrored.of(hall)
    restored = hall.restored(copy)
    relayed.office, relayed.code = restored, None
    assert restored.asked(mirror)
    restored.give_back(kiosk, mirror)
    relayed.start()
    relayed.run(100)
    named = restored.ledger.own_named()
    assert named is not None
    with closing(reader_of(centre.folder / FILE)) as db:
        assert len(offices(db)) == 1
        received = "SELECT received FROM journals WHERE journal_id = ?"
        (here,) = db.execute(received, (named[0],)).fetchone()
        assert db.execute(received, (mirror.name,)).fetchone() == (len(mirror.rows),)
    assert (here,) == relayed.db.execute(received, (named[0],)).fetchone()
    assert relayed.told[mirror.name].reason == wire.FORK
    restored.close()


@pytest.mark.sqlite
def test_an_office_that_was_restored_first_brings_what_its_centre_lacks_of_the_journal_before(
    tmp_path: Path, centre: Centre
) -> None:
    """Once the new journal follows the old one, the centre takes nothing more of that."""
    hall, relayed, _ = restorable(tmp_path, centre)
    relayed.run()
    hall.act(acts.Open())
    hall.act(acts.Next())
    copy = hall.copy(tmp_path / "copy")
    hall.act(acts.Came())
    mirror = Mirrored.of(hall)
    restored = hall.restored(copy)
    relayed.office, relayed.code = opened(restored), None
    assert restored.asked(mirror)
    relayed.start()
    relayed.run(100)
    assert centre.rows() == relayed.rows()


@pytest.mark.sqlite
def test_an_office_that_lost_its_disk_twice_follows_the_journal_that_is_on_no_disk_any_more(
    tmp_path: Path, centre: Centre
) -> None:
    hall, relayed, _ = restorable(tmp_path, centre)
    relayed.run()
    copies = [hall.copy(tmp_path / name) for name in ("one", "two")]
    relayed.code = None
    for copy in copies:
        hall.act(acts.Open())
        mirror = Mirrored.of(hall)
        hall = relayed.office = hall.restored(copy)
        assert hall.asked(mirror)
        hall.go_on()
        relayed.start()
        relayed.run(100)
    opened(hall)
    assert {state.phase for name, state in relayed.told.items() if name == own(hall)} == {Phase.IDLE}
    with closing(reader_of(centre.folder / FILE)) as db:
        assert len(offices(db)) == 1


def test_safe_at_the_office_is_what_the_centre_calls_safe(tmp_path: Path, centre: Centre) -> None:
    centre.safe = 4
    relayed = Relayed(tmp_path / "office", centre)
    kiosk = busy(relayed.office)[0]
    relayed.run()
    assert relayed.told[kiosk.journal_id].safe == 4
    assert relayed.db.execute("SELECT safe FROM relayed WHERE journal_id = ?", (kiosk.journal_id,)).fetchone() == (4,)


def test_the_centres_figures_of_an_office_are_the_offices_own(tmp_path: Path, centre: Centre) -> None:
    relayed = Relayed(tmp_path / "office", centre)
    kiosk = busy(relayed.office)[0]
    relayed.office.act(acts.Open())
    for _ in range(4):
        relayed.office.serve()
        kiosk.boottime_ms = int(relayed.office.now) - NOON
        kiosk.record(score(4))
    relayed.office.hear(kiosk)
    relayed.run()
    figures = {}
    for where, ledger in ((relayed.office.folder, relayed.office.ledger), (centre.folder, centre.ledger)):
        with closing(reader_of(where / FILE)) as db:
            for office, day in marked(db):
                made = reckon(db, office, day, ZONE)
                with ledger.transaction():
                    ledger.rollups.store(made, NOON)
            figures[where] = db.execute("SELECT * FROM rollups ORDER BY 1, 2, 3, 4, 5").fetchall()
    mine, theirs = figures.values()
    assert len(mine) >= 1
    assert theirs == mine


def test_the_numbers_of_office_and_centre_say_what_is_on_its_way(tmp_path: Path, centre: Centre) -> None:
    relayed = Relayed(tmp_path / "office", centre)
    kiosk = busy(relayed.office)[0]
    relayed.run()
    reached = {name: each.received for name, each in relayed.told.items()}
    centre.trouble = ["lost on the way"]
    take(kiosk, 6)
    relayed.office.hear(kiosk)
    relayed.run(1)
    missing = len(relayed.rows()) - len(centre.rows())
    assert sum(each.head - each.received for each in relayed.told.values()) == missing > 0
    relayed.run()
    assert sum(each.head - each.received for each in relayed.told.values()) == 0
    with closing(reader_of(centre.folder / FILE)) as db:
        there = measure(db, store_of(centre.ledger.place), "Centre", lambda journal: reached.get(journal, 0), NOON)
    assert there.facts == len(relayed.rows())
    assert there.offices["Mae Sot District Office"] == OfficeStanding(3, 0.0, missing)
    assert there.offices["Centre"] == OfficeStanding(0, None, 0, own=True)


# What is refused -----------------------------------------------------------------------------------------------------


def own(office: Worked) -> JournalId:
    """The journal that the office writes."""
    named = office.ledger.own_named()
    assert named is not None
    return named[0]


def paired(device: Device, role: str) -> PairedDevice:
    """The device as it pairs."""
    return PairedDevice(device.journal_id, device.journal.secret, device.key, role, "Somewhere")


def told(centre: Centre, request: wire.Request) -> str:
    """The code of the refusal; nothing may have changed."""
    before = centre.rows()
    with centre.ledger.transaction():
        if request.path == wire.INTRODUCE_PATH:
            taken: object = take_introduction(centre.ledger, request, NOON)
        else:
            taken = take_batch(centre.ledger, request, NOON)
    assert isinstance(taken, Refusal)
    assert centre.rows() == before
    return taken.error


def test_a_journal_that_nobody_introduced_is_not_taken(tmp_path: Path, centre: Centre) -> None:
    relayed = Relayed(tmp_path / "office", centre)
    relayed.run()
    stranger = opened(Device.make(tmp_path / "stranger", 7))
    stranger.record(issued(1))
    assert told(centre, wire.sign_request(stranger.batch(), KEY.sign, own(relayed.office))) == wire.NOT_INTRODUCED
    assert told(centre, stranger.request()) == wire.UNPAIRED


def test_an_office_that_is_not_paired_brings_nothing(tmp_path: Path, centre: Centre) -> None:
    stranger = opened(Device.make(tmp_path / "stranger", 7))
    stranger.record(issued(1))
    assert told(centre, wire.sign_request(stranger.batch(), KEY.sign, JournalId("9" * 32))) == wire.UNPAIRED


@pytest.mark.sqlite
def test_facts_that_the_office_made_up_for_a_kiosk_are_refused(tmp_path: Path, centre: Centre) -> None:
    """The office signs the request; the head is the kiosk's own word, which no office can give."""
    relayed = Relayed(tmp_path / "office", centre)
    kiosk = busy(relayed.office)[0]
    relayed.run()
    take(kiosk, 99)
    batch = kiosk.batch()
    forged = replace(batch, head=replace(batch.head, signature=KEY.sign(b"x")))
    assert told(centre, wire.sign_request(forged, KEY.sign, own(relayed.office))) == wire.BAD_SIGNATURE


def test_another_office_can_neither_bring_nor_take_over_a_journal(tmp_path: Path, centre: Centre) -> None:
    one = Relayed(tmp_path / "one", centre)
    kiosk = busy(one.office)[0]
    one.run()
    other = opened(Device.make(tmp_path / "other", 8))
    code = parse_code(centre.code())
    asked = request(
        code.secret, PairedDevice(other.journal_id, other.journal.secret, other.key, "office", "Other"), PRINT
    )
    with centre.ledger.transaction():
        assert not isinstance(take_pairing(centre.ledger, asked, PRINT, NOON), Refusal)
    take(kiosk, 99)
    assert told(centre, wire.sign_request(kiosk.batch(), other.key.sign, other.journal_id)) == wire.NOT_YOURS
    key, secret = kiosk.key.public.hex(), kiosk.journal.secret.hex()
    mine = Introduction(kiosk.journal_id, key, secret, "kiosk", "Hall", "Asia/Bangkok")
    assert told(centre, sign_introduction(other.journal_id, mine, other.key.sign)) == wire.NOT_YOURS
    with_my_key = replace(mine, public_key=other.key.public.hex())
    assert told(centre, sign_introduction(own(one.office), with_my_key, KEY.sign)) == wire.BAD_SIGNATURE


def test_a_kiosk_introduces_nobody(tmp_path: Path, centre: Centre) -> None:
    kiosk = opened(Device.make(tmp_path / "kiosk", 8))
    code = parse_code(centre.code())
    asked = request(
        code.secret, PairedDevice(kiosk.journal_id, kiosk.journal.secret, kiosk.key, "kiosk", "Hall"), PRINT
    )
    with centre.ledger.transaction():
        assert not isinstance(take_pairing(centre.ledger, asked, PRINT, NOON), Refusal)
    other = Introduction("e" * 32, "f" * 64, "f" * 64, "kiosk", "Hall", "Asia/Bangkok")
    assert told(centre, sign_introduction(kiosk.journal_id, other, kiosk.key.sign)) == wire.NOT_YOURS


def test_a_mistake_nobody_thought_of_is_told_and_relaying_goes_on() -> None:
    class Stumbling:
        turns = 0

        def turn(self) -> float:
            self.turns += 1
            if self.turns == 1:
                raise ZeroDivisionError
            again.set()
            return 60.0

        def close(self) -> None:
            """Nothing is open."""

    again, told = threading.Event(), list[Exception]()

    def mistake(error: Exception) -> None:
        told.append(error)
        thread.changed()

    thread = RelayThread(Stumbling(), mistake)
    thread.start()
    assert again.wait(20)
    thread.close()
    assert [type(error) for error in told] == [ZeroDivisionError]


@pytest.mark.sqlite
def test_two_real_servers_and_a_kiosk(tmp_path: Path) -> None:
    """Kiosk → office → centre over TLS; the office is killed on the way and goes on. What the centre published for it
    comes down the same way."""
    centre = RunningServer(made(tmp_path / "centre"))
    done = centre.command("publish", str(EXAMPLE), "--offices", "all")
    assert (done.returncode, done.stdout) == (0, f"{EXAMPLE}: published as version 1\n"), done.stderr
    config = f'{CONFIG}\n[upstream]\nurl = "{centre.exchange_url}"\ncode = "{centre.code()}"\n'
    office = RunningServer(made(tmp_path / "office"), config)
    try:
        device = opened(Device.make(tmp_path / "kiosk"))
        with office.exchange() as client:
            assert device.pair(client, office.code(), office.certificate).status_code == 200
            device.record(issued(1), issued(2))
            assert device.send(client).status_code == 200
        office.kill()
        office.start()
        with office.exchange() as client:
            device.record(issued(3))
            assert device.send(client).status_code == 200
        last = device.journal.last().seq
        until("the centre has it", lambda: reached(centre, device.journal_id) == last)
        with closing(reader_of(centre.data / FILE)) as db:
            (known,) = offices(db)
            assert known.name["en"] == "Mae Sot City Municipality"
            assert db.execute("SELECT label FROM tickets ORDER BY n").fetchall() == [("A001",), ("A002",), ("A003",)]
        until("the office publishes what the centre did", lambda: versions_of(office) == [(1, None)])
    finally:
        office.kill()
        centre.kill()


def versions_of(server: RunningServer) -> list[tuple[int, str | None]]:
    """(version, who) of its own catalogue."""
    with closing(reader_of(server.data / FILE)) as db:
        return [(each.number, each.staff) for each in published.history(db, CATALOGUE)]


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def reached(server: RunningServer, journal_id: JournalId) -> int:
    """How far this journal is there."""
    with closing(reader_of(server.data / FILE)) as db:
        found = db.execute("SELECT received FROM journals WHERE journal_id = ?", (journal_id,)).fetchone()
    return int(found[0]) if found else 0
