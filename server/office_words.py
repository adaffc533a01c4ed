"""The words of the pages for supervisors and administrators. Texts of the domain `office`."""

from server.fold_published import CALENDAR, CATALOGUE, NOTICE
from server.people import Role
from translations import N_

# gettext: office

LINKS = (
    ("/issue", N_("Give a number"), Role.STAFF),
    ("/today", N_("Now"), Role.SUPERVISOR),
    ("/day", N_("Day"), Role.SUPERVISOR),
    ("/machines", N_("Machines"), Role.ADMINISTRATOR),
    ("/offices", N_("Offices"), Role.ADMINISTRATOR),
    ("/office", N_("Office"), Role.ADMINISTRATOR),
)
"""Their places in the console's menu: path, words, least role."""

RULE_WORDS = {
    "priority_rate": (
        N_("How many minutes one minute of waiting counts with priority"),
        N_("1: priority changes nothing"),
    ),
    "overtakes": (N_("How many later tickets may be called before an earlier one"), N_("0: in the order of arrival")),
    "returned_place": (N_("After how many others whoever missed the call is called"), N_("0: among the next")),
    "parked_place": (N_("After how many others whoever was on an errand is called"), N_("0: among the next")),
    "recalls": (N_("How often a number is called again"), ""),
    "no_show_s": (N_("How many seconds it is called before it counts as not there"), ""),
}
"""Each setting of the calling rule (server.settings.LIMITS), and a word more."""

REFUSED = {
    "no-clock": N_("The server does not know the time yet. A supervisor confirms it first"),
    "record-missing": N_(
        "The server was started from an old copy of its record. Until a machine has given back what is missing, "
        "nothing is called. A supervisor can go on without it, under Day"
    ),
    "no-service": N_("This service is not there any more. Choose another one"),
    "no-ticket": N_("One to five services go on one ticket"),
    "far-date": N_("This is long after the last time on record. If it is right, say so below and confirm again"),
    "date-over": N_("This time is over for certain. Look at a telephone or a wall clock"),
    "bad-interval": N_("These numbers or times cannot be right"),
    "series-used": N_("This letter belongs to the kiosks. Choose a free one"),
    "settings-changed": N_("Somebody else changed this meanwhile. This is how it stands now"),
    "counter-busy": N_("A counter would serve nothing any more, and somebody is there. Finish there first"),
}
OTHER = N_("Load this page anew and try again")
"""Why something is not done (server.errors.ActRefused)."""

SLIP = {
    "carried": (N_("Not served today"), N_("This number is called first on {date}.")),
    "emergency": (N_("Emergency number"), N_("Please wait for the number to be called.")),
}
"""What stands on paper that is printed from the console, in every language: a line above and one below the number."""

GIVEN_BACK = {
    CATALOGUE: N_("Service catalogue, version {number}, published on {when}"),
    CALENDAR: N_("Calendar, version {number}, published on {when}"),
    NOTICE: N_("Notice, published or withdrawn on {when}"),
}
"""What an office gave back to its centre (server.regain.GivenBack)."""

SIGNALS = {
    "idle": N_("presses while nobody was served"),
    "bursts": N_("several presses within a minute"),
    "row": N_("the same level many times in a row"),
    "quick": N_("presses within seconds of each other"),
    "mashed": N_("several levels pressed at once"),
    "upward": N_("changed to a higher level"),
}
"""What is worth a look at a counter (server.scoring.Signals). None of it proves anything."""
