"""The slip that a printer is tried with: short, in every language, and plainly no ticket; and how one is printed by
whoever is no kiosk.

Whoever has put in a roll sees at once that it lies the right way round; whoever else picks the slip up is told that it
is no number.
"""

# gettext: ticket

import secrets
import threading
import time
from collections.abc import Callable
from datetime import datetime

from hardware.printer import MAX_JOB_ID, Bitmap, Finished, Outcome, PaperStatus, Printer, PrintJob
from kiosk.paper_blocks import Block, Line, Rule, Space
from translations import load
from translations.numerals import format_moment


def slip(languages: tuple[str, ...], at: datetime | None) -> tuple[Block, ...]:
    """Its blocks from top to bottom. `at`: the office's wall clock, None where nobody vouches for it."""
    made: list[Block] = [Rule()]
    for language in languages:
        spoken = load(language, "ticket")
        made += [
            Line(spoken.gettext("Printer test"), language, "body", bold=True),
            Line(spoken.gettext("This is not a queue ticket"), language, "small"),
        ]
    if at is not None:
        first = languages[0]
        made.append(Line(format_moment(at, first), first, "small"))
    return (*made, Rule(), Space(2))


PATIENCE_S = 30.0
"""Longer than the slowest printer takes for a slip."""


def print_once(
    make: Callable[[Callable[[], None]], Printer], picture: Bitmap, *, patience_s: float = PATIENCE_S
) -> tuple[Outcome, PaperStatus]:
    """Print a picture on the printer that `make` gives, which calls what it is handed whenever there is news.

    Returns what became of it, and how the printer was then. Raises HardwareError.
    """
    woken = threading.Event()
    printer = make(woken.set)
    printer.start()
    try:
        printer.submit(PrintJob(1 + secrets.randbelow(MAX_JOB_ID), picture))
        end = time.monotonic() + patience_s
        while (found := _finished(printer)) is None and (left := end - time.monotonic()) > 0:
            woken.wait(left)
            woken.clear()
    finally:
        printer.close()
    return found or _finished(printer) or (Outcome.UNCERTAIN, PaperStatus(True))


def _finished(printer: Printer) -> tuple[Outcome, PaperStatus] | None:
    return next(((each.outcome, each.status) for each in printer.poll() if isinstance(each, Finished)), None)
