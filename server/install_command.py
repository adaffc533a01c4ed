"""`python -m server install`: this machine becomes the office's server."""

import sys
from pathlib import Path

from server.config import ServerConfig
from server.install import TEMPLATE, Machine, plan
from server.installing import Installer

PROGRAM = Path(__file__).resolve().parents[1]
OS_RELEASE = Path("/etc/os-release")


def install(
    config: ServerConfig,
    config_file: Path,
    root: Path | None,
    *,
    dry: bool,
    program: Path = PROGRAM,
    python: Path = Path(sys.executable),
) -> str:
    """Install the service, or with `dry` say what would be done; the steps, a line each. Raises InstallRefused."""
    at = Path("/") if root is None else root.absolute()
    machine = Machine(
        _within(program, at),
        _within(python, at),
        _within(python.resolve(), at),
        _within(config_file.absolute(), at),
        _read(at / OS_RELEASE.relative_to("/")),
    )
    template = (PROGRAM / "systemd" / TEMPLATE).read_text("utf-8")
    steps = plan(config, machine, template)
    return "\n".join(Installer(None if root is None else at, dry=dry).install(steps))


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def _within(path: Path, root: Path) -> Path:
    """The path as the system below `root` will know it."""
    return Path("/") / path.relative_to(root) if path.is_relative_to(root) else path
