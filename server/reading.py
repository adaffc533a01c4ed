"""What the pages show, read from the ledger by a connection that cannot write. All in one snapshot, as plain values."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec

from server.adopted import minutes_of, offered, service_names
from server.database import Db
from server.fold import BEST_ANCHOR, LEVELS
from server.lost import MENDED
from server.scoring import Press, Service
from server.scoring import services as services_of
from sync.body import TicketName
from sync.chain import witness
from sync.clock import DRIFT_PPM
from sync.codec import decode
from sync.estimate import MINUTE_MS, PastError, WaitingRange, past_error
from sync.facts import understand
from sync.facts_office import RuleAdopted, TicketFact
from sync.live import Live
from sync.paper_left import PaperLeft
from sync.tickets import IllegalStep
from sync.types import JournalId, Seq

LATEST = 12
"""How many tickets the page lists."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as the pages know it. `utc_ms` is None where its boot was never tied to UTC. `print`: see fold.
    `name`: the queue's name for it."""

    label: str
    day: str
    services: tuple[str, ...]
    utc_ms: int | None
    print: str | None
    witness: str
    name: TicketName | None = None


@dataclass(frozen=True, slots=True)
class Printer:
    """What a printer says of itself, None where it does not; `kind`: the profile that it is treated by; `abilities`:
    what it was seen to do (hardware.profile.Abilities)."""

    maker: str | None
    model: str | None
    kind: str = ""
    abilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exchange:
    """Another printer stands where `before` stood, since `utc_ms` (None: not dated). Not `sure`: the one that is there
    does not say its name."""

    before: Printer
    utc_ms: int | None
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Device:
    """A paired journal and how it fares. `refused`: refusals by code. `strange`: facts not understood.

    `help`: somebody there asks for staff. `board`: codes of what is wrong with its board (hardware.board). `paper`:
    what its printer says of the roll; `paper_left`: about how many tickets, None: not known. `night`: what came of the
    last self-check at night, `night_ms` its moment. `printer`: the one that was last met, None: none was.
    `follows`: it began a new journal, for its card was restored from a copy or cloned. `cloned`: another machine has
    its key.
    """

    journal_id: JournalId
    place: str
    lane: int
    received: int
    contact_ms: int | None
    refused: Mapping[str, int]
    revoked: bool
    release: str | None
    printer_fault: str | None
    strange: int
    help: bool = False
    board: tuple[str, ...] = ()
    paper: str | None = None
    paper_left: int | None = None
    night: str | None = None
    night_ms: int | None = None
    printer: Printer | None = None
    exchange: Exchange | None = None
    follows: bool = False
    cloned: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """A machine's clock as it was last tied to UTC: by what (sync.facts.ClockAnchored), when, give or take. Not `sure`:
    it was started again since."""

    source: str
    at_ms: int
    uncertainty_ms: int
    sure: bool


