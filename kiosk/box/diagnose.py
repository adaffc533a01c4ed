"""Gathers a diagnosis and writes it onto the stick: `python -m kiosk.box diagnosis`, as the screen's user.

What only root may read (units, log, the mounting of the stick) was put into its folder before, by
systemd/root/usr/lib/scorecard/diagnosis.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from kiosk.box.diagnosis import Gathered, composed
from kiosk.doctor import Tools, examine, shown
from kiosk.pin import FILE as PIN
from sync import RELEASE
from sync.asking import FILE as ASK
from sync.asking import ask_reach
from sync.used_codes import codes_in, without_codes

FOLDER = Path("/run/scorecard-diagnosis")
STICK, TOLD, UNITS, LOG, SYSTEM = "stick", "told", "units", "log", "system"
WRITTEN, NO_STICK, FULL = "written", "no-stick", "stick-full"
LEAST_KEY = 16
MOST_READ = 4_000_000


def diagnose(
    folder: Path, config: Path, data: Path, made: str, mounted: Callable[[Path], bool] = os.path.ismount
) -> str:
    """Write it, and leave one word that says what became of it, which is also given."""
    told = _diagnosed(folder, config, data, made, mounted)
    (folder / TOLD).write_text(told + "\n", "ascii")
    (folder / TOLD).chmod(0o644)  # who asked is another user, and has no right over this one's files
    return told


def _diagnosed(folder: Path, config: Path, data: Path, made: str, mounted: Callable[[Path], bool]) -> str:
    stick = folder / STICK
    if not mounted(stick):
        return NO_STICK
    name = f"scorecard-{''.join(each for each in made if each.isalnum())}.txt"
    draft = stick / f"{name}.new"
    try:
        with draft.open("wb") as file:
            file.write(composed(gathered(folder, config, data, made)).encode())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(stick / name)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        return FULL
    return WRITTEN


def gathered(folder: Path, config: Path, data: Path, made: str) -> Gathered:
    """Everything: the doctor's findings, units, system, kiosk.toml without codes, the end of the log."""
    content = config.read_bytes() if config.exists() else b""
    secrets = {code.text for code in codes_in(content)} | _kept(data)
    parts = {
        "doctor": "".join(shown(finding) for finding in examine(config, data, _tools(data))),
        "units": _text(folder / UNITS),
        "system": _text(folder / SYSTEM),
        "kiosk.toml": without_codes(content).decode("utf-8", "replace"),
    }
    return Gathered(RELEASE, made, parts, _text(folder / LOG), frozenset(secrets))


def _tools(data: Path) -> Tools:
    """The doctor's, without a network: sync is asked."""

    def connect(host: str, port: int) -> None:
        found = ask_reach(data / ASK)
        if found is None or found.code != "answered":
            raise OSError("sync does not run" if found is None else f"{found.code} {found.detail}".strip())

    return Tools(connect=connect)


def _kept(data: Path) -> set[str]:
    """What the kiosk's folder keeps to itself and could stand in a text: the PIN's hash, keys, the server's pin."""
    found = set[str]()
    for name in (PIN, "device.key", "pin.json"):
        found.update(each.strip('",:{} \n') for each in _text(data / name).split())
    return {each for each in found if len(each) >= LEAST_KEY}


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            file.seek(max(size - MOST_READ, 0))
            return file.read(MOST_READ).decode("utf-8", "replace")
    except OSError:
        return ""
