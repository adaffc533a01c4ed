"""Changes at the service screen: typed or chosen, tried, kept or taken back; sound, light and pairing."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.sound import RecordingSound
from kiosk.around import Around, RecordingSurroundings
from kiosk.box import hand_words
from kiosk.errand_runner import RecordingRunner
from kiosk.screen_inputs import Adjust, Back, ConfirmDate, Enter, Erase, TurnPage, Type
from kiosk.screen_types import Screen
from kiosk.technician import Bench
from kiosk.toolbox import brightness_of, level, printers_here
from kiosk.upkeep_entry import CROCKFORD, LAYERS, MOST, Entry, complete, erased, keys_of, printer_address, shown, typed
from kiosk.upkeep_inputs import (
    ChooseKeys,
    OpenAsk,
    OpenClock,
    OpenEntry,
    OpenMenu,
    OpenPin,
    OpenTouch,
    PrintTest,
    TouchPlace,
    UseTool,
)
from kiosk.upkeep_parts import parts_of
from kiosk.upkeep_rules import CHOICES, ENTRIES
from kiosk.upkeep_types import Able, Told, Wish
from kiosk.upkeep_words import ASKED, CHANGES, OUTCOMES, TOOLS
from kiosk.upkeep_words import ENTRIES as ASKED_ENTRIES
from kiosk.view_toolbox import ICONS
from sync.clock import Trust
from sync.facts import ClockAnchored
from sync.facts_service import ServiceUsed
from sync.paircode import parse_code
from sync.types import BootId, UtcMs
from tests.kiosk.fakes import NOON, FakeClock, Kiosk, opened
from tests.kiosk.measure import SIZES, seen
from tests.kiosk.test_service_menu import OnePin, known, type_pin

SECRET = "correct horse"
CODE = "008J-4CT4-ANK6-CY41-11AM-F523-WG"


class Box:
    """A kiosk whose tools say what they are told to."""

    def __init__(self, folder: Path) -> None:
        self.wishes, self.runner, self.answers = list[Wish](), RecordingRunner(), dict[str, Told]()
        self.around = RecordingSurroundings()
        tools = dict.fromkeys(
            ("reach", "wifi", "printer", "keep", "revert", "volume", "brightness", "pair", "restart-kiosk"), self._tool
        )
        able = Able(("usb:///dev/usb/lp0",), 70, None)
        bench = Bench(OnePin(), None, tools=tools, runner=self.runner, around=self.around, able=lambda: able)
        self.kiosk: Kiosk = opened(folder, bench=bench)
        self.open()

    def open(self) -> None:
        self.kiosk.machine.give(OpenMenu())
        self.kiosk.machine.give(OpenPin())
        type_pin(self.kiosk)

    def _tool(self, wish: Wish) -> Told:
        self.wishes.append(wish)
        return self.answers.get(wish.tool, Told(wish.tool, "trying"))

    def type(self, text: str) -> None:
        for character in text:
            self.kiosk.machine.give(Type(character))

    def finish(self) -> None:
        self.runner.finish()
        self.kiosk.settle()

    @property
    def entry(self) -> Entry | None:
        return self.kiosk.machine.state.upkeep.entry

    @property
    def told(self) -> Told | None:
        return self.kiosk.machine.state.upkeep.told


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def test_a_wireless_network_is_typed_tried_and_kept(box: Box) -> None:
    box.kiosk.machine.give(OpenEntry("ssid"))
    box.type("Hall 2")
    box.kiosk.machine.give(Enter())
    assert box.entry == Entry("passphrase", before="Hall 2")
    box.type("short")
    box.kiosk.machine.give(Enter())
    assert box.runner.work is None, "no passphrase is as short as that"
    box.kiosk.machine.give(Erase())
    box.type("t" + SECRET)
    box.kiosk.machine.give(Enter())
    assert box.kiosk.screen() is Screen.SERVICE_ASK
    assert box.kiosk.machine.state.upkeep.entry is None
    assert box.kiosk.facts()[-1] == ServiceUsed("wifi")
    raw = b"".join(path.read_bytes() for path in box.kiosk.folder.iterdir())
    assert SECRET.encode() not in raw
    assert SECRET not in repr(box.kiosk.machine.state)
    box.around.around = Around(trial=("wifi",), trial_s=300)
    box.finish()
    assert box.wishes == [Wish("wifi", "Hall 2", "shor" + "t" + SECRET)]
    assert box.kiosk.machine.state.upkeep.trial == ("wifi",)
    box.around.around = Around(trial=("wifi",), trial_s=299)
    box.kiosk.later(1_000)
    assert box.kiosk.machine.state.upkeep.trial_s == 299, "it is counted down while somebody stands there"
    box.answers["keep"] = Told("keep", "kept")
    box.kiosk.machine.give(UseTool(Wish("keep")))
    box.around.around = Around()
    box.finish()
    assert box.told == Told("keep", "kept")
    assert not box.kiosk.machine.state.upkeep.trial


def test_whoever_comes_back_after_a_restart_is_led_to_what_is_being_tried(box: Box) -> None:
    box.kiosk.machine.give(Back())
    box.around.around = Around(trial=("printer",), trial_s=200)
    box.open()
    assert (box.kiosk.screen(), box.kiosk.machine.state.upkeep.ask) == (Screen.SERVICE_ASK, "trial")
    box.kiosk.machine.give(PrintTest())
    box.kiosk.settle()
    assert box.kiosk.machine.state.upkeep.slip == "passed", "what is tried can be tried out"
    box.kiosk.machine.give(Back())
    box.kiosk.settle()
    assert box.kiosk.screen() is Screen.SERVICE_TOOLS, "and nobody is held there"


def test_a_printer_is_chosen_of_those_that_are_plugged_in_or_typed(box: Box) -> None:
    box.kiosk.machine.give(OpenAsk("printer"))
    box.kiosk.machine.give(UseTool(Wish("printer", "usb:///dev/usb/lp0")))
    box.finish()
    box.kiosk.machine.give(Back())
    box.kiosk.machine.give(OpenAsk("printer"))
    box.kiosk.machine.give(OpenEntry("printer"))
    box.type("192.168.1.300")
    box.kiosk.machine.give(Enter())
    assert box.kiosk.screen() is Screen.SERVICE_TYPE
    for _ in "300":
        box.kiosk.machine.give(Erase())
    box.type("30")
    box.kiosk.machine.give(Enter())
    box.finish()
    assert [wish.value for wish in box.wishes] == ["usb:///dev/usb/lp0", "tcp://192.168.1.30:9100"]


def test_a_pairing_code_is_typed_in_groups_and_is_on_no_record(box: Box) -> None:
    box.kiosk.machine.give(OpenEntry("pair"))
    code = CODE.replace("-", "")
    box.type(code[:25].lower())
    box.kiosk.machine.give(Enter())
    assert box.runner.work is None
    box.type("J")
    box.kiosk.machine.give(Enter())
    assert box.runner.work is None, "the last character cannot be right"
    box.kiosk.machine.give(Erase())
    box.type(code[25])
    assert box.entry is not None
    assert shown(box.entry) == CODE
    box.kiosk.machine.give(Enter())
    assert (box.kiosk.screen(), box.kiosk.facts()[-1]) == (Screen.SERVICE_TOOLS, ServiceUsed("pair"))
    box.finish()
    assert str(parse_code(box.wishes[0].secret)) == CODE
    raw = b"".join(path.read_bytes() for path in box.kiosk.folder.iterdir())
    assert code.encode() not in raw


def test_sound_goes_louder_in_steps_that_are_told(box: Box) -> None:
    box.kiosk.machine.give(OpenAsk("levels"))
    box.answers["volume"] = Told("volume", "volume-set", "80")
    box.kiosk.machine.give(UseTool(Wish("volume", "80")))
    box.finish()
    assert box.kiosk.machine.state.upkeep.able.volume == 80


def test_whoever_leaves_the_keys_leaves_nothing_behind(box: Box) -> None:
    box.kiosk.machine.give(OpenEntry("ssid"))
    box.type("Hall")
    box.kiosk.machine.give(ChooseKeys(2))
    assert box.entry == Entry("ssid", "Hall", layer=2)
    box.kiosk.machine.give(ChooseKeys(9))
    assert box.entry == Entry("ssid", "Hall", layer=0)
    box.kiosk.machine.give(TurnPage(1))
    assert box.kiosk.machine.state.page == 1
    box.kiosk.machine.give(Back())
    assert box.kiosk.screen() is Screen.SERVICE_TOOLS
    assert box.kiosk.machine.state.upkeep.entry is None
    box.kiosk.machine.give(OpenEntry("passphrase"))
    assert box.kiosk.screen() is Screen.SERVICE_TOOLS, "of no network"


@given(st.sampled_from(sorted(MOST)), st.text(max_size=80))
def test_whatever_is_typed_is_of_the_keys_in_sight_and_no_longer_than_it_may_be(topic: str, text: str) -> None:
    entry = Entry(topic)
    for character in text:
        entry = typed(entry, character)
    keys = {key for layer in range(entry.layers) for key in keys_of(replace(entry, layer=layer))}
    assert set(entry.text) <= keys | ({" "} if entry.layers > 1 else set())
    assert len(entry.text) <= MOST[topic]
    assert len(erased(entry).text) == max(len(entry.text) - 1, 0)


@pytest.mark.parametrize(("text", "good"), [
    ("192.168.1.20", True), ("192.168.1.20:9101", True), ("192.168.1", False), ("192.168.1.20:", False),
    ("192.168.1.256", False), ("1.2.3.4:70000", False), ("", False), ("1.2.3.4:1:2", False),
])  # fmt: skip
def test_an_address_is_whole_or_not(text: str, good: bool) -> None:
    assert complete(Entry("printer", text)) is good
    assert printer_address(Entry("printer", "10.0.0.9")) == "tcp://10.0.0.9:9100"


def test_the_keys_of_a_pairing_code_are_those_that_it_is_made_of() -> None:
    assert set(CODE.replace("-", "")) <= set(CROCKFORD)
    assert not set("ILOU") & set(CROCKFORD)


def test_everything_that_can_be_chosen_typed_or_told_has_words() -> None:
    assert CHOICES.keys() == ASKED.keys()
    assert ENTRIES.keys() == ASKED_ENTRIES.keys() == MOST.keys()
    assert ICONS.keys() == TOOLS.keys()
    assert {"printer", "wifi"} == CHANGES.keys()
    answers = {hand_words.DONE, hand_words.MALFORMED, hand_words.INVALID, hand_words.NOTHING, hand_words.NO_DATA}
    assert answers - OUTCOMES.keys() == {hand_words.DONE, hand_words.MALFORMED}
    assert len(LAYERS) == 3


# The tools ------------------------------------------------------------------------------------------------------------


def test_what_is_plugged_in_is_offered_by_its_address(tmp_path: Path) -> None:
    (tmp_path / "usb").mkdir()
    for name in ("usb/lp0", "ttyUSB0", "ttyACM1", "ttyS0"):
        (tmp_path / name).touch()
    assert printers_here(tmp_path) == (
        f"usb://{tmp_path}/usb/lp0", f"serial://{tmp_path}/ttyACM1?baud=115200",
        f"serial://{tmp_path}/ttyUSB0?baud=115200",
    )  # fmt: skip


def test_the_light_is_told_in_percent(tmp_path: Path) -> None:
    (tmp_path / "max_brightness").write_text("200\n")
    (tmp_path / "brightness").write_text("120\n")
    assert brightness_of(tmp_path / "brightness") == 60
    (tmp_path / "max_brightness").write_text("0\n")
    assert brightness_of(tmp_path / "brightness") is None


def test_a_level_that_the_box_refuses_is_not_heard_either(tmp_path: Path) -> None:
    sound = RecordingSound()
    tool = level(tmp_path / "nobody", hand_words.SetVolume, sound.set_volume)
    assert tool(Wish("volume", "40")) == Told("volume", "failed")
    assert sound.volume is None


def test_the_status_says_that_a_change_is_being_tried() -> None:
    part = next(part for part in parts_of(known(around=Around(trial=("printer",), trial_s=90))) if part.name == "trial")
    assert (part.told, part.figure) == ("trial-left", "90")


# Clock and touch ------------------------------------------------------------------------------------------------------


def test_a_technician_vouches_for_the_time_on_record_and_not_for_one_that_is_over(tmp_path: Path) -> None:
    earlier = opened(tmp_path, bench=Bench(OnePin(), None))
    earlier.close()
    clock = FakeClock(boot_id=BootId("cd" * 16), utc_ms=UtcMs(NOON - 400 * 86_400_000))
    kiosk = opened(tmp_path, bench=Bench(OnePin(), None), clock=clock, trust=Trust.NTP)
    kiosk.machine.give(OpenMenu())
    kiosk.machine.give(OpenPin())
    type_pin(kiosk)
    assert "clock" in kiosk.machine.state.upkeep.tools
    kiosk.machine.give(OpenClock())
    shown = kiosk.machine.state.moment
    assert shown is not None
    kiosk.machine.give(Adjust("year", -1))
    kiosk.machine.give(ConfirmDate())
    assert (kiosk.screen(), kiosk.machine.state.refused) == (Screen.SERVICE_CLOCK, True)
    for _ in range(2):
        kiosk.machine.give(Adjust("year", 1))
    kiosk.machine.give(ConfirmDate())
    assert kiosk.screen() is Screen.SERVICE_TOOLS
    assert ServiceUsed("clock") in kiosk.facts()
    anchors = [body for body in kiosk.facts() if isinstance(body, ClockAnchored)]
    assert anchors[-1].source == "staff"
    local = kiosk.machine._keeper.local()
    assert local is not None
    assert (local.year, local.month, local.day) == (shown.year + 1, shown.month, shown.day)


def test_where_somebody_vouches_for_the_clock_nobody_sets_it(tmp_path: Path) -> None:
    kiosk = opened(tmp_path, bench=Bench(OnePin(), None), clock=FakeClock(disciplined=True))
    kiosk.machine.give(OpenMenu())
    kiosk.machine.give(OpenPin())
    type_pin(kiosk)
    kiosk.machine.give(OpenClock())
    assert kiosk.screen() is Screen.SERVICE_TOOLS


def test_each_place_that_a_finger_reached_stays_marked_until_the_test_is_left(box: Box) -> None:
    box.kiosk.machine.give(OpenTouch())
    for place in (4, 0, 4):
        box.kiosk.machine.give(TouchPlace(place))
    assert box.kiosk.machine.state.upkeep.touched == {0, 4}
    box.kiosk.machine.give(Back())
    box.kiosk.machine.give(OpenTouch())
    assert box.kiosk.machine.state.upkeep.touched == frozenset()


@pytest.mark.parametrize("size", SIZES)
def test_the_places_of_the_touch_test_cover_the_screen_below_its_first_row(size: str) -> None:
    one = seen(size, "normal", "en", "service-touch")
    places = [target.rect for target in one.scene.targets if target.name.startswith("place-")]
    display = SIZES[size]
    covered = sum(place.w * place.h for place in places) / (display.width_px * display.height_px)
    assert covered > 0.55
    assert max(place.bottom for place in places) > display.height_px * 0.93
