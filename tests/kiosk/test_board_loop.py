"""A display awake: painted when something changed, woken by sync alone, and as the configuration says."""

import contextlib
from pathlib import Path

import pytest

from fonts.shaping import Typesetter
from fonts.tokens import load as load_tokens
from kiosk.__main__ import main
from kiosk.appliance import open_journal
from kiosk.board_appliance import BoardLoop, assemble_display, notice_of
from kiosk.board_view import Hall, draw_board
from kiosk.configfile import load, load_calendar
from kiosk.control import ControlError
from kiosk.layout import Display
from kiosk.loop import WakePipe
from kiosk.office_data import services_of
from kiosk.preview import EXAMPLE, OFFICE
from kiosk.ui import Closed, Exposed, RecordingGlass
from sync.errors import ConfigError
from sync.journal import JournalReader
from sync.system_clock import SystemClock
from sync.used_codes import without_codes
from sync.wake import WakeSocket, wake
from tests.kiosk.boards import SECOND, Television
from tests.kiosk.fakes import STILL_OPEN
from tests.sync.test_config import DISPLAY
from translations import LANGUAGES

TYPESETTER, TOKENS = Typesetter(cache_lines=5000), load_tokens()


class Awake:
    """A display with its loop, driven turn by turn."""

    def __init__(self, folder: Path) -> None:
        self.hall, self.glass = Television(folder), RecordingGlass((1920, 1080))
        self.mail = WakeSocket(folder / "kiosk.wake")
        wakes = WakePipe()
        STILL_OPEN.extend((self.mail.close, wakes.close))
        screen, hall, now = Display(1920, 1080, 953, 536), Hall(OFFICE, LANGUAGES), self.hall.clock
        self.loop = BoardLoop(
            self.hall.machine,
            lambda sight: draw_board(sight, hall, screen, TYPESETTER, TOKENS),
            self.glass,
            lambda: now.boottime_ms,
            wakes=wakes,
            mail=self.mail,
        )
        self.path = folder / "kiosk.wake"
        self.loop.turn()

    def shown(self) -> str:
        return "\n".join(self.glass.scenes[-1].texts())

    def mirror(self) -> None:
        """What the office wrote is mirrored; sync has not called yet."""
        self.hall.mirror.bodies, self.hall.mirror.journal = tuple(self.hall.queue.facts), "0f" * 16  # type: ignore[assignment]
        self.hall.confirmed = self.hall.clock.instant().boottime_ms


def test_a_datagram_of_sync_brings_the_call_in_sight_and_nothing_else_paints(tmp_path: Path) -> None:
    awake = Awake(tmp_path)
    assert "Connection lost, trying again" in awake.shown()
    awake.hall.queue.take(1)
    awake.hall.queue.next(2)
    awake.mirror()
    painted = len(awake.glass.scenes)
    awake.loop.turn()
    assert len(awake.glass.scenes) == painted
    assert wake(awake.path, awake.hall.confirmed)
    awake.loop.turn()
    assert "A001" in awake.shown()
    painted = len(awake.glass.scenes)
    for _ in range(5):
        awake.loop.turn()
    assert len(awake.glass.scenes) == painted
    awake.hall.clock.boottime_ms += 26 * SECOND
    awake.loop.turn()
    assert "Connection lost, trying again" in awake.shown()


def test_a_display_can_be_looked_at_and_closed_and_nothing_else(tmp_path: Path) -> None:
    awake = Awake(tmp_path)
    seen = awake.loop.handle({"screen": True})
    assert (seen["name"], seen["lost"], seen["as_of"]) == ("display", True, None)
    for asked in ({"touch": "take"}, {"press": 5}, {"screen": False}, {}):
        with pytest.raises(ControlError):
            awake.loop.handle(asked)
    ended = []
    for event in (Exposed(), Closed()):
        awake.glass.events.append(event)
        assert awake.loop.turn()
        ended.append(awake.loop.ending)
    assert ended == [False, True]
    awake.loop.run()


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A display's kiosk.toml, and no screen."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    path = tmp_path / "kiosk.toml"
    text = DISPLAY.replace("height_mm = 536", "height_mm = 536\nfullscreen = false\nwidth_px = 640\nheight_px = 360")
    path.write_text(
        text + '[sound]\ndevice = "none"\n[sim]\ncontrol = "unix:control"\n'.replace("unix:", f"unix:{tmp_path}/"),
        "utf-8",
    )
    return path


def test_the_file_makes_a_display_with_a_journal_of_its_own(file: Path) -> None:
    with contextlib.closing(assemble_display(load(file), fullscreen=False)) as running:
        assert running.window.size == (640, 360)
        assert running.loop.scene is not None
        assert running.loop.turn() in (True, False)
    with JournalReader(file.parent / "data" / "journal.db") as journal:
        assert journal.opened().role == "display"
    assert (file.parent / "data" / "kiosk.toml.good").read_bytes() == without_codes(file.read_bytes())


def test_the_last_good_copy_runs_and_the_screen_says_what_to_mend(file: Path) -> None:
    load(file)
    file.write_text(file.read_text("utf-8").replace("languages", "langauges"), "utf-8")
    loaded = load(file)
    notice = notice_of(loaded, services_of(loaded), load_calendar(loaded.calendar, loaded.data, ("th", "en")))
    assert notice is not None
    assert notice.startswith("kiosk.toml, line 4: unknown key `langauges`")
    with contextlib.closing(assemble_display(loaded, fullscreen=False)) as running:
        assert running.loop.scene is not None
        assert notice in running.loop.scene.texts()


def test_a_catalogue_names_the_services_and_a_broken_one_is_told_and_stops_nothing(file: Path) -> None:
    file.write_text(file.read_text("utf-8").replace("[office]", 'catalogue = "services.toml"\n[office]'), "utf-8")
    services = file.with_name("services.toml")
    services.write_bytes(EXAMPLE.read_bytes())
    with contextlib.closing(assemble_display(load(file), fullscreen=False)) as running:
        assert running.loop.scene is not None
        assert running.loop.machine.names_services
    for kept in (True, False):
        services.write_text("broken", "utf-8")
        if not kept:
            (file.parent / "data" / "catalogue.toml.good").unlink()
        with contextlib.closing(assemble_display(load(file), fullscreen=False)) as running:
            assert running.loop.scene is not None
            assert any("catalogue.toml" in text for text in running.loop.scene.texts())
            assert running.loop.machine.names_services is kept


def test_a_machine_does_not_take_over_the_journal_of_another_role(
    file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    journal, _ = open_journal(file.parent / "data", SystemClock())
    journal.close()
    with pytest.raises(ConfigError, match="is that of a kiosk"):
        assemble_display(load(file), fullscreen=False)
    assert main(["--config", str(file), "--headless"]) == 2
    assert "Give the display a data folder of its own" in capfd.readouterr().err
