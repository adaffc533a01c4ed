"""Bundles as image/build makes them, of slots of a few kilobytes, and what may befall one."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from image.bundle import CONFIG, make_bundle
from image.signing import Signer, make
from image.tools import WORK, Tools
from image.workshop import Workshop
from kiosk.box.bundle import FOOT

SLOT_BYTES = 900_000
"""Two levels of hashes."""


class HostTools(Tools):
    """This machine's own programs."""

    def __init__(self) -> None:
        super().__init__(Path("/"))

    def command(self, work: Path, *words: str) -> list[str]:
        """The same words, the folder by its own name."""
        return [word.replace(WORK, str(work)) for word in words]


def signer(folder: Path) -> Signer:
    """An authority of its own."""
    folder.mkdir(parents=True)
    make(folder)
    return Signer(folder / "signing.key", folder / "signing.pem", folder / "authority.pem")


def bundle(folder: Path, by: Signer, release: str = "1.0.0", content: bytes | None = None) -> Path:
    """A bundle of this release, in its own workshop."""
    workshop = Workshop(folder / "cache", lambda line: None)
    slot = workshop.part("slot", release, lambda place: _slot(place, release, content)) / "slot.ext4"
    return make_bundle(workshop, HostTools(), slot, by, release)


def _slot(place: Path, release: str, content: bytes | None) -> None:
    made = random.Random(release).randbytes(SLOT_BYTES) if content is None else content
    (place / "slot.ext4").write_bytes(made)


def settings(folder: Path, by: Signer) -> Path:
    """The card's own settings for RAUC, with this authority's certificate as what it trusts."""
    path = folder / "system.conf"
    ring = folder / "keyring.pem"
    ring.write_bytes(by.keyring)
    text = CONFIG.read_text().replace("/etc/rauc/keyring.pem", str(ring))
    path.write_text("\n".join(line for line in text.splitlines() if not line.startswith(("statusfile", "mountprefix"))))
    return path


@dataclass
class Befallen:
    """Ways in which a bundle becomes another one, evenly over its regions."""

    content: bytes
    chance: random.Random
    regions: dict[str, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        envelope = int.from_bytes(self.content[-FOOT:], "big")
        end = len(self.content) - FOOT
        told = self.content[end - envelope : end]
        tree = int(told.split(b"verity-size=")[1].split()[0])
        edges = (0, end - envelope - tree, end - envelope, end, len(self.content))
        names = ("payload", "tree", "signature", "foot")
        self.regions = {name: (edges[place], edges[place + 1]) for place, name in enumerate(names)}
        self.regions["header"] = (0, 96)

    def every(self, count: int) -> Iterator[tuple[str, bytes]]:
        """So many: a name and the bytes of each."""
        ways = [*self.regions, "cut", "longer", "two blocks changed places"]
        for number in range(count):
            way = ways[number % len(ways)]
            yield f"{number}: {way}", self._one(way)

    def _one(self, way: str) -> bytes:
        content, chance = bytearray(self.content), self.chance
        if way in self.regions:
            begin, end = self.regions[way]
            for _ in range(chance.choice((1, 1, 1, 8))):
                content[chance.randrange(begin, end)] ^= 1 << chance.randrange(8)
            return bytes(content) if content != self.content else self._one(way)
        if way == "cut":
            return bytes(content[: chance.randrange(len(content))])
        if way == "longer":
            at = chance.choice((0, self.regions["tree"][0], self.regions["signature"][0], len(content)))
            return bytes(content[:at]) + chance.randbytes(chance.choice((1, 4096))) + bytes(content[at:])
        one, other = chance.sample(range(self.regions["payload"][1] // 4096), 2)
        first, second = content[one * 4096 : (one + 1) * 4096], content[other * 4096 : (other + 1) * 4096]
        content[one * 4096 : (one + 1) * 4096], content[other * 4096 : (other + 1) * 4096] = second, first
        return bytes(content) if content != self.content else self._one(way)
