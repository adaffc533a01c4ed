"""The tools behind the PIN: on record before they are begun, done beside the screen, told once they are done."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hardware.links import Link, RecordingLinks
from hardware.usb_gate import Refusal, left_s
from kiosk.around import Around, Copied, RecordingSurroundings, Release, SystemSurroundings, copied_in, release_in
from kiosk.box import hand_server, hand_words
from kiosk.box.hand_words import Asked as HandAsked
from kiosk.box.plan import Places
from kiosk.errand_runner import RecordingRunner, ThreadRunner
from kiosk.screen_inputs import Back
from kiosk.screen_types import IllegalInput, Screen
from kiosk.technician import Bench
from kiosk.toolbox import UPDATE_NOW, ask_hand, handed, reach, restart_kiosk, tools_of, update_now, usb
from kiosk.upkeep_inputs import OpenAsk, OpenMenu, OpenPin, UseTool
from kiosk.upkeep_parts import parts_of
from kiosk.upkeep_types import Health, Told, Wish
from sync import asking
from sync.asked import Asked
from sync.asking import Reached
from sync.disk import DiskTrouble
from sync.facts_service import ServiceUsed
from sync.medium_driver import State, encode
from tests.kiosk.fakes import Kiosk, opened
from tests.kiosk.test_service_menu import OnePin, known, type_pin
from tests.systemd.units import APPLIANCE, unit


class Box:
    """A kiosk behind whose PIN there are these tools."""

    def __init__(self, folder: Path, **done: str) -> None:
        self.wishes, self.runner = list[Wish](), RecordingRunner()

        def tool(wish: Wish) -> Told:
            self.wishes.append(wish)
            return Told(wish.tool, done[wish.tool.replace("-", "_")])

        tools = {name.replace("_", "-"): tool for name in done}
        self.kiosk: Kiosk = opened(folder, bench=Bench(OnePin(), None, tools=tools, runner=self.runner))
        self.kiosk.machine.give(OpenMenu())
        self.kiosk.machine.give(OpenPin())
        type_pin(self.kiosk)

    def use(self, name: str) -> None:
        self.kiosk.machine.give(UseTool(Wish(name)))

    def finish(self) -> None:
        self.runner.finish()
        self.kiosk.settle()

    @property
    def told(self) -> str | None:
        told = self.kiosk.machine.state.upkeep.told
        return told.code if told is not None else None


def test_a_tool_is_on_record_before_it_is_begun_and_told_once_it_is_done(tmp_path: Path) -> None:
    box = Box(tmp_path, usb="unlocked")
    box.use("usb")
    assert (box.kiosk.facts()[-1], box.wishes, box.told) == (ServiceUsed("usb"), [], "working")
    box.finish()
    assert ([wish.tool for wish in box.wishes], box.told) == (["usb"], "unlocked")


def test_what_the_disk_does_not_take_is_not_done(tmp_path: Path) -> None:
    box = Box(tmp_path, usb="unlocked", reach="answered")
    box.kiosk.journal.refusing = DiskTrouble.FULL
    box.use("usb")
    assert (box.runner.work, box.told) == (None, "disk")
    box.use("reach")
    assert box.runner.work is not None, "asking changes nothing"


def test_one_at_a_time_and_whoever_left_is_told_nothing(tmp_path: Path) -> None:
    box = Box(tmp_path, reach="answered", usb="unlocked")
    box.use("reach")
    box.use("usb")
    assert box.told == "busy"
    box.kiosk.machine.give(Back())
    box.finish()
    assert box.kiosk.screen() is Screen.ATTRACT
    assert box.kiosk.machine.state.upkeep.told is None


def test_a_restart_is_chosen_on_a_screen_of_its_own_so_that_no_slip_of_a_finger_is_one(tmp_path: Path) -> None:
    box = Box(tmp_path, restart_kiosk="restarting", restart_machine="restarting")
    box.use("restart-machine")
    assert box.runner.work is None
    box.kiosk.machine.give(OpenAsk("restart"))
    assert box.kiosk.screen() is Screen.SERVICE_ASK
    box.use("restart-machine")
    assert box.kiosk.facts()[-1] == ServiceUsed("restart-machine")
    box.finish()
    assert box.told == "restarting"
    box.kiosk.machine.give(Back())
    assert box.kiosk.screen() is Screen.SERVICE_TOOLS


def test_what_this_machine_has_not_is_neither_offered_nor_done(tmp_path: Path) -> None:
    box = Box(tmp_path, reach="answered")
    box.use("usb")
    box.kiosk.machine.give(OpenAsk("restart"))
    assert (box.kiosk.screen(), box.runner.work) == (Screen.SERVICE_TOOLS, None)


def test_no_tool_before_the_pin(tmp_path: Path) -> None:
    kiosk = opened(tmp_path, bench=Bench(OnePin(), None, tools={"usb": lambda wish: Told("usb", "unlocked")}))
    kiosk.machine.give(OpenMenu())
    for given in (UseTool(Wish("usb")), OpenAsk("restart")):
        with pytest.raises(IllegalInput):
            kiosk.machine.give(given)
    assert not any(isinstance(body, ServiceUsed) for body in kiosk.facts())


def test_what_was_typed_for_a_tool_stands_in_no_repr() -> None:
    assert "horse" not in repr(UseTool(Wish("wifi", "Hall", "correct horse")))


# The tools themselves -------------------------------------------------------------------------------------------------


@pytest.fixture
def sync(tmp_path: Path) -> Iterator[list[Reached]]:
    answers = list[Reached]()
    asked = Asked(tmp_path / asking.FILE, {asking.REACH: lambda: answers.pop(0)})
    asked.start()
    yield answers
    asked.close()


def test_the_office_is_reached_through_sync(tmp_path: Path, sync: list[Reached]) -> None:
    sync += [Reached("answered", 38), Reached("fork", 5, "another history")]
    tool = reach(tmp_path / asking.FILE)
    assert tool(Wish("reach")) == Told("reach", "answered", "38")
    assert tool(Wish("reach")) == Told("reach", "fork", "fork")
    assert reach(tmp_path / "nobody")(Wish("reach")) == Told("reach", "sync-silent")


def test_usb_is_opened_by_a_word_that_the_gate_understands(tmp_path: Path) -> None:
    word = tmp_path / "usb-unlocked"
    assert usb(lambda: 1_000.0, word)(Wish("usb")).code == "unlocked"
    assert left_s(word, 1_060.0) == 540.0
    assert usb(lambda: 1_000.0, tmp_path / "no" / "folder")(Wish("usb")).code == "failed"


def test_an_update_is_begun_by_a_word_that_its_unit_watches(tmp_path: Path) -> None:
    assert update_now(lambda: 70.2, tmp_path / "update-now")(Wish("update-now")).code == "update-begun"
    assert (tmp_path / "update-now").read_text() == "70\n"
    assert update_now(lambda: 1.0, tmp_path / "no" / "folder")(Wish("update-now")).code == "failed"
    watched = unit(APPLIANCE / "scorecard-update.path").one("PathModified")
    assert watched == str(UPDATE_NOW)


def test_the_program_ends_where_it_is_asked_to() -> None:
    ended = list[bool]()
    assert restart_kiosk(lambda: ended.append(True))(Wish("restart-kiosk")).code == "restarting"
    assert ended == [True]


def test_the_boxs_root_side_is_asked_over_its_socket(tmp_path: Path) -> None:
    path, answers = tmp_path / "hand.sock", iter([hand_words.DONE, hand_words.FAILED])
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(str(path))
    listening.listen(1)
    asked = list[HandAsked]()

    def answer(request: HandAsked) -> str:
        asked.append(request)
        return next(answers)

    thread = threading.Thread(target=hand_server.serve, args=(listening, answer, 0.5))
    thread.start()
    tool = handed(path, lambda wish: hand_words.Restart(), "restarting")
    assert [tool(Wish("restart-machine")).code for _ in range(2)] == ["restarting", "failed"]
    thread.join(30)
    listening.close()
    assert asked == [hand_words.Restart()] * 2
    assert ask_hand(path, hand_words.Keep()) == hand_words.FAILED


def test_a_kiosk_on_a_pc_offers_nothing_that_only_a_box_can_do(tmp_path: Path) -> None:
    def made(hand: Path, asked: Path | None) -> set[str]:
        return set(tools_of(hand, lambda: 0.0, lambda: None, asked))

    assert made(tmp_path / "none", None) == set()
    assert made(tmp_path / "none", tmp_path / "sync.ask") == {"reach"}
    assert "pair" in made(tmp_path, tmp_path / "sync.ask")
    assert made(tmp_path, None) == {
        "usb", "restart-kiosk", "restart-machine", "wifi", "printer", "keep", "revert", "volume", "brightness",
        "diagnosis", "update-now", "update-stick",
    }  # fmt: skip


def test_work_is_done_in_a_thread_that_wakes_the_loop() -> None:
    woken, go = threading.Event(), threading.Event()
    runner = ThreadRunner(woken.set)

    def work() -> Told:
        go.wait(30)
        return Told("reach", "answered")

    assert runner.start(work)
    assert not runner.start(work)
    assert runner.poll() is None
    go.set()
    assert woken.wait(30)
    assert runner.poll() == Told("reach", "answered")
    assert runner.poll() is None


# What is around -------------------------------------------------------------------------------------------------------

CABLE = Link("eth0", wireless=False, carries=True, addresses=("192.168.1.21",))
STICK = Refusal("1-1.2", "0781:5567", ("USB storage",), 60.0)


@pytest.mark.parametrize(("around", "name", "health", "told"), [
    (Around(links=(CABLE,)), "network", Health.GOOD, "figure"),
    (Around(links=(replace(CABLE, addresses=()),)), "network", Health.BAD, "no-address"),
    (Around(links=(replace(CABLE, carries=False),)), "network", Health.BAD, "unplugged"),
    (Around(release=Release("2.0", "B", "2.0", "good")), "system", Health.GOOD, "figure"),
    (Around(release=Release("2.0", "B", "2.0", "good")), "update", Health.GOOD, "update-installed"),
    (Around(release=Release("1.0", "A", "2.0", "rolled-back", "dark")), "update", Health.NOTE, "update-failed"),
    (Around(release=Release("2.0", "B", "2.0", "trying")), "update", Health.NOTE, "update-trying"),
    (Around(copied=Copied("kept", 4)), "copy", Health.GOOD, "copy-kept"),
    (Around(copied=Copied("kept", 900)), "copy", Health.NOTE, "copy-late"),
    (Around(copied=Copied("missing")), "copy", Health.NOTE, "copy-missing"),
    (Around(copied=Copied("broken", None, "read-only")), "copy", Health.BAD, "copy-broken"),
    (Around(refused=()), "usb", Health.GOOD, "usb-clean"),
    (Around(refused=(STICK,)), "usb", Health.NOTE, "usb-refused"),
    (Around(refused=(STICK,), unlocked_s=61), "usb", Health.NOTE, "usb-open"),
])  # fmt: skip
def test_every_part_around_says_how_it_is(around: Around, name: str, health: Health, told: str) -> None:
    part = next(each for each in parts_of(known(around=around)) if each.name == name)
    assert (part.health, part.told) == (health, told)


def test_what_a_machine_has_not_is_not_told_and_a_lone_kiosk_needs_no_network() -> None:
    bare = {part.name for part in parts_of(known())}
    assert not bare & {"network", "system", "update", "copy", "usb", "time-from"}
    lone = parts_of(known(connected=False, around=Around(links=())))
    assert next(part for part in lone if part.name == "network").health is Health.GOOD


def test_the_menu_tells_who_vouches_for_the_time_and_what_is_around(tmp_path: Path) -> None:
    around = RecordingSurroundings(Around(links=(CABLE,), refused=(STICK,)))
    kiosk = opened(tmp_path, bench=Bench(OnePin(), None, around=around))
    kiosk.machine.give(OpenMenu())
    told = {part.name: part for part in kiosk.machine.state.upkeep.parts}
    assert told["time-from"].told == "from-system"
    assert (told["network"].figure, told["usb"].figure) == ("192.168.1.21", "0781:5567")


def test_everything_around_is_read_from_where_the_box_keeps_it(tmp_path: Path) -> None:
    places = Places(run=str(tmp_path / "run"), data=str(tmp_path / "data"))
    system, notes, word = tmp_path / "data/system", tmp_path / "usb", tmp_path / "usb-unlocked"
    copy, links = tmp_path / "copy.json", RecordingLinks((CABLE,))
    read: Callable[[], Around] = SystemSurroundings(lambda: 500.0, places, links, notes, word, copy).read
    assert read() == Around(links=(CABLE,))
    for folder in (system, notes, tmp_path / "run"):
        folder.mkdir(parents=True)
    (notes / "1-1.2.json").write_text('["1-1.2", "0781:5567", ["USB storage"], 60]')
    word.write_text("400")
    (system / "update.json").write_text(
        '{"running": "1.2", "slot": "A", "last": {"release": "1.3", "result": "bad", "why": 3}}'
    )
    copy.write_bytes(encode(State("ok", 496_500, 1000)))
    (tmp_path / "run/trial-note.json").write_text('{"what": ["printer"], "until_s": 620}')
    assert read() == Around(
        (CABLE,), Release("1.2", "A", "1.3", "bad"), Copied("kept", 3), (STICK,), 500, ("printer",), 120,
    )  # fmt: skip


@pytest.mark.parametrize("told", [None, {}, {"running": 3}])
def test_what_cannot_be_read_is_not_told(told: dict[str, object] | None) -> None:
    assert release_in(told) is None


@pytest.mark.parametrize(("state", "copied"), [
    (State("ok", 9_000, 2_000), Copied("kept", 1)),
    (State("behind", 9_000, 2_000), Copied("kept", 8)),
    (State("missing", 9_000, 2_000), Copied("missing")),
    (State("waiting", 9_000, 2_000), Copied("missing")),
    (State("foreign", 9_000, 2_000, "of another machine"), Copied("broken", None, "foreign")),
    (State("disk-full", 9_000, 2_000), Copied("broken", None, "disk-full")),
])  # fmt: skip
def test_how_the_copy_stands_is_told_in_three_words(state: State, copied: Copied) -> None:
    assert copied_in(state, 10.0) == copied
