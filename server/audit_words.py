# gettext: audit
"""The words of an audit: a sentence for every violation and pattern, and what to look at. Domain `audit`.

The placeholders are those of Violation.values; what is not known is written as a dash.
"""

from collections import defaultdict

from sync.audit_terms import Violation, Wrong
from sync.patterns import Name, Pattern, Sort
from translations import N_, Catalogue

SENTENCES = {
    Wrong.NOT_THE_RULE: N_("{ticket} was called to counter {counter}; by the rule it was {other}'s turn"),
    Wrong.RULE_CHANGED: N_("the calling rule was changed in the middle of the day"),
    Wrong.RULE_MISSING: N_("the day began without saying by which rule it calls"),
    Wrong.RULE_UNKNOWN: N_("the day was called by version {detail} of the rule, which this release does not have"),
    Wrong.NEVER_ADMITTED: N_("{ticket} was called or served, but never let into the queue"),
    Wrong.TWO_COUNTERS: N_("{ticket} was called to counter {counter} while it was at another counter"),
    Wrong.COUNTER_BUSY: N_("{ticket} was called to counter {counter}, which still had another ticket"),
    Wrong.COUNTER_CLOSED: N_("counter {counter} acted while it was closed"),
    Wrong.COUNTER_PAUSED: N_("{ticket} was called to counter {counter} during its break"),
    Wrong.COUNTER_UNABLE: N_("{ticket} was called to counter {counter}, which does not serve it"),
    Wrong.COUNTER_SERVICES: N_("counter {counter} was opened for services it is not meant for: {detail}"),
    Wrong.PICK_UNLISTED: N_("{ticket} was picked by hand for a reason that is not listed: {detail}"),
    Wrong.REASON_UNLISTED: N_("a reason that is not listed was given: {detail}"),
    Wrong.NO_SHOW_EARLY: N_("{ticket} was given up before its time, without a reason ({detail})"),
    Wrong.OTHER_PLACE: N_("{ticket} came back at place {detail}; the published place is {other}"),
    Wrong.ONLINE_TERMS: N_("places for phones were given on other terms than the day was told"),
    Wrong.ONLINE_UNFOUNDED: N_("{ticket} counts from an online place that the rule does not grant ({detail})"),
    Wrong.ONLINE_DENIED: N_("{ticket} came with an online place and is not let in by it as the rule says ({detail})"),
    Wrong.SINCE_EARLIER: N_("{ticket} was made older than it is"),
    Wrong.SINCE_LATER: N_("{ticket} was made younger than it is"),
    Wrong.PRIORITY_UNASKED: N_("{ticket} has a priority that nobody asked for at the kiosk"),
    Wrong.PRIORITY_LOST: N_("{ticket} asked for priority at the kiosk and was called without it"),
    Wrong.TICKET_CHANGED: N_("{ticket} is not the ticket that its kiosk issued ({other})"),
    Wrong.NEVER_ISSUED: N_("{ticket} came into the queue, but no kiosk issued it"),
    Wrong.VANISHED: N_("{ticket} was issued at the kiosk and never came into the queue"),
    Wrong.NUMBER_TWICE: N_("the number {ticket} was given twice"),
    Wrong.ADMITTED_TWICE: N_("{ticket} was let into the queue twice"),
    Wrong.ADMISSION_ORDER: N_("{ticket} was let into the queue out of order, behind {other}"),
    Wrong.CARRIED_LOST: N_("{ticket} was carried over and is not first this morning"),
    Wrong.CARRIED_CHANGED: N_("{ticket} was changed when it was carried over"),
    Wrong.EXPIRED: N_("{ticket} still waited when the day ended and was not carried over"),
    Wrong.TIME_BACKWARDS: N_("the office's time ran backwards by {detail} ms"),
    Wrong.CLOCK_MOVED: N_("the office's clock was moved by {detail} ms"),
    Wrong.OUTSIDE_DAY: N_("something was done outside the hours of this office day"),
    Wrong.DAY_ORDER: N_("the day {detail} was opened behind {other}"),
    Wrong.ROW_MISSING: N_("facts {detail} are missing"),
    Wrong.NOT_UNDERSTOOD: N_("a fact of the queue cannot be understood: {detail}"),
    Wrong.ILLEGAL_STEP: N_("something was recorded that the queue has no place for: {detail}"),
    Wrong.RESTATED_OTHERWISE: N_("{ticket} does not stand where the record before has it"),
    Wrong.CALLED_AGAIN: N_("{ticket} was called once more to counter {counter}, from an old copy of the record"),
    Wrong.TAIL_FORGED: N_("facts {detail} came back from a machine, and the office never signed them"),
    Wrong.RECORD_LOST: N_("facts {detail} are lost: nobody can say what was done"),
}

LOOK_CALL = N_("Look at this call, at who was at the counter, and at its camera's window.")
LOOK_TICKET = N_("Compare the paper ticket with the kiosk's own journal.")
LOOK_RULE = N_("Ask who set the rule, and compare it with the one on the wall.")
LOOK_RECORD = N_("Verify the journals, and compare them with a checkpoint that was kept elsewhere.")
LOOK_CLOCK = N_("Look at the server's clock, and ask who set it.")
LOOK_DAY = N_("Ask who opened and closed the office that day.")
LOOK_REASON = N_("Ask who was at the counter; a reason is chosen from the list, never written.")
LOOK_RELEASE = N_("Repeat the audit with the release that served this day.")