@dataclass(frozen=True, slots=True)
class Clash:
    """One number that several tickets of a day carry: true facts, reported, never refused."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Loss:
    """The office was restored from an old copy: its record from `from_ms` (None: not known) to `to_ms` was lost.

    `back`: it came back, from the machine at `place`. `again`: numbers that wait again, because nobody knows what
    became of them.
    """

    to_ms: int
    from_ms: int | None = None
    back: bool = False
    place: str | None = None
    again: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """One office day. `services` holds names by id and language; `unplaced` are scores that no anchor dates yet.

    `scores` counts by level. `disputed` are scores for which several levels were pressed: outside `scores`, and so
    outside every mean and share.
    `told`: the levels that are told of (server.scoring.released), made of `presses`.
    `upward`, by counter: those of them that ended higher. `waiting` now, and the counters
    `at_work`: of the queue as it stands. `held`: how the waiting ranges that were printed today held.
    `loss`: the last part of the record that was lost.
    """

    day: str
    tickets: int = 0
    by_service: Mapping[str, int] = field(default_factory=dict)
    latest: tuple[Ticket, ...] = ()
    scores: Mapping[int, int] = field(default_factory=lambda: dict.fromkeys(LEVELS, 0))
    presses: tuple[tuple[Press, ...], ...] = ()
    told: Mapping[int, int] = field(default_factory=lambda: dict.fromkeys(LEVELS, 0))
    disputed: int = 0
    upward: Mapping[int, int] = field(default_factory=dict)
    unplaced: int = 0
    devices: tuple[Device, ...] = ()
    clashes: tuple[Clash, ...] = ()
    strangers: int = 0
    services: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    waiting: int = 0
    at_work: tuple[int, ...] = ()
    held: PastError | None = None
    loss: Loss | None = None

    @property
    def scored(self) -> int:
        """How many scores the day has that are not disputed."""
        return sum(self.scores.values())

    @property
    def mean(self) -> float | None:
        """The mean level of these, None where there is none."""
        return sum(level * count for level, count in self.scores.items()) / self.scored if self.scored else None


def view(db: Db, day: str) -> View:
    """The office day `day` (YYYY-MM-DD)."""
    with _snapshot(db):
        scores = dict.fromkeys(LEVELS, 0)
        agreed = "SELECT level, count(*) FROM scores WHERE office_day = ? AND disputed = 0 GROUP BY level"
        scores.update(db.execute(agreed, (day,)))
        upward = """SELECT counter, count(*) FROM scores WHERE office_day = ? AND upward <> 0
            GROUP BY counter ORDER BY counter"""
        return View(
            day=day,
            tickets=_count(db, "SELECT count(*) FROM tickets WHERE day = ?", day),
            by_service=_by_service(db, day),
            latest=_latest(db, day),
            scores=scores,
            presses=presses(db, day),
            disputed=_count(db, "SELECT count(*) FROM scores WHERE office_day = ? AND disputed <> 0", day),
            upward=dict(db.execute(upward, (day,))),
            unplaced=_count(db, "SELECT count(*) FROM scores WHERE office_day IS NULL"),
            devices=tuple(_devices(db)),
            clashes=_clashes(db, day),
            strangers=_count(db, "SELECT coalesce(sum(count), 0) FROM refusal_counts WHERE journal_id = ''"),
            services=services(db),
            held=held(db, day),
            loss=_loss(db),
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A ticket, what services are called at its office, and that office (None: this server's own)."""

    ticket: Ticket
    services: Mapping[str, Mapping[str, str]]
    office: str | None


def ticket(db: Db, token_hash: str) -> Found | None:
    """The ticket whose token has this SHA-256 (hex), of whatever office; None where there is none."""
    with _snapshot(db):
        query = f"{_TICKET} WHERE token = ? ORDER BY journal_id, seq LIMIT 1"
        row = db.execute(query, (token_hash,)).fetchone()
        if row is None:
            return None
        (office,) = db.execute("SELECT office FROM journals WHERE journal_id = ?", (row[-2],)).fetchone()
        return Found(_ticket(row), services_at(db, office), office)


def held(db: Db, day: str) -> PastError | None:
    """How the waiting ranges of this day's tickets held, of those that were called; None where there is none."""
    query = """SELECT low, high, called_ms - since_ms FROM waits JOIN journals USING (journal_id)
        JOIN promised ON promised.journal_id = of_journal AND promised.ticket = waits.ticket
        WHERE day = ? AND own > 0 AND called_ms - since_ms IS NOT NULL"""
    pairs = [(WaitingRange(low, high), max(ms, 0) / MINUTE_MS) for low, high, ms in db.execute(query, (day,))]
    return past_error(pairs)


def _loss(db: Db) -> Loss | None:
    query = f"""SELECT at_ms, from_ms, {MENDED}, place FROM losses
        LEFT JOIN journals ON giver = journals.journal_id ORDER BY at_ms DESC LIMIT 1"""
    found = db.execute(query).fetchone()
    return Loss(found[0], found[1], bool(found[2]), found[3]) if found else None


@contextmanager
def _snapshot(db: Db) -> Iterator[None]:
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.execute("ROLLBACK")


def _count(db: Db, query: str, *values: object) -> int:
    return int(db.execute(query, values).fetchone()[0])


_TICKET = "SELECT label, day, services, utc_ms, print, chain, journal_id, seq FROM tickets"


