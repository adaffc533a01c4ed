"""The first administrator's code at a kiosk: for a paired one, while nobody is administrator, on record."""

import json
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from server.bucket import Buckets
from server.first_code import BURST, EVERY_MS, FirstCodes, judge_device
from server.ledger import Ledger
from server.people import CODE_HOURS, Details, Role, code_hash, code_is_good
from sync import asking, wire
from sync.asked import Asked, first_administrator
from sync.asking import UNREACHABLE, Given, ask
from sync.codec import decode
from sync.facts import understand
from sync.facts_service import AdministratorInvited
from sync.firstwire import BODY, sign_first
from sync.journal import Instant
from sync.keys import DeviceKey, write_durably
from sync.paircode import fingerprint
from sync.pairing import Pin, save_pin
from sync.types import BootMs, JournalId, UtcMs
from sync.wire import FIRST_PATH, Refusal
from tests.server.conftest import ZONE, admit
from tests.server.device import BOOT, NOON, Device, seeded
from tests.server.places import place
from tests.server.small_office import CONSOLE, KEY, SmallOffice

BOSS = Details("boss", "Boss", Role.ADMINISTRATOR, (), "en")


@pytest.fixture
def ledger(tmp_path: Path, device: Device) -> Iterator[Ledger]:
    """An office's ledger that knows the device and nobody else."""
    made = Ledger(place(tmp_path / "office.db"), ZONE, seeded(3))
    admit(made, device)
    with made.transaction():
        made.open_own(KEY, seeded(4), Instant(BOOT, BootMs(1)))
    yield made
    made.close()


class Moment:
    """The office's clock."""

    def __init__(self) -> None:
        self.ms = UtcMs(NOON)

    def now(self) -> UtcMs:
        return self.ms


def codes_of(moment: Moment, **given: Buckets) -> FirstCodes:
    return FirstCodes(seeded(5), moment.now, lambda: Instant(BOOT, BootMs(2)), lambda: CONSOLE, **given)


def take(codes: FirstCodes, ledger: Ledger, request: wire.Request) -> Given | Refusal:
    with ledger.transaction():
        return codes.take(ledger, request)


def own_facts(ledger: Ledger) -> list[object]:
    rows = ledger._db.execute("SELECT row FROM facts JOIN journals USING (journal_id) WHERE own > 0 ORDER BY seq")
    return [understand(decode(row)) for (row,) in rows]


def add_administrator(ledger: Ledger) -> None:
    with ledger.transaction():
        ledger.people.add(BOSS, "$hash", "s00000001", NOON)


def test_a_paired_kiosk_gets_a_code_that_opens_the_door_and_is_on_record_without_it(
    ledger: Ledger, device: Device
) -> None:
    given = take(codes_of(Moment()), ledger, sign_first(device.journal_id, device.key))
    assert isinstance(given, Given)
    assert (given.expires_ms, given.console, given.sha256) == (
        NOON + CODE_HOURS * 3_600_000, CONSOLE.url, CONSOLE.sha256,
    )  # fmt: skip
    digest = code_hash(given.code)
    assert digest is not None
    assert code_is_good(ledger._db, digest, NOON)
    assert own_facts(ledger)[-1] == AdministratorInvited(NOON, device.journal_id)
    assert isinstance(ledger._db, sqlite3.Connection)
    kept = "\n".join(ledger._db.iterdump())
    assert given.code not in kept
    assert given.code.replace("-", "") not in kept


def test_a_present_administrator_means_no_code_and_the_code_of_the_server_s_machine_stays_good(
    ledger: Ledger, device: Device
) -> None:
    with ledger.transaction():
        other = ledger.people.make_code(seeded(9), NOON)
    add_administrator(ledger)
    refusal = take(codes_of(Moment()), ledger, sign_first(device.journal_id, device.key))
    assert isinstance(refusal, Refusal)
    assert refusal.error == wire.ADMINISTRATED
    digest = code_hash(other)
    assert digest is not None
    assert code_is_good(ledger._db, digest, NOON)
    assert not any(isinstance(body, AdministratorInvited) for body in own_facts(ledger))
    assert ledger._db.execute("SELECT code FROM refusals").fetchall() == [(wire.ADMINISTRATED,)]


def stranger(device: Device) -> wire.Request:
    return sign_first(JournalId("ee" * 16), device.key)


def other_key(device: Device) -> wire.Request:
    return sign_first(device.journal_id, DeviceKey(b"x" * 32, b"y" * 32))


def other_body(device: Device) -> wire.Request:
    signature = device.key.sign(wire.request_message(device.journal_id, 1, 0, b'{"a":1}', FIRST_PATH))
    return wire.Request(device.journal_id, 1, 0, signature, b'{"a":1}', FIRST_PATH)


def other_path(device: Device) -> wire.Request:
    signature = device.key.sign(wire.request_message(device.journal_id, 1, 0, BODY, wire.FEED_PATH))
    return wire.Request(device.journal_id, 1, 0, signature, BODY, FIRST_PATH)


@pytest.mark.parametrize(
    ("made", "error"),
    [
        (stranger, wire.UNPAIRED),
        (other_key, wire.BAD_SIGNATURE),
        (other_path, wire.BAD_SIGNATURE),
        (other_body, wire.MALFORMED),
    ],
)
def test_whoever_is_no_paired_kiosk_gets_nothing(
    made: Callable[[Device], wire.Request], error: str, ledger: Ledger, device: Device
) -> None:
    refusal = take(codes_of(Moment()), ledger, made(device))
    assert isinstance(refusal, Refusal)
    assert refusal.error == error
    assert ledger._db.execute("SELECT count(*) FROM staff_code").fetchone() == (0,)


