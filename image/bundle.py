"""An update of the card as one signed file: RAUC's bundle of a slot's content, and the keys that sign and check it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from image.errors import ImageError
from image.tools import WORK, Tools
from image.workshop import Workshop, digest

COMPATIBLE = "scorecard-smart-box"
_YEARS = 20


@dataclass(frozen=True, slots=True)
class Keys:
    """PEM files: the `certificate` that cards are made to trust, and the `key` that signs (None: nothing is signed)."""

    certificate: Path
    key: Path | None


def development_keys(workshop: Workshop, tools: Tools) -> Keys:
    """Keys of this workshop alone, made once. A card with them takes this workshop's updates and nobody else's."""

    def make(folder: Path) -> None:
        subject = "/O=Scorecard Smart Box/CN=development of this workshop"
        pair = ["-keyout", f"{WORK}/key.pem", "-out", f"{WORK}/certificate.pem"]
        made = (
            f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days {_YEARS * 365} -subj".split()
        )
        workshop.run(tools.command(folder, *made, subject, *pair), folder / "log")
        (folder / "key.pem").chmod(0o600)

    folder = workshop.part("development-keys", digest("1"), make)
    return Keys(folder / "certificate.pem", folder / "key.pem")


def make_bundle(workshop: Workshop, tools: Tools, keys: Keys, slot: Path, release: str) -> Path:
    """The signed file. Raises ImageError without a key."""
    key = keys.key
    if key is None:
        raise ImageError(
            "there is no key to sign the update with", hint="image/build --key KEY.pem --certificate C.pem"
        )

    def make(folder: Path) -> None:
        contents = folder / "contents"
        contents.mkdir()
        shutil.copy(slot, contents / "rootfs.img")
        (contents / "manifest.raucm").write_text(manifest(release))
        shutil.copy(keys.certificate, folder / "certificate.pem")
        shutil.copy(key, folder / "key.pem")
        try:
            trusted = f"{WORK}/certificate.pem"
            names = ["--cert", trusted, "--key", f"{WORK}/key.pem", "--keyring", trusted]
            bundling = ["rauc", *names, "bundle", f"{WORK}/contents", f"{WORK}/update.raucb"]
            workshop.run(tools.command(folder, *bundling), folder / "log")
        finally:
            (folder / "key.pem").unlink()
        shutil.rmtree(contents)

    key_of_it = digest(slot.parent.name, manifest(release), keys.certificate, Path(__file__))
    return workshop.part("bundle", key_of_it, make) / "update.raucb"


def manifest(release: str) -> str:
    """What RAUC reads of a bundle. The verity form: each block is checked when it is read."""
    return (
        f"[update]\ncompatible={COMPATIBLE}\nversion={release}\n\n[bundle]\nformat=verity\n\n"
        "[image.rootfs]\nfilename=rootfs.img\n"
    )