def _ticket(row: tuple[str, str, str, int | None, str | None, bytes, str, int]) -> Ticket:
    label, day, services, utc_ms, outcome, chain, journal_id, seq = row
    name = TicketName(JournalId(journal_id), Seq(seq))
    return Ticket(label, day, tuple(json.loads(services)), utc_ms, outcome, witness(chain), name)


def _latest(db: Db, day: str) -> tuple[Ticket, ...]:
    """The newest first; within one machine the journal's order decides, whatever its clock says."""
    query = f"{_TICKET} WHERE day = ? ORDER BY coalesce(utc_ms, 0) DESC, seq DESC, journal_id LIMIT ?"
    return tuple(_ticket(row) for row in db.execute(query, (day, LATEST)))


def _by_service(db: Db, day: str) -> dict[str, int]:
    query = "SELECT services, count(*) FROM tickets WHERE day = ? GROUP BY services"
    found = Counter[str]()
    for services_, count in db.execute(query, (day,)):
        for service in json.loads(services_):
            found[service] += count
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


def _clashes(db: Db, day: str) -> tuple[Clash, ...]:
    query = """SELECT min(label), count(*) FROM tickets WHERE day = ?
        GROUP BY series, lane, n HAVING count(*) > 1 ORDER BY 1 LIMIT 20"""
    return tuple(Clash(*row) for row in db.execute(query, (day,)))


def _devices(db: Db) -> Iterator[Device]:
    refused: dict[str, dict[str, int]] = {}
    for journal_id, code, count in db.execute("SELECT journal_id, code, count FROM refusal_counts ORDER BY code"):
        refused.setdefault(journal_id, {})[code] = count
    strange = dict(db.execute("SELECT journal_id, count(*) FROM strange GROUP BY journal_id"))
    query = """SELECT journal_id, place, lane, received, contact_ms, revoked_ms IS NOT NULL, release, printer_fault,
            help IS NOT NULL, board, EXISTS (SELECT 1 FROM journals AS old WHERE old.successor = journals.journal_id),
            EXISTS (SELECT 1 FROM journals AS old WHERE old.successor = journals.journal_id AND old.rival IS NOT NULL)
        FROM journals LEFT JOIN machines USING (journal_id) WHERE own = 0 AND successor IS NULL
        ORDER BY lane, paired_ms"""
    for journal_id, place, lane, received, contact_ms, revoked, release, fault, *more in db.execute(query):
        wanted, board, follows, cloned = more
        yield Device(
            JournalId(journal_id),
            place,
            lane,
            received,
            contact_ms,
            refused.get(journal_id, {}),
            bool(revoked),
            release,
            fault,
            strange.get(journal_id, 0),
            bool(wanted),
            tuple(json.loads(board)) if board else (),
            follows=bool(follows),
            cloned=bool(cloned),
            **_of_paper(db, journal_id),
            **_of_printer(db, journal_id),
        )


def devices(db: Db) -> dict[JournalId, tuple[Device, Clock | None]]:
    """Every machine whose journal goes on, with its clock (None: nobody ever vouched for it)."""
    return {each.journal_id: (each, _clock(db, each.journal_id)) for each in _devices(db)}


def _clock(db: Db, journal_id: str) -> Clock | None:
    query = "SELECT boot_id, utc_ms, uncertainty_ms, source FROM anchors WHERE journal_id = ? ORDER BY seq DESC LIMIT 1"
    found = db.execute(query, (journal_id,)).fetchone()
    if found is None:
        return None
    boot_id, utc_ms, uncertainty_ms, source = found
    last = db.execute("SELECT row FROM facts WHERE journal_id = ? ORDER BY seq DESC LIMIT 1", (journal_id,)).fetchone()
    return Clock(source, utc_ms, uncertainty_ms, last is None or decode(last[0]).boot_id == boot_id)