def test_a_revoked_kiosk_and_a_display_get_nothing(ledger: Ledger, device: Device) -> None:
    request = sign_first(device.journal_id, device.key)
    ledger._db.execute("UPDATE journals SET role = 'display' WHERE own = 0")
    refusal = take(codes_of(Moment()), ledger, request)
    assert isinstance(refusal, Refusal)
    assert refusal.error == wire.WRONG_ROLE
    ledger._db.execute("UPDATE journals SET role = 'kiosk' WHERE own = 0")
    with ledger.transaction():
        assert ledger.revoke(device.journal_id, NOON)
    refusal = take(codes_of(Moment()), ledger, request)
    assert isinstance(refusal, Refusal)
    assert refusal.error == wire.REVOKED


class Trusting(FirstCodes):
    """The control: gives to whoever is paired, administrator or not, and never looks at the device again."""

    def take(self, ledger: Ledger, request: wire.Request) -> Given | Refusal:
        code = ledger.people.make_code(self._random, self._now())
        return Given(code, 1, "", "")


def test_control_an_office_that_trusts_gives_a_revoked_kiosk_a_code(ledger: Ledger, device: Device) -> None:
    add_administrator(ledger)
    with ledger.transaction():
        ledger.revoke(device.journal_id, NOON)
    trusting = Trusting(seeded(5), Moment().now, lambda: Instant(BOOT, BootMs(2)), lambda: CONSOLE)
    assert isinstance(take(trusting, ledger, sign_first(device.journal_id, device.key)), Given)
    refusal = judge_device(ledger, sign_first(device.journal_id, device.key))
    assert refusal is not None
    assert refusal.error == wire.REVOKED


def test_asked_too_often_a_kiosk_has_to_wait_and_each_code_ends_the_one_before(ledger: Ledger, device: Device) -> None:
    moment, request = Moment(), sign_first(device.journal_id, device.key)
    codes, given = codes_of(moment), list[str]()
    for _ in range(BURST):
        got = take(codes, ledger, request)
        assert isinstance(got, Given)
        given.append(got.code)
    refusal = take(codes, ledger, request)
    assert isinstance(refusal, Refusal)
    assert (refusal.error, refusal.status) == (wire.TOO_MANY, 429)
    good = [code_is_good(ledger._db, code_hash(code) or b"", NOON) for code in given]
    assert good == [False, False, True]
    moment.ms = UtcMs(NOON + EVERY_MS)
    assert isinstance(take(codes, ledger, request), Given)


# Over the wire --------------------------------------------------------------------------------------------------------


@pytest.fixture
def office(tmp_path: Path, device: Device) -> Iterator[SmallOffice]:
    made = SmallOffice(tmp_path / "office")
    made.admit(device)
    made.start()
    yield made
    made.stop()


def paired_data(folder: Path, office: SmallOffice, device: Device) -> Path:
    """The kiosk's data folder once it is paired."""
    save_pin(folder / "pin.json", Pin("id", fingerprint(office.der).hex(), 0, "00" * 32))
    key = {"seed": device.key.seed.hex(), "device_secret": device.key.device_secret.hex()}
    write_durably(folder / "device.key", json.dumps(key).encode())
    return folder


def test_over_tls_sync_gets_the_code_and_a_stranger_is_refused_by_its_headers(
    tmp_path: Path, office: SmallOffice, device: Device
) -> None:
    data = paired_data(tmp_path / "kiosk", office, device)
    given = first_administrator(data, office.url)
    assert isinstance(given, Given)
    assert given.console == CONSOLE.url
    assert not any(given.code.encode() in path.read_bytes() for path in data.iterdir())
    with httpx.Client(base_url=office.url, verify=office.context(), timeout=20) as line:
        odd = stranger(device)
        got = line.post(odd.path, content=odd.body, headers=odd.headers)
        assert (got.status_code, got.json()["error"]) == (401, wire.UNPAIRED)
        assert line.get(FIRST_PATH).status_code == 405
    office.revoke(device)
    assert first_administrator(data, office.url) == wire.REVOKED
    office.stop()
    assert first_administrator(data, office.url) == UNREACHABLE
    office.start()


def test_sync_asks_signed_and_hands_the_answer_over_a_socket_that_only_its_group_may_open(tmp_path: Path) -> None:
    answers: Iterator[Given | str] = iter([Given("AAAA-BBBB-CCCC", 5, "https://x", ""), wire.ADMINISTRATED])
    socket = tmp_path / asking.FILE
    asked = Asked(socket, {asking.FIRST_ADMINISTRATOR: lambda: next(answers)})
    asked.start()
    assert stat.S_IMODE(socket.stat().st_mode) == 0o660
    assert ask(socket) == Given("AAAA-BBBB-CCCC", 5, "https://x", "")
    assert ask(socket) == wire.ADMINISTRATED
    asked.close()
    assert ask(socket) == UNREACHABLE
    assert list(tmp_path.iterdir()) == [], "nothing is written down"


def test_a_device_that_was_never_paired_says_so_without_a_network(tmp_path: Path) -> None:
    def never(url: str, fingerprint: bytes) -> object:
        raise AssertionError

    assert first_administrator(tmp_path, "https://office", never) == wire.UNPAIRED  # type: ignore[arg-type]
