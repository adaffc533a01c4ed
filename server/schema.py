"""The tables of the ledger, as migrations that run once and are recorded in the file.

What was received (journals, facts, heads, codes, refusals) is kept for good, and so are the accounts of
people. What is folded from it (PROJECTIONS) is disposable: `python -m server rebuild` makes it again from the facts.
"""

from collections.abc import Callable

import sqlite_utils

LEDGER = sqlite_utils.Migrations("ledger")

PROJECTIONS = (
    "anchors", "tickets", "scores", "catalogues", "calendars", "machines", "strange", "days", "promised", "waits",
    "standing", "standards", "published", "asked", "episodes", "online_places", "languages",
    "surveys",
)  # fmt: skip
"""Tables that a fold of the facts makes, and nothing else."""

MADE_OF_THEM = ("dirty",)
"""Tables that follow from the projections. The fold marks every day again, and their figures are made anew; the old
ones stay until then, so that a revision never counts twice."""

FOLD_VERSION = 15
"""Raise it with every change of what the fold makes: a ledger that was folded otherwise is folded anew at start."""

_RECEIVED = (
    """CREATE TABLE server (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        server_id TEXT NOT NULL,
        folded TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE journals (
        journal_id TEXT PRIMARY KEY,
        public_key BLOB NOT NULL CHECK (length(public_key) = 32),
        secret BLOB NOT NULL CHECK (length(secret) = 32),
        role TEXT NOT NULL,
        place TEXT NOT NULL,
        lane INTEGER NOT NULL,
        paired_ms INTEGER NOT NULL,
        paired_by BLOB NOT NULL,
        revoked_ms INTEGER,
        received INTEGER NOT NULL DEFAULT 0,
        chain BLOB NOT NULL CHECK (length(chain) = 32),
        contact_ms INTEGER
    ) STRICT""",
    """CREATE TABLE facts (
        journal_id TEXT NOT NULL REFERENCES journals,
        seq INTEGER NOT NULL,
        row BLOB NOT NULL,
        chain BLOB NOT NULL CHECK (length(chain) = 32),
        PRIMARY KEY (journal_id, seq)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TRIGGER facts_are_never_changed BEFORE UPDATE ON facts
        BEGIN SELECT RAISE(ABORT, 'a fact is never changed'); END""",
    """CREATE TRIGGER facts_are_never_deleted BEFORE DELETE ON facts
        BEGIN SELECT RAISE(ABORT, 'a fact is never deleted'); END""",
    """CREATE TRIGGER facts_have_no_gap BEFORE INSERT ON facts
        WHEN NEW.seq <> 1 + (SELECT coalesce(max(seq), 0) FROM facts WHERE journal_id = NEW.journal_id)
        BEGIN SELECT RAISE(ABORT, 'a fact takes the next seq'); END""",
    """CREATE TABLE heads (
        journal_id TEXT NOT NULL REFERENCES journals,
        seq INTEGER NOT NULL,
        chain BLOB NOT NULL CHECK (length(chain) = 32),
        signature BLOB NOT NULL CHECK (length(signature) = 64),
        PRIMARY KEY (journal_id, seq)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE forks (
        journal_id TEXT NOT NULL REFERENCES journals,
        seq INTEGER NOT NULL,
        chain BLOB NOT NULL,
        signature BLOB NOT NULL,
        at_ms INTEGER NOT NULL,
        PRIMARY KEY (journal_id, seq, chain)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE codes (
        hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
        made_ms INTEGER NOT NULL,
        expires_ms INTEGER NOT NULL,
        place TEXT
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE refusals (
        number INTEGER PRIMARY KEY,
        at_ms INTEGER NOT NULL,
        journal_id TEXT,
        code TEXT NOT NULL,
        message TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE refusal_counts (
        journal_id TEXT NOT NULL,
        code TEXT NOT NULL,
        count INTEGER NOT NULL,
        last_ms INTEGER NOT NULL,
        PRIMARY KEY (journal_id, code)
    ) STRICT, WITHOUT ROWID""",
    """CREATE VIEW readable AS SELECT
        journal_id,
        seq,
        json_extract(CAST(row AS TEXT), '$[1]') AS kind,
        json_extract(CAST(row AS TEXT), '$[2]') AS version,
        json_extract(CAST(row AS TEXT), '$[3]') AS boot_id,
        json_extract(CAST(row AS TEXT), '$[4]') AS boottime_ms,
        json_extract(CAST(row AS TEXT), '$[5]') AS body,
        lower(hex(chain)) AS chain
    FROM facts""",
)

_MOMENT = """boot_id TEXT NOT NULL, boottime_ms INTEGER NOT NULL,
        utc_ms INTEGER, slack_ms INTEGER, office_day TEXT"""

_FOLDED = (
    """CREATE TABLE anchors (
        journal_id TEXT NOT NULL, seq INTEGER NOT NULL,
        boot_id TEXT NOT NULL, boottime_ms INTEGER NOT NULL,
        utc_ms INTEGER NOT NULL, uncertainty_ms INTEGER NOT NULL, source TEXT NOT NULL,
        PRIMARY KEY (journal_id, boot_id, seq)
    ) STRICT, WITHOUT ROWID""",
    f"""CREATE TABLE tickets (
        journal_id TEXT NOT NULL, seq INTEGER NOT NULL, {_MOMENT},
        day TEXT NOT NULL, series TEXT NOT NULL, lane INTEGER NOT NULL, n INTEGER NOT NULL,
        label TEXT NOT NULL, services TEXT NOT NULL, token TEXT NOT NULL, chain BLOB NOT NULL,
        attempt INTEGER NOT NULL DEFAULT 0, print TEXT,
        PRIMARY KEY (journal_id, seq)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX tickets_by_number ON tickets (day, series, lane, n)",
    "CREATE INDEX tickets_by_token ON tickets (token)",
    "CREATE INDEX tickets_by_boot ON tickets (journal_id, boot_id)",
    f"""CREATE TABLE scores (
        journal_id TEXT NOT NULL, seq INTEGER NOT NULL, {_MOMENT},
        counter INTEGER NOT NULL, level INTEGER NOT NULL, scale INTEGER NOT NULL,
        disputed INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (journal_id, seq)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX scores_by_day ON scores (office_day, level)",
    "CREATE INDEX scores_by_boot ON scores (journal_id, boot_id)",
    """CREATE TABLE catalogues (
        journal_id TEXT PRIMARY KEY, seq INTEGER NOT NULL, catalogue TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE machines (
        journal_id TEXT PRIMARY KEY, release TEXT, printer_fault TEXT, help INTEGER, board TEXT
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE strange (
        journal_id TEXT NOT NULL, seq INTEGER NOT NULL,
        kind TEXT NOT NULL, version INTEGER NOT NULL, why TEXT NOT NULL,
        PRIMARY KEY (journal_id, seq)
    ) STRICT, WITHOUT ROWID""",
)


PRINTER_COLUMNS = (
    "printer_maker TEXT",
    "printer_model TEXT",
    "printer_kind TEXT",
    "printer_able TEXT",
    "since_boot TEXT",
    "since_ms INTEGER",
    "named_maker TEXT",
    "named_model TEXT",
    "before_maker TEXT",
    "before_model TEXT",
    "exchanged_boot TEXT",
    "exchanged_ms INTEGER",
)


_PEOPLE = (
    """CREATE TABLE staff (
        staff TEXT PRIMARY KEY CHECK (staff GLOB 's[0-9a-f]*' AND length(staff) = 9),
        login TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('staff', 'supervisor', 'administrator')),
        skills TEXT NOT NULL,
        language TEXT NOT NULL,
        password TEXT NOT NULL,
        first_until_ms INTEGER,
        disabled INTEGER NOT NULL DEFAULT 0,
        made_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE staff_code (
        hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
        made_ms INTEGER NOT NULL,
        expires_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE sessions (
        hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
        staff TEXT NOT NULL REFERENCES staff,
        made_ms INTEGER NOT NULL,
        seen_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX sessions_of ON sessions (staff)",
)


@LEDGER()
def received(db: sqlite_utils.Database) -> None:
    """What devices sent, exactly as they sent it."""
    for statement in _RECEIVED:
        db.execute(statement)


@LEDGER()
def folded(db: sqlite_utils.Database) -> None:
    """What the facts add up to."""
    for statement in _FOLDED:
        db.execute(statement)


@LEDGER()
def corrections(db: sqlite_utils.Database) -> None:
    """Whether the last of several presses was higher than the score that counted."""
    db.execute("ALTER TABLE scores ADD COLUMN upward INTEGER NOT NULL DEFAULT 0")


@LEDGER()
def paper(db: sqlite_utils.Database) -> None:
    """The roll in each machine's printer (sync.paper_left), and how the printer was found in the last night."""
    for column in (
        "paper TEXT",
        "roll_mm INTEGER",
        "used_mm INTEGER NOT NULL DEFAULT 0",
        "paper_tickets INTEGER NOT NULL DEFAULT 0",
        "ticket_mm INTEGER NOT NULL DEFAULT 0",
        "night TEXT",
        "night_boot TEXT",
        "night_ms INTEGER",
    ):
        db.execute(f"ALTER TABLE machines ADD COLUMN {column}")


@LEDGER()
def printers(db: sqlite_utils.Database) -> None:
    """The printer that each machine last met, since when it says this of itself; the last one that said its name; and
    the one that stood there before that, with the moment of the exchange."""
    for column in PRINTER_COLUMNS:
        db.execute(f"ALTER TABLE machines ADD COLUMN {column}")


@LEDGER()
def people(db: sqlite_utils.Database) -> None:
    """Who may sign in at the console, and who has. No facts: the journal knows a person by the staff id alone."""
    for statement in _PEOPLE:
        db.execute(statement)


@LEDGER()
def own_journal(db: sqlite_utils.Database) -> None:
    """Which journals are the server's own (server.own): 0 is a device's; the highest is the one that it writes."""
    db.execute("ALTER TABLE journals ADD COLUMN own INTEGER NOT NULL DEFAULT 0")


_QUEUE = (
    """CREATE TABLE days (
        journal_id TEXT NOT NULL, day TEXT NOT NULL, seq INTEGER NOT NULL,
        PRIMARY KEY (journal_id, seq)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE held (
        journal_id TEXT NOT NULL, seq INTEGER NOT NULL, counter INTEGER NOT NULL,
        UNIQUE (journal_id, seq),
        UNIQUE (counter)
    ) STRICT""",
    """CREATE TABLE requests (
        key TEXT PRIMARY KEY, digest BLOB NOT NULL, answer BLOB NOT NULL, at_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX requests_by_age ON requests (at_ms)",
)


@LEDGER()
def queue(db: sqlite_utils.Database) -> None:
    """Where each journal's days begin; who is at which counter; which acts of staff were done (server.held)."""
    for statement in _QUEUE:
        db.execute(statement)


@LEDGER()
def papers(db: sqlite_utils.Database) -> None:
    """A ticket is found by the 16 characters on its paper (server.checking)."""
    db.execute("CREATE INDEX tickets_by_chain ON tickets (chain)")


@LEDGER()
def calendars(db: sqlite_utils.Database) -> None:
    """The newest calendar of every machine: when the office is open."""
    db.execute("""CREATE TABLE calendars (
        journal_id TEXT PRIMARY KEY, seq INTEGER NOT NULL, calendar TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""")


_PROOF = (
    """CREATE TABLE promised (
        journal_id TEXT NOT NULL, ticket INTEGER NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL,
        PRIMARY KEY (journal_id, ticket)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE waits (
        journal_id TEXT NOT NULL, of_journal TEXT NOT NULL, ticket INTEGER NOT NULL,
        day TEXT NOT NULL, since_ms INTEGER, called_ms INTEGER,
        PRIMARY KEY (journal_id, of_journal, ticket)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX waits_by_day ON waits (day)",
    """CREATE TABLE standing (
        journal_id TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL,
        PRIMARY KEY (journal_id, seq)
    ) STRICT, WITHOUT ROWID""",
)


@LEDGER()
def proof(db: sqlite_utils.Database) -> None:
    """The waiting ranges that tickets were printed with, and how long they really waited by the office's journal;
    where the facts are that hold from one day into the next."""
    for statement in _PROOF:
        db.execute(statement)


@LEDGER()
def clips(db: sqlite_utils.Database) -> None:
    """Which recording of each clip counts, who made it and when (server.clips). Its file lies beside the ledger."""
    db.execute("""CREATE TABLE clips (
        language TEXT NOT NULL, clip TEXT NOT NULL, digest TEXT NOT NULL, ms INTEGER NOT NULL,
        staff TEXT NOT NULL, at_ms INTEGER NOT NULL,
        PRIMARY KEY (language, clip)
    ) STRICT, WITHOUT ROWID""")


@LEDGER()
def office(db: sqlite_utils.Database) -> None:
    """The calling rule that holds from the next office day on."""
    db.execute("CREATE TABLE rule_next (one INTEGER PRIMARY KEY CHECK (one = 1), rule TEXT NOT NULL) STRICT")


_LOST = (
    """CREATE TABLE losses (
        journal_id TEXT PRIMARY KEY,
        top_seq INTEGER NOT NULL, top_chain BLOB NOT NULL, signature BLOB NOT NULL,
        wanted_seq INTEGER, wanted_chain BLOB,
        from_ms INTEGER, at_ms INTEGER NOT NULL, giver TEXT
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE lost (
        journal_id TEXT NOT NULL, seq INTEGER NOT NULL,
        row BLOB NOT NULL,
        chain BLOB NOT NULL CHECK (length(chain) = 32),
        PRIMARY KEY (journal_id, seq)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TRIGGER lost_is_never_changed BEFORE UPDATE ON lost
        BEGIN SELECT RAISE(ABORT, 'a fact is never changed'); END""",
    """CREATE TRIGGER lost_is_never_deleted BEFORE DELETE ON lost
        BEGIN SELECT RAISE(ABORT, 'a fact is never deleted'); END""",
)


@LEDGER()
def losses(db: sqlite_utils.Database) -> None:
    """What this server lost of its own journals, as the devices give it back (server.lost)."""
    for statement in _LOST:
        db.execute(statement)


@LEDGER()
def given(db: sqlite_utils.Database) -> None:
    """The numbers that staff gave from the console: each is given once, whatever the code above does."""
    db.execute("""CREATE TABLE given (
        day TEXT NOT NULL, series TEXT NOT NULL, n INTEGER NOT NULL, UNIQUE (day, series, n)
    ) STRICT""")


@LEDGER()
def checkpoints(db: sqlite_utils.Database) -> None:
    """The signed checkpoints of days that are over, and whether they have left the office (server.checkpoints)."""
    db.execute("""CREATE TABLE checkpoints (
        journal_id TEXT NOT NULL REFERENCES journals, day TEXT NOT NULL, text TEXT NOT NULL, made_ms INTEGER NOT NULL,
        sent_ms INTEGER, tries INTEGER NOT NULL DEFAULT 0, tried_ms INTEGER, trouble TEXT,
        PRIMARY KEY (journal_id, day)
    ) STRICT, WITHOUT ROWID""")


@LEDGER()
def successors(db: sqlite_utils.Database) -> None:
    """The journal that follows this one of the same machine, and the first other one that wanted to as well."""
    db.execute("ALTER TABLE journals ADD COLUMN successor TEXT")
    db.execute("ALTER TABLE journals ADD COLUMN rival TEXT")


@LEDGER()
def replacing(db: sqlite_utils.Database) -> None:
    """A pairing code can be for one machine that takes the place of another (server.machines)."""
    db.execute("ALTER TABLE codes ADD COLUMN replaces TEXT")


@LEDGER()
def losses_told(db: sqlite_utils.Database) -> None:
    """The secret of a journal that only the devices have; how far it is known to have gone (a device may have less);
    when a supervisor had the office go on without the rest: what was missing before this was asked is gone on without.
    """
    for column in ("secret BLOB", "known_seq INTEGER", "waived_ms INTEGER"):
        db.execute(f"ALTER TABLE losses ADD COLUMN {column}")
    db.execute("UPDATE losses SET waived_ms = at_ms WHERE wanted_seq IS NOT NULL")


_COUNTS = (
    "tickets", "served", "no_show", "cancelled", "transferred", "carried", "open", "priority", "missed", "by_hand",
    "ticketless", "waited_ms", "served_ms", "judged", "within",
    "untimed_carried", "untimed_heard_late", "untimed_restated",
    "level_1", "level_2", "level_3", "level_4", "level_5", "disputed", "unattached",
)  # fmt: skip
"""The counts of a cell as these migrations made them. A later cell gets its columns by a migration of its own."""

_FIGURES = (
    """CREATE TABLE standards (
        journal_id TEXT NOT NULL, seq INTEGER NOT NULL, minutes TEXT NOT NULL,
        PRIMARY KEY (journal_id, seq)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE dirty (
        journal_id TEXT NOT NULL, day TEXT NOT NULL, marks INTEGER NOT NULL,
        PRIMARY KEY (journal_id, day)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE figures (
        office TEXT NOT NULL, day TEXT NOT NULL, revision INTEGER NOT NULL, at_ms INTEGER NOT NULL,
        at_work TEXT NOT NULL, by_hand INTEGER NOT NULL,
        PRIMARY KEY (office, day)
    ) STRICT, WITHOUT ROWID""",
    f"""CREATE TABLE rollups (
        office TEXT NOT NULL, day TEXT NOT NULL,
        hour INTEGER NOT NULL, service TEXT NOT NULL, counter INTEGER NOT NULL,
        {", ".join(f"{count} INTEGER NOT NULL" for count in _COUNTS)},
        waits TEXT NOT NULL, serves TEXT NOT NULL,
        PRIMARY KEY (office, day, hour, service, counter)
    ) STRICT, WITHOUT ROWID""",
)


@LEDGER()
def figures(db: sqlite_utils.Database) -> None:
    """The published minutes by catalogue; the days whose figures have to be made anew; figures (server.rollups)."""
    for statement in _FIGURES:
        db.execute(statement)


_CENTRE = (
    "ALTER TABLE journals ADD COLUMN office TEXT",
    "ALTER TABLE journals ADD COLUMN relayed_by TEXT",
    """CREATE TABLE offices (
        office TEXT PRIMARY KEY, name TEXT NOT NULL, time_zone TEXT NOT NULL,
        since_ms INTEGER NOT NULL, contact_ms INTEGER
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE relayed (
        journal_id TEXT PRIMARY KEY REFERENCES journals, received INTEGER NOT NULL, safe INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
)


@LEDGER()
def centre(db: sqlite_utils.Database) -> None:
    """Offices that relay to this server (server.offices); how far this server's journals are at its own centre."""
    for statement in _CENTRE:
        db.execute(statement)


_SUMS = (
    f"""CREATE TABLE sums (
        office TEXT NOT NULL, part TEXT NOT NULL, day TEXT NOT NULL, name TEXT NOT NULL,
        days INTEGER NOT NULL, at_work_ms INTEGER NOT NULL, unclosed INTEGER NOT NULL, emergency INTEGER NOT NULL,
        {", ".join(f"{count} INTEGER NOT NULL" for count in _COUNTS)},
        waits TEXT NOT NULL, serves TEXT NOT NULL,
        PRIMARY KEY (office, part, day, name)
    ) STRICT, WITHOUT ROWID""",
    "INSERT OR IGNORE INTO dirty (journal_id, day, marks) SELECT office, day, 1 FROM figures",
)


@LEDGER()
def sums(db: sqlite_utils.Database) -> None:
    """The sums of each day's figures (server.sums); of days that are known already, once those are made anew."""
    for statement in _SUMS:
        db.execute(statement)


def _number_in(histogram: str) -> str:
    """SQL for how many a stored histogram has (server.histogram: `bucket:count` with spaces between)."""
    as_object = f"""'{{"' || replace(replace({histogram}, ':', '":'), ' ', ',"') || '}}'"""
    return f"(SELECT coalesce(sum(value), 0) FROM json_each({as_object}) WHERE {histogram} <> '')"


SCORES_TOLD = "level_1 + level_2 + level_3 + level_4 + level_5"


def told(number_in: Callable[[str], str]) -> str:
    """The columns that both views tell; `number_in(histogram)` is SQL for how many that column has."""
    return f"""tickets, served + no_show + cancelled + transferred + carried + open AS visits,
    served, no_show, cancelled, transferred, carried, open, priority, missed, by_hand, ticketless,
    {number_in("waits")} AS waits_known, round(waited_ms / 60000.0, 2) AS waited_minutes,
    untimed_carried, untimed_heard_late, untimed_restated,
    {number_in("serves")} AS services_timed, round(served_ms / 60000.0, 2) AS served_minutes, judged, within"""


LEVELS_TOLD = ", ".join(
    f"CASE WHEN {SCORES_TOLD} >= 5 THEN level_{level} END AS level_{level}" for level in (5, 4, 3, 2, 1)
)
_VIEWS = (
    "DELETE FROM sums",
    _SUMS[1],
    f"""CREATE VIEW v1_figures AS SELECT office, day, hour, service, counter, {told(_number_in)}, waits, serves
        FROM rollups""",
    f"""CREATE VIEW v1_days AS SELECT office, day, revision,
        strftime('%Y-%m-%dT%H:%M:%SZ', at_ms / 1000, 'unixepoch') AS made_at, {told(_number_in)},
        round(at_work_ms / 3600000.0, 2) AS counter_hours, unclosed, emergency,
        {SCORES_TOLD} AS scores, {LEVELS_TOLD}, disputed, unattached, waits, serves
        FROM (SELECT office, day, revision, at_ms FROM figures) JOIN (SELECT * FROM sums WHERE part = 'all')
        USING (office, day)""",
)


@LEDGER()
def views(db: sqlite_utils.Database) -> None:
    """What is promised to whoever looks with a tool of their own (docs/figures.md). Levels are told of a day, and of
    five scores (server.scoring.GROUP) and more. Sums are made anew: there were none of months."""
    for statement in _VIEWS:
        db.execute(statement)


@LEDGER()
def backups(db: sqlite_utils.Database) -> None:
    """Backups that were read back and opened (server.backups), and how far each journal reaches in them."""
    db.execute("""CREATE TABLE backups (
        number INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, path TEXT NOT NULL,
        digest TEXT NOT NULL, size INTEGER NOT NULL, reached TEXT NOT NULL
    ) STRICT""")


@LEDGER()
def publications(db: sqlite_utils.Database) -> None:
    """What was published in each journal, version by version (server.published)."""
    db.execute("""CREATE TABLE published (
        journal_id TEXT NOT NULL, seq INTEGER NOT NULL,
        what TEXT NOT NULL, notice TEXT NOT NULL, number INTEGER NOT NULL, now_ms INTEGER NOT NULL,
        digest TEXT NOT NULL, staff TEXT, source_journal TEXT, source_seq INTEGER, offices TEXT, whole TEXT,
        PRIMARY KEY (journal_id, seq)
    ) STRICT, WITHOUT ROWID""")


@LEDGER()
def journals_of_offices(db: sqlite_utils.Database) -> None:
    """The journals of one office among those of thousands."""
    db.execute("CREATE INDEX journals_by_office ON journals (office)")


_EPISODES = (
    """CREATE TABLE episodes (
        journal_id TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL,
        of_journal TEXT NOT NULL, of_seq INTEGER NOT NULL, at_ms INTEGER NOT NULL,
        name TEXT NOT NULL, about TEXT NOT NULL, staff TEXT NOT NULL, detail TEXT NOT NULL,
        value INTEGER NOT NULL, bound INTEGER NOT NULL,
        PRIMARY KEY (journal_id, seq)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX episodes_of ON episodes (of_journal, of_seq)",
    """CREATE TABLE answers (
        digest TEXT PRIMARY KEY, salt BLOB NOT NULL, inside TEXT NOT NULL, outside TEXT NOT NULL, at_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE deliveries (
        way TEXT NOT NULL, journal_id TEXT NOT NULL REFERENCES journals, seq INTEGER NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0, tried_ms INTEGER, trouble TEXT,
        PRIMARY KEY (way, journal_id)
    ) STRICT, WITHOUT ROWID""",
)


@LEDGER()
def episodes(db: sqlite_utils.Database) -> None:
    """Alerts and what is to be answered (server.episodes), a row a fact; the texts of answers, which can be erased; up
    to which fact of each office's journal alerts were delivered, by way (server.deliveries)."""
    for statement in _EPISODES:
        db.execute(statement)


@LEDGER()
def drafts(db: sqlite_utils.Database) -> None:
    """What administrators work at before it is published (server.drafts)."""
    db.execute("""CREATE TABLE drafts (
        kind TEXT PRIMARY KEY, content TEXT NOT NULL, by_staff TEXT NOT NULL, at_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""")


@LEDGER()
def online_places(db: sqlite_utils.Database) -> None:
    """Places that were asked for from phones, and what became of each (server.fold_online)."""
    db.execute("""CREATE TABLE online_places (
        journal_id TEXT NOT NULL, place TEXT NOT NULL, day TEXT NOT NULL, service TEXT NOT NULL, outcome TEXT,
        PRIMARY KEY (journal_id, place)
    ) STRICT, WITHOUT ROWID""")
    db.execute("CREATE INDEX online_places_by_day ON online_places (day)")


@LEDGER()
def officers(db: sqlite_utils.Database) -> None:
    """Who holds the right to see scores by officer (server.officers)."""
    db.execute("ALTER TABLE staff ADD COLUMN officers INTEGER NOT NULL DEFAULT 0")


_LANGUAGES = (
    """CREATE TABLE languages (
        journal_id TEXT NOT NULL, ticket INTEGER NOT NULL, language TEXT NOT NULL,
        PRIMARY KEY (journal_id, ticket)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE spoken (
        office TEXT NOT NULL, day TEXT NOT NULL, language TEXT NOT NULL,
        visits INTEGER NOT NULL, waits TEXT NOT NULL, level_5 INTEGER NOT NULL, level_4 INTEGER NOT NULL,
        level_3 INTEGER NOT NULL, level_2 INTEGER NOT NULL, level_1 INTEGER NOT NULL,
        PRIMARY KEY (office, day, language)
    ) STRICT, WITHOUT ROWID""",
)


@LEDGER()
def by_language(db: sqlite_utils.Database) -> None:
    """The language that each ticket was taken in; visits of each day by it (server.spoken), which nobody sees."""
    for statement in _LANGUAGES:
        db.execute(statement)


_ASKED = (
    """CREATE TABLE asked (
        journal_id TEXT NOT NULL, seq INTEGER NOT NULL, office TEXT NOT NULL,
        kind TEXT NOT NULL, request TEXT NOT NULL, at_ms INTEGER NOT NULL, staff TEXT,
        what TEXT NOT NULL, about TEXT NOT NULL, text TEXT NOT NULL, due TEXT, reason TEXT,
        source_journal TEXT, source_seq INTEGER,
        PRIMARY KEY (journal_id, seq, office)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX asked_of ON asked (office, request)",
)


@LEDGER()
def asked(db: sqlite_utils.Database) -> None:
    """What a centre asks of its offices and what they answer (server.asked), a row for each fact and office."""
    for statement in _ASKED:
        db.execute(statement)


@LEDGER()
def losses_for_offices(db: sqlite_utils.Database) -> None:
    """What a centre lost of the journals that it wrote for its offices, as they give it back (server.lost)."""
    db.execute("""CREATE TABLE losses_for_offices (
        journal_id TEXT PRIMARY KEY,
        top_seq INTEGER NOT NULL, top_chain BLOB NOT NULL, signature BLOB NOT NULL,
        wanted_seq INTEGER, wanted_chain BLOB,
        from_ms INTEGER, at_ms INTEGER NOT NULL, giver TEXT, secret BLOB, known_seq INTEGER
    ) STRICT, WITHOUT ROWID""")


_SURVEYS = (
    """CREATE TABLE surveys (
        journal_id TEXT NOT NULL, day TEXT NOT NULL, questions INTEGER NOT NULL, dimension TEXT NOT NULL,
        level INTEGER NOT NULL, answers INTEGER NOT NULL,
        PRIMARY KEY (journal_id, day, questions, dimension, level)
    ) STRICT, WITHOUT ROWID""",
    "CREATE TABLE surveyed (token TEXT PRIMARY KEY, day TEXT NOT NULL) STRICT, WITHOUT ROWID",
)


@LEDGER()
def surveys(db: sqlite_utils.Database) -> None:
    """Answers of the survey by day, dimension and level; which tickets answered lately, without their answers."""
    for statement in _SURVEYS:
        db.execute(statement)


@LEDGER()
def told_answers(db: sqlite_utils.Database) -> None:
    """What of an answer may be told to everybody, by language (server.told_answers); `answers.outside` has that of
    answers before this."""
    db.execute("""CREATE TABLE told_answers (
        digest TEXT NOT NULL, language TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (digest, language)
    ) STRICT, WITHOUT ROWID""")


_RANKED = (
    "day, office, served, no_show, cancelled, transferred, carried, open, ticketless, judged, within, "
    + ", ".join(f"level_{level}" for level in range(1, 6))
)
RANKED = (
    f"CREATE INDEX sums_of_days ON sums ({_RANKED}) WHERE part = 'all'",
    f"CREATE INDEX sums_of_months ON sums ({_RANKED}) WHERE part = 'month'",
)
"""What thousands of offices are ranked by (server.standings)."""
_BY_THE_THOUSAND = (
    *RANKED,
    "CREATE INDEX figures_by_day ON figures (day, at_ms)",
    "CREATE INDEX episodes_by_kind ON episodes (kind, at_ms)",
)


@LEDGER()
def offices_by_the_thousand(db: sqlite_utils.Database) -> None:
    """How all offices stand in a month is one piece of an index; so is when the figures of a day were made, what began
    an alert."""
    for statement in _BY_THE_THOUSAND:
        db.execute(statement)


@LEDGER()
def unfolded(db: sqlite_utils.Database) -> None:
    """Behind which fact of a journal nothing is folded yet (server.unfolded)."""
    db.execute("""CREATE TABLE unfolded (
        journal_id TEXT PRIMARY KEY REFERENCES journals, after INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""")


@LEDGER()
def scores_of_an_office(db: sqlite_utils.Database) -> None:
    """What was pressed at one office on a day, among what was pressed at thousands."""
    db.execute("CREATE INDEX scores_of_day ON scores (journal_id, office_day)")


_MONDAY = "date(day, '-6 days', 'weekday 1')"
WEEKS_OF_DAYS = f"""INSERT INTO weeks SELECT {_MONDAY}, office,
    sum(served + no_show + cancelled + transferred + carried + open + ticketless), sum(judged), sum(within),
    sum({SCORES_TOLD}), sum(level_1 + 2 * level_2 + 3 * level_3 + 4 * level_4 + 5 * level_5)
    FROM sums WHERE part = 'all' AND office <> '' GROUP BY {_MONDAY}, office"""
"""All of them from the days that there are."""
_BY_WEEK_AND_MONTH = (
    """CREATE TABLE weeks (
        monday TEXT NOT NULL, office TEXT NOT NULL,
        visits INTEGER NOT NULL, judged INTEGER NOT NULL, within INTEGER NOT NULL, scores INTEGER NOT NULL,
        points INTEGER NOT NULL, PRIMARY KEY (monday, office)
    ) STRICT, WITHOUT ROWID""",
    WEEKS_OF_DAYS,
    """CREATE TABLE unmade (
        month TEXT NOT NULL, office TEXT NOT NULL, PRIMARY KEY (month, office)
    ) STRICT, WITHOUT ROWID""",
    "INSERT INTO unmade SELECT day, office FROM sums WHERE part = 'month'",
    "INSERT INTO unmade SELECT DISTINCT substr(day, 1, 7), office FROM sums WHERE office = '' AND part = 'all'",
)


@LEDGER()
def by_week_and_month(db: sqlite_utils.Database) -> None:
    """How all offices stand in a week (server.standings); which months are to be made as a whole (server.months): so
    far there were none of single offices."""
    for statement in _BY_WEEK_AND_MONTH:
        db.execute(statement)


LEDGER_IN_ORDER = (
    received, folded, corrections, paper, printers, people, own_journal, queue, papers, calendars, proof, clips, office,
    losses, given, checkpoints, successors, replacing, losses_told, figures, centre,
    sums, views, backups, publications, journals_of_offices,
    episodes, drafts, online_places, officers, by_language, asked, losses_for_offices,
    surveys, told_answers, offices_by_the_thousand, unfolded, scores_of_an_office, by_week_and_month,
)  # fmt: skip
"""All migrations."""
MIGRATIONS = frozenset(each.__name__ for each in LEDGER_IN_ORDER)
"""The names of all migrations. A file that knows others was written by a newer release."""
