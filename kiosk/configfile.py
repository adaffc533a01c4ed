"""Reading kiosk.toml and the catalogue from disk, and keeping the last good copy of each.

The file lies where a technician edits it; the copy lies in the data folder. Where that is, is said in the file itself,
which may be the very thing that is broken. So whoever starts the kiosk may name the folder (`--data`, as the service
does on the appliance); else the copy is looked for in `data` beside the file. A good file's copy goes to both places.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from kiosk.legible import HINT as LEGIBLE
from kiosk.legible import illegible
from sync.calendar import ALWAYS_OPEN, Calendar
from sync.calendar_reader import parse_calendar
from sync.catalogue import Catalogue, parse_catalogue
from sync.config import KioskConfig, parse_kiosk
from sync.errors import CalendarError, CatalogueError, ConfigError, SyncError
from sync.keys import write_durably
from sync.used_codes import without_codes

_File = TypeVar("_File")
GOOD = ".good"
"""kiosk.toml.good, catalogue.toml.good: the copies, in the data folder."""


PROBLEM = "problem.json"
"""What the appliance found wrong with the file on its card (kiosk.box): `line`, `text`, `hint`, and which `copy` the
file beside it was made from; "none": it was made from no good one."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the kiosk runs on. `config` None: there is nothing to run on, show `problem`.

    `config` with a `problem`: the last good copy runs, and the problem belongs on the screen. `folder` is what relative
    paths are relative to; `digest` the SHA-256 (hex) of the bytes in use, for `machine.started`. `unkept`: why no copy
    could be kept (a full disk, say): no reason not to start, but one to tell. `named`: what the technician calls the
    file, where this one was made from it.
    """

    config: KioskConfig | None
    problem: ConfigError | None
    folder: Path
    digest: str = ""
    unkept: str | None = None
    named: str | None = None

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / self._config.data

    @property
    def catalogue(self) -> Path:
        """The catalogue's file. Not for a display that names none."""
        return self.folder / self._config.catalogue

    @property
    def calendar(self) -> Path | None:
        """The file of the opening hours; None: the office has none."""
        return self.folder / self._config.calendar if self._config.calendar else None

    @property
    def _config(self) -> KioskConfig:
        if self.config is None:
            raise self.problem or ConfigError("no configuration was read", hint="Show the problem instead.")
        return self.config


@dataclass(frozen=True, slots=True)
class LoadedCatalogue:
    """The services to show; `catalogue` None: none, show `problem`. Both: the last good copy runs.

    `number`: the version that the office published; None: they are of this machine's own file.
    """

    catalogue: Catalogue | None
    problem: SyncError | None
    unkept: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class LoadedCalendar:
    """The opening hours. With a `problem`: the last good copy, or none where there is no such copy. `number`: as of
    LoadedCatalogue."""

    calendar: Calendar
    problem: SyncError | None
    unkept: str | None = None
    number: int | None = None


class _Told(msgspec.Struct):
    text: str
    hint: str
    line: int | None = None
    copy: str = ""


def load(path: Path, data: Path | None = None) -> Loaded:
    """The configuration in this file, else its last good copy, else None, each time with the problem.

    A good file is copied durably, if it differs from the copy, without its pairing code. `data`: where the copy is
    looked for when the file cannot be read; None: `data` beside the file. Whoever made the file from another one may
    have put beside it what was wrong with that (PROBLEM): then that is the problem.
    """
    folder = path.absolute().parent
    told, usable = _told(path.with_name(PROBLEM))
    if told is not None and not usable:
        return replace(_last_good((data or folder / "data") / (path.name + GOOD), folder, told), named=path.name)
    try:
        content = _content(path)
        config = parse_kiosk(content)
        for problem in illegible(content, "office"):
            raise problem
    except ConfigError as problem:
        return _last_good((data or folder / "data") / (path.name + GOOD), folder, problem)
    loaded = Loaded(config, told, folder, hashlib.sha256(content).hexdigest())
    # A code pairs once: it is not left lying in a copy.
    kept = without_codes(content)
    reasons = [_kept(place / (path.name + GOOD), kept) for place in {loaded.data, data or loaded.data}]
    return replace(loaded, unkept=next((reason for reason in reasons if reason), None))


