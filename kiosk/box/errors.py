"""What can go wrong with an update of the appliance."""

from kiosk.errors import KioskError


class UpdateError(KioskError):
    """An update that is not taken, or not installed. `code` is for machines: refused, older, same, damaged, failed."""

    def __init__(self, message: str, *, hint: str, code: str = "refused") -> None:
        super().__init__(message, hint=hint)
        self.code = code
