"""A diagnosis on a stick: what a helper needs is in it, and nothing secret, nothing of a person."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.box.diagnose import FULL, NO_STICK, WRITTEN, diagnose, gathered
from kiosk.box.diagnosis import MOST_LOG, REMOVED, Gathered, composed, redacted
from kiosk.pin import FILE
from kiosk.pin_file import PinFile, hashed
from sync.paircode import make_code
from tests.kiosk.test_doctor import one_service

MADE = "2026-12-04T03:40:00Z"
CODE = "008J-4CT4-ANK6-CY41-11AM-F523-WG"
TOKEN = "q7Zk3vR2mB9xT4nW8cY1pA"
SEED = "9f3c1a77" * 8
SECRETS = {
    "a pairing code": CODE,
    "the console's code": "7K2M-4XQD-9RTA",
    "a passphrase": "correct horse battery",
    "a ticket's page": TOKEN,
    "a device's key": SEED,
    "a telephone": "081-234-5678",
    "a telephone abroad": "+66812345678",
    "an identity number": "1103700123456",
    "a service PIN": "246801",
}
LOG = f"""2026-12-04T10:00:01 box scorecard-sync[1]: pairing by code {CODE} failed
2026-12-04T10:00:02 box scorecard-server[1]: "GET /t/{TOKEN} HTTP/1.1" 200
2026-12-04T10:00:03 box iwd[1]: passphrase="correct horse battery" for Hall 2
2026-12-04T10:00:04 box scorecard-kiosk[1]: first picture
2026-12-04T10:00:05 box scorecard-sync[1]: call 081-234-5678 or +66812345678, id 1103700123456
2026-12-04T10:00:06 box scorecard-kiosk[1]: pin: 246801
2026-12-04T10:00:07 box scorecard-server[1]: one-time code 7K2M-4XQD-9RTA
2026-12-04T10:00:08 box scorecard-sync[1]: key {SEED}
2026-12-04T10:00:09 box kernel: usb 1-1.2: New USB device found, idVendor=04b8, idProduct=0202, bcdDevice= 1.00
2026-12-04T10:00:10 box scorecard-sync[1]: https://192.168.1.10:8443: Connection refused
"""


def leaked(text: str) -> set[str]:
    """What of the secrets is in the text, by any part of it that would do: hyphens and spaces do not count."""
    bare = re.sub(r"[\s-]", "", text)
    return {name for name, secret in SECRETS.items() if re.sub(r"[\s-]", "", secret) in bare}


def test_nothing_secret_and_nothing_of_a_person_is_in_it() -> None:
    text = composed(Gathered("1.0", MADE, {"kiosk.toml": f'code = "{CODE}"\n'}, LOG))
    assert leaked(text) == set()


def test_control_without_the_rules_all_of_it_would_be_seen() -> None:
    assert leaked(LOG) == SECRETS.keys()


def test_what_helps_is_still_there() -> None:
    text = composed(Gathered("1.0", MADE, {"doctor": "ok       network: eth0 (cable) 192.168.1.21\n"}, LOG))
    for kept in (
        "release 1.0", MADE, "2026-12-04T10:00:04 box scorecard-kiosk[1]: first picture", "192.168.1.21", "Hall 2",
        "idVendor=04b8, idProduct=0202", "https://192.168.1.10:8443: Connection refused", "9f3c1a…", "== log ==",
    ):  # fmt: skip
        assert kept in text, kept


@given(st.binary(min_size=7, max_size=7), st.binary(min_size=16, max_size=16))
def test_no_pairing_code_and_no_token_comes_through_wherever_it_stands(random: bytes, token: bytes) -> None:
    code, hexed = str(make_code(b"certificate", lambda n: random)), token.hex()
    text = redacted(f"x {code} y ({code.lower()}) /t/{hexed}, {hexed}.")
    assert code not in text.upper()
    assert hexed not in text


def test_the_very_words_that_are_known_are_taken_out_and_none_that_is_too_short() -> None:
    assert redacted("hush hushed a", ["hush", "a"]) == f"{REMOVED} {REMOVED}ed a"


def test_of_a_log_without_end_the_newest_part_is_kept() -> None:
    text = composed(Gathered("1.0", MADE, {}, "old line\n" + "a line of the log\n" * 100_000 + "the last\n"))
    assert len(text) < MOST_LOG + 1_000
    assert "old line" not in text
    assert text.endswith("the last\n")


# Onto the stick -------------------------------------------------------------------------------------------------------


class Place:
    """A box's kiosk, its stick, and what root gathered."""

    def __init__(self, root: Path) -> None:
        self.folder, self.data, self.config = root / "run", root / "data", root / "kiosk.toml"
        self.stick = self.folder / "stick"
        self.stick.mkdir(parents=True)
        self.data.mkdir()
        example = Path(__file__).parents[3] / "kiosk/example/kiosk.toml"
        text = example.read_text("utf-8") + f'\n[server]\nurl = "https://127.0.0.1:9"\ncode = "{CODE}"\n'
        self.config.write_text(text, "utf-8")
        (root / "catalogue.toml").write_text(one_service(), "utf-8")
        for file in example.parent.glob("*.toml"):
            if not (root / file.name).exists():
                (root / file.name).write_bytes(file.read_bytes())
        PinFile(self.data).write("246801", lambda n: b"\x05" * n)
        (self.data / "device.key").write_text(json.dumps({"seed": SEED, "device_secret": "ab" * 32}))
        (self.folder / "log").write_text(LOG)
        (self.folder / "units").write_text("scorecard-kiosk.service loaded active running\n")

    def written(self) -> Iterator[str]:
        yield from (path.read_text("utf-8") for path in self.stick.iterdir())

    @property
    def told(self) -> str:
        return (self.folder / "told").read_text()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_one_text_is_written_that_a_pc_opens_and_the_screen_is_told(place: Place) -> None:
    assert diagnose(place.folder, place.config, place.data, MADE, lambda path: True) == WRITTEN
    assert place.told == "written\n"
    assert (place.folder / "told").stat().st_mode & 0o777 == 0o644
    assert [path.name for path in place.stick.iterdir()] == ["scorecard-20261204T034000Z.txt"]
    (text,) = place.written()
    assert leaked(text) == set()
    assert not [line for line in (place.data / FILE).read_text().split() if line in text]
    for part in ("== doctor ==", "PROBLEM", "== units ==", "active running", "== kiosk.toml ==", "== log =="):
        assert part in text
    assert not [path for path in place.stick.iterdir() if path.suffix == ".new"]


