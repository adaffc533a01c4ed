"""The words of the counter's page: for each listed reason, each status, each refusal. Texts of the domain `counter`."""

from translations import N_

# gettext: counter

REASON_WORDS = {
    "came-before": N_("was at this counter before"),
    "needs-this-counter": N_("only this counter can do it"),
    "equipment": N_("equipment is out of order"),
    "urgent-safety": N_("somebody is in danger"),
    "supervisor": N_("the supervisor says so"),
    "gave-up": N_("gave the number up"),
    "left-the-hall": N_("was seen leaving"),
    "took-another-ticket": N_("has a newer ticket"),
    "question-only": N_("a short question"),
    "machine-out-of-order": N_("no ticket could be had"),
    "helped-at-the-door": N_("could not go to the kiosk"),
    "finishing-before": N_("finishing what was begun before"),
    "copy": N_("to make a copy"),
    "form": N_("to fill in a form"),
    "payment": N_("to pay"),
    "document-at-home": N_("to fetch a document"),
    "other-office": N_("to another office"),
    "wrong-service": N_("another service was meant"),
    "next-step": N_("the next step is there"),
    "needs-other-counter": N_("only another counter can do it"),
    "citizen-asked": N_("the citizen asked for it"),
    "taken-twice": N_("the ticket was taken twice"),
    "test": N_("a test"),
    "break": N_("a break"),
    "lunch": N_("lunch"),
    "meeting": N_("a meeting"),
}
"""Every code of sync.reasons; a test holds the two together."""

STATUS_WORDS = {
    "waiting": N_("waits"),
    "called": N_("is called"),
    "serving": N_("is served"),
    "parked": N_("on an errand"),
    "absent": N_("did not come"),
    "served": N_("was served"),
    "cancelled": N_("given up"),
    "carried": N_("comes tomorrow"),
}

REFUSED = N_("This was not done")
REFUSAL_HINTS = {
    "not-allowed": N_("Ask a supervisor to do this"),
    "no-counter": N_("There is no such counter"),
    "was-called": N_("First say whether the one who was called has come"),
    "nobody-waits": N_("Nobody waits for this counter now"),
    "too-early": N_("It is too early: call again and wait, or give a reason"),
    "not-listed": N_("Choose a reason from the list"),
    "counter-changed": N_("Somebody else acted at this counter. This is how it stands now"),
    "not-now": N_("The queue has changed. This is how it stands now"),
    "wrong-status": N_("Somebody else was faster with this number"),
    "no-ticket": N_("There is no such number today"),
    "has-priority": N_("This number has priority already"),
    "counter-free": N_("Nobody is at this counter now"),
    "serves-nothing": N_("This counter would serve nothing. An administrator sets services and skills"),
    "no-service": N_("There is no such service"),
    "bad-interval": N_("These numbers or times cannot be right"),
    "bad-key": N_("Load this page anew and try again"),
    "key-used": N_("Load this page anew and try again"),
    "record-missing": N_(
        "The server was started from an old copy of its record. Until a machine has given back what is missing, "
        "nothing is called. A supervisor can go on without it, under Day"
    ),
    "no-clock": N_("The server does not know the time yet. Its clock has to be set first"),
}
OTHER_HINT = N_("Load this page anew and try again")
