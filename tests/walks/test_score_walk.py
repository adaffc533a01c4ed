"""A score box, whole: paired, asking through a real window, pressed, thanking; its scores arrive at the office."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from fonts.tokens import load as load_tokens
from fonts.tokens import rgb
from kiosk.touch import Remote
from server.pairing import NO_LANE
from server.stores import FILE as LEDGER
from sync.database import open_readonly
from sync.facts import understand
from sync.journal import JournalReader
from tests.walks.beside import Beside
from tests.walks.stage import VirtualScreen, until

FILE = """\
role = "scorebox"
place = "Counters 3 and 4"
pins = "mock"
languages = ["th", "en", "my"]
[office]
th = "สำนักงานเทศบาลนครตัวอย่าง"
en = "Example City Office"
my = "နမူနာ မြို့တော် စည်ပင်သာယာရုံး"
[screen]
width_mm = 155
height_mm = 86
fullscreen = false
[sound]
device = "none"
[clock]
trust = "system"
[[counters]]
counter = 3
levels = [5, 6, 13, 19, 26]
lamp = 21
[[counters]]
counter = 4
levels = [17, 27, 22, 23, 24]
"""
ASKING, THANKS = "Please score the service", "Thank you"


class Box(Beside):
    """A score box."""

    def __init__(self, folder: Path, screen: VirtualScreen) -> None:
        super().__init__(folder, "box", FILE, screen)

    def ask(self, **asked: object) -> dict[str, object]:
        with Remote(self.control) as box:
            return box.ask(**asked)


@pytest.fixture
def screen() -> Iterator[VirtualScreen]:
    with VirtualScreen(1280, 720) as made:
        yield made


@pytest.mark.timeout(180)
def test_a_press_is_thanked_for_on_the_glass_and_arrives_at_the_office(tmp_path: Path, screen: VirtualScreen) -> None:
    ledger = tmp_path / "office" / LEDGER

    def arrived() -> list[tuple[int, int]]:
        with closing(open_readonly(ledger)) as db:
            return [tuple(row) for row in db.execute("SELECT counter, level FROM scores ORDER BY seq")]

    with closing(Box(tmp_path, screen)) as box:
        until("it asks", lambda: box.shows(ASKING), 60)
        assert box.ask(screen=True)["targets"] == []
        calm = screen.picture()
        box.ask(press={"counter": 4, "level": 2})
        until("it thanks", lambda: box.shows(THANKS))
        assert not box.shows(ASKING)
        until("the glass shows it", lambda: screen.picture().tobytes() != calm.tobytes())
        bottom = screen.picture().crop((700, 620, 1200, 680)).getcolors(1 << 20)
        assert bottom is not None
        assert max(bottom)[1] == rgb(load_tokens().colour.primary), "the tile of counter 4"
        until("it asks again", lambda: box.shows(ASKING), 20)
        assert screen.picture().tobytes() == calm.tobytes()
        until("the score is at the office", lambda: arrived() == [(4, 2)], 30)
        box.ask(key="F12")
        until("the service menu is open", lambda: box.shows("Open with the PIN") or box.shows("เปิดด้วย PIN"))
    with JournalReader(box.folder / "data" / "journal.db") as journal:
        kinds = [type(understand(entry.fact)).__name__ for entry in journal.entries()]
    assert kinds[0] == "JournalOpened"
    assert not {"DayOpened", "CatalogueAdopted", "TicketIssued"} & set(kinds)
    with closing(open_readonly(ledger)) as db:
        found = db.execute("SELECT role, place, lane FROM journals WHERE own = 0").fetchall()
    assert [tuple(row) for row in found] == [("scorebox", "Counters 3 and 4", NO_LANE)]
