"""The card's Debian: bootstrapped for its processor under emulation, its versions held to image/pinned.txt."""

import platform
import subprocess
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from image.errors import ImageError
from image.recipe import Recipe, differences, preferences, versions_of
from image.workshop import Workshop, digest, remove

ARCHITECTURE = "arm64"
STATUS = "./var/lib/dpkg/status"
_BINFMT = Path("/proc/sys/fs/binfmt_misc")
_EMULATOR = Path("/usr/bin/qemu-aarch64-static")
_MAGIC = (
    r":qemu-aarch64:M::\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
    r":\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
    f":{_EMULATOR}:OCF"
)
_DROPPED = ("doc", "man", "locale", "info", "lintian", "bug")
_STUBBED = {
    "/usr/lib/python3.13/py_compile.py": "",  # bytecode is made natively, later
    "/usr/bin/py3compile": "#!/bin/sh\n",
    "/usr/sbin/update-ca-certificates": "#!/bin/sh\n",  # image.system gathers them
    "/usr/bin/deb-systemd-helper": "#!/bin/sh\n",  # what starts is settled by presets alone, in image.system
    "/usr/bin/systemd-hwdb": "#!/bin/sh\n",  # no keyboard and no mouse is told from another here
}
"""What takes minutes under emulation and is not wanted: its packages find something that does nothing."""


def make_base(workshop: Workshop, recipe: Recipe, pinned: Mapping[str, str]) -> Path:
    """A tar of the whole Debian, without our own. Raises ImageError where other versions come than are pinned.

    None pinned: the newest.
    """
    ready_to_emulate(workshop.folder / "emulation.log", workshop)

    def make(folder: Path) -> None:
        apt_preferences = folder / "preferences"
        apt_preferences.write_text(preferences(pinned))
        workshop.run(_bootstrap(recipe, folder / "base.tar", apt_preferences), folder / "log")

    key = digest(repr(recipe.sources), *recipe.installed, repr(sorted(_STUBBED.items())))
    base = workshop.part("base", key, make, holds=lambda folder: _as_pinned(pinned, versions_in(folder / "base.tar")))
    refuse_others(pinned, versions_in(base / "base.tar"))
    return base / "base.tar"


def _as_pinned(pinned: Mapping[str, str], found: Mapping[str, str]) -> bool:
    """Whether what was made before is what is wanted now; without pins only what is made today is the newest."""
    return bool(pinned) and not differences(pinned, found)


def refuse_others(pinned: Mapping[str, str], found: Mapping[str, str]) -> None:
    """Raises ImageError unless these are the versions that are pinned; with none pinned at all, anything is taken."""
    lines = differences(pinned, found) if pinned else []
    if lines:
        shown = "\n".join(f"  {line}" for line in lines[:20])
        raise ImageError(
            f"{len(lines)} packages are not as pinned:\n{shown}",
            hint="Debian has newer ones: image/build --pin, look at the difference, test, commit image/pinned.txt",
        )


def versions_in(base: Path) -> dict[str, str]:
    """What is installed in a base."""
    with tarfile.open(base) as tar:
        file = tar.extractfile(STATUS)
        assert file is not None
        return versions_of(file.read().decode())


def ready_to_emulate(log: Path, workshop: Workshop) -> None:
    """Have the kernel start programs of the card's processor through QEMU. Raises ImageError."""
    if platform.machine() == "aarch64" or (_BINFMT / "qemu-aarch64").exists():
        return
    if not _EMULATOR.exists():
        raise ImageError(f"{_EMULATOR} is not there", hint="apt-get install qemu-user-static")
    if not (_BINFMT / "register").exists():
        workshop.run(["mount", "-t", "binfmt_misc", "binfmt_misc", _BINFMT], log)
    if not (_BINFMT / "qemu-aarch64").exists():
        try:
            (_BINFMT / "register").write_text(_MAGIC)
        except OSError as error:
            raise ImageError(
                f"the kernel takes no emulator: {error}", hint="build as root, not in a container"
            ) from error


def _bootstrap(recipe: Recipe, target: Path, apt_preferences: Path) -> list[str]:
    slim = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in _DROPPED]
    return [
        "mmdebstrap",
        "--mode=root",
        f"--architectures={ARCHITECTURE}",
        "--variant=essential",
        f"--include={','.join(recipe.installed)}",
        '--aptopt=Apt::Install-Recommends "false"',
        '--aptopt=Acquire::Languages "none"',
        f'--aptopt=Dir::Etc::Preferences "{apt_preferences.resolve()}"',
        *slim,
        f"--essential-hook={_stubs()}",
        f"--customize-hook={_unstubs()}",
        recipe.suite,
        str(target),
        *recipe.sources,
    ]


