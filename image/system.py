"""The system of the card: Debian's base, our program and what locks it down, as one read-only squashfs."""

import json
import shutil
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from image.kernel import Kernel
from image.program import PYTHON
from image.recipe import Recipe
from image.still import bands
from image.tools import WORK, Tools
from image.workshop import Workshop, digest, remove

FOLDER = Path(__file__).parent
REPOSITORY = FOLDER.parent
OURS = "opt/scorecard"
WIRELESS = (
    "brcmfmac43430-sdio*",
    "brcmfmac43430b0-sdio*",
    "brcmfmac43436*-sdio*",
    "brcmfmac43455-sdio*",
    "brcmfmac43456-sdio*",
)
"""The radios of the Raspberry Pi 3, Zero 2, 4 and 5."""
LEVEL = 15


@dataclass(frozen=True, slots=True)
class Ingredients:
    """Folders and files, each made before."""

    base: Path
    kernel: Kernel
    firmware: Path
    packages: Path
    program: Path


@dataclass(frozen=True, slots=True)
class Name:
    """`release` is what the system calls itself, `keyring` (PEM) whose updates it takes."""

    release: str
    keyring: bytes


def make_system(workshop: Workshop, tools: Tools, recipe: Recipe, made: Ingredients, called: Name) -> Path:
    """The squashfs."""
    still = bands()

    def make(folder: Path) -> None:
        log, tree = folder / "log", folder / "tree"
        tree.mkdir()
        workshop.run(["tar", "-xpf", made.base, "-C", tree, "--numeric-owner"], log)
        _add(workshop, tree, made, log)
        for name, band in still.items():
            (pictures := tree / "usr/share/scorecard/still").mkdir(parents=True, exist_ok=True)
            (pictures / name).write_bytes(band)
        _settle(tree, called)
        _trust(workshop, tools, folder, log)
        _arrange(workshop, tools, folder, log)
        for pattern in recipe.dropped:
            for path in tree.glob(pattern):
                remove(path)
        (folder / "sizes.json").write_text(json.dumps(_sizes(tree), indent=1) + "\n")
        squash = [
            "mksquashfs",
            f"{WORK}/tree",
            f"{WORK}/root.squashfs",
            "-comp",
            "zstd",
            "-Xcompression-level",
            str(LEVEL),
        ]
        fixed = ["-b", "256K", "-all-time", "0", "-mkfs-time", "0", "-noappend", "-no-progress", "-xattrs"]
        workshop.run(tools.command(folder, *squash, *fixed), log)
        shutil.rmtree(tree)

    ours = (
        REPOSITORY / "systemd",
        FOLDER / "root",
        FOLDER / "firmware",
        Path(__file__),
        sha256(b"".join(still.values())).hexdigest(),
    )
    parts = (made.base, made.kernel.modules, made.firmware, made.packages, made.program)
    key = digest(*map(workshop.making, parts), *ours, repr(recipe.dropped), called.release, called.keyring)
    return workshop.part("system", key, make) / "root.squashfs"


def _add(workshop: Workshop, tree: Path, made: Ingredients, log: Path) -> None:
    """What comes from elsewhere than Debian's installed packages."""
    _lay(made.kernel.modules / "usr", tree / "usr")
    wireless = made.firmware / "usr/lib/firmware/brcm"
    for pattern in WIRELESS:
        for path in wireless.glob(pattern):
            target = tree / "usr/lib/firmware/brcm" / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target, follow_symlinks=False)
    for name in ("regulatory.db", "regulatory.db.p7s"):  # which of two signers' is Debian's choice, made by its script
        shutil.copy2(made.firmware / f"usr/lib/firmware/{name}-debian", tree / "usr/lib/firmware" / name)
    site = tree / OURS / f"lib/python{PYTHON}/site-packages"
    _lay(made.packages, site)
    _lay(made.program, site)
    (tree / OURS / "bin").mkdir()
    (tree / OURS / "bin/python").symlink_to("/usr/bin/python3")
    (tree / OURS / "pyvenv.cfg").write_text(
        f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {PYTHON}\n"
    )
    _lay(FOLDER / "root", tree)
    _lay(REPOSITORY / "systemd/root", tree)
    _lay(REPOSITORY / "systemd/appliance", tree / "usr/lib/systemd/system")
    _lay(FOLDER / "firmware", tree / OURS / "share/firmware")
    workshop.run(["chown", "-R", "0:0", tree / OURS, tree / "usr/lib/systemd", tree / "usr/lib/scorecard"], log)


