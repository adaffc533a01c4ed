"""A display without a browser, whole: paired, fed and seen through a real window, then refused by its office."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fonts.tokens import load as load_tokens
from fonts.tokens import rgb
from server.pairing import NO_LANE
from server.stores import FILE as LEDGER
from sync.body import Body
from sync.clock import office_day
from sync.database import open_readonly
from sync.facts import DayOpened, understand
from sync.facts_office import CounterOpened, RuleAdopted, TicketAdmitted, TicketCalled
from sync.journal import JournalReader
from tests.sync.queueing import name
from tests.walks.beside import Beside, utc
from tests.walks.stage import VirtualScreen, until

BANGKOK = ZoneInfo("Asia/Bangkok")
FILE = """\
role = "display"
place = "Waiting hall"
data = "data"
languages = ["th", "en", "my"]
[office]
th = "สำนักงานเทศบาลนครตัวอย่าง"
en = "Example City Office"
my = "နမူနာ မြို့တော် စည်ပင်သာယာရုံး"
[screen]
width_mm = 953
height_mm = 536
fullscreen = false
[sound]
device = "none"
[clock]
trust = "system"
"""


class Set(Beside):
    """A display."""

    def __init__(self, folder: Path, screen: VirtualScreen) -> None:
        super().__init__(folder, "display", FILE, screen)

    def tell(self, *bodies: Body) -> None:
        self.office.append(*bodies)

    def revoke(self) -> None:
        """The office takes its right away."""
        with JournalReader(self.folder / "data" / "journal.db") as journal:
            own = journal.opened().journal_id
        assert self.office.writer.submit(lambda ledger: ledger.revoke(own, utc())).result(20)


@pytest.fixture
def screen() -> Iterator[VirtualScreen]:
    with VirtualScreen() as made:
        yield made


@pytest.mark.timeout(180)
def test_a_call_is_seen_on_the_set_and_so_is_an_office_that_refuses_it(tmp_path: Path, screen: VirtualScreen) -> None:
    with closing(Set(tmp_path, screen)) as display:
        until("the display has heard of the office", lambda: display.look().get("lost") is False, 60)
        now = utc()
        day = office_day(now, BANGKOK).isoformat()
        display.tell(
            DayOpened(day, "clock"),
            RuleAdopted(now),
            CounterOpened(now, 7, "s1", ("a",)),
            TicketAdmitted(now, name(1), day, "A041", ("a",), now, "issued"),
        )
        until("nobody is called yet", lambda: display.shows("No number is being called now"))
        quiet = screen.picture()
        display.tell(TicketCalled(utc(), name(1), 7, "s1"))
        until("the number is in sight", lambda: display.shows("A041"))
        assert display.shows("7")
        primary = rgb(load_tokens().colour.primary)
        until("the glass shows it", lambda: screen.picture().tobytes() != quiet.tobytes())
        plate = screen.picture().crop((900, 90, 1240, 330)).getcolors(1 << 20)
        assert plate is not None
        assert max(plate)[1] == primary, "the counter's plate"
        display.revoke()
        display.tell(RuleAdopted(utc()))
        until("it is tried again", lambda: display.look()["trying"] is True, 30)
        assert not display.look()["lost"]
    with JournalReader(display.folder / "data" / "journal.db") as journal:
        kinds = [understand(entry.fact) for entry in journal.entries()]
        assert [type(each).__name__ for each in kinds[:3]] == ["JournalOpened", "MachineStarted", "ClockAnchored"]
    with closing(open_readonly(tmp_path / "office" / LEDGER)) as ledger:
        found = ledger.execute("SELECT role, place, lane, received FROM journals WHERE own = 0").fetchall()
    assert [row[:3] for row in found] == [("display", "Waiting hall", NO_LANE)]
    assert found[0][3] >= 3, "its own facts arrived"
