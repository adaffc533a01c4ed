"""The pictures and diagrams of the documents: there, small, whole, and made from what the code says."""

from pathlib import Path

import pytest
from PIL import Image

from tests.walks import diagrams
from tests.walks.diagrams import counter_arrows

ROOT = Path(__file__).parents[2]
PICTURES = sorted((ROOT / "docs" / "pictures").glob("*.png"))
MOST_BYTES = 2_000_000


def test_the_diagrams_on_the_page_are_made_from_the_tables() -> None:
    assert (ROOT / "docs" / "diagrams.md").read_text(encoding="utf-8") == diagrams.page(), (
        "python -m tests.walks.diagrams > docs/diagrams.md"
    )


def test_the_phases_found_by_trying_are_those_that_the_buttons_are_meant_to_have() -> None:
    assert {(source, target) for source, _, target in counter_arrows()} == {
        ("armed", "counted"), ("counted", "lockout"), ("counted", "armed"), ("lockout", "armed"),
    }  # fmt: skip


def test_all_pictures_together_are_small() -> None:
    assert PICTURES
    assert sum(path.stat().st_size for path in PICTURES) < MOST_BYTES


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_a_picture_is_whole_and_not_empty(path: Path) -> None:
    with Image.open(path) as image:
        image.load()
        assert len(image.convert("RGB").getcolors(1 << 24) or []) >= 2
