"""The judge of `./prove office`: everything that was recorded in a round, held together. Pure: values in, faults out.

What was lost with a disk before any machine had heard of it is counted beside the faults, and so is what an office did
from an old copy until its record came back: `Figures` has the sums, and the audit may name just these.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from sync.body import TicketName
from sync.facts import TicketIssued, understand
from sync.facts_office import TicketAdmitted, TicketCalled
from sync.facts_restated import TicketRestated
from tests.faults.office_evidence import Evidence, Figures, Judgement, Loss, Machine, Sight, Told
from tests.faults.office_truth import Believed, Pair, believed, queue_of, taken_up

SILENCE_MS = 25_000
"""After so long without a word of the office a display says that it is old."""
LATE_MS = 2_000
"""Between the office's clock in a call and the call in sight, or between the silence and the band: a busy machine."""
HOLD_MS = 12_000
"""A display that is up to date hears from the office at least so often."""
ACTS = {
    "open": ("counter.opened",),
    "next": ("ticket.called", "ticket.finished"),
    "recall": ("ticket.recalled",),
    "came": ("ticket.serving",),
    "no-show": ("ticket.no_show",),
    "withdraw": ("ticket.placed",),
    "finish": ("ticket.finished",),
}
"""The kinds of the last fact of each act."""


def judge(evidence: Evidence) -> Judgement:
    """Hold everything together."""
    truth, figures = believed(evidence.branches, evidence.epoch_ms), Figures()
    found = {
        "tickets": _tickets(evidence, figures),
        "paper": _papers(evidence, figures),
        "calls": _calls(evidence, truth, figures),
        "record": _record(evidence, figures),
        "display": _displays(evidence, truth, figures),
        "audit": _audit(evidence, figures),
        "verify": [f"{name}: {problem}" for name, problem in evidence.verified if problem],
        "hall": list(evidence.said),
    }
    return Judgement({about: faults for about, faults in found.items() if faults}, figures)


# Tickets and paper ---------------------------------------------------------------------------------------------------


def issued(evidence: Evidence) -> dict[TicketName, tuple[str, TicketIssued]]:
    """Every ticket of the day that a kiosk gave, with the key of its journal. What a machine said again in a new
    journal is named as it is there."""
    return {
        TicketName(each.journal, seq): (each.key, body)  # type: ignore[arg-type]
        for machine in evidence.machines
        for each in machine.files
        for seq, body in each.issued.items()
        if seq <= machine.ends().get(each.journal, seq) and body.day == evidence.day
    }


def _tickets(evidence: Evidence, figures: Figures) -> list[str]:
    given, queue = issued(evidence), queue_of(evidence.branches[-1].facts)
    figures.tickets = len(given)
    found = [f"{body.label} waits nowhere" for name, (_, body) in given.items() if name not in queue.labels]
    found += [f"{label} was given by no kiosk" for name, label in queue.labels.items() if name not in given]
    twice = Counter(queue.admissions)
    found += [f"{queue.labels[name]} came in {count} times" for name, count in twice.items() if count > 1]
    machines = Counter(key for each in evidence.machines for key in {file.key for file in each.files})
    numbers: dict[str, list[str]] = {}
    for key, body in given.values():
        numbers.setdefault(body.label, []).append(key)
    for label, keys in numbers.items():
        if len(keys) == 2 and keys[0] == keys[1] and machines[keys[0]] == 2:
            figures.twins += 1
        elif len(keys) > 1:
            found.append(f"the number {label} was given {len(keys)} times")
    for each in evidence.machines:
        found += _at_the_office(each, evidence.held, figures)
    return found


