"""What a page of an office sees of the ledger, where several offices are in it: the journals of that office alone.

Views of the same names, private to one connection, stand before the tables: no query has to think of it.
"""

from server.database import Db

_OWN = "journal_id IN (SELECT journal_id FROM main.journals WHERE office IS NULL)"
TABLES = (
    "anchors", "asked", "calendars", "catalogues", "days", "episodes", "facts", "heads", "journals", "languages",
    "machines", "online_places", "promised", "published", "scores", "standards", "standing", "strange", "surveys",
    "tickets",
    "waits",
)  # fmt: skip
"""Every table with a row for each journal or fact that an office may have brought."""


def see_own(db: Db) -> None:
    """Let this connection see this server's own journals only."""
    for table in TABLES:
        condition = "office IS NULL" if table == "journals" else _OWN
        db.execute(f"CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} WHERE {condition}")


def see_office(db: Db) -> None:
    """Let this connection see one of the offices that relay to this server, as that office sees itself: the one that
    `look_at` named last. What was lost and came back is told at the office: here it is as nothing."""
    columns = [each[0] for each in db.execute("SELECT * FROM main.journals LIMIT 0").description]
    theirs = {"office": "NULL", "relayed_by": "NULL", "own": _NUMBERED}
    told = ", ".join(f"{theirs[each]} AS {each}" if each in theirs else each for each in columns)
    db.execute("CREATE TEMP TABLE looked (office TEXT)")
    db.execute("INSERT INTO looked (office) VALUES (NULL)")
    db.execute(f"CREATE TEMP VIEW journals AS SELECT {told} FROM main.journals WHERE office = {_LOOKED}")
    for table in (*TABLES, *_LOST):
        if table != "journals":
            db.execute(f"CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} WHERE {_THEIRS}")


def look_at(db: Db, office: str) -> None:
    """See this office from now on."""
    db.execute("UPDATE looked SET office = ?", (office,))


_LOST = ("losses", "lost", "forks")
_LOOKED = "(SELECT office FROM looked)"
_THEIRS = f"journal_id IN (SELECT journal_id FROM main.journals WHERE office = {_LOOKED})"
_NUMBERED = """CASE WHEN role = 'office'
    THEN row_number() OVER (PARTITION BY role = 'office' ORDER BY paired_ms, journal_id) ELSE 0 END"""
"""An office's own journals in the order in which they were begun."""
