"""The tactile keypad: what a key that was pressed means to the screens. Pure."""

from collections.abc import Mapping

from sync.keypad import meanings


class Keypad:
    """The keys of one kiosk. `assigned` is `[keypad]` of kiosk.toml: action → key (sync.keypad)."""

    def __init__(self, assigned: Mapping[str, str] | None = None) -> None:
        self._meanings = meanings(assigned or {})

    def translate(self, key: str) -> str:
        """The name by which the screens know this key: Tab, BackTab, Enter, Escape, Repeat, Help, Language, Louder,
        Softer for keys with an action, else the key's own name."""
        return self._meanings.get(key, key)
