"""The device's own key file."""

from pathlib import Path

import pytest

from sync import keys
from sync.errors import BadKey
from tests.sync import journals


def test_a_key_is_made_once_and_found_again(tmp_path: Path) -> None:
    made = keys.load_or_make(tmp_path / "device.key", journals.counted())
    assert keys.load_or_make(tmp_path / "device.key", journals.counted(50)) == made
    assert (made.seed, made.device_secret) == (b"\1" * 32, b"\2" * 32)


def test_a_key_file_is_not_for_strangers(tmp_path: Path) -> None:
    keys.load_or_make(tmp_path / "device.key", journals.counted())
    assert (tmp_path / "device.key").stat().st_mode & 0o007 == 0


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"seed": "00", "device_secret": "00"}', '{"seed": 1}', "\x00"])
def test_a_damaged_key_file_is_refused_and_never_replaced(tmp_path: Path, text: str) -> None:
    path = tmp_path / "device.key"
    path.write_text(text)
    with pytest.raises(BadKey) as caught:
        keys.load_or_make(path, journals.counted())
    assert "pair the device again as a new one" in caught.value.hint
    assert path.read_text() == text


def test_the_key_of_a_journal_is_never_replaced_by_another(tmp_path: Path) -> None:
    path = tmp_path / "device.key"
    with pytest.raises(BadKey, match="is gone"):
        keys.load_for(path, journals.KEY.public.hex())
    made = keys.load_or_make(path, journals.counted())
    with pytest.raises(BadKey, match="not the key"):
        keys.load_for(path, journals.KEY.public.hex())
    assert keys.load_for(path, made.public.hex()) == made


def test_a_signature_holds_for_its_message_and_key_only() -> None:
    signature = journals.KEY.sign(b"message")
    assert keys.signature_holds(journals.KEY.public, b"message", signature)
    assert not keys.signature_holds(journals.KEY.public, b"massage", signature)
    assert not keys.signature_holds(bytes(32), b"message", signature)
    assert not keys.signature_holds(b"short", b"message", signature)


def test_derived_secrets_differ_by_purpose_and_by_every_word() -> None:
    derived = {journals.KEY.derive(*words) for words in (("a",), ("b",), ("a", "1"), ("a", "2"), ("a", "1", "2"))}
    assert len(derived) == 5
    assert journals.KEY.derive("a", "1") == journals.KEY.derive("a", "1")


def test_secrets_do_not_show_in_logs() -> None:
    assert "00010203" not in repr(journals.KEY)
    assert "x00" not in repr(journals.KEY)
