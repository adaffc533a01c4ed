"""A bundle is taken where it was signed by whom the card trusts and every bit of it is as it was signed."""

import random
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from image.signing import Signer
from kiosk.box.bundle import BLOCK, examined, manifest_of, rauc
from kiosk.box.envelope import content_of
from kiosk.box.errors import UpdateError
from tests.kiosk.box.bundles import Befallen, bundle, settings, signer

FORM = "has another form"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bundles")


@pytest.fixture(scope="module")
def ours(place: Path) -> Signer:
    return signer(place / "ours")


@pytest.fixture(scope="module")
def good(place: Path, ours: Signer) -> Path:
    return bundle(place, ours, "1.2.0")


@pytest.fixture(scope="module")
def card(place: Path, ours: Signer) -> Path:
    return settings(place, ours)


def test_what_was_signed_is_told(good: Path, card: Path) -> None:
    told = examined(good, card)
    assert (told.compatible, told.release) == ("scorecard-smart-box", "1.2.0")
    assert told.size == 3 * BLOCK, "two levels of hashes"


def test_another_builder_s_bundle_is_refused(tmp_path: Path, card: Path) -> None:
    theirs = bundle(tmp_path, signer(tmp_path / "theirs"), "1.2.0")
    with pytest.raises(UpdateError, match="its signature is not good") as caught:
        examined(theirs, card)
    assert caught.value.code == "refused"
    trusting = settings(tmp_path, Signer(*[tmp_path / "theirs/authority.pem"] * 3))
    assert examined(theirs, trusting).release == "1.2.0", "the control"


def test_a_certificate_that_is_not_for_software_signs_nothing(tmp_path: Path, ours: Signer, good: Path) -> None:
    """The authority's own: cards trust it, and it signs certificates."""
    with pytest.raises(Exception, match="rauc"):
        bundle(tmp_path, Signer(ours.authority.with_suffix(".key"), ours.authority, ours.authority), "1.2.0")


def refused(content: bytes, place: Path, card: Path) -> bool:
    path = place / "befallen.raucb"
    path.write_bytes(content)
    try:
        examined(path, card)
    except UpdateError:
        return True
    finally:
        path.unlink()
    return False


def test_whatever_befalls_a_bundle_it_is_refused(tmp_path: Path, good: Path, card: Path) -> None:
    befallen = Befallen(good.read_bytes(), random.Random(7))
    assert not refused(befallen.content, tmp_path, card), "the control"
    assert [name for name, content in befallen.every(40) if not refused(content, tmp_path, card)] == []


def form(envelope: bytes) -> bytes | None:
    """What was signed; None: the wrapper has another form."""
    try:
        return content_of(envelope)
    except UpdateError:
        return None


def test_no_bit_of_the_signature_s_wrapper_is_free(tmp_path: Path, good: Path, card: Path) -> None:
    """Each one changes the form, or what was signed: of those that are left some are tried, by RAUC."""
    befallen = Befallen(good.read_bytes(), random.Random(1))
    begin, end = befallen.regions["signature"]
    left = []
    for bit in range((end - begin) * 8):
        changed = bytearray(befallen.content[begin:end])
        changed[bit // 8] ^= 1 << bit % 8
        left += [bit] if form(bytes(changed)) is not None else []
    assert len(left) > 1000, "what was signed, and the keys"
    for bit in random.Random(3).sample(left, 40):
        whole = bytearray(befallen.content)
        whole[begin + bit // 8] ^= 1 << bit % 8
        assert refused(bytes(whole), tmp_path, card), f"bit {bit} of the signature"


def test_control_rauc_alone_lets_a_flipped_bit_pass(tmp_path: Path, good: Path, card: Path) -> None:
    """The number of the wrapper's version: the form is why it is refused."""
    content = bytearray(good.read_bytes())
    begin, _ = Befallen(bytes(content), random.Random(1)).regions["signature"]
    content[begin + 25] ^= 2
    path = tmp_path / "flipped.raucb"
    path.write_bytes(content)
    assert rauc(["-c", str(card), "info", str(path)]).returncode == 0
    with pytest.raises(UpdateError, match=FORM):
        examined(path, card)


def test_control_a_payload_that_rauc_does_not_look_at(tmp_path: Path, good: Path, card: Path) -> None:
    """RAUC looks at the payload only while it is written into the slot."""
    content = bytearray(good.read_bytes())
    content[5 * BLOCK] ^= 1
    path = tmp_path / "flipped.raucb"
    path.write_bytes(content)
    assert rauc(["-c", str(card), "info", str(path)]).returncode == 0
    with pytest.raises(UpdateError, match="its contents are not what was signed"):
        examined(path, card)


@pytest.mark.parametrize("content", [b"", b"x", bytes(8), bytes(9), b"\xff" * 20, bytes(4096)])
def test_what_is_no_bundle_is_told_as_such(tmp_path: Path, card: Path, content: bytes) -> None:
    path = tmp_path / "none.raucb"
    path.write_bytes(content)
    with pytest.raises(UpdateError) as caught:
        examined(path, card)
    assert caught.value.code == "damaged"


def test_a_card_without_rauc_says_so(good: Path, card: Path) -> None:
    def missing(words: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        return subprocess.CompletedProcess(words, 1, "", "cannot open keyring\n")

    with pytest.raises(UpdateError, match="cannot open keyring"):
        examined(good, card, missing)


@pytest.mark.parametrize("text", [
    "", "[bundle]\nformat=plain\n", "[bundle]\nformat=verity\n",
    "[bundle]\nformat=verity\nverity-salt=00\nverity-hash=00\nverity-size=4096\n",
])  # fmt: skip
def test_a_manifest_without_a_hash_tree_is_refused(text: str) -> None:
    with pytest.raises(UpdateError):
        manifest_of(text)
