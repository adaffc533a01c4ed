"""What can go wrong with the catalogues, and what to do about it."""


class TranslationsError(Exception):
    """The base of every error of this room; `hint` tells what to do."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class CatalogueMissingError(TranslationsError):
    """There is no compiled catalogue for this language and domain, or it cannot be read."""


class CatalogueFaultError(TranslationsError):
    """A catalogue is incomplete or wrong: see `faults`, one line each."""

    def __init__(self, message: str, *, hint: str, faults: tuple[str, ...]) -> None:
        super().__init__(message, hint=hint)
        self.faults = faults


class UnknownRuleError(TranslationsError):
    """There are no words for this version of the calling rule."""
