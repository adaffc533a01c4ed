"""The console made ready: its certificate taught, an administrator by the first code, officers signed in."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from kiosk.officeday.browser import BrowserDesk, browser
from kiosk.officeday.console import Console, HttpsDesk, teach
from kiosk.officeday.desk import ConsoleFailed, Desk
from kiosk.officeday.staff import Officer

PASSWORD = "a calm day at the counter"
"""A simulation's: its office holds nobody's data, and listens to this machine only."""
KNOWN_S = 20.0


@dataclass(frozen=True, slots=True)
class Staff:
    """The officers with their desks, and the administrator's own session, which only looks."""

    desks: Sequence[tuple[Officer, Desk]]
    chief: Console


def employ(
    officers: Sequence[Officer],
    pages: str,
    console: str,
    folder: Path,
    code: Callable[[], str],
    stack: ExitStack,
    *,
    in_browser: int = 0,
) -> Staff:
    """Accounts for all, each signed in; the first `in_browser` of them work in Chromium. Raises KioskError.

    `pages` and `console` are addresses, `code` gives the administrator's one-time code. `stack` hangs up at the end.
    """
    authority = teach(pages, folder)
    chief = Console(console, authority)
    stack.callback(chief.close)
    chief.become_administrator(code(), PASSWORD)
    once = [chief.add(officer) for officer in officers]
    program = stack.enter_context(browser()) if in_browser else None
    desks: list[tuple[Officer, Desk]] = []
    for place, (officer, password) in enumerate(zip(officers, once, strict=True)):
        desk: Desk
        if program is not None and place < in_browser:
            desk = BrowserDesk(program, console, officer, password, PASSWORD)
        else:
            own = Console(console, authority)
            own.sign_in(officer.login, password, PASSWORD)
            desk = HttpsDesk(own, officer.number)
        stack.callback(desk.close)
        desks.append((officer, desk))
    return Staff(desks, chief)


def await_services(known: Callable[[], bool]) -> None:
    """Counters open for what the kiosks offer: until the office has the kiosk's catalogue. Raises ConsoleFailed."""
    end = time.monotonic() + KNOWN_S
    while not known():
        if time.monotonic() > end:
            hint = "See logs/sync.log and logs/server.log."
            raise ConsoleFailed("the office does not hear what the kiosk offers", hint=hint)
        time.sleep(0.02)
