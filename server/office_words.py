"""The words of the pages for supervisors and administrators. Texts of the domain `office`."""

from collections.abc import Mapping

from server.fold_published import CALENDAR, CATALOGUE, NOTICE
from server.people import Role
from server.way_down import HERE, UNPROVEN
from sync import exchange_terms, wire
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

_TRIED = N_("The centre is not reached, or does not answer as it should. It is tried again by itself.")
_BUSY = N_("The centre is busy and asks for patience. It is tried again by itself.")
_CODE = N_(
    "The pairing code is missing, wrong, used or too old. Ask the centre for another one and write it into "
    "server.toml, under [upstream]."
)
_WITHDRAWN = N_("The centre has withdrawn this office's permission. Ask there for another pairing code.")
_APART = N_(
    "The record here and the one at the centre do not go together: one of them was put back from an old copy. "
    "docs/exchange.md says what to do."
)
_NOT_TAKEN = N_("What was sent was not taken, or does not prove itself. If it stays so, call whoever runs the server.")
_HERE = N_("This server cannot read or write its own copy. Is its disk full?")
_WAYS: Mapping[str, tuple[str, ...]] = {
    _BUSY: (exchange_terms.BUSY, wire.LATER, wire.TOO_MANY),
    _CODE: (wire.UNPAIRED, wire.NOT_INTRODUCED, wire.WRONG_CODE, wire.CODE_EXPIRED, wire.CODE_USED),
    _WITHDRAWN: (wire.REVOKED,),
    _APART: (
        wire.FORK, wire.SUPERSEDED, exchange_terms.PRUNED, exchange_terms.LOWERED, exchange_terms.SERVER_AHEAD,
        exchange_terms.JOURNAL_BEHIND,
    ),
    _NOT_TAKEN: (
        wire.BAD_CHAIN, wire.BAD_SIGNATURE, wire.MALFORMED, wire.TOO_LARGE, wire.GAP, exchange_terms.NO_PROGRESS,
        UNPROVEN,
    ),
    _HERE: (HERE,),
}  # fmt: skip


def in_the_way(code: str) -> str:
    """What is between an office and its centre, by the code of it (server.way_down.Why)."""
    return next((words for words, codes in _WAYS.items() if code in codes), _TRIED)


SIGNALS = {
    "idle": N_("presses while nobody was served"),
    "bursts": N_("several presses within a minute"),
    "row": N_("the same level many times in a row"),
    "quick": N_("presses within seconds of each other"),
    "mashed": N_("several levels pressed at once"),
    "upward": N_("changed to a higher level"),
}
"""What is worth a look at a counter (server.scoring.Signals). None of it proves anything."""
