"""The whole card as one file: boot record, firmware's FAT, slot A, an empty slot B and the data."""

import shutil
from pathlib import Path

from image.boot_script import command, wrapped
from image.disk import DATA, FIRMWARE, SIGNATURE, SLOT_A, SLOT_B, TOTAL, Partition, boot_record
from image.errors import ImageError
from image.kernel import Kernel
from image.loader_env import built_in, packed, told
from image.tools import WORK, Tools
from image.workshop import Workshop, digest
from kiosk.box.slots import COPIES_LBA, SECTOR

FOLDER = Path(__file__).parent
ARGUMENTS = (
    "console=tty3 quiet loglevel=3 vt.global_cursor_default=0 consoleblank=0 systemd.show_status=false "
    "panic=10 sysrq_always_enabled=0 net.ifnames=0 usbcore.authorized_default=0"
)
"""For the kernel, whichever slot starts: no text on the screen, and a panic starts the machine anew."""
LOADER_PARTS = ("bootcode.bin", "start.elf", "start4.elf", "fixup.dat", "fixup4.dat")
_PLAIN_EXT4 = "^has_journal,^64bit,^metadata_csum,^orphan_file"
"""What Debian's U-Boot reads, whatever its release; nothing is ever written there but as a whole."""
RAMDISK = 96 << 20
"""Bytes from where the kernel is loaded to its ramdisk: below U-Boot itself and what the board's firmware leaves."""
HEAD = 1 << 20
"""Bytes of an empty slot that are written: what a file system would be known by."""


def make_slot(workshop: Workshop, tools: Tools, kernel: Kernel, squashfs: Path) -> Path:
    """An ext4 file system as large as its contents: what a slot is written with, by image/build and by an update."""

    def make(folder: Path) -> None:
        contents = folder / "contents"
        contents.mkdir()
        with kernel.image.open("rb") as file:
            check_room(file.read(64))
        shutil.copy(kernel.image, contents / "vmlinuz")
        shutil.copy(kernel.initrd, contents / "initrd")
        shutil.copy(squashfs, contents / "root.squashfs")
        (contents / "slot.env").write_text(f"scb_args={ARGUMENTS}\n")
        pack_slot(workshop, tools, folder)

    parts = (kernel.image, kernel.initrd, squashfs)
    key = digest(*map(workshop.making, parts), ARGUMENTS, Path(__file__))
    return workshop.part("slot", key, make) / "slot.ext4"


