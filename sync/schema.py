"""The tables of every database in this room, as migrations that run once and are recorded in the file."""

import sqlite_utils

JOURNAL = sqlite_utils.Migrations("journal")
"""The journal's own tables. Specified in docs/journal.md: a change here is a new format there."""

GUARDS = {
    "facts_are_never_changed": """CREATE TRIGGER facts_are_never_changed BEFORE UPDATE ON facts
        BEGIN SELECT RAISE(ABORT, 'a fact is never changed'); END""",
    "facts_are_never_deleted": """CREATE TRIGGER facts_are_never_deleted BEFORE DELETE ON facts
        BEGIN SELECT RAISE(ABORT, 'a fact is never deleted'); END""",
    "facts_have_no_gap": """CREATE TRIGGER facts_have_no_gap BEFORE INSERT ON facts
        WHEN NEW.seq <> 1 + (SELECT coalesce(max(seq), 0) FROM facts)
        BEGIN SELECT RAISE(ABORT, 'a fact takes the next seq'); END""",
}
"""The triggers that refuse changes, by name, as SQLite keeps their text."""

LATER_GUARDS = {
    **GUARDS,
    "facts_have_no_gap": """CREATE TRIGGER facts_have_no_gap BEFORE INSERT ON facts
        WHEN NEW.seq <> 1 + (SELECT coalesce(max(seq), (SELECT base FROM segment)) FROM facts)
        BEGIN SELECT RAISE(ABORT, 'a fact takes the next seq'); END""",
    "a_beginning_is_never_changed": """CREATE TRIGGER a_beginning_is_never_changed BEFORE UPDATE ON segment
        BEGIN SELECT RAISE(ABORT, 'where a file begins is never changed'); END""",
    "a_beginning_is_never_deleted": """CREATE TRIGGER a_beginning_is_never_deleted BEFORE DELETE ON segment
        BEGIN SELECT RAISE(ABORT, 'where a file begins is never changed'); END""",
}
"""The triggers of a file that goes on where another ends."""

_FACTS = (
    """CREATE TABLE journal (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        format INTEGER NOT NULL,
        secret BLOB NOT NULL CHECK (length(secret) = 32)
    ) STRICT""",
    """CREATE TABLE facts (
        seq INTEGER PRIMARY KEY,
        row BLOB NOT NULL,
        chain BLOB NOT NULL CHECK (length(chain) = 32)
    ) STRICT""",
    *GUARDS.values(),
    """CREATE VIEW readable AS SELECT
        seq,
        json_extract(CAST(row AS TEXT), '$[1]') AS kind,
        json_extract(CAST(row AS TEXT), '$[2]') AS version,
        json_extract(CAST(row AS TEXT), '$[3]') AS boot_id,
        json_extract(CAST(row AS TEXT), '$[4]') AS boottime_ms,
        json_extract(CAST(row AS TEXT), '$[5]') AS body,
        lower(hex(chain)) AS chain
    FROM facts""",
)


@JOURNAL()
def facts(db: sqlite_utils.Database) -> None:
    """Facts with their guards, and a view for people."""
    for statement in _FACTS:
        db.execute(statement)


LATER_SEGMENT = sqlite_utils.Migrations("segment")
"""What a file has besides, that goes on where another ends (sync.segments). Specified in docs/journal.md."""


@LATER_SEGMENT()
def beginning(db: sqlite_utils.Database) -> None:
    """Where the file begins; the next seq counts from there."""
    db.execute("""CREATE TABLE segment (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        base INTEGER NOT NULL CHECK (base > 0),
        chain BLOB NOT NULL CHECK (length(chain) = 32),
        follows INTEGER NOT NULL CHECK (follows BETWEEN 1 AND base),
        opened BLOB NOT NULL
    ) STRICT""")
    db.execute("DROP TRIGGER facts_have_no_gap")
    for name, statement in LATER_GUARDS.items():
        if GUARDS.get(name) != statement:
            db.execute(statement)


