"""What shares a server or a browser runs in one process: it is made once."""

import os
import subprocess
import sys
from pathlib import Path

from tests.grouping import TOGETHER, together

ROOT = Path(__file__).parent.parent
FOUR = """
import os, pathlib, pytest

@pytest.mark.parametrize("n", range(4))
def test_one(n):
    with open(pathlib.Path(__file__).with_suffix(".pids"), "a") as told:
        print(os.getpid(), file=told)
"""


def test_only_what_shares_something_stays_in_one_process(tmp_path: Path) -> None:
    paths = {name: tmp_path / f"{name}.py" for name in ("test_alone", "test_pages")}
    for path in paths.values():
        path.write_text(FOUR)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.grouping", "-p", "no:cacheprovider", "-n", "2"]
    done = subprocess.run(
        [*command, *map(str, paths.values())],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
    )
    assert done.returncode == 0, done.stdout.decode()
    processes = {name: path.with_suffix(".pids").read_text().split() for name, path in paths.items()}
    assert {name: (len(met), len(set(met))) for name, met in processes.items()} == {
        "test_alone": (4, 2),
        "test_pages": (4, 1),
    }


def test_every_group_names_a_module_that_is_there() -> None:
    there = [path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")]
    grouped = {path for path in there if together(f"{path}::test") != f"{path}::test"}
    assert len(grouped) == len(TOGETHER)
