"""What a page of this office sees of the ledger, where other offices relay to the same server: its own journals alone.

Views of the same names, private to one connection, stand before the tables: no query has to think of it.
"""

from server.database import Db

_OWN = "journal_id IN (SELECT journal_id FROM main.journals WHERE office IS NULL)"
TABLES = (
    "anchors", "calendars", "catalogues", "days", "episodes", "facts", "heads", "journals", "machines", "promised",
    "published", "scores", "standards", "standing", "strange", "tickets", "waits",
)  # fmt: skip
"""Every table with a row for each journal or fact that an office may have brought."""


def see_own(db: Db) -> None:
    """Let this connection see this server's own journals only."""
    for table in TABLES:
        condition = "office IS NULL" if table == "journals" else _OWN
        db.execute(f"CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} WHERE {condition}")
