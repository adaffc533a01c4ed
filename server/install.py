"""What makes a Debian or Ubuntu machine an office's server: user, folder, rights and a hardened unit of systemd. Pure.

`plan` gives the steps in their order; `server.installing` looks which of them are still to be done, and does them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from server.config import Address, ServerConfig
from server.errors import InstallRefused

USER = "scorecard"
UNIT = Path("/etc/systemd/system/scorecard.service")
TEMPLATE = "scorecard.service.in"
STATE = Path("/var/lib")
HIDDEN = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")
"""The unit sees nothing of these (ProtectHome, PrivateTmp)."""
LOW_PORT = 1024
LOW_PORTS = "CAP_NET_BIND_SERVICE"


@dataclass(frozen=True, slots=True)
class User:
    """A user of the system, without a home and without a shell, and a group of the same name."""

    name: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that is this user's, with all that is in it."""

    path: Path
    owner: str
    mode: int


@dataclass(frozen=True, slots=True)
class Rights:
    """A file that is there, and who may read it: root writes it, this group reads it."""

    path: Path
    group: str


@dataclass(frozen=True, slots=True)
class Written:
    """A file of root's with this text."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """A command, run where a step before it changed something; with `made`, where this link is not there."""

    argv: tuple[str, ...]
    made: Path | None = None


Step = User | Folder | Rights | Written | Run


@dataclass(frozen=True, slots=True)
class Machine:
    """Where things are on this machine: the program's folder, its Python, the files that Python itself lies in
    (`behind`: without links), server.toml, and what /etc/os-release says."""

    program: Path
    python: Path
    behind: Path
    config_file: Path
    os_release: str


def plan(config: ServerConfig, machine: Machine, template: str) -> list[Step]:
    """The steps. Raises InstallRefused where this machine or these places will not do."""
    if not is_debian(machine.os_release):
        raise InstallRefused("this is neither Debian nor Ubuntu", hint="Write a unit by hand: systemd/ has ours.")
    root = machine.config_file.parent
    data = root / config.data
    for what, path in (
        ("the program", machine.program),
        ("Python", machine.behind),
        ("server.toml", machine.config_file),
        ("the data folder", data),
    ):
        if hidden(path):
            hint = "The service sees no homes and no temporary files. Put the program into /opt/scorecard, with its own"
            raise InstallRefused(f"{what} lies in {path}", hint=f"{hint} .venv, server.toml into /etc/scorecard.")
        if not re.fullmatch(r"[A-Za-z0-9/._+-]+", str(path)):
            raise InstallRefused(f"{path} cannot stand in a unit", hint="Use letters, digits and ./_+- only.")
    secrets = [config.console_key, config.console_certificate, config.mail.password_file if config.mail else None]
    return [
        User(USER),
        Folder(data, USER, 0o750),
        Rights(machine.config_file, USER),
        *(Rights(root / each, USER) for each in secrets if each is not None),
        Written(UNIT, unit(config, machine, data, template)),
        Run(("systemctl", "daemon-reload")),
        Run(("systemctl", "enable", UNIT.name), UNIT.parent / "multi-user.target.wants" / UNIT.name),
        Run(("systemctl", "restart", UNIT.name)),
    ]


def unit(config: ServerConfig, machine: Machine, data: Path, template: str) -> str:
    """The unit's text."""
    writable = [] if data.is_relative_to(STATE / USER) else [str(data)]
    if config.backup is not None:
        writable.append(f"-{machine.config_file.parent / config.backup.folder}")
    listening: Sequence[Address] = (config.exchange, config.pages, config.console)
    low = any(0 < each.port < LOW_PORT for each in listening)
    values = {
        "USER": USER,
        "STATE": USER,
        "PROGRAM": str(machine.program),
        "PYTHON": str(machine.python),
        "CONFIG": str(machine.config_file),
        "WRITABLE": "".join(f"ReadWritePaths={each}\n" for each in writable),
        "CAPABILITIES": LOW_PORTS if low else "",
    }
    return re.sub(r"@([A-Z]+)@\n?", lambda found: _filled(found, values), template)


def _filled(found: re.Match[str], values: dict[str, str]) -> str:
    value = values[found[1]]
    ends = found[0].endswith("\n") and not value.endswith("\n") and found[1] != "WRITABLE"
    return value + "\n" if ends else value


def is_debian(os_release: str) -> bool:
    """Whether /etc/os-release names Debian, Ubuntu or one that is made of them."""
    told = dict(line.split("=", 1) for line in os_release.splitlines() if "=" in line)
    names = f"{told.get('ID', '')} {told.get('ID_LIKE', '')}".replace('"', "").split()
    return bool({"debian", "ubuntu"} & set(names))


def hidden(path: Path) -> bool:
    """Whether the unit cannot see it."""
    return any(path.is_relative_to(each) for each in HIDDEN)
