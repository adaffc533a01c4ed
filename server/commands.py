"""What `python -m server` asks of the ledger: of a running server over its control socket, else by itself."""

from collections.abc import Callable
from typing import Any

from fonts.tokens import load as load_tokens
from server.backups import Backup
from server.errors import ControlFailed
from server.ledger import Ledger
from server.pairing import clean_place, new_code
from server.publish_command import publish
from server.publishing import Drawable
from server.queue import Moment
from sync.paircode import make_code
from sync.types import JournalId, UtcMs


def perform(
    ledger: Ledger,
    command: dict[str, Any],
    certificate: bytes,
    random: Callable[[int], bytes],
    now_ms: UtcMs,
    at: Moment | None = None,
) -> dict[str, Any]:
    """Do one command of `python -m server` on the ledger, within a transaction. `at`: now for the queue, None: nobody
    vouches for it. Raises ControlFailed, ActRefused."""
    match command:
        case {"command": "pair", "place": str() | None as place}:
            shown = clean_place(place) if place is not None else None
            if place is not None and shown is None:
                raise ControlFailed("the place cannot be shown on one line", hint="At most 80 printable characters.")
            code = make_code(certificate, random)
            ledger.add_code(new_code(code.secret, shown, now_ms))
            return {"code": str(code)}
        case {"command": "code"}:
            return {"code": ledger.people.make_code(random, now_ms)}
        case {"command": "publish", "what": str() as what, "text": str() as text, "offices": list() | None as offices}:
            return publish(ledger, what, text, offices, at, Drawable(tuple(load_tokens().accent)))
        case {"command": "time"}:
            return {"now_ms": now_ms}
        case {"command": "backed-up", "backup": dict() as made}:
            ledger.backups.keep(Backup(**made))
            return {}
        case {"command": "revoke", "journal_id": str(journal_id)}:
            if not ledger.revoke(JournalId(journal_id), now_ms):
                raise ControlFailed(f"no paired machine has the journal {journal_id}", hint="Compare all 32 digits.")
            return {"revoked": journal_id}
        case _:
            raise ControlFailed("there is no such command", hint="Run `python -m server --help`.")