def _at_the_office(machine: Machine, held: Mapping[str, Mapping[int, bytes]], figures: Figures) -> list[str]:
    """Every fact of the machine is there, byte for byte; what it wrote behind a fork is said again."""
    found, ends = [], machine.ends()
    for each in machine.files:
        there, end = held.get(each.journal, {}), ends.get(each.journal, max(each.rows))
        odd = [seq for seq, row in each.rows.items() if seq <= end and there.get(seq) != row]
        if odd and machine.gone and min(odd) > max(there, default=0):
            figures.gone += len(odd)
        elif odd:
            found.append(f"{machine.name}: {len(odd)} facts are not at the office, the first is {min(odd)}")
        if each.journal in ends:
            said = {body.token for other in machine.files for body in other.issued.values() if other is not each}
            again = [body.label for seq, body in each.issued.items() if seq > end and body.token not in said]
            found += [f"{machine.name}: {label} was not said again in the new journal" for label in again]
        elif len(there) > len(each.rows):
            found.append(f"{machine.name}: the office has {len(there)} facts of {len(each.rows)}")
    return found


def _papers(evidence: Evidence, figures: Figures) -> list[str]:
    found = []
    for machine in evidence.machines:
        known = {body.token: body.label for each in machine.files for body in each.issued.values()}
        figures.papers += len(machine.papers)
        for token, count in Counter(machine.papers).items():
            if token not in known:
                found.append(f"{machine.name}: a ticket on paper is in no journal (token {token[:8]})")
            elif count > 1:
                found.append(f"{machine.name}: {known[token]} is on {count} sheets")
        missing = sorted(machine.shown - set(known.values()))
        found += [f"{machine.name}: {label} was shown and is in no journal" for label in missing]
    return found


# Calls ---------------------------------------------------------------------------------------------------------------


def _calls(evidence: Evidence, truth: Believed, figures: Figures) -> list[str]:
    found = list(truth.wrong)
    facts: dict[int, list[tuple[str, object, str]]] = {}
    calls: dict[tuple[int, str, int], int] = {}
    for branch in evidence.branches:
        labels: dict[TicketName, str] = {}
        for fact in branch.facts:
            body = understand(fact)
            if isinstance(body, TicketAdmitted | TicketRestated):
                labels[body.ticket] = body.label
            if fact.seq <= branch.since:
                continue
            label = labels.get(body.ticket, "?") if isinstance(body, TicketCalled) else ""
            facts.setdefault(fact.seq, []).append((fact.kind, body, label))
            if isinstance(body, TicketCalled):
                calls[fact.seq, label, body.counter] = calls.get((fact.seq, label, body.counter), 0) + 1
    figures.calls = sum(calls.values())
    for told in evidence.told:
        if not _is_there(told, facts.get(told.seq, ())):
            what = f"{told.act} at counter {told.counter}" + (f", {told.called}" if told.called else "")
            found.append(f"an officer was told of {what} (fact {told.seq}), which is nowhere")
    answers = Counter((each.seq, each.called, each.counter) for each in evidence.told if each.called)
    for call, count in calls.items():
        if answers[call] != count and not (evidence.losses and answers[call] < count):
            found.append(f"{call[1]} was called to counter {call[2]} {count} times, told of {answers[call]} times")
    untold = sum(max(count - answers[call], 0) for call, count in calls.items())
    if untold > len(evidence.losses) * len({each.counter for each in evidence.told}):
        found.append(f"{untold} calls that no officer was told of")
    for loss in evidence.losses:
        _blindness(evidence, loss, figures)
    return found


def _is_there(told: Told, facts: Iterable[tuple[str, object, str]]) -> bool:
    for kind, body, label in facts:
        if kind not in ACTS[told.act]:
            continue
        if told.called is None or (
            isinstance(body, TicketCalled) and (label, body.counter) == (told.called, told.counter)
        ):
            return True
    return False


