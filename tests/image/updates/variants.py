"""Other systems made of the one in an image: with another release's name, or broken on purpose; and their bundles."""

import shutil
import struct
from collections.abc import Mapping
from pathlib import Path

from image.bundle import make_bundle
from image.card import pack_slot
from image.disk import SLOT_A
from image.signing import Signer
from image.tools import WORK, Tools
from image.workshop import Workshop, digest

CANNOT_DRAW = {
    "etc/systemd/system/scorecard-kiosk.service.d/50-broken.conf": "[Service]\nEnvironment=SDL_VIDEODRIVER=none-such\n"
}
"""A kiosk that finds no way to the screen."""
MIB = 1 << 20


class Variants:
    """Made in a folder of the tools' cache's kind, from slot A of the image."""

    def __init__(self, folder: Path, tools: Tools, image: Path, signer: Signer) -> None:
        self._workshop = Workshop(folder, lambda line: None)
        self._tools, self._image, self._signer = tools, image, signer

    def slot(self, release: str, files: Mapping[str, str] | None = None) -> Path:
        """slot.ext4 of a system that calls itself so, with these files in it, too."""

        def make(folder: Path) -> None:
            self._take_apart(folder)
            for name, text in {**(files or {}), "etc/scorecard-release": f"{release}\n"}.items():
                path = folder / "tree" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            (folder / "contents/root.squashfs").unlink()
            squash = f"mksquashfs {WORK}/tree {WORK}/contents/root.squashfs -comp zstd -Xcompression-level 1"
            self._run(folder, f"{squash} -b 256K -noappend -no-progress -xattrs")
            shutil.rmtree(folder / "tree")
            pack_slot(self._workshop, self._tools, folder)

        return self._workshop.part("slot", digest(release, repr(files)), make) / "slot.ext4"

    def bundle(self, slot: Path, release: str) -> Path:
        """The same signed."""
        return make_bundle(self._workshop, self._tools, slot, self._signer, release)

    def _take_apart(self, folder: Path) -> None:
        slot = folder / "slot.before"
        with self._image.open("rb") as image:
            image.seek(SLOT_A.start + 1024)
            size = ext4_bytes(image.read(1024))
        window = f"bs={MIB} skip={SLOT_A.start // MIB} count={size // MIB} status=none"
        self._workshop.run(["dd", f"if={self._image}", f"of={slot}", *window.split()], folder / "log")
        (folder / "contents").mkdir()
        self._run(folder, f"debugfs -R rdump\\ /\\ {WORK}/contents {WORK}/slot.before")
        shutil.rmtree(folder / "contents/lost+found", ignore_errors=True)
        slot.unlink()
        self._run(folder, f"unsquashfs -q -n -d {WORK}/tree {WORK}/contents/root.squashfs")

    def _run(self, folder: Path, line: str) -> None:
        self._workshop.run(self._tools.command(folder, "sh", "-c", line), folder / "log")


def ext4_bytes(superblock: bytes) -> int:
    """How large the file system is (its superblock: s_blocks_count_lo at 4, s_log_block_size at 24)."""
    blocks, log = struct.unpack_from("<I", superblock, 4)[0], struct.unpack_from("<I", superblock, 24)[0]
    return int(blocks * (1024 << log))
