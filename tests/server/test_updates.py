"""A release is offered to machines that are paired, whole as it was handed over, and to nobody else."""

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from server.centre import Below
from server.centre import Centre as Standing
from server.errors import BundleRefused
from server.ledger import Ledger
from server.offices import ROLE
from server.pairing import Pairing
from server.raucb import Manifest, read_manifest
from server.relay import PIN_FILE
from server.stores import FILE
from server.update_command import update
from server.update_words import update_words
from server.updates import Known, Offers
from server.updates_down import Told
from server.writer import Writer
from sync import updatewire, wire
from sync.client import HttpsLink, Link, Reply
from sync.downlink_driver import Who
from sync.journal import Instant
from sync.keys import DeviceKey
from sync.paircode import fingerprint
from sync.pairing import Pin, save_pin
from sync.types import BootMs, JournalId, UtcMs
from sync.updates import PART, READY, READY_NOTE, Bundle, Fetching, Last, Machine, Shelf
from sync.updates_driver import EVERY_S, TRIED, Fetcher, Ports
from sync.updatewire import PIECE, Ask, Piece, sign_ask
from tests.server.bundles import bundle_bytes
from tests.server.conftest import ZONE
from tests.server.device import BOOT, NOON, Device, seeded
from tests.server.places import place, reader_of
from tests.server.small_office import SmallOffice

OFFICE_KEY = DeviceKey(b"o" * 32, b"p" * 32)
DATA = bundle_bytes()
BUNDLE = Bundle("2.0", hashlib.sha256(DATA).hexdigest(), len(DATA))


