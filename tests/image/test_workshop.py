"""Parts are made once, anew when what they are made from changes, and never half."""

from pathlib import Path

import pytest

from image.errors import ImageError
from image.workshop import KEPT, Workshop, digest


@pytest.fixture
def said() -> list[str]:
    """What the workshop says."""
    return []


@pytest.fixture
def workshop(tmp_path: Path, said: list[str]) -> Workshop:
    """One in an empty folder."""
    return Workshop(tmp_path / "cache", said.append)


def test_a_part_is_made_once_for_each_key(workshop: Workshop) -> None:
    made: list[str] = []

    def make(folder: Path) -> None:
        made.append("made")
        (folder / "it").write_text("whole")

    places = [workshop.part("system", key, make) for key in ("a" * 64, "a" * 64, "b" * 64)]
    assert len(made) == 2
    assert places[0] == places[1] != places[2]
    assert (places[0] / "it").read_text() == "whole"


def test_a_making_that_fails_leaves_no_part_and_is_begun_anew(workshop: Workshop) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").write_text("half")
        raise ImageError("no", hint="no")

    with pytest.raises(ImageError):
        workshop.part("system", "a" * 64, fail)
    made = workshop.part("system", "a" * 64, lambda folder: (folder / "whole").touch())
    assert sorted(path.name for path in made.iterdir()) == ["made", "whole"]


def test_only_the_last_makings_stay(workshop: Workshop) -> None:
    for key in "abcd":
        workshop.part("system", key * 64, lambda folder: (folder / "it").touch())
    assert len(list(workshop.folder.glob("system-*"))) == KEPT


def test_the_key_knows_names_contents_and_whether_a_file_is_run(tmp_path: Path) -> None:
    folder = tmp_path / "inputs"
    folder.mkdir()
    (folder / "a").write_text("1")
    before = digest("x", folder)
    assert digest("x", folder) == before
    assert digest("xy", folder) != before
    (folder / "a").chmod(0o755)
    assert digest("x", folder) != before
    (folder / "a").chmod(0o644)
    (folder / "a").write_text("2")
    assert digest("x", folder) != before
    assert digest("ab", "c") != digest("a", "bc"), "parts do not run into each other"


def test_a_command_that_fails_is_told_with_its_last_words(workshop: Workshop, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no such card") as caught:
        workshop.run(["sh", "-c", "echo well; echo no such card >&2; exit 3"], tmp_path / "log")
    assert str(tmp_path / "log") in caught.value.hint
    assert (tmp_path / "log").read_text() == "well\nno such card\n"


def test_what_no_longer_holds_is_made_anew(workshop: Workshop) -> None:
    texts = iter(["first", "second"])

    def make(folder: Path) -> None:
        (folder / "it").write_text(next(texts))

    before = [workshop.making(workshop.part("base", "a" * 64, make))]
    made = [workshop.part("base", "a" * 64, make, holds=lambda folder: False)]
    assert (made[-1] / "it").read_text() == "second"
    assert len({workshop.making(made[-1] / "it"), *before}) == 2, "what is made from it is made anew"
