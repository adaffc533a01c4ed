"""Files that a power cut leaves whole: the old content or the new."""

import os
from pathlib import Path


def write_durably(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Replace a file so that after a power cut either the old or the new content is there, whole."""
    draft = path.with_name(path.name + ".new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
        draft.replace(path)
        os.fsync(file.fileno())  # on FAT the new name has no content until then
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Names in this folder, those that are gone too, are as they are after a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
