"""Pairing: one code, one machine, a day; no key can take another's place, and the certificate is the server's own."""

import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from server import certificate, control
from server.commands import perform
from server.errors import CertificateUnusable, ControlFailed
from server.ingest import take_pairing
from server.ledger import Ledger
from server.pairing import NO_LANE, WRONG_CODES_A_MINUTE, Patience, clean_place
from sync import wire
from sync.paircode import PairRequest, fingerprint, parse_code
from sync.types import UtcMs
from sync.wire import Refusal
from tests.server.conftest import CERTIFICATE
from tests.server.device import NOON, Device, seeded
from tests.server.running import RunningServer
from tests.server.state import contents

HOUR = 3_600_000


def make_code(ledger: Ledger, place: str | None = None, seed: int = 3) -> str:
    """A fresh code."""
    with ledger.transaction():
        answer = perform(ledger, {"command": "pair", "place": place}, CERTIFICATE, seeded(seed), NOON)
    return str(answer["code"])


def pair(ledger: Ledger, request: PairRequest, after_ms: int = 0) -> tuple[int, int] | Refusal:
    """What the server makes of it."""
    with ledger.transaction():
        return take_pairing(ledger, request, fingerprint(CERTIFICATE), UtcMs(NOON + after_ms))


def error(taken: tuple[int, int] | Refusal) -> str:
    """The code of a refusal."""
    assert isinstance(taken, Refusal)
    assert taken.hint
    return taken.error


def test_machines_get_lanes_in_the_order_they_come(ledger: Ledger, device: Device, tmp_path: Path) -> None:
    other = Device.make(tmp_path / "other", seed=2)
    assert pair(ledger, device.pair_request(make_code(ledger), CERTIFICATE)) == (0, 0)
    assert pair(ledger, other.pair_request(make_code(ledger, seed=4), CERTIFICATE)) == (1, 0)
    other.journal.close()


def test_a_display_is_a_machine_without_a_lane(ledger: Ledger, device: Device, tmp_path: Path) -> None:
    kiosk, later = Device.make(tmp_path / "second", seed=2), Device.make(tmp_path / "third", seed=8)
    display = replace(device.pair_request(make_code(ledger), CERTIFICATE), role="display")
    assert pair(ledger, display) == pair(ledger, display) == (NO_LANE, 0)
    assert pair(ledger, kiosk.pair_request(make_code(ledger, seed=4), CERTIFICATE)) == (0, 0)
    standing = ledger.standing(device.journal_id)
    assert standing is not None
    assert standing.lane == NO_LANE
    assert pair(ledger, later.pair_request(make_code(ledger, seed=5), CERTIFICATE)) == (1, 0)
    strange = replace(device.pair_request(make_code(ledger, seed=6), CERTIFICATE), role="lamp")
    assert error(pair(ledger, strange)) == wire.MALFORMED
    again = device.pair_request(make_code(ledger, seed=7), CERTIFICATE)
    assert pair(ledger, again) == (2, 0), "what was a display has to have a lane of its own before it gives a number"
    for each in (kiosk, later):
        each.journal.close()


def test_the_same_machine_asking_again_gets_the_same_answer(ledger: Ledger, device: Device) -> None:
    request = device.pair_request(make_code(ledger), CERTIFICATE)
    first = pair(ledger, request)
    before = contents(ledger.place, ("journals",))
    assert pair(ledger, request, after_ms=48 * HOUR) == first
    assert contents(ledger.place, ("journals",)) == before


def test_a_used_code_pairs_nobody_else(ledger: Ledger, device: Device, tmp_path: Path) -> None:
    code = make_code(ledger)
    pair(ledger, device.pair_request(code, CERTIFICATE))
    other = Device.make(tmp_path / "other", seed=2)
    assert error(pair(ledger, other.pair_request(code, CERTIFICATE))) == wire.CODE_USED
    other.journal.close()
    assert len(contents(ledger.place)["journals"]) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda request: replace(request, code_secret="00" * 7), wire.WRONG_CODE),
        (lambda request: replace(request, code_secret="zz" * 7), wire.MALFORMED),
        (lambda request: replace(request, code_secret="00" * 600), wire.MALFORMED),
        (lambda request: replace(request, proof="00" * 64), wire.BAD_SIGNATURE),
        (lambda request: replace(request, public_key="11" * 32), wire.BAD_SIGNATURE),
        (lambda request: replace(request, journal_id="2" * 32), wire.BAD_SIGNATURE),
        (lambda request: replace(request, role="king"), wire.MALFORMED),
        (lambda request: replace(request, place="two\nlines"), wire.MALFORMED),
        (lambda request: replace(request, place=" "), wire.MALFORMED),
    ],
)
def test_a_wrong_request_pairs_nobody_and_leaves_the_code_good(
    ledger: Ledger, device: Device, change: Callable[[PairRequest], PairRequest], code: str
) -> None:
    request = device.pair_request(make_code(ledger), CERTIFICATE)
    assert error(pair(ledger, change(request))) == code
    assert contents(ledger.place)["journals"] == []
    assert pair(ledger, request) == (0, 0)


def test_a_proof_for_another_server_does_not_hold(ledger: Ledger, device: Device) -> None:
    request = device.pair_request(make_code(ledger), b"a server in between")
    assert error(pair(ledger, request)) == wire.BAD_SIGNATURE