def _blindness(evidence: Evidence, loss: Loss, figures: Figures) -> None:
    """What an office did and showed by the copy alone, until the record was back."""
    dead = next(each for each in evidence.branches if each.journal == loss.journal and not each.since)
    record = queue_of(dead.facts)
    gone, until = {*record.at_a_counter(), *record.over}, taken_up(evidence.branches) or 0
    figures.blind_ms += max(until - loss.from_boot_ms, 0)
    called: set[Pair] = set()
    for branch in evidence.branches:
        for fact, body in branch.written() if branch is not dead else ():
            if isinstance(body, TicketCalled) and loss.from_boot_ms <= fact.boottime_ms < until:
                figures.ignorant += body.ticket in gone
                called |= {(label, body.counter) for label in [record.labels.get(body.ticket, "")]}
    begun, over = evidence.epoch_ms + loss.from_boot_ms, evidence.epoch_ms + until
    figures.outlived += sum(
        begun <= each.at_ms < over and each.as_of_ms is not None and each.as_of_ms >= begun
        and bool(each.calls - record.pairs() - called)
        for each in evidence.sights
    )  # fmt: skip


def _record(evidence: Evidence, figures: Figures) -> list[str]:
    """What a restored office lost is here again, as far as any machine had it."""
    found = ["some of the lost record is still wanted"] if evidence.wanted else []
    for loss in evidence.losses:
        figures.unheard += sum(seq > loss.heard for seq in loss.rows)
        lost = {seq: row for seq, row in loss.rows.items() if loss.kept < seq <= loss.heard}
        odd = [seq for seq, row in lost.items() if loss.back.get(seq) != row]
        if odd:
            found.append(f"{len(odd)} of {len(lost)} lost facts did not come back, the first is {min(odd)}")
    return found


# Displays ------------------------------------------------------------------------------------------------------------


def _displays(evidence: Evidence, truth: Believed, figures: Figures) -> list[str]:
    found: dict[tuple[str, frozenset[Pair]], str] = {}
    for sight in evidence.sights:
        figures.sights += 1
        figures.grey += sight.lost
        lie = lie_of(sight, truth)
        if lie is not None:
            found.setdefault((sight.where, sight.calls), f"{sight.where} {lie}")
    return list(found.values())


def lie_of(sight: Sight, truth: Believed) -> str | None:
    """What is wrong with this sight; None: nothing is."""
    if sight.as_of_ms is None:
        return "shows numbers without a time" if sight.calls else None
    silent_ms = sight.at_ms - sight.as_of_ms
    if not sight.lost and silent_ms > SILENCE_MS + LATE_MS:
        return f"shows as new what is {silent_ms / 1000:.0f} s old"
    if silent_ms < -LATE_MS:
        return f"is {-silent_ms / 1000:.0f} s ahead of the time"
    for label, counter in sight.calls | sight.recent:
        if truth.ever.get((label, counter), sight.at_ms + 1) > sight.at_ms:
            return f"shows {label} at counter {counter}, where it was never called"
    # Whoever hears again after a break has the numbers first and the word for them within moments: newer than it says.
    last = min(sight.at_ms, sight.as_of_ms + HOLD_MS + LATE_MS)
    then = truth.between(sight.as_of_ms - LATE_MS, last)
    if sight.calls not in then | truth.between(max(sight.as_of_ms, sight.at_ms - HOLD_MS), sight.at_ms):
        shown = ", ".join(f"{label} at {counter}" for label, counter in sorted(sight.calls)) or "nobody"
        moment = f"{silent_ms / 1000:.1f} s old, {'grey' if sight.lost else 'as new'}, {_when(sight, truth)}"
        return f"shows {shown} as called at a time when that was not so ({moment})"
    return None


def _when(sight: Sight, truth: Believed) -> str:
    """When that was so, before and after the time that the display names."""
    assert sight.as_of_ms is not None
    found = [at - sight.as_of_ms for at, pairs in truth.moments if pairs == sight.calls]
    return f"so {min(found, key=abs) / 1000:.1f} s from its time" if found else "never so"


def _audit(evidence: Evidence, figures: Figures) -> list[str]:
    most = {"called-again": figures.ignorant, "record-lost": figures.unheard, "number-twice": figures.twins}
    return [f"{count} × {code}" for code, count in Counter(evidence.audit).items() if count > most.get(code, 0)]
