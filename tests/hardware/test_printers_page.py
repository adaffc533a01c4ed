"""docs/printers.md says what ships and every key."""

import re
from pathlib import Path

from hardware.printers_file import KEYS, read_kinds, shipped

PAGE = (Path(__file__).parents[2] / "docs" / "printers.md").read_text(encoding="utf-8")


def test_the_page_lists_the_kinds_that_ship() -> None:
    rows = [
        f"| `{kind.name}` | {kind.title} | {kind.width} | {kind.cut} | {kind.echo} |"
        for kind in shipped()
    ]  # fmt: skip
    assert re.findall(r"^\| `[^`]+` \|.*\|.*\|.*\|.*\|$", PAGE, re.MULTILINE) == rows


def test_the_page_explains_every_key_and_its_example_is_read() -> None:
    keys = re.search(r"\| key \| means \|\n\|---\|---\|\n((?:\|.*\n)+)", PAGE)
    assert keys
    assert sorted(re.findall(r"^\| `(\w+)` \|", keys[1], re.MULTILINE)) == sorted(KEYS)
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert example
    hall, panel = read_kinds(example[1].encode(), shipped())
    assert (hall.width, panel.width, panel.speed_mm_s) == (512, 384, 80)
