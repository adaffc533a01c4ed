"""The words of the editors of catalogue, calendar and notices. Texts of the domain `editor`."""

from server.people import Role
from translations import N_

# gettext: editor

LINKS = (
    ("/catalogue", N_("Services"), Role.ADMINISTRATOR),
    ("/calendar", N_("Calendar"), Role.ADMINISTRATOR),
    ("/notices", N_("Notices"), Role.ADMINISTRATOR),
)
"""As server.console_pages.LINKS."""

FIELDS = {
    "name": N_("Name"),
    "short": N_("A shorter name, for narrow places"),
    "steps": N_("Steps"),
    "documents": N_("Documents"),
    "fee_note": N_("What the fee is for, or what it depends on"),
    "hours": N_("Hours of service"),
    "channel": N_("Where else it can be done"),
    "complaints": N_("Where to complain"),
    "group": N_("Group"),
    "series": N_("Letter of its numbers"),
    "accent": N_("Colour"),
    "pictogram": N_("Picture"),
    "minutes": N_("Standard time in minutes"),
    "fee": N_("Fee"),
    "cases": N_("Cases on one visit, at most"),
    "spoken": N_("Its recorded name"),
}
"""Fields of services and groups, as catalogue.toml has them."""
ACCENTS = {
    "teal": N_("blue-green"),
    "indigo": N_("blue"),
    "terracotta": N_("brick red"),
    "plum": N_("purple"),
    "moss": N_("green"),
}
PICTURES = {
    "advice": N_("advice"),
    "birth": N_("birth"),
    "building": N_("building"),
    "care": N_("care"),
    "child-grant": N_("child grant"),
    "cone": N_("work on a road"),
    "crane": N_("crane"),
    "death": N_("death"),
    "disability": N_("disability"),
    "document": N_("document"),
    "elder-care": N_("care of the elderly"),
    "elderly": N_("elderly person"),
    "factory": N_("factory"),
    "food": N_("food"),
    "health": N_("health"),
    "house": N_("house"),
    "house-copy": N_("copy of the house register"),
    "house-in": N_("moving in"),
    "house-number": N_("house number"),
    "house-out": N_("moving out"),
    "id-card": N_("identity card"),
    "land-tax": N_("land tax"),
    "paw": N_("animal"),
    "people": N_("people"),
    "permit": N_("permit"),
    "person": N_("person"),
    "road": N_("road"),
    "shop": N_("shop"),
    "sign-board": N_("signboard"),
    "speech": N_("conversation"),
    "stall": N_("market stall"),
    "tax": N_("tax"),
    "vehicle": N_("vehicle"),
    "waste": N_("waste"),
    "water": N_("water"),
    "well": N_("well"),
}
"""What each picture shows that a service or a group can have (kiosk.pictograms)."""
NOTICE_LINE = N_("The line for every reader")
WHATS = {
    "added": N_("new"),
    "gone": N_("taken out"),
    "moved": N_("at another place in the order"),
    "changed": N_("changed"),
}
REFUSED = {
    "draft-changed": N_("Somebody else changed this meanwhile. Nothing is lost: both are shown here"),
    "draft-gone": N_("This is not in the draft any more"),
    "group-used": N_("Services are in this group. Put them into another one first"),
    "published-meanwhile": N_("Another version was published meanwhile. Look at the differences again"),
    "nothing-new": N_("This is what is published already"),
    "no-version": N_("This version is not there, or another release wrote it"),
    "record-missing": N_("The office's record is not whole yet. A supervisor sees to it under Day"),
    "too-large": N_("This is too large to be published"),
    "notices-many": N_("Enough notices stand already. Withdraw one first"),
    "notice-gone": N_("This notice does not stand any more"),
    "notice-text": N_("Each language needs its text on one line, in its own letters"),
    "notice-level": N_("Choose how it is shown"),
    "notice-time": N_("Choose an end that is still to come and after its beginning"),
}
OTHER = N_("Load this page anew and try again")
"""Why something is not done (server.errors.ActRefused)."""

WEEKDAYS = (
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"),
)  # fmt: skip
SECTIONS = {
    "counters": N_("Counters that usually work"),
    "week": N_("The week"),
    "breaks": N_("Breaks"),
    "holidays": N_("Holidays"),
    "special": N_("Days that differ"),
    "services": N_("Services with hours of their own"),
}
READY = {
    "flood": N_("Closed because of flooding"),
    "power": N_("Closed because the power is off"),
    "water": N_("Closed because the water is off"),
    "storm": N_("Closed because of a storm"),
    "air": N_("Closed because of unhealthy air"),
    "network": N_("Closed because of a fault in the computer system"),
    "works": N_("Closed because of work on the building"),
    "event": N_("Closed because of an official event"),
    "training": N_("Closed because staff are in training"),
}
"""Why the office is closed, ready in every language for a day that is declared late."""
