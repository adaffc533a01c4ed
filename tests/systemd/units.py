"""The appliance's units as they lie in the repository, and a root folder that has them beside those of this machine."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
APPLIANCE = ROOT / "systemd" / "appliance"
TREE = ROOT / "systemd" / "root"
UNITS = Path("usr/lib/systemd/system")
SERVICES = sorted(APPLIANCE.glob("*.service"))


@dataclass(frozen=True)
class Unit:
    """A unit's settings: (section, name, value), in the order of the file."""

    name: str
    lines: tuple[tuple[str, str, str], ...]

    def all(self, name: str) -> list[str]:
        """The words of every line of this name."""
        return [word for _, each, value in self.lines if each == name for word in value.split()]

    def one(self, name: str) -> str | None:
        """The last line of this name."""
        return next((value for _, each, value in reversed(self.lines) if each == name), None)


def unit(path: Path) -> Unit:
    """The unit in this file."""
    found, section = [], ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            found.append((section, name.strip(), value.strip()))
    return Unit(path.name, tuple(found))


def ours() -> list[Unit]:
    """Every unit and drop-in of ours."""
    kinds = (".service", ".target", ".timer", ".path", ".mount", ".socket", ".conf")
    dropped = [path for path in TREE.rglob("*.d/*.conf") if path.parent.suffixes[:1] and "systemd/system" in str(path)]
    return [unit(path) for path in (*APPLIANCE.iterdir(), *dropped) if path.suffix in kinds and path.is_file()]


def made_root(folder: Path) -> Path:
    """A root with this machine's own units, ours and our settings; what they start are files that can be executed."""
    shutil.copytree("/" / UNITS, folder / UNITS, symlinks=True)
    shutil.copytree(TREE, folder, symlinks=True, dirs_exist_ok=True)
    shutil.copytree(APPLIANCE, folder / UNITS, symlinks=True, dirs_exist_ok=True)
    for path in SERVICES:
        for name in ("ExecStart", "ExecStartPre", "ExecStop", "ExecStopPost"):
            for command in [each.lstrip("+-") for each in unit(path).all(name)[:1]]:
                stub = folder / (command.lstrip("/") if command.startswith("/") else f"usr/bin/{command}")
                stub.parent.mkdir(parents=True, exist_ok=True)
                if not stub.exists():
                    stub.write_text("#!/bin/sh\n")
                    stub.chmod(0o755)
    return folder


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """`systemd-analyze …`, which needs no systemd that runs."""
    command: Sequence[str] = ["systemd-analyze", *map(str, arguments), "--no-pager"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def score(path: Path, most: int = 15) -> bool:
    """Whether systemd rates the unit's exposure at this much or less, in tenths."""
    return analyze("security", "--offline=true", f"--threshold={most}", path).returncode == 0


def verified(root: Path, name: str) -> str:
    """What systemd has against this unit of a root."""
    told = analyze("verify", f"--root={root}", "--man=no", root / UNITS / name)
    lines = (told.stdout + told.stderr).splitlines()
    return "\n".join(line for line in lines if name in line or "scorecard" in line)
