"""The codes of the service menu in words. Pure."""

from collections.abc import Mapping
from datetime import datetime

from kiosk.upkeep_types import Part
from kiosk.wording import REASONS, texts
from translations import N_
from translations.numerals import format_date, format_time

PARTS: Mapping[str, str] = {
    "printer": N_("Printer"),
    "paper": N_("Paper"),
    "buttons": N_("Score buttons"),
    "clock": N_("Date and time"),
    "memory": N_("Memory"),
    "office": N_("Office's server"),
    "board": N_("Computer"),
    "settings": N_("Settings"),
    "release": N_("Version"),
}
TOLD: Mapping[str, str] = {
    **REASONS,
    "ready": N_("ready"),
    "unheard": N_("has not answered yet"),
    "enough": N_("enough"),
    "near-end": N_("Paper is low"),
    "untold": N_("the printer does not tell"),
    "free": N_("no button is stuck"),
    "stuck": N_("stuck (counter/button): {figure}"),
    "doubtful": N_("nobody vouches for it"),
    "facts": N_("entries on record: {figure}"),
    "almost-full": N_("almost full"),
    "alone": N_("none: this machine stands alone"),
    "unpaired": N_("not paired"),
    "stopped": N_("sending has stopped: {figure}"),
    "silent": N_("no answer for {figure} minutes"),
    "sending": N_("entries to be sent: {figure}"),
    "sent": N_("everything is sent"),
    "well": N_("in order"),
    "hot": N_("too hot"),
    "throttled": N_("slowed down to protect itself"),
    "under-voltage": N_("the power supply is too weak"),
    "last-good": N_("a file has a mistake, the last good copy is in use"),
}
SHUT: Mapping[str, str] = {
    "unset": N_("No PIN is set. On this machine: python -m kiosk pin"),
    "wrong": N_("Wrong PIN"),
    "wait": N_("Too many tries: {seconds} seconds to wait"),
    "disk": N_("Nothing can be put on record, so nothing is opened"),
}
SLIPS: Mapping[str, str] = {
    "printing": N_("Printing"),
    "passed": N_("The test print came out"),
    "sent": N_("Sent to printer"),
    "busy": N_("A ticket is being printed"),
    **REASONS,
    "not-started": N_("The test print did not come out"),
    "interrupted": N_("The test print did not come out"),
    "uncertain": N_("It is not certain that the test print came out"),
}
NO_CODE: Mapping[str, str] = {
    "asking": N_("The office is being asked"),
    "administrated": N_("There is an administrator already: people are added at the console"),
    "unpaired": N_("The office does not know this machine: it has to be paired"),
    "too-many": N_("Asked too often: please wait a few minutes"),
    "unreachable": N_("The office does not answer"),
}


def part_name(part: Part, language: str) -> str:
    """What it is called."""
    return texts(language).gettext(PARTS[part.name])


def part_told(part: Part, language: str) -> str:
    """How it is."""
    if part.told == "figure":
        return part.figure
    if part.told == "time":
        at = datetime.fromisoformat(part.figure)
        return f"{format_date(at.date(), language)} {format_time(at.time(), language)}"
    return texts(language).gettext(TOLD.get(part.told, part.told)).format(figure=part.figure)


def shut(code: str, wait_s: int, language: str) -> str:
    """Why the PIN opens nothing."""
    return texts(language).gettext(SHUT[code]).format(seconds=wait_s)


def slip(code: str, language: str) -> str:
    """What became of the test print."""
    return texts(language).gettext(SLIPS.get(code, SLIPS["not-started"]))


def no_code(code: str, language: str) -> str:
    """Why there is no code yet, or none at all."""
    return texts(language).gettext(NO_CODE.get(code, NO_CODE["unreachable"]))
