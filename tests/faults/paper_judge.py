"""What lies on the floor after a run, held against the journal and against what people were told."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from kiosk.printing import Prints
from sync.facts import PrintEnded, TicketIssued, understand
from sync.journal import JournalReader
from sync.types import Seq
from tests.faults.paper_kiosk import PRINTED, SHOWN
from tests.faults.paper_run import Plan, Run
from tests.faults.paper_truth import Paper

FAULTS = {
    "lost": "lost",
    "doubled": "unmarked duplicates",
    "reused": "numbers used again",
    "wrong": 'wrong "confirmed"',
    "unrecorded": "not on record",
    "defect": "defects",
}
"""What must not be, and how it is called: see `Verdict`."""
RATES = ("on paper", "confirmed", "sent", "interrupted", "uncertain", "split", "needless", "sent, none")
"""What is stated, of all tickets: see `Verdict`."""


@dataclass
class Verdict:
    """What one run, or many, came to.

    Faults. `lost`: on paper nowhere, and neither told nor on the staff's list as not printed. `doubled`: two whole
    papers of one ticket, none marked as a copy. `reused`: a number given twice. `wrong`: called confirmed, and no whole
    paper of that attempt. `unrecorded`: on paper or screen, and not in the journal. `defect`: the keeper began anew.

    Rates. Of `tickets`: `uncertain` (some attempt of it), `split` (part of it on some piece), `needless` (a copy though
    a whole paper was out, and nobody asked who had it), `sent, none` (called sent, and no whole paper: where
    nothing can tell the end of a job, no promise is made).
    """

    group: str = ""
    runs: int = 1
    faults: Counter[str] = field(default_factory=Counter)
    rates: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def add(self, other: "Verdict") -> None:
        self.runs += other.runs
        self.faults += other.faults
        self.rates += other.rates
        self.notes += other.notes


def group_of(plan: Plan) -> str:
    """What is claimed of it depends on what it can say, and on what its line tells."""
    if plan.spare is not None:
        return "exchanged for another"
    if plan.link.kind != "serial":
        return f"{plan.make}, USB or TCP"
    return f"{plan.make}, serial, " + ("no handshake" if plan.link.lossy else "handshake")


def judge(run: Run) -> Verdict:
    """Paper against journal and words."""
    memory, floor = run.memory, run.floor()
    with JournalReader(run.path) as reader:
        facts = list(reader.facts())
    issued = {fact.seq: body for fact in facts if isinstance(body := understand(fact), TicketIssued)}
    ended = [body for fact in facts if isinstance(body := understand(fact), PrintEnded)]
    prints = Prints.fold(facts)
    verdict = Verdict(group_of(run.plan))
    whole: dict[int, list[Paper]] = {}
    for paper in floor:
        if paper.whole:
            whole.setdefault(paper.of.serial, []).append(paper)
    labels = Counter(memory.labels)
    verdict.faults["reused"] = sum(count - 1 for count in labels.values())
    verdict.faults["doubled"] = sum(sum(not paper.of.copy for paper in found) > 1 for found in whole.values())
    on_record = {body.label: seq for seq, body in issued.items()}
    verdict.faults["unrecorded"] = sum(label not in on_record for label in labels)
    for seq, body in issued.items():
        if body.label in memory.serial_of:
            _judge_ticket(verdict, run, prints, seq, memory.serial_of[body.label], whole, ended, floor)
    verdict.faults += Counter()  # without zeros
    return verdict


def _judge_ticket(
    verdict: Verdict,
    run: Run,
    prints: Prints,
    seq: Seq,
    serial: int,
    whole: dict[int, list[Paper]],
    ended: Iterable[PrintEnded],
    floor: list[Paper],
) -> None:
    rates, faults, told = verdict.rates, verdict.faults, run.memory.told[serial]
    found = whole.get(serial, [])
    mine = [end for end in ended if end.ticket == seq]
    outcomes = {end.outcome for end in mine}
    rates["tickets"] += 1
    rates["on paper"] += bool(found)
    rates["uncertain"] += "uncertain" in outcomes
    rates["interrupted"] += "interrupted" in outcomes
    rates["confirmed"] += "confirmed" in outcomes
    rates["sent"] += "sent" in outcomes
    rates["split"] += any(paper.of.serial == serial and not paper.whole for paper in floor)
    rates["needless"] += serial not in run.greedy and any(paper.of.copy for paper in found) and len(found) > 1
    for end in mine:
        if end.outcome == "confirmed" and not any(paper.of.attempt == end.attempt and paper.cut for paper in found):
            faults["wrong"] += 1
            verdict.notes.append(f"attempt {end.attempt} of {run.memory.labels[serial]} is not on paper, confirmed")
    if found:
        return
    known = any(job.ticket == seq for job in prints.unprinted())
    failed = bool(told) and told[-1] not in (SHOWN, PRINTED)
    if "sent" in outcomes and mine[-1].outcome == "sent":
        rates["sent, none"] += 1
    elif not known and not failed:
        faults["lost"] += 1
        verdict.notes.append(f"{run.memory.labels[serial]} is nowhere, told {told}, {sorted(outcomes)}")
