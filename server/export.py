"""One journal out of the ledger, as a file of its own that `python -m sync verify` reads (docs/journal.md)."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from server.database import Db, DbError
from server.errors import ControlFailed
from server.own import own_named
from server.stores import open_reader
from sync.copies import write_copy
from sync.journal import Entry


def export(ledger: Path | str, journal_id: str | None, to: Path) -> str:
    """Copy this journal (None: the server's own) to a new file, also while the server runs; what was done, in words.

    Raises ControlFailed.
    """
    try:
        with closing(open_reader(ledger)) as db:
            db.execute("BEGIN")
            named = own_named(db)
            wanted = journal_id or (named[0] if named else "")
            found = db.execute("SELECT secret, received FROM journals WHERE journal_id = ?", (wanted,)).fetchone()
            if found is None or not found[1]:
                what = f"the journal {wanted}" if wanted else "a journal of its own"
                raise ControlFailed(f"this server holds no fact of {what}", hint="Compare all 32 digits.")
            write_copy(to, found[0], _entries(db, wanted))
            return f"{to}: journal {wanted}, {found[1]} facts"
    except (OSError, DbError) as error:
        hint = "Name a new file after --to, on a disk with room, and look whether the server has a ledger."
        raise ControlFailed(f"the journal could not be exported: {error}", hint=hint) from error


def _entries(db: Db, journal_id: str) -> Iterator[Entry]:
    query = "SELECT seq, row, chain FROM facts WHERE journal_id = ? ORDER BY seq"
    return (Entry(*row) for row in db.execute(query, (journal_id,)))