def _told(path: Path) -> tuple[ConfigError | None, bool]:
    """What was wrong with the file that this one was made from, and whether it was made from a good copy."""
    try:
        told = msgspec.json.decode(path.read_bytes(), type=_Told)
    except (OSError, msgspec.MsgspecError):
        return None, True
    return ConfigError(told.text, hint=told.hint, line=told.line), told.copy != "none"


def load_catalogue(path: Path, data: Path, languages: tuple[str, ...], **drawable: Any) -> LoadedCatalogue:
    """The catalogue in this file, else its last good copy from the data folder. `drawable`: see parse_catalogue."""
    found, problem, unkept = _newest_good(
        path,
        data / ("catalogue.toml" + GOOD),
        lambda content: _legible(content, parse_catalogue(content, languages, **drawable), CatalogueError),
    )
    if isinstance(problem, ConfigError):
        problem = CatalogueError(str(problem), hint=problem.hint)
    return LoadedCatalogue(found, problem, unkept)


def load_calendar(
    path: Path | None, data: Path, languages: tuple[str, ...], services: tuple[str, ...] | None = None
) -> LoadedCalendar:
    """The opening hours in this file, else its last good copy, else none at all: then numbers are given at any time.

    `path` None: the office has no such file. `services`: the catalogue's ids (None: any id may have its own hours).
    """
    if path is None:
        return LoadedCalendar(ALWAYS_OPEN, None)
    found, problem, unkept = _newest_good(
        path,
        data / ("calendar.toml" + GOOD),
        lambda content: _legible(content, parse_calendar(content, languages, services=services), CalendarError),
        # The hours of a service that the catalogue no longer has do no harm, and the office must not be open all night.
        lambda content: _legible(content, parse_calendar(content, languages), CalendarError),
    )
    return LoadedCalendar(found or ALWAYS_OPEN, problem, unkept)


def _newest_good(
    path: Path, good: Path, parse: Callable[[bytes], _File], parse_good: Callable[[bytes], _File] | None = None
) -> tuple[_File | None, SyncError | None, str | None]:
    """What the file says, else what its copy says, and the problem; of a good file, why no copy could be kept."""
    try:
        content = _content(path)
        found = parse(content)
    except SyncError as problem:
        try:
            return (parse_good or parse)(good.read_bytes()), problem, None
        except (OSError, SyncError):
            return None, problem, None
    return found, None, _kept(good, content)


def _legible(content: bytes, found: _File, error: type[SyncError]) -> _File:
    """What was found in the file, if a screen can show it. Raises the error, a line for each problem."""
    problems = illegible(content)
    if problems:
        raise error("\n".join(f"line {each.line}: {each}" for each in problems), hint=LEGIBLE)
    return found


def keep(good: Path, content: bytes) -> None:
    """Keep this content durably; a copy that is the same already is not written again. Raises OSError."""
    if good.exists() and good.read_bytes() == content:
        return
    good.parent.mkdir(parents=True, exist_ok=True)
    write_durably(good, content)


def _kept(good: Path, content: bytes) -> str | None:
    """Keep it, and say why not where that fails."""
    try:
        keep(good, content)
    except OSError as error:
        return f"{good}: {error.strerror}"
    return None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        hint = f"Put the file there and start again; {path.name} of the example folder shows what belongs in it."
        if isinstance(error, PermissionError):
            hint = "Let the user that the kiosk runs as read it (chmod a+r), and start again."
        raise ConfigError(f"{path} cannot be read: {error.strerror}", hint=hint) from error


def _last_good(good: Path, folder: Path, problem: ConfigError) -> Loaded:
    try:
        content = good.read_bytes()
        config = parse_kiosk(content)
    except (OSError, ConfigError):
        return Loaded(None, problem, folder)
    return Loaded(config, problem, folder, hashlib.sha256(content).hexdigest())
