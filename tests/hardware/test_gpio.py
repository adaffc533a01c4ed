"""Which GPIO chip a Raspberry Pi's header hangs on. The listings are as the kernels of these boards label theirs."""

import struct
import sys
from pathlib import Path
from types import ModuleType

import pytest

from hardware.buttons import BootMs, ScoreButtons
from hardware.errors import PinsError
from hardware.gpio import chips, header_chip, label_in, open_pins
from hardware.lamps import PinLamp

PI_3 = {0: "pinctrl-bcm2835", 1: "raspberrypi-exp-gpio"}
PI_4 = {0: "pinctrl-bcm2711", 1: "raspberrypi-exp-gpio"}
PI_5 = {0: "pinctrl-rp1", 10: "gpio-brcmstb@107d508500", 11: "gpio-brcmstb@107d508520", 12: "gpio-brcmstb@107d517c00"}
PI_5_BEFORE = {0: "gpio-brcmstb@107d508500", 1: "gpio-brcmstb@107d508520", 4: "pinctrl-rp1"}


@pytest.mark.parametrize(
    ("listing", "number"), [(PI_3, 0), (PI_4, 0), (PI_5, 0), (PI_5_BEFORE, 4), ({3: "pinctrl-rp1", 1: "pl061"}, 3)]
)
def test_the_headers_chip_is_found_by_its_label(listing: dict[int, str], number: int) -> None:
    assert header_chip(listing) == number


def test_control_the_first_number_is_not_the_header_on_every_kernel() -> None:
    assert min(PI_5_BEFORE) != header_chip(PI_5_BEFORE)


@pytest.mark.parametrize("listing", [{}, {0: "pl061"}])
def test_a_board_without_such_a_chip_is_told_what_was_seen_and_what_to_write(listing: dict[int, str]) -> None:
    with pytest.raises(PinsError) as refused:
        header_chip(listing)
    assert ("gpiochip0 (pl061)" if listing else "none at all") in str(refused.value)
    assert "gpiochip0" in refused.value.hint


def test_the_label_is_read_from_the_kernels_answer() -> None:
    answer = struct.pack("32s32sI", b"gpiochip4", b"pinctrl-rp1", 54)
    assert len(answer) == 68
    assert label_in(answer) == "pinctrl-rp1"


def test_what_is_no_gpio_chip_is_passed_over(tmp_path: Path) -> None:
    for name in ("gpiochip0", "gpiochipX", "null"):
        (tmp_path / name).touch()
    assert chips(tmp_path) == {}
    assert chips(tmp_path / "nowhere") == {}


class FakeLgpio(ModuleType):
    """What gpiozero's driver needs of lgpio to open a chip; each pin is busy. It stands in where lgpio is missing."""

    def __init__(self) -> None:
        super().__init__("lgpio")
        names = "SET_PULL_NONE SET_PULL_UP SET_PULL_DOWN BOTH_EDGES RISING_EDGE FALLING_EDGE"
        self.__dict__.update({name: number for number, name in enumerate(names.split())})
        self.error = type("error", (Exception,), {})
        self.opened: list[int] = []

    def gpiochip_open(self, chip: int) -> int:
        """Chip 9 is not there."""
        if chip == 9:
            raise self.error("can not open gpiochip")
        self.opened.append(chip)
        return 1

    def gpiochip_close(self, handle: int) -> None:
        return

    def gpio_claim_input(self, *given: int) -> None:
        raise self.error("GPIO busy")


@pytest.fixture
def lgpio(monkeypatch: pytest.MonkeyPatch) -> FakeLgpio:
    fake = FakeLgpio()
    monkeypatch.setitem(sys.modules, "lgpio", fake)
    monkeypatch.delitem(sys.modules, "gpiozero.pins.lgpio", raising=False)
    return fake


def test_the_chip_that_is_named_is_the_one_that_the_driver_opens(lgpio: FakeLgpio) -> None:
    open_pins("gpiochip4").close()
    assert lgpio.opened == [4]
    with pytest.raises(PinsError, match="/dev/gpiochip9 cannot be opened") as refused:
        open_pins("gpiochip9")
    assert "group gpio" in refused.value.hint


def test_a_pin_that_lgpio_refuses_is_an_error_of_this_room(lgpio: FakeLgpio) -> None:
    """lgpio's error is neither gpiozero's nor the system's: a busy pin would end the kiosk with a traceback."""

    class Busy:
        def reserve_pins(self, *given: object) -> None:
            raise lgpio.error("GPIO busy")

        release_all = release_pins = reserve_pins

    for open_one in (
        lambda: ScoreButtons(Busy(), 1, (5, 6, 13, 19, 26), lambda edge: None, lambda: BootMs(0)),
        lambda: PinLamp(Busy(), 21),
    ):
        with pytest.raises(PinsError, match="GPIO busy"):
            open_one()


def test_the_header_of_a_machine_that_has_none_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(PinsError) as refused:
        open_pins("raspberry-pi")
    assert refused.value.hint
