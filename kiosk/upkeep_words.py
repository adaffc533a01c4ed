"""The codes of the service menu in words. Pure."""

from collections.abc import Mapping
from datetime import datetime

from kiosk.upkeep_entry import LAYERS, Entry
from kiosk.upkeep_types import Part, Told
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
    "network": N_("Network"),
    "time-from": N_("Time comes from"),
    "copy": N_("Copy of the record"),
    "system": N_("System"),
    "update": N_("Last update"),
    "usb": N_("USB devices"),
    "trial": N_("Change"),
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
    "unplugged": N_("neither cable nor radio is connected"),
    "no-address": N_("connected, but without an address"),
    "from-ntp": N_("a time server"),
    "from-office": N_("the office's server"),
    "from-staff": N_("staff, who confirmed it"),
    "from-rtc": N_("the clock in this machine"),
    "from-system": N_("this machine, unchecked"),
    "copy-kept": N_("kept on a second medium"),
    "copy-missing": N_("no second medium is plugged in"),
    "copy-broken": N_("cannot be written: {figure}"),
    "copy-late": N_("{figure} minutes old"),
    "update-installed": N_("installed: {figure}"),
    "update-trying": N_("is being tried: {figure}"),
    "update-failed": N_("did not go in: {figure}"),
    "trial-left": N_("being tried for {figure} seconds more"),
    "usb-clean": N_("nothing was refused"),
    "usb-refused": N_("not let in: {figure}"),
    "usb-open": N_("everything is let in for {figure} minutes more"),
    "last-good": N_("a file has a mistake, the last good copy is in use"),
}
SHUT: Mapping[str, str] = {
    "unset": N_("No PIN is set. In kiosk.toml: [service] pin. On a PC: python -m kiosk pin"),
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
TOOLS: Mapping[str, str] = {
    "print": N_("Test print"),
    "buttons": N_("Buttons and lamps"),
    "first": N_("First administrator"),
    "reach": N_("Test connection"),
    "restart": N_("Restart"),
    "usb": N_("USB for 10 minutes"),
    "wifi": N_("Wireless network"),
    "printer": N_("Change the printer"),
    "pair": N_("Pair this machine"),
    "levels": N_("Sound and light"),
    "trial": N_("What is being tried"),
    "keep": N_("Keep it"),
    "revert": N_("Take it back"),
    "update": N_("Update"),
    "update-stick": N_("From a USB stick"),
    "update-now": N_("Install it now"),
    "diagnosis": N_("Diagnosis to USB"),
    "clock": N_("Date and time"),
    "touch": N_("Test the screen"),
    "softer": N_("Softer"),
    "louder": N_("Louder"),
    "darker": N_("Darker"),
    "brighter": N_("Brighter"),
    "by-network": N_("Printer on the network"),
    "restart-kiosk": N_("This program alone"),
    "restart-machine": N_("The whole machine"),
}
"""What can be done, by the names of its targets."""
OUTCOMES: Mapping[str, str] = {
    "working": N_("Please wait"),
    "busy": N_("Something else is still being done"),
    "disk": N_("Nothing can be put on record, so nothing is done"),
    "failed": N_("It could not be done"),
    "restarting": N_("It restarts now"),
    "unlocked": N_("For {figure} minutes keyboards and sticks work at the USB ports"),
    "answered": N_("The office answers, in {figure} ms"),
    "unpaired": N_("The office's server is there, but this machine is not paired"),
    "unreachable": N_("The office does not answer: check cable, address and server"),
    "other-server": N_("Another machine answers at the office's address"),
    "revoked": N_("The office has withdrawn this machine"),
    "sync-silent": N_("The program that sends does not run"),
    "no-journal": N_("The record of this machine cannot be read"),
    "trying": N_("It is being tried now"),
    "kept": N_("It is kept"),
    "reverted": N_("Everything is as before"),
    "invalid": N_("This cannot be right: nothing was changed"),
    "nothing": N_("Nothing is being tried"),
    "no-data": N_("It cannot be kept: the memory for data is missing"),
    "pairing": N_("The code is being used. The status says within a minute whether it was good"),
    "update-taken": N_("The update is on the card, and whole. It is installed when nobody is served"),
    "update-refused": N_("The update was refused: damaged, older, of another maker, or for another machine"),
    "update-begun": N_("An update that is ready is installed now. The machine then restarts"),
    "written": N_("The diagnosis is on the stick, which may be pulled out"),
    "no-stick": N_("There is no USB stick: open USB first, then plug it in"),
    "stick-full": N_("The stick takes nothing: it is full, or may only be read"),
    "clock-set": N_("Date and time are confirmed"),
    "volume-set": N_("Loudness: {figure} %"),
    "brightness-set": N_("Brightness: {figure} %"),
    "refused": N_("The office refuses: {figure}"),
}
GOOD = frozenset({
    "working", "busy", "restarting", "unlocked", "answered", "trying", "kept", "reverted", "pairing", "volume-set",
    "brightness-set", "written", "clock-set", "update-taken", "update-begun",
})  # fmt: skip
"""Outcomes that nothing has to be done about."""
ASKED: Mapping[str, tuple[str, str]] = {
    "restart": (N_("Restart what?"), N_("Nothing that was recorded is lost. It takes up to a minute.")),
    "update": (N_("Update"), N_("Open USB first, then plug the stick in. What is not well is taken back by itself.")),
    "levels": (N_("Sound and light"), N_("It changes at once and stays.")),
    "printer": (N_("Which printer?"), N_("It is tried for five minutes. What is not kept then is taken back.")),
    "trial": (N_("A change is being tried"), N_("Nothing is being tried")),
}
"""A question, and what whoever chooses should know."""
CHANGES: Mapping[str, str] = {"printer": N_("Printer"), "wifi": N_("Wireless network")}
"""What can be tried."""
ENTRIES: Mapping[str, str] = {
    "pair": N_("Pairing code of the office's console: of a new machine, or of a dead one that this replaces"),
    "ssid": N_("Name of the wireless network"),
    "passphrase": N_("Passphrase of {name}; none: an open network"),
    "printer": N_("Address of the printer, like 192.168.1.20"),
}
"""What is to be typed."""
SHORTER: Mapping[str, str] = {
    "pair": N_("Pairing code"),
    "ssid": ENTRIES["ssid"],
    "passphrase": N_("Passphrase"),
    "printer": N_("Address of the printer"),
}
"""The same where there is little room."""
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


def tool_name(name: str, language: str) -> str:
    """What a tool is called."""
    return texts(language).gettext(TOOLS[name])


def outcome(told: Told, language: str) -> str:
    """What became of it."""
    return texts(language).gettext(OUTCOMES.get(told.code, OUTCOMES["refused"])).format(figure=told.figure)


def asked(topic: str, language: str) -> tuple[str, str]:
    """The question, and what is said beneath it."""
    title, more = ASKED[topic]
    return texts(language).gettext(title), texts(language).gettext(more)


def trial_left(what: tuple[str, ...], left_s: int, language: str) -> str:
    """What is being tried, and how long yet."""
    spoken = texts(language)
    names = ", ".join(spoken.gettext(CHANGES.get(each, each)) for each in what)
    left = f"{left_s // 60}:{left_s % 60:02}"
    return spoken.gettext("{names}: {left} minutes left").format(names=names, left=left)


def entry_asked(entry: Entry, language: str, *, short: bool = False) -> str:
    """What is to be typed, in full or in few words."""
    told = texts(language).gettext((SHORTER if short else ENTRIES)[entry.topic])
    return told.format(name=entry.before) if entry.before else told


def layer_name(layer: int) -> str:
    """What the key to other keys is called: by what they begin with."""
    return LAYERS[layer]


def no_code(code: str, language: str) -> str:
    """Why there is no code yet, or none at all."""
    return texts(language).gettext(NO_CODE.get(code, NO_CODE["unreachable"]))
