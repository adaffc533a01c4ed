"""Does the steps of `server.install` on this machine, or below another root; says what it does, does nothing twice."""

import grp
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from server.errors import InstallRefused
from server.install import Folder, Rights, Run, Step, User, Written
from sync.keys import write_durably

BOOTED = Path("/run/systemd/system")
"""There where systemd runs (sd_booted(3))."""
AS_IS, DONE, WOULD, LEFT = "as is", "done", "would", "to do"
RIGHTS = 0o640


class Installer:
    """`root`: files go below it; owners and commands are left to the machine that it becomes. `dry`: nothing is done.

    `booted`: whether commands can be run here.
    """

    def __init__(
        self,
        root: Path | None = None,
        *,
        dry: bool = False,
        run: Callable[[Sequence[str]], None] | None = None,
        booted: bool | None = None,
    ) -> None:
        self._root, self._dry = root, dry
        self._run = run or _command
        self._booted = root is None and BOOTED.exists() if booted is None else booted
        self._changed = False

    def install(self, steps: Sequence[Step]) -> list[str]:
        """Do what is not done yet; a line for each step. Raises InstallRefused."""
        if self._root is None and not self._dry and os.geteuid() != 0:
            raise InstallRefused("only root may do this", hint="Use sudo, or --dry-run to see what would be done.")
        return [f"{self._step(step):<6} {told(step)}" for step in steps]

    def _step(self, step: Step) -> str:
        if self._is_done(step):
            return AS_IS
        here = self._booted or (isinstance(step, User) and self._root is None)
        if isinstance(step, Run | User) and not here:
            return LEFT
        self._changed = True
        if self._dry:
            return WOULD
        try:
            self._do(step)
        except (OSError, LookupError, subprocess.CalledProcessError) as error:
            raise InstallRefused(
                f"{told(step)}: {error}", hint="Mend this and start again: what is done stays."
            ) from error
        return DONE

    def _is_done(self, step: Step) -> bool:
        match step:
            case User(name):
                return self._has_user(name)
            case Folder(path, owner, mode):
                return self._held(path, owner, owner, mode) and not self._others(path, owner)
            case Rights(path, group):
                return self._held(path, "root", group, RIGHTS)
            case Written(path, text):
                there = self._at(path)
                return there.is_file() and there.read_text("utf-8") == text
            case Run(made=made):
                return not self._changed if made is None else self._at(made).is_symlink()

    def _do(self, step: Step) -> None:
        match step:
            case User(name):
                options = ("--system", "--user-group", "--no-create-home", "--home-dir", f"/var/lib/{name}")
                self._run(("useradd", *options, "--shell", "/usr/sbin/nologin", name))
            case Folder(path, owner, mode):
                self._at(path).mkdir(parents=True, exist_ok=True)
                self._hold(path, owner, owner, mode)
                for each in self._others(path, owner):
                    shutil.chown(each, owner, owner)
            case Rights(path, group):
                self._hold(path, "root", group, RIGHTS)
            case Written(path, text):
                self._at(path).parent.mkdir(parents=True, exist_ok=True)
                write_durably(self._at(path), text.encode())
                self._at(path).chmod(0o644)
            case Run(argv):
                self._run(argv)

    def _at(self, path: Path) -> Path:
        return path if self._root is None else self._root / path.relative_to("/")

    def _has_user(self, name: str) -> bool:
        if self._root is None:
            return any(each.pw_name == name for each in pwd.getpwall())
        users = self._root / "etc" / "passwd"
        return users.is_file() and any(line.startswith(f"{name}:") for line in users.read_text("utf-8").splitlines())

    def _held(self, path: Path, owner: str, group: str, mode: int) -> bool:
        """Whether a path has these rights. Below another root nobody has ids, and the mode has to do."""
        there = self._at(path)
        if not there.exists():
            return False
        found = there.stat()
        if stat.S_IMODE(found.st_mode) != mode:
            return False
        if self._root is not None:
            return True
        try:
            return (pwd.getpwnam(owner).pw_uid, grp.getgrnam(group).gr_gid) == (found.st_uid, found.st_gid)
        except KeyError:
            return False

    def _others(self, path: Path, owner: str) -> list[Path]:
        """What below a folder is not its owner's: what root restored."""
        if self._root is not None:
            return []
        owner_id = pwd.getpwnam(owner).pw_uid
        return [each for each in path.rglob("*") if each.lstat().st_uid != owner_id and not each.is_symlink()]

    def _hold(self, path: Path, owner: str, group: str, mode: int) -> None:
        if self._root is None:
            shutil.chown(path, owner, group)
        self._at(path).chmod(mode)


def told(step: Step) -> str:
    """The step in words."""
    match step:
        case User(name):
            return f"user {name}: of the system, no home, no shell"
        case Folder(path, owner, mode):
            return f"folder {path}: of {owner}, {mode:04o}"
        case Rights(path, group):
            return f"file {path}: of root, {group} reads it, {RIGHTS:04o}"
        case Written(path, _):
            return f"file {path}"
        case Run(argv):
            return " ".join(argv)


def _command(argv: Sequence[str]) -> None:
    subprocess.run(list(argv), check=True)
