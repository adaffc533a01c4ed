"""Every journal that reaches this server, in one SQLite file or PostgreSQL database with one writing process.

Facts, heads, watermarks and what is folded from them change together in one transaction, or not at all. What was
acknowledged survives a power cut: the settings are those of the journal (WAL, synchronous=FULL).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from server.backups import BackupTable
from server.change import Change
from server.checkpoints import Checkpoints
from server.clips import ClipTable
from server.database import DbError, Store, together
from server.deliveries import Deliveries
from server.drafts import Drafts
from server.episodes import Episodes
from server.errors import LedgerRefused
from server.fold import changes
from server.fold_figures import condensed
from server.heads import Heads
from server.held import Held
from server.lastword import Doubt
from server.lost import Lost, LostForOffices
from server.offices import ROLE as OFFICE_ROLE
from server.offices import Offices
from server.own import CENTRE_ROLE, Own, named_for, own_named
from server.pairing import NO_LANE, WITHOUT_LANE, Code, Pairing, Standing
from server.people import People
from server.published import Publications
from server.rollups import Rollups
from server.schema import FOLD_VERSION, MADE_OF_THEM, PROJECTIONS
from server.senders import Sender, senders
from server.sessions import Sessions
from server.stores import store_of
from server.unfolded import Unfolded
from sync.chain import Position
from sync.clock import Timeline
from sync.codec import Fact, parse
from sync.facts import Body, Predecessor, drafts
from sync.journal import Instant, chained
from sync.judge import Accept, KnownJournal, Refuse
from sync.keys import DeviceKey
from sync.numbering import OFFICE_LANE
from sync.paircode import Fresh
from sync.types import Chain, JournalId, Seq, UtcMs
from sync.wire import Head

REFUSALS_KEPT = 1000
FORKS_KEPT = 100
CODES_KEPT = 1000
REFOLDED_AT_ONCE = 1000
_NEXT_ROWS = "SELECT seq, row, chain FROM facts WHERE journal_id = ? AND seq > ? ORDER BY seq LIMIT ?"
_REACHED = """WITH reached (name, seq, chain, at_ms) AS (VALUES {}) UPDATE journals
    SET received = reached.seq, chain = reached.chain, contact_ms = reached.at_ms
    FROM reached WHERE journal_id = reached.name"""
Fold = Callable[[JournalId, Fact, bytes], list[Change]]


class Ledger:
    """The one writer of a ledger. Not for two threads at once: `server.writer` owns it while the server runs.

    `live` is a value that somebody keeps beside the tables: whoever changes them within a transaction puts the next
    value here, and whatever undoes the tables puts the value before back. It has to be immutable.
    """

    live: Any = None
    waits: bool = False
    """Whether there are facts that are not folded yet; the first of them came since this ledger was opened."""
    in_doubt: Doubt | None = None
    """Whether this ledger is an old copy is not known (server.standstill)."""

    def __init__(
        self,
        place: Path | str | Store,
        zone: ZoneInfo,
        random: Callable[[int], bytes],
        *,
        fold: Fold = changes,
    ) -> None:
        """Open, or make, the ledger in this file or at this URL; fold it anew where another release or zone folded it.

        `random(n)` gives n unpredictable bytes. Raises LedgerBusy, LedgerDamaged, LedgerRefused.
        """
        self.place = place if isinstance(place, (Path, str)) else place.name
        self._store_of = store_of(place) if isinstance(place, (Path, str)) else place
        self._fold, self._random = fold, random
        self._own: Own | None = None
        self.own_end: tuple[JournalId, Position] | None = None
        """How far this server's own journal reaches durably, as of the last commit."""
        self._opened = ExitStack()
        self._db = self._opened.enter_context(self._store_of.writer(zone))
        self._made = self._store_of.made(self._db)
        self._heads, self._unfolded = Heads(self._db), Unfolded(self._db)
        self.people, self.sessions, self.held = People(self._db), Sessions(self._db), Held(self._db)
        self.clips = ClipTable(self._db)
        self.lost, self.lost_for_offices = Lost(self._db), LostForOffices(self._db)
        self.rollups = Rollups(self._db)
        self.offices = Offices(self._db)
        self.checkpoints = Checkpoints(self._db)
        self.backups = BackupTable(self._db)
        self.publications = Publications(self._db)
        self.episodes, self.deliveries = Episodes(self._db), Deliveries(self._db)
        self.drafts = Drafts(self._db)
        try:
            self._prepare(f"{FOLD_VERSION} {zone.key}", random)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the database and of the writer's place."""
        self._opened.close()

    @property
    def changes(self) -> int:
        """How many rows were written since it was opened."""
        return self._db.total_changes

    @property
    def server_id(self) -> str:
        """The random id of this server, 32 hex digits."""
        return str(self._one("SELECT server_id FROM server")[0])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block becomes durable at its end, or none of it. LedgerRefused where the disk does not take it."""
        with self._guarded():
            self._db.execute("BEGIN IMMEDIATE")
            self._forget_stale()
            live, own = self.live, self._own
            try:
                yield
                end = self._vouch()
                self._db.execute("COMMIT")
                self.own_end = end
            except BaseException:
                self.live, self._own = live, own
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _forget_stale(self) -> None:
        """Nobody knows whether the last commit of a lost connection was done: `live` is made from the tables anew."""
        made = self._store_of.made(self._db)
        if made != self._made:
            self._made, self.live = made, None

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of a transaction that fails alone."""
        live, own = self.live, self._own
        self._db.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self.live, self._own = live, own
            if self._db.in_transaction:
                self._db.execute("ROLLBACK TO part")
                self._db.execute("RELEASE part")
            raise
        self._db.execute("RELEASE part")

    def known(self, journal_id: JournalId) -> KnownJournal | None:
        """What `sync.judge` needs to know of this device's journal."""
        found = self.senders([journal_id]).get(journal_id)
        return found.known if found else None

    def senders(self, journals: Iterable[JournalId]) -> dict[JournalId, Sender]:
        """Those of these journals that were paired or introduced here."""
        return senders(self._db, journals)

    def paired(self) -> set[JournalId]:
        """Every journal that was ever paired here; those that an office introduced were not."""
        query = "SELECT journal_id FROM journals WHERE own = 0 AND relayed_by IS NULL"
        return {JournalId(row[0]) for row in self._db.execute(query)}

    def apply(self, journal_id: JournalId, accept: Accept, now_ms: UtcMs) -> None:
        """Store what was accepted, with all that follows from it. Within `transaction`."""
        self.apply_all([(self.senders([journal_id])[journal_id], accept)], now_ms)

    def apply_all(self, accepted: Iterable[tuple[Sender, Accept]], now_ms: UtcMs, *, later: bool = False) -> None:
        """Store what was accepted of different journals, with all that follows from it. Within `transaction`.

        `later`: what offices brought is not folded yet; `fold_waiting` does that.
        """
        fresh = [(sender, sender.known, accept) for sender, accept in accepted if accept.rows]
        if not fresh:
            return
        rows = [(known.journal_id, row.seq, row.row, row.chain) for _, known, each in fresh for row in each.rows]
        self._store_of.append(self._db, rows)
        self._heads.keep_all((known.journal_id, each.head, sender.heads) for sender, known, each in fresh)
        ends = [(known.journal_id, each.position.seq, each.position.chain, now_ms) for _, known, each in fresh]
        self._db.execute(*together(_REACHED, ends))
        waits, found = [], []
        for sender, known, each in fresh:
            if sender.waits or (later and sender.office is not None):
                waits.append((known.journal_id, known.received.seq))
            else:
                found += self._changes(known.journal_id, ((row.fact, row.chain) for row in each.rows))
        if waits:
            self._unfolded.note(waits)
            self.waits = True
        self._store_of.fold(self._db, found)

    def fold_waiting(self, most: int = REFOLDED_AT_ONCE) -> int:
        """Fold so many of the facts that wait for it; how many there were. Within `transaction`."""
        count = 0
        for journal_id, after, end in self._unfolded.each(most):
            if count >= most:
                break
            count += self._fold_some(journal_id, after, end, most - count)
        self.waits = count >= most
        return count

    def _fold_some(self, journal_id: JournalId, after: Seq, end: Seq, most: int) -> int:
        found = self._db.execute(_NEXT_ROWS, (journal_id, after, most)).fetchall()
        self._store_of.fold(self._db, self._changes(journal_id, ((parse(row), chain) for _, row, chain in found)))
        self._unfolded.reached(journal_id, Seq(found[-1][0]) if found else end, end)
        return len(found)

    def own_named(self) -> tuple[JournalId, bytes] | None:
        """The journal that this server writes, and the public key in its first fact; None before the first start."""
        return own_named(self._db)

    def open_own(
        self,
        key: DeviceKey,
        random: Callable[[int], bytes],
        now: Instant,
        role: str = "office",
        predecessor: Predecessor | None = None,
    ) -> JournalId:
        """Take up this server's own journal; where there is none yet, or it has a predecessor, begin it.

        Within `transaction`. Raises LedgerRefused where the key is another than the journal's.
        """
        named = self.own_named()
        if named is None or predecessor is not None:
            self._own = Own.begun(self._db, key, random)
            opened = self._own.opening(role, predecessor)
            self.append([opened], now)
        elif named[1] != key.public:
            raise LedgerRefused("the server's key is not the one that its own journal names", hint=_OTHER_KEY)
        else:
            self._own = Own.found(self._db, named[0], key)
        return self._own.journal_id

    def append(self, bodies: Sequence[Body], instant: Instant) -> list[Fact]:
        """Store these facts in this server's own journal, and return them with their seq. Within `transaction`.

        Folded like any others; a signed head is stored with the commit. Raises LedgerRefused before `open_own`, and
        NotCanonical where one has no canonical form.
        """
        return self._appended(self._written, bodies, instant)

    def append_for(
        self, office: str, bodies: Sequence[Body], instant: Instant, *, anew: Predecessor | None = None
    ) -> list[Fact]:
        """Store these facts in the journal that this server writes for an office, with a signed head; where there is
        none yet, or `anew` names the one that it continues, in a new one. Within `transaction`.

        Raises as `append` does.
        """
        key, named = self._written.key, None if anew is not None else named_for(self._db, office)
        if named is None:
            own = Own.begun_for(self._db, key, self._random, office)
            bodies = [own.opening(CENTRE_ROLE, anew), *bodies]
        else:
            own = Own.found(self._db, named, key)
        facts = self._appended(own, bodies, instant)
        self._heads.keep(own.journal_id, own.head(own.end(self._db)))
        return facts

    def _appended(self, own: Own, bodies: Sequence[Body], instant: Instant) -> list[Fact]:
        facts, entries = chained(own.secret, own.end(self._db), drafts(*bodies), instant)
        if entries:
            self._store_of.append(self._db, [(own.journal_id, each.seq, each.row, each.chain) for each in entries])
            said = zip(facts, (each.chain for each in entries), strict=True)
            self._store_of.fold(self._db, self._changes(own.journal_id, said))
            own.reached(self._db, Position(entries[-1].seq, entries[-1].chain))
        return facts

    @property
    def _written(self) -> Own:
        if self._own is None:
            raise LedgerRefused("the server's own journal is not open", hint=_START)
        return self._own

    @property
    def own_secret(self) -> bytes:
        """The secret of this server's own journal. Raises LedgerRefused before `open_own`."""
        return self._written.secret

    def own_next(self) -> tuple[JournalId, DeviceKey, Seq]:
        """This server's own journal, its key, and the seq that its next fact gets. Within `transaction`.

        Raises LedgerRefused before `open_own`.
        """
        own = self._written
        return own.journal_id, own.key, Seq(own.end(self._db).seq + 1)

    def end_of(self, journal_id: JournalId) -> Position:
        """How far this journal reaches here."""
        received, chain = self._one("SELECT received, chain FROM journals WHERE journal_id = ?", journal_id)
        return Position(Seq(received), Chain(chain))

    def has_past(self) -> bool:
        """Whether a machine was ever paired here, or a day opened: there may be more of it than this copy has."""
        query = "SELECT 1 FROM journals WHERE own = 0 UNION ALL SELECT 1 FROM days LIMIT 1"
        return self._db.execute(query).fetchone() is not None

    def own_timeline(self) -> Timeline:
        """The anchors of this server's own journal, and how far it reaches."""
        return Timeline() if self._own is None else Timeline(self._own.dating(self._db))

    def refuse(self, journal_id: JournalId | None, verdict: Refuse, now_ms: UtcMs) -> None:
        """Record a refusal: the last ones word for word, all of them by count. Within `transaction`."""
        refusal, db = verdict.refusal, self._db
        known = journal_id if journal_id and self.known(journal_id) else None
        db.execute(
            "INSERT INTO refusals (at_ms, journal_id, code, message) VALUES (?, ?, ?, ?)",
            (now_ms, known, refusal.error, refusal.message[:500]),
        )
        db.execute("DELETE FROM refusals WHERE number <= (SELECT max(number) FROM refusals) - ?", (REFUSALS_KEPT,))
        db.execute(
            """INSERT INTO refusal_counts (journal_id, code, count, last_ms) VALUES (?, ?, 1, ?)
            ON CONFLICT (journal_id, code) DO UPDATE
                SET count = refusal_counts.count + 1, last_ms = excluded.last_ms""",
            (known or "", refusal.error, now_ms),
        )
        if known and verdict.head:
            self.note_fork(known, verdict.head, now_ms)

    def add_code(self, code: Code) -> None:
        """Remember a pairing code by its hash. Within `transaction`."""
        self._db.execute("DELETE FROM codes WHERE expires_ms < ?", (code.made_ms - 30 * 86_400_000,))
        held = self._one("SELECT count(*) FROM codes")[0]
        if held >= CODES_KEPT:
            raise LedgerRefused(f"{held} pairing codes are open", hint="Use those, or wait until they have expired.")
        self._db.execute(
            "INSERT INTO codes (hash, made_ms, expires_ms, place, replaces) VALUES (?, ?, ?, ?, ?)",
            (code.hash, code.made_ms, code.expires_ms, code.place, code.replaces),
        )

    def codes(self) -> list[Code]:
        """Every code not yet used, expired ones of the last month too."""
        return [Code(*row) for row in self._db.execute("SELECT hash, made_ms, expires_ms, place, replaces FROM codes")]

    def standing(self, journal_id: JournalId) -> Standing | None:
        """How this journal is paired."""
        query = """SELECT public_key, secret, lane, received, paired_by, revoked_ms IS NOT NULL, own <> 0, place,
            successor FROM journals WHERE journal_id = ?"""
        found = self._db.execute(query, (journal_id,)).fetchone()
        if found is None:
            return None
        public_key, secret, lane, received, paired_by, revoked, own, place, successor = found
        return Standing(public_key, secret, lane, received, paired_by, bool(revoked), bool(own), place, successor)

    def role(self, journal_id: JournalId) -> str | None:
        """What the machine with this journal is; None: it is not known here."""
        found = self._db.execute("SELECT role FROM journals WHERE journal_id = ?", (journal_id,)).fetchone()
        return found[0] if found else None

    def used_codes(self) -> list[bytes]:
        """The hashes of the codes that paired a journal."""
        return [row[0] for row in self._db.execute("SELECT paired_by FROM journals WHERE own = 0")]

    def pair(self, pairing: Pairing, now_ms: UtcMs, before: JournalId | None = None) -> int:
        """Enter, or enter again, a journal; its code is used up. Returns its lane. Within `transaction`.

        `before`: the journal that it follows.

        A display gives no numbers and gets NO_LANE; a journal keeps the lane that it once had.
        """
        query = "SELECT coalesce(max(lane) + 1, 0) FROM journals WHERE own = 0 AND relayed_by IS NULL"
        lane = self._one(query)[0]
        lane += lane == OFFICE_LANE
        replaced = pairing.replaces if pairing.replaces != pairing.journal_id else None
        if replaced is not None:
            theirs = self._one("SELECT lane FROM journals WHERE journal_id = ? AND own = 0", replaced)[0]
            lane = lane if theirs == NO_LANE else theirs
            self.revoke(replaced, now_ms)
        lane = NO_LANE if pairing.role in WITHOUT_LANE else lane
        values = (
            pairing.journal_id,
            pairing.public_key,
            pairing.secret,
            pairing.role,
            pairing.place,
            lane,
            now_ms,
            pairing.code_hash,
            bytes(32),
            now_ms,
        )
        self._db.execute(
            """INSERT INTO journals (journal_id, public_key, secret, role, place, lane, paired_ms, paired_by, chain,
                contact_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (journal_id) DO UPDATE SET role = excluded.role, place = excluded.place,
                lane = CASE WHEN journals.lane < 0 THEN excluded.lane ELSE journals.lane END,
                paired_ms = excluded.paired_ms, paired_by = excluded.paired_by, revoked_ms = NULL
            WHERE journals.own = 0""",
            values,
        )
        self._db.execute("DELETE FROM codes WHERE hash = ?", (pairing.code_hash,))
        if pairing.role == OFFICE_ROLE:
            self.offices.enter(pairing.journal_id, before or replaced, now_ms)
        return int(self._one("SELECT lane FROM journals WHERE journal_id = ?", pairing.journal_id)[0])

    def follow(self, pairing: Pairing, predecessor: JournalId, now_ms: UtcMs) -> int:
        """Enter a journal that follows another one of the same machine, in its lane. Returns that. Within
        `transaction`."""
        self.pair(pairing, now_ms, predecessor)
        lane = int(self._one("SELECT lane FROM journals WHERE journal_id = ?", predecessor)[0])
        self._db.execute("UPDATE journals SET lane = ? WHERE journal_id = ?", (lane, pairing.journal_id))
        self._db.execute("UPDATE journals SET successor = ? WHERE journal_id = ?", (pairing.journal_id, predecessor))
        return lane

    def note_rival(self, predecessor: JournalId, rival: JournalId) -> None:
        """Another machine with the same key wanted to follow this journal too. Within `transaction`."""
        query = "UPDATE journals SET rival = coalesce(rival, ?) WHERE journal_id = ?"
        self._db.execute(query, (rival, predecessor))

    def numbers_before(self, journal_id: JournalId) -> Fresh | None:
        """What others have given in this journal's lane on the running day; None where the lane is its own."""
        query = """SELECT max(day) FROM tickets JOIN journals USING (journal_id)
            WHERE relayed_by IS NULL AND journal_id <> :journal
                AND tickets.lane = (SELECT lane FROM journals WHERE journal_id = :journal)"""
        shared = """SELECT 1 FROM journals AS other JOIN journals AS mine USING (lane)
            WHERE mine.journal_id = ? AND other.journal_id <> mine.journal_id AND other.relayed_by IS NULL"""
        if self._db.execute(shared, (journal_id,)).fetchone() is None:
            return None
        day = self._db.execute(query, {"journal": journal_id}).fetchone()[0] or ""
        day = max(day, getattr(self.live, "day", None) or "")
        last = """SELECT series, max(n) FROM tickets JOIN journals USING (journal_id)
            WHERE relayed_by IS NULL AND journal_id <> :journal AND day = :day
                AND tickets.lane = (SELECT lane FROM journals WHERE journal_id = :journal)
            GROUP BY series"""
        return Fresh(day, dict(self._db.execute(last, {"journal": journal_id, "day": day}))) if day else None

    def revoke(self, journal_id: JournalId, now_ms: UtcMs) -> bool:
        """Take a device's right to send; what it sent stays. False where it is not paired. Within `transaction`."""
        query = "UPDATE journals SET revoked_ms = ? WHERE journal_id = ? AND revoked_ms IS NULL AND own = 0"
        return self._db.execute(query, (now_ms, journal_id)).rowcount == 1

    def rebuild(self) -> int:
        """Fold every fact anew, in one transaction. Returns how many there were."""
        with self.transaction():
            return self._refold()

    def _refold(self) -> int:
        for table in (*PROJECTIONS, *MADE_OF_THEM):
            self._db.execute(f"DELETE FROM {table}")
        self._unfolded.forget()
        count = 0
        for (journal_id,) in self._db.execute("SELECT journal_id FROM journals ORDER BY journal_id").fetchall():
            after = 0
            while found := self._db.execute(_NEXT_ROWS, (journal_id, after, REFOLDED_AT_ONCE)).fetchall():
                after = found[-1][0]
                said = self._changes(JournalId(journal_id), ((parse(row), chain) for _, row, chain in found))
                self._store_of.fold(self._db, said)
                count += len(found)
        return count

    def _changes(self, journal_id: JournalId, facts: Iterable[tuple[Fact, Chain]]) -> list[Change]:
        return condensed([change for fact, chain in facts for change in self._fold(journal_id, fact, chain)])

    def _vouch(self) -> tuple[JournalId, Position] | None:
        """Sign how far this server's own journal reaches with this commit: its name and end."""
        own = self._own
        if own is None:
            return None
        end = own.journal_id, own.end(self._db)
        if end != self.own_end:
            self._heads.keep(own.journal_id, own.head(end[1]))
        return end

    def note_fork(self, journal_id: JournalId, head: Head, now_ms: UtcMs) -> None:
        """Keep the signed word of a journal's own writer for another history: it proves the fork. Within `transaction`.

        The first FORKS_KEPT are kept.
        """
        if self._one("SELECT count(*) FROM forks WHERE journal_id = ?", journal_id)[0] < FORKS_KEPT:
            values = (journal_id, head.seq, head.chain, head.signature, now_ms)
            self._db.execute(
                """INSERT INTO forks (journal_id, seq, chain, signature, at_ms) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT DO NOTHING""",
                values,
            )

    def _prepare(self, folded: str, random: Callable[[int], bytes]) -> None:
        with self._guarded():
            self._store_of.migrate(self._db)
        with self.transaction():
            first = "INSERT INTO server (one, server_id, folded) VALUES (1, ?, ?) ON CONFLICT DO NOTHING"
            self._db.execute(first, (random(16).hex(), folded))
            if self._one("SELECT folded FROM server")[0] != folded:
                self._refold()
                self._db.execute("UPDATE server SET folded = ?", (folded,))
        while self._fold_left():
            pass

    def _fold_left(self) -> int:
        """Fold a part of what waited when this ledger was closed."""
        with self.transaction():
            return self.fold_waiting()

    def _one(self, query: str, *values: object) -> tuple[Any, ...]:
        row: tuple[Any, ...] = self._db.execute(query, values).fetchone()
        return row

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except DbError as error:
            raise self._store_of.trouble(error) from error


_START = "Start the server: it opens it."
_OTHER_KEY = "Restore office.key from its backup: the office's journal goes on with the key that it began with."
