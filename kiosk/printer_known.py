"""Whether the printer at this address has ever answered: then its silence at the next start is a fault, and nothing
that it is sent counts as printed. Kept beside the journal, whose facts do not hold the address."""

from contextlib import suppress
from pathlib import Path

from hardware.printer import Met

ANSWERED = "printer.answered"
"""In the data folder: the address of the printer that last answered a question."""


def has_answered(data: Path, address: str) -> bool:
    """What is known from starts before; without a readable note: no."""
    try:
        return (data / ANSWERED).read_text(encoding="utf-8") == address
    except (OSError, ValueError):
        return False


def remember(data: Path, address: str, met: Met) -> None:
    """Take down that this printer answers, or that one stands there now that does not. Worth no trouble: a disk that
    refuses leaves the kiosk as wise as before."""
    note = data / ANSWERED
    with suppress(OSError):
        if not met.abilities.answers:
            note.unlink(missing_ok=True)
        elif not has_answered(data, address):
            note.write_text(address, encoding="utf-8")
