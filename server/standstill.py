"""After a restore from an old copy the office calls nobody, until a machine gave back what is missing or a supervisor
has it go on without (docs/decisions/lost-record.md).

What a copy does not know it would call again. While the office stands still its queue is empty: no page and no display
shows a number of the copy.
"""

from collections.abc import Callable

from server import queue
from server.lastword import Doubt, LastWord
from server.ledger import Ledger
from server.queue import Moment
from sync.chain import Position
from sync.facts_restated import RecordWaived
from sync.types import JournalId
from sync.wire import Head

MOST_ASKED = 20
"""So many devices are remembered that cannot vouch; an office has fewer."""


def look(
    ledger: Ledger,
    last: LastWord,
    began: tuple[JournalId, Position],
    succeed: Callable[[Ledger, JournalId, Head], None],
) -> None:
    """At the start: hold the ledger, as it was `began` with, against the office's last word. Within a transaction."""
    word = last.read()
    if isinstance(word, Doubt) and word.journal == began[0]:
        ledger.in_doubt = word
    elif isinstance(word, tuple) and ledger.lost.is_ours(*word):
        name, head = word
        if not ledger.lost.holds(name, head.position):
            succeed(ledger, name, head)
            ledger.lost.note_known(name, head.seq)
    elif ledger.has_past():
        ledger.in_doubt = Doubt(began[0], int(began[1].seq))
        last.doubt(ledger.in_doubt)


def heard(
    ledger: Ledger, last: LastWord, device: JournalId, name: JournalId, at: Position, moment: Moment | None
) -> None:
    """A device shows how far its copy of our journal goes. Within a transaction.

    A copy that goes as far as the ledger at its start, and no further, was made by the office that wrote no more.
    """
    doubt = ledger.in_doubt
    if doubt is None or name != doubt.journal or device in doubt.asked or not ledger.lost.holds(name, at):
        return
    if at.seq >= doubt.seq:
        ledger.in_doubt = None
        queue.stand(ledger, moment)
    elif len(doubt.asked) < MOST_ASKED:
        ledger.in_doubt = Doubt(doubt.journal, doubt.seq, (*doubt.asked, device))
        last.doubt(ledger.in_doubt)


def go_on(ledger: Ledger, staff: str, at: Moment) -> None:
    """A supervisor has the office go on without what is missing. Within a transaction; nothing where it does not stand
    still."""
    if not queue.stands_still(ledger):
        return
    ledger.in_doubt = None
    ledger.lost.waive(at.now_ms)
    queue.stand(ledger, at)
    at = queue.steady(ledger, at)
    queue.turn(ledger, at)
    queue.commit(ledger, [RecordWaived(at.now_ms, staff)], at.instant)
