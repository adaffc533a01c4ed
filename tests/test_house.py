"""The house keeps its own rules: packages, errors, texts about itself."""

import configparser
import importlib
import inspect
import pkgutil
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHIPPED = ("fonts", "hardware", "kiosk", "server", "sync", "translations")
ROOMS = (*SHIPPED, "image")
"""`image` makes the card, and stays in the repository."""


def modules(room: str) -> list[str]:
    folder = str(ROOT / room)
    return [room, *(info.name for info in pkgutil.walk_packages([folder], f"{room}.") if "__main__" not in info.name)]


def committed_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name]


def test_setup_cfg_lists_every_package() -> None:
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    listed = set(settings["options"]["packages"].split())
    found = {
        str(path.parent.relative_to(ROOT)).replace("/", ".")
        for room in SHIPPED
        for path in (ROOT / room).rglob("__init__.py")
    }
    assert listed == found


def test_setup_cfg_ships_every_file_that_the_rooms_read() -> None:
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    shipped = {
        path
        for room, patterns in settings["options.package_data"].items()
        for pattern in patterns.replace(",", " ").split()
        for path in (ROOT / room).glob(pattern)
    }
    needed = {path for path in committed_files() if path.parts[len(ROOT.parts)] in SHIPPED}
    assert {path for path in needed if path.suffix not in (".py", ".md")} - shipped == set()


@pytest.mark.parametrize("room", ROOMS)
def test_every_error_of_a_room_carries_a_hint(room: str) -> None:
    errors = {
        kind
        for name in modules(room)
        for _, kind in inspect.getmembers(importlib.import_module(name), inspect.isclass)
        if issubclass(kind, Exception) and kind.__module__.split(".")[0] == room and kind.__name__[0] != "_"
    }
    assert errors
    assert not [kind for kind in errors if "hint" not in inspect.signature(kind).parameters]


@pytest.mark.parametrize("room", ROOMS)
def test_the_errors_of_a_room_have_one_ancestor(room: str) -> None:
    base = [
        kind
        for _, kind in inspect.getmembers(importlib.import_module(f"{room}.errors"), inspect.isclass)
        if kind.__module__ == f"{room}.errors" and kind.__bases__ == (Exception,)
    ]
    assert len(base) == 1


def test_nothing_committed_is_left_half_done() -> None:
    marks = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "raise NotImplemented" + "Error", r"mock\." + "patch"]))
    samples = {"test_catalogue.py", "test_catalogue_texts.py"}  # a text that says so is what they refuse
    sources = [path for path in committed_files() if path.suffix == ".py" and path.name not in samples]
    assert [str(path) for path in sources if marks.search(path.read_text(encoding="utf-8"))] == []


def test_only_a_main_reads_arguments_and_environment() -> None:
    """`sys.argv` and `os.environ` belong to entry points; SDL and python-escpos are configured by their environment."""
    reads = re.compile(r"sys\.argv|os\.environ|getenv")
    allowed = {"hardware/escpos_encoder.py", "kiosk/ui.py"}
    inside = {
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if reads.search(text := path.read_text(encoding="utf-8")) and '__name__ == "__main__"' not in text
    }
    assert inside - allowed == set()
