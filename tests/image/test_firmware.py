"""What a technician finds on the card: a good kiosk.toml, and a README that Windows shows rightly."""

import re
from pathlib import Path

import pytest

from kiosk.box.source import NAME, judged
from kiosk.preview import example_catalogue
from sync.config import ROLES, parse_kiosk
from sync.config_roles import shape_of
from sync.strict_toml import ListOf, Sections, Table

FOLDER = Path(__file__).parents[2] / "image" / "firmware"
SHIPPED = (FOLDER / NAME).read_bytes()
README = (FOLDER / "README.txt").read_bytes()
CODE = "7K3Q-F0ZM-9T2X-BW4H-7K3Q-F0ZM-9T"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f anna@laptop"
ELSEWHERE = {"serve", "voice"}
"""Sections that a kiosk has not."""


def keys(table: Table) -> set[str]:
    """The names of every key and section below."""
    found: set[str] = set()
    for key in table.keys:
        kind = key.kind.kind if isinstance(key.kind, ListOf) else key.kind
        found |= {key.name}
        found |= keys(kind) if isinstance(kind, Table) else set(kind.names) if isinstance(kind, Sections) else set()
    return found


def every_key() -> set[str]:
    return {name for role in ROLES for name in keys(shape_of(role).table)}


def test_the_kiosk_toml_on_the_card_is_good_as_it_is() -> None:
    source = judged({NAME: SHIPPED})
    assert source.role == "kiosk"
    assert source.config is not None
    assert (source.config.server.url, source.config.ssh.key, source.config.network.wifi) == (None, None, None)
    assert example_catalogue(FOLDER / source.config.catalogue).services


def test_so_it_is_with_every_remark_turned_on_that_a_kiosk_has() -> None:
    whole = re.sub(r"^# (?=\[|\w+ = )", "", SHIPPED.decode(), flags=re.MULTILINE)
    whole = whole.replace("XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XX", CODE).replace("ssh-ed25519 AAAA… name", KEY)
    whole = whole.replace("XXXXXX", "482915")
    whole = whole.replace('address = "dhcp" ', 'address = "192.168.1.20/24" ')
    parts = re.split(r"^(?=\[(?!network.wifi|serve.upstream))", whole, flags=re.MULTILINE)
    kept = "".join(part for part in parts if part.split("]")[0].lstrip("[") not in ELSEWHERE)
    config = parse_kiosk(kept)
    assert (config.server.code, config.ssh.key, config.service.pin) == (CODE, KEY, "482915")
    assert config.network.wifi is not None
    (serve,) = [part for part in parts if part.startswith("[serve]")]
    office = parse_kiosk('role = "office"\nplace = "x"\n[office]\nth = "x"\n' + serve)
    assert office.serve.upstream is not None


def test_windows_shows_the_readme_rightly() -> None:
    assert README.startswith(b"\xef\xbb\xbf")
    text = README.decode("utf-8-sig")
    assert text.count("\r\n") == text.count("\n") > 50
    assert "Do not delete" in text
    assert "อย่าลบ" in text
    assert max(len(line) for line in text.split("\r\n") if line.isascii()) <= 80


@pytest.mark.parametrize("language", ["English", "Thai"])
def test_the_readme_names_every_key_in_both_languages(language: str) -> None:
    english, thai = README.decode("utf-8-sig").split("กล่องสกอร์การ์ดอัจฉริยะ", 1)
    text = english if language == "English" else thai
    of_a_pc = {"sim", "control", "data", "fullscreen", "width_px", "height_px"} if language == "Thai" else set()
    of_a_pc |= {"previous", "choose", "back", "repeat", "help", "language", "louder", "softer", "service"} - set(
        re.findall(r"\w+", english if language == "English" else "")
    )
    missing = {name for name in every_key() - of_a_pc if not re.search(rf"\b{name}\b", text)}
    assert missing == set()


def test_control_a_key_that_is_not_there_is_missed() -> None:
    assert "roll_m" in every_key()
    assert not re.search(r"\broll_m\b", README.decode("utf-8-sig").replace("roll_m", ""))


def test_the_readme_names_no_section_that_is_none() -> None:
    named = set(re.findall(r"^\[+([a-z_]+)[].]", README.decode("utf-8-sig"), flags=re.MULTILINE))
    assert named <= every_key()
    assert {"network", "serve", "counters"} <= named