_LOOK = {
    LOOK_RULE: (Wrong.RULE_CHANGED, Wrong.RULE_MISSING, Wrong.ONLINE_TERMS),
    LOOK_RELEASE: (Wrong.RULE_UNKNOWN, Wrong.NOT_UNDERSTOOD),
    LOOK_REASON: (Wrong.PICK_UNLISTED, Wrong.REASON_UNLISTED, Wrong.COUNTER_SERVICES),
    LOOK_CLOCK: (Wrong.TIME_BACKWARDS, Wrong.CLOCK_MOVED),
    LOOK_DAY: (Wrong.CARRIED_LOST, Wrong.CARRIED_CHANGED, Wrong.EXPIRED, Wrong.OUTSIDE_DAY, Wrong.DAY_ORDER),
    LOOK_RECORD: (
        Wrong.ROW_MISSING, Wrong.ILLEGAL_STEP, Wrong.RESTATED_OTHERWISE, Wrong.TAIL_FORGED, Wrong.RECORD_LOST,
    ),
    LOOK_TICKET: (
        Wrong.NEVER_ADMITTED, Wrong.SINCE_EARLIER, Wrong.SINCE_LATER, Wrong.PRIORITY_UNASKED, Wrong.PRIORITY_LOST,
        Wrong.TICKET_CHANGED, Wrong.NEVER_ISSUED, Wrong.VANISHED, Wrong.NUMBER_TWICE, Wrong.ADMITTED_TWICE,
        Wrong.ADMISSION_ORDER, Wrong.ONLINE_UNFOUNDED, Wrong.ONLINE_DENIED,
    ),
}  # fmt: skip
LOOK = {what: next((look for look, group in _LOOK.items() if what in group), LOOK_CALL) for what in Wrong}
"""What to look at, for every violation."""

PATTERNS = {
    Name.QUICK_NO_SHOW: N_("calls were given up early: {k} of {n}"),
    Name.NO_SHOW_CAME_BACK: N_("whoever missed the call was there again soon: {k} of {n} calls"),
    Name.TICKETLESS: N_("services without a ticket: {k} of {n}"),
    Name.TRANSFER_THEN_CALL: N_("tickets transferred and soon called by the same person: {k} of {n} calls"),
    Name.HAND_PICK: N_("tickets picked by hand: {k} of {n} calls"),
    Name.GAVE_PRIORITY: N_("priority given by staff: {k} to {n}"),
    Name.NEGLECT: N_("the counter stood free while somebody waited: {k} of {n} moments"),
}
SORTS = {Sort.COUNTER: N_("counter {group}"), Sort.HOUR: N_("from {group}:00"), Sort.STAFF: N_("person {group}")}
USUAL = N_("usual elsewhere: {percent} %")
TYPICAL = N_("typically {seconds} s")
TYPICAL_MIN = N_("typically {minutes} min")
LONGEST = N_("at longest {minutes} min")
IN_MINUTES_S = 120
"""From so many seconds on a duration is told in minutes."""

TITLE = N_("Audit of {day}")
RUNNING = N_("the day is not over yet")
PLACE = N_("journal {journal}, facts {first} to {last}")
TOTALS = {
    "calls": N_("calls"),
    "by_rule": N_("as the rule says"),
    "by_hand": N_("picked by hand, with a reason"),
    "admitted": N_("tickets in the queue"),
    "finished": N_("services finished"),
    "recalls": N_("called again"),
    "no_shows": N_("nobody came"),
    "early": N_("of these before the time, with a reason"),
    "transfers": N_("transferred"),
    "parked": N_("sent on an errand"),
    "cancelled": N_("given up"),
    "prioritised": N_("priority given by staff"),
    "carried_in": N_("carried over from the day before"),
    "carried_over": N_("carried over to the next day"),
    "unserved": N_("not served when the day ended"),
    "ticketless": N_("served without a ticket, with a reason"),
    "power_cut": N_("by hand, power cut"),
    "online": N_("places asked for from phones"),
}
UNCHECKED = N_("tickets that could not be compared with their kiosk: {count}")
VIOLATIONS = N_("Violations: {count}")
NONE = N_("No violation: every call can be repeated from the record.")
TO_LOOK_AT = N_("To look at, without a verdict: {count}")
COMPLAINT = N_("complaint about {ticket}: {category}")
CAMERA = N_("camera {camera}, clock in the picture {begin} to {end}")
EXPORT_BEFORE = N_("export before {day}")
UNKNOWN_CLOCK = N_("its clock was never checked")


def sentence(violation: Violation, words: Catalogue) -> str:
    """What is wrong, in words."""
    values = defaultdict(lambda: "–", violation.values)
    return words.gettext(SENTENCES[violation.what]).format_map(values)


def look(violation: Violation, words: Catalogue) -> str:
    """What to look at."""
    return words.gettext(LOOK[violation.what])


def pattern_words(pattern: Pattern, words: Catalogue) -> str:
    """What stands out, where, and how it is elsewhere."""
    where = words.gettext(SORTS[pattern.sort]).format(group=pattern.group)
    what = words.gettext(PATTERNS[pattern.name]).format(k=pattern.k, n=pattern.n)
    usual = words.gettext(USUAL).format(percent=round(100 * pattern.usual))
    if pattern.typical_ms is not None:
        usual += ", " + _took(pattern.name, pattern.typical_ms // 1000, words)
    return f"{where}: {what} ({usual})"


def _took(name: Name, seconds: int, words: Catalogue) -> str:
    """How long it takes there, as a rule; of neglect the longest (sync.patterns.Pattern)."""
    minutes = round(seconds / 60)
    if name is Name.NEGLECT:
        return words.gettext(LONGEST).format(minutes=minutes)
    if seconds >= IN_MINUTES_S:
        return words.gettext(TYPICAL_MIN).format(minutes=minutes)
    return words.gettext(TYPICAL).format(seconds=seconds)
