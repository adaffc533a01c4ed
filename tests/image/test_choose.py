"""The boot loader's script and the rule in Python choose the same slot and leave the same record, in every state."""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from image.boot_script import command
from kiosk.box.slots import SECTOR, STANDINGS, Record, chosen, encode, newest, written
from tests.image.boot_loader import card, started

FIRST = 100
TORN = encode(Record(9))[:100].ljust(SECTOR, b"\xff")
AT = "0x48000000"


def states() -> Iterator[tuple[bytes, bytes]]:
    """Every record, in either copy, beside an older one, a torn one or nothing; and no record at all."""
    older = encode(Record(4, "B", 2, "good", "trying"))
    for first, left, a, b in product("AB", range(4), STANDINGS, STANDINGS):
        holds = encode(Record(15, first, left, a, b))  # type: ignore[arg-type]
        yield holds, older
        yield older, holds
        yield holds, TORN
        yield bytes(SECTOR), holds
    yield bytes(SECTOR), bytes(SECTOR)
    yield TORN, TORN
    yield encode(Record(7, "B", 1, "good", "trying")), encode(Record(7, "A", 1, "good", "good"))


def told(path: Path, script: str, cases: list[tuple[bytes, bytes]]) -> list[tuple[str, bytes, bytes]]:
    """What the boot loader says and leaves, case by case, all in one start."""
    sectors = {FIRST + 2 * place + copy: pair[copy] for place, pair in enumerate(cases) for copy in (0, 1)}
    lines = [
        f"setenv scb_at {AT}",
        f"setenv n 0; setenv lba {FIRST:x}",
        f"while test 0x${{n}} -lt {len(cases):#x}; do",
        "setenv scb_lba0 0x${lba}; setexpr lba ${lba} + 1; setenv scb_lba1 0x${lba}; setexpr lba ${lba} + 1",
        script,
        'echo "case ${n}: ${scb_order}, left ${scb_left}."',
        "setexpr n ${n} + 1",
        "done",
        "reset",
    ]
    card(path, "\n".join(lines), sectors)
    said = dict(re.findall(r"case ([0-9a-f]+): (.*?)\.\r?\n", started(path)))
    disk = path.read_bytes()
    answers = []
    for place in range(len(cases)):
        at = (FIRST + 2 * place) * SECTOR
        answers.append((said[f"{place:x}"], disk[at : at + SECTOR], disk[at + SECTOR : at + 2 * SECTOR]))
    return answers


def expected(pair: tuple[bytes, bytes]) -> tuple[str, bytes, bytes]:
    """The same by the rule in Python."""
    record, _ = newest(pair)
    choice = chosen(record)
    after = list(pair)
    if choice.changed is not None:
        place, sector = written(pair, choice.changed)
        after[place] = sector
    left = (choice.changed or record).left
    return f"{' '.join(choice.order)}, left {left}", after[0], after[1]


@pytest.fixture(scope="module")
def cases() -> list[tuple[bytes, bytes]]:
    """All of them."""
    return list(states())


def test_the_boot_loader_chooses_and_leaves_what_the_rule_says_in_every_state(
    tmp_path: Path, cases: list[tuple[bytes, bytes]]
) -> None:
    answers = told(tmp_path / "card.img", command("choose.cmd"), cases)
    assert answers == [expected(pair) for pair in cases]


def test_control_a_script_that_never_counts_down_is_found(tmp_path: Path, cases: list[tuple[bytes, bytes]]) -> None:
    broken = command("choose.cmd").replace("setexpr k_left ${k_left} - 1", "true")
    tried = [pair for pair in cases if ", left 2" in expected(pair)[0]]
    assert told(tmp_path / "card.img", broken, tried) != [expected(pair) for pair in tried]
