"""The command `publish`: a catalogue.toml or calendar.toml is read here, whole, and published by the running server."""

import tomllib
from pathlib import Path
from typing import Any

from server.errors import ControlFailed
from server.ledger import Ledger
from server.publishing import By, Drawable, publish_calendar, publish_catalogue
from server.queue import Moment
from sync.calendar_reader import parse_calendar
from sync.catalogue import parse_catalogue
from sync.errors import SyncError

_WEEK = "week"


def command_of(path: Path, offices: str | None) -> dict[str, Any]:
    """What the running server is asked for. `offices`: ids with commas between, or all; None: this office alone.

    Raises ControlFailed where the file is not whole.
    """
    whom = None if offices is None else [] if offices == "all" else offices.split(",")
    try:
        text = path.read_bytes()
        is_calendar = _WEEK in tomllib.loads(text.decode("utf-8-sig"))
        (parse_calendar if is_calendar else parse_catalogue)(text)
    except (OSError, ValueError) as error:
        raise ControlFailed(
            f"{path} cannot be read: {error}", hint="Name a catalogue.toml or a calendar.toml."
        ) from error
    except SyncError as error:
        raise ControlFailed(f"{path} is not published:\n{error}", hint=error.hint) from error
    what = "calendar" if is_calendar else "catalogue"
    return {"command": "publish", "what": what, "text": text.decode("utf-8-sig"), "offices": whom}


def publish(
    ledger: Ledger, what: str, text: str, offices: list[str] | None, at: Moment | None, drawable: Drawable
) -> dict[str, Any]:
    """Publish it: its version. Within a transaction. Raises ControlFailed, ActRefused."""
    if at is None:
        raise ControlFailed("nobody vouches for this server's clock", hint="Set the time first, or wait for NTP.")
    by, number = By(None, None, tuple(offices) if offices is not None else None), ledger.publications.number(what)
    try:
        if what == "calendar":
            version = publish_calendar(ledger, parse_calendar(text), number, by, at)
        else:
            version = publish_catalogue(ledger, parse_catalogue(text), number, by, at, drawable)
    except SyncError as error:
        raise ControlFailed(str(error), hint=error.hint) from error
    return {"number": version.number}
