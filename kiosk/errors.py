"""The errors of this room: one family, each with a hint of what to do."""


class KioskError(Exception):
    """Base of every error this room raises. `hint` says what the reader can do about it."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint
