"""The words of figures. Texts of the domain `figures`."""

from server.followups import COMPLAINT
from server.people import Role
from server.periods import Kind
from server.told_answers import SCORES
from translations import N_

# gettext: figures

LINKS = (("/figures", N_("Figures"), Role.SUPERVISOR), ("/officers", N_("Scores by officer"), Role.SUPERVISOR))
"""As server.console_pages.LINKS."""

KINDS = {Kind.DAY: N_("Day"), Kind.WEEK: N_("Week"), Kind.MONTH: N_("Month")}

OUTCOMES = {
    "served": N_("served"),
    "no_show": N_("nobody came"),
    "cancelled": N_("cancelled"),
    "transferred": N_("sent on to another service"),
    "carried": N_("carried over to the next day"),
    "open": N_("nothing on record yet"),
}
REASONS = {
    "uncalled": N_("not called"),
    "carried": N_("began to wait on another day"),
    "heard-late": N_("of a kiosk whose clock was not tied to the office's"),
    "restated": N_("the record before the office was restored did not come back"),
    "not-served": N_("not served"),
    "no-time": N_("no time at a counter on record"),
    "no-standard": N_("no published time"),
}
"""Why a visit is in no figure of that kind (server.dashboard)."""

TABLES = {
    "office": N_("By office"),
    "service": N_("By service"),
    "counter": N_("By counter"),
    "hour": N_("By hour"),
    "weekday": N_("By weekday"),
    "day": N_("By day"),
    "month": N_("By month"),
}
CHARTED = ("hour", "weekday", "day", "month")
"""Rows in the order of time have charts of columns; the others a bar beside each number."""

WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))

COUNTS = {
    "tickets": N_("Visitors"),
    "missed": N_("Calls to which nobody came"),
    "by_hand": N_("Called otherwise than by the rule"),
    "ticketless": N_("Served without a ticket"),
    "priority": N_("Visits with priority"),
}
NOTES = {
    "tickets": N_("Tickets in the queue. Whoever was carried over counts on both days."),
    "missed": N_("Of all calls. A number may miss more than one."),
    "by_hand": N_("Of all visits. Each has a reason on record."),
    "ticketless": N_("In no other figure. Each has a reason on record."),
    "priority": N_("Of all visits."),
}
"""What each count is of."""
TOPICS = {COMPLAINT: N_("Complaint: {about}"), SCORES: N_("Low scores of several visits")}
"""What an answer that is told to everybody is about (server.told_answers)."""
