"""What the documents tell people to type works; what they link to is there."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.sync.test_journal_document import example

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(
    r"(?:<!-- (?P<mark>no-test|starts):? ?(?P<words>[^\n]*?) ?-->\n)?```console\n(?P<text>.*?)```", re.DOTALL
)


@dataclass(frozen=True)
class Command:
    """A line that a page tells people to type. `until`: it runs on, and has started once it prints this."""

    page: str
    line: str
    until: str | None = None

    def __str__(self) -> str:
        return f"{self.page}: {self.line}"


def commands() -> Iterator[Command]:
    for page in PAGES:
        for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
            if block["mark"] == "no-test":
                continue
            until = block["words"] if block["mark"] == "starts" else None
            for line in block["text"].splitlines():
                if line.startswith("$ ") and line != "$ ./test":
                    yield Command(page.relative_to(ROOT).as_posix(), line[2:], until)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder in which the documents' commands find what they name."""
    example(tmp_path / "journal.db")
    shutil.copy(tmp_path / "journal.db", tmp_path / "mirror.db")
    shutil.copytree(ROOT / "kiosk" / "example", tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.mark.timeout(300)
@pytest.mark.parametrize("command", list(commands()), ids=str)
def test_a_command_that_a_page_shows_works(command: Command, place: Path) -> None:
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "SDL_VIDEODRIVER": "dummy",
    }
    folder = ROOT if command.line.startswith(("./", "image/")) else place
    line = command.line.replace("./data", str(place)) if command.until else command.line
    started = subprocess.Popen(
        ["bash", "-c", f"exec {line}"],
        cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert started.stdout
        if command.until:
            seen = next((said for said in started.stdout if command.until in said), None)
            started.send_signal(signal.SIGINT)
            assert seen, f"it never said {command.until!r}"
        said, _ = started.communicate(timeout=120)
        assert started.returncode == 0, said
    finally:
        if started.poll() is None:
            started.kill()
            started.communicate()


def test_the_pages_do_show_commands() -> None:
    assert len(list(commands())) > 5


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_picture_and_page_that_a_page_links_to_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)\)", page.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_the_readme_lists_every_proof() -> None:
    script = (ROOT / "prove").read_text(encoding="utf-8")
    names = re.findall(r"^  ([a-z]+)\) exec", script, re.MULTILINE)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert names
    assert [name for name in names if f"./prove {name}" not in readme] == []
