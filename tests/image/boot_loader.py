"""U-Boot itself, in QEMU, with a small card: what it prints and what it leaves on the card."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from image.boot_script import wrapped
from image.disk import FAT, MIB, Partition, boot_record
from kiosk.box.slots import SECTOR

LOADER = Path("/usr/lib/u-boot/qemu_arm64/u-boot.bin")
LONGEST_S = 120


def card(path: Path, script: str, sectors: Mapping[int, bytes], size: int = 16 * MIB) -> None:
    """A card with this boot script on its FAT, and these sectors (by number) before it."""
    firmware = Partition("firmware", FAT, 8 * MIB, size - 8 * MIB)
    with path.open("wb") as file:
        file.truncate(size)
        file.write(boot_record([firmware]))
        for lba, content in sectors.items():
            file.seek(lba * SECTOR)
            file.write(content)
    source = path.with_suffix(".scr")
    source.write_bytes(wrapped(script))
    at = f"{path}@@{firmware.start}"
    subprocess.run(["mformat", "-i", at, "-T", str(firmware.size // SECTOR), "-h", "64", "-s", "32", "::"], check=True)
    subprocess.run(["mcopy", "-i", at, str(source), "::boot.scr"], check=True)


def started(path: Path, *more: str) -> str:
    """Start the machine with this card, until its script says `reset`; what it printed. `more`: words for QEMU."""
    machine = ["qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a53", "-m", "256", "-nographic", "-no-reboot"]
    disk = ["-drive", f"file={path},format=raw,if=none,id=card", "-device", "virtio-blk-device,drive=card"]
    done = subprocess.run(
        [*machine, "-bios", str(LOADER), *disk, "-nic", "none", "-monitor", "none", *more],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=LONGEST_S,
        check=True,
    )
    return done.stdout.decode(errors="replace")
