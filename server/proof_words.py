# gettext: audit
"""The words of the proof's public pages beside those of the audit itself. Domain `audit`; reasons are of `counter`."""

from collections.abc import Mapping

from server.audit_words import TOTALS, sentence
from server.checking import Checked
from server.counter_words import REASON_WORDS
from sync.audit_terms import COUNTED, NOBODY_CAME, Call, Totals, Violation, Wrong
from sync.online import Void
from sync.types import Seq
from translations import N_, Catalogue, load

SUMS = (
    "calls", "by_rule", "by_hand", "no_shows", "early", "carried_in", "carried_over", "unserved", "ticketless",
    "power_cut", "admitted", "finished", "prioritised", "online",
)  # fmt: skip
"""What a citizen reads of a day, in this order (sync.audit_terms.Totals)."""
PLACES = {
    COUNTED: N_("counted from when it was asked for"),
    NOBODY_CAME: N_("nobody came with it"),
    Void.EXPIRED: N_("the code had run out"),
    Void.SHARE: N_("beyond the share of the hour"),
}
"""What became of a place that was asked for from a phone."""

STATUS = {
    None: N_("not in the queue"),
    "waiting": N_("waits"),
    "called": N_("is called"),
    "serving": N_("is served"),
    "parked": N_("sent on an errand"),
    "absent": N_("nobody came"),
    "served": N_("was served"),
    "cancelled": N_("given up"),
    "carried": N_("carried over to the next day"),
}
ENDED = {
    "finished": N_("served until {time}"),
    "no-show": N_("nobody came until {time}"),
    "withdrawn": N_("the call was taken back at {time}"),
    "parked": N_("sent on an errand at {time}"),
    "transferred": N_("sent on to another service at {time}"),
}
BY_RULE = N_("as the rule says")
BY_HAND = N_("picked by hand: {reason}")
NOT_RULE = N_("not as the rule says")
WAITED = N_("after {minutes} minute of waiting"), "after {minutes} minutes of waiting"
IN_ORDER = N_("In order: every call was the one that the rule makes.")
NOT_CALLED = N_("In order so far: it was not called yet.")
PICKED = N_("Picked by hand, with a reason from the list.")
AGAINST = N_("Not in order.")


def reason_words(code: str, language: str) -> str:
    """A listed reason in words; another one as it was written."""
    said = REASON_WORDS.get(code)
    return load(language, "counter").gettext(said) if said else code


def _reason(code: str, words: Catalogue) -> str:
    return words.gettext(PLACES[code]) if code in PLACES else reason_words(code, words.language)


def sums(totals: Totals, words: Catalogue, *, whole: bool) -> list[tuple[str, str, int, list[tuple[str, int]]]]:
    """(code, words, count, [(reason, count)]) of the sums of a day. Before it is over nobody is left unserved; of
    places for phones nothing is said where none was asked for."""
    found, left_out = [], {*([] if whole else ["unserved"]), *([] if totals.online else ["online"])}
    for name in (each for each in SUMS if each not in left_out):
        value: int | Mapping[str, int] = getattr(totals, name)
        reasons = [] if isinstance(value, int) else [(_reason(k, words), n) for k, n in value.items()]
        count = value if isinstance(value, int) else sum(value.values())
        found.append((name, words.gettext(TOTALS[name]), count, reasons))
    return found


def why(call: Call, words: Catalogue) -> str:
    """Whether a call was the rule's."""
    if call.why != "rule":
        return words.gettext(BY_HAND).format(reason=reason_words(call.why, words.language))
    return words.gettext(BY_RULE if call.conforming else NOT_RULE)


def verdict(found: Checked, words: Catalogue) -> tuple[bool, str]:
    """(whether all is well, what is said first) of a ticket."""
    if found.violations or any(call.why == "rule" and not call.conforming for call in found.calls):
        return False, words.gettext(AGAINST)
    if any(call.why != "rule" for call in found.calls):
        return True, words.gettext(PICKED)
    return True, words.gettext(IN_ORDER if found.calls else NOT_CALLED)


def against(found: Checked, words: Catalogue) -> list[str]:
    """What the audit says against the way of this ticket."""
    codes = dict.fromkeys(found.violations)
    return [sentence(Violation(Wrong(code), Seq(0), {"ticket": found.label}), words) for code in codes]