def _of_paper(db: Db, journal_id: str) -> dict[str, Any]:
    """The fields of Device that tell of the roll and of the night."""
    query = """SELECT paper, roll_mm, used_mm, paper_tickets, ticket_mm, night, night_boot, night_ms
        FROM machines WHERE journal_id = ?"""
    found = db.execute(query, (journal_id,)).fetchone()
    if found is None:
        return {}
    paper, roll_mm, used_mm, tickets, ticket_mm, night, boot_id, boottime_ms = found
    left = PaperLeft(roll_mm, used_mm, tickets, ticket_mm).left(paper)
    night_ms = _moment(db, journal_id, boot_id, boottime_ms)
    return {"paper": paper, "paper_left": left, "night": night, "night_ms": night_ms}


def _of_printer(db: Db, journal_id: str) -> dict[str, Any]:
    """The fields of Device that tell which printer stands there, and which one stood there before."""
    query = """SELECT printer_maker, printer_model, printer_kind, printer_able, named_maker, named_model,
            since_boot, since_ms, before_maker, before_model, exchanged_boot, exchanged_ms
        FROM machines WHERE journal_id = ? AND printer_kind IS NOT NULL"""
    found = db.execute(query, (journal_id,)).fetchone()
    if found is None:
        return {}
    maker, model, kind, able, named_maker, named_model, *since, before_maker, before_model, boot_id, boottime_ms = found
    printer = Printer(maker, model, kind, tuple(json.loads(able)))
    exchange = None
    if model is None and named_model is not None:
        exchange = Exchange(Printer(named_maker, named_model), _moment(db, journal_id, *since), sure=False)
    elif before_model is not None:
        exchange = Exchange(Printer(before_maker, before_model), _moment(db, journal_id, boot_id, boottime_ms))
    return {"printer": printer, "exchange": exchange}


def _moment(db: Db, journal_id: str, boot_id: str | None, boottime_ms: int | None) -> int | None:
    """The UTC of this boot time, by the anchor that bounds it most tightly; None where there is none."""
    at = {"journal_id": journal_id, "boot_id": boot_id, "boottime_ms": boottime_ms, "ppm": DRIFT_PPM}
    found = db.execute(BEST_ANCHOR, at).fetchone()
    return found[0] if found else None


def served_today(db: Db) -> list[Service]:
    """Every service of the office's last day, from its own journal."""
    query = """SELECT row FROM facts WHERE journal_id = (SELECT journal_id FROM journals ORDER BY own DESC LIMIT 1)
            AND seq >= coalesce((SELECT max(seq) FROM days WHERE days.journal_id = facts.journal_id), 1)
        ORDER BY seq"""
    found, live = [], Live()
    for (row,) in db.execute(query):
        fact = decode(row)
        body = understand(fact)
        if isinstance(body, TicketFact) and body.ticket in live.tickets:
            ticket = live.tickets[body.ticket]
            found.append((body, ticket.counter, ticket.service))
        if body is not None:
            with suppress(IllegalStep):
                live = live.after(body, fact.seq)
    return services_of(found)


def presses(db: Db, day: str, office: str | None = None) -> tuple[tuple[Press, ...], ...]:
    """The scores of this day at an office (None: at this one), of each machine in the order in which they came. Its
    machines are looked for first: those of thousands of offices were pressed on the same day."""
    query = """SELECT scores.journal_id, counter, utc_ms, level, disputed, upward FROM journals CROSS JOIN scores
        WHERE scores.journal_id = journals.journal_id AND office_day = ? AND office IS NOT DISTINCT FROM ?
        ORDER BY scores.journal_id, seq"""
    found: dict[str, list[Press]] = {}
    for journal_id, counter, at_ms, level, disputed, upward in db.execute(query, (day, office)):
        found.setdefault(journal_id, []).append(Press(counter, at_ms, level, bool(disputed), bool(upward)))
    return tuple(map(tuple, found.values()))


@dataclass(frozen=True, slots=True)
class Machine:
    """A paired journal: where its machine stands, its lane, and whether its permission was withdrawn."""

    journal_id: JournalId
    place: str
    lane: int
    contact_ms: int | None
    revoked: bool


