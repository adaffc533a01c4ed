import hashlib
import os
import shutil
from pathlib import Path

import pytest

import kiosk
from fonts.tokens import load as load_tokens
from kiosk.configfile import keep, load, load_catalogue
from sync.errors import ConfigError

EXAMPLE = Path(kiosk.__file__).parent / "example"
TEXT = (EXAMPLE / "kiosk.toml").read_text("utf-8")


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "boot" / "kiosk.toml"
    path.parent.mkdir()
    path.write_text(TEXT, "utf-8")
    return path


def test_a_good_file_is_used_and_kept_as_the_last_good_copy(settings: Path) -> None:
    loaded = load(settings)
    assert loaded.problem is None
    assert loaded.config is not None
    assert loaded.data == settings.parent / "data"
    assert loaded.catalogue == settings.parent / "catalogue.toml"
    assert loaded.digest == hashlib.sha256(TEXT.encode()).hexdigest()
    assert (loaded.data / "kiosk.toml.good").read_text("utf-8") == TEXT


def test_a_broken_file_starts_the_last_good_copy_and_says_what_is_wrong(settings: Path) -> None:
    good = load(settings)
    settings.write_text(TEXT.replace("counter = 1\n", "conter = 1\n", 1), "utf-8")
    loaded = load(settings)
    assert loaded.config == good.config
    assert (loaded.digest, loaded.data) == (good.digest, good.data)
    assert loaded.problem is not None
    assert loaded.problem.hint == "Did you mean `counter`?"
    assert loaded.problem.line == TEXT[: TEXT.index("counter = 1")].count("\n") + 1


def test_control_without_a_copy_there_is_nothing_to_start_but_the_problem_to_show(settings: Path) -> None:
    settings.write_text("counter = ", "utf-8")
    loaded = load(settings)
    assert loaded.config is None
    assert loaded.problem is not None
    with pytest.raises(ConfigError, match="not TOML"):
        _ = loaded.data


def test_a_broken_file_never_replaces_the_copy(settings: Path) -> None:
    load(settings)
    settings.write_text("counter = ", "utf-8")
    load(settings)
    assert (settings.parent / "data" / "kiosk.toml.good").read_text("utf-8") == TEXT


def test_a_file_that_is_gone_starts_the_copy_too(settings: Path) -> None:
    load(settings)
    settings.unlink()
    loaded = load(settings)
    assert loaded.config is not None
    assert "cannot be read: No such file" in str(loaded.problem)


def test_a_copy_that_is_damaged_itself_is_no_copy(settings: Path) -> None:
    load(settings)
    (settings.parent / "data" / "kiosk.toml.good").write_bytes(b"\xff")
    settings.write_text("", "utf-8")
    loaded = load(settings)
    assert loaded.config is None
    assert "missing key" in str(loaded.problem)


def test_the_data_folder_may_be_named_by_whoever_starts_the_kiosk(settings: Path, tmp_path: Path) -> None:
    named = tmp_path / "var"
    settings.write_text(TEXT.replace('data = "data"', f'data = "{named}"'), "utf-8")
    good = load(settings, named)
    settings.write_text("", "utf-8")
    assert load(settings, named).config == good.config
    assert load(settings).config is None


def test_a_copy_that_is_the_same_is_not_written_again(settings: Path) -> None:
    load(settings)
    copy = settings.parent / "data" / "kiosk.toml.good"
    os.utime(copy, (1, 1))
    load(settings)
    assert copy.stat().st_mtime == 1
    keep(copy, b"other")
    assert copy.read_bytes() == b"other"


def test_where_no_copy_can_be_kept_the_kiosk_starts_all_the_same_and_tells(settings: Path) -> None:
    (settings.parent / "data").write_text("a file where the folder should be", "utf-8")
    loaded = load(settings)
    assert loaded.config is not None
    assert loaded.unkept is not None
    assert "kiosk.toml.good" in loaded.unkept
    catalogue = load_catalogue(EXAMPLE / "catalogue.toml", settings.parent / "data", ("th",))
    assert catalogue.catalogue is not None
    assert catalogue.unkept is not None


def drawable() -> dict[str, list[str]]:
    return {"accents": list(load_tokens().accent)}


def test_the_example_catalogue_is_used_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.toml"
    path.write_bytes((EXAMPLE / "catalogue.toml").read_bytes())
    loaded = load_catalogue(path, tmp_path / "data", ("th", "en", "my"), **drawable())
    assert loaded.problem is None
    assert loaded.catalogue is not None
    path.write_text('[[services]]\nid = "x"\n', "utf-8")
    again = load_catalogue(path, tmp_path / "data", ("th", "en", "my"), **drawable())
    assert again.catalogue == loaded.catalogue
    assert "`fee` is missing" in str(again.problem)


@pytest.mark.parametrize("content", [None, b"", b"\xff", b"[[services]]"])
def test_without_a_good_catalogue_the_problem_is_what_there_is(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "catalogue.toml"
    if content is not None:
        path.write_bytes(content)
    loaded = load_catalogue(path, tmp_path, ("th",))
    assert loaded.catalogue is None
    assert loaded.problem is not None
    assert loaded.problem.hint


CODE = "7K3Q-F0ZM-9T2X-BW4H-7K3Q-F0ZM-9T"


def test_the_last_good_copy_never_keeps_a_pairing_code(tmp_path: Path) -> None:
    text = TEXT + f'[server]\nurl = "https://192.168.1.10:8443"\ncode = "{CODE}"\n'
    path = tmp_path / "kiosk.toml"
    path.write_text(text, "utf-8")
    loaded = load(path)
    assert loaded.config is not None
    assert loaded.config.server.code == CODE
    assert (tmp_path / "data" / "kiosk.toml.good").read_text("utf-8") == text.replace(CODE, "used")


def test_what_the_box_found_wrong_with_its_own_file_is_the_problem(tmp_path: Path) -> None:
    path, told = tmp_path / "kiosk.toml", tmp_path / "problem.json"
    path.write_text(TEXT, "utf-8")
    assert load(path).problem is None
    told.write_text('{"file": "kiosk.toml", "line": 5, "text": "no", "hint": "do", "copy": "last-good"}')
    loaded = load(path)
    assert loaded.config is not None, "the file was made from a good copy"
    assert loaded.problem is not None
    assert (str(loaded.problem), loaded.problem.line, loaded.problem.hint) == ("no", 5, "do")
    told.write_text('{"line": null, "text": "no", "hint": "do", "copy": "none"}')
    shutil.rmtree(tmp_path / "data")
    lost = load(path)
    assert lost.config is None
    assert (str(lost.problem), lost.named) == ("no", "kiosk.toml"), "nobody knows where the box keeps what it made"
    told.write_text("{")
    assert load(path).problem is None, "a torn note is none"
