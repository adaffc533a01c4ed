"""What can go wrong with type, and what to do about it."""


class FontsError(Exception):
    """The base of every error of this room; `hint` tells the technician what to do."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class RaqmMissingError(FontsError):
    """Pillow has no Raqm: it would draw Thai and Burmese unshaped, silently wrong."""


class FontFileError(FontsError):
    """A font file, or the list of checksums, is missing, altered or unreadable."""


class UncoveredCharacterError(FontsError):
    """No face has this character; drawn, it would be an empty box."""

    def __init__(self, message: str, *, hint: str, character: str) -> None:
        super().__init__(message, hint=hint)
        self.character = character


class DoesNotFitError(FontsError):
    """The text is too long for the place it was given, at every size allowed."""


class TokensError(FontsError):
    """The design tokens are missing, incomplete or badly formed."""
