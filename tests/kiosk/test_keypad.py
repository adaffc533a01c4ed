"""The tactile keypad: each action of kiosk.toml, each key that a keypad may send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.keypad import Keypad
from kiosk.ui import KEY_NAMES
from sync.keypad import ACTIONS, KEYS


def test_without_settings_a_keypad_that_sends_the_usual_keys_works() -> None:
    plain = Keypad()
    for key in ("Tab", "BackTab", "Enter", "Escape", "F1", "Left", "5"):
        assert plain.translate(key) == key
    heard = [plain.translate(key) for key in ("VolumeUp", "VolumeDown", "PadEnter", "Pad5", "Help")]
    assert heard == ["Louder", "Softer", "Enter", "5", "Help"]


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_can_have_any_key(action: str) -> None:
    for key in KEYS:
        assert Keypad({action: key}).translate(key) == ACTIONS[action]


@given(st.dictionaries(st.sampled_from(sorted(ACTIONS)), st.sampled_from(KEYS)), st.text(max_size=8))
def test_translation_is_total_and_leaves_strangers_alone(assigned: dict[str, str], key: str) -> None:
    said = Keypad(assigned).translate(key)
    if key not in KEYS:
        assert said == key


def test_every_key_that_may_be_named_is_one_that_the_window_tells_apart() -> None:
    assert set(KEYS) - {"BackTab"} == set(KEY_NAMES)
