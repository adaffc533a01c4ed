"""What a plan asks for: files with their owners. Pure values."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class File:
    """A file to write: its absolute path, text, mode, user and group by name. Its folders are made where they lack."""

    path: str
    text: str = field(repr=False)
    mode: int = 0o644
    user: str = "root"
    group: str = "root"
