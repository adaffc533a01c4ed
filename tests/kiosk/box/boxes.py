"""A box in a folder: its card, its data partition, and what was started."""

from collections.abc import Sequence
from pathlib import Path

from kiosk.box.apply import System, apply
from kiosk.box.plan import Places, Plan
from kiosk.configfile import Loaded, load
from tests.sync.test_config import DISPLAY, GOOD
from tests.sync.test_config_box import ALL_IN_ONE, OFFICE, SCOREBOX

PLACES = Places()
SIM = GOOD.index("[sim]")
KIOSK = GOOD[:SIM].replace('data = "/var/lib/scorecard"\n', "")
FILES = {
    "kiosk": KIOSK,
    "display": DISPLAY.replace('data = "data"\n', ""),
    "scorebox": SCOREBOX,
    "office": OFFICE,
    "all-in-one": ALL_IN_ONE.replace('data = "/var/lib/scorecard"\n', ""),
}
"""A good file of each role, as it may stand on a card."""


class Box:
    """`text` None: there is no kiosk.toml. `data`: whether the data partition is there."""

    def __init__(self, folder: Path, text: str | bytes | None, *, data: bool = True) -> None:
        self.root, self.said, self.ran, self.owned = folder, list[str](), list[str](), dict[str, str]()
        self.card = folder / "boot/firmware"
        self.card.mkdir(parents=True)
        if data:
            for name in ("system", "kiosk", "server"):
                (folder / "var/lib/scorecard" / name).mkdir(parents=True)
        self.put(text)

    def put(self, text: str | bytes | None, name: str = "kiosk.toml") -> None:
        """This file, and no other, on the card."""
        path = self.card / name
        if text is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(text.encode() if isinstance(text, str) else text)

    def start(self) -> Plan:
        """What scorecard-config does at each start, the folder of what is made being empty."""
        return apply(PLACES, System(self.root, self._run, self._own, self.said.append))

    def at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def read(self, path: str) -> str:
        return self.at(path).read_text("utf-8")

    def as_the_kiosk_sees_it(self) -> Loaded:
        """Its data folder is the box's: reading a good file keeps a copy of it there."""
        path, data = self.at("/run/scorecard/kiosk.toml"), self.at("/var/lib/scorecard")
        if path.exists():
            path.write_text(path.read_text("utf-8").replace('"/var/lib/scorecard', f'"{data}'), "utf-8")
        return load(path, data / "kiosk")

    def _run(self, command: Sequence[str]) -> int:
        self.ran.append(" ".join(command))
        return 0

    def _own(self, path: Path, user: str, group: str) -> None:
        self.owned["/" + str(path.relative_to(self.root)).removesuffix(".new")] = f"{user}:{group}"