@pytest.fixture
def office(tmp_path: Path, device: Device) -> Iterator[SmallOffice]:
    """An office that knows the device."""
    made = SmallOffice(tmp_path / "office")
    made.admit(device)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A bundle as somebody brings it."""
    path = tmp_path / "scorecard-2.0.raucb"
    path.write_bytes(DATA)
    return path


def offers(office: SmallOffice) -> Offers:
    return Offers(office.folder, reserve=0)


def post(office: SmallOffice, request: wire.Request) -> httpx.Response:
    """One request."""
    with httpx.Client(base_url=office.url, verify=office.context(), timeout=40) as line:
        return line.post(request.path, content=request.body, headers=request.headers)


def fetcher(office: SmallOffice, device: Device, folder: Path, link: Link | None = None) -> tuple[Fetcher, Shelf]:
    """What fetches for this device, over real TLS."""
    folder.mkdir()
    shelf, key = Shelf(folder), device.key
    who = Who(Pin("a" * 32, fingerprint(office.der).hex(), 0, "c" * 64), device.journal_id, key)
    ports = Ports(
        lambda: who,
        lambda: Machine("1.0", "A"),
        lambda: False,
        lambda: 0.0,
        lambda: 0.0,
        lambda line: None,
        link=lambda url, pin: link or HttpsLink(url, pin, most=2 * PIECE),
    )
    return Fetcher(shelf, office.url, ports, reserve=0), shelf


def rest(fetching: Fetcher) -> float:
    while (wait := fetching.turn()) < 10:
        pass
    return wait


def test_a_machine_gets_what_is_offered_whole_and_says_how_it_stands(
    office: SmallOffice, device: Device, file: Path, tmp_path: Path
) -> None:
    assert offers(office).offer(file) == BUNDLE
    fetching, shelf = fetcher(office, device, tmp_path / "box")
    assert rest(fetching) == EVERY_S
    assert ((shelf.folder / READY).read_bytes(), shelf.note(READY_NOTE)) == (DATA, BUNDLE)
    told = office.exchange._updates_down.told(device.journal_id)
    assert told == Told(NOON, Machine("1.0", "A"), Fetching())
    offers(office).withdraw()
    fetching, _ = fetcher(office, device, tmp_path / "other")
    assert rest(fetching) == EVERY_S
    assert list((tmp_path / "other").glob("*.raucb")) == []


class Middle:
    """A link after whose third answer something happens at the office."""

    def __init__(self, link: Link) -> None:
        self.link, self.answers = link, list[Reply]()
        self.then: Callable[[], None] = lambda: None

    def post(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        self.answers.append(self.link.post(path, headers, body))
        if len(self.answers) == 3:
            self.then()
        return self.answers[-1]

    def close(self) -> None:
        return


@pytest.mark.parametrize("what", ["revoked", "withdrawn", "exchanged"])
def test_in_the_middle_who_is_revoked_gets_no_more_of_it_nor_does_anybody_of_what_was_withdrawn(
    office: SmallOffice, device: Device, file: Path, tmp_path: Path, what: str
) -> None:
    offers(office).offer(file)
    middle = Middle(HttpsLink(office.url, fingerprint(office.der), most=2 * PIECE))
    fetching, shelf = fetcher(office, device, tmp_path / "box", middle)
    newer = bundle_bytes("2.1")
    (tmp_path / "newer").write_bytes(newer)

    def then() -> None:
        if what == "revoked":
            office.revoke(device)
        elif what == "withdrawn":
            offers(office).withdraw()
        else:
            offers(office).offer(tmp_path / "newer")

    middle.then = then
    assert rest(fetching) >= 60
    codes = {"revoked": wire.REVOKED, "withdrawn": wire.NO_UPDATE, "exchanged": wire.NO_UPDATE}
    assert wire.decode_refusal(middle.answers[3].body).error == codes[what]
    assert shelf.note(READY_NOTE) is None
    rest(fetching)
    if what == "exchanged":
        assert (shelf.folder / READY).read_bytes() == newer
    elif what == "withdrawn":
        assert shelf.size(PART) is None
    middle.link.close()


def test_strangers_get_nothing_and_all_that_is_not_to_be_had_is_the_same_answer(
    office: SmallOffice, device: Device, file: Path
) -> None:
    offers(office).offer(file)
    good = sign_ask(device.journal_id, Ask(Piece(BUNDLE, 100)), device.key)
    answer = post(office, good)
    assert (answer.content, answer.headers["content-type"]) == (DATA[100:][:PIECE], updatewire.BYTES)
    stranger = sign_ask(JournalId("5" * 32), Ask(), DeviceKey(b"x" * 32, b"y" * 32))
    forged = sign_ask(device.journal_id, Ask(), DeviceKey(b"x" * 32, b"y" * 32))
    elsewhere = replace(good, signature=device.key.sign(replace(good, path=wire.CLIPS_PATH).message))
    misread = wire.request_message(device.journal_id, 1, 0, b"{}x", wire.UPDATES_PATH)
    broken = wire.Request(device.journal_id, 1, 0, device.key.sign(misread), b"{}x", wire.UPDATES_PATH)
    for request, code in (
        (stranger, wire.UNPAIRED),
        (forged, wire.BAD_SIGNATURE),
        (elsewhere, wire.BAD_SIGNATURE),
        (broken, wire.MALFORMED),
    ):
        assert post(office, request).json()["error"] == code
    behind, never = Piece(BUNDLE, len(DATA)), Piece(replace(BUNDLE, release="9.9"), 0)
    others = [behind, never, Piece(replace(BUNDLE, sha256="0" * 64), 0)]
    answers = [post(office, sign_ask(device.journal_id, Ask(each), device.key)) for each in others]
    offers(office).withdraw()
    answers.append(post(office, good))
    assert {(each.status_code, each.content) for each in answers} == {(404, answers[0].content)}
    assert post(office, sign_ask(device.journal_id, Ask(), device.key)).json() == {"update": None}
    office.revoke(device)
    for request in (good, sign_ask(device.journal_id, Ask(), device.key)):
        assert post(office, request).json()["error"] == wire.REVOKED


def test_the_command_offers_lists_and_withdraws(tmp_path: Path, file: Path) -> None:
    def run(*words: str) -> str:
        return update([*words, "--config", "server.toml"], lambda config: tmp_path)

    assert run("list") == "nothing is offered"
    assert run("offer", str(file)).startswith("offered from now on: 2.0, 0.4 MiB, SHA-256 ")
    assert "for every other release\noffered: 2.0" in run("list")
    assert "for machines that run 1.0 or 1.1" in run("offer", str(file), "--replaces", "1.0,1.1")
    assert run("withdraw").startswith("withdrawn: 2.0")
    assert (run("withdraw"), run("list")) == ("nothing was offered by this command", "nothing is offered")
    assert [each.name for each in (tmp_path / "updates" / "own").iterdir()] == ["offer.writer"]
    with pytest.raises(BundleRefused, match="No such file"):
        run("offer", str(tmp_path / "none"))


def test_what_was_handed_over_here_goes_before_what_the_centre_offers(tmp_path: Path, file: Path) -> None:
    made, newer = Offers(tmp_path, reserve=0), bundle_bytes("3.0")
    made.centre.folder.mkdir(parents=True)
    (made.centre.folder / READY).write_bytes(newer)
    centres = Bundle("3.0", hashlib.sha256(newer).hexdigest(), len(newer))
    made.centre.write_note(READY_NOTE, centres)
    assert (made.known().offered, made.piece(centres, 0, 10)) == (centres, newer[:10])
    made.offer(file)
    assert (made.known().offered, made.piece(centres, 0, 10), made.piece(BUNDLE, 0, 9)) == (BUNDLE, None, DATA[:9])


def test_an_office_fetches_what_its_centre_offers_and_hands_it_on(tmp_path: Path, file: Path) -> None:
    """The small office is the centre here; below it is an office with its own ledger."""
    folder, random, now = tmp_path / "below", seeded(9), Instant(BOOT, BootMs(5))
    folder.mkdir()
    ledger = Ledger(place(folder / FILE), ZONE, random)
    with ledger.transaction():
        ledger.open_own(OFFICE_KEY, random, now)
    named = ledger.own_named()
    assert named is not None
    centre = SmallOffice(tmp_path / "centre")
    known = Ledger(place(centre.folder / FILE), ZONE, random)
    with known.transaction():
        known.pair(Pairing(named[0], OFFICE_KEY.public, ledger.own_secret, ROLE, "Office", bytes(32)), NOON)
    known.close()
    centre.start()
    save_pin(folder / PIN_FILE, Pin("a" * 32, fingerprint(centre.der).hex(), 0, "c" * 64))
    offers(centre).offer(file, ["1.0"])
    with closing(reader_of(folder / FILE)) as db, closing(Writer(ledger)) as writer:
        writer.start()
        below, news = Below(folder, db, OFFICE_KEY, writer, lambda: None, lambda: 0.0), list[str]()
        assert rest(below.way_of_releases(centre.url, Standing(db), news.append)) == EVERY_S
    made = Offers(folder, reserve=0)
    assert made.known() == Known(None, replace(BUNDLE, replaces=("1.0",)))
    assert b"".join(made.piece(BUNDLE, at, PIECE) or b"" for at in range(0, len(DATA), PIECE)) == DATA
    assert len(news) == 1
    centre.stop()


def test_a_file_that_is_no_whole_bundle_is_refused_and_the_one_before_stays(tmp_path: Path, file: Path) -> None:
    made = Offers(tmp_path, reserve=0)
    made.offer(file)
    other = bundle_bytes("2.1")
    cut = [other[:n] for n in (0, 3, 4096, len(other) // 2, len(other) - 9, len(other) - 1)]
    short = other[:8192] + other[12288:]
    for wrong in (*cut, short, b"x" + other[1:], bundle_bytes("../2"), bundle_bytes(form="plain"), other + b"\0" * 8):
        path = tmp_path / "wrong"
        path.write_bytes(wrong)
        with pytest.raises(BundleRefused):
            made.offer(path)
        assert (made.known().offered, made.own.size(PART)) == (BUNDLE, None)


def test_a_manifest_is_read_or_refused_whatever_byte_is_another() -> None:
    """Nothing but BundleRefused may come of a signature that was damaged, and never an endless reading."""
    begin = len(DATA) - 8 - int.from_bytes(DATA[-8:], "big")
    read = 0
    for at in range(begin, len(DATA)):
        file = io.BytesIO(DATA[:at] + bytes([DATA[at] ^ 0x81]) + DATA[at + 1 :])
        try:
            read += isinstance(read_manifest(file), Manifest)
        except BundleRefused:
            continue
    assert read < len(DATA) - begin


def test_the_room_of_the_ledger_is_not_touched(tmp_path: Path, file: Path) -> None:
    made = Offers(tmp_path, reserve=2**60)
    with pytest.raises(BundleRefused, match="does not fit"):
        made.offer(file)
    assert made.own.size(PART) is None


class Lying(Shelf):
    """Control: a disk that gives back something else than it was given."""

    def append(self, data: bytes) -> None:
        super().append(data[:-1] + b"!")


def test_a_disk_that_lies_is_found_out(tmp_path: Path, file: Path) -> None:
    made = Offers(tmp_path, reserve=0)
    made.own = Lying(made.own.folder)
    with pytest.raises(BundleRefused, match="does not give back"):
        made.offer(file)
    assert made.known().offered is None


def test_the_console_tells_what_runs_what_became_of_the_last_and_of_the_next() -> None:
    def words(machine: Machine, fetching: Fetching, language: str = "en") -> list[str]:
        return [value for _, value in update_words(Told(UtcMs(1), machine, fetching), language)]

    here = Machine("1.0", "A", Last("1.0", "installed"))
    assert words(here, Fetching("2.0", 50, 200)) == ["1.0, slot A", "1.0 was installed", "2.0: 25 % are there"]
    assert words(here, Fetching("2.0", 200, 200))[-1] == "2.0 is there, and waits to be installed"
    back = replace(here, last=Last("2.0", "no-frame"))
    assert words(back, Fetching("2.0", 0, 200, TRIED))[1:] == [
        "2.0 was not taken up (no-frame)",
        "2.0 does not come: it was tried, and did not stay",
    ]
    assert words(here, Fetching("2.0", 0, 2, "disk-full"))[-1].endswith("no room beside the records")
    written = replace(here, last=Last("2.0", "installed"))
    assert words(written, Fetching())[1] == "2.0 is installed, and is tried at the next start"
    assert words(Machine("1.0"), Fetching()) == []
    assert list(update_words(None, "en")) == []
    for language in ("th", "my"):
        assert "2.0" in words(here, Fetching("2.0", 50, 200), language)[-1]
