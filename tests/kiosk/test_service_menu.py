"""The service menu: opened by a technician, status for anyone, the rest behind a PIN that is on no record."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hardware.buttons import NEXT
from hardware.printer import PaperStatus
from kiosk.appliance import pin_of
from kiosk.configfile import Loaded
from kiosk.courier import Courier
from kiosk.pin import FILE, FREE_TRIES, LONGEST_WAIT_MS, Tries
from kiosk.pin_command import main as pin_command
from kiosk.pin_file import PinFile, PinRefused, hashed
from kiosk.screen_inputs import Back, ChooseLanguage, Erase, PaperFailed, Stay, TurnPage, Type
from kiosk.screen_types import IllegalInput, Look, Screen, Ticket
from kiosk.technician import Bench
from kiosk.upkeep_inputs import AskFirstCode, OpenButtons, OpenMenu, OpenPin, PrintTest, TryPin
from kiosk.upkeep_parts import Known, parts_of
from kiosk.upkeep_types import FirstCode, Health, Tried
from sync.asking import Given
from sync.box_words import pin_weakness
from sync.config import parse_kiosk
from sync.disk import DiskTrouble
from sync.exchange_terms import Phase
from sync.facts import CounterPressed, PrinterTested, ScoreGiven
from sync.facts_service import ServiceOpened, ServiceRefused
from sync.inbox import InboxState
from sync.journal import Instant
from sync.types import BootId, BootMs, Seq
from tests.kiosk.fakes import BOOT, FakeClock, Kiosk, opened
from tests.sync.test_config import GOOD

PIN, WRONG = "246801", "135790"
GIVEN = Given("7K2M-4XQD-9RTA", 1_795_496_400_000, "https://192.168.1.10:8444", "AA:BB")


@dataclass
class OnePin:
    """The PIN, compared without work."""

    pin: str | None = PIN
    tried: list[str] = field(default_factory=list)

    def is_set(self) -> bool:
        return self.pin is not None

    def holds(self, pin: str) -> bool:
        self.tried.append(pin)
        return pin == self.pin


@dataclass
class SlowCourier:
    """Answers when it is told to."""

    asked: int = 0
    answer: Given | str | None = None

    def send(self) -> None:
        self.asked += 1

    def poll(self) -> Given | str | None:
        answer, self.answer = self.answer, None
        return answer


def kiosk_with(
    folder: Path, *, pin: str | None = PIN, courier: Courier | None = None, clock: FakeClock | None = None
) -> Kiosk:
    bench = Bench(OnePin(pin), courier, nexts=frozenset({2}))
    return opened(folder, bench=bench, clock=clock or FakeClock())


def type_pin(kiosk: Kiosk, pin: str = PIN) -> None:
    for digit in pin:
        kiosk.machine.give(Type(digit))
    kiosk.settle()


def behind_pin(folder: Path, **given: object) -> Kiosk:
    kiosk = kiosk_with(folder, **given)  # type: ignore[arg-type]
    kiosk.machine.give(OpenMenu())
    kiosk.machine.give(OpenPin())
    type_pin(kiosk)
    assert kiosk.screen() is Screen.SERVICE_TOOLS
    return kiosk


# Opening --------------------------------------------------------------------------------------------------------------


def hold_chord(kiosk: Kiosk, ms: int) -> None:
    kiosk.hold(1, counter=2)
    kiosk.hold(5, counter=2)
    kiosk.later(ms)
    kiosk.let_go(1, counter=2)
    kiosk.let_go(5, counter=2)
    kiosk.later(1_000)


def test_the_chord_opens_the_menu_and_scores_nothing(tmp_path: Path) -> None:
    kiosk = kiosk_with(tmp_path)
    before = kiosk.kinds()
    hold_chord(kiosk, 4_900)
    assert kiosk.screen() is Screen.ATTRACT
    hold_chord(kiosk, 5_200)
    assert kiosk.screen() is Screen.SERVICE_MENU
    assert kiosk.kinds() == before, "status is for anyone, and no fact"


def test_whoever_is_being_served_is_not_interrupted(tmp_path: Path) -> None:
    kiosk = kiosk_with(tmp_path)
    kiosk.machine.give(ChooseLanguage("en"))
    hold_chord(kiosk, 6_000)
    assert kiosk.screen() is Screen.SERVICE
    assert not any(isinstance(body, ScoreGiven) for body in kiosk.facts())


def test_the_menu_leaves_by_itself_after_asking_and_takes_everything_along(tmp_path: Path) -> None:
    kiosk = behind_pin(tmp_path)
    kiosk.later(121_000)
    assert (kiosk.screen(), kiosk.machine.state.asking) == (Screen.SERVICE_TOOLS, True)
    kiosk.later(26_000)
    assert kiosk.screen() is Screen.ATTRACT
    kiosk.machine.give(OpenMenu())
    with pytest.raises(IllegalInput):
        kiosk.machine.give(PrintTest())
    kiosk.machine.give(OpenPin())
    assert kiosk.screen() is Screen.SERVICE_PIN, "the PIN is wanted anew"


def test_the_menu_is_in_the_usual_look_and_a_number_without_paper_goes_before_it(tmp_path: Path) -> None:
    kiosk = kiosk_with(tmp_path)
    kiosk.machine.state = kiosk.machine.state.seen(look=Look(large=True))
    kiosk.machine.give(OpenMenu())
    assert kiosk.machine.state.look == Look()
    kiosk.machine.give(PaperFailed(Ticket(7, "A012", "id-card", "en"), "paper-out"))
    assert (kiosk.screen(), kiosk.machine.state.ticket is not None) == (Screen.WRITE_DOWN, True)


def test_a_menu_in_sight_follows_the_machine(tmp_path: Path) -> None:
    kiosk = kiosk_with(tmp_path)
    kiosk.machine.give(OpenMenu())
    told = {part.name: (part.health, part.told) for part in kiosk.machine.state.upkeep.parts}
    assert told["printer"] == (Health.GOOD, "ready")
    kiosk.printer.set_status(PaperStatus(True, cover_open=True))
    kiosk.settle()
    told = {part.name: (part.health, part.told) for part in kiosk.machine.state.upkeep.parts}
    assert told["printer"] == (Health.BAD, "cover-open")
    assert kiosk.screen() is Screen.SERVICE_MENU


# Parts ----------------------------------------------------------------------------------------------------------------


def known(**changes: object) -> Known:
    values: dict[str, object] = {
        "printer": None, "heard": True, "paper": "ok", "stuck": frozenset(), "counters": True, "wall": None,
        "trouble": None, "facts": 40, "board": (), "connected": True, "inbox": None,
        "now": Instant(BOOT, BootMs(3_600_000)), "mistaken": False, "release": "1.0",
    }  # fmt: skip
    return Known(**{**values, **changes})  # type: ignore[arg-type]


def paired(contact_ms: int, **changes: object) -> InboxState:
    values = {"phase": "idle", "received": Seq(40), "server_id": "s", "contact": Instant(BOOT, BootMs(contact_ms))}
    return InboxState(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "name", "health", "told"),
    [
        ({"heard": False}, "printer", Health.NOTE, "unheard"),
        ({"printer": "cutter"}, "printer", Health.BAD, "cutter"),
        ({"paper": None}, "paper", Health.GOOD, "untold"),
        ({"paper": "near-end"}, "paper", Health.NOTE, "near-end"),
        ({"paper": "out"}, "paper", Health.BAD, "paper-out"),
        ({"stuck": frozenset({(2, 5), (1, 3)})}, "buttons", Health.BAD, "stuck"),
        ({}, "clock", Health.BAD, "doubtful"),
        ({"trouble": "disk-full"}, "memory", Health.BAD, "disk-full"),
        ({"board": ("disk-low", "hot")}, "memory", Health.NOTE, "almost-full"),
        ({"board": ("disk-low", "hot")}, "board", Health.BAD, "hot"),
        ({"connected": False}, "office", Health.GOOD, "alone"),
        ({}, "office", Health.BAD, "unpaired"),
        ({"inbox": paired(3_590_000)}, "office", Health.GOOD, "sent"),
        ({"inbox": paired(3_590_000, received=Seq(30))}, "office", Health.GOOD, "sending"),
        ({"inbox": paired(2_000_000)}, "office", Health.NOTE, "silent"),
        ({"inbox": paired(3_590_000, phase=Phase.QUARANTINE.value, reason="fork")}, "office", Health.BAD, "stopped"),
        ({"mistaken": True}, "settings", Health.NOTE, "last-good"),
    ],
)
def test_every_part_says_how_it_is(changes: dict[str, object], name: str, health: Health, told: str) -> None:
    part = next(each for each in parts_of(known(**changes)) if each.name == name)
    assert (part.health, part.told) == (health, told)


def test_a_kiosk_without_buttons_tells_of_none() -> None:
    assert "buttons" not in {part.name for part in parts_of(known(counters=False))}


# The PIN --------------------------------------------------------------------------------------------------------------


def test_the_right_pin_is_on_record_before_the_menu_opens_and_the_pin_is_not(tmp_path: Path) -> None:
    kiosk = kiosk_with(tmp_path)
    kiosk.machine.give(OpenMenu())
    kiosk.machine.give(OpenPin())
    for digit in PIN[:5]:
        kiosk.machine.give(Type(digit))
    assert PIN[:5] not in repr(kiosk.machine.state)
    assert PIN not in repr(TryPin(PIN))
    kiosk.machine.give(Type(PIN[5]))
    assert (kiosk.screen(), kiosk.kinds()[-1]) == (Screen.SERVICE_TOOLS, "service.opened")
    assert kiosk.machine.state.upkeep.digits == ""
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert PIN.encode() not in raw
    assert not any(PIN in line for line in kiosk.said)


def test_a_disk_that_refuses_opens_nothing_and_tells_neither_right_nor_wrong(tmp_path: Path) -> None:
    kiosk = kiosk_with(tmp_path)
    kiosk.machine.give(OpenMenu())
    kiosk.machine.give(OpenPin())
    kiosk.journal.refusing = DiskTrouble.FULL
    for pin in (PIN, WRONG):
        type_pin(kiosk, pin)
        assert (kiosk.screen(), kiosk.machine.state.upkeep.refused) == (Screen.SERVICE_PIN, "disk")


def test_wrong_pins_wait_longer_and_longer_and_a_restart_forgives_none(tmp_path: Path) -> None:
    kiosk = kiosk_with(tmp_path)
    kiosk.machine.give(OpenMenu())
    kiosk.machine.give(OpenPin())
    for n in range(1, FREE_TRIES + 1):
        type_pin(kiosk, WRONG)
        assert [body for body in kiosk.facts() if isinstance(body, ServiceRefused)][-1] == ServiceRefused(n)
    assert (kiosk.machine.state.upkeep.refused, kiosk.machine.state.upkeep.wait_s) == ("wait", 30)
    type_pin(kiosk)
    assert kiosk.screen() is Screen.SERVICE_PIN, "not even the right one"
    kiosk.later(10_000)
    assert kiosk.machine.state.upkeep.wait_s == 20, "it counts down"
    kiosk.close()
    again = kiosk_with(tmp_path, clock=FakeClock(boottime_ms=5_000, boot_id=BootId("cd" * 16)))
    again.machine.give(OpenMenu())
    again.machine.give(OpenPin())
    assert (again.machine.state.upkeep.refused, again.machine.state.upkeep.wait_s) == ("wait", 25)
    again.later(25_000)
    assert again.machine.state.upkeep.refused is None
    type_pin(again, WRONG)
    assert again.machine.state.upkeep.wait_s == 60
    again.later(44_000)
    again.machine.give(Stay())
    again.later(16_000)
    type_pin(again)
    assert ServiceOpened() in again.facts()
    assert again.machine.record.pins == Tries()


def test_control_without_the_journal_s_count_a_restart_gives_three_more(tmp_path: Path) -> None:
    kiosk = kiosk_with(tmp_path)
    kiosk.machine.give(OpenMenu())
    kiosk.machine.give(OpenPin())
    for _ in range(FREE_TRIES):
        type_pin(kiosk, WRONG)
    kiosk.machine.record.pins = Tries()
    kiosk.later(2_000)
    assert kiosk.machine.state.upkeep.refused is None


def test_no_wait_is_longer_than_a_quarter_of_an_hour() -> None:
    now = Instant(BOOT, BootMs(10_000))
    assert [Tries(n, now).wait_ms(now) for n in (0, 2, 3, 4, 8, 400)] == [0, 0, 30_000, 60_000, 900_000, 900_000]
    later = Instant(BOOT, BootMs(10_000 + LONGEST_WAIT_MS))
    assert Tries(400, now).wait_ms(later) == 0


def test_without_a_pin_the_rest_stays_shut_and_says_so(tmp_path: Path) -> None:
    kiosk = kiosk_with(tmp_path, pin=None)
    kiosk.machine.give(OpenMenu())
    kiosk.machine.give(OpenPin())
    assert kiosk.machine.state.upkeep.refused == "unset"
    type_pin(kiosk)
    assert (kiosk.screen(), kiosk.kinds()[-1]) == (Screen.SERVICE_PIN, kiosk.kinds()[-1])
    assert "service.opened" not in kiosk.kinds()
    kiosk.machine.give(Back())
    assert kiosk.screen() is Screen.SERVICE_MENU


def test_a_digit_can_be_taken_back(tmp_path: Path) -> None:
    kiosk = kiosk_with(tmp_path)
    kiosk.machine.give(OpenMenu())
    kiosk.machine.give(OpenPin())
    for given in (Type("9"), Erase(), Type("x")):
        kiosk.machine.give(given)
    assert kiosk.machine.state.upkeep.digits == ""
    type_pin(kiosk)
    assert kiosk.screen() is Screen.SERVICE_TOOLS


def test_the_file_keeps_a_hash_alone_and_a_new_pin_needs_no_restart(tmp_path: Path) -> None:
    kept = PinFile(tmp_path)
    assert not kept.is_set()
    assert not kept.holds(PIN)
    kept.write(PIN, lambda n: b"\x05" * n)
    assert kept.holds(PIN)
    assert not kept.holds(WRONG)
    written = (tmp_path / FILE).read_text()
    assert written.startswith("$argon2id$")
    assert PIN not in written
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    (tmp_path / FILE).write_text("$argon2id$ damaged")
    assert not kept.holds(PIN)


def test_a_pin_that_is_handed_over_is_taken_once_and_one_that_was_set_after_it_stays(tmp_path: Path) -> None:
    handed, kept = tmp_path / "handed", PinFile(tmp_path)
    assert not kept.take(handed), "nothing is there"
    handed.mkdir()
    with pytest.raises(OSError, match="directory"):
        kept.take(handed)
    handed.rmdir()
    handed.write_text(hashed(PIN, lambda n: b"\x06" * n) + "\n")
    assert kept.take(handed)
    assert kept.holds(PIN)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert not kept.take(handed)
    kept.write(WRONG, lambda n: b"\x07" * n)
    assert not kept.take(handed), "the kiosk starts again within the same start of the box"
    assert kept.holds(WRONG)
    handed.write_text(hashed(PIN, lambda n: b"\x08" * n) + "\n")
    assert kept.take(handed), "somebody wrote it into kiosk.toml again"
    assert kept.holds(PIN)
    assert not kept.holds(WRONG)


def test_a_kiosk_keeps_the_pin_that_lies_beside_its_file_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded = Loaded(parse_kiosk(GOOD.replace("/var/lib/scorecard", "data")), None, tmp_path)
    loaded.data.mkdir()
    (tmp_path / FILE).write_text(hashed(PIN, lambda n: b"\x06" * n) + "\n")
    for _ in range(2):
        assert pin_of(loaded).holds(PIN)
    assert capsys.readouterr().err.count("PIN") == 1
    (tmp_path / FILE).write_text(hashed(WRONG, lambda n: b"\x06" * n) + "\n")
    (loaded.data / f"{FILE}.new").mkdir()
    assert not pin_of(loaded).holds(WRONG)
    assert "cannot be kept" in capsys.readouterr().err


@pytest.mark.parametrize("weak", ["12345", "1234567", "12345a", "111111", "123456", "654321", "٣٣٤٤٥٥", ""])
def test_what_is_no_pin_or_the_first_that_anybody_tries_is_refused(weak: str, tmp_path: Path) -> None:
    assert pin_weakness(weak)
    with pytest.raises(PinRefused):
        PinFile(tmp_path).write(weak, lambda n: b"\x05" * n)
    assert not PinFile(tmp_path).is_set()


def test_the_command_asks_twice_and_shows_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "kiosk.toml"
    example = Path(__file__).parents[2] / "kiosk" / "example"
    text = (example / "kiosk.toml").read_text("utf-8")
    config.write_text(text, "utf-8")
    data = tmp_path / "data"

    def answers(asked: str) -> str:
        return PIN

    assert pin_command(["--config", str(config), "--data", str(data)], answers) == 0
    found = list(tmp_path.rglob(FILE))
    assert len(found) == 1
    assert PIN not in "".join(capsys.readouterr())
    different = iter((PIN, WRONG))
    assert pin_command(["--config", str(config), "--data", str(data)], lambda asked: next(different)) == 1
    assert "not the same" in capsys.readouterr().err
    assert PinFile(found[0].parent).holds(PIN), "nothing was changed"


# Behind it ------------------------------------------------------------------------------------------------------------


def test_a_test_print_is_a_slip_and_says_what_became_of_it(tmp_path: Path) -> None:
    kiosk = behind_pin(tmp_path)
    kiosk.machine.give(PrintTest())
    assert kiosk.machine.state.upkeep.slip == "printing"
    kiosk.settle()
    assert kiosk.machine.state.upkeep.slip == "passed"
    assert isinstance(kiosk.facts()[-1], PrinterTested)
    assert (kiosk.facts()[-1].reason, len(kiosk.slips)) == ("asked", 1)  # type: ignore[attr-defined]
    kiosk.printer.set_status(PaperStatus(True, cover_open=True))
    kiosk.settle()
    kiosk.machine.give(PrintTest())
    assert (kiosk.machine.state.upkeep.slip, len(kiosk.slips)) == ("cover-open", 1)


def test_each_press_of_the_test_lights_its_place_and_counts_for_nobody(tmp_path: Path) -> None:
    kiosk = behind_pin(tmp_path)
    kiosk.machine.give(OpenButtons())
    kiosk.settle()
    kiosk.hold(4, counter=1)
    kiosk.later(100)
    tried = kiosk.machine.state.upkeep.tested
    assert tried is not None
    assert tried == Tried(1, frozenset({4}), frozenset({4}), several=True)
    kiosk.let_go(4, counter=1)
    kiosk.machine.give(TurnPage(1))
    kiosk.settle()
    kiosk.press(NEXT, counter=2)
    tried = kiosk.machine.state.upkeep.tested
    assert tried is not None
    assert tried == Tried(2, frozenset(), frozenset({NEXT}), has_next=True, several=True)
    kiosk.press(2, counter=1)
    assert [body for body in kiosk.facts() if isinstance(body, ScoreGiven | CounterPressed)] == [
        body for body in kiosk.facts() if isinstance(body, ScoreGiven) and (body.counter, body.level) == (1, 2)
    ], "the other counter scores"
    kiosk.machine.give(Back())
    kiosk.press(3, counter=2)
    scores = [(body.counter, body.level) for body in kiosk.facts() if isinstance(body, ScoreGiven)]
    assert scores == [(1, 2), (2, 3)], "the test ends with its screen"


def test_the_test_ends_where_the_screen_leaves_by_itself(tmp_path: Path) -> None:
    kiosk = behind_pin(tmp_path)
    kiosk.machine.give(OpenButtons())
    kiosk.later(150_000)
    assert (kiosk.screen(), kiosk.machine._scores.tested) == (Screen.ATTRACT, None)


# The first administrator ----------------------------------------------------------------------------------------------


def test_the_code_is_shown_as_it_comes_and_forgotten_as_the_screen_is_left(tmp_path: Path) -> None:
    courier = SlowCourier()
    kiosk = behind_pin(tmp_path, courier=courier)
    kiosk.machine.give(AskFirstCode())
    assert (kiosk.screen(), kiosk.machine.state.upkeep.first, courier.asked) == (Screen.SERVICE_CODE, "asking", 1)
    courier.answer = GIVEN
    kiosk.settle()
    first = kiosk.machine.state.upkeep.first
    assert isinstance(first, FirstCode)
    assert (first.code, first.console) == (GIVEN.code, GIVEN.console)
    assert first.until is not None
    assert first.until.isoformat() == "2026-11-24T12:00:00"
    assert GIVEN.code not in repr(kiosk.machine.state) + repr(GIVEN)
    kiosk.machine.give(Back())
    assert kiosk.machine.state.upkeep.first is None
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert GIVEN.code.encode() not in raw
    assert not any(GIVEN.code in line for line in kiosk.said)


def test_a_code_that_comes_after_the_technician_has_left_is_forgotten(tmp_path: Path) -> None:
    courier = SlowCourier()
    kiosk = behind_pin(tmp_path, courier=courier)
    kiosk.machine.give(AskFirstCode())
    kiosk.machine.give(Back())
    courier.answer = GIVEN
    kiosk.settle()
    assert courier.poll() is None
    assert (kiosk.machine.state.upkeep.first, kiosk.screen()) == (None, Screen.SERVICE_TOOLS)


def test_why_there_is_no_code_is_told(tmp_path: Path) -> None:
    courier = SlowCourier()
    kiosk = behind_pin(tmp_path, courier=courier)
    kiosk.machine.give(AskFirstCode())
    courier.answer = "administrated"
    kiosk.settle()
    assert kiosk.machine.state.upkeep.first == "administrated"


def test_a_kiosk_that_stands_alone_offers_no_code(tmp_path: Path) -> None:
    kiosk = behind_pin(tmp_path)
    assert not kiosk.machine.state.upkeep.connected
    kiosk.machine.give(AskFirstCode())
    assert kiosk.screen() is Screen.SERVICE_TOOLS


def test_nothing_behind_the_pin_can_be_asked_for_before_it(tmp_path: Path) -> None:
    courier = SlowCourier()
    kiosk = kiosk_with(tmp_path, courier=courier)
    for given in (PrintTest(), OpenButtons(), AskFirstCode()):
        for _ in range(2):
            with pytest.raises(IllegalInput):
                kiosk.machine.give(given)
            kiosk.machine.give(OpenMenu()) if kiosk.screen() is Screen.ATTRACT else None
        kiosk.machine.give(Back())
    assert courier.asked == 0
