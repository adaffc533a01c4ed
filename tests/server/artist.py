"""Stands in for the process that draws pictures: keeps what it was asked for, and draws a dot."""

import json
from collections.abc import Sequence
from pathlib import Path

from kiosk.pictograms import SERVICE_PICTOGRAMS

DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02"
    "0000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082"
)
PICTOGRAMS = tuple(sorted(SERVICE_PICTOGRAMS))
PAGES = ("list", "details-1", "ticket")


class Artist:
    """`asked`: what came, in order. `fault`: why it draws nothing, None: it draws."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bytes]] = []
        self.fault: str | None = None

    async def __call__(self, arguments: Sequence[str], asked: bytes) -> str | None:
        what, folder = arguments
        self.asked.append((what, asked))
        if self.fault is not None:
            return self.fault
        languages = json.loads(asked)["languages"] if asked else ()
        names = [f"{language}-{page}" for language in languages for page in PAGES] if asked else PICTOGRAMS
        for name in names:
            (Path(folder) / f"{name}.png").write_bytes(DOT)
        return None