def _lay(source: Path, target: Path) -> None:
    """Copy a folder over another, with modes and links; as the owner of the machine."""
    if source.exists():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))


def _settle(tree: Path, called: Name) -> None:
    """Names and files that belong to one machine, or to none."""
    (tree / "etc/hostname").write_text("scorecard\n")
    (tree / "etc/machine-id").write_text("")  # empty, not missing: each start makes one, and none is the first
    for name in ("etc/resolv.conf", "etc/localtime"):
        remove(tree / name)
    (tree / "etc/resolv.conf").symlink_to("../run/systemd/resolve/resolv.conf")
    (tree / "etc/localtime").symlink_to("../run/scorecard/localtime")
    (tree / "etc/scorecard-release").write_text(f"{called.release}\n")
    (tree / "etc/rauc/keyring.pem").write_bytes(called.keyring)
    built = tree / "usr/lib/scorecard/built"
    built.write_text(f"{int(time.time())}\n")  # no clock of a card was ever right before it
    masked = ("proc-sys-fs-binfmt_misc.automount", "proc-sys-fs-binfmt_misc.mount", "systemd-binfmt.service")
    for name in masked:
        (tree / "etc/systemd/system" / name).symlink_to("/dev/null")
    for path in (tree / "etc/ssh").glob("ssh_host_*"):
        path.unlink()
    for name in ("boot/firmware", "var/lib/scorecard"):
        (tree / name).mkdir(parents=True, exist_ok=True)
    (tree / "var/lib/scorecard").chmod(0o555)
    for name in ("etc/.updated", "var/.updated"):  # nothing is to be done at the first start that was not done here
        (tree / name).write_text("TIMESTAMP_NSEC=0\n")


def _arrange(workshop: Workshop, tools: Tools, folder: Path, log: Path) -> None:
    """Users, what starts, libraries' places and bytecode, by Debian's own tools from outside."""
    workshop.run(tools.command(folder, "systemd-sysusers", f"--root={WORK}/tree"), log)
    workshop.run(tools.command(folder, "systemctl", f"--root={WORK}/tree", "preset-all"), log)
    workshop.run(tools.compiled(folder / "tree", "/", f"usr/lib/python{PYTHON}", "usr/lib/python3"), log)


def _trust(workshop: Workshop, tools: Tools, folder: Path, log: Path) -> None:
    """What update-ca-certificates does: the authorities in one file, and by their hashes."""
    tree = folder / "tree"
    authorities = sorted((tree / "usr/share/ca-certificates/mozilla").glob("*.crt"))
    certificates = tree / "etc/ssl/certs"
    remove(certificates)
    certificates.mkdir()
    for each in authorities:
        (certificates / f"{each.stem}.pem").symlink_to(f"../../../usr/share/ca-certificates/mozilla/{each.name}")
    text = b"".join(each.read_bytes().strip() + b"\n" for each in authorities)
    (certificates / "ca-certificates.crt").write_bytes(text)
    workshop.run(tools.command(folder, "openssl", "rehash", f"{WORK}/tree/etc/ssl/certs"), log)


def _sizes(tree: Path) -> dict[str, int]:
    """What the largest folders hold, in KiB, so that one sees what could go."""
    found: dict[str, int] = {}
    for path in tree.rglob("*"):
        if path.is_file() and not path.is_symlink():
            parts = path.relative_to(tree).parts[:-1]
            for end in range(1, min(len(parts), 6) + 1):
                name = "/".join(parts[:end])
                found[name] = found.get(name, 0) + path.stat().st_size
    largest = sorted(found.items(), key=lambda each: -each[1])[:80]
    return {name: size >> 10 for name, size in largest}