def test_a_code_lives_a_day(ledger: Ledger, device: Device) -> None:
    request = device.pair_request(make_code(ledger), CERTIFICATE)
    assert error(pair(ledger, request, after_ms=24 * HOUR)) == wire.CODE_EXPIRED
    assert pair(ledger, request, after_ms=24 * HOUR - 1) == (0, 0)


def test_a_paired_journal_cannot_be_taken_by_another_key(ledger: Ledger, device: Device) -> None:
    pair(ledger, device.pair_request(make_code(ledger), CERTIFICATE))
    thief = Device(device.journal, replace(device.key, seed=bytes(32)))
    assert error(pair(ledger, thief.pair_request(make_code(ledger, seed=8), CERTIFICATE))) == wire.BAD_SIGNATURE
    assert contents(ledger.place)["journals"][0][1] == device.key.public


def test_a_revoked_machine_needs_a_new_code(ledger: Ledger, device: Device) -> None:
    request = device.pair_request(make_code(ledger), CERTIFICATE)
    pair(ledger, request)
    with ledger.transaction():
        assert ledger.revoke(device.journal_id, NOON)
    assert error(pair(ledger, request)) == wire.CODE_USED
    assert pair(ledger, device.pair_request(make_code(ledger, seed=8), CERTIFICATE)) == (0, 0)


def test_only_the_hash_of_a_code_is_kept(ledger: Ledger) -> None:
    secret = parse_code(make_code(ledger)).secret
    file = Path(ledger.place)
    assert secret not in file.read_bytes() + file.with_name("office.db-wal").read_bytes()


def test_the_offices_word_for_the_place_wins(ledger: Ledger, device: Device) -> None:
    code = make_code(ledger, place=" ห้องทะเบียน ชั้น 1 ")
    pair(ledger, device.pair_request(code, CERTIFICATE, place="kiosk"))
    assert contents(ledger.place)["journals"][0][4] == "ห้องทะเบียน ชั้น 1"


def test_places_in_burmese_with_joiners_can_be_shown() -> None:
    assert clean_place("ကောင်တာ\u200b၁") == "ကောင်တာ\u200b၁"
    assert clean_place("x" * 81) is None


def test_wrong_codes_are_limited_by_the_minute() -> None:
    patience = Patience()
    for _ in range(WRONG_CODES_A_MINUTE):
        assert not patience.exhausted(NOON)
        patience.wrong(NOON)
    assert patience.exhausted(NOON)
    assert not patience.exhausted(UtcMs(NOON + 60_000))


def test_pairing_over_tls_with_a_code_from_the_command(server: RunningServer, device: Device) -> None:
    code = server.code("--place", "Hall 2")
    assert parse_code(code).is_of(server.certificate)
    with server.exchange() as client:
        response = device.pair(client, code, server.certificate)
        assert response.status_code == 200
        answer = response.json()
        assert (answer["lane"], answer["received"], answer["safe"], len(answer["server_id"])) == (0, 0, 0, 32)
        assert device.send(client).json()["received"] == 1
    with server.pages() as client:
        assert "Hall 2" in client.get("/").text


def test_guessing_is_slowed_down_over_http(server: RunningServer, tmp_path: Path) -> None:
    device = Device.make(tmp_path / "guesser", seed=12)
    request = replace(device.pair_request(server.code(), server.certificate), code_secret="11" * 7)
    with server.exchange() as client:
        answers = [post(client, request) for _ in range(WRONG_CODES_A_MINUTE + 1)]
    device.journal.close()
    assert [each.status_code for each in answers] == [403] * WRONG_CODES_A_MINUTE + [429]
    assert answers[-1].headers["retry-after"] == "60"


def post(client: httpx.Client, request: PairRequest) -> httpx.Response:
    """One pairing request."""
    return client.post(wire.PAIR_PATH, content=wire.encode_message(request))


def test_a_code_can_be_made_while_no_server_runs(tmp_path: Path) -> None:
    running = RunningServer(tmp_path)
    der = running.certificate
    assert running.end() == 0
    assert parse_code(running.code()).is_of(der)


def test_the_certificate_is_made_once_and_its_key_is_private(tmp_path: Path) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    der = certificate.load_or_make(tmp_path, now)
    assert certificate.load_or_make(tmp_path, now) == der
    assert stat.S_IMODE((tmp_path / "server.key").stat().st_mode) == 0o600
    found = x509.load_der_x509_certificate(der)
    assert found.not_valid_after_utc.year == 2056
    (tmp_path / "server.key").write_text("no key")
    with pytest.raises(CertificateUnusable) as caught:
        certificate.load_or_make(tmp_path, now)
    assert "backup" in caught.value.hint


def test_a_stale_control_socket_counts_as_no_server(tmp_path: Path) -> None:
    running = RunningServer(tmp_path)
    running.kill()
    assert (running.data / control.FILE).exists()
    assert control.ask(running.data, {"command": "pair", "place": None}) is None


def test_the_control_socket_is_for_its_owner_and_knows_its_commands(server: RunningServer) -> None:
    assert stat.S_IMODE((server.data / control.FILE).stat().st_mode) == 0o600
    with pytest.raises(ControlFailed, match="no such command"):
        control.ask(server.data, {"command": "dance"})
    with pytest.raises(ControlFailed, match="one line"):
        control.ask(server.data, {"command": "pair", "place": "a\nb"})


def test_rebuild_waits_for_the_running_server_to_end(server: RunningServer) -> None:
    done = server.command("rebuild")
    assert done.returncode == 1
    assert "another process writes" in done.stderr
    assert "what to do: End the running server first" in done.stderr
