"""What this server lost of its own journals when it was restored from an old copy, as the devices give it back.

Rows that the chain below a head of the server's own signature proves; they lie beside the facts, never among them, for
the server has written other facts in their places since. They come last first, in one walk at a time down to a place
that is here (docs/exchange.md, "Lost").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.database import Db
from sync.chain import ZERO, Position, extend, head_message
from sync.codec import Fact, decode, parse
from sync.facts import DayOpened, JournalOpened, MachineStarted, Predecessor, understand
from sync.keys import signature_holds
from sync.types import Chain, JournalId, Seq, UtcMs
from sync.wire import Head

LAST = 2**53
"""Further than any journal reaches."""
MENDED = "(wanted_seq IS NULL AND coalesce(known_seq, 0) <= top_seq)"
"""All of a loss is here again, as far as anybody knows."""


@dataclass(frozen=True, slots=True)
class History:
    """What an own journal really held, its last day only, and what this server wrote since the loss, where anything was
    lost. `day`: the day of the copy that it went on from."""

    base: tuple[Fact, ...]
    since: tuple[Fact, ...] = ()
    day: str | None = None


class Lost:
    """Reads and writes those tables. Writing only within the ledger's transactions; reading by any connection."""

    table = "losses"

    def __init__(self, db: Db) -> None:
        self._db = db

    # Proofs and rows -------------------------------------------------------------------------------------------------

    def is_ours(self, journal_id: JournalId, head: Head) -> bool:
        """Whether this server's own key signed this head of a journal."""
        keys = self._db.execute("SELECT DISTINCT public_key FROM journals WHERE own > 0").fetchall()
        message = head_message(journal_id, head.position)
        return any(signature_holds(key, message, head.signature) for (key,) in keys)

    def is_named(self, journal_id: JournalId) -> bool:
        """Whether it is known already that facts of this journal were lost."""
        return self._walk(journal_id) is not None

    def secret(self, journal_id: JournalId) -> bytes | None:
        """The secret of one of the server's own journals; None where it knows no such journal."""
        found = self._db.execute("SELECT secret FROM journals WHERE journal_id = ? AND own > 0", (journal_id,))
        row = found.fetchone()
        return row[0] if row else None

    def holds(self, journal_id: JournalId, at: Position) -> bool:
        """Whether this very place of the journal is here."""
        query = """SELECT 1 FROM facts WHERE journal_id = :journal AND seq = :seq AND chain = :chain
            UNION ALL SELECT 1 FROM lost WHERE journal_id = :journal AND seq = :seq AND chain = :chain"""
        values = {"journal": journal_id, "seq": at.seq, "chain": at.chain}
        return not at.seq or self._db.execute(query, values).fetchone() is not None

    def keeps(self, journal_id: JournalId, at: Position) -> bool:
        """Whether this very place is among the facts, not among what came back alone."""
        query = "SELECT 1 FROM facts WHERE journal_id = ? AND seq = ? AND chain = ?"
        return not at.seq or self._db.execute(query, (journal_id, at.seq, at.chain)).fetchone() is not None

    def claim(self, journal_id: JournalId, head: Head, now_ms: UtcMs) -> None:
        """The facts up to this head of our own were lost: from here down they are wanted, where they are further than
        what is wanted or was given back already. Of what only the office's last word names (`note_known`), whatever a
        device has is wanted, as long as nothing was given back."""
        if self.holds(journal_id, head.position):
            return
        walk = self._walk(journal_id)
        untouched = walk is not None and walk[2] == walk[0] == self._known(journal_id)
        if walk is not None and walk[2] is not None and not untouched:
            return
        statement = f"""INSERT INTO {self.table}
                (journal_id, top_seq, top_chain, signature, wanted_seq, wanted_chain, from_ms, at_ms)
            VALUES (:journal, :seq, :chain, :signature, :seq, :chain, :copied_ms, :now_ms)
            ON CONFLICT (journal_id) DO UPDATE SET top_seq = excluded.top_seq, top_chain = excluded.top_chain,
                signature = excluded.signature, wanted_seq = excluded.wanted_seq, wanted_chain = excluded.wanted_chain
            WHERE excluded.top_seq > {self.table}.top_seq OR :untouched = 1"""
        values = {
            "journal": journal_id,
            "seq": head.seq,
            "chain": head.chain,
            "signature": head.signature,
            "copied_ms": self._copied_ms(),
            "now_ms": now_ms,
            "untouched": int(untouched),
        }
        self._db.execute(statement, values)

    def note_known(self, journal_id: JournalId, seq: Seq) -> None:
        """By the office's last word this lost journal went up to here, whatever a device has of it."""
        self._db.execute("UPDATE losses SET known_seq = ? WHERE journal_id = ?", (seq, journal_id))

    def _known(self, journal_id: JournalId) -> int | None:
        row = self._db.execute(f"SELECT known_seq FROM {self.table} WHERE journal_id = ?", (journal_id,)).fetchone()
        return row[0] if row else None

    def is_missing(self) -> bool:
        """Whether something was lost that is not all here again, and nobody has the office go on without."""
        query = f"SELECT 1 FROM losses WHERE waived_ms IS NULL AND NOT {MENDED} LIMIT 1"
        return self._db.execute(query).fetchone() is not None

    def gave_up(self, since_ms: UtcMs) -> bool:
        """Whether it was found out since then that something was lost which is not all here again."""
        query = f"SELECT 1 FROM {self.table} WHERE at_ms >= ? AND NOT {MENDED} LIMIT 1"
        return self._db.execute(query, (since_ms,)).fetchone() is not None

    def waive(self, now_ms: UtcMs) -> None:
        """Go on without what is missing."""
        self._db.execute(f"UPDATE losses SET waived_ms = ? WHERE waived_ms IS NULL AND NOT {MENDED}", (now_ms,))

    def wanted(self, journal_id: JournalId) -> Position | None:
        """Where the facts end that are wanted next; None: nothing is."""
        walk = self._walk(journal_id)
        if walk is None or walk[2] is None or walk[3] is None:
            return None
        return Position(Seq(walk[2]), Chain(walk[3]))

    def store(
        self,
        journal_id: JournalId,
        after: Position,
        rows: Sequence[tuple[Fact, bytes, Chain]],
        giver: JournalId,
        secret: bytes,
    ) -> bool:
        """Keep these proven rows, which end at the place that was wanted. Whether that was the last of them."""
        new = [
            (journal_id, fact.seq, row, chain)
            for fact, row, chain in rows
            if not self.keeps(journal_id, Position(fact.seq, chain))
        ]
        insert = "INSERT INTO lost (journal_id, seq, row, chain) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
        self._db.executemany(insert, new)
        done = len(new) < len(rows) or self.holds(journal_id, after)
        wanted = (None, None) if done else (after.seq, after.chain)
        update = f"UPDATE {self.table} SET wanted_seq = ?, wanted_chain = ?, giver = ?, secret = ? WHERE journal_id = ?"
        self._db.execute(update, (*wanted, giver, secret, journal_id))
        return done

    # Histories -------------------------------------------------------------------------------------------------------

    def predecessor(self, journal_id: JournalId) -> Predecessor | None:
        """The journal that this own one continues."""
        row = self._db.execute("SELECT row FROM facts WHERE journal_id = ? AND seq = 1", (journal_id,)).fetchone()
        return _continues(row)

    def before_it(self, journal_id: JournalId) -> Predecessor | None:
        """The journal that this one continues, of which nothing is here but what came back."""
        return _continues(
            self._db.execute("SELECT row FROM lost WHERE journal_id = ? AND seq = 1", (journal_id,)).fetchone()
        )

    def came_back(self, journal_id: JournalId) -> bool:
        """Whether facts of it were lost and all of them are here again."""
        walk = self._walk(journal_id)
        return walk is not None and walk[2] is None

    def came_back_from(self, journal_id: JournalId) -> Seq | None:
        """The first fact of it that was lost and came back; None: nothing was lost, or not all of it is here again."""
        if not self.came_back(journal_id):
            return None
        (first,) = self._db.execute("SELECT min(seq) FROM lost WHERE journal_id = ?", (journal_id,)).fetchone()
        return Seq(first) if first is not None else None

    def top(self, journal_id: JournalId) -> Seq:
        """The last fact of it that was lost and that a signature vouches for; 0: nothing was lost."""
        walk = self._walk(journal_id)
        return Seq(walk[0]) if walk is not None else Seq(0)

    def vouched(self, journal_id: JournalId) -> tuple[Head, str | None] | None:
        """The server's own word for that fact, and where the device stands that gave it back."""
        query = """SELECT top_seq, top_chain, signature, place FROM losses
            LEFT JOIN journals ON giver = journals.journal_id WHERE losses.journal_id = ?"""
        row = self._db.execute(query, (journal_id,)).fetchone()
        return (Head(Seq(row[0]), Chain(row[1]), row[2]), row[3]) if row else None

    def secret_of(self, journal_id: JournalId) -> bytes | None:
        """The secret of one of the server's own journals, also of one that only the devices had."""
        query = "SELECT secret FROM losses WHERE journal_id = ?"
        row = self._db.execute(query, (journal_id,)).fetchone()
        return self.secret(journal_id) or (row[0] if row else None)

    def proves(self, journal_id: JournalId) -> bool:
        """Whether what came back leads, row by row, from a fact that is here to a head that the server signed."""
        first, secret, vouched = self.came_back_from(journal_id), self.secret_of(journal_id), self.vouched(journal_id)
        if first is None or secret is None or vouched is None or not self.is_ours(journal_id, vouched[0]):
            return False
        before = "SELECT chain FROM facts WHERE journal_id = ? AND seq = ?"
        found = self._db.execute(before, (journal_id, first - 1)).fetchone()
        if found is None and first > 1:
            return False
        at = Position(Seq(first - 1), Chain(found[0]) if found else ZERO)
        query = "SELECT seq, row, chain FROM lost WHERE journal_id = ? AND seq <= ? ORDER BY seq"
        for seq, row, chain in self._db.execute(query, (journal_id, vouched[0].seq)):
            at = extend(secret, at, row)
            if (seq, chain) != (at.seq, at.chain):
                return False
        return at == vouched[0].position

    def last_start(self, journal_id: JournalId) -> Seq | None:
        """Where the last process that wrote this own journal began: what follows it was written on the copy."""
        query = "SELECT seq, row FROM facts WHERE journal_id = ? ORDER BY seq DESC"
        starts = (seq for seq, row in self._db.execute(query, (journal_id,)) if _kind(row) == MachineStarted.kind)
        found = next(starts, None)
        return Seq(found) if found is not None else None

    def last_ms(self, journal_id: JournalId) -> UtcMs | None:
        """The office's time of the last fact that came back."""
        query = "SELECT row FROM lost WHERE journal_id = ? AND seq <= ? ORDER BY seq DESC"
        for (row,) in self._db.execute(query, (journal_id, self.top(journal_id))):
            now_ms = decode(row).body.get("now_ms")
            if isinstance(now_ms, int):
                return UtcMs(now_ms)
        return None

    def number_before(self, journal_id: JournalId) -> JournalId | None:
        """The journal that the server wrote before this own one."""
        query = """SELECT journal_id FROM journals WHERE own > 0
            AND own < (SELECT own FROM journals WHERE journal_id = ?) ORDER BY own DESC LIMIT 1"""
        row = self._db.execute(query, (journal_id,)).fetchone()
        return JournalId(row[0]) if row else None

    def facts(self, journal_id: JournalId, end: int = LAST) -> Iterator[Fact]:
        """The facts of this journal that are here, up to `end` (not with it)."""
        return self._rows(journal_id, 1, end)

    def history(self, journal_id: JournalId) -> History:
        """The last day of this journal, one of the server's own or one that it lost."""
        walk = self._walk(journal_id)
        if walk is None or walk[2] is not None:  # nothing was lost, or not all of it is back
            return History(tuple(self._last_day(journal_id, LAST)))
        query = "SELECT row FROM lost WHERE journal_id = ? AND seq <= ? ORDER BY seq"
        tail = [decode(row) for (row,) in self._db.execute(query, (journal_id, walk[0]))]
        begin = next((n for n in range(len(tail) - 1, -1, -1) if tail[n].kind == DayOpened.kind), None)
        first = tail[0].seq if tail else walk[0] + 1
        before = [] if begin is not None else list(self._last_day(journal_id, first))
        copy, behind = (journal_id, first) if self.secret(journal_id) else self._written_instead()
        since = self._rows(copy, behind, LAST) if copy is not None else iter(())
        return History((*before, *tail[begin or 0 :]), tuple(since), self._day(copy, behind))

    def all_back(self) -> list[JournalId]:
        """The journals of which facts were lost and all are here again, as that was found out."""
        query = f"SELECT journal_id FROM {self.table} WHERE wanted_seq IS NULL ORDER BY at_ms, journal_id"
        return [JournalId(row[0]) for row in self._db.execute(query).fetchall()]

    def given_back(self, journal_id: JournalId) -> list[Fact]:
        """The facts of it that were lost and came back; none where not all are here again."""
        if not self.came_back(journal_id):
            return []
        query = "SELECT row FROM lost WHERE journal_id = ? ORDER BY seq"
        return [parse(row) for (row,) in self._db.execute(query, (journal_id,))]

    def last_days(self) -> Iterator[tuple[JournalId, Fact]]:
        """The facts of the last days of every journal that this server wrote or lost, what came back included. Each
        with its journal; some twice."""
        query = "SELECT journal_id FROM journals WHERE own > 0 UNION SELECT journal_id FROM losses"
        for name in [JournalId(row[0]) for row in self._db.execute(query).fetchall()]:
            for fact in (*self.history(name).base, *self._last_day(name, LAST)):
                yield name, fact

    def _walk(self, journal_id: JournalId) -> tuple[int, bytes, int | None, bytes | None] | None:
        query = f"SELECT top_seq, top_chain, wanted_seq, wanted_chain FROM {self.table} WHERE journal_id = ?"
        found: tuple[int, bytes, int | None, bytes | None] | None
        found = self._db.execute(query, (journal_id,)).fetchone()
        return found

    def _copied_ms(self) -> int | None:
        """Up to when the copy reaches that this server was restored from: the last that its queue held at the start."""
        query = """SELECT row FROM facts WHERE journal_id = (SELECT journal_id FROM journals WHERE own > 0
            ORDER BY own DESC LIMIT 1) ORDER BY seq DESC"""
        started = False
        for (row,) in self._db.execute(query):
            fact = decode(row)
            started = started or fact.kind == MachineStarted.kind
            now_ms = fact.body.get("now_ms")
            if started and isinstance(now_ms, int):
                return now_ms
        return None

    def _written_instead(self) -> tuple[JournalId | None, int]:
        """Of a journal that is not here at all: the one that this copy went on writing, from its last start on."""
        query = "SELECT journal_id FROM journals WHERE own > 0 ORDER BY own DESC LIMIT 1 OFFSET 1"
        found = self._db.execute(query).fetchone()
        if found is None:
            return None, LAST
        return JournalId(found[0]), int(self.last_start(JournalId(found[0])) or 1)

    def _last_day(self, journal_id: JournalId, end: int) -> Iterator[Fact]:
        return self._rows(journal_id, self._begin(journal_id, end) or 1, end)

    def _rows(self, journal_id: JournalId, first: int, end: int) -> Iterator[Fact]:
        query = "SELECT row FROM facts WHERE journal_id = ? AND seq >= ? AND seq < ? ORDER BY seq"
        return (decode(row) for (row,) in self._db.execute(query, (journal_id, first, end)))

    def _begin(self, journal_id: JournalId, end: int) -> int | None:
        query = "SELECT max(seq) FROM days WHERE journal_id = ? AND seq < ?"
        found: int | None = self._db.execute(query, (journal_id, end)).fetchone()[0]
        return found

    def _day(self, journal_id: JournalId | None, end: int) -> str | None:
        query = "SELECT day FROM days WHERE journal_id = ? AND seq < ? ORDER BY seq DESC LIMIT 1"
        found = self._db.execute(query, (journal_id, end)).fetchone()
        return found[0] if found else None


