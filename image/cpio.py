"""An archive that the kernel unpacks into its first root (initramfs): the "newc" form of cpio. Pure.

Without dates and owners, so that the same files make the same archive. The form is described in Linux's
Documentation/driver-api/early-userspace/buffer-format.rst.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_FOLDER, _FILE, _LINK, _CHARACTERS = 0o040755, 0o100000, 0o120777, 0o020600


@dataclass(frozen=True, slots=True)
class Entry:
    """A file's `content` with its `mode`; or a link to `target`; or a device of characters with (major, minor)."""

    content: bytes = b""
    mode: int = 0o644
    target: str | None = None
    device: tuple[int, int] | None = None


def archive(entries: Mapping[str, Entry]) -> bytes:
    """The archive of these files by their paths (without a slash at their begin), with the folders they need."""
    parts = [_one(folder, _FOLDER, b"") for folder in sorted(_folders(entries))]
    for path, entry in sorted(entries.items()):
        if entry.target is not None:
            parts.append(_one(path, _LINK, entry.target.encode()))
        elif entry.device is not None:
            parts.append(_one(path, _CHARACTERS, b"", entry.device))
        else:
            parts.append(_one(path, _FILE | entry.mode, entry.content))
    return b"".join([*parts, _one("TRAILER!!!", 0, b"")])


def _folders(paths: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for path in paths:
        names = path.split("/")[:-1]
        found.update("/".join(names[: end + 1]) for end in range(len(names)))
    return found


def _one(name: str, mode: int, content: bytes, device: tuple[int, int] = (0, 0)) -> bytes:
    text = name.encode() + b"\0"
    numbers = (0, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(text), 0)
    head = b"070701" + b"".join(b"%08X" % number for number in numbers) + text
    return _padded(head) + _padded(content)


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 4)
