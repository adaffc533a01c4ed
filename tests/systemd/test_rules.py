"""What the network may ask of the box, and the box of the network: a scan finds what the rules say."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.systemd import scan
from tests.systemd.units import TREE, unit

RULES = TREE / "etc/nftables.conf"
DROPPED_IN = "/run/scorecard/nftables.d"
PROMISED = [8080, 8443, 8444]
INSIDE = [*PROMISED, 22, 111, 5353, 9100, 40_000]
OUTSIDE = [443, 8443, 9100, 25, 4444]
SERVER = "add element inet scorecard listening { 8080, 8443, 8444 }\n"
PRINTER = f"add element inet scorecard printers {{ {scan.LAN} . 9100 }}\n"


def allowed() -> str | None:
    """Why no network namespace can be made here; None: it can."""
    if os.geteuid() != 0:
        return "only root becomes other users"
    tried = subprocess.run(["unshare", "--net", "nft", "list", "ruleset"], capture_output=True, text=True, check=False)
    return None if tried.returncode == 0 else f"no network namespaces here: {tried.stderr.strip()}"


WHY_NOT = allowed()


def rules(folder: Path, *elements: str) -> Path:
    """The rules with what scorecard-config drops in."""
    dropped = folder / "nftables.d"
    dropped.mkdir()
    for number, text in enumerate(elements):
        (dropped / f"{number}.nft").write_text(text)
    file = folder / "nftables.conf"
    text = RULES.read_text("utf-8")
    assert DROPPED_IN in text
    file.write_text(text.replace(DROPPED_IN, str(dropped)))
    return file


def found(file: Path | None) -> dict[str, Any]:
    """What a scan from the other machine finds."""
    command = [
        "unshare",
        "--net",
        sys.executable,
        scan.__file__,
        str(file or ""),
        json.dumps(INSIDE),
        json.dumps(OUTSIDE),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@cache
def without_rules() -> dict[str, Any]:
    return found(None)


def valid(file: Path) -> bool:
    return (
        subprocess.run(["unshare", "--net", "nft", "-c", "-f", file], capture_output=True, check=False).returncode == 0
    )


@pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))
def test_the_rules_are_valid_and_a_broken_line_is_found(tmp_path: Path) -> None:
    file = rules(tmp_path, SERVER, PRINTER)
    assert valid(file)
    file.write_text(file.read_text().replace("policy drop", "policy dorp", 1))
    assert not valid(file)


@pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))
def test_a_scan_finds_what_is_promised_and_nothing_else(tmp_path: Path) -> None:
    seen = found(rules(tmp_path, SERVER, PRINTER))
    assert seen["answers"] == PROMISED
    assert seen["itself"] == sorted(INSIDE), "the box reaches itself"
    assert seen["out"] == {"0": [], "801": [9100], "802": OUTSIDE, "803": OUTSIDE}
    assert seen["udp"] == [53, 123]


@pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))
def test_a_kiosk_alone_answers_nobody(tmp_path: Path) -> None:
    seen = found(rules(tmp_path))
    assert seen["answers"] == []
    assert seen["out"]["801"] == []


@pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))
def test_without_the_rules_the_same_scan_finds_everything() -> None:
    """The control."""
    seen = without_rules()
    assert set(INSIDE) < set(seen["answers"]), "also ports that say no"
    assert seen["out"] == dict.fromkeys(("0", "801", "802", "803"), OUTSIDE)
    assert seen["udp"] == [53, 123, 9999]


def test_the_rules_name_the_users_by_the_numbers_that_they_have() -> None:
    users = {}
    for line in (TREE / "usr/lib/sysusers.d/scorecard.conf").read_text().splitlines():
        if line.startswith("u "):
            users[line.split()[1]] = line.split()[2].split(":")[0]
    assert (users["scorecard-kiosk"], users["scorecard-server"], users["scorecard-sync"]) == ("801", "802", "803")


def test_the_rules_stay_until_the_power_goes() -> None:
    assert unit(TREE / "etc/systemd/system/nftables.service.d/10-scorecard.conf").one("ExecStop") == ""
