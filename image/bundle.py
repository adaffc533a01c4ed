"""An update as one signed file: what a slot is written with, in RAUC's format "verity"."""

import os
import shutil
import tempfile
from pathlib import Path

from image.errors import ImageError
from image.signing import Signer
from image.tools import WORK, Tools
from image.workshop import Workshop, digest
from kiosk.box.errors import UpdateError
from kiosk.box.release import checked

CONFIG = Path(__file__).parent / "root/etc/rauc/system.conf"
COMPATIBLE = "scorecard-smart-box"
IN_MEMORY = Path("/dev/shm")
"""The tools see this folder too, and nothing of it is left on a disk: the key is there for a moment."""
SQUASHED = "-comp zstd -Xcompression-level 3 -b 256K -all-time 0 -mkfs-time 0 -no-progress"
"""Nearly all of it is compressed already."""


def manifest(release: str) -> str:
    """What the bundle says of itself (RAUC's manual, "Manifest")."""
    return (
        f"[update]\ncompatible={COMPATIBLE}\nversion={release}\n\n"
        "[bundle]\nformat=verity\n\n[image.rootfs]\nfilename=slot.ext4\n"
    )


def named(release: str) -> str:
    """The same. Raises ImageError where no card could tell whether it is newer."""
    try:
        return checked(release)
    except UpdateError as error:
        raise ImageError(str(error), hint=error.hint) from error


def make_bundle(workshop: Workshop, tools: Tools, slot: Path, signer: Signer, release: str) -> Path:
    """The signed file, checked against the keyring and the settings that the card has. Raises ImageError."""

    def make(folder: Path) -> None:
        contents = folder / "contents"
        contents.mkdir()
        os.link(slot, contents / "slot.ext4")
        (contents / "manifest.raucm").write_text(manifest(named(release)))
        with tempfile.TemporaryDirectory(dir=IN_MEMORY) as secret:
            for name, path in (("key", signer.key), ("certificate", signer.certificate), ("ring", signer.authority)):
                shutil.copyfile(path, Path(secret) / name)
            shutil.copyfile(CONFIG, Path(secret) / "conf")
            signing = ["rauc", "-c", f"{secret}/conf", "--keyring", f"{secret}/ring", "bundle"]
            signing += ["--cert", f"{secret}/certificate", "--key", f"{secret}/key"]
            made = [f"--mksquashfs-args={SQUASHED}", f"{WORK}/contents", f"{WORK}/update.raucb"]
            workshop.run(tools.command(folder, *signing, *made), folder / "log")
        shutil.rmtree(contents)

    key = digest(workshop.making(slot), release, signer.certificate, signer.authority, CONFIG, Path(__file__))
    return workshop.part("bundle", key, make) / "update.raucb"
