"""Pairing: the code as people type it, and the one conversation with the server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import paircode, pairing
from sync.client import HttpsLink, Unreachable, meet
from sync.paircode import BadCode, PairingCode, parse_code
from sync.pairing import Device, PairingFailed, PairingPostponed, Pin
from tests.sync.exchanges import JOURNAL, SECRET
from tests.sync.https_office import HttpsOffice, make_certificate
from tests.sync.journals import KEY
from tests.sync.pairing_office import PairingOffice

DEVICE = Device(JOURNAL, SECRET, KEY, "kiosk", "Registration hall")

codes = st.builds(PairingCode, st.binary(min_size=7, max_size=7), st.binary(min_size=9, max_size=9))


@given(codes)
def test_a_code_comes_back_however_it_was_typed(code: PairingCode) -> None:
    shown = str(code)
    assert len(shown) == 26 + 6
    alike = shown.lower().replace("0", "o").replace("1", "l")
    for typed in (shown, shown.replace("-", " "), shown.replace("-", ""), alike, f" {shown}\n"):
        assert parse_code(typed) == code


@pytest.mark.parametrize(
    ("change", "says", "hint"),
    [
        (lambda c: c[:-1], "has 25 characters, not 26", "missing"),
        (lambda c: c + "0", "has 27 characters, not 26", "too many"),
        (lambda c: "", "has 0 characters", "missing"),
        (lambda c: "U" + c[1:], "holds U", "without U"),
        (lambda c: "ü!" + c[2:], "holds ! Ü", "Only digits"),
        (lambda c: c[:-1] + "1", "last character", "end"),
    ],
)
def test_a_mistyped_code_is_said_with_what_to_look_at(change: "type[str]", says: str, hint: str) -> None:
    good = str(PairingCode(bytes(7), bytes(9)))
    with pytest.raises(BadCode, match=says) as caught:
        parse_code(change(good))
    assert hint in caught.value.hint


def test_a_code_does_not_show_itself_in_a_traceback() -> None:
    assert "secret" not in repr(PairingCode(b"1234567", bytes(9)))


@pytest.fixture
def office(tmp_path: Path) -> PairingOffice:
    return PairingOffice(make_certificate(tmp_path)[1])


@pytest.fixture
def url(tmp_path: Path, office: PairingOffice) -> Iterator[str]:
    pem, office.certificate = make_certificate(tmp_path)
    office.code = paircode.make_code(office.certificate, lambda size: bytes(range(size)))
    with HttpsOffice(pem, office) as serving:
        yield serving.url


def pair(url: str, code: str | None) -> tuple[Pin, paircode.PairAnswer]:
    return pairing.pair(code, DEVICE, lambda: meet(url), lambda print_: HttpsLink(url, print_))


def test_the_right_code_pairs_and_gives_the_pin_and_the_lane(url: str, office: PairingOffice) -> None:
    pin, answer = pair(url, str(office.code))
    assert (pin.server_id, pin.lane, answer.received) == ("office-1", 3, 0)
    assert pin.fingerprint == paircode.fingerprint(office.certificate).hex()
    assert office.paired_as is not None
    assert (office.paired_as.place, office.paired_as.public_key) == ("Registration hall", KEY.public.hex())


def test_pairing_again_with_the_same_code_is_harmless(url: str, office: PairingOffice) -> None:
    assert pair(url, str(office.code)) == pair(url, str(office.code))


def test_a_server_that_is_not_the_codes_gets_nothing(url: str, office: PairingOffice) -> None:
    other = str(PairingCode(office.code.secret, bytes(9)))
    with pytest.raises(PairingFailed) as caught:
        pair(url, other)
    assert (caught.value.code, office.requests) == ("wrong-server", 0)
    assert "Nothing was sent" in caught.value.hint


def test_a_wrong_code_is_told_apart_from_a_wrong_server(url: str, office: PairingOffice) -> None:
    with pytest.raises(PairingFailed) as caught:
        pair(url, str(PairingCode(bytes(7), office.code.prefix)))
    assert caught.value.code == "wrong-code"


def test_an_expired_code_is_said(url: str, office: PairingOffice) -> None:
    office.expired = True
    with pytest.raises(PairingFailed) as caught:
        pair(url, str(office.code))
    assert caught.value.code == "code-expired"


@pytest.mark.parametrize(("code", "reason"), [(None, "no-code"), ("", "no-code"), ("hello", "bad-code")])
def test_without_a_code_nobody_is_called(code: str | None, reason: str) -> None:
    with pytest.raises(PairingFailed) as caught:
        pair("https://unused.invalid", code)
    assert caught.value.code == reason
    assert caught.value.hint


def test_a_busy_server_is_asked_later(url: str, office: PairingOffice) -> None:
    office.busy = True
    with pytest.raises(PairingPostponed) as caught:
        pair(url, str(office.code))
    assert caught.value.seconds == 1.0


def test_an_absent_server_is_no_failure_of_the_code(office: PairingOffice) -> None:
    with pytest.raises(Unreachable):
        pair("https://127.0.0.1:1", str(office.code))


def test_the_pin_is_kept_and_read_back(tmp_path: Path) -> None:
    pin = Pin("office-1", "ab" * 32, 3, "cd" * 32)
    pairing.save_pin(tmp_path / "pin.json", pin)
    assert pairing.load_pin(tmp_path / "pin.json") == pin


@pytest.mark.parametrize(
    "content", [b"", b"{", b"{}", b'{"server_id":"x","fingerprint":"zz","lane":1,"code":""}', b"\xff"]
)
def test_a_broken_pin_means_pairing_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pin.json").write_bytes(content)
    assert pairing.load_pin(tmp_path / "pin.json") is None
    assert pairing.load_pin(tmp_path / "absent.json") is None


def test_a_new_code_in_the_configuration_means_pairing_anew(url: str, office: PairingOffice) -> None:
    pin, _ = pair(url, str(office.code))
    other = str(PairingCode(bytes(7), office.code.prefix))
    held = {code: pairing.holds(pin, code) for code in (str(office.code), None, "", "mistyped", other)}
    assert held == {str(office.code): True, None: True, "": True, "mistyped": True, other: False}