def pack_slot(workshop: Workshop, tools: Tools, folder: Path) -> None:
    """slot.ext4 of this folder, from what lies in its `contents`, which are gone then."""
    contents = folder / "contents"
    needed = sum(path.stat().st_size for path in contents.iterdir())
    size = (needed + needed // 50 + (8 << 20)) >> 20
    if size << 20 > SLOT_A.size:
        raise ImageError(
            f"the system takes {size} MiB, and a slot holds {SLOT_A.size >> 20}",
            hint="drop what is not needed (image/recipe.toml; sizes.json in the cache tells what is large)",
        )
    plain = f"env E2FSPROGS_FAKE_TIME=1 mke2fs -q -t ext4 -O {_PLAIN_EXT4} -m 0 -N 64 -L SCORECARD-SLOT -U {_uuid(2)}"
    content = f"-E hash_seed={_uuid(3)},root_owner=0:0,nodiscard -d {WORK}/contents {WORK}/slot.ext4 {size}M"
    workshop.run(tools.command(folder, *plain.split(), *content.split()), folder / "log")
    shutil.rmtree(contents)


def make_card(workshop: Workshop, tools: Tools, kernel: Kernel, unpacked: Path, slot: Path) -> Path:
    """The image, as a file with holes where a card may keep what it has (`blank`)."""

    def make(folder: Path) -> None:
        log = folder / "log"
        _firmware(folder / "firmware", kernel, unpacked)
        fat = folder / "firmware.fat"
        with fat.open("wb") as file:
            file.truncate(FIRMWARE.size)
        label = f"mkfs.vfat -F 32 -n SCORECARD -i {SIGNATURE:08x} --invariant {WORK}/firmware.fat"
        workshop.run(tools.command(folder, *label.split()), log)
        copying = f"cd {WORK}/firmware && mcopy -s -i {WORK}/firmware.fat ./* ::"
        workshop.run(tools.command(folder, "env", "SOURCE_DATE_EPOCH=315532800", "sh", "-c", copying), log)
        data = f"env E2FSPROGS_FAKE_TIME=1 mke2fs -q -t ext4 -b 4096 -L SCORECARD-DATA -U {_uuid(4)}"
        sized = f"-E hash_seed={_uuid(5)},nodiscard {WORK}/data.ext4 {DATA.size >> 20}M"
        workshop.run(tools.command(folder, *data.split(), *sized.split()), log)
        image = folder / "card.img"
        blank(image)
        for part, content in ((FIRMWARE, fat), (SLOT_A, slot), (DATA, folder / "data.ext4")):
            _place(workshop, image, part, content, log)
        for name in ("firmware.fat", "data.ext4"):
            (folder / name).unlink()

    parts = (slot, kernel.image, unpacked)
    ours = (FOLDER / "firmware", boot_script(), boot_record(), Path(__file__), FOLDER / "loader_env.py")
    key = digest(*map(workshop.making, parts), *ours)
    return workshop.part("card", key, make) / "card.img"


def blank(image: Path) -> None:
    """An image without anything on it. Whoever writes it by its map leaves holes as they are on the card: so what must
    not stay of an earlier card is written, too, though it is nothing. That is which slot starts, the beginning of slot
    B, and all of a file system where it says what is free."""
    with image.open("wb") as file:
        file.write(boot_record().ljust(FIRMWARE.start, b"\0"))
        file.seek(SLOT_B.start)
        file.write(bytes(HEAD))
        file.truncate(TOTAL)


def boot_script() -> bytes:
    """What U-Boot runs."""
    script = command("boot.cmd").replace("@CHOOSE@", command("choose.cmd"))
    for place, lba in enumerate(COPIES_LBA):
        script = script.replace(f"@LBA{place}@", f"{lba:#x}")
    return wrapped(script.replace("@RAMDISK@", f"{RAMDISK:x}"))


def check_room(kernel: bytes) -> None:
    """Raises ImageError for a kernel that would lie where its ramdisk is put (boot.cmd).

    Its header says how much memory it takes, from a multiple of 2 MiB on (Documentation/arch/arm64/booting.rst).
    """
    magic, size = kernel[56:60], int.from_bytes(kernel[16:24], "little")
    if magic != b"ARM\x64" or size + (2 << 20) > RAMDISK:
        raise ImageError(
            f"the kernel takes {size >> 20} MiB, and its ramdisk is put {RAMDISK >> 20} MiB behind its beginning",
            hint="look whether it is one for arm64, uncompressed; then put the ramdisk further on (image/card.py)",
        )


def _firmware(folder: Path, kernel: Kernel, unpacked: Path) -> None:
    shutil.copytree(FOLDER / "firmware", folder)
    for name in LOADER_PARTS:
        shutil.copy(unpacked / "usr/lib/raspi-firmware" / name, folder / name)
    loader = unpacked / "usr/lib/u-boot/rpi_arm64/u-boot.bin"
    shutil.copy(loader, folder / "u-boot.bin")
    (folder / "uboot.env").write_bytes(packed(told(built_in(loader.read_bytes()))))
    (folder / "boot.scr").write_bytes(boot_script())
    for board in kernel.boards:
        shutil.copy(board, folder / board.name)


def _place(workshop: Workshop, image: Path, partition: Partition, content: Path, log: Path) -> None:
    if content.stat().st_size > partition.size:
        raise ImageError(f"{content.name} is larger than its partition", hint="change image/disk.py")
    seek = partition.start // (64 * SECTOR)
    copying = ["dd", f"if={content}", f"of={image}", f"bs={64 * SECTOR}", f"seek={seek}", "conv=notrunc"]
    workshop.run([*copying, "status=none"], log)


def _uuid(number: int) -> str:
    """Names that stay the same from build to build; all cards are alike until they are paired."""
    return f"{SIGNATURE:08x}-0000-4000-8000-{number:012x}"
