"""What a server tells the machine that watches it (docs/metrics.md): which numbers there are, and the meter of those
that are counted while it runs. No journal, ticket or person is named in any of them.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from server.exposition import Family, Kind, Spread, one

MOST_APART = 500
"""So many offices at most are told each: of thousands a watching machine wants how many are silent."""
HEARD_S = {"3m": 180, "30m": 1800, "24h": 86_400}
BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""A commit on a good disk takes a few milliseconds, on a worn card a second."""


class Meter:
    """Counts from any thread. `tick` gives seconds that only grow."""

    def __init__(self, tick: Callable[[], float]) -> None:
        self._tick, self._lock = tick, Lock()
        self._batches, self._commits = 0, Spread.nothing(BOUNDS_S)

    def batch(self) -> None:
        """A batch of facts was taken."""
        with self._lock:
            self._batches += 1

    @contextmanager
    def commit(self) -> Iterator[None]:
        """Times the block; one that fails is no commit."""
        began = self._tick()
        yield
        took = self._tick() - began
        with self._lock:
            self._commits = self._commits.with_one(took)

    def read(self) -> tuple[int, Spread]:
        """(batches, commits) so far."""
        with self._lock:
            return self._batches, self._commits


@dataclass(frozen=True, slots=True)
class OfficeStanding:
    """How an office stands with this server. `age_s`: since it was last heard; `unsafe`: facts of it that are in no
    backup beyond this server's disk. `own`: it is the server's own."""

    machines: int
    age_s: float | None
    unsafe: int
    own: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """What the ledger says. `machines`: by (role, state); `refused`: by code; `offices`: by name."""

    facts: int
    machines: Mapping[tuple[str, str], int]
    refused: Mapping[str, int]
    offices: Mapping[str, OfficeStanding]
    ledger_bytes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Running:
    """What the running server says. `streams`: open pages by kind; `relay`: journals by phase, None: there is no
    centre; `behind`: facts that the centre lacks."""

    batches: int
    commits: Spread
    jobs: int
    refuses: bool
    waiting: int
    open_tickets: int
    streams: Mapping[str, int]
    backup_age_s: float | None
    relay: Counter[str] | None = None
    behind: int = 0
    build: Mapping[str, str] = field(default_factory=dict)


def families(measured: Measured, running: Running) -> tuple[Family, ...]:
    """Every number, in the order in which docs/metrics.md has them."""
    return (*_exchange(measured, running), *_office(measured, running), *_copies(measured, running))


def _exchange(measured: Measured, running: Running) -> list[Family]:
    refused = [({"code": code}, n) for code, n in sorted(measured.refused.items())]
    return [
        Family("scorecard_build_info", Kind.GAUGE, "Which release runs; always 1.", [(running.build, 1)]),
        one("scorecard_batches_total", Kind.COUNTER, "Batches taken since the server started.", running.batches),
        one("scorecard_facts_total", Kind.COUNTER, "Facts of machines in the ledger.", measured.facts),
        Family("scorecard_refused_total", Kind.COUNTER, "Requests refused, by the exchange's code.", refused),
        one("scorecard_commit_seconds", Kind.HISTOGRAM, "How long a commit of the ledger took.", running.commits),
        one("scorecard_jobs_waiting", Kind.GAUGE, "Jobs that wait for the thread that writes.", running.jobs),
        one("scorecard_ledger_refuses", Kind.GAUGE, "1 while the disk takes nothing.", int(running.refuses)),
    ]


def _office(measured: Measured, running: Running) -> list[Family]:
    machines = [({"role": role, "state": state}, n) for (role, state), n in sorted(measured.machines.items())]
    streams = [({"page": page}, n) for page, n in running.streams.items()]
    return [
        one("scorecard_tickets_waiting", Kind.GAUGE, "Tickets that wait to be called.", running.waiting),
        one("scorecard_tickets_open", Kind.GAUGE, "Tickets called or being served.", running.open_tickets),
        Family("scorecard_live_streams", Kind.GAUGE, "Open pages that are kept fresh.", streams),
        Family("scorecard_machines", Kind.GAUGE, "Journals, by what writes them and how they stand.", machines),
    ]


def _copies(measured: Measured, running: Running) -> list[Family]:
    offices = measured.offices if len(measured.offices) <= MOST_APART else _together(measured.offices)
    ages = [({"office": name}, each.age_s) for name, each in offices.items() if each.age_s is not None]
    unsafe = [({"office": name}, each.unsafe) for name, each in offices.items()]
    brought = [({"office": name}, each.machines) for name, each in offices.items()]
    relay = [({"phase": phase}, n) for phase, n in sorted((running.relay or {}).items())]
    files = [({"file": name}, n) for name, n in measured.ledger_bytes.items()]
    behind = None if running.relay is None else running.behind
    return [
        Family("scorecard_offices", Kind.GAUGE, "Offices, by how long ago they were last heard.", _heard(measured)),
        Family("scorecard_office_machines", Kind.GAUGE, "Journals of an office that are here.", brought),
        Family("scorecard_office_age_seconds", Kind.GAUGE, "Since an office was last heard.", ages),
        Family("scorecard_unsafe_facts", Kind.GAUGE, "Facts received that no copy elsewhere holds.", unsafe),
        Family("scorecard_relay_journals", Kind.GAUGE, "Journals on their way to the centre.", relay),
        one("scorecard_relay_behind_facts", Kind.GAUGE, "Facts that the centre does not have yet.", behind),
        one("scorecard_backup_age_seconds", Kind.GAUGE, "Since the last verified backup.", running.backup_age_s),
        Family("scorecard_ledger_bytes", Kind.GAUGE, "Size of the ledger's files.", files),
    ]


def _heard(measured: Measured) -> list[tuple[dict[str, str], int]]:
    """How many offices were heard within each of HEARD_S, and not within any; the server's own is none of them."""
    found = Counter[str]()
    for each in measured.offices.values():
        if not each.own:
            age_s = each.age_s
            within = (name for name, most in HEARD_S.items() if age_s is not None and age_s <= most)
            found[next(within, "never" if age_s is None else "longer")] += 1
    return [({"heard": name}, found[name]) for name in (*HEARD_S, "longer", "never")] if found else []


def _together(offices: Mapping[str, OfficeStanding]) -> dict[str, OfficeStanding]:
    machines, unsafe = (sum(getattr(each, name) for each in offices.values()) for name in ("machines", "unsafe"))
    return {"all": OfficeStanding(machines, None, unsafe)}
