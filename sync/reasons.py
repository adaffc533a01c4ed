"""The listed reasons: whoever leaves the rule says why, by one of these codes. Their words are in the catalogues."""

PICK = ("came-before", "needs-this-counter", "equipment", "urgent-safety", "supervisor")
"""Why a number was picked by hand: it was at the counter before for the same errand; only this counter can do it; the
equipment of another counter failed; somebody's safety; a supervisor said so."""

EARLY_NO_SHOW = ("gave-up", "left-the-hall", "took-another-ticket")
"""Why a ticket counts as not there before its time: whoever held it said so, was seen leaving, or has a newer one."""

TICKETLESS = ("question-only", "machine-out-of-order", "helped-at-the-door", "finishing-before")
"""Why somebody was served without a ticket: a question of a minute; no ticket could be had; could not go to the kiosk;
came back to finish what was begun."""

PARK = ("copy", "form", "payment", "document-at-home", "other-office")
"""What whoever holds a parked ticket was sent for."""

TRANSFER = ("wrong-service", "next-step", "needs-other-counter")
"""Why a ticket waits for another service: the citizen had chosen another one; this errand goes on there; only another
counter can do it."""

CANCEL = ("citizen-asked", "taken-twice", "test")
"""Why a ticket was given up."""

BREAK = ("break", "lunch", "meeting", "equipment")
"""Why a counter pauses."""

COMPLAINT = ("passed-over", "call-not-noticed", "long-wait", "sent-away", "extra-demand", "treatment", "other")
"""What a complaint is about: others went first; the call was missed; the wait; nobody would serve; something was asked
for that the service does not need; how one was treated; anything else."""

REQUEST = (
    "check-printer", "check-paper", "check-clock", "check-machine", "look-at-waits", "answer-followup", "make-backup",
    "take-release", "notice",
)  # fmt: skip
"""What a centre asks of an office: to look at a printer, at paper, at a clock, at a machine that is not heard of; at
the waits of a service; to answer a complaint; to make a backup and see it verified; to take up the newest release; to
read, and act on, what it writes."""

REQUEST_CANNOT = ("nothing-found", "part-missing", "technician-called", "nobody-here", "not-ours", "other")
"""Why an office cannot do it: all is well there; paper, a part or a disk is missing; somebody was called, who will;
nobody there can; it is not this office's to do; anything else, in words."""
