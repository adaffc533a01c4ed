"""The controls of `./prove office`: a round's recording with one thing made wrong, as a broken variant would leave it.

Each gives what the judge has to complain about, and the spoilt recording.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from msgspec import structs

from sync.codec import Fact
from sync.facts_office import TicketCalled
from tests.faults.office_evidence import Evidence
from tests.faults.office_truth import Branch

Control = Callable[[Evidence], tuple[str, Evidence]]
FOR_MS = 60_000


def goes_on_claiming(evidence: Evidence) -> tuple[str, Evidence]:
    """A display without the band: it never says that it is old."""
    return "display", replace(evidence, sights=tuple(replace(each, lost=False) for each in evidence.sights))


def replays(evidence: Evidence) -> tuple[str, Evidence]:
    """A page that is fed what it was fed a minute ago, with a clock that goes on: a cache between it and the office."""
    old = [
        replace(each, at_ms=each.at_ms + FOR_MS, as_of_ms=each.as_of_ms + FOR_MS)
        for each in evidence.sights
        if not each.lost and each.as_of_ms is not None
    ]
    return "display", replace(evidence, sights=tuple(old))


def wrong_counter(evidence: Evidence) -> tuple[str, Evidence]:
    """A display that mixes up two counters."""
    spoilt = [replace(each, calls=frozenset((label, 9) for label, _ in each.calls)) for each in evidence.sights]
    return "display", replace(evidence, sights=tuple(spoilt))


def without_dedup(evidence: Evidence) -> tuple[str, Evidence]:
    """An exchange that takes a batch that comes twice as two: a number comes into the queue once more."""
    last = evidence.branches[-1]
    twice = next(fact for fact in last.facts if fact.kind in ("ticket.admitted", "ticket.restated"))
    return "tickets", _with_last(evidence, _appended(last, twice))


def without_key(evidence: Evidence) -> tuple[str, Evidence]:
    """An officer whose retry has no key, at an office that does it again: the number is called to another counter."""
    for index, branch in enumerate(evidence.branches):
        call = next((fact for fact, body in branch.written() if isinstance(body, TicketCalled)), None)
        if call is not None:
            place = branch.facts.index(call) + 1
            again = structs.replace(call, body={**call.body, "counter": 8})
            spoilt = replace(branch, facts=(*branch.facts[:place], again, *branch.facts[place:]))
            branches = (*evidence.branches[:index], spoilt, *evidence.branches[index + 1 :])
            return "calls", replace(evidence, branches=branches)
    return "calls", evidence


def forgets_a_call(evidence: Evidence) -> tuple[str, Evidence]:
    """An office that answers before its facts are durable: a call that an officer was told of is gone."""
    told = next(each for each in evidence.told if each.called)
    kept = [
        replace(branch, facts=tuple(fact for fact in branch.facts if fact.seq != told.seq))
        for branch in evidence.branches
    ]
    return "calls", replace(evidence, branches=tuple(kept))


def forgets_to_merge(evidence: Evidence) -> tuple[str, Evidence]:
    """A kiosk that keeps its last facts to itself."""
    file = evidence.machines[0].files[-1]
    there = evidence.held[file.journal]
    rest = {seq: row for seq, row in there.items() if seq < max(there) - 3}
    return "tickets", replace(evidence, held={**evidence.held, file.journal: rest})


def prints_first(evidence: Evidence) -> tuple[str, Evidence]:
    """A kiosk that prints what it has not recorded."""
    first, *rest = evidence.machines
    return "paper", replace(evidence, machines=(replace(first, papers=(*first.papers, "0" * 64)), *rest))


def gives_nothing_back(evidence: Evidence) -> tuple[str, Evidence]:
    """Machines that keep the lost record to themselves."""
    return "record", replace(evidence, losses=tuple(replace(each, back={}) for each in evidence.losses))


CONTROLS: Mapping[str, Control] = {
    "a display that goes on claiming": goes_on_claiming,
    "a replayed page": replays,
    "counters mixed up": wrong_counter,
    "batches taken twice": without_dedup,
    "retries without a key": without_key,
    "answers before commit": forgets_a_call,
    "a kiosk that does not merge": forgets_to_merge,
    "paper before commit": prints_first,
    "a record not given back": gives_nothing_back,
}


def _with_last(evidence: Evidence, branch: Branch) -> Evidence:
    return replace(evidence, branches=(*evidence.branches[:-1], branch))


def _appended(branch: Branch, fact: Fact) -> Branch:
    return replace(branch, facts=(*branch.facts, fact))
