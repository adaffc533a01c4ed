"""The doctor: each part that can be wrong is found, and told with an instruction."""

import importlib
import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest

from fonts import FontsError
from hardware.board import BoardState, RecordingBoard
from hardware.buttons import open_pins
from hardware.errors import PinsError, TransportError
from hardware.printer import Bitmap, Dots, Outcome, PaperStatus
from hardware.printer_look import PrinterLook
from hardware.printers_file import shipped
from hardware.profile import Abilities, Identity
from kiosk import demo, doctor, findings, findings_printer, looks
from kiosk.around import Around
from kiosk.doctor import Tools, examine, shown
from kiosk.findings import Finding
from sync.chain import Position
from sync.clock import Reading
from sync.facts import (
    Body,
    ClockAnchored,
    PaperChanged,
    PaperRefilled,
    PrintEnded,
    PrinterMet,
    PrinterTested,
    drafts,
)
from sync.inbox import InboxState
from sync.journal import Instant
from sync.types import BootMs, Chain, Seq, UtcMs
from tests.hardware.test_printer_look import NAMED, READ, WELL, Scripted
from tests.kiosk.fakes import BOOT, NOON, opened
from tests.sync.segmented import days, prune, small

MockPin: Any = importlib.import_module("gpiozero.pins.mock").MockPin
NOW = Instant(BOOT, BootMs(3_600_000))
FINE = BoardState(51.0, False, False, False, 20 * 10**9, 32 * 10**9, "10000000abcdef01", "Raspberry Pi 4 Model B")
SCREEN: dict[str, Any] = {"HDMI-A-1": ((1920, 1080), (344, 194))}


def reading(*, disciplined: bool = True) -> Reading:
    return Reading(BOOT, NOW.boottime_ms, UtcMs(NOON), disciplined, 12 if disciplined else 0)


def one_service() -> str:
    """The example with its first service and the group of it: the tickets of all services are rehearsed."""
    head, service, *_ = (demo.EXAMPLE / "catalogue.toml").read_text("utf-8").split("\n[[services]]\n")
    notice, *groups = head.split("\n[[groups]]\n")
    (name,) = re.findall(r'^group = "(.+)"', service, re.MULTILINE)
    (group,) = (each for each in groups if f'id = "{name}"' in each)
    return f"{notice}\n[[groups]]\n{group}\n[[services]]\n{service}\n"


@dataclass
class Box:
    """A healthy kiosk of fakes, in a folder of its own; tests spoil one part of it."""

    folder: Path
    answers: bytes = WELL + READ
    names: Mapping[int, bytes] = field(default_factory=dict)
    pins: Any = field(default_factory=lambda: open_pins("mock"))
    transports: list[Scripted] = field(default_factory=list)
    played: int = 0
    slips: int = 0
    slip: tuple[Outcome, PaperStatus] = (Outcome.CONFIRMED, PaperStatus(True))
    tools: Tools = field(init=False)

    def __post_init__(self) -> None:
        text = (demo.EXAMPLE / "kiosk.toml").read_text("utf-8")
        for old, new in (
            ('pins = "mock"  ', 'pins = "raspberry-pi"'),
            ("tcp://127.0.0.1:9100", "usb:///dev/usb/lp0"),
            ("# [server]", "[server]"),
            ("# url", "url"),
        ):
            assert old in text
            text = text.replace(old, new)
        self.path = self.folder / "kiosk.toml"
        self.path.write_text(text, "utf-8")
        for file in demo.EXAMPLE.glob("*.toml"):
            if file.name not in ("kiosk.toml", "catalogue.toml"):
                shutil.copyfile(file, self.folder / file.name)
        (self.folder / "catalogue.toml").write_text(one_service(), "utf-8")
        self.tools = Tools(
            fonts=lambda: None,
            read_clock=reading,
            now=lambda: NOW,
            board=lambda data: RecordingBoard(FINE),
            refused=tuple,
            around=Around,
            writer_of=lambda database: None,
            transport=lambda address: self._printer,
            pins=lambda name: self.pins,
            cards=lambda: {0: "vc4hdmi0", 1: "Device"},
            has_player=lambda: True,
            play=self._play,
            screens=lambda: SCREEN,
            connect=lambda host, port: None,
            rest=lambda seconds: None,
            print_slip=self._print,
        )

    def with_(self, **tools: Any) -> "Box":
        self.tools = replace(self.tools, **tools)
        return self

    def changed(self, old: str, new: str) -> "Box":
        text = self.path.read_text("utf-8")
        assert old in text
        self.path.write_text(text.replace(old, new, 1), "utf-8")
        return self

    def answering(self, answers: bytes) -> "Box":
        self.answers = answers
        return self

    def kind(self, name: str) -> "Box":
        return self.changed('# printer_profile = "auto"', f'printer_profile = "{name}"')

    def named(self) -> "Box":
        self.names = NAMED
        return self

    def findings(self) -> list[Finding]:
        found = list(examine(self.path, None, self.tools))
        for transport in self.transports:
            assert transport.closed
        return found

    def _printer(self) -> Scripted:
        self.transports.append(Scripted(self.answers, names=self.names))
        return self.transports[-1]

    def _print(self, address: str, picture: Bitmap, width: Dots, kinds: object) -> tuple[Outcome, PaperStatus]:
        assert picture.width == width
        self.slips += 1
        return self.slip

    def _play(self, speaker: object) -> str | None:
        self.played += 1
        return None


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def problems(found: list[Finding]) -> list[str]:
    return [each.part for each in found if each.state == "problem"]