class LostForOffices(Lost):
    """The same of the journals that this server, a centre, wrote for its offices, which give them back."""

    table = "losses_for_offices"

    def found_since(self, since_ms: UtcMs) -> bool:
        """Whether it was found out since then that something was lost: other offices may hold more of it."""
        query = f"SELECT 1 FROM {self.table} WHERE at_ms >= ? LIMIT 1"
        return self._db.execute(query, (since_ms,)).fetchone() is not None

    def by_office(self) -> list[tuple[str, JournalId, UtcMs]]:
        """(the office, the journal for it, when it was found out), in that order."""
        query = f"""SELECT coalesce(giving.office, written.office), gone.journal_id, gone.at_ms
            FROM {self.table} AS gone
            LEFT JOIN journals AS giving ON giving.journal_id = gone.giver
            LEFT JOIN journals AS written ON written.journal_id = gone.journal_id
            ORDER BY gone.at_ms, gone.journal_id"""
        return [(office or "", JournalId(name), UtcMs(at)) for office, name, at in self._db.execute(query).fetchall()]


class LostUpTo(Lost):
    """As it was when of this one journal (None: of every one) nothing had come back beyond `top` (None: nothing)."""

    def __init__(self, db: Db, journal_id: JournalId | None = None, top: Seq | None = None) -> None:
        super().__init__(db)
        self._only, self._top = journal_id, top

    def _walk(self, journal_id: JournalId) -> tuple[int, bytes, int | None, bytes | None] | None:
        if self._only is not None and journal_id != self._only:
            return super()._walk(journal_id)
        return None if self._top is None else (self._top, b"", None, None)


def _continues(row: tuple[bytes] | None) -> Predecessor | None:
    body = understand(decode(row[0])) if row else None
    return body.predecessor if isinstance(body, JournalOpened) else None


def _kind(row: bytes) -> str:
    return parse(row).kind
