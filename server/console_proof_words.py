# gettext: audit
"""The words of the proof's console pages. Domain `audit`."""

from server.people import Role
from sync.patterns import Name
from translations import N_

LINKS = (
    ("/patterns", N_("To look at"), Role.SUPERVISOR),
    ("/tickets", N_("Tickets and complaints"), Role.SUPERVISOR),
    ("/checkpoints", N_("Checkpoints"), Role.SUPERVISOR),
    ("/cameras", N_("Cameras"), Role.ADMINISTRATOR),
)
"""As server.console_pages.LINKS."""
PATTERN_TITLES = {
    Name.QUICK_NO_SHOW: N_("Given up early, of all calls"),
    Name.NO_SHOW_CAME_BACK: N_("Given up, and there again soon, of all calls"),
    Name.TICKETLESS: N_("Without a ticket, of all services"),
    Name.TRANSFER_THEN_CALL: N_("Transferred and soon called by the same person, of all calls"),
    Name.HAND_PICK: N_("Picked by hand, of all calls"),
    Name.GAVE_PRIORITY: N_("Priority given by staff, beside all services"),
    Name.NEGLECT: N_("Five minutes went by with the counter free and somebody waiting, of all moments to call"),
}
COMPLAINT = {
    "passed-over": N_("others went first"),
    "call-not-noticed": N_("the call was not noticed"),
    "long-wait": N_("a long wait"),
    "sent-away": N_("nobody would serve"),
    "extra-demand": N_("something was asked for that the service does not need"),
    "treatment": N_("how one was treated"),
    "other": N_("something else"),
}
NOT_DONE = {
    "bad-key": N_("Load this page anew and try again."),
    "key-used": N_("Load this page anew and try again."),
    "not-listed": N_("Choose one from the list."),
    "bad-camera": N_("A camera has a name of letters and digits, each once, and 1 to 3650 days or none."),
    "bad-check": N_("Write seconds like -12 or 1.5."),
    "no-clock": N_("The server does not know the time yet. Its clock has to be set first."),
    "no-ticket": N_("There is no such ticket on that day."),
}