def raising(error: Exception) -> Callable[..., Any]:
    def fail(*given: object) -> Any:
        raise error

    return fail


class HeldPin(MockPin):  # type: ignore[misc]
    """A pin to ground, as under a button that somebody holds or that is jammed."""

    def _set_pull(self, value: str) -> None:
        super()._set_pull(value)
        self.drive_low()


def pressed(box: Box, *levels: int) -> Box:
    """These buttons are held."""
    wiring = dict(enumerate((5, 6, 13, 19, 26), 1))
    for level in levels:
        box.pins.pin(wiring[level], pin_class=HeldPin)
    return box


def test_a_healthy_kiosk_has_no_problem_but_that_it_is_not_paired_yet(box: Box) -> None:
    found = box.findings()
    assert problems(found) == ["server"]
    parts = [each.part for each in found]
    for part in ("fonts", "settings", "services", "disk", "journal", "clock", "board", "printer", "counter 1"):
        assert part in parts
    for part in ("sound", "screen", "server", "kiosk"):
        assert part in parts


HOT = replace(FINE, temperature_c=84.0)
WEAK = replace(FINE, under_voltage_now=True)
SAGGED = replace(FINE, under_voltage_since_boot=True)
SLOW = replace(FINE, throttled_now=True)
FULL = replace(FINE, disk_free_bytes=10**8)
BLIND = replace(FINE, disk_free_bytes=None)
GONE = TransportError("there is no printer at /dev/usb/lp0", hint="switch the printer on")

WRONG: list[tuple[str, Callable[[Box], Box], str, str]] = [
    ("a font", lambda b: b.with_(fonts=raising(FontsError("no Raqm", hint="Install libfribidi0."))), "fonts", "Raqm"),
    ("a setting", lambda b: b.changed("width_mm", "widht_mm"), "settings", "line"),
    ("the services", lambda b: b.changed('"catalogue.toml"', '"none.toml"'), "services", "none.toml"),
    ("a full disk", lambda b: b.with_(board=lambda d: RecordingBoard(FULL)), "disk", "100 MB"),
    ("an unreadable disk", lambda b: b.with_(board=lambda d: RecordingBoard(BLIND)), "disk", "cannot be told"),
    ("heat", lambda b: b.with_(board=lambda d: RecordingBoard(HOT)), "board", "hot"),
    ("a weak supply", lambda b: b.with_(board=lambda d: RecordingBoard(WEAK)), "board", "too weak"),
    ("a supply that sagged", lambda b: b.with_(board=lambda d: RecordingBoard(SAGGED)), "board", "sagged"),
    ("throttling", lambda b: b.with_(board=lambda d: RecordingBoard(SLOW)), "board", "slowly"),
    ("the clock", lambda b: b.with_(read_clock=lambda: reading(disciplined=False)), "clock", "nobody vouches"),
    ("no printer", lambda b: b.with_(transport=lambda a: raising(GONE)), "printer", "there is no printer"),
    ("no paper", lambda b: b.answering(b"\x72\x12\x12\x12" + READ), "printer", "no paper"),
    ("an open cover", lambda b: b.answering(b"\x12\x16\x12\x1a" + READ), "printer", "cover is open"),
    ("a jammed cutter", lambda b: b.answering(b"\x12\x12\x1a\x1a" + READ), "printer", "cutter is jammed"),
    ("a hot head", lambda b: b.answering(b"\x12\x12\x52\x1a" + READ), "printer", "too hot"),
    ("another kind", lambda b: b.kind("pos-80").named(), "printer", "TM-T88V"),
    ("no such kind", lambda b: b.kind("pos80"), "kinds of printers", "pos80"),
    ("a narrow kind", lambda b: b.kind("ttl-58"), "kinds of printers", "384"),
    ("no pins", lambda b: b.with_(pins=raising(PinsError("no lgpio", hint="install lgpio"))), "counters", "lgpio"),
    ("a held button", lambda b: pressed(b, 3), "counter 1", "3 (pin 13) closed"),
    ("a wrong polarity", lambda b: pressed(b, 1, 2, 3, 4, 5), "counter 1", "5 (pin 26) closed"),
    ("no player", lambda b: b.with_(has_player=lambda: False), "sound", "aplay"),
    ("no sound card", lambda b: b.with_(cards=dict), "sound", "no sound card"),
    ("another sound card", lambda b: b.changed('device = "default"', 'device = "hw:7,0"'), "sound", "no card '7'"),
    ("a mute card", lambda b: b.with_(trial=True, play=lambda s: "busy"), "sound", "does not play: busy"),
    ("a screen on its side", lambda b: b.with_(screens=lambda: {"DSI-1": ((480, 800), None)}), "screen", "480 x 800"),
    ("no server", lambda b: b.with_(connect=raising(OSError("no route"))), "server", "no route"),
    ("no pairing", lambda b: b, "server", "not paired"),
]  # fmt: skip