def _stubs() -> str:
    lines = []
    for path, text in _STUBBED.items():
        lines.append(f'chroot "$1" dpkg-divert --local --no-rename --divert {path}.real --add {path}')
        lines.append(f'mkdir -p "$1{Path(path).parent}"; printf %s {_quoted(text)} > "$1{path}"; chmod 755 "$1{path}"')
    return "set -e; " + "; ".join(lines)


def _unstubs() -> str:
    lines = (
        f'rm "$1{path}"; chroot "$1" dpkg-divert --local --no-rename --remove {path}; '
        f'if [ -e "$1{path}.real" ]; then mv "$1{path}.real" "$1{path}"; fi'
        for path in _STUBBED
    )
    return "set -e; " + "; ".join(lines)


def _quoted(text: str) -> str:
    return "'" + text + "'"


def _versions(folder: Path) -> dict[str, str]:
    return dict(line.split("\t")[:2] for line in (folder / "versions").read_text().splitlines())


class Archive:
    """An apt of its own for the card's processor: packages that are fetched and taken apart, not installed."""

    def __init__(self, workshop: Workshop, recipe: Recipe) -> None:
        self._workshop, self._recipe = workshop, recipe

    def unpacked(self, name: str, packages: Iterable[str], pinned: Mapping[str, str]) -> tuple[Path, dict[str, str]]:
        """A folder with what is in these packages, and their versions. Raises ImageError where others are pinned."""
        wanted = tuple(packages)

        def make(folder: Path) -> None:
            log = folder / "log"
            options = self._apt(folder, pinned)
            self._workshop.run(["apt-get", *options, "update"], log)
            real = [self._real(options, each) for each in wanted]
            (folder / "debs").mkdir()
            download = [
                "sh",
                "-c",
                'cd "$1"; shift; exec apt-get "$@"',
                "sh",
                str(folder / "debs"),
                *options,
                "download",
            ]
            self._workshop.run([*download, *(f"{each}:{ARCHITECTURE}" for each in real)], log)
            for deb in sorted((folder / "debs").glob("*.deb")):
                self._workshop.run(["dpkg-deb", "-x", deb, folder / "root"], log)
                told = subprocess.run(["dpkg-deb", "-W", deb], capture_output=True, text=True, check=True).stdout
                with (folder / "versions").open("a") as file:
                    file.write(told)
            for name in ("debs", "lists", "cache"):
                remove(folder / name)

        def of_these(found: Mapping[str, str]) -> dict[str, str]:
            return {each: pinned[each] for each in found if each in pinned}

        def holds(folder: Path) -> bool:
            found = _versions(folder)
            return _as_pinned(of_these(found), found)

        folder = self._workshop.part(name, digest(repr(self._recipe.sources), *wanted), make, holds=holds)
        found = _versions(folder)
        if pinned:
            refuse_others(of_these(found), found)
        return folder / "root", found

    def _apt(self, folder: Path, pinned: Mapping[str, str]) -> list[str]:
        for path in ("lists/partial", "cache/archives/partial"):
            (folder / path).mkdir(parents=True)
        (folder / "sources.list").write_text("\n".join(self._recipe.sources) + "\n")
        (folder / "preferences").write_text(preferences(pinned))
        (folder / "status").write_text("")
        settings = {
            "Dir::State::Lists": "lists",
            "Dir::State::status": "status",
            "Dir::Cache": "cache",
            "Dir::Etc::SourceList": "sources.list",
            "Dir::Etc::Preferences": "preferences",
        }
        fixed = (
            "Dir::Etc::SourceParts=/dev/null",
            f"APT::Architecture={ARCHITECTURE}",
            f"APT::Architectures={ARCHITECTURE}",
        )
        options = [f"{name}={folder.resolve() / path}" for name, path in settings.items()]
        return [word for option in (*options, *fixed) for word in ("-o", option)]

    def _real(self, options: list[str], package: str) -> str:
        """A package that only names the newest of its kind stands for that."""
        if package != "linux-image-arm64":
            return package
        command = ["apt-cache", *options, "depends", "--no-recommends", f"{package}:{ARCHITECTURE}"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        for line in told.splitlines():
            kind, _, name = line.strip().partition(": ")
            if kind == "Depends" and name.startswith("linux-image-"):
                return name.partition(":")[0]
        return package
