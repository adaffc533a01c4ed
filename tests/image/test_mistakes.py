"""What the boot test expects of a broken kiosk.toml is what the box says of it: seen here without booting anything."""

import json
from pathlib import Path

import pytest

from tests.image.boot.bench import EXAMPLE, KIOSK
from tests.image.boot.mistakes import MISTAKES, Mistake
from tests.kiosk.box.boxes import Box


def boxed(folder: Path, text: str | bytes) -> Box:
    box = Box(folder, text)
    (box.card / "catalogue.toml").write_bytes((EXAMPLE / "catalogue.toml").read_bytes())
    return box


def test_there_are_ten_kinds_and_the_good_file_is_good(tmp_path: Path) -> None:
    box = boxed(tmp_path, KIOSK)
    assert box.start().role == "kiosk"
    assert not box.at("/run/scorecard/problem.json").exists()
    assert len({mistake.spoil(KIOSK) for mistake in MISTAKES}) == len(MISTAKES) == 10


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_told_and_the_last_good_file_is_in_use(tmp_path: Path, mistake: Mistake) -> None:
    box = boxed(tmp_path, KIOSK)
    box.start()
    box.put(mistake.spoil(KIOSK))
    box.start()
    problem = json.loads(box.read("/run/scorecard/problem.json"))
    assert mistake.told in problem["text"]
    assert problem["copy"] == "last-good"