INSTRUCTION = re.compile(
    "(?:Add|Check|Choose|Clear|Close|Compare|Connect|Copy|Did|Free|Give|Install|Make|Measure|Mend|Plug|Press|Put|Read|Run"
    r"|Set|Start|Switch|Take|Use|Look)\b.*[.?]"
)


@pytest.mark.parametrize(("spoil", "part", "seen"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_each_part_that_is_wrong_is_found_and_says_what_to_do_as_an_instruction(
    box: Box, spoil: Callable[[Box], Box], part: str, seen: str
) -> None:
    found = spoil(box).findings()
    wrong = [each for each in found if each.state == "problem" and each.part == part]
    assert [each for each in wrong if seen in each.seen], found
    assert set(problems(found)) <= {part, "server"}, "and nothing else is blamed"
    for each in found:
        assert each.todo or each.state != "problem", each
        assert not each.todo or INSTRUCTION.fullmatch(each.todo), each


def test_control_a_finding_that_only_complains_is_no_instruction() -> None:
    assert not INSTRUCTION.fullmatch("The printer is broken.")
    assert not INSTRUCTION.fullmatch("Check the printer")


def test_nothing_moves_sounds_or_lights_unless_it_is_tried(box: Box) -> None:
    lit: list[bool] = []
    box.with_(rest=lambda seconds: lit.append(box.pins.pin(21).state))
    box.findings()
    assert (box.played, lit, box.slips) == (0, [], 0)
    assert b"\x1d(H" not in box.transports[0].sent
    box.with_(trial=True).findings()
    assert (box.played, lit) == (1, [True, False] * 3), "the lamp blinks three times"
    assert box.slips == 1
    assert b"\x1d(H" in box.transports[1].sent


class Untouchable(Box):
    """A kiosk that runs: whoever touches what it holds fails."""

    def __post_init__(self) -> None:
        super().__post_init__()
        touched = raising(AssertionError("this is in use by the running kiosk"))
        self.with_(writer_of=lambda database: 4711, transport=touched, pins=touched)


def test_beside_a_running_kiosk_its_printer_and_pins_are_left_to_it_and_its_own_words_are_told(tmp_path: Path) -> None:
    box = Untouchable(tmp_path)
    (tmp_path / "data").mkdir()
    opened(tmp_path / "data")
    found = {each.part: each for each in box.findings()}
    assert "process 4711" in found["kiosk"].seen
    for part in ("printer", "counter 1"):
        assert found[part].state == "ok"
        assert "in use by the running kiosk" in found[part].seen
    assert "last row fits its chain" in found["journal"].seen


def test_control_without_a_look_at_the_lock_the_running_kiosks_printer_would_be_opened(tmp_path: Path) -> None:
    box = Untouchable(tmp_path).with_(writer_of=lambda database: None)
    with pytest.raises(AssertionError, match="in use"):
        box.findings()


def test_a_paper_near_its_end_is_noted_with_what_to_do_today(box: Box) -> None:
    found = box.answering(b"\x1e\x12\x12\x12" + READ).findings()
    notes = [each for each in found if each.part == "printer" and each.state == "note"]
    assert "Put a new roll beside the printer today." in [each.todo for each in notes]


EPSON = PrinterMet("EPSON", "TM-T88V", "30.03", "epson-tm", ("answers", "echoes"))
CUSTOM = PrinterMet("CUSTOM", "VKP80III", None, "custom-kiosk", ("answers",))


def test_what_is_on_record_of_the_printer_is_told_and_which_one_was_there_before() -> None:
    ready, who, able = findings_printer.recorded("usb:///dev/usb/lp0", None, [CUSTOM, EPSON], shipped())
    assert "finds it ready" in ready.seen
    assert 'calls itself EPSON TM-T88V (firmware 30.03), treated as "epson-tm"' in who.seen
    assert "before it: it calls itself CUSTOM VKP80III" in who.seen
    assert "confirms each ticket once it is on paper (GS ( H): yes" in able.seen
    assert "says when it has read a ticket (GS r): unknown" in able.seen


def test_what_its_kind_rules_out_is_a_no_and_no_unknown() -> None:
    *_, able = findings_printer.recorded("usb:///dev/usb/lp0", None, [CUSTOM], shipped())
    assert "confirms each ticket once it is on paper (GS ( H): no" in able.seen
    assert "says when it has read a ticket (GS r): unknown" in able.seen
    clone = next(kind for kind in shipped() if kind.name == "pos-80")
    look = PrinterLook(True, PaperStatus(True, "ok", False), abilities=Abilities(answers=True), profile=clone)
    *_, found = findings_printer.seen("usb:///dev/usb/lp0", look, shipped(), named=True)
    assert (found.state, "(GS ( H): no" in found.seen) == ("note", True)


def test_of_the_printers_met_the_last_and_the_other_one_before_it_are_remembered() -> None:
    record = looks.Remembered()
    for met in (EPSON, CUSTOM, EPSON, replace(EPSON, abilities=("answers",))):
        record.note(cast(Any, None), met, BOOT)
    assert record.met == (CUSTOM, replace(EPSON, abilities=("answers",)))


@pytest.mark.parametrize(
    ("able", "state", "told"),
    [
        (Abilities(answers=True, in_order=True, echoes=True), "ok", "(GS ( H): yes"),
        (Abilities(answers=True, in_order=True, echoes=False), "note", "(GS ( H): no"),
        (Abilities(answers=True), "ok", "(GS ( H): unknown"),
    ],
)
def test_each_ability_is_yes_no_or_unknown_and_a_missing_echo_has_its_advice(
    able: Abilities, state: str, told: str
) -> None:
    look = PrinterLook(True, PaperStatus(True, "ok", False), Identity("EPSON", "TM-T88V"), able, shipped()[1])
    _, kind, found = findings_printer.seen("usb:///dev/usb/lp0", look, shipped(), named=False)
    assert kind.state == "ok"
    assert (found.state, told in found.seen) == (state, True), found
    assert bool(found.todo) == (state == "note")


@pytest.mark.parametrize(
    ("outcome", "status", "state", "seen"),
    [
        (Outcome.CONFIRMED, PaperStatus(True), "ok", "on paper"),
        (Outcome.SENT, PaperStatus(True), "note", "tells no more"),
        (Outcome.INTERRUPTED, PaperStatus(True, "out"), "problem", "no paper"),
        (Outcome.UNCERTAIN, PaperStatus(True), "problem", "uncertain"),
    ],
)
def test_a_test_slip_is_told_by_what_became_of_it(
    box: Box, outcome: Outcome, status: PaperStatus, state: str, seen: str
) -> None:
    box.slip = (outcome, status)
    found = {each.part: each for each in box.with_(trial=True).findings()}["test slip"]
    assert (found.state, seen in found.seen) == (state, True), found


def test_no_slip_is_tried_where_the_printer_cannot_print(box: Box) -> None:
    box.answering(b"\x72\x12\x12\x12" + READ).with_(trial=True).findings()
    assert box.slips == 0


ROLL = (PaperChanged("ok"), PaperRefilled(10_000), PrintEnded(Seq(5), 1, "confirmed", 100))


@pytest.mark.parametrize(
    ("facts", "state", "seen"),
    [
        (ROLL, "ok", "about 99 tickets are left"),
        ((*ROLL, PaperRefilled(1_000), PaperChanged("near-end")), "note", "nearly at its end; how many"),
        ((PaperChanged("ok"),), "ok", "is not known"),
    ],
)
def test_the_roll_is_told_as_far_as_it_is_known(box: Box, facts: tuple[Body, ...], state: str, seen: str) -> None:
    (box.folder / "data").mkdir()
    kiosk = opened(box.folder / "data")
    kiosk.machine.record.journal.append(drafts(*facts), NOW)
    found = {each.part: each for each in box.findings()}["paper"]
    assert (found.state, seen in found.seen) == (state, True), found


def test_of_a_roll_of_which_nothing_was_said_nothing_is_told(box: Box) -> None:
    assert "paper" not in [each.part for each in box.findings()]


@pytest.mark.parametrize(
    ("outcome", "state", "seen"),
    [("passed", "ok", "ready"), ("paper-out", "note", "no paper"), ("uncertain", "note", "nothing of paper")],
)
def test_what_the_night_found_is_told_in_the_morning(box: Box, outcome: str, state: str, seen: str) -> None:
    (box.folder / "data").mkdir()
    opened(box.folder / "data").machine.record.keep(PrinterTested("night", outcome))
    found = {each.part: each for each in box.findings()}["night"]
    assert (found.state, seen in found.seen) == (state, True), found


def test_a_printer_of_which_nothing_can_be_known_is_a_note_not_a_lie(box: Box) -> None:
    quiet = box.changed("usb:///dev/usb/lp0", f"file://{box.folder}/paper").with_(transport=Tools().transport)
    printer = next(each for each in quiet.findings() if each.part == "printer")
    assert (printer.state, "never answers" in printer.seen) == ("note", True)


def test_without_counters_or_sound_there_is_nothing_to_mend(box: Box) -> None:
    text = box.path.read_text("utf-8")
    start, end = text.index("[[counters]]"), text.index("[sound]")
    box.path.write_text(text[:start] + text[end:].replace('"default"', '"none"', 1), "utf-8")
    found = {each.part: each for each in box.findings()}
    assert (found["counters"].state, found["sound"].seen) == ("note", "none is wanted")


def test_the_last_good_settings_are_looked_at_where_the_newest_are_wrong(box: Box) -> None:
    box.findings()
    found = box.changed("[screen]", "[scren]").findings()
    assert problems(found)[0] == "settings"
    assert "the last good settings" in found[1].seen
    assert len(found) > 8


# The exchange, the clock and the screen, from what is known of them --------------------------------------------------

END = Position(Seq(50), Chain(b"\0" * 32))
IDLE = InboxState(phase="idle", received=Seq(50), server_id="s", lane=1, contact=Instant(BOOT, BootMs(3_590_000)))


@pytest.mark.parametrize(
    ("state", "how", "seen"),
    [
        (IDLE, "ok", "0 facts wait, last answer 10 s ago"),
        (replace(IDLE, received=Seq(40)), "ok", "10 facts wait"),
        (replace(IDLE, received=Seq(40), contact=Instant(BOOT, BootMs(1000))), "problem", "last answer 59 minutes ago"),
        (replace(IDLE, received=Seq(40), contact=None), "problem", "before this start"),
        (replace(IDLE, contact=None), "ok", "before this start"),
        (replace(IDLE, reason="revoked", message="the permission was withdrawn"), "problem", "withdrawn"),
        (replace(IDLE, server_id=None), "problem", "not paired"),
        (None, "problem", "not paired"),
    ],
)
def test_how_the_sending_stands(state: InboxState | None, how: str, seen: str) -> None:
    found = findings.exchange("https://office:8443", state, END, NOW)
    assert (found.state, seen in found.seen) == (how, True), found


@pytest.mark.parametrize(
    ("disciplined", "trust", "source", "how", "seen"),
    [
        (True, "ntp", None, "ok", "kept by a time server, right to 12 ms"),
        (False, "system", None, "ok", "believed as it is"),
        (False, "ntp", "staff", "note", "confirmed by staff, right to 120 s"),
        (False, "ntp", "office", "note", "told by the office's server"),
        (False, "ntp", None, "problem", "nobody vouches"),
    ],
)
def test_who_vouches_for_the_time(disciplined: bool, trust: str, source: str | None, how: str, seen: str) -> None:
    anchor = ClockAnchored(UtcMs(NOON), 120_000, source) if source else None
    found = findings.clock(reading(disciplined=disciplined), "noon", trust=trust, chip=None, anchor=anchor)
    assert (found.state, seen in found.seen) == (how, True), found


@pytest.mark.parametrize(
    ("said", "source", "how", "told"),
    [
        ("good 20000", "rtc", "ok", "since the start told by its clock chip, right to 120 s"),
        ("good 20000", "office", "note", "told by the office's server"),
        ("unset", None, "problem", "before the first ticket. Let a time server set it once: connect the network"),
        ("silent", "staff", "note", "; its clock chip, ds3231: silent See to its wires at pins 1, 3, 5 and 6"),
        ("stopped", None, "problem", "if it forgets again, it needs a battery"),
        ("behind", "office", "note", "exchange it"),
        ("no-bus", None, "problem", "take `chip` out of [clock]"),
        ("", None, "problem", "nobody vouches for it Connect"),
    ],
)
def test_whether_the_clock_chip_has_told_the_time(said: str, source: str | None, how: str, told: str) -> None:
    anchor = ClockAnchored(UtcMs(NOON), 120_000, source) if source else None
    chip = findings.ClockChip("ds3231", said)
    found = findings.clock(reading(disciplined=False), "noon", trust="ntp", chip=chip, anchor=anchor)
    assert (found.state, told in f"{found.seen} {found.todo}") == (how, True), found


@pytest.mark.parametrize(("said", "how"), [("set", "ok"), ("good 5", "ok"), ("unset", "note"), ("silent", "note")])
def test_in_the_workshop_s_network_a_chip_that_is_not_ready_is_noted(said: str, how: str) -> None:
    chip = findings.ClockChip("ds3231", said)
    found = findings.clock(reading(), "noon", trust="ntp", chip=chip, anchor=None)
    assert (found.state, said in found.seen) == (how, how == "note")


def test_a_screen_that_says_another_size_than_the_settings_is_noted(box: Box) -> None:
    found = box.with_(screens=lambda: {"HDMI-A-1": ((1920, 1080), (598, 336))}).findings()
    screen = next(each for each in found if each.part == "screen")
    assert (screen.state, "598 x 336" in screen.seen) == ("note", True)


# What is printed ------------------------------------------------------------------------------------------------------


def test_a_finding_is_one_line_and_its_instruction_another() -> None:
    assert shown(findings.ok("sound", "fine")) == "ok       sound: fine\n"
    assert shown(findings.problem("clock", "late", "Set it.")) == "PROBLEM  clock: late\n         to do: Set it.\n"


def test_json_says_the_same_to_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "kiosk.toml").write_text("place = 1\n", "utf-8")
    assert doctor.main(tmp_path / "kiosk.toml", None, as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert [set(each) for each in told] == [{"part", "state", "seen", "todo"}] * 2
    assert told[1]["state"] == "problem"


def test_a_layout_that_cannot_be_printed_is_told_before_a_citizen_asks(tmp_path: Path) -> None:
    folder = tmp_path
    for name in ("catalogue.toml", "calendar.toml"):
        (folder / name).write_bytes((demo.EXAMPLE / name).read_bytes())
    text = (demo.EXAMPLE / "kiosk.toml").read_text(encoding="utf-8")
    (folder / "kiosk.toml").write_text(f'ticket = "ticket.toml"\n{text}', encoding="utf-8")
    (folder / "ticket.toml").write_text('blocks = ["number"]\n', encoding="utf-8")
    (found,) = [each for each in examine(folder / "kiosk.toml", None, Tools()) if each.part == "ticket"]
    assert (found.state, bool(found.todo)) == ("problem", True)
    assert "moment" in found.seen
    assert not (folder / "data" / "ticket.rehearsed").exists(), "the doctor changes nothing"


def test_what_the_journal_lies_in_is_told_and_a_file_that_is_gone_without_a_fact_is_a_problem(box: Box) -> None:
    data = box.folder / "data"
    data.mkdir(exist_ok=True)
    days(data / "journal.db", 4)
    journal = small(data / "journal.db")
    journal.drop(prune(journal, 2))
    files = journal.closed_files()
    journal.close()
    (told,) = (each for each in box.findings() if each.part == "journal")
    assert told.state == "ok"
    assert "; 2 files, 0.0 MB; facts 1 to 13 are pruned" in told.seen
    files[0].path.unlink()
    (told,) = (each for each in box.findings() if each.part == "journal")
    assert told.state == "problem"
    assert "no fact says why facts 1 to 19 are not here" in told.seen
    assert "sync verify" in str(told.todo)
