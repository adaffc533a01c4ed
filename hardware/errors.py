"""The one error family of this room: every error says what happened and, in `.hint`, what to do about it."""


class HardwareError(Exception):
    """Base of all errors of `hardware`. `str(error)` is what happened, `.hint` is what to do."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class PictureError(HardwareError):
    """A bitmap or job that no printer could be asked to print."""


class EncoderError(HardwareError):
    """A bitmap could not be turned into printer bytes."""


class AddressError(HardwareError):
    """A printer URL that this version cannot use."""


class TransportError(HardwareError):
    """The way to the printer failed. The device may be gone, off or unreachable.

    `.written` is how many bytes of the failing call it had taken before. `.absent`: the device itself is known to have
    been away, so that what stands there next may be another one; not so where it is there and hung, busy or refused.
    """

    def __init__(self, message: str, *, hint: str, written: int = 0, absent: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.written = written
        self.absent = absent


class PinsError(HardwareError):
    """Buttons or lamps could not be opened, or a pin was named that does not exist."""


class SoundError(HardwareError):
    """The chime could not be prepared."""


class PaperStoreError(HardwareError):
    """The virtual printer could not open its folder, its address or its control socket."""


class PrintersFileError(HardwareError):
    """A file of kinds of printers has a mistake, or none of them has the name that was asked for. `.line`: where, from
    1; None: not in one place."""

    def __init__(self, message: str, *, hint: str, line: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.line = line


class ConsoleError(HardwareError):
    """The kernel's text console could not be shut."""


class UsbRulesError(HardwareError):
    """A list of USB devices that may be used is not one."""
