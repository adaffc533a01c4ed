"""The words of what a centre asks of its offices. Texts of the domain `alerts`."""

from collections.abc import Mapping

from server.alerts import Code
from server.asked import Show, State
from server.people import Role
from sync.facts_requests import CANNOT, DONE
from translations import N_

# gettext: alerts

LINKS = (("/requests", N_("Requests"), Role.SUPERVISOR),)
"""As server.console_pages.LINKS."""

WHAT: Mapping[str, str] = {
    "check-printer": N_("Look at a printer"),
    "check-paper": N_("Put paper in"),
    "check-clock": N_("Look at a machine's clock"),
    "check-machine": N_("Look at a machine that is not heard of"),
    "look-at-waits": N_("Look at the waits of a service"),
    "answer-followup": N_("Answer a complaint or an alert on scores"),
    "make-backup": N_("Make a backup, and see that it is verified"),
    "take-release": N_("Take up the newest release"),
    "notice": N_("Take note"),
}
"""Each of sync.reasons.REQUEST."""
FOR_ALERT: Mapping[str, str] = {
    Code.PAPER.value: "check-paper",
    Code.MACHINE_SILENT.value: "check-machine",
    Code.FORKED.value: "check-machine",
    Code.WAITING.value: "look-at-waits",
    Code.BACKUP.value: "make-backup",
    Code.OVERDUE.value: "answer-followup",
}
"""What a centre asks of an office where this alert is open."""
CANNOT_WORDS: Mapping[str, str] = {
    "nothing-found": N_("all is well there"),
    "part-missing": N_("paper, a part or a disk is missing"),
    "technician-called": N_("a technician was called"),
    "nobody-here": N_("nobody here can do it"),
    "not-ours": N_("it is not this office's to do"),
    "other": N_("another reason, in words"),
}
"""Each of sync.reasons.REQUEST_CANNOT."""
VERDICTS: Mapping[str, str] = {DONE: N_("Done"), CANNOT: N_("It cannot be done")}
STATES: Mapping[State, str] = {
    State.ASKED: N_("the office does not have it yet"),
    State.TAKEN: N_("the office has it, and nobody has taken note of it"),
    State.SEEN: N_("somebody there has taken note of it"),
    State.ANSWERED: N_("answered"),
    State.WITHDRAWN: N_("withdrawn"),
}
SHOWN: Mapping[Show, str] = {
    Show.OPEN: N_("open"),
    Show.OVERDUE: N_("overdue"),
    Show.ANSWERED: N_("answered"),
    Show.ALL: N_("all"),
}
REFUSED: Mapping[str, str] = {
    "not-listed": N_("Choose one from the list."),
    "no-words": N_("Write it in words."),
    "long-words": N_("This is too long: {most} characters at most."),
    "personal": N_("This has a number or an address in it that could be a person's. Leave those out."),
    "bad-due": N_("Choose today or a later day, or none."),
    "no-office": N_("Choose one office or more."),
    "not-open": N_("This is not asked any more, or was answered. This is how it stands now."),
    "no-clock": N_("The server does not know the time yet. Its clock has to be set first."),
    "record-missing": N_("A part of the record is missing after a restore. Nothing is written until it is back."),
}
OTHER = N_("Load this page anew and try again.")