INBOX = """CREATE TABLE IF NOT EXISTS inbox (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    phase TEXT NOT NULL,
    received INTEGER NOT NULL,
    safe INTEGER NOT NULL,
    reason TEXT,
    message TEXT,
    journal_id TEXT,
    server_id TEXT,
    lane INTEGER,
    fresh TEXT,
    contact_boot_id TEXT,
    contact_boottime_ms INTEGER,
    office_utc_ms INTEGER,
    office_boot_id TEXT,
    office_before_ms INTEGER,
    office_after_ms INTEGER,
    common INTEGER
) STRICT"""
"""The one table of inbox.db (sync.inbox). Without migrations: the file is made anew when this changes."""

MIRROR_GUARDS = {
    "mirrored_is_never_changed": """CREATE TRIGGER mirrored_is_never_changed BEFORE UPDATE ON mirrored
        BEGIN SELECT RAISE(ABORT, 'a fact is never changed'); END""",
    "mirrored_is_never_deleted": """CREATE TRIGGER mirrored_is_never_deleted BEFORE DELETE ON mirrored
        BEGIN SELECT RAISE(ABORT, 'a fact is never deleted'); END""",
    "mirrored_has_no_gap": """CREATE TRIGGER mirrored_has_no_gap BEFORE INSERT ON mirrored
        WHEN NEW.seq <> 1 + (SELECT coalesce(max(seq), 0) FROM mirrored WHERE journal_id = NEW.journal_id)
        BEGIN SELECT RAISE(ABORT, 'a fact takes the next seq'); END""",
}
"""The triggers of a mirror that refuse changes, by name, as SQLite keeps their text."""

_LATEST = "(SELECT journal_id FROM mirrors ORDER BY number DESC LIMIT 1)"
# The part put in here is a constant of this module.
MIRROR = (
    """CREATE TABLE IF NOT EXISTS mirrors (
        number INTEGER PRIMARY KEY,
        journal_id TEXT NOT NULL UNIQUE,
        public_key BLOB NOT NULL CHECK (length(public_key) = 32),
        secret BLOB NOT NULL CHECK (length(secret) = 32)
    ) STRICT""",
    """CREATE TABLE IF NOT EXISTS mirrored (
        journal_id TEXT NOT NULL REFERENCES mirrors (journal_id),
        seq INTEGER NOT NULL,
        row BLOB NOT NULL,
        chain BLOB NOT NULL CHECK (length(chain) = 32),
        PRIMARY KEY (journal_id, seq)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS heads (
        journal_id TEXT PRIMARY KEY,
        seq INTEGER NOT NULL,
        chain BLOB NOT NULL CHECK (length(chain) = 32),
        signature BLOB NOT NULL CHECK (length(signature) = 64)
    ) STRICT""",
    """CREATE TABLE IF NOT EXISTS state (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        phase TEXT NOT NULL,
        reason TEXT,
        message TEXT,
        contact_boot_id TEXT,
        contact_boottime_ms INTEGER
    ) STRICT""",
    """CREATE TABLE IF NOT EXISTS published (
        journal_id TEXT NOT NULL,
        seq INTEGER NOT NULL,
        kind TEXT NOT NULL,
        PRIMARY KEY (journal_id, seq)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS asked (
        journal_id TEXT NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (journal_id, seq)
    ) STRICT, WITHOUT ROWID""",
    """CREATE VIEW IF NOT EXISTS journal AS
        SELECT 1 AS one, 1 AS format, secret FROM mirrors ORDER BY number DESC LIMIT 1""",
    f"""CREATE VIEW IF NOT EXISTS facts AS
        SELECT journal_id, seq, row, chain FROM mirrored WHERE journal_id = {_LATEST}""",
)
"""The tables of office.db (sync.mirror): journals of the office, the one that it writes now with the highest number."""
