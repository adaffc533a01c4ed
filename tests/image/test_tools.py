"""Which tools a walk takes: those that were made last."""

import os
from pathlib import Path

import pytest

from image.errors import ImageError
from image.tools import newest_tools


def test_the_tools_that_were_made_last_are_taken(tmp_path: Path) -> None:
    for place, name in enumerate(("tools-b", "tools-a")):
        root = tmp_path / name / "root"
        root.mkdir(parents=True)
        os.utime(root, (place, place))
    assert newest_tools(tmp_path).root == tmp_path / "tools-a" / "root"


def test_without_tools_it_says_how_they_are_made(tmp_path: Path) -> None:
    with pytest.raises(ImageError) as caught:
        newest_tools(tmp_path)
    assert "image/build" in caught.value.hint
