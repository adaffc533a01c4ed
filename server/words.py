"""The words for codes that the pages show. Every text is a msgid of the domain `pages`."""

from translations import N_

PRINT_WORDS = {
    None: N_("waiting for the printer"),
    "sending": N_("being printed"),
    "confirmed": N_("printed"),
    "sent": N_("sent to the printer"),
    "not-started": N_("not printed"),
    "interrupted": N_("printing was interrupted"),
    "uncertain": N_("printing is uncertain"),
}
"""A ticket's paper, by what fold keeps of it."""

LEVEL_WORDS = {
    5: N_("most satisfied"),
    4: N_("very satisfied"),
    3: N_("moderately satisfied"),
    2: N_("slightly satisfied"),
    1: N_("least satisfied"),
}

REFUSAL_WORDS = {
    "unpaired": N_("the machine is not paired"),
    "bad-signature": N_("the signature did not hold"),
    "revoked": N_("the permission was withdrawn"),
    "malformed": N_("the message was not well formed"),
    "too-large": N_("the message was too large"),
    "gap": N_("facts were missing in between"),
    "fork": N_("the machine's record differs from the copy here"),
    "bad-chain": N_("the chain of the record did not hold"),
}
OTHER_REFUSAL = N_("for another reason")

FAULT_WORDS = {
    "unreachable": N_("printer not reachable"),
    "paper-out": N_("paper is out"),
    "cover-open": N_("cover is open"),
    "cutter": N_("paper is jammed in the cutter"),
    "mechanism": N_("printer is jammed"),
    "overheated": N_("printer is too hot"),
    "offline": N_("printer is offline"),
}
OTHER_FAULT = N_("printer is out of order")

NIGHT_WORDS = {"passed": N_("passed"), "uncertain": N_("the printer does not tell")} | FAULT_WORDS
"""What came of the self-check at night (kiosk.night)."""

PRINTER_WORDS = {
    "echoes": N_("tells whether a ticket came out"),
    "in_order": N_("tells only that a ticket was sent, not whether it came out"),
    "answers": N_("cannot tell whether a ticket came out"),
    "automatic": N_("cannot tell whether a ticket came out"),
}
"""What a printer tells of a ticket, by the first of its abilities here (hardware.profile.Abilities). No promise that
tickets are confirmed: on a serial line the kiosk does not take its word."""
ABLE_OF_NOTHING = N_("does not answer: only a look shows whether it is on and has paper")
MOUTH = ("full_status", N_("notices whether the last ticket was taken"))

UNKNOWN_KIND = "generic"
"""The profile that is taken where none is named or recognised."""

BOARD_WORDS = {
    "hot": N_("the machine is too hot"),
    "under-voltage": N_("the machine's power supply is too weak"),
    "throttled": N_("the machine has slowed itself down"),
    "disk-low": N_("the machine's memory is nearly full"),
}
OTHER_BOARD = N_("something is wrong with the machine")