def test_neither_the_pin_s_hash_nor_the_one_that_was_handed_over_leaves_the_box(place: Place) -> None:
    kept, handed = PinFile(place.data), place.folder / FILE
    handed.write_text(hashed("135790", lambda n: b"\x06" * n) + "\n")
    assert kept.take(handed)
    kept.write("246801", lambda n: b"\x07" * n)
    both = (place.data / FILE).read_text().split()
    assert len(set(both)) == 2
    (place.folder / "log").write_text(LOG + "\n".join(f"somebody looked at {line}" for line in both) + "\n")
    assert diagnose(place.folder, place.config, place.data, MADE, lambda path: True) == WRITTEN
    (text,) = place.written()
    assert text.count("somebody looked at") == 2
    assert not [line for line in both if line in text]


def test_control_what_was_gathered_does_hold_the_secrets(place: Place) -> None:
    raw = gathered(place.folder, place.config, place.data, MADE)
    assert leaked(raw.log) == SECRETS.keys()
    assert SEED in raw.secrets
    assert CODE in raw.secrets
    assert CODE not in repr(raw)


def test_without_a_stick_and_with_a_full_one_that_is_told_and_nothing_is_left(place: Place) -> None:
    assert diagnose(place.folder, place.config, place.data, MADE, lambda path: False) == NO_STICK
    assert place.told == "no-stick\n"
    place.stick.rmdir()
    place.stick.touch()  # nothing can be written below it
    assert diagnose(place.folder, place.config, place.data, MADE, lambda path: True) == FULL
