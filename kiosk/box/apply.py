"""What a plan asks for, done: reads the card and the last good copy, writes files, starts units.

Nothing that fails stops the rest: a box with half of its settings still has a screen that can say what is wrong.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kiosk.box.changes import Changes, changed, changes_in
from kiosk.box.files import File
from kiosk.box.network import SOMETIMES
from kiosk.box.plan import CHIP_FILE, PAIR_UNIT, Places, Plan, changes_file, code_file, good_copy, plan, trial_file
from kiosk.box.source import NAME, Source, judge, judged, names_in
from kiosk.box.wipe import FolderCard, Kept, found, to_wipe
from kiosk.pin import FILE as PIN_FILE
from sync.durable import write_durably
from sync.errors import ConfigError
from sync.pin import holds, load_pin
from sync.strict_toml import MAX_BYTES
from sync.used_codes import SERVER, SERVICE_PIN, UPSTREAM

MADE = ("iwd", "nftables.d", "ssh", NAME, "server.toml", "problem.json", "usb-allow", "restore", CHIP_FILE, PIN_FILE)
"""What an earlier run may have left in the folder of what is made."""
PIN, UPSTREAM_PIN = "kiosk/pin.json", "server/upstream.json"


@dataclass(frozen=True)
class System:
    """What is done with: `root` goes before every path, "/" on a box. `run` runs a command and gives its exit status;
    `own` gives a file to user and group; `say` writes the system's log; `random(n)` gives n unpredictable bytes."""

    root: Path
    run: Callable[[Sequence[str]], int]
    own: Callable[[Path, str, str], None]
    say: Callable[[str], None]
    random: Callable[[int], bytes] = os.urandom

    def at(self, path: str) -> Path:
        """Where this path is."""
        return self.root / path.lstrip("/")


def real(root: Path, say: Callable[[str], None], patience_s: float = 30.0) -> System:
    """This machine; below another `root` than "/" nothing is started and nobody is given anything. `patience_s`: how
    long a command may take."""
    if root == Path("/"):
        return System(
            root, partial(_run, patience_s=patience_s), lambda path, user, group: shutil.chown(path, user, group), say
        )
    return System(root, lambda command: 0, lambda path, user, group: None, say)


def _run(command: Sequence[str], patience_s: float) -> int:
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, check=False, timeout=patience_s).returncode
    except (OSError, subprocess.TimeoutExpired):
        return 127


def apply(places: Places, system: System) -> Plan:
    """Judge, plan and do it; the plan, for whoever tells of it."""
    source = in_use(places, system)
    if source.problem is not None:
        line = f", line {source.problem.line}" if source.problem.line else ""
        system.say(f"{NAME}{line}: {source.problem}. {source.problem.hint} In use: {source.copy}")
    card, _ = read_card(system.at(places.firmware))
    kept = kept_of(system.at(places.data))
    pin = source.config.service.pin if source.config is not None else None
    done = plan(
        source,
        places,
        wipes=to_wipe(card.get(NAME, b""), kept),
        pin=None if pin is None or kept[SERVICE_PIN](pin) else _hashed(pin, system),
    )
    _clear([system.at(places.run) / name for name in MADE] + [system.at(path) for path in (*SOMETIMES, PAIR_UNIT)])
    for file in done.files:
        _try(partial(write, file, system), file.path, system)
    if done.keep is not None:
        _try(partial(_keep, done.keep, system), done.keep.path, system)
    for command in done.commands:
        status = system.run(command)
        if status:
            system.say(f"{' '.join(command)} ended with {status}")
    system.say(f"this box is: {done.role}")
    return done


def read_source(places: Places, system: System) -> Source:
    """The file on the card, else the last good copy."""
    card, unread = read_card(system.at(places.firmware))
    return judge(card, unread, _last_good(system.at(good_copy(places)), card))


def in_use(places: Places, system: System) -> Source:
    """The same with what was changed at the service screen; a change with which it would not be good is left out."""
    source = read_source(places, system)
    for path in (changes_file(places), code_file(places), trial_file(places)):
        try:
            source = changed(source, written(system.at(path)))
        except ConfigError as error:
            system.say(f"{path} is left out: {error}")
    return source


def kept_changes(places: Places, system: System) -> Changes | None:
    """What was changed for good."""
    return written(system.at(changes_file(places)))


def written(path: Path) -> Changes | None:
    """The changes in this file; None: there are none that can be read."""
    try:
        return changes_in(path.read_bytes()[:MAX_BYTES])
    except OSError:
        return None


def read_card(folder: Path) -> tuple[dict[str, bytes], str | None]:
    """kiosk.toml and what has to be read with it, by name; and why it cannot be read, where that is so."""
    try:
        content = found(FolderCard(folder))
    except OSError as error:
        return {}, error.strerror
    if content is None:
        return {}, None
    card = {NAME: content[: MAX_BYTES + 1]}
    for name in names_in(card[NAME]):
        try:
            card[name] = (folder / name).read_bytes()[: MAX_BYTES + 1]
        except OSError:
            continue
    return card, None


def kept_of(data: Path) -> Kept:
    """The servers that this machine was paired with, and its PIN."""
    return {
        SERVER: partial(_paired, data / PIN),
        UPSTREAM: partial(_paired, data / UPSTREAM_PIN),
        SERVICE_PIN: partial(_has_pin, data / "kiosk"),
    }


def _paired(path: Path, code: str) -> bool:
    try:
        pin = load_pin(path)
    except OSError:
        return False
    return pin is not None and holds(pin, code)


def _hashed(pin: str, system: System) -> str:
    from kiosk.pin_file import hashed  # see below

    return hashed(pin, system.random)


def _has_pin(data: Path, pin: str) -> bool:
    from kiosk.pin_file import PinFile  # with what it reckons hashes by; a start without a PIN on the card goes without

    return PinFile(data).holds(pin)


def _last_good(path: Path, card: Mapping[str, bytes]) -> Source | None:
    """The copy of the last good file, read with the files that are on the card now."""
    try:
        return judged({**card, NAME: path.read_bytes()})
    except (OSError, ConfigError):
        return None


def _clear(paths: Iterable[Path]) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink(missing_ok=True)


def write(file: File, system: System) -> None:
    """Never open to others for a moment: made with no rights, then given away, then opened."""
    path = system.at(file.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
        out.write(file.text)
    system.own(draft, file.user, file.group)
    draft.chmod(file.mode)
    draft.replace(path)


def _keep(file: File, system: System) -> None:
    """Where the data partition is, its folder is; elsewhere nothing is made."""
    path, content = system.at(file.path), file.text.encode("utf-8")
    if path.parent.is_dir() and not (path.exists() and path.read_bytes() == content):
        write_durably(path, content, mode=file.mode)


def _try(do: Callable[[], None], what: str, system: System) -> None:
    try:
        do()
    except (OSError, LookupError) as error:
        system.say(f"{what} cannot be written: {error}")


def told(done: Plan) -> Iterable[str]:
    """The plan as lines, without what is secret in it."""
    yield f"role {done.role}"
    for file in done.files:
        yield f"{file.mode:04o} {file.user}:{file.group} {file.path}"
    yield f"keep {done.keep.path if done.keep else 'the last good copy as it is'}"
    yield from (" ".join(command) for command in done.commands)
