"""What may be plugged in: by real descriptors; what is not named is refused, and so is whatever cannot be read."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.errors import UsbRulesError
from hardware.usb_allowed import Device, Rule, is_unlocked, judge, read, rule_of, rules_of, told
from tests.hardware.usb_devices import DEVICES, HUB, KEYBOARD, PRINTER, STICK, configuration, device, interface, simple

SHIPPED = Path(__file__).parents[2] / "systemd/root/usr/share/scorecard/usb.toml"
RULES = rules_of(SHIPPED.read_text("utf-8"), "usb.toml")
LOOSE = (*RULES, Rule("anything to touch", None, None, None, ((3, None, None),)))
"""The broken variant: input devices of every kind."""


def allowed(name: str, port: str = "1-1.2", rules: tuple[Rule, ...] = RULES) -> set[int]:
    return set(judge(DEVICES[name], port, rules).allowed)


@pytest.mark.parametrize(("name", "numbers"), [
    ("keyboard", set()), ("mouse", set()), ("stick", set()), ("unknown touch", set()), ("headset", set()),
    ("touch", {0}), ("touch that is a keyboard", {0}), ("printer", {0}), ("printer that is a stick", {0}),
    ("printer that is a keyboard", {1}), ("hub", {0}), ("hub of two kinds", {0}), ("RTL8153", {0, 1}),
])  # fmt: skip
def test_what_is_named_comes_in_and_nothing_else(name: str, numbers: set[int]) -> None:
    assert allowed(name) == numbers


def test_the_ethernet_of_the_board_is_where_the_board_has_it_and_nowhere_else() -> None:
    assert allowed("LAN9514", "1-1.1") == {0}
    assert allowed("LAN9514", "1-1.2") == set()
    assert allowed("LAN9514", "2-1.1") == set()


def test_a_looser_list_would_let_keyboards_in() -> None:
    """The control of the tests above."""
    assert allowed("keyboard", rules=LOOSE) == {0, 1}
    assert allowed("touch that is a keyboard", rules=LOOSE) == {0, 1, 2}


def test_what_was_refused_is_told_in_words() -> None:
    assert judge(DEVICES["keyboard"], "1-1.2", RULES).refused == ("keyboard", "input device")
    assert judge(DEVICES["stick"], "1-1.2", RULES) == ("0781:5567", frozenset(), ("storage",), "not on the list")
    verdict = judge(DEVICES["touch that is a keyboard"], "1-1.2", RULES)
    assert (verdict.why, verdict.refused) == ("touch screen, eGalax", ("keyboard", "mouse"))
    assert told((0x42, 0, 0)) == "class 42"


@pytest.mark.parametrize("name", DEVICES)
def test_a_technician_who_unlocks_lets_everything_in(name: str) -> None:
    verdict = judge(DEVICES[name], "1-1.2", RULES, unlocked=True)
    found = read(DEVICES[name])
    assert found is not None
    assert verdict.allowed == frozenset(found.interfaces)
    assert verdict.refused == ()


def test_an_unlock_holds_for_ten_minutes() -> None:
    assert is_unlocked("100\n", 100.0)
    assert is_unlocked("100", 699.0)
    for text, now_s in (
        ("100", 700.0),
        ("100", 99.0),
        ("", 5.0),
        ("nan", 5.0),
        ("inf", 5.0),
        ("-inf", 5.0),
        ("x", 5.0),
    ):
        assert not is_unlocked(text, now_s), text


def test_the_interface_that_is_harmless_in_one_setting_only_is_refused() -> None:
    both = device("04b8:0e15", configuration(1, interface(0, PRINTER), interface(0, STICK, setting=1)))
    assert judge(both, "1-1", RULES).allowed == frozenset()
    two = device("04b8:0e15", configuration(1, interface(0, PRINTER)), configuration(2, interface(0, KEYBOARD)))
    assert judge(two, "1-1", RULES).allowed == frozenset()


@pytest.mark.parametrize("raw", [
    b"", b"\x12", DEVICES["printer"][:-1], DEVICES["printer"][:18], DEVICES["printer"] + b"\x00",
    b"\x11" + DEVICES["hub"][1:],
    DEVICES["printer"] + b"\x09\x04\x00", DEVICES["printer"][:17] + b"\x02" + DEVICES["printer"][18:],
    device("04b8:0e15", configuration(1, interface(0, PRINTER), claims=2)), device("04b8:0e15", interface(0, PRINTER)),
    device("04b8:0e15", configuration(1, interface(0, PRINTER)), DEVICES["printer"][:18]),
    DEVICES["printer"] + b"\x02\x30" * 40_000,
])  # fmt: skip
def test_what_is_not_whole_and_right_stays_shut_whatever_it_claims(raw: bytes) -> None:
    assert read(raw) is None
    assert judge(raw, "1-1", LOOSE).allowed == frozenset()
    assert judge(raw, "1-1", RULES, unlocked=True).allowed == frozenset()


@given(st.binary(max_size=300))
def test_noise_is_never_let_in(raw: bytes) -> None:
    assert judge(raw, "1-1", RULES).allowed == frozenset()


@given(st.sampled_from(sorted(DEVICES)), st.data())
def test_a_device_with_flipped_bytes_is_never_more_than_its_descriptors_say(name: str, data: st.DataObject) -> None:
    raw = bytearray(DEVICES[name])
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    verdict, found = judge(bytes(raw), "1-1.2", RULES), read(bytes(raw))
    never = {KEYBOARD, (3, 1, 2), STICK}
    assert found is not None or not verdict.allowed
    for number in verdict.allowed:
        assert found is not None
        assert not found.interfaces[number] & never


@given(st.binary(max_size=300), st.integers(0, 200))
def test_reading_ends_and_never_raises(raw: bytes, cut: int) -> None:
    found = read(DEVICES["hub"][:cut] + raw)
    assert found is None or isinstance(found, Device)


def test_a_device_that_kiosk_toml_adds_may_be_a_keypad_there_and_never_storage() -> None:
    keypad = simple("2047:09d0", KEYBOARD, STICK, HUB)
    assert judge(keypad, "1-1.2", (rule_of("2047:09d0"),)).allowed == {0}
    there = (rule_of("2047:09d0@1-1.2"),)
    assert judge(keypad, "1-1.2", there).allowed == {0}
    assert judge(keypad, "1-1.3", there).allowed == frozenset()


def test_the_stick_that_records_are_copied_to_is_storage_and_nothing_else() -> None:
    rules = (rule_of("copy=0781:5583"),)
    assert judge(simple("0781:5583", STICK), "1-1.2", rules).allowed == {0}
    assert judge(simple("0781:5583", STICK), "1-1.2", (rule_of("0781:5583"),)).allowed == frozenset()
    assert judge(simple("0781:5584", STICK), "1-1.2", rules).allowed == frozenset()
    typing = simple("0781:5583", STICK, KEYBOARD)
    assert judge(typing, "1-1.2", rules).allowed == {0}
    there = (rule_of("copy=0781:5583@1-1.2"),)
    assert [judge(simple("0781:5583", STICK), port, there).allowed for port in ("1-1.2", "1-1.3")] == [{0}, frozenset()]


WRONG = (
    "",
    "copy=",
    "copy=*:*",
    "copy=copy=0781:5583",
    "2047",
    "2047:09D0",
    "*:*",
    "2047:*",
    "2047:09d0@",
    "2047:09d0@x",
)


@pytest.mark.parametrize("words", [*WRONG, "2047:09d0@1-1.2@3"])
def test_an_addition_that_names_no_one_device_is_refused(words: str) -> None:
    with pytest.raises(UsbRulesError):
        rule_of(words)


@pytest.mark.parametrize("text", [
    "allow = 1", "[[allow]]\nwhat = 'x'", "[[deny]]\nwhat = 'x'\nkinds = ['07']", "[[allow]]\nwhat = 'x'\nkinds = []",
    "[[allow]]\nwhat = 'x'\nkinds = ['7']", "[[allow]]\nwhat = 'x'\nkinds = '07'",
    "[[allow]]\nwhat = 'x'\nkinds = ['07']\nid = '4b8:1'",
    "[[allow]]\nwhat = 'x'\nkinds = ['07']\nport = '1'", "[[allow]]\nwhat = 'x'\nkinds = ['07']\nids = 'a'",
    "[[allow", "allow = ['x']",
])  # fmt: skip
def test_a_list_with_a_mistake_is_told(text: str) -> None:
    with pytest.raises(UsbRulesError) as caught:
        rules_of(text, "usb.toml")
    assert caught.value.hint


def test_the_list_that_ships_names_no_keyboard_no_mouse_no_storage_and_no_radio() -> None:
    kinds = {kind for rule in RULES for kind in rule.kinds}
    assert kinds
    for kind in kinds:
        assert kind[0] not in (0x08, 0xE0)
        assert kind[0] != 3 or kind[1] == 0
    for rule in RULES:
        assert rule.vendor is not None or rule.kinds in (((9, None, None),), ((7, None, None),)), rule.what
