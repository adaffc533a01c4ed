"""The kernel of the card and its first root, from Debian's packages taken apart."""

import lzma
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path

from image.cpio import Entry, archive
from image.disk import SIGNATURE
from image.modules import chosen, in_order, needs
from image.recipe import Recipe
from image.still import bands
from image.tools import WORK, Tools
from image.workshop import Workshop, digest

FOLDER = Path(__file__).parent
SHOWS = FOLDER.parent / "systemd/root/usr/lib/scorecard/still-picture"
"""What shows the still picture, here and in the system."""
BOARDS = re.compile(r"bcm27(11|12|10|37)-rpi-[345].*\.dtb|bcm2837-rpi-3.*\.dtb")


@dataclass(frozen=True, slots=True)
class Kernel:
    """`image`, `initrd` and `boards` (the boards' descriptions) are files; `modules` is a root with usr/lib/modules."""

    release: str
    image: Path
    initrd: Path
    modules: Path
    boards: tuple[Path, ...]


def make_kernel(workshop: Workshop, tools: Tools, recipe: Recipe, unpacked: Path) -> Kernel:
    """Choose its modules, find what each needs, and pack the first root."""
    still = bands()
    [image] = (unpacked / "boot").glob("vmlinuz-*")
    release = image.name.removeprefix("vmlinuz-")

    def make(folder: Path) -> None:
        log = folder / "log"
        theirs = unpacked / "usr/lib/modules" / release
        every = folder / "every/lib/modules" / release
        shutil.copytree(theirs, every)
        workshop.run(tools.command(folder, "depmod", "-b", f"{WORK}/every", release), log)
        listed = needs((every / "modules.dep").read_text())
        kept = folder / "kept/usr/lib/modules" / release
        for path in sorted(chosen(listed, recipe.modules) | chosen(listed, recipe.early)):
            (kept / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(every / path, kept / path)
        for path in ("modules.order", "modules.builtin", "modules.builtin.modinfo"):
            shutil.copy2(theirs / path, kept / path)
        (folder / "kept/lib").symlink_to("usr/lib")
        workshop.run(tools.command(folder, "depmod", "-b", f"{WORK}/kept", release), log)
        (folder / "kept/lib").unlink()
        named = [path for each in recipe.early for path in sorted(listed) if fnmatch(path, each)]
        early = in_order(listed, named)
        (folder / "initrd.cpio").write_bytes(archive(_first_root(unpacked, every, early, still)))
        workshop.run(
            tools.command(folder, "zstd", "-19", "-q", "--rm", f"{WORK}/initrd.cpio", "-o", f"{WORK}/initrd"), log
        )
        shutil.rmtree(folder / "every")

    ours = (FOLDER / "initramfs", SHOWS, f"{SIGNATURE:x}", sha256(b"".join(still.values())).hexdigest(), Path(__file__))
    key = digest(workshop.making(unpacked), repr(recipe.modules), repr(recipe.early), *ours)
    made = workshop.part("kernel", key, make)
    boards = tuple(
        path
        for path in sorted((unpacked / f"usr/lib/linux-image-{release}/broadcom").glob("*.dtb"))
        if BOARDS.fullmatch(path.name)
    )
    return Kernel(release, image, made / "initrd", made / "kept", boards)


def _first_root(unpacked: Path, every: Path, early: list[str], still: Mapping[str, bytes]) -> dict[str, Entry]:
    entries = {
        "init": Entry((FOLDER / "initramfs/init").read_bytes(), 0o755),
        "bin/busybox": Entry((unpacked / "usr/bin/busybox").read_bytes(), 0o755),
        "still-picture": Entry(SHOWS.read_bytes(), 0o755),
        **{f"still/{name}": Entry(band) for name, band in still.items()},
        "signature": Entry(f"{SIGNATURE.to_bytes(4, 'little').hex()}\n".encode()),
        "modules/order": Entry("".join(f"{_plain(path)}\n" for path in early).encode()),
        "dev/console": Entry(device=(5, 1)),
    }
    for path in early:
        content = (every / path).read_bytes()
        entries[f"modules/{_plain(path)}"] = Entry(lzma.decompress(content) if path.endswith(".xz") else content)
    return entries


def _plain(path: str) -> str:
    return Path(path).name.removesuffix(".xz")
