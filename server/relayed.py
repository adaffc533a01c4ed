"""What a centre makes of an office that brings the journals of its machines (docs/exchange.md, "Relay").

The office is believed for one thing: whose key a journal has. Every batch is judged by that key, as if the machine had
brought it itself.
"""

from server.ledger import Ledger
from server.pairing import ROLES, clean_place
from server.senders import Sender
from sync import wire
from sync.judge import OFFICE, judge_sender
from sync.relaywire import Introduction, read_introduction
from sync.types import JournalId, UtcMs
from sync.wire import Refusal


def take_introduction(ledger: Ledger, request: wire.Request, now_ms: UtcMs) -> tuple[JournalId, int] | Refusal:
    """Judge an introduction and enter the journal: (it, how far it is here), or the refusal. Within a transaction."""
    refused = judge_sender(request, ledger.known(request.journal_id), OFFICE)
    if refused is not None:
        return refused
    office = ledger.offices.of(request.journal_id)
    if office is None:
        return wire.refuse(wire.NOT_YOURS, "only an office introduces journals", _PAIR)
    try:
        introduced = read_introduction(request)
    except wire.BadAnswer as error:
        return wire.refuse(wire.MALFORMED, str(error), error.hint)
    misfit = _misfit(ledger, introduced, office)
    if misfit is not None:
        return misfit
    received = ledger.offices.introduce(introduced, request.journal_id, office, now_ms)
    return JournalId(introduced.journal_id), received


def not_theirs(sender: Sender, relay: Sender | None) -> Refusal | None:
    """Why this office may not bring this journal; None where it may, or where no office brings it."""
    if relay is None or (relay.office is not None and sender.office == relay.office):
        return None
    return wire.refuse(wire.NOT_YOURS, "this journal is not of the office that brings it", _MEND)


def _misfit(ledger: Ledger, of: Introduction, office: str) -> Refusal | None:
    name = JournalId(of.journal_id)
    standing = ledger.standing(name)
    if of.role not in ROLES or (of.place and clean_place(of.place) != of.place):
        return wire.refuse(wire.MALFORMED, "the role or the place cannot be", _MEND)
    if standing is None:
        return None
    if (standing.public_key.hex(), standing.secret.hex()) != (of.public_key, of.journal_secret):
        return wire.refuse(wire.BAD_SIGNATURE, "this journal is known here with another key", _MEND)
    if standing.own or ledger.offices.of(name) != office:
        return wire.refuse(wire.NOT_YOURS, "this journal is of another office", _MEND)
    return None


_PAIR = "Pair the office: make a code at the centre and enter it in server.toml, [upstream]."
_MEND = "See docs/exchange.md, 'Relay'. Nothing of it was stored."