def machines(db: Db) -> list[Machine]:
    """Every machine that was ever paired, those in use first."""
    query = """SELECT journal_id, place, lane, contact_ms, revoked_ms IS NOT NULL FROM journals WHERE own = 0
        ORDER BY revoked_ms IS NOT NULL, lane, paired_ms"""
    return [
        Machine(JournalId(id_), place, lane, contact, bool(revoked))
        for id_, place, lane, contact, revoked in db.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class OwnTicket:
    """A ticket of the office's own journal."""

    journal_id: JournalId
    seq: int
    label: str
    day: str
    series: str
    lane: int
    n: int
    services: tuple[str, ...]
    witness: str


def own_tickets(db: Db, day: str, limit: int, seq: int | None = None) -> list[OwnTicket]:
    """What staff gave from the console on this day, the newest first; `seq`: that one alone."""
    query = """SELECT journal_id, seq, label, day, series, tickets.lane, n, services, tickets.chain
        FROM tickets JOIN journals USING (journal_id)
        WHERE own = (SELECT max(own) FROM journals) AND own > 0 AND day = :day AND (:seq IS NULL OR seq = :seq)
        ORDER BY seq DESC LIMIT :limit"""
    found = []
    for journal_id, *named, services_, chain in db.execute(query, {"day": day, "seq": seq, "limit": limit}):
        of_ticket = (*named, tuple(json.loads(services_)), witness(chain))
        found.append(OwnTicket(JournalId(journal_id), *of_ticket))
    return found


def series(db: Db) -> set[str]:
    """The letters that the machines' catalogues number with."""
    texts = db.execute("SELECT catalogue FROM catalogues")
    return {str(each["series"]) for (text,) in texts for each in offered(json.loads(text)) if "series" in each}


def rule_next(db: Db) -> RuleAdopted | None:
    """The calling rule that holds from the next office day on, where it is another one."""
    found = db.execute("SELECT rule FROM rule_next").fetchone()
    return msgspec.json.decode(found[0], type=RuleAdopted) if found else None


ASKED = 40
"""The catalogues of so many machines are read for the names of a page: each takes half a millisecond."""


def services(db: Db) -> dict[str, dict[str, str]]:
    """Names by service and language, from the newest catalogue of every machine."""
    return _names(db.execute("SELECT catalogue FROM catalogues ORDER BY journal_id"))


def services_at(db: Db, office: str | None) -> dict[str, dict[str, str]]:
    """The same of the machines of one office (None: this server's own)."""
    query = """SELECT catalogue FROM catalogues JOIN journals USING (journal_id)
        WHERE office IS NOT DISTINCT FROM ? ORDER BY journal_id"""
    return _names(db.execute(query, (office,)))


def services_told(db: Db, office: str, wanted: Collection[str]) -> dict[str, dict[str, str]]:
    """The names of these services at an office ("": at all of them). Of all offices this server's own are asked first,
    then one after the other until every one is named, or so many have been asked that the rest keeps its id."""
    if office:
        there = db.execute("SELECT 1 FROM offices WHERE office = ?", (office,)).fetchone()
        return services_at(db, office if there is not None else None)
    found = services_at(db, None)
    query = """SELECT catalogue FROM (SELECT journal_id FROM journals WHERE office IS NOT NULL AND role <> 'office'
        ORDER BY office LIMIT ?) AS few JOIN catalogues USING (journal_id) ORDER BY journal_id"""
    for row in db.execute(query, (ASKED,)):
        if all(each in found for each in wanted):
            break
        found = _names([row]) | found
    return found


@lru_cache(32)
def _named_in(catalogue: str) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """The offices of a centre have few different ones."""
    return tuple(service_names(json.loads(catalogue)))


def _names(catalogues: Iterable[tuple[str]]) -> dict[str, dict[str, str]]:
    names: dict[str, dict[str, str]] = {}
    for (text,) in catalogues:
        for service, by_language in _named_in(text):
            names.setdefault(service, {}).update(by_language)
    return names


def standard_minutes(db: Db) -> dict[str, int]:
    """The published minutes by service."""
    found: dict[str, int] = {}
    for (text,) in db.execute("SELECT catalogue FROM catalogues ORDER BY journal_id"):
        found.update(minutes_of(json.loads(text)))
    return found
