"""The keys that a tactile keypad may send, and what each of them does at the kiosk. Pure data.

A keypad is a keyboard with few keys; which codes it sends is its maker's choice and can often be changed, so
`[keypad]` in kiosk.toml says which key does what. Keys have the names of `KEYS`, which kiosk.ui gives to SDL's codes.
"""

from collections.abc import Mapping
from types import MappingProxyType

ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "next": "Tab",
        "previous": "BackTab",
        "choose": "Enter",
        "back": "Escape",
        "repeat": "Repeat",
        "help": "Help",
        "language": "Language",
        "louder": "Louder",
        "softer": "Softer",
        "service": "Service",
    }
)
"""Action → the key that the screens know it by."""

LETTERLESS = ("Tab", "BackTab", "Left", "Right", "Up", "Down", "Enter", "Escape", "Space", "Backspace")
NAVIGATION = ("Home", "End", "PageUp", "PageDown", "Insert", "Delete", "Menu", "Help")
FUNCTION = tuple(f"F{n}" for n in range(1, 25))
DIGITS = tuple(str(n) for n in range(10))
PAD = (*(f"Pad{n}" for n in range(10)), "PadEnter", "PadPlus", "PadMinus", "PadTimes", "PadDivide", "PadPoint")
MEDIA = ("VolumeUp", "VolumeDown", "Mute", "PlayPause", "StopTrack", "NextTrack", "PreviousTrack")
KEYS: tuple[str, ...] = (*LETTERLESS, *NAVIGATION, *FUNCTION, *DIGITS, *PAD, *MEDIA)
"""Every key that has a name. Letters have none: no keypad needs them, and nobody types at a kiosk."""

USUAL: Mapping[str, str] = MappingProxyType(
    {
        "VolumeUp": "Louder",
        "VolumeDown": "Softer",
        "PadEnter": "Enter",
        "F12": "Service",
        **{f"Pad{n}": str(n) for n in range(10)},
    }
)
"""What keys without an action in kiosk.toml do. Those that are not here do what their name says."""


def meanings(keypad: Mapping[str, str]) -> Mapping[str, str]:
    """Key → the key that the screens know, for the `[keypad]` of kiosk.toml (action → key)."""
    return MappingProxyType({**USUAL, **{key: ACTIONS[action] for action, key in keypad.items()}})
