"""The tools that make a card, from Debian 13 itself whatever the host is: a root of its own, entered by chroot."""

from collections.abc import Sequence
from pathlib import Path

from image.errors import ImageError
from image.workshop import Workshop, digest

PACKAGES = (
    "bmap-tools",
    "ca-certificates",
    "cpio",
    "device-tree-compiler",
    "dosfstools",
    "e2fsprogs",
    "fdisk",
    "gcc-aarch64-linux-gnu",
    "kmod",
    "libc6-dev-arm64-cross",
    "mtools",
    "openssl",
    "python3",
    "qemu-system-arm",
    "qemu-utils",
    "rauc",
    "squashfs-tools",
    "swig",
    "systemd",
    "udev",
    "u-boot-qemu",
    "u-boot-tools",
    "xz-utils",
    "zstd",
)
WORK = "/work"
_SLIM = ("doc", "man", "locale", "info", "lintian")
_ENTER = (
    'set -e; root=$1; work=$2; shift 2; mkdir -p "$root/work"; mount --bind "$work" "$root/work"; '
    'mount -t proc proc "$root/proc"; mount --rbind /dev "$root/dev"; exec chroot "$root" "$@"'
)


class Tools:
    """A folder of tools; `command` says how one of them is run."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def command(self, work: Path, *words: str) -> list[str]:
        """These words run among the tools, with the folder `work` as /work. Nothing stays mounted afterwards."""
        return ["unshare", "--mount", "--", "sh", "-c", _ENTER, "enter", str(self.root), str(work), *words]

    def compiled(self, work: Path, place: str, *folders: str) -> list[str]:
        """The command that makes the bytecode of these folders below `work`, which is `place` on the card."""
        how = f"python3 -m compileall -q -j2 --invalidation-mode unchecked-hash -s {WORK} -p {place}".split()
        return self.command(work, *how, *(f"{WORK}/{folder}" for folder in folders))


def newest_tools(cache: Path) -> Tools:
    """Those that were made last in this cache. Raises ImageError where there are none."""
    made = sorted(cache.resolve().glob("tools-*/root"), key=lambda path: path.stat().st_mtime)
    if not made:
        raise ImageError(f"there are no tools in {cache}", hint="make the image first: image/build")
    return Tools(made[-1])


def make_tools(workshop: Workshop, mirror: str, suite: str) -> Tools:
    """The tools, from the packages above."""

    def make(folder: Path) -> None:
        root = folder / "root"
        workshop.run(_bootstrap(root, mirror, suite), folder / "log")
        (root / "work").mkdir()

    part = workshop.part("tools", digest(mirror, suite, *PACKAGES, *_bootstrap(Path(), mirror, suite)), make)
    return Tools(part / "root")


def _bootstrap(root: Path, mirror: str, suite: str) -> Sequence[str]:
    slim = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in _SLIM]
    return (
        "mmdebstrap",
        "--mode=root",
        "--variant=minbase",
        "--format=directory",
        f"--include={','.join(PACKAGES)}",
        '--aptopt=Apt::Install-Recommends "false"',
        *slim,
        suite,
        str(root),
        mirror,
    )
